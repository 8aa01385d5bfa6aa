//! RFC 5355 §2.13.3: floods of reports of unreachable PEs.

use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[FLOOD_OF_REPORTS];

/// Number of reports.
const FLOOD: usize = 200;

const FLOOD_OF_REPORTS: Case = registrar(
    "rfc5355/2.13.3/flood-of-reports",
    "A PU that reports 200 unknown PEs does not keep others from registering and resolving.",
    &[
        R5355_2_13_3_2, // A flood of reports does not end the service.
    ],
    flood_of_reports,
);

fn flood_of_reports(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let (first, second) = (t.pool_element(&pool), t.pool_element(&pool));
    let (pu, flooder) = (t.pool_user(), t.pool_user());
    t.preamble(|t| {
        t.register(&first)?;
        t.probe(&pu)
    })?;
    for _ in 0..FLOOD {
        let unknown = t.random_identifier();
        t.send(&flooder, forge::endpoint_unreachable(&pool.0, unknown))?;
    }

    let response = t.answered(R5355_2_13_3_2, |t| t.register_response(&second))?;
    t.granted(&[R5355_2_13_3_2], &response);
    t.lists(R5355_2_13_3_2, &pu, &pool, &[&first, &second])
}
