//! A simple pool user without an engine: it resolves handles at one registrar after the other, over SCTP or TCP, and
//! reports pool elements as unreachable when the schedule has such an event.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_transport::sim::SimHost;
use rsp_transport::{AssocId, Event, Local, LocalPort, Transport};
use rsp_wire::PeIdentifier;
use rsp_wire::asap::{self, EndpointUnreachable, HandleResolution};

use super::element::{Ask, peer, send};

/// T1-ENRPrequest (RFC 5352 §7.1).
const PATIENCE: Duration = Duration::from_secs(15);

/// The set-up of a pool user.
#[derive(Clone, Debug)]
pub struct UserSetup {
    /// Handles it resolves, in turn.
    pub pools: Vec<&'static str>,
    /// Period of resolutions.
    pub period: Duration,
    /// True if it uses TCP instead of SCTP.
    pub tcp: bool,
    /// True if it subscribes to updates.
    pub subscribes: bool,
    /// The pool of its session, for a pool user with an engine.
    pub session: Option<&'static str>,
    /// ASAP endpoints of all registrars.
    pub registrars: Vec<SocketAddr>,
}

/// Counters of its requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Sent.
    pub asked: u64,
    /// Answered.
    pub answered: u64,
    /// Lost with their association.
    pub failed: u64,
    /// Not answered in time.
    pub timed_out: u64,
}

/// The pool user, while its host runs.
#[derive(Debug)]
pub struct PlainUser {
    setup: UserSetup,
    rng: fastrand::Rng,
    port: LocalPort,
    assoc: Option<AssocId>,
    connecting: bool,
    next: Duration,
    turn: usize,
    pending: BTreeMap<AssocId, (Duration, u64)>,
    requests: Requests,
}

impl PlainUser {
    /// Opens its endpoint.
    pub fn start(setup: UserSetup, seed: u64, host: &mut SimHost<'_>, now: Duration) -> Self {
        let local = if setup.tcp {
            Local::Tcp {
                addr: SocketAddr::new(std::net::Ipv4Addr::UNSPECIFIED.into(), 0),
                listen: false,
            }
        } else {
            Local::Sctp {
                addrs: Vec::new(),
                port: 0,
                listen: false,
            }
        };
        let port = host.open(&local).expect("a running host has free ports");
        Self {
            next: now + setup.period / 2,
            rng: fastrand::Rng::with_seed(seed),
            setup,
            port,
            assoc: None,
            connecting: false,
            turn: 0,
            pending: BTreeMap::new(),
            requests: Requests::default(),
        }
    }

    /// Returns the counters of its requests.
    pub fn requests(&self) -> Requests {
        self.requests
    }

    /// Returns the requests whose answer is due, with their times.
    pub fn pending(&self) -> impl Iterator<Item = (Ask, Duration)> + '_ {
        self.pending
            .values()
            .map(|&(since, _)| (Ask::Resolve, since))
    }

    /// Returns the number of its associations, those in set-up included.
    pub fn associations(&self) -> usize {
        usize::from(self.assoc.is_some())
    }

    /// Returns the time of its next action.
    pub fn deadline(&self) -> Option<Duration> {
        Some(self.next)
    }

    /// Acts, if it is time.
    pub fn timeout(&mut self, now: Duration, host: &mut SimHost<'_>) {
        if self.next > now {
            return;
        }
        self.next = now + self.setup.period;
        if let Some(assoc) = self.assoc
            && self
                .pending
                .get(&assoc)
                .is_some_and(|&(since, _)| since + PATIENCE <= now)
        {
            let (_, asked) = self.pending.remove(&assoc).expect("looked up a moment ago");
            self.requests.timed_out += asked;
            host.abort(assoc);
            self.assoc = None;
        }
        match self.assoc {
            None => {
                let to = self.rng.usize(..self.setup.registrars.len());
                let to = peer(self.setup.registrars[to]);
                self.assoc = host.connect(self.port, &to).ok();
                self.connecting = self.assoc.is_some();
            }
            Some(assoc) if !self.connecting => self.resolve(now, assoc, host),
            Some(_) => {}
        }
    }

    /// Handles an event of its host.
    pub fn event(&mut self, now: Duration, event: Event, host: &mut SimHost<'_>) {
        match event {
            Event::Up { assoc, .. } if self.assoc == Some(assoc) => {
                self.connecting = false;
                self.resolve(now, assoc, host);
            }
            Event::Down { assoc, .. } | Event::Restart { assoc } => {
                if let Some((_, asked)) = self.pending.remove(&assoc) {
                    self.requests.failed += asked;
                }
                if self.assoc == Some(assoc) && matches!(event, Event::Down { .. }) {
                    self.assoc = None;
                }
            }
            Event::Message { assoc, octets, .. } => {
                let message = asap::Message::decode(&octets).map(|decoded| decoded.message);
                if let Ok(asap::Message::HandleResolutionResponse(_)) = message {
                    self.answered(assoc);
                }
            }
            Event::Up { .. } | Event::Path { .. } | Event::Datagram { .. } => {}
        }
    }

    /// Reports a pool element as unreachable.
    pub fn report(
        &mut self,
        pool: &'static str,
        pe: PeIdentifier,
        times: u32,
        host: &mut SimHost<'_>,
    ) {
        let Some(assoc) = self.assoc.filter(|_| !self.connecting && !self.setup.tcp) else {
            return;
        };
        for _ in 0..times {
            send(
                assoc,
                EndpointUnreachable::new(pool.into(), pe).into(),
                host,
            );
        }
    }

    /// Sends many requests at once.
    pub fn flood(&mut self, now: Duration, times: u32, host: &mut SimHost<'_>) {
        if let Some(assoc) = self.assoc.filter(|_| !self.connecting) {
            for _ in 0..times {
                self.resolve(now, assoc, host);
            }
        }
    }

    fn resolve(&mut self, now: Duration, assoc: AssocId, host: &mut SimHost<'_>) {
        let pool = self.setup.pools[self.turn % self.setup.pools.len()];
        self.turn += 1;
        let message = HandleResolution::new(pool.into(), self.setup.subscribes);
        if send(assoc, message.into(), host) {
            self.requests.asked += 1;
            self.pending.entry(assoc).or_insert((now, 0)).1 += 1;
        }
    }

    fn answered(&mut self, assoc: AssocId) {
        // An update looks like an answer; with subscriptions only those that differ are counted.
        if let Some((_, asked)) = self.pending.get_mut(&assoc) {
            self.requests.answered += 1;
            *asked -= 1;
            if *asked == 0 {
                self.pending.remove(&assoc);
            }
        }
    }
}
