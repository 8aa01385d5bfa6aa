//! RFC 5356: pool member selection policies, as a registrar applies them.
//!
//! A request has no number of PEs, so a registrar may list some or all of them (ambiguity T35). The cases
//! hold for both: they judge the order inside a list, and over several responses the PE listed first, which
//! is the one that a PU selects.

use rspcheck_testkit::prelude::*;

mod s3_load_and_weight;
mod s4_1_round_robin;
mod s4_2_weighted_round_robin;
mod s4_3_random;
mod s4_4_weighted_random;
mod s4_5_priority;
mod s5_1_least_used;
mod s5_2_least_used_with_degradation;
mod s5_3_priority_least_used;
mod s5_4_randomized_least_used;
mod s7_policy_types;

/// The sections' cases, in order.
pub const CASES: &[&[Case]] = &[
    s3_load_and_weight::CASES,
    s4_1_round_robin::CASES,
    s4_2_weighted_round_robin::CASES,
    s4_3_random::CASES,
    s4_4_weighted_random::CASES,
    s4_5_priority::CASES,
    s5_1_least_used::CASES,
    s5_2_least_used_with_degradation::CASES,
    s5_3_priority_least_used::CASES,
    s5_4_randomized_least_used::CASES,
    s7_policy_types::CASES,
];
