//! Sessions: each chooses a PE, dials it, leaves it when it fails, and goes on to another one (RFC 5352 §3.5,
//! §3.8, §3.9, §6.5, §6.9).
//!
//! ```text
//!         Open: entry stale                     a PE chosen               up: COOKIE_ECHO, card, queue
//!   (none) ──────────────► Resolving ──────────────────────► Connecting ────────────────────────────► Up
//!     │                      ▲    │ no answer in T1:           ▲  │ ▲ │ fails: the next one           │
//!     │ Open: entry fresh    │    └─ with the old list ────────┘  │ └─┘                               │
//!     │ or a PE named        │                                    │ no PE left                        │
//!     ├──────────────────────│─────────────────────► Connecting   ▼                                   │
//!     │                      └──── session-pause ─────────────── Pausing ── session-rounds ──► Failed │
//!     │                                                                                               │
//!     │   the PE fails: report, then by the card, else by a fresh entry, else Resolving ◄─────────────┤
//!     └── Closed ◄── down, or close-timeout ── Closing ◄── Close: shut ───────────────────────────────┘
//! ```
//!
//! A round is one pass over the PEs of one list: each is tried once, those that failed lately last. The list is
//! the cache entry while it is fresh, else the answer to a new question; the first round may begin with the
//! business card. When a message of the PE came, or the PE stayed up for a while, the session counts its rounds
//! anew. When a message came and the PE stayed for session-pause at least, the round itself begins anew, so that
//! all other PEs may be dialled at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rsp_wire::{Cookie, PeIdentifier, PoolElement, PoolHandle, TransportUse};

use super::pool::Pool;
use super::question::MAX_HANDLE;
use super::queue::Queue;
use super::{
    Assoc, Channel, Dial, Event, Failover, Failure, Fault, Log, Message, Output, PoolUser, Session,
    SessionFailure, Target, Timer, Unsent,
};

/// One session.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) pool: PoolHandle,
    pub(super) state: State,
    /// True if it may go to another PE.
    pub(super) may_fail_over: bool,
    /// True once this round has its list.
    pub(super) is_listed: bool,
    /// PEs that failed in this round.
    pub(super) tried: BTreeSet<PeIdentifier>,
    /// Rounds that are over without a PE.
    pub(super) rounds: u32,
    /// PE before the present one.
    pub(super) left: Option<PeIdentifier>,
    /// The latest cookie.
    pub(super) cookie: Option<Cookie>,
    /// The business card of the last PE that had one: the order of failover.
    pub(super) card: Vec<PoolElement>,
    pub(super) queue: Queue,
}

/// State of a session.
#[derive(Debug)]
pub(super) enum State {
    /// It waits for the answer to the question about the pool.
    Resolving,
    /// It waits for the next round.
    Pausing,
    /// It waits for an association with a PE.
    Connecting(Connecting),
    /// It has a PE.
    Up(Up),
    /// It waits for the graceful end of its association.
    Closing { assoc: Assoc, pe: PeIdentifier },
}

/// An association with a PE that is being set up.
#[derive(Debug)]
pub(super) struct Connecting {
    dial: Dial,
    assoc: Option<Assoc>,
    element: Box<PoolElement>,
}

/// An association with a PE.
#[derive(Debug)]
pub(super) struct Up {
    pub(super) assoc: Assoc,
    pub(super) element: Box<PoolElement>,
    since: Duration,
    /// True once a message of the PE came.
    is_heard: bool,
    /// True once data was sent.
    pub(super) is_sent_to: bool,
    /// True once a card of this PE caused a question about a foreign pool; each PE may cause one.
    pub(super) is_introduced: bool,
}

/// All sessions, and the session of each association.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    map: BTreeMap<Session, Entry>,
    dials: BTreeMap<Dial, Session>,
    assocs: BTreeMap<Assoc, Session>,
}

impl Sessions {
    pub(super) fn get(&self, session: Session) -> Option<&Entry> {
        self.map.get(&session)
    }

    pub(super) fn get_mut(&mut self, session: Session) -> Option<&mut Entry> {
        self.map.get_mut(&session)
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    pub(super) fn of(&self, assoc: Assoc) -> Option<Session> {
        self.assocs.get(&assoc).copied()
    }

    /// Returns the number of associations and set-ups.
    pub(super) fn associations(&self) -> usize {
        self.assocs.len() + self.dials.len()
    }

    /// Returns the number of waiting messages and octets of each session.
    pub(super) fn queues(&self) -> impl Iterator<Item = (usize, usize)> {
        self.map.values().map(|entry| entry.queue.size())
    }

    pub(super) fn control_channels(&self) -> impl Iterator<Item = Assoc> {
        self.map.values().filter_map(|entry| match &entry.state {
            State::Up(up) if has_control(&up.element) => Some(up.assoc),
            State::Up(_)
            | State::Resolving
            | State::Pausing
            | State::Connecting(_)
            | State::Closing { .. } => None,
        })
    }
}

impl Entry {
    /// Takes note that a message of the PE came. Returns the PE, if there is one.
    pub(super) fn heard(&mut self) -> Option<PeIdentifier> {
        match &mut self.state {
            State::Up(up) => {
                up.is_heard = true;
                Some(up.element.identifier)
            }
            State::Closing { pe, .. } => Some(*pe),
            State::Resolving | State::Pausing | State::Connecting(_) => None,
        }
    }

    pub(super) fn has_control(&self) -> bool {
        match &self.state {
            State::Up(up) => has_control(&up.element),
            State::Resolving | State::Pausing | State::Connecting(_) | State::Closing { .. } => {
                false
            }
        }
    }

    #[cfg(test)]
    pub(super) fn state_name(entry: Option<&Self>) -> &'static str {
        match entry.map(|entry| &entry.state) {
            None => "(none)",
            Some(State::Resolving) => "Resolving",
            Some(State::Pausing) => "Pausing",
            Some(State::Connecting(_)) => "Connecting",
            Some(State::Up(_)) => "Up",
            Some(State::Closing { .. }) => "Closing",
        }
    }
}

impl PoolUser {
    pub(super) fn on_open(
        &mut self,
        now: Duration,
        session: Session,
        target: Target,
        may_fail_over: bool,
    ) {
        assert!(
            self.sessions.get(session).is_none(),
            "the number of a session is not used again"
        );
        if let Err(why) = self.admit_session(&target) {
            return self.emit(Event::Failed { session, why });
        }
        let pool = target.pool().clone();
        if let Some(entry) = self.pools.entry(&pool, self.config.max_pools) {
            entry.sessions.insert(session);
        } else {
            let why = SessionFailure::NotResolved(Failure::TooMany);
            return self.emit(Event::Failed { session, why });
        }
        let entry = Entry {
            pool: pool.clone(),
            state: State::Resolving,
            may_fail_over,
            is_listed: false,
            tried: BTreeSet::new(),
            rounds: 0,
            left: None,
            cookie: None,
            card: Vec::new(),
            queue: Queue::default(),
        };
        self.sessions.map.insert(session, entry);
        match target {
            Target::Pool(_) => self.next(now, session),
            Target::Element { element, .. } => {
                // RFC 5352 §6.5.3: the message is sent at once, and the cache entry is refreshed at the same
                // time.
                if self.pools.get(&pool).is_some_and(|p| !p.is_fresh(now)) {
                    self.populate(now, &pool);
                }
                if self.reach(&element).is_none() {
                    let why = SessionFailure::NoCommonTransport;
                    return self.fail_session(session, why);
                }
                self.connect(now, session, *element);
            }
        }
    }

    fn admit_session(&self, target: &Target) -> Result<(), SessionFailure> {
        if self.stopping {
            Err(SessionFailure::Stopping)
        } else if self.sessions.len() >= self.config.max_sessions {
            Err(SessionFailure::TooMany)
        } else if target.pool().as_octets().len() > MAX_HANDLE {
            Err(SessionFailure::NotResolved(Failure::HandleTooLong))
        } else {
            Ok(())
        }
    }

    /// Waits for an answer about the pool.
    pub(super) fn resolve(&mut self, now: Duration, session: Session) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        entry.state = State::Resolving;
        let pool = entry.pool.clone();
        let until = now.saturating_add(self.config.t1_enrp_request);
        self.timers.set(Timer::Session(session), until);
        self.ask(now, &pool);
    }

    /// Takes note that a registrar listed the pool.
    pub(super) fn on_session_listed(&mut self, now: Duration, session: Session) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        match entry.state {
            State::Resolving => {
                self.timers.clear(&Timer::Session(session));
                entry.is_listed = true;
                self.next_of_list(now, session);
            }
            State::Pausing | State::Connecting(_) | State::Up(_) | State::Closing { .. } => {}
        }
    }

    /// Takes note that the question was rejected or not answered. The session uses the old list (rule C3), unless
    /// the pool is known to be gone.
    pub(super) fn on_session_not_listed(&mut self, now: Duration, session: Session, why: &Failure) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        let has_list = |pool: &Pool| pool.list.is_some();
        match entry.state {
            State::Resolving if self.pools.get(&entry.pool).is_some_and(has_list) => {
                entry.is_listed = true;
                self.next_of_list(now, session);
            }
            State::Resolving if entry.left.is_none() && entry.rounds == 0 => {
                let why = SessionFailure::NotResolved(why.clone());
                self.fail_session(session, why);
            }
            State::Resolving => self.on_round_over(now, session),
            State::Pausing | State::Connecting(_) | State::Up(_) | State::Closing { .. } => {}
        }
    }

    pub(super) fn connect(&mut self, now: Duration, session: Session, element: PoolElement) {
        let Some((carrier, to)) = self.reach(&element) else {
            return;
        };
        let dial = Dial(self.next_dial);
        self.next_dial += 1;
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        let chosen = Log::Chosen {
            session,
            pool: entry.pool.clone(),
            pe: element.identifier,
        };
        entry.state = State::Connecting(Connecting {
            dial,
            assoc: None,
            element: Box::new(element),
        });
        self.sessions.dials.insert(dial, session);
        let until = now.saturating_add(self.config.set_up_timeout);
        self.timers.set(Timer::Session(session), until);
        self.log(chosen);
        self.out.push_back(Output::Connect {
            dial,
            channel: Channel::Element,
            carrier,
            to,
        });
    }

    pub(super) fn on_session_dialled(&mut self, now: Duration, dial: Dial, assoc: Option<Assoc>) {
        let Some(session) = self.sessions.dials.remove(&dial) else {
            // The session ended before the set-up began.
            self.out.extend(assoc.map(|assoc| Output::Abort { assoc }));
            return;
        };
        let Some(assoc) = assoc else {
            return self.on_fault(now, session, Fault::NotDialled, Vec::new());
        };
        if let Some(Entry {
            state: State::Connecting(connecting),
            ..
        }) = self.sessions.get_mut(session)
        {
            connecting.assoc = Some(assoc);
            self.sessions.assocs.insert(assoc, session);
        }
    }

    pub(super) fn on_session_up(&mut self, now: Duration, session: Session, assoc: Assoc) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        let State::Connecting(connecting) = &entry.state else {
            return;
        };
        let element = connecting.element.clone();
        let pe = element.identifier;
        let left = entry.left.replace(pe);
        entry.state = State::Up(Up {
            assoc,
            element: element.clone(),
            since: now,
            is_heard: false,
            is_sent_to: false,
            is_introduced: false,
        });
        let pool = entry.pool.clone();
        if let Some(pool) = self.pools.get_mut(&pool) {
            pool.prefer(pe);
        }
        self.timers.clear(&Timer::Session(session));
        let cookie_echoed = has_control(&element) && self.greet(session, assoc);
        self.emit(Event::Up {
            session,
            element,
            failover: left.map(|from| Failover {
                from,
                cookie_echoed,
            }),
        });
        self.flush(now, session);
    }

    pub(super) fn on_session_down(
        &mut self,
        now: Duration,
        session: Session,
        assoc: Assoc,
        why: Fault,
        unsent: Vec<Message>,
    ) {
        self.sessions.assocs.remove(&assoc);
        let Some(entry) = self.sessions.get(session) else {
            return;
        };
        match entry.state {
            State::Connecting(_) | State::Up(_) => self.on_fault(now, session, why, unsent),
            State::Closing { .. } => {
                self.give_back(session, None, Unsent::Ended, unsent);
                self.end_session(session);
                self.emit(Event::Closed { session });
            }
            State::Resolving | State::Pausing => {}
        }
    }

    /// Takes note that the PE restarted and lost the state of the session.
    pub(super) fn on_session_restart(&mut self, now: Duration, session: Session, assoc: Assoc) {
        let Some(entry) = self.sessions.get(session) else {
            return;
        };
        match entry.state {
            State::Up(_) | State::Connecting(_) => {
                self.hang_up(assoc);
                self.on_fault(now, session, Fault::Restarted, Vec::new());
            }
            State::Closing { .. } | State::Resolving | State::Pausing => {}
        }
    }

    /// Takes the owner's report that the PE does not work.
    pub(super) fn on_fail(&mut self, now: Duration, session: Session) {
        let Some(entry) = self.sessions.get(session) else {
            return self.log_unknown("session", session.0);
        };
        let assoc = match &entry.state {
            State::Connecting(connecting) => connecting.assoc,
            State::Up(up) => Some(up.assoc),
            // It has no PE that could fail.
            State::Resolving | State::Pausing | State::Closing { .. } => return,
        };
        if let Some(assoc) = assoc {
            self.hang_up(assoc);
        }
        self.on_fault(now, session, Fault::Reported, Vec::new());
    }

    fn hang_up(&mut self, assoc: Assoc) {
        self.sessions.assocs.remove(&assoc);
        self.out.push_back(Output::Abort { assoc });
    }

    /// Takes the failure of the PE that the session has or dials; its association is gone.
    fn on_fault(&mut self, now: Duration, session: Session, why: Fault, unsent: Vec<Message>) {
        let (pause, proof) = (self.config.session_pause, self.config.avoidance);
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        let mut is_sent_to = false;
        let (pe, was_up) = match &entry.state {
            State::Connecting(connecting) => (connecting.element.identifier, false),
            State::Up(up) => {
                let stayed = now.saturating_sub(up.since);
                if stayed >= proof || up.is_heard {
                    entry.rounds = 0;
                }
                // A PE that sends a message and leaves at once does not begin a new round: otherwise two such PEs
                // would be dialled in turn without a pause.
                if stayed >= proof || (up.is_heard && stayed >= pause) {
                    entry.tried.clear();
                    entry.is_listed = false;
                }
                is_sent_to = up.is_sent_to;
                (up.element.identifier, true)
            }
            State::Resolving | State::Pausing | State::Closing { .. } => return,
        };
        entry.tried.insert(pe);
        let former = std::mem::replace(&mut entry.state, State::Resolving);
        let pool = entry.pool.clone();
        let may_fail_over = entry.may_fail_over;
        if let State::Connecting(connecting) = former {
            self.sessions.dials.remove(&connecting.dial);
        }
        self.timers.clear(&Timer::Session(session));
        self.log(Log::Failed { session, pe, why });
        if is_sent_to {
            // Another session may have reported the PE since; this session used it all the same.
            self.on_contacted(now, pool.clone(), pe);
        }
        self.judge(now, &pool, pe, why);
        self.sort_out(session, pe, unsent);
        if !may_fail_over {
            return self.fail_session(session, SessionFailure::Fault { pe, why });
        }
        if was_up {
            self.emit(Event::FailingOver {
                session,
                from: pe,
                why,
            });
        }
        self.next(now, session);
    }

    /// Prefers other PEs for a while, and reports the PE to the registrar if the fault shows that it is
    /// unreachable.
    fn judge(&mut self, now: Duration, pool: &PoolHandle, pe: PeIdentifier, why: Fault) {
        let limit = self.config.max_pool_elements;
        let until = now.saturating_add(self.config.avoidance);
        if let Some(entry) = self.pools.get_mut(pool) {
            entry.avoid(pe, until, limit);
        }
        match why {
            Fault::Lost | Fault::Aborted | Fault::Refused | Fault::Unreachable => {
                self.report(now, pool.clone(), pe);
            }
            Fault::Reported => self.on_unreachable(now, pool.clone(), pe),
            Fault::Closed | Fault::Restarted | Fault::NotDialled => {}
        }
    }

    /// Sorts messages that lost their PE: they wait for the next one, or go back if they must not go to another
    /// one.
    fn sort_out(&mut self, session: Session, pe: PeIdentifier, unsent: Vec<Message>) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        let mut messages = unsent;
        messages.extend(entry.queue.take());
        let default = entry.may_fail_over;
        let goes_on = |message: &Message| default && message.failover.unwrap_or(default);
        let (kept, returned): (Vec<Message>, Vec<Message>) =
            messages.into_iter().partition(goes_on);
        let (count, octets) = (self.config.max_queued, self.config.max_queued_octets);
        let kept = kept.into_iter();
        let refused = kept.filter_map(|message| entry.queue.push(message, count, octets).err());
        let refused = refused.collect();
        self.give_back(session, Some(pe), Unsent::NoFailover, returned);
        self.give_back(session, None, Unsent::QueueFull, refused);
    }

    pub(super) fn on_session_time(&mut self, now: Duration, session: Session) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        match &entry.state {
            // Rule C3: no registrar has answered yet, so the session uses the stale list.
            State::Resolving => {
                let pool = self.pools.get(&entry.pool);
                if pool.is_some_and(|pool| pool.list.is_some()) {
                    entry.is_listed = true;
                    self.next_of_list(now, session);
                }
            }
            State::Pausing => self.resolve(now, session),
            State::Connecting(connecting) => {
                if let Some(assoc) = connecting.assoc {
                    self.hang_up(assoc);
                }
                self.on_fault(now, session, Fault::Unreachable, Vec::new());
            }
            State::Up(_) => {}
            State::Closing { assoc, .. } => {
                let assoc = *assoc;
                self.hang_up(assoc);
                self.end_session(session);
                self.emit(Event::Closed { session });
            }
        }
    }

    pub(super) fn on_close(&mut self, now: Duration, session: Session) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return self.log_unknown("session", session.0);
        };
        let queued = entry.queue.take();
        match &entry.state {
            State::Closing { .. } => return,
            State::Up(up) => {
                let (assoc, pe) = (up.assoc, up.element.identifier);
                entry.state = State::Closing { assoc, pe };
                let until = now.saturating_add(self.config.close_timeout);
                self.timers.set(Timer::Session(session), until);
                self.out.push_back(Output::Shutdown { assoc });
                return;
            }
            State::Connecting(connecting) => {
                let (dial, assoc) = (connecting.dial, connecting.assoc);
                self.sessions.dials.remove(&dial);
                if let Some(assoc) = assoc {
                    self.hang_up(assoc);
                }
            }
            State::Resolving | State::Pausing => {}
        }
        self.give_back(session, None, Unsent::Ended, queued);
        self.end_session(session);
        self.emit(Event::Closed { session });
    }

    pub(super) fn close_all(&mut self, now: Duration) {
        let all: Vec<Session> = self.sessions.map.keys().copied().collect();
        for session in all {
            self.on_close(now, session);
        }
    }

    pub(super) fn fail_session(&mut self, session: Session, why: SessionFailure) {
        if let Some(entry) = self.sessions.get_mut(session) {
            let queued = entry.queue.take();
            self.give_back(session, None, Unsent::Ended, queued);
        }
        self.end_session(session);
        self.emit(Event::Failed { session, why });
    }

    fn end_session(&mut self, session: Session) {
        self.timers.clear(&Timer::Session(session));
        let Some(entry) = self.sessions.map.remove(&session) else {
            return;
        };
        if let Some(pool) = self.pools.get_mut(&entry.pool) {
            pool.sessions.remove(&session);
        }
        self.pools.tidy(&entry.pool);
    }
}

/// Returns true if the PE has a control channel (RFC 5354 §3.4).
fn has_control(element: &PoolElement) -> bool {
    element.user_transport.transport_use() == TransportUse::DATA_PLUS_CONTROL
}
