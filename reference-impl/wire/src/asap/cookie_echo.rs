//! ASAP_COOKIE_ECHO (RFC 5352 §2.2.12): a PU hands the last cookie of a failed PE to the next
//! one.
//!
//! ```text
//! | Type = 0x0c : 8 | Flags = 0 : 8 | Length : 16 |
//! | Cookie parameter                     |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param;
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ASAP_COOKIE_ECHO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieEcho {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The state.
    pub cookie: param::Cookie,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl CookieEcho {
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
