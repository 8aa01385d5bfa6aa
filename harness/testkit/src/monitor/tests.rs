//! Tests of the monitors with forged messages.

use super::*;
use rspcheck_dissect::forge::{self, Forge, Parameter};
use rspcheck_dissect::{dissect, scan};

fn monitors(protocol: Protocol, ppid: u32, octets: &[u8]) -> Vec<&'static str> {
    let found = message(protocol, Some(ppid), &dissect(protocol, octets));
    assert_eq!(
        found,
        brief(protocol, Some(ppid), &scan(protocol, octets)),
        "the brief gives the same findings"
    );
    found.iter().map(|finding| finding.monitor).collect()
}

fn asap(forge: &Forge) -> Vec<&'static str> {
    monitors(Protocol::Asap, 11, &forge.octets())
}

fn resolution() -> Forge {
    forge::handle_resolution(b"abc", false)
}

#[test]
fn correct_message_gives_no_finding() {
    assert!(asap(&resolution()).is_empty());
    assert!(asap(&forge::deregistration(b"pool", 7)).is_empty());
    let presence = forge::presence(1, 0, true, Some(0xffff), None);
    assert!(monitors(Protocol::Enrp, 12, &presence.octets()).is_empty());
}

#[test]
fn ppid_in_host_byte_order_breaks_a_must() {
    let dissection = dissect(Protocol::Asap, &resolution().octets());
    let level = |ppid| message(Protocol::Asap, Some(ppid), &dissection)[0].level();
    assert_eq!(level(0), Level::Should);
    assert_eq!(level(0x0b00_0000), Level::Must);
}

#[test]
fn every_monitor_fires() {
    let unknown = |code: u16| resolution().parameter(Parameter::new(code, [0, 0, 0, 0]));
    let homeless = forge::Transport::Tcp {
        port: 80,
        addrs: Vec::new(),
    };
    let policy = |kind: u8, last: u8| {
        let value = [kind, 0, 0, last];
        forge::handle_resolution_response(b"abcd", false, None, &[], &[])
            .parameter(Parameter::new(8, value))
    };
    let update = forge::enrp_error(1, 0, &[]);
    let found = [
        ("monitor/lengths", asap(&resolution().truncate(6))),
        (
            "monitor/layout",
            asap(&resolution().parameter(Parameter::pool_handle(b"x"))),
        ),
        (
            "monitor/address-count",
            asap(&forge::server_announce(1, &[homeless])),
        ),
        ("monitor/known-messages", asap(&Forge::asap(0x3f))),
        ("monitor/known-parameters", asap(&unknown(0x7fff))),
        ("monitor/extension-parameters", asap(&unknown(0xbfff))),
        (
            "monitor/reserved-flags",
            asap(&resolution().patch(1, &[0x80])),
        ),
        ("monitor/zero-padding", asap(&resolution().patch(11, &[1]))),
        ("monitor/padding-size", asap(&resolution().raw(&[0; 4]))),
        ("monitor/padded", asap(&resolution().without_padding())),
        ("monitor/values", asap(&policy(0, 0))),
        ("monitor/reserved-fields", asap(&policy(0, 9))),
        (
            "monitor/padding-is-not-counted",
            asap(&resolution().count_padding()),
        ),
        (
            "monitor/ppid",
            monitors(Protocol::Asap, 0, &resolution().octets()),
        ),
        (
            "monitor/layout",
            monitors(Protocol::Enrp, 12, &update.octets()),
        ),
    ];
    for (monitor, findings) in &found {
        assert!(
            findings.contains(monitor),
            "{monitor} is silent: {findings:?}"
        );
    }
}

/// Returns name and requirement of each finding in an ASAP message.
fn named(octets: &[u8]) -> Vec<(String, &'static str)> {
    message(Protocol::Asap, Some(11), &dissect(Protocol::Asap, octets))
        .into_iter()
        .map(|finding| (finding.name, finding.requirement.0))
        .collect()
}

fn enrp(forge: &Forge) -> Vec<(String, &'static str)> {
    let dissection = dissect(Protocol::Enrp, &forge.octets());
    message(Protocol::Enrp, Some(12), &dissection)
        .into_iter()
        .map(|finding| (finding.name, finding.requirement.0))
        .collect()
}

#[test]
fn finding_names_message_defect_and_place_and_breaks_the_requirement_there() {
    let keep_alive = forge::endpoint_keep_alive(9, b"pool", false);
    let error = |code: u16| forge::asap_error(&[forge::Cause::with_octets(code, [])]);
    let homeless = |udp: bool| {
        let addrs = Vec::new();
        let (port, transport_use) = (80, 0);
        let transport = match udp {
            true => forge::Transport::Udp { port, addrs },
            false => forge::Transport::Sctp {
                port,
                transport_use,
                addrs,
            },
        };
        forge::server_announce(1, &[transport])
    };
    let rows = [
        (
            named(&keep_alive.parameter(Parameter::pe_identifier(1)).octets()),
            "ASAP_ENDPOINT_KEEP_ALIVE: unexpected-parameter pe-identifier",
            "R5352_2_2_7_4",
        ),
        (
            named(&error(0x5).octets()),
            "ASAP_ERROR: missing-parameter operation-error/0x5/info",
            "R5354_3_12_6_1",
        ),
        (
            named(&error(0x3).octets()),
            "ASAP_ERROR: missing-parameter operation-error/0x3/info",
            "R5354_3_12_4_1",
        ),
        (
            named(&error(0x100b).octets()),
            "ASAP_ERROR: reserved-value operation-error/0x100b",
            "R5354_3_12_4",
        ),
        (
            named(&homeless(false).octets()),
            "ASAP_SERVER_ANNOUNCE: address-count sctp-transport/ipv4-address",
            "R5354_3_4_5",
        ),
        (
            named(&resolution().parameter(Parameter::new(0xffff, [])).octets()),
            "ASAP_HANDLE_RESOLUTION: unknown-parameter 0xffff",
            "R5354_3_2",
        ),
        (
            named(&Forge::asap(0x3f).octets()),
            "ASAP 0x3f: unknown-message type",
            "R5352_2_2_2",
        ),
        (
            named(
                &forge::handle_resolution(b"abc", false)
                    .count_padding()
                    .octets(),
            ),
            "ASAP_HANDLE_RESOLUTION: padding-counted length",
            "R5354_4_10",
        ),
        (
            named(&homeless(true).octets()),
            "ASAP_SERVER_ANNOUNCE: address-count udp-transport/ipv4-address",
            "R5354_3_6_3",
        ),
    ];
    named_as(&rows);
}

#[test]
fn findings_in_enrp_messages_break_the_requirements_of_enrp() {
    let rejection =
        |entry: &[forge::PoolEntry]| forge::handle_table_response(1, 2, true, false, entry);
    let entry = forge::PoolEntry {
        handle: b"pool".to_vec(),
        elements: Vec::new(),
    };
    let transport = forge::Transport::Sctp {
        port: 7,
        transport_use: 0,
        addrs: vec![[192, 0, 2, 1].into()],
    };
    let server = forge::ServerInformation {
        id: 1,
        transport: transport.clone(),
    };
    let element = forge::PoolElement {
        id: 1,
        home: 1,
        life: -1,
        user_transport: transport,
        policy: forge::Policy::RoundRobin,
        asap_transport: None,
    };
    let update = forge::handle_update(1, 0, 0, b"pool", &element);
    let rows = [
        (
            enrp(&forge::presence(1, 0, false, None, None)),
            "ENRP_PRESENCE: missing-parameter pe-checksum",
            "R5353_3_6_1_1",
        ),
        (
            enrp(&rejection(&[entry])),
            "ENRP_HANDLE_TABLE_RESPONSE: unexpected-parameter pool-handle",
            "R5353_2_3_1",
        ),
        (
            enrp(&update.patch(13, &[7])),
            "ENRP_HANDLE_UPDATE: invalid-value update-action",
            "R5353_2_4_1",
        ),
        (
            enrp(&forge::list_response(1, 2, true, &[server])),
            "ENRP_LIST_RESPONSE: unexpected-parameter server-information",
            "R5353_2_6_1",
        ),
        (
            enrp(&forge::enrp_error(1, 0, &[])),
            "ENRP_ERROR: missing-parameter operation-error",
            "R5354_3_12_1",
        ),
    ];
    named_as(&rows);
}

/// Findings of a message by name and requirement, then the name and the requirement that one of them has.
type Row<'a> = (Vec<(String, &'a str)>, &'a str, &'a str);

/// Checks that each message has the finding of its row.
fn named_as(rows: &[Row<'_>]) {
    for (found, name, requirement) in rows {
        assert!(
            found.contains(&((*name).to_owned(), *requirement)),
            "{name}: {found:?}"
        );
    }
}
