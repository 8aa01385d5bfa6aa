//! Random schedules: registrars that refuse, are silent, drop associations or reject, and an owner that changes
//! its requests at random. Once registrars answer again, the PE gets back into its pool after any schedule.

use super::*;
use std::collections::{BTreeMap, VecDeque};

const REGISTRARS: u8 = 5;

/// Present behaviour of a registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Answers,
    /// Accepts associations and sends nothing.
    Mute,
    /// Answers no set-up.
    Unreachable,
    Refuses,
    /// Accepts associations and drops them.
    Drops,
    Rejects,
    /// Accepts registrations and soon after reports their expiry.
    Forgets,
}

const MOODS: [Mood; 7] = [
    Mood::Answers,
    Mood::Mute,
    Mood::Unreachable,
    Mood::Refuses,
    Mood::Drops,
    Mood::Rejects,
    Mood::Forgets,
];

/// Scheduled event.
#[derive(Debug)]
enum Due {
    SetUp { assoc: Assoc, registrar: u8 },
    Down { assoc: Assoc },
    Message { assoc: Assoc, octets: Vec<u8> },
}

struct Schedule {
    rng: fastrand::Rng,
    element: Element,
    now: Duration,
    moods: BTreeMap<u8, Mood>,
    /// Associations being set up or up, with the registrar of each.
    assocs: BTreeMap<Assoc, u8>,
    next_assoc: u64,
    due: BTreeMap<(Duration, u64), Due>,
    sequence: u64,
    sent: VecDeque<Duration>,
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let world = World::with(|config| {
            config.id = None;
            config.registrars = (1..=REGISTRARS).map(|n| vec![registrar(n)]).collect();
            config.policy = load(0);
            config.max_associations = 8;
            // Rejections are among the faults here.
            config.retry_rejected = Duration::from_secs(30);
        });
        let element = Element::new(world.element.config().clone(), seed, Duration::ZERO);
        let moods = (1..=REGISTRARS).map(|n| (n, Mood::Answers)).collect();
        Self {
            rng: fastrand::Rng::with_seed(seed ^ 0x5eed),
            element,
            now: Duration::ZERO,
            moods,
            assocs: BTreeMap::new(),
            next_assoc: 0,
            due: BTreeMap::new(),
            sequence: 0,
            sent: VecDeque::new(),
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.element.handle(self.now, input);
        let mut outputs = 0;
        loop {
            let output = self.element.poll();
            if let Output::Wait(at) = output {
                assert!(at.is_none_or(|at| at > self.now), "deadlines lie ahead");
                break;
            }
            outputs += 1;
            assert!(outputs <= 64, "an input has a bounded echo");
            self.take(output);
        }
        assert!(self.element.setups() <= 3, "SH1");
        assert!(self.element.associations() <= 3 + 1 + 8);
    }

    fn take(&mut self, output: Output) {
        match output {
            Output::Connect { dial, to } => {
                let number = (1..=REGISTRARS).find(|&n| registrar(n) == to[0]).unwrap();
                let assoc = self.rng.u8(..8) > 0;
                let assoc = assoc.then(|| self.fresh(number));
                self.element
                    .handle(self.now, Input::Dialled { dial, assoc });
                if let Some(assoc) = assoc {
                    let registrar = number;
                    self.later(Due::SetUp { assoc, registrar });
                }
            }
            Output::Send { assoc, octets, .. } => {
                self.sent.push_back(self.now);
                self.answer(assoc, &octets);
            }
            Output::Abort { assoc } => {
                self.assocs.remove(&assoc);
            }
            Output::Shutdown { assoc } => self.later(Due::Down { assoc }),
            Output::Event(_) | Output::Log(_) => {}
            Output::Wait(_) => unreachable!("handled before"),
        }
    }

    fn fresh(&mut self, number: u8) -> Assoc {
        self.next_assoc += 1;
        let assoc = Assoc(self.next_assoc);
        self.assocs.insert(assoc, number);
        assoc
    }

    /// Delivers a message to a registrar; the message may get lost with its association.
    fn answer(&mut self, assoc: Assoc, octets: &[u8]) {
        let message = asap::Message::decode(octets).unwrap().message;
        let Some(&number) = self.assocs.get(&assoc) else {
            return;
        };
        let answer: asap::Message = match (self.moods[&number], message) {
            (Mood::Mute | Mood::Unreachable | Mood::Refuses, _) => return,
            (Mood::Drops, _) => return self.later(Due::Down { assoc }),
            (Mood::Rejects, asap::Message::Registration(m)) => {
                let cause = match self.rng.bool() {
                    true => CauseCode::LACK_OF_RESOURCES,
                    false => CauseCode::NON_UNIQUE_PE_IDENTIFIER,
                };
                let error = ErrorCause::bare(cause).into();
                let pe = m.pool_element.identifier;
                RegistrationResponse::rejection(m.pool_handle, pe, error).into()
            }
            (mood, asap::Message::Registration(m)) => {
                let pe = m.pool_element.identifier;
                if mood == Mood::Forgets {
                    let expired = DeregistrationResponse::new(m.pool_handle.clone(), pe, None);
                    self.later_message(assoc, expired);
                }
                RegistrationResponse::new(m.pool_handle, pe, None).into()
            }
            (_, asap::Message::Deregistration(m)) => {
                DeregistrationResponse::new(m.pool_handle, m.pe_identifier, None).into()
            }
            (_, _) => return,
        };
        self.later_message(assoc, answer);
    }

    fn later_message(&mut self, assoc: Assoc, message: impl Into<asap::Message>) {
        let octets = drive::asap(message);
        self.later(Due::Message { assoc, octets });
    }

    fn later(&mut self, due: Due) {
        let at = self.now + Duration::from_millis(self.rng.u64(1..300));
        self.sequence += 1;
        self.due.insert((at, self.sequence), due);
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::SetUp {
                assoc,
                registrar: number,
            } => {
                if !self.assocs.contains_key(&assoc) {
                    return;
                }
                match self.moods[&number] {
                    Mood::Unreachable => {}
                    Mood::Refuses => self.end(assoc),
                    Mood::Answers | Mood::Mute | Mood::Drops | Mood::Rejects | Mood::Forgets => {
                        let peer = vec![registrar(number)];
                        self.input(Input::Up {
                            assoc,
                            peer,
                            is_user: false,
                        });
                        if self.moods[&number] == Mood::Drops {
                            self.later(Due::Down { assoc });
                        }
                    }
                }
            }
            Due::Down { assoc } => self.end(assoc),
            Due::Message { assoc, octets } => {
                if self.assocs.contains_key(&assoc) {
                    let ppid = 11;
                    let octets = &octets[..];
                    self.input(Input::Message {
                        assoc,
                        ppid,
                        octets,
                    });
                }
            }
        }
    }

    fn end(&mut self, assoc: Assoc) {
        if self.assocs.remove(&assoc).is_some() {
            self.input(Input::Down { assoc });
        }
    }

    /// Delivers something that the PE did not ask for.
    fn disturb(&mut self) {
        let assocs: Vec<Assoc> = self.assocs.keys().copied().collect();
        let assoc = (!assocs.is_empty()).then(|| assocs[self.rng.usize(..assocs.len())]);
        let number = self.rng.u8(1..=REGISTRARS);
        match (self.rng.u8(..10), assoc) {
            (0..=3, _) => {
                let mood = MOODS[self.rng.usize(..MOODS.len())];
                self.moods.insert(number, mood);
            }
            (4, Some(assoc)) => self.end(assoc),
            (5, Some(assoc)) => self.input(Input::Restart { assoc }),
            (6, _) => {
                let value = self.rng.u32(..);
                self.input(Input::Policy(load(value)));
            }
            (7, _) => {
                let assoc = self.fresh(number);
                let peer = vec![registrar(number)];
                self.input(Input::Up {
                    assoc,
                    peer,
                    is_user: false,
                });
                let pool = PoolHandle::from("p");
                let id = ServerId(number.into());
                self.later_message(assoc, EndpointKeepAlive::new(id, pool, true));
            }
            (8, _) => {
                let input = match self.rng.bool() {
                    true => Input::Register,
                    false => Input::Deregister,
                };
                self.input(input);
            }
            (_, Some(assoc)) if self.rng.bool() => {
                let octets = self.noise();
                self.later(Due::Message { assoc, octets });
            }
            (_, _) => {
                let octets = self.noise();
                let from = registrar(number);
                let octets = &octets[..];
                self.input(Input::Datagram { from, octets });
            }
        }
    }

    /// Returns octets that are no message, or a message with an error.
    fn noise(&mut self) -> Vec<u8> {
        let pe = self.element.id();
        let message: asap::Message = match self.rng.u8(..4) {
            0 => RegistrationResponse::new("p".into(), pe, None).into(),
            1 => DeregistrationResponse::new("p".into(), pe, None).into(),
            2 => EndpointKeepAlive::new(ServerId(9), "p".into(), true).into(),
            _ => return (0..self.rng.usize(..40)).map(|_| self.rng.u8(..)).collect(),
        };
        let mut octets = drive::asap(message);
        let index = self.rng.usize(..octets.len());
        octets[index] ^= 1 << self.rng.u8(..8);
        octets
    }

    fn run(&mut self, span: Duration, mean_gap: Option<Duration>) {
        let end = self.now + span;
        let mut disturbed_at = self.next_disturbance(mean_gap);
        loop {
            let wait = match self.element.poll() {
                Output::Wait(at) => at,
                other => panic!("polled until there was nothing: {other:?}"),
            };
            let due = self.due.first_key_value().map(|(&(at, _), _)| at);
            let times = [wait, due, disturbed_at].into_iter().flatten();
            let Some(at) = times.min().filter(|&at| at <= end) else {
                break;
            };
            self.now = at;
            if due == Some(at) {
                let (_, due) = self.due.pop_first().unwrap();
                self.happen(due);
            } else if disturbed_at == Some(at) {
                self.disturb();
                disturbed_at = self.next_disturbance(mean_gap);
            } else {
                self.input(Input::Tick);
            }
        }
        self.now = end;
    }

    fn next_disturbance(&mut self, mean_gap: Option<Duration>) -> Option<Duration> {
        let gap = mean_gap?.as_millis() as u64;
        Some(self.now + Duration::from_millis(self.rng.u64(1..=2 * gap)))
    }
}

#[test]
fn pe_always_returns_to_its_pool() {
    for seed in 0..150 {
        let mut schedule = Schedule::new(seed);
        schedule.input(Input::Register);
        let gap = Duration::from_millis(200 << (seed % 8));
        schedule.run(Duration::from_secs(600), Some(gap));
        for mood in schedule.moods.values_mut() {
            *mood = Mood::Answers;
        }
        schedule.input(Input::Register);
        // One T2, one round of the hunt at its longest, one pause after failure, and 5 s more.
        schedule.run(Duration::from_secs(30 + 60 + 60 + 5), None);
        assert!(schedule.element.is_registered(), "seed {seed}");
        let home = schedule.element.home().expect("a registered PE has a Home");
        let number = schedule.assocs.get(&home).copied();
        assert!(
            number.is_some(),
            "seed {seed}: the Home's association is up"
        );
        // It stays registered: it sends nothing but renewals.
        schedule.sent.clear();
        schedule.run(Duration::from_secs(1000), None);
        assert!(schedule.element.is_registered(), "seed {seed}");
        assert!(
            schedule.sent.len() <= 4,
            "seed {seed}: {}",
            schedule.sent.len()
        );
    }
}

#[test]
fn stop_always_ends() {
    for seed in 0..100 {
        let mut schedule = Schedule::new(seed);
        schedule.input(Input::Register);
        let gap = Duration::from_millis(200 << (seed % 8));
        schedule.run(Duration::from_secs(300), Some(gap));
        schedule.input(Input::Stop);
        // T3 three times without an answer, each after a hunt of the same length.
        schedule.run(Duration::from_secs(6 * 30 + 5), None);
        assert_eq!(schedule.element.associations(), 0, "seed {seed}");
        assert!(schedule.element.is_stopped(), "seed {seed}");
        assert_eq!(schedule.element.poll(), Output::Wait(None), "seed {seed}");
    }
}

#[test]
fn messages_are_paced_however_registrars_behave() {
    for seed in 0..100 {
        let mut schedule = Schedule::new(seed);
        schedule.input(Input::Register);
        for mood in schedule.moods.values_mut() {
            *mood = MOODS[schedule.rng.usize(..MOODS.len())];
        }
        schedule.run(Duration::from_secs(600), None);
        let sent = schedule.sent.len();
        // At most one registration a second; a few more when the PE draws another identifier.
        assert!(sent <= 700, "seed {seed}: {sent} in 600 s");
    }
}

#[test]
fn a_seed_decides_everything() {
    let run = |seed| {
        let mut schedule = Schedule::new(seed);
        schedule.input(Input::Register);
        schedule.run(Duration::from_secs(600), Some(Duration::from_secs(2)));
        (schedule.sent, schedule.element.id())
    };
    assert_eq!(run(4), run(4));
    assert_ne!(run(4), run(5));
}
