//! RFC 5353: Endpoint Handlespace Redundancy Protocol (ENRP).

mod s2_10_error;
mod s2_1_presence;
mod s2_2_handle_table_request;
mod s2_3_handle_table_response;
mod s2_4_handle_update;
mod s2_4_handle_update_malformed;
mod s2_5_list_request;
mod s2_6_list_response;
mod s2_7_init_takeover;
mod s2_8_init_takeover_ack;
mod s2_9_takeover_server;
mod s2_messages;
mod s3_2_2_1_mentor;
mod s3_2_2_2_backups;
mod s3_2_2_2_server_list;
mod s3_2_3_download;
mod s3_2_3_interruptions;
mod s3_2_3_several;
mod s3_3_1_additions;
mod s3_3_1_moves;
mod s3_3_1_origins;
mod s3_3_1_several;
mod s3_3_2_reasons;
mod s3_3_2_removals;
mod s3_4_1_discovery;
mod s3_4_1_restarts;
mod s3_4_1_several;
mod s3_4_2_associations;
mod s3_4_2_heartbeat;
mod s3_4_3_failure;
mod s3_4_3_limits;
mod s3_4_3_several;
mod s3_5_1_acknowledgements;
mod s3_5_1_arbitration;
mod s3_5_1_rivals;
mod s3_5_2_adoption;
mod s3_5_2_consequences;
mod s3_5_2_several;
mod s3_5_2_takeover;
mod s3_6_1_audit;
mod s3_6_1_occasions;
mod s3_6_1_several;
mod s3_6_2_checksum;
mod s3_6_3_interruptions;
mod s3_6_3_resynchronisation;
mod s3_7_unrecognized;
mod s6_2_hostile_peers;
mod s6_2_threats;

use rspcheck_testkit::Case;

/// The sections' cases, in order.
pub const CASES: &[&[Case]] = &[
    s2_messages::CASES,
    s2_1_presence::CASES,
    s2_2_handle_table_request::CASES,
    s2_3_handle_table_response::CASES,
    s2_4_handle_update::CASES,
    s2_4_handle_update_malformed::CASES,
    s2_5_list_request::CASES,
    s2_6_list_response::CASES,
    s2_7_init_takeover::CASES,
    s2_8_init_takeover_ack::CASES,
    s2_9_takeover_server::CASES,
    s2_10_error::CASES,
    s3_2_2_1_mentor::CASES,
    s3_2_2_2_server_list::CASES,
    s3_2_2_2_backups::CASES,
    s3_2_3_download::CASES,
    s3_2_3_interruptions::CASES,
    s3_2_3_several::CASES,
    s3_3_1_additions::CASES,
    s3_3_1_moves::CASES,
    s3_3_1_origins::CASES,
    s3_3_1_several::CASES,
    s3_3_2_removals::CASES,
    s3_3_2_reasons::CASES,
    s3_4_1_discovery::CASES,
    s3_4_1_restarts::CASES,
    s3_4_1_several::CASES,
    s3_4_2_heartbeat::CASES,
    s3_4_2_associations::CASES,
    s3_4_3_failure::CASES,
    s3_4_3_limits::CASES,
    s3_4_3_several::CASES,
    s3_5_1_arbitration::CASES,
    s3_5_1_acknowledgements::CASES,
    s3_5_1_rivals::CASES,
    s3_5_2_takeover::CASES,
    s3_5_2_consequences::CASES,
    s3_5_2_adoption::CASES,
    s3_5_2_several::CASES,
    s3_6_1_audit::CASES,
    s3_6_1_occasions::CASES,
    s3_6_1_several::CASES,
    s3_6_2_checksum::CASES,
    s3_6_3_resynchronisation::CASES,
    s3_6_3_interruptions::CASES,
    s3_7_unrecognized::CASES,
    s6_2_threats::CASES,
    s6_2_hostile_peers::CASES,
];
