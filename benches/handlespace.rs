//! Cost of the handlespace's operations, for every policy, by the number of elements: in one pool, and spread over
//! 10 000 pools. Processor time.
//!
//! The aim: an operation among 1 000 000 elements costs at most three times as much as among 1 000.
//!
//! Each operation is about an element, or a pool, drawn at random, which is the worst case for caches.

use std::cell::RefCell;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rsp_benches::cpu::{CpuTime, criterion, thread_time};
use rsp_benches::pools::{MakePolicy, POLICIES, handles, handlespace, registered};
use rsp_handlespace::{Handlespace, Rng};
use rsp_wire::{PeIdentifier, PoolElement, PoolHandle, RegistrationLife};

const SIZES: [u32; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];
const MANY_POOLS: u32 = 10_000;
/// Elements that register or de-register between two readings of the clock.
const BATCH: u64 = 1024;
/// Time at which all are registered, long before the first registration ends.
const NOW: Duration = Duration::from_secs(100);

struct World {
    space: Handlespace,
    handles: Vec<PoolHandle>,
    size: u32,
    policy: MakePolicy,
    rng: Rng,
    now: Duration,
}

impl World {
    fn new(pools: u32, size: u32, policy: MakePolicy) -> Self {
        let handles = handles(pools);
        let space = handlespace(&handles, size, policy);
        Self {
            space,
            handles,
            size,
            policy,
            rng: Rng::with_seed(2),
            now: NOW,
        }
    }

    fn handle(&self, number: u32) -> &PoolHandle {
        &self.handles[number as usize % self.handles.len()]
    }

    /// Returns registrations of elements that are not registered.
    fn newcomers(&mut self, count: u64, life: i32) -> Vec<(PoolHandle, PoolElement)> {
        let numbers = self.size..;
        let mut newcomers: Vec<_> = numbers
            .take(usize::try_from(count).expect("a batch is small"))
            .map(|number| {
                let number = number.wrapping_mul(0x9e37_79b1) | 1 << 31;
                let life = RegistrationLife(life);
                let policy = (self.policy)(&mut self.rng);
                let element = PoolElement {
                    life,
                    ..registered(number, policy)
                };
                (self.handle(number).clone(), element)
            })
            .collect();
        self.rng.shuffle(&mut newcomers);
        newcomers
    }

    fn register(&mut self, newcomers: Vec<(PoolHandle, PoolElement)>) -> Duration {
        let start = thread_time();
        for (handle, element) in newcomers {
            self.space
                .put(&handle, element, self.now)
                .expect("there is room");
        }
        thread_time() - start
    }

    fn deregister(&mut self, mut goers: Vec<(PoolHandle, PeIdentifier)>) -> Duration {
        self.rng.shuffle(&mut goers);
        let start = thread_time();
        for (handle, identifier) in goers {
            let key = self.space.find(handle.as_octets(), identifier);
            black_box(self.space.remove(key.expect("it was put")));
        }
        thread_time() - start
    }

    /// Returns the time to register and the time to de-register.
    fn come_and_go(&mut self, count: u64) -> [Duration; 2] {
        let newcomers = self.newcomers(count, 600);
        let goers = newcomers
            .iter()
            .map(|(handle, element)| (handle.clone(), element.identifier));
        let goers = goers.collect();
        [self.register(newcomers), self.deregister(goers)]
    }

    fn expire(&mut self, count: u64) -> Duration {
        let newcomers = self.newcomers(count, 1);
        self.register(newcomers);
        let then = self.now + Duration::from_secs(1);
        let start = thread_time();
        let mut expired = 0;
        while let Some(key) = self.space.expired(then) {
            black_box(self.space.remove(key));
            expired += 1;
        }
        assert_eq!(expired, count);
        thread_time() - start
    }

    /// Registers elements again, with other values.
    fn reregister(&mut self, count: u64) -> Duration {
        let elements: Vec<PoolElement> = (0..count)
            .map(|_| registered(self.rng.u32(0..self.size), (self.policy)(&mut self.rng)))
            .collect();
        let start = thread_time();
        for element in elements {
            let handle = &self.handles[element.identifier.0 as usize % self.handles.len()];
            self.now += Duration::from_nanos(1);
            self.space
                .put(handle, element, self.now)
                .expect("it is there");
        }
        thread_time() - start
    }

    fn resolve(&mut self, count: u64, items: usize) -> Duration {
        let pools = self.handles.len();
        let drawn: Vec<usize> = (0..count).map(|_| self.rng.usize(0..pools)).collect();
        let start = thread_time();
        for pool in drawn {
            let handle = self.handles[pool].as_octets();
            let selection = self.space.select(handle, items, &mut self.rng);
            let selection = selection.expect("the pool exists");
            black_box(
                selection
                    .encoded()
                    .map(|e| e.as_octets()[7])
                    .fold(0, u8::wrapping_add),
            );
        }
        thread_time() - start
    }
}

/// Runs batches up to `count` operations and adds up their times.
fn in_batches(count: u64, mut batch: impl FnMut(u64) -> Duration) -> Duration {
    let mut left = count;
    let mut sum = Duration::ZERO;
    while left > 0 {
        let now = left.min(BATCH);
        sum += batch(now);
        left -= now;
    }
    sum
}

fn operations(c: &mut Criterion<CpuTime>) {
    for (name, policy) in POLICIES {
        for pools in [1, MANY_POOLS] {
            for size in SIZES.into_iter().filter(|&size| size >= pools) {
                let name = format!("{name}/{pools} pool");
                measure(c, &name, size, || World::new(pools, size, policy));
            }
        }
    }
}

/// Makes the world when the first operation is measured, because a filter may exclude it.
fn measure(c: &mut Criterion<CpuTime>, name: &str, size: u32, make: impl Fn() -> World) {
    let world = RefCell::new(None);
    let mut group = c.benchmark_group(name);
    let mut add = |what: &str, batch: &dyn Fn(&mut World, u64) -> Duration| {
        group.bench_function(BenchmarkId::new(what, size), |b| {
            let mut world = world.borrow_mut();
            let world = world.get_or_insert_with(&make);
            b.iter_custom(|count| in_batches(count, |n| batch(world, n)));
        });
    };
    add("register", &|world, n| world.come_and_go(n)[0]);
    add("re-register", &|world, n| world.reregister(n));
    add("resolve 1", &|world, n| world.resolve(n, 1));
    add("resolve 3", &|world, n| world.resolve(n, 3));
    add("de-register", &|world, n| world.come_and_go(n)[1]);
    add("expire", &|world, n| world.expire(n));
    group.finish();
}

criterion_group! {
    name = benches;
    config = criterion()
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .sample_size(10);
    targets = operations
}
criterion_main!(benches);
