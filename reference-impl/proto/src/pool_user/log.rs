//! Log entries of a pool user.

use std::fmt;

use rsp_wire::asap::MessageType;
use rsp_wire::{EncodeError, PeIdentifier, PoolHandle};

use super::{Assoc, Fault, Session};
use crate::log::Inbound;

/// One log entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "names and types of the fields describe them")]
pub enum Log {
    /// The server hunt began, or another round of it.
    Hunting,
    /// There is a Home ENRP server.
    HomeFound { assoc: Assoc },
    /// The Home ENRP server is gone or does not answer.
    HomeLost { assoc: Assoc },
    /// A registrar was asked for a pool, for the `attempt`th time.
    Asked { pool: PoolHandle, attempt: u32 },
    /// T1-ENRPrequest expired.
    NoAnswer { pool: PoolHandle },
    /// A registrar listed the PEs of a pool.
    Listed { pool: PoolHandle, elements: usize },
    /// A registrar listed a pool without a request.
    Unasked { pool: PoolHandle },
    /// A session chose a PE.
    Chosen {
        session: Session,
        pool: PoolHandle,
        pe: PeIdentifier,
    },
    /// A PE failed in a session.
    Failed {
        session: Session,
        pe: PeIdentifier,
        why: Fault,
    },
    /// A PE was reported unreachable.
    Reported { pool: PoolHandle, pe: PeIdentifier },
    /// A PE was not reported: no session used it, or it was reported just now.
    NotReported { pool: PoolHandle, pe: PeIdentifier },
    /// A cookie is longer than allowed.
    CookieTooLong { session: Session, octets: usize },
    /// A message that came was not taken as it is.
    Inbound(Inbound),
    /// A message does not fit its format.
    NotEncoded {
        message: MessageType,
        error: EncodeError,
    },
    /// An input names a request, a session or an association that is not there.
    Unknown { what: &'static str, number: u64 },
}

impl Log {
    /// Returns true if the entry is about an error or a failure.
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::Hunting
            | Self::HomeFound { .. }
            | Self::Asked { .. }
            | Self::Listed { .. }
            | Self::Unasked { .. }
            | Self::Chosen { .. }
            | Self::Reported { .. }
            | Self::NotReported { .. }
            | Self::Unknown { .. } => false,
            Self::HomeLost { .. }
            | Self::NoAnswer { .. }
            | Self::Failed { .. }
            | Self::CookieTooLong { .. }
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
            Self::Hunting => f.write_str("hunting for a registrar"),
            Self::HomeFound { assoc } => {
                write!(f, "association {}: its registrar is the home now", assoc.0)
            }
            Self::HomeLost { assoc } => {
                write!(f, "association {}: its registrar is lost", assoc.0)
            }
            Self::Asked { pool, attempt } => write!(f, "asked for {pool}, attempt {attempt}"),
            Self::NoAnswer { pool } => write!(f, "no answer about {pool}"),
            Self::Listed { pool, elements } => write!(f, "{pool} has {elements} pool elements"),
            Self::Unasked { pool } => write!(f, "a registrar listed {pool} without a question"),
            Self::Chosen { session, pool, pe } => {
                write!(f, "session {} chose {pe} in {pool}", session.0)
            }
            Self::Failed { session, pe, why } => {
                write!(f, "{pe} failed session {}: {why}", session.0)
            }
            Self::Reported { pool, pe } => write!(f, "reported {pe} in {pool} unreachable"),
            Self::NotReported { pool, pe } => write!(f, "no report of {pe} in {pool}"),
            Self::CookieTooLong { session, octets } => {
                write!(
                    f,
                    "session {}: a cookie of {octets} octets is too long to keep",
                    session.0
                )
            }
            Self::Inbound(log) => write!(f, "{log}"),
            Self::NotEncoded { message, error } => {
                write!(
                    f,
                    "{} not sent: {error}",
                    message.name().unwrap_or("message")
                )
            }
            Self::Unknown { what, number } => write!(f, "no {what} {number}"),
        }
    }
}
