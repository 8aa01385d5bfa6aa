//! PE Identifier (RFC 5354 §3.14), ASAP only; the Pool Element parameter has the same number.
//!
//! ```text
//! | Type = 0xe : 16 | Length = 8 : 16 |
//! | PE Identifier : 32                |
//! ```

use std::fmt;

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::writer::{WriteParameter, Writer};

/// Number that distinguishes the PEs of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeIdentifier(pub u32);

impl fmt::Display for PeIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

impl ReadParameter for PeIdentifier {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::PE_IDENTIFIER
    }

    fn decode(_: ParameterType, reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self(u32::from_be_bytes(*reader.whole::<4>()?)))
    }
}

impl WriteParameter for PeIdentifier {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::PE_IDENTIFIER
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.0);
        Ok(())
    }
}
