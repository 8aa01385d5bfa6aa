//! Memory of a handlespace of 1 000 000 elements, by policy, addresses and number of pools, and of an engine with
//! it. Counts the octets requested from the allocator and not returned, without the allocator's own overhead.
//!
//! The aim: 400 octets an element, its addresses included.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use allocation_counter::measure;
use rsp_benches::pools::{POLICIES, ROOM, handles, registered, registrar};
use rsp_handlespace::{Handlespace, Rng};
use rsp_proto::registrar::{Config, Reach};
use rsp_wire::{Addresses, PoolElement, SctpTransport};

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

/// Returns the element with these addresses in both transports.
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
                let handles = handles(pools);
                let each = each(|| {
                    let mut rng = Rng::with_seed(1);
                    let mut space = Handlespace::new(ROOM);
                    for number in 0..SIZE {
                        let element = change(registered(number, policy(&mut rng)));
                        let handle = &handles[number as usize % handles.len()];
                        let now = Duration::from_micros(number.into());
                        space.put(handle, element, now).expect("there is room");
                    }
                    space
                });
                println!("{each:4}  {policy_name:5}  {addresses_name:15}  {pools:6}");
            }
        }
    }
    let config = Config {
        max_pool_elements: usize::MAX,
        max_pool_elements_per_pool: usize::MAX,
        ..Config::default()
    };
    let each = each(|| registrar(config, &Reach::default(), SIZE, POLICIES[0].1));
    println!(
        "{each:4}  an engine with them, RR, 1 IPv4, one pool, registered over one association"
    );
}

/// Returns the octets that `fill` allocates and keeps in its result, per element.
fn each<T>(fill: impl FnOnce() -> T) -> i64 {
    let mut kept = None;
    let taken = measure(|| kept = Some(fill()));
    taken.bytes_current / i64::from(SIZE)
}
