//! A registrar starts with the handlespace of its mentor: 50 000 and 100 000 elements over the simulated network, by
//! SCTP, with 1 ms from host to host. Virtual time is that of the procedure; processor time is that of both
//! registrars, their SCTP and the simulation.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rserpool::registrar::driver::{EnrpEndpoint, RegistrarDriver, Setup};
use rsp_benches::cpu::thread_time;
use rsp_benches::pools::{element, octets};
use rsp_proto::registrar::{Config, enrp};
use rsp_transport::sim::{Conditions, HostId, Net};
use rsp_transport::{AssocId, Event, Local, Outgoing, Peer, Transport};
use rsp_wire::asap::Registration;
use rsp_wire::{Policy, SctpTransport};

const ASAP: u16 = 3863;
const ENRP: u16 = 9901;
/// Outstanding registrations.
const WINDOW: usize = 64;

fn main() {
    println!("elements: virtual time, processor time");
    for size in [1_000, 10_000, 50_000, 100_000] {
        let (virtual_time, processor_time) = World::new().run(size);
        println!("{size:6}: {virtual_time:.3?}, {processor_time:.3?}");
    }
}

struct World {
    net: Net,
    /// Hosts of the mentor, of the registrar that starts, and of the elements.
    hosts: [HostId; 3],
    registrars: [Option<RegistrarDriver>; 2],
}

fn ip(number: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, number).into()
}

impl World {
    fn new() -> Self {
        let mut net = Net::new(1);
        net.conditions(Conditions {
            delay_min: Duration::from_millis(1),
            delay_max: Duration::from_millis(1),
            ..Conditions::default()
        });
        let hosts = [1, 2, 3].map(|number| net.add_host(ip(number)));
        Self {
            net,
            hosts,
            registrars: [None, None],
        }
    }

    fn run(&mut self, size: u32) -> (Duration, Duration) {
        self.start(0);
        self.register(size);
        let (start, spent) = (self.net.now(), thread_time());
        self.start(1);
        while !self.driver(1).is_serving() {
            self.step();
        }
        let known = self.driver(1).engine().handlespace().len();
        assert_eq!(known, size as usize);
        (self.net.now() - start, thread_time() - spent)
    }

    fn driver(&self, number: usize) -> &RegistrarDriver {
        self.registrars[number].as_ref().expect("it was started")
    }

    fn start(&mut self, number: usize) {
        let mentors = (number > 0).then(|| SocketAddr::new(ip(1), ENRP));
        let setup = Setup {
            config: Config {
                max_registration_rate: 0,
                max_message_rate: 0,
                keep_alive_interval: Duration::ZERO,
                enrp: enrp::Config {
                    peers: mentors.into_iter().collect(),
                    ..enrp::Config::default()
                },
                ..Config::default()
            },
            asap_port: ASAP,
            enrp: Some(EnrpEndpoint {
                addrs: Vec::new(),
                port: ENRP,
            }),
            ..Setup::default()
        };
        let now = self.net.now();
        let mut host = self.net.host(self.hosts[number]);
        let driver = RegistrarDriver::start(setup, number as u64, &mut host, now);
        self.registrars[number] = Some(driver.expect("the ports are free"));
    }

    /// Handles the next event of the network. Returns it if it is one of the elements' host.
    fn step(&mut self) -> Option<Event> {
        let drivers = self.registrars.iter().flatten();
        let deadline = drivers.filter_map(RegistrarDriver::deadline).min();
        let until = deadline.unwrap_or(self.net.now() + Duration::from_secs(1));
        let happened = self.net.next(until);
        let now = self.net.now();
        if let Some((host, event)) = happened {
            match self.hosts.iter().position(|&known| known == host) {
                Some(number) if number < 2 => {
                    let mut host = self.net.host(host);
                    if let Some(driver) = &mut self.registrars[number] {
                        driver.event(now, event, &mut host);
                    }
                }
                _ => return Some(event),
            }
        }
        for (number, driver) in self.registrars.iter_mut().enumerate() {
            if let Some(driver) = driver
                && driver.deadline().is_some_and(|at| at <= now)
            {
                driver.timeout(now, &mut self.net.host(self.hosts[number]));
            }
        }
        None
    }

    fn register(&mut self, size: u32) {
        let mut host = self.net.host(self.hosts[2]);
        let local = Local::Sctp {
            addrs: Vec::new(),
            port: 0,
            listen: false,
        };
        let port = host.open(&local).expect("there is a free port");
        let peer = Peer {
            addrs: vec![SocketAddr::new(ip(1), ASAP)],
            udp_port: None,
        };
        let assoc = host.connect(port, &peer).expect("it can be tried");
        let mut numbers = 0..size;
        let mut answered = 0;
        while answered < size {
            match self.step() {
                Some(Event::Up { .. }) => {
                    for number in numbers.by_ref().take(WINDOW) {
                        self.send(assoc, number);
                    }
                }
                Some(Event::Message { octets, .. }) => {
                    assert_eq!(octets[..2], [3, 0], "a registration is granted");
                    answered += 1;
                    if let Some(number) = numbers.next() {
                        self.send(assoc, number);
                    }
                }
                Some(other) => panic!("unexpected: {other:?}"),
                None => {}
            }
        }
    }

    fn send(&mut self, assoc: AssocId, number: u32) {
        let mut element = element(number, Policy::LeastUsed { load: number });
        element.user_transport = SctpTransport::new(7, ip(3)).into();
        let handle = format!("pool {:03}", number % 100);
        let message = octets(Registration::new(handle.as_str().into(), element));
        let message = Outgoing {
            stream: 0,
            ppid: 11,
            unordered: false,
            octets: &message,
        };
        let sent = self.net.host(self.hosts[2]).send(assoc, message);
        sent.expect("there is room for a small message");
    }
}
