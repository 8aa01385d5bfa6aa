//! Subscriptions of PUs (S and A flags, RFC 5352 §2.2.5, §2.2.6): an unsolicited HANDLE_RESOLUTION_RESPONSE after
//! each change of the pool.
//!
//! ```text
//!   (none) ── S=1, pool known ──► quiet ── change ──► due ── update-interval since the last one ──► quiet
//!                                   └──── association gone or restarted, pool gone (sent once) ──► (none)
//! ```
//!
//! Changes within one `update-interval` share one update. Updates go out in bursts of [`BURST`] octets: the caller
//! sends one burst, and aborts associations whose peers do not read, before the next is made. A subscription ends
//! only with its association. Over TCP no subscription is granted: the RFC defines them for SCTP.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

use rsp_wire::PoolHandle;

use super::association::Kind;
use super::{Assoc, Core, Limit, Output, Timer};
use crate::timers::Deadlines;

/// Octets of updates after which the caller gets its turn. It holds at most this much and one more message.
const BURST: usize = 256 * 1024;

/// All subscriptions.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    pools: BTreeMap<PoolHandle, Subscribers>,
    due: Deadlines<PoolHandle>,
    /// Pairs of pool and association.
    count: usize,
    /// The pool whose updates are being sent, and the last subscriber that got one.
    sending: Option<(PoolHandle, Option<Assoc>)>,
    /// Octets since the caller had its last turn.
    burst: usize,
    /// The time at which the last burst was full: the rest is due since then.
    held_at: Duration,
}

#[derive(Debug)]
struct Subscribers {
    assocs: BTreeSet<Assoc>,
    /// The time of the last update; none before the first.
    last: Option<Duration>,
    due: Option<Duration>,
}

impl Subscriptions {
    /// Pairs of pool and association.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn due(&self) -> Option<Duration> {
        if self.sending.is_some() {
            return Some(self.held_at);
        }
        self.due.due().map(|at| at.max(self.held_at))
    }

    /// Begins a new burst: the caller has sent everything and waits.
    pub(super) fn on_wait(&mut self) {
        self.burst = 0;
    }

    /// Returns the next subscriber to send an update to, and its pool; none if no update is due or the burst is full.
    fn next_recipient(&mut self, now: Duration) -> Option<(PoolHandle, Assoc)> {
        loop {
            if self.burst >= BURST {
                self.held_at = now;
                return None;
            }
            let (handle, last) = match self.sending.take() {
                Some(sending) => sending,
                None => (self.take_due(now)?, None),
            };
            let Some(subscribers) = self.pools.get(&handle) else {
                continue;
            };
            let rest = (
                last.map_or(Bound::Unbounded, Bound::Excluded),
                Bound::Unbounded,
            );
            if let Some(&assoc) = subscribers.assocs.range(rest).next() {
                self.sending = Some((handle.clone(), Some(assoc)));
                return Some((handle, assoc));
            }
        }
    }

    /// Returns a pool whose update is due. The next `update-interval` of all its subscribers runs from now.
    fn take_due(&mut self, now: Duration) -> Option<PoolHandle> {
        let handle = self.due.take_due(now)?;
        if let Some(subscribers) = self.pools.get_mut(&handle) {
            subscribers.due = None;
            subscribers.last = Some(now);
        }
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
                self.due.remove(at, handle.clone());
            }
            self.pools.remove(handle);
        }
    }
}

impl Core {
    /// Subscribes an association to a pool. Returns true if the subscription is granted (A=1).
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
        if self.subscriptions.count >= self.config.max_subscriptions {
            self.counters.hit(Limit::Subscriptions);
            return false;
        }
        let own = association.subscriptions.len();
        if own >= self.config.max_subscriptions_per_association {
            self.counters.hit(Limit::SubscriptionsPerAssociation);
            return false;
        }
        association.subscriptions.insert(handle.clone());
        self.subscriptions.count += 1;
        let subscribers = self
            .subscriptions
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

    pub(super) fn unsubscribe(&mut self, assoc: Assoc, handle: &PoolHandle) {
        self.subscriptions.forget(handle, assoc);
        if let Some(association) = self.assocs.get_mut(&assoc) {
            association.subscriptions.remove(handle);
        }
    }

    pub(super) fn unsubscribe_all(&mut self, assoc: Assoc) {
        let Some(association) = self.assocs.get_mut(&assoc) else {
            return;
        };
        for handle in std::mem::take(&mut association.subscriptions) {
            self.subscriptions.forget(&handle, assoc);
        }
    }

    pub(super) fn on_pool_changed(&mut self, now: Duration, handle: &PoolHandle) {
        let Some(subscribers) = self.subscriptions.pools.get_mut(handle) else {
            return;
        };
        if subscribers.due.is_none() {
            let interval = self.config.span(Timer::UpdateInterval);
            let at = subscribers
                .last
                .map_or(now, |last| now.max(last.saturating_add(interval)));
            subscribers.due = Some(at);
            self.subscriptions.due.insert(at, handle.clone());
        }
    }

    pub(super) fn on_subscription_due(&mut self, now: Duration) {
        while let Some((handle, assoc)) = self.subscriptions.next_recipient(now) {
            self.counters.updates += 1;
            let before = self.out.len();
            // A negative answer ends the subscription (§2.2.5).
            if !self.send_resolution(assoc, handle.as_octets(), true) {
                self.unsubscribe(assoc, &handle);
            }
            self.subscriptions.burst += self.out.range(before..).map(octets).sum::<usize>();
        }
    }
}

fn octets(output: &Output) -> usize {
    match output {
        Output::Send { octets, .. } | Output::Announce { octets } => octets.len(),
        Output::Connect { .. }
        | Output::Abort { .. }
        | Output::Shutdown { .. }
        | Output::Log(_)
        | Output::Wait(_) => 0,
    }
}
