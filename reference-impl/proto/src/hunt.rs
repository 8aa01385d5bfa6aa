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
//! It knows neither engine. Its functions return [`Step`]s: the engine turns [`Step::Connect`] and
//! [`Step::Abort`] into its own outputs and takes the association of [`Step::Found`] as its new Home. It hands
//! over every `Dialled`, `Up` and `Down`; what is not the hunt's gives no step.
//!
//! Readings where the RFC is open:
//! - SH1 and SH4 together: a round has at most three set-ups under way at any time; one that fails makes room
//!   for the next address. Each server is dialled once in a round, those dialled least in this hunt first.
//! - "A different ENRP server": the one whose failure began the hunt is dialled in the first round only when
//!   nothing else is left to try, and from the second round on like all others. Without this a PE with one
//!   configured registrar would never find it again.
//! - One that failed in this round and is announced after a silence of T7 is a new one: it has come (back).
//! - SH3 resets T5 as soon as an association is up. So that a registrar that accepts associations and drops
//!   them does not make us dial in a tight loop, one that was found but has not [answered](Hunt::answered) is
//!   left alone until T5 after it was dialled; one that has, for a second.
//! - T7-ENRPoutdate runs for a Transport parameter as a whole. An announced transport that shares an address
//!   with a configured one is the configured one, and never gets old.
//! - A registrar that called us and became our Home (KEEP_ALIVE with H=1) is a server we know, so the last ones
//!   stay in the list, without T7: they may be all that is left when every configured one is gone.
//! - An announcement without transports stands for SCTP at its source address and port 3863, whatever
//!   port it came from.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use rsp_wire::ServerId;
use rsp_wire::asap::{self, AnnouncedTransport};

use crate::{Assoc, Dial};

/// The port of ASAP over SCTP and TCP (RFC 5352 §8).
pub const ASAP_PORT: u16 = 3863;

/// SH1: an endpoint has no more associations to registrars than this.
pub const MAX_SETUPS: usize = 3;

/// Timers and limits of the hunt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// T5-Serverhunt (RFC 5352 §7.1): one round of the hunt, doubled with each that finds nobody.
    pub t5_serverhunt: Duration,
    /// RETRAN-MAX (RFC 5352 §7.3): T5-Serverhunt does not grow beyond this.
    pub retran_max: Duration,
    /// T7-ENRPoutdate (RFC 5352 §7.1): how long an announced address is good.
    pub t7_enrpoutdate: Duration,
    /// Announced transports remembered; while there are as many, new ones are ignored.
    pub max_servers: usize,
    /// Addresses of an announced transport that are used.
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

/// How a registrar is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Over {
    /// SCTP: pool elements always, pool users if they can.
    Sctp,
    /// TCP: pool users only (RFC 5352 §2.1).
    Tcp,
}

/// Where one registrar is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Server {
    /// How it is spoken to.
    pub over: Over,
    /// Its transport addresses, one or more; one for TCP.
    pub addrs: Vec<SocketAddr>,
}

impl Server {
    /// A registrar at these addresses over SCTP.
    pub fn sctp(addrs: impl Into<Vec<SocketAddr>>) -> Self {
        let addrs = addrs.into();
        let over = Over::Sctp;
        Self { over, addrs }
    }

    /// A registrar at this address over TCP.
    pub fn tcp(addr: SocketAddr) -> Self {
        let addrs = vec![addr];
        let over = Over::Tcp;
        Self { over, addrs }
    }

    /// Whether both name a common transport address.
    pub fn shares_address(&self, other: &Self) -> bool {
        self.over == other.over && self.addrs.iter().any(|addr| other.addrs.contains(addr))
    }
}

/// The server that a hunt is to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Old {
    /// There was none.
    None,
    /// Its association is gone: dialled again when nothing else is left.
    Gone(Server),
    /// Its association is kept meanwhile (RFC 5352 §3.7.2, "in parallel"): never dialled, since SCTP has
    /// one association between two endpoints, and it takes one of the three places.
    Kept(Server),
}

/// What the engine has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Set up an association or connection.
    Connect {
        /// Its number; see [`Hunt::is_own`].
        dial: Dial,
        /// To whom.
        to: Server,
    },
    /// End this set-up.
    Abort {
        /// Which one.
        assoc: Assoc,
    },
    /// This is the new Home ENRP server (SH6); the hunt is over.
    Found {
        /// The association, which is up.
        assoc: Assoc,
        /// Who it is.
        server: Server,
        /// Its identifier, if an announcement told it.
        id: Option<ServerId>,
    },
}

/// The registrars known, and the hunt for one of them.
#[derive(Debug)]
pub struct Hunt {
    config: Config,
    kinds: Vec<Over>,
    configured: Vec<Server>,
    /// Registrars that became the Home by themselves, the last one first.
    callers: VecDeque<Server>,
    announced: BTreeMap<Server, Announced>,
    rng: fastrand::Rng,
    next_dial: u64,
    /// The value T5-Serverhunt is started with next.
    t5: Duration,
    /// Servers found lately, which are left alone for a while.
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
    /// When the server was dialled.
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
    /// Who was dialled in this round.
    dialled: Vec<Server>,
    /// How often each was dialled in this hunt.
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
    /// Not hunting. Servers of other kinds than these are ignored. The seed decides the order of dialling.
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

    /// Whether this is a dial of a hunt. They begin in the upper half of the numbers, so an engine counts its
    /// own from 0.
    pub fn is_own(dial: Dial) -> bool {
        dial.0 >= FIRST_DIAL
    }

    /// Whether it is under way.
    pub fn is_hunting(&self) -> bool {
        match self.state {
            State::Idle => false,
            State::Hunting(_) => true,
        }
    }

    /// Set-ups under way.
    pub fn setups(&self) -> usize {
        match &self.state {
            State::Idle => 0,
            State::Hunting(round) => round.setups.len(),
        }
    }

    /// The registrars known now: the configured ones, those that called, then the announced ones.
    pub fn servers(&self, now: Duration) -> impl Iterator<Item = &Server> {
        let is_lasting = |server: &Server| self.lasting().any(|own| own.shares_address(server));
        let announced = self.announced.iter();
        let announced = announced.filter(move |(_, announced)| announced.until > now);
        let announced = announced.map(|(server, _)| server);
        let announced = announced.filter(move |server| !is_lasting(server));
        self.lasting().chain(announced)
    }

    /// Those that T7 does not concern.
    fn lasting(&self) -> impl Iterator<Item = &Server> {
        self.configured.iter().chain(&self.callers)
    }

    /// A registrar called from there and is the Home now.
    pub fn on_caller(&mut self, server: &Server) {
        let is_usable = self.kinds.contains(&server.over) && !server.addrs.is_empty();
        if !is_usable || self.configured.iter().any(|c| c.shares_address(server)) {
            return;
        }
        self.callers.retain(|known| !known.shares_address(server));
        self.callers.push_front(server.clone());
        self.callers.truncate(MAX_CALLERS);
    }

    /// The identifier of a registrar, if an announcement that is still good told it.
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

    /// Ends a hunt without a result: a Home was found in another way, or none is wanted any more.
    pub fn stop(&mut self) -> Vec<Step> {
        self.t5 = self.config.t5_serverhunt;
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => Vec::new(),
            State::Hunting(round) => aborts(round.setups),
        }
    }

    /// The server that was [kept](Old::Kept) is gone too.
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

    /// The server found last has answered a request: it is not one that only accepts associations. It may still
    /// be one that answers once and leaves, so a little rest remains.
    pub fn answered(&mut self, server: &Server) {
        for (resting, rest) in &mut self.resting {
            if resting.shares_address(server) {
                rest.until = rest.until.min(rest.dialled.saturating_add(LEAST_REST));
            }
        }
    }

    /// The answer to [`Step::Connect`].
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
            // The round it belonged to is over.
            (None, Some(assoc)) => vec![Step::Abort { assoc }],
            (None, None) => Vec::new(),
        }
    }

    /// An association is up; the first of the set-ups that comes up wins (SH3, SH6).
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

    /// An association is gone; a set-up that failed makes room for the next (SH4).
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

    /// A datagram of the multicast channel; none if it is no announcement. Nothing there is ever answered.
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

    /// What is due by `now`: T5-Serverhunt, and servers that were left alone.
    pub fn on_time(&mut self, now: Duration) -> Vec<Step> {
        match &self.state {
            State::Idle => Vec::new(),
            State::Hunting(round) if round.until > now => self.fill(now),
            State::Hunting(_) => self.next_round(now),
        }
    }

    /// SH5: T5-Serverhunt has expired.
    fn next_round(&mut self, now: Duration) -> Vec<Step> {
        // SH5.1: doubled up to the cap; an initial value above the cap is the operator's wish.
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

    /// When [`on_time`](Self::on_time) has something to do.
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

    /// Dials as many as there is room for.
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

    /// Who is dialled next; none if there is no room or nobody left in this round.
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

/// How soon after it was dialled a server that has answered is dialled again.
const LEAST_REST: Duration = Duration::from_secs(1);

/// Registrars that called and are remembered.
const MAX_CALLERS: usize = 4;

/// An address that was announced from there. A link-local one is good on the link it was announced on.
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
