//! ASAP_DEREGISTRATION_RESPONSE (RFC 5352 §2.2.4): answers a de-registration, or informs a PE that its
//! registration ended. It has no reject flag: an error marks a refusal.
//!
//! ```text
//! | Type = 0x04 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! | PE Identifier parameter              |
//! | Operation Error parameter, optional  |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{OperationError, PeIdentifier, PoolHandle};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ASAP_DEREGISTRATION_RESPONSE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeregistrationResponse {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// The pool element.
    pub pe_identifier: PeIdentifier,
    /// The error of a refusal.
    pub operation_error: Option<OperationError>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl DeregistrationResponse {
    /// Returns a grant, or with an error a refusal.
    pub fn new(
        pool_handle: PoolHandle,
        pe_identifier: PeIdentifier,
        operation_error: Option<OperationError>,
    ) -> Self {
        Self {
            flags: Flags::NONE,
            pool_handle,
            pe_identifier,
            operation_error,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            pool_handle: reader.mandatory("pool-handle")?,
            pe_identifier: reader.mandatory("pe-identifier")?,
            operation_error: reader.optional("operation-error")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.pool_handle)?;
        parameters.put(&self.pe_identifier)?;
        parameters.put_all(&self.operation_error)?;
        parameters.finish()
    }
}
