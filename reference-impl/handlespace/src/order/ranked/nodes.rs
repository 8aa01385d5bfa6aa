//! The nodes of the tree: insertion and removal of entries, splitting and joining.

use std::cmp::Reverse;

use super::{Ranked, Ranking};

/// Limit on the entries of a node.
pub(super) const FAN: usize = 64;

/// A node that falls below this many entries joins a neighbour, or shares with it.
const SCANT: usize = FAN / 8;

/// No node.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    len: u32,
    /// Number of entries of a leaf that are in order; those behind them are in the order of insertion.
    in_order: u32,
    parent: u32,
}

impl Node {
    pub(super) const EMPTY: Self = Self {
        len: 0,
        in_order: 0,
        parent: NONE,
    };

    #[cfg(test)]
    pub(super) fn parent(self) -> u32 {
        self.parent
    }
}

/// An entry of a branch is a [`Ranking`] too: bound and child.
impl<V: Copy + Default> Ranked<V> {
    pub(super) fn start(node: u32) -> usize {
        node as usize * FAN
    }

    pub(super) fn len(&self, node: u32) -> usize {
        self.nodes[node as usize].len as usize
    }

    fn set_len(&mut self, node: u32, len: usize) {
        let len = u32::try_from(len).expect("a node is small");
        self.nodes[node as usize].len = len;
        self.nodes[node as usize].in_order = len;
    }

    /// Puts a leaf's entries in order.
    pub(super) fn tidy(&mut self, leaf: u32) {
        let node = &mut self.nodes[leaf as usize];
        if node.in_order == node.len {
            return;
        }
        let late = (node.len - node.in_order) as usize;
        node.in_order = node.len;
        let start = Self::start(leaf);
        let entries = &mut self.entries[start..start + node.len as usize];
        // Of equal keys, the one inserted last goes before the others.
        entries.reverse();
        entries[late..].reverse();
        let origin = self.origin;
        entries.sort_by_key(|entry| Reverse(entry.key.wrapping_sub(origin)));
    }

    /// Appends an entry to a leaf with room; [`Self::tidy`] puts it in order later.
    pub(super) fn append(&mut self, leaf: u32, entry: Ranking<V>) {
        let node = &mut self.nodes[leaf as usize];
        self.entries[Self::start(leaf) + node.len as usize] = entry;
        node.len += 1;
        self.leaves[entry.slot as usize] = leaf;
    }

    /// Returns the index of an entry in its node.
    pub(super) fn place(&self, node: u32, id: u32) -> usize {
        let start = Self::start(node);
        let entries = &self.entries[start..start + self.len(node)];
        let place = entries.iter().position(|entry| entry.slot == id);
        place.expect("the table by slot names a node that holds the entry")
    }

    /// Returns the leaf whose keys follow those of this one.
    pub(super) fn leaf_behind(&self, leaf: u32) -> Option<u32> {
        let mut node = leaf;
        for climbed in 0..self.height {
            let parent = self.nodes[node as usize].parent;
            let place = self.place(parent, node);
            if place > 0 {
                let neighbour = self.entries[Self::start(parent) + place - 1].slot;
                return Some(self.last_below(neighbour, climbed));
            }
            node = parent;
        }
        None
    }

    fn last_below(&self, mut node: u32, levels: u32) -> u32 {
        for _ in 0..levels {
            node = self.entries[Self::start(node) + self.len(node) - 1].slot;
        }
        node
    }

    pub(super) fn enter(&mut self, node: u32, at: usize, entry: Ranking<V>, is_leaf: bool) {
        let (node, at) = if self.len(node) == FAN {
            self.split(node, at, entry.key, is_leaf)
        } else {
            (node, at)
        };
        let (start, len) = (Self::start(node), self.len(node));
        if self.entries.len() == start + len {
            self.make_room();
        }
        self.shift(start + at, start + at + 1, len - at);
        self.entries[start + at] = entry;
        self.set_len(node, len + 1);
        self.settle(node, at..at + 1, is_leaf);
    }

    /// Moves the higher half of a full node to a new one before it. Returns the place where an entry of this key,
    /// at first intended for `at`, is inserted instead.
    fn split(&mut self, node: u32, at: usize, key: u64, is_leaf: bool) -> (u32, usize) {
        // If entries are always inserted behind all others, full nodes stay full.
        let cut = if at == 0 { 0 } else { FAN / 2 };
        let new = self.new_node();
        let (from, to) = (Self::start(node), Self::start(new));
        self.shift(from, to, cut);
        self.shift(from + cut, from, FAN - cut);
        self.set_len(new, cut);
        self.set_len(node, FAN - cut);
        self.settle(new, 0..cut, is_leaf);
        if node == self.root {
            self.root = self.new_node();
            self.height += 1;
            self.entries[Self::start(self.root)].slot = node;
            self.set_len(self.root, 1);
            self.settle(self.root, 0..1, false);
        }
        let parent = self.nodes[node as usize].parent;
        let bound = Ranking {
            key: if cut == 0 {
                key
            } else {
                self.entries[to + cut - 1].key
            },
            slot: new,
            value: V::default(),
        };
        self.enter(parent, self.place(parent, node), bound, false);
        if at < cut.max(1) {
            (new, at)
        } else {
            (node, at - cut)
        }
    }

    /// Removes an entry from a leaf.
    pub(super) fn take_out(&mut self, leaf: u32, at: usize) {
        self.close_gap(leaf, at);
        // Selections use up the front leaf; it is removed when it is empty.
        let len = self.len(leaf);
        if len == 0 || (len < SCANT && leaf != self.front) {
            self.mend(leaf, true);
            self.front = self.last_below(self.root, self.height);
            self.tidy(self.front);
        }
    }

    fn close_gap(&mut self, node: u32, at: usize) {
        let (start, len) = (Self::start(node), self.len(node));
        self.shift(start + at + 1, start + at, len - at - 1);
        let node = &mut self.nodes[node as usize];
        node.len -= 1;
        if at < node.in_order as usize {
            node.in_order -= 1;
        }
    }

    /// Removes an empty node, or joins one with few entries with a neighbour; then does the same with its parent.
    fn mend(&mut self, node: u32, is_leaf: bool) {
        if node == self.root {
            if !is_leaf && self.len(node) == 1 {
                self.root = self.entries[Self::start(node)].slot;
                self.height -= 1;
                self.nodes[self.root as usize].parent = NONE;
                self.free.push(node);
                self.mend(self.root, self.height == 0);
            }
            return;
        }
        let parent = self.nodes[node as usize].parent;
        let place = self.place(parent, node);
        if self.len(node) == 0 {
            self.close_gap(parent, place);
            self.free.push(node);
        } else if self.len(parent) == 1 || !self.join(parent, place.saturating_sub(1), is_leaf) {
            return;
        }
        if self.len(parent) < SCANT {
            self.mend(parent, false);
        }
    }

    /// Joins the children at `place` and behind it if they fit into one node; else distributes their entries
    /// evenly. Returns true if it joined them.
    fn join(&mut self, parent: u32, place: usize, is_leaf: bool) -> bool {
        let index = Self::start(parent) + place;
        let (left, right) = (self.entries[index].slot, self.entries[index + 1].slot);
        if is_leaf {
            self.tidy(left);
            self.tidy(right);
        }
        let (left_len, right_len) = (self.len(left), self.len(right));
        let (left_start, right_start) = (Self::start(left), Self::start(right));
        let total = left_len + right_len;
        let fits = total <= FAN;
        // The direction that moves fewer entries: each slot that changes its leaf costs a read of a cold table.
        let left_share = match fits {
            true if left_len < right_len => 0,
            true => total,
            false => total / 2,
        };
        if left_share >= left_len {
            let moved = left_share - left_len;
            self.shift(right_start, left_start + left_len, moved);
            self.shift(right_start + moved, right_start, right_len - moved);
            self.settle(left, left_len..left_share, is_leaf);
        } else {
            let moved = left_len - left_share;
            self.shift(right_start, right_start + moved, right_len);
            self.shift(left_start + left_share, right_start, moved);
            self.settle(right, 0..moved, is_leaf);
        }
        self.set_len(left, left_share);
        self.set_len(right, total - left_share);
        if fits {
            let (full, empty) = if left_share > 0 {
                (left, right)
            } else {
                (right, left)
            };
            self.entries[index + 1].slot = full;
            self.free.push(empty);
            self.close_gap(parent, place);
        } else {
            self.entries[index].key = self.entries[left_start + left_share - 1].key;
        }
        fits
    }

    fn new_node(&mut self) -> u32 {
        let node = self.free.pop().unwrap_or_else(|| {
            self.nodes.push(Node::EMPTY);
            self.resize(self.nodes.len() * FAN);
            u32::try_from(self.nodes.len() - 1).expect("there are fewer nodes than slots")
        });
        self.nodes[node as usize] = Node::EMPTY;
        node
    }

    /// Grows the only leaf of a small pool, which has less than [`FAN`] entries of memory.
    fn make_room(&mut self) {
        self.resize((2 * self.entries.len()).clamp(4, FAN));
    }

    fn resize(&mut self, entries: usize) {
        let unused = Ranking {
            key: 0,
            slot: NONE,
            value: V::default(),
        };
        self.entries.resize(entries, unused);
    }

    fn shift(&mut self, from: usize, to: usize, count: usize) {
        if count > 0 {
            self.entries.copy_within(from..from + count, to);
        }
    }

    /// Records the node of the entries in the table by slot, or as the parent of the children.
    fn settle(&mut self, node: u32, entries: std::ops::Range<usize>, is_leaf: bool) {
        let start = Self::start(node);
        for &Ranking { slot: id, .. } in &self.entries[start + entries.start..start + entries.end] {
            if is_leaf {
                self.leaves[id as usize] = node;
            } else {
                self.nodes[id as usize].parent = node;
            }
        }
    }
}
