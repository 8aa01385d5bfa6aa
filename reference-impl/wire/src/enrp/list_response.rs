//! ENRP_LIST_RESPONSE (RFC 5353 §2.6): the registrars that the sender knows.
//!
//! ```text
//! | Type = 0x06 : 8 | R = 0x01 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | Server Information parameter, 0…n    |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{ServerId, ServerInformation};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ENRP_LIST_RESPONSE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListResponse {
    /// The flags.
    pub flags: Flags,
    /// The registrar that sends it.
    pub sender: ServerId,
    /// The registrar it is meant for, or all.
    pub receiver: ServerId,
    /// The registrars; none if the request is rejected.
    pub servers: Vec<ServerInformation>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl ListResponse {
    /// R: the request is rejected.
    pub const REJECT: Flags = Flags(0x01);

    /// Returns a list.
    pub fn new(sender: ServerId, receiver: ServerId, servers: Vec<ServerInformation>) -> Self {
        Self {
            flags: Flags::NONE,
            sender,
            receiver,
            servers,
            unknown: UnknownParameters::NONE,
        }
    }

    /// Returns a rejection.
    pub fn rejection(sender: ServerId, receiver: ServerId) -> Self {
        Self {
            flags: Self::REJECT,
            ..Self::new(sender, receiver, Vec::new())
        }
    }

    /// Returns true if the request is rejected.
    pub const fn is_rejected(&self) -> bool {
        self.flags.contains(Self::REJECT)
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            sender: ServerId(reader.u32()?),
            receiver: ServerId(reader.u32()?),
            servers: reader.list("server-information")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.sender.0);
        writer.u32(self.receiver.0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put_all(&self.servers)?;
        parameters.finish()
    }
}
