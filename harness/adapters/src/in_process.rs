//! The bundled registrar in this process: its engine over the simulated network, on virtual time.
//!
//! Each instance of the target is one host, every endpoint of the harness another. Nothing here waits: the clock jumps
//! to the next packet or timer, so a case of ten minutes takes milliseconds and a seed replays it exactly.

mod registrar;

use crate::event_map::{change_of, environment};
use crate::fault::Fault;
use crate::wire::Wire;
use registrar::Registrar;
use rserpool::registrar::driver::Setup;
use rsp_transport::sim::{Fate, HostId, Net};
use rsp_transport::{AssocId, Event, Local, LocalPort, Outgoing, Peer, Transport};
use rspcheck_testkit::{
    Assoc, Deed, Disturbance, Endpoint, EndpointKind, Happening, Instance, Link, PacketFate,
    Signal, Start, World, WorldError,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

/// Address of the first instance in the simulated network (RFC 5737's documentation range); the others follow it.
const TARGET: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// ASAP's port (RFC 5352 §8.2).
const ASAP_PORT: u16 = 3863;
/// ENRP's port (RFC 5353 §5.3).
const ENRP_PORT: u16 = 9901;
/// PPID of ASAP (RFC 5352 §8.3).
const ASAP_PPID: u32 = 11;
/// Group of the announcements (RFC 5352 §8.4).
const GROUP: IpAddr = IpAddr::V4(Ipv4Addr::new(224, 0, 1, 185));

/// One endpoint of the harness: a host of its own.
#[derive(Debug)]
struct PlayerEndpoint {
    host: HostId,
    port: LocalPort,
    addr: SocketAddr,
    kind: EndpointKind,
}

/// The world of one case in process.
pub struct InProcess {
    net: Net,
    /// The instances that the case has named, and the first one.
    registrars: BTreeMap<Instance, Registrar>,
    /// Settings of every registrar, without addresses and peers.
    setup: Setup,
    seed: u64,
    fault: Option<Fault>,
    /// The instance that has the fault; all of them without one.
    faulty: Option<Instance>,
    players: Vec<PlayerEndpoint>,
    /// The harness's associations by host and the host's own number.
    assocs: BTreeMap<(HostId, AssocId), Assoc>,
    places: BTreeMap<Assoc, Place>,
    next_assoc: u64,
    ready: VecDeque<Happening>,
    /// Disturbances, and the instances that they are about by their hosts.
    wire: Rc<RefCell<(Wire, BTreeMap<HostId, Instance>)>>,
}

/// Place of an association of the harness.
#[derive(Clone, Copy, Debug)]
struct Place {
    host: HostId,
    id: AssocId,
    /// Instance at the other end.
    instance: Instance,
}

/// Most packets and timers in one wait; beyond them target and network keep each other busy for ever.
const BUSY_LIMIT: u32 = 1_000_000;

/// Keeps the registrars from drawing the same numbers from the seed as the tester does.
const TARGET_SHARE: u64 = 0x9e37_79b9_7f4a_7c15;

impl InProcess {
    /// Returns a new registrar on a new network. The seed determines every event, and the fault applies to every
    /// instance.
    pub fn new(setup: Setup, seed: u64, fault: Option<Fault>) -> Result<InProcess, WorldError> {
        let mut net = Net::new(seed);
        let mut first = Registrar::new(
            &mut net,
            address_of(Instance::FIRST),
            &setup,
            seed_of(seed, Instance::FIRST),
            fault,
        );
        first.start_alone(&mut net)?;
        Ok(InProcess {
            net,
            registrars: BTreeMap::from([(Instance::FIRST, first)]),
            setup,
            seed,
            fault,
            faulty: None,
            players: Vec::new(),
            assocs: BTreeMap::new(),
            places: BTreeMap::new(),
            next_assoc: 0,
            ready: VecDeque::new(),
            wire: Rc::default(),
        })
    }

    /// Returns a new registrar of which only this instance has the fault.
    pub(crate) fn with_fault_in(
        setup: Setup,
        seed: u64,
        (fault, instance): (Fault, Instance),
    ) -> Result<InProcess, WorldError> {
        let of_first = instance.is_first().then_some(fault);
        let mut world = InProcess::new(setup, seed, of_first)?;
        (world.fault, world.faulty) = (Some(fault), Some(instance));
        Ok(world)
    }

    /// Returns the fault of an instance.
    fn fault_of(&self, instance: Instance) -> Option<Fault> {
        let has_it = self.faulty.is_none_or(|faulty| faulty == instance);
        self.fault.filter(|_| has_it)
    }

    /// Calls a method of an instance, whose host is added at its first use.
    fn with<T>(
        &mut self,
        instance: Instance,
        call: impl FnOnce(&mut Registrar, &mut Net) -> T,
    ) -> T {
        let fault = self.fault_of(instance);
        let net = &mut self.net;
        let registrar = self.registrars.entry(instance).or_insert_with(|| {
            let seed = seed_of(self.seed, instance);
            let new = Registrar::new(net, address_of(instance), &self.setup, seed, fault);
            net.kill(new.host);
            new
        });
        call(registrar, net)
    }

    /// Returns the instance on a host.
    fn instance_on(&self, host: HostId) -> Option<Instance> {
        let mut all = self.registrars.iter();
        all.find_map(|(instance, registrar)| (registrar.host == host).then_some(*instance))
    }

    /// Returns the instance at an address.
    fn instance_at(&self, ip: IpAddr) -> Instance {
        let mut all = self.registrars.keys();
        let at = all.find(|instance| address_of(**instance) == ip);
        at.copied().unwrap_or_default()
    }

    fn assoc_of(&mut self, host: HostId, id: AssocId, instance: Option<Instance>) -> Assoc {
        if let Some(known) = self.assocs.get(&(host, id)) {
            return *known;
        }
        let assoc = Assoc(self.next_assoc);
        self.next_assoc += 1;
        self.assocs.insert((host, id), assoc);
        let instance = instance.unwrap_or_default();
        self.places.insert(assoc, Place { host, id, instance });
        assoc
    }

    /// Handles an event of the network.
    fn handle(&mut self, host: HostId, event: Event) {
        if let Some(instance) = self.instance_on(host) {
            self.note_exchange(instance, &event);
            self.with(instance, |registrar, net| registrar.event(net, event));
        } else {
            let happening = self.happening(host, event);
            self.ready.extend(happening);
        }
    }

    /// Reports a message that an instance receives from another one.
    fn note_exchange(&mut self, to: Instance, event: &Event) {
        if self.registrars.len() == 1 {
            return;
        }
        let registrars: Vec<IpAddr> = self.registrars.keys().copied().map(address_of).collect();
        let from = self.with(to, |registrar, _| registrar.partner(&registrars, event));
        if let (
            Some(from),
            Event::Message {
                ppid,
                stream,
                octets,
                ..
            },
        ) = (from, event)
        {
            self.ready.push_back(Happening::Between {
                from: self.instance_at(from),
                to,
                ppid: *ppid,
                stream: *stream,
                octets: octets.clone(),
            });
        }
    }

    /// Returns the newest association of a host of the harness with an instance, after all events of this moment.
    fn association_of(&mut self, host: HostId, instance: Instance) -> Option<Assoc> {
        let now = self.net.now();
        while let Some((at, event)) = self.net.next(now) {
            self.handle(at, event);
        }
        let of_host = (host, AssocId(0))..=(host, AssocId(u64::MAX));
        let mut all = self.assocs.range(of_host).map(|(_, assoc)| *assoc);
        all.rfind(|assoc| self.places[assoc].instance == instance)
    }

    fn endpoint_of(&self, host: HostId) -> Option<Endpoint> {
        self.players
            .iter()
            .position(|s| s.host == host)
            .map(|at| Endpoint(at as u32))
    }

    /// Returns the happening of an event at a host of the harness, if the tester has one for it.
    fn happening(&mut self, host: HostId, event: Event) -> Option<Happening> {
        let endpoint = self.endpoint_of(host)?;
        let kind = self.players[endpoint.0 as usize].kind;
        let happening = match event {
            Event::Up { assoc, peer, .. } => {
                let peer = peer.first().copied();
                let peer = peer.unwrap_or(SocketAddr::new(TARGET.into(), 0));
                let instance = self.instance_at(peer.ip());
                Happening::Up {
                    endpoint,
                    assoc: self.assoc_of(host, assoc, Some(instance)),
                    instance,
                    peer,
                }
            }
            Event::Message {
                assoc,
                stream,
                ppid,
                octets,
                ..
            } => {
                let assoc = self.assoc_of(host, assoc, None);
                let instance = self.places[&assoc].instance;
                self.with(instance, |registrar, _| {
                    registrar.unanswered.received(assoc, ppid, &octets);
                });
                Happening::Message {
                    assoc,
                    ppid: kind.is_sctp().then_some(ppid),
                    stream: kind.is_sctp().then_some(stream),
                    octets,
                }
            }
            Event::Restart { assoc } => {
                let assoc = self.assoc_of(host, assoc, None);
                Happening::Changed {
                    assoc,
                    change: rspcheck_testkit::Change::Restarted,
                    why: String::new(),
                }
            }
            Event::Down {
                assoc, kind, why, ..
            } => Happening::Changed {
                assoc: self.assoc_of(host, assoc, None),
                change: change_of(kind),
                why,
            },
            Event::Datagram { from, octets, .. } => Happening::Datagram {
                endpoint,
                from,
                octets,
            },
            Event::Path { .. } => return None,
        };
        Some(happening)
    }
}

/// Returns the address of an instance.
fn address_of(instance: Instance) -> IpAddr {
    let nth = instance.index() as u32;
    Ipv4Addr::from_bits(TARGET.to_bits() + nth).into()
}

/// Returns the seed of an instance.
fn seed_of(seed: u64, instance: Instance) -> u64 {
    seed ^ TARGET_SHARE.rotate_left(instance.index() as u32)
}

impl World for InProcess {
    fn now(&self) -> Duration {
        self.net.now()
    }

    fn open(&mut self, kind: EndpointKind) -> Result<Endpoint, WorldError> {
        let nth = self.players.len() as u32;
        let ip = IpAddr::V4(Ipv4Addr::from_bits(
            Ipv4Addr::new(198, 51, 100, 1).to_bits() + nth,
        ));
        let host = self.net.add_host(ip);
        let local = match kind {
            EndpointKind::Sctp | EndpointKind::Enrp => Local::Sctp {
                addrs: vec![ip],
                port: if kind == EndpointKind::Enrp {
                    ENRP_PORT
                } else {
                    0
                },
                listen: true,
            },
            EndpointKind::Tcp => Local::Tcp {
                addr: SocketAddr::new(ip, 0),
                listen: false,
            },
            EndpointKind::Announcements => Local::Udp {
                addr: SocketAddr::new(ip, ASAP_PORT),
                groups: vec![GROUP],
            },
        };
        let mut transport = self.net.host(host);
        let port = transport.open(&local).map_err(environment)?;
        let addr = transport
            .local_addrs(port)
            .first()
            .copied()
            .unwrap_or(SocketAddr::new(ip, 0));
        self.players.push(PlayerEndpoint {
            host,
            port,
            addr,
            kind,
        });
        Ok(Endpoint(nth))
    }

    fn local_addr(&self, endpoint: Endpoint) -> SocketAddr {
        self.players[endpoint.0 as usize].addr
    }

    fn target_addr(&self, instance: Instance, kind: EndpointKind) -> SocketAddr {
        match kind {
            EndpointKind::Announcements => SocketAddr::new(GROUP, ASAP_PORT),
            EndpointKind::Sctp | EndpointKind::Tcp => {
                SocketAddr::new(address_of(instance), ASAP_PORT)
            }
            EndpointKind::Enrp => SocketAddr::new(address_of(instance), ENRP_PORT),
        }
    }

    fn connect(&mut self, endpoint: Endpoint, instance: Instance) -> Result<Assoc, WorldError> {
        let player = &self.players[endpoint.0 as usize];
        let (host, port) = (player.host, player.port);
        let peer = Peer {
            addrs: vec![self.target_addr(instance, player.kind)],
            udp_port: None,
        };
        match self.net.host(host).connect(port, &peer) {
            Ok(id) => Ok(self.assoc_of(host, id, Some(instance))),
            // The target has set one up at the same moment; its happening is still on its way to the tester.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let known = self.association_of(host, instance);
                known.ok_or_else(|| environment(error))
            }
            Err(error) => Err(environment(error)),
        }
    }

    fn send(&mut self, assoc: Assoc, ppid: u32, octets: &[u8]) -> Result<bool, WorldError> {
        let Some(&Place { host, id, instance }) = self.places.get(&assoc) else {
            return Ok(false);
        };
        let message = Outgoing {
            stream: 0,
            ppid,
            unordered: false,
            octets,
        };
        let sent = self.net.host(host).send(id, message).is_ok();
        if sent {
            self.with(instance, |registrar, _| {
                registrar.unanswered.sent(Some(assoc), ppid, octets);
            });
        }
        Ok(sent)
    }

    fn send_datagram(&mut self, endpoint: Endpoint, octets: &[u8]) -> Result<(), WorldError> {
        let player = &self.players[endpoint.0 as usize];
        let (host, port) = (player.host, player.port);
        let to = SocketAddr::new(GROUP, ASAP_PORT);
        for registrar in self.registrars.values_mut() {
            registrar.unanswered.sent(None, 0, octets);
        }
        self.net
            .host(host)
            .send_datagram(port, to, octets)
            .map_err(environment)
    }

    fn shutdown(&mut self, assoc: Assoc) -> Result<(), WorldError> {
        if let Some(&Place { host, id, .. }) = self.places.get(&assoc) {
            // An association that is gone already needs no shutdown.
            let _ = self.net.host(host).shutdown(id);
        }
        Ok(())
    }

    fn abort(&mut self, assoc: Assoc) -> Result<(), WorldError> {
        if let Some(&Place { host, id, .. }) = self.places.get(&assoc) {
            self.net.host(host).abort(id);
        }
        Ok(())
    }

    fn vanish(&mut self, endpoint: Endpoint) -> Result<Deed, WorldError> {
        self.net.kill(self.players[endpoint.0 as usize].host);
        Ok(Deed::Done)
    }

    fn start(&mut self, instance: Instance, start: &Start) -> Result<Deed, WorldError> {
        self.with(instance, |registrar, net| registrar.start(net, start))?;
        Ok(Deed::Done)
    }

    fn stop(&mut self, instance: Instance, signal: Signal) -> Result<Deed, WorldError> {
        self.with(instance, |registrar, net| registrar.stop(net, signal));
        Ok(Deed::Done)
    }

    fn freeze(&mut self, instance: Instance) -> Result<Deed, WorldError> {
        self.with(instance, Registrar::freeze);
        Ok(Deed::Done)
    }

    fn thaw(&mut self, instance: Instance) -> Result<Deed, WorldError> {
        self.with(instance, Registrar::thaw);
        Ok(Deed::Done)
    }

    fn disturb(&mut self, disturbance: Disturbance) -> Result<Deed, WorldError> {
        for instance in [disturbance.from, disturbance.to] {
            let host = self.with(instance, |registrar, _| registrar.host);
            self.wire.borrow_mut().1.insert(host, instance);
        }
        self.wire.borrow_mut().0.disturb(disturbance);
        let wire = Rc::clone(&self.wire);
        self.net.filter(Box::new(move |from, to, packet| {
            let (wire, hosts) = &mut *wire.borrow_mut();
            let ends = hosts.get(&from).zip(hosts.get(&to));
            let fate = ends.and_then(|(from, to)| wire.fate(*from, *to, packet));
            match fate {
                None => Fate::Arrives,
                Some(PacketFate::Lost) => Fate::Lost,
                Some(PacketFate::Doubled) => Fate::Doubled,
                Some(PacketFate::Late(delay)) => Fate::Late(delay),
            }
        }));
        Ok(Deed::Done)
    }

    fn link(&mut self, a: Instance, b: Instance, link: Link) -> Result<Deed, WorldError> {
        let a = self.with(a, |registrar, _| registrar.host);
        let b = self.with(b, |registrar, _| registrar.host);
        self.net.partition(a, b, link == Link::Cut);
        Ok(Deed::Done)
    }

    fn wait(&mut self, until: Duration) -> Result<Option<Happening>, WorldError> {
        let mut steps = 0;
        loop {
            if let Some(happening) = self.ready.pop_front() {
                return Ok(Some(happening));
            }
            for (instance, registrar) in &self.registrars {
                if let Some(how) = registrar.died.clone() {
                    let instance = *instance;
                    return Err(WorldError::TargetDied { instance, how });
                }
            }
            steps += 1;
            if steps > BUSY_LIMIT {
                let what =
                    format!("{BUSY_LIMIT} packets and timers, and nothing came of it for the case");
                return Err(WorldError::Environment(what));
            }
            let net = &mut self.net;
            if self
                .registrars
                .values_mut()
                .any(|registrar| registrar.catch_up(net))
            {
                continue;
            }
            let due = self.registrars.values().filter_map(Registrar::due);
            let due = due.fold(until, Duration::min);
            match self.net.next(due) {
                Some((host, event)) => self.handle(host, event),
                None => {
                    for registrar in self.registrars.values_mut() {
                        registrar.timeout(&mut self.net);
                    }
                    if self.net.now() >= until {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn take_lateness(&mut self) -> Duration {
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rspcheck_testkit::forge;

    /// Panics when it answers a de-registration.
    const PANICS: Fault = Fault {
        name: "panics-at-a-de-registration",
        sent: |message| assert_ne!(message.octets.first(), Some(&0x04), "a response"),
        received: |_| true,
        event: |_, _| true,
        settings: |_| {},
    };

    #[test]
    fn panic_of_the_engine_names_everything_that_was_not_answered() {
        let mut world = InProcess::new(Setup::default(), 1, Some(PANICS)).expect("it starts");
        let endpoint = world.open(EndpointKind::Sctp).expect("it opens");
        let assoc = world.connect(endpoint, Instance::FIRST).expect("it begins");
        let up = world.wait(Duration::from_secs(1)).expect("it lives");
        assert!(matches!(up, Some(Happening::Up { .. })), "{up:?}");
        for message in [
            forge::endpoint_unreachable(b"pool", 7),
            forge::deregistration(b"pool", 7),
        ] {
            let sent = world.send(assoc, 11, &message.octets());
            assert_eq!(sent, Ok(true));
        }
        let Err(WorldError::TargetDied { how: reason, .. }) = world.wait(Duration::from_secs(1))
        else {
            panic!("it has died")
        };
        let lines: Vec<_> = reason.lines().collect();
        assert!(lines[0].starts_with("its engine panicked: "), "{reason}");
        let shown = [
            "2 messages sent since its last answer:",
            "  ASAP_ENDPOINT_UNREACHABLE \"pool\" 0x00000007 = 0900",
            "  ASAP_DEREGISTRATION \"pool\" 0x00000007 = 0200",
        ];
        let last = &lines[lines.len() - shown.len()..];
        for (line, part) in last.iter().zip(shown) {
            assert!(line.contains(part), "{reason}");
        }
    }

    /// Waits for the next message to the harness.
    fn message(world: &mut InProcess, until: Duration) -> Option<(Assoc, Vec<u8>)> {
        while let Some(happening) = world.wait(until).expect("nothing dies") {
            if let Happening::Message { assoc, octets, .. } = happening {
                return Some((assoc, octets));
            }
        }
        None
    }

    /// Asks an instance for an unknown pool; returns true if it answers within 10 s.
    fn answers(world: &mut InProcess, instance: Instance) -> bool {
        let endpoint = world.open(EndpointKind::Sctp).expect("it opens");
        let assoc = world.connect(endpoint, instance).expect("it begins");
        let until = world.now() + Duration::from_secs(10);
        while let Some(happening) = world.wait(until).expect("nothing dies") {
            match happening {
                Happening::Up { instance: up, .. } => {
                    assert_eq!(up, instance);
                    let request = forge::handle_resolution(b"pool", false).octets();
                    assert_eq!(world.send(assoc, 11, &request), Ok(true));
                }
                Happening::Message { .. } => return true,
                _ => {}
            }
        }
        false
    }

    fn several(count: u8) -> InProcess {
        let mut world = InProcess::new(Setup::default(), 1, None).expect("it starts");
        for instance in Instance::all(count) {
            let others = Instance::all(count).filter(|other| *other != instance);
            let enrp = |other| world.target_addr(other, EndpointKind::Enrp);
            let start = Start {
                peers: others.map(enrp).collect(),
                server_id: Some(u32::from(instance.0)),
            };
            assert_eq!(world.start(instance, &start), Ok(Deed::Done));
        }
        // Without an answer from a mentor a registrar serves after MAX-TIME-NO-RESPONSE.
        let wait = world.now() + Duration::from_secs(30);
        while let Some(happening) = world.wait(wait).expect("the world lasts") {
            assert!(
                matches!(happening, Happening::Between { .. }),
                "{happening:?}"
            );
        }
        world
    }

    #[test]
    fn every_instance_answers_until_it_is_stopped() {
        let mut world = several(5);
        for instance in Instance::all(5) {
            assert!(answers(&mut world, instance), "{instance}");
        }
        for (instance, signal) in [
            (Instance(2), Signal::Kill),
            (Instance(3), Signal::Terminate),
        ] {
            assert_eq!(world.stop(instance, signal), Ok(Deed::Done));
            assert!(!answers(&mut world, instance), "{instance}");
        }
        assert_eq!(world.start(Instance(2), &Start::default()), Ok(Deed::Done));
        assert!(answers(&mut world, Instance(2)), "it runs again");
        assert!(answers(&mut world, Instance(4)), "it was not stopped");
    }

    #[test]
    fn frozen_instance_answers_after_the_thaw() {
        let mut world = several(2);
        assert_eq!(world.freeze(Instance(2)), Ok(Deed::Done));
        assert!(answers(&mut world, Instance(1)));
        assert!(!answers(&mut world, Instance(2)));
        assert_eq!(world.thaw(Instance(2)), Ok(Deed::Done));
        assert!(answers(&mut world, Instance(2)));
    }

    #[test]
    fn instances_that_are_cut_off_hear_no_update_of_each_other() {
        for (link, hears) in [(Link::Open, true), (Link::Cut, false)] {
            let mut world = several(2);
            let deed = world.link(Instance(1), Instance(2), link);
            assert_eq!(deed, Ok(Deed::Done));
            let endpoint = world.open(EndpointKind::Sctp).expect("it opens");
            let pe = world.connect(endpoint, Instance(1)).expect("it begins");
            let until = world.now() + Duration::from_secs(1);
            world.wait(until).expect("it lives");
            let element = forge::PoolElement {
                id: 7,
                home: 0,
                life: 300,
                user_transport: forge::Transport::Sctp {
                    port: 1,
                    transport_use: 0,
                    addrs: vec![world.local_addr(endpoint).ip()],
                },
                policy: forge::Policy::RoundRobin,
                asap_transport: None,
            };
            let registration = forge::registration(b"pool", &element).octets();
            assert_eq!(world.send(pe, 11, &registration), Ok(true));
            message(&mut world, until).expect("a response");
            let endpoint = world.open(EndpointKind::Sctp).expect("it opens");
            let pu = world.connect(endpoint, Instance(2)).expect("it begins");
            world.wait(until).expect("it lives");
            let request = forge::handle_resolution(b"pool", false).octets();
            assert_eq!(world.send(pu, 11, &request), Ok(true));
            let (_, response) = message(&mut world, until).expect("an answer");
            let known = response.windows(4).any(|octets| octets == [0, 0, 0, 7]);
            assert_eq!(known, hears, "{link:?}");
        }
    }
}
