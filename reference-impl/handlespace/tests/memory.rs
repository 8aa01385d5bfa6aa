//! Memory of an element: at most 400 octets, its addresses included, with every policy, and none after its
//! removal.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use rsp_handlespace::{Handlespace, Limits, Rng};
use rsp_wire::{
    Addresses, PeIdentifier, Policy, PoolElement, PoolHandle, RegistrationLife, SctpTransport,
    ServerId, UnknownParameters,
};

/// Elements of a pool: just above a power of two, where tables have doubled and are half empty.
const SIZE: u32 = 8_300;
/// Limit on the octets of one element.
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

/// Returns the result of `work` and the allocations that this thread made for it.
fn measured<T>(work: impl FnOnce() -> T) -> (T, AllocationInfo) {
    let mut result = None;
    let allocated = measure(|| result = Some(work()));
    (result.expect("the work was done"), allocated)
}

#[test]
fn an_element_takes_at_most_400_octets() {
    for (number, policy) in POLICIES.into_iter().enumerate() {
        for addresses in [&[V4][..], &[V6]] {
            let (space, taken) = measured(|| filled(addresses, policy));
            let each = taken.bytes_current / i64::from(SIZE);
            assert!(
                each <= MOST,
                "policy {number}, {addresses:?}: {each} octets"
            );
            let given_back = measure(|| drop(space)).bytes_current;
            assert_eq!(given_back, -taken.bytes_current, "policy {number}");
        }
    }
}

/// Re-registrations and selections continue as long as a registrar runs: most allocate nothing, and none leaves
/// memory behind.
#[test]
fn re_registration_and_selection_rarely_allocate() {
    for (number, policy) in POLICIES.into_iter().enumerate() {
        let ((mut space, handle), first) = measured(|| filled(&[V4], policy));
        let mut rng = Rng::with_seed(2);
        let turns = measure(|| {
            for turn in SIZE..11 * SIZE {
                let again = element(rng.u32(0..SIZE), &[V4], policy(turn));
                let now = Duration::from_millis(turn.into());
                space.put(&handle, again, now).expect("it is registered");
                space.select(handle.as_octets(), 3, &mut rng);
            }
        });
        // A tree grows a node from time to time.
        assert!(
            turns.count_total <= u64::from(SIZE),
            "policy {number}: {turns:?}"
        );
        let each = (first.bytes_current + turns.bytes_current) / i64::from(SIZE);
        assert!(each <= MOST, "policy {number}: {each} octets");
    }
}

/// Pools that are filled one after the other.
const POOLS: usize = 12;
/// Elements that register in each of them.
const CROWD: u32 = 2_000;

#[test]
fn memory_follows_the_elements_that_stay() {
    for (number, policy) in POLICIES.into_iter().enumerate() {
        // The element that stays was the first or the last to register.
        for stays in [0, CROWD - 1] {
            let (space, taken) = measured(|| crowds_leave(policy, stays));
            let live = taken.bytes_current;
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

/// Fills pool after pool and removes all elements but `stays` from each.
fn crowds_leave(policy: fn(u32) -> Policy, stays: u32) -> Handlespace {
    let mut space = Handlespace::new(Limits {
        pools: POOLS,
        pool_elements: 2 * CROWD as usize,
        pool_elements_per_pool: CROWD as usize,
    });
    for pool in 0..POOLS {
        let handle = PoolHandle::from(format!("Pool{pool}").as_str());
        for number in 0..CROWD {
            let element = element(number, &[V4], policy(number));
            if space.put(&handle, element, Duration::ZERO).is_err() {
                assert_eq!(stays, CROWD - 1, "only the last element keeps slots");
            }
        }
        for number in (0..CROWD).filter(|&number| number != stays) {
            if let Some(key) = space.find(handle.as_octets(), PeIdentifier(number)) {
                space.remove(key);
            }
        }
    }
    space
}
