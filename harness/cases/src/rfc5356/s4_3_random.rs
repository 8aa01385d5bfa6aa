//! RFC 5356 §4.3: Random.
//!
//! The PU draws from the list that it gets. A registrar that lists some PEs has to draw them fairly, and one that
//! lists all of them puts each one first at times: a PU that takes the first PE must not always get the same.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    POLICY_IS_TOLD,
    EACH_PE_CAN_BE_DRAWN,
    NO_PE_TWICE,
    PE_THAT_LEFT_IS_NOT_LISTED,
    LARGE_POOL_HAS_NO_PE_TWICE,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/4.3.4/policy-is-told",
    "RAND: a response lists the policy of the pool.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_4_3_4_1,  // RAND: the parameter has Length 8 and policy type 0x3.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told,
)
.needs(&[Ics::PolicyRandom]);

fn policy_is_told(t: &mut Tester) -> Outcome {
    policy_is_listed(t, R5356_4_3_4_1, [Policy::Random, Policy::Random])
}

const EACH_PE_CAN_BE_DRAWN: Case = registrar(
    "rfc5356/4.3.2/each-pe-can-be-drawn",
    "RAND: each of two PEs comes first in some of 200 responses.",
    &[
        R5356_4_3_2_2, // RAND: every PE is equally likely to come first.
    ],
    each_pe_can_be_drawn,
)
.needs(&[Ics::PolicyRandom]);

fn each_pe_can_be_drawn(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [Policy::Random, Policy::Random])?;
    let pu = t.pool_user();

    // Fair draws miss one of two 200 times with a probability of 2 × 2⁻²⁰⁰.
    let firsts = firsts(t, &pu, &pes, 200)?;
    for pe in ['A', 'B'] {
        let note = format!("{pe} comes first in none of 200 responses");
        t.check_that(R5356_4_3_2_2, firsts.contains(pe), note);
        let share = count(&firsts, pe);
        t.observe(format!("{pe} comes first {share} times of 200"));
    }
    Ok(())
}

const NO_PE_TWICE: Case = registrar(
    "rfc5356/4.3.2/no-pe-twice",
    "RAND: a response lists only PEs of the pool, and none of them twice.",
    &[
        R5356_4_3_2_3, // RAND: a response lists no PE twice.
        R5356_4_3_2_1, // RAND: the registrar draws the PEs from the pool.
    ],
    no_pe_twice,
)
.needs(&[Ics::PolicyRandom]);

fn no_pe_twice(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [const { Policy::Random }; 5])?;
    let pu = t.pool_user();

    for _ in 0..50 {
        let listed = list(t, &pu, &pes)?;
        has_none_twice(t, R5356_4_3_2_3, &listed);
        has_not(t, R5356_4_3_2_1, &listed, '?');
    }
    Ok(())
}

const PE_THAT_LEFT_IS_NOT_LISTED: Case = registrar(
    "rfc5356/4.3.2/pe-that-left-is-not-listed",
    "RAND: no response lists a PE after its de-registration, and each lists the last PE of the pool.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
    ],
    pe_that_left_is_not_listed,
)
.needs(&[Ics::PolicyRandom]);

fn pe_that_left_is_not_listed(t: &mut Tester) -> Outcome {
    leaver_is_not_listed(t, [const { Policy::Random }; 3])
}

const LARGE_POOL_HAS_NO_PE_TWICE: Case = registrar(
    "rfc5356/4.3.2/large-pool-has-no-pe-twice",
    "RAND: a response for a hundred PEs lists members and none twice, also after most have left.",
    &[
        R5356_4_3_2_3, // RAND: a response lists no PE twice.
    ],
    large_pool_has_no_pe_twice,
)
.needs(&[Ics::PolicyRandom]);

fn large_pool_has_no_pe_twice(t: &mut Tester) -> Outcome {
    large_pool_has_none_twice(t, R5356_4_3_2_3, |_| Policy::Random)
}
