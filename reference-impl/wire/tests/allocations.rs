//! Counts what decoding allocates: an answer to a handle resolution is decoded for every failover, and what a
//! peer sends must not make the registrar allocate more than it sent.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr};

use rsp_wire::asap::{HandleResolutionResponse, Message};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, RegistrationLife, SctpTransport, ServerId, UnknownParameters,
};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static OCTETS: Cell<usize> = const { Cell::new(0) };
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
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        OCTETS.set(OCTETS.get() + layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`; the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[test]
fn a_response_with_three_pool_elements_takes_few_allocations() {
    let octets = response(3);
    let (allocations, _) = counted(|| Message::decode(&octets));
    // The pool handle and the list of pool elements.
    assert!(allocations <= 2, "{allocations} allocations");
}

#[test]
fn memory_is_in_proportion_to_the_octets() {
    let mut flood = vec![0x05, 0, 0xff, 0xfc, 0, 9, 0, 8, b'E', b'c', b'h', b'o'];
    while flood.len() < 0xfffc {
        flood.extend_from_slice(&[0xff, 0xfe, 0, 4]);
    }
    let (_, used) = counted(|| Message::decode(&flood));
    // Vectors double as they grow, so twice what is kept, which is twice what came and a little more.
    assert!(
        used <= 10 * flood.len(),
        "{used} octets for {}",
        flood.len()
    );

    let mut causes = vec![0x0e, 0, 0xff, 0xfc, 0, 0xc, 0xff, 0xf8];
    while causes.len() < 0xfffc {
        causes.extend_from_slice(&[0, 0, 0, 4]);
    }
    let (_, used) = counted(|| Message::decode(&causes));
    assert!(
        used <= 16 * causes.len(),
        "{used} octets for {}",
        causes.len()
    );
}

#[test]
fn rejecting_takes_no_more_than_the_path() {
    let mut octets = response(3);
    let last = octets.len() - 8;
    octets[last + 3] = 9;
    let (allocations, _) =
        counted(|| Message::decode(&octets).expect_err("an address of 5 octets"));
    assert!(allocations <= 12, "{allocations} allocations");
}

fn counted<T>(work: impl FnOnce() -> T) -> (usize, usize) {
    let (allocations, octets) = (ALLOCATIONS.get(), OCTETS.get());
    let result = work();
    let used = (ALLOCATIONS.get() - allocations, OCTETS.get() - octets);
    drop(result);
    used
}

fn response(elements: u8) -> Vec<u8> {
    let element = |number: u8| {
        let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, number));
        PoolElement {
            identifier: PeIdentifier(u32::from(number)),
            home: ServerId(1),
            life: RegistrationLife(300),
            user_transport: SctpTransport::new(7, address).into(),
            policy: Policy::LeastUsed { load: 1 },
            asap_transport: Some(SctpTransport::new(3863, address)),
            unknown: UnknownParameters::NONE,
        }
    };
    let elements = (1..=elements).map(element).collect();
    let policy = Some(Policy::LeastUsed { load: 0 });
    let message = Message::from(HandleResolutionResponse::new(
        "EchoPool".into(),
        policy,
        elements,
    ));
    let mut octets = Vec::new();
    message
        .encode(&mut octets)
        .expect("three pool elements fit");
    octets
}
