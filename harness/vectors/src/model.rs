//! A vector as it is used: octets resolved, everything checked.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// Which decoder the octets are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// ASAP, RFC 5352.
    Asap,
    /// ENRP, RFC 5353.
    Enrp,
}

/// What a strict receiver must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// Take the message.
    Accept,
    /// Refuse it.
    Reject,
    /// One or the other: the RFCs leave it open.
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

/// What the highest bits of an unknown type demand (RFC 5354 §3, §4).
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
    /// From the message's first octet.
    pub offset: usize,
    /// Its kind, a word of the vocabulary of errors.
    pub kind: String,
    /// Kinds that are as right at this offset.
    #[serde(rename = "or", default, skip_serializing_if = "Vec::is_empty")]
    pub or_kinds: Vec<String>,
}

/// The kinds of error that vectors speak of.
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
    /// Which decoder the octets are for.
    pub protocol: Protocol,
    /// One sentence: what it is about.
    pub about: String,
    /// Requirement ids.
    pub covers: Vec<String>,
    /// Where the octets come from.
    pub origin: String,
    /// What a strict receiver must do.
    pub expect: Expect,
    /// Why both are right, for [`Expect::Either`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The message.
    #[serde(serialize_with = "hex")]
    pub octets: Vec<u8>,
    /// The first error, if it is to be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ExpectedError>,
    /// What an unknown type in it demands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<Reaction>,
    /// Some of what the octets say.
    pub fields: Fields,
    /// The sender's form, where it differs from `octets`.
    #[serde(serialize_with = "maybe_hex", skip_serializing_if = "Option::is_none")]
    pub reencodes: Option<Vec<u8>>,
    /// Another form that is as right.
    #[serde(serialize_with = "maybe_hex", skip_serializing_if = "Option::is_none")]
    pub or_reencodes: Option<Vec<u8>>,
    /// File and line where it stands, for messages to people.
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
