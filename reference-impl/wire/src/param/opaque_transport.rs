//! Opaque Transport (RFC 5354 §3.16): octets that only the application understands.
//!
//! ```text
//! | Type = 0x10 : 16 | Length = 4 + n : 16 |
//! | Opaque Transport Data : n octets       |
//! ```

use super::{Parameter, ParameterType};
use crate::error::{DecodeResult, EncodeError};
use crate::reader::Reader;
use crate::writer::Writer;

/// Opaque Transport.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OpaqueTransport(pub Box<[u8]>);

impl Parameter for OpaqueTransport {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::OPAQUE_TRANSPORT
    }

    fn parameter_type(&self) -> ParameterType {
        ParameterType::OPAQUE_TRANSPORT
    }

    fn decode(_: ParameterType, reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self(reader.rest().into()))
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.octets(&self.0);
        Ok(())
    }
}
