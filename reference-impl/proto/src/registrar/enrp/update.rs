//! Handle updates (RFC 5353 §3.3), both ways.
//!
//! ```text
//!   registered, re-registered here ──► ADD_PE ─┐
//!   removed here ────────────────────► DEL_PE ─┴─► all peers, receiver 0
//!
//!   ADD_PE ──► pool made, PE added or replaced (§3.3.1)
//!   DEL_PE ──► PE removed, its pool with the last one (§3.3.2); nothing if it is unknown
//! ```
//!
//! Readings where the RFC is open:
//! - An ADD_PE with this registrar as Home is ignored: no peer knows such a PE better.
//! - A DEL_PE that names another Home, for a PE of this registrar, was overtaken by a registration here, and is
//!   ignored.
//! - Removals are announced for own PEs and for those that de-registered here; the end of a copy is not announced.
//! - A reserved Update Action changes nothing; it is not in a parameter that cause 0x3 could carry.

use std::time::Duration;

use rsp_wire::enrp::{HandleUpdate, MessageType, UpdateAction};
use rsp_wire::{EncodedElement, PeIdentifier, PoolElement, PoolHandle, ServerId};

use super::super::Core;
use super::{Enrp, Log};

impl Enrp {
    /// Sends an update of a PE to all peers (RFC 5353 §3.3.1, §3.3.2).
    pub(in super::super) fn announce_update(
        &mut self,
        core: &mut Core,
        action: UpdateAction,
        handle: &PoolHandle,
        element: &EncodedElement,
    ) {
        // When this registrar stops, its peers take its PEs over.
        if core.stopping {
            return;
        }
        self.note_news(handle, element.identifier());
        if self.peers.is_empty() {
            return;
        }
        let receiver = ServerId::UNDETERMINED;
        match HandleUpdate::encoded(core.id, receiver, action, handle, element) {
            Ok(octets) => self.group_cast_octets(core, &octets, |_| true),
            Err(error) => core.log(Log::NotEncoded {
                message: MessageType::HANDLE_UPDATE,
                error,
            }),
        }
    }

    pub(super) fn on_handle_update(
        &mut self,
        core: &mut Core,
        now: Duration,
        message: HandleUpdate,
    ) {
        let HandleUpdate {
            sender,
            action,
            pool_handle: handle,
            pool_element: element,
            ..
        } = message;
        let (pe, home) = (element.identifier, element.home);
        match action {
            UpdateAction::ADD_PE if home == core.id => {
                core.log(Log::NotTaken { handle, pe, home });
            }
            UpdateAction::ADD_PE => {
                self.note_news(&handle, pe);
                core.take_element(now, &handle, element);
            }
            UpdateAction::DEL_PE => {
                self.note_news(&handle, pe);
                core.withdraw(now, handle, element);
            }
            UpdateAction(_reserved) => core.log(Log::Unexpected {
                peer: sender,
                message: MessageType::HANDLE_UPDATE,
            }),
        }
    }

    /// Records an update of a PE with every table that is outstanding: what the table has of the PE is older.
    pub(super) fn note_news(&mut self, handle: &PoolHandle, pe: PeIdentifier) {
        self.start_up.note_news(handle, pe);
        for peer in self.peers.values_mut() {
            if let Some(audit) = &mut peer.audit {
                audit.note_news(handle, pe);
            }
            if let Some(owed) = &mut peer.owed {
                owed.news.add(handle, pe);
            }
        }
    }
}

impl Core {
    fn withdraw(&mut self, now: Duration, handle: PoolHandle, element: PoolElement) {
        let (pe, home) = (element.identifier, element.home);
        let Some(key) = self.space.find(handle.as_octets(), pe) else {
            return;
        };
        let known = self.space.encoded(key).map(|known| known.home());
        if known == Some(self.id) && home != self.id {
            return self.log(Log::NotTaken { handle, pe, home });
        }
        self.unwatch(key);
        if self.space.remove(key).is_some() {
            self.on_pool_changed(now, &handle);
            self.log(Log::Withdrawn { handle, pe });
        }
    }
}
