//! Choosing a PE at the pool user (RFC 5356, the "Pool User Considerations" of each policy).
//!
//! | policy | choice |
//! |---|---|
//! | RR, WRR (§4.1.3, §4.2.3), unknown ones | the list in turns, from its first entry on |
//! | RAND, WRAND, RLU (§4.3.3, §4.4.3, §5.4.3) | any, with equal chances |
//! | PRIO (§4.5.3) | the highest priority; of equals, the first in the list |
//! | LU, LUD, PLU (§5.1.3, §5.2.3, §5.3.3) | the first in the list; the others are backups in their order |
//!
//! Readings where the RFC is open:
//! - WRAND and RLU give equal chances although PEs have weights and loads: the registrar has made the weighted
//!   draw, and the text for pool users is that of RAND.
//! - A weight of 0 means "no service" (§3.2), and so does a load of 0xffffffff for RLU, whose weight is the rest
//!   of the load. Such PEs are left out while the list has another one, and treated as all others if it has none:
//!   no division by the sum of the weights takes place here.
//! - "Active" (§4.5.3) is a PE that did not fail lately. With every policy, PEs that failed are chosen only when
//!   the others are used up ([`Pool::choose`](super::pool::Pool::choose)).
//! - LU, LUD and PLU begin with the first entry each time, also from the cache: "in the order returned", and the
//!   others are called backup entries.
//! - A PE whose policy type differs from the pool's (RFC 5352 §2.2.6: the pool's counts) lacks the values that
//!   the pool's policy compares: it has the lowest priority and may be used.

use std::sync::Arc;
use std::time::Duration;

use rsp_wire::{Policy, PolicyType, PoolElement};

use super::Resolution;

/// The PEs of one pool and the turn.
#[derive(Debug)]
pub(super) struct List {
    pub(super) resolution: Arc<Resolution>,
    /// Time at which a registrar sent the list.
    pub(super) at: Duration,
    /// Index of the entry whose turn it is.
    next: usize,
}

impl List {
    pub(super) fn new(resolution: Arc<Resolution>, at: Duration) -> Self {
        Self {
            resolution,
            at,
            next: 0,
        }
    }

    /// Returns the PE for the next use among those that are `allowed`; none if there is none.
    pub(super) fn choose(
        &mut self,
        rng: &mut fastrand::Rng,
        allowed: impl Fn(&PoolElement) -> bool,
    ) -> Option<&PoolElement> {
        let policy = self.resolution.policy;
        let elements = &self.resolution.elements;
        let is_served = elements.iter().any(|e| serves(policy, e));
        let is_open = |e: &PoolElement| (!is_served || serves(policy, e)) && allowed(e);
        let count = elements.len();
        let chosen = match policy {
            PolicyType::RANDOM
            | PolicyType::WEIGHTED_RANDOM
            | PolicyType::RANDOMIZED_LEAST_USED => {
                let open: Vec<usize> = (0..count).filter(|&at| is_open(&elements[at])).collect();
                (!open.is_empty()).then(|| open[rng.usize(0..open.len())])
            }
            PolicyType::PRIORITY => {
                let open = (0..count).filter(|&at| is_open(&elements[at]));
                // Of equal keys the first in the list wins.
                open.rev().max_by_key(|&at| priority(&elements[at]))
            }
            PolicyType::LEAST_USED
            | PolicyType::LEAST_USED_DEGRADATION
            | PolicyType::PRIORITY_LEAST_USED => elements.iter().position(is_open),
            _ => {
                let mut turns = (0..count).map(|step| (self.next + step) % count);
                let chosen = turns.find(|&at| is_open(&elements[at]));
                if let Some(at) = chosen {
                    self.next = (at + 1) % count;
                }
                chosen
            }
        };
        chosen.map(|at| &elements[at])
    }
}

/// Returns true if the values of the PE do not rule out service.
fn serves(policy: PolicyType, element: &PoolElement) -> bool {
    let weight = match (policy, &element.policy) {
        (PolicyType::WEIGHTED_ROUND_ROBIN, Policy::WeightedRoundRobin { weight })
        | (PolicyType::WEIGHTED_RANDOM, Policy::WeightedRandom { weight }) => *weight,
        (PolicyType::RANDOMIZED_LEAST_USED, Policy::RandomizedLeastUsed { load }) => {
            u32::MAX - load
        }
        _ => 1,
    };
    weight > 0
}

fn priority(element: &PoolElement) -> u32 {
    match element.policy {
        Policy::Priority { priority } => priority,
        Policy::RoundRobin
        | Policy::WeightedRoundRobin { .. }
        | Policy::Random
        | Policy::WeightedRandom { .. }
        | Policy::LeastUsed { .. }
        | Policy::LeastUsedDegradation { .. }
        | Policy::PriorityLeastUsed { .. }
        | Policy::RandomizedLeastUsed { .. }
        | Policy::Other { .. } => 0,
    }
}
