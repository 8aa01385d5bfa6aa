//! Settings as text: spans of time, identifiers, addresses, the same in flags and files.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use rsp_transport::udp::parse_peer;
use rsp_wire::PoolHandle;

use crate::address;

/// IANA's port for ASAP over SCTP, TCP and UDP (RFC 5352 §8.2).
pub const ASAP_PORT: u16 = 3863;
/// IANA's port for ENRP over SCTP (RFC 5353 §5.3).
pub const ENRP_PORT: u16 = 9901;
/// IANA's port for SCTP over UDP (RFC 6951).
pub const UDP_ENCAPSULATION_PORT: u16 = 9899;

/// The carrier of SCTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// SCTP in user space over UDP (RFC 6951).
    Udp,
    /// The kernel's SCTP.
    Kernel,
    /// The kernel's SCTP where the kernel has it, else SCTP in user space.
    Auto,
}

/// A span of time as text: `30s`, `500ms`, `10min`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = &text[number.len()..];
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "min" => 60.0,
            "h" => 3600.0,
            _ => {
                return Err(format!(
                    "`{text}` is not a span of time such as 500ms, 30s, 10min or 1h"
                ));
            }
        };
        let number: f64 = number
            .trim()
            .parse()
            .map_err(|_| format!("`{text}` does not begin with a number"))?;
        Duration::try_from_secs_f64(number * seconds)
            .map(Self)
            .map_err(|_| format!("`{text}` is negative or too long"))
    }
}

/// A [`Span`] longer than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period(pub Duration);

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Span(span) = text.parse()?;
        if span.is_zero() {
            return Err(format!("`{text}` must be longer than zero"));
        }
        Ok(Self(span))
    }
}

/// A server identifier, not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerId(pub NonZeroU32);

impl FromStr for ServerId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = match text.strip_prefix("0x") {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => text.parse(),
        };
        number
            .ok()
            .and_then(NonZeroU32::new)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a number from 1 to 0xffffffff"))
    }
}

/// The destination of announcements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announce {
    /// Sends no announcements.
    Off,
    /// A multicast group and its port.
    To(SocketAddr),
}

impl FromStr for Announce {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        address::any(text)
            .map(Self::To)
            .map_err(|error| format!("{error}; it is neither GROUP:PORT nor off"))
    }
}

/// The local socket that answers `rserpool status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusSocket {
    /// No socket.
    Off,
    /// The default path of `rserpool status`.
    Default,
    /// This path.
    At(PathBuf),
}

impl FromStr for StatusSocket {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("the text is empty; write a path, default or off".to_owned()),
            "off" => Ok(Self::Off),
            "default" => Ok(Self::Default),
            path => Ok(Self::At(path.into())),
        }
    }
}

/// The most octets of a message, 4096 to 65532: room for a handle and a PE, and a Length of 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageSize(pub usize);

impl FromStr for MessageSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(size @ 4096..=65_532) => Ok(Self(size)),
            _ => Err(format!("`{text}` is not a number from 4096 to 65532")),
        }
    }
}

/// The endpoint at which a registrar accepts requests: `ADDR:PORT` over SCTP, `tcp://ADDR:PORT` over TCP (pool users only).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegistrarAddr {
    /// Over SCTP.
    Sctp(SocketAddr),
    /// Over TCP.
    Tcp(SocketAddr),
}

impl FromStr for RegistrarAddr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (make, addr): (fn(SocketAddr) -> Self, &str) = match text.split_once("://") {
            None => (Self::Sctp, text),
            Some(("sctp", addr)) => (Self::Sctp, addr),
            Some(("tcp", addr)) => (Self::Tcp, addr),
            Some((other, _)) => {
                return Err(format!(
                    "`{other}` is not a transport of registrars; use sctp or tcp"
                ));
            }
        };
        let addr = address::endpoint(addr)
            .map_err(|error| format!("{error}; write ADDR:PORT or tcp://ADDR:PORT"))?;
        if addr.port() == 0 {
            return Err(format!("`{text}`: port 0 is not a destination"));
        }
        Ok(make(addr))
    }
}

impl RegistrarAddr {
    /// Returns the IP address.
    pub fn ip(&self) -> IpAddr {
        match self {
            Self::Sctp(addr) | Self::Tcp(addr) => addr.ip(),
        }
    }
}

impl fmt::Display for RegistrarAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sctp(addr) => write!(f, "{addr}"),
            Self::Tcp(addr) => write!(f, "tcp://{addr}"),
        }
    }
}

/// The UDP port that carries SCTP at an address, or at one SCTP port of it: `192.0.2.1=9900` or
/// `192.0.2.1:3863=9900`. Other addresses have the default port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpPeer {
    /// The address of the peer, and its SCTP port if only that one is meant.
    pub peer: (IpAddr, Option<u16>),
    /// The UDP port at that address.
    pub udp_port: u16,
}

impl FromStr for UdpPeer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (peer, udp_port) = parse_peer(text)
            .ok_or_else(|| format!("`{text}` is not ADDR=UDP-PORT or ADDR:PORT=UDP-PORT"))?;
        Ok(Self { peer, udp_port })
    }
}

/// A pool handle: text, or `hex:` and its octets in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolName(pub PoolHandle);

impl FromStr for PoolName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let octets = match text.strip_prefix("hex:") {
            Some(digits) => octets(digits)
                .ok_or_else(|| format!("`{digits}` is not hex digits such as 0af3"))?,
            None => text.as_bytes().to_vec(),
        };
        if octets.is_empty() {
            return Err("a pool handle has at least one octet".to_owned());
        }
        Ok(Self(PoolHandle::from(octets.as_slice())))
    }
}

fn octets(digits: &str) -> Option<Vec<u8>> {
    let digit = |octet: u8| char::from(octet).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let octets = pairs
        .iter()
        .map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?))
        .collect();
    if rest.is_empty() { octets } else { None }
}

/// Deserializes types from the text that `FromStr` reads; `TextOrNumber` takes a number as its decimal text too.
macro_rules! deserialize_from_text {
    ($visitor:ident: $($name:ident),+) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::values::$visitor).and_then(|text| {
                    text.parse().map_err(serde::de::Error::custom)
                })
            }
        }
    )+};
}
pub(crate) use deserialize_from_text;

deserialize_from_text!(Text: RegistrarAddr, UdpPeer, PoolName);
deserialize_from_text!(TextOrNumber: Span, Period, ServerId, Announce, MessageSize, StatusSocket);

impl fmt::Display for Span {
    /// Writes the span in the largest unit that leaves no rest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = self.0;
        if span.subsec_nanos() != 0 {
            return write!(f, "{}ms", span.as_nanos() as f64 / 1e6);
        }
        match span.as_secs() {
            0 => f.write_str("0s"),
            seconds if seconds.is_multiple_of(3600) => write!(f, "{}h", seconds / 3600),
            seconds if seconds.is_multiple_of(60) => write!(f, "{}min", seconds / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Span(self.0).fmt(f)
    }
}

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

impl fmt::Display for Announce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::To(group) => write!(f, "{group}"),
        }
    }
}

impl fmt::Display for StatusSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Default => f.write_str("default"),
            Self::At(path) => write!(f, "{}", path.display()),
        }
    }
}

macro_rules! serialize_as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )+};
}

serialize_as_text!(Span, Period, ServerId, Announce, StatusSocket);

impl Serialize for MessageSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Serializes UDP ports of addresses as the text that `FromStr` reads.
pub(crate) fn udp_peers<S: Serializer>(
    peers: &Option<Vec<UdpPeer>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let texts = peers.iter().flatten().map(|entry| match entry.peer {
        (ip, Some(port)) => format!("{}={}", SocketAddr::new(ip, port), entry.udp_port),
        (ip, None) => format!("{ip}={}", entry.udp_port),
    });
    match peers {
        Some(_) => serializer.collect_seq(texts),
        None => serializer.serialize_none(),
    }
}

/// A visitor that accepts a string.
pub(crate) struct Text;

impl de::Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

/// A visitor that accepts a string, or a number as its decimal text.
pub(crate) struct TextOrNumber;

impl de::Visitor<'_> for TextOrNumber {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

/// Deserializes one text, or a list of texts, by `FromStr`.
pub(crate) fn one_or_many_texts<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    one_or_many_by(deserializer, |text| {
        text.parse().map_err(|error: T::Err| error.to_string())
    })
}

/// Deserializes one text, or a list of texts, by `parse`.
pub(crate) fn one_or_many_by<'de, D, T>(
    deserializer: D,
    parse: fn(&str) -> Result<T, String>,
) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
{
    struct Texts<T>(fn(&str) -> Result<T, String>);

    impl<'de, T> de::Visitor<'de> for Texts<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or a list of them")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![(self.0)(text).map_err(E::custom)?])
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(text) = seq.next_element::<String>()? {
                all.push((self.0)(&text).map_err(de::Error::custom)?);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_any(Texts(parse)).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pool_handles_are_text_or_hex() {
        let octets = |text: &str| {
            text.parse::<PoolName>()
                .map(|name| name.0.as_octets().to_vec())
        };
        assert_eq!(octets("EchoPool"), Ok(b"EchoPool".to_vec()));
        assert_eq!(octets("hex:00fF"), Ok(vec![0, 255]));
        assert!(octets("hex:0").unwrap_err().contains("not hex"));
        for wrong in ["", "hex:", "hex:0g"] {
            assert!(octets(wrong).is_err(), "{wrong}");
        }
    }
}
