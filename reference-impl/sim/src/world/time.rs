//! The progress of time: one event of the network or one act of a host after the other.

use std::time::Duration;

use rsp_transport::Event;
use rsp_transport::sim::HostId;

use super::super::Spot;
use super::World;
use rserpool::registrar::driver::RegistrarDriver;

/// Number of events at one moment beyond which the simulation reports that time does not advance.
const MAX_AT_ONE_MOMENT: u32 = 200_000;
/// Most events that wait for a host that does not read.
const MAX_HELD: usize = 100_000;

impl World {
    /// Lets seconds pass.
    pub fn pass_secs(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// Lets time pass.
    pub fn pass(&mut self, span: Duration) {
        let trace = self.trace.clone();
        trace.listening(|| self.pass_until(self.net.now() + span));
    }

    fn pass_until(&mut self, end: Duration) {
        let (mut moment, mut events) = (self.net.now(), 0);
        while self.stuck.is_none() {
            let due = self.hosts.iter().filter_map(|host| host.due).min();
            let until = due.map_or(end, |at| at.min(end));
            match self.net.next(until) {
                Some((host, event)) => self.arrive(host, event),
                None => {
                    let acted = self.act();
                    if !acted && until >= end {
                        return;
                    }
                }
            }
            events += 1;
            if self.net.now() > moment {
                (moment, events) = (self.net.now(), 0);
            } else if events > MAX_AT_ONE_MOMENT {
                self.stuck = Some(format!("{events} events without any advance of time"));
            }
        }
    }

    /// Lets all hosts act whose time has come. Returns false if no host's has.
    fn act(&mut self) -> bool {
        let now = self.net.now();
        let mut acted = false;
        for index in 0..self.hosts.len() {
            if self.hosts[index].due.is_none_or(|at| at > now) {
                continue;
            }
            acted = true;
            let host = HostId(index as u32);
            if self.hosts[index].frozen.is_some() {
                self.thaw(host);
            } else {
                self.timeout(host);
            }
        }
        acted
    }

    fn arrive(&mut self, host: HostId, event: Event) {
        let state = &mut self.hosts[host.0 as usize];
        if state.frozen.is_none() {
            self.deliver(host, event);
        } else if state.held.len() < MAX_HELD {
            state.held.push_back(event);
        } else {
            self.stuck = Some(format!("{} does not read {MAX_HELD} events", state.spot));
        }
    }

    /// A host's own time.
    pub(super) fn local(&self, host: HostId) -> Duration {
        let ahead = self.hosts.get(host.0 as usize).map(|host| host.ahead);
        self.net.now() + ahead.unwrap_or_default()
    }

    fn deliver(&mut self, host: HostId, event: Event) {
        let now = self.local(host);
        let transport = &mut self.net.host(host);
        match self.hosts[host.0 as usize].spot {
            Spot::Registrar(number) => {
                if let Some(driver) = &mut self.registrars[number].driver {
                    driver.event(now, event, transport);
                }
            }
            Spot::Element(number) => {
                let body = self.elements.get_mut(&number).and_then(|e| e.body.as_mut());
                if let Some(body) = body {
                    body.event(now, event, transport);
                }
            }
            Spot::User(number) => self.users[number].body.event(now, event, transport),
        }
        self.touched(host);
    }

    fn timeout(&mut self, host: HostId) {
        let now = self.local(host);
        let transport = &mut self.net.host(host);
        match self.hosts[host.0 as usize].spot {
            Spot::Registrar(number) => {
                if let Some(driver) = &mut self.registrars[number].driver {
                    driver.timeout(now, transport);
                }
            }
            Spot::Element(number) => {
                let body = self.elements.get_mut(&number).and_then(|e| e.body.as_mut());
                if let Some(body) = body {
                    body.timeout(now, transport);
                }
            }
            Spot::User(number) => self.users[number].body.timeout(now, transport),
        }
        self.touched(host);
    }

    /// Something was done on a host: its log is taken, and when it wants to act next.
    pub(super) fn touched(&mut self, host: HostId) {
        let state = &self.hosts[host.0 as usize];
        let (spot, ahead) = (state.spot, state.ahead);
        self.trace.overhear(self.net.now(), &spot);
        if let Spot::Registrar(number) = spot {
            self.registrars[number].note_peaks();
        }
        let due = match (state.frozen, spot) {
            (Some((_, until)), _) => return self.hosts[host.0 as usize].due = Some(until),
            (None, Spot::Registrar(number)) => self.registrars[number]
                .driver
                .as_ref()
                .and_then(RegistrarDriver::deadline),
            (None, Spot::Element(number)) => self
                .elements
                .get(&number)
                .and_then(|element| element.body.as_ref()?.deadline()),
            (None, Spot::User(number)) => {
                self.users.get(number).and_then(|user| user.body.deadline())
            }
        };
        self.hosts[host.0 as usize].due = due.map(|at| at.saturating_sub(ahead));
    }
}
