//! RFC 5355 §2.14.3: floods of keep-alives.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[REPORTS_DO_NOT_MULTIPLY_KEEP_ALIVES];

/// Number of reports.
const FLOOD: usize = 50;
/// Keep-alives that a registrar may send for another reason in that time.
const OTHERS: usize = 10;

const REPORTS_DO_NOT_MULTIPLY_KEEP_ALIVES: Case = registrar(
    "rfc5355/2.14.3/reports-do-not-multiply-keep-alives",
    "A PE that is reported 50 times at once gets at most one keep-alive for each report.",
    &[
        R5355_2_14_3_1, // Keep-alives to a PE are limited.
    ],
    reports_do_not_multiply_keep_alives,
);

fn reports_do_not_multiply_keep_alives(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    t.preamble(|t| t.register(&pe))?;
    for _ in 0..FLOOD {
        report_unreachable(t, &pu, &pe)?;
    }
    t.preamble(|t| {
        t.probe(&pu)?;
        t.pass_time(at_once(t))
    })?;

    let keep_alives = t.take_all(&pe, ENDPOINT_KEEP_ALIVE).len();
    let note = format!("{keep_alives} keep-alives after {FLOOD} reports");
    t.check_that(R5355_2_14_3_1, keep_alives <= FLOOD + OTHERS, note);
    Ok(())
}
