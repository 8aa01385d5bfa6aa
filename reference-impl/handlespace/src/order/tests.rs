//! Every policy against a slow and simple model, over seeded random histories.

use std::collections::{BTreeMap, VecDeque};

use super::{Discipline, Order, Terms};

const NOTHING: Terms = Terms {
    weight: 1,
    priority: 0,
    load: 0,
    load_degradation: 0,
};

fn select(order: &mut Order, count: usize, rng: &mut fastrand::Rng) -> Vec<u32> {
    let mut out = Vec::new();
    order.select(count, rng, &mut out);
    out
}

/// Groups of equal key, each a queue: the list is the groups in order, and in each group that it touches
/// the first one goes to the end.
#[derive(Default)]
struct Queues {
    groups: BTreeMap<u64, VecDeque<u32>>,
}

impl Queues {
    fn key(&self, slot: u32) -> Option<u64> {
        let group = self
            .groups
            .iter()
            .find(|(_, queue)| queue.contains(&slot))?;
        Some(*group.0)
    }

    fn put(&mut self, slot: u32, key: u64) {
        if self.key(slot) != Some(key) {
            self.remove(slot);
            self.groups.entry(key).or_default().push_back(slot);
        }
    }

    fn remove(&mut self, slot: u32) {
        for queue in self.groups.values_mut() {
            queue.retain(|&other| other != slot);
        }
        self.groups.retain(|_, queue| !queue.is_empty());
    }

    fn select(&mut self, count: usize) -> Vec<u32> {
        let mut list = Vec::new();
        for queue in self.groups.values_mut() {
            if list.len() == count {
                break;
            }
            list.extend(queue.iter().take(count - list.len()));
            queue.rotate_left(1);
        }
        list
    }
}

fn against_queues(discipline: Discipline, key: impl Fn(Terms) -> u64) {
    for seed in 0..40 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut order = Order::new(discipline);
        let mut model = Queues::default();
        for _ in 0..400 {
            let slot = rng.u32(0..12);
            match rng.u8(0..6) {
                0..=1 => {
                    let terms = random_terms(&mut rng);
                    order.put(slot, terms);
                    model.put(slot, key(terms));
                }
                2 => {
                    order.remove(slot);
                    model.remove(slot);
                }
                _ => {
                    let count = rng.usize(1..6);
                    let expected = model.select(count);
                    assert_eq!(select(&mut order, count, &mut rng), expected, "seed {seed}");
                }
            }
        }
    }
}

/// Draws from few different values, so that ties are common, and both ends of the range.
fn random_terms(rng: &mut fastrand::Rng) -> Terms {
    let mut value = || [0, 1, 2, 0x8000_0000, u32::MAX][rng.usize(0..5)];
    Terms {
        weight: value(),
        priority: value(),
        load: value(),
        load_degradation: value(),
    }
}

#[test]
fn round_robin_is_a_rotating_queue() {
    against_queues(Discipline::RoundRobin, |_| 0);
}

#[test]
fn priority_lists_the_highest_first() {
    against_queues(Discipline::Priority, |terms| {
        u64::from(u32::MAX - terms.priority)
    });
}

#[test]
fn least_used_lists_the_lowest_load_first() {
    against_queues(Discipline::LeastUsed, |terms| u64::from(terms.load));
}

#[test]
fn priority_least_used_adds_the_degradation_without_wrapping() {
    against_queues(Discipline::PriorityLeastUsed, |terms| {
        u64::from(terms.load) + u64::from(terms.load_degradation)
    });
}

#[test]
fn degradation_counts_every_listed_element() {
    for seed in 0..40 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut order = Order::new(Discipline::LeastUsedDegradation);
        let mut model: BTreeMap<u32, (Terms, u64)> = BTreeMap::new();
        let sum = |&(terms, counter): &(Terms, u64)| {
            u64::from(terms.load) + counter * u64::from(terms.load_degradation)
        };
        for _ in 0..400 {
            let slot = rng.u32(0..12);
            match rng.u8(0..6) {
                0 => {
                    let terms = random_terms(&mut rng);
                    order.put(slot, terms);
                    model.insert(slot, (terms, 0));
                }
                1 => {
                    order.remove(slot);
                    model.remove(&slot);
                }
                _ => {
                    let count = rng.usize(1..6);
                    let list = select(&mut order, count, &mut rng);
                    let mut sums: Vec<u64> = model.values().map(sum).collect();
                    sums.sort_unstable();
                    sums.truncate(count);
                    let listed: Vec<u64> = list.iter().map(|slot| sum(&model[slot])).collect();
                    assert_eq!(listed, sums, "seed {seed}: the lowest sums, ascending");
                    assert_distinct(&list);
                    for slot in &list {
                        model.get_mut(slot).expect("listed slots exist").1 += 1;
                    }
                }
            }
        }
    }
}

#[test]
fn equal_sums_take_turns_even_when_all_are_listed() {
    let mut rng = fastrand::Rng::with_seed(1);
    let mut order = Order::new(Discipline::LeastUsedDegradation);
    for slot in 0..3 {
        order.put(
            slot,
            Terms {
                load_degradation: 5,
                ..NOTHING
            },
        );
    }
    let firsts: Vec<u32> = (0..6).map(|_| select(&mut order, 3, &mut rng)[0]).collect();
    assert_eq!(firsts, [0, 1, 2, 0, 1, 2]);
}

#[test]
fn weighted_round_robin_follows_the_weights_and_spaces_evenly() {
    for seed in 0..30 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut order = Order::new(Discipline::WeightedRoundRobin);
        let weights: Vec<u32> = (0..rng.usize(1..8)).map(|_| rng.u32(1..20)).collect();
        for (slot, &weight) in (0..).zip(&weights) {
            order.put(slot, Terms { weight, ..NOTHING });
        }
        let lap: usize = weights.iter().map(|&weight| weight as usize).sum();
        let firsts: Vec<u32> = (0..3 * lap)
            .map(|_| select(&mut order, 1, &mut rng)[0])
            .collect();
        for (slot, &weight) in (0..).zip(&weights) {
            let turns: Vec<usize> = (0..firsts.len())
                .filter(|&turn| firsts[turn] == slot)
                .collect();
            assert_eq!(
                turns.len(),
                3 * weight as usize,
                "seed {seed}, weights {weights:?}"
            );
            let widest = turns
                .windows(2)
                .map(|pair| pair[1] - pair[0])
                .max()
                .unwrap_or(0);
            let even = lap.div_ceil(weight as usize);
            assert!(
                widest <= even + weights.len(),
                "seed {seed}: gap {widest}, even {even}"
            );
        }
    }
}

#[test]
fn weighted_round_robin_with_equal_weights_is_round_robin() {
    let mut rng = fastrand::Rng::with_seed(1);
    let mut order = Order::new(Discipline::WeightedRoundRobin);
    for slot in 0..4 {
        order.put(slot, NOTHING);
    }
    let lists: Vec<Vec<u32>> = (0..5).map(|_| select(&mut order, 2, &mut rng)).collect();
    assert_eq!(lists, [[0, 1], [1, 2], [2, 3], [3, 0], [0, 1]]);
}

#[test]
fn a_changed_weight_counts_from_now_on() {
    let mut rng = fastrand::Rng::with_seed(1);
    let mut order = Order::new(Discipline::WeightedRoundRobin);
    order.put(
        0,
        Terms {
            weight: u32::MAX,
            ..NOTHING
        },
    );
    order.put(1, NOTHING);
    for _ in 0..1000 {
        assert_eq!(select(&mut order, 1, &mut rng), [0]);
    }
    order.put(0, NOTHING);
    let firsts: Vec<u32> = (0..10)
        .map(|_| select(&mut order, 1, &mut rng)[0])
        .collect();
    assert_eq!(
        firsts.iter().filter(|&&slot| slot == 0).count(),
        5,
        "{firsts:?}"
    );
}

#[test]
fn random_is_uniform_and_without_repeats() {
    for (slots, count) in [(40, 3), (40, 30), (5, 5), (3, 9)] {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut order = Order::new(Discipline::Random);
        for slot in 0..slots {
            order.put(slot, NOTHING);
        }
        let mut firsts = vec![0u32; slots as usize];
        for _ in 0..20_000 {
            let list = select(&mut order, count, &mut rng);
            assert_eq!(list.len(), count.min(slots as usize));
            assert_distinct(&list);
            firsts[list[0] as usize] += 1;
        }
        assert_fits(&firsts, &vec![1; slots as usize]);
    }
}

#[test]
fn weighted_random_follows_the_weights() {
    let weights: Vec<u32> = (0..100).map(|slot| slot % 7).collect();
    for count in [1, 3] {
        let mut rng = fastrand::Rng::with_seed(11);
        let mut order = Order::new(Discipline::WeightedRandom);
        for (slot, &weight) in (0..).zip(&weights) {
            order.put(slot, Terms { weight, ..NOTHING });
        }
        assert_fits(
            &first_counts(&mut order, weights.len(), count, &mut rng),
            &weights,
        );
    }
}

/// Checks the second pick, drawn as if the first one were not in the pool, and the twelfth of many.
#[test]
fn later_picks_follow_the_weights_of_those_left() {
    let weights = [1, 2, 3, 4];
    let mut rng = fastrand::Rng::with_seed(12);
    let mut order = Order::new(Discipline::WeightedRandom);
    for (slot, weight) in (0..).zip(weights) {
        order.put(slot, Terms { weight, ..NOTHING });
    }
    // 504 is divisible by each 10 - weight.
    let chances: Vec<u32> = (0..16)
        .map(|pair| (pair / 4, pair % 4))
        .map(|(first, second)| match first == second {
            true => 0,
            false => 504 / (10 - weights[first]) * weights[first] * weights[second],
        })
        .collect();
    let mut pairs = vec![0; 16];
    for _ in 0..40_000 {
        let list = select(&mut order, 2, &mut rng);
        pairs[(4 * list[0] + list[1]) as usize] += 1;
    }
    assert_fits(&pairs, &chances);

    let mut order = Order::new(Discipline::WeightedRandom);
    for slot in 0..24 {
        order.put(slot, NOTHING);
    }
    let mut twelfths = vec![0; 24];
    for _ in 0..20_000 {
        let list = select(&mut order, 12, &mut rng);
        assert_distinct(&list);
        twelfths[list[11] as usize] += 1;
    }
    assert_fits(&twelfths, &[1; 24]);
}

#[test]
fn randomized_least_used_follows_the_free_capacity() {
    let loads = [0, u32::MAX / 2, u32::MAX / 4 * 3, u32::MAX];
    let unloads: Vec<u32> = loads.iter().map(|load| (u32::MAX - load) >> 16).collect();
    let mut rng = fastrand::Rng::with_seed(13);
    let mut order = Order::new(Discipline::RandomizedLeastUsed);
    for (slot, load) in (0..).zip(loads) {
        order.put(slot, Terms { load, ..NOTHING });
    }
    assert_fits(
        &first_counts(&mut order, loads.len(), 2, &mut rng),
        &unloads,
    );
}

#[test]
fn weight_zero_is_served_only_if_all_weights_are_zero() {
    for discipline in [
        Discipline::WeightedRoundRobin,
        Discipline::WeightedRandom,
        Discipline::RandomizedLeastUsed,
    ] {
        let mut rng = fastrand::Rng::with_seed(17);
        let mut order = Order::new(discipline);
        let idle = Terms {
            weight: 0,
            load: u32::MAX,
            ..NOTHING
        };
        order.put(0, idle);
        order.put(1, idle);
        assert_eq!(select(&mut order, 5, &mut rng), [0, 1], "{discipline:?}");
        assert_eq!(select(&mut order, 1, &mut rng), [1], "{discipline:?}");
        order.put(2, NOTHING);
        assert_eq!(select(&mut order, 5, &mut rng), [2], "{discipline:?}");
        order.put(2, idle);
        order.remove(0);
        assert_eq!(select(&mut order, 5, &mut rng).len(), 2, "{discipline:?}");
    }
}

#[test]
fn the_largest_weights_do_not_wrap() {
    for discipline in [Discipline::WeightedRoundRobin, Discipline::WeightedRandom] {
        let mut rng = fastrand::Rng::with_seed(19);
        let mut order = Order::new(discipline);
        for slot in 0..1000 {
            order.put(
                slot,
                Terms {
                    weight: u32::MAX,
                    ..NOTHING
                },
            );
        }
        let mut seen = vec![0u32; 1000];
        for _ in 0..20_000 {
            seen[select(&mut order, 1, &mut rng)[0] as usize] += 1;
        }
        assert_fits(&seen, &vec![1; 1000]);
    }
}

fn first_counts(
    order: &mut Order,
    slots: usize,
    count: usize,
    rng: &mut fastrand::Rng,
) -> Vec<u32> {
    let mut firsts = vec![0; slots];
    for _ in 0..40_000 {
        let list = select(order, count, rng);
        assert_eq!(list.len(), count);
        assert_distinct(&list);
        firsts[list[0] as usize] += 1;
    }
    firsts
}

fn assert_distinct(list: &[u32]) {
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), list.len(), "{list:?} repeats");
}

/// Asserts that chi-square against the weights is below about five standard deviations above the mean.
fn assert_fits(counts: &[u32], weights: &[u32]) {
    let drawn: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    let total: f64 = weights.iter().map(|&weight| f64::from(weight)).sum();
    let mut chi_square = 0.0;
    let mut freedom: f64 = -1.0;
    for (&count, &weight) in counts.iter().zip(weights) {
        if weight == 0 {
            assert_eq!(count, 0, "a weight of 0 was drawn");
            continue;
        }
        let expected = drawn * f64::from(weight) / total;
        chi_square += (f64::from(count) - expected).powi(2) / expected;
        freedom += 1.0;
    }
    let limit = freedom + 5.0 * (2.0 * freedom.max(1.0)).sqrt();
    assert!(
        chi_square < limit,
        "chi-square {chi_square:.1} over {limit:.1}: {counts:?}"
    );
}
