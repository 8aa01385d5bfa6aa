//! RFC 5354: parameters and the common message format, seen from a registrar's ASAP side.

mod s3_12_error_causes;
mod s3_3_dccp_transport;
mod s3_7_udp_lite_transport;
mod s3_9_pool_handle;
mod s3_action_bits;
mod s3_padding;
mod s3_unknown_parameters;
mod s4_malformed;
mod s4_messages;

use rspcheck_testkit::Case;

/// The sections' cases, in order.
pub const CASES: &[&[Case]] = &[
    s3_unknown_parameters::CASES,
    s3_action_bits::CASES,
    s3_padding::CASES,
    s3_3_dccp_transport::CASES,
    s3_7_udp_lite_transport::CASES,
    s3_9_pool_handle::CASES,
    s3_12_error_causes::CASES,
    s4_messages::CASES,
    s4_malformed::CASES,
];
