//! Handle resolution (RFC 5352 §2.2.5, §2.2.6, §3.3).
//!
//! ```text
//!   HANDLE_RESOLUTION ──► pool known ────► response with the PEs the policy selects, A=1 if subscribed
//!                    └──► pool unknown ──► response with cause 0x9; ERROR with it if the handle leaves no room
//! ```
//!
//! RFC 5352 §3.3 requires all PEs, and RFC 5356 has "the requested number", which no message carries. Pools up to
//! `max-items` are listed whole, of larger ones the best `max-items` by the policy.

use rsp_wire::asap::{self, HandleResolutionResponse, PositiveAnswer, Question};
use rsp_wire::{CauseCode, ErrorCause, OperationError, PoolHandle};

use super::{Assoc, Core, Log};

/// Octets of padding behind a parameter at most.
const PADDING: usize = 3;

impl Core {
    pub(super) fn on_question(&mut self, assoc: Assoc, question: Question<'_>) {
        let subscribed = question.wants_updates && self.subscribe_to(assoc, question.pool_handle);
        let is_positive = self.send_resolution(assoc, question.pool_handle, subscribed);
        if subscribed && !is_positive {
            self.unsubscribe(assoc, &question.pool_handle.into());
        }
    }

    /// Subscribes the association. Returns true if the pool is known and the subscription granted.
    fn subscribe_to(&mut self, assoc: Assoc, handle: &[u8]) -> bool {
        match self.space.pool(handle).map(|pool| pool.handle().clone()) {
            Some(handle) => self.subscribe(assoc, &handle),
            None => false,
        }
    }

    /// Sends what the handle resolves to now, as an answer or as an update. Returns true if it is positive.
    pub(super) fn send_resolution(&mut self, assoc: Assoc, handle: &[u8], updates: bool) -> bool {
        match self.resolve(handle, updates) {
            Ok((octets, log)) => {
                self.send_octets(assoc, octets);
                self.log(log);
                true
            }
            Err(cause) => {
                self.send_not_resolved(assoc, handle.into(), cause);
                false
            }
        }
    }

    /// Returns the answer that lists what the policy selects, as many PEs as fit.
    fn resolve(&mut self, handle: &[u8], updates: bool) -> Result<(Vec<u8>, Log), CauseCode> {
        let count = self.config.max_items;
        let selection = self.space.select(handle, count, &mut self.rng);
        let selection = selection.ok_or(CauseCode::UNKNOWN_POOL_HANDLE)?;
        let handle = selection.pool().handle();
        // Its absence would mean Round Robin (§2.2.6), but rsplib's pool users accept no response without it.
        let policy = Some(selection.pool().policy());
        let room = selection.encoded().map(|e| e.as_octets().len() + PADDING);
        let answer = PositiveAnswer::new(handle, policy, self.config.max_message, room.sum());
        let mut answer = answer.ok_or(CauseCode::LACK_OF_RESOURCES)?;
        let elements = selection.encoded().take_while(|e| answer.put(e)).count();
        if elements == 0 {
            return Err(CauseCode::LACK_OF_RESOURCES);
        }
        let log = Log::Resolved {
            handle: handle.clone(),
            elements,
            subscribed: updates,
        };
        Ok((answer.finish(updates), log))
    }

    fn send_not_resolved(&mut self, assoc: Assoc, handle: PoolHandle, cause: CauseCode) {
        let error = OperationError::from(ErrorCause::bare(cause));
        let response = HandleResolutionResponse::negative(handle.clone(), error.clone());
        let mut octets = Vec::new();
        match asap::Message::from(response).encode(&mut octets) {
            Ok(()) => self.send_octets(assoc, octets),
            // The handle is so long that no cause fits beside it: §3.3 requires a rejection all the same.
            Err(_) => self.send(assoc, asap::Error::new(error)),
        }
        self.log(Log::NotResolved { handle, cause });
    }
}
