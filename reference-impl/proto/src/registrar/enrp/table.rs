//! Entries of a HANDLE_TABLE_RESPONSE on their way into the handlespace (RFC 5353 §3.2.3 step 4, §3.6.3 step 4).
//!
//! ```text
//!   entry ──► a peer announced something else meanwhile ────────────► left out
//!        ├──► re-synchronization, and of another Home than the peer ► left out
//!        ├──► too long, or no room ────────────────────────────────► left out
//!        ├──► owned by this registrar, which serves ─┬─ peer's identifier is larger ► replaced
//!        │                                           └─ it is smaller ► kept, announced, asked to join
//!        └──► else: pool made, PE added or replaced (rules A, B, C)
//! ```
//!
//! Two registrars claim the same PE after they had been split and one had taken over the other. Each would replace
//! its own entry by that of the other, and the PE would have no Home. So the larger identifier wins, as in §3.5.1.

use std::collections::BTreeSet;
use std::time::Duration;

use rsp_handlespace::{PeKey, Put};
use rsp_wire::enrp::{PoolEntry, UpdateAction};
use rsp_wire::{EncodedElement, PeIdentifier, PoolElement, PoolHandle, ServerId};

use super::super::{Assoc, Core, Limit, Timer};
use super::{Enrp, Log};

/// Updates that are remembered. The next audit repairs what is forgotten.
const MAX_NEWS: usize = 65_536;

/// PEs with an update since a table was requested: the update is newer than the table.
#[derive(Clone, Debug, Default)]
pub(super) struct News(BTreeSet<(PoolHandle, PeIdentifier)>);

impl News {
    pub(super) fn add(&mut self, handle: &PoolHandle, pe: PeIdentifier) {
        if self.0.len() < MAX_NEWS {
            self.0.insert((handle.clone(), pe));
        }
    }

    fn has(&self, handle: &PoolHandle, pe: PeIdentifier) -> bool {
        // Few at a time; a clone of a handle shares its octets.
        self.0.contains(&(handle.clone(), pe))
    }
}

/// A response that a peer still owes to a TABLE_REQUEST that nothing waits for any more.
///
/// No other request may go to the peer before: its session goes on where the last response ended, so the next one
/// would be taken for the beginning of a table.
#[derive(Debug)]
pub(super) struct Owed {
    /// The association over which it comes.
    pub(super) over: Assoc,
    /// When it cannot come any more.
    pub(super) until: Duration,
    pub(super) news: News,
}

/// Octets that the Home adds to a registered element, which `max-element-length` limits: the ASAP Transport with all
/// addresses of the association.
const ASAP_TRANSPORT_ROOM: usize = 512;

/// Source of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A mentor: the table is the whole handlespace.
    Mentor,
    /// A peer: the table is what it owns.
    Owner(ServerId),
}

impl Enrp {
    /// Takes a table, except for PEs with newer updates. Returns false if there was no room for a PE.
    pub(super) fn take_table(
        &mut self,
        core: &mut Core,
        now: Duration,
        entries: Vec<PoolEntry>,
        source: Source,
        news: &News,
    ) -> bool {
        let mut all = true;
        for entry in entries {
            let handle = entry.pool_handle;
            for element in entry.pool_elements {
                if !news.has(&handle, element.identifier) {
                    all &= self.take_entry(core, now, &handle, element, source);
                }
            }
        }
        all
    }

    /// Takes a PE of a table. Returns false if there was no room for it.
    fn take_entry(
        &mut self,
        core: &mut Core,
        now: Duration,
        handle: &PoolHandle,
        element: PoolElement,
        source: Source,
    ) -> bool {
        let (pe, home) = (element.identifier, element.home);
        let known = core.space.find(handle.as_octets(), pe);
        let is_own = known
            .and_then(|key| core.space.encoded(key))
            .is_some_and(|known| known.home() == core.id);
        match source {
            Source::Owner(peer) if peer != home => {
                let handle = handle.clone();
                core.log(Log::NotTaken { handle, pe, home });
                return true;
            }
            Source::Owner(peer) if is_own && peer < core.id => {
                let handle = handle.clone();
                core.log(Log::NotTaken { handle, pe, home });
                if let Some(key) = known {
                    self.assert_ownership(core, now, key);
                }
                return true;
            }
            Source::Owner(_) | Source::Mentor => {}
        }
        core.take_element(now, handle, element)
    }

    /// Keeps a PE that a peer claims: announces that to the peers, and asks the PE to join. The PE may have
    /// registered with the peer last, so its life begins anew; if it does not answer, it is removed sooner.
    pub(super) fn assert_ownership(&mut self, core: &mut Core, now: Duration, key: PeKey) {
        if let Some((handle, element)) = core.space.renew(key, core.id, now) {
            self.announce_update(core, UpdateAction::ADD_PE, &handle, &element);
        }
        self.ask_to_join(core, now, key);
    }
}

impl Core {
    /// Adds or replaces a PE by what a peer sent (RFC 5353 §3.2.3 step 4, §3.3.1). Returns false if there was no room
    /// for it.
    pub(super) fn take_element(
        &mut self,
        now: Duration,
        handle: &PoolHandle,
        element: PoolElement,
    ) -> bool {
        let (pe, home) = (element.identifier, element.home);
        match self.put_copy(now, handle, element) {
            Ok(put) => {
                if let Put::Replaced { key, old } = &put
                    && old.home() == self.id
                    && home != self.id
                {
                    self.unwatch(*key);
                }
                self.on_pool_changed(now, handle);
                let handle = handle.clone();
                self.log(Log::Announced { handle, pe, home });
                true
            }
            Err(limit) => {
                let handle = handle.clone();
                self.log(Log::NoRoom { handle, pe, limit });
                false
            }
        }
    }

    fn put_copy(
        &mut self,
        now: Duration,
        handle: &PoolHandle,
        mut element: PoolElement,
    ) -> Result<Put, Limit> {
        if handle.as_octets().len() > self.config.max_handle_length {
            return Err(Limit::HandleLength);
        }
        element.forget_unknown();
        let encoded = EncodedElement::new_with(&element, &mut self.scratch);
        let encoded = encoded.map_err(|_too_long| Limit::ElementLength)?;
        let longest = self.config.max_element_length;
        if encoded.as_octets().len() > longest.saturating_add(ASAP_TRANSPORT_ROOM) {
            return Err(Limit::ElementLength);
        }
        // The Home ends the life of its PE: the copy here lasts longer, in case the Home does not.
        let grace = self.config.span(Timer::MaxTimeLastHeard);
        let from = now.saturating_add(grace);
        let put = self
            .space
            .put_encoded(handle, encoded, &element.policy, from);
        put.map_err(Limit::from)
    }
}
