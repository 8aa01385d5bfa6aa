//! Properties that hold for any octets.

mod paths;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rspcheck_dissect::forge::{self, Cause, Policy, PoolElement, PoolEntry, Transport};
use rspcheck_dissect::{Dissection, Protocol, dissect, scan};
use std::net::IpAddr;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 600,
        rng_seed: RngSeed::Fixed(5354),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn protocol() -> impl Strategy<Value = Protocol> {
    prop_oneof![Just(Protocol::Asap), Just(Protocol::Enrp)]
}

/// Calls every accessor, and checks the properties of every dissection.
fn examine(protocol: Protocol, octets: &[u8]) -> Dissection {
    let dissection = dissect(protocol, octets);
    assert_eq!(scan(protocol, octets).defects, dissection.defects());
    assert_eq!(
        scan(protocol, octets).well_formed(),
        dissection.well_formed()
    );
    assert_eq!(dissection.rejection().is_none(), dissection.well_formed());
    for (path, value) in dissection.fields() {
        assert_eq!(dissection.value(&path), Some(value), "{path}");
    }
    for defect in dissection.defects() {
        assert!(defect.offset <= octets.len(), "{defect}");
        assert!(defect.section.starts_with("RFC 53"), "{defect}");
        assert!(defect.what.len() > 10, "{defect}");
    }
    paths::check(&dissection);
    let text = dissection.to_text();
    for defect in dissection.defects() {
        assert!(text.contains(&defect.what), "{text}");
    }
    assert!(!dissection.summary().is_empty());
    assert!(dissection.to_json().is_object());
    dissection
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from)
    ]
}

fn transport() -> impl Strategy<Value = Transport> {
    let one = || address().prop_map(|address| vec![address]);
    let port = any::<u16>;
    prop_oneof![
        (port(), 0..2u16, prop::collection::vec(address(), 1..5)).prop_map(
            |(port, transport_use, addrs)| Transport::Sctp {
                port,
                transport_use,
                addrs
            }
        ),
        (port(), any::<u32>(), one()).prop_map(|(port, service_code, addrs)| Transport::Dccp {
            port,
            service_code,
            addrs
        }),
        (port(), one()).prop_map(|(port, addrs)| Transport::Tcp { port, addrs }),
        (port(), one()).prop_map(|(port, addrs)| Transport::Udp { port, addrs }),
        (port(), one()).prop_map(|(port, addrs)| Transport::UdpLite { port, addrs }),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(Transport::Opaque),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![
        Just(Policy::RoundRobin),
        Just(Policy::Random),
        any::<u32>().prop_map(|weight| Policy::WeightedRoundRobin { weight }),
        any::<u32>().prop_map(|priority| Policy::Priority { priority }),
        any::<(u32, u32)>()
            .prop_map(|(load, degradation)| Policy::PriorityLeastUsed { load, degradation }),
        (
            0x8000_0000..=u32::MAX,
            prop::collection::vec(any::<u8>(), 0..9)
        )
            .prop_map(|(kind, data)| Policy::Other { kind, data }),
    ]
}

fn element() -> impl Strategy<Value = PoolElement> {
    let asap = (any::<u16>(), prop::collection::vec(address(), 1..3)).prop_map(|(port, addrs)| {
        Transport::Sctp {
            port,
            transport_use: 1,
            addrs,
        }
    });
    (
        any::<u32>(),
        any::<u32>(),
        any::<i32>(),
        transport(),
        policy(),
        prop::option::of(asap),
    )
        .prop_map(
            |(id, home, life, user_transport, policy, asap_transport)| PoolElement {
                id,
                home,
                life,
                user_transport,
                policy,
                asap_transport,
            },
        )
}

fn message() -> impl Strategy<Value = (Protocol, Vec<u8>)> {
    let handle = prop::collection::vec(any::<u8>(), 0..20);
    let elements = prop::collection::vec(element(), 1..5);
    let causes = policy().prop_map(|policy| [Cause::new(0x4), Cause::inconsistent_policy(&policy)]);
    (handle, elements, causes, 0..6).prop_map(|(handle, elements, causes, which)| {
        let first = &elements[0];
        let message = match which {
            0 => forge::registration(&handle, first),
            1 => forge::registration_response(&handle, first.id, true, &causes),
            2 => forge::handle_resolution_response(
                &handle,
                true,
                Some(&first.policy),
                &elements,
                &[],
            ),
            3 => forge::business_card(&handle, &elements),
            4 => forge::handle_update(first.home, 0, 1, &handle, first),
            _ => {
                let entry = PoolEntry { handle, elements };
                forge::handle_table_response(1, 2, false, true, &[entry.clone(), entry])
            }
        };
        (message.protocol(), message.octets())
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_octets_are_survived(protocol in protocol(), octets in prop::collection::vec(any::<u8>(), 0..200)) {
        examine(protocol, &octets);
    }

    /// Octets with a valid header, because random octets seldom get past it.
    #[test]
    fn small_numbers_are_survived(
        protocol in protocol(),
        code in 0..16u8,
        flags in any::<u8>(),
        body in prop::collection::vec(0..0x14u8, 0..120),
    ) {
        let length = u8::try_from(body.len() + 4).expect("short");
        examine(protocol, &[&[code, flags, 0, length][..], &body].concat());
    }

    #[test]
    fn canonical_messages_have_no_defect((protocol, octets) in message()) {
        let dissection = examine(protocol, &octets);
        prop_assert_eq!(dissection.defects(), []);
        prop_assert_eq!(octets.len() % 4, 0);
    }

    #[test]
    fn one_spoiled_octet_is_survived((protocol, mut octets) in message(), at in any::<usize>(), new in any::<u8>()) {
        let at = at % octets.len();
        octets[at] = new;
        examine(protocol, &octets);
    }

    /// Misplaced, repeated and missing parameters: the names of their places must differ all the same.
    #[test]
    fn moved_words_are_survived((protocol, octets) in message(), moves in prop::collection::vec(any::<(u16, u16, u8)>(), 1..4)) {
        let mut octets = octets;
        for (from, to, words) in moves {
            let from = (usize::from(from) % octets.len()) & !3;
            let end = (from + 4 * usize::from(words % 12)).min(octets.len());
            let part = octets[from..end].to_vec();
            let to = (usize::from(to) % octets.len()) & !3;
            octets.splice(to..to, part);
        }
        if let Ok(length) = u16::try_from(octets.len()) {
            octets[2..4].copy_from_slice(&length.to_be_bytes());
        }
        examine(protocol, &octets);
    }

    #[test]
    fn a_cut_message_is_malformed((protocol, octets) in message(), at in any::<usize>()) {
        let length = usize::from(u16::from_be_bytes([octets[2], octets[3]]));
        let dissection = examine(protocol, &octets[..at % length]);
        prop_assert!(!dissection.well_formed());
    }
}

/// Nested quotations are limited in depth, and a long list of tiny parameters takes linear work.
#[test]
fn the_worst_that_fits_a_message_is_survived() {
    let mut quoted = vec![0, 0xc, 0, 4];
    while quoted.len() < 60_000 {
        let mut outer = vec![0, 0xc, 0, 0, 0, 3, 0, 0];
        let cause = u16::try_from(quoted.len() + 4).expect("below 64 Ki");
        outer[6..].copy_from_slice(&cause.to_be_bytes());
        outer.extend(&quoted);
        let length = u16::try_from(outer.len()).expect("below 64 Ki");
        outer[2..4].copy_from_slice(&length.to_be_bytes());
        quoted = outer;
    }
    let nested = forge::Forge::asap(0x0e).raw(&quoted);
    let length = u16::try_from(quoted.len() + 4).expect("below 64 Ki");
    let octets = nested
        .set("length", length)
        .expect("every message has a length")
        .octets();
    let dissection = examine(Protocol::Asap, &octets);
    assert!(dissection.well_formed());
    assert!(dissection.to_text().lines().count() < 40);

    let tiny: Vec<u8> = (0..16_000u16)
        .flat_map(|n| [0x80 | (n >> 8) as u8, n as u8, 0, 4])
        .collect();
    let mut octets = forge::handle_resolution(b"abcd", false).octets();
    octets.extend(tiny);
    let length = u16::try_from(octets.len()).expect("below 64 Ki");
    octets[2..4].copy_from_slice(&length.to_be_bytes());
    let dissection = dissect(Protocol::Asap, &octets);
    assert_eq!(dissection.defects().len(), 16_000);
    assert!(dissection.well_formed());
}
