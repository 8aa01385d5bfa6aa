//! Deadlines in the order of time.
//!
//! [`Timers`] keeps one deadline for each key. [`Deadlines`] is the index alone, for keys whose state holds the
//! deadline anyway; it takes half the memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;

/// Pairs of deadline and key.
#[derive(Debug)]
pub(crate) struct Deadlines<K>(BTreeSet<(Duration, K)>);

impl<K> Default for Deadlines<K> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

impl<K: Ord> Deadlines<K> {
    pub(crate) fn insert(&mut self, at: Duration, key: K) {
        self.0.insert((at, key));
    }

    pub(crate) fn remove(&mut self, at: Duration, key: K) {
        self.0.remove(&(at, key));
    }

    /// Returns the first deadline.
    pub(crate) fn due(&self) -> Option<Duration> {
        self.first().map(|(at, _)| at)
    }

    /// Returns the first deadline and its key.
    pub(crate) fn first(&self) -> Option<(Duration, &K)> {
        self.0.first().map(|(at, key)| (*at, key))
    }

    /// Removes the first deadline if it has passed by `now`, and returns its key.
    pub(crate) fn take_due(&mut self, now: Duration) -> Option<K> {
        if self.due()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, key)| key)
    }

    /// Returns those of these keys whose deadline is `at`.
    pub(crate) fn at(&self, at: Duration, keys: RangeInclusive<K>) -> impl Iterator<Item = &K> {
        let (first, last) = keys.into_inner();
        let range = self.0.range((at, first)..=(at, last));
        range.map(|(_, key)| key)
    }
}

/// At most one deadline for each key.
#[derive(Debug)]
pub(crate) struct Timers<K> {
    deadlines: Deadlines<K>,
    by_key: BTreeMap<K, Duration>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self {
            deadlines: Deadlines::default(),
            by_key: BTreeMap::new(),
        }
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// Starts the timer of a key, or moves its deadline.
    pub(crate) fn set(&mut self, key: K, at: Duration) {
        self.clear(&key);
        self.deadlines.insert(at, key.clone());
        self.by_key.insert(key, at);
    }

    /// Stops the timer of a key.
    pub(crate) fn clear(&mut self, key: &K) {
        if let Some(at) = self.by_key.remove(key) {
            self.deadlines.remove(at, key.clone());
        }
    }

    /// Returns true if the timer of a key runs.
    pub(crate) fn contains(&self, key: &K) -> bool {
        self.by_key.contains_key(key)
    }

    /// Returns the first deadline.
    pub(crate) fn due(&self) -> Option<Duration> {
        self.deadlines.due()
    }

    /// Stops the first timer if its deadline has passed by `now`, and returns its key.
    pub(crate) fn take_due(&mut self, now: Duration) -> Option<K> {
        let key = self.deadlines.take_due(now)?;
        self.by_key.remove(&key);
        Some(key)
    }
}
