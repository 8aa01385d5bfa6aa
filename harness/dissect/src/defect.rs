//! What can be wrong with a message.

use serde::{Serialize, Serializer};
use std::fmt;

/// How bad a defect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The sender broke a rule that a receiver ignores.
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
    Truncated "truncated" "The octets end before a field or a declared Length."
    LengthTooSmall "length-too-small" "A Length below the header or the fixed part it must cover."
    LengthOverrun "length-overrun" "A Length that runs past the end of what contains the element."
    WrongLength "wrong-length" "An element of fixed size with another Length."
    TrailingOctets "trailing-octets" "Octets after the message's padded end."
    UnknownMessage "unknown-message" "A message type that no RFC assigns."
    UnknownParameter "unknown-parameter" "A parameter type that no RFC assigns."
    MissingParameter "missing-parameter" "A parameter that has to be there is not."
    DuplicateParameter "duplicate-parameter" "A parameter that may be there once is there again."
    UnexpectedParameter "unexpected-parameter" "A known parameter in a wrong place or order."
    AddressCount "address-count" "A transport without an address, or with one too many."
    InvalidValue "invalid-value" "A value that its field cannot have."
    PaddingMissing "padding-missing" "The padding at the end was not sent."
    PaddingCounted "padding-counted" "A Length that includes trailing padding."
    PaddingNotZero "padding-not-zero" "Padding other than zero."
    ReservedNotZero "reserved-not-zero" "A reserved field other than zero."
    ReservedFlagSet "reserved-flag-set" "A header flag without a meaning is set."
    ReservedValue "reserved-value" "A number that is reserved."
}

/// What a receiver does about a type it does not know (RFC 5354 §3, §4): the two highest bits say.
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
    /// By the two highest bits of a parameter type.
    pub fn of_parameter(code: u16) -> Reaction {
        match code >> 14 {
            0b00 => Reaction::Drop,
            0b01 => Reaction::DropReport,
            0b10 => Reaction::Skip,
            _ => Reaction::SkipReport,
        }
    }

    /// By the two highest bits of a message type; the RFC leaves 10 and 11 undefined, which is read as a
    /// silent discard.
    pub fn of_message(code: u8) -> Reaction {
        match code >> 6 {
            0b01 => Reaction::DropReport,
            _ => Reaction::Drop,
        }
    }

    /// Whether the message is lost.
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
    /// From the message's first octet; what it points at depends on the kind.
    pub offset: usize,
    /// Field path of what is wrong; a missing parameter's path is where it should have been.
    pub path: String,
    /// Its kind.
    pub kind: Kind,
    /// Whether a receiver would reject the message for it.
    pub severity: Severity,
    /// One sentence.
    pub what: String,
    /// The rule, as in `RFC 5354 §3.9`.
    pub section: &'static str,
    /// Where an unknown type decides what to do.
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

/// Why a strict receiver would reject the message: its first malformed defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// Where, from the message's first octet.
    pub offset: usize,
    /// What.
    pub kind: Kind,
    /// If an unknown type is the reason, what its highest bits ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<Reaction>,
}
