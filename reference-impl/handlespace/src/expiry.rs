//! When registration lives end.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::PeKey;

/// A point in time: nanoseconds since the caller's origin, which is enough for 584 years.
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
    /// When it ends.
    pub(crate) ends: Moment,
    /// Where it stands in the [`Agenda`], or `NEVER` if it does not.
    listed: Moment,
}

impl Life {
    /// One that is not in the agenda.
    pub(crate) fn new(ends: Moment) -> Self {
        Self {
            ends,
            listed: Moment::NEVER,
        }
    }
}

/// The elements by the end of their life.
///
/// A life that is prolonged, as every re-registration does, stays where it is listed until that comes first; so
/// re-registrations touch nothing here. What comes first is always true.
#[derive(Debug, Default)]
pub(crate) struct Agenda(BTreeSet<(Moment, PeKey)>);

impl Agenda {
    /// The first one to end, listed truly or not.
    pub(crate) fn first(&self) -> Option<(Moment, PeKey)> {
        self.0.first().copied()
    }

    /// Lists a life no later than it ends.
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

    /// Lists anew the life that comes first.
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
