//! The handlespace of a registrar: pools, their elements, who owns them, when they expire, and which of
//! them a pool user is told (RFC 5352 §3, RFC 5353 §3.6, RFC 5356).
//!
//! It sends nothing and knows no clock: `now` and the random numbers are arguments, so the same calls give
//! the same handlespace. It enforces its [`Limits`]; whether a registration is acceptable otherwise is asked
//! by [`Handlespace::mismatches`] and decided by the caller.
//!
//! Cost: finding, adding, replacing, removing and selecting are O(log n) in the number of elements at most;
//! nothing but the iterators walks over a pool.
//!
//! Enter at [`Handlespace`].

mod checksum;
mod order;
mod pool;

pub use checksum::PeChecksum;
/// The random numbers that selection asks for; seeded by the caller.
pub use fastrand::Rng;
pub use pool::{Mismatch, Pool, Selection};

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rsp_wire::{PeIdentifier, PoolElement, PoolHandle, ServerId};

/// A pool element's place in a [`Handlespace`]: valid until the element is removed, then used again for
/// another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeKey {
    pool: u32,
    slot: u32,
}

impl PeKey {
    /// Less than or equal to the keys of all elements in the same pool.
    pub fn first_of_pool(self) -> Self {
        Self { slot: 0, ..self }
    }

    /// Greater than or equal to the keys of all elements in the same pool.
    pub fn last_of_pool(self) -> Self {
        Self {
            slot: u32::MAX,
            ..self
        }
    }
}

/// How large a handlespace may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pools.
    pub pools: usize,
    /// Elements of all pools.
    pub pool_elements: usize,
    /// Elements of one pool.
    pub pool_elements_per_pool: usize,
}

/// A [`Limits`] value is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// There are as many pools as allowed.
    Pools,
    /// There are as many elements as allowed.
    PoolElements,
    /// The pool has as many elements as allowed.
    Pool,
}

/// What [`Handlespace::put`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// The element is new.
    Added(PeKey),
    /// The element was there; `old` is what it was.
    Replaced {
        /// Its place, the same as before.
        key: PeKey,
        /// The element before.
        old: Box<PoolElement>,
    },
}

impl Put {
    /// The element's place.
    pub fn key(&self) -> PeKey {
        match self {
            Self::Added(key) | Self::Replaced { key, .. } => *key,
        }
    }
}

/// What [`Handlespace::remove`] took out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The pool.
    pub handle: PoolHandle,
    /// The element.
    pub element: PoolElement,
    /// Whether it was the last one, so that the pool is gone too (RFC 5352 §3.2).
    pub pool_is_gone: bool,
}

/// Pools and pool elements.
#[derive(Debug)]
pub struct Handlespace {
    limits: Limits,
    pools: Vec<Option<Pool>>,
    free: Vec<u32>,
    by_handle: BTreeMap<PoolHandle, u32>,
    expiry: BTreeSet<(Duration, PeKey)>,
    owners: BTreeMap<ServerId, Owner>,
    len: usize,
}

/// What one registrar owns.
#[derive(Debug, Default)]
struct Owner {
    checksum: PeChecksum,
    elements: BTreeSet<PeKey>,
}

impl Handlespace {
    /// An empty handlespace.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            pools: Vec::new(),
            free: Vec::new(),
            by_handle: BTreeMap::new(),
            expiry: BTreeSet::new(),
            owners: BTreeMap::new(),
            len: 0,
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no element, and so no pool.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The pools in the order of their handles.
    pub fn pools(&self) -> impl Iterator<Item = &Pool> {
        self.by_handle.values().map(|&pool| self.at(pool))
    }

    /// The pool of this handle.
    pub fn pool(&self, handle: &[u8]) -> Option<&Pool> {
        self.by_handle.get(handle).map(|&pool| self.at(pool))
    }

    /// Where an element is.
    pub fn find(&self, handle: &[u8], identifier: PeIdentifier) -> Option<PeKey> {
        let &pool = self.by_handle.get(handle)?;
        let slot = self.at(pool).find(identifier)?;
        Some(PeKey { pool, slot })
    }

    /// The element at a place.
    pub fn element(&self, key: PeKey) -> Option<&PoolElement> {
        self.pools
            .get(key.pool as usize)?
            .as_ref()?
            .element(key.slot)
    }

    /// The handle of the pool that a place belongs to.
    pub fn handle(&self, key: PeKey) -> Option<&PoolHandle> {
        self.pools
            .get(key.pool as usize)?
            .as_ref()
            .map(Pool::handle)
    }

    /// In what the element differs from the pool it wants to join (RFC 5352 §3.1 rules 2 and 3); nothing if
    /// there is no such pool yet.
    pub fn mismatches(&self, handle: &[u8], element: &PoolElement) -> Vec<Mismatch> {
        self.pool(handle)
            .map_or_else(Vec::new, |pool| pool.mismatches(element))
    }

    /// Adds an element, or replaces the one of the same identifier. The first element of a pool makes the
    /// pool and decides its policy, transport type and transport use. The registration life runs from `now`.
    pub fn put(
        &mut self,
        handle: &PoolHandle,
        element: PoolElement,
        now: Duration,
    ) -> Result<Put, Full> {
        let expires = element.life.duration().map(|life| now.saturating_add(life));
        let home = element.home;
        if let Some(key) = self.find(handle.as_octets(), element.identifier) {
            let (old, old_expires) = self.at_mut(key.pool).replace(key.slot, element, expires);
            self.reschedule(key, old_expires, expires);
            self.disown(old.home, handle, old.identifier, key);
            self.own(home, handle, old.identifier, key);
            return Ok(Put::Replaced {
                key,
                old: Box::new(old),
            });
        }
        if self.len >= self.limits.pool_elements {
            return Err(Full::PoolElements);
        }
        let pool = match self.by_handle.get(handle) {
            Some(&pool) if self.at(pool).len() >= self.limits.pool_elements_per_pool => {
                return Err(Full::Pool);
            }
            Some(&pool) => pool,
            None if self.by_handle.len() >= self.limits.pools => return Err(Full::Pools),
            None => self.make_pool(handle, &element),
        };
        let identifier = element.identifier;
        let slot = self.at_mut(pool).add(element, expires);
        let key = PeKey { pool, slot };
        self.reschedule(key, None, expires);
        self.own(home, handle, identifier, key);
        self.len += 1;
        Ok(Put::Added(key))
    }

    /// Takes an element out, and its pool with the last one.
    pub fn remove(&mut self, key: PeKey) -> Option<Removed> {
        let pool = self.pools.get_mut(key.pool as usize)?.as_mut()?;
        let handle = pool.handle().clone();
        let (element, expires) = pool.remove(key.slot)?;
        let pool_is_gone = pool.is_empty();
        if pool_is_gone {
            self.pools[key.pool as usize] = None;
            self.free.push(key.pool);
            self.by_handle.remove(&handle);
        }
        self.reschedule(key, expires, None);
        self.disown(element.home, &handle, element.identifier, key);
        self.len -= 1;
        Some(Removed {
            handle,
            element,
            pool_is_gone,
        })
    }

    /// When the next registration life ends.
    pub fn next_expiry(&self) -> Option<Duration> {
        self.expiry.first().map(|&(at, _)| at)
    }

    /// An element whose registration life is over, the one that is longest over first.
    pub fn expired(&self, now: Duration) -> Option<PeKey> {
        let &(at, key) = self.expiry.first()?;
        (at <= now).then_some(key)
    }

    /// Up to `count` different elements of a pool, chosen and ordered by its policy, and the policy's state
    /// moved on; none if there is no such pool.
    pub fn select(&mut self, handle: &[u8], count: usize, rng: &mut Rng) -> Option<Selection<'_>> {
        let &pool = self.by_handle.get(handle)?;
        Some(self.at_mut(pool).select(count, rng))
    }

    /// The PE checksum over what a registrar owns (RFC 5353 §3.6.2).
    pub fn checksum(&self, home: ServerId) -> u16 {
        self.owners
            .get(&home)
            .map_or_else(PeChecksum::default, |owner| owner.checksum)
            .value()
    }

    /// What a registrar owns, pool by pool, from `after` on (for tables sent in parts).
    pub fn owned(&self, home: ServerId, after: Option<PeKey>) -> impl Iterator<Item = PeKey> + '_ {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        self.owners
            .get(&home)
            .into_iter()
            .flat_map(move |owner| owner.elements.range((from, Unbounded)).copied())
    }

    /// All places, pool by pool, from `after` on (for tables sent in parts).
    pub fn keys(&self, after: Option<PeKey>) -> impl Iterator<Item = PeKey> + '_ {
        let first = after.map_or(0, |key| key.pool as usize);
        let pools = self.pools.iter().enumerate().skip(first);
        pools.flat_map(move |(number, pool)| {
            let number = u32::try_from(number).expect("fewer than 2³² pools fit in memory");
            let from = match after {
                Some(key) if key.pool == number => key.slot.saturating_add(1),
                Some(_) | None => 0,
            };
            let slots = pool.iter().flat_map(move |pool| pool.slots_from(from));
            slots.map(move |slot| PeKey { pool: number, slot })
        })
    }

    fn at(&self, pool: u32) -> &Pool {
        self.pools[pool as usize]
            .as_ref()
            .expect("an indexed pool exists")
    }

    fn at_mut(&mut self, pool: u32) -> &mut Pool {
        self.pools[pool as usize]
            .as_mut()
            .expect("an indexed pool exists")
    }

    fn make_pool(&mut self, handle: &PoolHandle, first: &PoolElement) -> u32 {
        let pool = Pool::new(handle.clone(), first);
        let number = match self.free.pop() {
            Some(number) => {
                self.pools[number as usize] = Some(pool);
                number
            }
            None => {
                self.pools.push(Some(pool));
                u32::try_from(self.pools.len() - 1).expect("fewer than 2³² pools fit in memory")
            }
        };
        self.by_handle.insert(handle.clone(), number);
        number
    }

    fn reschedule(&mut self, key: PeKey, old: Option<Duration>, new: Option<Duration>) {
        if let Some(at) = old {
            self.expiry.remove(&(at, key));
        }
        if let Some(at) = new {
            self.expiry.insert((at, key));
        }
    }

    fn own(&mut self, home: ServerId, handle: &PoolHandle, identifier: PeIdentifier, key: PeKey) {
        let owner = self.owners.entry(home).or_default();
        owner.checksum.add(handle.as_octets(), identifier.0);
        owner.elements.insert(key);
    }

    fn disown(&mut self, home: ServerId, handle: &PoolHandle, pe: PeIdentifier, key: PeKey) {
        let Some(owner) = self.owners.get_mut(&home) else {
            return;
        };
        owner.checksum.remove(handle.as_octets(), pe.0);
        owner.elements.remove(&key);
        if owner.elements.is_empty() {
            self.owners.remove(&home);
        }
    }
}

#[cfg(test)]
mod tests;
