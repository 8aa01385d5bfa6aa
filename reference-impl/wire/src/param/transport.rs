//! A transport of any kind (RFC 5354 §3.3-§3.7, §3.16), which a pool element offers its users.

use std::net::IpAddr;

use super::{
    DccpTransport, OpaqueTransport, SctpTransport, TcpTransport, TransportUse, UdpLiteTransport,
    UdpTransport,
};
use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::unknown::UnknownParameters;
use crate::writer::{WriteParameter, Writer};

/// A transport of any kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Over DCCP.
    Dccp(DccpTransport),
    /// Over SCTP.
    Sctp(SctpTransport),
    /// Over TCP.
    Tcp(TcpTransport),
    /// Over UDP.
    Udp(UdpTransport),
    /// Over UDP-Lite.
    UdpLite(UdpLiteTransport),
    /// Over a transport that only the application knows.
    Opaque(OpaqueTransport),
}

impl Transport {
    /// Returns the parameter type, which is the kind of transport.
    pub const fn parameter_type(&self) -> ParameterType {
        match self {
            Self::Dccp(_) => ParameterType::DCCP_TRANSPORT,
            Self::Sctp(_) => ParameterType::SCTP_TRANSPORT,
            Self::Tcp(_) => ParameterType::TCP_TRANSPORT,
            Self::Udp(_) => ParameterType::UDP_TRANSPORT,
            Self::UdpLite(_) => ParameterType::UDP_LITE_TRANSPORT,
            Self::Opaque(_) => ParameterType::OPAQUE_TRANSPORT,
        }
    }

    /// Returns the skipped parameters of unknown type among its addresses; an opaque transport has none.
    pub fn unknown_mut(&mut self) -> Option<&mut UnknownParameters> {
        match self {
            Self::Dccp(transport) => Some(&mut transport.unknown),
            Self::Sctp(transport) => Some(&mut transport.unknown),
            Self::Tcp(transport) => Some(&mut transport.unknown),
            Self::Udp(transport) => Some(&mut transport.unknown),
            Self::UdpLite(transport) => Some(&mut transport.unknown),
            Self::Opaque(_) => None,
        }
    }

    /// Returns the addresses; an opaque transport has none that can be read.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let (first, rest) = match self {
            Self::Dccp(transport) => (Some(transport.address), &[][..]),
            Self::Sctp(transport) => (
                Some(transport.addresses.first),
                &transport.addresses.rest[..],
            ),
            Self::Tcp(transport) => (Some(transport.address), &[][..]),
            Self::Udp(transport) => (Some(transport.address), &[][..]),
            Self::UdpLite(transport) => (Some(transport.address), &[][..]),
            Self::Opaque(_) => (None, &[][..]),
        };
        first.into_iter().chain(rest.iter().copied())
    }

    /// Returns the port, unless the transport is opaque.
    pub const fn port(&self) -> Option<u16> {
        match self {
            Self::Dccp(transport) => Some(transport.port),
            Self::Sctp(transport) => Some(transport.port),
            Self::Tcp(transport) => Some(transport.port),
            Self::Udp(transport) => Some(transport.port),
            Self::UdpLite(transport) => Some(transport.port),
            Self::Opaque(_) => None,
        }
    }

    /// Returns its use: only SCTP can be more than data only (RFC 5354 §3.3-§3.7).
    pub const fn transport_use(&self) -> TransportUse {
        match self {
            Self::Sctp(transport) => transport.transport_use,
            Self::Dccp(_) | Self::Tcp(_) | Self::Udp(_) | Self::UdpLite(_) | Self::Opaque(_) => {
                TransportUse::DATA_ONLY
            }
        }
    }
}

impl From<SctpTransport> for Transport {
    fn from(transport: SctpTransport) -> Self {
        Self::Sctp(transport)
    }
}

impl ReadParameter for Transport {
    fn accepts(parameter_type: ParameterType) -> bool {
        matches!(
            parameter_type,
            ParameterType::DCCP_TRANSPORT
                | ParameterType::SCTP_TRANSPORT
                | ParameterType::TCP_TRANSPORT
                | ParameterType::UDP_TRANSPORT
                | ParameterType::UDP_LITE_TRANSPORT
                | ParameterType::OPAQUE_TRANSPORT
        )
    }

    #[inline]
    fn decode(parameter_type: ParameterType, reader: Reader<'_>) -> DecodeResult<Self> {
        match parameter_type {
            ParameterType::DCCP_TRANSPORT => {
                DccpTransport::decode(parameter_type, reader).map(Self::Dccp)
            }
            ParameterType::SCTP_TRANSPORT => {
                SctpTransport::decode(parameter_type, reader).map(Self::Sctp)
            }
            ParameterType::TCP_TRANSPORT => {
                TcpTransport::decode(parameter_type, reader).map(Self::Tcp)
            }
            ParameterType::UDP_TRANSPORT => {
                UdpTransport::decode(parameter_type, reader).map(Self::Udp)
            }
            ParameterType::UDP_LITE_TRANSPORT => {
                UdpLiteTransport::decode(parameter_type, reader).map(Self::UdpLite)
            }
            _ => OpaqueTransport::decode(parameter_type, reader).map(Self::Opaque),
        }
    }
}

impl WriteParameter for Transport {
    fn parameter_type(&self) -> ParameterType {
        self.parameter_type()
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        match self {
            Self::Dccp(transport) => transport.encode(writer),
            Self::Sctp(transport) => transport.encode(writer),
            Self::Tcp(transport) => transport.encode(writer),
            Self::Udp(transport) => transport.encode(writer),
            Self::UdpLite(transport) => transport.encode(writer),
            Self::Opaque(transport) => transport.encode(writer),
        }
    }
}
