//! ASAP_REGISTRATION_RESPONSE (RFC 5352 §2.2.3): the registrar grants or rejects a
//! registration. An error beside R = 0 is a warning: some values were changed.
//!
//! ```text
//! | Type = 0x03 : 8 | R = 0x01 : 8 | Length : 16 |
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

/// ASAP_REGISTRATION_RESPONSE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationResponse {
    /// The flags.
    pub flags: Flags,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// The pool element.
    pub pe_identifier: PeIdentifier,
    /// The reason of a rejection, or a warning.
    pub operation_error: Option<OperationError>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl RegistrationResponse {
    /// R: the registration is rejected.
    pub const REJECT: Flags = Flags(0x01);

    /// Returns a grant without an error (or with a warning); see also [`rejection`](Self::rejection).
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

    /// Returns a rejection for this reason.
    pub fn rejection(
        pool_handle: PoolHandle,
        pe_identifier: PeIdentifier,
        operation_error: OperationError,
    ) -> Self {
        let flags = Self::REJECT;
        Self {
            flags,
            ..Self::new(pool_handle, pe_identifier, Some(operation_error))
        }
    }

    /// Returns true if the registration is rejected.
    pub const fn is_rejected(&self) -> bool {
        self.flags.contains(Self::REJECT)
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
