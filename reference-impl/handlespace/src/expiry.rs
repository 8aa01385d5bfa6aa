//! The ends of registration lives.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::PeKey;

/// Point in time: nanoseconds since the caller's origin, with a range of 584 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    /// Later than all others.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    pub(crate) fn at(time: Duration) -> Self {
        Self(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(crate) fn time(self) -> Duration {
        Duration::from_nanos(self.0)
    }
}

/// The life of one element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    /// Its end.
    pub(crate) ends: Moment,
    /// The moment under which the [`Agenda`] lists it, or `NEVER` if it does not.
    listed: Moment,
}

impl Life {
    /// Returns a life that is not in the agenda.
    pub(crate) fn new(ends: Moment) -> Self {
        Self {
            ends,
            listed: Moment::NEVER,
        }
    }
}

/// The elements by the end of their life.
///
/// A re-registration, which prolongs a life, does not move its entry. An entry is corrected when it reaches the
/// head, so the head is always exact.
#[derive(Debug, Default)]
pub(crate) struct Agenda(BTreeSet<(Moment, PeKey)>);

impl Agenda {
    /// Returns the entry at the head, exact or not.
    pub(crate) fn first(&self) -> Option<(Moment, PeKey)> {
        self.0.first().copied()
    }

    /// Lists a life under a moment no later than its end.
    pub(crate) fn list(&mut self, key: PeKey, life: &mut Life) {
        if life.listed <= life.ends && life.listed != Moment::NEVER {
            return;
        }
        self.drop(key, life);
        if life.ends != Moment::NEVER {
            self.0.insert((life.ends, key));
            life.listed = life.ends;
        }
    }

    /// Lists the life at the head anew.
    pub(crate) fn relist(&mut self, key: PeKey, life: &mut Life) {
        self.drop(key, life);
        self.list(key, life);
    }

    pub(crate) fn drop(&mut self, key: PeKey, life: &mut Life) {
        if life.listed != Moment::NEVER {
            self.0.remove(&(life.listed, key));
            life.listed = Moment::NEVER;
        }
    }
}
