//! Registrars with wrong timers and limits.

use super::settings;
use rspcheck_adapters::fault::Fault;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    settings("beats-three-times-as-often", |config| {
        config.enrp.peer_heartbeat_cycle /= 3;
    }),
    settings("beats-a-third-as-often", |config| {
        config.enrp.peer_heartbeat_cycle *= 3;
    }),
    settings("asks-too-early", |config| {
        config.enrp.max_time_last_heard /= 4;
    }),
    settings("asks-too-late", |config| {
        config.enrp.max_time_last_heard *= 3;
    }),
    settings("waits-no-time-for-an-answer", |config| {
        config.enrp.max_time_no_response /= 20;
    }),
    settings("waits-too-long-for-an-answer", |config| {
        config.enrp.max_time_no_response *= 20;
    }),
    settings("waits-too-long-for-a-table", |config| {
        config.enrp.table_request_timeout *= 20;
    }),
    settings("keeps-downloads-for-ever", |config| {
        config.enrp.table_session_timeout *= 100;
    }),
];
