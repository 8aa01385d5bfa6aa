//! RFC 5356 §5.3: Priority Least Used.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    POLICY_IS_TOLD,
    LOWEST_SUM_COMES_FIRST,
    BEING_RETURNED_CHANGES_NOTHING,
    EQUAL_SUMS_TAKE_TURNS,
    NEW_LOADS_COUNT_AT_ONCE,
    SUM_DOES_NOT_WRAP,
    PE_THAT_LEFT_IS_NOT_LISTED,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/5.3.4/policy-is-told",
    "PLU: a response lists the policy of the pool, and load and load degradation of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_5_3_4_1,  // PLU: the parameter has Length 16 and type 0x40000003.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told,
)
.needs(&[Ics::PolicyPriorityLeastUsed]);

fn policy_is_told(t: &mut Tester) -> Outcome {
    policy_is_listed(
        t,
        R5356_5_3_4_1,
        [plu(0x0000_0010, 0x8000_0000), plu(0x8001_0002, 7)],
    )
}

const LOWEST_SUM_COMES_FIRST: Case = registrar(
    "rfc5356/5.3.2/lowest-sum-comes-first",
    "PLU: the PEs are listed by load plus load degradation, not by either alone.",
    &[
        R5356_5_3_2_5, // PLU: a response is in rising order of degraded load.
        R5356_5_3_2_2, // PLU: a response lists the PEs of lowest degraded load.
        R5356_5_3_2_3, // PLU: a response lists no PE twice.
    ],
    lowest_sum_comes_first,
)
.needs(&[Ics::PolicyPriorityLeastUsed]);

fn lowest_sum_comes_first(t: &mut Tester) -> Outcome {
    // By load the order would be ABC, by load degradation CBA.
    let pes = pool_of(t, [plu(10, 100), plu(60, 30), plu(90, 5)])?;
    let pu = t.pool_user();

    for _ in 0..4 {
        let listed = list(t, &pu, &pes)?;
        follows_order(t, R5356_5_3_2_5, &listed, "BCA");
        has_the_best(t, R5356_5_3_2_2, &listed, "BCA");
        has_none_twice(t, R5356_5_3_2_3, &listed);
    }
    Ok(())
}

const BEING_RETURNED_CHANGES_NOTHING: Case = registrar(
    "rfc5356/5.3.2/being-returned-changes-nothing",
    "PLU: the PE of lowest sum comes first, however often it was listed.",
    &[
        R5356_5_3_2_2, // PLU: a response lists the PEs of lowest degraded load.
    ],
    being_returned_changes_nothing,
)
.needs(&[Ics::PolicyPriorityLeastUsed]);

fn being_returned_changes_nothing(t: &mut Tester) -> Outcome {
    // The example of the RFC: two PEs with a load of 50 %, one with a load degradation of 10 %, one of 50 %.
    let pes = pool_of(
        t,
        [plu(0x8000_0000, 0x1999_9999), plu(0x8000_0000, 0x7fff_ffff)],
    )?;
    let pu = t.pool_user();

    let firsts = firsts(t, &pu, &pes, 8)?;
    t.check_eq(R5356_5_3_2_2, "first PEs", firsts.as_str(), "AAAAAAAA");
    Ok(())
}

const EQUAL_SUMS_TAKE_TURNS: Case = registrar(
    "rfc5356/5.3.2/equal-sums-take-turns",
    "PLU: PEs of equal sums take turns, whatever their loads and load degradations.",
    &[
        R5356_5_3_2_4, // PLU: PEs of equal degraded load come first in turn.
    ],
    equal_sums_take_turns,
)
.needs(&[Ics::PolicyPriorityLeastUsed]);

fn equal_sums_take_turns(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [plu(100, 20), plu(20, 100), plu(60, 60), plu(200, 0)])?;
    let pu = t.pool_user();

    for _ in 0..2 {
        let round = firsts(t, &pu, &pes, 3)?;
        let turns = no_repeats(&round) && !round.contains('D');
        t.check_that(R5356_5_3_2_4, turns, format!("first: {round}"));
    }
    Ok(())
}

const NEW_LOADS_COUNT_AT_ONCE: Case = registrar(
    "rfc5356/5.3.2/new-loads-count-at-once",
    "PLU: a re-registration with another load changes the order at once.",
    &[
        R5352_3_1_45, // A re-registration replaces the policy values.
    ],
    new_loads_count_at_once,
)
.needs(&[Ics::PolicyPriorityLeastUsed]);

fn new_loads_count_at_once(t: &mut Tester) -> Outcome {
    // The other PE, which then comes first, registers last and first.
    for (loads, busy, first) in [([100, 200], 0, 'B'), ([200, 100], 1, 'A')] {
        let pes = pool_of(t, loads.map(|load| plu(load, 10)))?;
        let pu = t.pool_user();
        t.preamble(|t| list(t, &pu, &pes).map(drop))?;

        t.preamble(|t| t.register(&pes[busy].clone().policy(plu(300, 10))))?;
        let listed = list(t, &pu, &pes)?;
        begins_with(t, R5352_3_1_45, &listed, first);
    }
    Ok(())
}

const SUM_DOES_NOT_WRAP: Case = registrar(
    "rfc5356/5.3.2/sum-does-not-wrap",
    "PLU: a PE whose sum exceeds 32 bits comes last, not first.",
    &[
        R5356_5_3_2_5, // PLU: a response is in rising order of degraded load.
        R5356_5_3_2_2, // PLU: a response lists the PEs of lowest degraded load.
    ],
    sum_does_not_wrap,
)
.needs(&[Ics::PolicyPriorityLeastUsed]);

fn sum_does_not_wrap(t: &mut Tester) -> Outcome {
    // In 32 bits the sum of A would wrap to 0xf and that of B to 0xfffffffe. Both may be limited to 0xffffffff.
    let pes = pool_of(
        t,
        [
            plu(0xffff_ffff, 0x10),
            plu(0xffff_ffff, 0xffff_ffff),
            plu(0x100, 0x100),
        ],
    )?;
    let [usable, ..] = pool_of(t, [plu(0x100, 0x100), plu(0xffff_ffff, 0x10)])?;
    let pu = t.pool_user();

    for _ in 0..3 {
        let listed = list(t, &pu, &pes)?;
        let rising = in_order(&listed, "CAB") || in_order(&listed, "CBA");
        t.check_that(R5356_5_3_2_5, rising, format!("listed: {listed}"));
        begins_with(t, R5356_5_3_2_2, &listed, 'C');
        // In the other pool the wanted PE has registered first.
        let first = t.listed(&pu, &usable.handle)?.first().copied();
        let wanted = Some(usable.pe_identifier());
        t.check_eq(R5356_5_3_2_2, "first PE", first, wanted);
    }
    Ok(())
}

const PE_THAT_LEFT_IS_NOT_LISTED: Case = registrar(
    "rfc5356/5.3.2/pe-that-left-is-not-listed",
    "PLU: no response lists a PE after its de-registration, and each lists the last PE of the pool.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
    ],
    pe_that_left_is_not_listed,
)
.needs(&[Ics::PolicyPriorityLeastUsed]);

fn pe_that_left_is_not_listed(t: &mut Tester) -> Outcome {
    leaver_is_not_listed(t, [1, 3, 2].map(|load| plu(load, 5)))
}

fn plu(load: u32, degradation: u32) -> Policy {
    Policy::PriorityLeastUsed { load, degradation }
}
