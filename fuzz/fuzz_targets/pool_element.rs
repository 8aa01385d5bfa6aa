//! The engine of a pool element under any sequence of inputs of its transport and its owner: it survives, sends
//! well-formed messages over associations that are up, and its deadlines move.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rsp_proto::ASAP_PPID;
use rsp_proto::pool_element::{Config, Element, Input, Output};
use rsp_wire::{
    PeIdentifier, Policy, PolicyType, RegistrationLife, SctpTransport, TcpTransport, Transport,
    TransportUse,
};
use rspcheck_fuzz::{Assocs, Source, State, linear, same_time, seeds, sent};
use rspcheck_vectors::Protocol;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Steps of a sequence: the first octet of each modulo their number.
const PASS: u8 = 0;
const UP: u8 = 1;
const MESSAGE: u8 = 2;
const DATAGRAM: u8 = 3;
const ESTABLISHED: u8 = 4;
const DOWN: u8 = 5;
const RESTART: u8 = 6;
const REGISTER: u8 = 7;
const DEREGISTER: u8 = 8;
const POLICY: u8 = 9;
const TRANSPORT: u8 = 10;
const LIFE: u8 = 11;
const BEGAN: u8 = 12;
const COOKIE: u8 = 13;
const CARD: u8 = 14;
const UNREACHABLE: u8 = 15;
const STOP: u8 = 16;
const STEPS: u8 = 17;

/// Bits of the first octet.
const ANNOUNCED_ONLY: u8 = 1;
const CONTROL: u8 = 2;
const TOLERANT: u8 = 4;
const RETRY: u8 = 8;
const SMALL: u8 = 16;

/// Longest time that one step takes, as an exponent of two in milliseconds: 36 hours.
const LONGEST: u8 = 27;
/// Deadlines that one step meets; it passes over later ones.
const DEADLINES: usize = 64;

fn written() -> Vec<Vec<u8>> {
    // Registration at a registrar, the message, then time and a de-registration.
    let before = |flags: u8| [flags, REGISTER, 0, 0, ESTABLISHED, 0, 1, MESSAGE, 0];
    let after = [
        PASS, 14, PASS, 18, DEREGISTER, 0, PASS, 20, DOWN, 0, PASS, 22, STOP, 0, PASS, 20,
    ];
    let mut written = seeds::around_messages(Protocol::Asap, &before(TOLERANT), &after);
    written.extend(seeds::around_messages(
        Protocol::Asap,
        &before(RETRY | SMALL),
        &after,
    ));
    let user = [CONTROL, UP, 1, 1, BEGAN, 0, MESSAGE, 0];
    written.extend(seeds::around_messages(Protocol::Asap, &user, &after));
    let announced = [ANNOUNCED_ONLY, REGISTER, 0, DATAGRAM, 1];
    written.extend(seeds::around_messages(Protocol::Asap, &announced, &after));
    written
}

fuzz_target!(init: seeds::write(written), |octets: &[u8]| {
    linear("pool element", octets, 1 << 21, 4096, || World::new(octets).run());
});

struct World<'a> {
    source: Source<'a>,
    element: Element,
    assocs: Assocs,
    now: Duration,
}

fn address(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 3863))
}

fn transport(flags: u8, port: u16) -> Transport {
    let ip = IpAddr::from([192, 0, 2, 1]);
    if flags & CONTROL == 0 {
        return Transport::Tcp(TcpTransport::new(port, ip));
    }
    let mut sctp = SctpTransport::new(port, ip);
    sctp.transport_use = TransportUse::DATA_PLUS_CONTROL;
    sctp.into()
}

fn config(flags: u8) -> Config {
    let mut config = Config::new("EchoPool".into(), transport(flags, 7));
    if flags & ANNOUNCED_ONLY == 0 {
        config.registrars = vec![vec![address(8)], vec![address(9)]];
    }
    config.tolerate_named_keep_alive = flags & TOLERANT != 0;
    if flags & RETRY != 0 {
        config.retry_failed = Duration::from_secs(3);
        config.retry_rejected = Duration::from_secs(2);
    }
    if flags & SMALL != 0 {
        (
            config.max_associations,
            config.max_cookie,
            config.max_reports,
        ) = (2, 4, 1);
        (config.max_business_card, config.max_message) = (1, 120);
    }
    config.check().expect("the settings can be used");
    config
}

fn policy(number: u8, value: u32) -> Policy {
    match number % 6 {
        0 => Policy::RoundRobin,
        1 => Policy::WeightedRoundRobin { weight: value },
        2 => Policy::Priority { priority: value },
        3 => Policy::LeastUsed { load: value },
        4 => Policy::PriorityLeastUsed {
            load: value,
            load_degradation: value,
        },
        _ => Policy::Other {
            policy_type: PolicyType(value),
            data: Box::from(&[number][..]),
        },
    }
}

impl<'a> World<'a> {
    fn new(octets: &'a [u8]) -> Self {
        let mut source = Source::new(octets);
        let now = Duration::from_secs(1);
        let element = Element::new(config(source.octet()), 7, now);
        let mut world = Self {
            source,
            element,
            assocs: Assocs::default(),
            now,
        };
        world.settle();
        world
    }

    fn run(mut self) {
        while !self.source.is_empty() {
            self.step();
            assert!(self.element.associations() <= self.assocs.len());
        }
    }

    fn step(&mut self) {
        let step = self.source.octet() % STEPS;
        let number = self.source.octet();
        match step {
            PASS => self.pass(Duration::from_millis(1 << (number % LONGEST))),
            REGISTER => self.handle(Input::Register),
            DEREGISTER => self.handle(Input::Deregister),
            POLICY => {
                let policy = policy(number, self.source.word());
                self.handle(Input::Policy(policy));
            }
            TRANSPORT => self.handle(Input::UserTransport(transport(number, u16::from(number)))),
            LIFE => {
                let life = RegistrationLife(self.source.word().cast_signed());
                self.handle(Input::Life(life));
            }
            CARD => {
                let card = self.source.card();
                self.handle(Input::Card { card });
            }
            UNREACHABLE => {
                let pe = PeIdentifier(u32::from(number));
                self.handle(Input::Unreachable {
                    pool: "other".into(),
                    pe,
                });
            }
            STOP => self.handle(Input::Stop),
            _ => self.transport_step(step, number),
        }
    }

    fn transport_step(&mut self, step: u8, number: u8) {
        match step {
            UP => {
                let assoc = self.assocs.add(State::Up);
                let peer = vec![address(self.source.octet())];
                self.handle(Input::Up {
                    assoc,
                    peer,
                    is_user: number & 1 == 1,
                });
            }
            MESSAGE => {
                let octets = self.source.octets();
                let assoc = self.assocs.pick(number, &[State::Up, State::Closing]);
                if let Some(assoc) = assoc.filter(|&a| self.element.is_control(a, ASAP_PPID)) {
                    self.handle(Input::Message {
                        assoc,
                        ppid: ASAP_PPID,
                        octets,
                    });
                }
            }
            DATAGRAM => {
                let octets = self.source.octets();
                self.handle(Input::Datagram {
                    from: address(number),
                    octets,
                });
            }
            ESTABLISHED => {
                if let Some(assoc) = self.assocs.pick(number, &[State::SettingUp]) {
                    self.assocs.set(assoc, State::Up);
                    let peer = vec![address(self.source.octet())];
                    self.handle(Input::Up {
                        assoc,
                        peer,
                        is_user: false,
                    });
                }
            }
            DOWN => {
                let any = [State::SettingUp, State::Up, State::Closing];
                if let Some(assoc) = self.assocs.pick(number, &any) {
                    self.assocs.remove(assoc);
                    self.handle(Input::Down { assoc });
                }
            }
            RESTART => {
                if let Some(assoc) = self.assocs.pick(number, &[State::Up]) {
                    self.handle(Input::Restart { assoc });
                }
            }
            BEGAN => {
                if let Some(assoc) = self.assocs.pick(number, &[State::Up]) {
                    self.handle(Input::Began { assoc });
                }
            }
            COOKIE => {
                let cookie = self.source.octets().to_vec();
                if let Some(assoc) = self.assocs.pick(number, &[State::Up]) {
                    self.handle(Input::Cookie { assoc, cookie });
                }
            }
            _ => unreachable!("steps are counted modulo their number"),
        }
    }

    fn handle(&mut self, input: Input<'_>) {
        self.element.handle(self.now, input);
        self.settle();
    }

    /// Lets time pass, and meets the deadlines on the way.
    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        for _ in 0..DEADLINES {
            match self.settle() {
                Some(at) if at <= end => {
                    self.now = self.now.max(at);
                    self.element.handle(self.now, Input::Tick);
                }
                _ => break,
            }
        }
        self.now = end;
        self.handle(Input::Tick);
    }

    /// Takes what the engine wants, and returns its next deadline, which is later than now.
    fn settle(&mut self) -> Option<Duration> {
        let mut times = 0;
        loop {
            match self.element.poll() {
                Output::Send {
                    assoc,
                    ppid,
                    octets,
                    ..
                } => {
                    self.assocs.sends(assoc);
                    sent(ppid, &octets);
                }
                Output::Connect { dial, to } => {
                    assert!(!to.is_empty());
                    let begun = self.source.octet() & 1 == 0;
                    let assoc = begun.then(|| self.assocs.add(State::SettingUp));
                    self.element
                        .handle(self.now, Input::Dialled { dial, assoc });
                }
                Output::Abort { assoc } => self.assocs.remove(assoc),
                Output::Shutdown { assoc } => self.assocs.set(assoc, State::Closing),
                Output::Event(event) => drop(format!("{event:?}")),
                Output::Log(log) => drop(log.to_string()),
                Output::Wait(Some(at)) if at <= self.now => {
                    same_time(&mut times);
                    self.element.handle(self.now, Input::Tick);
                }
                Output::Wait(at) => return at,
            }
        }
    }
}
