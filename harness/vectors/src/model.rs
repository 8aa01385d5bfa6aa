//! A vector after reading: its octets are resolved and its keys checked.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// Protocol of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// ASAP, RFC 5352.
    Asap,
    /// ENRP, RFC 5353.
    Enrp,
}

/// Verdict that a strict receiver must reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// The receiver accepts the message.
    Accept,
    /// The receiver rejects the message.
    Reject,
    /// The receiver may accept or reject the message; the RFCs permit both.
    Either,
}

impl Expect {
    /// The word in vector files.
    pub fn word(self) -> &'static str {
        match self {
            Expect::Accept => "accept",
            Expect::Reject => "reject",
            Expect::Either => "either",
        }
    }
}

/// Reaction that the highest two bits of an unknown type require (RFC 5354 §3, §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reaction {
    /// Discard the message silently.
    Drop,
    /// Discard the message and report the cause.
    DropReport,
    /// Skip the parameter.
    Skip,
    /// Skip the parameter and report it.
    SkipReport,
}

impl Reaction {
    /// The word in vector files.
    pub fn word(self) -> &'static str {
        match self {
            Reaction::Drop => "drop",
            Reaction::DropReport => "drop-report",
            Reaction::Skip => "skip",
            Reaction::SkipReport => "skip-report",
        }
    }
}

/// The first error of a message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedError {
    /// Offset from the message's first octet.
    pub offset: usize,
    /// Kind of error, one of the words that vector files use.
    pub kind: String,
    /// Kinds that are also right at this offset.
    #[serde(rename = "or", default, skip_serializing_if = "Vec::is_empty")]
    pub or_kinds: Vec<String>,
}

/// Kinds of error in vector files.
pub(crate) const KINDS: [&str; 13] = [
    "truncated",
    "length-too-small",
    "length-overrun",
    "wrong-length",
    "trailing-octets",
    "padding-missing",
    "unknown-message",
    "unknown-parameter",
    "missing-parameter",
    "duplicate-parameter",
    "unexpected-parameter",
    "address-count",
    "invalid-value",
];

/// Values by field path: booleans, numbers and strings.
pub type Fields = BTreeMap<String, serde_json::Value>;

/// One test vector.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Vector {
    /// `<directory>/<file>/<id in the file>`.
    pub id: String,
    /// Protocol of the message.
    pub protocol: Protocol,
    /// Purpose of the vector, in one sentence.
    pub about: String,
    /// Ids of the requirements that the vector covers.
    pub covers: Vec<String>,
    /// Origin of the octets.
    pub origin: String,
    /// Verdict that a strict receiver must reach.
    pub expect: Expect,
    /// Reason why both verdicts are right, for [`Expect::Either`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The message.
    #[serde(serialize_with = "hex")]
    pub octets: Vec<u8>,
    /// The first error, if a receiver must or may reject the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ExpectedError>,
    /// Reaction that an unknown type in the message requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<Reaction>,
    /// Values of some of the message's fields.
    pub fields: Fields,
    /// The message as a sender encodes it, if that differs from `octets`.
    #[serde(serialize_with = "maybe_hex", skip_serializing_if = "Option::is_none")]
    pub reencodes: Option<Vec<u8>>,
    /// A second encoding that is also right.
    #[serde(serialize_with = "maybe_hex", skip_serializing_if = "Option::is_none")]
    pub or_reencodes: Option<Vec<u8>>,
    /// File and line of the vector, for messages to people.
    #[serde(skip)]
    pub place: String,
}

fn hex<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&HEXLOWER.encode(octets))
}

fn maybe_hex<S: Serializer>(octets: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    octets
        .as_deref()
        .map(|octets| HEXLOWER.encode(octets))
        .serialize(serializer)
}
