//! Settings of a pool user: the timers and thresholds of RFC 5352 §7 that concern it, the values that the RFC
//! leaves open, and a limit on everything that can grow.

use std::time::Duration;

use super::Carrier;
use crate::hunt::{self, Server};

/// Settings of a [`PoolUser`](super::PoolUser). The defaults are the RFC's where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The registrars, over SCTP or TCP; without any, the pool user finds only announced ones.
    pub registrars: Vec<Server>,
    /// The server hunt: T5-Serverhunt, RETRAN-MAX, T7-ENRPoutdate and its limits.
    pub hunt: hunt::Config,
    /// T1-ENRPrequest (RFC 5352 §7.1): time for a registrar to answer.
    pub t1_enrp_request: Duration,
    /// MAX-REQUEST-RETRANSMIT (RFC 5352 §7.3): number of times that a question is repeated before the pool user
    /// gives it up. An answer or a failure comes after 2 × (1 + this) × T1-ENRPrequest at the latest.
    pub max_request_retransmit: u32,
    /// stale_cache_value (RFC 5352 §7.2, no default there): time for which the cache answers without a new
    /// question; zero asks each time.
    pub stale_cache_value: Duration,
    /// User transports that the caller has; PEs with others are left out.
    pub carriers: Vec<Carrier>,
    /// Maximum time for the set-up to a PE.
    pub set_up_timeout: Duration,
    /// Maximum time for the graceful end of a session.
    pub close_timeout: Duration,
    /// Time for which a PE that failed is chosen only when no other one is left.
    pub avoidance: Duration,
    /// Number of rounds through all PEs of a pool, each after a new resolution, before a session fails.
    pub session_rounds: u32,
    /// Pause before each of these rounds but the first, spread by ±50 %.
    pub session_pause: Duration,
    /// Minimum time between two ENDPOINT_UNREACHABLE about one PE. Sessions that lose it together have met one
    /// event, and RFC 5352 §3.5 requires one report of each.
    pub report_interval: Duration,
    /// Maximum number of pools in the cache.
    pub max_pools: usize,
    /// Maximum number of PEs kept of one pool, the registrar's first ones.
    pub max_pool_elements: usize,
    /// Maximum number of questions and watches of the owner at the same time.
    pub max_requests: usize,
    /// Maximum number of sessions at the same time.
    pub max_sessions: usize,
    /// Maximum number of messages that wait in one session for a PE.
    pub max_queued: usize,
    /// Maximum number of octets that wait in one session for a PE; a message that waits alone may be longer.
    pub max_queued_octets: usize,
    /// Maximum length in octets of a cookie that is kept.
    pub max_cookie: usize,
    /// Maximum number of entries kept of a business card, the first ones.
    pub max_business_card: usize,
    /// Maximum number of reports that wait for a Home ENRP server.
    pub max_reports: usize,
    /// Maximum number of PEs remembered as used or reported.
    pub max_contacts: usize,
    /// Maximum length in octets of an ASAP message that is accepted.
    pub max_message: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            registrars: Vec::new(),
            hunt: hunt::Config::default(),
            t1_enrp_request: Duration::from_secs(15),
            max_request_retransmit: 2,
            stale_cache_value: Duration::from_secs(30),
            carriers: vec![Carrier::Sctp, Carrier::Tcp],
            set_up_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(10),
            avoidance: Duration::from_secs(30),
            session_rounds: 3,
            session_pause: Duration::from_secs(1),
            report_interval: Duration::from_secs(1),
            max_pools: 1024,
            max_pool_elements: 1024,
            max_requests: 4096,
            max_sessions: 4096,
            max_queued: 256,
            max_queued_octets: 1 << 20,
            max_cookie: 65_535,
            max_business_card: 64,
            max_reports: 64,
            max_contacts: 4096,
            max_message: 65_536,
        }
    }
}
