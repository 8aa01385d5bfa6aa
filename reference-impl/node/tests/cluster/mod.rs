//! Several registrars and PEs on one simulated network: real SCTP, virtual time.

#![allow(dead_code, reason = "not every test that uses it uses all of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rserpool::driver::{EnrpEndpoint, RegistrarDriver, Setup};
use rsp_proto::registrar::{Config, enrp};
use rsp_transport::sim::{HostId, Net};
use rsp_transport::{
    AssocId, Event, Kind, Local, LocalPort, Outgoing, Peer, SctpOptions, Transport,
};
use rsp_wire::asap::{self, Deregistration, EndpointKeepAliveAck, Registration};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, RegistrationLife, SctpTransport, ServerId, UnknownParameters,
};

pub const ASAP: u16 = 3863;
pub const ENRP: u16 = 9901;
/// Registrars by number, PEs by identifier, and the network between them.
pub struct Cluster {
    pub net: Net,
    pub nodes: Vec<Node>,
    pub pes: BTreeMap<u32, Pe>,
    rng: fastrand::Rng,
    pes_at: BTreeMap<HostId, u32>,
}

pub struct Node {
    pub host: HostId,
    pub driver: Option<RegistrarDriver>,
    pub id: u32,
    pub mentors: Vec<usize>,
    starts: u64,
}

/// A PE that answers KEEP_ALIVE, joins who asks it to, and looks for a registrar when it has none.
pub struct Pe {
    pub host: HostId,
    port: LocalPort,
    pub pool: &'static str,
    /// Whether it re-registers, and looks for a registrar when it has none. Otherwise it only answers, and
    /// its life has no end.
    pub hunts: bool,
    /// How often it does so.
    period: Duration,
    /// Where its Home is.
    assoc: Option<AssocId>,
    connecting: bool,
    pub accepted: bool,
    /// Registrar that asked it last to join.
    pub adopted_by: Option<u32>,
    next: Duration,
    gone: bool,
}

pub fn node_ip(number: usize) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, u8::try_from(number + 1).unwrap()).into()
}

impl Cluster {
    pub fn new(seed: u64, ids: &[u32]) -> Self {
        let options = SctpOptions {
            // Virtual hours pass here; so many heartbeats would be most of the work.
            heartbeat_interval: Duration::from_secs(10),
            ..SctpOptions::impatient()
        };
        let mut net = Net::with_options(seed, options);
        let nodes = ids
            .iter()
            .enumerate()
            .map(|(number, &id)| Node {
                host: net.add_host(node_ip(number)),
                driver: None,
                id,
                mentors: Vec::new(),
                starts: 0,
            })
            .collect();
        Self {
            net,
            nodes,
            pes: BTreeMap::new(),
            rng: fastrand::Rng::with_seed(seed),
            pes_at: BTreeMap::new(),
        }
    }

    pub fn start(&mut self, number: usize, mentors: &[usize]) {
        self.start_with(number, mentors, |_| {});
    }

    pub fn start_with(
        &mut self,
        number: usize,
        mentors: &[usize],
        change: impl FnOnce(&mut Config),
    ) {
        let node = &mut self.nodes[number];
        node.mentors = mentors.to_vec();
        node.starts += 1;
        let peers = mentors.iter().map(|&m| SocketAddr::new(node_ip(m), ENRP));
        let mut config = Config {
            id: node.id.try_into().ok(),
            enrp: enrp::Config {
                peers: peers.collect(),
                ..enrp::Config::default()
            },
            ..Config::default()
        };
        change(&mut config);
        let setup = Setup {
            config,
            asap_port: ASAP,
            enrp: Some(EnrpEndpoint {
                addrs: Vec::new(),
                port: ENRP,
            }),
            ..Setup::default()
        };
        let (now, host) = (self.net.now(), node.host);
        let seed = 1000 * u64::try_from(number).unwrap() + node.starts;
        let driver = RegistrarDriver::start(setup, seed, &mut self.net.host(host), now).unwrap();
        self.nodes[number].driver = Some(driver);
    }

    /// From one moment to the next.
    pub fn kill(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        node.driver = None;
        self.net.kill(node.host);
    }

    /// After [`kill`](Self::kill), with the same mentors as before.
    pub fn restart(&mut self, number: usize) {
        self.net.restart(self.nodes[number].host);
        let mentors = self.nodes[number].mentors.clone();
        self.start(number, &mentors);
    }

    pub fn partition(&mut self, a: usize, b: usize, on: bool) {
        let (a, b) = (self.nodes[a].host, self.nodes[b].host);
        self.net.partition(a, b, on);
    }

    pub fn driver(&self, number: usize) -> &RegistrarDriver {
        self.nodes[number].driver.as_ref().expect("it runs")
    }

    pub fn running(&self) -> Vec<usize> {
        let runs = |&number: &usize| self.nodes[number].driver.is_some();
        (0..self.nodes.len()).filter(runs).collect()
    }

    /// A PE that registers at this registrar as soon as time passes.
    pub fn add_pe(&mut self, pe: u32, pool: &'static str, at: usize, hunts: bool) {
        let ip = Ipv4Addr::new(198, 51, 100, u8::try_from(pe % 250 + 1).unwrap()).into();
        let host = self.net.add_host(ip);
        let local = Local::Sctp {
            addrs: Vec::new(),
            port: 0,
            listen: true,
        };
        let port = self.net.host(host).open(&local).unwrap();
        let period = Duration::from_secs(self.rng.u64(20..100));
        let next = self.net.now() + period;
        self.pes_at.insert(host, pe);
        self.pes.insert(
            pe,
            Pe {
                host,
                port,
                pool,
                hunts,
                period,
                assoc: None,
                connecting: false,
                accepted: false,
                adopted_by: None,
                next,
                gone: false,
            },
        );
        self.connect(pe, at);
    }

    pub fn living_pes(&self) -> Vec<u32> {
        let living = self.pes.iter().filter(|(_, pe)| !pe.gone);
        living.map(|(&pe, _)| pe).collect()
    }

    /// It falls silent for ever.
    pub fn kill_pe(&mut self, pe: u32) {
        let pe = self.pes.get_mut(&pe).expect("a PE");
        pe.gone = true;
        self.net.kill(pe.host);
    }

    pub fn deregister(&mut self, pe: u32) {
        let state = self.pes.get_mut(&pe).expect("a PE");
        state.gone = true;
        let message = Deregistration::new(state.pool.into(), PeIdentifier(pe));
        if let Some(assoc) = state.assoc {
            let host = state.host;
            self.send(host, assoc, message.into());
        }
    }

    fn connect(&mut self, pe: u32, at: usize) {
        let pe = self.pes.get_mut(&pe).expect("a PE");
        let to = Peer {
            addrs: vec![SocketAddr::new(node_ip(at), ASAP)],
            udp_port: None,
        };
        // There may be one that a registrar has set up; its time will come.
        if let Ok(assoc) = self.net.host(pe.host).connect(pe.port, &to) {
            pe.assoc = Some(assoc);
            pe.connecting = true;
        }
    }

    fn register(&mut self, pe: u32) {
        let state = &self.pes[&pe];
        let Some(assoc) = state.assoc else {
            return;
        };
        let host = state.host;
        let element = PoolElement {
            identifier: PeIdentifier(pe),
            home: ServerId::UNDETERMINED,
            life: RegistrationLife(if state.hunts { 300 } else { -1 }),
            user_transport: SctpTransport::new(7, self.net.ip(host)).into(),
            policy: Policy::RoundRobin,
            asap_transport: None,
            unknown: UnknownParameters::NONE,
        };
        let message = Registration::new(state.pool.into(), element);
        self.send(host, assoc, message.into());
    }

    fn send(&mut self, host: HostId, assoc: AssocId, message: asap::Message) {
        let mut octets = Vec::new();
        message.encode(&mut octets).unwrap();
        let outgoing = Outgoing {
            stream: 0,
            ppid: 11,
            unordered: false,
            octets: &octets,
        };
        // Whoever is not there any more is noticed by its Down.
        let _ = self.net.host(host).send(assoc, outgoing);
    }

    pub fn pass_secs(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    pub fn pass(&mut self, span: Duration) {
        let end = self.net.now() + span;
        loop {
            let nodes = self
                .nodes
                .iter()
                .filter_map(|n| n.driver.as_ref()?.deadline());
            let acting = self.pes.values().filter(|pe| pe.hunts && !pe.gone);
            let pes = acting.map(|pe| pe.next);
            let until = nodes.chain(pes).min().map_or(end, |at| at.min(end));
            match self.net.next(until) {
                Some((host, event)) => self.event(host, event),
                None => {
                    self.timeouts();
                    if until >= end {
                        return;
                    }
                }
            }
        }
    }

    fn timeouts(&mut self) {
        let now = self.net.now();
        for node in &mut self.nodes {
            if let Some(driver) = &mut node.driver
                && driver.deadline().is_some_and(|at| at <= now)
            {
                driver.timeout(now, &mut self.net.host(node.host));
            }
        }
        let due = |(_, pe): &(&u32, &Pe)| pe.hunts && !pe.gone && pe.next <= now;
        let due: Vec<u32> = self.pes.iter().filter(due).map(|(&pe, _)| pe).collect();
        for pe in due {
            let state = self.pes.get_mut(&pe).expect("a PE");
            state.next = now + state.period;
            let (idle, connecting) = (state.assoc.is_none(), state.connecting);
            if idle {
                let at = self.rng.usize(..self.nodes.len());
                self.connect(pe, at);
            } else if !connecting {
                self.register(pe);
            }
        }
    }

    fn event(&mut self, host: HostId, event: Event) {
        let now = self.net.now();
        if let Some(node) = self.nodes.iter_mut().find(|node| node.host == host) {
            if let Some(driver) = &mut node.driver {
                driver.event(now, event, &mut self.net.host(host));
            }
            return;
        }
        let pe = self.pes_at[&host];
        let state = self.pes.get_mut(&pe).expect("a PE");
        match event {
            Event::Up { assoc, kind, .. } => {
                assert_eq!(kind, Kind::Sctp);
                if state.assoc == Some(assoc) {
                    state.connecting = false;
                    self.register(pe);
                }
            }
            Event::Down { assoc, .. } if state.assoc == Some(assoc) => {
                state.assoc = None;
                state.connecting = false;
                state.accepted = false;
            }
            Event::Message { assoc, octets, .. } => {
                let message = asap::Message::decode(&octets).unwrap().message;
                self.pe_message(pe, assoc, message);
            }
            _ => {}
        }
    }

    fn pe_message(&mut self, pe: u32, assoc: AssocId, message: asap::Message) {
        let state = self.pes.get_mut(&pe).expect("a PE");
        if state.gone {
            return;
        }
        match message {
            asap::Message::EndpointKeepAlive(m) => {
                if m.wants_to_be_home() {
                    state.adopted_by = Some(m.server_id.0);
                    state.assoc = Some(assoc);
                    state.connecting = false;
                    state.accepted = true;
                }
                let host = state.host;
                let ack = EndpointKeepAliveAck::new(m.pool_handle, PeIdentifier(pe));
                self.send(host, assoc, ack.into());
            }
            asap::Message::RegistrationResponse(m) => {
                state.accepted = !m.is_rejected();
                if m.is_rejected() && state.assoc == Some(assoc) {
                    // Another registrar may know better.
                    state.assoc = None;
                }
            }
            _ => {}
        }
    }

    /// What a registrar has: pool, PE and its Home.
    pub fn view(&self, number: usize) -> BTreeSet<(String, u32, u32)> {
        let space = self.driver(number).engine().handlespace();
        let of_pool = |pool: &rsp_handlespace::Pool| {
            let handle = pool.handle().to_string();
            let elements: Vec<(String, u32, u32)> = pool
                .elements()
                .map(|e| (handle.clone(), e.identifier.0, e.home.0))
                .collect();
            elements
        };
        space.pools().flat_map(of_pool).collect()
    }

    pub fn homes(&self, number: usize) -> BTreeMap<u32, u32> {
        let view = self.view(number);
        view.into_iter().map(|(_, pe, home)| (pe, home)).collect()
    }

    /// All that must hold once faults have stopped; a sentence about the first thing that does not.
    pub fn check(&self) -> Result<(), String> {
        let running = self.running();
        let views: Vec<_> = running.iter().map(|&n| self.view(n)).collect();
        for (&number, view) in running.iter().zip(&views) {
            if !self.driver(number).is_serving() {
                return Err(format!("{number} does not serve"));
            }
            if *view != views[0] {
                return Err(format!("handlespaces differ: {view:?}, {:?}", views[0]));
            }
        }
        let ids: BTreeSet<u32> = running.iter().map(|&n| self.nodes[n].id).collect();
        for (pool, pe, home) in &views[0] {
            if !ids.contains(home) {
                return Err(format!(
                    "{pe} in {pool} has the Home {home:#x}, which is gone"
                ));
            }
        }
        let mut seen = BTreeSet::new();
        for (_, pe, _) in &views[0] {
            if !seen.insert(*pe) {
                return Err(format!("{pe} has two Homes"));
            }
        }
        for &a in &running {
            for &b in &running {
                let id = ServerId(self.nodes[b].id);
                let own = self.driver(b).engine().handlespace().checksum(id);
                let there = self.driver(a).engine().handlespace().checksum(id);
                if own != there {
                    return Err(format!("checksums of {b} differ at {a}"));
                }
                if a != b && !self.driver(a).engine().peers().any(|peer| peer == id) {
                    return Err(format!("{a} does not know {b}"));
                }
            }
            let peers = self.driver(a).engine().peers().count();
            if peers != running.len() - 1 {
                return Err(format!("{a} has {peers} peers"));
            }
        }
        Ok(())
    }

    /// Every PE that lives and looks for a registrar is registered, and none that does not live.
    pub fn check_pes(&self) -> Result<(), String> {
        let there: BTreeSet<u32> = self.homes(self.running()[0]).into_keys().collect();
        let living: BTreeSet<u32> = self.living_pes().into_iter().collect();
        let lost = living
            .iter()
            .find(|pe| self.pes[pe].hunts && !there.contains(pe));
        if let Some(pe) = lost {
            return Err(format!("{pe} lives and is not registered"));
        }
        match there.difference(&living).next() {
            Some(pe) => Err(format!("{pe} is registered and gone")),
            None => Ok(()),
        }
    }
}
