//! RFC 5356 §4.4: Weighted Random. A weight of 0 is in `s3_load_and_weight.rs`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    POLICY_IS_TOLD,
    WEIGHTS_OF_1_ARE_RANDOM,
    ORDER_IS_DRAWN,
    SHARES_FOLLOW_THE_WEIGHTS,
    SUM_OF_WEIGHTS_DOES_NOT_WRAP,
    NO_PE_TWICE,
    PE_THAT_LEFT_IS_NOT_LISTED,
    LARGE_POOL_HAS_NO_PE_TWICE,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/4.4.4/policy-is-told",
    "WRAND: a response lists the policy of the pool and the weight of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_4_4_4_1,  // WRAND: the parameter has Length 12, type 0x4, a weight.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn policy_is_told(t: &mut Tester) -> Outcome {
    policy_is_listed(t, R5356_4_4_4_1, [3, 0x0001_0002].map(wrand))
}

const WEIGHTS_OF_1_ARE_RANDOM: Case = registrar(
    "rfc5356/4.4.1/weights-of-1-are-random",
    "WRAND: each of two PEs of weight 1 comes first in some of 200 responses.",
    &[
        R5356_4_4_1_1, // WRAND: with all weights 1 it behaves like RAND.
    ],
    weights_of_1_are_random,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn weights_of_1_are_random(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [1, 1].map(wrand))?;
    let pu = t.pool_user();

    // As with RAND: fair draws miss one of two with a probability of 2 × 2⁻²⁰⁰.
    let firsts = firsts(t, &pu, &pes, 200)?;
    for pe in ['A', 'B'] {
        let note = format!("{pe} comes first in none of 200 responses");
        t.check_that(R5356_4_4_1_1, firsts.contains(pe), note);
    }
    Ok(())
}

const ORDER_IS_DRAWN: Case = registrar(
    "rfc5356/4.4.2/order-is-drawn",
    "WRAND: each of two PEs of equal weight comes first in some of 200 responses.",
    &[
        R5356_4_4_2_1, // WRAND: the registrar draws the PEs at random.
    ],
    order_is_drawn,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn order_is_drawn(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [5, 5].map(wrand))?;
    let pu = t.pool_user();

    // A fair draw puts the same one first 200 times with a probability of 2 × 2⁻²⁰⁰.
    let firsts = firsts(t, &pu, &pes, 200)?;
    for pe in ['A', 'B'] {
        let note = format!("{pe} comes first in none of 200 responses");
        t.check_that(R5356_4_4_2_1, firsts.contains(pe), note);
    }
    Ok(())
}

const SHARES_FOLLOW_THE_WEIGHTS: Case = registrar(
    "rfc5356/4.4.2/shares-follow-the-weights",
    "WRAND: a PE with nine tenths of the weight comes first in about nine tenths of the responses.",
    &[
        R5356_4_4_2_3, // WRAND: a PE's probability is its share of the weights.
    ],
    shares_follow_the_weights,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn shares_follow_the_weights(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [9, 1].map(wrand))?;
    let pu = t.pool_user();

    // Of 200 draws with probability 0.9, at most 145 succeed with less than 3 × 10⁻¹¹, and all of them
    // with less than 8 × 10⁻¹⁰. Draws that ignore the weights exceed 145 with less than 10⁻⁹.
    let firsts = firsts(t, &pu, &pes, 200)?;
    let share = count(&firsts, 'A');
    let note = format!("{share} of 200 instead of about 180");
    t.check_that(R5356_4_4_2_3, share > 145 && firsts.contains('B'), note);
    Ok(())
}

const SUM_OF_WEIGHTS_DOES_NOT_WRAP: Case = registrar(
    "rfc5356/4.4.2/sum-of-weights-does-not-wrap",
    "WRAND: each of three PEs whose weights exceed 32 bits in sum comes first in some responses.",
    &[
        R5356_4_4_2_3, // WRAND: a PE's probability is its share of the weights.
    ],
    sum_of_weights_does_not_wrap,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn sum_of_weights_does_not_wrap(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [0xffff_ffff, 0xffff_ffff, 0xffff_ffff].map(wrand))?;
    let pu = t.pool_user();

    // 200 fair draws leave out one of three with less than 3 × (2/3)²⁰⁰, or 2 × 10⁻³⁵.
    let firsts = firsts(t, &pu, &pes, 200)?;
    for pe in ['A', 'B', 'C'] {
        let note = format!("{pe} comes first in none of 200 responses");
        t.check_that(R5356_4_4_2_3, firsts.contains(pe), note);
    }
    Ok(())
}

const NO_PE_TWICE: Case = registrar(
    "rfc5356/4.4.2/no-pe-twice",
    "WRAND: a response lists no PE twice, however large its weight.",
    &[
        R5356_4_4_2_2, // WRAND: a response lists no PE twice.
    ],
    no_pe_twice,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn no_pe_twice(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [1000, 1, 1, 1].map(wrand))?;
    let pu = t.pool_user();

    for _ in 0..50 {
        let listed = list(t, &pu, &pes)?;
        has_none_twice(t, R5356_4_4_2_2, &listed);
    }
    Ok(())
}

const PE_THAT_LEFT_IS_NOT_LISTED: Case = registrar(
    "rfc5356/4.4.2/pe-that-left-is-not-listed",
    "WRAND: no response lists a PE after its de-registration, and each lists the last PE of the pool.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
    ],
    pe_that_left_is_not_listed,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn pe_that_left_is_not_listed(t: &mut Tester) -> Outcome {
    leaver_is_not_listed(t, [1, 3, 2].map(wrand))
}

const LARGE_POOL_HAS_NO_PE_TWICE: Case = registrar(
    "rfc5356/4.4.2/large-pool-has-no-pe-twice",
    "WRAND: a response for a hundred PEs lists members and none twice, also after most have left.",
    &[
        R5356_4_4_2_2, // WRAND: a response lists no PE twice.
    ],
    large_pool_has_no_pe_twice,
)
.needs(&[Ics::PolicyWeightedRandom]);

fn large_pool_has_no_pe_twice(t: &mut Tester) -> Outcome {
    large_pool_has_none_twice(t, R5356_4_4_2_2, |nth| wrand(nth % 20))
}
