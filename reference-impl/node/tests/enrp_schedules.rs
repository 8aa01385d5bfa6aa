//! Random schedules of faults: once they stop, all registrars agree, and every PE that lives is registered once.

mod cluster;

use std::time::Duration;

use cluster::Cluster;
use rsp_transport::sim::Conditions;

const POOLS: [&str; 3] = ["EchoPool", "Web", "Calc5"];

/// A cluster of three or four, ten to thirty events, then quiet.
fn run(seed: u64) -> Result<(), String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let count = rng.usize(2..=4);
    let ids: Vec<u32> = (0..count).map(|_| rng.u32(1..)).collect();
    let mut cluster = Cluster::new(seed, &ids);
    if rng.bool() {
        cluster.net.conditions(Conditions {
            loss: 0.02,
            delay_min: Duration::from_millis(1),
            delay_max: Duration::from_millis(30),
            duplicate: 0.01,
            reorder: 0.05,
        });
    }
    for number in 0..count {
        let mentors: Vec<usize> = match number {
            0 => (1..count).filter(|_| rng.bool()).collect(),
            _ => (0..number)
                .filter(|&m| m == number - 1 || rng.bool())
                .collect(),
        };
        cluster.start_with(number, &mentors, |config| {
            config.enrp.max_table_elements = 3;
            config.enrp.peer_list_cycle = Duration::from_secs(60);
        });
        cluster.pass(Duration::from_millis(rng.u64(..8000)));
    }
    let mut next_pe = 1;
    for _ in 0..rng.usize(10..=30) {
        step(&mut cluster, &mut rng, &mut next_pe);
        let span = if rng.u8(..4) == 0 { 150_000 } else { 8000 };
        cluster.pass(Duration::from_millis(rng.u64(..span)));
    }
    cluster.net.conditions(Conditions::default());
    for a in 0..count {
        for b in 0..count {
            if a != b {
                cluster.partition(a, b, false);
            }
        }
        if cluster.nodes[a].driver.is_none() {
            cluster.nodes[a].id = rng.u32(1..);
            cluster.restart(a);
        }
    }
    // Two detections, a takeover with all its waits, two heartbeats, a life of a PE.
    cluster.pass_secs(700);
    cluster.check()?;
    cluster.check_pes()
}

fn step(cluster: &mut Cluster, rng: &mut fastrand::Rng, next_pe: &mut u32) {
    let count = cluster.nodes.len();
    let node = rng.usize(..count);
    let other = rng.usize(..count);
    let living: Vec<u32> = cluster.living_pes();
    match rng.u8(..12) {
        0..=4 => {
            let pool = POOLS[rng.usize(..POOLS.len())];
            cluster.add_pe(*next_pe, pool, node, rng.bool());
            *next_pe += 1;
        }
        5 if !living.is_empty() => cluster.deregister(living[rng.usize(..living.len())]),
        6 if !living.is_empty() => cluster.kill_pe(living[rng.usize(..living.len())]),
        7 | 8 => {
            if cluster.nodes[node].driver.is_some() {
                cluster.kill(node);
            } else {
                // The RFC's identifiers are new with each start; an administrator may have set one.
                if rng.bool() {
                    cluster.nodes[node].id = rng.u32(1..);
                }
                cluster.restart(node);
            }
        }
        9 if node != other => cluster.partition(node, other, true),
        10 if node != other => cluster.partition(node, other, false),
        _ => {}
    }
}

fn all(seeds: std::ops::Range<u64>) {
    let wrong: Vec<String> = seeds
        .filter_map(|seed| run(seed).err().map(|why| format!("seed {seed}: {why}")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn schedules_0_to_19() {
    all(0..20);
}

#[test]
fn schedules_20_to_39() {
    all(20..40);
}

#[test]
fn schedules_40_to_59() {
    all(40..60);
}
