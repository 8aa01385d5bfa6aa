//! The sixteen parameters (RFC 5354 §3), one file each, and what they have in common.

mod addresses;
mod cookie;
mod dccp_transport;
mod encoded_element;
mod ipv4_address;
mod ipv6_address;
mod opaque_transport;
mod operation_error;
mod pe_checksum;
mod pe_identifier;
mod policy;
mod pool_element;
mod pool_handle;
mod sctp_transport;
mod server_information;
mod tcp_transport;
mod transport;
mod udp_lite_transport;
mod udp_transport;
mod unknown;

pub use addresses::Addresses;
pub use cookie::Cookie;
pub use dccp_transport::DccpTransport;
pub use encoded_element::EncodedElement;
pub use opaque_transport::OpaqueTransport;
pub use operation_error::{CauseCode, ErrorCause, OperationError};
pub use pe_checksum::PeChecksum;
pub use pe_identifier::PeIdentifier;
pub use policy::{Policy, PolicyType};
pub use pool_element::{PoolElement, RegistrationLife};
pub use pool_handle::PoolHandle;
pub use sctp_transport::{SctpTransport, TransportUse};
pub use server_information::{ServerId, ServerInformation};
pub use tcp_transport::TcpTransport;
pub use transport::Transport;
pub use udp_lite_transport::UdpLiteTransport;
pub use udp_transport::UdpTransport;
pub use unknown::{UnknownParameter, UnknownParameters};

use std::fmt;

use crate::error::{DecodeResult, EncodeError};
use crate::reader::Reader;
use crate::writer::Writer;

/// The 16-bit type of a parameter (RFC 5354 §3, Table 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterType(pub u16);

impl ParameterType {
    /// IPv4 Address (§3.1).
    pub const IPV4_ADDRESS: Self = Self(0x1);
    /// IPv6 Address (§3.2).
    pub const IPV6_ADDRESS: Self = Self(0x2);
    /// DCCP Transport (§3.3).
    pub const DCCP_TRANSPORT: Self = Self(0x3);
    /// SCTP Transport (§3.4).
    pub const SCTP_TRANSPORT: Self = Self(0x4);
    /// TCP Transport (§3.5).
    pub const TCP_TRANSPORT: Self = Self(0x5);
    /// UDP Transport (§3.6).
    pub const UDP_TRANSPORT: Self = Self(0x6);
    /// UDP-Lite Transport (§3.7).
    pub const UDP_LITE_TRANSPORT: Self = Self(0x7);
    /// Pool Member Selection Policy (§3.8).
    pub const POLICY: Self = Self(0x8);
    /// Pool Handle (§3.9).
    pub const POOL_HANDLE: Self = Self(0x9);
    /// Pool Element (§3.10).
    pub const POOL_ELEMENT: Self = Self(0xa);
    /// Server Information (§3.11).
    pub const SERVER_INFORMATION: Self = Self(0xb);
    /// Operation Error (§3.12).
    pub const OPERATION_ERROR: Self = Self(0xc);
    /// Cookie (§3.13).
    pub const COOKIE: Self = Self(0xd);
    /// PE Identifier (§3.14).
    pub const PE_IDENTIFIER: Self = Self(0xe);
    /// PE Checksum (§3.15).
    pub const PE_CHECKSUM: Self = Self(0xf);
    /// Opaque Transport (§3.16).
    pub const OPAQUE_TRANSPORT: Self = Self(0x10);

    /// Does RFC 5354 define it? The other types are treated as [`crate::reaction`] says.
    pub const fn is_known(self) -> bool {
        matches!(self.0, 0x1..=0x10)
    }

    /// The name in field paths, if RFC 5354 defines the type.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::IPV4_ADDRESS => "ipv4-address",
            Self::IPV6_ADDRESS => "ipv6-address",
            Self::DCCP_TRANSPORT => "dccp-transport",
            Self::SCTP_TRANSPORT => "sctp-transport",
            Self::TCP_TRANSPORT => "tcp-transport",
            Self::UDP_TRANSPORT => "udp-transport",
            Self::UDP_LITE_TRANSPORT => "udp-lite-transport",
            Self::POLICY => "policy",
            Self::POOL_HANDLE => "pool-handle",
            Self::POOL_ELEMENT => "pool-element",
            Self::SERVER_INFORMATION => "server-information",
            Self::OPERATION_ERROR => "operation-error",
            Self::COOKIE => "cookie",
            Self::PE_IDENTIFIER => "pe-identifier",
            Self::PE_CHECKSUM => "pe-checksum",
            Self::OPAQUE_TRANSPORT => "opaque-transport",
            _ => return None,
        })
    }
}

/// The name in field paths; `0x7fff` for a type without one.
impl fmt::Display for ParameterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

/// A value that one parameter holds. Header, Length and padding are the reader's and the writer's.
pub(crate) trait Parameter: Sized {
    /// Can a parameter of this type hold such a value?
    fn accepts(parameter_type: ParameterType) -> bool;
    /// The type of the parameter that holds this value.
    fn parameter_type(&self) -> ParameterType;
    /// Reads the value of a parameter of an accepted type.
    fn decode(parameter_type: ParameterType, reader: Reader<'_>) -> DecodeResult<Self>;
    /// Writes the value.
    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError>;
}
