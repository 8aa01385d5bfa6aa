//! RFC 5356 §4.1: Round Robin.

use crate::words::*;
use rspcheck_testkit::prelude::*;
use std::collections::BTreeSet;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    ROUND_ROBIN_IS_SUPPORTED,
    EACH_PE_COMES_FIRST_ONCE_IN_A_ROUND,
    LISTS_FOLLOW_THE_CIRCLE,
    TWO_PUS_SHARE_THE_TURNS,
    TURNS_GO_ON_WHEN_THE_POOL_CHANGES,
    LARGE_POOL_TAKES_TURNS,
];

const ROUND_ROBIN_IS_SUPPORTED: Case = registrar(
    "rfc5356/4.1.1/round-robin-is-supported",
    "A PE with the policy Round Robin is granted and listed.",
    &[
        R5356_4_1_1_1, // Every implementation supports Round Robin as the default.
    ],
    round_robin_is_supported,
);

fn round_robin_is_supported(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).policy(Policy::RoundRobin);
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    t.granted(&[R5356_4_1_1_1], &response);
    t.lists(R5356_4_1_1_1, &pu, &pool, &[&pe])
}

const EACH_PE_COMES_FIRST_ONCE_IN_A_ROUND: Case = registrar(
    "rfc5356/4.1.2/each-pe-comes-first-once-in-a-round",
    "RR: of three PEs, each comes first in one of three responses, round after round.",
    &[
        R5356_4_1_2_4, // RR: the head advances by one PE after each response.
    ],
    each_pe_comes_first_once_in_a_round,
);

fn each_pe_comes_first_once_in_a_round(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [const { Policy::RoundRobin }; 3])?;
    let pu = t.pool_user();

    let round = firsts(t, &pu, &pes, 3)?;
    has_none_twice(t, R5356_4_1_2_4, &round);
    let next = firsts(t, &pu, &pes, 6)?;
    let expected = round.repeat(2);
    t.check_eq(R5356_4_1_2_4, "first PEs of two rounds", next, expected);
    Ok(())
}

const LISTS_FOLLOW_THE_CIRCLE: Case = registrar(
    "rfc5356/4.1.2/lists-follow-the-circle",
    "RR: a list continues after its first PE in the order in which the PEs take turns.",
    &[
        R5356_4_1_2_3, // RR: a response lists the PEs in circular order.
    ],
    lists_follow_the_circle,
);

fn lists_follow_the_circle(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [const { Policy::RoundRobin }; 3])?;
    let pu = t.pool_user();

    let circle = firsts(t, &pu, &pes, 3)?.repeat(2);
    for head in 0..3 {
        let listed = list(t, &pu, &pes)?;
        let expected = &circle[head..head + 3];
        let note = format!("expected {expected} or its beginning, got {listed}");
        t.check_that(R5356_4_1_2_3, expected.starts_with(&listed), note);
    }
    Ok(())
}

const TWO_PUS_SHARE_THE_TURNS: Case = registrar(
    "rfc5356/4.1.2/two-pus-share-the-turns",
    "RR: each response moves the turn on, so two PUs get different PEs first.",
    &[
        R5356_4_1_2_4, // RR: the head advances by one PE after each response.
    ],
    two_pus_share_the_turns,
);

fn two_pus_share_the_turns(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [Policy::RoundRobin, Policy::RoundRobin])?;
    let (one, other) = (t.pool_user(), t.pool_user());

    for _ in 0..3 {
        let turns = firsts(t, &one, &pes, 1)? + &firsts(t, &other, &pes, 1)?;
        has_none_twice(t, R5356_4_1_2_4, &turns);
    }
    Ok(())
}

const TURNS_GO_ON_WHEN_THE_POOL_CHANGES: Case = registrar(
    "rfc5356/4.1.2/turns-go-on-when-the-pool-changes",
    "RR: a PE that joins takes turns from then on, and one that leaves takes none.",
    &[
        R5356_4_1_2_4, // RR: the head advances by one PE after each response.
    ],
    turns_go_on_when_the_pool_changes,
);

fn turns_go_on_when_the_pool_changes(t: &mut Tester) -> Outcome {
    let mut pes = pool_of(t, [Policy::RoundRobin, Policy::RoundRobin])?.to_vec();
    let pu = t.pool_user();
    let joins = t.pool_element(&pes[0].handle);
    t.preamble(|t| firsts(t, &pu, &pes, 1).map(drop))?;

    t.preamble(|t| t.register(&joins))?;
    pes.push(joins);
    let round = firsts(t, &pu, &pes, 3)?;
    has_none_twice(t, R5356_4_1_2_4, &round);

    leave(t, &pes[1])?;
    let round = firsts(t, &pu, &pes, 2)?;
    let others = no_repeats(&round) && !round.contains('B');
    let note = format!("first PEs of a round without B: {round}");
    t.check_that(R5356_4_1_2_4, others, note);
    Ok(())
}

const LARGE_POOL_TAKES_TURNS: Case = registrar(
    "rfc5356/4.1.2/large-pool-takes-turns",
    "RR: of a hundred PEs each comes first once in a round, also after most of them have left.",
    &[
        R5356_4_1_2_4, // RR: the head advances by one PE after each response.
    ],
    large_pool_takes_turns,
);

fn large_pool_takes_turns(t: &mut Tester) -> Outcome {
    let mut pes = large_pool(t, (0..LARGE).map(|_| Policy::RoundRobin))?;
    let pu = t.pool_user();

    for left in [100, 40, 5] {
        shrink(t, &mut pes, left)?;
        let members: BTreeSet<_> = pes.iter().map(PoolElement::pe_identifier).collect();
        let first = first_of_each(t, &pu, &pes)?;
        let note = format!("{} of {left} PEs come first in a round", first.len());
        t.check_that(R5356_4_1_2_4, first == members, note);
    }
    Ok(())
}
