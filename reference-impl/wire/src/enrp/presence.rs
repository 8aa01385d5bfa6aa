//! ENRP_PRESENCE (RFC 5353 §2.1): a registrar announces that it is alive. The figure of the RFC shows no
//! flag; §3.4 names one for "reply required" and this is the bit that implementations use. The checksum is a SHOULD
//! (§2.1), so a message without it is decoded.
//!
//! ```text
//! | Type = 0x01 : 8 | R = 0x01 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | PE Checksum parameter                |
//! | Server Information, optional         |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{PeChecksum, ServerId, ServerInformation};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ENRP_PRESENCE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The flags.
    pub flags: Flags,
    /// The registrar that sends it.
    pub sender: ServerId,
    /// The registrar it is meant for, or all.
    pub receiver: ServerId,
    /// The checksum over the PEs the sender owns.
    pub pe_checksum: Option<PeChecksum>,
    /// The sender's transport for ENRP.
    pub server_information: Option<ServerInformation>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl Presence {
    /// R: the sender asks the receiver for its presence.
    pub const REPLY_REQUIRED: Flags = Flags(0x01);

    /// Returns a heartbeat that needs no reply.
    pub fn new(
        sender: ServerId,
        receiver: ServerId,
        pe_checksum: Option<PeChecksum>,
        server_information: Option<ServerInformation>,
    ) -> Self {
        Self {
            flags: Flags::NONE,
            sender,
            receiver,
            pe_checksum,
            server_information,
            unknown: UnknownParameters::NONE,
        }
    }

    /// Returns true if the sender asks the receiver for its presence.
    pub const fn requires_reply(&self) -> bool {
        self.flags.contains(Self::REPLY_REQUIRED)
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            sender: ServerId(reader.u32()?),
            receiver: ServerId(reader.u32()?),
            pe_checksum: reader.optional("pe-checksum")?,
            server_information: reader.optional("server-information")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.sender.0);
        writer.u32(self.receiver.0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put_all(&self.pe_checksum)?;
        parameters.put_all(&self.server_information)?;
        parameters.finish()
    }
}
