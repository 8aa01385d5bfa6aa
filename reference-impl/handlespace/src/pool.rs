//! One pool: its elements, their common properties, and their order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use rsp_wire::{
    EncodedElement, PeIdentifier, Policy, PolicyType, PoolElement, PoolHandle, Transport,
};

use crate::expiry::{Life, Moment};
use crate::hash::Seeded;
use crate::order::{Discipline, Order, Terms};

/// Property in which an element differs from its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Another policy type.
    PolicyType,
    /// Another kind of user transport.
    TransportType,
    /// Another use of the user transport: data only, or data and control.
    TransportUse,
}

/// Pool. It is empty only inside calls of a [`Handlespace`](crate::Handlespace).
#[derive(Debug)]
pub struct Pool {
    handle: PoolHandle,
    /// Policy and user transport of the first element: their types are the pool's (RFC 5352 §3.1 rule 1).
    policy: Policy,
    transport: Transport,
    /// The last slot is in use.
    slots: Vec<Option<Member>>,
    /// Slots that became free, the lowest first, so that the highest ones become unused in time and can be dropped.
    /// Some may be in use again, or dropped.
    free: BinaryHeap<Reverse<u32>>,
    by_identifier: HashMap<PeIdentifier, u32, Seeded>,
    order: Order,
    /// Largest number of elements since memory was last released.
    peak: usize,
}

/// A pool that never had more elements releases no memory before its end.
const SMALL: usize = 64;

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) element: EncodedElement,
    pub(crate) life: Life,
}

/// Elements selected for a pool user, the preferred one first.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    pool: &'a Pool,
    slots: &'a [u32],
}

impl<'a> Selection<'a> {
    /// Returns the pool.
    pub fn pool(&self) -> &'a Pool {
        self.pool
    }

    /// Counts the selected elements.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Returns true if no element was selected, which happens only if the caller asked for none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Returns the elements in order, decoded.
    pub fn elements(&self) -> impl Iterator<Item = PoolElement> + use<'a> {
        self.encoded().map(EncodedElement::decode)
    }

    /// Returns the elements in order, as they are stored.
    pub fn encoded(&self) -> impl Iterator<Item = &'a EncodedElement> + use<'a> {
        let pool = self.pool;
        let slots = self.slots.iter();
        slots.filter_map(|&slot| pool.element(slot))
    }
}

impl Pool {
    pub(crate) fn new(handle: PoolHandle, first: &PoolElement, hash: Seeded) -> Self {
        Self {
            handle,
            policy: first.policy.clone(),
            transport: first.user_transport.clone(),
            slots: Vec::new(),
            free: BinaryHeap::new(),
            by_identifier: HashMap::with_hasher(hash),
            order: Order::new(discipline(first.policy.policy_type())),
            peak: 0,
        }
    }

    /// Returns the pool handle.
    pub fn handle(&self) -> &PoolHandle {
        &self.handle
    }

    /// Returns the policy of the pool. Only its type is the pool's; its values are those of the first element.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the user transport of the first element: its kind and use are the pool's.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Counts the elements.
    pub fn len(&self) -> usize {
        self.by_identifier.len()
    }

    /// Returns true if the pool has no element.
    pub fn is_empty(&self) -> bool {
        self.by_identifier.is_empty()
    }

    /// Counts the slots that take memory, in use or not.
    pub(crate) fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// Returns the elements in the order of their identifiers. Sorts them, which costs O(n log n).
    pub fn elements(&self) -> impl Iterator<Item = PoolElement> {
        let members = self.by_identifier.iter();
        let mut slots: Vec<_> = members
            .map(|(&identifier, &slot)| (identifier, slot))
            .collect();
        slots.sort_unstable();
        let slots = slots.into_iter();
        slots.filter_map(|(_, slot)| self.element(slot).map(EncodedElement::decode))
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

    /// Returns the slots that hold elements, from this one on.
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

    pub(crate) fn element(&self, slot: u32) -> Option<&EncodedElement> {
        Some(&self.slots.get(slot as usize)?.as_ref()?.element)
    }

    pub(crate) fn expires(&self, slot: u32) -> Option<Duration> {
        let ends = self.slots.get(slot as usize)?.as_ref()?.life.ends;
        (ends != Moment::NEVER).then(|| ends.time())
    }

    pub(crate) fn member_mut(&mut self, slot: u32) -> Option<&mut Member> {
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    /// Adds an element of this policy.
    pub(crate) fn add(&mut self, element: EncodedElement, policy: &Policy, ends: Moment) -> u32 {
        let identifier = element.identifier();
        let life = Life::new(ends);
        let member = Some(Member { element, life });
        let slot = match self.lowest_free() {
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
        self.order.put(slot, terms(policy));
        self.peak = self.peak.max(self.len());
        slot
    }

    fn lowest_free(&mut self) -> Option<u32> {
        while let Some(Reverse(slot)) = self.free.pop() {
            if matches!(self.slots.get(slot as usize), Some(None)) {
                return Some(slot);
            }
        }
        None
    }

    /// Replaces the element in `slot`, which exists, and returns the previous one.
    pub(crate) fn replace(
        &mut self,
        slot: u32,
        element: EncodedElement,
        policy: &Policy,
        ends: Moment,
    ) -> EncodedElement {
        let member = self.slots[slot as usize]
            .as_mut()
            .expect("only an existing element is replaced");
        member.life.ends = ends;
        let old = std::mem::replace(&mut member.element, element);
        // If only life and Home changed, the element keeps its position in the order.
        if !self.order.counts_selections() && old.has_same_parameters(&member.element) {
            return old;
        }
        self.order.put(slot, terms(policy));
        old
    }

    pub(crate) fn remove(&mut self, slot: u32) -> Option<Member> {
        let member = self.slots.get_mut(slot as usize)?.take()?;
        self.order.remove(slot);
        self.by_identifier.remove(&member.element.identifier());
        self.free.push(Reverse(slot));
        while let Some(None) = self.slots.last() {
            self.slots.pop();
        }
        let emptied = |most: usize, left: usize| most > SMALL && left < most / 4;
        if emptied(self.peak, self.len()) || emptied(self.slots.capacity(), self.slots.len()) {
            self.give_back();
        }
        Some(member)
    }

    /// Releases the memory of removed elements; this costs as much as a few of the removals before it.
    fn give_back(&mut self) {
        self.peak = self.len();
        let slots = &mut self.slots;
        slots.shrink_to_fit();
        self.free
            .retain(|&Reverse(slot)| matches!(slots.get(slot as usize), Some(None)));
        self.free.shrink_to_fit();
        self.by_identifier.shrink_to_fit();
        self.order.give_back(self.slots.len());
    }

    /// Selects up to `count` elements. Their slots stay in `chosen`, whose memory is used again.
    pub(crate) fn select<'a>(
        &'a mut self,
        count: usize,
        rng: &mut fastrand::Rng,
        chosen: &'a mut Vec<u32>,
    ) -> Selection<'a> {
        chosen.clear();
        self.order.select(count.min(self.len()), rng, chosen);
        Selection {
            pool: self,
            slots: chosen,
        }
    }
}

/// Returns the discipline of a policy. A policy that RFC 5356 does not define is served as Round Robin, which
/// every registrar must support (§4.1.1): its data has no meaning here, and PUs that know it get all elements
/// in turn.
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

/// Returns the values of an element. An element whose policy is not the pool's (a peer may pass such an element
/// on, RFC 5353 §3.3.1) lacks the values that the pool's policy reads, and counts as one share of the service,
/// of the lowest priority and fully loaded.
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
