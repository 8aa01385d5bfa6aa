//! ENRP_TAKEOVER_SERVER (RFC 5353 §2.9): the sender has taken over another registrar.
//!
//! ```text
//! | Type = 0x09 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | Targeting Server's ID : 32           |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::ServerId;
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ENRP_TAKEOVER_SERVER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeoverServer {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The registrar that sends it.
    pub sender: ServerId,
    /// The registrar it is meant for, or all.
    pub receiver: ServerId,
    /// The registrar that is taken over.
    pub target: ServerId,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl TakeoverServer {
    /// The news that `target` is taken over.
    pub fn new(sender: ServerId, receiver: ServerId, target: ServerId) -> Self {
        Self {
            flags: Flags::NONE,
            sender,
            receiver,
            target,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            sender: ServerId(reader.u32()?),
            receiver: ServerId(reader.u32()?),
            target: ServerId(reader.u32()?),
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.sender.0);
        writer.u32(self.receiver.0);
        writer.u32(self.target.0);
        writer.parameters(&self.unknown).finish()
    }
}
