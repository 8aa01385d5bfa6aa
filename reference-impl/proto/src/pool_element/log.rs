//! Log entries of a pool element.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::asap::MessageType;
use rsp_wire::{CauseCode, EncodeError, PeIdentifier, PoolHandle, ServerId};

use super::{Assoc, Invalid};
use crate::log::{Causes, Inbound};

/// One log entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "names and types of the fields describe them")]
pub enum Log {
    /// A registrar or pool user set up an association.
    Up { assoc: Assoc, peer: Vec<SocketAddr> },
    /// An association is gone.
    Down { assoc: Assoc },
    /// An association was refused: too many, or shutting down.
    Refused { assoc: Assoc },
    /// The peer restarted an association.
    Restarted { assoc: Assoc },
    /// The server hunt began.
    Hunting { known: usize },
    /// A registrar is dialled.
    Dialling { to: Vec<SocketAddr> },
    /// A Home was found.
    Found {
        assoc: Assoc,
        at: Vec<SocketAddr>,
        id: Option<ServerId>,
    },
    /// The Home is gone or left.
    HomeLost { assoc: Assoc },
    /// Another registrar became the Home.
    Adopted { assoc: Assoc, id: ServerId },
    /// A registration was sent.
    Registering {
        handle: PoolHandle,
        pe: PeIdentifier,
        attempt: u32,
    },
    /// A registration was accepted.
    Registered {
        handle: PoolHandle,
        pe: PeIdentifier,
        renewed_in: Duration,
    },
    /// A registration was rejected.
    Rejected { causes: Vec<CauseCode> },
    /// A registrar did not answer a registration within T2-registration.
    NoRegistrationResponse { attempt: u32 },
    /// A registrar did not answer a de-registration within T3-deregistration.
    NoDeregistrationResponse { attempt: u32 },
    /// The PE gave up registering for now.
    Failed { attempts: u32 },
    /// A de-registration was sent.
    Deregistering {
        handle: PoolHandle,
        pe: PeIdentifier,
    },
    /// Not in the pool any more.
    Deregistered,
    /// The registrar ended the registration.
    Expired,
    /// A de-registration was rejected.
    DeregistrationRejected { causes: Vec<CauseCode> },
    /// An unexpected response: late, repeated, over another association or about another PE.
    Unexpected { assoc: Assoc, message: MessageType },
    /// A message that breaks the RFC was accepted, because the settings allow it.
    Tolerated { assoc: Assoc, what: &'static str },
    /// ENDPOINT_KEEP_ALIVE for a pool in which this PE is not registered: discarded (KA1).
    NotOurPool { assoc: Assoc, handle: PoolHandle },
    /// The owner passed an invalid change: nothing changes.
    BadChange { why: Invalid },
    /// Another PE was reported unreachable.
    Reported {
        handle: PoolHandle,
        pe: PeIdentifier,
    },
    /// A message of the owner was not sent.
    NotSent {
        message: MessageType,
        why: &'static str,
    },
    /// A cookie is longer than allowed.
    CookieTooLong { assoc: Assoc, octets: usize },
    /// A message with this PPID is not ASAP's.
    NotControl { assoc: Assoc, ppid: u32 },
    /// A message that came was not taken as it is.
    Inbound(Inbound),
    /// A message does not fit its format.
    NotEncoded {
        message: MessageType,
        error: EncodeError,
    },
}

impl Log {
    /// Returns true if the entry is about an error or a failure.
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::Up { .. }
            | Self::Down { .. }
            | Self::Restarted { .. }
            | Self::Hunting { .. }
            | Self::Dialling { .. }
            | Self::Found { .. }
            | Self::Adopted { .. }
            | Self::Registering { .. }
            | Self::Registered { .. }
            | Self::Deregistering { .. }
            | Self::Deregistered
            | Self::Unexpected { .. }
            | Self::NotOurPool { .. }
            | Self::Tolerated { .. }
            | Self::Reported { .. } => false,
            Self::Refused { .. }
            | Self::HomeLost { .. }
            | Self::Rejected { .. }
            | Self::NoRegistrationResponse { .. }
            | Self::NoDeregistrationResponse { .. }
            | Self::Failed { .. }
            | Self::Expired
            | Self::DeregistrationRejected { .. }
            | Self::BadChange { .. }
            | Self::NotSent { .. }
            | Self::CookieTooLong { .. }
            | Self::NotControl { .. }
            | Self::Inbound(_)
            | Self::NotEncoded { .. } => true,
        }
    }
}

impl From<Inbound> for Log {
    fn from(log: Inbound) -> Self {
        Self::Inbound(log)
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up { assoc, peer } => write!(f, "association {} up with {peer:?}", assoc.0),
            Self::Down { assoc } => write!(f, "association {} gone", assoc.0),
            Self::Refused { assoc } => write!(f, "association {} refused", assoc.0),
            Self::Restarted { assoc } => write!(f, "association {} restarted", assoc.0),
            Self::Hunting { known } => write!(f, "hunting for a registrar, {known} known"),
            Self::Dialling { to } => write!(f, "dialling the registrar at {to:?}"),
            Self::Found { assoc, at, id } => {
                let id =
                    id.map_or_else(|| "a registrar".to_owned(), |id| format!("registrar {id}"));
                write!(f, "found {id} at {at:?}, association {}", assoc.0)
            }
            Self::HomeLost { assoc } => write!(f, "association {} to the Home is lost", assoc.0),
            Self::Adopted { assoc, id } => {
                write!(f, "registrar {id} is the Home now, association {}", assoc.0)
            }
            Self::Registering {
                handle,
                pe,
                attempt,
            } => write!(f, "registering {pe} in {handle}, attempt {attempt}"),
            Self::Registered {
                handle,
                pe,
                renewed_in,
            } => write!(f, "{pe} is registered in {handle}, again in {renewed_in:?}"),
            Self::Rejected { causes } => write!(f, "registration rejected: {}", Causes(causes)),
            Self::NoRegistrationResponse { attempt } => {
                write!(f, "no answer to registration attempt {attempt}")
            }
            Self::NoDeregistrationResponse { attempt } => {
                write!(f, "no answer to de-registration attempt {attempt}")
            }
            Self::Failed { attempts } => write!(f, "not registered after {attempts} attempts"),
            Self::Deregistering { handle, pe } => write!(f, "de-registering {pe} from {handle}"),
            Self::Deregistered => f.write_str("de-registered"),
            Self::Expired => f.write_str("the registrar has ended the registration"),
            Self::DeregistrationRejected { causes } => {
                write!(f, "de-registration rejected: {}", Causes(causes))
            }
            Self::Unexpected { assoc, message } => {
                let name = message.name().unwrap_or("a message");
                write!(f, "association {}: {name} was not requested", assoc.0)
            }
            Self::NotOurPool { assoc, handle } => {
                write!(f, "association {}: not registered in {handle}", assoc.0)
            }
            Self::BadChange { why } => write!(f, "not changed: {why}"),
            Self::Reported { handle, pe } => write!(f, "{pe} in {handle} reported unreachable"),
            Self::NotSent { message, why } => {
                write!(f, "{} not sent: {why}", message.name().unwrap_or("message"))
            }
            Self::CookieTooLong { assoc, octets } => write!(
                f,
                "association {}: a cookie of {octets} octets is too long",
                assoc.0
            ),
            Self::Tolerated { assoc, what } => {
                write!(f, "association {}: tolerated: {what}", assoc.0)
            }
            Self::NotControl { assoc, ppid } => {
                write!(f, "association {}: PPID {ppid} is not ASAP's", assoc.0)
            }
            Self::Inbound(log) => write!(f, "{log}"),
            Self::NotEncoded { message, error } => {
                write!(
                    f,
                    "{} not sent: {error}",
                    message.name().unwrap_or("message")
                )
            }
        }
    }
}
