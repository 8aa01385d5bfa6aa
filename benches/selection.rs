//! Selection of 1 and 3 pool elements from pools of 100, 1 000 and 100 000, for every policy of RFC 5356:
//! `select` is the handlespace's part alone, `resolve` a HANDLE_RESOLUTION through the registrar's engine,
//! from the request's octets to the response's.
//!
//! The aim: a pool of 100 000 costs at most twice as much as a pool of 100.
//!
//! A new pool favours caches and has its elements in the order of registration. So the pools of `select` are used
//! before they are measured: elements register and de-register in random order, re-register with other values, and
//! are selected so often that every policy has worked through all of them. Each selection measured is the next one
//! of that sequence, with new random numbers.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rsp_benches::pools::{
    HANDLE, MakePolicy, POLICIES, drain, element, message_over, octets, registrar,
};
use rsp_handlespace::{Handlespace, Limits, Pool, Rng};
use rsp_proto::registrar::{Config, Reach};
use rsp_wire::asap::HandleResolution;
use rsp_wire::{PeIdentifier, Policy, PoolHandle};

const SIZES: [u32; 3] = [100, 1_000, 100_000];
const COUNTS: [usize; 2] = [1, 3];

/// Selections per element before measuring. LUD is the slowest to become steady: its counters start at 0 and
/// must raise all elements to the highest load, 2³², by half of 2²⁸ on average.
const SETTLING: u32 = 40;

fn pool_of(size: u32, policy: MakePolicy) -> Handlespace {
    let mut rng = Rng::with_seed(1);
    let limit = size as usize;
    let mut space = Handlespace::new(Limits {
        pools: 1,
        pool_elements: limit,
        pool_elements_per_pool: limit,
    });
    let mut numbers: Vec<u32> = (0..size).collect();
    rng.shuffle(&mut numbers);
    for &number in &numbers {
        put(&mut space, number, policy(&mut rng));
    }
    rng.shuffle(&mut numbers);
    let (leaving, staying) = numbers.split_at(numbers.len() / 2);
    for &number in leaving {
        let key = space.find(HANDLE, PeIdentifier(number));
        space.remove(key.expect("it was put")).expect("it is there");
    }
    for &number in leaving.iter().rev().chain(staying) {
        put(&mut space, number, policy(&mut rng));
    }
    for _ in 0..SETTLING * size {
        space.select(HANDLE, 1, &mut rng);
    }
    assert_eq!(space.pool(HANDLE).map(Pool::len), Some(limit));
    space
}

fn put(space: &mut Handlespace, number: u32, policy: Policy) {
    let element = element(number, policy);
    space
        .put(&PoolHandle::from(HANDLE), element, Duration::ZERO)
        .expect("the limits leave room");
}

fn selection(c: &mut Criterion) {
    for (name, policy) in POLICIES {
        let mut group = c.benchmark_group(format!("select/{name}"));
        for size in SIZES {
            let mut space = None;
            let mut rng = Rng::with_seed(2);
            for count in COUNTS {
                group.bench_function(BenchmarkId::new(count.to_string(), size), |b| {
                    let space = space.get_or_insert_with(|| pool_of(size, policy));
                    b.iter(|| {
                        let selection = space.select(HANDLE, count, &mut rng);
                        black_box(selection.expect("the pool exists").len())
                    });
                });
            }
        }
        group.finish();
    }
}

fn resolution(c: &mut Criterion) {
    let request = octets(HandleResolution::new(HANDLE.into(), false));
    for (name, policy) in POLICIES {
        let mut group = c.benchmark_group(format!("resolve/{name}"));
        for size in SIZES {
            let mut made = None;
            group.bench_function(BenchmarkId::new("3", size), |b| {
                let (engine, user) = made.get_or_insert_with(|| {
                    let config = Config {
                        max_items: 3,
                        ..Config::default()
                    };
                    registrar(config, &Reach::default(), size, policy)
                });
                b.iter(|| {
                    engine.handle(Duration::ZERO, message_over(*user, &request));
                    black_box(drain(engine))
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, selection, resolution);
criterion_main!(benches);
