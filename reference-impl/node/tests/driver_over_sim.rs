//! The driver over the simulated network: real SCTP, virtual time.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rserpool::registrar::driver::{RegistrarDriver, Setup};
use rserpool::registrar::status::{Request, Status};
use rsp_transport::sim::{HostId, Net};
use rsp_transport::{
    AssocId, DownKind, Event, Local, LocalPort, Outgoing, Peer, SctpOptions, Transport,
};
use rsp_wire::asap::{self, Deregistration, HandleResolution, Registration};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, RegistrationLife, SctpTransport, ServerId, UnknownParameters,
};

const REGISTRAR: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const GROUP: IpAddr = IpAddr::V4(Ipv4Addr::new(224, 0, 1, 185));

struct World {
    net: Net,
    registrar: HostId,
    driver: RegistrarDriver,
}

impl World {
    fn new() -> Self {
        Self::on(Net::new(1))
    }

    fn on(mut net: Net) -> Self {
        let registrar = net.add_host(REGISTRAR);
        let setup = Setup {
            asap_addrs: vec![REGISTRAR],
            asap_port: 3863,
            tcp: Some(SocketAddr::new(REGISTRAR, 3863)),
            announce: vec![
                SocketAddr::new(GROUP, 3863),
                "[ff02::133]:3863".parse().unwrap(),
            ],
            ..Setup::default()
        };
        let now = net.now();
        let driver = RegistrarDriver::start(setup, 1, &mut net.host(registrar), now).unwrap();
        Self {
            net,
            registrar,
            driver,
        }
    }

    fn host(&mut self, last: u8, local: impl Fn(IpAddr) -> Local) -> (HostId, LocalPort) {
        let ip = IpAddr::V4(Ipv4Addr::new(198, 51, 100, last));
        let host = self.net.add_host(ip);
        let port = self.net.host(host).open(&local(ip)).unwrap();
        (host, port)
    }

    /// An association of a host of its own, up.
    fn connect(&mut self, last: u8) -> (HostId, AssocId) {
        let (host, port) = self.host(last, |ip| Local::Sctp {
            addrs: vec![ip],
            port: 0,
            listen: false,
        });
        self.connect_from(host, port)
    }

    fn connect_from(&mut self, host: HostId, port: LocalPort) -> (HostId, AssocId) {
        let peer = Peer {
            addrs: vec![SocketAddr::new(REGISTRAR, 3863)],
            udp_port: None,
        };
        let assoc = self.net.host(host).connect(port, &peer).unwrap();
        let up = self.event_at(host, Duration::from_secs(5));
        assert!(
            matches!(up, Some(Event::Up { assoc: up, .. }) if up == assoc),
            "{up:?}"
        );
        (host, assoc)
    }

    /// The next event at a host other than the registrar, whose events and timers are served on the way.
    fn event_at(&mut self, host: HostId, within: Duration) -> Option<Event> {
        let end = self.net.now() + within;
        loop {
            let until = self.driver.deadline().map_or(end, |at| at.min(end));
            match self.net.next(until) {
                Some((at, event)) if at == self.registrar => {
                    let now = self.net.now();
                    let mut transport = self.net.host(self.registrar);
                    self.driver.event(now, event, &mut transport);
                }
                Some((at, event)) if at == host => return Some(event),
                Some(_) => {}
                None if until < end => {
                    let now = self.net.now();
                    let mut transport = self.net.host(self.registrar);
                    self.driver.timeout(now, &mut transport);
                }
                None => return None,
            }
        }
    }

    /// The next event at any host but the registrar.
    fn any_event(&mut self, end: Duration) -> Option<(HostId, Event)> {
        loop {
            let until = self.driver.deadline().map_or(end, |at| at.min(end));
            match self.net.next(until) {
                Some((at, event)) if at == self.registrar => {
                    let now = self.net.now();
                    let mut transport = self.net.host(self.registrar);
                    self.driver.event(now, event, &mut transport);
                }
                Some(other) => return Some(other),
                None if until < end => {
                    let now = self.net.now();
                    let mut transport = self.net.host(self.registrar);
                    self.driver.timeout(now, &mut transport);
                }
                None => return None,
            }
        }
    }

    fn send(&mut self, (host, assoc): (HostId, AssocId), message: impl Into<asap::Message>) {
        let mut octets = Vec::new();
        message.into().encode(&mut octets).unwrap();
        let outgoing = Outgoing {
            stream: 0,
            ppid: 11,
            unordered: false,
            octets: &octets,
        };
        self.net.host(host).send(assoc, outgoing).unwrap();
    }

    fn message(&mut self, (host, _): (HostId, AssocId), within: Duration) -> Option<asap::Message> {
        match self.event_at(host, within)? {
            Event::Message { octets, .. } => Some(asap::Message::decode(&octets).unwrap().message),
            other => panic!("a message: {other:?}"),
        }
    }

    fn ask(&mut self, peer: (HostId, AssocId), message: impl Into<asap::Message>) -> asap::Message {
        self.send(peer, message);
        self.message(peer, Duration::from_secs(2))
            .expect("an answer")
    }

    fn members(&mut self, peer: (HostId, AssocId)) -> Vec<PoolElement> {
        match self.ask(peer, HandleResolution::new("EchoPool".into(), false)) {
            asap::Message::HandleResolutionResponse(response) => response.pool_elements,
            other => panic!("a response: {other:?}"),
        }
    }

    fn register(&mut self, peer: (HostId, AssocId), pe: u32, life: i32) -> bool {
        let address = self.net.ip(peer.0);
        let element = PoolElement {
            identifier: PeIdentifier(pe),
            home: ServerId::UNDETERMINED,
            life: RegistrationLife(life),
            user_transport: SctpTransport::new(7, address).into(),
            policy: Policy::RoundRobin,
            asap_transport: None,
            unknown: UnknownParameters::NONE,
        };
        match self.ask(peer, Registration::new("EchoPool".into(), element)) {
            asap::Message::RegistrationResponse(response) => !response.is_rejected(),
            other => panic!("a response: {other:?}"),
        }
    }
}

#[test]
fn register_resolve_deregister() {
    let mut world = World::new();
    let (pe, pu) = (world.connect(1), world.connect(2));
    assert!(world.register(pe, 7, 600));
    let members = world.members(pu);
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].home, ServerId(world.driver.server_id()));
    let transport = members[0].asap_transport.as_ref().unwrap();
    assert!(transport.addresses.contains(world.net.ip(pe.0)));
    assert_ne!(transport.port, 0);
    world.ask(pe, Deregistration::new("EchoPool".into(), PeIdentifier(7)));
    assert_eq!(world.members(pu), []);
}

#[test]
fn users_come_over_tcp() {
    let mut world = World::new();
    let pe = world.connect(1);
    world.register(pe, 7, 600);
    let (host, port) = world.host(2, |ip| Local::Tcp {
        addr: SocketAddr::new(ip, 0),
        listen: false,
    });
    let pu = world.connect_from(host, port);
    assert_eq!(world.members(pu).len(), 1);
}

#[test]
fn lives_and_keep_alives_run_on_virtual_time() {
    let mut world = World::new();
    let pe = world.connect(1);
    world.register(pe, 7, 10);
    world.register(pe, 8, -1);
    let before = world.net.now();
    let told = world.message(pe, Duration::from_secs(12));
    assert!(
        matches!(told, Some(asap::Message::DeregistrationResponse(_))),
        "{told:?}"
    );
    let span = world.net.now() - before;
    assert!(
        span >= Duration::from_secs(9) && span <= Duration::from_secs(11),
        "{span:?}"
    );
    let asked = world.message(pe, Duration::from_secs(50));
    assert!(
        matches!(asked, Some(asap::Message::EndpointKeepAlive(_))),
        "{asked:?}"
    );
    assert_eq!(world.message(pe, Duration::from_secs(20)), None);
    assert_eq!(world.members(pe), [], "it did not answer");
}

#[test]
fn both_families_are_announced_to_at_one_rhythm() {
    let mut world = World::new();
    let groups = ["224.0.1.185", "ff02::133"].map(|text| text.parse::<IpAddr>().unwrap());
    let listeners = groups.map(|group| {
        let host = if group.is_ipv4() { 1 } else { 2 };
        let (host, _) = world.host(host, |ip| Local::Udp {
            addr: SocketAddr::new(ip, 3863),
            groups: vec![group],
        });
        host
    });
    let mut heard = [0, 0];
    let end = world.net.now() + Duration::from_secs(10);
    while let Some((at, event)) = world.any_event(end) {
        if let (Event::Datagram { octets, .. }, Some(which)) =
            (event, listeners.iter().position(|&host| host == at))
        {
            let message = asap::Message::decode(&octets).unwrap().message;
            assert!(
                matches!(message, asap::Message::ServerAnnounce(_)),
                "{message:?}"
            );
            heard[which] += 1;
        }
    }
    // The first one was before they listened. Its own announcements are no other server's.
    assert!(
        heard.iter().all(|count| (9..=10).contains(count)),
        "{heard:?}"
    );
}

#[test]
fn announcements_reach_the_group() {
    let mut world = World::new();
    let (listener, _) = world.host(1, |ip| Local::Udp {
        addr: SocketAddr::new(ip, 3863),
        groups: vec![GROUP],
    });
    for _ in 0..3 {
        let Some(Event::Datagram { from, octets, .. }) =
            world.event_at(listener, Duration::from_millis(1500))
        else {
            panic!("an announcement every second");
        };
        assert_eq!(from.ip(), REGISTRAR);
        let asap::Message::ServerAnnounce(message) =
            asap::Message::decode(&octets).unwrap().message
        else {
            panic!("an announcement");
        };
        assert_eq!(message.server_id.0, world.driver.server_id());
        assert_eq!(message.transports.len(), 2);
    }
}

#[test]
fn stopping_ends_all_associations_gracefully() {
    let mut world = World::new();
    let pe = world.connect(1);
    world.register(pe, 7, 600);
    let now = world.net.now();
    world.driver.stop(now, &mut world.net.host(world.registrar));
    assert!(!world.driver.stopped());
    let end = world.event_at(pe.0, Duration::from_secs(5));
    assert!(
        matches!(
            end,
            Some(Event::Down {
                kind: rsp_transport::DownKind::Closed,
                ..
            })
        ),
        "{end:?}"
    );
    world.event_at(pe.0, Duration::from_secs(5));
    assert!(world.driver.stopped());
}

#[test]
fn set_ups_that_the_stack_refuses_are_counted() {
    let options = SctpOptions {
        max_associations: 2,
        ..SctpOptions::default()
    };
    let mut world = World::on(Net::with_options(1, options));
    world.connect(1);
    world.connect(2);
    let hits = |world: &World| {
        let now = world.net.now();
        let status = Status::of(&world.driver, now, &Request::default()).unwrap();
        let mut limits = status.limits.iter();
        let limit = limits.find(|limit| limit.key == "max-associations");
        limit.unwrap().hits
    };
    assert_eq!(hits(&world), 0);
    let (host, port) = world.host(3, |ip| Local::Sctp {
        addrs: vec![ip],
        port: 0,
        listen: false,
    });
    let peer = Peer {
        addrs: vec![SocketAddr::new(REGISTRAR, 3863)],
        udp_port: None,
    };
    world.net.host(host).connect(port, &peer).unwrap();
    let end = world.event_at(host, Duration::from_secs(5));
    assert!(
        matches!(
            end,
            Some(Event::Down {
                kind: DownKind::Refused,
                ..
            })
        ),
        "{end:?}"
    );
    let now = world.net.now();
    let mut transport = world.net.host(world.registrar);
    world.driver.timeout(now, &mut transport);
    assert_eq!(hits(&world), 1);
}
