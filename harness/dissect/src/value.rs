//! Values of fields.

use data_encoding::HEXLOWER;
use serde::{Serialize, Serializer};
use std::fmt;
use std::net::IpAddr;

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A flag of the message header.
    Flag(bool),
    /// Any number; only the Registration Life can be negative.
    Number(i64),
    /// An IPv4 or IPv6 address.
    Address(IpAddr),
    /// Octets without inner structure: pool handle, cookie, opaque transport, unknown parameter.
    Opaque(Vec<u8>),
    /// Octets that are always shown as hex: `#octets` and the information of a cause.
    Hex(Vec<u8>),
}

impl Value {
    /// Returns the number, if the value is one.
    pub fn number(&self) -> Option<i64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the octets, if the value consists of octets.
    pub fn octets(&self) -> Option<&[u8]> {
        match self {
            Value::Opaque(octets) | Value::Hex(octets) => Some(octets),
            _ => None,
        }
    }
}

/// The form of field paths: numbers in decimal, addresses as text, opaque octets as text if they are
/// printable ASCII and do not begin with `hex:`, else `hex:` and the digits.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Flag(flag) => flag.fmt(f),
            Value::Number(number) => number.fmt(f),
            Value::Address(address) => address.fmt(f),
            Value::Opaque(octets) => match printable(octets) {
                Some(text) => f.write_str(text),
                None => write!(f, "hex:{}", HEXLOWER.encode(octets)),
            },
            Value::Hex(octets) => f.write_str(&HEXLOWER.encode(octets)),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => serializer.serialize_i64(*number),
            other => serializer.collect_str(other),
        }
    }
}

/// Returns the octets as text if they are printable ASCII and do not begin with `hex:`.
pub(crate) fn printable(octets: &[u8]) -> Option<&str> {
    let plain = octets.iter().all(|octet| (0x20..=0x7e).contains(octet));
    let text = std::str::from_utf8(octets).ok()?;
    (plain && !text.starts_with("hex:")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opaque_octets_are_text_only_when_nothing_is_lost() {
        assert_eq!(Value::Opaque(b"EchoPool".to_vec()).to_string(), "EchoPool");
        assert_eq!(Value::Opaque(b"a\0".to_vec()).to_string(), "hex:6100");
        assert_eq!(
            Value::Opaque(b"hex:00".to_vec()).to_string(),
            "hex:6865783a3030"
        );
        assert_eq!(Value::Opaque(vec![]).to_string(), "");
        assert_eq!(Value::Hex(vec![0xab, 1]).to_string(), "ab01");
    }
}
