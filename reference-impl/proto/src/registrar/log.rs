//! Log entries of a registrar.

use std::fmt;
use std::net::SocketAddr;

use rsp_wire::asap::MessageType;
use rsp_wire::{CauseCode, EncodeError, PeIdentifier, PoolHandle, ServerId};

use super::{Assoc, Limit};
use crate::log::{Causes, Inbound};

/// One log entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "names and types of the fields describe them")]
pub enum Log {
    /// An association is up.
    Up { assoc: Assoc, peer: Vec<SocketAddr> },
    /// An association is gone.
    Down { assoc: Assoc },
    /// An association was refused: too many, shutting down, or not yet serving.
    Refused { assoc: Assoc, limit: Option<Limit> },
    /// A TCP connection without a message is shut down.
    Idle { assoc: Assoc },
    /// An association sends more than it may. The excess is dropped, or the association is aborted.
    Flooded {
        assoc: Assoc,
        limit: Limit,
        aborted: bool,
    },
    /// A PE registered or re-registered.
    Registered {
        handle: PoolHandle,
        pe: PeIdentifier,
        again: bool,
    },
    /// A registration was rejected.
    Rejected {
        handle: PoolHandle,
        pe: PeIdentifier,
        causes: Vec<CauseCode>,
    },
    /// A de-registration was refused.
    DeregistrationRefused {
        handle: PoolHandle,
        pe: PeIdentifier,
        causes: Vec<CauseCode>,
    },
    /// A PE left the handlespace.
    Left {
        handle: PoolHandle,
        pe: PeIdentifier,
        how: Departure,
    },
    /// A handle was resolved to this many PEs.
    Resolved {
        handle: PoolHandle,
        elements: usize,
        subscribed: bool,
    },
    /// A handle could not be resolved.
    NotResolved {
        handle: PoolHandle,
        cause: CauseCode,
    },
    /// A PE was reported unreachable; `count` reports so far.
    Reported {
        handle: PoolHandle,
        pe: PeIdentifier,
        count: u32,
    },
    /// A PE was reported that another registrar owns.
    ReportedElsewhere {
        handle: PoolHandle,
        pe: PeIdentifier,
        home: ServerId,
    },
    /// A report or an acknowledgement is about a PE that is not here.
    UnknownElement {
        handle: PoolHandle,
        pe: PeIdentifier,
    },
    /// A message that came was not taken as it is.
    Inbound(Inbound),
    /// An answer does not fit its format.
    NotEncoded {
        message: MessageType,
        error: EncodeError,
    },
    /// Another registrar was heard for the first time.
    ServerHeard { id: ServerId, from: SocketAddr },
    /// Another registrar is not heard any more.
    ServerSilent { id: ServerId },
    /// An entry of the ENRP side.
    Enrp(super::enrp::Log),
}

impl From<Inbound> for Log {
    fn from(log: Inbound) -> Self {
        Self::Inbound(log)
    }
}

impl From<super::enrp::Log> for Log {
    fn from(log: super::enrp::Log) -> Self {
        Self::Enrp(log)
    }
}

/// Reason for which a PE left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// It de-registered.
    Deregistered,
    /// Its registration life ended.
    Expired,
    /// It did not answer ENDPOINT_KEEP_ALIVE.
    Silent,
    /// Its association is gone and it did not come back.
    Gone,
    /// It was reported more than MAX-BAD-PE-REPORT times.
    Reported,
}

impl Departure {
    /// All reasons, in the order of their counters.
    pub const ALL: [Self; 5] = [
        Self::Deregistered,
        Self::Expired,
        Self::Silent,
        Self::Gone,
        Self::Reported,
    ];

    /// Returns the reason in one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deregistered => "deregistered",
            Self::Expired => "expired",
            Self::Silent => "silent",
            Self::Gone => "gone",
            Self::Reported => "reported",
        }
    }
}

impl Log {
    /// Returns true if the entry is about an error or a failure.
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::Up { .. }
            | Self::Down { .. }
            | Self::Idle { .. }
            | Self::Registered { .. }
            | Self::Left { .. }
            | Self::Resolved { .. }
            | Self::NotResolved { .. }
            | Self::Reported { .. }
            | Self::ReportedElsewhere { .. }
            | Self::UnknownElement { .. }
            | Self::ServerHeard { .. }
            | Self::ServerSilent { .. } => false,
            Self::Refused { .. }
            | Self::Rejected { .. }
            | Self::DeregistrationRefused { .. }
            | Self::Flooded { .. }
            | Self::Inbound(_)
            | Self::NotEncoded { .. } => true,
            Self::Enrp(log) => log.is_trouble(),
        }
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up { assoc, peer } => write!(f, "association {} up with {peer:?}", assoc.0),
            Self::Down { assoc } => write!(f, "association {} gone", assoc.0),
            Self::Idle { assoc } => write!(f, "association {} idle, shut down", assoc.0),
            Self::Refused { assoc, limit: None } => write!(f, "association {} refused", assoc.0),
            Self::Refused {
                assoc,
                limit: Some(limit),
            } => write!(f, "association {} refused: {}", assoc.0, limit.key()),
            Self::Flooded {
                assoc,
                limit,
                aborted,
            } => {
                let what = if *aborted {
                    "aborted"
                } else {
                    "messages dropped"
                };
                write!(f, "association {} above {}: {what}", assoc.0, limit.key())
            }
            Self::Registered { handle, pe, again } => {
                let verb = if *again {
                    "re-registered"
                } else {
                    "registered"
                };
                write!(f, "{verb} {pe} in {handle}")
            }
            Self::Rejected { handle, pe, causes } => {
                write!(f, "rejected {pe} in {handle}: {}", Causes(causes))
            }
            Self::DeregistrationRefused { handle, pe, causes } => {
                write!(
                    f,
                    "refused to de-register {pe} in {handle}: {}",
                    Causes(causes)
                )
            }
            Self::Left { handle, pe, how } => write!(f, "{pe} left {handle}: {how}"),
            Self::Resolved {
                handle,
                elements,
                subscribed,
            } => {
                let subscribed = if *subscribed { ", subscribed" } else { "" };
                write!(f, "resolved {handle}: {elements} pool elements{subscribed}")
            }
            Self::NotResolved { handle, cause } => write!(f, "{handle} not resolved: {cause}"),
            Self::Reported { handle, pe, count } => {
                write!(f, "{pe} in {handle} reported unreachable, {count} so far")
            }
            Self::ReportedElsewhere { handle, pe, home } => {
                write!(f, "{pe} of {home} in {handle} reported unreachable")
            }
            Self::UnknownElement { handle, pe } => write!(f, "no {pe} in {handle} here"),
            Self::Inbound(log) => write!(f, "{log}"),
            Self::NotEncoded { message, error } => {
                write!(
                    f,
                    "{} not sent: {error}",
                    message.name().unwrap_or("message")
                )
            }
            Self::ServerHeard { id, from } => write!(f, "registrar {id} heard from {from}"),
            Self::ServerSilent { id } => write!(f, "registrar {id} not heard any more"),
            Self::Enrp(log) => write!(f, "{log}"),
        }
    }
}

impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deregistered => "de-registered",
            Self::Expired => "registration life over",
            Self::Silent => "no answer to ENDPOINT_KEEP_ALIVE",
            Self::Gone => "association gone",
            Self::Reported => "reported unreachable too often",
        })
    }
}
