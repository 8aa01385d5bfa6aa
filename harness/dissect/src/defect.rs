//! Defects of a message.

use serde::{Serialize, Serializer};
use std::fmt;

/// The severity of a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The sender broke a rule that a receiver does not check.
    Deviation,
    /// A strict receiver rejects the message.
    Malformed,
}

impl Severity {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Deviation => "deviation",
            Severity::Malformed => "malformed",
        }
    }
}

macro_rules! kinds {
    ($($name:ident $word:literal $doc:literal)*) => {
        /// The kind of a defect; the same words as in vectors.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = $doc] $name,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Kind] = &[$(Kind::$name,)*];

            /// The word in vectors and reports.
            pub fn word(self) -> &'static str {
                match self {
                    $(Kind::$name => $word,)*
                }
            }
        }
    };
}

kinds! {
    Truncated "truncated" "The octets end within a field or before a declared Length."
    LengthTooSmall "length-too-small" "A Length below the header or the fixed part it must cover."
    LengthOverrun "length-overrun" "A Length that runs past the end of the parent."
    WrongLength "wrong-length" "An element of fixed size with another Length."
    TrailingOctets "trailing-octets" "Octets after the message's padded end."
    UnknownMessage "unknown-message" "A message type that no RFC assigns."
    UnknownParameter "unknown-parameter" "A parameter type that no RFC assigns."
    MissingParameter "missing-parameter" "A mandatory parameter is missing."
    DuplicateParameter "duplicate-parameter" "A second parameter where only one is allowed."
    UnexpectedParameter "unexpected-parameter" "A known parameter in a wrong place or order."
    AddressCount "address-count" "A transport without an address, or with one too many."
    InvalidValue "invalid-value" "A value that its field must not have."
    PaddingMissing "padding-missing" "The padding at the end was not sent."
    PaddingCounted "padding-counted" "A Length that includes trailing padding."
    PaddingNotZero "padding-not-zero" "Padding other than zero."
    ReservedNotZero "reserved-not-zero" "A reserved field other than zero."
    ReservedFlagSet "reserved-flag-set" "An undefined header flag is set."
    ReservedValue "reserved-value" "A number that is reserved."
}

/// The reaction of a receiver to an unknown type, by its two highest bits (RFC 5354 §3, §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reaction {
    /// Bits 10: skip the parameter.
    Skip,
    /// Bits 11: skip the parameter and report it.
    SkipReport,
    /// Bits 00: discard the message.
    Drop,
    /// Bits 01: discard the message and report.
    DropReport,
}

impl Reaction {
    /// Returns the reaction to an unknown parameter type, by its two highest bits.
    pub fn of_parameter(code: u16) -> Reaction {
        match code >> 14 {
            0b00 => Reaction::Drop,
            0b01 => Reaction::DropReport,
            0b10 => Reaction::Skip,
            _ => Reaction::SkipReport,
        }
    }

    /// Returns the reaction to an unknown message type, by its two highest bits; none for 10 and 11, which
    /// RFC 5354 §4 reserves without an action.
    pub fn of_message(code: u8) -> Option<Reaction> {
        match code >> 6 {
            0b00 => Some(Reaction::Drop),
            0b01 => Some(Reaction::DropReport),
            _ => None,
        }
    }

    /// Returns true if the receiver discards the message.
    pub fn drops(self) -> bool {
        matches!(self, Reaction::Drop | Reaction::DropReport)
    }

    /// The word in vectors.
    pub fn word(self) -> &'static str {
        match self {
            Reaction::Skip => "skip",
            Reaction::SkipReport => "skip-report",
            Reaction::Drop => "drop",
            Reaction::DropReport => "drop-report",
        }
    }
}

macro_rules! speaks_its_word {
    ($($name:ty)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    )*};
}

speaks_its_word! { Severity Kind Reaction }

/// One defect of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// Offset from the message's first octet; its meaning depends on the kind.
    pub offset: usize,
    /// Field path of the defective element; for a missing parameter the path that it would have.
    pub path: String,
    /// Its kind.
    pub kind: Kind,
    /// Severity: a strict receiver rejects the message, or not.
    pub severity: Severity,
    /// One sentence.
    pub what: String,
    /// The rule, as in `RFC 5354 §3.9`.
    pub section: &'static str,
    /// For an unknown type: the reaction that its highest bits require.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<Reaction>,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at 0x{:04x}", self.kind, self.offset)?;
        if !self.path.is_empty() {
            write!(f, " ({})", self.path)?;
        }
        write!(f, ": {} [{}]", self.what, self.section)
    }
}

/// The reason for which a strict receiver rejects the message: its first malformed defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// Offset from the message's first octet.
    pub offset: usize,
    /// Kind of the defect.
    pub kind: Kind,
    /// For an unknown type: the reaction that its highest bits require.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<Reaction>,
}
