//! ASAP_HANDLE_RESOLUTION (RFC 5352 §2.2.5): a PE or PU asks for the members of a pool.
//!
//! ```text
//! | Type = 0x05 : 8 | S = 0x01 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::message::Flags;
use crate::param::{PoolHandle, UnknownParameters};
use crate::reader::Reader;
use crate::writer::Writer;

/// ASAP_HANDLE_RESOLUTION.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleResolution {
    /// The flags.
    pub flags: Flags,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl HandleResolution {
    /// S: later changes of the pool are to be told too.
    pub const SEND_UPDATES: Flags = Flags(0x01);

    /// A question for this pool; `updates` asks for news of later changes too.
    pub fn new(pool_handle: PoolHandle, updates: bool) -> Self {
        Self { flags: Flags::NONE.with(Self::SEND_UPDATES, updates), pool_handle, unknown: UnknownParameters::NONE }
    }

    /// Are later changes of the pool to be told too?
    pub const fn wants_updates(&self) -> bool {
        self.flags.contains(Self::SEND_UPDATES)
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            pool_handle: reader.mandatory("pool-handle")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.pool_handle)?;
        parameters.finish()
    }
}
