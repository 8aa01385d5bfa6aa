//! What a pool user can be told: the timers and thresholds of RFC 5352 §7 that concern it, the values the
//! RFC leaves open, and a limit on everything that can grow.

use std::time::Duration;

use super::Carrier;
use crate::hunt::{self, Server};

/// Settings of a [`PoolUser`](super::PoolUser). The defaults are the RFC's where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The registrars, over SCTP or TCP; none if announcements tell of them.
    pub registrars: Vec<Server>,
    /// The server hunt: T5-Serverhunt, RETRAN-MAX, T7-ENRPoutdate and its limits.
    pub hunt: hunt::Config,
    /// T1-ENRPrequest (RFC 5352 §7.1): how long a registrar has for an answer.
    pub t1_enrp_request: Duration,
    /// MAX-REQUEST-RETRANSMIT (RFC 5352 §7.3): how often a question is repeated before it is given up. An
    /// answer or a failure comes after 2 × (1 + this) × T1-ENRPrequest at the latest.
    pub max_request_retransmit: u32,
    /// stale_cache_value (RFC 5352 §7.2, no default there): how long an answer is used without asking again;
    /// zero asks each time.
    pub stale_cache_value: Duration,
    /// User transports that can be used; PEs with others are left out.
    pub carriers: Vec<Carrier>,
    /// How long the set-up to a PE may take.
    pub set_up_timeout: Duration,
    /// How long the graceful end of a session may take.
    pub close_timeout: Duration,
    /// How long a PE that failed is only chosen when no other one is left.
    pub avoidance: Duration,
    /// How often all PEs of a pool are tried, each time after a new resolution, before a session fails.
    pub session_rounds: u32,
    /// Pause before each of these rounds but the first, spread by ±50 %.
    pub session_pause: Duration,
    /// Shortest time between two ENDPOINT_UNREACHABLE about one PE: sessions that lose it together have met
    /// one event, and RFC 5352 §3.5 wants one report of each.
    pub report_interval: Duration,
    /// Pools in the cache.
    pub max_pools: usize,
    /// PEs kept of one pool, the registrar's first ones.
    pub max_pool_elements: usize,
    /// Questions and watches of the owner at the same time.
    pub max_requests: usize,
    /// Sessions at the same time.
    pub max_sessions: usize,
    /// Messages that may wait in one session for a PE.
    pub max_queued: usize,
    /// Octets that may wait in one session for a PE.
    pub max_queued_octets: usize,
    /// Octets of a cookie kept; a longer one is not.
    pub max_cookie: usize,
    /// Entries of a business card kept, the first ones.
    pub max_business_card: usize,
    /// Reports that wait for a Home ENRP server.
    pub max_reports: usize,
    /// PEs remembered as talked to or reported.
    pub max_contacts: usize,
    /// Octets of an ASAP message taken.
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
