//! ASAP_BUSINESS_CARD (RFC 5352 §2.2.13): names a pool and the order in which a PU tries its PEs.
//!
//! ```text
//! | Type = 0x0d : 8 | Flags = 0 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! | Pool Element parameter #1 … #n       |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{PoolElement, PoolHandle};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// ASAP_BUSINESS_CARD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessCard {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// The pool elements, best first; one or more.
    pub pool_elements: Vec<PoolElement>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl BusinessCard {
    /// Returns a card with these PEs in the order of failover.
    pub fn new(pool_handle: PoolHandle, pool_elements: Vec<PoolElement>) -> Self {
        Self {
            flags: Flags::NONE,
            pool_handle,
            pool_elements,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            pool_handle: reader.mandatory("pool-handle")?,
            pool_elements: reader.non_empty_list("pool-element", None)?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        if self.pool_elements.is_empty() {
            return Err(EncodeError::Empty {
                what: "pool element",
            });
        }
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.pool_handle)?;
        parameters.put_all(&self.pool_elements)?;
        parameters.finish()
    }
}
