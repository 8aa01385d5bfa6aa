//! The handlespace of a registrar: pools, their elements with owner and expiry, and the selection of elements
//! for a pool user (RFC 5352 §3, RFC 5353 §3.6, RFC 5356).
//!
//! It sends nothing and has no clock: `now` and the random numbers are arguments, so the same calls give the
//! same handlespace. It enforces its [`Limits`]. The caller accepts or rejects a registration, with the help of
//! [`Handlespace::mismatches`].
//!
//! Cost: finding, adding, replacing, removing and selecting are at most O(log n) in the number of elements; only
//! the iterators visit a whole pool. Elements are stored in octets, as they are sent.
//!
//! Enter at [`Handlespace`].

mod checksum;
mod expiry;
mod hash;
mod order;
mod pool;

pub use checksum::PeChecksum;
/// Random numbers for selection; seeded by the caller.
pub use fastrand::Rng;
pub use pool::{Mismatch, Pool, Selection};

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use rsp_wire::{EncodedElement, PeIdentifier, Policy, PoolElement, PoolHandle, ServerId};

use expiry::{Agenda, Moment};
use hash::Seeded;
use pool::Member;

/// Place of a pool element in a [`Handlespace`]: valid until the element is removed, then used again for another
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeKey {
    pool: u32,
    slot: u32,
}

impl PeKey {
    /// Returns a key less than or equal to those of all elements in the same pool.
    pub fn first_of_pool(self) -> Self {
        Self { slot: 0, ..self }
    }

    /// Returns a key greater than or equal to those of all elements in the same pool.
    pub fn last_of_pool(self) -> Self {
        Self {
            slot: u32::MAX,
            ..self
        }
    }
}

/// Limits on the size of a handlespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pools.
    pub pools: usize,
    /// Elements of all pools.
    pub pool_elements: usize,
    /// Elements of one pool.
    pub pool_elements_per_pool: usize,
}

/// Error of a registration that a limit refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The limit on pools is reached.
    Pools,
    /// The limit on elements is reached, or the slots of all pools (empty ones included) number twice that limit.
    PoolElements,
    /// The limit on elements of one pool is reached.
    Pool,
    /// The element is longer than its Length field can express.
    Element,
}

/// Result of [`Handlespace::put`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// The element is new.
    Added(PeKey),
    /// The element replaced `old`.
    Replaced {
        /// Its place, which is unchanged.
        key: PeKey,
        /// The element before.
        old: EncodedElement,
    },
}

impl Put {
    /// Returns the element's place.
    pub fn key(&self) -> PeKey {
        match self {
            Self::Added(key) | Self::Replaced { key, .. } => *key,
        }
    }
}

/// Element that [`Handlespace::remove`] removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The pool.
    pub handle: PoolHandle,
    /// The element.
    pub element: EncodedElement,
    /// True if it was the last one, so that the pool is gone too (RFC 5352 §3.2).
    pub pool_is_gone: bool,
}

/// Pools and pool elements.
#[derive(Debug)]
pub struct Handlespace {
    limits: Limits,
    pools: Vec<Option<Pool>>,
    free: Vec<u32>,
    by_handle: HashMap<PoolHandle, u32, Seeded>,
    hash: Seeded,
    agenda: Agenda,
    owners: BTreeMap<ServerId, Owner>,
    len: usize,
    /// Number of slots in all pools that take memory, in use or not.
    slots: usize,
    /// Slots selected last; stored for its memory.
    chosen: Vec<u32>,
    /// An element while it is encoded; stored for its memory.
    octets: Vec<u8>,
}

/// Elements that one registrar owns.
#[derive(Debug, Default)]
struct Owner {
    checksum: PeChecksum,
    elements: BTreeSet<PeKey>,
}

impl Handlespace {
    /// Returns an empty handlespace.
    pub fn new(limits: Limits) -> Self {
        Self::seeded(limits, 0)
    }

    /// Returns an empty handlespace whose tables are hashed with a seed that peers do not know. Only the time that
    /// calls take depends on it.
    pub fn seeded(limits: Limits, seed: u64) -> Self {
        let hash = Seeded::new(seed);
        Self {
            limits,
            pools: Vec::new(),
            free: Vec::new(),
            by_handle: HashMap::with_hasher(hash),
            hash,
            agenda: Agenda::default(),
            owners: BTreeMap::new(),
            len: 0,
            slots: 0,
            chosen: Vec::new(),
            octets: Vec::new(),
        }
    }

    /// Counts the elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns true if there is no element, and so no pool.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Counts the pools.
    pub fn pool_count(&self) -> usize {
        self.by_handle.len()
    }

    /// Returns the registrars that own elements, each with the number of elements and their PE checksum.
    pub fn owners(&self) -> impl Iterator<Item = (ServerId, usize, u16)> + '_ {
        let owners = self.owners.iter();
        owners.map(|(&id, owner)| (id, owner.elements.len(), owner.checksum.value()))
    }

    /// Returns the end of the registration life of the element at a place; `None` if the place is empty or the
    /// life is unlimited.
    pub fn expires(&self, key: PeKey) -> Option<Duration> {
        self.pools
            .get(key.pool as usize)?
            .as_ref()?
            .expires(key.slot)
    }

    /// Returns the pools in the order of their handles. Sorts them, which costs O(n log n).
    pub fn pools(&self) -> impl Iterator<Item = &Pool> {
        let mut pools: Vec<&Pool> = self.pools.iter().flatten().collect();
        pools.sort_unstable_by_key(|pool| pool.handle());
        pools.into_iter()
    }

    /// Returns up to `count` pools, the first in the order of their handles. Visits each pool once.
    pub fn first_pools(&self, count: usize) -> Vec<&Pool> {
        if count == 0 {
            return Vec::new();
        }
        let mut pools: Vec<&Pool> = self.pools.iter().flatten().collect();
        if count < pools.len() {
            pools.select_nth_unstable_by_key(count, |pool| pool.handle());
            pools.truncate(count);
        }
        pools.sort_unstable_by_key(|pool| pool.handle());
        pools
    }

    /// Returns the pool of this handle.
    pub fn pool(&self, handle: &[u8]) -> Option<&Pool> {
        self.by_handle.get(handle).map(|&pool| self.at(pool))
    }

    /// Returns the place of an element.
    pub fn find(&self, handle: &[u8], identifier: PeIdentifier) -> Option<PeKey> {
        let &pool = self.by_handle.get(handle)?;
        let slot = self.at(pool).find(identifier)?;
        Some(PeKey { pool, slot })
    }

    /// Returns the element at a place, decoded.
    pub fn element(&self, key: PeKey) -> Option<PoolElement> {
        self.encoded(key).map(EncodedElement::decode)
    }

    /// Returns the element at a place, as it is stored.
    pub fn encoded(&self, key: PeKey) -> Option<&EncodedElement> {
        self.pools
            .get(key.pool as usize)?
            .as_ref()?
            .element(key.slot)
    }

    /// Returns the handle of the pool to which a place belongs.
    pub fn handle(&self, key: PeKey) -> Option<&PoolHandle> {
        self.pools
            .get(key.pool as usize)?
            .as_ref()
            .map(Pool::handle)
    }

    /// Returns the properties in which an element differs from the pool of `handle` (RFC 5352 §3.1 rules 2 and
    /// 3); none if there is no such pool yet.
    pub fn mismatches(&self, handle: &[u8], element: &PoolElement) -> Vec<Mismatch> {
        self.pool(handle)
            .map_or_else(Vec::new, |pool| pool.mismatches(element))
    }

    /// Encodes an element and puts it like [`Self::put_encoded`].
    ///
    /// # Errors
    /// If a limit is reached, or the element is too long. The handlespace is unchanged then.
    pub fn put(
        &mut self,
        handle: &PoolHandle,
        element: PoolElement,
        now: Duration,
    ) -> Result<Put, Full> {
        let encoded = EncodedElement::new_with(&element, &mut self.octets);
        let encoded = encoded.map_err(|_too_long| Full::Element)?;
        self.put_encoded(handle, encoded, &element.policy, now)
    }

    /// Adds an element of this policy, or replaces the one of the same identifier. The first element of a pool makes
    /// the pool and decides its policy, transport type and transport use. The registration life runs from `now`.
    ///
    /// # Errors
    /// If a limit is reached. The handlespace is unchanged then.
    pub fn put_encoded(
        &mut self,
        handle: &PoolHandle,
        element: EncodedElement,
        policy: &Policy,
        now: Duration,
    ) -> Result<Put, Full> {
        let life = element.life().duration();
        let ends = life.map_or(Moment::NEVER, |life| Moment::at(now.saturating_add(life)));
        let (identifier, home) = (element.identifier(), element.home());
        if let Some(key) = self.find(handle.as_octets(), identifier) {
            let pool = self.at_mut(key.pool);
            let old = pool.replace(key.slot, element, policy, ends);
            self.schedule(key);
            if old.home() != home {
                self.disown(old.home(), handle, identifier, key);
                self.own(home, handle, identifier, key);
            }
            return Ok(Put::Replaced { key, old });
        }
        if self.len >= self.limits.pool_elements {
            return Err(Full::PoolElements);
        }
        let pool = match self.by_handle.get(handle) {
            Some(&pool) if self.at(pool).len() >= self.limits.pool_elements_per_pool => {
                return Err(Full::Pool);
            }
            Some(&pool) if self.lacks_slots(self.at(pool)) => return Err(Full::PoolElements),
            Some(&pool) => pool,
            None if self.slots >= self.most_slots() => return Err(Full::PoolElements),
            None if self.by_handle.len() >= self.limits.pools => return Err(Full::Pools),
            None => self.make_pool(handle, &element.decode()),
        };
        let before = self.at(pool).slot_count();
        let slot = self.at_mut(pool).add(element, policy, ends);
        self.slots += self.at(pool).slot_count() - before;
        let key = PeKey { pool, slot };
        self.schedule(key);
        self.own(home, handle, identifier, key);
        self.len += 1;
        Ok(Put::Added(key))
    }

    /// Makes `home` the Home of an element and begins its registration life anew at `now`. Returns the handle of its
    /// pool and the element; none if there is no element at this place.
    pub fn renew(
        &mut self,
        key: PeKey,
        home: ServerId,
        now: Duration,
    ) -> Option<(PoolHandle, EncodedElement)> {
        let handle = self.handle(key)?.clone();
        let mut element = self.encoded(key)?.clone();
        element.set_home(home);
        let policy = element.decode().policy;
        let put = self.put_encoded(&handle, element.clone(), &policy, now);
        debug_assert!(put.is_ok(), "there is room for an element that is replaced");
        Some((handle, element))
    }

    /// Removes an element, and its pool with the last one.
    pub fn remove(&mut self, key: PeKey) -> Option<Removed> {
        let pool = self.pools.get_mut(key.pool as usize)?.as_mut()?;
        let handle = pool.handle().clone();
        let before = pool.slot_count();
        let Member { element, mut life } = pool.remove(key.slot)?;
        self.slots -= before - pool.slot_count();
        let pool_is_gone = pool.is_empty();
        if pool_is_gone {
            self.pools[key.pool as usize] = None;
            self.free.push(key.pool);
            self.by_handle.remove(&handle);
        }
        self.agenda.drop(key, &mut life);
        self.keep_agenda_true();
        self.disown(element.home(), &handle, element.identifier(), key);
        self.len -= 1;
        Some(Removed {
            handle,
            element,
            pool_is_gone,
        })
    }

    /// Returns the end of the registration life that ends next.
    pub fn next_expiry(&self) -> Option<Duration> {
        self.agenda.first().map(|(ends, _)| ends.time())
    }

    /// Returns an element whose registration life has ended, the earliest first.
    pub fn expired(&self, now: Duration) -> Option<PeKey> {
        let (ends, key) = self.agenda.first()?;
        (ends <= Moment::at(now)).then_some(key)
    }

    /// Selects up to `count` different elements of a pool, ordered by its policy, and advances the policy's state.
    /// Returns `None` if there is no such pool.
    pub fn select(&mut self, handle: &[u8], count: usize, rng: &mut Rng) -> Option<Selection<'_>> {
        let &pool = self.by_handle.get(handle)?;
        let pool = self.pools[pool as usize].as_mut()?;
        Some(pool.select(count, rng, &mut self.chosen))
    }

    /// Returns the PE checksum over the elements that a registrar owns (RFC 5353 §3.6.2).
    pub fn checksum(&self, home: ServerId) -> u16 {
        self.owners
            .get(&home)
            .map_or_else(PeChecksum::default, |owner| owner.checksum)
            .value()
    }

    /// Returns the places of the elements that a registrar owns, pool by pool, from `after` on (for tables sent in
    /// parts).
    pub fn owned(&self, home: ServerId, after: Option<PeKey>) -> impl Iterator<Item = PeKey> + '_ {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        self.owners
            .get(&home)
            .into_iter()
            .flat_map(move |owner| owner.elements.range((from, Unbounded)).copied())
    }

    /// Returns the places of a pool's elements, in an order without meaning.
    pub fn places(&self, handle: &[u8]) -> impl Iterator<Item = PeKey> + '_ {
        let pool = self.by_handle.get(handle).copied();
        pool.into_iter().flat_map(|pool| {
            let slots = self.at(pool).slots_from(0);
            slots.map(move |slot| PeKey { pool, slot })
        })
    }

    /// Returns all places, pool by pool, from `after` on (for tables sent in parts).
    ///
    /// # Panics
    /// If there are 2³² pools, which fit in no memory.
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

    /// Returns true if one more element in this pool takes a slot more than allowed.
    fn lacks_slots(&self, pool: &Pool) -> bool {
        pool.slot_count() == pool.len() && self.slots >= self.most_slots()
    }

    /// Returns the limit on slots, in use or empty. Without it, a PE that registers in one pool after another would
    /// leave empty slots behind in each.
    fn most_slots(&self) -> usize {
        self.limits.pool_elements.saturating_mul(2)
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
        let pool = Pool::new(handle.clone(), first, self.hash);
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

    fn schedule(&mut self, key: PeKey) {
        if let Some(pool) = &mut self.pools[key.pool as usize]
            && let Some(member) = pool.member_mut(key.slot)
        {
            self.agenda.list(key, &mut member.life);
        }
        self.keep_agenda_true();
    }

    /// Lists anew the lives at the head of the agenda that were prolonged.
    fn keep_agenda_true(&mut self) {
        while let Some((listed, key)) = self.agenda.first()
            && let Some(pool) = &mut self.pools[key.pool as usize]
            && let Some(member) = pool.member_mut(key.slot)
            && member.life.ends != listed
        {
            self.agenda.relist(key, &mut member.life);
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
