//! Settings of ENRP: the thresholds of RFC 5353 §4.2, the timers and limits it leaves open.

use std::net::SocketAddr;
use std::time::Duration;

use super::super::Timer;

/// Settings of the ENRP side of a registrar. The defaults are the RFC's where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Peers that the administrator names: the first is the mentor, the others are its backups (RFC 5353 §3.2.2.1).
    /// With none, the registrar is alone and serves at once.
    pub peers: Vec<SocketAddr>,
    /// PEER-HEARTBEAT-CYCLE: period of ENRP_PRESENCE to all peers.
    pub peer_heartbeat_cycle: Duration,
    /// MAX-TIME-LAST-HEARD: a peer that is silent for longer is probed.
    pub max_time_last_heard: Duration,
    /// MAX-TIME-NO-RESPONSE: time for a peer to answer a probe or an ENRP_LIST_REQUEST.
    pub max_time_no_response: Duration,
    /// Time for a peer to answer an ENRP_HANDLE_TABLE_REQUEST (RFC 5353 §3.2.3; no name, no value there).
    pub table_request_timeout: Duration,
    /// Time for which a mentor keeps a download session for the next request (RFC 5353 §3.2.3; no name, no value
    /// there).
    pub table_session_timeout: Duration,
    /// Pause after a rejection by all mentors, or by a peer that is audited, spread by a second ("a few seconds",
    /// RFC 5353 §3.2.2.2, §3.2.3).
    pub mentor_retry: Duration,
    /// Maximum number of rounds through all mentors before the registrar serves with what it has, and of requests
    /// for a peer's PEs after one PRESENCE.
    pub mentor_rounds: u32,
    /// Period of LIST_REQUESTs to a peer drawn at random, the first one PEER-HEARTBEAT-CYCLE after the
    /// initialization; zero for none. Registrars that start together may each be missing in the list that the
    /// other one got.
    pub peer_list_cycle: Duration,
    /// Maximum number of known peers.
    pub max_peers: usize,
    /// Maximum number of remembered addresses of one peer, the first ones of its Server Information. An
    /// ENRP_LIST_RESPONSE with those of all peers should still fit a message.
    pub max_peer_addresses: usize,
    /// Maximum number of download sessions of other registrars at the same time.
    pub max_table_sessions: usize,
    /// Maximum number of PEs in one ENRP_HANDLE_TABLE_RESPONSE.
    pub max_table_elements: usize,
    /// Maximum number of ENRP_HANDLE_TABLE_RESPONSEs of one table: the download from a peer that always has more
    /// is given up.
    pub max_table_parts: usize,
    /// Maximum number of associations being set up to PEs of a registrar taken over.
    pub max_adoptions: usize,
    /// Maximum number of messages that wait for one association to come up.
    pub max_waiting_messages: usize,
}

impl Config {
    /// Returns how long after an ENRP_HANDLE_TABLE_REQUEST its response may still arrive, or the session of the peer
    /// be open: a peer continues a session within its timeout, or starts again, and an association that is silent for
    /// longer than MAX-TIME-LAST-HEARD is that of a dead peer.
    pub(super) fn patience(&self) -> Duration {
        let session = self.table_session_timeout.saturating_mul(2);
        session.max(self.max_time_last_heard)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            peers: Vec::new(),
            peer_heartbeat_cycle: Timer::PeerHeartbeatCycle.default(),
            max_time_last_heard: Timer::MaxTimeLastHeard.default(),
            max_time_no_response: Timer::MaxTimeNoResponse.default(),
            table_request_timeout: Timer::TableRequestTimeout.default(),
            table_session_timeout: Timer::TableSessionTimeout.default(),
            mentor_retry: Timer::MentorRetry.default(),
            mentor_rounds: 3,
            peer_list_cycle: Timer::PeerListCycle.default(),
            max_peers: 256,
            max_peer_addresses: 8,
            max_table_sessions: 16,
            max_table_elements: 256,
            max_table_parts: 16_384,
            max_adoptions: 64,
            max_waiting_messages: 256,
        }
    }
}
