//! The load client over the simulated network: real registrars, real pool elements with the built-in services,
//! real SCTP, virtual time. Pool elements die under it.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rserpool::carrier::watchful;
use rserpool::pool_element::{self, Card, Cookies, ElementDriver, Users};
use rserpool::pool_user::{self, Event as Told, Target, UserDriver};
use rserpool::registrar::driver::{self, EnrpEndpoint, RegistrarDriver};
use rserpool::services::seal::PoolKey;
use rserpool::services::{Service, calculation, echo::Echo, ping_pong};
use rserpool_cli::pu::load::{Act, End, Load, Plan, Service as Kind, Summary};
use rsp_proto::hunt::Server;
use rsp_proto::registrar::{self, enrp};
use rsp_transport::Event;
use rsp_transport::sim::{HostId, Net};
use rsp_wire::{SctpTransport, Transport as WireTransport};

const POOL: &str = "Pool";
const SECOND: Duration = Duration::from_secs(1);

enum Program {
    Registrar(Box<RegistrarDriver>),
    Element(Box<ElementDriver>),
}

struct World {
    net: Net,
    programs: Vec<(HostId, Option<Program>)>,
    user: HostId,
    driver: UserDriver,
    load: Load,
    /// The pool element of the session.
    serving: Option<IpAddr>,
}

fn registrar_ip(n: usize) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, n as u8 + 1).into()
}

fn element_ip(n: usize) -> IpAddr {
    Ipv4Addr::new(198, 51, 100, n as u8 + 1).into()
}

fn service(kind: Kind) -> Box<dyn Service> {
    match kind {
        Kind::Echo => Box::new(Echo::new(100)),
        Kind::PingPong => Box::new(ping_pong::PingPong::new(ping_pong::Config::default())),
        Kind::Calculation => {
            Box::new(calculation::Calculation::new(calculation::Config::default()))
        }
    }
}

fn plan(service: Kind) -> Plan {
    Plan {
        service,
        interval: SECOND / 10,
        count: None,
        duration: Some(40 * SECOND),
        size: 64,
        window: 1,
        answer_timeout: 5 * SECOND,
    }
}

impl World {
    /// Two registrars, some pool elements at either, and the client once they are registered.
    fn new(seed: u64, elements: usize, plan: Plan) -> Self {
        let mut net = Net::with_options(seed, watchful());
        let mut programs = Vec::new();
        for n in 0..2 {
            programs.push(registrar(&mut net, n));
        }
        for n in 0..elements {
            programs.push(element(&mut net, n, plan.service));
        }
        let user = net.add_host(Ipv4Addr::new(203, 0, 113, 1).into());
        let servers = (0..2).map(|n| Server::sctp([SocketAddr::new(registrar_ip(n), 3863)]));
        let setup = pool_user::Setup {
            config: pool_user::Config {
                registrars: servers.collect(),
                ..pool_user::Config::default()
            },
            local: Ipv4Addr::UNSPECIFIED.into(),
            announce: None,
        };
        let now = net.now();
        let driver = UserDriver::start(setup, seed, &mut net.host(user), now).unwrap();
        let mut world = Self {
            net,
            programs,
            user,
            driver,
            load: Load::new(plan.clone(), now),
            serving: None,
        };
        world.run_until(20 * SECOND, |_| false);
        world.load = Load::new(plan, world.net.now());
        world
    }

    fn kill(&mut self, ip: IpAddr) {
        for (host, program) in &mut self.programs {
            if self.net.ip(*host) == ip {
                *program = None;
                self.net.kill(*host);
            }
        }
    }

    /// Returns true if `done` holds within this time.
    fn run_until(&mut self, within: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let end = self.net.now() + within;
        loop {
            self.act();
            if done(self) {
                return true;
            }
            let deadlines = self
                .programs
                .iter()
                .filter_map(|(_, program)| match program {
                    Some(Program::Registrar(driver)) => driver.deadline(),
                    Some(Program::Element(driver)) => driver.deadline(),
                    None => None,
                });
            let own = [self.driver.deadline(), self.load.deadline()];
            let until = deadlines
                .chain(own.into_iter().flatten())
                .min()
                .map_or(end, |at| at.min(end));
            match self.net.next(until) {
                Some((host, event)) => self.event(host, event),
                None if until < end => self.timeout(),
                None => return false,
            }
        }
    }

    /// Passes events of the driver to the client, and carries out its outputs.
    fn act(&mut self) {
        let now = self.net.now();
        loop {
            while let Some(act) = self.load.poll() {
                let net = &mut self.net.host(self.user);
                match act {
                    Act::Open => {
                        let target = Target::Pool(POOL.into());
                        self.load.opened(self.driver.open(now, target, true, net));
                    }
                    Act::Send(session, message) => {
                        self.driver.send(now, session, message, net).unwrap();
                    }
                    Act::Fail(session) => self.driver.fail(now, session, net),
                    Act::Close(session) => self.driver.close(now, session, net),
                }
            }
            let Some(told) = self.driver.poll_event() else {
                return;
            };
            if let Told::Up { element, .. } = &told {
                self.serving = element.user_transport.addresses().next();
            }
            self.load.event(now, &told);
        }
    }

    fn event(&mut self, at: HostId, event: Event) {
        let now = self.net.now();
        if at == self.user {
            self.driver.event(now, event, &mut self.net.host(at));
            return;
        }
        let program = self.programs.iter_mut().find(|(host, _)| *host == at);
        match program {
            Some((_, Some(Program::Registrar(driver)))) => {
                driver.event(now, event, &mut self.net.host(at));
            }
            Some((_, Some(Program::Element(driver)))) => {
                driver.event(now, event, &mut self.net.host(at));
            }
            Some((_, None)) | None => {}
        }
    }

    fn timeout(&mut self) {
        let now = self.net.now();
        for (host, program) in &mut self.programs {
            let net = &mut self.net.host(*host);
            match program {
                Some(Program::Registrar(driver)) => driver.timeout(now, net),
                Some(Program::Element(driver)) => driver.timeout(now, net),
                None => {}
            }
        }
        self.driver.timeout(now, &mut self.net.host(self.user));
        self.load.timeout(now);
    }

    /// Kills the pool element that serves, once it is another one than before.
    fn kill_serving(&mut self) -> IpAddr {
        let before = self.load.summary().answers;
        let served = |world: &Self| world.load.summary().answers > before + 5;
        assert!(
            self.run_until(30 * SECOND, served),
            "{}",
            self.load.summary()
        );
        let ip = self.serving.expect("it answers");
        self.kill(ip);
        let failovers = self.load.summary().failovers;
        let moved = |world: &Self| world.load.summary().failovers > failovers;
        assert!(
            self.run_until(60 * SECOND, moved),
            "{}",
            self.load.summary()
        );
        ip
    }

    fn over(&mut self) -> Summary {
        assert!(self.run_until(200 * SECOND, |world| world.load.end().is_some()));
        let summary = self.load.summary().clone();
        assert_eq!(self.load.end(), Some(&End::Done), "{summary}");
        assert!(summary.is_right(), "{summary}");
        summary
    }
}

fn registrar(net: &mut Net, n: usize) -> (HostId, Option<Program>) {
    let host = net.add_host(registrar_ip(n));
    let setup = driver::Setup {
        config: registrar::Config {
            enrp: enrp::Config {
                peers: vec![SocketAddr::new(registrar_ip(1 - n), 9901)],
                mentor_rounds: 1,
                ..enrp::Config::default()
            },
            ..registrar::Config::default()
        },
        asap_port: 3863,
        enrp: Some(EnrpEndpoint {
            addrs: Vec::new(),
            port: 9901,
        }),
        ..driver::Setup::default()
    };
    let now = net.now();
    let driver = RegistrarDriver::start(setup, n as u64, &mut net.host(host), now).unwrap();
    (host, Some(Program::Registrar(Box::new(driver))))
}

fn element(net: &mut Net, n: usize, kind: Kind) -> (HostId, Option<Program>) {
    let ip = element_ip(n);
    let host = net.add_host(ip);
    // What it is becomes of `users`.
    let placeholder = WireTransport::from(SctpTransport::new(0, ip));
    let mut config = pool_element::Config::new(POOL.into(), placeholder);
    let registrars = (0..2).map(|r| vec![SocketAddr::new(registrar_ip((n + r) % 2), 3863)]);
    config.registrars = registrars.collect();
    let setup = pool_element::Setup {
        config,
        addrs: vec![ip],
        asap_port: 0,
        users: Users::Sctp { port: 0 },
        announce: None,
        cookies: Cookies::Sealed(PoolKey::open_to_all()),
        card: Card::Own,
    };
    let (now, net) = (net.now(), &mut net.host(host));
    let mut driver = ElementDriver::start(setup, Some(service(kind)), n as u64, net, now).unwrap();
    driver.register(now, net);
    (host, Some(Program::Element(Box::new(driver))))
}

#[test]
fn echo_goes_on_when_pool_elements_die() {
    let mut world = World::new(
        1,
        3,
        Plan {
            window: 4,
            interval: SECOND / 50,
            ..plan(Kind::Echo)
        },
    );
    world.kill_serving();
    world.kill_serving();
    let summary = world.over();
    assert_eq!(summary.failovers, 2);
    // A silent path is given up after 3.4 s; the rest is the set-up of the next association.
    assert!(summary.longest_gap < 4 * SECOND, "{summary}");
}

#[test]
fn the_count_of_pongs_goes_on_when_pool_elements_die() {
    let mut world = World::new(2, 3, plan(Kind::PingPong));
    world.kill_serving();
    world.kill_serving();
    let summary = world.over();
    assert_eq!((summary.failovers, summary.cookies), (2, 2));
}

#[test]
fn a_job_goes_on_where_its_cookie_left_it() {
    // Ten seconds of work for one pool element.
    let size = 10_000_000;
    let plan = Plan {
        size,
        count: Some(1),
        duration: None,
        ..plan(Kind::Calculation)
    };
    let mut world = World::new(3, 2, plan);
    let began = world.net.now();
    assert!(world.run_until(10 * SECOND, |world| world.serving.is_some()));
    world.run_until(8 * SECOND, |_| false);
    let first = world.serving.expect("a pool element serves");
    world.kill(first);
    let summary = world.over();
    assert_eq!((summary.answers, summary.cookies), (1, 1));
    // Eight seconds there, up to four to notice, and the rest here, of which one second at most is done again.
    let span = world.net.now() - began;
    assert!(span < 16 * SECOND, "{span:?}");
}

#[test]
fn registrars_die_too() {
    let mut world = World::new(4, 3, plan(Kind::PingPong));
    world.kill_serving();
    let home = world.driver.engine().home().expect("it was asked").clone();
    world.kill(home.addrs[0].ip());
    world.kill_serving();
    let summary = world.over();
    assert_eq!((summary.failovers, summary.cookies), (2, 2));
}

#[test]
fn a_pool_that_dies_whole_is_a_session_lost() {
    let mut world = World::new(5, 2, plan(Kind::Echo));
    world.kill_serving();
    let last = world.serving.expect("the other one");
    world.kill(last);
    assert!(world.run_until(300 * SECOND, |world| world.load.end().is_some()));
    assert!(matches!(world.load.end(), Some(End::Lost(_))));
}
