//! Handle resolution (RFC 5352 §2.2.5, §2.2.6, §3.3).
//!
//! ```text
//!   HANDLE_RESOLUTION ──► pool known ────► response with the PEs the policy selects, A=1 if subscribed
//!                    └──► pool unknown ──► response with cause 0x9
//! ```
//!
//! RFC 5352 §3.3 wants all PEs listed, RFC 5356 speaks of "the requested number" that no message carries:
//! pools up to `max-items` are listed whole, of larger ones the best `max-items` by the policy.

use rsp_wire::asap::{self, HandleResolution, HandleResolutionResponse};
use rsp_wire::{CauseCode, ErrorCause, PoolHandle};

use super::{Assoc, Log, Registrar};

impl Registrar {
    pub(super) fn on_handle_resolution(&mut self, assoc: Assoc, message: HandleResolution) {
        let wants_updates = message.wants_updates();
        let handle = message.pool_handle;
        let known = self.space.pool(handle.as_octets()).is_some();
        let subscribed = known && wants_updates && self.subscribe(assoc, &handle);
        self.send_resolution(assoc, handle, subscribed);
    }

    /// Sends what the handle resolves to now, be it asked for or an update. Tells whether it is positive.
    pub(super) fn send_resolution(
        &mut self,
        assoc: Assoc,
        handle: PoolHandle,
        updates: bool,
    ) -> bool {
        let Some(mut response) = self.resolve(&handle) else {
            self.send_not_resolved(assoc, handle, CauseCode::UNKNOWN_POOL_HANDLE);
            return false;
        };
        let accepted = HandleResolutionResponse::UPDATES_ACCEPTED;
        response.flags = response.flags.with(accepted, updates);
        let Some((octets, elements)) = fit(response, self.config.max_message) else {
            self.send_not_resolved(assoc, handle, CauseCode::LACK_OF_RESOURCES);
            return false;
        };
        self.send_octets(assoc, octets);
        self.log(Log::Resolved {
            handle,
            elements,
            subscribed: updates,
        });
        true
    }

    fn resolve(&mut self, handle: &PoolHandle) -> Option<HandleResolutionResponse> {
        let count = self.config.max_items;
        let selection = self
            .space
            .select(handle.as_octets(), count, &mut self.rng)?;
        // Its absence would stand for Round Robin (§2.2.6), but rsplib's pool users take no response without it.
        let policy = Some(selection.pool().policy().clone());
        let elements = selection.elements().cloned().collect();
        Some(HandleResolutionResponse::new(
            handle.clone(),
            policy,
            elements,
        ))
    }

    fn send_not_resolved(&mut self, assoc: Assoc, handle: PoolHandle, cause: CauseCode) {
        let error = ErrorCause::bare(cause).into();
        self.send(
            assoc,
            HandleResolutionResponse::negative(handle.clone(), error),
        );
        self.log(Log::NotResolved { handle, cause });
    }
}

/// The response in octets and how many PEs it lists: as many as fit, none if not even one does.
fn fit(mut response: HandleResolutionResponse, max: usize) -> Option<(Vec<u8>, usize)> {
    while !response.pool_elements.is_empty() {
        let listed = response.pool_elements.len();
        let message = asap::Message::HandleResolutionResponse(response);
        let mut octets = Vec::new();
        let encoded = message.encode(&mut octets);
        if encoded.is_ok() && octets.len() <= max {
            return Some((octets, listed));
        }
        let asap::Message::HandleResolutionResponse(back) = message else {
            return None;
        };
        response = back;
        // Elements of one pool are much alike, so their share of the room is a good guess.
        let share = match encoded {
            Ok(()) => listed * max / octets.len(),
            Err(_) => listed / 2,
        };
        response.pool_elements.truncate(share.min(listed - 1));
    }
    None
}
