//! Elements that stay in octets, and messages written from them, against the typed way.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rsp_wire::asap::{self, HandleResolution, HandleResolutionResponse, PositiveAnswer, Question};
use rsp_wire::enrp::{self, HandleTableResponse, HandleUpdate, PoolEntry, TablePart, UpdateAction};
use rsp_wire::{
    Addresses, EncodedElement, OpaqueTransport, ParameterType, PeIdentifier, Policy, PolicyType,
    PoolElement, PoolHandle, RegistrationLife, SctpTransport, ServerId, TcpTransport, Transport,
    UnknownParameters,
};

const V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn element(identifier: u32, user_transport: Transport, policy: Policy) -> PoolElement {
    PoolElement {
        identifier: PeIdentifier(identifier),
        home: ServerId(0x0102_0304),
        life: RegistrationLife(-1),
        user_transport,
        policy,
        asap_transport: None,
        unknown: UnknownParameters::NONE,
    }
}

/// Returns short and long elements, with lengths that need padding, and with skipped parameters.
fn elements() -> Vec<PoolElement> {
    let sctp = |address: IpAddr| SctpTransport::new(7, address);
    let many = Addresses::collect([V6, V4, V6]).expect("three");
    let other = |octets: usize| Policy::Other {
        policy_type: PolicyType(0x8000_0007),
        data: vec![9; octets].into(),
    };
    let opaque = Transport::Opaque(OpaqueTransport([1, 2, 3, 4, 5].into()));
    let mut skipped = UnknownParameters::NONE;
    skipped.push(2, ParameterType(0x8001), &[1, 2, 3]);
    vec![
        element(1, sctp(V4).into(), Policy::RoundRobin),
        PoolElement {
            asap_transport: Some(sctp(V4)),
            ..element(
                2,
                sctp(V4).into(),
                Policy::LeastUsedDegradation {
                    load: 5,
                    load_degradation: 6,
                },
            )
        },
        PoolElement {
            asap_transport: Some(SctpTransport::new(9, many.clone())),
            ..element(3, SctpTransport::new(8, many).into(), Policy::Random)
        },
        element(4, Transport::Tcp(TcpTransport::new(80, V6)), other(3)),
        element(5, opaque.clone(), other(0)),
        element(6, opaque, other(30_000)),
        PoolElement {
            unknown: skipped,
            ..element(7, sctp(V4).into(), Policy::WeightedRandom { weight: 3 })
        },
    ]
}

#[test]
fn an_element_survives_in_octets() {
    for mut element in elements() {
        let mut encoded = EncodedElement::new(&element).expect("it fits");
        assert_eq!(encoded.decode(), element);
        assert_eq!(encoded.identifier(), element.identifier);
        assert_eq!(encoded.home(), element.home);
        assert_eq!(encoded.life(), element.life);
        let before = encoded.clone();
        element.home = ServerId(0xfefe_0001);
        encoded.set_home(element.home);
        assert_eq!(encoded.decode(), element);
        assert_ne!(encoded, before);
        assert_eq!(encoded, EncodedElement::new(&element).expect("it fits"));
    }
}

#[test]
fn an_element_that_is_too_long_is_refused() {
    let data = vec![0; 65_536].into();
    let policy = Policy::Other {
        policy_type: PolicyType(0x8000_0007),
        data,
    };
    let element = element(1, SctpTransport::new(7, V4).into(), policy);
    assert!(EncodedElement::new(&element).is_err());
}

#[test]
fn an_answer_of_encoded_elements_is_the_answer() {
    for handle in ["EchoPool", "abc", ""].map(PoolHandle::from) {
        for policy in [
            None,
            Some(Policy::Random),
            Some(Policy::LeastUsed { load: 7 }),
        ] {
            for updates in [false, true] {
                let mut answer =
                    PositiveAnswer::new(&handle, policy.as_ref(), 65_532, 0).expect("it fits");
                for element in elements() {
                    assert!(answer.put(&EncodedElement::new(&element).expect("it fits")));
                }
                let mut typed =
                    HandleResolutionResponse::new(handle.clone(), policy.clone(), elements());
                let accepted = HandleResolutionResponse::UPDATES_ACCEPTED;
                typed.flags = typed.flags.with(accepted, updates);
                let mut octets = Vec::new();
                asap::Message::from(typed)
                    .encode(&mut octets)
                    .expect("it fits");
                assert_eq!(answer.finish(updates), octets);
            }
        }
    }
}

#[test]
fn a_table_of_encoded_elements_is_the_table() {
    let pools = ["EchoPool", "abc"].map(PoolHandle::from);
    let mut part = TablePart::new(ServerId(1), ServerId(2), 200);
    let mut entries = Vec::new();
    let mut room = true;
    for pool in &pools {
        let mut pool_elements = Vec::new();
        for element in elements().into_iter().take(2) {
            let encoded = EncodedElement::new(&element).expect("it fits");
            let fits = part.put(pool, &encoded);
            assert!(room || !fits, "the elements have one length at least");
            room &= fits;
            if fits {
                pool_elements.push(element);
            }
        }
        if !pool_elements.is_empty() {
            entries.push(PoolEntry {
                pool_handle: pool.clone(),
                pool_elements,
            });
        }
    }
    assert!(!room && entries.len() == 2, "the second pool is cut");
    let typed = HandleTableResponse::new(ServerId(1), ServerId(2), entries, true);
    let mut octets = Vec::new();
    enrp::Message::from(typed)
        .encode(&mut octets)
        .expect("it fits");
    let part = part.finish(true);
    assert!(part.len() <= 200);
    assert_eq!(part, octets);
}

#[test]
fn an_update_with_an_encoded_element_is_the_update() {
    let (sender, receiver) = (ServerId(1), ServerId(2));
    let handle = PoolHandle::from("abc");
    for element in elements() {
        let encoded = EncodedElement::new(&element).expect("it fits");
        let action = UpdateAction::DEL_PE;
        let octets = HandleUpdate::encoded(sender, receiver, action, &handle, &encoded);
        let typed = HandleUpdate::new(sender, receiver, action, handle.clone(), element);
        let mut expected = Vec::new();
        enrp::Message::from(typed)
            .encode(&mut expected)
            .expect("it fits");
        assert_eq!(octets, Ok(expected));
    }
}

#[test]
fn an_element_that_does_not_fit_changes_nothing() {
    let short = EncodedElement::new(&elements()[0]).expect("it fits");
    let long = EncodedElement::new(&elements()[5]).expect("it fits");
    let handle = PoolHandle::from("abc");
    assert!(PositiveAnswer::new(&handle, None, 8, 0).is_none());
    let mut answer = PositiveAnswer::new(&handle, None, 100, 0).expect("it fits");
    assert!(answer.put(&short) && !answer.put(&long));
    let octets = answer.finish(false);
    let decoded = asap::Message::decode(&octets).expect("it is whole");
    let expected = HandleResolutionResponse::new(handle.clone(), None, vec![short.decode()]);
    assert_eq!(decoded.message, expected.into());

    let mut part = TablePart::new(ServerId(1), ServerId(2), 100);
    assert!(!part.put(&handle, &long));
    assert!(part.put(&handle, &short));
    let octets = part.finish(false);
    assert!(enrp::Message::decode(&octets).is_ok());
}

/// Checks every message that differs from a good one in one octet or in its end.
#[test]
fn a_question_is_read_if_the_message_holds_nothing_else() {
    for (handle, updates) in [("EchoPool", true), ("abc", false), ("", true)] {
        let good = HandleResolution::new(handle.into(), updates);
        let mut octets = Vec::new();
        asap::Message::from(good)
            .encode(&mut octets)
            .expect("it fits");
        let question = Question::read(&octets).expect("nothing else is in it");
        assert_eq!(question.pool_handle, handle.as_bytes());
        assert_eq!(question.wants_updates, updates);
        let longer: Vec<u8> = octets.iter().copied().chain([0x80, 1, 0, 4]).collect();
        for end in 0..=longer.len() {
            agrees(&longer[..end]);
            for at in 0..end {
                for value in 0..=255 {
                    let mut changed = longer[..end].to_vec();
                    changed[at] = value;
                    agrees(&changed);
                }
            }
        }
    }
}

fn agrees(octets: &[u8]) {
    let whole = match asap::Message::decode(octets).map(|decoded| decoded.message) {
        Ok(asap::Message::HandleResolution(m)) if m.unknown.is_empty() => Some(m),
        Ok(_) | Err(_) => None,
    };
    let question = Question::read(octets);
    assert_eq!(
        question.map(|q| (q.pool_handle, q.wants_updates)),
        whole
            .as_ref()
            .map(|m| (m.pool_handle.as_octets(), m.wants_updates())),
        "{octets:02x?}"
    );
}
