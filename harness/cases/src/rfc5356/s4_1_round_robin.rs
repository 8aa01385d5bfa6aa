//! RFC 5356 §4.1: Round Robin.

use super::{firsts, list, no_repeats, pool_of};
use rspcheck_spec::id::*;
use rspcheck_testkit::forge::Policy;
use rspcheck_testkit::{Case, Outcome, Role, Tester};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "rfc5356/4.1.1/round-robin-is-supported",
        purpose: "A PE with the policy Round Robin is registered and resolved.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5356_4_1_1_1],
        run: round_robin_is_supported,
    },
    Case {
        id: "rfc5356/4.1.2/each-pe-comes-first-once-in-a-round",
        purpose: "Of three PEs, each comes first in one of three responses, round after round.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5356_4_1_2_4],
        run: each_pe_comes_first_once_in_a_round,
    },
    Case {
        id: "rfc5356/4.1.2/lists-follow-the-circle",
        purpose: "A list goes on after its first PE in the order in which the PEs take turns.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5356_4_1_2_3],
        run: lists_follow_the_circle,
    },
    Case {
        id: "rfc5356/4.1.2/two-pus-share-the-turns",
        purpose: "The turn moves on with every response, whoever asked: two PUs get different PEs first.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5356_4_1_2_4],
        run: two_pus_share_the_turns,
    },
    Case {
        id: "rfc5356/4.1.2/turns-go-on-when-the-pool-changes",
        purpose: "A PE that joins takes its turns from then on, one that leaves takes none.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5356_4_1_2_4],
        run: turns_go_on_when_the_pool_changes,
    },
];

fn round_robin_is_supported(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).policy(Policy::RoundRobin);
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    t.check_that(R5356_4_1_1_1, !response.flag('R'), response.summary());
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(
        R5356_4_1_1_1,
        "PEs listed",
        listed,
        vec![pe.pe_identifier()],
    );
    Ok(())
}

fn each_pe_comes_first_once_in_a_round(t: &mut Tester<'_>) -> Outcome {
    let pes = pool_of(
        t,
        [Policy::RoundRobin, Policy::RoundRobin, Policy::RoundRobin],
    )?;
    let pu = t.pool_user();

    let round = firsts(t, &pu, &pes, 3)?;
    t.check_that(R5356_4_1_2_4, no_repeats(&round), format!("first: {round}"));
    let next = firsts(t, &pu, &pes, 6)?;
    t.check_eq(
        R5356_4_1_2_4,
        "first in two more rounds",
        next,
        round.repeat(2),
    );
    Ok(())
}

fn lists_follow_the_circle(t: &mut Tester<'_>) -> Outcome {
    let pes = pool_of(
        t,
        [Policy::RoundRobin, Policy::RoundRobin, Policy::RoundRobin],
    )?;
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

fn two_pus_share_the_turns(t: &mut Tester<'_>) -> Outcome {
    let pes = pool_of(t, [Policy::RoundRobin, Policy::RoundRobin])?;
    let (one, other) = (t.pool_user(), t.pool_user());

    for _ in 0..3 {
        let turns = firsts(t, &one, &pes, 1)? + &firsts(t, &other, &pes, 1)?;
        t.check_that(R5356_4_1_2_4, no_repeats(&turns), format!("first: {turns}"));
    }
    Ok(())
}

fn turns_go_on_when_the_pool_changes(t: &mut Tester<'_>) -> Outcome {
    let mut pes = pool_of(t, [Policy::RoundRobin, Policy::RoundRobin])?.to_vec();
    let pu = t.pool_user();
    let joins = t.pool_element(&pes[0].handle);
    t.preamble(|t| firsts(t, &pu, &pes, 1).map(drop))?;

    t.preamble(|t| t.register(&joins))?;
    pes.push(joins);
    let round = firsts(t, &pu, &pes, 3)?;
    t.check_that(
        R5356_4_1_2_4,
        no_repeats(&round),
        format!("first of three: {round}"),
    );

    t.preamble(|t| t.deregister_response(&pes[1]).map(drop))?;
    let round = firsts(t, &pu, &pes, 2)?;
    let others = no_repeats(&round) && !round.contains('B');
    t.check_that(
        R5356_4_1_2_4,
        others,
        format!("first of two, without B: {round}"),
    );
    Ok(())
}
