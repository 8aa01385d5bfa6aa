//! RFC 5352 §2.2.9: forms of ASAP_ENDPOINT_UNREACHABLE. The effects of a report are in
//! `s3_5_unreachable.rs`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNDEFINED_FLAGS_ARE_IGNORED,
    REPORT_WITHOUT_IDENTIFIER_REMOVES_NOBODY,
];

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5352/2.2.9/undefined-flags-are-ignored",
    "A report with every flag set brings a keep-alive like one with all flags clear.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_are_ignored,
);

fn undefined_flags_are_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    t.preamble(|t| t.register(&pe))?;
    // A report without flags must have its effect: this case tests only the flags.
    t.preamble(|t| {
        t.take_all(&pe, ENDPOINT_KEEP_ALIVE);
        report_unreachable(t, &pu, &pe)?;
        asked_at_once(t, &pe, R5352_3_5_6)?;
        t.probe(&pe)
    })?;

    // A registrar may limit the rate of keep-alives (T52).
    let limited = t.latest(Duration::from_secs(1));
    t.pass_time(limited)?;
    rest(t, &pe)?;
    let report = forge::endpoint_unreachable(&pool.0, pe.pe_identifier()).set("flags", 0xff_u8);
    t.send_octets(&pu, &report?.octets())?;
    asked_at_once(t, &pe, R5354_4_8)?;
    Ok(())
}

const REPORT_WITHOUT_IDENTIFIER_REMOVES_NOBODY: Case = registrar(
    "rfc5352/2.2.9/report-without-identifier-removes-nobody",
    "A report without a PE Identifier removes no PE, and the registrar continues to serve.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    report_without_identifier_removes_nobody,
);

fn report_without_identifier_removes_nobody(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.control(|t| t.probe(&pu))?;

    let report = forge::endpoint_unreachable(&pool.0, pe.pe_identifier()).remove("pe-identifier");
    throw(t, &pu, &report?.octets())?;
    serves_on(t, &pu)?;
    t.lists(R5352_3_1_21, &pe, &pool, &[&pe])
}
