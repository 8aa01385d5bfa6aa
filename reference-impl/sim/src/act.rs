//! The events of a schedule.

use std::fmt;
use std::time::Duration;

use rsp_transport::sim::Conditions;
use rsp_wire::Policy;

use super::body::{ElementBody, UserBody};
use super::element::Manner;
use super::{Spot, World};

/// An event of a schedule. An event that is impossible at its time is skipped.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// A registrar crashes.
    KillRegistrar(usize),
    /// A registrar ends gracefully.
    StopRegistrar(usize),
    /// A registrar starts again, under its previous identifier or this one.
    RestartRegistrar(usize, Option<u32>),
    /// A registrar starts again under the identifier of another one.
    Impersonate(usize, usize),
    /// A PE starts, after a crash or for the first time.
    StartElement(u32),
    /// A PE crashes.
    KillElement(u32),
    /// A PE de-registers.
    Deregister(u32),
    /// A PE registers again with another value of its policy.
    Repolicy(u32, u32),
    /// A PE registers a second time, over another association and perhaps at another registrar, which an engine
    /// never does.
    RegisterTwice(u32),
    /// A PE behaves differently until all faults end; not for a PE with an engine.
    Behave(u32, Manner),
    /// Another PE registers under the identifier of this one.
    Intrude(u32),
    /// The network is cut or mended between two hosts.
    Cut(Spot, Spot, bool),
    /// The network is cut between a host and all others.
    Isolate(Spot),
    /// All cuts are mended.
    MendAll,
    /// Loss, delay, duplication and reordering of all packets.
    Weather(Conditions),
    /// Loss, delay, duplication and reordering of packets between two hosts.
    Link(Spot, Spot, Conditions),
    /// A host's clock jumps ahead.
    Jump(Spot, Duration),
    /// A host's process freezes.
    Freeze(Spot, Duration),
    /// A PU reports a PE as unreachable this number of times.
    Report(usize, u32, u32),
    /// A PU or PE sends this number of requests at once; a PE with an engine changes its registration as often.
    Flood(Spot, u32),
    /// No event.
    Nothing,
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KillRegistrar(number) => write!(f, "registrar {number} is killed"),
            Self::StopRegistrar(number) => write!(f, "registrar {number} is stopped"),
            Self::RestartRegistrar(number, None) => write!(f, "registrar {number} starts again"),
            Self::RestartRegistrar(number, Some(id)) => {
                write!(f, "registrar {number} starts as {id:#010x}")
            }
            Self::Impersonate(number, other) => {
                write!(
                    f,
                    "registrar {number} starts under the identifier of registrar {other}"
                )
            }
            Self::StartElement(number) => write!(f, "PE {number} starts"),
            Self::KillElement(number) => write!(f, "PE {number} is killed"),
            Self::Deregister(number) => write!(f, "PE {number} de-registers"),
            Self::Repolicy(number, value) => write!(f, "PE {number} has the policy value {value}"),
            Self::RegisterTwice(number) => write!(f, "PE {number} registers a second time"),
            Self::Behave(number, manner) => write!(f, "PE {number} behaves as {manner:?}"),
            Self::Intrude(number) => write!(f, "another PE registers as PE {number}"),
            Self::Cut(a, b, true) => write!(f, "the network between {a} and {b} is cut"),
            Self::Cut(a, b, false) => write!(f, "the network between {a} and {b} is mended"),
            Self::Isolate(spot) => write!(f, "the network of {spot} is cut"),
            Self::MendAll => write!(f, "all cuts are mended"),
            Self::Weather(conditions) => write!(f, "all packets: {}", Shown(conditions)),
            Self::Link(a, b, conditions) => {
                write!(f, "packets between {a} and {b}: {}", Shown(conditions))
            }
            Self::Jump(spot, span) => write!(f, "the clock of {spot} jumps by {span:?}"),
            Self::Freeze(spot, span) => write!(f, "{spot} freezes for {span:?}"),
            Self::Report(user, element, times) => {
                write!(
                    f,
                    "PU {user} reports PE {element} as unreachable, {times} times"
                )
            }
            Self::Flood(spot, times) => write!(f, "{spot} sends {times} requests at once"),
            Self::Nothing => write!(f, "no event"),
        }
    }
}

struct Shown<'a>(&'a Conditions);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.0;
        write!(
            f,
            "{:.0} % lost, {:?} to {:?}, {:.0} % duplicated, {:.0} % reordered",
            100.0 * c.loss,
            c.delay_min,
            c.delay_max,
            100.0 * c.duplicate,
            100.0 * c.reorder
        )
    }
}

/// Time after which registrars that were cut off agree again: four heartbeats and an audit.
const UNITED: Duration = Duration::from_secs(150);

/// Time in which a registrar that ends answers pending messages.
const DRAIN: Duration = Duration::from_secs(1);

/// The first identifier of intruders' hosts.
const INTRUDERS: u32 = 1_000_000;

impl World {
    /// Carries out an event.
    pub fn act_on(&mut self, act: &Act) {
        self.trace().say(self.now(), act);
        self.last_fault = self.now();
        self.rough |= is_rough(act);
        self.note_blow(act);
        match act {
            Act::KillRegistrar(number) => self.if_runs(*number, Self::kill),
            Act::StopRegistrar(number) => self.if_runs(*number, |world, number| {
                // As the program does after a signal.
                world.drain(number);
                world.pass(DRAIN);
                world.stop(number);
                world.pass(Duration::from_millis(500));
                world.kill(number);
            }),
            Act::RestartRegistrar(number, id) => self.come_back(*number, *id),
            Act::Impersonate(number, other) => {
                let id = self.registrars[*other].id;
                if number != other {
                    self.if_runs(*number, Self::kill);
                    self.come_back(*number, Some(id));
                }
            }
            Act::StartElement(number) => {
                if self.elements.get(number).is_some_and(|e| !e.lives()) {
                    self.start_element(*number);
                }
            }
            Act::KillElement(number) => self.kill_pe(*number),
            Act::Deregister(number) => {
                self.if_awake(Spot::Element(*number), |world| world.deregister(*number));
            }
            Act::Repolicy(number, value) => {
                self.if_awake(Spot::Element(*number), |world| {
                    world.repolicy(*number, *value);
                });
            }
            Act::RegisterTwice(number) => self.if_awake(Spot::Element(*number), |world| {
                world.with_element(*number, |body, _, host| {
                    if let ElementBody::Plain(plain) = body {
                        plain.register_twice(host);
                    }
                });
            }),
            Act::Behave(number, manner) => {
                self.behave(*number, *manner);
            }
            Act::Intrude(number) => self.intrude(*number),
            Act::Cut(a, b, on) => self.cut(*a, *b, *on),
            Act::Isolate(spot) => {
                for other in self.spots() {
                    self.cut(*spot, other, true);
                }
            }
            Act::MendAll => self.mend_all(),
            Act::Weather(conditions) => self.conditions(*conditions),
            Act::Link(a, b, conditions) => self.link(*a, *b, *conditions),
            Act::Jump(spot, span) => self.jump(*spot, *span),
            Act::Freeze(spot, span) => self.freeze(*spot, *span),
            Act::Report(user, element, times) => self.if_awake(Spot::User(*user), |world| {
                world.report(*user, *element, *times);
            }),
            Act::Flood(spot, times) => self.if_awake(*spot, |world| world.flood(*spot, *times)),
            Act::Nothing => {}
        }
    }

    /// Returns the PEs that can lose their registration by the event.
    fn note_blow(&mut self, act: &Act) {
        let now = self.now();
        match act {
            // It comes back with an empty handlespace if it is cut off, and its peers purge what it owned. Of
            // two that were split, each may have let a PE go to the other, which is gone now.
            Act::RestartRegistrar(number, None)
            | Act::KillRegistrar(number)
            | Act::StopRegistrar(number)
                if self.is_split_off(*number, UNITED) =>
            {
                self.last_blow = Some(now);
            }
            // Neither a registrar's end nor a cut between registrars touches a PE.
            Act::KillRegistrar(_)
            | Act::StopRegistrar(_)
            | Act::RestartRegistrar(..)
            | Act::Repolicy(..)
            | Act::Flood(..)
            | Act::Nothing
            | Act::Cut(Spot::Registrar(_), Spot::Registrar(_), _) => {}
            Act::StartElement(number)
            | Act::KillElement(number)
            | Act::Deregister(number)
            | Act::RegisterTwice(number)
            | Act::Behave(number, _)
            | Act::Intrude(number)
            | Act::Report(_, number, _)
            | Act::Cut(Spot::Element(number), _, _)
            | Act::Cut(_, Spot::Element(number), _)
            | Act::Link(Spot::Element(number), _, _)
            | Act::Link(_, Spot::Element(number), _)
            | Act::Isolate(Spot::Element(number))
            | Act::Jump(Spot::Element(number), _)
            | Act::Freeze(Spot::Element(number), _) => {
                if let Some(element) = self.elements.get_mut(number) {
                    element.disturbed = Some(now);
                }
            }
            Act::Isolate(Spot::User(_))
            | Act::Jump(Spot::User(_), _)
            | Act::Freeze(Spot::User(_), _) => {}
            Act::Impersonate(..)
            | Act::Cut(..)
            | Act::Isolate(_)
            | Act::MendAll
            | Act::Weather(_)
            | Act::Link(..)
            | Act::Jump(..)
            | Act::Freeze(..) => self.last_blow = Some(now),
        }
    }

    fn if_runs(&mut self, number: usize, call: impl FnOnce(&mut Self, usize)) {
        if self.registrars[number].driver.is_some() {
            call(self, number);
        }
    }

    /// Returns whether the event is for a frozen process, which does nothing.
    fn if_awake(&mut self, spot: Spot, call: impl FnOnce(&mut Self)) {
        if !self.stands_still(spot) {
            call(self);
        }
    }

    fn come_back(&mut self, number: usize, id: Option<u32>) {
        if self.registrars[number].driver.is_some() {
            return;
        }
        if let Some(id) = id {
            self.registrars[number].id = id;
        }
        self.restart(number);
    }

    fn repolicy(&mut self, number: u32, value: u32) {
        let Some(element) = self.elements.get_mut(&number) else {
            return;
        };
        let policy = with_value(&element.setup.policy, value);
        element.setup.policy = policy.clone();
        self.with_element(number, |body, now, host| match body {
            ElementBody::Plain(plain) => plain.set_policy(now, policy, host),
            ElementBody::Engine(engine) => engine.set_policy(now, policy, host),
        });
    }

    /// Sets the manner of a PE without an engine.
    fn behave(&mut self, number: u32, manner: Manner) {
        match self.elements.get_mut(&number) {
            Some(element) if element.setup.manner != Manner::Engine => {
                element.setup.manner = manner;
            }
            Some(_) | None => return,
        }
        self.with_element(number, |body, _, _| {
            if let ElementBody::Plain(plain) = body {
                plain.set_manner(manner);
            }
        });
    }

    fn intrude(&mut self, number: u32) {
        let Some(element) = self.elements.get_mut(&number) else {
            return;
        };
        element.intruder = true;
        let mut setup = element.setup.clone();
        // A PE with an engine would choose another identifier after the rejection.
        setup.manner = Manner::Hunting;
        let own = INTRUDERS + number;
        if self.elements.contains_key(&own) {
            return self.start_element(own);
        }
        self.add_element(own, setup);
        if let Some(element) = self.elements.get_mut(&own) {
            element.intruder = true;
        }
    }

    fn report(&mut self, user: usize, element: u32, times: u32) {
        if let Some(element) = self.elements.get(&element) {
            let (pool, pe) = (element.setup.pool, element.setup.identifier);
            self.with_user(user, |body, now, host| match body {
                UserBody::Plain(plain) => plain.report(pool, pe, times, host),
                UserBody::Engine(engine) => engine.report(now, pool, pe, times, host),
            });
        }
    }

    fn flood(&mut self, spot: Spot, times: u32) {
        match spot {
            Spot::User(number) => {
                self.with_user(number, |body, now, host| match body {
                    UserBody::Plain(plain) => plain.flood(now, times, host),
                    UserBody::Engine(engine) => engine.flood(now, times, host),
                });
            }
            Spot::Element(number) => {
                self.with_element(number, |body, now, host| match body {
                    ElementBody::Plain(plain) => plain.flood(now, times, host),
                    ElementBody::Engine(engine) => engine.flood(now, times, host),
                });
            }
            Spot::Registrar(_) => {}
        }
    }

    fn mend_all(&mut self) {
        let spots = self.spots();
        for &a in &spots {
            for &b in &spots {
                self.cut(a, b, false);
                self.link(a, b, Conditions::default());
            }
        }
        self.conditions(Conditions::default());
    }

    /// Ends all faults: mends the network, removes intruders, ends freezes and bad manners, and starts those of the
    /// killed registrars that `returns` lists, each under an identifier of its own.
    pub fn heal(&mut self, mut returns: impl FnMut(usize) -> Option<u32>) {
        self.trace().say(self.now(), &"all faults end");
        self.mend_all();
        let intruders: Vec<u32> = self.elements.range(INTRUDERS..).map(|(&n, _)| n).collect();
        for number in intruders {
            self.kill_pe(number);
            if let Some(element) = self.elements.get_mut(&(number - INTRUDERS)) {
                element.intruder = false;
            }
        }
        for number in 0..self.registrars.len() {
            if self.is_double(number) {
                self.if_runs(number, Self::kill);
            }
            if self.registrars[number].driver.is_none()
                && let Some(id) = returns(number)
            {
                self.come_back(number, Some(id));
            }
        }
        let restless = self
            .elements
            .iter()
            .filter(|(_, e)| e.setup.manner != e.own_manner);
        let restless: Vec<(u32, Manner)> = restless.map(|(&n, e)| (n, e.own_manner)).collect();
        for (number, manner) in restless {
            self.behave(number, manner);
        }
        self.thaw_all();
        self.last_fault = self.now();
        // A restart costs no registration, but the end of a split may.
        if self.rough {
            self.last_blow = Some(self.now());
        }
        self.rough = false;
    }

    /// Returns whether another running registrar has the same identifier.
    fn is_double(&self, number: usize) -> bool {
        let id = self.registrars[number].id;
        self.registrars
            .iter()
            .enumerate()
            .any(|(other, r)| other != number && r.id == id && r.driver.is_some())
    }
}

/// Returns whether the event does more than start and end hosts, and make them send or be silent.
fn is_rough(act: &Act) -> bool {
    match act {
        Act::KillRegistrar(_)
        | Act::StopRegistrar(_)
        | Act::RestartRegistrar(..)
        | Act::StartElement(_)
        | Act::KillElement(_)
        | Act::Deregister(_)
        | Act::Repolicy(..)
        | Act::Report(..)
        | Act::Flood(..)
        | Act::Freeze(Spot::Element(_) | Spot::User(_), _)
        | Act::Nothing => false,
        Act::Impersonate(..)
        | Act::RegisterTwice(_)
        | Act::Behave(..)
        | Act::Intrude(_)
        | Act::Cut(..)
        | Act::Isolate(_)
        | Act::MendAll
        | Act::Weather(_)
        | Act::Link(..)
        | Act::Jump(..)
        | Act::Freeze(Spot::Registrar(_), _) => true,
    }
}

fn with_value(policy: &Policy, value: u32) -> Policy {
    match policy {
        Policy::WeightedRoundRobin { .. } => Policy::WeightedRoundRobin { weight: value },
        Policy::LeastUsed { .. } => Policy::LeastUsed { load: value },
        other => other.clone(),
    }
}
