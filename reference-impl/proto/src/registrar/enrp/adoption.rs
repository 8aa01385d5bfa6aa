//! Becoming the Home of PEs that did not register here (RFC 5353 §3.5.2 step 2, RFC 5352 §3.4).
//!
//! ```text
//!   taken over ─┬─ association to its ASAP Transport: KEEP_ALIVE H=1 ──► watched as Asked (keep_alive.rs)
//!               ├─ none: one is set up, watched as Alone ── up ──► KEEP_ALIVE H=1, Asked
//!               │                                         └ not up: until keep-alive-timeout it may come itself
//!               └─ too many are being set up: deferred until one is done
//! ```
//!
//! A takeover does not send one burst (RFC 5355 §2.14.3): at most `max-adoptions` associations are set up at a time,
//! and each has keep-alive-timeout to come up. A PE that neither answers nor registers is removed like any other. So
//! the last of N dead PEs is listed for keep-alive-timeout times N / `max-adoptions`, rounded up, and for one
//! keep-alive-timeout more if associations are being set up already. A report of a PU removes it earlier.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_handlespace::PeKey;
use rsp_wire::{PeIdentifier, PoolHandle};

use super::super::{Assoc, Core, Limit};
use super::dial::Channel;
use super::{Enrp, transport_addrs};

/// PEs that wait for their turn.
#[derive(Debug, Default)]
pub(super) struct Adoptions {
    /// Each with the number of reports that it is unreachable.
    deferred: BTreeMap<(PoolHandle, PeIdentifier), u32>,
}

impl Adoptions {
    pub(super) fn deferred(&self) -> usize {
        self.deferred.len()
    }
}

impl Enrp {
    /// Asks all owned PEs to join: after a restart under the same identifier, the mentor's table has them.
    pub(super) fn adopt_owned(&mut self, core: &mut Core, now: Duration) {
        let keys: Vec<PeKey> = core.space.owned(core.id, None).collect();
        for key in keys {
            self.ask_to_join(core, now, key);
        }
    }

    /// Becomes the Home of a PE that no registrar owns, and announces that, if the PE is connected. Returns false if
    /// it is not.
    pub(super) fn claim(&mut self, core: &mut Core, now: Duration, key: PeKey) -> bool {
        let transport = core.space.element(key).and_then(|e| e.asap_transport);
        let addrs = transport.as_ref().map(transport_addrs);
        if addrs
            .and_then(|addrs| self.route_to_element(&addrs))
            .is_none()
        {
            return false;
        }
        if let Some((handle, _)) = core.space.renew(key, core.id, now) {
            core.on_pool_changed(now, &handle);
        }
        self.assert_ownership(core, now, key);
        true
    }

    /// Asks an owned PE to take this registrar as its Home, unless it is watched already.
    pub(super) fn ask_to_join(&mut self, core: &mut Core, now: Duration, key: PeKey) {
        if let Some(assoc) = core.watches.assoc(key) {
            return core.adopt_over(now, key, assoc);
        }
        let (Some(handle), Some(element)) = (core.space.handle(key), core.space.element(key))
        else {
            return;
        };
        let pe = (handle.clone(), element.identifier);
        let addrs: Vec<SocketAddr> = element
            .asap_transport
            .as_ref()
            .map_or_else(Vec::new, transport_addrs);
        if let Some(assoc) = self.routes.at(Channel::Asap, &addrs) {
            return core.adopt_over(now, key, assoc);
        }
        if !self.may_dial_elements(core) {
            self.adoptions.deferred.entry(pe).or_default();
            core.counters.hit(Limit::Adoptions);
            return;
        }
        core.watch_alone(now, key);
        if !addrs.is_empty() {
            self.dial_element(core, now, &addrs, pe);
        }
    }

    pub(super) fn adopt_deferred(&mut self, core: &mut Core, now: Duration) {
        while self.may_dial_elements(core) {
            let Some(((handle, pe), _reports)) = self.adoptions.deferred.pop_first() else {
                return;
            };
            if let Some(key) = core.unwatched_own(&handle, pe) {
                self.ask_to_join(core, now, key);
            }
        }
    }

    /// Counts a report of a deferred PE. Returns the number of reports so far; none if the PE is not deferred.
    pub(in super::super) fn count_deferred_report(
        &mut self,
        handle: &PoolHandle,
        pe: PeIdentifier,
    ) -> Option<u32> {
        let deferred = &mut self.adoptions.deferred;
        let reports = deferred.get_mut(&(handle.clone(), pe))?;
        *reports = reports.saturating_add(1);
        Some(*reports)
    }
}

impl Core {
    /// Asks a PE to join, or whether it is alive, over an association that was set up for that and is up.
    pub(super) fn on_element_reached(
        &mut self,
        now: Duration,
        assoc: Assoc,
        handle: &PoolHandle,
        pe: PeIdentifier,
    ) {
        if let Some(key) = self.unwatched_own(handle, pe) {
            return self.adopt_over(now, key, assoc);
        }
        self.on_foreign_reached(now, assoc, (handle.clone(), pe));
    }

    /// Returns the PE if it is still this registrar's and did not register in the meantime.
    fn unwatched_own(&self, handle: &PoolHandle, pe: PeIdentifier) -> Option<PeKey> {
        let key = self.space.find(handle.as_octets(), pe)?;
        let is_own = self.space.encoded(key)?.home() == self.id;
        (is_own && self.watches.assoc(key).is_none()).then_some(key)
    }
}
