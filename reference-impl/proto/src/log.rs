//! Log entries that all engines share: those about messages they receive.

use std::fmt;
use std::net::SocketAddr;

use rsp_wire::asap::MessageType;
use rsp_wire::{CauseCode, DecodeError, OperationError};

use crate::Assoc;

/// A message that was not taken as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "names and types of the fields describe them")]
pub enum Inbound {
    /// A message is larger than `max-message`. It is dropped unread.
    TooLarge { assoc: Assoc, octets: usize },
    /// A message cannot be decoded. `reported` is true if its sender gets an ERROR.
    Malformed {
        assoc: Assoc,
        error: DecodeError,
        reported: bool,
    },
    /// Unknown parameters were skipped and reported to the sender.
    ParametersReported { assoc: Assoc, count: usize },
    /// The peer sent an ERROR.
    ErrorReported {
        assoc: Assoc,
        causes: Vec<CauseCode>,
    },
    /// A message that the engine does not take over this association.
    OutOfPlace { assoc: Assoc, message: MessageType },
    /// A datagram of the multicast channel is not an announcement.
    BadDatagram { from: SocketAddr },
}

impl Inbound {
    /// Returns the entry for an ERROR of the peer.
    pub(crate) fn error_reported(assoc: Assoc, error: &OperationError) -> Self {
        let causes = error.causes.iter().map(|cause| cause.code).collect();
        Self::ErrorReported { assoc, causes }
    }
}

impl fmt::Display for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { assoc, octets } => write!(
                f,
                "association {}: a message of {octets} octets is too large",
                assoc.0
            ),
            Self::Malformed {
                assoc,
                error,
                reported,
            } => {
                let reported = if *reported { ", reported" } else { "" };
                write!(f, "association {}: {error}{reported}", assoc.0)
            }
            Self::ParametersReported { assoc, count } => write!(
                f,
                "association {}: {count} unknown parameters reported",
                assoc.0
            ),
            Self::ErrorReported { assoc, causes } => {
                write!(f, "association {} reports {}", assoc.0, Causes(causes))
            }
            Self::OutOfPlace { assoc, message } => {
                let name = message.name().unwrap_or("a message");
                write!(f, "association {}: {name} is out of place", assoc.0)
            }
            Self::BadDatagram { from } => write!(f, "no announcement from {from}"),
        }
    }
}

/// Error causes, separated by commas.
pub(crate) struct Causes<'a>(pub(crate) &'a [CauseCode]);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no cause given");
        }
        for (index, cause) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{cause}")?;
        }
        Ok(())
    }
}
