//! Layouts of all messages, parameters, causes and policies, as data.
//!
//! | you look for | in |
//! |---|---|
//! | an ASAP message | `asap.rs`, [`asap::MESSAGES`] |
//! | an ENRP message | `enrp.rs`, [`enrp::MESSAGES`] |
//! | a parameter | `param.rs`, [`param::PARAMETERS`] |
//! | an error cause | `cause.rs`, [`cause::CAUSES`] |
//! | a policy | `policy.rs`, [`policy::POLICIES`] |
//!
//! The walker contains no layout itself.

pub mod asap;
pub mod cause;
pub mod enrp;
pub mod param;
pub mod policy;

use serde::Serialize;

/// Protocol of a message; the message types of both protocols begin at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// Aggregate Server Access Protocol (RFC 5352).
    Asap,
    /// Endpoint Handlespace Redundancy Protocol (RFC 5353).
    Enrp,
}

impl Protocol {
    /// Returns `ASAP` or `ENRP`.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Asap => "ASAP",
            Protocol::Enrp => "ENRP",
        }
    }

    /// Returns the protocol of an SCTP payload protocol identifier (RFC 5352 §5, RFC 5353 §5.4), which
    /// is in host byte order.
    pub fn of_ppid(ppid: u32) -> Option<Protocol> {
        match ppid {
            11 => Some(Protocol::Asap),
            12 => Some(Protocol::Enrp),
            _ => None,
        }
    }
}

/// A message: a header, fields without a type of their own, then parameters.
#[derive(Debug)]
pub struct Message {
    /// Its protocol.
    pub protocol: Protocol,
    /// Message Type.
    pub code: u8,
    /// The RFC's name.
    pub name: &'static str,
    /// Section that defines it.
    pub section: &'static str,
    /// The flags with a meaning.
    pub flags: &'static [Flag],
    /// Fields between the header and the parameters.
    pub fields: Fields,
    /// The parameters.
    pub parameters: Grammar,
    /// Rules between flags and parameters.
    pub conditions: &'static [Condition],
}

/// A flag of the message header.
#[derive(Debug)]
pub struct Flag {
    /// The RFC's letter.
    pub letter: char,
    /// Its bit.
    pub mask: u8,
    /// Meaning of the flag when set.
    pub says: &'static str,
}

/// A field of fixed size.
#[derive(Debug)]
pub struct Field {
    /// The RFC's words.
    pub name: &'static str,
    /// The same as a segment of a field path.
    pub segment: &'static str,
    /// Its size.
    pub octets: usize,
    /// Form of its octets.
    pub shape: Shape,
    /// Values that a sender may use.
    pub values: Values,
}

/// Fields one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    /// In this order.
    pub list: &'static [Field],
    /// Their size together.
    pub octets: usize,
    /// True if one of the fields does not allow every value.
    pub checked: bool,
}

/// Form of a field's octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An unsigned number, shown in decimal.
    Number,
    /// An unsigned number, shown in hex.
    Hex,
    /// A signed number.
    Signed,
    /// An IPv4 or IPv6 address, by its size.
    Address,
    /// Octets without inner structure.
    Opaque,
    /// Octets of a cause's information, shown in hex.
    Information,
    /// Reserved: zero when sent, ignored when received.
    Reserved,
    /// Padding between parameters.
    Padding,
    /// Octets that cannot be decoded.
    Undecoded,
}

/// Values that a sender may use in a field.
#[derive(Debug)]
pub enum Values {
    /// Any.
    Any,
    /// One of the named values, counted from 0. A sender must not use others; no RFC requires a receiver
    /// to reject them.
    Named(&'static [&'static str]),
    /// Zero.
    Zero,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Parameter Type.
    pub code: u16,
    /// The RFC's name.
    pub name: &'static str,
    /// The same as a segment of a field path.
    pub segment: &'static str,
    /// Section that defines it.
    pub section: &'static str,
    /// Layout of its value.
    pub layout: Layout,
    /// The Length of the header and the fixed part.
    pub least: usize,
    /// True if that is the only valid Length.
    pub exact: bool,
    /// True if every value of a valid Length is valid.
    pub plain: bool,
}

/// Layout of a parameter's value.
#[derive(Debug)]
pub enum Layout {
    /// One field that fills the value; the parameter *is* that value.
    Value(Field),
    /// Octets of any number; the parameter *is* that value.
    Opaque,
    /// Fields, then parameters.
    Fields(Fields, Grammar),
    /// Policy Type, then the fields of its row in [`policy::POLICIES`].
    Policy,
    /// Error causes.
    Causes,
}

/// Sequence of parameters in a parent.
#[derive(Debug)]
pub struct Grammar {
    /// In this order.
    pub slots: &'static [Slot],
    /// True if the whole sequence can occur any number of times, including none.
    pub repeats: bool,
}

/// A place for parameters.
#[derive(Debug)]
pub struct Slot {
    /// Name of the place, for sentences and paths.
    pub name: &'static str,
    /// Its segment, if that is not the parameter's own.
    pub alias: Option<&'static str>,
    /// Parameter types allowed here.
    pub types: &'static [u16],
    /// The same, one bit per type.
    pub mask: u32,
    /// Number of parameters allowed here.
    pub count: Count,
}

/// Number of parameters allowed in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly once.
    One,
    /// Once or not at all.
    Optional,
    /// Once, but a receiver accepts its absence.
    Recommended,
    /// Any number.
    Any,
    /// At least once.
    Some,
    /// Exactly one address; its violation is the kind `address-count`.
    OneAddress,
    /// At least one address.
    SomeAddresses,
}

impl Count {
    /// Returns true if the parameter is mandatory.
    pub const fn mandatory(self) -> bool {
        matches!(
            self,
            Count::One | Count::Some | Count::OneAddress | Count::SomeAddresses
        )
    }

    /// Returns true if the parameter can be repeated.
    pub const fn repeats(self) -> bool {
        matches!(self, Count::Any | Count::Some | Count::SomeAddresses)
    }

    /// Returns true if it counts addresses.
    pub const fn addresses(self) -> bool {
        matches!(self, Count::OneAddress | Count::SomeAddresses)
    }
}

/// A rule between the parts of one message.
#[derive(Debug)]
pub enum Condition {
    /// At least one of these parameters is present.
    AnyOf(&'static [u16], &'static str),
    /// If the first parameter is present, the others are absent; a receiver does not check it.
    Excludes(u16, &'static [u16], &'static str),
    /// If this flag is set, there are no parameters; a receiver does not check it.
    FlagExcludesAll(u8, &'static str),
}

/// An error cause.
#[derive(Debug)]
pub struct Cause {
    /// Cause code.
    pub code: u16,
    /// The RFC's name.
    pub name: &'static str,
    /// Section that defines it.
    pub section: &'static str,
    /// Its information.
    pub information: Information,
}

/// Information of a cause.
#[derive(Debug)]
pub enum Information {
    /// Nothing.
    None,
    /// Any octets.
    Free,
    /// A whole message.
    Message,
    /// A parameter of any type.
    AnyParameter,
    /// A parameter of one of these types.
    Parameter(&'static [u16]),
}

/// A pool member selection policy.
#[derive(Debug)]
pub struct Policy {
    /// Policy Type.
    pub code: u32,
    /// The RFC's name.
    pub name: &'static str,
    /// Section that defines it.
    pub section: &'static str,
    /// Policy-specific data.
    pub fields: Fields,
}

/// No parameters.
pub const NOTHING: Grammar = Grammar {
    slots: &[],
    repeats: false,
};

/// A flag.
pub(crate) const fn flag(letter: char, mask: u8, says: &'static str) -> Flag {
    Flag { letter, mask, says }
}

/// A 32-bit identifier.
pub(crate) const fn identifier(name: &'static str, segment: &'static str) -> Field {
    Field {
        name,
        segment,
        octets: 4,
        shape: Shape::Hex,
        values: Values::Any,
    }
}

/// A 32-bit number.
pub(crate) const fn number(name: &'static str, segment: &'static str) -> Field {
    Field {
        name,
        segment,
        octets: 4,
        shape: Shape::Number,
        values: Values::Any,
    }
}

/// A 16-bit reserved field.
pub(crate) const RESERVED: Field = Field {
    name: "Reserved",
    segment: "reserved",
    octets: 2,
    shape: Shape::Reserved,
    values: Values::Zero,
};

/// A sequence that comes once.
pub(crate) const fn sequence(slots: &'static [Slot]) -> Grammar {
    Grammar {
        slots,
        repeats: false,
    }
}

/// A place for one kind of parameter.
pub(crate) const fn slot(name: &'static str, types: &'static [u16], count: Count) -> Slot {
    Slot {
        name,
        alias: None,
        types,
        mask: mask(types),
        count,
    }
}

/// A place that gives its parameters another name.
pub(crate) const fn role(
    name: &'static str,
    alias: &'static str,
    types: &'static [u16],
    count: Count,
) -> Slot {
    let alias = Some(alias);
    Slot {
        alias,
        ..slot(name, types, count)
    }
}

/// Returns the bit of a parameter type; 0 for a type that no RFC assigns.
pub const fn bit(code: u16) -> u32 {
    if code < 32 { 1 << code } else { 0 }
}

const fn mask(types: &[u16]) -> u32 {
    let mut mask = 0;
    let mut at = 0;
    while at < types.len() {
        mask |= bit(types[at]);
        at += 1;
    }
    mask
}

/// Fields one after the other.
pub(crate) const fn fields(list: &'static [Field]) -> Fields {
    let mut octets = 0;
    let mut checked = false;
    let mut at = 0;
    while at < list.len() {
        octets += list[at].octets;
        checked |= !matches!(list[at].values, Values::Any);
        at += 1;
    }
    Fields {
        list,
        octets,
        checked,
    }
}

/// Returns the row of a message type.
pub fn message(protocol: Protocol, code: u8) -> Option<&'static Message> {
    let rows: &[Message] = match protocol {
        Protocol::Asap => &asap::MESSAGES,
        Protocol::Enrp => &enrp::MESSAGES,
    };
    rows.get(usize::from(code).checked_sub(1)?)
}

/// Returns the row of a message by its RFC name, as in `ENRP_PRESENCE`.
pub fn message_named(name: &str) -> Option<&'static Message> {
    asap::MESSAGES
        .iter()
        .chain(&enrp::MESSAGES)
        .find(|row| row.name == name)
}

/// Returns the row of a parameter type.
pub fn parameter(code: u16) -> Option<&'static Parameter> {
    param::PARAMETERS.get(usize::from(code).checked_sub(1)?)
}

/// Returns the row of a cause code.
pub fn cause(code: u16) -> Option<&'static Cause> {
    cause::CAUSES.get(usize::from(code))
}

/// Returns the row of a policy type.
pub fn policy(code: u32) -> Option<&'static Policy> {
    // Both classes are numbered from 1; the adaptive policies follow the others.
    let at = match code {
        0x0000_0001..=0x0000_0005 => code - 1,
        0x4000_0001..=0x4000_0004 => code - 0x4000_0001 + 5,
        _ => return None,
    };
    policy::POLICIES.get(at as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows are found by position, so a row in a wrong place would be another message.
    #[test]
    fn rows_stand_where_their_codes_say() {
        for (rows, protocol) in [
            (&asap::MESSAGES[..], Protocol::Asap),
            (&enrp::MESSAGES[..], Protocol::Enrp),
        ] {
            for (at, row) in rows.iter().enumerate() {
                assert_eq!(usize::from(row.code), at + 1, "{}", row.name);
                assert_eq!(row.protocol, protocol, "{}", row.name);
                assert!(row.name.starts_with(protocol.word()), "{}", row.name);
            }
        }
        for (at, row) in param::PARAMETERS.iter().enumerate() {
            assert_eq!(usize::from(row.code), at + 1, "{}", row.name);
        }
        for row in &policy::POLICIES {
            let found = policy(row.code).map(|found| found.name);
            assert_eq!(found, Some(row.name));
        }
        for (at, row) in cause::CAUSES.iter().enumerate() {
            assert_eq!(usize::from(row.code), at, "{}", row.name);
        }
    }

    #[test]
    fn conditions_and_slots_name_parameters_that_exist() {
        let fields = |row: &'static Parameter| match &row.layout {
            Layout::Fields(_, grammar) => Some(grammar),
            _ => None,
        };
        let messages = asap::MESSAGES
            .iter()
            .chain(&enrp::MESSAGES)
            .map(|row| &row.parameters);
        for grammar in messages.chain(param::PARAMETERS.iter().filter_map(fields)) {
            for slot in grammar.slots {
                assert!(
                    slot.types.iter().all(|&code| parameter(code).is_some()),
                    "{}",
                    slot.name
                );
            }
        }
    }

    #[test]
    fn a_message_is_found_by_name() {
        assert_eq!(
            message_named("ASAP_REGISTRATION_RESPONSE").map(|row| row.code),
            Some(3)
        );
        assert_eq!(message_named("ENRP_PRESENCE").map(|row| row.code), Some(1));
        assert!(message_named("PEER_PRESENCE").is_none());
        assert!(message(Protocol::Asap, 0).is_none());
        assert!(message(Protocol::Enrp, 0x0b).is_none());
    }
}
