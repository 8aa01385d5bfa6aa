//! What to do about octets that cannot be understood (RFC 5354 §3, §4), in one table:
//!
//! | top bits of an unknown type | parameter (16 bits)          | message (8 bits)             |
//! |-----------------------------|------------------------------|------------------------------|
//! | 00                          | drop the message             | drop the message             |
//! | 01                          | drop it, report the parameter| drop it, report the message  |
//! | 10                          | skip the parameter           | reserved: drop               |
//! | 11                          | skip it, report it           | reserved: drop               |
//!
//! The RFCs have no rule for octets that are malformed in other ways: such messages are dropped, and reported
//! only where "Invalid Values" names what happened. Whether and how a report is sent is the caller's decision;
//! a report about an ERROR message would not be a good one.

use crate::MAX_LENGTH;
use crate::error::{DecodeError, ErrorKind};
use crate::param::{CauseCode, ErrorCause, OperationError, ParameterType};

/// What to do about something unknown or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reaction {
    /// Discard the message and say nothing.
    Drop,
    /// Discard the message and report why.
    DropReport,
    /// Go on as if the parameter were not there.
    Skip,
    /// Go on as if the parameter were not there, and report it.
    SkipReport,
}

impl Reaction {
    /// To an unknown parameter.
    pub const fn to_parameter(parameter_type: ParameterType) -> Self {
        match parameter_type.0 >> 14 {
            0b00 => Self::Drop,
            0b01 => Self::DropReport,
            0b10 => Self::Skip,
            _ => Self::SkipReport,
        }
    }

    /// To an unknown message.
    pub const fn to_message(message_type: u8) -> Self {
        match message_type >> 6 {
            0b01 => Self::DropReport,
            _ => Self::Drop,
        }
    }

    /// To a message that cannot be decoded.
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

    /// The name used in vectors and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::DropReport => "drop-report",
            Self::Skip => "skip",
            Self::SkipReport => "skip-report",
        }
    }
}

/// The error to report about `octets`, which could not be decoded; none if they are to be dropped silently.
///
/// Parameters that were skipped before an unknown one stopped the processing are reported as if it had gone on:
/// their own top bits ask for that (RFC 5354 §3, §3.12.2). A message that is too large to be carried whole in
/// the report is cut, and of the skipped parameters there are as many as fit beside what stopped.
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

/// The cause that names what cannot be understood.
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

/// What was skipped while a message was decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reports {
    skipped: usize,
    offsets: Vec<u16>,
    /// The parameters to report one after the other, each from its type to its Length, unpadded.
    octets: Vec<u8>,
}

impl Reports {
    /// Is there nothing to report?
    pub const fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// What the skipped parameters ask for, taken together; none if nothing was skipped.
    pub const fn reaction(&self) -> Option<Reaction> {
        match (self.skipped, self.is_empty()) {
            (0, _) => None,
            (_, true) => Some(Reaction::Skip),
            (_, false) => Some(Reaction::SkipReport),
        }
    }

    /// The parameters to report, each with its offset in the message and its octets.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let mut octets = &self.octets[..];
        self.offsets.iter().map(move |&offset| {
            let (parameter, rest) = octets.split_at(up_to_length(octets).len());
            octets = rest;
            (usize::from(offset), parameter)
        })
    }

    /// The report: a cause for each parameter, as many as one message can carry; none if there is nothing to
    /// report.
    pub fn operation_error(&self) -> Option<OperationError> {
        let causes = self.causes(MAX_REPORTED);
        (!causes.is_empty()).then_some(OperationError { causes })
    }

    /// The causes that fit into so many octets.
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

    pub(crate) fn skip(&mut self) {
        self.skipped += 1;
    }

    pub(crate) fn skip_and_report(&mut self, offset: usize, parameter: &[u8]) {
        self.skipped += 1;
        // A parameter's offset is below its message's Length, which has 16 bits.
        self.offsets.push(offset as u16);
        self.octets.extend_from_slice(parameter);
    }
}

const CAUSE_HEADER: usize = 4;

/// What fits into an ERROR message of either protocol beside its header, the two ENRP identifiers, the header
/// of the Operation Error and that of one cause.
const MAX_REPORTED: usize = MAX_LENGTH - 4 - 8 - 4 - CAUSE_HEADER;

/// The octets up to the Length in the header they begin with, as far as they are there.
fn up_to_length(octets: &[u8]) -> &[u8] {
    match octets {
        [_, _, high, low, ..] => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            octets.get(..length).unwrap_or(octets)
        }
        _ => octets,
    }
}
