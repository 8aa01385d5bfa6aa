//! ENRP_ERROR (RFC 5353 §2.10): reports an error to a peer.
//!
//! ```text
//! | Type = 0x0a : 8 | Flags = 0 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | Operation Error parameter            |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{OperationError, ServerId};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ENRP_ERROR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The registrar that sends it.
    pub sender: ServerId,
    /// The registrar it is meant for, or all.
    pub receiver: ServerId,
    /// The error.
    pub operation_error: OperationError,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl Error {
    /// Returns a report of this error.
    pub fn new(sender: ServerId, receiver: ServerId, operation_error: OperationError) -> Self {
        Self {
            flags: Flags::NONE,
            sender,
            receiver,
            operation_error,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            sender: ServerId(reader.u32()?),
            receiver: ServerId(reader.u32()?),
            operation_error: reader.mandatory("operation-error")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.sender.0);
        writer.u32(self.receiver.0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.operation_error)?;
        parameters.finish()
    }
}
