//! The treatment of unknown types by their top bits, and the record of what a reader skipped.
//!
//! The table of reactions is in [`crate::reaction`], which also makes the reports.

use crate::numbers::ParameterType;

/// The reaction to something unknown or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reaction {
    /// Discard the message silently.
    Drop,
    /// Discard the message and report the reason.
    DropReport,
    /// Go on as if the parameter were not there.
    Skip,
    /// Go on as if the parameter were not there, and report it.
    SkipReport,
}

impl Reaction {
    /// Returns the reaction to an unknown parameter, by the top two bits of its type (RFC 5354 §3).
    pub const fn to_parameter(parameter_type: ParameterType) -> Self {
        match parameter_type.0 >> 14 {
            0b00 => Self::Drop,
            0b01 => Self::DropReport,
            0b10 => Self::Skip,
            _ => Self::SkipReport,
        }
    }

    /// Returns the reaction to an unknown message, by the top two bits of its type (RFC 5354 §4).
    pub const fn to_message(message_type: u8) -> Self {
        match message_type >> 6 {
            0b01 => Self::DropReport,
            _ => Self::Drop,
        }
    }

    /// Returns the name used in vectors and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::DropReport => "drop-report",
            Self::Skip => "skip",
            Self::SkipReport => "skip-report",
        }
    }
}

/// The parameters that were skipped while a message was decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reports {
    skipped: usize,
    offsets: Vec<u16>,
    /// The parameters to report one after the other, each from its type to its Length, unpadded.
    octets: Vec<u8>,
}

impl Reports {
    /// Returns whether there is nothing to report.
    pub const fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// Returns the strongest reaction that the skipped parameters ask for; none if nothing was skipped.
    pub const fn reaction(&self) -> Option<Reaction> {
        match (self.skipped, self.is_empty()) {
            (0, _) => None,
            (_, true) => Some(Reaction::Skip),
            (_, false) => Some(Reaction::SkipReport),
        }
    }

    /// Returns the parameters to report, each with its offset in the message and its octets.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let mut octets = &self.octets[..];
        self.offsets.iter().map(move |&offset| {
            let (parameter, rest) = octets.split_at(up_to_length(octets).len());
            octets = rest;
            (usize::from(offset), parameter)
        })
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

/// Returns the octets up to the Length in their header, or all if there are fewer.
pub(crate) fn up_to_length(octets: &[u8]) -> &[u8] {
    match octets {
        [_, _, high, low, ..] => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            octets.get(..length).unwrap_or(octets)
        }
        _ => octets,
    }
}
