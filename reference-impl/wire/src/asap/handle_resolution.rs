//! ASAP_HANDLE_RESOLUTION (RFC 5352 §2.2.5): a PE or PU asks for the members of a pool.
//!
//! ```text
//! | Type = 0x05 : 8 | S = 0x01 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! ```

use super::MessageType;
use crate::error::{DecodeResult, EncodeError};
use crate::numbers::{Flags, ParameterType};
use crate::param::PoolHandle;
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
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

/// Content of a HANDLE_RESOLUTION, without a copy of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'a> {
    /// The octets of the pool handle.
    pub pool_handle: &'a [u8],
    /// True if the sender asks for later changes of the pool too.
    pub wants_updates: bool,
}

impl<'a> Question<'a> {
    /// Reads a HANDLE_RESOLUTION that holds its pool handle and nothing else, as nearly all do. Returns `None` for
    /// all other octets, correct or not: [`Message::decode`](super::Message::decode) reads those.
    #[inline]
    pub fn read(octets: &'a [u8]) -> Option<Self> {
        const HEADERS: usize = 8;
        let ([kind, flags, m0, m1, t0, t1, p0, p1], _) = octets.split_first_chunk::<HEADERS>()?;
        let message = usize::from(u16::from_be_bytes([*m0, *m1]));
        let end = 4 + usize::from(u16::from_be_bytes([*p0, *p1]));
        let is_resolution = *kind == MessageType::HANDLE_RESOLUTION.0;
        let is_handle = [*t0, *t1] == ParameterType::POOL_HANDLE.0.to_be_bytes();
        // The padding may be counted or not, and may be missing.
        let ends =
            end <= message && message <= octets.len() && octets.len() <= end.next_multiple_of(4);
        if !is_resolution || !is_handle || !ends {
            return None;
        }
        let pool_handle = octets.get(HEADERS..end)?;
        let wants_updates = Flags(*flags).contains(HandleResolution::SEND_UPDATES);
        Some(Self {
            pool_handle,
            wants_updates,
        })
    }
}

impl HandleResolution {
    /// S: the sender asks for later changes of the pool too.
    pub const SEND_UPDATES: Flags = Flags(0x01);

    /// Returns a request for this pool; `updates` asks for later changes too.
    pub fn new(pool_handle: PoolHandle, updates: bool) -> Self {
        Self {
            flags: Flags::NONE.with(Self::SEND_UPDATES, updates),
            pool_handle,
            unknown: UnknownParameters::NONE,
        }
    }

    /// Returns true if the sender asks for later changes of the pool too.
    pub const fn wants_updates(&self) -> bool {
        self.flags.contains(Self::SEND_UPDATES)
    }

    /// Returns the content of the request.
    pub fn question(&self) -> Question<'_> {
        Question {
            pool_handle: self.pool_handle.as_octets(),
            wants_updates: self.wants_updates(),
        }
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
