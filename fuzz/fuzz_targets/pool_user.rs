//! The engine of a pool user under any sequence of inputs of its transport and its owner: it survives, sends well-formed
//! messages over associations that are up, its deadlines move, and its limits hold.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rsp_proto::hunt::Server;
use rsp_proto::pool_user::{
    Carrier, Config, Fault, Input, Message, Output, PoolUser, Request, Session, Target,
};
use rsp_proto::{ASAP_PPID, Assoc};
use rsp_wire::{PeIdentifier, PoolHandle};
use rspcheck_fuzz::{Assocs, Source, State, linear, same_time, seeds, sent};
use rspcheck_vectors::Protocol;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// Steps of a sequence: the first octet of each modulo their number.
const PASS: u8 = 0;
const MESSAGE: u8 = 1;
const ESTABLISHED: u8 = 2;
const RESOLVE: u8 = 3;
const WATCH: u8 = 4;
const OPEN: u8 = 5;
const SEND: u8 = 6;
const DOWN: u8 = 7;
const DATAGRAM: u8 = 8;
const RESTART: u8 = 9;
const UNWATCH: u8 = 10;
const POPULATE: u8 = 11;
const PURGE: u8 = 12;
const FAIL: u8 = 13;
const CLOSE: u8 = 14;
const CONTACTED: u8 = 15;
const UNREACHABLE: u8 = 16;
const CARD: u8 = 17;
const STOP: u8 = 18;
const STEPS: u8 = 19;

/// Bits of the first octet.
const ANNOUNCED_ONLY: u8 = 1;
const TCP: u8 = 2;
const CACHE: u8 = 4;
const SMALL: u8 = 8;

/// Longest time that one step takes, as an exponent of two in milliseconds: 36 hours.
const LONGEST: u8 = 27;
/// Deadlines that one step meets; it passes over later ones.
const DEADLINES: usize = 64;
/// The pools of a sequence; the vectors use the first.
const POOLS: [&str; 3] = ["EchoPool", "other", "third"];

fn written() -> Vec<Vec<u8>> {
    // A question or a session, the message as answer, a PE, and the loss of it.
    let before = |flags: u8, step: u8| [flags, ESTABLISHED, 0, step, 0, MESSAGE, 0];
    let after = [
        ESTABLISHED,
        1,
        SEND,
        0,
        0,
        2,
        1,
        2,
        PASS,
        10,
        DOWN,
        1,
        ESTABLISHED,
        1,
        PASS,
        16,
        CLOSE,
        0,
        PASS,
        20,
    ];
    let asap = |before: &[u8]| seeds::around_messages(Protocol::Asap, before, &after);
    let mut written = asap(&before(0, RESOLVE));
    written.extend(asap(&before(CACHE | SMALL, WATCH)));
    written.extend(asap(&before(CACHE, OPEN)));
    written.extend(asap(&before(TCP, OPEN)));
    written.extend(asap(&[ANNOUNCED_ONLY, OPEN, 0, DATAGRAM, 1]));
    written
}

fuzz_target!(init: seeds::write(written), |octets: &[u8]| {
    linear("pool user", octets, 1 << 21, 4096, || World::new(octets).run());
});

struct World<'a> {
    source: Source<'a>,
    user: PoolUser,
    assocs: Assocs,
    /// Messages that the transport has not sent yet.
    unsent: BTreeMap<Assoc, Vec<Message>>,
    config: Config,
    requests: u64,
    sessions: u64,
    now: Duration,
}

fn address(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 3863))
}

fn config(flags: u8) -> Config {
    let mut config = Config::default();
    if flags & ANNOUNCED_ONLY == 0 {
        let first = if flags & TCP == 0 {
            Server::sctp([address(8)])
        } else {
            Server::tcp(address(8))
        };
        config.registrars = vec![first, Server::sctp([address(9)])];
    }
    config.carriers = vec![Carrier::Sctp, Carrier::Tcp, Carrier::Udp];
    config.stale_cache_value = Duration::from_secs(if flags & CACHE == 0 { 0 } else { 30 });
    if flags & SMALL != 0 {
        (
            config.max_pools,
            config.max_pool_elements,
            config.max_requests,
        ) = (1, 2, 2);
        (
            config.max_sessions,
            config.max_queued,
            config.max_queued_octets,
        ) = (2, 2, 4);
        (config.max_cookie, config.max_business_card) = (4, 1);
        (config.max_reports, config.max_contacts) = (1, 2);
    }
    config
}

impl<'a> World<'a> {
    fn new(octets: &'a [u8]) -> Self {
        let mut source = Source::new(octets);
        let config = config(source.octet());
        let now = Duration::from_secs(1);
        let user = PoolUser::new(config.clone(), 7, now);
        let mut world = Self {
            source,
            user,
            assocs: Assocs::default(),
            unsent: BTreeMap::new(),
            config,
            requests: 0,
            sessions: 0,
            now,
        };
        world.settle();
        world
    }

    fn run(mut self) {
        while !self.source.is_empty() {
            self.step();
            let size = self.user.size();
            assert!(self.user.associations() <= self.assocs.len());
            assert!(size.requests <= self.config.max_requests);
            assert!(size.sessions <= self.config.max_sessions);
            assert!(size.contacts <= self.config.max_contacts);
            assert!(size.reports <= self.config.max_reports);
            assert!(size.queued <= self.config.max_queued * self.config.max_sessions);
            // The only message of a session may be longer.
            let octets = self.config.max_queued_octets.max(usize::from(u16::MAX));
            assert!(size.queued_octets <= octets * self.config.max_sessions);
        }
    }

    fn step(&mut self) {
        let step = self.source.octet() % STEPS;
        let number = self.source.octet();
        let pool: PoolHandle = POOLS[usize::from(number) % POOLS.len()].into();
        let pe = PeIdentifier(0x1234_5678 ^ u32::from(number / 8));
        let session = Session(u64::from(number) % (self.sessions + 1));
        match step {
            PASS => self.pass(Duration::from_millis(1 << (number % LONGEST))),
            RESOLVE => {
                let request = self.request();
                self.handle(Input::Resolve { request, pool });
            }
            WATCH => {
                let request = self.request();
                self.handle(Input::Watch { request, pool });
            }
            UNWATCH => {
                let request = Request(u64::from(number) % (self.requests + 1));
                self.handle(Input::Unwatch { request });
            }
            POPULATE => self.handle(Input::Populate { pool }),
            PURGE => self.handle(Input::Purge { pool }),
            OPEN => {
                self.sessions += 1;
                let session = Session(self.sessions);
                let target = self.target(number, pool);
                self.handle(Input::Open {
                    session,
                    target,
                    failover: number & 0x40 == 0,
                });
            }
            SEND => {
                let octets = self.source.octets().to_vec();
                let failover = [None, Some(true), Some(false)][usize::from(number) % 3];
                let message = Message {
                    octets,
                    ppid: 0,
                    stream: 0,
                    unordered: false,
                    failover,
                };
                self.handle(Input::Send { session, message });
            }
            FAIL => self.handle(Input::Fail { session }),
            CLOSE => self.handle(Input::Close { session }),
            CONTACTED => self.handle(Input::Contacted { pool, pe }),
            UNREACHABLE => self.handle(Input::Unreachable { pool, pe }),
            CARD => {
                let card = self.source.card();
                self.handle(Input::Card { card });
            }
            STOP => self.handle(Input::Stop),
            _ => self.transport_step(step, number),
        }
    }

    fn request(&mut self) -> Request {
        self.requests += 1;
        Request(self.requests)
    }

    /// Returns a pool, or a PE of it that an answer has listed.
    fn target(&self, number: u8, pool: PoolHandle) -> Target {
        let known = self.user.known(&pool).filter(|_| number & 0x80 != 0);
        match known.and_then(|(list, _)| list.elements.first()) {
            Some(element) => Target::Element {
                pool,
                element: Box::new(element.clone()),
            },
            None => Target::Pool(pool),
        }
    }

    fn transport_step(&mut self, step: u8, number: u8) {
        let any = [State::SettingUp, State::Up, State::Closing];
        match step {
            MESSAGE => {
                let octets = self.source.octets();
                if let Some(assoc) = self.assocs.pick(number, &[State::Up, State::Closing]) {
                    let ppid = if number & 0x80 == 0 { ASAP_PPID } else { 0 };
                    self.handle(Input::Message {
                        assoc,
                        ppid,
                        octets,
                    });
                }
            }
            ESTABLISHED => {
                if let Some(assoc) = self.assocs.pick(number, &[State::SettingUp]) {
                    self.assocs.set(assoc, State::Up);
                    self.handle(Input::Up { assoc });
                }
            }
            DOWN => {
                if let Some(assoc) = self.assocs.pick(number, &any) {
                    self.assocs.remove(assoc);
                    let unsent = self.unsent.remove(&assoc).unwrap_or_default();
                    let whys = [
                        Fault::Closed,
                        Fault::Lost,
                        Fault::Aborted,
                        Fault::Refused,
                        Fault::Unreachable,
                    ];
                    let why = whys[usize::from(self.source.octet()) % whys.len()];
                    self.handle(Input::Down { assoc, why, unsent });
                }
            }
            DATAGRAM => {
                let octets = self.source.octets();
                self.handle(Input::Datagram {
                    from: address(number),
                    octets,
                });
            }
            RESTART => {
                if let Some(assoc) = self.assocs.pick(number, &[State::Up]) {
                    self.handle(Input::Restart { assoc });
                }
            }
            _ => unreachable!("steps are counted modulo their number"),
        }
    }

    fn handle(&mut self, input: Input<'_>) {
        self.user.handle(self.now, input);
        self.settle();
    }

    /// Lets time pass, and meets the deadlines on the way.
    fn pass(&mut self, span: Duration) {
        // The transport sends its queue in the meantime.
        self.unsent.clear();
        let end = self.now + span;
        for _ in 0..DEADLINES {
            match self.settle() {
                Some(at) if at <= end => {
                    self.now = self.now.max(at);
                    self.user.handle(self.now, Input::Tick);
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
            match self.user.poll() {
                Output::Send {
                    assoc,
                    ppid,
                    octets,
                    ..
                } => {
                    self.assocs.sends(assoc);
                    sent(ppid, &octets);
                }
                Output::Data { assoc, message } => {
                    self.assocs.sends(assoc);
                    self.unsent.entry(assoc).or_default().push(message);
                }
                Output::Connect {
                    dial, carrier, to, ..
                } => {
                    assert!(!to.is_empty());
                    let begun = self.source.octet() & 1 == 0;
                    let assoc = begun.then(|| self.assocs.add(State::SettingUp));
                    self.user.handle(self.now, Input::Dialled { dial, assoc });
                    if let Some(assoc) = assoc.filter(|_| carrier == Carrier::Udp) {
                        self.assocs.set(assoc, State::Up);
                        self.user.handle(self.now, Input::Up { assoc });
                    }
                }
                Output::Abort { assoc } => {
                    self.assocs.remove(assoc);
                    self.unsent.remove(&assoc);
                }
                Output::Shutdown { assoc } => self.assocs.set(assoc, State::Closing),
                Output::Event(event) => drop(format!("{event:?}")),
                Output::Log(log) => drop(log.to_string()),
                Output::Wait(Some(at)) if at <= self.now => {
                    same_time(&mut times);
                    self.user.handle(self.now, Input::Tick);
                }
                Output::Wait(at) => return at,
            }
        }
    }
}
