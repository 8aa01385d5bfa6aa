//! Settings of a registrar: the timers and thresholds of RFC 5352 §7 that concern it, the values that the RFC
//! leaves open, and a limit on everything that a peer can grow; the table of the limits is in `limits.rs`.

use std::num::NonZeroU32;
use std::time::Duration;

use super::Timer;

/// Settings of a [`Registrar`](super::Registrar). The defaults are the RFC's where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The server identifier; drawn from the seed when absent (RFC 5353 §3.2.1: random, not 0).
    pub id: Option<NonZeroU32>,
    /// T6-Serverannounce (RFC 5352 §7.1): the period of announcements is (N+1) times this, with N other
    /// registrars heard.
    pub t6_serverannounce: Duration,
    /// MAX-BAD-PE-REPORT (RFC 5352 §3.5, no default there): a PE is removed when it is reported more often.
    pub max_bad_pe_report: u32,
    /// Period of ENDPOINT_KEEP_ALIVE to each owned PE, spread by ±50 % (RFC 5352 §3.5). Zero sends only those
    /// that reports provoke. The RFC has no value.
    pub keep_alive_interval: Duration,
    /// Time for a PE to send its ACK, and for one without an association to come back.
    pub keep_alive_timeout: Duration,
    /// Minimum time between two ENDPOINT_KEEP_ALIVEs that reports provoke at one PE, after the first eight (RFC
    /// 5355 §2.14.3: limit their frequency).
    pub keep_alive_gap: Duration,
    /// Time without a message after which the TCP connection of a PU ends; zero for no end.
    pub tcp_idle: Duration,
    /// Maximum number of PEs in a HANDLE_RESOLUTION_RESPONSE. RFC 5352 §3.3 requires all of them; a pool up to
    /// this size is listed whole, a larger one by the part that its policy prefers.
    pub max_items: usize,
    /// Minimum time between two updates of one pool to its subscribers; zero declines subscriptions (A=0).
    pub update_interval: Duration,
    /// True if the addresses of a PE must be addresses of its association (RFC 5352 §2.2.1).
    pub check_addresses: bool,
    /// Maximum number of pools.
    pub max_pools: usize,
    /// Maximum number of PEs in all pools together.
    pub max_pool_elements: usize,
    /// Maximum number of PEs in one pool.
    pub max_pool_elements_per_pool: usize,
    /// Maximum length of a pool handle in octets.
    pub max_handle_length: usize,
    /// Maximum length in octets of the Pool Element parameter of a registration.
    pub max_element_length: usize,
    /// Maximum number of associations and TCP connections that PEs and PUs set up. Those of peers, and those that
    /// this registrar sets up itself, have [`all_associations`](Self::all_associations) less these.
    pub max_associations: usize,
    /// The same for one source address; the first 64 bits of an IPv6 address are one. None for a quarter. Of the
    /// [`max_tcp_connections`](Self::max_tcp_connections), one address may have the same part.
    pub max_associations_per_address: Option<usize>,
    /// Number of TCP connections that the stack accepts, which limits the share of one address in them.
    pub max_tcp_connections: usize,
    /// Maximum number of subscriptions (pool and association) together.
    pub max_subscriptions: usize,
    /// Maximum number of subscriptions of one association.
    pub max_subscriptions_per_association: usize,
    /// Messages per second over one association of a PE or PU, one second's worth at once; 0 for no limit.
    /// A caller that drives the engine without letting time pass sets 0.
    pub max_message_rate: u32,
    /// Registrations and de-registrations per second over one association; 0 for no limit.
    pub max_registration_rate: u32,
    /// Reports of unreachable PEs per second over one association; 0 for no limit.
    pub max_report_rate: u32,
    /// Messages per second over one association of a peer; 0 for no limit.
    pub max_peer_message_rate: u32,
    /// Maximum length of a message in octets, in both directions.
    pub max_message: usize,
    /// Maximum number of other registrars remembered from their announcements.
    pub max_servers: usize,
    /// ENRP: mentors, thresholds, limits.
    pub enrp: super::enrp::Config,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            id: None,
            t6_serverannounce: Timer::T6Serverannounce.default(),
            max_bad_pe_report: 3,
            keep_alive_interval: Timer::KeepAliveInterval.default(),
            keep_alive_timeout: Timer::KeepAliveTimeout.default(),
            keep_alive_gap: Timer::KeepAliveGap.default(),
            tcp_idle: Timer::TcpIdle.default(),
            max_items: 32,
            update_interval: Timer::UpdateInterval.default(),
            check_addresses: true,
            max_pools: 100_000,
            max_pool_elements: 1_000_000,
            max_pool_elements_per_pool: 1_000_000,
            max_handle_length: 1024,
            max_element_length: 2048,
            max_associations: 65_536,
            max_associations_per_address: None,
            max_tcp_connections: 65_536,
            max_subscriptions: 65_536,
            max_subscriptions_per_association: 4096,
            max_message_rate: 200_000,
            max_registration_rate: 50_000,
            max_report_rate: 1000,
            max_peer_message_rate: 200_000,
            max_message: 65_532,
            max_servers: 256,
            enrp: super::enrp::Config::default(),
        }
    }
}

impl Config {
    /// Returns the maximum number of associations that peers set up. This registrar sets up as many itself, to peers
    /// and to PEs that it adopts.
    pub fn peer_associations(&self) -> usize {
        self.enrp.max_peers.saturating_add(self.enrp.max_adoptions)
    }

    /// Returns the maximum number of associations of all kinds: those of PEs and PUs, those that peers set up, and
    /// its own, so that none shuts the others out (RFC 5355 §2.13.2).
    pub fn all_associations(&self) -> usize {
        self.max_associations
            .saturating_add(self.peer_associations())
            .saturating_add(self.peer_associations())
    }
}
