//! Slots in ascending order of a key; slots of equal key take turns.

mod nodes;
#[cfg(test)]
mod tests;

use nodes::{FAN, NONE, Node};

/// An ordered list of slots as a B+ tree of wide nodes. Everything costs O(log n) per slot touched.
///
/// The cost of a selection in a large pool is the cold memory that it reads, so the tree is flat (a pool of
/// 100 000 has one level more than a pool of 100), a node is searched in a few neighbouring cache lines, and
/// the values that the policy needs of a selected slot are beside it as `V`, not in a table by slot.
///
/// Entries of a node are in *falling* order: the next one to select is the last of its leaf, where its removal
/// moves no other. A slot that is behind all others of its key is stored before them. A leaf is put in order
/// only when it is read. An entry for a leaf other than the front one is appended: that is one write, which
/// does not stall, while finding its place would take several reads of cold memory.
#[derive(Debug)]
pub(crate) struct Ranked<V = ()> {
    /// [`FAN`] to a node, unused ones included. In a leaf the slots. In a branch the children, each with its
    /// bound as key: no key under the child is lower, no key under a later child is higher. The bound of the
    /// last child is that of the branch. At the low end of the tree the bound has no meaning: each key that is
    /// lower than all other bounds goes there.
    entries: Vec<Ranking<V>>,
    nodes: Vec<Node>,
    free: Vec<u32>,
    /// The leaf that holds a slot, or [`NONE`].
    leaves: Vec<u32>,
    root: u32,
    /// Branches above a leaf.
    height: u32,
    /// The leaf with the lowest keys, always in order.
    front: u32,
    /// The lowest key; lower numbers are higher keys.
    origin: u64,
    /// Empty between calls; kept for its memory.
    turns: Vec<Ranking<V>>,
}

/// One slot with its key and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ranking<V> {
    pub(crate) key: u64,
    pub(crate) slot: u32,
    pub(crate) value: V,
}

/// Entries at the front that are searched for a slot before the table by slot: the slots that move were selected
/// just now, and the table of a large pool is cold.
const NEAR: usize = 4;

impl<V: Copy + Default> Ranked<V> {
    pub(crate) fn new() -> Self {
        Self {
            entries: Vec::new(),
            nodes: vec![Node::EMPTY],
            free: Vec::new(),
            leaves: Vec::new(),
            root: 0,
            height: 0,
            front: 0,
            origin: 0,
            turns: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len(self.front) == 0
    }

    pub(crate) fn get(&self, slot: u32) -> Option<Ranking<V>> {
        let (leaf, at) = self.find(slot)?;
        Some(self.ranking(leaf, at))
    }

    /// Puts a slot behind all others of this key. A slot that already has the key keeps its turn, so a
    /// re-registration neither gains nor loses one.
    pub(crate) fn put(&mut self, slot: u32, key: u64, value: V) {
        if let Some((leaf, at)) = self.find(slot) {
            let index = Self::start(leaf) + at;
            if self.entries[index].key == key {
                self.entries[index].value = value;
                return;
            }
            self.take_out(leaf, at);
        }
        self.insert(Ranking { key, slot, value });
    }

    pub(crate) fn remove(&mut self, slot: u32) {
        if let Some((leaf, at)) = self.find(slot) {
            self.take_out(leaf, at);
            self.leaves[slot as usize] = NONE;
        }
    }

    /// Builds the tree anew, in the same order, with only the memory that this takes.
    pub(crate) fn give_back(&mut self) {
        let mut anew = Self::new();
        anew.origin = self.origin;
        self.walk(usize::MAX, |Ranking { key, slot, value }| {
            anew.put(slot, key, value);
        });
        *self = anew;
    }

    /// Passes the first `count` slots to `show`.
    pub(crate) fn walk(&mut self, count: usize, mut show: impl FnMut(Ranking<V>)) {
        let mut wanted = count;
        let mut leaf = self.front;
        loop {
            self.tidy(leaf);
            let start = Self::start(leaf);
            let entries = &self.entries[start..start + self.len(leaf)];
            for &ranking in entries.iter().rev().take(wanted) {
                show(ranking);
            }
            wanted = wanted.saturating_sub(entries.len());
            if wanted == 0 {
                return;
            }
            match self.leaf_behind(leaf) {
                Some(behind) => leaf = behind,
                None => return,
            }
        }
    }

    pub(crate) fn first(&self) -> Option<Ranking<V>> {
        let last = self.len(self.front).checked_sub(1)?;
        Some(self.entries[Self::start(self.front) + last])
    }

    /// Moves an existing slot behind all others of this key, even if it has the key already.
    pub(crate) fn requeue(&mut self, ranking: Ranking<V>) {
        let (leaf, at) = self
            .find_near(ranking.slot)
            .or_else(|| self.find(ranking.slot))
            .expect("only an existing slot is moved");
        self.take_out(leaf, at);
        self.insert(ranking);
    }

    /// Lists the first `count` slots. Of each key among them, the one in front goes behind its equals, so that
    /// the next list begins with another one (RFC 5356 §4.1.2, §5.1.2).
    pub(crate) fn take_turns(&mut self, count: usize, out: &mut Vec<u32>) {
        let mut turns = std::mem::take(&mut self.turns);
        let mut before: Option<(Ranking<V>, bool)> = None;
        let mut wanted = count;
        // Reads one more than requested, to see if the front has equals to go behind.
        self.walk(count.saturating_add(1), |ranking| {
            let mut is_front = true;
            if let Some((other, other_is_front)) = before
                && other.key == ranking.key
            {
                is_front = false;
                if other_is_front {
                    turns.push(other);
                }
            }
            if wanted > 0 {
                wanted -= 1;
                out.push(ranking.slot);
            }
            before = Some((ranking, is_front));
        });
        for front in turns.drain(..) {
            self.requeue(front);
        }
        self.turns = turns;
    }

    /// Makes keys count from `origin` on, wrapping around. The order of all keys must stay the same.
    pub(crate) fn count_from(&mut self, origin: u64) {
        self.origin = origin;
    }

    fn ranking(&self, leaf: u32, at: usize) -> Ranking<V> {
        self.entries[Self::start(leaf) + at]
    }

    fn find(&self, slot: u32) -> Option<(u32, usize)> {
        let leaf = *self.leaves.get(slot as usize)?;
        (leaf != NONE).then(|| (leaf, self.place(leaf, slot)))
    }

    fn find_near(&self, slot: u32) -> Option<(u32, usize)> {
        let len = self.len(self.front);
        let near = len.saturating_sub(NEAR)..len;
        let start = Self::start(self.front);
        let at = near
            .rev()
            .find(|&at| self.entries[start + at].slot == slot)?;
        Some((self.front, at))
    }

    fn insert(&mut self, ranking: Ranking<V>) {
        let index = ranking.slot as usize;
        if self.leaves.len() <= index {
            self.leaves.resize(index + 1, NONE);
        }
        let mut node = self.root;
        for _ in 0..self.height {
            let at = self.higher(node, self.len(node) - 1, ranking.key);
            node = self.entries[Self::start(node) + at].slot;
        }
        if node != self.front && self.len(node) < FAN {
            self.append(node, ranking);
            return;
        }
        self.tidy(node);
        let at = self.higher(node, self.len(node), ranking.key);
        self.enter(node, at, ranking, true);
    }

    /// Counts the keys higher than `key` among the first `len` of a node in order.
    ///
    /// The search has three steps of three comparisons each, which do not depend on each other: those of a step
    /// wait for memory together, so a large pool waits less often than in a bisection.
    fn higher(&self, node: u32, len: usize, key: u64) -> usize {
        let start = Self::start(node);
        let entries = &self.entries[start..start + len];
        let key = key.wrapping_sub(self.origin);
        let is_higher = |at: usize| {
            entries
                .get(at)
                .is_some_and(|other| other.key.wrapping_sub(self.origin) > key)
        };
        // A slot that had its turn goes behind all others of its key: no search if there are none.
        if !is_higher(0) {
            return 0;
        }
        let mut count = 0;
        for step in [FAN / 4, FAN / 16, FAN / 64] {
            let after = |n| usize::from(is_higher(count + n * step - 1));
            count += step * (after(1) + after(2) + after(3));
        }
        count + usize::from(is_higher(count))
    }
}
