//! Mutants with a fault in the pool member selection policies.
//!
//! The registrar leaves out PEs of weight 0 and of full load where others can serve; a mutant with an order of its own
//! puts them back, so that the cases about them see it.

use super::memory::{decoded, entry, followed, granted, key, meaning, number};
use super::{both, edit, sends};
use rsp_wire::asap::{HandleResolutionResponse, Message};
use rsp_wire::{Policy, PoolElement, PoolHandle};
use rspcheck_adapters::fault::{Fault, Memory, Received, Sent};

/// Pool handle; the value counts its responses.
const TURN: u8 = b't';
/// Pool handle and PE Identifier; the value is a degradation counter.
const COUNTER: u8 = b'c';

/// The mutants.
pub(super) const ALL: &[Fault] = &[
    both(
        "lists-the-newest-first",
        |s| {
            ordered(s, |memory, pool, list| {
                list.sort_by_key(|pe| std::cmp::Reverse(number(memory, pool, pe.identifier)));
            });
        },
        followed,
    ),
    both(
        "lists-the-oldest-first",
        |s| {
            ordered(s, |memory, pool, list| {
                list.sort_by_key(|pe| number(memory, pool, pe.identifier));
            });
        },
        followed,
    ),
    both(
        "ignores-weights-and-loads",
        |s| {
            ordered(s, |memory, pool, list| {
                list.sort_by_key(|pe| number(memory, pool, pe.identifier));
                let turn = entry(memory, TURN, &[pool.as_octets()]);
                let first = *turn as usize % list.len().max(1);
                *turn += 1;
                list.rotate_left(first);
            });
        },
        followed,
    ),
    both(
        "draws-without-weights",
        |s| {
            ordered(s, |memory, _, list| {
                for at in (1..list.len()).rev() {
                    list.swap(at, draw(memory) as usize % (at + 1));
                }
            });
        },
        followed,
    ),
    both(
        "draws-once-for-each-pool",
        |s| {
            ordered(s, |_, pool, list| {
                let mix =
                    |pe: &PoolElement| pe.identifier.0.rotate_left(pool.as_octets().len() as u32);
                list.sort_by_key(mix);
            });
        },
        followed,
    ),
    sends("reads-numbers-as-signed", |s| {
        by(s, |policy| match *policy {
            Policy::Priority { priority } => Some(-i64::from(priority as i32)),
            Policy::LeastUsed { load } => Some(i64::from(load as i32)),
            Policy::PriorityLeastUsed {
                load,
                load_degradation,
            } => Some(i64::from(load as i32) + i64::from(load_degradation as i32)),
            _ => None,
        })
    }),
    sends("prefers-low-priorities-and-high-loads", |s| {
        by(s, |policy| match *policy {
            Policy::Priority { priority } => Some(i64::from(priority)),
            Policy::LeastUsed { load } => Some(-i64::from(load)),
            Policy::PriorityLeastUsed {
                load,
                load_degradation,
            } => Some(-i64::from(load) - i64::from(load_degradation)),
            Policy::RandomizedLeastUsed { load } => Some(-i64::from(load)),
            _ => None,
        })
    }),
    sends("adds-loads-in-32-bits", |s| {
        by(s, |policy| match *policy {
            Policy::PriorityLeastUsed {
                load,
                load_degradation,
            } => Some(i64::from(load.wrapping_add(load_degradation))),
            _ => None,
        })
    }),
    sends("sorts-by-load-alone", |s| {
        by(s, |policy| match *policy {
            Policy::PriorityLeastUsed { load, .. } | Policy::LeastUsedDegradation { load, .. } => {
                Some(i64::from(load))
            }
            _ => None,
        })
    }),
    both(
        "counts-selections-from-one",
        |s| degrading(s, Rules { first: 1, ..RIGHT }),
        registers_anew,
    ),
    both(
        "counts-each-selection-twice",
        |s| degrading(s, Rules { step: 2, ..RIGHT }),
        registers_anew,
    ),
    both(
        "counts-the-first-entry-only",
        |s| {
            degrading(
                s,
                Rules {
                    each: false,
                    ..RIGHT
                },
            )
        },
        registers_anew,
    ),
    both(
        "counts-no-selection",
        |s| degrading(s, Rules { step: 0, ..RIGHT }),
        registers_anew,
    ),
    both(
        "degrades-in-32-bits",
        |s| degrading(s, Rules { bits: 32, ..RIGHT }),
        registers_anew,
    ),
    both(
        "never-resets-the-counters",
        |s| degrading(s, RIGHT),
        followed,
    ),
];

/// Mutants with an order of their own, and the cases of RFC 5356 that they pass: these are about the contents of a
/// response, about PEs of equal weight or load where turns are right, or need degradation counters, which are not
/// seen without the order of sums (a SHOULD).
pub(crate) const PASSED_BY_ORDERS: &[(&str, &[&str])] = &[
    (
        "lists-the-newest-first",
        &[
            "rfc5356/4.1.1/round-robin-is-supported",
            "rfc5356/4.2.1/weights-of-1-are-round-robin",
            "rfc5356/4.2.2/largest-weights-are-served",
            "rfc5356/4.2.2/pe-that-left-is-not-listed",
            "rfc5356/4.2.4/policy-is-told",
            "rfc5356/4.3.2/large-pool-has-no-pe-twice",
            "rfc5356/4.3.2/no-pe-twice",
            "rfc5356/4.3.2/pe-that-left-is-not-listed",
            "rfc5356/4.3.4/policy-is-told",
            "rfc5356/4.4.2/large-pool-has-no-pe-twice",
            "rfc5356/4.4.2/no-pe-twice",
            "rfc5356/4.4.2/pe-that-left-is-not-listed",
            "rfc5356/4.4.4/policy-is-told",
            "rfc5356/4.5.2/equal-priorities-in-any-order",
            "rfc5356/4.5.4/policy-is-told",
            "rfc5356/5.1.2/fully-loaded-pool-is-served",
            "rfc5356/5.1.2/pe-that-left-is-not-listed",
            "rfc5356/5.1.4/policy-is-told",
            "rfc5356/5.2.2/every-returned-entry-counts",
            "rfc5356/5.2.2/new-degradation-counts-at-once",
            "rfc5356/5.2.2/new-registration-begins-without-degradation",
            "rfc5356/5.2.2/pe-that-left-is-not-listed",
            "rfc5356/5.2.2/reregistration-ends-the-degradation",
            "rfc5356/5.2.2/sum-does-not-wrap",
            "rfc5356/5.2.4/policy-is-told",
            "rfc5356/5.3.2/pe-that-left-is-not-listed",
            "rfc5356/5.3.4/policy-is-told",
            "rfc5356/5.4.2/no-pe-twice",
            "rfc5356/5.4.2/pe-that-left-is-not-listed",
            "rfc5356/5.4.4/policy-is-told",
            "rfc5356/7.1/private-policy-is-granted-or-refused",
        ],
    ),
    (
        "ignores-weights-and-loads",
        &[
            "rfc5356/4.1.1/round-robin-is-supported",
            "rfc5356/4.1.2/each-pe-comes-first-once-in-a-round",
            "rfc5356/4.1.2/lists-follow-the-circle",
            "rfc5356/4.1.2/turns-go-on-when-the-pool-changes",
            "rfc5356/4.1.2/two-pus-share-the-turns",
            "rfc5356/4.2.1/weights-of-1-are-round-robin",
            "rfc5356/4.2.2/largest-weights-are-served",
            "rfc5356/4.2.2/pe-that-left-is-not-listed",
            "rfc5356/4.2.4/policy-is-told",
            "rfc5356/4.3.2/each-pe-can-be-drawn",
            "rfc5356/4.3.2/large-pool-has-no-pe-twice",
            "rfc5356/4.3.2/no-pe-twice",
            "rfc5356/4.3.2/pe-that-left-is-not-listed",
            "rfc5356/4.3.4/policy-is-told",
            "rfc5356/4.4.1/weights-of-1-are-random",
            "rfc5356/4.4.2/large-pool-has-no-pe-twice",
            "rfc5356/4.4.2/no-pe-twice",
            "rfc5356/4.4.2/order-is-drawn",
            "rfc5356/4.4.2/pe-that-left-is-not-listed",
            "rfc5356/4.4.2/sum-of-weights-does-not-wrap",
            "rfc5356/4.4.4/policy-is-told",
            "rfc5356/4.5.4/policy-is-told",
            "rfc5356/5.1.2/equal-loads-take-turns",
            "rfc5356/5.1.2/fully-loaded-pool-is-served",
            "rfc5356/5.1.2/pe-that-left-is-not-listed",
            "rfc5356/5.1.4/policy-is-told",
            "rfc5356/5.2.2/every-returned-entry-counts",
            "rfc5356/5.2.2/new-degradation-counts-at-once",
            "rfc5356/5.2.2/new-registration-begins-without-degradation",
            "rfc5356/5.2.2/pe-that-left-is-not-listed",
            "rfc5356/5.2.2/reregistration-ends-the-degradation",
            "rfc5356/5.2.2/sum-does-not-wrap",
            "rfc5356/5.2.4/policy-is-told",
            "rfc5356/5.3.2/pe-that-left-is-not-listed",
            "rfc5356/5.3.4/policy-is-told",
            "rfc5356/5.4.2/idle-pes-share-alike",
            "rfc5356/5.4.2/no-pe-twice",
            "rfc5356/5.4.2/pe-that-left-is-not-listed",
            "rfc5356/5.4.4/policy-is-told",
            "rfc5356/7.1/private-policy-is-granted-or-refused",
        ],
    ),
];

/// Lists the PEs of a response in another order, among them those that the registrar leaves out.
fn ordered(s: &mut Sent, order: fn(&mut Memory, &PoolHandle, &mut Vec<PoolElement>)) {
    meaning(s);
    let mut memory = std::mem::take(&mut s.memory);
    edit(s, |m| {
        if let Message::HandleResolutionResponse(r) = m
            && !r.pool_elements.is_empty()
        {
            put_back(r, &memory);
            order(&mut memory, &r.pool_handle, &mut r.pool_elements);
        }
    });
    s.memory = memory;
}

fn put_back(response: &mut HandleResolutionResponse, memory: &Memory) {
    let idle = |policy: &Policy| {
        matches!(
            policy,
            Policy::WeightedRoundRobin { weight: 0 }
                | Policy::WeightedRandom { weight: 0 }
                | Policy::RandomizedLeastUsed { load: u32::MAX }
        )
    };
    for g in granted(memory) {
        let listed = |pe: &PoolElement| pe.identifier == g.element.identifier;
        if g.handle == response.pool_handle
            && idle(&g.element.policy)
            && !response.pool_elements.iter().any(listed)
        {
            response.pool_elements.push(g.element);
        }
    }
}

/// Sorts the PEs of a response by a number in their policies; leaves pools of other policies as they are.
fn by(s: &mut Sent, number: fn(&Policy) -> Option<i64>) {
    super::lists(s, |list| {
        if list.iter().all(|pe| number(&pe.policy).is_some()) {
            list.sort_by_key(|pe| number(&pe.policy));
        }
    });
}

/// Returns a number of a sequence that looks like chance (xorshift).
fn draw(memory: &mut Memory) -> u64 {
    let state = memory
        .entry(key(b'x', &[]))
        .or_insert(0x2545_f491_4f6c_dd1d);
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state >> 16
}

/// Rules of the degradation counters of LUD.
#[derive(Clone, Copy)]
struct Rules {
    /// Value of a new counter.
    first: u64,
    /// Number by which a selection raises a counter.
    step: u64,
    /// True if each entry of a list is a selection, false if only the first is.
    each: bool,
    /// Bits of the sum of load and degradation.
    bits: u32,
}

/// The rules of RFC 5356 §5.2.2.
const RIGHT: Rules = Rules {
    first: 0,
    step: 1,
    each: true,
    bits: 63,
};

/// Lists the PEs of a pool with the policy LUD by these rules.
fn degrading(s: &mut Sent, rules: Rules) {
    meaning(s);
    let mut memory = std::mem::take(&mut s.memory);
    edit(s, |m| {
        let Message::HandleResolutionResponse(r) = m else {
            return;
        };
        let counter = |pe: &PoolElement| {
            key(
                COUNTER,
                &[r.pool_handle.as_octets(), &pe.identifier.0.to_be_bytes()],
            )
        };
        let degrades = |pe: &PoolElement| matches!(pe.policy, Policy::LeastUsedDegradation { .. });
        if !r.pool_elements.iter().all(degrades) {
            return;
        }
        let sum = |pe: &PoolElement| {
            let count = memory.get(&counter(pe)).copied().unwrap_or(rules.first);
            match pe.policy {
                Policy::LeastUsedDegradation {
                    load,
                    load_degradation,
                } => (u64::from(load) + count * u64::from(load_degradation)) % (1 << rules.bits),
                _ => 0,
            }
        };
        r.pool_elements.sort_by_key(sum);
        let selected = if rules.each { r.pool_elements.len() } else { 1 };
        for pe in r.pool_elements.iter().take(selected) {
            *memory.entry(counter(pe)).or_insert(rules.first) += rules.step;
        }
    });
    s.memory = memory;
}

/// Resets the counter of a PE that registers.
fn registers_anew(received: &mut Received) -> bool {
    if let Some(Message::Registration(r)) = decoded(&received.octets) {
        let id = r.pool_element.identifier.0.to_be_bytes();
        let counter = key(COUNTER, &[r.pool_handle.as_octets(), &id]);
        received.memory.remove(&counter);
    }
    followed(received)
}
