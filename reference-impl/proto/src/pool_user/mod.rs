//! A pool user: resolves pool handles, chooses PEs by the policies of their pools, and keeps sessions with them
//! across failures of PEs (RFC 5352 §2.2.5-§2.2.14, §3.3, §3.5-§3.9, §6; RFC 5356).
//!
//! ```text
//!              Input                                                        Output
//!   Dialled, Up, Restart, Down ──► home, session ─┐              ┌─► Connect, Abort, Shutdown
//!   Message ──► receive (decoding), data ─────────┼─► procedure ─┼─► Send (ASAP), Data (of sessions)
//!   Datagram ──► home ────────────────────────────┤              ├─► Event(event), Log
//!   Tick ──► whatever is due ─────────────────────┤              └─► Wait(deadline)
//!   Resolve, Watch, Open, Send, … ──► procedure ──┘
//! ```
//!
//! The primitives of RFC 5352 §6 are these inputs and events:
//!
//! | RFC 5352 | here |
//! |---|---|
//! | §6.1, §6.2 Registration, Deregistration.Request | a pool element's, not a pool user's |
//! | §6.3 CachePopulateRequest | [`Input::Populate`] |
//! | §6.4 CachePurgeRequest | [`Input::Purge`] |
//! | §6.5 DataSendRequest | [`Input::Open`] for the destination, then [`Input::Send`] for each message |
//! | §6.5.1 to a pool handle | [`Target::Pool`]; a session keeps its PE, a choice for each message is a session for each |
//! | §6.5.3 to a pool element handle | [`Target::Element`]; the handle is pool and PE, as in [`Event::Up`] |
//! | §6.5.4 to a transport address | bypasses ASAP, so it bypasses this |
//! | §6.5.5 ASAP_SEND_FAILOVER, _NO_FAILOVER | [`Input::Open`] for the session, [`Message::failover`] for one message |
//! | §6.5.5 ASAP_SEND_TO_LAST | what a session does |
//! | §6.5.5 ASAP_SEND_TO_ALL, _TO_SELF | [`Input::Resolve`], then a session with each [`Target::Element`] |
//! | §6.5.5 ASAP_SCTP_UNORDER | [`Message::unordered`] |
//! | §6.6 Data.Received | [`Event::Data`] |
//! | §6.7 Error.Report | [`Event::NotResolved`], [`Event::WatchEnded`], [`Event::Returned`], [`Event::Failed`] |
//! | §6.9.1 Translation.Request | [`Input::Resolve`] |
//! | §6.9.2 Transport.Failure | [`Input::Fail`] for a session, else [`Input::Contacted`] and [`Input::Unreachable`] |
//!
//! One procedure is one file; each is an `impl PoolUser` of its `on_…` functions and the state that only it uses.

mod choice;
mod config;
mod control;
mod data;
mod event;
mod home;
mod log;
mod pool;
mod question;
mod queue;
mod receive;
mod resolution;
mod selection;
mod session;
mod unreachable;
mod watch;

pub use config::Config;
pub use event::{
    Event, Failover, Failure, Fault, Message, Request, Resolution, Session, SessionFailure, Target,
    Unsent,
};
pub use log::Log;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::asap::{self, BusinessCard};
use rsp_wire::{PeIdentifier, PoolElement, PoolHandle};

use crate::ASAP_PPID;
use crate::hunt::Hunt;
use crate::log::Inbound;
use crate::timers::Timers;
pub use crate::{Assoc, Dial};
use home::Home;
use pool::Pools;
use session::{Sessions, State};
use unreachable::Contacts;

/// Transport protocol of user data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// An SCTP association.
    Sctp,
    /// A TCP connection: octets without message boundaries.
    Tcp,
    /// UDP datagrams. The caller answers an [`Output::Connect`] by [`Input::Up`] at once.
    Udp,
}

/// Purpose of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// ASAP with a registrar; over TCP, messages are framed by their Length.
    Registrar,
    /// Data with a PE, and ASAP over the same association if it has a control channel.
    Element,
}

/// Event of the transport, or request of the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The answer to [`Output::Connect`], before any other event of the association. With an association, the
    /// set-up has begun, and [`Input::Up`] or [`Input::Down`] follows; with none, it is impossible.
    Dialled {
        /// Number of the set-up.
        dial: Dial,
        /// The association.
        assoc: Option<Assoc>,
    },
    /// An association that the engine dialled is up. It aborts any other: no peer sets up associations to a pool
    /// user.
    Up {
        /// The association.
        assoc: Assoc,
    },
    /// The peer restarted an association (RFC 9260 §5.2).
    Restart {
        /// The association.
        assoc: Assoc,
    },
    /// An association is gone, or its set-up failed.
    Down {
        /// The association.
        assoc: Assoc,
        /// Reason.
        why: Fault,
        /// [`Output::Data`] for it that never reached the transport, the oldest first.
        unsent: Vec<Message>,
    },
    /// A user message; over TCP with a PE, the octets that came.
    Message {
        /// Association it came over.
        assoc: Assoc,
        /// PPID in host order; 0 where there is none.
        ppid: u32,
        /// The message.
        octets: &'a [u8],
    },
    /// A datagram of the multicast channel.
    Datagram {
        /// Its source.
        from: SocketAddr,
        /// Payload.
        octets: &'a [u8],
    },
    /// Time has passed.
    Tick,
    /// Shut down: end all associations gracefully, refuse new requests.
    Stop,
    /// Resolve a pool handle, from the cache while its entry is fresh. Answered by [`Event::Resolved`] or
    /// [`Event::NotResolved`].
    Resolve {
        /// Its number.
        request: Request,
        /// The pool.
        pool: PoolHandle,
    },
    /// Resolve a pool handle and report changes (S=1), until [`Input::Unwatch`] or [`Event::WatchEnded`].
    Watch {
        /// Its number.
        request: Request,
        /// The pool.
        pool: PoolHandle,
    },
    /// End a watch. ASAP has no message for it: the registrar continues to send updates, and the owner gets none.
    Unwatch {
        /// The watch.
        request: Request,
    },
    /// Refresh the cache entry of a pool; does nothing without a cache.
    Populate {
        /// The pool.
        pool: PoolHandle,
    },
    /// Remove the cache entry of a pool. Sessions keep what they need of it.
    Purge {
        /// The pool.
        pool: PoolHandle,
    },
    /// Begin a session; [`Event::Up`] or [`Event::Failed`] follows. Messages may be sent at once.
    Open {
        /// Its number.
        session: Session,
        /// The pool or PE.
        target: Target,
        /// True to continue with another PE when its PE fails (ASAP_SEND_FAILOVER); if false, the session fails
        /// too.
        failover: bool,
    },
    /// Send a user message in a session.
    Send {
        /// The session.
        session: Session,
        /// The message.
        message: Message,
    },
    /// Leave the PE of a session, which does not work (Transport.Failure). A caller that holds messages for it
    /// ([`PoolUser::element`]) may abort the association itself instead, and return them with [`Input::Down`] and
    /// [`Fault::Reported`].
    Fail {
        /// The session.
        session: Session,
    },
    /// End a session gracefully; [`Event::Closed`] follows.
    Close {
        /// The session.
        session: Session,
    },
    /// The owner sends data to this PE by its own transport.
    Contacted {
        /// The pool.
        pool: PoolHandle,
        /// The PE.
        pe: PeIdentifier,
    },
    /// The owner cannot reach this PE by its own transport (Transport.Failure). It is reported only if data was
    /// sent to it before, in a session or after [`Input::Contacted`].
    Unreachable {
        /// The pool.
        pool: PoolHandle,
        /// The PE.
        pe: PeIdentifier,
    },
    /// The pool user is a PE too, and this is its business card (RFC 5352 §3.9): the engine sends it to the PEs
    /// of all sessions now, and to those of later ones when they begin.
    Card {
        /// The card; none if it is not a PE any more.
        card: Option<BusinessCard>,
    },
}

/// Action that the caller has to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send an ASAP message.
    Send {
        /// Association.
        assoc: Assoc,
        /// Stream.
        stream: u16,
        /// PPID, in host order.
        ppid: u32,
        /// The message, padded.
        octets: Vec<u8>,
    },
    /// Send a user message to a PE.
    Data {
        /// Association.
        assoc: Assoc,
        /// The message. If the transport does not accept it, the caller returns it with [`Input::Down`].
        message: Message,
    },
    /// Set up an association; [`Input::Dialled`] is expected at once.
    Connect {
        /// Number of the set-up; the caller answers with its number of the association.
        dial: Dial,
        /// Purpose of the association.
        channel: Channel,
        /// Transport protocol.
        carrier: Carrier,
        /// Addresses of one peer; never empty, and all ports are equal.
        to: Vec<SocketAddr>,
    },
    /// End an association at once; no [`Input::Down`] is expected.
    Abort {
        /// The association.
        assoc: Assoc,
    },
    /// End an association gracefully; [`Input::Down`] is expected.
    Shutdown {
        /// The association.
        assoc: Assoc,
    },
    /// Report this event to the owner.
    Event(Event),
    /// Write this log entry.
    Log(Log),
    /// Wait: the engine has nothing to do before the next input. At this time at the latest, pass
    /// [`Input::Tick`].
    Wait(Option<Duration>),
}

/// Numbers of what a pool user holds; each has its limit in [`Config`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Pools known.
    pub pools: usize,
    /// Questions and watches of the owner.
    pub requests: usize,
    /// Sessions.
    pub sessions: usize,
    /// Messages that wait for a PE.
    pub queued: usize,
    /// Octets of these messages.
    pub queued_octets: usize,
    /// PEs remembered as used or reported.
    pub contacts: usize,
    /// Reports that wait for a home.
    pub reports: usize,
}

/// Purpose of a deadline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// T1-ENRPrequest of the question about this pool.
    Question(PoolHandle),
    /// The wait of this session's state.
    Session(Session),
}

/// The engine of a pool user.
#[derive(Debug)]
pub struct PoolUser {
    config: Config,
    rng: fastrand::Rng,
    home: Home,
    pools: Pools,
    sessions: Sessions,
    contacts: Contacts,
    /// The owner's questions and watches that are not over, each with its pool.
    requests: BTreeMap<Request, PoolHandle>,
    card: Option<BusinessCard>,
    timers: Timers<Timer>,
    /// Dials of the hunt are in the upper half.
    next_dial: u64,
    stopping: bool,
    out: VecDeque<Output>,
}

impl PoolUser {
    /// Returns a pool user that knows no pool and hunts for a registrar (RFC 5352 §3.6). The seed decides all
    /// random choices.
    pub fn new(config: Config, seed: u64, now: Duration) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let home = Home::new(&config, rng.u64(..));
        let mut pool_user = Self {
            config,
            rng,
            home,
            pools: Pools::default(),
            sessions: Sessions::default(),
            contacts: Contacts::new(),
            requests: BTreeMap::new(),
            card: None,
            timers: Timers::default(),
            next_dial: 0,
            stopping: false,
            out: VecDeque::new(),
        };
        pool_user.hunt(now);
        pool_user
    }

    /// Returns the number of associations and connections, set-ups included.
    pub fn associations(&self) -> usize {
        self.home.associations() + self.sessions.associations()
    }

    /// Returns the numbers of everything that grows.
    pub fn size(&self) -> Size {
        let queues = || self.sessions.queues();
        Size {
            pools: self.pools.len(),
            requests: self.requests.len(),
            sessions: self.sessions.len(),
            queued: queues().map(|(messages, _)| messages).sum(),
            queued_octets: queues().map(|(_, octets)| octets).sum(),
            contacts: self.contacts.len(),
            reports: self.contacts.pending(),
        }
    }

    /// Returns the PE of a session, if it has one, and the association with it.
    pub fn element(&self, session: Session) -> Option<(Assoc, &PoolElement)> {
        match &self.sessions.get(session)?.state {
            State::Up(up) => Some((up.assoc, &up.element)),
            State::Resolving | State::Pausing | State::Connecting(_) | State::Closing { .. } => {
                None
            }
        }
    }

    /// Returns the last list of this pool from a registrar, and the time it came; it may be stale.
    pub fn known(&self, pool: &PoolHandle) -> Option<(&Resolution, Duration)> {
        let list = self.pools.get(pool)?.list.as_ref()?;
        Some((&list.resolution, list.at))
    }

    /// Takes one input, after what is due by `now`.
    pub fn handle(&mut self, now: Duration, input: Input<'_>) {
        self.on_time(now);
        match input {
            Input::Dialled { dial, assoc } if Hunt::is_own(dial) => {
                self.on_home_dialled(now, dial, assoc);
            }
            Input::Dialled { dial, assoc } => self.on_session_dialled(now, dial, assoc),
            Input::Up { assoc } => self.on_up(now, assoc),
            Input::Restart { assoc } => self.on_restart(now, assoc),
            Input::Down { assoc, why, unsent } => self.on_down(now, assoc, why, unsent),
            Input::Message {
                assoc,
                ppid,
                octets,
            } => self.on_message(now, assoc, ppid, octets),
            Input::Datagram { from, octets } => self.on_datagram(now, from, octets),
            Input::Tick => {}
            Input::Stop => self.on_stop(now),
            Input::Resolve { request, pool } => self.on_resolve(now, request, pool),
            Input::Watch { request, pool } => self.on_watch(now, request, pool),
            Input::Unwatch { request } => self.on_unwatch(request),
            Input::Populate { pool } => self.populate(now, &pool),
            Input::Purge { pool } => self.on_purge(&pool),
            Input::Open {
                session,
                target,
                failover,
            } => self.on_open(now, session, target, failover),
            Input::Send { session, message } => self.on_send(now, session, message),
            Input::Fail { session } => self.on_fail(now, session),
            Input::Close { session } => self.on_close(now, session),
            Input::Contacted { pool, pe } => self.on_contacted(now, pool, pe),
            Input::Unreachable { pool, pe } => self.on_unreachable(now, pool, pe),
            Input::Card { card } => self.on_card(card),
        }
    }

    /// Returns the next action; [`Output::Wait`] when there is none.
    pub fn poll(&mut self) -> Output {
        match self.out.pop_front() {
            Some(output) => output,
            None => Output::Wait(self.deadline()),
        }
    }

    fn deadline(&self) -> Option<Duration> {
        [self.timers.due(), self.home.due()]
            .into_iter()
            .flatten()
            .min()
    }

    fn on_time(&mut self, now: Duration) {
        self.on_hunt_time(now);
        while let Some(timer) = self.timers.take_due(now) {
            match timer {
                Timer::Question(pool) => self.on_t1(now, &pool),
                Timer::Session(session) => self.on_session_time(now, session),
            }
        }
    }

    fn on_up(&mut self, now: Duration, assoc: Assoc) {
        match self.sessions.of(assoc) {
            Some(session) => self.on_session_up(now, session, assoc),
            None => self.on_home_up(now, assoc),
        }
    }

    fn on_restart(&mut self, now: Duration, assoc: Assoc) {
        match self.sessions.of(assoc) {
            Some(session) => self.on_session_restart(now, session, assoc),
            None => self.on_home_restart(now, assoc),
        }
    }

    fn on_down(&mut self, now: Duration, assoc: Assoc, why: Fault, unsent: Vec<Message>) {
        match self.sessions.of(assoc) {
            Some(session) => self.on_session_down(now, session, assoc, why, unsent),
            None => self.on_home_down(now, assoc),
        }
    }

    fn on_message(&mut self, now: Duration, assoc: Assoc, ppid: u32, octets: &[u8]) {
        if let Some(session) = self.sessions.of(assoc) {
            self.on_session_message(now, session, assoc, ppid, octets);
        } else if self.home.has(assoc) {
            // RFC 5352 §5 has only a SHOULD for the PPID, so a message with another one is accepted too.
            if let Some(message) = self.receive(assoc, octets) {
                self.on_asap(now, assoc, message);
            }
        }
    }

    /// Takes a message of a registrar.
    fn on_asap(&mut self, now: Duration, assoc: Assoc, message: asap::Message) {
        use asap::Message as M;
        match message {
            M::HandleResolutionResponse(m) => self.on_response(now, assoc, m),
            M::Error(m) => self.log(Inbound::error_reported(assoc, &m.operation_error)),
            // Known, but not sent by a registrar to a pool user. No rule requires a report.
            M::Registration(_)
            | M::Deregistration(_)
            | M::RegistrationResponse(_)
            | M::DeregistrationResponse(_)
            | M::HandleResolution(_)
            | M::EndpointKeepAlive(_)
            | M::EndpointKeepAliveAck(_)
            | M::EndpointUnreachable(_)
            | M::ServerAnnounce(_)
            | M::Cookie(_)
            | M::CookieEcho(_)
            | M::BusinessCard(_) => self.log(Inbound::OutOfPlace {
                assoc,
                message: message.message_type(),
            }),
        }
    }

    fn on_stop(&mut self, now: Duration) {
        if std::mem::replace(&mut self.stopping, true) {
            return;
        }
        self.drop_requests();
        self.close_all(now);
        self.leave_home();
    }

    /// Sends an ASAP message, unless it cannot be encoded, which is logged.
    fn send(&mut self, assoc: Assoc, message: impl Into<asap::Message>) {
        let message = message.into();
        let mut octets = Vec::new();
        match message.encode(&mut octets) {
            // The RFCs do not define the streams; one stream keeps the messages in order.
            Ok(()) => self.out.push_back(Output::Send {
                assoc,
                stream: 0,
                ppid: ASAP_PPID,
                octets,
            }),
            Err(error) => self.log(Log::NotEncoded {
                message: message.message_type(),
                error,
            }),
        }
    }

    fn emit(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    fn tell_all(&mut self, events: Vec<Event>) {
        self.out.extend(events.into_iter().map(Output::Event));
    }

    fn log(&mut self, log: impl Into<Log>) {
        self.out.push_back(Output::Log(log.into()));
    }

    fn log_unknown(&mut self, what: &'static str, number: u64) {
        self.log(Log::Unknown { what, number });
    }
}

#[cfg(test)]
mod tests;
