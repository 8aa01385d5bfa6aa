//! The pool user's driver over the simulated network, with real registrars and pool elements that are played
//! here: real SCTP, virtual time.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rserpool::carrier::watchful;
use rserpool::pool_user::{
    self, Config, Event as Told, Failure, Fault, Message, Session, SessionFailure, Target,
    UserDriver,
};
use rserpool::registrar::driver::{EnrpEndpoint, RegistrarDriver, Setup};
use rsp_proto::hunt::Server;
use rsp_proto::registrar;
use rsp_transport::sim::{HostId, Net};
use rsp_transport::{
    AssocId, Event, Kind, Local, LocalPort, Outgoing, Peer, SctpOptions, Transport,
};
use rsp_wire::asap::{self, Cookie as CookieMessage, EndpointKeepAliveAck, Registration};
use rsp_wire::{
    CauseCode, Cookie, PeIdentifier, Policy, PoolElement, PoolHandle, RegistrationLife,
    SctpTransport, ServerId, TcpTransport, Transport as UserTransport, TransportUse,
    UnknownParameters,
};

const POOL: &str = "EchoPool";
const PORT: u16 = 7;
const GROUP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(224, 0, 1, 185)), 3863);
const SECOND: Duration = Duration::from_secs(1);

/// Registrars 0 and 1 (peers), pool elements by number, one pool user.
struct World {
    net: Net,
    registrars: Vec<(HostId, Option<RegistrarDriver>)>,
    elements: BTreeMap<u32, Element>,
    user: HostId,
    driver: UserDriver,
}

/// A pool element that echoes each message with a cookie, and records the control messages it receives.
struct Element {
    host: HostId,
    port: LocalPort,
    registrar: AssocId,
    over: Kind,
    control: Vec<asap::Message>,
    /// Messages of the data channel.
    heard: Vec<Vec<u8>>,
    /// True if it answers.
    answers: bool,
}

fn registrar_ip(number: usize) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, 1 + number as u8).into()
}

fn element_ip(number: u32) -> IpAddr {
    Ipv4Addr::new(198, 51, 100, number as u8).into()
}

fn asap_addr(number: usize) -> SocketAddr {
    SocketAddr::new(registrar_ip(number), 3863)
}

fn cookie(element: u32, sent: usize) -> Cookie {
    Cookie(format!("{element} sent {sent}").into_bytes().into())
}

impl World {
    fn new(seed: u64) -> Self {
        Self::with(
            seed,
            vec![Server::sctp([asap_addr(0)]), Server::sctp([asap_addr(1)])],
        )
    }

    /// Without servers, announcements name them.
    fn with(seed: u64, servers: Vec<Server>) -> Self {
        let options = SctpOptions {
            send_queue: 200_000,
            ..watchful()
        };
        let mut net = Net::with_options(seed, options);
        let mut registrars = Vec::new();
        for number in 0..2 {
            let host = net.add_host(registrar_ip(number));
            let setup = Setup {
                config: registrar::Config {
                    enrp: registrar::enrp::Config {
                        peers: vec![SocketAddr::new(registrar_ip(1 - number), 9901)],
                        mentor_rounds: 1,
                        ..registrar::enrp::Config::default()
                    },
                    ..registrar::Config::default()
                },
                asap_port: 3863,
                tcp: Some(asap_addr(number)),
                announce: vec![GROUP],
                enrp: Some(EnrpEndpoint {
                    addrs: Vec::new(),
                    port: 9901,
                }),
                ..Setup::default()
            };
            let now = net.now();
            let driver =
                RegistrarDriver::start(setup, number as u64, &mut net.host(host), now).unwrap();
            registrars.push((host, Some(driver)));
        }
        let servers_are_heard = servers.is_empty();
        let user = net.add_host(Ipv4Addr::new(203, 0, 113, 1).into());
        let setup = pool_user::Setup {
            config: Config {
                registrars: servers,
                ..Config::default()
            },
            local: Ipv4Addr::UNSPECIFIED.into(),
            announce: servers_are_heard.then_some(GROUP),
        };
        let now = net.now();
        let driver = UserDriver::start(setup, seed, &mut net.host(user), now).unwrap();
        let mut world = Self {
            net,
            registrars,
            elements: BTreeMap::new(),
            user,
            driver,
        };
        // The registrars find each other.
        world.pass(20 * SECOND);
        world
    }

    /// Adds a pool element, registered at a registrar.
    fn element(&mut self, number: u32, registrar: usize) {
        self.element_over(number, registrar, Kind::Sctp);
    }

    fn element_over(&mut self, number: u32, registrar: usize, over: Kind) {
        self.begin_element(number, registrar, over);
        self.pass(SECOND);
    }

    fn begin_element(&mut self, number: u32, registrar: usize, over: Kind) {
        let ip = element_ip(number);
        let host = self.net.add_host(ip);
        let mut stack = self.net.host(host);
        let sctp = Local::Sctp {
            addrs: vec![ip],
            port: PORT,
            listen: true,
        };
        let tcp = Local::TcpOctets {
            addr: SocketAddr::new(ip, PORT),
            listen: true,
        };
        let asap = stack.open(&sctp).unwrap();
        let port = match over {
            Kind::Sctp => asap,
            Kind::Tcp => stack.open(&tcp).unwrap(),
        };
        let peer = Peer {
            addrs: vec![asap_addr(registrar)],
            udp_port: None,
        };
        let registrar = stack.connect(asap, &peer).unwrap();
        let element = Element {
            host,
            port,
            registrar,
            over,
            control: Vec::new(),
            heard: Vec::new(),
            answers: true,
        };
        self.elements.insert(number, element);
    }

    fn kill(&mut self, number: u32) {
        self.net.kill(self.elements[&number].host);
    }

    fn kill_registrar(&mut self, number: usize) {
        let (host, driver) = &mut self.registrars[number];
        *driver = None;
        self.net.kill(*host);
    }

    /// Calls the driver.
    fn user<T>(
        &mut self,
        call: impl FnOnce(&mut UserDriver, Duration, &mut dyn Transport) -> T,
    ) -> T {
        let now = self.net.now();
        call(&mut self.driver, now, &mut self.net.host(self.user))
    }

    fn open(&mut self) -> Session {
        let target = Target::Pool(POOL.into());
        self.user(|driver, now, net| driver.open(now, target, true, net))
    }

    fn send(&mut self, session: Session, text: &str) {
        let message = Message::new(text);
        self.user(|driver, now, net| driver.send(now, session, message, net))
            .unwrap();
    }

    /// Sends numbered messages until no more are taken: more than the send queue of the stack holds.
    fn fill(&mut self, session: Session) -> u32 {
        for sent in 0_u32.. {
            let message = Message::new([sent.to_be_bytes().as_slice(), &[0; 50_000]].concat());
            match self.user(|driver, now, net| driver.send(now, session, message, net)) {
                Ok(()) => {}
                Err(pool_user::Refused::Full(_)) => return sent,
                Err(other) => panic!("{other}"),
            }
        }
        unreachable!("it takes no end of messages")
    }

    /// The numbers of the messages that came to a pool element.
    fn heard(&self, number: u32) -> Vec<u32> {
        let number_of = |octets: &Vec<u8>| u32::from_be_bytes(octets[..4].try_into().unwrap());
        self.elements[&number].heard.iter().map(number_of).collect()
    }

    fn told_within(&mut self, within: Duration) -> Option<Told> {
        let end = self.net.now() + within;
        loop {
            if let Some(told) = self.driver.poll_event() {
                return Some(told);
            }
            let deadlines = self
                .registrars
                .iter()
                .filter_map(|(_, driver)| driver.as_ref()?.deadline())
                .chain(self.driver.deadline());
            let until = deadlines.min().map_or(end, |at| at.min(end));
            match self.net.next(until) {
                Some((host, event)) => self.event(host, event),
                None if until < end => self.timeout(),
                None => return None,
            }
        }
    }

    fn timeout(&mut self) {
        let now = self.net.now();
        for (host, driver) in &mut self.registrars {
            if let Some(driver) = driver {
                driver.timeout(now, &mut self.net.host(*host));
            }
        }
        self.user(|driver, now, net| driver.timeout(now, net));
    }

    fn event(&mut self, at: HostId, event: Event) {
        let now = self.net.now();
        if at == self.user {
            self.user(|driver, now, net| driver.event(now, event, net));
        } else if let Some((_, driver)) = self.registrars.iter_mut().find(|(host, _)| *host == at) {
            if let Some(driver) = driver {
                driver.event(now, event, &mut self.net.host(at));
            }
        } else if let Some((&number, element)) = self
            .elements
            .iter_mut()
            .find(|(_, element)| element.host == at)
        {
            element.event(number, event, &mut self.net.host(at));
        }
    }

    /// Lets time pass and ignores events.
    fn pass(&mut self, span: Duration) {
        let end = self.net.now() + span;
        while self.told_within(end - self.net.now()).is_some() {}
    }

    /// Returns the next event that is wanted; skips others.
    fn until<T>(&mut self, within: Duration, wanted: impl Fn(Told) -> Option<T>) -> T {
        let end = self.net.now() + within;
        loop {
            let left = end.saturating_sub(self.net.now());
            let told = self
                .told_within(left)
                .unwrap_or_else(|| panic!("nothing wanted within {within:?}"));
            if let Some(found) = wanted(told) {
                return found;
            }
        }
    }

    fn up(&mut self, within: Duration) -> (u32, Option<pool_user::Failover>) {
        self.until(within, |told| match told {
            Told::Up {
                element, failover, ..
            } => Some((element.identifier.0, failover)),
            _ => None,
        })
    }

    fn data(&mut self, octets: usize) -> (u32, Vec<u8>) {
        let mut all = Vec::new();
        loop {
            let (from, more) = self.until(10 * SECOND, |told| match told {
                Told::Data { from, octets, .. } => Some((from.0, octets)),
                _ => None,
            });
            all.extend(more);
            if all.len() >= octets {
                return (from, all);
            }
        }
    }
}

impl Element {
    fn event(&mut self, number: u32, event: Event, stack: &mut dyn Transport) {
        match event {
            Event::Up { assoc, .. } if assoc == self.registrar => {
                let registration = Registration::new(POOL.into(), self.parameter(number));
                tell(stack, assoc, registration);
            }
            Event::Message {
                assoc,
                ppid: 11,
                octets,
                ..
            } => {
                let message = asap::Message::decode(&octets).unwrap().message;
                match message {
                    asap::Message::EndpointKeepAlive(asked) if self.answers => {
                        let pe = PeIdentifier(number);
                        tell(
                            stack,
                            assoc,
                            EndpointKeepAliveAck::new(asked.pool_handle, pe),
                        );
                    }
                    other if assoc != self.registrar => self.control.push(other),
                    _ => {}
                }
            }
            Event::Message {
                assoc,
                stream,
                ppid,
                octets,
                ..
            } => {
                self.heard.push(octets.clone());
                if !self.answers {
                    return;
                }
                let message = Outgoing {
                    stream,
                    ppid,
                    unordered: false,
                    octets: &octets,
                };
                stack.send(assoc, message).unwrap();
                if self.over == Kind::Sctp {
                    let cookie = cookie(number, self.heard.len());
                    tell(stack, assoc, CookieMessage::new(cookie));
                }
            }
            _ => {}
        }
    }

    fn parameter(&self, number: u32) -> PoolElement {
        let user_transport = match self.over {
            Kind::Sctp => {
                let mut sctp = SctpTransport::new(PORT, element_ip(number));
                sctp.transport_use = TransportUse::DATA_PLUS_CONTROL;
                sctp.into()
            }
            Kind::Tcp => UserTransport::Tcp(TcpTransport::new(PORT, element_ip(number))),
        };
        PoolElement {
            identifier: PeIdentifier(number),
            home: ServerId::UNDETERMINED,
            life: RegistrationLife(3600),
            user_transport,
            policy: Policy::RoundRobin,
            asap_transport: None,
            unknown: UnknownParameters::NONE,
        }
    }
}

fn tell(stack: &mut dyn Transport, assoc: AssocId, message: impl Into<asap::Message>) {
    let mut octets = Vec::new();
    message.into().encode(&mut octets).unwrap();
    let message = Outgoing {
        stream: 0,
        ppid: 11,
        unordered: false,
        octets: &octets,
    };
    stack.send(assoc, message).unwrap();
}

#[test]
fn a_pool_is_resolved_once_and_then_known() {
    let mut world = World::new(1);
    world.element(1, 0);
    world.element(2, 1);
    for expected in [false, true] {
        let asked = world.user(|driver, now, net| driver.resolve(now, POOL.into(), net));
        let (members, cached) = world.until(5 * SECOND, |told| match told {
            Told::Resolved {
                request,
                resolution,
                cached,
                ..
            } if request == asked => Some((resolution.elements.len(), cached)),
            _ => None,
        });
        assert_eq!((members, cached), (2, expected));
    }
    world.user(|driver, now, net| driver.purge(now, POOL.into(), net));
    world.user(|driver, now, net| driver.resolve(now, POOL.into(), net));
    let cached = world.until(5 * SECOND, |told| match told {
        Told::Resolved { cached, .. } => Some(cached),
        _ => None,
    });
    assert!(!cached, "it was forgotten");
    let no_pool = PoolHandle::from("NoPool");
    world.user(|driver, now, net| driver.resolve(now, no_pool, net));
    let why = world.until(5 * SECOND, |told| match told {
        Told::NotResolved { why, .. } => Some(why),
        _ => None,
    });
    assert_eq!(why, Failure::Rejected(vec![CauseCode::UNKNOWN_POOL_HANDLE]));
}

#[test]
fn tcp_reaches_a_registrar_too() {
    let mut world = World::with(2, vec![Server::tcp(asap_addr(0))]);
    world.element(1, 0);
    world.user(|driver, now, net| driver.resolve(now, POOL.into(), net));
    let members = world.until(5 * SECOND, |told| match told {
        Told::Resolved { resolution, .. } => Some(resolution.elements.len()),
        _ => None,
    });
    assert_eq!(members, 1);
}

#[test]
fn announced_registrars_are_known_until_they_stop() {
    let mut world = World::with(10, Vec::new());
    world.element(1, 0);
    let known = |world: &World| world.driver.engine().registrars(world.net.now()).count();
    // Each announces SCTP and TCP.
    assert_eq!(known(&world), 4);
    world.user(|driver, now, net| driver.resolve(now, POOL.into(), net));
    let members = world.until(5 * SECOND, |told| match told {
        Told::Resolved { resolution, .. } => Some(resolution.elements.len()),
        _ => None,
    });
    assert_eq!(members, 1);
    world.kill_registrar(1);
    world.pass(6 * SECOND);
    assert_eq!(known(&world), 2, "T7-ENRPoutdate");
}

#[test]
fn a_watch_reports_every_change() {
    let mut world = World::new(3);
    world.element(1, 0);
    world.user(|driver, now, net| driver.watch(now, POOL.into(), net));
    let members = |told| match told {
        Told::Changed { resolution, .. } => Some(resolution.elements.len()),
        _ => None,
    };
    assert_eq!(world.until(5 * SECOND, members), 1);
    world.begin_element(2, 0, Kind::Sctp);
    assert_eq!(world.until(5 * SECOND, members), 2);
    world.kill(1);
    world.user(|driver, now, net| {
        driver.contacted(now, POOL.into(), PeIdentifier(1), net);
        driver.unreachable(now, POOL.into(), PeIdentifier(1), net);
    });
    assert_eq!(world.until(60 * SECOND, members), 1, "the report was heard");
}

#[test]
fn a_session_outlives_its_pool_element_and_says_its_cookie_first() {
    let mut world = World::new(4);
    world.element(1, 0);
    world.element(2, 0);
    let session = world.open();
    world.send(session, "hello");
    let (first, failover) = world.up(5 * SECOND);
    assert_eq!(failover, None);
    assert_eq!(world.data(5), (first, b"hello".to_vec()));
    world.until(SECOND, |told| {
        matches!(told, Told::Cookie { .. }).then_some(())
    });

    world.kill(first);
    let killed = world.net.now();
    world.send(session, "again");
    let (from, why) = world.until(10 * SECOND, |told| match told {
        Told::FailingOver { from, why, .. } => Some((from.0, why)),
        _ => None,
    });
    assert_eq!((from, why), (first, Fault::Lost));
    let (second, failover) = world.up(5 * SECOND);
    assert_ne!(second, first);
    assert!(failover.unwrap().cookie_echoed);
    // 0.2, 0.4, 0.8, 1 and 1 seconds of timeouts, and what the network takes.
    let span = world.net.now() - killed;
    assert!(span < 4 * SECOND, "{span:?}");
    world.send(session, "there");
    assert_eq!(world.data(5), (second, b"there".to_vec()));

    let control = &world.elements[&second].control;
    let asap::Message::CookieEcho(echo) = &control[0] else {
        panic!("a cookie echo first: {control:?}");
    };
    assert_eq!(echo.cookie, cookie(first, 1));
    // The registrar asks it, and waits so long for an answer.
    world.pass(16 * SECOND);
    let asked = world.user(|driver, now, net| {
        driver.purge(now, POOL.into(), net);
        driver.resolve(now, POOL.into(), net)
    });
    let members = world.until(30 * SECOND, |told| match told {
        Told::Resolved {
            request,
            resolution,
            ..
        } if request == asked => Some(resolution.elements.clone()),
        _ => None,
    });
    let members: Vec<u32> = members.iter().map(|element| element.identifier.0).collect();
    assert_eq!(members, [second], "the dead one was reported");
}

#[test]
fn the_registrar_dies_and_the_pool_is_still_found() {
    let mut world = World::new(5);
    world.element(1, 0);
    world.element(2, 1);
    let session = world.open();
    let (first, _) = world.up(5 * SECOND);
    let home = world.driver.engine().home().expect("it was asked").clone();
    let home = (0..2).find(|number| home.addrs == [asap_addr(*number)]);
    world.kill_registrar(home.expect("one of the two"));
    world.send(session, "on");
    assert_eq!(
        world.data(2),
        (first, b"on".to_vec()),
        "no failover needed it"
    );
    world.user(|driver, now, net| driver.purge(now, POOL.into(), net));
    world.kill(first);
    let (second, _) = world.up(60 * SECOND);
    assert_ne!(second, first);
    world.send(session, "and on");
    assert_eq!(world.data(6), (second, b"and on".to_vec()));
}

#[test]
fn a_silent_pool_element_is_left_on_request() {
    let mut world = World::new(6);
    world.element(1, 0);
    world.element(2, 0);
    let session = world.open();
    let (first, _) = world.up(5 * SECOND);
    world.elements.get_mut(&first).unwrap().answers = false;
    world.send(session, "hello?");
    let silent = world.told_within(10 * SECOND);
    assert_eq!(silent, None, "the association stays up without an answer");
    world.user(|driver, now, net| driver.fail(now, session, net));
    let (second, _) = world.up(5 * SECOND);
    assert_ne!(second, first);
    world.send(session, "hello!");
    assert_eq!(world.data(6), (second, b"hello!".to_vec()));
}

#[test]
fn a_pool_over_tcp_is_used_as_it_is() {
    let mut world = World::new(7);
    world.element_over(1, 0, Kind::Tcp);
    world.element_over(2, 0, Kind::Tcp);
    let session = world.open();
    let (first, _) = world.up(5 * SECOND);
    world.send(session, "GET / HTTP/1.0");
    assert_eq!(world.data(14), (first, b"GET / HTTP/1.0".to_vec()));
    let port = world.elements[&first].port;
    let host = world.elements[&first].host;
    world.net.host(host).close(port);
    let (second, failover) = world.up(5 * SECOND);
    assert_ne!(second, first);
    assert!(
        !failover.unwrap().cookie_echoed,
        "there is no control channel"
    );
}

#[test]
fn a_session_without_failover_ends_with_its_pool_element() {
    let mut world = World::new(8);
    world.element(1, 0);
    world.element(2, 0);
    let target = Target::Pool(POOL.into());
    let session = world.user(|driver, now, net| driver.open(now, target, false, net));
    let (first, _) = world.up(5 * SECOND);
    world.kill(first);
    world.send(session, "lost");
    let why = world.until(10 * SECOND, |told| match told {
        Told::Failed { why, .. } => Some(why),
        _ => None,
    });
    let expected = SessionFailure::Fault {
        pe: PeIdentifier(first),
        why: Fault::Lost,
    };
    assert_eq!(why, expected);
}

#[test]
fn stopping_ends_sessions_gracefully() {
    let mut world = World::new(9);
    world.element(1, 0);
    let session = world.open();
    world.up(5 * SECOND);
    world.send(session, "bye");
    world.user(|driver, now, net| driver.stop(now, net));
    assert!(!world.driver.stopped());
    while !world.driver.stopped() {
        world.told_within(SECOND / 10);
        assert!(world.net.now() < 60 * SECOND);
    }
    assert_eq!(world.elements[&1].heard, [b"bye".to_vec()]);
}

#[test]
fn two_sessions_with_one_pool_element_do_not_disturb_each_other() {
    let mut world = World::new(11);
    world.element(1, 0);
    let sessions = [world.open(), world.open()];
    for _ in sessions {
        world.up(5 * SECOND);
    }
    for session in sessions {
        world.send(session, "hello");
        assert_eq!(world.data(5), (1, b"hello".to_vec()));
    }
    world.user(|driver, now, net| driver.close(now, sessions[0], net));
    world.until(5 * SECOND, |told| {
        matches!(told, Told::Closed { .. }).then_some(())
    });
    world.send(sessions[1], "still here");
    assert_eq!(world.data(10), (1, b"still here".to_vec()));
}

#[test]
fn messages_wait_in_order_for_room_in_the_stack() {
    let mut world = World::new(12);
    world.element(1, 0);
    let session = world.open();
    world.up(5 * SECOND);
    world.elements.get_mut(&1).unwrap().answers = false;
    let sent = world.fill(session);
    world.pass(20 * SECOND);
    let has_room = world.user(|driver, _, _| driver.has_room(session, 1));
    assert!(has_room);
    assert_eq!(world.heard(1), Vec::from_iter(0..sent));
    let long = Message::new(vec![0; 2_000_000]);
    let refused = world.user(|driver, now, net| driver.send(now, session, long, net));
    assert!(matches!(refused, Err(pool_user::Refused::TooLong { .. })));
    let asap = Message {
        ppid: 11,
        ..Message::new("no data")
    };
    let refused = world.user(|driver, now, net| driver.send(now, session, asap, net));
    assert_eq!(refused, Err(pool_user::Refused::AsapPpid));
}

#[test]
fn unsent_messages_go_to_the_next_pool_element() {
    let mut world = World::new(13);
    world.element(1, 0);
    world.element(2, 0);
    let session = world.open();
    let (first, _) = world.up(5 * SECOND);
    let second = 3 - first;
    for element in world.elements.values_mut() {
        element.answers = false;
    }
    let sent = world.fill(session);
    world.kill(first);
    assert_eq!(world.up(20 * SECOND).0, second);
    world.pass(20 * SECOND);
    let heard = world.heard(second);
    // What SCTP had taken is lost with the association; nothing is that waited.
    let from = *heard.first().expect("something waited");
    assert_eq!(heard, Vec::from_iter(from..sent));
    assert!(heard.len() >= 10, "{}", heard.len());
}
