//! ASAP_DEREGISTRATION (RFC 5352 §2.2.2): a PE leaves its pool.
//!
//! ```text
//! | Type = 0x02 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! | PE Identifier parameter              |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{PeIdentifier, PoolHandle};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ASAP_DEREGISTRATION.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deregistration {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// The pool element.
    pub pe_identifier: PeIdentifier,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl Deregistration {
    /// A de-registration of this PE.
    pub fn new(pool_handle: PoolHandle, pe_identifier: PeIdentifier) -> Self {
        Self {
            flags: Flags::NONE,
            pool_handle,
            pe_identifier,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            pool_handle: reader.mandatory("pool-handle")?,
            pe_identifier: reader.mandatory("pe-identifier")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.pool_handle)?;
        parameters.put(&self.pe_identifier)?;
        parameters.finish()
    }
}
