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
    PE_THAT_LEFT_IS_NOT_LISTED,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/5.1.4/policy-is-told",
    "LU: a response lists the policy of the pool and the load of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_5_1_4_1,  // LU: the parameter has Length 12 and type 0x40000001.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told,
)
.needs(&[Ics::PolicyLeastUsed]);

fn policy_is_told(t: &mut Tester) -> Outcome {
    policy_is_listed(t, R5356_5_1_4_1, [0, 0x8001_0002].map(lu))
}

const LOWEST_LOAD_COMES_FIRST: Case = registrar(
    "rfc5356/5.1.2/lowest-load-comes-first",
    "LU: every response lists the PEs by load, the lowest one first.",
    &[
        R5356_5_1_2_5, // LU: a response is in rising order of load.
        R5356_5_1_2_2, // LU: a response lists the PEs of lowest load.
        R5356_5_1_2_3, // LU: a response lists no PE twice.
    ],
    lowest_load_comes_first,
)
.needs(&[Ics::PolicyLeastUsed]);

fn lowest_load_comes_first(t: &mut Tester) -> Outcome {
    let pes = pool_of(
        t,
        [0x4000_0000, 0xc000_0000, 0x0001_0000, 0x0000_ffff].map(lu),
    )?;
    let pu = t.pool_user();

    for _ in 0..5 {
        let listed = list(t, &pu, &pes)?;
        follows_order(t, R5356_5_1_2_5, &listed, "DCAB");
        has_the_best(t, R5356_5_1_2_2, &listed, "DCAB");
        has_none_twice(t, R5356_5_1_2_3, &listed);
    }
    Ok(())
}

const NEW_LOADS_COUNT_AT_ONCE: Case = registrar(
    "rfc5356/5.1.2/new-loads-count-at-once",
    "LU: re-registrations with other loads change the order at once.",
    &[
        R5352_3_1_45,  // A re-registration replaces the policy values.
        R5356_5_1_2_5, // LU: a response is in rising order of load.
    ],
    new_loads_count_at_once,
)
.needs(&[Ics::PolicyLeastUsed]);

fn new_loads_count_at_once(t: &mut Tester) -> Outcome {
    // The PE that becomes idle registers last and first.
    for (loads, busy, idle) in [([100, 200, 300], 0, 2), ([300, 200, 100], 2, 0)] {
        let pes = pool_of(t, loads.map(lu))?;
        let pu = t.pool_user();
        t.preamble(|t| list(t, &pu, &pes).map(drop))?;

        let busy = pes[busy].clone().policy(lu(400));
        let idle = pes[idle].clone().policy(lu(0));
        t.preamble(|t| t.register(&busy))?;
        t.preamble(|t| t.register(&idle))?;
        let response = t.resolve(&pu, &busy.handle)?;
        let id = nth_pe(0, "pe-identifier");
        t.field(R5352_3_1_45, &response, &id, idle.pe_identifier());
        // The order is judged by the loads in the response, be they the new ones or not.
        let loads = response.each("pool-element", "policy/load");
        let note = format!("loads listed: {loads:?}");
        t.check_that(R5356_5_1_2_5, loads.is_sorted(), note);
    }
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
    let pes = pool_of(t, [500, 500, 500].map(lu))?;
    let pu = t.pool_user();

    for _ in 0..2 {
        let round = firsts(t, &pu, &pes, 3)?;
        has_none_twice(t, R5356_5_1_2_4, &round);
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
    let pes = pool_of(t, [500, 499, 499].map(lu))?;
    let pu = t.pool_user();

    for _ in 0..3 {
        let round = firsts(t, &pu, &pes, 2)?;
        has_not(t, R5356_5_1_2_2, &round, 'A');
        has_none_twice(t, R5356_5_1_2_4, &round);
    }
    Ok(())
}

const FULLY_LOADED_POOL_IS_SERVED: Case = registrar(
    "rfc5356/5.1.2/fully-loaded-pool-is-served",
    "LU: a pool whose PEs all have the load 0xffffffff is resolved, with no PE twice.",
    &[
        R5352_2_2_6_12, // A positive response has at least one Pool Element.
        R5356_5_1_2_3,  // LU: a response lists no PE twice.
    ],
    fully_loaded_pool_is_served,
)
.needs(&[Ics::PolicyLeastUsed]);

fn fully_loaded_pool_is_served(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [0xffff_ffff, 0xffff_ffff].map(lu))?;
    let pu = t.pool_user();

    for _ in 0..4 {
        let response = t.resolve(&pu, &pes[0].handle)?;
        t.carries(R5352_2_2_6_12, &response, "pool-element");
        let listed = response.pool_elements();
        let listed: String = listed.into_iter().map(|id| letter(&pes, id)).collect();
        has_none_twice(t, R5356_5_1_2_3, &listed);
    }
    Ok(())
}

const PE_THAT_LEFT_IS_NOT_LISTED: Case = registrar(
    "rfc5356/5.1.2/pe-that-left-is-not-listed",
    "LU: no response lists a PE after its de-registration, and each lists the last PE of the pool.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
    ],
    pe_that_left_is_not_listed,
)
.needs(&[Ics::PolicyLeastUsed]);

fn pe_that_left_is_not_listed(t: &mut Tester) -> Outcome {
    leaver_is_not_listed(t, [1, 3, 2].map(lu))
}
