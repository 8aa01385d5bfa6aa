//! ASAP_ENDPOINT_KEEP_ALIVE (RFC 5352 §2.2.7): a registrar checks that a PE is alive. The Server
//! Identifier is a bare field, not a parameter.
//!
//! ```text
//! | Type = 0x07 : 8 | H = 0x01 : 8 | Length : 16 |
//! | Server Identifier : 32               |
//! | Pool Handle parameter                |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{PoolHandle, ServerId};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ASAP_ENDPOINT_KEEP_ALIVE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointKeepAlive {
    /// The flags.
    pub flags: Flags,
    /// The registrar that asks.
    pub server_id: ServerId,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl EndpointKeepAlive {
    /// H: the sender wants to be the Home ENRP server.
    pub const HOME: Flags = Flags(0x01);

    /// Returns a keep-alive from this registrar; with `home` it wants to be the PE's Home ENRP server.
    pub fn new(server_id: ServerId, pool_handle: PoolHandle, home: bool) -> Self {
        Self {
            flags: Flags::NONE.with(Self::HOME, home),
            server_id,
            pool_handle,
            unknown: UnknownParameters::NONE,
        }
    }

    /// Returns true if the sender wants to be the Home ENRP server.
    pub const fn wants_to_be_home(&self) -> bool {
        self.flags.contains(Self::HOME)
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            server_id: ServerId(reader.u32()?),
            pool_handle: reader.mandatory("pool-handle")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.server_id.0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.pool_handle)?;
        parameters.finish()
    }
}
