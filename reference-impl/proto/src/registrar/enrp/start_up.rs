//! Initialization (RFC 5353 §3.2): the peer list and the handlespace of a mentor.
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
//!    └──────────────────────────────── no mentor there, or mentor-rounds used up ──► Serving, alone
//! ```
//!
//! Readings where the RFC is open:
//! - If no mentor answers in a round, or no mentor has sent its table after `mentor-rounds`, the registrar serves
//!   with what it has: two registrars that name each other as mentor and start together would otherwise wait for
//!   ever. The pause has a random part, so that they do not ask each other at the same moment again.
//! - A configured peer that is unknown gets a LIST_REQUEST at each heartbeat: it may have started later, or have been
//!   split off.
//! - Until the initialization is completed PEs and PUs are refused, so that they turn to another registrar.
//! - A mentor that still sends M=1 after `max-table-parts` is left like one that rejects; the PEs of its responses
//!   stay.
//! - Updates of peers during the download are newer than the table (§3.2.3 step 4C is a SHOULD).
//! - A mentor continues its session where its last response ended. So a response after `table-request-timeout` is
//!   taken too, in Pausing it continues the download, and a mentor whose response is outstanding gets no other
//!   request: else PEs of the table would be missing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::enrp::{
    HandleTableRequest, HandleTableResponse, ListRequest, ListResponse, Message, MessageType,
};
use rsp_wire::{PeIdentifier, PoolHandle, ServerId, ServerInformation};

use super::super::{Assoc, Core, Limit, Timer};
use super::dial::Channel;
use super::peers::Peer;
use super::table::{News, Owed, Source};
use super::{Enrp, Log, canonical};

/// Octets of an ENRP_LIST_RESPONSE before the first server (RFC 5353 §2.6).
const LIST_HEADER: usize = 12;

/// State of the initialization.
#[derive(Debug)]
pub(super) struct StartUp {
    state: State,
    /// Rounds through all mentors without success.
    rounds: u32,
    /// True if a mentor answered in this round.
    is_answered: bool,
    /// True once the peer list is there.
    listed: bool,
    /// Mentors whose table response is late, and the time until which it may still come.
    owed: BTreeMap<usize, Duration>,
    /// Updates of peers since a table was requested.
    news: News,
}

/// Steps of the initialization. Mentors have numbers, in the order of the settings.
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
    /// No mentor has sent its whole table in this round.
    Pausing { until: Duration },
    /// Done.
    Serving,
}

impl Default for StartUp {
    fn default() -> Self {
        Self {
            state: State::Serving,
            rounds: 0,
            is_answered: false,
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

impl Enrp {
    /// Requests the list of a mentor; without mentors, begins to serve alone (RFC 5353 §3.2.2.1).
    pub(in super::super) fn start_up(&mut self, core: &mut Core, now: Duration) {
        if core.config.enrp.peers.is_empty() {
            self.begin_to_serve(core, now, true);
        } else {
            self.ask_mentor(core, now, 0);
        }
    }

    /// Sends this mentor the next request, or ends the round if there is no such mentor.
    fn ask_mentor(&mut self, core: &mut Core, now: Duration, mentor: usize) {
        let Some(&addr) = core.config.enrp.peers.get(mentor) else {
            return self.end_round(core, now);
        };
        // A list that is there already is not requested again (§3.2.3).
        if self.start_up.listed {
            return self.ask_for_table(core, now, mentor, canonical(addr));
        }
        self.start_up.state = State::Listing {
            mentor,
            until: core.config.deadline(Timer::MaxTimeNoResponse, now),
        };
        let message = ListRequest::new(core.id, ServerId::UNDETERMINED);
        self.call_mentor(core, now, canonical(addr), message);
    }

    fn ask_for_table(&mut self, core: &mut Core, now: Duration, mentor: usize, addr: SocketAddr) {
        let start_up = &mut self.start_up;
        start_up.state = State::Downloading {
            mentor,
            until: core.config.deadline(Timer::TableRequestTimeout, now),
            parts: 0,
        };
        start_up.owed.retain(|_, until| *until > now);
        if start_up.owed.contains_key(&mentor) {
            return;
        }
        if start_up.owed.is_empty() {
            start_up.news = News::default();
        }
        let message = HandleTableRequest::new(core.id, ServerId::UNDETERMINED, false);
        self.call_mentor(core, now, addr, message);
    }

    fn call_mentor(
        &mut self,
        core: &mut Core,
        now: Duration,
        addr: SocketAddr,
        message: impl Into<Message>,
    ) {
        if let Some(octets) = core.enrp_octets(message)
            && !self.send_to_address(core, &[addr], octets)
        {
            self.on_mentor_silent(core, now);
        }
    }

    fn end_round(&mut self, core: &mut Core, now: Duration) {
        let jitter = Duration::from_millis(core.rng.u64(0..=1000));
        let pause = core.config.span(Timer::MentorRetry).saturating_add(jitter);
        let start_up = &mut self.start_up;
        start_up.rounds += 1;
        if !start_up.is_answered || start_up.rounds >= core.config.enrp.mentor_rounds {
            return self.begin_to_serve(core, now, true);
        }
        // RFC 5353 §3.2.2.2, §3.2.3: wait for a few seconds and ask again.
        start_up.is_answered = false;
        start_up.state = State::Pausing {
            until: now.saturating_add(pause),
        };
    }

    fn begin_to_serve(&mut self, core: &mut Core, now: Duration, alone: bool) {
        let elements = core.space.len();
        self.start_up.state = State::Serving;
        self.start_up.news = News::default();
        for peer in self.peers.values_mut() {
            peer.last_heard = peer.last_heard.max(now);
        }
        let lists = !core.config.enrp.peer_list_cycle.is_zero();
        self.list_at = lists.then(|| core.config.deadline(Timer::PeerHeartbeatCycle, now));
        core.log(Log::Serving { alone, elements });
        self.keep_owed(core);
        // The checksum now includes own PEs from before a restart, which were in the table.
        self.heartbeat(core, now);
        self.adopt_owned(core, now);
    }

    /// Hands the responses that mentors still owe over to the peers, so that they are not taken for the answer to an
    /// audit.
    fn keep_owed(&mut self, core: &Core) {
        for (mentor, until) in std::mem::take(&mut self.start_up.owed) {
            let addr = core.config.enrp.peers.get(mentor);
            let assoc = addr.and_then(|addr| self.routes.at(Channel::Enrp, &[canonical(*addr)]));
            for peer in self.peers.values_mut() {
                if let Some(over) = assoc.filter(|_| peer.assoc == assoc) {
                    peer.owed = Some(Owed {
                        over,
                        until,
                        news: News::default(),
                    });
                }
            }
        }
    }

    pub(super) fn on_start_up_due(&mut self, core: &mut Core, now: Duration) {
        let patience = core.config.enrp.patience();
        let start_up = &mut self.start_up;
        match start_up.state {
            // RFC 5353 §3.2.2.2, §3.2.3: a backup mentor is next.
            State::Listing { until, .. } if until <= now => self.on_mentor_silent(core, now),
            State::Downloading { mentor, until, .. } if until <= now => {
                let latest = now.saturating_add(patience);
                start_up.owed.entry(mentor).or_insert(latest);
                self.on_mentor_silent(core, now);
            }
            State::Pausing { until } if until <= now => self.ask_mentor(core, now, 0),
            State::Listing { .. }
            | State::Downloading { .. }
            | State::Pausing { .. }
            | State::Serving => {}
        }
    }

    fn on_mentor_silent(&mut self, core: &mut Core, now: Duration) {
        let Some(mentor) = self.start_up.mentor() else {
            return;
        };
        if let Some(&addr) = core.config.enrp.peers.get(mentor) {
            core.log(Log::MentorSilent { mentor: addr });
        }
        self.ask_mentor(core, now, mentor + 1);
    }

    fn on_mentor_rejected(&mut self, core: &mut Core, now: Duration) {
        let Some(mentor) = self.start_up.mentor() else {
            return;
        };
        self.start_up.is_answered = true;
        if let Some(&addr) = core.config.enrp.peers.get(mentor) {
            core.log(Log::MentorRejected { mentor: addr });
        }
        self.ask_mentor(core, now, mentor + 1);
    }

    /// Goes on to the next mentor if the association was one of the asked mentor.
    pub(super) fn on_mentor_association_lost(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
    ) {
        let association = core.assocs.get(&assoc);
        if let Some(addrs) = association.map(|association| association.canonical_peer()) {
            self.on_mentor_unreachable(core, now, &addrs);
        }
    }

    /// Goes on to the next mentor if the asked one is at these addresses.
    pub(super) fn on_mentor_unreachable(
        &mut self,
        core: &mut Core,
        now: Duration,
        addrs: &[SocketAddr],
    ) {
        let mentors = &core.config.enrp.peers;
        let is_there = |mentor: usize| {
            let addr = mentors.get(mentor).map(|addr| canonical(*addr));
            addr.is_some_and(|addr| addrs.contains(&addr))
        };
        self.start_up.owed.retain(|&mentor, _| !is_there(mentor));
        let mentor = self.mentor_addr(core);
        if mentor.is_some_and(|mentor| addrs.contains(&mentor)) {
            self.on_mentor_silent(core, now);
        }
    }

    fn mentor_addr(&self, core: &Core) -> Option<SocketAddr> {
        let mentor = self.start_up.mentor()?;
        let addr = core.config.enrp.peers.get(mentor)?;
        Some(canonical(*addr))
    }

    fn is_mentor(&self, core: &Core, assoc: Assoc) -> bool {
        self.mentor_addr(core)
            .is_some_and(|addr| self.leads_to(assoc, addr))
    }

    /// Sends all known registrars, or a rejection before this one serves (RFC 5353 §3.2.2.2).
    pub(super) fn on_list_request(&self, core: &mut Core, assoc: Assoc, message: &ListRequest) {
        if !self.start_up.is_serving() {
            return core.send_enrp(assoc, ListResponse::rejection(core.id, message.sender));
        }
        let mut servers = vec![self.own.clone()];
        let mut room = core.config.max_message.saturating_sub(LIST_HEADER);
        room = room.saturating_sub(length(&self.own));
        for (&id, peer) in &self.peers {
            let transport = peer.transport().filter(|_| id != message.sender);
            let Some(transport) = transport else {
                continue;
            };
            // A list that lacks some registrars is better than none. The receiver hears of them later.
            let server = ServerInformation::new(id, transport);
            if length(&server) <= room {
                room -= length(&server);
                servers.push(server);
            }
        }
        core.send_enrp(assoc, ListResponse::new(core.id, message.sender, servers));
    }

    pub(super) fn on_list_response(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        message: ListResponse,
    ) {
        let from_mentor = self.is_mentor(core, assoc);
        match self.start_up.state {
            State::Listing { .. } if from_mentor && message.is_rejected() => {
                self.on_mentor_rejected(core, now);
            }
            State::Listing { mentor, .. } if from_mentor => {
                self.start_up.listed = true;
                self.start_up.is_answered = true;
                self.take_list(core, now, message.servers);
                self.ask_mentor(core, now, mentor);
            }
            // Requested while serving: at the heartbeat, or after a peer came back.
            State::Serving if !message.is_rejected() => self.take_list(core, now, message.servers),
            State::Listing { .. }
            | State::Downloading { .. }
            | State::Pausing { .. }
            | State::Serving => {}
        }
    }

    /// Takes a table of a mentor (RFC 5353 §3.2.3).
    pub(super) fn on_mentors_table(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        message: HandleTableResponse,
    ) {
        let peer = message.sender;
        let Some(mentor) = self.answering(core, assoc) else {
            return core.log(Log::Unexpected {
                peer,
                message: MessageType::HANDLE_TABLE_RESPONSE,
            });
        };
        let start_up = &mut self.start_up;
        start_up.owed.remove(&mentor);
        start_up.is_answered = true;
        // Late tables of other mentors are taken too, but the mentor that is asked now decides the state.
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
            Some(_) if message.is_rejected() => self.on_mentor_rejected(core, now),
            Some(parts) => {
                let more = message.has_more();
                self.take_mentors(core, now, message);
                match more {
                    true => self.go_on_downloading(core, now, assoc, (mentor, peer), parts),
                    false => self.begin_to_serve(core, now, false),
                }
            }
            None => self.take_mentors(core, now, message),
        }
    }

    /// Returns the mentor that this table is from: the one that is asked now, or one whose response is late.
    fn answering(&self, core: &Core, assoc: Assoc) -> Option<usize> {
        let start_up = &self.start_up;
        let asked = match start_up.state {
            State::Downloading { mentor, .. } => Some(mentor),
            State::Listing { .. } | State::Pausing { .. } | State::Serving => None,
        };
        let mut mentors = asked.into_iter().chain(start_up.owed.keys().copied());
        mentors.find(|&mentor| {
            let addr = core.config.enrp.peers.get(mentor);
            addr.is_some_and(|addr| self.leads_to(assoc, canonical(*addr)))
        })
    }

    /// Takes the entries of a mentor's table (RFC 5353 §3.2.3 step 4).
    fn take_mentors(&mut self, core: &mut Core, now: Duration, message: HandleTableResponse) {
        let news = std::mem::take(&mut self.start_up.news);
        self.take_table(core, now, message.entries, Source::Mentor, &news);
        self.start_up.news = news;
    }

    /// Requests the next part of the table (RFC 5353 §3.2.3 step 3).
    fn go_on_downloading(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        (mentor, peer): (usize, ServerId),
        parts: usize,
    ) {
        let until = core.config.deadline(Timer::TableRequestTimeout, now);
        self.start_up.state = State::Downloading {
            mentor,
            until,
            parts,
        };
        if parts >= core.config.enrp.max_table_parts {
            core.counters.hit(Limit::TableParts);
            return self.on_mentor_rejected(core, now);
        }
        core.send_enrp(assoc, HandleTableRequest::new(core.id, peer, false));
    }

    /// Sends a LIST_REQUEST to an active peer, drawn at random.
    pub(super) fn on_list_due(&mut self, core: &mut Core, now: Duration) {
        if self.list_at.is_none_or(|at| at > now) {
            return;
        }
        self.list_at = Some(core.config.deadline(Timer::PeerListCycle, now));
        let active = self.peers.iter().filter(|(_, peer)| peer.is_active());
        let active: Vec<ServerId> = active.map(|(&id, _)| id).collect();
        if !active.is_empty() {
            let peer = active[core.rng.usize(..active.len())];
            self.send_to_peer(core, peer, ListRequest::new(core.id, peer));
        }
    }

    /// Sends a LIST_REQUEST to each configured peer that is unknown.
    pub(super) fn greet_configured(&mut self, core: &mut Core) {
        if !self.is_serving() {
            return;
        }
        let known = |addr: &SocketAddr| {
            let assoc = self.routes.at(Channel::Enrp, &[*addr]);
            let is_there =
                |p: &Peer| p.addrs.contains(addr) || (assoc.is_some() && p.assoc == assoc);
            self.peers.values().any(is_there)
        };
        let configured = core.config.enrp.peers.iter().map(|addr| canonical(*addr));
        let unknown: Vec<SocketAddr> = configured.filter(|addr| !known(addr)).collect();
        for addr in unknown {
            let request = ListRequest::new(core.id, ServerId::UNDETERMINED);
            if let Some(octets) = core.enrp_octets(request) {
                self.send_to_address(core, &[addr], octets);
            }
        }
    }
}

/// Returns the octets of a Server Information parameter (RFC 5354 §3.11): two headers, identifier, port and use,
/// addresses.
fn length(server: &ServerInformation) -> usize {
    let addresses = server.transport.addresses.iter();
    let each = addresses.map(|address| if address.is_ipv4() { 8 } else { 20 });
    16 + each.sum::<usize>()
}
