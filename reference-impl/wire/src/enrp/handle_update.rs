//! ENRP_HANDLE_UPDATE (RFC 5353 §2.4): the Home ENRP server tells its peers of a PE.
//!
//! ```text
//! | Type = 0x04 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | Update Action : 16 | (reserved) : 16 |
//! | Pool Handle parameter                |
//! | Pool Element parameter               |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{PoolElement, PoolHandle, ServerId};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::Writer;

/// What happened to a PE. Other values than the two are reserved; they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UpdateAction(pub u16);

impl UpdateAction {
    /// It came or changed.
    pub const ADD_PE: Self = Self(0x0000);
    /// It left.
    pub const DEL_PE: Self = Self(0x0001);
}

/// ENRP_HANDLE_UPDATE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleUpdate {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The registrar that sends it.
    pub sender: ServerId,
    /// The registrar it is meant for, or all.
    pub receiver: ServerId,
    /// What happened.
    pub action: UpdateAction,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// The pool element.
    pub pool_element: PoolElement,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl HandleUpdate {
    /// News of this PE.
    pub fn new(
        sender: ServerId,
        receiver: ServerId,
        action: UpdateAction,
        pool_handle: PoolHandle,
        pool_element: PoolElement,
    ) -> Self {
        Self {
            flags: Flags::NONE,
            sender,
            receiver,
            action,
            pool_handle,
            pool_element,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        let sender = ServerId(reader.u32()?);
        let receiver = ServerId(reader.u32()?);
        let action = UpdateAction(reader.u16()?);
        reader.reserved_u16()?;
        Ok(Self {
            flags,
            sender,
            receiver,
            action,
            pool_handle: reader.mandatory("pool-handle")?,
            pool_element: reader.mandatory("pool-element")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.sender.0);
        writer.u32(self.receiver.0);
        writer.u16(self.action.0);
        writer.u16(0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.pool_handle)?;
        parameters.put(&self.pool_element)?;
        parameters.finish()
    }
}
