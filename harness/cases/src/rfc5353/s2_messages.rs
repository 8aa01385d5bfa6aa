//! RFC 5353 §2: the format that all ENRP messages share.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    FIELDS_ARE_IN_NETWORK_BYTE_ORDER,
    INNER_PARAMETERS_ARE_PADDED_WITH_ZEROS,
    NO_MESSAGE_AT_ALL,
    HEADER_ALONE,
    TWO_MESSAGES_IN_ONE_USER_MESSAGE,
    LARGEST_MESSAGE,
    FIRST_MESSAGE_OF_A_PEER_IS_MALFORMED,
    SENDING_ID_0_IS_SURVIVED,
    SENDING_ID_OF_THE_TARGET_IS_SURVIVED,
    FOREIGN_RECEIVING_ID_IS_SURVIVED,
    ASAP_MESSAGE_AT_THE_ENRP_PORT,
    ENRP_MESSAGE_AT_THE_ASAP_PORT,
    OTHER_PPIDS_ARE_SURVIVED,
];

const FIELDS_ARE_IN_NETWORK_BYTE_ORDER: Case = registrar(
    "rfc5353/2/fields-are-in-network-byte-order",
    "The target's messages have their numbers of 16 and 32 bits with the most significant octet first.",
    &[
        R5353_2_2, // Every field of a message is in network byte order.
    ],
    fields_are_in_network_byte_order,
)
.needs(&[Ics::EnrpPeers]);

fn fields_are_in_network_byte_order(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pe = t.pool_element(&pool).life(0x0001_0203).id(0x1a2b_3c4d);
    t.preamble(|t| {
        t.register(&pe)?;
        t.deregister_response(&pe).map(drop)
    })?;
    let update = update_sample(t, &peer, DEL_PE, &pe)?;
    let (life, path) = (0x0001_0203, "pool-element/registration-life");
    in_network_order(t, &update, path, i32::swap_bytes, |seen| {
        is_left_of(seen, life)
    })?;
    let (port, path) = (t.address(&pe)?.port(), "pool-element/user-transport/port");
    let swap = |port: i32| (port as u16).swap_bytes().into();
    in_network_order(t, &update, path, swap, |seen| seen == i64::from(port))?;
    let presence = presence_of_target(t, &peer)?;
    let own = t.target_server();
    let path = "server-information/server-identifier";
    in_network_order(t, &presence, path, i32::swap_bytes, |seen| {
        seen as u32 == own
    })
}

/// Checks that a number is not in the other byte order (`R5353_2_2`): `right` is true for the right number.
fn in_network_order(
    t: &mut Tester,
    message: &Message,
    path: &str,
    swap: impl Fn(i32) -> i32,
    right: impl Fn(i64) -> bool,
) -> Outcome {
    let seen = message.number(path).unwrap_or_default();
    let swapped = right(swap(seen as u32 as i32).into());
    if !right(seen) && !swapped {
        return Err(t.inconclusive(format!("{path} has another value: {seen:#x}")));
    }
    t.check_that(R5353_2_2, right(seen), format!("{path} is {seen:#x}"));
    Ok(())
}

const INNER_PARAMETERS_ARE_PADDED_WITH_ZEROS: Case = registrar(
    "rfc5353/2/inner-parameters-are-padded-with-zeros",
    "A Pool Handle of 29 to 31 octets in the target's table is followed by zero octets up to the next word.",
    &[
        R5353_3_2_3_7, // M is clear in the last response of a download.
        R5353_2_3,     // An inner parameter is padded with zeros to a word.
    ],
    inner_parameters_are_padded_with_zeros,
)
.needs(&[Ics::EnrpPeers]);

fn inner_parameters_are_padded_with_zeros(t: &mut Tester) -> Outcome {
    let [owner, reader] = joined::<2>(t)?;
    let mut entries = Vec::new();
    for more in [&b"1"[..], b"12", b"123"] {
        let pool = PoolHandle([&t.unused_pool_handle().0[..], more].concat());
        entries.push(t.element_of(&owner, &pool));
    }
    announces(t, &owner, &entries)?;

    let parts = table_of_target(t, &reader, false, entries.len())?;
    for entry in &entries {
        let handle = Parameter::pool_handle(&entry.handle.0).octets();
        let padded = |m: &Message| {
            m.octets
                .windows(handle.len())
                .any(|window| window == handle)
        };
        let holds = parts.iter().any(padded);
        t.check_that(R5353_2_3, holds, format!("{} octets", entry.handle.0.len()));
    }
    Ok(())
}

/// Octets that are no ENRP message.
const NO_MESSAGE: &[&[u8]] = &[
    &[0],
    &[1],
    &[1, 0],
    &[5, 0, 0],
    &[0; 64],
    &[0xff; 64],
    &[1; 64],
    &[4; 64],
];

const NO_MESSAGE_AT_ALL: Case = registrar(
    "rfc5353/2/no-message-at-all",
    "The target continues to serve after octets that are too few for a header or all alike.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    no_message_at_all,
)
.needs(&[Ics::EnrpPeers]);

fn no_message_at_all(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for octets in NO_MESSAGE {
        throw(t, &peer, octets)?;
    }
    serves_all(t, &peer)
}

const HEADER_ALONE: Case = registrar(
    "rfc5353/2/header-alone",
    "The target continues to serve after every ENRP message type without its value.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    header_alone,
)
.needs(&[Ics::EnrpPeers]);

fn header_alone(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for code in 0x01..=0x0a {
        throw(t, &peer, &Forge::enrp(code).octets())?;
    }
    serves_all(t, &peer)
}

const TWO_MESSAGES_IN_ONE_USER_MESSAGE: Case = registrar(
    "rfc5353/2/two-messages-in-one-user-message",
    "The target continues to serve after two requests in one user message.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    two_messages_in_one_user_message,
)
.needs(&[Ics::EnrpPeers]);

fn two_messages_in_one_user_message(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let to = t.target_server();
    let second = forge::list_request(peer.id, to).octets();
    for first in [
        forge::list_request(peer.id, to),
        forge::handle_table_request(peer.id, to, false),
    ] {
        throw(t, &peer, &first.raw(&second).octets())?;
    }
    serves_all(t, &peer)
}

const LARGEST_MESSAGE: Case = registrar(
    "rfc5353/2/largest-message",
    "The target continues to serve after an update and a table of the largest possible Length.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    largest_message,
)
.needs(&[Ics::EnrpPeers]);

fn largest_message(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let entry = t.element_of(&peer, &PoolHandle(vec![b'h'; 0xff00]));
    throw(t, &peer, &update_of(&peer, ADD_PE, &entry).octets())?;
    let table = forge::handle_table_response(peer.id, t.target_server(), false, false, &[]);
    let table = table.parameter(Parameter::pool_handle(&[b'h'; 0xffec]));
    throw(t, &peer, &table.octets())?;
    serves_all(t, &peer)
}

const FIRST_MESSAGE_OF_A_PEER_IS_MALFORMED: Case = registrar(
    "rfc5353/2/first-message-of-a-peer-is-malformed",
    "The target continues to serve after malformed messages of registrars that it does not know.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    first_message_of_a_peer_is_malformed,
)
.needs(&[Ics::EnrpPeers]);

fn first_message_of_a_peer_is_malformed(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for length in [0_u16, 4, 11, 0xffff] {
        let stranger = t.enrp_peer()?;
        let octets = forge::list_request(stranger.id, 0)
            .set("length", length)?
            .octets();
        throw(t, &stranger, &octets)?;
    }
    serves_all(t, &peer)
}

const SENDING_ID_0_IS_SURVIVED: Case = registrar(
    "rfc5353/2/sending-id-0-is-survived",
    "The target continues to serve after messages whose Sending Server's ID is 0.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    |t| survives_ids(t, |_, _| (0, 0)),
)
.needs(&[Ics::EnrpPeers]);

const SENDING_ID_OF_THE_TARGET_IS_SURVIVED: Case = registrar(
    "rfc5353/2/sending-id-of-the-target-is-survived",
    "The target continues to serve after messages whose Sending Server's ID is its own.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    |t| survives_ids(t, |_, own| (own, 0)),
)
.needs(&[Ics::EnrpPeers]);

const FOREIGN_RECEIVING_ID_IS_SURVIVED: Case = registrar(
    "rfc5353/2/foreign-receiving-id-is-survived",
    "The target continues to serve after messages for another Receiving Server's ID.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    |t| survives_ids(t, |peer, own| (peer, own ^ 1)),
)
.needs(&[Ics::EnrpPeers]);

/// Sends every ENRP message with the Sending and Receiving Server's ID that `ids` makes of the peer's ID and the
/// target's; the RFC leaves the reaction open (E13, E15).
fn survives_ids(t: &mut Tester, ids: fn(u32, u32) -> (u32, u32)) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let (from, to) = ids(peer.id, t.target_server());
    let entry = t.element_of(&peer, &pool);
    let information = server_information(from, t.address(&peer)?);
    for message in [
        forge::presence(from, to, true, Some(0xffff), Some(&information)),
        forge::handle_table_request(from, to, false),
        forge::handle_table_response(from, to, false, false, &[]),
        forge::handle_update(from, to, ADD_PE, &pool.0, &entry.element),
        forge::handle_update(from, to, DEL_PE, &pool.0, &entry.element),
        forge::list_request(from, to),
        forge::list_response(from, to, false, &[]),
        forge::init_takeover(from, to, 0x0102_0304),
        forge::init_takeover_ack(from, to, 0x0102_0304),
        forge::takeover_server(from, to, 0x0102_0304),
        forge::enrp_error(from, to, &[Cause::new(Cause::UNSPECIFIED)]),
    ] {
        throw(t, &peer, &message.octets())?;
    }
    serves_all(t, &peer)
}

const ASAP_MESSAGE_AT_THE_ENRP_PORT: Case = registrar(
    "rfc5353/2/asap-message-at-the-enrp-port",
    "The target continues to serve after ASAP messages on an ENRP association, with either PPID.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    asap_message_at_the_enrp_port,
)
.needs(&[Ics::EnrpPeers]);

fn asap_message_at_the_enrp_port(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pe = t.pool_element(&pool);
    for ppid in [11, 12] {
        for message in [
            forge::registration(&pool.0, &pe.element),
            forge::deregistration(&pool.0, pe.pe_identifier()),
            forge::handle_resolution(&pool.0, true),
            forge::endpoint_keep_alive_ack(&pool.0, pe.pe_identifier()),
            forge::endpoint_unreachable(&pool.0, pe.pe_identifier()),
        ] {
            t.pass_time(Duration::from_millis(10))?;
            t.send_with_ppid(&peer, ppid, &message.octets())?;
        }
    }
    serves_all(t, &peer)
}

const ENRP_MESSAGE_AT_THE_ASAP_PORT: Case = registrar(
    "rfc5353/2/enrp-message-at-the-asap-port",
    "The target continues to serve after ENRP messages on an association of a PU, with either PPID.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    enrp_message_at_the_asap_port,
)
.needs(&[Ics::EnrpPeers]);

fn enrp_message_at_the_asap_port(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (entry, to) = (t.element_of(&peer, &pool), t.target_server());
    for ppid in [11, 12] {
        for message in [
            forge::presence(peer.id, to, true, Some(0xffff), None),
            forge::handle_table_request(peer.id, to, false),
            update_of(&peer, ADD_PE, &entry),
            forge::list_request(peer.id, to),
            forge::init_takeover(peer.id, 0, to),
        ] {
            t.pass_time(Duration::from_millis(10))?;
            t.send_with_ppid(&pu, ppid, &message.octets())?;
        }
    }
    serves_all(t, &peer)
}

const OTHER_PPIDS_ARE_SURVIVED: Case = registrar(
    "rfc5353/2/other-ppids-are-survived",
    "The target continues to serve after ENRP messages with the PPIDs 0, 11, 13 and 12 in the other byte order.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    other_ppids_are_survived,
)
.needs(&[Ics::EnrpPeers]);

fn other_ppids_are_survived(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for ppid in [0, 11, 13, 12_u32.swap_bytes()] {
        t.pass_time(Duration::from_millis(10))?;
        let octets = forge::list_request(peer.id, t.target_server()).octets();
        t.send_with_ppid(&peer, ppid, &octets)?;
    }
    serves_all(t, &peer)
}
