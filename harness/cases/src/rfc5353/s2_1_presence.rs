//! RFC 5353 §2.1: ENRP_PRESENCE, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    MESSAGE_TO_RECEIVER_0_IS_ACCEPTED,
    PRESENCE_WITHOUT_SERVER_INFORMATION_IS_ACCEPTED,
    PRESENCE_WITHOUT_CHECKSUM_IS_ACCEPTED,
    PRESENCE_OF_18_OR_20_OCTETS_IS_ACCEPTED,
    PADDING_OF_A_CHECKSUM_IS_IGNORED,
    SERVER_INFORMATION_OF_EVERY_FORM,
    UNKNOWN_PARAMETER_IN_A_PRESENCE,
    MALFORMED_PRESENCE_IS_SURVIVED,
    PRESENCE_OF_THE_TARGET,
    PRESENCE_TO_ALL_HAS_RECEIVER_0,
    SERVER_ID_IS_KEPT,
];

const MESSAGE_TO_RECEIVER_0_IS_ACCEPTED: Case = registrar(
    "rfc5353/2.1/message-to-receiver-0-is-accepted",
    "A list request and a table request with Receiving Server's ID 0 are answered.",
    &[
        R5353_2_1_7, // A message to one peer may have Receiving Server's ID 0.
    ],
    message_to_receiver_0_is_accepted,
)
.needs(&[Ics::EnrpPeers]);

fn message_to_receiver_0_is_accepted(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let within = t.timers().max_time_no_response;
    answers_plain(t, &peer, ENRP_LIST_RESPONSE, &[])?;
    answers_plain(t, &peer, ENRP_HANDLE_TABLE_RESPONSE, &[])?;
    t.send(&peer, forge::list_request(peer.id, 0))?;
    t.expect(R5353_2_1_7, &peer, ENRP_LIST_RESPONSE, within)?;
    t.send(&peer, forge::handle_table_request(peer.id, 0, false))?;
    t.expect(R5353_2_1_7, &peer, ENRP_HANDLE_TABLE_RESPONSE, within)?;
    Ok(())
}

const PRESENCE_WITHOUT_SERVER_INFORMATION_IS_ACCEPTED: Case = registrar(
    "rfc5353/2.1/presence-without-server-information-is-accepted",
    "An ENRP_PRESENCE without Server Information that requires a reply is answered.",
    &[
        R5353_2_1_8, // An ENRP_PRESENCE without Server Information is accepted.
    ],
    presence_without_server_information_is_accepted,
)
.needs(&[Ics::EnrpPeers]);

fn presence_without_server_information_is_accepted(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let empty = t.checksum_of(&[]);
    let message = forge::presence(peer.id, t.target_server(), true, Some(empty), None);
    answers_plain(t, &peer, ENRP_PRESENCE, &[])?;
    t.forget(&peer);
    t.send(&peer, message)?;

    let within = t.timers().max_time_no_response;
    t.expect_that(R5353_2_1_8, &peer, ENRP_PRESENCE, within, |m| !m.flag('R'))?;
    t.pass_time(AT_ONCE)?;
    let errors = t.take_all(&peer, ENRP_ERROR).len();
    t.check_eq(R5353_2_1_8, "error reports", errors, 0);
    Ok(())
}

const PRESENCE_WITHOUT_CHECKSUM_IS_ACCEPTED: Case = registrar(
    "rfc5353/2.1/presence-without-checksum-is-accepted",
    "An ENRP_PRESENCE without PE Checksum, with and without Server Information, is answered and starts no audit.",
    &[
        R5353_2_1_11, // An ENRP_PRESENCE without PE Checksum is accepted.
    ],
    presence_without_checksum_is_accepted,
)
.needs(&[Ics::EnrpPeers]);

fn presence_without_checksum_is_accepted(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let information = server_information(peer.id, t.address(&peer)?);
    let to = t.target_server();
    for (what, information) in [("with an address", Some(&information)), ("without", None)] {
        let octets = forge::presence(peer.id, to, true, None, information).octets();
        is_answered(t, R5353_2_1_11, &peer, ENRP_PRESENCE, (what, &octets))?;
    }
    t.pass_time(AT_ONCE)?;
    let requests = t.take_all(&peer, ENRP_HANDLE_TABLE_REQUEST).len();
    t.check_eq(R5353_2_1_11, "table requests", requests, 0);
    let errors = t.take_all(&peer, ENRP_ERROR).len();
    t.check_eq(R5353_2_1_11, "error reports", errors, 0);
    Ok(())
}

const PRESENCE_OF_18_OR_20_OCTETS_IS_ACCEPTED: Case = registrar(
    "rfc5353/2.1/presence-of-18-or-20-octets-is-accepted",
    "An ENRP_PRESENCE that ends with its PE Checksum is answered, with the Length 18 and with the Length 20.",
    &[
        R5354_4_10, // A message's Length does not count padding at its end.
    ],
    presence_of_18_or_20_octets_is_accepted,
)
.needs(&[Ics::EnrpPeers]);

fn presence_of_18_or_20_octets_is_accepted(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let empty = t.checksum_of(&[]);
    let to = t.target_server();
    for length in [18_u16, 20] {
        let message = forge::presence(peer.id, to, true, Some(empty), None);
        let octets = message.set("length", length)?.octets();
        let what = format!("Length {length}");
        is_answered(t, R5354_4_10, &peer, ENRP_PRESENCE, (&what, &octets))?;
    }
    Ok(())
}

const PADDING_OF_A_CHECKSUM_IS_IGNORED: Case = registrar(
    "rfc5353/2.1/padding-of-a-checksum-is-ignored",
    "An ENRP_PRESENCE is answered although the two octets behind its PE Checksum are not zero.",
    &[
        R5354_3_17, // The receiver ignores the content of parameter padding.
        R5354_4_14, // The receiver ignores the content of message padding.
    ],
    padding_of_a_checksum_is_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn padding_of_a_checksum_is_ignored(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let (empty, to) = (t.checksum_of(&[]), t.target_server());
    let information = server_information(peer.id, t.address(&peer)?);
    let inside = forge::presence(peer.id, to, true, Some(empty), Some(&information));
    let octets = inside.padding("pe-checksum", 0xa5)?.octets();
    is_answered(t, R5354_3_17, &peer, ENRP_PRESENCE, ("inside", &octets))?;
    let at_the_end = forge::presence(peer.id, to, true, Some(empty), None);
    control(t, &peer, ENRP_PRESENCE, &at_the_end.clone().octets())?;
    let octets = at_the_end.padding("", 0xa5)?.octets();
    is_answered(t, R5354_4_14, &peer, ENRP_PRESENCE, ("at the end", &octets))?;
    Ok(())
}

const SERVER_INFORMATION_OF_EVERY_FORM: Case = registrar(
    "rfc5353/2.1/server-information-of-every-form",
    "A peer is answered, and listed with its addresses, whether it has one, two or eight of either family.",
    &[
        R5353_3_4_3_1, // A PRESENCE that requires a reply is answered in time.
        R5353_2_6_3,   // A listed peer has the addresses that it announced.
    ],
    server_information_of_every_form,
)
.needs(&[Ics::EnrpPeers]);

fn server_information_of_every_form(t: &mut Tester) -> Outcome {
    let [peer, reader] = joined::<2>(t)?;
    let (own, empty) = (t.address(&peer)?, t.checksum_of(&[]));
    let to = t.target_server();
    for (what, transport) in server_transports(own) {
        let information = forge::ServerInformation {
            id: peer.id,
            transport,
        };
        let octets = forge::presence(peer.id, to, true, Some(empty), Some(&information)).octets();
        is_answered(t, R5353_3_4_3_1, &peer, ENRP_PRESENCE, (what, &octets))?;
        let list = list_of_target(t, &reader)?;
        lists_information(t, &list, &information);
    }
    Ok(())
}

const UNKNOWN_PARAMETER_IN_A_PRESENCE: Case = registrar(
    "rfc5353/2.1/unknown-parameter-in-a-presence",
    "An unknown parameter of an ENRP_PRESENCE, at its end or in its Server Information, is treated by its type.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_parameter_in_a_presence,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_in_a_presence(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let (own, empty) = (t.address(&peer)?, t.checksum_of(&[]));
    let information = server_information(peer.id, own);
    for place in ["", "server-information"] {
        by_the_highest_bits(t, &peer, ENRP_PRESENCE, |t, odd| {
            let to = t.target_server();
            let message = forge::presence(peer.id, to, true, Some(empty), Some(&information));
            message.append(place, odd)
        })?;
    }
    Ok(())
}

/// Malformed ENRP_PRESENCE.
const MALFORMED: &Forms = &[
    ("no server IDs", |m| Ok(m.truncate(4).patch(2, &[0, 4]))),
    ("half a server ID", |m| {
        Ok(m.truncate(10).patch(2, &[0, 10]))
    }),
    ("Length 0", |m| m.set("length", 0)),
    ("Length 17", |m| m.set("length", 17)),
    ("Length beyond the message", |m| m.set("length", 0xffff)),
    ("PE Checksum of 4 octets", |m| {
        m.set("pe-checksum/#length", 4)
    }),
    ("PE Checksum of 5 octets", |m| {
        m.set("pe-checksum/#length", 5)
    }),
    ("PE Checksum of 8 octets", |m| {
        m.set("pe-checksum/#length", 8)
    }),
    ("PE Checksum beyond the message", |m| {
        m.set("pe-checksum/#length", 0x7fff)
    }),
    ("Server Information of 7 octets", |m| {
        m.set("server-information/#length", 7)
    }),
    ("Server Information beyond the message", |m| {
        m.set("server-information/#length", 0x80)
    }),
    ("no transport", |m| {
        m.remove("server-information/sctp-transport")
    }),
    ("transport of 7 octets", |m| {
        m.set("server-information/sctp-transport/#length", 7)
    }),
    ("TCP transport", |m| {
        m.set("server-information/sctp-transport/#type", 5)
    }),
    ("two PE Checksums", |m| {
        m.insert_before("server-information", Parameter::pe_checksum(7))
    }),
    ("Pool Handle", |m| m.set("server-information/#type", 9)),
    ("cut in an address", |m| Ok(m.truncate(42))),
];

const MALFORMED_PRESENCE_IS_SURVIVED: Case = registrar(
    "rfc5353/2.1/malformed-presence-is-survived",
    "The target continues to serve after ENRP_PRESENCE messages with wrong Lengths or missing parts.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    malformed_presence_is_survived,
)
.needs(&[Ics::EnrpPeers]);

fn malformed_presence_is_survived(t: &mut Tester) -> Outcome {
    survives(t, MALFORMED, |t, peer| {
        let (own, to) = (t.target_enrp_address(), t.target_server());
        let information = server_information(peer.id, own);
        forge::presence(peer.id, to, true, Some(0xffff), Some(&information))
    })
}

const PRESENCE_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.1/presence-of-the-target",
    "The target's ENRP_PRESENCE has its IDs, its PE Checksum and its Server Information, in this order.",
    &[
        R5353_2_1_12,  // Server Information has the address of the sender.
        R5354_4_7,     // The sender sets undefined flags to zero.
        R5353_2_1_9,   // An ENRP_PRESENCE has two IDs and its parameters.
        R5353_2_1_1,   // The Sending Server's ID is the sender's own ID.
        R5353_2_1_4,   // A requested ENRP_PRESENCE carries Server Information.
        R5353_3_6_1_1, // Every ENRP_PRESENCE carries the current PE checksum.
    ],
    presence_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn presence_of_the_target(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let pes = [t.pool_element(&pool), t.pool_element(&other)];
    t.preamble(|t| pes.iter().try_for_each(|pe| t.register(pe)))?;
    let server = t.target_server();

    let presence = presence_of_target(t, &peer)?;
    has_parameters(t, R5353_2_1_9, &presence, &[0xf, 0xb]);
    t.check_eq(R5354_4_7, "flags", presence.octets[1], 0);
    let (length, octets) = (presence.number("length"), presence.octets.len() as i64);
    let fits = length.is_some_and(|length| length <= octets);
    t.check_that(R5353_2_1_9, fits, &presence);
    t.field(R5353_2_1_1, &presence, "sender-server-id", server);
    let (id, target) = (
        "server-information/server-identifier",
        t.target_enrp_address(),
    );
    t.field(R5353_2_1_4, &presence, id, server);
    let path = "server-information/sctp-transport";
    let port_path = format!("{path}/port");
    t.field(R5353_2_1_4, &presence, &port_path, target.port());
    let (own, seen) = (target.ip(), addresses(&presence, path));
    let note = format!("{own} is not among {seen:?}");
    t.check_that(R5353_2_1_12, seen.contains(&own.to_string()), note);
    let [one, two] = pes.map(|pe| pe.pe_identifier());
    let sum = t.checksum_of(&[(&pool, one), (&other, two)]);
    has_checksum(t, R5353_3_6_1_1, &presence, sum);
    Ok(())
}

const PRESENCE_TO_ALL_HAS_RECEIVER_0: Case = registrar(
    "rfc5353/2.1/presence-to-all-has-receiver-0",
    "The ENRP_PRESENCE that goes to all peers in a cycle has Receiving Server's ID 0.",
    &[
        R5353_2_1_2, // A message to a group has Receiving Server's ID 0.
    ],
    presence_to_all_has_receiver_0,
)
.needs(&[Ics::EnrpPeers]);

fn presence_to_all_has_receiver_0(t: &mut Tester) -> Outcome {
    let [one, two] = joined::<2>(t)?;
    let within = time_to_heartbeat(t);
    for peer in [&one, &two] {
        let clear = |m: &Message| !m.flag('R');
        let heartbeat = t.expect_that(R5353_3_4_2_1, peer, ENRP_PRESENCE, within, clear)?;
        t.field(R5353_2_1_2, &heartbeat, "receiver-server-id", 0);
    }
    Ok(())
}

const SERVER_ID_IS_KEPT: Case = registrar(
    "rfc5353/2.1/server-id-is-kept",
    "The target's server ID is not 0, and the same in a list and in the heartbeats to two peers.",
    &[
        R5353_2_1_5, // A registrar's server ID is not 0.
        R5353_2_1_6, // A registrar keeps its server ID until it restarts.
    ],
    server_id_is_kept,
)
.needs(&[Ics::EnrpPeers]);

fn server_id_is_kept(t: &mut Tester) -> Outcome {
    let [one, two] = joined::<2>(t)?;
    let first = list_of_target(t, &one)?.number("sender-server-id");
    t.check_that(R5353_2_1_5, first != Some(0), "the server ID is 0");
    let within = time_to_heartbeat(t);
    for peer in [&one, &two, &one] {
        let heartbeat = sample(t, peer, ENRP_PRESENCE, within, |m| !m.flag('R'))?;
        let seen = heartbeat.number("sender-server-id");
        t.check_eq(R5353_2_1_6, "Sending Server's ID", seen, first);
    }
    Ok(())
}
