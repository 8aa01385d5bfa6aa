//! ASAP_COOKIE (RFC 5352 §2.2.11): a PE leaves its state with a PU.
//!
//! ```text
//! | Type = 0x0b : 8 | Flags = 0 : 8 | Length : 16 |
//! | Cookie parameter                     |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param;
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ASAP_COOKIE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The state.
    pub cookie: param::Cookie,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl Cookie {
    /// A message with this cookie.
    pub fn new(cookie: param::Cookie) -> Self {
        Self {
            flags: Flags::NONE,
            cookie,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            cookie: reader.mandatory("cookie")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.cookie)?;
        parameters.finish()
    }
}
