//! Reactions to octets that cannot be understood (RFC 5354 §3, §4), in one table:
//!
//! | top bits of an unknown type | parameter (16 bits)          | message (8 bits)             |
//! |-----------------------------|------------------------------|------------------------------|
//! | 00                          | drop the message             | drop the message             |
//! | 01                          | drop it, report the parameter| drop it, report the message  |
//! | 10                          | skip the parameter           | reserved: drop               |
//! | 11                          | skip it, report it           | reserved: drop               |
//!
//! The RFCs have no rule for octets that are malformed in other ways: such messages are dropped, and reported
//! only if "Invalid Values" names the error. The caller decides if and how it sends a report; it should send none
//! about an ERROR message.

use crate::MAX_LENGTH;
use crate::error::{DecodeError, ErrorKind};
use crate::param::{CauseCode, ErrorCause, OperationError};
use crate::skipped::up_to_length;
pub use crate::skipped::{Reaction, Reports};

impl Reaction {
    /// Returns the reaction to a message that cannot be decoded.
    pub const fn to_error(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::UnknownMessage(message_type) => Self::to_message(message_type),
            ErrorKind::UnknownParameter(parameter_type) => Self::to_parameter(parameter_type),
            ErrorKind::AddressCount | ErrorKind::InvalidValue => Self::DropReport,
            ErrorKind::Truncated
            | ErrorKind::LengthTooSmall
            | ErrorKind::LengthOverrun
            | ErrorKind::WrongLength
            | ErrorKind::TrailingOctets
            | ErrorKind::MissingParameter
            | ErrorKind::DuplicateParameter
            | ErrorKind::UnexpectedParameter => Self::Drop,
        }
    }
}

/// Returns the error to report about `octets`, which could not be decoded; `None` if they are dropped silently.
///
/// Parameters that were skipped before an unknown one stopped the processing are reported too, as their own top
/// bits ask for (RFC 5354 §3, §3.12.2). A message that is too large for the report is cut, and the skipped
/// parameters are as many as fit beside the cause of the stop.
pub fn report(error: &DecodeError, octets: &[u8]) -> Option<OperationError> {
    let stop = match Reaction::to_error(error.kind) {
        Reaction::DropReport => Some(stopped_by(error, octets)?),
        Reaction::Drop | Reaction::Skip | Reaction::SkipReport => match error.kind {
            ErrorKind::UnknownParameter(_) => None,
            _ => return None,
        },
    };
    let taken = stop
        .as_ref()
        .map_or(0, |cause| cause.information.len().next_multiple_of(4));
    let mut causes = error.reports.causes(MAX_REPORTED.saturating_sub(taken));
    causes.extend(stop);
    (!causes.is_empty()).then_some(OperationError { causes })
}

/// Returns the cause that names the message or parameter at which decoding stopped.
fn stopped_by(error: &DecodeError, octets: &[u8]) -> Option<ErrorCause> {
    let (code, offending) = match error.kind {
        ErrorKind::UnknownMessage(_) => (CauseCode::UNRECOGNIZED_MESSAGE, up_to_length(octets)),
        ErrorKind::UnknownParameter(_) => (
            CauseCode::UNRECOGNIZED_PARAMETER,
            up_to_length(octets.get(error.offset..)?),
        ),
        _ => (
            CauseCode::INVALID_VALUES,
            octets.get(error.around.clone()?)?,
        ),
    };
    let offending = &offending[..offending.len().min(MAX_REPORTED)];
    Some(ErrorCause::new(code, offending))
}

impl Reports {
    /// Returns the report: a cause for each parameter, as many as one message can carry; none if there is nothing
    /// to report.
    pub fn operation_error(&self) -> Option<OperationError> {
        let causes = self.causes(MAX_REPORTED);
        (!causes.is_empty()).then_some(OperationError { causes })
    }

    /// Returns the causes that fit into `room` octets.
    fn causes(&self, mut room: usize) -> Vec<ErrorCause> {
        let mut causes = Vec::new();
        for (_, parameter) in self.iter() {
            let needed = CAUSE_HEADER + parameter.len().next_multiple_of(4);
            match room.checked_sub(needed) {
                Some(left) => room = left,
                None => break,
            }
            causes.push(ErrorCause::new(
                CauseCode::UNRECOGNIZED_PARAMETER,
                parameter,
            ));
        }
        causes
    }
}

const CAUSE_HEADER: usize = 4;

/// Octets that fit into an ERROR message of either protocol beside its header, the two ENRP identifiers, the
/// header of the Operation Error and that of one cause.
const MAX_REPORTED: usize = MAX_LENGTH - 4 - 8 - 4 - CAUSE_HEADER;
