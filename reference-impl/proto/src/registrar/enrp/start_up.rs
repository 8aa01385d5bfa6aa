//! Initialization (RFC 5353 §3.2): who is there, and what they know.
//!
//! ```text
//!   no peer configured (§3.2.2.1) ──────────────────────────────────────────► Serving
//!
//!              LIST_RESPONSE R=0: TABLE_REQUEST W=0           TABLE_RESPONSE M=0
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
//! - If no mentor answers at all, or mentors still reject after `mentor-rounds`, the registrar serves with
//!   what it has: two registrars that name each other as mentor and start together would otherwise wait for
//!   ever. The pause has a random part, so that they do not ask each other at the same moment again.
//! - A peer that is configured and not known is asked for its list at each heartbeat: it may have started
//!   later, or have been split off.
//! - Until the initialization is completed PEs and PUs are refused, so that they turn to another registrar.
//! - A mentor that still says M=1 after `max-table-parts` is left like one that rejects; what it told stays.
//! - What peers announce during the download is newer than the table (§3.2.3 step 4C is a SHOULD).

use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::enrp::{HandleTableRequest, HandleTableResponse, ListRequest, ListResponse, Message};
use rsp_wire::{ServerId, ServerInformation};

use super::super::{Assoc, Registrar};
use super::lines::Channel;
use super::peers::Peer;
use super::table::{News, Source};
use super::{Log, canonical};

/// How far the initialization is.
#[derive(Debug)]
pub(super) struct StartUp {
    pub(super) state: State,
    /// Rounds through all mentors that came to nothing.
    rounds: u32,
    /// Whether somebody rejected in this round, and so is there.
    somebody: bool,
    /// Whether the peer list is there already.
    listed: bool,
}

/// Mentors are numbered as configured.
#[derive(Debug)]
pub(super) enum State {
    /// LIST_REQUEST sent.
    Listing { mentor: usize, until: Duration },
    /// TABLE_REQUEST sent. What peers announce meanwhile is in `news`.
    Downloading {
        mentor: usize,
        until: Duration,
        news: News,
        /// Responses taken from this mentor.
        parts: usize,
    },
    /// All mentors rejected.
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
        let (state, message): (State, Message) = if enrp.start_up.listed {
            (
                State::Downloading {
                    mentor,
                    until: now.saturating_add(self.config.enrp.table_request_timeout),
                    news: News::default(),
                    parts: 0,
                },
                HandleTableRequest::new(self.id, ServerId::UNDETERMINED, false).into(),
            )
        } else {
            (
                State::Listing {
                    mentor,
                    until: now.saturating_add(self.config.enrp.max_time_no_response),
                },
                ListRequest::new(self.id, ServerId::UNDETERMINED).into(),
            )
        };
        enrp.start_up.state = state;
        if let Some(octets) = self.enrp_octets(message)
            && !self.call(&[canonical(addr)], octets)
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
        let lists = !self.config.enrp.peer_list_cycle.is_zero();
        enrp.list_at = lists.then(|| now.saturating_add(self.config.enrp.peer_heartbeat_cycle));
        self.tell(Log::Serving { alone, elements });
        // The first heartbeat makes this registrar known to those that only the list named.
        self.heartbeat(now);
        self.adopt_owned(now);
    }

    pub(super) fn on_start_up_due(&mut self, now: Duration) {
        let Some(enrp) = &self.enrp else {
            return;
        };
        match enrp.start_up.state {
            State::Listing { until, .. } | State::Downloading { until, .. } if until <= now => {
                // RFC 5353 §3.2.2.2, §3.2.3: a backup mentor is next.
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

    /// Nobody is at these addresses.
    pub(super) fn on_mentor_unreachable(&mut self, now: Duration, addrs: &[SocketAddr]) {
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
        for (&id, peer) in &enrp.peers {
            if id != message.sender
                && let Some(transport) = peer.transport()
            {
                servers.push(ServerInformation::new(id, transport));
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

    /// RFC 5353 §3.2.3 steps 3 to 5; without a download from this peer it may be a re-synchronization.
    pub(super) fn on_table_response(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: HandleTableResponse,
    ) {
        let from_mentor = self.is_mentor(assoc);
        let until = now.saturating_add(self.config.enrp.table_request_timeout);
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        match &mut enrp.start_up.state {
            State::Downloading { .. } if from_mentor && message.is_rejected() => {
                self.on_mentor_rejected(now);
            }
            State::Downloading {
                until: due,
                news,
                parts,
                ..
            } if from_mentor => {
                *due = until;
                *parts += 1;
                let endless = *parts >= self.config.enrp.max_table_parts;
                let held = std::mem::take(news);
                let (peer, more) = (message.sender, message.has_more());
                self.take_table(now, message.entries, Source::Mentor, &held);
                if more && endless {
                    self.on_mentor_rejected(now);
                } else if more {
                    self.keep_news(held);
                    self.send_enrp(assoc, HandleTableRequest::new(self.id, peer, false));
                } else {
                    self.begin_to_serve(now, false);
                }
            }
            State::Listing { .. }
            | State::Downloading { .. }
            | State::Pausing { .. }
            | State::Serving => self.on_audit_response(now, assoc, message),
        }
    }

    fn keep_news(&mut self, held: News) {
        match self.enrp.as_mut().map(|enrp| &mut enrp.start_up.state) {
            Some(State::Downloading { news, .. }) => *news = held,
            Some(State::Listing { .. } | State::Pausing { .. } | State::Serving) | None => {}
        }
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
