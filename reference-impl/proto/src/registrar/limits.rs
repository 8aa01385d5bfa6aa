//! Everything a peer can grow, and what happens at the limit.
//!
//! | what | setting and flag | default | beyond it |
//! |---|---|---|---|
//! | pools | `max-pools` | 100 000 | registration rejected, cause 0x6; of a peer: ignored, and audits rarely try again |
//! | PEs | `max-pool-elements` | 1 000 000 | the same |
//! | PEs in one pool | `max-pool-elements-per-pool` | 1 000 000 | the same |
//! | octets of a pool handle | `max-handle-length` | 1024 | the same |
//! | octets of a Pool Element parameter | `max-element-length` | 2048 | the same; a peer's may have 512 more, for its ASAP Transport |
//! | octets of a message | `max-message` | 65 532 | dropped unread; longer than a Length can express: the association is aborted |
//! | associations and TCP connections that PEs and PUs set up | `max-associations` | 65 536 | the new one is aborted; the last sixteenth is for the addresses of PEs; peers and own set-ups have room for `max-peers` and `max-adoptions` each beyond |
//! | those of one address | `max-associations-per-address` | a quarter | the new one is aborted; see `room.rs` |
//! | subscriptions | `max-subscriptions` | 65 536 | answered, not subscribed (A=0) |
//! | subscriptions of one association | `max-subscriptions-per-association` | 4096 | the same |
//! | messages per second of a PE or PU | `max-message-rate` | 200 000 | dropped unread; above twice the rate the association is aborted |
//! | registrations and de-registrations per second of one association | `max-registration-rate` | 50 000 | dropped unread |
//! | reports of unreachable PEs per second of one association | `max-report-rate` | 1000 | dropped unread |
//! | messages per second of a peer | `max-peer-message-rate` | 200 000 | as with PEs and PUs |
//! | ENDPOINT_KEEP_ALIVE that reports provoke at one PE | `keep-alive-gap` | eight, then one a second | the report counts, no KEEP_ALIVE |
//! | other servers heard announcing | `max-servers` | 256 | not counted |
//! | peers | `max-peers` | 256 | its messages are ignored |
//! | addresses of one peer | `max-peer-addresses` | 8 | the others are not remembered |
//! | download sessions | `max-table-sessions` | 16 | TABLE_RESPONSE R=1 |
//! | responses taken of one table | `max-table-parts` | 16 384 | the mentor or peer is left, another mentor asked |
//! | messages waiting for one association to a peer to come up | `max-waiting-messages` | 256 | the message is lost |
//! | associations being set up to PEs; PEs of others asked for a report | `max-adoptions` | 64 | deferred; the report is not followed |
//! | octets waiting for one association | `max-backlog` | 2 MiB | the association is aborted: its peer does not read |
//! | the same for one of a peer, beyond what the stack keeps | `max-peer-backlog` | 16 MiB | the same; once there is a new one, an audit brings the peer up to date |
//!
//! A rate allows one second's worth at once; 0 is no limit. Excess messages are dropped, not rejected: a PE whose
//! registration is rejected must not try again (RFC 5352 §3.1), but after T2 it may; and an answer to each
//! message of a flood would be a flood too (RFC 5355 §2.2, §2.13).
//!
//! Updates to subscribers have no limit here: the registrar makes one limited burst at a time, and a subscriber
//! that does not read it reaches `max-backlog` before the next.
//!
//! Half-open associations cost nothing: over UDP no state is kept between INIT and COOKIE ECHO (a signed cookie
//! carries it, RFC 9260 §5.1.3), and the kernel's stack does the same. The kernel keeps half-open TCP
//! connections, and established ones count as associations.

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table of this file describes each limit")]
pub enum Limit {
    Pools,
    PoolElements,
    PoolElementsPerPool,
    HandleLength,
    ElementLength,
    Message,
    Associations,
    AssociationsPerAddress,
    Subscriptions,
    SubscriptionsPerAssociation,
    MessageRate,
    RegistrationRate,
    ReportRate,
    PeerMessageRate,
    KeepAliveGap,
    Servers,
    Peers,
    PeerAddresses,
    TableSessions,
    WaitingMessages,
    Adoptions,
    TableParts,
    Backlog,
    PeerBacklog,
}

impl Limit {
    /// All limits, in the order of the table.
    pub const ALL: [Self; 24] = [
        Self::Pools,
        Self::PoolElements,
        Self::PoolElementsPerPool,
        Self::HandleLength,
        Self::ElementLength,
        Self::Message,
        Self::Associations,
        Self::AssociationsPerAddress,
        Self::Subscriptions,
        Self::SubscriptionsPerAssociation,
        Self::MessageRate,
        Self::RegistrationRate,
        Self::ReportRate,
        Self::PeerMessageRate,
        Self::KeepAliveGap,
        Self::Servers,
        Self::Peers,
        Self::PeerAddresses,
        Self::TableSessions,
        Self::WaitingMessages,
        Self::Adoptions,
        Self::TableParts,
        Self::Backlog,
        Self::PeerBacklog,
    ];

    /// Returns the key of the setting.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Pools => "max-pools",
            Self::PoolElements => "max-pool-elements",
            Self::PoolElementsPerPool => "max-pool-elements-per-pool",
            Self::HandleLength => "max-handle-length",
            Self::ElementLength => "max-element-length",
            Self::Message => "max-message",
            Self::Associations => "max-associations",
            Self::AssociationsPerAddress => "max-associations-per-address",
            Self::Subscriptions => "max-subscriptions",
            Self::SubscriptionsPerAssociation => "max-subscriptions-per-association",
            Self::MessageRate => "max-message-rate",
            Self::RegistrationRate => "max-registration-rate",
            Self::ReportRate => "max-report-rate",
            Self::PeerMessageRate => "max-peer-message-rate",
            Self::KeepAliveGap => "keep-alive-gap",
            Self::Servers => "max-servers",
            Self::Peers => "max-peers",
            Self::PeerAddresses => "max-peer-addresses",
            Self::TableSessions => "max-table-sessions",
            Self::WaitingMessages => "max-waiting-messages",
            Self::Adoptions => "max-adoptions",
            Self::TableParts => "max-table-parts",
            Self::Backlog => "max-backlog",
            Self::PeerBacklog => "max-peer-backlog",
        }
    }
}

/// Use of a limit, if that is one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitUse {
    /// The limit.
    pub limit: Limit,
    /// Number in use now; none where each pool, association or message has its own.
    pub used: Option<u64>,
    /// Value of the limit, in octets, messages or entries; none for a span of time.
    pub max: Option<u64>,
    /// Number of times that it was reached.
    pub hits: u64,
}

impl From<rsp_handlespace::Full> for Limit {
    fn from(full: rsp_handlespace::Full) -> Self {
        use rsp_handlespace::Full;
        match full {
            Full::Pools => Self::Pools,
            Full::PoolElements => Self::PoolElements,
            Full::Pool => Self::PoolElementsPerPool,
            Full::Element => Self::ElementLength,
        }
    }
}
