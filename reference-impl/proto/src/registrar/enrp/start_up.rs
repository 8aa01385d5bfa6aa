//! Initialization (RFC 5353 §3.2): who is there, and what they know.
//!
//! ```text
//!   no peer configured (§3.2.2.1) ──────────────────────────────────────────► Serving
//!
//!              LIST_RESPONSE R=0: PRESENCE R=1 to all in it,
//!              TABLE_REQUEST W=0                              TABLE_RESPONSE M=0
//!   Listing ──────────────────────────────────► Downloading ─────────────────► Serving
//!    ▲ │ ▲                                       │ ▲ │  └─ M=1: next TABLE_REQUEST ─┐
//!    │ │ └── R=1, no answer: next mentor ◄── no  │ │ └────────────────────────────◄─┘
//!    │ │       (LIST_REQUEST)                    │ └── R=1, no answer: next mentor (TABLE_REQUEST)
//!    │ ▼                                         ▼
//!    │ all mentors asked: Pausing ── mentor-retry ──► Listing or Downloading, first mentor
//!    └──────────────────────────────── nobody is there, or mentor-rounds used up ──► Serving, alone
//! ```
//!
//! Readings where the RFC is open:
//! - If no mentor answers at all in a round, or none has given its table after `mentor-rounds`, the registrar serves
//!   with what it has: two registrars that name each other as mentor and start together would otherwise wait for
//!   ever. The pause has a random part, so that they do not ask each other at the same moment again.
//! - A peer that is configured and not known is asked for its list at each heartbeat: it may have started
//!   later, or have been split off.
//! - Until the initialization is completed PEs and PUs are refused, so that they turn to another registrar.
//! - A mentor that still says M=1 after `max-table-parts` is left like one that rejects; what it told stays.
//! - What peers announce during the download is newer than the table (§3.2.3 step 4C is a SHOULD).
//! - A mentor goes on with its session where its last response ended. So a response that comes after
//!   `table-request-timeout` is taken all the same, in Pausing it continues the download, and a mentor that owes
//!   one is not asked for the next: else the table would have a hole.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::enrp::{
    HandleTableRequest, HandleTableResponse, ListRequest, ListResponse, Message, MessageType,
};
use rsp_wire::{PeIdentifier, PoolHandle, ServerId, ServerInformation};

use super::super::{Assoc, Limit, Registrar};
use super::dial::Channel;
use super::peers::Peer;
use super::table::{News, Owed, Source};
use super::{Log, canonical};

/// Octets of an ENRP_LIST_RESPONSE before the first server (RFC 5353 §2.6).
const LIST_HEADER: usize = 12;

/// How far the initialization is.
#[derive(Debug)]
pub(super) struct StartUp {
    state: State,
    /// Rounds through all mentors that came to nothing.
    rounds: u32,
    /// Whether somebody answered in this round, and so is there.
    somebody: bool,
    /// Whether the peer list is there already.
    listed: bool,
    /// Mentors that were asked for the table and did not answer in time, and until when they still may.
    owed: BTreeMap<usize, Duration>,
    /// What peers announced since a table was asked for.
    news: News,
}

/// Mentors are numbered as configured.
#[derive(Debug)]
enum State {
    /// LIST_REQUEST sent.
    Listing { mentor: usize, until: Duration },
    /// TABLE_REQUEST sent.
    Downloading {
        mentor: usize,
        until: Duration,
        /// Responses taken from this mentor.
        parts: usize,
    },
    /// All mentors rejected, or left off.
    Pausing { until: Duration },
    /// Done.
    Serving,
}

impl Default for StartUp {
    fn default() -> Self {
        Self {
            state: State::Serving,
            rounds: 0,
            somebody: false,
            listed: false,
            owed: BTreeMap::new(),
            news: News::default(),
        }
    }
}

impl StartUp {
    pub(super) fn is_serving(&self) -> bool {
        match self.state {
            State::Serving => true,
            State::Listing { .. } | State::Downloading { .. } | State::Pausing { .. } => false,
        }
    }

    pub(super) fn due(&self) -> Option<Duration> {
        match self.state {
            State::Listing { until, .. }
            | State::Downloading { until, .. }
            | State::Pausing { until } => Some(until),
            State::Serving => None,
        }
    }

    /// Records an update of a PE: what a mentor's table has of it is older.
    pub(super) fn note_news(&mut self, handle: &PoolHandle, pe: PeIdentifier) {
        if !self.is_serving() {
            self.news.add(handle, pe);
        }
    }

    fn mentor(&self) -> Option<usize> {
        match self.state {
            State::Listing { mentor, .. } | State::Downloading { mentor, .. } => Some(mentor),
            State::Pausing { .. } | State::Serving => None,
        }
    }

    pub(super) fn state_name(&self) -> &'static str {
        match self.state {
            State::Listing { .. } => "Listing",
            State::Downloading { .. } => "Downloading",
            State::Pausing { .. } => "Pausing",
            State::Serving => "Serving",
        }
    }
}

impl Registrar {
    /// RFC 5353 §3.2.2.1: with a mentor its list is asked for; without one the registrar is alone.
    pub(in super::super) fn start_up(&mut self, now: Duration) {
        if self.config.enrp.peers.is_empty() {
            self.begin_to_serve(now, true);
        } else {
            self.ask_mentor(now, 0);
        }
    }

    /// Asks this mentor, or ends the round if there is none.
    fn ask_mentor(&mut self, now: Duration, mentor: usize) {
        let Some(&addr) = self.config.enrp.peers.get(mentor) else {
            return self.end_round(now);
        };
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        // A list that is there already is not asked for again (§3.2.3).
        if enrp.start_up.listed {
            return self.ask_for_table(now, mentor, canonical(addr));
        }
        enrp.start_up.state = State::Listing {
            mentor,
            until: now.saturating_add(self.config.enrp.max_time_no_response),
        };
        let message = ListRequest::new(self.id, ServerId::UNDETERMINED);
        self.call_mentor(now, canonical(addr), message);
    }

    fn ask_for_table(&mut self, now: Duration, mentor: usize, addr: SocketAddr) {
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        let start_up = &mut enrp.start_up;
        start_up.state = State::Downloading {
            mentor,
            until: now.saturating_add(self.config.enrp.table_request_timeout),
            parts: 0,
        };
        start_up.owed.retain(|_, until| *until > now);
        if start_up.owed.contains_key(&mentor) {
            return;
        }
        if start_up.owed.is_empty() {
            start_up.news = News::default();
        }
        let message = HandleTableRequest::new(self.id, ServerId::UNDETERMINED, false);
        self.call_mentor(now, addr, message);
    }

    fn call_mentor(&mut self, now: Duration, addr: SocketAddr, message: impl Into<Message>) {
        if let Some(octets) = self.enrp_octets(message)
            && !self.call(&[addr], octets)
        {
            self.on_mentor_silent(now);
        }
    }

    fn end_round(&mut self, now: Duration) {
        let jitter = Duration::from_millis(self.rng.u64(0..=1000));
        let pause = self.config.enrp.mentor_retry.saturating_add(jitter);
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        let start_up = &mut enrp.start_up;
        start_up.rounds += 1;
        if !start_up.somebody || start_up.rounds >= self.config.enrp.mentor_rounds {
            return self.begin_to_serve(now, true);
        }
        // RFC 5353 §3.2.2.2, §3.2.3: wait for a few seconds and ask again.
        start_up.somebody = false;
        start_up.state = State::Pausing {
            until: now.saturating_add(pause),
        };
    }

    fn begin_to_serve(&mut self, now: Duration, alone: bool) {
        let elements = self.space.len();
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        enrp.start_up.state = State::Serving;
        enrp.start_up.news = News::default();
        for peer in enrp.peers.values_mut() {
            peer.last_heard = peer.last_heard.max(now);
        }
        let lists = !self.config.enrp.peer_list_cycle.is_zero();
        enrp.list_at = lists.then(|| now.saturating_add(self.config.enrp.peer_heartbeat_cycle));
        self.tell(Log::Serving { alone, elements });
        self.keep_owed();
        // What the table has of its own PEs from before a restart is in its checksum now.
        self.heartbeat(now);
        self.adopt_owned(now);
    }

    /// Hands the responses that mentors still owe over to the peers, so that they are not taken for the answer to an
    /// audit.
    fn keep_owed(&mut self) {
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        for (mentor, until) in std::mem::take(&mut enrp.start_up.owed) {
            let addr = self.config.enrp.peers.get(mentor);
            let line = addr.and_then(|addr| enrp.lines.at(Channel::Enrp, &[canonical(*addr)]));
            for peer in enrp.peers.values_mut() {
                if let Some(over) = line.filter(|_| peer.assoc == line) {
                    peer.owed = Some(Owed {
                        over,
                        until,
                        news: News::default(),
                    });
                }
            }
        }
    }

    pub(super) fn on_start_up_due(&mut self, now: Duration) {
        let patience = self.patience();
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        let start_up = &mut enrp.start_up;
        match start_up.state {
            // RFC 5353 §3.2.2.2, §3.2.3: a backup mentor is next.
            State::Listing { until, .. } if until <= now => self.on_mentor_silent(now),
            State::Downloading { mentor, until, .. } if until <= now => {
                let latest = now.saturating_add(patience);
                start_up.owed.entry(mentor).or_insert(latest);
                self.on_mentor_silent(now);
            }
            State::Pausing { until } if until <= now => self.ask_mentor(now, 0),
            State::Listing { .. }
            | State::Downloading { .. }
            | State::Pausing { .. }
            | State::Serving => {}
        }
    }

    fn on_mentor_silent(&mut self, now: Duration) {
        let Some(mentor) = self.enrp.as_ref().and_then(|e| e.start_up.mentor()) else {
            return;
        };
        if let Some(&addr) = self.config.enrp.peers.get(mentor) {
            self.tell(Log::MentorSilent { mentor: addr });
        }
        self.ask_mentor(now, mentor + 1);
    }

    fn on_mentor_rejected(&mut self, now: Duration) {
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        let Some(mentor) = enrp.start_up.mentor() else {
            return;
        };
        enrp.start_up.somebody = true;
        if let Some(&addr) = self.config.enrp.peers.get(mentor) {
            self.tell(Log::MentorRejected { mentor: addr });
        }
        self.ask_mentor(now, mentor + 1);
    }

    /// If it was a mentor's, no answer will come over it.
    pub(super) fn on_mentor_association_lost(&mut self, now: Duration, assoc: Assoc) {
        let association = self.assocs.get(&assoc);
        if let Some(addrs) = association.map(|association| association.canonical_peer()) {
            self.on_mentor_unreachable(now, &addrs);
        }
    }

    /// Nobody is at these addresses.
    pub(super) fn on_mentor_unreachable(&mut self, now: Duration, addrs: &[SocketAddr]) {
        let mentors = &self.config.enrp.peers;
        let is_there = |mentor: usize| {
            let addr = mentors.get(mentor).map(|addr| canonical(*addr));
            addr.is_some_and(|addr| addrs.contains(&addr))
        };
        if let Some(enrp) = &mut self.enrp {
            enrp.start_up.owed.retain(|&mentor, _| !is_there(mentor));
        }
        if self
            .mentor_addr()
            .is_some_and(|mentor| addrs.contains(&mentor))
        {
            self.on_mentor_silent(now);
        }
    }

    fn mentor_addr(&self) -> Option<SocketAddr> {
        let mentor = self.enrp.as_ref()?.start_up.mentor()?;
        let addr = self.config.enrp.peers.get(mentor)?;
        Some(canonical(*addr))
    }

    fn is_mentor(&self, assoc: Assoc) -> bool {
        self.mentor_addr()
            .is_some_and(|addr| self.leads_to(assoc, addr))
    }

    /// RFC 5353 §3.2.2.2: the answer is all registrars known, or a rejection before this one serves.
    pub(super) fn on_list_request(&mut self, assoc: Assoc, message: &ListRequest) {
        let Some(enrp) = &self.enrp else {
            return;
        };
        if !enrp.start_up.is_serving() {
            return self.send_enrp(assoc, ListResponse::rejection(self.id, message.sender));
        }
        let mut servers = vec![enrp.own.clone()];
        let mut room = self.config.max_message.saturating_sub(LIST_HEADER);
        room = room.saturating_sub(length(&enrp.own));
        for (&id, peer) in &enrp.peers {
            let transport = peer.transport().filter(|_| id != message.sender);
            let Some(transport) = transport else {
                continue;
            };
            // A list without some is better than none. Who misses one will hear of it.
            let server = ServerInformation::new(id, transport);
            if length(&server) <= room {
                room -= length(&server);
                servers.push(server);
            }
        }
        self.send_enrp(assoc, ListResponse::new(self.id, message.sender, servers));
    }

    pub(super) fn on_list_response(&mut self, now: Duration, assoc: Assoc, message: ListResponse) {
        let from_mentor = self.is_mentor(assoc);
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        match enrp.start_up.state {
            State::Listing { .. } if from_mentor && message.is_rejected() => {
                self.on_mentor_rejected(now);
            }
            State::Listing { mentor, .. } if from_mentor => {
                enrp.start_up.listed = true;
                enrp.start_up.somebody = true;
                self.take_list(now, message.servers);
                self.ask_mentor(now, mentor);
            }
            // Asked for while serving, after a peer came back.
            State::Serving if !message.is_rejected() => self.take_list(now, message.servers),
            State::Listing { .. }
            | State::Downloading { .. }
            | State::Pausing { .. }
            | State::Serving => {}
        }
    }

    /// RFC 5353 §3.2.3.
    pub(super) fn on_mentors_table(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: HandleTableResponse,
    ) {
        let peer = message.sender;
        let Some(mentor) = self.answering(assoc) else {
            return self.tell(Log::Unexpected {
                peer,
                message: MessageType::HANDLE_TABLE_RESPONSE,
            });
        };
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        let start_up = &mut enrp.start_up;
        start_up.owed.remove(&mentor);
        start_up.somebody = true;
        // What the others owed is taken, but the one that is asked now decides.
        let parts = match start_up.state {
            State::Downloading {
                mentor: asked,
                parts,
                ..
            } if asked == mentor => Some(parts + 1),
            State::Pausing { .. } => Some(1),
            State::Listing { .. } | State::Downloading { .. } | State::Serving => None,
        };
        match parts {
            Some(_) if message.is_rejected() => self.on_mentor_rejected(now),
            Some(parts) => {
                let more = message.has_more();
                self.take_mentors(now, message);
                match more {
                    true => self.go_on_downloading(now, assoc, (mentor, peer), parts),
                    false => self.begin_to_serve(now, false),
                }
            }
            None => self.take_mentors(now, message),
        }
    }

    /// The mentor that this table is from: the one that is asked now, or one that owes it.
    fn answering(&self, assoc: Assoc) -> Option<usize> {
        let start_up = &self.enrp.as_ref()?.start_up;
        let asked = match start_up.state {
            State::Downloading { mentor, .. } => Some(mentor),
            State::Listing { .. } | State::Pausing { .. } | State::Serving => None,
        };
        let mut mentors = asked.into_iter().chain(start_up.owed.keys().copied());
        mentors.find(|&mentor| {
            let addr = self.config.enrp.peers.get(mentor);
            addr.is_some_and(|addr| self.leads_to(assoc, canonical(*addr)))
        })
    }

    /// RFC 5353 §3.2.3 step 4.
    fn take_mentors(&mut self, now: Duration, message: HandleTableResponse) {
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        let news = std::mem::take(&mut enrp.start_up.news);
        self.take_table(now, message.entries, Source::Mentor, &news);
        if let Some(enrp) = &mut self.enrp {
            enrp.start_up.news = news;
        }
    }

    /// RFC 5353 §3.2.3 step 3.
    fn go_on_downloading(
        &mut self,
        now: Duration,
        assoc: Assoc,
        (mentor, peer): (usize, ServerId),
        parts: usize,
    ) {
        let until = now.saturating_add(self.config.enrp.table_request_timeout);
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        enrp.start_up.state = State::Downloading {
            mentor,
            until,
            parts,
        };
        if parts >= self.config.enrp.max_table_parts {
            self.counters.hit(Limit::TableParts);
            return self.on_mentor_rejected(now);
        }
        self.send_enrp(assoc, HandleTableRequest::new(self.id, peer, false));
    }

    /// Asks a peer for its list.
    pub(super) fn on_list_due(&mut self, now: Duration) {
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        if enrp.list_at.is_none_or(|at| at > now) {
            return;
        }
        enrp.list_at = Some(now.saturating_add(self.config.enrp.peer_list_cycle));
        let active = enrp.peers.iter().filter(|(_, peer)| peer.is_active());
        let active: Vec<ServerId> = active.map(|(&id, _)| id).collect();
        if !active.is_empty() {
            let peer = active[self.rng.usize(..active.len())];
            self.send_to_peer(peer, ListRequest::new(self.id, peer));
        }
    }

    /// Configured peers that are not known are asked for their list.
    pub(super) fn greet_configured(&mut self) {
        let unknown: Vec<SocketAddr> = {
            let Some(enrp) = self.enrp.as_ref().filter(|e| e.start_up.is_serving()) else {
                return;
            };
            let known = |addr: &SocketAddr| {
                let line = enrp.lines.at(Channel::Enrp, &[*addr]);
                let is_there =
                    |p: &Peer| p.addrs.contains(addr) || (line.is_some() && p.assoc == line);
                enrp.peers.values().any(is_there)
            };
            let configured = self.config.enrp.peers.iter().map(|addr| canonical(*addr));
            configured.filter(|addr| !known(addr)).collect()
        };
        for addr in unknown {
            let request = ListRequest::new(self.id, ServerId::UNDETERMINED);
            if let Some(octets) = self.enrp_octets(request) {
                self.call(&[addr], octets);
            }
        }
    }
}

/// Octets of a Server Information parameter (RFC 5354 §3.11): two headers, identifier, port and use, addresses.
fn length(server: &ServerInformation) -> usize {
    let addresses = server.transport.addresses.iter();
    let each = addresses.map(|address| if address.is_ipv4() { 8 } else { 20 });
    16 + each.sum::<usize>()
}
