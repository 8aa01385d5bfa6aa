//! The order in which a pool's elements are selected: the nine policies of RFC 5356.
//!
//! | policy | structure | key or weight |
//! |---|---|---|
//! | RR, unknown | [`Ranked`] | none; the head moves on by one |
//! | WRR | [`Ranked`] | virtual time of the next entry in the circular list |
//! | PRIO | [`Ranked`] | priority, highest first |
//! | LU, LUD, PLU | [`Ranked`] | load; + counter × degradation; + degradation |
//! | RAND | [`Uniform`] | - |
//! | WRAND, RLU | [`Weighted`] | weight; 0xffffffff − load |
//!
//! A weight of 0 means "no service" (RFC 5356 §3.2): such a PE is left out as long as the pool has one
//! with a weight, and listed in turns when it has none.

mod ranked;
#[cfg(test)]
mod tests;
mod uniform;
mod weighted;

use ranked::{Ranked, Ranking};
use uniform::Uniform;
use weighted::Weighted;

/// Structure that a policy uses, and its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Discipline {
    RoundRobin,
    WeightedRoundRobin,
    Random,
    WeightedRandom,
    Priority,
    LeastUsed,
    LeastUsedDegradation,
    PriorityLeastUsed,
    RandomizedLeastUsed,
}

/// Values of one PE that its pool's policy reads; the other fields have no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) weight: u32,
    pub(crate) priority: u32,
    pub(crate) load: u32,
    pub(crate) load_degradation: u32,
}

/// Selection state of one pool.
#[derive(Debug)]
pub(crate) enum Order {
    Turns(Ranked),
    Stride(Stride),
    Priority(Ranked),
    LeastUsed(Ranked),
    LeastUsedDegradation(Degrading),
    PriorityLeastUsed(Ranked),
    Random(Uniform),
    WeightedRandom(Lottery),
    RandomizedLeastUsed(Lottery),
}

impl Order {
    pub(crate) fn new(discipline: Discipline) -> Self {
        match discipline {
            Discipline::RoundRobin => Self::Turns(Ranked::new()),
            Discipline::WeightedRoundRobin => Self::Stride(Stride::new()),
            Discipline::Random => Self::Random(Uniform::new()),
            Discipline::WeightedRandom => Self::WeightedRandom(Lottery::new()),
            Discipline::Priority => Self::Priority(Ranked::new()),
            Discipline::LeastUsed => Self::LeastUsed(Ranked::new()),
            Discipline::LeastUsedDegradation => Self::LeastUsedDegradation(Degrading::new()),
            Discipline::PriorityLeastUsed => Self::PriorityLeastUsed(Ranked::new()),
            Discipline::RandomizedLeastUsed => Self::RandomizedLeastUsed(Lottery::new()),
        }
    }

    /// Returns true if a registration changes the state even with unchanged values.
    pub(crate) fn counts_selections(&self) -> bool {
        matches!(self, Self::LeastUsedDegradation(_))
    }

    /// Adds a slot, or updates the values of an existing one.
    pub(crate) fn put(&mut self, slot: u32, terms: Terms) {
        match self {
            Self::Turns(ranked) => ranked.put(slot, 0, ()),
            Self::Stride(stride) => stride.put(slot, terms.weight),
            Self::Priority(ranked) => ranked.put(slot, u64::from(u32::MAX - terms.priority), ()),
            Self::LeastUsed(ranked) => ranked.put(slot, u64::from(terms.load), ()),
            Self::LeastUsedDegradation(degrading) => degrading.put(slot, terms),
            Self::PriorityLeastUsed(ranked) => {
                let sum = u64::from(terms.load) + u64::from(terms.load_degradation);
                ranked.put(slot, sum, ());
            }
            Self::Random(uniform) => uniform.insert(slot),
            Self::WeightedRandom(lottery) => lottery.put(slot, terms.weight),
            Self::RandomizedLeastUsed(lottery) => lottery.put(slot, u32::MAX - terms.load),
        }
    }

    pub(crate) fn remove(&mut self, slot: u32) {
        match self {
            Self::Turns(ranked)
            | Self::Priority(ranked)
            | Self::LeastUsed(ranked)
            | Self::PriorityLeastUsed(ranked) => ranked.remove(slot),
            Self::Stride(stride) => stride.remove(slot),
            Self::LeastUsedDegradation(degrading) => degrading.remove(slot),
            Self::Random(uniform) => uniform.remove(slot),
            Self::WeightedRandom(lottery) | Self::RandomizedLeastUsed(lottery) => {
                lottery.remove(slot);
            }
        }
    }

    /// Releases the memory of removed slots; those that are left are all below `slots`.
    pub(crate) fn give_back(&mut self, slots: usize) {
        match self {
            Self::Turns(ranked)
            | Self::Priority(ranked)
            | Self::LeastUsed(ranked)
            | Self::PriorityLeastUsed(ranked) => ranked.give_back(),
            Self::Stride(stride) => {
                stride.ranked.give_back();
                stride.idle.give_back();
            }
            Self::LeastUsedDegradation(degrading) => degrading.ranked.give_back(),
            Self::Random(uniform) => uniform.give_back(slots),
            Self::WeightedRandom(lottery) | Self::RandomizedLeastUsed(lottery) => {
                lottery.tickets.give_back(slots);
                lottery.idle.give_back();
            }
        }
    }

    /// Appends up to `count` different slots, the preferred one first, and advances the state.
    pub(crate) fn select(&mut self, count: usize, rng: &mut fastrand::Rng, out: &mut Vec<u32>) {
        match self {
            Self::Turns(ranked)
            | Self::Priority(ranked)
            | Self::LeastUsed(ranked)
            | Self::PriorityLeastUsed(ranked) => ranked.take_turns(count, out),
            Self::Stride(stride) => stride.select(count, out),
            Self::LeastUsedDegradation(degrading) => degrading.select(count, out),
            Self::Random(uniform) => uniform.sample(count, rng, out),
            Self::WeightedRandom(lottery) | Self::RandomizedLeastUsed(lottery) => {
                lottery.select(count, rng, out);
            }
        }
    }
}

/// WRR (RFC 5356 §4.2.2) without a stored circular list: on a line of virtual time each PE has an entry every
/// [`LAP`] / weight, the list is the entries in order of time, and the head's own next entry is inserted one
/// stride later. Counts follow the weights and entries of one PE are evenly spaced.
///
/// Time wraps around: no next entry is more than a lap away, so all of them count from `now` on.
#[derive(Debug)]
pub(crate) struct Stride {
    /// By virtual time of the next entry, with the weight.
    ranked: Ranked<u32>,
    /// Virtual time of the entry selected last.
    now: u64,
    idle: Ranked,
}

/// Virtual time in which a PE of weight 1 has one entry. Wide enough for the stride of the largest weight
/// to be exact to 2⁻³¹.
const LAP: u64 = 1 << 63;

impl Stride {
    fn new() -> Self {
        Self {
            ranked: Ranked::new(),
            now: 0,
            idle: Ranked::new(),
        }
    }

    fn put(&mut self, slot: u32, weight: u32) {
        if weight == 0 {
            self.ranked.remove(slot);
            self.idle.put(slot, 0, ());
            return;
        }
        self.idle.remove(slot);
        let wait = match self.ranked.get(slot) {
            Some(next) if next.value == weight => return,
            // The remaining fraction of its stride stays the same fraction of the new stride.
            Some(next) => {
                let wait = u128::from(next.key.wrapping_sub(self.now));
                let wait = wait * u128::from(next.value) / u128::from(weight);
                u64::try_from(wait).expect("it waits for a lap divided by the weight at most")
            }
            None => LAP / u64::from(weight) / 2,
        };
        self.ranked.put(slot, self.now.wrapping_add(wait), weight);
    }

    fn remove(&mut self, slot: u32) {
        self.ranked.remove(slot);
        self.idle.remove(slot);
    }

    fn select(&mut self, count: usize, out: &mut Vec<u32>) {
        if self.ranked.is_empty() {
            self.idle.take_turns(count, out);
            return;
        }
        let head = self.ranked.first().filter(|_| count > 0);
        self.ranked.walk(count, |ranking| out.push(ranking.slot));
        if let Some(head) = head {
            self.now = head.key;
            self.ranked.count_from(self.now);
            let stride = LAP / u64::from(head.value.max(1));
            self.ranked.requeue(Ranking {
                key: head.key.wrapping_add(stride),
                ..head
            });
        }
    }
}

/// LUD (RFC 5356 §5.2.2): every selection increments the counter, a registration resets it.
#[derive(Debug)]
pub(crate) struct Degrading {
    /// By load + counter × degradation, with the degradation, which the next selection adds.
    ranked: Ranked<u32>,
    /// Empty between calls; stored for its memory.
    chosen: Vec<Ranking<u32>>,
}

impl Degrading {
    fn new() -> Self {
        Self {
            ranked: Ranked::new(),
            chosen: Vec::new(),
        }
    }

    fn put(&mut self, slot: u32, terms: Terms) {
        self.ranked
            .put(slot, u64::from(terms.load), terms.load_degradation);
    }

    fn remove(&mut self, slot: u32) {
        self.ranked.remove(slot);
    }

    fn select(&mut self, count: usize, out: &mut Vec<u32>) {
        self.ranked.walk(count, |ranking| {
            self.chosen.push(ranking);
            out.push(ranking.slot);
        });
        // Of equal sums, the one in front moves last and so falls behind the others: round robin among
        // them, even where all of them were listed.
        for equals in self.chosen.chunk_by(|a, b| a.key == b.key) {
            let (front, others) = equals.split_first().expect("chunks are not empty");
            for &other in others.iter().filter(|other| other.value > 0) {
                self.ranked.requeue(degraded(other));
            }
            self.ranked.requeue(degraded(*front));
        }
        self.chosen.clear();
    }
}

/// Adds the degradation to the key. 2³² selections of the largest one do not reach the end of the range.
fn degraded(ranking: Ranking<u32>) -> Ranking<u32> {
    Ranking {
        key: ranking.key.saturating_add(u64::from(ranking.value)),
        ..ranking
    }
}

/// WRAND and RLU (RFC 5356 §4.4.2, §5.4.2): drawn in proportion to the weights.
#[derive(Debug)]
pub(crate) struct Lottery {
    tickets: Weighted,
    idle: Ranked,
}

impl Lottery {
    fn new() -> Self {
        Self {
            tickets: Weighted::new(),
            idle: Ranked::new(),
        }
    }

    fn put(&mut self, slot: u32, weight: u32) {
        self.tickets.set(slot, weight);
        if weight == 0 {
            self.idle.put(slot, 0, ());
        } else {
            self.idle.remove(slot);
        }
    }

    fn remove(&mut self, slot: u32) {
        self.tickets.set(slot, 0);
        self.idle.remove(slot);
    }

    fn select(&mut self, count: usize, rng: &mut fastrand::Rng, out: &mut Vec<u32>) {
        if self.tickets.total() == 0 {
            self.idle.take_turns(count, out);
        } else {
            self.tickets.sample(count, rng, out);
        }
    }
}
