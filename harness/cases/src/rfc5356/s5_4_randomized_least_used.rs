//! RFC 5356 §5.4: Randomized Least Used.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    POLICY_IS_TOLD,
    SHARES_FOLLOW_WHAT_IS_IDLE,
    IDLE_PES_SHARE_ALIKE,
    FULL_PE_DOES_NOT_COME_FIRST,
    FULLY_LOADED_POOL_DOES_NO_HARM,
    NO_PE_TWICE,
    PE_THAT_LEFT_IS_NOT_LISTED,
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/5.4.4/policy-is-told",
    "RLU: a response lists the policy of the pool and the load of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_5_4_4_1,  // RLU: the parameter has Length 12 and type 0x40000004.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn policy_is_told(t: &mut Tester) -> Outcome {
    policy_is_listed(t, R5356_5_4_4_1, [0, 0x8001_0002].map(rlu))
}

const SHARES_FOLLOW_WHAT_IS_IDLE: Case = registrar(
    "rfc5356/5.4.2/shares-follow-what-is-idle",
    "RLU: a PE with nine tenths of the idle capacity comes first in about nine tenths of the responses.",
    &[
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    shares_follow_what_is_idle,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn shares_follow_what_is_idle(t: &mut Tester) -> Outcome {
    // A has load 0; the idle capacity of B is a ninth of that of A.
    let pes = pool_of(t, [0, 0xffff_ffff - 0xffff_ffff / 9].map(rlu))?;
    let pu = t.pool_user();

    // Of 200 draws with probability 0.9, at most 145 succeed with less than 3 × 10⁻¹¹, and all of them
    // with less than 8 × 10⁻¹⁰. Draws that ignore the loads exceed 145 with less than 10⁻⁹.
    let firsts = firsts(t, &pu, &pes, 200)?;
    let share = count(&firsts, 'A');
    let note = format!("{share} of 200 instead of about 180");
    t.check_that(R5356_5_4_2_1, share > 145 && firsts.contains('B'), note);
    Ok(())
}

const IDLE_PES_SHARE_ALIKE: Case = registrar(
    "rfc5356/5.4.2/idle-pes-share-alike",
    "RLU: each of three PEs without load comes first in some responses.",
    &[
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    idle_pes_share_alike,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn idle_pes_share_alike(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [0, 0, 0].map(rlu))?;
    let pu = t.pool_user();

    // 200 fair draws leave out one of three with less than 3 × (2/3)²⁰⁰, or 2 × 10⁻³⁵.
    let firsts = firsts(t, &pu, &pes, 200)?;
    for pe in ['A', 'B', 'C'] {
        let note = format!("{pe} comes first in none of 200 responses");
        t.check_that(R5356_5_4_2_1, firsts.contains(pe), note);
    }
    Ok(())
}

const FULL_PE_DOES_NOT_COME_FIRST: Case = registrar(
    "rfc5356/5.4.2/full-pe-does-not-come-first",
    "RLU: a PE that re-registers with load 0xffffffff does not come first any more.",
    &[
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    full_pe_does_not_come_first,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn full_pe_does_not_come_first(t: &mut Tester) -> Outcome {
    // The PE that becomes full registers first and last.
    for (nth, letter) in [(0, 'A'), (1, 'B')] {
        let mut loads = [0x8000_0000; 2];
        loads[nth] = 0x1000;
        let pes = pool_of(t, loads.map(rlu))?;
        let pu = t.pool_user();
        let full = pes[nth].clone().policy(rlu(0xffff_ffff));
        t.preamble(|t| t.register(&full))?;

        let firsts = firsts(t, &pu, &pes, 60)?;
        has_not(t, R5356_5_4_2_1, &firsts, letter);
    }
    Ok(())
}

const FULLY_LOADED_POOL_DOES_NO_HARM: Case = registrar(
    "rfc5356/5.4.2/fully-loaded-pool-does-no-harm",
    "RLU: a pool of fully loaded PEs is answered; a new PE without load comes first.",
    &[
        R5352_3_3_21,  // A handle resolution of an existing pool is answered.
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    fully_loaded_pool_does_no_harm,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn fully_loaded_pool_does_no_harm(t: &mut Tester) -> Outcome {
    let load = rlu;
    let full = [load(0xffff_ffff), load(0xffff_ffff)];
    unusable_pes_do_no_harm(t, R5356_5_4_2_1, full, load(0))
}

const NO_PE_TWICE: Case = registrar(
    "rfc5356/5.4.2/no-pe-twice",
    "RLU: a response lists no PE twice, however idle it is.",
    &[
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    no_pe_twice,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn no_pe_twice(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [0, 0xffff_fff0, 0xffff_fff0, 0xffff_fff0].map(rlu))?;
    let pu = t.pool_user();

    for _ in 0..50 {
        let listed = list(t, &pu, &pes)?;
        has_none_twice(t, R5356_5_4_2_1, &listed);
    }
    Ok(())
}

const PE_THAT_LEFT_IS_NOT_LISTED: Case = registrar(
    "rfc5356/5.4.2/pe-that-left-is-not-listed",
    "RLU: no response lists a PE after its de-registration, and each lists the last PE of the pool.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
    ],
    pe_that_left_is_not_listed,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn pe_that_left_is_not_listed(t: &mut Tester) -> Outcome {
    leaver_is_not_listed(t, [1, 3, 2].map(rlu))
}
