//! De-registration (RFC 5352 §2.2.2, §2.2.4, §3.2).
//!
//! ```text
//!   DEREGISTRATION ──► no such PE ──────────────► granted (§3.2 SHOULD)
//!                 ├──► sender may ──► removed ──► granted
//!                 └──► sender may not ──────────► Operation Error, nothing changes
//! ```
//!
//! De-registration by proxy is not allowed. The sender must use the association that the PE registered over or,
//! once that is gone, the transport address recorded as the PE's ASAP Transport. A refusal carries cause 0xa,
//! failed authorization.

use std::time::Duration;

use rsp_handlespace::{PeKey, Removed};
use rsp_wire::asap::{Deregistration, DeregistrationResponse};
use rsp_wire::enrp::UpdateAction;
use rsp_wire::{CauseCode, ErrorCause};

use super::association::Kind;
use super::{Assoc, Core, Departure, Log, Registrar};

impl Registrar {
    pub(super) fn on_deregistration(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: Deregistration,
    ) {
        let Deregistration {
            pool_handle: handle,
            pe_identifier: pe,
            ..
        } = message;
        let key = self.core.space.find(handle.as_octets(), pe);
        let cause = match key {
            _ if self
                .core
                .assocs
                .get(&assoc)
                .is_none_or(|a| a.kind == Kind::Tcp) =>
            {
                Some(CauseCode::UNSPECIFIED)
            }
            Some(key) if !self.core.is_itself(assoc, key) => {
                Some(CauseCode::SECURITY_CONSIDERATIONS)
            }
            Some(_) | None => None,
        };
        let error = cause.map(|code| ErrorCause::bare(code).into());
        self.core.send(
            assoc,
            DeregistrationResponse::new(handle.clone(), pe, error),
        );
        if let Some(code) = cause {
            self.core.log(Log::DeregistrationRefused {
                handle,
                pe,
                causes: vec![code],
            });
        } else if let Some(key) = key {
            self.remove(now, key, Departure::Deregistered);
        }
    }

    /// Removes a PE, and announces that to the peers if it was this registrar's.
    pub(super) fn remove(&mut self, now: Duration, key: PeKey, how: Departure) {
        let Some(removed) = self.core.take_out(now, key) else {
            return;
        };
        let is_own = removed.element.home() == self.core.id;
        if let Some(enrp) = &mut self.enrp
            && (is_own || how == Departure::Deregistered)
        {
            let (handle, element) = (&removed.handle, &removed.element);
            enrp.announce_update(&mut self.core, UpdateAction::DEL_PE, handle, element);
        }
        self.core.log_left(removed, how);
    }
}

impl Core {
    fn is_itself(&self, assoc: Assoc, key: PeKey) -> bool {
        match self.watches.assoc(key) {
            Some(owner) => owner == assoc,
            None => {
                let element = self.space.element(key);
                let recorded = element.and_then(|e| e.asap_transport);
                match (self.assocs.get(&assoc), recorded) {
                    (Some(association), Some(transport)) => association.is_at(&transport),
                    (_, None) | (None, _) => false,
                }
            }
        }
    }

    /// Removes the copy of a PE that another registrar owns. Its removal is not announced.
    pub(super) fn remove_copy(&mut self, now: Duration, key: PeKey, how: Departure) {
        if let Some(removed) = self.take_out(now, key) {
            self.log_left(removed, how);
        }
    }

    /// Takes a PE out of the handlespace and ends its watch; its pool's subscribers get an update.
    fn take_out(&mut self, now: Duration, key: PeKey) -> Option<Removed> {
        self.unwatch(key);
        let removed = self.space.remove(key)?;
        self.on_pool_changed(now, &removed.handle);
        Some(removed)
    }

    fn log_left(&mut self, removed: Removed, how: Departure) {
        self.log(Log::Left {
            handle: removed.handle,
            pe: removed.element.identifier(),
            how,
        });
    }
}
