//! One pool: its elements, what they have in common, and their order.

use std::collections::BTreeMap;
use std::time::Duration;

use rsp_wire::{PeIdentifier, Policy, PolicyType, PoolElement, PoolHandle, Transport};

use crate::order::{Discipline, Order, Terms};

/// In what an element differs from its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Another policy type.
    PolicyType,
    /// Another kind of user transport.
    TransportType,
    /// Another use of the user transport: data only, or data and control.
    TransportUse,
}

/// A pool. It is never empty but inside [`Handlespace`](crate::Handlespace) calls.
#[derive(Debug)]
pub struct Pool {
    handle: PoolHandle,
    /// Policy and user transport of the first element: their types are the pool's (RFC 5352 §3.1 rule 1).
    policy: Policy,
    transport: Transport,
    slots: Vec<Option<Member>>,
    free: Vec<u32>,
    by_identifier: BTreeMap<PeIdentifier, u32>,
    order: Order,
}

#[derive(Debug)]
struct Member {
    element: PoolElement,
    expires: Option<Duration>,
}

/// The elements chosen for a pool user, the preferred one first.
#[derive(Debug)]
pub struct Selection<'a> {
    pool: &'a Pool,
    slots: Vec<u32>,
}

impl<'a> Selection<'a> {
    /// The pool.
    pub fn pool(&self) -> &'a Pool {
        self.pool
    }

    /// How many were chosen.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether none was chosen, which happens only if none was asked for.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The elements in order.
    pub fn elements(&self) -> impl Iterator<Item = &'a PoolElement> + '_ {
        let pool = self.pool;
        self.slots
            .iter()
            .filter_map(move |&slot| pool.element(slot))
    }
}

impl Pool {
    pub(crate) fn new(handle: PoolHandle, first: &PoolElement) -> Self {
        Self {
            handle,
            policy: first.policy.clone(),
            transport: first.user_transport.clone(),
            slots: Vec::new(),
            free: Vec::new(),
            by_identifier: BTreeMap::new(),
            order: Order::new(discipline(first.policy.policy_type())),
        }
    }

    /// The pool handle.
    pub fn handle(&self) -> &PoolHandle {
        &self.handle
    }

    /// The policy of the pool; only its type means something, the values are those of the first element.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The user transport of the first element: its kind and use are the pool's.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.by_identifier.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.by_identifier.is_empty()
    }

    /// The elements in the order of their identifiers.
    pub fn elements(&self) -> impl Iterator<Item = &PoolElement> {
        self.by_identifier
            .values()
            .filter_map(|&slot| self.element(slot))
    }

    pub(crate) fn mismatches(&self, element: &PoolElement) -> Vec<Mismatch> {
        let (theirs, ours) = (&element.user_transport, &self.transport);
        let mut found = Vec::new();
        if element.policy.policy_type() != self.policy.policy_type() {
            found.push(Mismatch::PolicyType);
        }
        if theirs.parameter_type() != ours.parameter_type() {
            found.push(Mismatch::TransportType);
        } else if theirs.transport_use() != ours.transport_use() {
            found.push(Mismatch::TransportUse);
        }
        found
    }

    /// The slots that hold elements, from this one on.
    pub(crate) fn slots_from(&self, first: u32) -> impl Iterator<Item = u32> + '_ {
        let slots = self.slots.iter().enumerate().skip(first as usize);
        slots.filter_map(|(slot, member)| {
            let slot = u32::try_from(slot).expect("fewer than 2³² elements fit in memory");
            member.as_ref().map(|_| slot)
        })
    }

    pub(crate) fn find(&self, identifier: PeIdentifier) -> Option<u32> {
        self.by_identifier.get(&identifier).copied()
    }

    pub(crate) fn element(&self, slot: u32) -> Option<&PoolElement> {
        Some(&self.slots.get(slot as usize)?.as_ref()?.element)
    }

    pub(crate) fn add(&mut self, element: PoolElement, expires: Option<Duration>) -> u32 {
        let (identifier, terms) = (element.identifier, terms(&element.policy));
        let member = Some(Member { element, expires });
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = member;
                slot
            }
            None => {
                self.slots.push(member);
                u32::try_from(self.slots.len() - 1).expect("fewer than 2³² elements fit in memory")
            }
        };
        self.by_identifier.insert(identifier, slot);
        self.order.put(slot, terms);
        slot
    }

    /// Replaces the element in `slot`, which exists, and gives back what was there.
    pub(crate) fn replace(
        &mut self,
        slot: u32,
        element: PoolElement,
        expires: Option<Duration>,
    ) -> (PoolElement, Option<Duration>) {
        self.order.put(slot, terms(&element.policy));
        let old = self.slots[slot as usize]
            .replace(Member { element, expires })
            .expect("only an existing element is replaced");
        (old.element, old.expires)
    }

    pub(crate) fn remove(&mut self, slot: u32) -> Option<(PoolElement, Option<Duration>)> {
        let member = self.slots.get_mut(slot as usize)?.take()?;
        self.order.remove(slot);
        self.by_identifier.remove(&member.element.identifier);
        self.free.push(slot);
        Some((member.element, member.expires))
    }

    pub(crate) fn select(&mut self, count: usize, rng: &mut fastrand::Rng) -> Selection<'_> {
        let count = count.min(self.len());
        let mut slots = Vec::with_capacity(count);
        self.order.select(count, rng, &mut slots);
        Selection { pool: self, slots }
    }
}

/// A policy that RFC 5356 does not define is served as Round Robin, the policy that everybody must support
/// (§4.1.1): its data means nothing here, and PUs that know it get all elements in turn.
fn discipline(policy: PolicyType) -> Discipline {
    match policy {
        PolicyType::WEIGHTED_ROUND_ROBIN => Discipline::WeightedRoundRobin,
        PolicyType::RANDOM => Discipline::Random,
        PolicyType::WEIGHTED_RANDOM => Discipline::WeightedRandom,
        PolicyType::PRIORITY => Discipline::Priority,
        PolicyType::LEAST_USED => Discipline::LeastUsed,
        PolicyType::LEAST_USED_DEGRADATION => Discipline::LeastUsedDegradation,
        PolicyType::PRIORITY_LEAST_USED => Discipline::PriorityLeastUsed,
        PolicyType::RANDOMIZED_LEAST_USED => Discipline::RandomizedLeastUsed,
        _ => Discipline::RoundRobin,
    }
}

/// The values of an element. One whose policy is not the pool's (a peer may pass such on, RFC 5353 §3.3.1)
/// lacks what the pool's policy looks at, and counts as one share of the service, of the lowest priority
/// and fully loaded.
fn terms(policy: &Policy) -> Terms {
    let neutral = Terms {
        weight: 1,
        priority: 0,
        load: u32::MAX,
        load_degradation: 0,
    };
    match *policy {
        Policy::RoundRobin | Policy::Random | Policy::Other { .. } => neutral,
        Policy::WeightedRoundRobin { weight } | Policy::WeightedRandom { weight } => {
            Terms { weight, ..neutral }
        }
        Policy::Priority { priority } => Terms {
            priority,
            ..neutral
        },
        Policy::LeastUsed { load } | Policy::RandomizedLeastUsed { load } => {
            Terms { load, ..neutral }
        }
        Policy::LeastUsedDegradation {
            load,
            load_degradation,
        }
        | Policy::PriorityLeastUsed {
            load,
            load_degradation,
        } => Terms {
            load,
            load_degradation,
            ..neutral
        },
    }
}
