//! RFC 5352: Aggregate Server Access Protocol (ASAP).

mod s2_2_10_server_announce_message;
mod s2_2_14_error_message;
mod s2_2_1_registration_message;
mod s2_2_2_deregistration_message;
mod s2_2_3_registration_response;
mod s2_2_4_deregistration_response;
mod s2_2_5_handle_resolution;
mod s2_2_6_handle_resolution_response;
mod s2_2_7_keep_alive_message;
mod s2_2_9_unreachable_message;
mod s3_1_registration;
mod s3_1_registration_rejected;
mod s3_1_registration_values;
mod s3_1_reregistration;
mod s3_2_deregistration;
mod s3_3_handle_resolution;
mod s3_4_keep_alive;
mod s3_5_foreign_report;
mod s3_5_periodic_keep_alive;
mod s3_5_unreachable;
mod s3_6_server_announce;
mod s4_message_roles;
mod s5_transport;

use rspcheck_testkit::Case;

/// The sections' cases, in order.
pub const CASES: &[&[Case]] = &[
    s2_2_1_registration_message::CASES,
    s2_2_2_deregistration_message::CASES,
    s2_2_3_registration_response::CASES,
    s2_2_4_deregistration_response::CASES,
    s2_2_5_handle_resolution::CASES,
    s2_2_6_handle_resolution_response::CASES,
    s2_2_7_keep_alive_message::CASES,
    s2_2_9_unreachable_message::CASES,
    s2_2_10_server_announce_message::CASES,
    s2_2_14_error_message::CASES,
    s3_1_registration::CASES,
    s3_1_registration_rejected::CASES,
    s3_1_reregistration::CASES,
    s3_1_registration_values::CASES,
    s3_2_deregistration::CASES,
    s3_3_handle_resolution::CASES,
    s3_4_keep_alive::CASES,
    s3_5_periodic_keep_alive::CASES,
    s3_5_unreachable::CASES,
    s3_5_foreign_report::CASES,
    s3_6_server_announce::CASES,
    s4_message_roles::CASES,
    s5_transport::CASES,
];
