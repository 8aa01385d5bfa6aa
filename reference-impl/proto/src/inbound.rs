//! The way in for the messages of every engine (RFC 5352 §2.2.14, RFC 5353 §3.7):
//!
//! ```text
//!   octets ─┬─ longer than max-message ──────────► log
//!           ├─ cannot be decoded ────────────────► log, report to the sender if RFC 5354 §3 or §4 asks for one
//!           ├─ parameters skipped that ask for it ► message, log, report to the sender
//!           └─ else ─────────────────────────────► message
//! ```
//!
//! The engine logs first, then sends the report in an ERROR, then takes the message: so a report precedes any response
//! to the same message.
//!
//! No ERROR is ever reported: two endpoints that do not understand each other's errors would never stop.

use rsp_wire::{DecodeError, Decoded, OperationError, asap, enrp, reaction};

use crate::Assoc;
use crate::log::Inbound;

/// The messages of one protocol.
pub(crate) trait Protocol: Sized {
    /// Message type of the protocol's ERROR.
    const ERROR: u8;

    /// Decodes one message.
    ///
    /// # Errors
    /// If the octets are not a message of this protocol.
    fn decode(octets: &[u8]) -> Result<Decoded<Self>, DecodeError>;
}

impl Protocol for asap::Message {
    const ERROR: u8 = asap::MessageType::ERROR.0;

    fn decode(octets: &[u8]) -> Result<Decoded<Self>, DecodeError> {
        Self::decode(octets)
    }
}

impl Protocol for enrp::Message {
    const ERROR: u8 = enrp::MessageType::ERROR.0;

    fn decode(octets: &[u8]) -> Result<Decoded<Self>, DecodeError> {
        Self::decode(octets)
    }
}

/// One message on its way in, and what the engine does before it takes the message.
#[derive(Debug)]
pub(crate) struct Received<M> {
    /// The entry to log.
    pub(crate) log: Option<Inbound>,
    /// The error to report to the sender.
    pub(crate) report: Option<OperationError>,
    /// The message; none if it is dropped.
    pub(crate) message: Option<M>,
}

/// Decodes a message of at most `max_message` octets.
pub(crate) fn receive<M: Protocol>(assoc: Assoc, octets: &[u8], max_message: usize) -> Received<M> {
    if octets.len() > max_message {
        let octets = octets.len();
        return Received {
            log: Some(Inbound::TooLarge { assoc, octets }),
            report: None,
            message: None,
        };
    }
    let may_report = octets.first() != Some(&M::ERROR);
    match M::decode(octets) {
        Ok(decoded) => {
            let report = decoded.reports.operation_error().filter(|_| may_report);
            let count = report.as_ref().map(|error| error.causes.len());
            Received {
                log: count.map(|count| Inbound::ParametersReported { assoc, count }),
                report,
                message: Some(decoded.message),
            }
        }
        Err(error) => {
            let report = reaction::report(&error, octets).filter(|_| may_report);
            let reported = report.is_some();
            Received {
                log: Some(Inbound::Malformed {
                    assoc,
                    error,
                    reported,
                }),
                report,
                message: None,
            }
        }
    }
}
