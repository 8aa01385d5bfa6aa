//! RFC 5356 §4.5: Priority.

use crate::words::*;
use rspcheck_testkit::prelude::*;
use std::cmp::Reverse;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    POLICY_IS_TOLD,
    HIGHEST_PRIORITY_COMES_FIRST,
    PRIORITY_IS_UNSIGNED,
    EQUAL_PRIORITIES_IN_ANY_ORDER,
    NEXT_PRIORITY_TAKES_OVER,
    NEW_PRIORITY_COUNTS_AT_ONCE,
    LARGE_POOL_IS_IN_ORDER,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/4.5.4/policy-is-told",
    "PRIO: a response lists the policy of the pool and the priority of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_4_5_4_1,  // PRIO: the parameter has Length 12, type 0x5, a priority.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told,
)
.needs(&[Ics::PolicyPriority]);

fn policy_is_told(t: &mut Tester) -> Outcome {
    policy_is_listed(t, R5356_4_5_4_1, [3, 0x8001_0002].map(priority))
}

const HIGHEST_PRIORITY_COMES_FIRST: Case = registrar(
    "rfc5356/4.5.2/highest-priority-comes-first",
    "PRIO: every response lists the PEs by priority, the highest one first.",
    &[
        R5356_4_5_2_1, // PRIO: a response lists the PEs of highest priority.
        R5356_4_5_2_2, // PRIO: a response is in falling order of priority.
    ],
    highest_priority_comes_first,
)
.needs(&[Ics::PolicyPriority]);

fn highest_priority_comes_first(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [20, 5, 90, 40].map(priority))?;
    let pu = t.pool_user();

    for _ in 0..5 {
        let listed = list(t, &pu, &pes)?;
        has_the_best(t, R5356_4_5_2_1, &listed, "CDAB");
        follows_order(t, R5356_4_5_2_2, &listed, "CDAB");
    }
    Ok(())
}

const PRIORITY_IS_UNSIGNED: Case = registrar(
    "rfc5356/4.5.2/priority-is-unsigned",
    "PRIO: priorities are unsigned numbers from 0 to 0xffffffff.",
    &[
        R5356_4_5_2_2, // PRIO: a response is in falling order of priority.
    ],
    priority_is_unsigned,
)
.needs(&[Ics::PolicyPriority]);

fn priority_is_unsigned(t: &mut Tester) -> Outcome {
    let pes = pool_of(
        t,
        [0x7fff_ffff, 0x8000_0000, 0x0000_0000, 0xffff_ffff].map(priority),
    )?;
    let pu = t.pool_user();

    let listed = list(t, &pu, &pes)?;
    begins_with(t, R5356_4_5_2_2, &listed, 'D');
    follows_order(t, R5356_4_5_2_2, &listed, "DBAC");
    Ok(())
}

const EQUAL_PRIORITIES_IN_ANY_ORDER: Case = registrar(
    "rfc5356/4.5.2/equal-priorities-in-any-order",
    "PRIO: of two PEs of highest priority either may come first, but not a third one.",
    &[
        R5356_4_5_2_1, // PRIO: a response lists the PEs of highest priority.
        R5356_4_5_2_3, // PRIO: PEs of equal priority can come in any order.
    ],
    equal_priorities_in_any_order,
)
.needs(&[Ics::PolicyPriority]);

fn equal_priorities_in_any_order(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [7, 1, 7].map(priority))?;
    let pu = t.pool_user();

    let firsts = firsts(t, &pu, &pes, 10)?;
    has_not(t, R5356_4_5_2_1, &firsts, 'B');
    let (one, other) = (count(&firsts, 'A'), count(&firsts, 'C'));
    let note = format!("PEs of equal priority come first {one} and {other} times of 10");
    t.permitted(R5356_4_5_2_3, note);
    Ok(())
}

const NEXT_PRIORITY_TAKES_OVER: Case = registrar(
    "rfc5356/4.5.2/next-priority-takes-over",
    "PRIO: once the PE of highest priority has left, the PE of the next priority comes first.",
    &[
        R5356_4_5_2_1, // PRIO: a response lists the PEs of highest priority.
    ],
    next_priority_takes_over,
)
.needs(&[Ics::PolicyPriority]);

fn next_priority_takes_over(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [20, 5, 90].map(priority))?;
    let pu = t.pool_user();
    t.preamble(|t| list(t, &pu, &pes).map(drop))?;

    leave(t, &pes[2])?;
    let listed = list(t, &pu, &pes)?;
    begins_with(t, R5356_4_5_2_1, &listed, 'A');
    Ok(())
}

const NEW_PRIORITY_COUNTS_AT_ONCE: Case = registrar(
    "rfc5356/4.5.2/new-priority-counts-at-once",
    "PRIO: a PE that re-registers with the highest priority comes first at once.",
    &[
        R5352_3_1_45, // A re-registration replaces the policy values.
    ],
    new_priority_counts_at_once,
)
.needs(&[Ics::PolicyPriority]);

fn new_priority_counts_at_once(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [20, 5, 90].map(priority))?;
    let pu = t.pool_user();
    t.preamble(|t| list(t, &pu, &pes).map(drop))?;

    let raised = pes[1].clone().policy(priority(91));
    t.preamble(|t| t.register(&raised))?;
    // Twice, so that turns of the PEs do not pass.
    for _ in 0..2 {
        let listed = list(t, &pu, &pes)?;
        begins_with(t, R5352_3_1_45, &listed, 'B');
    }
    Ok(())
}

const LARGE_POOL_IS_IN_ORDER: Case = registrar(
    "rfc5356/4.5.2/large-pool-is-in-order",
    "PRIO: of a hundred PEs the highest priority comes first, and again each time that PEs leave.",
    &[
        R5356_4_5_2_1, // PRIO: a response lists the PEs of highest priority.
        R5356_4_5_2_2, // PRIO: a response is in falling order of priority.
    ],
    large_pool_is_in_order,
)
.needs(&[Ics::PolicyPriority]);

fn large_pool_is_in_order(t: &mut Tester) -> Outcome {
    // Neighbours in the order of priorities register far apart.
    let priorities = (0..LARGE).map(|nth| nth * 37 % LARGE);
    let pes = large_pool(t, priorities.clone().map(priority))?;
    let mut pes: Vec<_> = priorities.zip(pes).collect();
    pes.sort_by_key(|(priority, _)| Reverse(*priority));
    let mut pes: Vec<_> = pes.into_iter().map(|(_, pe)| pe).collect();
    let pu = t.pool_user();

    while pes.len() > 1 {
        let listed = t.listed(&pu, &pes[0].handle)?;
        let wanted = pes.iter().map(PoolElement::pe_identifier);
        let first = wanted.clone().next();
        t.check_eq(R5356_4_5_2_1, "first PE", listed.first().copied(), first);
        let mut wanted = wanted;
        let falls = listed.iter().all(|id| wanted.any(|other| other == *id));
        t.check_that(R5356_4_5_2_2, falls, format!("PEs: {listed:x?}"));
        leave(t, &pes.remove(0))?;
        leave(t, &pes.remove(pes.len() / 2))?;
    }
    Ok(())
}
