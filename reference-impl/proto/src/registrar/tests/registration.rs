//! Registration, re-registration, de-registration, expiry.

use super::*;
use rsp_wire::asap::RegistrationResponse;
use rsp_wire::{PolicyType, TcpTransport, Transport, TransportUse};

#[test]
fn register_resolve_deregister() {
    let mut world = World::new();
    let (pe, pu) = (world.up(1), world.up(2));
    assert_eq!(world.register(pe, "EchoPool", element(1, 7)), []);
    let response = world.resolve(pu, "EchoPool");
    assert_eq!(response.operation_error, None);
    assert_eq!(
        response.policy.as_ref().map(|policy| policy.policy_type()),
        Some(PolicyType::ROUND_ROBIN),
        "sent even where its absence would mean the same"
    );
    let [listed] = &response.pool_elements[..] else {
        panic!("one PE: {response:?}");
    };
    assert_eq!(listed.home, ServerId(ID));
    let transport = listed.asap_transport.as_ref().unwrap();
    assert_eq!(transport.port, 5000);
    assert_eq!(transport.transport_use, TransportUse::DATA_ONLY);
    assert!(
        transport
            .addresses
            .contains("198.51.100.1".parse().unwrap())
    );
    let own = element(1, 7);
    assert_eq!(
        (&listed.user_transport, &listed.policy, listed.life),
        (&own.user_transport, &own.policy, own.life)
    );
    assert_eq!(world.deregister(pe, "EchoPool", 7), []);
    assert_eq!(world.departures(), []);
    let response = world.resolve(pu, "EchoPool");
    assert_eq!(
        codes(response.operation_error),
        [CauseCode::UNKNOWN_POOL_HANDLE]
    );
    assert!(response.pool_elements.is_empty() && response.policy.is_none());
}

#[test]
fn registration_unlike_its_pool_is_rejected() {
    let tcp = |element: &PoolElement| {
        let address = element.user_transport.addresses().next().unwrap();
        Transport::Tcp(TcpTransport::new(7, address))
    };
    let control = |element: &PoolElement| match element.user_transport.clone() {
        Transport::Sctp(sctp) => {
            let transport_use = TransportUse::DATA_PLUS_CONTROL;
            Transport::Sctp(SctpTransport {
                transport_use,
                ..sctp
            })
        }
        other => other,
    };
    let mut world = World::new();
    let (first, second) = (world.up(1), world.up(2));
    let like = element(2, 8);
    world.register(first, "p", element(1, 7));
    let policy = PoolElement {
        policy: Policy::LeastUsed { load: 3 },
        ..like.clone()
    };
    assert_eq!(
        world.register(second, "p", policy.clone()),
        [CauseCode::INCONSISTENT_POOL_POLICY]
    );
    let kind = PoolElement {
        user_transport: tcp(&like),
        ..like.clone()
    };
    assert_eq!(
        world.register(second, "p", kind),
        [CauseCode::INCONSISTENT_TRANSPORT_TYPE]
    );
    let usage = PoolElement {
        user_transport: control(&like),
        ..like.clone()
    };
    assert_eq!(
        world.register(second, "p", usage),
        [CauseCode::INCONSISTENT_DATA_CONTROL]
    );
    let both = PoolElement {
        user_transport: tcp(&like),
        ..policy
    };
    assert_eq!(
        world.register(second, "p", both),
        [
            CauseCode::INCONSISTENT_POOL_POLICY,
            CauseCode::INCONSISTENT_TRANSPORT_TYPE
        ]
    );
    assert_eq!(world.members(second, "p"), [7]);
    assert_eq!(world.register(second, "p", like), []);
    assert_eq!(world.members(second, "p"), [7, 8]);
}

#[test]
fn rejection_carries_the_policy_of_the_pool() {
    let mut world = World::new();
    let pe = world.up(1);
    world.register(
        pe,
        "p",
        PoolElement {
            policy: Policy::Random,
            ..element(1, 7)
        },
    );
    world.send(pe, Registration::new("p".into(), element(1, 8)));
    let error = world
        .sent()
        .into_iter()
        .find_map(|(_, message)| match message {
            asap::Message::RegistrationResponse(r) => r.operation_error,
            _ => None,
        });
    assert_eq!(error.unwrap().causes[0].policy(), Ok(Policy::Random));
}

#[test]
fn a_rejected_reregistration_changes_nothing() {
    let mut world = World::new();
    let pe = world.up(1);
    world.register(pe, "p", element(1, 7));
    let other = PoolElement {
        policy: Policy::Random,
        life: RegistrationLife(1),
        ..element(1, 7)
    };
    assert_eq!(
        world.register(pe, "p", other),
        [CauseCode::INCONSISTENT_POOL_POLICY]
    );
    world.pass_secs(2);
    let listed = world.resolve(pe, "p").pool_elements.remove(0);
    assert_eq!(
        (listed.policy, listed.life),
        (Policy::RoundRobin, RegistrationLife(600))
    );
}

#[test]
fn a_reregistration_replaces_the_values() {
    let mut world = World::new();
    let pe = world.up(1);
    let loaded = |load| PoolElement {
        policy: Policy::LeastUsed { load },
        ..element(1, 7)
    };
    world.register(pe, "p", loaded(1));
    assert_eq!(world.register(pe, "p", loaded(9)), []);
    let response = world.resolve(pe, "p");
    assert_eq!(
        response.policy.map(|p| p.policy_type()),
        Some(PolicyType::LEAST_USED)
    );
    assert_eq!(response.pool_elements.len(), 1);
    assert_eq!(
        response.pool_elements[0].policy,
        Policy::LeastUsed { load: 9 }
    );
}

#[test]
fn invalid_values_are_rejected() {
    let mut world = World::new();
    let pe = world.up(1);
    for life in [0, -2, i32::MIN] {
        let element = PoolElement {
            life: RegistrationLife(life),
            ..element(1, 7)
        };
        assert_eq!(
            world.register(pe, "p", element),
            [CauseCode::INVALID_VALUES],
            "life {life}"
        );
    }
    for policy in [0x0000_0000, 0x4000_0000] {
        let policy = Policy::Other {
            policy_type: PolicyType(policy),
            data: [].into(),
        };
        let element = PoolElement {
            policy,
            ..element(1, 7)
        };
        assert_eq!(
            world.register(pe, "p", element),
            [CauseCode::INVALID_VALUES]
        );
    }
    assert!(world.registrar.handlespace().is_empty());
}

#[test]
fn an_address_outside_the_association_is_refused() {
    let mut world = World::new();
    let pe = world.up(1);
    world.send(pe, Registration::new("p".into(), element(9, 7)));
    let asap::Message::RegistrationResponse(response) = world.answer(pe) else {
        panic!("a response");
    };
    assert!(response.is_rejected());
    let error = response.operation_error.unwrap();
    assert_eq!(error.causes[0].code, CauseCode::INVALID_VALUES);
    assert_eq!(
        error.causes[0].transport(),
        Ok(element(9, 7).user_transport)
    );

    let mut lenient = World::with(|config| config.check_addresses = false);
    let pe = lenient.up(1);
    assert_eq!(lenient.register(pe, "p", element(9, 7)), []);
}

#[test]
fn an_identifier_belongs_to_its_association_while_that_is_up() {
    let mut world = World::new();
    let (first, second) = (world.up(1), world.up(2));
    world.register(first, "p", element(1, 7));
    assert_eq!(
        world.register(second, "p", element(2, 7)),
        [CauseCode::NON_UNIQUE_PE_IDENTIFIER]
    );
    assert_eq!(
        world.register(second, "q", element(2, 7)),
        [],
        "pools do not share identifiers"
    );
    world.down(first);
    assert_eq!(world.register(second, "p", element(2, 7)), []);
    let listed = world.resolve(second, "p").pool_elements.remove(0);
    assert_eq!(listed.user_transport, element(2, 7).user_transport);
    world.pass_secs(60);
    assert_eq!(world.deregister(second, "p", 7), []);
}

#[test]
fn registrations_beyond_limits_are_rejected_for_lack_of_resources() {
    let mut world = World::with(|config| {
        config.max_pools = 2;
        config.max_pool_elements = 3;
        config.max_pool_elements_per_pool = 2;
        config.max_handle_length = 4;
        config.max_element_length = 100;
    });
    let pe = world.up(1);
    let lack = [CauseCode::LACK_OF_RESOURCES];
    assert_eq!(world.register(pe, "a", element(1, 1)), []);
    assert_eq!(world.register(pe, "a", element(1, 2)), []);
    assert_eq!(world.register(pe, "a", element(1, 3)), lack);
    assert_eq!(
        world.register(pe, "a", element(1, 2)),
        [],
        "renewing is not growing"
    );
    assert_eq!(world.register(pe, "b", element(1, 1)), []);
    assert_eq!(world.register(pe, "b", element(1, 2)), lack);
    world.deregister(pe, "a", 1);
    assert_eq!(world.register(pe, "c", element(1, 1)), lack);
    assert_eq!(world.register(pe, "ABCDE", element(1, 1)), lack);
    let policy = Policy::Other {
        policy_type: PolicyType(0x8000_0001),
        data: [0; 200].into(),
    };
    assert_eq!(
        world.register(
            pe,
            "b",
            PoolElement {
                policy,
                ..element(1, 1)
            }
        ),
        lack
    );
}

#[test]
fn registration_over_tcp_is_rejected() {
    let mut world = World::new();
    let (pe, tcp) = (
        world.up(1),
        world.up_from(2, Kind::Tcp, "198.51.100.1:6000"),
    );
    assert_eq!(
        world.register(tcp, "p", element(1, 7)),
        [CauseCode::UNSPECIFIED]
    );
    world.register(pe, "p", element(1, 7));
    assert_eq!(world.deregister(tcp, "p", 7), [CauseCode::UNSPECIFIED]);
    assert_eq!(world.members(tcp, "p"), [7]);
}

#[test]
fn a_pe_at_unknown_addresses_is_refused() {
    for check_addresses in [true, false] {
        let mut world = World::with(|config| config.check_addresses = check_addresses);
        let (assoc, peer) = (Assoc(1), Vec::new());
        world.input(Input::Up {
            assoc,
            kind: Kind::Sctp,
            peer,
        });
        // Its ASAP Transport would be the association's addresses (RFC 5352 §3.1 rule 4).
        let causes = world.register(assoc, "p", element(1, 7));
        assert_eq!(causes, [CauseCode::UNSPECIFIED]);
        assert_eq!(world.members(assoc, "p"), []);
    }
}

#[test]
fn only_the_pe_itself_may_deregister() {
    let mut world = World::new();
    let (pe, proxy) = (world.up(1), world.up(2));
    world.register(pe, "p", element(1, 7));
    let refused = [CauseCode::SECURITY_CONSIDERATIONS];
    assert_eq!(world.deregister(proxy, "p", 7), refused);
    world.down(pe);
    assert_eq!(
        world.deregister(proxy, "p", 7),
        refused,
        "not even when it is alone"
    );
    assert_eq!(world.members(proxy, "p"), [7]);
    let back = world.up_from(3, Kind::Sctp, "198.51.100.1:5000");
    assert_eq!(world.deregister(back, "p", 7), []);
    assert_eq!(codes(world.resolve(proxy, "p").operation_error).len(), 1);
}

#[test]
fn deregistration_of_an_unknown_pe_is_granted() {
    let mut world = World::new();
    let pe = world.up(1);
    assert_eq!(world.deregister(pe, "nowhere", 7), []);
    world.register(pe, "p", element(1, 7));
    assert_eq!(world.deregister(pe, "p", 8), []);
    assert_eq!(world.members(pe, "p"), [7]);
}

#[test]
fn expired_pe_gets_a_deregistration_response() {
    let mut world = World::with(|config| config.keep_alive_interval = Duration::ZERO);
    let pe = world.up(1);
    let short = PoolElement {
        life: RegistrationLife(10),
        ..element(1, 7)
    };
    world.register(pe, "p", short.clone());
    world.register(
        pe,
        "p",
        PoolElement {
            life: RegistrationLife(-1),
            ..element(1, 8)
        },
    );
    world.pass_secs(6);
    world.register(pe, "p", short);
    world.pass_secs(9);
    assert_eq!(world.sent(), [], "the life began anew");
    world.pass_secs(1);
    assert_eq!(world.departures(), [Departure::Expired]);
    let asap::Message::DeregistrationResponse(end) = world.answer(pe) else {
        panic!("an unexpected response");
    };
    assert_eq!(
        (end.pe_identifier, end.operation_error),
        (PeIdentifier(7), None)
    );
    world.pass_secs(1_000_000);
    assert_eq!(world.members(pe, "p"), [8], "-1 never ends");
}

#[test]
fn rejection_keeps_its_flag_over_the_wire() {
    let mut world = World::new();
    let pe = world.up(1);
    world.send(
        pe,
        Registration::new(
            "p".into(),
            PoolElement {
                life: RegistrationLife(0),
                ..element(1, 7)
            },
        ),
    );
    let asap::Message::RegistrationResponse(response) = world.answer(pe) else {
        panic!("a response");
    };
    assert!(response.flags.contains(RegistrationResponse::REJECT));
}
