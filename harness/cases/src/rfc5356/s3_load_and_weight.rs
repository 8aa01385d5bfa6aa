//! RFC 5356 §3: load and weight, for every policy.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    LOAD_IS_UNSIGNED,
    WEIGHT_0_NEVER_COMES_FIRST_IN_WEIGHTED_ROUND_ROBIN,
    WEIGHT_0_NEVER_COMES_FIRST_IN_WEIGHTED_RANDOM,
    WEIGHTS_OF_0_ALONE_IN_WEIGHTED_ROUND_ROBIN,
    WEIGHTS_OF_0_ALONE_IN_WEIGHTED_RANDOM,
    WEIGHT_LOWERED_TO_0_IN_WEIGHTED_ROUND_ROBIN,
    WEIGHT_LOWERED_TO_0_IN_WEIGHTED_RANDOM,
];

const LOAD_IS_UNSIGNED: Case = registrar(
    "rfc5356/3.1/load-is-unsigned",
    "LU: load is unsigned: 0x80000000 is more than 0x7fffffff, and 0xffffffff is the maximum.",
    &[
        R5356_3_1_1, // The registrar compares loads as unsigned 32-bit numbers.
    ],
    load_is_unsigned,
)
.needs(&[Ics::PolicyLeastUsed]);

fn load_is_unsigned(t: &mut Tester) -> Outcome {
    let pes = pool_of(
        t,
        [0x8000_0000, 0xffff_ffff, 0x7fff_ffff, 0x0000_0000].map(lu),
    )?;
    let pu = t.pool_user();

    for _ in 0..4 {
        let listed = list(t, &pu, &pes)?;
        follows_order(t, R5356_3_1_1, &listed, "DCAB");
    }
    Ok(())
}

const WEIGHT_0_NEVER_COMES_FIRST_IN_WEIGHTED_ROUND_ROBIN: Case = registrar(
    "rfc5356/3.2/weight-0-never-comes-first-in-weighted-round-robin",
    "WRR: a PE of weight 0 does not come first while other PEs have a higher weight.",
    &[
        R5356_3_2_2, // A PE of weight 0 comes after PEs of greater weight.
    ],
    weight_0_never_comes_first_in_weighted_round_robin,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn weight_0_never_comes_first_in_weighted_round_robin(t: &mut Tester) -> Outcome {
    // The PE of weight 0 registers first and last, so that an order of registration does not pass for weights.
    for (weights, unused) in [([0, 2, 1], 'A'), ([1, 2, 0], 'C')] {
        let pes = pool_of(t, weights.map(wrr))?;
        let pu = t.pool_user();
        let firsts = firsts(t, &pu, &pes, 12)?;
        has_not(t, R5356_3_2_2, &firsts, unused);
    }
    Ok(())
}

const WEIGHT_0_NEVER_COMES_FIRST_IN_WEIGHTED_RANDOM: Case = registrar(
    "rfc5356/3.2/weight-0-never-comes-first-in-weighted-random",
    "WRAND: a PE of weight 0 does not come first while other PEs have a higher weight.",
    &[
        R5356_3_2_2, // A PE of weight 0 comes after PEs of greater weight.
    ],
    weight_0_never_comes_first_in_weighted_random,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn weight_0_never_comes_first_in_weighted_random(t: &mut Tester) -> Outcome {
    for (weights, unused) in [([0, 2, 1], 'A'), ([1, 2, 0], 'C')] {
        let pes = pool_of(t, weights.map(wrand))?;
        let pu = t.pool_user();
        let firsts = firsts(t, &pu, &pes, 100)?;
        has_not(t, R5356_3_2_2, &firsts, unused);
    }
    Ok(())
}

const WEIGHTS_OF_0_ALONE_IN_WEIGHTED_ROUND_ROBIN: Case = registrar(
    "rfc5356/3.2/weights-of-0-alone-in-weighted-round-robin",
    "WRR: a pool of PEs of weight 0 is answered; a new PE of weight 1 comes first.",
    &[
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
        R5356_3_2_2,  // A PE of weight 0 comes after PEs of greater weight.
    ],
    weights_of_0_alone_in_weighted_round_robin,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn weights_of_0_alone_in_weighted_round_robin(t: &mut Tester) -> Outcome {
    let weight = wrr;
    unusable_pes_do_no_harm(t, R5356_3_2_2, [weight(0), weight(0)], weight(1))
}

const WEIGHTS_OF_0_ALONE_IN_WEIGHTED_RANDOM: Case = registrar(
    "rfc5356/3.2/weights-of-0-alone-in-weighted-random",
    "WRAND: a pool of PEs of weight 0 is answered; a new PE of weight 1 comes first.",
    &[
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
        R5356_3_2_2,  // A PE of weight 0 comes after PEs of greater weight.
    ],
    weights_of_0_alone_in_weighted_random,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn weights_of_0_alone_in_weighted_random(t: &mut Tester) -> Outcome {
    let weight = wrand;
    unusable_pes_do_no_harm(t, R5356_3_2_2, [weight(0), weight(0)], weight(1))
}

const WEIGHT_LOWERED_TO_0_IN_WEIGHTED_ROUND_ROBIN: Case = registrar(
    "rfc5356/3.2/weight-lowered-to-0-in-weighted-round-robin",
    "WRR: a PE that re-registers with weight 0 does not come first, and does again with its old weight.",
    &[
        R5356_3_2_2,  // A PE of weight 0 comes after PEs of greater weight.
        R5352_3_1_45, // A re-registration replaces the policy values.
    ],
    weight_lowered_to_0_in_weighted_round_robin,
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

fn weight_lowered_to_0_in_weighted_round_robin(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [4, 1, 1].map(wrr))?;
    weight_counts_while_it_is_not_0(t, &pes, wrr(0))
}

const WEIGHT_LOWERED_TO_0_IN_WEIGHTED_RANDOM: Case = registrar(
    "rfc5356/3.2/weight-lowered-to-0-in-weighted-random",
    "WRAND: a PE that re-registers with weight 0 does not come first, and does again with its old weight.",
    &[
        R5356_3_2_2,  // A PE of weight 0 comes after PEs of greater weight.
        R5352_3_1_45, // A re-registration replaces the policy values.
    ],
    weight_lowered_to_0_in_weighted_random,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn weight_lowered_to_0_in_weighted_random(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [4, 1, 1].map(wrand))?;
    weight_counts_while_it_is_not_0(t, &pes, wrand(0))
}
