//! Pools: the translation cache (RFC 5352 §3.3 rules C1-C4), and the requests and sessions that use each pool.
//!
//! An entry stays while a question, a watch or a session uses it. Without users it is a cache entry, and the one that
//! was used longest ago makes room for a new one. Stale entries stay too: rule C3 allows their use, and sessions use
//! them when no registrar answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rsp_wire::{PeIdentifier, PoolElement, PoolHandle};

use super::question::Question;
use super::selection::List;
use super::{Request, Resolution, Session};

/// One pool.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// The last list of a registrar.
    pub(super) list: Option<List>,
    /// The time until which the list answers questions; none if it never does.
    pub(super) fresh_until: Option<Duration>,
    /// The question to a registrar.
    pub(super) question: Option<Question>,
    /// Requests that wait for the answer.
    pub(super) waiting: Vec<Request>,
    /// Watches, each with the A flag that its owner knows.
    pub(super) watches: BTreeMap<Request, Option<bool>>,
    /// True while the home sends changes (A=1).
    pub(super) is_subscribed: bool,
    pub(super) sessions: BTreeSet<Session>,
    /// PEs that failed, each with the time until which others are preferred.
    avoided: BTreeMap<PeIdentifier, Duration>,
    last_use: u64,
}

impl Pool {
    /// Returns true if the list is fresh (rule C4). It stays fresh while the home sends changes.
    pub(super) fn is_fresh(&self, now: Duration) -> bool {
        self.list.is_some()
            && self
                .fresh_until
                .is_some_and(|until| self.is_subscribed || until > now)
    }

    fn is_used(&self) -> bool {
        self.question.is_some() || !self.watches.is_empty() || !self.sessions.is_empty()
    }

    pub(super) fn learn(&mut self, resolution: Resolution, now: Duration, stale_value: Duration) {
        self.fresh_until = (!stale_value.is_zero()).then(|| now.saturating_add(stale_value));
        self.list = Some(List::new(Arc::new(resolution), now));
        self.avoided.retain(|_, until| *until > now);
    }

    pub(super) fn avoid(&mut self, pe: PeIdentifier, until: Duration, limit: usize) {
        if self.avoided.contains_key(&pe) || self.avoided.len() < limit {
            self.avoided.insert(pe, until);
        }
    }

    pub(super) fn prefer(&mut self, pe: PeIdentifier) {
        self.avoided.remove(&pe);
    }

    pub(super) fn is_avoided(&self, pe: PeIdentifier, now: Duration) -> bool {
        self.avoided.get(&pe).is_some_and(|&until| until > now)
    }

    /// Returns the PE of the next use by the pool's policy: one that failed lately only if no other is left.
    pub(super) fn choose(
        &mut self,
        now: Duration,
        rng: &mut fastrand::Rng,
        allowed: impl Fn(&PoolElement) -> bool,
    ) -> Option<PoolElement> {
        let avoided = &self.avoided;
        let is_avoided = |e: &PoolElement| avoided.get(&e.identifier).is_some_and(|&t| t > now);
        let list = self.list.as_mut()?;
        // Two calls, as the first one borrows from the list.
        if let Some(element) = list.choose(rng, |e| allowed(e) && !is_avoided(e)) {
            return Some(element.clone());
        }
        list.choose(rng, allowed).cloned()
    }
}

/// All pools.
#[derive(Debug, Default)]
pub(super) struct Pools {
    map: BTreeMap<PoolHandle, Pool>,
    uses: u64,
}

impl Pools {
    pub(super) fn get(&self, handle: &PoolHandle) -> Option<&Pool> {
        self.map.get(handle)
    }

    pub(super) fn get_mut(&mut self, handle: &PoolHandle) -> Option<&mut Pool> {
        self.map.get_mut(handle)
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&PoolHandle, &Pool)> {
        self.map.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&PoolHandle, &mut Pool)> {
        self.map.iter_mut()
    }

    /// Returns the entry of a pool, and makes it if it is missing; none if there are `limit` pools and all of them
    /// are used.
    pub(super) fn entry(&mut self, handle: &PoolHandle, limit: usize) -> Option<&mut Pool> {
        if !self.map.contains_key(handle) {
            while self.map.len() >= limit {
                let idle = self.map.iter().filter(|(_, pool)| !pool.is_used());
                let (oldest, _) = idle.min_by_key(|(_, pool)| pool.last_use)?;
                let oldest = oldest.clone();
                self.map.remove(&oldest);
            }
        }
        self.uses += 1;
        let pool = self.map.entry(handle.clone()).or_default();
        pool.last_use = self.uses;
        Some(pool)
    }

    /// Removes an entry that is neither used nor a cache entry.
    pub(super) fn tidy(&mut self, handle: &PoolHandle) {
        let is_idle = |pool: &Pool| !pool.is_used() && pool.fresh_until.is_none();
        if self.map.get(handle).is_some_and(is_idle) {
            self.map.remove(handle);
        }
    }
}
