//! Opaque Transport (RFC 5354 §3.16): octets that only the application understands.
//!
//! ```text
//! | Type = 0x10 : 16 | Length = 4 + n : 16 |
//! | Opaque Transport Data : n octets       |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::writer::{WriteParameter, Writer};

/// Opaque Transport.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OpaqueTransport(pub Box<[u8]>);

impl ReadParameter for OpaqueTransport {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::OPAQUE_TRANSPORT
    }

    fn decode(_: ParameterType, reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self(reader.rest().into()))
    }
}

impl WriteParameter for OpaqueTransport {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::OPAQUE_TRANSPORT
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.octets(&self.0);
        Ok(())
    }
}
