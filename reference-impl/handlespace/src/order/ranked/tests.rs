//! The tree against a sorted list, large enough for branches above branches.

use super::nodes::FAN;
use super::{Ranked, Ranking};

/// Slots in order, found by linear search.
#[derive(Default)]
struct Model {
    list: Vec<Ranking<u32>>,
}

impl Model {
    fn remove(&mut self, slot: u32) -> Option<Ranking<u32>> {
        let at = self.list.iter().position(|other| other.slot == slot)?;
        Some(self.list.remove(at))
    }

    fn insert(&mut self, ranking: Ranking<u32>) {
        let at = self.list.partition_point(|other| other.key <= ranking.key);
        self.list.insert(at, ranking);
    }

    fn put(&mut self, new: Ranking<u32>) {
        let there = self.list.iter_mut().find(|other| other.slot == new.slot);
        match there {
            Some(there) if there.key == new.key => there.value = new.value,
            _ => {
                self.remove(new.slot);
                self.insert(new);
            }
        }
    }
}

fn first(ranked: &mut Ranked<u32>, count: usize) -> Vec<Ranking<u32>> {
    let mut list = Vec::new();
    ranked.walk(count, |ranking| list.push(ranking));
    list
}

/// Asserts that every entry is at the place in its table, that no node except the root is empty, and that no key
/// is outside its bounds.
fn check(ranked: &mut Ranked<u32>) {
    // A walk puts all leaves in order.
    let all = first(ranked, usize::MAX);
    assert!(all.is_sorted_by_key(|entry| entry.key.wrapping_sub(ranked.origin)));
    let ranked = &*ranked;
    let mut nodes = 0;
    check_below(
        ranked,
        ranked.root,
        ranked.height,
        (u64::MAX, None),
        &mut nodes,
    );
    assert_eq!(nodes + ranked.free.len(), ranked.nodes.len());
    assert!(ranked.height == 0 || ranked.len(ranked.root) > 1);
}

fn check_below(
    ranked: &Ranked<u32>,
    node: u32,
    levels: u32,
    (above, below): (u64, Option<u64>),
    nodes: &mut usize,
) {
    *nodes += 1;
    let len = ranked.len(node);
    assert!(len <= FAN && (len > 0 || node == ranked.root));
    let mut above = above;
    for at in 0..len {
        let Ranking { key, slot: id, .. } = ranked.ranking(node, at);
        let key = key.wrapping_sub(ranked.origin);
        if levels == 0 {
            assert!(below.is_none_or(|below| below <= key) && key <= above);
            assert_eq!(ranked.leaves[id as usize], node);
            above = key;
        } else {
            assert_eq!(ranked.nodes[id as usize].parent(), node);
            let bound = if at == len - 1 { below } else { Some(key) };
            if let Some(bound) = bound {
                assert!(bound == key && key <= above && below.is_none_or(|below| below <= key));
            }
            check_below(ranked, id, levels - 1, (above, bound), nodes);
            above = key;
        }
    }
}

fn random_key(rng: &mut fastrand::Rng, range: u64) -> u64 {
    // Both many equal keys and many different ones.
    rng.u64(0..range) * (u64::MAX / range)
}

fn history(seed: u64, slots: u32, range: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut ranked = Ranked::new();
    let mut model = Model::default();
    let mut tallest = 0;
    for step in 0..3 * slots {
        // Grows, changes, and shrinks to nothing.
        let phase = step / slots;
        let slot = rng.u32(0..slots);
        let ranking = Ranking {
            key: random_key(&mut rng, range),
            slot,
            value: step,
        };
        match rng.u8(0..8) {
            0 => {
                ranked.remove(slot);
                model.remove(slot);
            }
            1..=3 if phase > 0 => {
                if let Some(front) = model.list.first().copied() {
                    let key = front.key.saturating_add(ranking.key / 16);
                    let moved = Ranking { key, ..front };
                    ranked.requeue(moved);
                    model.remove(front.slot);
                    model.insert(moved);
                }
            }
            _ if phase < 2 => {
                ranked.put(slot, ranking.key, step);
                model.put(ranking);
            }
            _ => {
                let front = ranked.first().map(|front| front.slot);
                assert_eq!(front, model.list.first().map(|front| front.slot));
                for slot in front.into_iter().chain([slot]) {
                    ranked.remove(slot);
                    model.remove(slot);
                }
            }
        }
        assert_eq!(ranked.first().as_ref(), model.list.first());
        let count = rng.usize(0..4);
        if rng.u8(0..4) == 0 {
            let listed = first(&mut ranked, count);
            assert!(listed.iter().eq(model.list.iter().take(count)));
        }
        assert_eq!(ranked.is_empty(), model.list.is_empty());
        tallest = tallest.max(ranked.height);
        if step % 997 == 0 {
            assert_eq!(first(&mut ranked, usize::MAX), model.list, "seed {seed}");
            check(&mut ranked);
        }
    }
    assert!(slots < 6000 || tallest == 2, "the history is large enough");
    while let Some(front) = ranked.first() {
        assert_eq!(ranked.get(front.slot), Some(front));
        assert_eq!(model.remove(front.slot), Some(front));
        ranked.remove(front.slot);
    }
    check(&mut ranked);
    assert!(model.list.is_empty() && ranked.height == 0);
}

#[test]
fn histories_agree_with_a_sorted_list() {
    for seed in 0..4 {
        history(seed, 200, 1 << 40);
        history(seed, 700, 1);
        history(seed, 700, 5);
    }
    history(4, 6000, 1 << 40);
    history(5, 6000, 100);
}

#[test]
fn falling_and_rising_keys_fill_the_nodes() {
    for rising in [false, true] {
        let mut ranked = Ranked::new();
        for slot in 0..10_000u32 {
            let key = if rising { slot } else { 10_000 - slot };
            ranked.put(slot, u64::from(key), 0);
        }
        check(&mut ranked);
        let entries = ranked.nodes.len() * FAN;
        assert!(entries < 21_000, "{entries} entries of memory");
    }
}

#[test]
fn removed_slots_release_nodes() {
    let mut rng = fastrand::Rng::with_seed(3);
    let mut ranked = Ranked::new();
    for slot in 0..10_000 {
        ranked.put(slot, rng.u64(..), 0);
    }
    for slot in 0..10_000 {
        if slot % 50 != 0 {
            ranked.remove(slot);
        }
    }
    check(&mut ranked);
    let nodes = ranked.nodes.len() - ranked.free.len();
    assert!(nodes * FAN < 200 * 10, "{nodes} nodes for 200 slots");
}

#[test]
fn branches_join_and_split_again() {
    let mut rng = fastrand::Rng::with_seed(8);
    let mut ranked = Ranked::new();
    for slot in 0..20_000 {
        ranked.put(slot, rng.u64(..), 0);
    }
    assert_eq!(ranked.height, 2);
    for round in 0..6 {
        // Nearly all slots of a stretch are removed, alternately at random and from the front, then others enter.
        let low = rng.u64(0..1 << 63);
        let stretch = low..=low + (1 << 62);
        let leaving = first(&mut ranked, usize::MAX).into_iter();
        let mut leaving: Vec<u32> = leaving
            .filter(|entry| stretch.contains(&entry.key) && rng.u8(0..50) > 0)
            .map(|entry| entry.slot)
            .collect();
        if round % 2 == 0 {
            rng.shuffle(&mut leaving);
        }
        for (step, &slot) in leaving.iter().enumerate() {
            ranked.remove(slot);
            if step % 1000 == 0 {
                check(&mut ranked);
            }
        }
        check(&mut ranked);
        for slot in leaving {
            ranked.put(slot, rng.u64(..), 0);
        }
        check(&mut ranked);
        assert_eq!(first(&mut ranked, usize::MAX).len(), 20_000);
    }
}

#[test]
fn counting_wraps_around() {
    let mut rng = fastrand::Rng::with_seed(6);
    let mut ranked = Ranked::new();
    let mut model = Model::default();
    let mut now = 0u64;
    for slot in 0..5000 {
        let ranking = Ranking {
            key: rng.u64(0..1 << 63),
            slot,
            value: 0,
        };
        ranked.put(slot, ranking.key, 0);
        model.insert(ranking);
    }
    // The model's keys do not wrap: it counts from the key that was returned last.
    for step in 0..40_000 {
        let front = model.list.remove(0);
        assert_eq!(
            ranked.first().map(|r| r.slot),
            Some(front.slot),
            "step {step}"
        );
        for other in &mut model.list {
            other.key -= front.key;
        }
        now = now.wrapping_add(front.key);
        ranked.count_from(now);
        let key = rng.u64(0..1 << 63);
        model.insert(Ranking { key, ..front });
        ranked.requeue(Ranking {
            key: now.wrapping_add(key),
            ..front
        });
        if step % 4999 == 0 {
            check(&mut ranked);
        }
    }
}
