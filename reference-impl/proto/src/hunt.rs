//! The hunt for a Home ENRP server (RFC 5352 §3.6), the same for pool elements and pool users.
//!
//! ```text
//!            start (SH1, SH2: T5)           a set-up comes up (SH3): Found, the others are aborted
//!   Idle ──────────────────────────► Hunting ─────────────────────────────────────────────► Idle
//!    ▲                               │ │ ▲ ▲
//!    └──────────── stop ─────────────┘ │ │ └── T5 (SH5): doubled, set-ups aborted, next round
//!                                      │ └──── a set-up fails (SH4), an announcement: next address
//!                                      └────── at most three set-ups at a time
//! ```
//!
//! The hunt knows neither engine. Its functions return [`Step`]s: the engine turns [`Step::Connect`] and
//! [`Step::Abort`] into its own outputs and takes the association of [`Step::Found`] as its new Home. The engine
//! passes every `Dialled`, `Up` and `Down` to the hunt; those of other associations yield no step.
//!
//! Readings where the RFC is open:
//! - SH1 and SH4 together: a round has at most three set-ups under way at any time; a set-up that fails makes
//!   room for the next address. Each server is dialled once in a round, those dialled least in this hunt first.
//! - "A different ENRP server": the server whose failure began the hunt is dialled in the first round only when
//!   nothing else is left to try, and from the second round on like all others. Without this a PE with one
//!   configured registrar would never find it again.
//! - A server that failed in this round and is announced after a silence of T7 counts as new: it has come (back).
//! - SH3 resets T5 as soon as an association is up. A registrar that accepts associations and drops them must not
//!   make the hunt dial in a tight loop. So a server that was found but has not [answered](Hunt::answered) is not
//!   dialled again until T5 after it was dialled; a server that has answered, until 1 s after.
//! - T7-ENRPoutdate runs for a Transport parameter as a whole. An announced transport that shares an address with
//!   a configured one is treated as the configured one, and never expires.
//! - A registrar that set up the association itself and became the Home (KEEP_ALIVE with H=1) is a known server.
//!   The last such callers stay in the list, without T7: when every configured registrar is gone, only they may
//!   be left.
//! - An announcement without transports means SCTP at its source address and port 3863, whatever port it came
//!   from.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use rsp_wire::ServerId;
use rsp_wire::asap::{self, AnnouncedTransport};

use crate::{Assoc, Dial};

/// The port of ASAP over SCTP and TCP (RFC 5352 §8).
pub const ASAP_PORT: u16 = 3863;

/// Limit of SH1 on the associations of an endpoint to registrars.
pub const MAX_SETUPS: usize = 3;

/// Timers and limits of the hunt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// T5-Serverhunt (RFC 5352 §7.1): one round of the hunt, doubled after each round that finds no registrar.
    pub t5_serverhunt: Duration,
    /// RETRAN-MAX (RFC 5352 §7.3): upper limit of T5-Serverhunt.
    pub retran_max: Duration,
    /// T7-ENRPoutdate (RFC 5352 §7.1): time for which an announced address is valid.
    pub t7_enrpoutdate: Duration,
    /// Maximum number of announced transports remembered. At the limit, new ones are ignored.
    pub max_servers: usize,
    /// Maximum number of addresses used of an announced transport.
    pub max_addresses: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            t5_serverhunt: Duration::from_secs(10),
            retran_max: Duration::from_secs(60),
            t7_enrpoutdate: Duration::from_secs(5),
            max_servers: 64,
            max_addresses: 16,
        }
    }
}

/// Transport protocol towards a registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Over {
    /// SCTP: always for pool elements, and for pool users that have it.
    Sctp,
    /// TCP: pool users only (RFC 5352 §2.1).
    Tcp,
}

/// Location of one registrar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Server {
    /// Transport protocol.
    pub over: Over,
    /// Transport addresses, one or more; exactly one for TCP.
    pub addrs: Vec<SocketAddr>,
}

impl Server {
    /// Returns a registrar at these addresses over SCTP.
    pub fn sctp(addrs: impl Into<Vec<SocketAddr>>) -> Self {
        let addrs = addrs.into();
        let over = Over::Sctp;
        Self { over, addrs }
    }

    /// Returns a registrar at this address over TCP.
    pub fn tcp(addr: SocketAddr) -> Self {
        let addrs = vec![addr];
        let over = Over::Tcp;
        Self { over, addrs }
    }

    /// Returns true if both have a transport address in common.
    pub fn shares_address(&self, other: &Self) -> bool {
        self.over == other.over && self.addrs.iter().any(|addr| other.addrs.contains(addr))
    }
}

/// The server that a hunt is to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Old {
    /// No server.
    None,
    /// Server whose association is gone. It is dialled again when no other server is left.
    Gone(Server),
    /// Server whose association is kept during the hunt (RFC 5352 §3.7.2, "in parallel"). It is never dialled,
    /// since SCTP has one association between two endpoints, and it takes one of the three places.
    Kept(Server),
}

/// Action that the engine has to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Set up an association or connection.
    Connect {
        /// Number of the set-up; see [`Hunt::is_own`].
        dial: Dial,
        /// Server to dial.
        to: Server,
    },
    /// End a set-up.
    Abort {
        /// Association of the set-up.
        assoc: Assoc,
    },
    /// A new Home ENRP server was found (SH6); the hunt is over.
    Found {
        /// The association, which is up.
        assoc: Assoc,
        /// Server at the other end.
        server: Server,
        /// Its identifier, if an announcement contained it.
        id: Option<ServerId>,
    },
}

/// The registrars known, and the hunt for one of them.
#[derive(Debug)]
pub struct Hunt {
    config: Config,
    kinds: Vec<Over>,
    configured: Vec<Server>,
    /// Registrars that set up the association and became the Home, the last one first.
    callers: VecDeque<Server>,
    announced: BTreeMap<Server, Announced>,
    rng: fastrand::Rng,
    next_dial: u64,
    /// Value with which T5-Serverhunt is started next.
    t5: Duration,
    /// Servers found lately, which are not dialled for a while.
    resting: BTreeMap<Server, Rest>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
struct Announced {
    id: ServerId,
    /// T7-ENRPoutdate.
    until: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Rest {
    /// Time at which the server was dialled.
    dialled: Duration,
    until: Duration,
}

#[derive(Debug)]
enum State {
    Idle,
    Hunting(Round),
}

#[derive(Debug)]
struct Round {
    /// T5-Serverhunt.
    until: Duration,
    old: Old,
    setups: Vec<Setup>,
    /// Servers dialled in this round.
    dialled: Vec<Server>,
    /// Number of times that each server was dialled in this hunt.
    tries: BTreeMap<Server, u32>,
}

#[derive(Debug)]
struct Setup {
    dial: Dial,
    server: Server,
    at: Duration,
    assoc: Option<Assoc>,
}

impl Hunt {
    /// Returns an idle hunt. It ignores servers of other kinds than `kinds`. The seed decides the order of
    /// dialling.
    pub fn new(config: Config, kinds: &[Over], configured: Vec<Server>, seed: u64) -> Self {
        let usable = |server: &Server| kinds.contains(&server.over) && !server.addrs.is_empty();
        Self {
            t5: config.t5_serverhunt,
            config,
            kinds: kinds.to_vec(),
            configured: configured.into_iter().filter(usable).collect(),
            callers: VecDeque::new(),
            announced: BTreeMap::new(),
            rng: fastrand::Rng::with_seed(seed),
            next_dial: FIRST_DIAL,
            resting: BTreeMap::new(),
            state: State::Idle,
        }
    }

    /// Returns true if this is a dial of a hunt. Hunts use the upper half of the numbers, so an engine counts its
    /// own dials from 0.
    pub fn is_own(dial: Dial) -> bool {
        dial.0 >= FIRST_DIAL
    }

    /// Returns true while a hunt is under way.
    pub fn is_hunting(&self) -> bool {
        match self.state {
            State::Idle => false,
            State::Hunting(_) => true,
        }
    }

    /// Returns the number of set-ups under way.
    pub fn setups(&self) -> usize {
        match &self.state {
            State::Idle => 0,
            State::Hunting(round) => round.setups.len(),
        }
    }

    /// Returns the registrars known now: the configured ones, the callers, then the announced ones.
    pub fn servers(&self, now: Duration) -> impl Iterator<Item = &Server> {
        let is_lasting = |server: &Server| self.lasting().any(|own| own.shares_address(server));
        let announced = self.announced.iter();
        let announced = announced.filter(move |(_, announced)| announced.until > now);
        let announced = announced.map(|(server, _)| server);
        let announced = announced.filter(move |server| !is_lasting(server));
        self.lasting().chain(announced)
    }

    /// Returns the servers that T7 does not concern.
    fn lasting(&self) -> impl Iterator<Item = &Server> {
        self.configured.iter().chain(&self.callers)
    }

    /// Records `server`, which set up the association itself and has become the Home (KEEP_ALIVE, H=1).
    pub fn on_caller(&mut self, server: &Server) {
        let is_usable = self.kinds.contains(&server.over) && !server.addrs.is_empty();
        if !is_usable || self.configured.iter().any(|c| c.shares_address(server)) {
            return;
        }
        self.callers.retain(|known| !known.shares_address(server));
        self.callers.push_front(server.clone());
        self.callers.truncate(MAX_CALLERS);
    }

    /// Returns the identifier of a registrar, if an announcement that has not expired contained it.
    pub fn id_of(&self, now: Duration, server: &Server) -> Option<ServerId> {
        let is_it = |&(known, announced): &(&Server, &Announced)| {
            announced.until > now && known.shares_address(server)
        };
        let found = self.announced.iter().find(is_it);
        found.map(|(_, announced)| announced.id)
    }

    /// Begins a hunt (SH1, SH2), unless one is under way.
    pub fn start(&mut self, now: Duration, old: Old) -> Vec<Step> {
        if self.is_hunting() {
            return Vec::new();
        }
        self.state = State::Hunting(Round {
            until: now.saturating_add(self.t5),
            old,
            setups: Vec::new(),
            dialled: Vec::new(),
            tries: BTreeMap::new(),
        });
        self.fill(now)
    }

    /// Ends a hunt without a result: a Home was found in another way, or none is needed any more.
    pub fn stop(&mut self) -> Vec<Step> {
        self.t5 = self.config.t5_serverhunt;
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => Vec::new(),
            State::Hunting(round) => aborts(round.setups),
        }
    }

    /// Takes note that the server that was [kept](Old::Kept) is gone too.
    pub fn on_old_gone(&mut self, now: Duration) -> Vec<Step> {
        match &mut self.state {
            State::Idle => return Vec::new(),
            State::Hunting(round) => {
                round.old = match std::mem::replace(&mut round.old, Old::None) {
                    Old::None => Old::None,
                    Old::Gone(server) | Old::Kept(server) => Old::Gone(server),
                };
            }
        }
        self.fill(now)
    }

    /// Takes note that the server found last has answered a request, so that it does more than accept
    /// associations. It may still be a server that answers once and leaves, so it is not dialled again within 1
    /// s.
    pub fn answered(&mut self, server: &Server) {
        for (resting, rest) in &mut self.resting {
            if resting.shares_address(server) {
                rest.until = rest.until.min(rest.dialled.saturating_add(LEAST_REST));
            }
        }
    }

    /// Takes the caller's answer to [`Step::Connect`].
    pub fn on_dialled(&mut self, now: Duration, dial: Dial, assoc: Option<Assoc>) -> Vec<Step> {
        let found = match &mut self.state {
            State::Idle => None,
            State::Hunting(round) => {
                let mut setups = round.setups.iter();
                let found = setups.position(|setup| setup.dial == dial);
                found.map(|index| (index, round))
            }
        };
        match (found, assoc) {
            (Some((index, round)), Some(assoc)) => {
                round.setups[index].assoc = Some(assoc);
                Vec::new()
            }
            (Some((index, round)), None) => {
                round.setups.remove(index);
                self.fill(now)
            }
            // The round of this set-up is over.
            (None, Some(assoc)) => vec![Step::Abort { assoc }],
            (None, None) => Vec::new(),
        }
    }

    /// Takes note that an association is up. The first set-up to come up wins (SH3, SH6).
    pub fn on_up(&mut self, now: Duration, assoc: Assoc) -> Vec<Step> {
        let State::Hunting(round) = &mut self.state else {
            return Vec::new();
        };
        let mut setups = round.setups.iter();
        let Some(index) = setups.position(|setup| setup.assoc == Some(assoc)) else {
            return Vec::new();
        };
        let winner = round.setups.remove(index);
        let mut steps = self.stop();
        self.resting.retain(|_, rest| rest.until > now);
        if self.resting.len()
            < self
                .config
                .max_servers
                .saturating_add(self.configured.len())
        {
            let rest = Rest {
                dialled: winner.at,
                until: winner.at.saturating_add(self.config.t5_serverhunt),
            };
            self.resting.insert(winner.server.clone(), rest);
        }
        let id = self.id_of(now, &winner.server);
        let server = winner.server;
        steps.push(Step::Found { assoc, server, id });
        steps
    }

    /// Takes note that an association is gone. A set-up that failed makes room for the next one (SH4).
    pub fn on_down(&mut self, now: Duration, assoc: Assoc) -> Vec<Step> {
        let State::Hunting(round) = &mut self.state else {
            return Vec::new();
        };
        let before = round.setups.len();
        round.setups.retain(|setup| setup.assoc != Some(assoc));
        if round.setups.len() == before {
            return Vec::new();
        }
        self.fill(now)
    }

    /// Takes a datagram of the multicast channel. Returns none if it is no announcement. Such datagrams are never
    /// answered.
    pub fn on_datagram(
        &mut self,
        now: Duration,
        from: SocketAddr,
        octets: &[u8],
    ) -> Option<Vec<Step>> {
        let decoded = asap::Message::decode(octets).ok()?;
        let asap::Message::ServerAnnounce(message) = decoded.message else {
            return None;
        };
        self.announced.retain(|_, announced| announced.until > now);
        let until = now.saturating_add(self.config.t7_enrpoutdate);
        let id = message.server_id;
        if message.transports.is_empty() {
            let addr = reached_from(from, from.ip().to_canonical(), ASAP_PORT);
            self.remember(Server::sctp([addr]), Announced { id, until });
        }
        for transport in message.transports {
            let server = self.announced_server(from, transport);
            self.remember(server, Announced { id, until });
        }
        Some(self.fill(now))
    }

    /// Does what is due by `now`: T5-Serverhunt, and the ends of rests.
    pub fn on_time(&mut self, now: Duration) -> Vec<Step> {
        match &self.state {
            State::Idle => Vec::new(),
            State::Hunting(round) if round.until > now => self.fill(now),
            State::Hunting(_) => self.next_round(now),
        }
    }

    /// Begins the next round, as T5-Serverhunt has expired (SH5).
    fn next_round(&mut self, now: Duration) -> Vec<Step> {
        // SH5.1: doubled up to the limit; if the operator sets a larger initial value, that is the limit.
        let cap = self.config.retran_max.max(self.config.t5_serverhunt);
        self.t5 = self.t5.saturating_mul(2).min(cap);
        let known: BTreeSet<Server> = self.servers(now).cloned().collect();
        let State::Hunting(round) = &mut self.state else {
            return Vec::new();
        };
        round.until = now.saturating_add(self.t5);
        round.old = match std::mem::replace(&mut round.old, Old::None) {
            Old::None | Old::Gone(_) => Old::None,
            Old::Kept(server) => Old::Kept(server),
        };
        round.dialled.clear();
        round.tries.retain(|server, _| known.contains(server));
        let mut steps = aborts(std::mem::take(&mut round.setups));
        steps.extend(self.fill(now));
        steps
    }

    /// Returns the time of the next call of [`on_time`](Self::on_time).
    pub fn due(&self) -> Option<Duration> {
        let State::Hunting(round) = &self.state else {
            return None;
        };
        let rested = || {
            let waiting = self.resting.iter();
            let waiting = waiting.filter(|(server, _)| !round.dialled.contains(server));
            waiting.map(|(_, rest)| rest.until).min()
        };
        let rested = if round.has_room() { rested() } else { None };
        Some(rested.map_or(round.until, |at| at.min(round.until)))
    }

    /// Dials as many servers as there is room for.
    fn fill(&mut self, now: Duration) -> Vec<Step> {
        self.resting.retain(|_, rest| rest.until > now);
        let mut steps = Vec::new();
        while let Some(to) = self.pick(now) {
            let State::Hunting(round) = &mut self.state else {
                break;
            };
            let dial = Dial(self.next_dial);
            self.next_dial += 1;
            round.dialled.push(to.clone());
            *round.tries.entry(to.clone()).or_default() += 1;
            round.setups.push(Setup {
                dial,
                server: to.clone(),
                at: now,
                assoc: None,
            });
            steps.push(Step::Connect { dial, to });
        }
        steps
    }

    /// Returns the server to dial next; none if there is no room or no server left in this round.
    fn pick(&mut self, now: Duration) -> Option<Server> {
        let State::Hunting(round) = &self.state else {
            return None;
        };
        if !round.has_room() {
            return None;
        }
        let is_free = |server: &&Server| {
            let is_kept = matches!(&round.old, Old::Kept(old) if old.shares_address(server));
            let is_resting = self.resting.keys().any(|r| r.shares_address(server));
            !is_kept && !is_resting && !round.dialled.contains(server)
        };
        let free: Vec<&Server> = self.servers(now).filter(is_free).collect();
        let is_old =
            |server: &Server| matches!(&round.old, Old::Gone(old) if old.shares_address(server));
        let others: Vec<&Server> = free.iter().copied().filter(|s| !is_old(s)).collect();
        let candidates = match (others.is_empty(), round.setups.is_empty()) {
            (false, _) => others,
            (true, true) => free,
            (true, false) => return None,
        };
        let tries = |server: &Server| round.tries.get(server).copied().unwrap_or(0);
        let fewest = candidates.iter().map(|server| tries(server)).min()?;
        let mut fewest: Vec<Server> = candidates
            .into_iter()
            .filter(|server| tries(server) == fewest)
            .cloned()
            .collect();
        let index = self.rng.usize(..fewest.len());
        Some(fewest.swap_remove(index))
    }

    fn announced_server(&self, from: SocketAddr, transport: AnnouncedTransport) -> Server {
        let (over, port, addresses) = match transport {
            AnnouncedTransport::Sctp(sctp) => {
                let addresses: Vec<IpAddr> = sctp.addresses.iter().collect();
                (Over::Sctp, sctp.port, addresses)
            }
            AnnouncedTransport::Tcp(tcp) => (Over::Tcp, tcp.port, vec![tcp.address]),
        };
        let addresses = addresses.into_iter().filter(|addr| can_be_called(*addr));
        let addrs = addresses.take(self.config.max_addresses);
        let addrs = addrs.map(|addr| reached_from(from, addr, port)).collect();
        Server { over, addrs }
    }

    fn remember(&mut self, server: Server, announced: Announced) {
        let is_usable = self.kinds.contains(&server.over)
            && !server.addrs.is_empty()
            && server.addrs.iter().all(|addr| addr.port() != 0);
        if !is_usable {
            return;
        }
        let is_known = self.announced.contains_key(&server);
        if !is_known && self.announced.len() >= self.config.max_servers {
            return;
        }
        if let State::Hunting(round) = &mut self.state
            && !is_known
            && !round
                .setups
                .iter()
                .any(|s| s.server.shares_address(&server))
        {
            round.dialled.retain(|d| !d.shares_address(&server));
        }
        self.announced.insert(server, announced);
    }
}

impl Round {
    fn has_room(&self) -> bool {
        let kept = match self.old {
            Old::None | Old::Gone(_) => 0,
            Old::Kept(_) => 1,
        };
        self.setups.len() + kept < MAX_SETUPS
    }
}

const FIRST_DIAL: u64 = 1 << 63;

/// Time after dialling at which a server that has answered may be dialled again.
const LEAST_REST: Duration = Duration::from_secs(1);

/// Maximum number of callers remembered.
const MAX_CALLERS: usize = 4;

/// Returns an announced address as reached from here. A link-local address keeps the link it was announced on.
fn reached_from(from: SocketAddr, address: IpAddr, port: u16) -> SocketAddr {
    match (address, from) {
        (IpAddr::V6(address), SocketAddr::V6(from)) if address.is_unicast_link_local() => {
            SocketAddrV6::new(address, port, 0, from.scope_id()).into()
        }
        _ => SocketAddr::new(address, port),
    }
}

fn can_be_called(address: IpAddr) -> bool {
    !address.is_unspecified() && !address.is_multicast()
}

fn aborts(setups: Vec<Setup>) -> Vec<Step> {
    let assocs = setups.into_iter().filter_map(|setup| setup.assoc);
    assocs.map(|assoc| Step::Abort { assoc }).collect()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod transitions;
