//! RFC 5356 §4.5: Priority.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    POLICY_IS_TOLD,
    HIGHEST_PRIORITY_COMES_FIRST,
    PRIORITY_IS_UNSIGNED,
    EQUAL_PRIORITIES_IN_ANY_ORDER,
    NEXT_PRIORITY_TAKES_OVER,
    NEW_PRIORITY_COUNTS_AT_ONCE,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/4.5.4/policy-is-told",
    "PRIO: a response tells the pool's policy and the priority of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_4_5_4_1,  // PRIO: the parameter has Length 12, type 0x5, a priority.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told_with_priorities,
)
.needs(&[Ics::PolicyPriority]);

fn policy_is_told_with_priorities(t: &mut Tester) -> Outcome {
    let priorities = [3, 0x8001_0002];
    policy_is_told(
        t,
        R5356_4_5_4_1,
        priorities.map(|priority| Policy::Priority { priority }),
    )
}

const HIGHEST_PRIORITY_COMES_FIRST: Case = registrar(
    "rfc5356/4.5.2/highest-priority-comes-first",
    "PRIO: every response begins with the PE of highest priority, and the others follow.",
    &[
        R5356_4_5_2_1, // PRIO: a response lists the PEs of highest priority.
        R5356_4_5_2_2, // PRIO: a response is in falling order of priority.
    ],
    highest_priority_comes_first,
)
.needs(&[Ics::PolicyPriority]);

fn highest_priority_comes_first(t: &mut Tester) -> Outcome {
    let priorities = [20, 5, 90, 40];
    let pes = pool_of(t, priorities.map(|priority| Policy::Priority { priority }))?;
    let pu = t.pool_user();

    for _ in 0..5 {
        let listed = list(t, &pu, &pes)?;
        t.check_that(
            R5356_4_5_2_1,
            listed.starts_with('C'),
            format!("listed: {listed}"),
        );
        t.check_that(
            R5356_4_5_2_2,
            in_order(&listed, "CDAB"),
            format!("listed: {listed}"),
        );
    }
    Ok(())
}

const PRIORITY_IS_UNSIGNED: Case = registrar(
    "rfc5356/4.5.2/priority-is-unsigned",
    "PRIO: priorities are compared as unsigned numbers, up to 0xffffffff and down to 0.",
    &[
        R5356_4_5_2_2, // PRIO: a response is in falling order of priority.
    ],
    priority_is_unsigned,
)
.needs(&[Ics::PolicyPriority]);

fn priority_is_unsigned(t: &mut Tester) -> Outcome {
    let priorities = [0x7fff_ffff, 0x8000_0000, 0x0000_0000, 0xffff_ffff];
    let pes = pool_of(t, priorities.map(|priority| Policy::Priority { priority }))?;
    let pu = t.pool_user();

    let listed = list(t, &pu, &pes)?;
    t.check_that(
        R5356_4_5_2_2,
        listed.starts_with('D'),
        format!("listed: {listed}"),
    );
    t.check_that(
        R5356_4_5_2_2,
        in_order(&listed, "DBAC"),
        format!("listed: {listed}"),
    );
    Ok(())
}

const EQUAL_PRIORITIES_IN_ANY_ORDER: Case = registrar(
    "rfc5356/4.5.2/equal-priorities-in-any-order",
    "PRIO: of two PEs of highest priority either can come first, a third one cannot.",
    &[
        R5356_4_5_2_1, // PRIO: a response lists the PEs of highest priority.
        R5356_4_5_2_3, // PRIO: PEs of equal priority can come in any order.
    ],
    equal_priorities_in_any_order,
)
.needs(&[Ics::PolicyPriority]);

fn equal_priorities_in_any_order(t: &mut Tester) -> Outcome {
    let priorities = [7, 1, 7];
    let pes = pool_of(t, priorities.map(|priority| Policy::Priority { priority }))?;
    let pu = t.pool_user();

    let firsts = firsts(t, &pu, &pes, 10)?;
    t.check_that(
        R5356_4_5_2_1,
        !firsts.contains('B'),
        format!("first: {firsts}"),
    );
    let (one, other) = (count(&firsts, 'A'), count(&firsts, 'C'));
    let note = format!("PEs of equal priority come first {one} and {other} times of 10");
    t.permitted(R5356_4_5_2_3, note);
    t.observe(format!(
        "PEs of equal priority come first {one} and {other} times of 10"
    ));
    Ok(())
}

const NEXT_PRIORITY_TAKES_OVER: Case = registrar(
    "rfc5356/4.5.2/next-priority-takes-over",
    "PRIO: when the PE of highest priority has left, the next one comes first.",
    &[
        R5356_4_5_2_1, // PRIO: a response lists the PEs of highest priority.
    ],
    next_priority_takes_over,
)
.needs(&[Ics::PolicyPriority]);

fn next_priority_takes_over(t: &mut Tester) -> Outcome {
    let priorities = [20, 5, 90];
    let pes = pool_of(t, priorities.map(|priority| Policy::Priority { priority }))?;
    let pu = t.pool_user();
    t.preamble(|t| list(t, &pu, &pes).map(drop))?;

    t.preamble(|t| t.deregister_response(&pes[2]).map(drop))?;
    let listed = list(t, &pu, &pes)?;
    t.check_that(
        R5356_4_5_2_1,
        listed.starts_with('A'),
        format!("listed: {listed}"),
    );
    Ok(())
}

const NEW_PRIORITY_COUNTS_AT_ONCE: Case = registrar(
    "rfc5356/4.5.2/new-priority-counts-at-once",
    "PRIO: after a re-registration with the highest priority the PE comes first.",
    &[
        R5352_3_1_45, // A re-registration replaces the policy values.
    ],
    new_priority_counts_at_once,
)
.needs(&[Ics::PolicyPriority]);

fn new_priority_counts_at_once(t: &mut Tester) -> Outcome {
    let priorities = [20, 5, 90];
    let pes = pool_of(t, priorities.map(|priority| Policy::Priority { priority }))?;
    let pu = t.pool_user();
    t.preamble(|t| list(t, &pu, &pes).map(drop))?;

    let raised = pes[1].clone().policy(Policy::Priority { priority: 91 });
    t.preamble(|t| t.register(&raised))?;
    let listed = list(t, &pu, &pes)?;
    t.check_that(
        R5352_3_1_45,
        listed.starts_with('B'),
        format!("listed: {listed}"),
    );
    Ok(())
}
