//! TCP Transport (RFC 5354 §3.5): data only, and exactly one address.
//!
//! ```text
//! | Type = 0x5 : 16 | Length = 16 or 28 : 16 |
//! | Port : 16      | (reserved) : 16        |
//! | IPv4 or IPv6 Address parameter          |
//! ```

use std::net::IpAddr;

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::unknown::UnknownParameters;
use crate::writer::{WriteParameter, Writer};

/// TCP Transport.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TcpTransport {
    /// The port.
    pub port: u16,
    /// The one address.
    pub address: IpAddr,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl TcpTransport {
    /// A transport at this port and address.
    pub const fn new(port: u16, address: IpAddr) -> Self {
        Self {
            port,
            address,
            unknown: UnknownParameters::NONE,
        }
    }
}

impl ReadParameter for TcpTransport {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::TCP_TRANSPORT
    }

    fn decode(_: ParameterType, mut reader: Reader<'_>) -> DecodeResult<Self> {
        let port = reader.u16()?;
        reader.reserved_u16()?;
        let address = reader.one_address()?;
        Ok(Self {
            port,
            address,
            unknown: reader.finish()?,
        })
    }
}

impl WriteParameter for TcpTransport {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::TCP_TRANSPORT
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u16(self.port);
        writer.u16(0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.address)?;
        parameters.finish()
    }
}
