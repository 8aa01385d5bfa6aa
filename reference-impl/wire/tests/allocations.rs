//! Counts the allocations of decoding: a PU decodes an answer to a handle resolution for every failover, and a
//! message must not make the registrar allocate more than its octets justify.

use std::net::{IpAddr, Ipv4Addr};

use allocation_counter::measure;
use rsp_wire::asap::{HandleResolutionResponse, Message};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, RegistrationLife, SctpTransport, ServerId, UnknownParameters,
};

#[test]
fn a_response_with_three_pool_elements_takes_few_allocations() {
    let octets = response(3);
    let used = measure(|| drop(Message::decode(&octets)));
    // The pool handle and the list of pool elements.
    assert!(used.count_total <= 2, "{used:?}");
}

#[test]
fn memory_is_in_proportion_to_the_octets() {
    let mut flood = vec![0x05, 0, 0xff, 0xfc, 0, 9, 0, 8, b'E', b'c', b'h', b'o'];
    while flood.len() < 0xfffc {
        flood.extend_from_slice(&[0xff, 0xfe, 0, 4]);
    }
    let used = measure(|| drop(Message::decode(&flood)));
    // Vectors double as they grow: at most twice the octets kept, which are about twice those received.
    let limit = 10 * flood.len() as u64;
    assert!(used.bytes_total <= limit, "{used:?}, limit {limit} octets");

    let mut causes = vec![0x0e, 0, 0xff, 0xfc, 0, 0xc, 0xff, 0xf8];
    while causes.len() < 0xfffc {
        causes.extend_from_slice(&[0, 0, 0, 4]);
    }
    let used = measure(|| drop(Message::decode(&causes)));
    let limit = 16 * causes.len() as u64;
    assert!(used.bytes_total <= limit, "{used:?}, limit {limit} octets");
}

#[test]
fn a_rejection_allocates_for_the_path_alone() {
    let mut octets = response(3);
    let last = octets.len() - 8;
    octets[last + 3] = 9;
    let used = measure(|| drop(Message::decode(&octets).expect_err("an address of 5 octets")));
    assert!(used.count_total <= 12, "{used:?}");
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
