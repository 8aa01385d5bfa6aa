//! RFC 5355: threats and the requirements that follow from them, as far as they can be seen without TLS.

mod s2_13_3_reports;
mod s2_14_3_keep_alives;
mod s2_1_3_registrations;

use rspcheck_testkit::Case;

/// The sections' cases, in order.
pub const CASES: &[&[Case]] = &[
    s2_1_3_registrations::CASES,
    s2_13_3_reports::CASES,
    s2_14_3_keep_alives::CASES,
];
