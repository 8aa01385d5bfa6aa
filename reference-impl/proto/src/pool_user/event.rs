//! Events that a pool user reports to its owner, and their types.

use std::fmt;
use std::sync::Arc;

use rsp_wire::{CauseCode, PeIdentifier, PolicyType, PoolElement, PoolHandle};

/// A question or a watch, as numbered by the owner. A number is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request(pub u64);

/// A session with a pool, as numbered by the owner. A number is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session(pub u64);

/// Target of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A PE of the pool, chosen by the pool's policy (RFC 5352 §6.5.1).
    Pool(PoolHandle),
    /// This PE of the pool first: a pool element handle (RFC 5352 §6.5.3).
    Element {
        /// The pool.
        pool: PoolHandle,
        /// The PE, as an earlier answer listed it.
        element: Box<PoolElement>,
    },
}

impl Target {
    /// The pool.
    pub fn pool(&self) -> &PoolHandle {
        match self {
            Self::Pool(pool) | Self::Element { pool, .. } => pool,
        }
    }
}

/// A user message with the options of RFC 5352 §6.5.5 that concern a single one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The message.
    pub octets: Vec<u8>,
    /// PPID in host order if the transport is SCTP; ASAP's is not allowed (RFC 5352 §5).
    pub ppid: u32,
    /// Stream if the transport is SCTP.
    pub stream: u16,
    /// ASAP_SCTP_UNORDER.
    pub unordered: bool,
    /// ASAP_SEND_FAILOVER (true) or ASAP_SEND_NO_FAILOVER (false); with ASAP_USE_DEFAULT (none) the session
    /// decides. In a session without failover no message goes to another PE: the session ends, and all messages
    /// go back.
    pub failover: Option<bool>,
}

impl Message {
    /// Returns a message with default options.
    pub fn new(octets: impl Into<Vec<u8>>) -> Self {
        Self {
            octets: octets.into(),
            ..Self::default()
        }
    }
}

/// The PEs of a pool as a registrar listed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The pool.
    pub pool: PoolHandle,
    /// Its policy.
    pub policy: PolicyType,
    /// Its PEs in the registrar's order; one or more.
    pub elements: Vec<PoolElement>,
}

impl Resolution {
    /// Returns the first entry of this PE.
    pub fn element(&self, pe: PeIdentifier) -> Option<&PoolElement> {
        self.elements.iter().find(|e| e.identifier == pe)
    }
}

/// An event for the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The answer to a [`Resolve`](super::Input::Resolve).
    Resolved {
        /// Number of the question.
        request: Request,
        /// The PEs.
        resolution: Arc<Resolution>,
        /// The PE that the pool's policy chooses for this request.
        preferred: PeIdentifier,
        /// True if the answer came from the cache, without a question to a registrar.
        cached: bool,
    },
    /// A [`Resolve`](super::Input::Resolve) got no answer (Error.Report, RFC 5352 §6.7).
    NotResolved {
        /// Number of the question.
        request: Request,
        /// Reason.
        why: Failure,
    },
    /// The registrar accepted (A=1) or declined (A=0) to send changes; reported again when that changes. While it
    /// declines, the owner learns of changes by a [`Resolve`](super::Input::Resolve) every stale_cache_value.
    Watching {
        /// The [`Watch`](super::Input::Watch).
        request: Request,
        /// The A flag.
        accepted: bool,
    },
    /// The pool of a watch: first its present state, then each new list of a registrar.
    Changed {
        /// The [`Watch`](super::Input::Watch).
        request: Request,
        /// The PEs.
        resolution: Arc<Resolution>,
    },
    /// A watch is over: the pool does not exist (any more), or no registrar ever answered.
    WatchEnded {
        /// The [`Watch`](super::Input::Watch).
        request: Request,
        /// Reason.
        why: Failure,
    },
    /// A session has a PE: the first one, or another one after a failover.
    Up {
        /// The session.
        session: Session,
        /// The PE; with the pool it is the pool element handle (RFC 5352 §6.5.1).
        element: Box<PoolElement>,
        /// Failover that preceded, if any.
        failover: Option<Failover>,
    },
    /// A session lost its PE and looks for another one.
    FailingOver {
        /// The session.
        session: Session,
        /// The PE that failed.
        from: PeIdentifier,
        /// Reason.
        why: Fault,
    },
    /// A user message came (Data.Received, RFC 5352 §6.6).
    Data {
        /// The session.
        session: Session,
        /// The PE.
        from: PeIdentifier,
        /// PPID in host order; 0 where there is none.
        ppid: u32,
        /// The message; of TCP, as many octets as came at once.
        octets: Vec<u8>,
    },
    /// The PE sent a cookie, which is kept for a failover (RFC 5352 §3.8).
    Cookie {
        /// The session.
        session: Session,
        /// Its length in octets.
        octets: usize,
    },
    /// The PE sent the order of failover (RFC 5352 §3.9).
    BusinessCard {
        /// The session.
        session: Session,
        /// The pool it names.
        pool: PoolHandle,
        /// The PEs in that order.
        order: Vec<PeIdentifier>,
    },
    /// Messages that will not be sent (Error.Report, RFC 5352 §6.7).
    Returned {
        /// The session.
        session: Session,
        /// The PE that failed, if that is the reason.
        pe: Option<PeIdentifier>,
        /// Reason.
        why: Unsent,
        /// The messages, the oldest first.
        messages: Vec<Message>,
    },
    /// A session ended as its owner wanted.
    Closed {
        /// The session.
        session: Session,
    },
    /// A session ended for another reason; the messages that it could not send were returned before.
    Failed {
        /// The session.
        session: Session,
        /// Reason.
        why: SessionFailure,
    },
    /// A Home ENRP server was found, or is gone.
    Home {
        /// True if it was found.
        found: bool,
    },
}

/// Failover of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failover {
    /// The PE that the session had before.
    pub from: PeIdentifier,
    /// True if the new PE got the cookie: there was one, and there is a control channel.
    pub cookie_echoed: bool,
}

/// Reason for which a pool handle could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The registrar rejected the question for these causes; cause 0x9 is an unknown pool handle.
    Rejected(Vec<CauseCode>),
    /// The answer did not come within T1-ENRPrequest, MAX-REQUEST-RETRANSMIT times.
    TimedOut,
    /// No registrar was found in all that time.
    NoRegistrar,
    /// A limit of the configuration is reached.
    TooMany,
    /// The handle is longer than a message can carry.
    HandleTooLong,
    /// The pool user is shutting down.
    Stopping,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(causes) => {
                f.write_str("rejected:")?;
                for (index, cause) in causes.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    write!(f, "{comma} {cause}")?;
                }
                Ok(())
            }
            Self::TimedOut => f.write_str("the registrars do not answer"),
            Self::NoRegistrar => f.write_str("no registrar could be reached"),
            Self::TooMany => f.write_str("more than the limits allow"),
            Self::HandleTooLong => f.write_str("the pool handle is too long"),
            Self::Stopping => f.write_str("shutting down"),
        }
    }
}

/// Reason for which a session lost its PE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It ended the association gracefully.
    Closed,
    /// It stopped answering.
    Lost,
    /// It aborted the association.
    Aborted,
    /// It restarted the association, and lost the state of the session.
    Restarted,
    /// No process listens there.
    Refused,
    /// Set-up got no answer.
    Unreachable,
    /// The caller could not begin a set-up.
    NotDialled,
    /// The owner reported that it does not answer ([`Fail`](super::Input::Fail)).
    Reported,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "it closed",
            Self::Lost => "it stopped answering",
            Self::Aborted => "it aborted",
            Self::Restarted => "it restarted",
            Self::Refused => "it refused",
            Self::Unreachable => "it cannot be reached",
            Self::NotDialled => "no set-up from here",
            Self::Reported => "the application reports that it fails",
        })
    }
}

/// Reason for which messages are returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// The PE failed, and they must not go to another one (ASAP_SEND_NO_FAILOVER).
    NoFailover,
    /// The queue of the session is full.
    QueueFull,
    /// The session ended.
    Ended,
}

/// Reason for which a session failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionFailure {
    /// The pool handle could not be resolved.
    NotResolved(Failure),
    /// The PE failed, and the session must not go to another one.
    Fault {
        /// The PE.
        pe: PeIdentifier,
        /// Its failure.
        why: Fault,
    },
    /// All PEs of the pool were tried in this many rounds, each after a new resolution.
    NoElementLeft {
        /// Number of rounds.
        rounds: u32,
    },
    /// No PE of the pool has a user transport that this pool user has.
    NoCommonTransport,
    /// There are as many sessions as allowed.
    TooMany,
    /// The pool user is shutting down.
    Stopping,
}

impl fmt::Display for SessionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotResolved(why) => write!(f, "pool handle not resolved: {why}"),
            Self::Fault { pe, why } => write!(f, "{pe} failed: {why}"),
            Self::NoElementLeft { rounds } => {
                write!(f, "no pool element could be reached in {rounds} rounds")
            }
            Self::NoCommonTransport => {
                f.write_str("no pool element has a user transport that can be used here")
            }
            Self::TooMany => f.write_str("more sessions than the limits allow"),
            Self::Stopping => f.write_str("shutting down"),
        }
    }
}
