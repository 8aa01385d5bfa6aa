//! The forge: canonical octets are right, and each way of spoiling gives exactly the defect it is for.

use rspcheck_dissect::forge::{
    self, Cause, Forge, Parameter, Policy, PoolElement, PoolEntry, ServerInformation, Transport,
};
use rspcheck_dissect::{Kind, Protocol, Severity, dissect};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));

fn sctp(transport_use: u16) -> Transport {
    Transport::Sctp {
        port: 7,
        transport_use,
        addrs: vec![V4, V6],
    }
}

fn element() -> PoolElement {
    PoolElement {
        id: 0x1122_3344,
        home: 0,
        life: -1,
        user_transport: Transport::Tcp {
            port: 80,
            addrs: vec![V4],
        },
        policy: Policy::WeightedRoundRobin { weight: 5 },
        asap_transport: Some(sctp(1)),
    }
}

fn registration() -> Forge {
    forge::registration(b"EchoPools", &element())
}

/// Returns the defects, each as `kind@offset path`.
fn defects(message: &Forge) -> Vec<String> {
    let dissection = dissect(message.protocol(), &message.octets());
    let list = dissection.defects().iter();
    list.map(|defect| format!("{}@{} {}", defect.kind, defect.offset, defect.path))
        .collect()
}

fn every_message() -> Vec<Forge> {
    let pe = element();
    let other = PoolElement {
        user_transport: Transport::Dccp {
            port: 1,
            service_code: 2,
            addrs: vec![V6],
        },
        policy: Policy::Other {
            kind: 0x8000_0001,
            data: vec![1, 2, 3],
        },
        asap_transport: None,
        ..element()
    };
    let server = ServerInformation {
        id: 9,
        transport: sctp(1),
    };
    let causes = [
        Cause::new(Cause::SECURITY),
        Cause::inconsistent_policy(&Policy::LeastUsedDegradation {
            load: 1,
            degradation: 2,
        }),
        Cause::inconsistent_transport_type(&Transport::UdpLite {
            port: 1,
            addrs: vec![V4],
        }),
        Cause::with_parameter(
            Cause::UNRECOGNIZED_PARAMETER,
            Parameter::new(0xfffe, *b"12345"),
        ),
        Cause::with_octets(Cause::UNRECOGNIZED_MESSAGE, [0x7f, 0, 0, 4]),
    ];
    let entry = PoolEntry {
        handle: b"abc".to_vec(),
        elements: vec![pe.clone(), other.clone()],
    };
    vec![
        forge::registration(b"a", &other),
        forge::deregistration(b"ab", 1),
        forge::registration_response(b"abc", 1, true, &causes),
        forge::deregistration_response(b"", 1, &causes[..1]),
        forge::handle_resolution(b"abcd", true),
        forge::handle_resolution_response(
            b"a\0b",
            true,
            Some(&Policy::Random),
            &[pe.clone(), other.clone()],
            &[],
        ),
        forge::handle_resolution_response(b"abc", false, None, &[], &causes[..2]),
        forge::endpoint_keep_alive(7, b"abc", true),
        forge::endpoint_keep_alive_ack(b"abc", 1),
        forge::endpoint_unreachable(b"abc", 1),
        forge::server_announce(
            7,
            &[
                sctp(1),
                Transport::Tcp {
                    port: 3863,
                    addrs: vec![V6],
                },
            ],
        ),
        forge::cookie(b"12345"),
        forge::cookie_echo(b""),
        forge::business_card(b"abc", &[other.clone(), pe.clone(), other]),
        forge::asap_error(&causes),
        forge::presence(1, 0, true, Some(0xf649), Some(&server)),
        forge::handle_table_request(1, 2, true),
        forge::handle_table_response(2, 1, false, true, &[entry.clone(), entry]),
        forge::handle_update(1, 0, 1, b"abc", &pe),
        forge::list_request(1, 2),
        forge::list_response(2, 1, false, &[server.clone(), server]),
        forge::init_takeover(1, 0, 2),
        forge::init_takeover_ack(3, 1, 2),
        forge::takeover_server(1, 0, 2),
        forge::enrp_error(1, 2, &causes),
    ]
}

#[test]
fn canonical_messages_have_no_defect_and_every_type_is_there() {
    let mut types = std::collections::BTreeSet::new();
    for message in every_message() {
        assert_eq!(
            defects(&message),
            [""; 0],
            "{}",
            dissect(message.protocol(), &message.octets()).to_text()
        );
        types.insert((message.protocol(), message.octets()[0]));
    }
    assert_eq!(types.len(), 14 + 10);
}

#[test]
fn a_registration_is_what_the_rfc_draws() {
    #[rustfmt::skip]
    let drawn = [
        0x01, 0x00, 0x00, 0x64,                                         // REGISTRATION, Length 100
        0x00, 0x09, 0x00, 0x0d, 0x45, 0x63, 0x68, 0x6f,                 // Pool Handle "EchoPools"
        0x50, 0x6f, 0x6f, 0x6c, 0x73, 0x00, 0x00, 0x00,
        0x00, 0x0a, 0x00, 0x50, 0x11, 0x22, 0x33, 0x44,                 // Pool Element
        0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
        0x00, 0x05, 0x00, 0x10, 0x00, 0x50, 0x00, 0x00,                 // TCP Transport
        0x00, 0x01, 0x00, 0x08, 192, 0, 2, 1,
        0x00, 0x08, 0x00, 0x0c, 0x00, 0x00, 0x00, 0x02, 0, 0, 0, 5,     // Weighted Round Robin
        0x00, 0x04, 0x00, 0x24, 0x00, 0x07, 0x00, 0x01,                 // SCTP Transport
        0x00, 0x01, 0x00, 0x08, 192, 0, 2, 1,
        0x00, 0x02, 0x00, 0x14, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
    ];
    assert_eq!(registration().octets(), drawn);
}

#[test]
fn the_unaligned_last_parameter_is_padded_and_not_counted() {
    let octets = forge::presence(1, 0, false, Some(0xf649), None).octets();
    assert_eq!(
        octets,
        [
            1, 0, 0, 18, 0, 0, 0, 1, 0, 0, 0, 0, 0, 15, 0, 6, 0xf6, 0x49, 0, 0
        ]
    );
}

#[test]
fn fields_and_flags_are_set_by_path() -> Result<(), forge::ForgeError> {
    let message = registration()
        .set("pool-handle", "abc")?
        .set("pool-element/registration-life", -5)?
        .set("pool-element/pe-identifier", 0xffff_ffffu32)?
        .set("pool-element/policy/weight", 77)?
        .set(
            "pool-element/asap-transport/ipv4-address",
            Ipv4Addr::LOCALHOST,
        )?
        .set("pool-element/user-transport/port", 443)?;
    let dissection = dissect(Protocol::Asap, &message.octets());
    assert_eq!(dissection.defects(), []);
    assert_eq!(dissection.text("pool-handle").as_deref(), Some("abc"));
    assert_eq!(
        dissection.number("pool-element/registration-life"),
        Some(-5)
    );
    assert_eq!(
        dissection.number("pool-element/pe-identifier"),
        Some(0xffff_ffff)
    );
    assert_eq!(dissection.number("pool-element/policy/weight"), Some(77));
    assert_eq!(
        dissection
            .text("pool-element/asap-transport/ipv4-address")
            .as_deref(),
        Some("127.0.0.1")
    );
    assert_eq!(
        dissection.number("pool-element/user-transport/port"),
        Some(443)
    );

    let response = forge::registration_response(
        b"abc",
        1,
        true,
        &[Cause::inconsistent_policy(&Policy::Random)],
    );
    let response = response
        .set("flag/R", false)?
        .set("operation-error/0x5/policy/type", 1)?;
    let dissection = dissect(Protocol::Asap, &response.octets());
    assert!(!dissection.flag('R') && dissection.has("operation-error/0x5"));
    assert_eq!(
        dissection.number("operation-error/0x5/policy/type"),
        Some(1)
    );
    Ok(())
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of spoilt messages")]
fn each_spoiling_gives_the_defect_it_is_for() -> Result<(), forge::ForgeError> {
    let handle = || forge::deregistration(b"abc", 1);
    let surplus = || Parameter::cookie(b"x");
    let expected: Vec<(Forge, &[&str])> = vec![
        (
            registration().set("pool-element/#length", 12)?,
            &[
                "length-too-small@22 pool-element/#length",
                // The Registration Life of -1 is now taken for the next parameter.
                "length-overrun@34 0xffff/#length",
            ],
        ),
        (
            registration().set("pool-element/#length", 200)?,
            &["length-overrun@22 pool-element/#length"],
        ),
        (
            registration().set("pool-handle/#length", 3)?,
            &["length-too-small@6 pool-handle/#length"],
        ),
        (
            registration().set("length", 3)?,
            &["length-too-small@2 length"],
        ),
        (registration().set("length", 200)?, &["truncated@100 "]),
        (
            registration().set("flags", 0x80)?,
            &["reserved-flag-set@1 flags"],
        ),
        (
            registration().set("type", 0x4f)?,
            &["unknown-message@0 type"],
        ),
        (
            registration().set("pool-handle/#type", 0x7fff)?,
            &[
                "unknown-parameter@4 0x7fff",
                "missing-parameter@20 pool-handle",
            ],
        ),
        (
            registration().set("pool-element/user-transport/reserved", 1)?,
            &["reserved-not-zero@42 pool-element/user-transport/reserved"],
        ),
        (
            registration().set("pool-element/asap-transport/transport-use", 2)?,
            &["invalid-value@70 pool-element/asap-transport/transport-use"],
        ),
        (
            registration().set("pool-element/policy/type", 0)?,
            &["invalid-value@56 pool-element/policy/type"],
        ),
        (
            registration().set("pool-element/policy/type", 6)?,
            &["reserved-value@56 pool-element/policy/type"],
        ),
        (
            registration().set("pool-element/policy/type", 1)?,
            &["wrong-length@54 pool-element/policy/#length"],
        ),
        (
            registration().remove("pool-element/policy")?,
            &["missing-parameter@52 pool-element/policy"],
        ),
        (
            registration().remove("pool-handle")?,
            &["missing-parameter@4 pool-handle"],
        ),
        (
            registration().remove("pool-element/user-transport/ipv4-address")?,
            &["address-count@44 pool-element/user-transport/ipv4-address"],
        ),
        (
            registration().insert_before("pool-element", surplus())?,
            &["unexpected-parameter@20 cookie"],
        ),
        (
            registration().append("pool-element/user-transport", Parameter::address(V6))?,
            &["address-count@52 pool-element/user-transport/ipv6-address"],
        ),
        (
            // The element has a field of that name.
            registration().append("pool-element", Parameter::pe_identifier(1))?,
            &["unexpected-parameter@100 pool-element/pe-identifier[1]"],
        ),
        (
            registration().insert_before("pool-element/policy", Parameter::transport(&sctp(0)))?,
            &[
                "unexpected-parameter@52 pool-element/asap-transport",
                "unexpected-parameter@88 pool-element/policy",
                "duplicate-parameter@100 pool-element/sctp-transport",
            ],
        ),
        (
            handle()
                .insert_before("pool-handle", surplus())?
                .remove("pool-handle")?,
            &["missing-parameter@4 pool-handle"],
        ),
        (
            registration().append("pool-element", surplus())?,
            &["unexpected-parameter@100 pool-element/cookie"],
        ),
        (
            registration().insert_after("pool-handle", Parameter::pool_handle(b"b"))?,
            &["duplicate-parameter@20 pool-handle[1]"],
        ),
        (registration().append("", *b"xy")?, &["truncated@102 "]),
        (
            registration().padding("pool-handle", 0xff)?,
            &["padding-not-zero@17 pool-handle/#padding"],
        ),
        (
            registration().padded_with("pool-handle", [])?,
            &[
                "padding-not-zero@17 pool-handle/#padding",
                "length-overrun@22 0x5011/#length",
            ],
        ),
        (registration().truncate(3), &["truncated@3 "]),
        (registration().truncate(40), &["truncated@40 "]),
        (registration().raw(&[0; 4]), &["trailing-octets@100 "]),
        (
            registration().patch(6, &[0xff]),
            &["length-overrun@6 pool-handle/#length"],
        ),
        (
            handle().append("", Parameter::new(0xbfff, *b"x").octets())?,
            &["unknown-parameter@20 0xbfff", "padding-counted@2 length"],
        ),
        (
            forge::handle_resolution(b"abc", true).count_padding(),
            &["padding-counted@2 length"],
        ),
        (
            forge::handle_resolution(b"abc", true).without_padding(),
            &["padding-missing@11 "],
        ),
        (
            forge::handle_resolution(b"abc", true).padding("", 1)?,
            &["padding-not-zero@11 padding"],
        ),
        (
            forge::asap_error(&[]),
            &["missing-parameter@8 operation-error"],
        ),
        (
            forge::asap_error(&[Cause::new(0x77)]),
            &["reserved-value@8 operation-error/0x77"],
        ),
        (
            forge::asap_error(&[Cause::with_octets(0x5, *b"")]),
            &["missing-parameter@12 operation-error/0x5/info"],
        ),
        (
            forge::asap_error(&[Cause::with_octets(0x4, *b"1234")]),
            &["wrong-length@10 operation-error/0x4/#length"],
        ),
        (
            forge::presence(1, 0, false, None, None),
            &["missing-parameter@12 pe-checksum"],
        ),
        (
            forge::handle_update(1, 0, 2, b"abc", &element()),
            &["invalid-value@12 update-action"],
        ),
        (
            Forge::message("ENRP_LIST_REQUEST")?.field("sender-server-id", 1),
            &["length-too-small@2 length"],
        ),
    ];
    for (message, wanted) in expected {
        assert_eq!(
            defects(&message),
            wanted,
            "{}",
            dissect(message.protocol(), &message.octets()).to_text()
        );
    }
    Ok(())
}

#[test]
fn deviations_do_not_make_a_message_malformed() -> Result<(), forge::ForgeError> {
    let message = forge::handle_resolution(b"abc", true)
        .set("flags", 0xff)?
        .padding("", 9)?
        .count_padding();
    let dissection = dissect(Protocol::Asap, &message.octets());
    let kinds: Vec<Kind> = dissection
        .defects()
        .iter()
        .map(|defect| defect.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            Kind::ReservedFlagSet,
            Kind::PaddingNotZero,
            Kind::PaddingCounted
        ]
    );
    assert!(dissection.well_formed());
    assert!(
        dissection
            .defects()
            .iter()
            .all(|defect| defect.severity == Severity::Deviation)
    );
    Ok(())
}

#[test]
fn a_length_that_was_set_stays_while_others_follow() -> Result<(), forge::ForgeError> {
    let message = forge::deregistration(b"abc", 1)
        .set("pool-handle/#length", 5)?
        .set("pool-handle", "abcdefgh")?
        .append("pool-handle", *b"i")?;
    let octets = message.octets();
    assert_eq!(octets[2..8], [0, 28, 0, 9, 0, 5]);
    Ok(())
}

#[test]
fn unknown_paths_are_errors() {
    let sentence =
        |result: Result<Forge, forge::ForgeError>| result.map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        sentence(registration().set("pool-element/cookie", "x")),
        "the message being forged has no pool-element/cookie"
    );
    assert_eq!(
        sentence(registration().remove("pool-handle[1]")),
        "the message being forged has no pool-handle[1]"
    );
    assert_eq!(
        sentence(registration().set("flag/R", true)),
        "message type 0x01 has no flag R"
    );
    assert_eq!(
        sentence(registration().set("length", 65536)),
        "the value does not fit the 16 bits of length"
    );
    assert_eq!(
        sentence(registration().set("pool-handle", 5)),
        "pool-handle holds octets, not a number"
    );
    assert_eq!(
        sentence(registration().padding("pool-element/pe-identifier", 1)),
        "pool-element/pe-identifier is a field, not a parameter"
    );
    assert_eq!(
        sentence(Forge::message("PEER_PRESENCE")),
        "no message is named PEER_PRESENCE"
    );
}
