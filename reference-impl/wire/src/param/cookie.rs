//! Cookie (RFC 5354 §3.13), ASAP only: a PE's state, understood by the PEs of its pool only.
//!
//! ```text
//! | Type = 0xd : 16 | Length = 4 + n : 16 |
//! | Cookie : n octets                     |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::writer::{WriteParameter, Writer};

/// Cookie.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cookie(pub Box<[u8]>);

impl ReadParameter for Cookie {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::COOKIE
    }

    fn decode(_: ParameterType, reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self(reader.rest().into()))
    }
}

impl WriteParameter for Cookie {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::COOKIE
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.octets(&self.0);
        Ok(())
    }
}
