//! ENRP_LIST_REQUEST (RFC 5353 §2.5): asks a registrar for the registrars that it knows.
//!
//! ```text
//! | Type = 0x05 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::ServerId;
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ENRP_LIST_REQUEST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The registrar that sends it.
    pub sender: ServerId,
    /// The registrar it is meant for, or all.
    pub receiver: ServerId,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl ListRequest {
    /// Returns a request.
    pub fn new(sender: ServerId, receiver: ServerId) -> Self {
        Self {
            flags: Flags::NONE,
            sender,
            receiver,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            sender: ServerId(reader.u32()?),
            receiver: ServerId(reader.u32()?),
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.sender.0);
        writer.u32(self.receiver.0);
        writer.parameters(&self.unknown).finish()
    }
}
