//! De-registration (RFC 5352 §2.2.2, §2.2.4, §3.2).
//!
//! ```text
//!   DEREGISTRATION ──► no such PE ──────────────► granted (§3.2 SHOULD)
//!                 ├──► sender may ──► removed ──► granted
//!                 └──► sender may not ──────────► Operation Error, nothing changes
//! ```
//!
//! De-registration by proxy is not allowed. A PE is whoever speaks over the association it registered
//! over; when that is gone, whoever speaks from the transport address recorded as its ASAP Transport. The
//! refusal carries cause 0xa, an authorization that fails.

use std::time::Duration;

use rsp_handlespace::PeKey;
use rsp_wire::asap::{Deregistration, DeregistrationResponse};
use rsp_wire::enrp::UpdateAction;
use rsp_wire::{CauseCode, ErrorCause};

use super::association::Kind;
use super::{Assoc, Departure, Log, Registrar};

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
        let key = self.space.find(handle.as_octets(), pe);
        let cause = match key {
            _ if self.assocs.get(&assoc).is_none_or(|a| a.kind == Kind::Tcp) => {
                Some(CauseCode::UNSPECIFIED)
            }
            Some(key) if !self.is_itself(assoc, key) => Some(CauseCode::SECURITY_CONSIDERATIONS),
            Some(_) | None => None,
        };
        let error = cause.map(|code| ErrorCause::bare(code).into());
        self.send(
            assoc,
            DeregistrationResponse::new(handle.clone(), pe, error),
        );
        if let Some(code) = cause {
            self.log(Log::DeregistrationRefused {
                handle,
                pe,
                causes: vec![code],
            });
        } else if let Some(key) = key {
            self.remove(now, key, Departure::Deregistered);
        }
    }

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

    /// Takes a PE out of everything that knows it.
    pub(super) fn remove(&mut self, now: Duration, key: PeKey, how: Departure) {
        self.unwatch(key);
        let Some(removed) = self.space.remove(key) else {
            return;
        };
        self.on_pool_changed(now, &removed.handle);
        let pe = removed.element.identifier();
        if removed.element.home() == self.id || how == Departure::Deregistered {
            let element = removed.element.decode();
            self.announce_update(UpdateAction::DEL_PE, removed.handle.clone(), element);
        }
        self.log(Log::Left {
            handle: removed.handle,
            pe,
            how,
        });
    }
}
