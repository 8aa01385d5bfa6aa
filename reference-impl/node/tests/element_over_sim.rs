//! The pool element's driver over the simulated network, with real registrars: real SCTP, virtual time.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU64;
use std::time::Duration;

use rserpool::pool_element::settings::ServiceKind;
use rserpool::pool_element::{
    AsapEvent, Card, Config, Cookies, ElementDriver, Event as ElementEvent, Settings, Setup, Users,
};
use rserpool::registrar::driver::{EnrpEndpoint, RegistrarDriver};
use rserpool::services::ping_pong::message::PingPong as Ping;
use rserpool::services::seal::PoolKey;
use rserpool::services::{Effect, Service, calculation, echo::Echo, ping_pong};
use rsp_proto::registrar::{self, enrp};
use rsp_transport::sim::{HostId, Net};
use rsp_transport::{AssocId, Event, Local, Outgoing, Peer, SctpOptions, Transport};
use rsp_wire::asap::{self, BusinessCard, CookieEcho, EndpointKeepAlive};
use rsp_wire::{
    Cookie, Policy, PoolElement, RegistrationLife, SctpTransport, ServerId,
    Transport as WireTransport,
};

const POOL: &str = "Pool";
const ASAP: u16 = 3863;
const SECOND: Duration = Duration::from_secs(1);
const GROUP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(224, 0, 1, 185)), ASAP);

fn registrar_ip(n: usize) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, n as u8 + 1).into()
}

/// The program of a host.
enum Program {
    Registrar(Box<RegistrarDriver>),
    Element(Box<ElementDriver>),
}

struct World {
    net: Net,
    programs: Vec<(HostId, Option<Program>)>,
    registrars: usize,
    elements: usize,
}

impl World {
    fn new() -> Self {
        Self {
            net: Net::with_options(1, SctpOptions::impatient()),
            programs: Vec::new(),
            registrars: 0,
            elements: 0,
        }
    }

    fn registrar(&mut self, change: impl FnOnce(&mut registrar::Config)) -> usize {
        let n = self.registrars;
        self.registrars += 1;
        let host = self.net.add_host(registrar_ip(n));
        let mut config = registrar::Config {
            keep_alive_interval: 2 * SECOND,
            keep_alive_timeout: SECOND,
            enrp: enrp::Config {
                peers: (0..n)
                    .map(|p| SocketAddr::new(registrar_ip(p), 9901))
                    .collect(),
                peer_heartbeat_cycle: 2 * SECOND,
                max_time_last_heard: 5 * SECOND,
                max_time_no_response: SECOND,
                ..enrp::Config::default()
            },
            ..registrar::Config::default()
        };
        change(&mut config);
        let setup = rserpool::registrar::driver::Setup {
            config,
            asap_addrs: vec![registrar_ip(n)],
            asap_port: ASAP,
            announce: vec![GROUP],
            enrp: Some(EnrpEndpoint {
                addrs: vec![registrar_ip(n)],
                port: 9901,
            }),
            ..rserpool::registrar::driver::Setup::default()
        };
        let now = self.net.now();
        let driver = RegistrarDriver::start(setup, n as u64, &mut self.net.host(host), now);
        self.programs
            .push((host, Some(Program::Registrar(Box::new(driver.unwrap())))));
        self.programs.len() - 1
    }

    fn element(
        &mut self,
        service: Option<Box<dyn Service>>,
        change: impl FnOnce(&mut Setup),
    ) -> usize {
        self.elements += 1;
        let ip = Ipv4Addr::new(198, 51, 100, self.elements as u8).into();
        let host = self.net.add_host(ip);
        // What it is becomes of `users`.
        let placeholder = WireTransport::from(SctpTransport::new(0, ip));
        let mut config = Config::new(POOL.into(), placeholder);
        config.registrars = (0..self.registrars)
            .map(|n| vec![SocketAddr::new(registrar_ip(n), ASAP)])
            .collect();
        let mut setup = Setup {
            config,
            addrs: vec![ip],
            asap_port: 0,
            users: Users::Sctp { port: 0 },
            announce: None,
            cookies: Cookies::Sealed(PoolKey::open_to_all()),
            card: Card::None,
        };
        change(&mut setup);
        let (now, seed) = (self.net.now(), self.elements as u64);
        let transport = &mut self.net.host(host);
        let mut driver = ElementDriver::start(setup, service, seed, transport, now).unwrap();
        driver.register(now, transport);
        self.programs
            .push((host, Some(Program::Element(Box::new(driver)))));
        self.programs.len() - 1
    }

    fn kill(&mut self, at: usize) {
        let (host, program) = &mut self.programs[at];
        *program = None;
        self.net.kill(*host);
    }

    fn with_element<T>(
        &mut self,
        at: usize,
        call: impl FnOnce(&mut ElementDriver, Duration, &mut dyn Transport) -> T,
    ) -> T {
        let now = self.net.now();
        let (host, program) = &mut self.programs[at];
        let Some(Program::Element(driver)) = program else {
            panic!("an element");
        };
        call(driver, now, &mut self.net.host(*host))
    }

    /// The PEs that a registrar lists.
    fn listed(&self, registrar: usize) -> Vec<PoolElement> {
        let Some(Program::Registrar(driver)) = &self.programs[registrar].1 else {
            panic!("a registrar");
        };
        let handlespace = driver.engine().handlespace();
        let keys = handlespace.keys(None);
        keys.filter_map(|key| handlespace.element(key)).collect()
    }

    fn id(&self, registrar: usize) -> u32 {
        match &self.programs[registrar].1 {
            Some(Program::Registrar(driver)) => driver.server_id(),
            _ => panic!("a registrar"),
        }
    }

    /// The next event of a host without a program.
    fn next(&mut self, within: Duration) -> Option<(HostId, Event)> {
        let end = self.net.now() + within;
        loop {
            let deadlines = self
                .programs
                .iter()
                .filter_map(|(_, program)| match program {
                    Some(Program::Registrar(driver)) => driver.deadline(),
                    Some(Program::Element(driver)) => driver.deadline(),
                    None => None,
                });
            let until = deadlines.min().map_or(end, |at| at.min(end));
            let event = self.net.next(until);
            let now = self.net.now();
            let Some((host, event)) = event else {
                if now >= end {
                    return None;
                }
                self.tick(now);
                continue;
            };
            let program = self.programs.iter_mut().find(|(of, _)| *of == host);
            match program {
                None => return Some((host, event)),
                Some((_, None)) => {}
                Some((_, Some(Program::Registrar(driver)))) => {
                    driver.event(now, event, &mut self.net.host(host));
                }
                Some((_, Some(Program::Element(driver)))) => {
                    driver.event(now, event, &mut self.net.host(host));
                }
            }
        }
    }

    fn tick(&mut self, now: Duration) {
        for (host, program) in &mut self.programs {
            let transport = &mut self.net.host(*host);
            match program {
                Some(Program::Registrar(driver)) => driver.timeout(now, transport),
                Some(Program::Element(driver)) => driver.timeout(now, transport),
                None => {}
            }
        }
    }

    fn run(&mut self, span: Duration) {
        let end = self.net.now() + span;
        while self.net.now() < end {
            self.next(end - self.net.now());
        }
    }

    /// Takes the events of an element for its owner.
    fn told(&mut self, at: usize) -> Vec<ElementEvent> {
        self.with_element(at, |driver, _, _| {
            std::iter::from_fn(|| driver.poll_event()).collect()
        })
    }

    /// Sets up a pool user's association to the user transport of a PE.
    fn user(&mut self, last: u8, element: &PoolElement) -> User {
        let WireTransport::Sctp(to) = &element.user_transport else {
            panic!("SCTP");
        };
        let ip = Ipv4Addr::new(203, 0, 113, last).into();
        let host = self.net.add_host(ip);
        let local = Local::Sctp {
            addrs: vec![ip],
            port: 0,
            listen: false,
        };
        let port = self.net.host(host).open(&local).unwrap();
        let addrs = to.addresses.iter().map(|ip| SocketAddr::new(ip, to.port));
        let peer = Peer {
            addrs: addrs.collect(),
            udp_port: None,
        };
        let assoc = self.net.host(host).connect(port, &peer).unwrap();
        let up = self.next(5 * SECOND);
        assert!(matches!(up, Some((_, Event::Up { .. }))), "{up:?}");
        User { host, assoc }
    }

    fn say(&mut self, user: User, ppid: u32, octets: &[u8]) {
        let message = Outgoing {
            stream: 0,
            ppid,
            unordered: false,
            octets,
        };
        self.net.host(user.host).send(user.assoc, message).unwrap();
    }

    fn hear(&mut self) -> (u32, Vec<u8>) {
        match self.next(5 * SECOND) {
            Some((_, Event::Message { ppid, octets, .. })) => (ppid, octets),
            other => panic!("a message: {other:?}"),
        }
    }

    /// A Ping, its Pong's reply number, and the cookie that follows.
    fn ping(&mut self, user: User, number: u64) -> (u64, Cookie) {
        let data = b"data".to_vec();
        let ping = Ping::Ping { number, data };
        self.say(user, ping_pong::message::PPID, &ping.encode());
        let (ppid, pong) = self.hear();
        assert_eq!(ppid, ping_pong::message::PPID);
        let Ok(Ping::Pong {
            number: answered,
            reply,
            ..
        }) = Ping::decode(&pong)
        else {
            panic!("a Pong: {pong:x?}");
        };
        assert_eq!(answered, number);
        let (ppid, message) = self.hear();
        assert_eq!(ppid, 11);
        match asap::Message::decode(&message).unwrap().message {
            asap::Message::Cookie(message) => (reply, message.cookie),
            other => panic!("a cookie: {other:?}"),
        }
    }

    fn echo_cookie(&mut self, user: User, cookie: Cookie) {
        let mut octets = Vec::new();
        let message = asap::Message::from(CookieEcho::new(cookie));
        message.encode(&mut octets).unwrap();
        self.say(user, 11, &octets);
    }
}

#[derive(Clone, Copy)]
struct User {
    host: HostId,
    assoc: AssocId,
}

fn registered(event: &ElementEvent) -> bool {
    matches!(event, ElementEvent::Asap(AsapEvent::Registered { .. }))
}

#[test]
fn it_registers_lives_serves_and_leaves() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let element = world.element(Some(Box::new(Echo::new(8))), |_| {});
    world.run(SECOND);
    assert!(world.told(element).iter().any(registered));
    let listed = world.listed(registrar);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].home.0, world.id(registrar));

    let user = world.user(1, &listed[0]);
    world.say(user, 0, b"hello");
    assert_eq!(world.hear(), (0, b"hello".to_vec()));

    // Many keep-alives later.
    world.run(60 * SECOND);
    assert_eq!(world.listed(registrar).len(), 1);

    world.with_element(element, |driver, now, transport| {
        driver.stop(now, transport)
    });
    let end = world.next(5 * SECOND);
    assert!(matches!(end, Some((_, Event::Down { .. }))), "{end:?}");
    world.run(SECOND);
    assert!(world.with_element(element, |driver, _, _| driver.stopped()));
    assert_eq!(world.listed(registrar), []);
    let told = world.told(element);
    let ends = [AsapEvent::Deregistered, AsapEvent::Stopped].map(ElementEvent::Asap);
    assert_eq!(told, ends);
}

#[test]
fn it_goes_to_another_registrar_when_its_own_dies() {
    let mut world = World::new();
    let (first, second) = (world.registrar(|_| {}), world.registrar(|_| {}));
    world.run(2 * SECOND);
    let element = world.element(Some(Box::new(Echo::new(8))), |_| {});
    world.run(2 * SECOND);
    let home = world.listed(second)[0].home.0;
    let (home, other) = match home == world.id(first) {
        true => (first, second),
        false => (second, first),
    };
    world.told(element);
    world.kill(home);
    world.run(30 * SECOND);
    let listed = world.listed(other);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].home.0, world.id(other));
    let told = world.told(element);
    let again = told.iter().any(|event| {
        registered(event) || matches!(event, ElementEvent::Asap(AsapEvent::HomeChanged { .. }))
    });
    assert!(again, "{told:?}");
    assert!(world.with_element(element, |driver, _, _| driver.engine().is_registered()));
}

#[test]
fn announcements_are_enough_to_find_a_registrar() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    world.element(None, |setup| {
        setup.config.registrars.clear();
        setup.announce = Some(GROUP);
    });
    world.run(4 * SECOND);
    assert_eq!(world.listed(registrar).len(), 1);
}

#[test]
fn a_session_goes_on_with_its_cookie() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let service = || -> Option<Box<dyn Service>> {
        Some(Box::new(ping_pong::PingPong::new(
            ping_pong::Config::default(),
        )))
    };
    let first = world.element(service(), |_| {});
    world.run(SECOND);
    let at_first = world.listed(registrar).remove(0);
    let user = world.user(1, &at_first);
    assert_eq!(world.ping(user, 1).0, 1);
    let (reply, cookie) = world.ping(user, 2);
    assert_eq!(reply, 2);
    world.kill(first);

    world.element(service(), |_| {});
    world.run(10 * SECOND);
    let listed = world.listed(registrar);
    assert_eq!(listed.len(), 1, "the dead one is gone");
    let user = world.user(2, &listed[0]);
    world.echo_cookie(user, cookie.clone());
    assert_eq!(world.ping(user, 3).0, 3);

    // A changed cookie is invalid.
    let mut octets = cookie.0.to_vec();
    *octets.last_mut().unwrap() = 99;
    let user = world.user(3, &listed[0]);
    world.echo_cookie(user, Cookie(octets.into()));
    assert_eq!(world.ping(user, 1).0, 1);
}

#[test]
fn the_last_cookie_comes_before_the_end() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let service = ping_pong::PingPong::new(ping_pong::Config {
        end_after: NonZeroU64::new(2),
        ..ping_pong::Config::default()
    });
    world.element(Some(Box::new(service)), |_| {});
    world.run(SECOND);
    let listed = world.listed(registrar);
    let user = world.user(1, &listed[0]);
    let first = world.ping(user, 1).1;
    let (reply, last) = world.ping(user, 2);
    assert_eq!(reply, 2);
    assert_ne!(first, last);
    let end = world.next(5 * SECOND);
    assert!(matches!(end, Some((_, Event::Down { .. }))), "{end:?}");
}

#[test]
fn the_load_of_the_service_reaches_the_registrar() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let service = calculation::Calculation::new(calculation::Config {
        max_jobs: 2,
        ..calculation::Config::default()
    });
    world.element(Some(Box::new(service)), |setup| {
        setup.config.policy = Policy::LeastUsed { load: 0 };
    });
    world.run(2 * SECOND);
    let listed = world.listed(registrar);
    assert_eq!(listed[0].policy, Policy::LeastUsed { load: 0 });
    let user = world.user(1, &listed[0]);
    let job = calculation::message::Calculation::request(1, 3_500_000);
    world.say(user, calculation::message::PPID, &job.encode());
    world.run(2 * SECOND);
    let busy = Policy::LeastUsed { load: u32::MAX / 2 };
    assert_eq!(world.listed(registrar)[0].policy, busy);
    world.run(4 * SECOND);
    assert_eq!(
        world.listed(registrar)[0].policy,
        Policy::LeastUsed { load: 0 }
    );
}

#[test]
fn an_owner_without_a_service_sees_its_sessions() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let element = world.element(None, |_| {});
    world.run(SECOND);
    world.told(element);
    let listed = world.listed(registrar);
    let user = world.user(1, &listed[0]);
    world.say(user, 7, b"question");
    world.run(SECOND);
    let told = world.told(element);
    let [
        ElementEvent::Session { session, peer },
        ElementEvent::Data { octets, ppid, .. },
    ] = told.as_slice()
    else {
        panic!("a session and its data: {told:?}");
    };
    assert_eq!((peer[0].ip(), *ppid), (world.net.ip(user.host), 7));
    assert_eq!(octets, b"question");
    let session = *session;
    for effect in [
        Effect::Cookie {
            session,
            state: b"so far".to_vec(),
        },
        Effect::Send {
            session,
            stream: 0,
            ppid: 7,
            octets: b"answer".to_vec(),
        },
        Effect::End { session },
    ] {
        world.with_element(element, |driver, now, transport| {
            driver.act(now, effect, transport);
        });
    }
    let (ppid, cookie) = world.hear();
    assert_eq!(ppid, 11);
    assert_eq!(world.hear(), (7, b"answer".to_vec()));
    let end = world.next(5 * SECOND);
    assert!(matches!(end, Some((_, Event::Down { .. }))), "{end:?}");
    world.run(SECOND);
    assert_eq!(world.told(element), [ElementEvent::Ended { session }]);

    let asap::Message::Cookie(message) = asap::Message::decode(&cookie).unwrap().message else {
        panic!("a cookie");
    };
    let user = world.user(2, &listed[0]);
    world.echo_cookie(user, message.cookie);
    world.run(SECOND);
    let told = world.told(element);
    assert!(
        matches!(told.last(), Some(ElementEvent::State { state, .. }) if state == b"so far"),
        "{told:?}"
    );
}

#[test]
fn users_come_over_tcp() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let element = world.element(Some(Box::new(Echo::new(8))), |setup| {
        setup.users = Users::Tcp { port: 7777 };
    });
    world.run(SECOND);
    let listed = world.listed(registrar);
    assert_eq!(listed[0].user_transport.port(), Some(7777));
    let ip = Ipv4Addr::new(203, 0, 113, 1).into();
    let host = world.net.add_host(ip);
    let local = Local::TcpOctets {
        addr: SocketAddr::new(ip, 0),
        listen: false,
    };
    let port = world.net.host(host).open(&local).unwrap();
    let peer = Peer {
        addrs: vec![SocketAddr::new(
            listed[0].user_transport.addresses().next().unwrap(),
            7777,
        )],
        udp_port: None,
    };
    let assoc = world.net.host(host).connect(port, &peer).unwrap();
    let up = world.next(5 * SECOND);
    assert!(matches!(up, Some((_, Event::Up { .. }))), "{up:?}");
    world.say(User { host, assoc }, 0, b"hello");
    let mut back = Vec::new();
    while back.len() < 5 {
        back.extend(world.hear().1);
    }
    assert_eq!(back, b"hello");
    world.with_element(element, |driver, now, transport| {
        driver.stop(now, transport)
    });
    let end = world.next(5 * SECOND);
    assert!(matches!(end, Some((_, Event::Down { .. }))), "{end:?}");
    world.run(SECOND);
    assert!(world.with_element(element, |driver, _, _| driver.stopped()));
}

#[test]
fn a_pool_user_cannot_make_itself_the_registrar() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let element = world.element(Some(Box::new(Echo::new(8))), |_| {});
    world.run(SECOND);
    let listed = world.listed(registrar);
    let home = world.with_element(element, |driver, _, _| driver.home_addrs().to_vec());
    world.told(element);
    let user = world.user(1, &listed[0]);
    let keep_alive = EndpointKeepAlive::new(ServerId(666), POOL.into(), true);
    let mut octets = Vec::new();
    asap::Message::from(keep_alive).encode(&mut octets).unwrap();
    world.say(user, 11, &octets);
    world.say(user, 0, b"hello");
    let answer = (0, b"hello".to_vec());
    assert_eq!(world.hear(), answer, "and no acknowledgement before it");
    assert_eq!(world.told(element), []);
    let after = world.with_element(element, |driver, _, _| driver.home_addrs().to_vec());
    assert_eq!(after, home);
    world.run(30 * SECOND);
    assert_eq!(world.listed(registrar).len(), 1);
}

#[test]
fn where_it_registers_its_user_endpoint_for_asap_registrars_may_call_it_there() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let element = world.element(Some(Box::new(Echo::new(8))), |setup| {
        setup.users = Users::Sctp { port: 7777 };
        let asap = SctpTransport::new(7777, setup.addrs[0]);
        setup.config.asap_transport = Some(asap);
    });
    world.run(SECOND);
    let listed = world.listed(registrar);
    // It calls the port for users, which the registration gives as the ASAP transport too.
    let caller = world.user(1, &listed[0]);
    let keep_alive = EndpointKeepAlive::new(ServerId(5), POOL.into(), true);
    let mut octets = Vec::new();
    asap::Message::from(keep_alive).encode(&mut octets).unwrap();
    world.say(caller, 11, &octets);
    let (ppid, ack) = world.hear();
    assert_eq!(ppid, 11);
    let ack = asap::Message::decode(&ack).unwrap().message;
    assert!(
        matches!(ack, asap::Message::EndpointKeepAliveAck(_)),
        "{ack:?}"
    );
    let home = world.with_element(element, |driver, _, _| driver.engine().home_id());
    assert_eq!(home, Some(ServerId(5)));
}

#[test]
fn the_owners_load_replaces_that_of_the_service() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let element = world.element(Some(Box::new(Echo::new(8))), |setup| {
        setup.config.policy = Policy::LeastUsed { load: 0 };
    });
    world.run(2 * SECOND);
    let told = Policy::LeastUsed { load: 1000 };
    world.with_element(element, |driver, now, transport| {
        driver.set_load(now, 1000, transport);
    });
    world.run(2 * SECOND);
    let listed = world.listed(registrar);
    assert_eq!(listed[0].policy, told);
    // The load of the service changes with a user of it.
    let user = world.user(1, &listed[0]);
    world.say(user, 0, b"hello");
    world.hear();
    world.run(5 * SECOND);
    assert_eq!(world.listed(registrar)[0].policy, told);
}

#[test]
fn a_rejected_registration_is_not_tried_again_uncorrected() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    world.element(None, |_| {});
    world.run(SECOND);
    let settings = Settings {
        service: Some(ServiceKind::Echo),
        ..Settings::default()
    };
    let usual = settings.setup().unwrap().config;
    let other = world.element(None, |setup| {
        setup.config.policy = Policy::Random;
        setup.config.retry_rejected = usual.retry_rejected;
    });
    world.run(120 * SECOND);
    let told = world.told(other);
    let is_rejection =
        |event: &&ElementEvent| matches!(event, ElementEvent::Asap(AsapEvent::Rejected { .. }));
    assert_eq!(told.iter().filter(is_rejection).count(), 1, "{told:?}");
    // Corrected, it is taken.
    world.with_element(other, |driver, now, transport| {
        driver.set_policy(now, Policy::RoundRobin, transport);
    });
    world.run(SECOND);
    assert_eq!(world.listed(registrar).len(), 2);
}

/// The business card that a pool user hears.
fn hear_card(world: &mut World) -> BusinessCard {
    let (ppid, octets) = world.hear();
    assert_eq!(ppid, 11);
    match asap::Message::decode(&octets).unwrap().message {
        asap::Message::BusinessCard(card) => card,
        other => panic!("a card: {other:?}"),
    }
}

#[test]
fn it_presents_itself_to_pool_users() {
    let mut world = World::new();
    let registrar = world.registrar(|_| {});
    let element = world.element(Some(Box::new(Echo::new(8))), |setup| {
        setup.config.policy = Policy::LeastUsed { load: 0 };
        setup.card = Card::Own;
    });
    world.run(SECOND);
    let listed = world.listed(registrar).remove(0);
    let user = world.user(1, &listed);
    world.say(user, 0, b"hello");
    let card = hear_card(&mut world);
    assert_eq!(card.pool_handle, POOL.into());
    let [on_card] = card.pool_elements.as_slice() else {
        panic!("itself: {card:?}");
    };
    assert_eq!(on_card.identifier, listed.identifier);
    assert_eq!(on_card.user_transport, listed.user_transport);
    assert_eq!(world.hear(), (0, b"hello".to_vec()));

    // Another load is no news about whom to go to, another life is some.
    world.with_element(element, |driver, now, transport| {
        driver.set_load(now, 1000, transport);
        driver.set_life(now, RegistrationLife(77), transport);
    });
    let card = hear_card(&mut world);
    assert_eq!(card.pool_elements[0].life, RegistrationLife(77));
    assert_eq!(
        card.pool_elements[0].policy,
        Policy::LeastUsed { load: 1000 }
    );

    let own = BusinessCard::new("Other".into(), card.pool_elements);
    world.with_element(element, |driver, now, transport| {
        driver.set_card(now, Some(own.clone()), transport);
        driver.set_life(now, RegistrationLife(78), transport);
    });
    assert_eq!(hear_card(&mut world), own, "its owner knows better");
    assert!(world.next(5 * SECOND).is_none());
}

#[test]
fn it_has_no_card_before_it_is_registered() {
    let mut world = World::new();
    let element = world.element(Some(Box::new(Echo::new(8))), |setup| {
        setup.card = Card::Own;
    });
    world.run(SECOND);
    let at = world.with_element(element, |driver, _, _| driver.user_transport().clone());
    let me = PoolElement {
        identifier: rsp_wire::PeIdentifier(1),
        home: ServerId(0),
        life: RegistrationLife(1),
        user_transport: at,
        policy: Policy::RoundRobin,
        asap_transport: None,
        unknown: rsp_wire::UnknownParameters::NONE,
    };
    let user = world.user(1, &me);
    world.say(user, 0, b"hello");
    assert_eq!(world.hear(), (0, b"hello".to_vec()));
    assert!(world.next(5 * SECOND).is_none());
}
