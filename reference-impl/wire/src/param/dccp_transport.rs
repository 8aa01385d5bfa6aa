//! DCCP Transport (RFC 5354 §3.3): data only, and exactly one address.
//!
//! ```text
//! | Type = 0x3 : 16 | Length = 20 or 32 : 16 |
//! | Port : 16       | (reserved) : 16        |
//! | Service Code : 32                        |
//! | IPv4 or IPv6 Address parameter           |
//! ```

use std::net::IpAddr;

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::unknown::UnknownParameters;
use crate::writer::{WriteParameter, Writer};

/// DCCP Transport.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DccpTransport {
    /// The port.
    pub port: u16,
    /// The DCCP Service Code.
    pub service_code: u32,
    /// The one address.
    pub address: IpAddr,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl DccpTransport {
    /// Returns a transport at this port and address.
    pub const fn new(port: u16, service_code: u32, address: IpAddr) -> Self {
        Self {
            port,
            service_code,
            address,
            unknown: UnknownParameters::NONE,
        }
    }
}

impl ReadParameter for DccpTransport {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::DCCP_TRANSPORT
    }

    fn decode(_: ParameterType, mut reader: Reader<'_>) -> DecodeResult<Self> {
        let port = reader.u16()?;
        reader.reserved_u16()?;
        let service_code = reader.u32()?;
        let address = reader.one_address()?;
        Ok(Self {
            port,
            service_code,
            address,
            unknown: reader.finish()?,
        })
    }
}

impl WriteParameter for DccpTransport {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::DCCP_TRANSPORT
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u16(self.port);
        writer.u16(0);
        writer.u32(self.service_code);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.address)?;
        parameters.finish()
    }
}
