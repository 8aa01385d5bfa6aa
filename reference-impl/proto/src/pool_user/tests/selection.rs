//! The choice of each policy at the pool user.

use super::*;

/// Returns the PEs preferred by this many requests, one after the other, from one answer.
fn preferred(list: HandleResolutionResponse, requests: u64) -> Vec<u32> {
    let (mut world, home) = World::at_home(|_| {});
    let mut chosen = Vec::new();
    for request in 0..requests {
        world.resolve(request, "p");
        if request == 0 {
            world.deliver(home, list.clone());
        }
        for event in world.events() {
            if let Event::Resolved { preferred, .. } = event {
                chosen.push(preferred.0);
            }
        }
    }
    assert_eq!(chosen.len() as u64, requests);
    chosen
}

/// Returns a pool whose policy is that of its first PE.
fn pool(elements: Vec<PoolElement>) -> HandleResolutionResponse {
    let policy = elements[0].policy.clone();
    HandleResolutionResponse::new("p".into(), Some(policy), elements)
}

fn counts(chosen: &[u32], pes: &[u32]) -> Vec<usize> {
    let count = |pe| chosen.iter().filter(|&&c| c == pe).count();
    assert!(chosen.iter().all(|c| pes.contains(c)), "{chosen:?}");
    pes.iter().map(|&pe| count(pe)).collect()
}

#[test]
fn round_robin_takes_turns_from_the_first_on() {
    for policy in [None, Some(Policy::RoundRobin)] {
        let chosen = preferred(list("p", policy, &[7, 5, 6]), 5);
        assert_eq!(chosen, [7, 5, 6, 7, 5]);
    }
}

#[test]
fn a_new_list_is_begun_with_its_first() {
    let (mut world, home) = World::at_home(|_| {});
    world.watch(9, "p");
    for _ in 0..2 {
        world.deliver(home, update("p", &[5, 6, 7]));
        world.events();
        world.resolve(1, "p");
        let events = world.events();
        assert!(matches!(&events[0], Event::Resolved { preferred, .. } if preferred.0 == 5));
    }
}

#[test]
fn weighted_round_robin_takes_turns_and_leaves_weight_0_out() {
    let weighted = |pe, weight| element(pe, Policy::WeightedRoundRobin { weight });
    // The registrar may list a PE more than once.
    let elements = vec![
        weighted(5, 2),
        weighted(6, 1),
        weighted(5, 2),
        weighted(7, 0),
    ];
    assert_eq!(preferred(pool(elements), 4), [5, 6, 5, 5]);
    let elements = vec![weighted(5, 0), weighted(6, 0)];
    assert_eq!(preferred(pool(elements), 3), [5, 6, 5]);
}

#[test]
fn undefined_policy_takes_turns() {
    let policy = Policy::Other {
        policy_type: rsp_wire::PolicyType(0x8000_0001),
        data: [1, 2, 3].into(),
    };
    assert_eq!(preferred(list("p", Some(policy), &[5, 6]), 3), [5, 6, 5]);
}

#[test]
fn random_gives_equal_chances() {
    let chosen = preferred(list("p", Some(Policy::Random), &[5, 6, 7, 8]), 4000);
    let counts = counts(&chosen, &[5, 6, 7, 8]);
    assert!(counts.iter().all(|c| (850..1150).contains(c)), "{counts:?}");
}

#[test]
fn weighted_random_and_randomized_least_used_give_equal_chances_except_for_no_service() {
    let weighted = |pe, weight| element(pe, Policy::WeightedRandom { weight });
    let elements = vec![weighted(5, 1), weighted(6, 1000), weighted(7, 0)];
    let counted = counts(&preferred(pool(elements), 2000), &[5, 6]);
    assert!(
        counted.iter().all(|c| (850..1150).contains(c)),
        "{counted:?}"
    );

    let loaded = |pe, load| element(pe, Policy::RandomizedLeastUsed { load });
    let elements = vec![loaded(5, 0), loaded(6, u32::MAX - 1), loaded(7, u32::MAX)];
    let counted = counts(&preferred(pool(elements), 2000), &[5, 6]);
    assert!(
        counted.iter().all(|c| (850..1150).contains(c)),
        "{counted:?}"
    );

    // Sums of 0, by which the RFC's text would divide.
    let zero_weights = [
        vec![weighted(5, 0), weighted(6, 0)],
        vec![loaded(5, u32::MAX), loaded(6, u32::MAX)],
    ];
    for elements in zero_weights {
        let counted = counts(&preferred(pool(elements), 1000), &[5, 6]);
        assert!(
            counted.iter().all(|c| (400..600).contains(c)),
            "{counted:?}"
        );
    }
}

#[test]
fn priority_takes_the_highest() {
    let ranked = |pe, priority| element(pe, Policy::Priority { priority });
    let elements = vec![
        ranked(5, 1),
        ranked(6, u32::MAX),
        ranked(7, u32::MAX),
        ranked(8, 0),
    ];
    assert_eq!(preferred(pool(elements), 3), [6, 6, 6]);
}

#[test]
fn a_pe_of_another_policy_has_the_lowest_priority() {
    let other = element(5, Policy::LeastUsed { load: 0 });
    let mut list = pool(vec![
        element(6, Policy::Priority { priority: 1 }),
        other.clone(),
    ]);
    assert_eq!(preferred(list.clone(), 1), [6]);
    list.pool_elements = vec![other];
    assert_eq!(preferred(list, 1), [5]);
}

#[test]
fn the_policy_of_the_pes_is_not_that_of_the_pool() {
    // No policy in the answer means Round Robin, whatever policies the PEs have (RFC 5352 §2.2.6).
    let ranked = |pe, priority| element(pe, Policy::Priority { priority });
    let elements = vec![ranked(5, 1), ranked(6, 9)];
    let list = HandleResolutionResponse::new("p".into(), None, elements);
    assert_eq!(preferred(list, 3), [5, 6, 5]);
}

#[test]
fn least_used_policies_take_the_first() {
    let (load, load_degradation) = (9, 1);
    for policy in [
        Policy::LeastUsed { load },
        Policy::LeastUsedDegradation {
            load,
            load_degradation,
        },
        Policy::PriorityLeastUsed {
            load,
            load_degradation,
        },
    ] {
        assert_eq!(preferred(list("p", Some(policy), &[7, 5, 6]), 3), [7, 7, 7]);
    }
}

#[test]
fn the_same_seed_chooses_the_same() {
    let random = || preferred(list("p", Some(Policy::Random), &[5, 6, 7, 8]), 100);
    assert_eq!(random(), random());
}
