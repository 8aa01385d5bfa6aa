//! The plan of a world, drawn from a seed: its size, its settings, and its events with their times.

use std::collections::BTreeSet;
use std::time::Duration;

use rsp_proto::registrar::Config;
use rsp_transport::SctpOptions;
use rsp_transport::sim::Conditions;
use rsp_wire::{PeIdentifier, Policy};

use super::Spot;
use super::act::Act;
use super::element::{ElementSetup, Manner};
use super::trace::Trace;
use super::user::UserSetup;
use super::world::{Options, World};

/// The pools, each with its policy.
const POOLS: [(&str, Policy); 3] = [
    ("EchoPool", Policy::RoundRobin),
    ("Web", Policy::WeightedRoundRobin { weight: 1 }),
    ("Calc5", Policy::LeastUsed { load: 0 }),
];

/// The purpose for which the limits are drawn.
const LIMITS: u64 = u64::MAX / 2;

/// The pool whose PEs have an engine and serve, so that sessions with it are possible.
const SERVED: &str = "EchoPool";

/// The sizes that the caller may set; the others are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Number of registrars.
    pub registrars: Option<usize>,
    /// Number of pool elements.
    pub pool_elements: Option<u32>,
    /// Number of pool users.
    pub pool_users: Option<usize>,
    /// Number of scheduled events.
    pub events: Option<usize>,
}

/// The plan of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// Number of registrars.
    pub registrars: usize,
    /// Number of pool elements.
    pub pool_elements: u32,
    /// Number of pool users.
    pub pool_users: usize,
    /// The events, each after a pause.
    pub events: Vec<(Duration, Act)>,
    /// The numbers of the events to leave out.
    pub dropped: BTreeSet<usize>,
    /// Number of events after which all faults end and the world must settle.
    pub round: usize,
    temper: Temper,
}

/// The kind of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Temper {
    /// Faults of registrars only; no PE has a reason to lose its registration.
    Registrars,
    /// Faults of all hosts.
    All,
}

impl Plan {
    /// Draws a plan from a seed. Sizes that `size` sets do not change the other draws.
    pub fn draw(seed: u64, size: Size) -> Self {
        let mut rng = rng(seed, 0);
        let (registrars, pool_elements) = (rng.usize(1..=4), rng.u32(1..=8));
        let (pool_users, events) = (rng.usize(0..=2), rng.usize(6..=24));
        let rounds = rng.usize(1..=2);
        let temper = match rng.u8(..10) {
            0..4 => Temper::Registrars,
            _ => Temper::All,
        };
        let registrars = size.registrars.unwrap_or(registrars).max(1);
        let mut plan = Self {
            seed,
            registrars,
            pool_elements: size.pool_elements.unwrap_or(pool_elements),
            pool_users: size.pool_users.unwrap_or(pool_users),
            events: Vec::new(),
            dropped: BTreeSet::new(),
            round: 1,
            temper,
        };
        let count = size.events.unwrap_or(events);
        plan.round = count.div_ceil(rounds).max(1);
        plan.events = (0..count).map(|number| plan.event(number)).collect();
        plan
    }

    /// Draws the event of this number, independently of the others.
    fn event(&self, number: usize) -> (Duration, Act) {
        let mut rng = rng(self.seed, 1 + number as u64);
        // Mostly one thing on top of the other; sometimes there is time to recover.
        let span_ms = match rng.u8(..8) {
            0 => 150_000,
            1 | 2 => 30_000,
            _ => 5000,
        };
        let pause = Duration::from_millis(rng.u64(..span_ms));
        (pause, self.act(&mut rng))
    }

    fn act(&self, rng: &mut fastrand::Rng) -> Act {
        let registrar = rng.usize(..self.registrars);
        let other = rng.usize(..self.registrars);
        match rng.u8(..20) {
            0..3 => Act::KillRegistrar(registrar),
            3 => Act::StopRegistrar(registrar),
            4..7 => Act::RestartRegistrar(registrar, rng.bool().then(|| rng.u32(1..))),
            7 | 8 => Act::Cut(Spot::Registrar(registrar), Spot::Registrar(other), true),
            9 => Act::Cut(Spot::Registrar(registrar), Spot::Registrar(other), false),
            10..13 => self.act_on_element(rng),
            _ if self.temper == Temper::Registrars => Act::Nothing,
            13..15 => self.act_on_element(rng),
            15 => Act::MendAll,
            16 => Act::Isolate(self.spot(rng)),
            17 => Act::Cut(self.spot(rng), self.spot(rng), true),
            18 => self.weather(rng),
            _ => self.oddity(rng, registrar, other),
        }
    }

    fn act_on_element(&self, rng: &mut fastrand::Rng) -> Act {
        if self.pool_elements == 0 {
            return Act::Nothing;
        }
        let element = rng.u32(1..=self.pool_elements);
        match rng.u8(..10) {
            0..3 => Act::StartElement(element),
            3..5 => Act::KillElement(element),
            5 | 6 => Act::Deregister(element),
            7 => Act::Repolicy(element, rng.u32(1..100)),
            8 => Act::Flood(Spot::Element(element), rng.u32(1..200)),
            _ if self.temper == Temper::Registrars => Act::StartElement(element),
            _ => match rng.u8(..4) {
                0 => Act::RegisterTwice(element),
                1 => Act::Intrude(element),
                2 => Act::Behave(element, Manner::Mute),
                _ => Act::Behave(element, Manner::Babbling),
            },
        }
    }

    fn weather(&self, rng: &mut fastrand::Rng) -> Act {
        let worst_ms = [5, 50, 500][rng.usize(..3)];
        let delay_min = Duration::from_millis(rng.u64(..worst_ms));
        let conditions = Conditions {
            loss: [0.0, 0.02, 0.1, 0.3][rng.usize(..4)],
            delay_min,
            delay_max: delay_min + Duration::from_millis(rng.u64(..worst_ms)),
            duplicate: [0.0, 0.05, 0.3][rng.usize(..3)],
            reorder: [0.0, 0.05, 0.3][rng.usize(..3)],
        };
        if rng.bool() {
            Act::Weather(conditions)
        } else {
            Act::Link(self.spot(rng), self.spot(rng), conditions)
        }
    }

    fn oddity(&self, rng: &mut fastrand::Rng, registrar: usize, other: usize) -> Act {
        match rng.u8(..6) {
            0 => Act::Jump(self.spot(rng), Duration::from_secs(rng.u64(1..200))),
            1 | 2 => Act::Freeze(self.spot(rng), Duration::from_secs(rng.u64(1..100))),
            3 => Act::Impersonate(registrar, other),
            _ if self.pool_users == 0 => Act::Nothing,
            4 if self.pool_elements > 0 => {
                let element = rng.u32(1..=self.pool_elements);
                Act::Report(rng.usize(..self.pool_users), element, rng.u32(1..6))
            }
            _ => Act::Flood(Spot::User(rng.usize(..self.pool_users)), rng.u32(1..500)),
        }
    }

    fn spot(&self, rng: &mut fastrand::Rng) -> Spot {
        match rng.u8(..4) {
            0 if self.pool_elements > 0 => Spot::Element(rng.u32(1..=self.pool_elements)),
            1 if self.pool_users > 0 => Spot::User(rng.usize(..self.pool_users)),
            _ => Spot::Registrar(rng.usize(..self.registrars)),
        }
    }

    /// Builds the world: registrars start one after the other, then the other hosts.
    pub(super) fn build(&self, trace: Trace) -> World {
        let mut rng = rng(self.seed, u64::MAX);
        let ids: Vec<u32> = (0..self.registrars).map(|_| rng.u32(1..)).collect();
        let sctp = SctpOptions {
            send_queue: if rng.u8(..4) == 0 { 4000 } else { 2_000_000 },
            ..Options::default().sctp
        };
        // Of its own, so that it changes nothing else of what a seed decides.
        let mut limits = self::rng(self.seed, LIMITS);
        let room = Room::draw(&mut limits);
        let options = Options {
            sctp,
            tcp: true,
            announce: rng.u8(..4) == 0,
            max_backlog: room.max_backlog(&mut limits),
            cramped: room == Room::Short,
        };
        let small = rng.bool();
        let mut world = World::with_options(self.seed, &ids, options, trace);
        for number in 0..self.registrars {
            // All know of each other, in an order of their own, so that any two that are left can meet.
            let mut mentors: Vec<usize> = (0..self.registrars).filter(|&m| m != number).collect();
            rng.shuffle(&mut mentors);
            world.start_with(number, &mentors, |config| {
                settings(config, small);
                room.limit(self, config, &mut limits);
            });
            world.pass(Duration::from_millis(rng.u64(..4000)));
        }
        self.populate(&mut world, &mut rng);
        world
    }

    fn populate(&self, world: &mut World, rng: &mut fastrand::Rng) {
        for number in 1..=self.pool_elements {
            let (pool, policy) = POOLS[rng.usize(..POOLS.len())].clone();
            let listens = rng.u8(..4) == 0;
            let has_engine = pool == SERVED;
            world.add_element(
                number,
                ElementSetup {
                    identifier: PeIdentifier(number),
                    pool,
                    policy,
                    manner: match (has_engine, listens) {
                        (true, _) => Manner::Engine,
                        (false, true) => Manner::Listening,
                        (false, false) => Manner::Hunting,
                    },
                    period: Duration::from_secs(rng.u64(20..80)),
                    life_s: if listens && !has_engine { -1 } else { 150 },
                    registrars: world.asap_addrs(),
                    first: rng.usize(..self.registrars),
                },
            );
            world.pass(Duration::from_millis(rng.u64(..500)));
        }
        for _ in 0..self.pool_users {
            let has_engine = rng.u8(..3) > 0;
            let setup = UserSetup {
                pools: POOLS.iter().map(|&(pool, _)| pool).collect(),
                period: Duration::from_secs(rng.u64(2..40)),
                tcp: rng.u8(..4) == 0,
                subscribes: rng.bool(),
                session: has_engine.then_some(SERVED),
                registrars: world.asap_addrs(),
            };
            world.add_user(setup, has_engine);
        }
    }

    /// Returns the registrars that start again when faults end after this many events, with their identifiers.
    pub(super) fn returns(&self, after: usize) -> impl FnMut(usize) -> Option<u32> + use<> {
        let mut rng = rng(self.seed, u64::MAX - 1 - after as u64);
        let all = rng.bool();
        move |number| {
            let (picked, id) = (rng.bool(), rng.u32(1..));
            // Always the first one: one registrar must run.
            (all || picked || number == 0).then_some(id)
        }
    }

    /// Returns the events that are not left out, with their numbers.
    pub fn kept(&self) -> impl Iterator<Item = (usize, &(Duration, Act))> {
        let events = self.events.iter().enumerate();
        events.filter(|(number, _)| !self.dropped.contains(number))
    }
}

/// The room of registrars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// More than any world needs.
    Ample,
    /// Little more than this world needs.
    Enough,
    /// Less than this world needs.
    Short,
}

impl Room {
    fn draw(rng: &mut fastrand::Rng) -> Self {
        match rng.u8(..8) {
            0..5 => Self::Ample,
            5 | 6 => Self::Enough,
            _ => Self::Short,
        }
    }

    fn max_backlog(self, rng: &mut fastrand::Rng) -> Option<u16> {
        match self {
            Self::Ample => None,
            Self::Enough => Some(u16::MAX),
            Self::Short => Some(rng.u16(1000..4000)),
        }
    }

    /// Sets all limits on what peers can grow.
    fn limit(self, plan: &Plan, config: &mut Config, rng: &mut fastrand::Rng) {
        let elements = plan.pool_elements as usize;
        let enrp = &mut config.enrp;
        match self {
            Self::Ample => {}
            Self::Enough => {
                config.max_pools = POOLS.len();
                config.max_pool_elements = elements;
                config.max_pool_elements_per_pool = elements;
                // Some are there until their loss is noticed, and others come meanwhile.
                let hosts = elements + plan.pool_users + plan.registrars;
                config.max_associations = 16 + 8 * hosts;
                config.max_subscriptions = 16 + 8 * plan.pool_users * POOLS.len();
                config.max_subscriptions_per_association = POOLS.len();
                // Those that come back do so under other identifiers.
                enrp.max_peers = 2 * plan.registrars + 8;
                config.max_servers = enrp.max_peers;
                enrp.max_waiting_messages = 8;
            }
            Self::Short => {
                config.max_pools = rng.usize(1..=POOLS.len());
                config.max_pool_elements = rng.usize(1..=elements.max(1));
                config.max_pool_elements_per_pool = rng.usize(1..=2);
                config.max_associations = rng.usize(2..=8);
                config.max_subscriptions = rng.usize(1..=2);
                config.max_subscriptions_per_association = rng.usize(1..=2);
                enrp.max_peers = rng.usize(1..=2);
                config.max_servers = rng.usize(1..=2);
                enrp.max_waiting_messages = rng.usize(1..=2);
                enrp.max_adoptions = 1;
                enrp.max_table_sessions = 1;
                enrp.max_table_elements = 1;
            }
        }
    }
}

fn settings(config: &mut Config, small: bool) {
    config.enrp.peer_list_cycle = Duration::from_secs(60);
    if small {
        config.enrp.max_table_elements = 3;
        config.enrp.max_table_sessions = 2;
        config.enrp.max_adoptions = 2;
        config.enrp.max_waiting_messages = 16;
    }
}

/// Randomness for one purpose.
fn rng(seed: u64, purpose: u64) -> fastrand::Rng {
    let mut rng = fastrand::Rng::with_seed(seed ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    // Neighbouring seeds begin alike.
    for _ in 0..4 {
        rng.u64(..);
    }
    rng
}
