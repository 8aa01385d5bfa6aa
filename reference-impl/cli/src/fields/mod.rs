//! A message as a flat map of field paths to values, for logs, tools and tests.
//!
//! The paths are the RFCs' words in lower case with hyphens, `pool-element[1]/policy/weight`. The
//! facts of a parameter's header, `#type`, `#length`, `#offset` and `#octets`, describe the form that `rsp-wire`
//! sends. They differ from the received octets if the sender counted padding that the RFCs do not count.
//!
//! Nested Operation Errors are dissected to a depth of four; the information of the fourth is opaque.

mod walk;

use std::collections::BTreeMap;
use std::fmt;

use rsp_wire::{EncodeError, asap, enrp};

/// The fields of a message.
pub type Fields = BTreeMap<String, Value>;

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A flag.
    Bool(bool),
    /// A number.
    Unsigned(u64),
    /// A number with a sign: the registration life.
    Signed(i64),
    /// An address, a handle, or octets in hex.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Unsigned(value) => value.fmt(f),
            Self::Signed(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

/// The fields of an ASAP message and of the header of `octets`, which it came or goes as. Fails where
/// encoding it would.
pub fn of_asap(message: &asap::Message, octets: &[u8]) -> Result<Fields, EncodeError> {
    walk::asap(message, octets)
}

/// The fields of an ENRP message and of the header of `octets`, which it came or goes as. Fails where
/// encoding it would.
pub fn of_enrp(message: &enrp::Message, octets: &[u8]) -> Result<Fields, EncodeError> {
    walk::enrp(message, octets)
}
