//! A pool user: resolves pool handles, chooses PEs by the policies of their pools, and keeps sessions with
//! them that survive the failure of a PE (RFC 5352 §2.2.5-§2.2.14, §3.3, §3.5-§3.9, §6; RFC 5356).
//!
//! ```text
//!              Input                                                        Output
//!   Dialled, Up, Restart, Down ──► home, session ─┐              ┌─► Connect, Abort, Shutdown
//!   Message ──► unknown (decoding), data ─────────┼─► procedure ─┼─► Send (ASAP), Data (of sessions)
//!   Datagram ──► home ────────────────────────────┤              ├─► Told(event), Log
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
//! | §6.5.3 to a pool element handle | [`Target::Element`]; the handle is pool and PE, as [`Event::Up`] tells them |
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
//! One procedure is one file; each is an `impl PoolUser` of its `on_…` functions and the state it alone keeps.

mod config;
mod event;
mod log;

pub use config::Config;
pub use event::{
    Event, Failover, Failure, Fault, Message, Request, Resolution, Session, SessionFailure, Target,
    Unsent,
};
pub use log::Log;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::asap::BusinessCard;
use rsp_wire::{PeIdentifier, PoolHandle};

pub use crate::{Assoc, Dial};

/// What carries a user transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// An SCTP association.
    Sctp,
    /// A TCP connection: octets without message boundaries.
    Tcp,
    /// UDP datagrams. The caller answers a [`Output::Connect`] by [`Input::Up`] at once.
    Udp,
}

/// What an association is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// ASAP with a registrar; over TCP, messages are framed by their Length.
    Registrar,
    /// Data with a PE, and ASAP beside it if there is a control channel.
    Element,
}

/// What happened, or what the owner wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The answer to [`Output::Connect`], before anything else happens to the association: it is being set
    /// up, and [`Input::Up`] or [`Input::Down`] follows; or none, it cannot be.
    Dialled {
        /// What was asked for.
        dial: Dial,
        /// The association.
        assoc: Option<Assoc>,
    },
    /// An association that was asked for is up. Others are refused: nobody calls a pool user.
    Up {
        /// Which one.
        assoc: Assoc,
    },
    /// The peer restarted an association (RFC 9260 §5.2).
    Restart {
        /// Which one.
        assoc: Assoc,
    },
    /// An association is gone, or could not be set up.
    Down {
        /// Which one.
        assoc: Assoc,
        /// Why.
        why: Fault,
        /// [`Output::Data`] of it that never went to the transport, the oldest first.
        unsent: Vec<Message>,
    },
    /// A user message; of TCP with a PE, the octets that came.
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
    /// Shut down: end all associations gracefully, refuse everything new.
    Stop,
    /// Resolve a pool handle, from the cache while its entry is fresh. Answered by [`Event::Resolved`] or
    /// [`Event::NotResolved`].
    Resolve {
        /// Its number.
        request: Request,
        /// The pool.
        pool: PoolHandle,
    },
    /// Resolve a pool handle and tell of changes (S=1), until [`Input::Unwatch`] or [`Event::WatchEnded`].
    Watch {
        /// Its number.
        request: Request,
        /// The pool.
        pool: PoolHandle,
    },
    /// End a watch. No RFC has a word for it: the registrar goes on telling, the owner is not told.
    Unwatch {
        /// Which one.
        request: Request,
    },
    /// Bring the cache entry of a pool up to date; does nothing without a cache.
    Populate {
        /// The pool.
        pool: PoolHandle,
    },
    /// Forget the cache entry of a pool. What sessions need of it, they keep.
    Purge {
        /// The pool.
        pool: PoolHandle,
    },
    /// Begin a session; [`Event::Up`] or [`Event::Failed`] follows. Messages may be sent at once.
    Open {
        /// Its number.
        session: Session,
        /// With whom.
        target: Target,
        /// Whether it goes on with another PE when its PE fails (ASAP_SEND_FAILOVER), else it fails too.
        failover: bool,
    },
    /// Send a user message in a session.
    Send {
        /// The session.
        session: Session,
        /// The message.
        message: Message,
    },
    /// The PE of a session does not do its work (Transport.Failure): leave it.
    Fail {
        /// The session.
        session: Session,
    },
    /// End a session gracefully; [`Event::Closed`] follows.
    Close {
        /// Which one.
        session: Session,
    },
    /// The owner sends data to this PE by its own means.
    Contacted {
        /// The pool.
        pool: PoolHandle,
        /// The PE.
        pe: PeIdentifier,
    },
    /// The owner cannot reach this PE by its own means (Transport.Failure). It is reported only if data was
    /// sent to it before, in a session or after [`Input::Contacted`].
    Unreachable {
        /// The pool.
        pool: PoolHandle,
        /// The PE.
        pe: PeIdentifier,
    },
    /// The pool user is a PE too, and this is its business card (RFC 5352 §3.9): it is sent to the PEs of all
    /// sessions now, and of later ones when they begin.
    Card {
        /// The card; none if it is no PE any more.
        card: Option<BusinessCard>,
    },
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send an ASAP message.
    Send {
        /// Over this association.
        assoc: Assoc,
        /// On this stream.
        stream: u16,
        /// With this PPID, in host order.
        ppid: u32,
        /// The message, padded.
        octets: Vec<u8>,
    },
    /// Send a user message to a PE.
    Data {
        /// Over this association.
        assoc: Assoc,
        /// The message. If it cannot be handed to the transport, it comes back with [`Input::Down`].
        message: Message,
    },
    /// Set up an association; [`Input::Dialled`] is expected at once.
    Connect {
        /// Its number until it has one of the caller's.
        dial: Dial,
        /// What it is for.
        channel: Channel,
        /// By what.
        carrier: Carrier,
        /// To these addresses of one peer; never empty, and all ports are equal.
        to: Vec<SocketAddr>,
    },
    /// End an association at once; no [`Input::Down`] is expected.
    Abort {
        /// Which one.
        assoc: Assoc,
    },
    /// End an association gracefully; [`Input::Down`] is expected.
    Shutdown {
        /// Which one.
        assoc: Assoc,
    },
    /// For the owner.
    Told(Event),
    /// For people and tests.
    Log(Log),
    /// Nothing more until the next input; at this time at the latest, let it be [`Input::Tick`].
    Wait(Option<Duration>),
}

/// The engine.
#[derive(Debug)]
pub struct PoolUser {
    stopping: bool,
    out: VecDeque<Output>,
}

impl PoolUser {
    /// A pool user that knows no pool. The seed decides all random choices.
    pub fn new(_config: Config, _seed: u64, _now: Duration) -> Self {
        Self {
            stopping: false,
            out: VecDeque::new(),
        }
    }

    /// Takes one input. What is due by `now` happens before it.
    pub fn handle(&mut self, _now: Duration, input: Input<'_>) {
        let why = if self.stopping {
            Failure::Stopping
        } else {
            Failure::NoRegistrar
        };
        match input {
            Input::Resolve { request, .. } => self.tell(Event::NotResolved { request, why }),
            Input::Watch { request, .. } => self.tell(Event::WatchEnded { request, why }),
            Input::Open { session, .. } => {
                let why = SessionFailure::NotResolved(why);
                self.tell(Event::Failed { session, why });
            }
            Input::Up { assoc } => self.out.push_back(Output::Abort { assoc }),
            Input::Stop => self.stopping = true,
            Input::Dialled { .. }
            | Input::Restart { .. }
            | Input::Down { .. }
            | Input::Message { .. }
            | Input::Datagram { .. }
            | Input::Tick
            | Input::Unwatch { .. }
            | Input::Populate { .. }
            | Input::Purge { .. }
            | Input::Send { .. }
            | Input::Fail { .. }
            | Input::Close { .. }
            | Input::Contacted { .. }
            | Input::Unreachable { .. }
            | Input::Card { .. } => {}
        }
    }

    /// The next thing to do; [`Output::Wait`] when there is none.
    pub fn poll(&mut self) -> Output {
        self.out.pop_front().unwrap_or(Output::Wait(None))
    }

    /// How many associations and connections there are, those that are being set up included.
    pub fn associations(&self) -> usize {
        0
    }

    fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Told(event));
    }
}
