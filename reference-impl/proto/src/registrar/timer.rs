//! The registrar's timers: names, defaults, and where each one's setting is.
//!
//! | timer | default | what ends with it |
//! |---|---|---|
//! | T6-Serverannounce | 1 s | pause between two SERVER_ANNOUNCEs, times one more than the registrars heard |
//! | PEER-HEARTBEAT-CYCLE | 30 s | pause between two PRESENCEs to all peers, and between two INIT_TAKEOVERs |
//! | MAX-TIME-LAST-HEARD | 61 s | silence of a peer before it is probed |
//! | MAX-TIME-NO-RESPONSE | 5 s | time of a peer to answer a probe or a LIST_REQUEST |
//! | keep-alive-interval | 30 s ± 50 % | pause between two ENDPOINT_KEEP_ALIVEs to a PE |
//! | keep-alive-timeout | 15 s | time of a PE to answer, to come back, or to be reached |
//! | keep-alive-gap | 1 s | pause between two ENDPOINT_KEEP_ALIVEs that reports provoke |
//! | tcp-idle | 5 min | TCP connection of a PU without a message |
//! | update-interval | 1 s | pause between two updates of one pool to its subscribers |
//! | table-request-timeout | 5 s | time of a peer to answer a HANDLE_TABLE_REQUEST |
//! | table-session-timeout | 10 s | time of a peer to continue its download |
//! | mentor-retry | 3 s + up to 1 s | pause after a rejected request |
//! | peer-list-cycle | 300 s | pause between two LIST_REQUESTs to peers |
//!
//! The registration life is not among them: each PE brings its own, and the handlespace keeps it.

use std::time::Duration;

use super::Config;

/// One timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// T6-Serverannounce (RFC 5352 §7.1).
    T6Serverannounce,
    /// PEER-HEARTBEAT-CYCLE (RFC 5353 §4.2).
    PeerHeartbeatCycle,
    /// MAX-TIME-LAST-HEARD (RFC 5353 §4.2).
    MaxTimeLastHeard,
    /// MAX-TIME-NO-RESPONSE (RFC 5353 §4.2).
    MaxTimeNoResponse,
    /// Period of ENDPOINT_KEEP_ALIVE (RFC 5352 §3.5, without a name and a value).
    KeepAliveInterval,
    /// Time for ENDPOINT_KEEP_ALIVE_ACK (RFC 5352 §3.5, without a name and a value).
    KeepAliveTimeout,
    /// Limit on provoked ENDPOINT_KEEP_ALIVEs (RFC 5355 §2.14.3).
    KeepAliveGap,
    /// Time without a message after which a TCP connection ends. The RFCs have none.
    TcpIdle,
    /// Limit on updates to subscribers.
    UpdateInterval,
    /// Time for HANDLE_TABLE_RESPONSE (RFC 5353 §3.2.3, without a name and a value).
    TableRequestTimeout,
    /// Time for the next HANDLE_TABLE_REQUEST (RFC 5353 §3.2.3, without a name and a value).
    TableSessionTimeout,
    /// "A few seconds" (RFC 5353 §3.2.2.2, §3.2.3).
    MentorRetry,
    /// Period of LIST_REQUEST. The RFC has none.
    PeerListCycle,
}

impl Timer {
    /// Returns the default.
    pub const fn default(self) -> Duration {
        Duration::from_secs(match self {
            Self::T6Serverannounce => 1,
            Self::PeerHeartbeatCycle => 30,
            Self::MaxTimeLastHeard => 61,
            Self::MaxTimeNoResponse => 5,
            Self::KeepAliveInterval => 30,
            Self::KeepAliveTimeout => 15,
            Self::KeepAliveGap => 1,
            Self::TcpIdle => 300,
            Self::UpdateInterval => 1,
            Self::TableRequestTimeout => 5,
            Self::TableSessionTimeout => 10,
            Self::MentorRetry => 3,
            Self::PeerListCycle => 300,
        })
    }
}

impl Config {
    /// Returns how long a timer runs.
    pub const fn span(&self, timer: Timer) -> Duration {
        match timer {
            Timer::T6Serverannounce => self.t6_serverannounce,
            Timer::PeerHeartbeatCycle => self.enrp.peer_heartbeat_cycle,
            Timer::MaxTimeLastHeard => self.enrp.max_time_last_heard,
            Timer::MaxTimeNoResponse => self.enrp.max_time_no_response,
            Timer::KeepAliveInterval => self.keep_alive_interval,
            Timer::KeepAliveTimeout => self.keep_alive_timeout,
            Timer::KeepAliveGap => self.keep_alive_gap,
            Timer::TcpIdle => self.tcp_idle,
            Timer::UpdateInterval => self.update_interval,
            Timer::TableRequestTimeout => self.enrp.table_request_timeout,
            Timer::TableSessionTimeout => self.enrp.table_session_timeout,
            Timer::MentorRetry => self.enrp.mentor_retry,
            Timer::PeerListCycle => self.enrp.peer_list_cycle,
        }
    }

    /// Returns the deadline of a timer that starts at `now`.
    pub(super) fn deadline(&self, timer: Timer, now: Duration) -> Duration {
        now.saturating_add(self.span(timer))
    }
}
