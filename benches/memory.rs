//! What a handlespace of 1 000 000 elements takes in memory, by policy, addresses and number of pools; and an engine
//! with it. Octets asked of the allocator and not given back; what the allocator adds is not counted.
//!
//! The aim: 400 octets an element, its addresses included.

use std::alloc::{GlobalAlloc, Layout, System};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rsp_benches::pools::{POLICIES, ROOM, handles, registered, registrar};
use rsp_handlespace::{Handlespace, Rng};
use rsp_proto::registrar::{Config, Reach};
use rsp_wire::{Addresses, PoolElement, SctpTransport};

static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(
    unsafe_code,
    reason = "counting what the system's allocator is asked for needs its trait"
)]
// SAFETY: each call goes unchanged to the system's allocator; the counter is a static atomic number.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`; the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

const SIZE: u32 = 1_000_000;

type Change = fn(PoolElement) -> PoolElement;

const ADDRESSES: [(&str, Change); 3] = [
    ("1 IPv4", |element| element),
    ("1 IPv6", |element| at(element, [V6].into())),
    ("2 IPv4 + 1 IPv6", |element| {
        at(element, [V4, V4, V6].into())
    }),
];

const V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// The same addresses in both transports.
fn at(element: PoolElement, addresses: Vec<IpAddr>) -> PoolElement {
    let addresses = Addresses::collect(addresses).expect("there is one");
    PoolElement {
        user_transport: SctpTransport::new(7, addresses.clone()).into(),
        asap_transport: Some(SctpTransport::new(5000, addresses)),
        ..element
    }
}

fn main() {
    println!("octets an element: policy, addresses of each transport, pools");
    for (policy_name, policy) in POLICIES {
        for (addresses_name, change) in ADDRESSES {
            for pools in [1, 10_000] {
                {
                    let handles = handles(pools);
                    let before = LIVE.load(Ordering::Relaxed);
                    let mut rng = Rng::with_seed(1);
                    let mut space = Handlespace::new(ROOM);
                    for number in 0..SIZE {
                        let element = change(registered(number, policy(&mut rng)));
                        let handle = &handles[number as usize % handles.len()];
                        let now = Duration::from_micros(number.into());
                        space.put(handle, element, now).expect("there is room");
                    }
                    let taken = LIVE.load(Ordering::Relaxed) - before;
                    let each = taken / SIZE as usize;
                    println!("{each:4}  {policy_name:5}  {addresses_name:15}  {pools:6}");
                }
            }
        }
    }
    let before = LIVE.load(Ordering::Relaxed);
    let config = Config {
        max_pool_elements: usize::MAX,
        max_pool_elements_per_pool: usize::MAX,
        ..Config::default()
    };
    let engine = registrar(config, &Reach::default(), SIZE, POLICIES[0].1);
    let taken = LIVE.load(Ordering::Relaxed) - before;
    println!(
        "{:4}  an engine with them, RR, 1 IPv4, one pool, registered over one association",
        taken / SIZE as usize
    );
    drop(engine);
}
