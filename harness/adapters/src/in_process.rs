//! The bundled registrar in this process: its engine over the simulated network, on virtual time.
//!
//! The target is one host, every endpoint of the harness another. Nothing here waits: the clock jumps
//! to the next packet or timer, so a case of ten minutes takes milliseconds and a seed replays it exactly.

use crate::fault::{Fault, Faulty, Later, Received, State};
use crate::obituary::Unanswered;
use rserpool::registrar::driver::{EnrpEndpoint, RegistrarDriver, Setup};
use rsp_transport::sim::{HostId, Net};
use rsp_transport::{AssocId, DownKind, Event, Local, LocalPort, Outgoing, Peer, Transport};
use rspcheck_testkit::{Assoc, Endpoint, EndpointKind, Happening, Start, World, WorldError};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::event_map::{change_of, environment};

/// Address of the registrar in the simulated network (RFC 5737's documentation range).
const TARGET: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
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
    target: HostId,
    driver: RegistrarDriver,
    /// Settings of the registrar, without peers.
    setup: Setup,
    seed: u64,
    /// Number of times that the registrar was started.
    starts: u64,
    fault: Option<Fault>,
    state: State,
    players: Vec<PlayerEndpoint>,
    /// The harness's associations by host and the host's own number.
    assocs: BTreeMap<(HostId, AssocId), Assoc>,
    places: BTreeMap<Assoc, (HostId, AssocId)>,
    next_assoc: u64,
    ready: VecDeque<Happening>,
    unanswered: Unanswered,
    /// The panic message of the engine, which takes no input after a panic.
    died: Option<String>,
}

/// Most packets and timers in one wait; beyond them target and network keep each other busy for ever.
const BUSY_LIMIT: u32 = 1_000_000;

/// Keeps the registrar from drawing the same numbers from the seed as the tester does.
const TARGET_SHARE: u64 = 0x9e37_79b9_7f4a_7c15;

impl InProcess {
    /// Returns a new registrar on a new network. The seed determines every event.
    pub fn new(setup: Setup, seed: u64, fault: Option<Fault>) -> Result<InProcess, WorldError> {
        let mut net = Net::new(seed);
        let target = net.add_host(TARGET);
        let mut setup = Setup {
            asap_addrs: vec![TARGET],
            asap_port: ASAP_PORT,
            tcp: Some(SocketAddr::new(TARGET, ASAP_PORT)),
            announce: vec![SocketAddr::new(GROUP, ASAP_PORT)],
            ..setup
        };
        if let Some(fault) = fault {
            (fault.settings)(&mut setup.config);
        }
        let now = net.now();
        let mut host = net.host(target);
        let mut state = State::default();
        let mut transport = Faulty::new(&mut host, fault, now, &mut state);
        let driver =
            RegistrarDriver::start(setup.clone(), seed ^ TARGET_SHARE, &mut transport, now)
                .map_err(environment)?;
        Ok(InProcess {
            net,
            target,
            driver,
            setup,
            seed,
            starts: 1,
            fault,
            state,
            players: Vec::new(),
            assocs: BTreeMap::new(),
            places: BTreeMap::new(),
            next_assoc: 0,
            ready: VecDeque::new(),
            unanswered: Unanswered::default(),
            died: None,
        })
    }

    fn assoc_of(&mut self, host: HostId, id: AssocId) -> Assoc {
        if let Some(known) = self.assocs.get(&(host, id)) {
            return *known;
        }
        let assoc = Assoc(self.next_assoc);
        self.next_assoc += 1;
        self.assocs.insert((host, id), assoc);
        self.places.insert(assoc, (host, id));
        assoc
    }

    /// Returns the newest association of a host of the harness, after all events of this moment.
    fn association_of(&mut self, host: HostId) -> Option<Assoc> {
        let now = self.net.now();
        while let Some((at, event)) = self.net.next(now) {
            if at == self.target {
                self.target_event(event);
            } else {
                let happening = self.happening(at, event);
                self.ready.extend(happening);
            }
        }
        let of_host = (host, AssocId(0))..=(host, AssocId(u64::MAX));
        self.assocs
            .range(of_host)
            .next_back()
            .map(|(_, assoc)| *assoc)
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
                let peer = peer.first().copied().unwrap_or(SocketAddr::new(TARGET, 0));
                Happening::Up {
                    endpoint,
                    assoc: self.assoc_of(host, assoc),
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
                let assoc = self.assoc_of(host, assoc);
                self.unanswered.received(assoc, &octets);
                Happening::Message {
                    assoc,
                    ppid: kind.is_sctp().then_some(ppid),
                    stream: kind.is_sctp().then_some(stream),
                    octets,
                }
            }
            Event::Restart { assoc } => {
                let assoc = self.assoc_of(host, assoc);
                Happening::Changed {
                    assoc,
                    change: rspcheck_testkit::Change::Restarted,
                    why: String::new(),
                }
            }
            Event::Down {
                assoc, kind, why, ..
            } => Happening::Changed {
                assoc: self.assoc_of(host, assoc),
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

    fn target_event(&mut self, event: Event) {
        let now = self.net.now();
        if let Some(event) = self.spoilt(event) {
            self.drive(|driver, transport| driver.event(now, event, transport));
        }
    }

    /// Returns what the fault makes of an event; `None` if the registrar does not see it.
    fn spoilt(&mut self, mut event: Event) -> Option<Event> {
        let Some(fault) = self.fault else {
            return Some(event);
        };
        let Event::Message {
            assoc,
            ppid,
            octets,
            ..
        } = &mut event
        else {
            return (fault.event)(&mut event, &mut self.state.memory).then_some(event);
        };
        let assoc = *assoc;
        let mut received = Received {
            octets: std::mem::take(octets),
            assoc: assoc.0,
            ppid: *ppid,
            at: self.net.now(),
            memory: std::mem::take(&mut self.state.memory),
            aborts: false,
            injected: Vec::new(),
        };
        let goes_on = (fault.received)(&mut received);
        self.state.memory = received.memory;
        self.state.inject(received.injected);
        *octets = received.octets;
        if received.aborts {
            self.net.host(self.target).abort(assoc);
            return Some(Event::Down {
                assoc,
                kind: DownKind::Aborted,
                cause: None,
                why: String::new(),
            });
        }
        goes_on.then_some(event)
    }

    /// Does what a fault has put off.
    fn catch_up(&mut self, deed: Later) {
        let now = self.net.now();
        match deed {
            Later::Receive { assoc, octets } => {
                let event = Event::Message {
                    assoc,
                    stream: 0,
                    ppid: ASAP_PPID,
                    unordered: None,
                    octets,
                };
                self.drive(|driver, transport| driver.event(now, event, transport));
            }
            Later::Send {
                assoc,
                stream,
                ppid,
                octets,
            } => {
                let message = Outgoing {
                    stream,
                    ppid,
                    unordered: false,
                    octets: &octets,
                };
                // The association may be gone meanwhile.
                let _ = self.net.host(self.target).send(assoc, message);
            }
        }
    }

    fn target_timeout(&mut self) {
        let now = self.net.now();
        self.drive(|driver, transport| driver.timeout(now, transport));
    }

    /// Calls the registrar. If it panics, the target has died; the network and the players are not affected.
    fn drive(&mut self, call: impl FnOnce(&mut RegistrarDriver, &mut Faulty<'_>)) {
        if self.died.is_some() {
            return;
        }
        let now = self.net.now();
        let (net, driver, fault, target, state) = (
            &mut self.net,
            &mut self.driver,
            self.fault,
            self.target,
            &mut self.state,
        );
        let done = catch_unwind(AssertUnwindSafe(|| {
            let mut host = net.host(target);
            call(driver, &mut Faulty::new(&mut host, fault, now, state));
        }));
        if let Err(panic) = done {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            let end = format!("its engine panicked: {text}");
            self.died = Some(self.unanswered.obituary(&end, None));
        }
    }
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

    fn target_addr(&self, kind: EndpointKind) -> SocketAddr {
        match kind {
            EndpointKind::Announcements => SocketAddr::new(GROUP, ASAP_PORT),
            EndpointKind::Sctp | EndpointKind::Tcp => SocketAddr::new(TARGET, ASAP_PORT),
            EndpointKind::Enrp => SocketAddr::new(TARGET, ENRP_PORT),
        }
    }

    fn connect(&mut self, endpoint: Endpoint) -> Result<Assoc, WorldError> {
        let player = &self.players[endpoint.0 as usize];
        let (host, port) = (player.host, player.port);
        let peer = Peer {
            addrs: vec![self.target_addr(player.kind)],
            udp_port: None,
        };
        match self.net.host(host).connect(port, &peer) {
            Ok(id) => Ok(self.assoc_of(host, id)),
            // The target has set one up at the same moment; its happening is still on its way to the tester.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.association_of(host).ok_or_else(|| environment(error))
            }
            Err(error) => Err(environment(error)),
        }
    }

    fn send(&mut self, assoc: Assoc, ppid: u32, octets: &[u8]) -> Result<bool, WorldError> {
        let Some(&(host, id)) = self.places.get(&assoc) else {
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
            self.unanswered.sent(Some(assoc), octets);
        }
        Ok(sent)
    }

    fn send_datagram(&mut self, endpoint: Endpoint, octets: &[u8]) -> Result<(), WorldError> {
        let player = &self.players[endpoint.0 as usize];
        let (host, port) = (player.host, player.port);
        let to = SocketAddr::new(GROUP, ASAP_PORT);
        self.unanswered.sent(None, octets);
        self.net
            .host(host)
            .send_datagram(port, to, octets)
            .map_err(environment)
    }

    fn shutdown(&mut self, assoc: Assoc) -> Result<(), WorldError> {
        if let Some(&(host, id)) = self.places.get(&assoc) {
            // An association that is gone already needs no shutdown.
            let _ = self.net.host(host).shutdown(id);
        }
        Ok(())
    }

    fn abort(&mut self, assoc: Assoc) -> Result<(), WorldError> {
        if let Some(&(host, id)) = self.places.get(&assoc) {
            self.net.host(host).abort(id);
        }
        Ok(())
    }

    fn vanish(&mut self, endpoint: Endpoint) -> Result<bool, WorldError> {
        self.net.kill(self.players[endpoint.0 as usize].host);
        Ok(true)
    }

    fn start(&mut self, start: &Start) -> Result<bool, WorldError> {
        let mut setup = self.setup.clone();
        setup.enrp = Some(EnrpEndpoint {
            addrs: vec![TARGET],
            port: ENRP_PORT,
        });
        setup.config.enrp.peers.clone_from(&start.peers);
        setup.config.id = start.server_id.and_then(NonZeroU32::new);
        self.net.restart(self.target);
        self.state = State::default();
        self.died = None;
        // A registrar that starts again draws other numbers, such as another server ID.
        let seed = (self.seed ^ TARGET_SHARE).wrapping_add(self.starts);
        self.starts += 1;
        let now = self.net.now();
        let mut host = self.net.host(self.target);
        let mut transport = Faulty::new(&mut host, self.fault, now, &mut self.state);
        self.driver =
            RegistrarDriver::start(setup, seed, &mut transport, now).map_err(environment)?;
        Ok(true)
    }

    fn wait(&mut self, until: Duration) -> Result<Option<Happening>, WorldError> {
        let mut steps = 0;
        loop {
            if let Some(happening) = self.ready.pop_front() {
                return Ok(Some(happening));
            }
            if let Some(how) = &self.died {
                return Err(WorldError::TargetDied(how.clone()));
            }
            steps += 1;
            if steps > BUSY_LIMIT {
                let what =
                    format!("{BUSY_LIMIT} packets and timers, and nothing came of it for the case");
                return Err(WorldError::Environment(what));
            }
            if let Some(deed) = self.state.take_due(self.net.now()) {
                self.catch_up(deed);
                continue;
            }
            let deadlines = [self.driver.deadline(), self.state.due()];
            let due = deadlines.into_iter().flatten().fold(until, Duration::min);
            match self.net.next(due) {
                Some((host, event)) if host == self.target => self.target_event(event),
                Some((host, event)) => {
                    let happening = self.happening(host, event);
                    self.ready.extend(happening);
                }
                None => {
                    if self
                        .driver
                        .deadline()
                        .is_some_and(|deadline| deadline <= self.net.now())
                    {
                        self.target_timeout();
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
        let assoc = world.connect(endpoint).expect("it begins");
        let up = world.wait(Duration::from_secs(1)).expect("it lives");
        assert!(matches!(up, Some(Happening::Up { .. })), "{up:?}");
        for message in [
            forge::endpoint_unreachable(b"pool", 7),
            forge::deregistration(b"pool", 7),
        ] {
            let sent = world.send(assoc, 11, &message.octets());
            assert_eq!(sent, Ok(true));
        }
        let Err(WorldError::TargetDied(reason)) = world.wait(Duration::from_secs(1)) else {
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
}
