//! ENRP_HANDLE_UPDATE (RFC 5353 §2.4): the Home ENRP server announces a PE to its peers.
//!
//! ```text
//! | Type = 0x04 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | Update Action : 16 | (reserved) : 16 |
//! | Pool Handle parameter                |
//! | Pool Element parameter               |
//! ```

use super::MessageType;
use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{EncodedElement, PoolElement, PoolHandle, ServerId};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::{WriteParameter, Writer, message};

/// Change of a PE. Other values than the two are reserved; decoding preserves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UpdateAction(pub u16);

impl UpdateAction {
    /// The PE is new or changed.
    pub const ADD_PE: Self = Self(0x0000);
    /// The PE left.
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
    /// The change.
    pub action: UpdateAction,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// The pool element.
    pub pool_element: PoolElement,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl HandleUpdate {
    /// Returns an update about this PE.
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

    /// Returns the octets of a message about an element that is encoded already.
    ///
    /// # Errors
    /// If the message is longer than its Length can express.
    pub fn encoded(
        sender: ServerId,
        receiver: ServerId,
        action: UpdateAction,
        pool_handle: &PoolHandle,
        pool_element: &EncodedElement,
    ) -> Result<Vec<u8>, EncodeError> {
        let mut octets = Vec::new();
        message(
            &mut octets,
            MessageType::HANDLE_UPDATE.0,
            Flags::NONE,
            |writer| {
                put_fixed(writer, sender, receiver, action);
                put_parameters(writer, pool_handle, pool_element, &UnknownParameters::NONE)
            },
        )?;
        Ok(octets)
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
        put_fixed(writer, self.sender, self.receiver, self.action);
        put_parameters(writer, &self.pool_handle, &self.pool_element, &self.unknown)
    }
}

fn put_fixed(writer: &mut Writer<'_>, sender: ServerId, receiver: ServerId, action: UpdateAction) {
    writer.u32(sender.0);
    writer.u32(receiver.0);
    writer.u16(action.0);
    writer.u16(0);
}

fn put_parameters(
    writer: &mut Writer<'_>,
    pool_handle: &PoolHandle,
    pool_element: &impl WriteParameter,
    unknown: &UnknownParameters,
) -> Result<(), EncodeError> {
    let mut parameters = writer.parameters(unknown);
    parameters.put(pool_handle)?;
    parameters.put(pool_element)?;
    parameters.finish()
}
