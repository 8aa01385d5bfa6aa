//! The snapshot: the content of the JSON answer.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_handlespace::{Handlespace, PeKey, Pool};
use rsp_proto::registrar::{Counters, Limit, LimitUse, PerCause, Registrar};
use rsp_wire::asap::MessageType;
use rsp_wire::{Policy, PolicyType, ServerId, Transport};
use serde::{Deserialize, Serialize};

use super::{MAX_LISTED, Request};
use crate::policy::{self, Amount};
use crate::registrar::RegistrarDriver;

/// The value of the `format` field. Under this name fields may be added, but none is changed or removed.
pub const FORMAT: &str = "rserpool-status/1";

/// A registrar at one moment. Identifiers are hexadecimal text, spans are seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are the format, and their names explain them"
)]
pub struct Status {
    /// [`FORMAT`].
    pub format: String,
    pub version: String,
    pub id: String,
    /// `Serving`, or the state of the start-up: `Listing`, `Downloading`, `Pausing`.
    pub state: String,
    pub uptime: f64,
    pub endpoints: Endpoints,
    pub totals: Totals,
    /// PE checksum over this registrar's own PEs (RFC 5353 §3.6.2).
    pub checksum: String,
    /// Every registrar that PEs have as their Home, this one included.
    pub owners: Vec<Owner>,
    pub peers: Vec<Peer>,
    /// Open downloads by peers.
    pub table_sessions: Vec<Session>,
    pub limits: Vec<LimitState>,
    pub counters: Numbers,
    /// The first pools in the order of their handles, or the requested one.
    pub pools: Vec<PoolState>,
}

/// The endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the flags")]
pub struct Endpoints {
    pub asap: Vec<SocketAddr>,
    pub tcp: Option<SocketAddr>,
    pub enrp: Vec<SocketAddr>,
    pub announce: Vec<SocketAddr>,
}

/// The totals, which include what is not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub struct Totals {
    pub pools: usize,
    pub pool_elements: usize,
    /// PEs that have this registrar as their Home.
    pub own_pool_elements: usize,
    pub associations_sctp: usize,
    pub associations_tcp: usize,
    pub associations_enrp: usize,
    pub subscriptions: usize,
    /// The pools and PEs in `pools`.
    pub pools_listed: usize,
    pub pool_elements_listed: usize,
}

/// A Home ENRP server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub struct Owner {
    pub id: String,
    pub pool_elements: usize,
    pub checksum: String,
}

/// A peer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub struct Peer {
    pub id: String,
    /// `Active`, `Probed`, `Dead`, `NotActive`.
    pub state: String,
    pub addresses: Vec<SocketAddr>,
    /// True if an association to it is up.
    pub connected: bool,
    /// Time since its last message.
    pub silent: f64,
    pub pool_elements: usize,
    /// The checksum of this registrar over the peer's PEs.
    pub checksum: String,
    pub in_audit: bool,
}

/// A download by a peer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub struct Session {
    pub peer: String,
    pub own_only: bool,
    /// Time that it still waits for the next request.
    pub remaining: f64,
}

/// A limit with its use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitState {
    /// The setting.
    pub key: String,
    /// In use; null for a limit per association, pool or message.
    pub used: Option<u64>,
    /// The limit; null for none.
    pub max: Option<u64>,
    /// Number of times that it was reached.
    pub hits: u64,
}

/// The counters, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub struct Numbers {
    pub asap_in: BTreeMap<String, u64>,
    pub asap_out: BTreeMap<String, u64>,
    pub enrp_in: BTreeMap<String, u64>,
    pub enrp_out: BTreeMap<String, u64>,
    /// Error causes sent, by name.
    pub registrations_rejected: BTreeMap<String, u64>,
    pub deregistrations_refused: BTreeMap<String, u64>,
    pub resolutions_refused: BTreeMap<String, u64>,
    /// PEs that left, by reason.
    pub departed: BTreeMap<String, u64>,
    /// The counters of events; the Prometheus text explains them.
    pub events: BTreeMap<String, u64>,
}

/// A pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub struct PoolState {
    /// The pool handle: text if it is printable, else hexadecimal.
    pub handle: String,
    /// The octets of the pool handle, in hexadecimal.
    pub octets: String,
    pub policy: String,
    pub transport: String,
    pub pool_elements: usize,
    /// The listed PEs, in the order of their identifiers.
    pub listed: Vec<ElementState>,
}

/// A PE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub struct ElementState {
    pub id: String,
    pub home: String,
    pub policy: String,
    pub user_transport: String,
    pub asap_transport: Option<String>,
    /// The rest of the registration life; null for an infinite one.
    pub remaining: Option<f64>,
}

type Event = (&'static str, &'static str, fn(&Counters) -> u64);

/// The counters of events: name, explanation, value.
pub(super) const EVENTS: [Event; 26] = [
    ("registrations", "New PEs registered", |c| c.registered),
    ("reregistrations", "Known PEs registered again", |c| {
        c.reregistered
    }),
    ("associations", "Associations that came up", |c| {
        c.associations
    }),
    (
        "idle",
        "TCP connections shut down because they were idle",
        |c| c.idle,
    ),
    ("malformed", "Malformed messages", |c| c.malformed),
    (
        "parameters_reported",
        "Messages with unknown parameters that were reported",
        |c| c.parameters_reported,
    ),
    (
        "errors_reported",
        "ASAP_ERROR and ENRP_ERROR received",
        |c| c.errors_reported,
    ),
    (
        "out_of_place",
        "Messages that a registrar does not accept",
        |c| c.out_of_place,
    ),
    (
        "not_sent",
        "Messages not sent, as they do not fit their format",
        |c| c.not_sent,
    ),
    ("announcements", "SERVER_ANNOUNCE sent", |c| c.announcements),
    (
        "bad_datagrams",
        "Datagrams of the multicast channel without an announcement",
        |c| c.bad_datagrams,
    ),
    ("reports", "Reports of unreachable PEs", |c| c.reports),
    ("updates", "Updates sent to subscribers", |c| c.updates),
    ("keep_alives", "ENDPOINT_KEEP_ALIVE sent", |c| {
        c.asap_out.of(MessageType::ENDPOINT_KEEP_ALIVE.0)
    }),
    ("peers_found", "Peers found", |c| c.peers_found),
    ("peers_probed", "Silent peers probed", |c| c.peers_probed),
    ("peers_dead", "Peers considered dead", |c| c.peers_dead),
    ("takeovers", "Takeovers by any registrar", |c| c.takeovers),
    (
        "elements_taken_over",
        "PEs that changed their Home by takeovers",
        |c| c.elements_taken_over,
    ),
    ("audits", "Audits started, as a checksum differs", |c| {
        c.audits
    }),
    ("audits_done", "Audits completed", |c| c.audits_done),
    ("audits_failed", "Audits that failed", |c| c.audits_failed),
    ("elements_purged", "PEs purged by audits", |c| {
        c.elements_purged
    }),
    ("table_parts", "Table requests answered", |c| c.table_parts),
    (
        "sessions_expired",
        "Downloads that the peer did not finish",
        |c| c.sessions_expired,
    ),
    ("flooded", "Messages dropped for their rate", |c| {
        let rates = [
            Limit::MessageRate,
            Limit::RegistrationRate,
            Limit::ReportRate,
            Limit::PeerMessageRate,
        ];
        rates.into_iter().map(|limit| c.hits(limit)).sum()
    }),
];

impl Status {
    /// Takes a snapshot.
    ///
    /// # Errors
    /// The requested pool does not exist; the text is for the requester.
    pub fn of(driver: &RegistrarDriver, now: Duration, request: &Request) -> Result<Self, String> {
        let engine = driver.engine();
        let space = engine.handlespace();
        let limit = request.limit.min(MAX_LISTED);
        let pools = match &request.pool {
            Some(text) => vec![find(space, text).ok_or_else(|| format!("no pool `{text}`"))?],
            None => space.first_pools(limit),
        };
        let mut room = limit;
        let pools: Vec<PoolState> = pools
            .into_iter()
            .map(|pool| pool_state(space, pool, now, &mut room))
            .collect();
        let owners: Vec<Owner> = space
            .owners()
            .map(|(id, pool_elements, checksum)| Owner {
                id: id.to_string(),
                pool_elements,
                checksum: checksum_text(checksum),
            })
            .collect();
        Ok(Self {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            id: engine.id().to_string(),
            state: engine.start_up_state().to_owned(),
            uptime: now.as_secs_f64(),
            endpoints: Endpoints {
                asap: driver.asap_addrs().to_vec(),
                tcp: driver.tcp_addr(),
                enrp: driver.enrp_addrs().unwrap_or_default().to_vec(),
                announce: driver.announcement_groups().collect(),
            },
            totals: totals(engine, &pools),
            checksum: checksum_text(space.checksum(engine.id())),
            owners,
            peers: peers(engine, now),
            table_sessions: sessions(engine, now),
            limits: limits(driver),
            counters: numbers(engine.counters()),
            pools,
        })
    }
}

fn totals(engine: &Registrar, pools: &[PoolState]) -> Totals {
    let space = engine.handlespace();
    let associations = engine.association_counts();
    Totals {
        pools: space.pool_count(),
        pool_elements: space.len(),
        own_pool_elements: owned(space, engine.id()),
        associations_sctp: associations.sctp,
        associations_tcp: associations.tcp,
        associations_enrp: associations.enrp,
        subscriptions: engine.subscriptions(),
        pools_listed: pools.len(),
        pool_elements_listed: pools.iter().map(|pool| pool.listed.len()).sum(),
    }
}

fn owned(space: &Handlespace, id: ServerId) -> usize {
    let found = space.owners().find(|&(owner, _, _)| owner == id);
    found.map_or(0, |(_, elements, _)| elements)
}

fn peers(engine: &Registrar, now: Duration) -> Vec<Peer> {
    let space = engine.handlespace();
    let peers = engine.peer_views().map(|peer| Peer {
        id: peer.id.to_string(),
        state: peer.state.to_owned(),
        addresses: peer.addrs,
        connected: peer.connected,
        silent: now.saturating_sub(peer.last_heard).as_secs_f64(),
        pool_elements: owned(space, peer.id),
        checksum: checksum_text(space.checksum(peer.id)),
        in_audit: peer.in_audit,
    });
    peers.collect()
}

fn sessions(engine: &Registrar, now: Duration) -> Vec<Session> {
    let sessions = engine.session_views().map(|session| Session {
        peer: session.peer.to_string(),
        own_only: session.own_only,
        remaining: session.until.saturating_sub(now).as_secs_f64(),
    });
    sessions.collect()
}

fn limits(driver: &RegistrarDriver) -> Vec<LimitState> {
    let backlogs = driver.backlogs();
    let backlogs = [
        (Limit::Backlog, backlogs.asap),
        (Limit::PeerBacklog, backlogs.enrp),
    ];
    let backlogs = backlogs.map(|(limit, backlog)| LimitUse {
        limit,
        used: None,
        max: Some(backlog.max as u64),
        hits: backlog.hits,
    });
    let all = driver.engine().limits().chain(backlogs);
    // The stack refuses what would be too much for its own tables before the engine sees it.
    let refused = |limit| match limit == Limit::Associations {
        true => driver.refused(),
        false => 0,
    };
    let states = all.map(|limit| LimitState {
        key: limit.limit.key().to_owned(),
        used: limit.used,
        max: limit.max,
        hits: limit.hits + refused(limit.limit),
    });
    states.collect()
}

fn numbers(counters: &Counters) -> Numbers {
    let named = |types: &mut dyn Iterator<Item = (&'static str, u64)>| {
        types.map(|(name, n)| (name.to_owned(), n)).collect()
    };
    let causes = |causes: &PerCause| {
        let given = causes.iter().filter(|&(_, count)| count > 0);
        given.map(|(cause, n)| (cause.to_string(), n)).collect()
    };
    let events = EVENTS.iter();
    Numbers {
        asap_in: named(&mut counters.asap_in.asap()),
        asap_out: named(&mut counters.asap_out.asap()),
        enrp_in: named(&mut counters.enrp_in.enrp()),
        enrp_out: named(&mut counters.enrp_out.enrp()),
        registrations_rejected: causes(&counters.registrations_rejected),
        deregistrations_refused: causes(&counters.deregistrations_refused),
        resolutions_refused: causes(&counters.resolutions_refused),
        departed: named(&mut counters.departed.iter().map(|(how, n)| (how.name(), n))),
        events: events
            .map(|(name, _, number)| ((*name).to_owned(), number(counters)))
            .collect(),
    }
}

fn find<'a>(space: &'a Handlespace, text: &str) -> Option<&'a Pool> {
    space.pool(text.as_bytes()).or_else(|| {
        let digits = text.strip_prefix("0x")?;
        let pairs = digits.as_bytes().chunks(2);
        let octets: Option<Vec<u8>> = pairs
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        space.pool(&octets?)
    })
}

fn pool_state(space: &Handlespace, pool: &Pool, now: Duration, room: &mut usize) -> PoolState {
    let octets = pool.handle().as_octets();
    let mut keys: Vec<PeKey> = space.places(octets).take(*room).collect();
    *room -= keys.len();
    keys.sort_by_key(|&key| space.encoded(key).map(|element| element.identifier()));
    let listed = keys.into_iter();
    PoolState {
        handle: pool.handle().to_string(),
        octets: rsp_wire::text::hex(octets),
        policy: policy_name(pool.policy().policy_type()),
        transport: transport_name(pool.transport()).to_owned(),
        pool_elements: pool.len(),
        listed: listed
            .filter_map(|key| element_state(space, key, now))
            .collect(),
    }
}

fn element_state(space: &Handlespace, key: PeKey, now: Duration) -> Option<ElementState> {
    let element = space.element(key)?;
    let remaining = space.expires(key).map(|at| at.saturating_sub(now));
    let asap_transport = element.asap_transport.map(Transport::from);
    Some(ElementState {
        id: element.identifier.to_string(),
        home: element.home.to_string(),
        policy: policy_text(&element.policy),
        user_transport: transport_text(&element.user_transport),
        asap_transport: asap_transport.as_ref().map(transport_text),
        remaining: remaining.map(|left| left.as_secs_f64()),
    })
}

fn policy_name(policy: PolicyType) -> String {
    match policy::Names::of(policy) {
        Some(names) => names.title.to_owned(),
        None => format!("policy {:#010x}", policy.0),
    }
}

fn policy_text(policy: &Policy) -> String {
    let name = policy_name(policy.policy_type());
    if let Policy::Priority { priority } = policy {
        return format!("{name} {priority}");
    }
    let amounts = policy::amounts(policy).into_iter();
    amounts.fold(name, |text, (name, amount)| match amount {
        Amount::Number(number) => format!("{text}, {name} {number}"),
        Amount::Percent(percent) => format!("{text}, {name} {percent:.1} %"),
    })
}

const fn transport_name(transport: &Transport) -> &'static str {
    match transport {
        Transport::Dccp(_) => "dccp",
        Transport::Sctp(_) => "sctp",
        Transport::Tcp(_) => "tcp",
        Transport::Udp(_) => "udp",
        Transport::UdpLite(_) => "udp-lite",
        Transport::Opaque(_) => "opaque",
    }
}

fn transport_text(transport: &Transport) -> String {
    let name = transport_name(transport);
    let Some(port) = transport.port() else {
        return name.to_owned();
    };
    let addresses: Vec<String> = transport
        .addresses()
        .map(|ip| SocketAddr::new(ip, port).to_string())
        .collect();
    format!("{name}://{}", addresses.join(","))
}

fn checksum_text(checksum: u16) -> String {
    format!("{checksum:#06x}")
}
