//! RFC 5356 §4.2: Weighted Round Robin. A weight of 0 is in `s3_load_and_weight.rs`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    POLICY_IS_TOLD,
    WEIGHTS_OF_1_ARE_ROUND_ROBIN,
    SHARES_FOLLOW_THE_WEIGHTS,
    TURNS_ARE_SPREAD_EVENLY,
    NEW_WEIGHTS_COUNT_AT_ONCE,
    LARGEST_WEIGHTS_ARE_SERVED,
    PE_THAT_LEFT_IS_NOT_LISTED,
    NEW_PE_TAKES_ITS_TURNS,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/4.2.4/policy-is-told",
    "WRR: a response lists the policy of the pool and the weight of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_4_2_4_1,  // WRR: the parameter has Length 12, type 0x2, a weight.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn policy_is_told(t: &mut Tester) -> Outcome {
    policy_is_listed(t, R5356_4_2_4_1, [3, 0x0001_0002].map(wrr))
}

const WEIGHTS_OF_1_ARE_ROUND_ROBIN: Case = registrar(
    "rfc5356/4.2.1/weights-of-1-are-round-robin",
    "WRR: PEs of weight 1 take turns, if PEs of Round Robin do.",
    &[
        R5356_4_2_1_1, // WRR: with all weights 1 it behaves like RR.
    ],
    weights_of_1_are_round_robin,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn weights_of_1_are_round_robin(t: &mut Tester) -> Outcome {
    let plain = pool_of(t, [const { Policy::RoundRobin }; 3])?;
    let weights = [1, 1, 1];
    let weighted = pool_of(t, weights.map(wrr))?;
    let pu = t.pool_user();

    // Turns are a SHOULD of Round Robin; a registrar without them has nothing to compare with.
    let round = firsts(t, &pu, &plain, 3)?;
    if !no_repeats(&round) {
        return Err(t.inconclusive(format!("Round Robin takes no turns: {round}")));
    }
    let round = firsts(t, &pu, &weighted, 3)?;
    has_none_twice(t, R5356_4_2_1_1, &round);
    Ok(())
}

const SHARES_FOLLOW_THE_WEIGHTS: Case = registrar(
    "rfc5356/4.2.2/shares-follow-the-weights",
    "WRR: over whole rounds each PE comes first in proportion to its weight.",
    &[
        R5356_4_2_2_1, // WRR: each PE is in the circular list weight times.
    ],
    shares_follow_the_weights,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn shares_follow_the_weights(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [4, 1, 3].map(wrr))?;
    let pu = t.pool_user();

    // Three rounds of eight turns. They need not start at the beginning of a round, so one turn more or less
    // passes.
    let firsts = firsts(t, &pu, &pes, 24)?;
    for (pe, expected) in [('A', 12), ('B', 3), ('C', 9)] {
        let share = count(&firsts, pe);
        let note = format!("{pe} first {share} times, expected {expected}: {firsts}");
        t.check_that(R5356_4_2_2_1, share.abs_diff(expected) <= 1, note);
    }
    Ok(())
}

const TURNS_ARE_SPREAD_EVENLY: Case = registrar(
    "rfc5356/4.2.2/turns-are-spread-evenly",
    "WRR: the turns of a PE with half of all turns are spread evenly over a round.",
    &[
        R5356_4_2_2_3, // WRR: a PE's entries are spread evenly over the list.
    ],
    turns_are_spread_evenly,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn turns_are_spread_evenly(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [6, 3, 3].map(wrr))?;
    let pu = t.pool_user();

    // In no run of responses may A have two turns more or less than half of them. ABAC or ABCA repeated pass;
    // six turns in a row do not, nor do ABC three times followed by AAA.
    let firsts = firsts(t, &pu, &pes, 24)?;
    let runs = (0..24).flat_map(|from| (from + 1..=24).map(move |to| from..to));
    let uneven = runs
        .map(|run| &firsts[run])
        .find(|run| (2 * count(run, 'A')).abs_diff(run.len()) >= 4);
    let note = format!("first: {firsts}, uneven in {}", uneven.unwrap_or_default());
    t.check_that(R5356_4_2_2_3, uneven.is_none(), note);
    Ok(())
}

const NEW_WEIGHTS_COUNT_AT_ONCE: Case = registrar(
    "rfc5356/4.2.2/new-weights-count-at-once",
    "WRR: a re-registration with another weight changes the shares at once.",
    &[
        R5352_3_1_45, // A re-registration replaces the policy values.
    ],
    new_weights_count_at_once,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn new_weights_count_at_once(t: &mut Tester) -> Outcome {
    // The PE that becomes heavier registers last and first.
    for (light, letter) in [(1, 'B'), (0, 'A')] {
        let heavy = 1 - light;
        let mut weights = [4, 4];
        weights[light] = 1;
        let pes = pool_of(t, weights.map(wrr))?;
        let pu = t.pool_user();
        t.preamble(|t| firsts(t, &pu, &pes, 5).map(drop))?;

        let lighter = pes[heavy].clone().policy(wrr(1));
        let heavier = pes[light].clone().policy(wrr(4));
        t.preamble(|t| t.register(&lighter))?;
        t.preamble(|t| t.register(&heavier))?;
        // The rest of the old round may still be served, so it need have only the greater part of the turns.
        let firsts = firsts(t, &pu, &pes, 20)?;
        let holds = count(&firsts, letter) > 10;
        t.check_that(R5352_3_1_45, holds, format!("first: {firsts}"));
    }
    Ok(())
}

const LARGEST_WEIGHTS_ARE_SERVED: Case = registrar(
    "rfc5356/4.2.2/largest-weights-are-served",
    "WRR: PEs of the largest weights are granted and listed in time.",
    &[
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
    ],
    largest_weights_are_served,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn largest_weights_are_served(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [0xffff_ffff, 0xffff_fffe, 1].map(wrr))?;
    let pu = t.pool_user();

    let firsts = t.answered(R5352_3_3_21, |t| firsts(t, &pu, &pes, 10))?;
    t.observe(format!("first: {firsts}"));
    Ok(())
}

const PE_THAT_LEFT_IS_NOT_LISTED: Case = registrar(
    "rfc5356/4.2.2/pe-that-left-is-not-listed",
    "WRR: no response lists a PE after its de-registration, and each lists the last PE of the pool.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
    ],
    pe_that_left_is_not_listed,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn pe_that_left_is_not_listed(t: &mut Tester) -> Outcome {
    leaver_is_not_listed(t, [1, 3, 2].map(wrr))
}

const NEW_PE_TAKES_ITS_TURNS: Case = registrar(
    "rfc5356/4.2.2/new-pe-takes-its-turns",
    "WRR: a PE that joins a pool in use comes first in proportion to its weight.",
    &[
        R5356_4_2_2_1, // WRR: each PE is in the circular list weight times.
    ],
    new_pe_takes_its_turns,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn new_pe_takes_its_turns(t: &mut Tester) -> Outcome {
    let mut pes = pool_of(t, [2, 2].map(wrr))?.to_vec();
    let pu = t.pool_user();
    t.preamble(|t| firsts(t, &pu, &pes, 5).map(drop))?;

    let joins = t.pool_element(&pes[0].handle).policy(wrr(4));
    t.preamble(|t| t.register(&joins))?;
    pes.push(joins);
    // Two rounds of eight turns, after the rest of an old round.
    let firsts = firsts(t, &pu, &pes, 20)?;
    let share = count(&firsts, 'C');
    let note = format!("C first {share} times of 20, expected 8 to 12: {firsts}");
    t.check_that(R5356_4_2_2_1, (8..=12).contains(&share), note);
    Ok(())
}
