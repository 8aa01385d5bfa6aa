//! Octets of a message as the record of a run holds them: in memory octets, in JSON hex.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

/// The octets of a user message or datagram. In JSON a string of hex digits without blanks.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Octets(pub Vec<u8>);

/// Text that is no pairs of hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// The last octet has one digit only.
    #[error("octets in hex need an even number of digits, this has {0}")]
    Odd(usize),
    /// A character is no hex digit.
    #[error("character {0} of octets in hex is not one of 0-9 a-f")]
    Digit(usize),
}

impl Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Octets {
    fn from(octets: Vec<u8>) -> Octets {
        Octets(octets)
    }
}

impl From<&[u8]> for Octets {
    fn from(octets: &[u8]) -> Octets {
        Octets(octets.to_vec())
    }
}

impl fmt::Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Octets {
    type Err = HexError;

    /// Reads hex digits of either case, without blanks.
    ///
    /// # Errors
    /// [`HexError`] names the place of the first character that does not belong there.
    fn from_str(text: &str) -> Result<Octets, HexError> {
        let digit = |(at, octet): (usize, &u8)| {
            let value = char::from(*octet).to_digit(16);
            // A digit of base 16 fits an octet.
            value.map(|value| value as u8).ok_or(HexError::Digit(at))
        };
        let digits: Vec<u8> = text
            .as_bytes()
            .iter()
            .enumerate()
            .map(digit)
            .collect::<Result<_, _>>()?;
        if digits.len() % 2 == 1 {
            return Err(HexError::Odd(digits.len()));
        }
        let octets = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]);
        Ok(Octets(octets.collect()))
    }
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Octets, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_and_written() {
        assert_eq!("030fA0".parse(), Ok(Octets(vec![3, 0x0f, 0xa0])));
        assert_eq!("".parse(), Ok(Octets(vec![])));
        assert_eq!(Octets(vec![3, 0x0f, 0xa0]).to_string(), "030fa0");
        let json = serde_json::to_string(&Octets(vec![0, 0xff])).expect("octets are plain data");
        assert_eq!(json, "\"00ff\"");
        let back: Octets = serde_json::from_str(&json).expect("it was written a moment ago");
        assert_eq!(back, Octets(vec![0, 0xff]));
    }

    #[test]
    fn other_text_is_refused_with_its_place() {
        assert_eq!("030".parse::<Octets>(), Err(HexError::Odd(3)));
        assert_eq!("0+".parse::<Octets>(), Err(HexError::Digit(1)));
        let wrong = serde_json::from_str::<Octets>("\"0g\"").expect_err("g is no digit");
        assert!(wrong.to_string().contains("character 1"), "{wrong}");
    }
}
