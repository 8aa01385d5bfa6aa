//! SCTP Transport (RFC 5354 §3.4): one or more addresses, IPv4 and IPv6 in any mix.
//!
//! ```text
//! | Type = 0x4 : 16 | Length = 8 + 8 for each IPv4 + 20 for each IPv6 Address : 16 |
//! | Port : 16       | Transport Use : 16                                           |
//! | IPv4 or IPv6 Address parameter #1 … #n                                         |
//! ```

use std::net::IpAddr;

use super::Addresses;
use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::unknown::UnknownParameters;
use crate::writer::{WriteParameter, Writer};

/// Use of an SCTP transport. Other values than the two are reserved; decoding preserves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransportUse(pub u16);

impl TransportUse {
    /// Data only.
    pub const DATA_ONLY: Self = Self(0x0000);
    /// Data and control: the PE also speaks ASAP with pool users there.
    pub const DATA_PLUS_CONTROL: Self = Self(0x0001);
}

/// SCTP Transport.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SctpTransport {
    /// The port.
    pub port: u16,
    /// Data only, or data and control.
    pub transport_use: TransportUse,
    /// The addresses.
    pub addresses: Addresses,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl SctpTransport {
    /// Returns a data-only transport at this port and these addresses.
    pub fn new(port: u16, addresses: impl Into<Addresses>) -> Self {
        let addresses = addresses.into();
        let transport_use = TransportUse::DATA_ONLY;
        Self {
            port,
            transport_use,
            addresses,
            unknown: UnknownParameters::NONE,
        }
    }
}

impl ReadParameter for SctpTransport {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::SCTP_TRANSPORT
    }

    #[inline]
    fn decode(_: ParameterType, mut reader: Reader<'_>) -> DecodeResult<Self> {
        let port = reader.u16()?;
        let transport_use = TransportUse(reader.u16()?);
        let first = reader.address()?;
        let rest: Vec<IpAddr> = reader.further_addresses()?;
        let addresses = Addresses { first, rest };
        Ok(Self {
            port,
            transport_use,
            addresses,
            unknown: reader.finish()?,
        })
    }
}

impl WriteParameter for SctpTransport {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::SCTP_TRANSPORT
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u16(self.port);
        writer.u16(self.transport_use.0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.addresses.first)?;
        parameters.put_all(&self.addresses.rest)?;
        parameters.finish()
    }
}
