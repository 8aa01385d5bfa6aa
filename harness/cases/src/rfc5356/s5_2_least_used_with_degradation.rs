//! RFC 5356 §5.2: Least Used with Degradation.
//!
//! A response raises the counter of every PE that it lists, wherever in the list (ambiguity T34). So the
//! expected PE follows from all earlier lists, full or partial; [`Sums`] adds them up. Listing the lowest
//! sums is a SHOULD; the counters are MUSTs, which are judged only if that SHOULD holds.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    POLICY_IS_TOLD,
    WITHOUT_DEGRADATION_IT_IS_LEAST_USED,
    BEING_RETURNED_DEGRADES_A_PE,
    EVERY_RETURNED_ENTRY_COUNTS,
    REREGISTRATION_ENDS_THE_DEGRADATION,
    NEW_REGISTRATION_BEGINS_WITHOUT_DEGRADATION,
    SUM_DOES_NOT_WRAP,
    PE_THAT_LEFT_IS_NOT_LISTED,
    NEW_DEGRADATION_COUNTS_AT_ONCE,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/5.2.4/policy-is-told",
    "LUD: a response lists the policy of the pool, and load and load degradation of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_5_2_4_1,  // LUD: the parameter has Length 16 and type 0x40000002.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told,
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn policy_is_told(t: &mut Tester) -> Outcome {
    policy_is_listed(
        t,
        R5356_5_2_4_1,
        [lud(0x0000_0010, 0x8000_0000), lud(0x8001_0002, 7)],
    )
}

const WITHOUT_DEGRADATION_IT_IS_LEAST_USED: Case = registrar(
    "rfc5356/5.2.2/without-degradation-it-is-least-used",
    "LUD: with load degradations of 0 the PEs are listed by load, in every response.",
    &[
        R5356_5_2_2_4, // LUD: the selection follows LU, on the degraded load.
        R5356_5_2_2_5, // LUD: a response lists the PEs of lowest degraded load.
    ],
    without_degradation_it_is_least_used,
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn without_degradation_it_is_least_used(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [300, 100, 200].map(|load| lud(load, 0)))?;
    let pu = t.pool_user();

    for _ in 0..5 {
        let listed = list(t, &pu, &pes)?;
        follows_order(t, R5356_5_2_2_4, &listed, "BCA");
        has_the_best(t, R5356_5_2_2_5, &listed, "BCA");
    }
    Ok(())
}

const BEING_RETURNED_DEGRADES_A_PE: Case = registrar(
    "rfc5356/5.2.2/being-returned-degrades-a-pe",
    "LUD: a PE that degrades comes first until its sum exceeds the load of the other PE.",
    &[
        R5356_5_2_2_5, // LUD: a response lists the PEs of lowest degraded load.
    ],
    being_returned_degrades_a_pe,
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn being_returned_degrades_a_pe(t: &mut Tester) -> Outcome {
    // The sums of B are 0, 30, 60, 90 and then 120. A has load degradation 0, so its sum stays at 100.
    let pes = pool_of(t, [lud(100, 0), lud(0, 30)])?;
    let pu = t.pool_user();

    let firsts = firsts(t, &pu, &pes, 7)?;
    t.check_eq(R5356_5_2_2_5, "first PEs", firsts.as_str(), "BBBBAAA");
    Ok(())
}

const EVERY_RETURNED_ENTRY_COUNTS: Case = registrar(
    "rfc5356/5.2.2/every-returned-entry-counts",
    "LUD: a PE that is listed degrades, even if it is not listed first.",
    &[
        R5356_5_2_2_3, // LUD: each selection of a PE raises its counter by 1.
    ],
    every_returned_entry_counts,
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn every_returned_entry_counts(t: &mut Tester) -> Outcome {
    sums_decide(t)?;
    let pes = pool_of(t, [lud(0, 50), lud(100, 30)])?;
    let pu = t.pool_user();

    let mut sums = Sums::of([(0, 50), (100, 30)]);
    for _ in 0..12 {
        let listed = list(t, &pu, &pes)?;
        let note = format!("listed: {listed}, while the sums were {}", sums.text());
        t.check_that(R5356_5_2_2_3, sums.lowest_is_first(&listed), note);
        sums.count(&listed);
    }
    Ok(())
}

const REREGISTRATION_ENDS_THE_DEGRADATION: Case = registrar(
    "rfc5356/5.2.2/reregistration-ends-the-degradation",
    "LUD: a re-registration with the same values resets the degradation of a PE.",
    &[
        R5356_5_2_2_2, // LUD: every registration resets the degradation counter.
    ],
    reregistration_ends_the_degradation,
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn reregistration_ends_the_degradation(t: &mut Tester) -> Outcome {
    let (pu, pes) = sums_decide(t)?;
    t.preamble(|t| t.register(&pes[1]))?;
    let firsts = firsts(t, &pu, &pes, 3)?;
    t.check_eq(R5356_5_2_2_2, "first PEs", firsts.as_str(), "BBA");
    Ok(())
}

const NEW_REGISTRATION_BEGINS_WITHOUT_DEGRADATION: Case = registrar(
    "rfc5356/5.2.2/new-registration-begins-without-degradation",
    "LUD: a PE that left and registers again starts without degradation.",
    &[
        R5356_5_2_2_2, // LUD: every registration resets the degradation counter.
    ],
    new_registration_begins_without_degradation,
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn new_registration_begins_without_degradation(t: &mut Tester) -> Outcome {
    let (pu, pes) = sums_decide(t)?;
    leave(t, &pes[1])?;
    t.preamble(|t| t.register(&pes[1]))?;
    let firsts = firsts(t, &pu, &pes, 3)?;
    t.check_eq(R5356_5_2_2_2, "first PEs", firsts.as_str(), "BBA");
    Ok(())
}

const SUM_DOES_NOT_WRAP: Case = registrar(
    "rfc5356/5.2.2/sum-does-not-wrap",
    "LUD: a PE whose sum exceeds 32 bits comes last, not first.",
    &[
        R5356_5_2_2_5, // LUD: a response lists the PEs of lowest degraded load.
        R5356_5_2_2_4, // LUD: the selection follows LU, on the degraded load.
    ],
    sum_does_not_wrap,
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn sum_does_not_wrap(t: &mut Tester) -> Outcome {
    sums_decide(t)?;
    // Listed once, A has the sum 0x1_0000_0100. It may be limited to 0xffffffff: still more than B's.
    let pes = pool_of(t, [lud(0xffff_ff00, 0x0000_0200), lud(0xffff_ff80, 0)])?;
    let pu = t.pool_user();
    if !list(t, &pu, &pes)?.starts_with('A') {
        return Err(t.inconclusive("A did not come first, so its degradation is unknown"));
    }

    for _ in 0..3 {
        let listed = list(t, &pu, &pes)?;
        begins_with(t, R5356_5_2_2_5, &listed, 'B');
        follows_order(t, R5356_5_2_2_4, &listed, "BA");
    }
    Ok(())
}

/// Returns a pool in which B has degraded beyond A. Inconclusive if the order does not follow the sums: that is
/// a SHOULD only (RFC 5356 §5.2.2), and without it the order does not show the counters.
fn sums_decide(t: &mut Tester) -> Result<(PoolUser, [PoolElement; 2]), Stop> {
    let pes = pool_of(t, [lud(100, 0), lud(0, 60)])?;
    let pu = t.pool_user();
    if firsts(t, &pu, &pes, 3)? != "BBA" {
        return Err(t.inconclusive("the order does not follow the sums"));
    }
    Ok((pu, pes))
}

const PE_THAT_LEFT_IS_NOT_LISTED: Case = registrar(
    "rfc5356/5.2.2/pe-that-left-is-not-listed",
    "LUD: no response lists a PE after its de-registration, and each lists the last PE of the pool.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
    ],
    pe_that_left_is_not_listed,
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn pe_that_left_is_not_listed(t: &mut Tester) -> Outcome {
    leaver_is_not_listed(t, [1, 3, 2].map(|load| lud(load, 5)))
}

const NEW_DEGRADATION_COUNTS_AT_ONCE: Case = registrar(
    "rfc5356/5.2.2/new-degradation-counts-at-once",
    "LUD: a PE that re-registers with the same load and another degradation degrades by the new one.",
    &[
        R5352_3_1_45, // A re-registration replaces the policy values.
    ],
    new_degradation_counts_at_once,
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn new_degradation_counts_at_once(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [lud(10, 0), lud(50, 0)])?;
    let pu = t.pool_user();
    let before = firsts(t, &pu, &pes, 3)?;
    if before != "AAA" {
        return Err(t.inconclusive(format!("the lowest sum does not come first: {before}")));
    }

    let degrades = pes[0].clone().policy(lud(10, 100));
    t.preamble(|t| t.register(&degrades))?;
    let after = firsts(t, &pu, &pes, 3)?;
    t.check_eq(R5352_3_1_45, "first PEs", &after[..], "ABB");
    Ok(())
}

fn lud(load: u32, degradation: u32) -> Policy {
    Policy::LeastUsedDegradation { load, degradation }
}

/// Sums of A and B: load plus degradation counter times load degradation.
struct Sums([(u64, u64); 2]);

impl Sums {
    /// Returns the sums for loads and load degradations, before the first response.
    fn of(terms: [(u64, u64); 2]) -> Sums {
        Sums(terms)
    }

    fn lowest_is_first(&self, listed: &str) -> bool {
        let [(a, _), (b, _)] = self.0;
        if listed.starts_with('A') {
            a <= b
        } else {
            listed.starts_with('B') && b <= a
        }
    }

    fn count(&mut self, listed: &str) {
        for (letter, (sum, degradation)) in ['A', 'B'].into_iter().zip(&mut self.0) {
            if listed.contains(letter) {
                *sum += *degradation;
            }
        }
    }

    fn text(&self) -> String {
        format!("A {} and B {}", self.0[0].0, self.0[1].0)
    }
}
