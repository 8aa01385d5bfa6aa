//! ASAP_ERROR (RFC 5352 §2.2.14): reports an unknown message or parameter, or another error.
//!
//! ```text
//! | Type = 0x0e : 8 | Flags = 0 : 8 | Length : 16 |
//! | Operation Error parameter            |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::OperationError;
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ASAP_ERROR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The error.
    pub operation_error: OperationError,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl Error {
    /// Returns a report of this error.
    pub fn new(operation_error: OperationError) -> Self {
        Self {
            flags: Flags::NONE,
            operation_error,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            operation_error: reader.mandatory("operation-error")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.operation_error)?;
        parameters.finish()
    }
}
