//! RFC 5356 §5.1: Least Used.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    POLICY_IS_TOLD,
    LOWEST_LOAD_COMES_FIRST,
    NEW_LOADS_COUNT_AT_ONCE,
    EQUAL_LOADS_TAKE_TURNS,
    TURNS_ARE_AMONG_THE_LOWEST,
    FULLY_LOADED_POOL_IS_SERVED,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/5.1.4/policy-is-told",
    "LU: a response tells the pool's policy and the load of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_5_1_4_1,  // LU: the parameter has Length 12 and type 0x40000001.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told_with_loads,
)
.needs(&[Ics::PolicyLeastUsed]);

fn policy_is_told_with_loads(t: &mut Tester) -> Outcome {
    let loads = [0, 0x8001_0002];
    policy_is_told(
        t,
        R5356_5_1_4_1,
        loads.map(|load| Policy::LeastUsed { load }),
    )
}

const LOWEST_LOAD_COMES_FIRST: Case = registrar(
    "rfc5356/5.1.2/lowest-load-comes-first",
    "LU: every response begins with the PE of lowest load, and the others follow.",
    &[
        R5356_5_1_2_5, // LU: a response is in rising order of load.
        R5356_5_1_2_2, // LU: a response lists the PEs of lowest load.
        R5356_5_1_2_3, // LU: a response lists no PE twice.
    ],
    lowest_load_comes_first,
)
.needs(&[Ics::PolicyLeastUsed]);

fn lowest_load_comes_first(t: &mut Tester) -> Outcome {
    let loads = [0x4000_0000, 0xc000_0000, 0x0001_0000, 0x0000_ffff];
    let pes = pool_of(t, loads.map(|load| Policy::LeastUsed { load }))?;
    let pu = t.pool_user();

    for _ in 0..5 {
        let listed = list(t, &pu, &pes)?;
        t.check_that(
            R5356_5_1_2_5,
            in_order(&listed, "DCAB"),
            format!("listed: {listed}"),
        );
        t.check_that(
            R5356_5_1_2_2,
            listed.starts_with('D'),
            format!("listed: {listed}"),
        );
        t.check_that(
            R5356_5_1_2_3,
            no_repeats(&listed),
            format!("listed: {listed}"),
        );
    }
    Ok(())
}

const NEW_LOADS_COUNT_AT_ONCE: Case = registrar(
    "rfc5356/5.1.2/new-loads-count-at-once",
    "LU: re-registrations with other loads turn the order round.",
    &[
        R5352_3_1_45,  // A re-registration replaces the policy values.
        R5356_5_1_2_5, // LU: a response is in rising order of load.
    ],
    new_loads_count_at_once,
)
.needs(&[Ics::PolicyLeastUsed]);

fn new_loads_count_at_once(t: &mut Tester) -> Outcome {
    let loads = [100, 200, 300];
    let pes = pool_of(t, loads.map(|load| Policy::LeastUsed { load }))?;
    let pu = t.pool_user();
    t.preamble(|t| list(t, &pu, &pes).map(drop))?;

    let busy = pes[0].clone().policy(Policy::LeastUsed { load: 400 });
    let idle = pes[2].clone().policy(Policy::LeastUsed { load: 0 });
    t.preamble(|t| t.register(&busy))?;
    t.preamble(|t| t.register(&idle))?;
    let response = t.resolve(&pu, &busy.handle)?;
    let first = response.pool_elements().first().copied();
    t.check_eq(R5352_3_1_45, "first PE", first, Some(idle.pe_identifier()));
    // Judged by the loads that the response itself tells, whether they are the new ones or not.
    let told = response.each("pool-element", "policy/load");
    t.check_that(
        R5356_5_1_2_5,
        told.is_sorted(),
        format!("loads told: {told:?}"),
    );
    Ok(())
}

const EQUAL_LOADS_TAKE_TURNS: Case = registrar(
    "rfc5356/5.1.2/equal-loads-take-turns",
    "LU: of three PEs of equal load, each comes first in one of three responses.",
    &[
        R5356_5_1_2_4, // LU: PEs of equal load come first in turn.
    ],
    equal_loads_take_turns,
)
.needs(&[Ics::PolicyLeastUsed]);

fn equal_loads_take_turns(t: &mut Tester) -> Outcome {
    let loads = [500, 500, 500];
    let pes = pool_of(t, loads.map(|load| Policy::LeastUsed { load }))?;
    let pu = t.pool_user();

    for _ in 0..2 {
        let round = firsts(t, &pu, &pes, 3)?;
        t.check_that(R5356_5_1_2_4, no_repeats(&round), format!("first: {round}"));
    }
    Ok(())
}

const TURNS_ARE_AMONG_THE_LOWEST: Case = registrar(
    "rfc5356/5.1.2/turns-are-among-the-lowest",
    "LU: the two PEs of lowest load take turns, and the third one never comes first.",
    &[
        R5356_5_1_2_4, // LU: PEs of equal load come first in turn.
        R5356_5_1_2_2, // LU: a response lists the PEs of lowest load.
    ],
    turns_are_among_the_lowest,
)
.needs(&[Ics::PolicyLeastUsed]);

fn turns_are_among_the_lowest(t: &mut Tester) -> Outcome {
    let loads = [500, 499, 499];
    let pes = pool_of(t, loads.map(|load| Policy::LeastUsed { load }))?;
    let pu = t.pool_user();

    for _ in 0..3 {
        let round = firsts(t, &pu, &pes, 2)?;
        t.check_that(
            R5356_5_1_2_2,
            !round.contains('A'),
            format!("first: {round}"),
        );
        t.check_that(R5356_5_1_2_4, no_repeats(&round), format!("first: {round}"));
    }
    Ok(())
}

const FULLY_LOADED_POOL_IS_SERVED: Case = registrar(
    "rfc5356/5.1.2/fully-loaded-pool-is-served",
    "LU: a pool whose PEs all have the load 0xffffffff is resolved, no PE twice.",
    &[
        R5352_2_2_6_12, // A positive response has at least one Pool Element.
        R5356_5_1_2_3,  // LU: a response lists no PE twice.
    ],
    fully_loaded_pool_is_served,
)
.needs(&[Ics::PolicyLeastUsed]);

fn fully_loaded_pool_is_served(t: &mut Tester) -> Outcome {
    let loads = [0xffff_ffff, 0xffff_ffff];
    let pes = pool_of(t, loads.map(|load| Policy::LeastUsed { load }))?;
    let pu = t.pool_user();

    for _ in 0..4 {
        let response = t.resolve(&pu, &pes[0].handle)?;
        t.carries(R5352_2_2_6_12, &response, "pool-element");
        let listed: String = response
            .pool_elements()
            .into_iter()
            .map(|id| letter(&pes, id))
            .collect();
        t.check_that(
            R5356_5_1_2_3,
            no_repeats(&listed),
            format!("listed: {listed}"),
        );
    }
    Ok(())
}
