//! ASAP_HANDLE_RESOLUTION_RESPONSE (RFC 5352 §2.2.6): the members of a pool, or why there are
//! none. It has no reject flag: an error marks a negative answer.
//!
//! ```text
//! | Type = 0x06 : 8 | A = 0x01 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! | Policy parameter, optional           |
//! | Pool Element parameter, 0…n          |
//! | Operation Error parameter, optional  |
//! ```

use super::MessageType;
use crate::error::{DecodeResult, EncodeError};
use crate::numbers::Flags;
use crate::param::{EncodedElement, OperationError, Policy, PoolElement, PoolHandle};
use crate::reader::Reader;
use crate::unknown::UnknownParameters;
use crate::writer::{Growing, Writer};

/// ASAP_HANDLE_RESOLUTION_RESPONSE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleResolutionResponse {
    /// The flags.
    pub flags: Flags,
    /// The pool.
    pub pool_handle: PoolHandle,
    /// The policy of the pool; none means Round Robin.
    pub policy: Option<Policy>,
    /// The members, best first; none if the answer is negative.
    pub pool_elements: Vec<PoolElement>,
    /// The reason of a negative answer; none if it is positive.
    pub operation_error: Option<OperationError>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

/// A positive HANDLE_RESOLUTION_RESPONSE, written element by element from elements in octets.
#[derive(Debug)]
pub struct PositiveAnswer(Growing);

impl PositiveAnswer {
    /// Returns an answer of at most `limit` octets without elements yet; `None` if not even that fits. It has room
    /// for `room` octets of elements without another allocation.
    pub fn new(
        pool_handle: &PoolHandle,
        policy: Option<&Policy>,
        limit: usize,
        room: usize,
    ) -> Option<Self> {
        let head = 32 + pool_handle.as_octets().len();
        let mut answer = Growing::new(
            MessageType::HANDLE_RESOLUTION_RESPONSE.0,
            limit,
            head + room,
        );
        let fits = answer.put(pool_handle) && policy.is_none_or(|policy| answer.put(policy));
        fits.then_some(Self(answer))
    }

    /// Adds the next best element. Returns false if there is no room for it.
    #[must_use]
    pub fn put(&mut self, element: &EncodedElement) -> bool {
        self.0.put_octets(element.as_octets())
    }

    /// Returns the message, padded.
    pub fn finish(self, updates: bool) -> Vec<u8> {
        self.0
            .finish(Flags::NONE.with(HandleResolutionResponse::UPDATES_ACCEPTED, updates))
    }
}

impl HandleResolutionResponse {
    /// A: the sender will send later changes of the pool too.
    pub const UPDATES_ACCEPTED: Flags = Flags(0x01);

    /// Returns a positive answer that does not accept updates.
    pub fn new(
        pool_handle: PoolHandle,
        policy: Option<Policy>,
        pool_elements: Vec<PoolElement>,
    ) -> Self {
        Self {
            flags: Flags::NONE,
            pool_handle,
            policy,
            pool_elements,
            operation_error: None,
            unknown: UnknownParameters::NONE,
        }
    }

    /// Returns a negative answer for this reason.
    pub fn negative(pool_handle: PoolHandle, operation_error: OperationError) -> Self {
        let operation_error = Some(operation_error);
        Self {
            operation_error,
            ..Self::new(pool_handle, None, Vec::new())
        }
    }

    /// Returns true if the sender will send later changes of the pool too.
    pub const fn accepts_updates(&self) -> bool {
        self.flags.contains(Self::UPDATES_ACCEPTED)
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        let pool_handle = reader.mandatory("pool-handle")?;
        let policy = reader.optional("policy")?;
        let pool_elements: Vec<PoolElement> = reader.list("pool-element")?;
        let operation_error = reader.optional("operation-error")?;
        // With neither members nor an error it would be positive, and a positive answer has members.
        if pool_elements.is_empty() && operation_error.is_none() {
            return Err(reader.finish_without("pool-element"));
        }
        let unknown = reader.finish()?;
        Ok(Self {
            flags,
            pool_handle,
            policy,
            pool_elements,
            operation_error,
            unknown,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.pool_handle)?;
        parameters.put_all(&self.policy)?;
        parameters.put_all(&self.pool_elements)?;
        parameters.put_all(&self.operation_error)?;
        parameters.finish()
    }
}
