//! RFC 5356 §5.3: Priority Least Used.

use super::{firsts, in_order, list, no_repeats, policy_is_told, pool_of};
use rspcheck_spec::ics::Ics;
use rspcheck_spec::id::*;
use rspcheck_testkit::forge::Policy;
use rspcheck_testkit::{Case, Outcome, Role, Tester};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "rfc5356/5.3.4/policy-is-told",
        purpose: "PLU: a response tells the pool's policy, and load and load degradation of each PE.",
        target: Role::Registrar,
        needs: &[Ics::PolicyPriorityLeastUsed],
        covers: &[R5352_3_3_23, R5352_3_3_24, R5356_5_3_4_1, R5352_2_2_6_11],
        run: policy_is_told_with_degradations,
    },
    Case {
        id: "rfc5356/5.3.2/lowest-sum-comes-first",
        purpose: "PLU: the order is that of load plus load degradation, not of either alone.",
        target: Role::Registrar,
        needs: &[Ics::PolicyPriorityLeastUsed],
        covers: &[R5356_5_3_2_5, R5356_5_3_2_2, R5356_5_3_2_3],
        run: lowest_sum_comes_first,
    },
    Case {
        id: "rfc5356/5.3.2/being-returned-changes-nothing",
        purpose: "PLU: the PE of lowest sum comes first however often it was returned.",
        target: Role::Registrar,
        needs: &[Ics::PolicyPriorityLeastUsed],
        covers: &[R5356_5_3_2_2],
        run: being_returned_changes_nothing,
    },
    Case {
        id: "rfc5356/5.3.2/equal-sums-take-turns",
        purpose: "PLU: PEs of equal sum take turns, of whatever load and load degradation it is made.",
        target: Role::Registrar,
        needs: &[Ics::PolicyPriorityLeastUsed],
        covers: &[R5356_5_3_2_4],
        run: equal_sums_take_turns,
    },
    Case {
        id: "rfc5356/5.3.2/new-loads-count-at-once",
        purpose: "PLU: a re-registration with another load changes the order.",
        target: Role::Registrar,
        needs: &[Ics::PolicyPriorityLeastUsed],
        covers: &[R5352_3_1_45],
        run: new_loads_count_at_once,
    },
    Case {
        id: "rfc5356/5.3.2/sum-does-not-wrap",
        purpose: "PLU: a PE whose sum exceeds 32 bits comes last, not first.",
        target: Role::Registrar,
        needs: &[Ics::PolicyPriorityLeastUsed],
        covers: &[R5356_5_3_2_5, R5356_5_3_2_2],
        run: sum_does_not_wrap,
    },
];

fn policy_is_told_with_degradations(t: &mut Tester<'_>) -> Outcome {
    policy_is_told(
        t,
        R5356_5_3_4_1,
        [plu(0x0000_0010, 0x8000_0000), plu(0x8001_0002, 7)],
    )
}

fn lowest_sum_comes_first(t: &mut Tester<'_>) -> Outcome {
    // By load the order would be ABC, by load degradation CBA.
    let pes = pool_of(t, [plu(10, 100), plu(60, 30), plu(90, 5)])?;
    let pu = t.pool_user();

    for _ in 0..4 {
        let listed = list(t, &pu, &pes)?;
        t.check_that(
            R5356_5_3_2_5,
            in_order(&listed, "BCA"),
            format!("listed: {listed}"),
        );
        t.check_that(
            R5356_5_3_2_2,
            listed.starts_with('B'),
            format!("listed: {listed}"),
        );
        t.check_that(
            R5356_5_3_2_3,
            no_repeats(&listed),
            format!("listed: {listed}"),
        );
    }
    Ok(())
}

fn being_returned_changes_nothing(t: &mut Tester<'_>) -> Outcome {
    // The RFC's example: of two PEs at 50 %, the one that takes 10 % more for a request, not 50 %.
    let pes = pool_of(
        t,
        [plu(0x8000_0000, 0x1999_9999), plu(0x8000_0000, 0x7fff_ffff)],
    )?;
    let pu = t.pool_user();

    let firsts = firsts(t, &pu, &pes, 8)?;
    t.check_eq(R5356_5_3_2_2, "first PEs", firsts.as_str(), "AAAAAAAA");
    Ok(())
}

fn equal_sums_take_turns(t: &mut Tester<'_>) -> Outcome {
    let pes = pool_of(t, [plu(100, 20), plu(20, 100), plu(60, 60), plu(200, 0)])?;
    let pu = t.pool_user();

    for _ in 0..2 {
        let round = firsts(t, &pu, &pes, 3)?;
        let turns = no_repeats(&round) && !round.contains('D');
        t.check_that(R5356_5_3_2_4, turns, format!("first: {round}"));
    }
    Ok(())
}

fn new_loads_count_at_once(t: &mut Tester<'_>) -> Outcome {
    let pes = pool_of(t, [plu(100, 10), plu(200, 10)])?;
    let pu = t.pool_user();
    t.preamble(|t| list(t, &pu, &pes).map(drop))?;

    t.preamble(|t| t.register(&pes[0].clone().policy(plu(300, 10))))?;
    let listed = list(t, &pu, &pes)?;
    t.check_that(
        R5352_3_1_45,
        listed.starts_with('B'),
        format!("listed: {listed}"),
    );
    Ok(())
}

fn sum_does_not_wrap(t: &mut Tester<'_>) -> Outcome {
    // Cut to 32 bits A's sum would be 0xf and B's 0xfffffffe. Both may count as 0xffffffff, but not C's.
    let pes = pool_of(
        t,
        [
            plu(0xffff_ffff, 0x10),
            plu(0xffff_ffff, 0xffff_ffff),
            plu(0x100, 0x100),
        ],
    )?;
    let pu = t.pool_user();

    for _ in 0..3 {
        let listed = list(t, &pu, &pes)?;
        let rising = in_order(&listed, "CAB") || in_order(&listed, "CBA");
        t.check_that(R5356_5_3_2_5, rising, format!("listed: {listed}"));
        t.check_that(
            R5356_5_3_2_2,
            listed.starts_with('C'),
            format!("listed: {listed}"),
        );
    }
    Ok(())
}

fn plu(load: u32, degradation: u32) -> Policy {
    Policy::PriorityLeastUsed { load, degradation }
}
