//! Updates to subscribers (S and A flags, RFC 5352 §2.2.5, §2.2.6): a HANDLE_RESOLUTION_RESPONSE that
//! nobody asked for, after each change of the pool.
//!
//! ```text
//!   (none) ── S=1, pool known ──► quiet ── change ──► due ── update-interval since the last one ──► quiet
//!                                   └──── association gone or restarted, pool gone (told once) ──► (none)
//! ```
//!
//! Changes that come closer together than `update-interval` share one update. A subscription ends with its
//! association; there is no other way to end it. Over TCP none is granted: the RFC ties them to SCTP.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rsp_wire::PoolHandle;

use super::association::Kind;
use super::{Assoc, Limit, Registrar};

/// All subscriptions.
#[derive(Debug, Default)]
pub(super) struct Updates {
    pools: BTreeMap<PoolHandle, Subscribers>,
    due: BTreeSet<(Duration, PoolHandle)>,
    /// Pairs of pool and association.
    count: usize,
}

#[derive(Debug)]
struct Subscribers {
    assocs: BTreeSet<Assoc>,
    /// When the last update went out; none before the first.
    last: Option<Duration>,
    due: Option<Duration>,
}

impl Updates {
    /// Pairs of pool and association.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn due(&self) -> Option<Duration> {
        self.due.first().map(|&(at, _)| at)
    }

    fn take_due(&mut self, now: Duration) -> Option<PoolHandle> {
        let (at, _) = self.due.first()?;
        if *at > now {
            return None;
        }
        let (_, handle) = self.due.pop_first()?;
        Some(handle)
    }

    fn forget(&mut self, handle: &PoolHandle, assoc: Assoc) {
        let Some(subscribers) = self.pools.get_mut(handle) else {
            return;
        };
        if subscribers.assocs.remove(&assoc) {
            self.count -= 1;
        }
        if subscribers.assocs.is_empty() {
            if let Some(at) = subscribers.due {
                self.due.remove(&(at, handle.clone()));
            }
            self.pools.remove(handle);
        }
    }
}

impl Registrar {
    /// Whether the subscription is granted (A=1).
    pub(super) fn subscribe(&mut self, assoc: Assoc, handle: &PoolHandle) -> bool {
        let Some(association) = self.assocs.get_mut(&assoc) else {
            return false;
        };
        if association.kind == Kind::Tcp || self.config.update_interval.is_zero() {
            return false;
        }
        if association.subscriptions.contains(handle) {
            return true;
        }
        if self.updates.count >= self.config.max_subscriptions {
            self.counters.hit(Limit::Subscriptions);
            return false;
        }
        let own = association.subscriptions.len();
        if own >= self.config.max_subscriptions_per_association {
            self.counters.hit(Limit::SubscriptionsPerAssociation);
            return false;
        }
        association.subscriptions.insert(handle.clone());
        self.updates.count += 1;
        let subscribers = self
            .updates
            .pools
            .entry(handle.clone())
            .or_insert_with(|| Subscribers {
                assocs: BTreeSet::new(),
                last: None,
                due: None,
            });
        subscribers.assocs.insert(assoc);
        true
    }

    pub(super) fn unsubscribe_all(&mut self, assoc: Assoc) {
        let Some(association) = self.assocs.get_mut(&assoc) else {
            return;
        };
        for handle in std::mem::take(&mut association.subscriptions) {
            self.updates.forget(&handle, assoc);
        }
    }

    pub(super) fn on_pool_changed(&mut self, now: Duration, handle: &PoolHandle) {
        let Some(subscribers) = self.updates.pools.get_mut(handle) else {
            return;
        };
        if subscribers.due.is_none() {
            let interval = self.config.update_interval;
            let at = subscribers
                .last
                .map_or(now, |last| now.max(last.saturating_add(interval)));
            subscribers.due = Some(at);
            self.updates.due.insert((at, handle.clone()));
        }
    }

    pub(super) fn on_update_due(&mut self, now: Duration) {
        while let Some(handle) = self.updates.take_due(now) {
            let Some(subscribers) = self.updates.pools.get_mut(&handle) else {
                continue;
            };
            subscribers.due = None;
            subscribers.last = Some(now);
            let assocs: Vec<Assoc> = subscribers.assocs.iter().copied().collect();
            for assoc in assocs {
                self.counters.updates += 1;
                // A negative answer ends the subscription (§2.2.5).
                if !self.send_resolution(assoc, handle.as_octets(), true) {
                    self.updates.forget(&handle, assoc);
                    if let Some(association) = self.assocs.get_mut(&assoc) {
                        association.subscriptions.remove(&handle);
                    }
                }
            }
        }
    }
}
