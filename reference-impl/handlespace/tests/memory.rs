//! What an element takes in memory: 400 octets at most, its addresses included, whatever the policy; and nothing
//! after it is gone.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use rsp_handlespace::{Handlespace, Limits, Rng};
use rsp_wire::{
    Addresses, PeIdentifier, Policy, PoolElement, PoolHandle, RegistrationLife, SctpTransport,
    ServerId, UnknownParameters,
};

thread_local! {
    /// Octets taken and not given back by this thread; what another one took may be given back here.
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(
    unsafe_code,
    reason = "counting what the system's allocator is asked for needs its trait"
)]
// SAFETY: each call goes unchanged to the system's allocator; the counters are constant-initialised cells
// without destructors, so touching them allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.set(LIVE.get() + layout.size() as i64);
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - layout.size() as i64);
        // SAFETY: the caller keeps the contract of `dealloc`; the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Just above a power of two, where tables have doubled and are half empty.
const SIZE: u32 = 8_300;
const MOST: i64 = 400;

const POLICIES: [fn(u32) -> Policy; 9] = [
    |_| Policy::RoundRobin,
    |n| Policy::WeightedRoundRobin { weight: n % 99 },
    |_| Policy::Random,
    |n| Policy::WeightedRandom { weight: n % 99 },
    |n| Policy::Priority { priority: n % 99 },
    |n| Policy::LeastUsed { load: n << 16 },
    |n| Policy::LeastUsedDegradation {
        load: n << 16,
        load_degradation: 1,
    },
    |n| Policy::PriorityLeastUsed {
        load: n << 16,
        load_degradation: 1,
    },
    |n| Policy::RandomizedLeastUsed { load: n << 16 },
];

const V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn element(number: u32, addresses: &[IpAddr], policy: Policy) -> PoolElement {
    let addresses = Addresses::collect(addresses.iter().copied()).expect("there is one");
    PoolElement {
        identifier: PeIdentifier(number),
        home: ServerId(1),
        life: RegistrationLife(600),
        user_transport: SctpTransport::new(7, addresses.clone()).into(),
        policy,
        asap_transport: Some(SctpTransport::new(5000, addresses)),
        unknown: UnknownParameters::NONE,
    }
}

fn filled(addresses: &[IpAddr], policy: fn(u32) -> Policy) -> (Handlespace, PoolHandle) {
    let handle = PoolHandle::from("EchoPool");
    let mut space = Handlespace::new(Limits {
        pools: 1,
        pool_elements: SIZE as usize,
        pool_elements_per_pool: SIZE as usize,
    });
    let mut numbers: Vec<u32> = (0..SIZE).collect();
    Rng::with_seed(1).shuffle(&mut numbers);
    for number in numbers {
        let element = element(number, addresses, policy(number));
        let now = Duration::from_millis(number.into());
        space.put(&handle, element, now).expect("there is room");
    }
    (space, handle)
}

#[test]
fn an_element_takes_at_most_400_octets() {
    for (number, policy) in POLICIES.into_iter().enumerate() {
        for addresses in [&[V4][..], &[V6]] {
            let before = LIVE.get();
            let (space, _) = filled(addresses, policy);
            let each = (LIVE.get() - before) / i64::from(SIZE);
            assert!(
                each <= MOST,
                "policy {number}, {addresses:?}: {each} octets"
            );
            drop(space);
            assert_eq!(LIVE.get(), before, "policy {number}");
        }
    }
}

/// Re-registering and selecting go on for ever: they must not ask for memory each time, let alone keep it.
#[test]
fn what_goes_on_for_ever_asks_for_no_memory() {
    for (number, policy) in POLICIES.into_iter().enumerate() {
        let empty = LIVE.get();
        let (mut space, handle) = filled(&[V4], policy);
        let mut rng = Rng::with_seed(2);
        let before = ALLOCATIONS.get();
        for turn in SIZE..11 * SIZE {
            let again = element(rng.u32(0..SIZE), &[V4], policy(turn));
            let now = Duration::from_millis(turn.into());
            space.put(&handle, again, now).expect("it is there");
            space.select(handle.as_octets(), 3, &mut rng);
        }
        // Now and then a tree grows a node.
        let allocations = ALLOCATIONS.get() - before;
        assert!(
            allocations <= SIZE as usize,
            "policy {number}: {allocations}"
        );
        let each = (LIVE.get() - empty) / i64::from(SIZE);
        assert!(each <= MOST, "policy {number}: {each} octets");
    }
}

const POOLS: usize = 12;
const CROWD: u32 = 2_000;

/// Pool after pool is filled and left by all but one: the memory must follow those that are left.
#[test]
fn pools_that_are_left_give_their_memory_back() {
    for (number, policy) in POLICIES.into_iter().enumerate() {
        // Whether the one that stays came first or last.
        for stays in [0, CROWD - 1] {
            let before = LIVE.get();
            let mut space = Handlespace::new(Limits {
                pools: POOLS,
                pool_elements: 2 * CROWD as usize,
                pool_elements_per_pool: CROWD as usize,
            });
            for pool in 0..POOLS {
                let handle = PoolHandle::from(format!("Pool{pool}").as_str());
                for number in 0..CROWD {
                    let element = element(number, &[V4], policy(number));
                    let put = space.put(&handle, element, Duration::ZERO);
                    if put.is_err() {
                        assert_eq!(stays, CROWD - 1, "only who stays last keeps places");
                    }
                }
                for number in (0..CROWD).filter(|&number| number != stays) {
                    if let Some(key) = space.find(handle.as_octets(), PeIdentifier(number)) {
                        space.remove(key);
                    }
                }
            }
            let live = LIVE.get() - before;
            assert!(space.len() <= POOLS);
            assert!(
                live <= MOST * 2 * i64::from(CROWD),
                "policy {number}, {stays} stays: {live} octets"
            );
            if stays == 0 {
                assert!(
                    live < 4_000 * POOLS as i64,
                    "policy {number}: {live} octets"
                );
            }
        }
    }
}
