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
];

const POLICY_IS_TOLD: Case = registrar(
    "rfc5356/5.4.4/policy-is-told",
    "RLU: a response tells the pool's policy and the load of each PE.",
    &[
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5356_5_4_4_1,  // RLU: the parameter has Length 12 and type 0x40000004.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    policy_is_told_with_loads,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn policy_is_told_with_loads(t: &mut Tester) -> Outcome {
    let loads = [0, 0x8001_0002];
    policy_is_told(
        t,
        R5356_5_4_4_1,
        loads.map(|load| Policy::RandomizedLeastUsed { load }),
    )
}

const SHARES_FOLLOW_WHAT_IS_IDLE: Case = registrar(
    "rfc5356/5.4.2/shares-follow-what-is-idle",
    "RLU: a PE with nine tenths of what is idle comes first about that often.",
    &[
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    shares_follow_what_is_idle,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn shares_follow_what_is_idle(t: &mut Tester) -> Outcome {
    // A is idle altogether, B by a ninth of that.
    let loads = [0, 0xffff_ffff - 0xffff_ffff / 9];
    let pes = pool_of(t, loads.map(|load| Policy::RandomizedLeastUsed { load }))?;
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
    "RLU: of three PEs without load, each comes first at times: their sum does not wrap.",
    &[
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    idle_pes_share_alike,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn idle_pes_share_alike(t: &mut Tester) -> Outcome {
    let pes = pool_of(
        t,
        [0, 0, 0].map(|load| Policy::RandomizedLeastUsed { load }),
    )?;
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
    "RLU: a PE of load 0xffffffff, told by a re-registration, does not come first.",
    &[
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    full_pe_does_not_come_first,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn full_pe_does_not_come_first(t: &mut Tester) -> Outcome {
    let loads = [0x1000, 0x8000_0000];
    let pes = pool_of(t, loads.map(|load| Policy::RandomizedLeastUsed { load }))?;
    let pu = t.pool_user();
    let full = pes[0]
        .clone()
        .policy(Policy::RandomizedLeastUsed { load: 0xffff_ffff });
    t.preamble(|t| t.register(&full))?;

    let firsts = firsts(t, &pu, &pes, 60)?;
    t.check_that(
        R5356_5_4_2_1,
        !firsts.contains('A'),
        format!("first: {firsts}"),
    );
    Ok(())
}

const FULLY_LOADED_POOL_DOES_NO_HARM: Case = registrar(
    "rfc5356/5.4.2/fully-loaded-pool-does-no-harm",
    "RLU: a pool with nothing idle is answered; a PE without load then comes first.",
    &[
        R5352_3_3_21,  // A handle resolution of an existing pool is answered.
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    fully_loaded_pool_does_no_harm,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn fully_loaded_pool_does_no_harm(t: &mut Tester) -> Outcome {
    let load = |load| Policy::RandomizedLeastUsed { load };
    let full = [load(0xffff_ffff), load(0xffff_ffff)];
    useless_pes_do_no_harm(t, R5356_5_4_2_1, full, load(0))
}

const NO_PE_TWICE: Case = registrar(
    "rfc5356/5.4.2/no-pe-twice",
    "RLU: a response has no PE twice, however idle it is.",
    &[
        R5356_5_4_2_1, // RLU: the registrar selects as with WRAND by idle share.
    ],
    no_pe_twice,
)
.needs(&[Ics::PolicyRandomizedLeastUsed]);

fn no_pe_twice(t: &mut Tester) -> Outcome {
    let loads = [0, 0xffff_fff0, 0xffff_fff0, 0xffff_fff0];
    let pes = pool_of(t, loads.map(|load| Policy::RandomizedLeastUsed { load }))?;
    let pu = t.pool_user();

    for _ in 0..50 {
        let listed = list(t, &pu, &pes)?;
        t.check_that(
            R5356_5_4_2_1,
            no_repeats(&listed),
            format!("listed: {listed}"),
        );
    }
    Ok(())
}
