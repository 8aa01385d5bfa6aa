//! ASAP_REGISTRATION (RFC 5352 §2.2.1): a PE registers, or renews or changes its registration.
//!
//! ```text
//! | Type = 0x01 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! | Pool Element parameter               |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{PoolElement, PoolHandle};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ASAP_REGISTRATION.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// The pool element.
    pub pool_element: PoolElement,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl Registration {
    /// Returns a registration of this PE in this pool.
    pub fn new(pool_handle: PoolHandle, pool_element: PoolElement) -> Self {
        Self {
            flags: Flags::NONE,
            pool_handle,
            pool_element,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            pool_handle: reader.mandatory("pool-handle")?,
            pool_element: reader.mandatory("pool-element")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.pool_handle)?;
        parameters.put(&self.pool_element)?;
        parameters.finish()
    }
}
