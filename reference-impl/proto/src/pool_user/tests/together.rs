//! The pool user and the registrar of this crate in one test: each understands the messages of the other.

use super::*;
use crate::registrar::{self, Registrar};
use rsp_wire::ServerId;
use rsp_wire::asap::{Deregistration, Registration};

/// The association of the pool user, at both ends.
const USER: Assoc = Assoc(1);
/// That of all PEs, at the registrar.
const ELEMENTS: Assoc = Assoc(2);

struct Pair {
    user: PoolUser,
    registrar: Registrar,
    now: Duration,
    events: Vec<Event>,
}

impl Pair {
    fn new() -> Self {
        let config = registrar::Config {
            check_addresses: false,
            max_bad_pe_report: 1,
            keep_alive_interval: Duration::ZERO,
            ..registrar::Config::default()
        };
        let reach = registrar::Reach::default();
        let user = Config {
            registrars: vec![super::registrar(1)],
            ..Config::default()
        };
        let mut pair = Self {
            user: PoolUser::new(user, 1, Duration::ZERO),
            registrar: Registrar::new(config, &reach, 1, Duration::ZERO),
            now: Duration::ZERO,
            events: Vec::new(),
        };
        for assoc in [USER, ELEMENTS] {
            let input = registrar::Input::Up {
                assoc,
                kind: registrar::Kind::Sctp,
                peer: vec!["203.0.113.1:1000".parse().unwrap()],
            };
            pair.registrar.handle(pair.now, input);
        }
        pair.settle();
        pair.user.handle(pair.now, Input::Up { assoc: USER });
        pair.settle();
        pair
    }

    /// Carries messages until neither side has any.
    fn settle(&mut self) {
        loop {
            let quiet = self.carry_from_user() & self.carry_from_registrar();
            if quiet {
                return;
            }
        }
    }

    fn carry_from_user(&mut self) -> bool {
        let mut quiet = true;
        loop {
            match self.user.poll() {
                Output::Wait(_) => return quiet,
                Output::Connect { dial, channel, .. } => {
                    let assoc = (channel == Channel::Registrar).then_some(USER);
                    self.user.handle(self.now, Input::Dialled { dial, assoc });
                }
                Output::Send { ppid, octets, .. } => {
                    let input = registrar::Input::Message {
                        assoc: USER,
                        ppid,
                        octets: &octets,
                    };
                    self.registrar.handle(self.now, input);
                }
                Output::Event(event) => self.events.push(event),
                Output::Log(log) => assert!(!log.is_trouble(), "{log}"),
                other => panic!("no sessions here: {other:?}"),
            }
            quiet = false;
        }
    }

    fn carry_from_registrar(&mut self) -> bool {
        let mut quiet = true;
        loop {
            match self.registrar.poll() {
                registrar::Output::Wait(_) => return quiet,
                registrar::Output::Send {
                    assoc,
                    ppid,
                    octets,
                    ..
                } if assoc == USER => {
                    let octets = &octets;
                    self.user.handle(
                        self.now,
                        Input::Message {
                            assoc,
                            ppid,
                            octets,
                        },
                    );
                }
                _ => {}
            }
            quiet = false;
        }
    }

    fn elements_say(&mut self, message: impl Into<asap::Message>) {
        let octets = drive::asap(message);
        let input = registrar::Input::Message {
            assoc: ELEMENTS,
            ppid: 11,
            octets: &octets,
        };
        self.registrar.handle(self.now, input);
        self.settle();
        // Updates that come close together share one.
        self.now += Duration::from_secs(2);
        self.registrar.handle(self.now, registrar::Input::Tick);
        self.user.handle(self.now, Input::Tick);
        self.settle();
    }

    fn register(&mut self, pe: u32) {
        let element = element(pe, Policy::LeastUsed { load: pe });
        self.elements_say(Registration::new("p".into(), element));
    }

    fn input(&mut self, input: Input<'_>) {
        self.user.handle(self.now, input);
        self.settle();
    }

    /// Returns the PEs of the last list reported.
    fn last_list(&mut self) -> Vec<u32> {
        let events = std::mem::take(&mut self.events);
        let last = events.iter().rev().find_map(|event| match event {
            Event::Changed { resolution, .. } | Event::Resolved { resolution, .. } => {
                Some(resolution)
            }
            _ => None,
        });
        let elements = last.expect("a list was reported").elements.iter();
        elements.map(|e| e.identifier.0).collect()
    }
}

#[test]
fn a_watch_follows_its_pool() {
    let mut pair = Pair::new();
    pair.register(9);
    pair.events.clear();
    let request = Request(1);
    pair.input(Input::Watch {
        request,
        pool: "p".into(),
    });
    let accepted = true;
    assert_eq!(pair.events[0], Event::Watching { request, accepted });
    assert_eq!(pair.last_list(), [9]);
    pair.register(5);
    assert_eq!(pair.last_list(), [5, 9], "Least Used");
    for pe in [5, 9] {
        pair.elements_say(Deregistration::new("p".into(), PeIdentifier(pe)));
    }
    let why = Failure::Rejected(vec![CauseCode::UNKNOWN_POOL_HANDLE]);
    let ended = Event::WatchEnded { request, why };
    assert_eq!(pair.events.last(), Some(&ended));
}

#[test]
fn reports_take_a_pe_out() {
    let mut pair = Pair::new();
    pair.register(5);
    pair.register(9);
    let (pool, pe) = (PoolHandle::from("p"), PeIdentifier(5));
    for request in 1..=2 {
        let request = Request(request);
        pair.input(Input::Contacted {
            pool: pool.clone(),
            pe,
        });
        pair.input(Input::Unreachable {
            pool: pool.clone(),
            pe,
        });
        // Another event than the next one.
        pair.now += Duration::from_secs(2);
        pair.input(Input::Purge { pool: pool.clone() });
        pair.input(Input::Resolve {
            request,
            pool: pool.clone(),
        });
        let expected: &[u32] = if request.0 == 1 { &[5, 9] } else { &[9] };
        assert_eq!(pair.last_list(), expected);
    }
}

#[test]
fn the_registrar_knows_itself_from_the_pes() {
    let mut pair = Pair::new();
    pair.register(5);
    pair.input(Input::Resolve {
        request: Request(1),
        pool: "p".into(),
    });
    let Some(Event::Resolved { resolution, .. }) = pair.events.last() else {
        panic!("resolved");
    };
    let element = resolution.element(PeIdentifier(5)).unwrap();
    assert_eq!(element.home, ServerId(pair.registrar.id().0));
}
