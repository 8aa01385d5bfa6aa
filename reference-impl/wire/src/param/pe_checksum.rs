//! PE Checksum (RFC 5354 §3.15), ENRP only. RFC 5353 §3.6.2 defines its computation, which is not done here.
//!
//! ```text
//! | Type = 0xf : 16  | Length = 6 : 16 |
//! | PE Checksum : 16 |
//! ```

use std::fmt;

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::writer::{WriteParameter, Writer};

/// The checksum over the PEs that a registrar owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeChecksum(pub u16);

impl fmt::Display for PeChecksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#06x}", self.0)
    }
}

impl ReadParameter for PeChecksum {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::PE_CHECKSUM
    }

    fn decode(_: ParameterType, reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self(u16::from_be_bytes(*reader.whole::<2>()?)))
    }
}

impl WriteParameter for PeChecksum {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::PE_CHECKSUM
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u16(self.0);
        Ok(())
    }
}
