//! PE identifiers and user transports as text, for command lines, files and the ready line.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use rsp_wire::{
    Addresses, PeIdentifier, SctpTransport, TcpTransport, Transport, UdpTransport,
    UnknownParameters,
};

use crate::address::endpoint;
use crate::values::deserialize_from_text;

/// A PE identifier, decimal or `0x…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeId(pub PeIdentifier);

impl FromStr for PeId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = match text.strip_prefix("0x") {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => text.parse(),
        };
        match number {
            Ok(number) => Ok(Self(PeIdentifier(number))),
            Err(_) => Err(format!("`{text}` is not a number from 0 to 0xffffffff")),
        }
    }
}

/// The protocol of a user transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// SCTP.
    Sctp,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sctp => "sctp",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        })
    }
}

/// A user transport as text: `tcp://ADDR:PORT`, `udp://ADDR:PORT`, or `sctp://ADDR:PORT,…` with one port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportText {
    /// The protocol.
    pub protocol: Protocol,
    /// The addresses: one or more, exactly one for TCP and UDP.
    pub addrs: Vec<IpAddr>,
    /// The port.
    pub port: u16,
}

impl FromStr for TransportText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not a transport such as tcp://ADDR:PORT, udp://ADDR:PORT or sctp://ADDR:PORT"
            )
        };
        let (protocol, rest) = text.split_once("://").ok_or_else(wrong)?;
        let protocol = match protocol {
            "sctp" => Protocol::Sctp,
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return Err(wrong()),
        };
        let addrs: Vec<SocketAddr> = rest
            .split(',')
            .map(endpoint)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("{}: {error}", wrong()))?;
        let port = addrs[0].port();
        if addrs.iter().any(|addr| addr.port() != port) {
            return Err(format!(
                "`{text}`: all addresses of a transport share one port"
            ));
        }
        if addrs.len() > 1 && protocol != Protocol::Sctp {
            return Err(format!("`{text}`: only SCTP has several addresses"));
        }
        if let Some(addr) = addrs.iter().find(|addr| addr.ip().is_unspecified()) {
            return Err(format!(
                "`{text}`: {} is unspecified, others cannot reach it",
                addr.ip()
            ));
        }
        Ok(Self {
            protocol,
            addrs: addrs.iter().map(SocketAddr::ip).collect(),
            port,
        })
    }
}

impl TransportText {
    /// Returns the first address with the port.
    pub fn first(&self) -> SocketAddr {
        SocketAddr::new(self.addrs[0], self.port)
    }

    /// Returns the transport to register, for data only.
    pub fn data_only(&self) -> Transport {
        let (port, address) = (self.port, self.addrs[0]);
        let unknown = UnknownParameters::NONE;
        match self.protocol {
            Protocol::Sctp => SctpTransport::new(
                port,
                Addresses {
                    first: address,
                    rest: self.addrs[1..].to_vec(),
                },
            )
            .into(),
            Protocol::Tcp => Transport::Tcp(TcpTransport {
                port,
                address,
                unknown,
            }),
            Protocol::Udp => Transport::Udp(UdpTransport {
                port,
                address,
                unknown,
            }),
        }
    }
}

/// Formats a transport as [`TransportText`] reads it.
pub fn written(transport: &Transport) -> String {
    let protocol = match transport {
        Transport::Sctp(_) => "sctp",
        Transport::Tcp(_) => "tcp",
        Transport::Udp(_) => "udp",
        Transport::Dccp(_) => "dccp",
        Transport::UdpLite(_) => "udp-lite",
        Transport::Opaque(_) => return "opaque".to_owned(),
    };
    let port = transport.port().unwrap_or_default();
    let addrs: Vec<String> = transport
        .addresses()
        .map(|ip| SocketAddr::new(ip, port).to_string())
        .collect();
    format!("{protocol}://{}", addrs.join(","))
}

deserialize_from_text!(Text: TransportText);
deserialize_from_text!(TextOrNumber: PeId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_go_both_ways() {
        for text in [
            "tcp://127.0.0.1:8080",
            "udp://[::1]:53",
            "sctp://192.0.2.1:7",
            "sctp://192.0.2.1:7,[2001:db8::1]:7",
        ] {
            let transport: TransportText = text.parse().unwrap();
            assert_eq!(written(&transport.data_only()), text);
        }
        for wrong in [
            "",
            "127.0.0.1:8080",
            "http://127.0.0.1:8080",
            "tcp://localhost:8080",
            "tcp://127.0.0.1",
            "tcp://",
            "tcp://0.0.0.0:8080",
            "sctp://192.0.2.1:7,192.0.2.2:8",
            "tcp://192.0.2.1:7,192.0.2.2:7",
        ] {
            assert!(wrong.parse::<TransportText>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn identifiers_are_decimal_or_hex() {
        let id = |text: &str| text.parse::<PeId>().map(|id| id.0.0);
        assert_eq!((id("7"), id("0xffffffff")), (Ok(7), Ok(u32::MAX)));
        assert!(id("-1").is_err() && id("0x1ffffffff").is_err());
    }
}
