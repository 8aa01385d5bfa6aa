//! ENRP_HANDLE_TABLE_RESPONSE (RFC 5353 §2.3): a part of the handlespace, pool by pool.
//!
//! ```text
//! | Type = 0x03 : 8 | R = 0x01, M = 0x02 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | Pool Handle parameter                |  zero or
//! | Pool Element parameter #1 … #n       |  more times
//! ```

use super::MessageType;
use crate::error::{DecodeResult, EncodeError};
use crate::numbers::{Flags, ParameterType};
use crate::param::{EncodedElement, PoolElement, PoolHandle, ServerId};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::{Growing, Writer};

/// A pool and members of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolEntry {
    /// The pool.
    pub pool_handle: PoolHandle,
    /// The members; one or more.
    pub pool_elements: Vec<PoolElement>,
}

/// ENRP_HANDLE_TABLE_RESPONSE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleTableResponse {
    /// The flags.
    pub flags: Flags,
    /// The registrar that sends it.
    pub sender: ServerId,
    /// The registrar it is meant for, or all.
    pub receiver: ServerId,
    /// The pools; none if the request is rejected.
    pub entries: Vec<PoolEntry>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

/// A HANDLE_TABLE_RESPONSE written element by element from elements in octets.
#[derive(Debug)]
pub struct TablePart {
    message: Growing,
    /// The pool that the next element joins without a repetition of the handle.
    pool: Option<PoolHandle>,
}

impl TablePart {
    /// Returns a response of at most `limit` octets without entries yet.
    pub fn new(sender: ServerId, receiver: ServerId, limit: usize) -> Self {
        let mut message = Growing::new(MessageType::HANDLE_TABLE_RESPONSE.0, limit, limit);
        message.u32(sender.0);
        message.u32(receiver.0);
        Self {
            message,
            pool: None,
        }
    }

    /// Adds an element. The elements of one pool follow each other. Returns false if there is no room for it.
    #[must_use]
    pub fn put(&mut self, pool_handle: &PoolHandle, element: &EncodedElement) -> bool {
        let before = self.message.len();
        let is_same = self.pool.as_ref() == Some(pool_handle);
        let fits = (is_same || self.message.put(pool_handle))
            && self.message.put_octets(element.as_octets());
        if !fits {
            self.message.truncate(before);
        } else if !is_same {
            self.pool = Some(pool_handle.clone());
        }
        fits
    }

    /// Returns the message, padded; `more` marks it as not the last.
    pub fn finish(self, more: bool) -> Vec<u8> {
        self.message
            .finish(Flags::NONE.with(HandleTableResponse::MORE_TO_SEND, more))
    }
}

impl HandleTableResponse {
    /// R: the request is rejected.
    pub const REJECT: Flags = Flags(0x01);
    /// M: the answer to a further request has more.
    pub const MORE_TO_SEND: Flags = Flags(0x02);

    /// Returns a part of the handlespace; `more` marks it as not the last.
    pub fn new(sender: ServerId, receiver: ServerId, entries: Vec<PoolEntry>, more: bool) -> Self {
        Self {
            flags: Flags::NONE.with(Self::MORE_TO_SEND, more),
            sender,
            receiver,
            entries,
            unknown: UnknownParameters::NONE,
        }
    }

    /// Returns a rejection.
    pub fn rejection(sender: ServerId, receiver: ServerId) -> Self {
        Self {
            flags: Self::REJECT,
            ..Self::new(sender, receiver, Vec::new(), false)
        }
    }

    /// Returns true if the request is rejected.
    pub const fn is_rejected(&self) -> bool {
        self.flags.contains(Self::REJECT)
    }

    /// Returns true if the answer to a further request has more.
    pub const fn has_more(&self) -> bool {
        self.flags.contains(Self::MORE_TO_SEND)
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        let sender = ServerId(reader.u32()?);
        let receiver = ServerId(reader.u32()?);
        let mut entries = Vec::new();
        reader.not_yet::<PoolElement>("pool-handle")?;
        while let Some(pool_handle) = reader.repeated("pool-handle", entries.len())? {
            let pool_elements =
                reader.non_empty_list("pool-element", Some(ParameterType::POOL_HANDLE))?;
            entries.push(PoolEntry {
                pool_handle,
                pool_elements,
            });
        }
        Ok(Self {
            flags,
            sender,
            receiver,
            entries,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.sender.0);
        writer.u32(self.receiver.0);
        let mut parameters = writer.parameters(&self.unknown);
        for entry in &self.entries {
            if entry.pool_elements.is_empty() {
                return Err(EncodeError::Empty {
                    what: "pool element",
                });
            }
            parameters.put(&entry.pool_handle)?;
            parameters.put_all(&entry.pool_elements)?;
        }
        parameters.finish()
    }
}
