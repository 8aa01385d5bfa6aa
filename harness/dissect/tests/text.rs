//! Text and JSON forms of dissections.

use insta::assert_snapshot;
use rspcheck_dissect::forge::{
    self, Cause, Policy, PoolElement, PoolEntry, ServerInformation, Transport,
};
use rspcheck_dissect::{Protocol, dissect};

fn element(id: u32) -> PoolElement {
    PoolElement {
        id,
        home: 0,
        life: 600,
        user_transport: Transport::Udp {
            port: 7,
            addrs: vec!["192.0.2.1".parse().expect("an address")],
        },
        policy: Policy::LeastUsed { load: 0x4000_0000 },
        asap_transport: Some(Transport::Sctp {
            port: 3863,
            transport_use: 1,
            addrs: vec!["2001:db8::1".parse().expect("an address")],
        }),
    }
}

fn text(message: &forge::Forge) -> String {
    let dissection = dissect(message.protocol(), &message.octets());
    format!("{}\n{}", dissection.summary(), dissection.to_text())
}

#[test]
fn a_registration() {
    assert_snapshot!(text(&forge::registration(
        b"EchoPool",
        &element(0x1234_5678)
    )));
}

#[test]
fn a_rejection_that_quotes() {
    let causes = [
        Cause::inconsistent_policy(&Policy::RoundRobin),
        Cause::with_parameter(
            Cause::UNRECOGNIZED_PARAMETER,
            forge::Parameter::new(0xfffe, *b"\0\xff"),
        ),
        Cause::with_octets(Cause::UNRECOGNIZED_MESSAGE, [0x7f, 0, 0, 8, 1, 2, 3, 4]),
        Cause::new(Cause::LACK_OF_RESOURCES),
    ];
    assert_snapshot!(text(&forge::registration_response(
        b"EchoPool",
        0x1234_5678,
        true,
        &causes
    )));
}

#[test]
fn a_presence_and_a_handle_table() {
    let server = ServerInformation {
        id: 9,
        transport: element(1).asap_transport.expect("it has one"),
    };
    let entry = PoolEntry {
        handle: vec![0, 1, 2],
        elements: vec![element(1)],
    };
    let presence = forge::presence(0x11, 0, true, Some(0xf649), Some(&server));
    let table = forge::handle_table_response(0x11, 0x22, false, true, &[entry]);
    assert_snapshot!(format!("{}\n{}", text(&presence), text(&table)));
}

#[test]
fn a_message_with_many_faults() -> Result<(), forge::ForgeError> {
    let broken = forge::registration(b"EchoPools", &element(1))
        .set("flags", 0x90)?
        .set("pool-element/user-transport/reserved", 0xbeef)?
        .set("pool-element/policy/type", 0x4000_0002u32)?
        .insert_before("pool-element", forge::Parameter::new(0xbfff, *b"skip"))?
        .append("pool-element", forge::Parameter::cookie(b"here?"))?
        .padding("pool-handle", 0xaa)?
        .remove("pool-element/user-transport/ipv4-address")?
        .raw(&[1, 2, 3, 4, 5]);
    assert_snapshot!(text(&broken));
    Ok(())
}

#[test]
fn octets_that_are_no_message() {
    let texts: Vec<String> = [
        &b""[..],
        b"\x05",
        b"GET / HTTP/1.0\r\n\r\n",
        b"\x05\x00\x00\x20\x00\x09\x00\x0cEcho",
    ]
    .into_iter()
    .map(|octets| {
        let dissection = dissect(Protocol::Asap, octets);
        format!("{}\n{}", dissection.summary(), dissection.to_text())
    })
    .collect();
    assert_snapshot!(texts.join("\n"));
}

#[test]
fn a_long_value_is_cut() {
    let cookie = vec![b'x'; 200];
    assert_snapshot!(text(&forge::cookie(&cookie)));
}

#[test]
fn json_for_programs() -> Result<(), forge::ForgeError> {
    let causes = [Cause::inconsistent_policy(&Policy::RoundRobin)];
    let message =
        forge::registration_response(b"Echo", 1, true, &causes).set("pe-identifier/#length", 9)?;
    let json = dissect(Protocol::Asap, &message.octets()).to_json();
    assert_snapshot!(serde_json::to_string_pretty(&json).expect("JSON has no other form"));
    Ok(())
}
