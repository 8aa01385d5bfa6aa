//! The world: hosts on one simulated network, their clocks, and what can be done to them.

mod time;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rsp_proto::registrar::Config;
use rsp_transport::sim::{Conditions, HostId, Net, SimHost};
use rsp_transport::{Event, SctpOptions, Transport};
use rsp_wire::{PeIdentifier, Policy};

use super::act::Act;
use super::body::{ElementBody, ElementHost, UserBody, UserHost};
use super::element::{ElementSetup, Manner, PlainElement};
use super::engine_element::EngineElement;
use super::engine_user::EngineUser;
use super::registrar::{RegistrarHost, Services};
use super::trace::{Keep, Trace};
use super::user::{PlainUser, UserSetup};
use super::{ASAP_PORT, ENRP_PORT, GROUP, Spot};
use rserpool::registrar::driver::RegistrarDriver;

/// A seeded world. Its seed and the calls determine every event.
pub struct World {
    pub(super) net: Net,
    hosts: Vec<Host>,
    pub(super) registrars: Vec<RegistrarHost>,
    pub(super) elements: BTreeMap<u32, ElementHost>,
    pub(super) users: Vec<UserHost>,
    seed: u64,
    rng: fastrand::Rng,
    trace: Trace,
    pub(super) options: Options,
    /// The last fault, or its end.
    pub(super) last_fault: Duration,
    /// The last thing that can cost any pool element its registration.
    pub(super) last_blow: Option<Duration>,
    /// True if, since all faults were lifted, an act did more than start, end or silence hosts.
    pub(super) rough: bool,
    /// Between which hosts the network is cut.
    cuts: BTreeSet<(HostId, HostId)>,
    /// Between which hosts it was, and until when.
    mended: BTreeMap<(HostId, HostId), Duration>,
    stuck: Option<String>,
}

/// Settings that all hosts of a world share.
#[derive(Clone, Debug)]
pub struct Options {
    /// SCTP.
    pub sctp: SctpOptions,
    /// True if registrars accept pool users over TCP.
    pub tcp: bool,
    /// True if registrars announce themselves by multicast.
    pub announce: bool,
    /// Most octets that a registrar keeps for one association, without its stack's; none for the default.
    pub max_backlog: Option<u16>,
    /// True if registrars have less room than the world needs, so that they may refuse and forget.
    pub cramped: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sctp: SctpOptions {
                // Virtual hours pass here; so many heartbeats would be most of the work.
                heartbeat_interval: Duration::from_secs(30),
                ..SctpOptions::impatient()
            },
            tcp: false,
            announce: false,
            max_backlog: None,
            cramped: false,
        }
    }
}

/// A host's own time, and what it has not read yet.
#[derive(Debug)]
struct Host {
    spot: Spot,
    /// Time by which its clock is ahead of the world's.
    ahead: Duration,
    /// Since when and until when it does nothing at all; its stack goes on.
    frozen: Option<(Duration, Duration)>,
    held: VecDeque<Event>,
    /// When it wants to act next, in the world's time.
    due: Option<Duration>,
}

/// Returns the address of a registrar by its number.
pub fn registrar_ip(number: usize) -> IpAddr {
    let number = u32::try_from(number).expect("registrars are counted by the hundred");
    Ipv4Addr::from(u32::from(Ipv4Addr::new(192, 0, 2, 1)) + number).into()
}

fn element_ip(number: u32) -> IpAddr {
    Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 0, 0)) + number).into()
}

fn user_ip(number: usize) -> IpAddr {
    let number = u32::try_from(number).expect("pool users are counted by the thousand");
    Ipv4Addr::from(u32::from(Ipv4Addr::new(172, 16, 0, 1)) + number).into()
}

impl World {
    /// Returns a world with these registrars, none of them started.
    pub fn new(seed: u64, ids: &[u32]) -> Self {
        Self::with_options(seed, ids, Options::default(), Trace::new(Keep::Digest))
    }

    /// Returns such a world with options and a trace of the caller's.
    pub fn with_options(seed: u64, ids: &[u32], options: Options, trace: Trace) -> Self {
        let mut net = Net::with_options(seed, options.sctp.clone());
        net.tap(trace.tap());
        let mut world = Self {
            net,
            hosts: Vec::new(),
            registrars: Vec::new(),
            elements: BTreeMap::new(),
            users: Vec::new(),
            seed,
            rng: fastrand::Rng::with_seed(seed),
            trace,
            options,
            last_fault: Duration::ZERO,
            last_blow: None,
            rough: false,
            cuts: BTreeSet::new(),
            mended: BTreeMap::new(),
            stuck: None,
        };
        for (number, &id) in ids.iter().enumerate() {
            let host = world.add_host(registrar_ip(number), Spot::Registrar(number));
            world.registrars.push(RegistrarHost::new(host, id));
        }
        world
    }

    fn add_host(&mut self, ip: IpAddr, spot: Spot) -> HostId {
        self.hosts.push(Host {
            spot,
            ahead: Duration::ZERO,
            frozen: None,
            held: VecDeque::new(),
            due: None,
        });
        self.net.add_host(ip)
    }

    /// Returns the world's time.
    pub fn now(&self) -> Duration {
        self.net.now()
    }

    /// Returns the trace.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Returns a sentence if time does not advance, as a host acts without ever waiting.
    pub fn stuck(&self) -> Option<&str> {
        self.stuck.as_deref()
    }

    /// Returns the registrars by number.
    pub fn registrars(&self) -> &[RegistrarHost] {
        &self.registrars
    }

    /// Returns the numbers of the running registrars.
    pub fn running(&self) -> Vec<usize> {
        let runs = |&number: &usize| self.registrars[number].driver.is_some();
        (0..self.registrars.len()).filter(runs).collect()
    }

    /// Returns the driver of a running registrar.
    ///
    /// # Panics
    /// Panics if the registrar does not run.
    pub fn driver(&self, number: usize) -> &RegistrarDriver {
        let driver = self.registrars[number].driver.as_ref();
        driver.expect("asked for a registrar that runs")
    }

    /// Starts a registrar with these others as configured peers.
    pub fn start(&mut self, number: usize, mentors: &[usize]) {
        self.start_with(number, mentors, |_| {});
    }

    /// Starts a registrar with other settings than the default ones; a restart keeps them.
    pub fn start_with(
        &mut self,
        number: usize,
        mentors: &[usize],
        change: impl FnOnce(&mut Config),
    ) {
        let registrar = &mut self.registrars[number];
        registrar.mentors = mentors.to_vec();
        change(&mut registrar.config);
        self.start_again(number);
    }

    fn start_again(&mut self, number: usize) {
        let host = self.registrars[number].host;
        let services = Services {
            address: self.net.ip(host),
            tcp: self.options.tcp,
            announce: self.options.announce,
            max_backlog: self.options.max_backlog,
        };
        let seed = self.seed.wrapping_mul(1009) + 31 * u64::try_from(number).unwrap_or(0);
        let now = self.local(host);
        let registrar = &mut self.registrars[number];
        registrar.since = self.net.now();
        let mentors = registrar.mentors.iter();
        let peers = mentors.map(|&m| SocketAddr::new(registrar_ip(m), ENRP_PORT));
        let peers = peers.collect();
        registrar.start(peers, services, seed, &mut self.net.host(host), now);
        self.touched(host);
    }

    /// Ends a registrar as a crash does.
    pub fn kill(&mut self, number: usize) {
        let registrar = &mut self.registrars[number];
        registrar.driver = None;
        registrar.since = self.net.now();
        let host = registrar.host;
        self.kill_host(host);
    }

    /// Makes a registrar refuse new associations.
    pub(super) fn drain(&mut self, number: usize) {
        self.with_registrar(number, RegistrarDriver::drain);
    }

    /// Begins a graceful end.
    pub(super) fn stop(&mut self, number: usize) {
        self.with_registrar(number, RegistrarDriver::stop);
    }

    /// Calls a registrar that runs.
    fn with_registrar(
        &mut self,
        number: usize,
        call: impl FnOnce(&mut RegistrarDriver, Duration, &mut dyn Transport),
    ) {
        let host = self.registrars[number].host;
        let now = self.local(host);
        if let Some(driver) = &mut self.registrars[number].driver {
            call(driver, now, &mut self.net.host(host));
        }
        self.touched(host);
    }

    /// Starts a registrar again after [`kill`](Self::kill), with the same mentors and settings.
    pub fn restart(&mut self, number: usize) {
        self.net.restart(self.registrars[number].host);
        self.start_again(number);
    }

    fn kill_host(&mut self, host: HostId) {
        self.net.kill(host);
        let state = &mut self.hosts[host.0 as usize];
        state.held.clear();
        state.frozen = None;
        state.due = None;
    }

    /// Cuts or mends the network between two registrars.
    pub fn partition(&mut self, a: usize, b: usize, on: bool) {
        self.cut(Spot::Registrar(a), Spot::Registrar(b), on);
    }

    pub(super) fn cut(&mut self, a: Spot, b: Spot, on: bool) {
        if let (Some(a), Some(b)) = (self.host_of(a), self.host_of(b))
            && a != b
        {
            let pair = (a.min(b), a.max(b));
            if on {
                self.cuts.insert(pair);
            } else if self.cuts.remove(&pair) {
                self.mended.insert(pair, self.net.now());
            }
            self.net.partition(a, b, on);
        }
    }

    /// Returns whether a registrar is cut off from another one, or was a short time ago.
    pub(super) fn is_split_off(&self, number: usize, healing: Duration) -> bool {
        let own = self.registrars[number].host;
        let is_registrar =
            |host: HostId| matches!(self.hosts[host.0 as usize].spot, Spot::Registrar(_));
        let concerns = |&(a, b): &(HostId, HostId)| {
            (a == own || b == own) && is_registrar(a) && is_registrar(b)
        };
        let recently = |&at: &Duration| at + healing > self.net.now();
        let mut recent = self.mended.iter().filter(|(_, at)| recently(at));
        self.cuts.iter().any(concerns) || recent.any(|(pair, _)| concerns(pair))
    }

    /// Sets the conditions of all packets.
    pub fn conditions(&mut self, conditions: Conditions) {
        self.net.conditions(conditions);
    }

    pub(super) fn link(&mut self, a: Spot, b: Spot, conditions: Conditions) {
        if let (Some(a), Some(b)) = (self.host_of(a), self.host_of(b))
            && a != b
        {
            self.net.conditions_between(a, b, conditions);
        }
    }

    /// Returns all hosts of the world.
    pub(super) fn spots(&self) -> Vec<Spot> {
        self.hosts.iter().map(|host| host.spot).collect()
    }

    fn host_of(&self, spot: Spot) -> Option<HostId> {
        match spot {
            Spot::Registrar(number) => self.registrars.get(number).map(|r| r.host),
            Spot::Element(number) => self.elements.get(&number).map(|e| e.host),
            Spot::User(number) => self.users.get(number).map(|u| u.host),
        }
    }

    /// Advances a host's clock, as after a suspend.
    pub(super) fn jump(&mut self, spot: Spot, span: Duration) {
        if let Some(host) = self.host_of(spot) {
            self.hosts[host.0 as usize].ahead += span;
            self.excuse(spot, span);
            self.touched(host);
        }
    }

    /// Advances a host's clock without noting a fault.
    #[cfg(test)]
    pub(super) fn skew(&mut self, spot: Spot, span: Duration) {
        if let Some(host) = self.host_of(spot) {
            self.hosts[host.0 as usize].ahead += span;
        }
    }

    /// Freezes a process: it neither reads nor acts for `span`.
    pub(super) fn freeze(&mut self, spot: Spot, span: Duration) {
        if let Some(host) = self.host_of(spot) {
            let now = self.net.now();
            self.hosts[host.0 as usize].frozen = Some((now, now + span));
            self.touched(host);
        }
    }

    /// A timer that is late by this much is so for no fault of its own.
    fn excuse(&mut self, spot: Spot, span: Duration) {
        match spot {
            Spot::Registrar(_) => {}
            Spot::Element(number) => {
                let body = self.elements.get_mut(&number).and_then(|e| e.body.as_mut());
                if let Some(ElementBody::Engine(engine)) = body {
                    engine.excuse(span);
                }
            }
            Spot::User(number) => {
                if let UserBody::Engine(engine) = &mut self.users[number].body {
                    engine.excuse(span);
                }
            }
        }
    }

    pub(super) fn thaw_all(&mut self) {
        for index in 0..self.hosts.len() {
            if self.hosts[index].frozen.is_some() {
                self.thaw(HostId(index as u32));
            }
        }
    }

    fn thaw(&mut self, host: HostId) {
        let now = self.net.now();
        let state = &mut self.hosts[host.0 as usize];
        let (spot, held) = (state.spot, std::mem::take(&mut state.held));
        if let Some((since, _)) = state.frozen.take() {
            self.excuse(spot, now - since);
        }
        self.net.put_back(host, held.into_iter());
        self.touched(host);
    }

    /// Adds a pool element that registers at this registrar as soon as time passes. It hunts, or only answers.
    pub fn add_pe(&mut self, number: u32, pool: &'static str, at: usize, hunts: bool) {
        let period = Duration::from_secs(self.rng.u64(20..100));
        let setup = ElementSetup {
            identifier: PeIdentifier(number),
            pool,
            policy: Policy::RoundRobin,
            manner: if hunts {
                Manner::Hunting
            } else {
                Manner::Listening
            },
            period,
            life_s: if hunts { 300 } else { -1 },
            registrars: self.asap_addrs(),
            first: at,
        };
        self.add_element(number, setup);
    }

    pub(super) fn asap_addrs(&self) -> Vec<SocketAddr> {
        (0..self.registrars.len())
            .map(|number| SocketAddr::new(registrar_ip(number), ASAP_PORT))
            .collect()
    }

    pub(super) fn add_element(&mut self, number: u32, setup: ElementSetup) {
        let host = self.add_host(element_ip(number), Spot::Element(number));
        let element = ElementHost {
            host,
            own_manner: setup.manner,
            setup,
            body: None,
            since: self.net.now(),
            disturbed: None,
            intruder: false,
        };
        self.elements.insert(number, element);
        self.start_element(number);
    }

    pub(super) fn start_element(&mut self, number: u32) {
        let Some(element) = self.elements.get_mut(&number) else {
            return;
        };
        let host = element.host;
        if element.body.is_some() {
            element.body = None;
            self.net.kill(host);
        }
        self.net.restart(host);
        let now = self.local(host);
        let seed = self.seed ^ (u64::from(number) << 32) ^ self.rng.u64(..);
        let element = self.elements.get_mut(&number).expect("looked up above");
        let setup = element.setup.clone();
        element.since = self.net.now();
        let announce = self.options.announce.then_some(GROUP);
        let transport = &mut self.net.host(host);
        element.body = Some(match setup.manner {
            Manner::Engine => {
                let engine = EngineElement::start(&setup, announce, seed, transport, now);
                ElementBody::Engine(Box::new(engine))
            }
            Manner::Hunting | Manner::Listening | Manner::Mute | Manner::Babbling => {
                let plain = PlainElement::start(setup, seed, transport, now);
                ElementBody::Plain(Box::new(plain))
            }
        });
        self.touched(host);
    }

    /// Adds a pool user, with the real engine or without.
    pub fn add_user(&mut self, setup: UserSetup, engine: bool) {
        let number = self.users.len();
        let host = self.add_host(user_ip(number), Spot::User(number));
        let (now, seed) = (self.local(host), self.rng.u64(..));
        let announce = self.options.announce.then_some(GROUP);
        let transport = &mut self.net.host(host);
        let body = if engine {
            let user = EngineUser::start(setup, announce, seed, transport, now);
            UserBody::Engine(Box::new(user))
        } else {
            UserBody::Plain(Box::new(PlainUser::start(setup, seed, transport, now)))
        };
        self.users.push(UserHost { host, body });
        self.touched(host);
    }

    /// Returns the numbers of the pool elements that live and are not leaving.
    pub fn living_pes(&self) -> Vec<u32> {
        let living = self.elements.iter().filter(|(_, element)| element.lives());
        living.map(|(&number, _)| number).collect()
    }

    /// Returns a pool element, while its process runs.
    pub fn element(&self, number: u32) -> Option<&ElementBody> {
        self.elements.get(&number)?.body.as_ref()
    }

    /// Makes a pool element without an engine only answer.
    pub fn only_listen(&mut self, number: u32) {
        self.act_on(&Act::Behave(number, Manner::Listening));
    }

    /// Calls a pool element that runs.
    pub(super) fn with_element(
        &mut self,
        number: u32,
        call: impl FnOnce(&mut ElementBody, Duration, &mut SimHost<'_>),
    ) {
        let Some(host) = self.elements.get(&number).map(|element| element.host) else {
            return;
        };
        let now = self.local(host);
        if let Some(body) = self.elements.get_mut(&number).and_then(|e| e.body.as_mut()) {
            call(body, now, &mut self.net.host(host));
        }
        self.touched(host);
    }

    pub(super) fn with_user(
        &mut self,
        number: usize,
        call: impl FnOnce(&mut UserBody, Duration, &mut SimHost<'_>),
    ) {
        let Some(host) = self.users.get(number).map(|user| user.host) else {
            return;
        };
        let now = self.local(host);
        call(&mut self.users[number].body, now, &mut self.net.host(host));
        self.touched(host);
    }

    /// Ends a pool element as a crash does.
    pub fn kill_pe(&mut self, number: u32) {
        let now = self.net.now();
        if let Some(element) = self.elements.get_mut(&number)
            && element.body.take().is_some()
        {
            element.since = now;
            let host = element.host;
            self.kill_host(host);
        }
    }

    /// Makes a pool element de-register, if it is registered.
    pub fn deregister(&mut self, number: u32) {
        let mut asked = false;
        self.with_element(number, |body, now, host| match body {
            ElementBody::Plain(plain) => asked = plain.deregister(now, host),
            ElementBody::Engine(engine) => {
                engine.deregister(now, host);
                asked = true;
            }
        });
        let now = self.net.now();
        if asked && let Some(element) = self.elements.get_mut(&number) {
            element.since = now;
        }
    }

    /// Returns the time since which a pool element's process has ended or is frozen.
    pub(super) fn silent_since(&self, number: u32) -> Option<Duration> {
        let element = self.elements.get(&number)?;
        let frozen = self.hosts[element.host.0 as usize].frozen;
        match element.body {
            None => Some(element.since),
            Some(_) => frozen.map(|(since, _)| since),
        }
    }

    /// Returns whether a process is frozen.
    pub(super) fn stands_still(&self, spot: Spot) -> bool {
        let host = self.host_of(spot);
        host.is_some_and(|host| self.hosts[host.0 as usize].frozen.is_some())
    }

    /// Returns the time of a host's own clock.
    pub(super) fn local_now(&self, spot: Spot) -> Duration {
        self.host_of(spot)
            .map_or(self.net.now(), |host| self.local(host))
    }
}
