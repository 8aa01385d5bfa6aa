//! ENRP_HANDLE_TABLE_REQUEST (RFC 5353 §2.2): asks a registrar for its handlespace.
//!
//! ```text
//! | Type = 0x02 : 8 | W = 0x01 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::ServerId;
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ENRP_HANDLE_TABLE_REQUEST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleTableRequest {
    /// The flags.
    pub flags: Flags,
    /// The registrar that sends it.
    pub sender: ServerId,
    /// The registrar it is meant for, or all.
    pub receiver: ServerId,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl HandleTableRequest {
    /// W: only the PEs that the receiver owns.
    pub const OWN_CHILDREN_ONLY: Flags = Flags(0x01);

    /// Returns a request; `own_children_only` excludes the PEs of other registrars.
    pub fn new(sender: ServerId, receiver: ServerId, own_children_only: bool) -> Self {
        Self {
            flags: Flags::NONE.with(Self::OWN_CHILDREN_ONLY, own_children_only),
            sender,
            receiver,
            unknown: UnknownParameters::NONE,
        }
    }

    /// Returns true if the sender asks only for the PEs that the receiver owns.
    pub const fn own_children_only(&self) -> bool {
        self.flags.contains(Self::OWN_CHILDREN_ONLY)
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
