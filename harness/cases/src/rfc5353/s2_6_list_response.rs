//! RFC 5353 §2.6: ENRP_LIST_RESPONSE, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    EMPTY_LIST_IS_ACCEPTED,
    LIST_WITH_MENTOR_AND_REQUESTER_IS_ACCEPTED,
    LIST_OF_EVERY_FORM,
    UNDEFINED_FLAGS_OF_A_LIST_ARE_IGNORED,
    UNKNOWN_PARAMETER_IN_A_LIST,
    MALFORMED_LIST_IS_SURVIVED,
    LIST_OF_THE_TARGET,
];

/// Starts the target with a mentor that answers the list request with the message that `list` makes of the two server
/// IDs, and returns the mentor. The mentor answers no further list request.
fn gets_list(
    t: &mut Tester,
    list: impl FnOnce(&mut Tester, &EnrpPeer, u32) -> Result<Vec<u8>, Stop>,
) -> Result<EnrpPeer, Stop> {
    let mentor = t.enrp_peer()?;
    t.habits(&mentor).list = Reaction::Silent;
    t.preamble(|t| {
        t.start_with_mentors(&[&mentor])?;
        let within = t.timers().max_time_no_response;
        t.expect(R5353_3_2_2_2_2, &mentor, ENRP_LIST_REQUEST, within)?;
        Ok(())
    })?;
    let to = t.target_server();
    let octets = list(t, &mentor, to)?;
    t.send_octets(&mentor, &octets)?;
    Ok(mentor)
}

/// Checks that the target goes on to its mentor's handlespace.
fn goes_on(t: &mut Tester, requirement: ReqId, mentor: &EnrpPeer) -> Outcome {
    let within = t.timers().max_time_no_response;
    t.expect(requirement, mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
    Ok(())
}

const EMPTY_LIST_IS_ACCEPTED: Case = registrar(
    "rfc5353/2.6/empty-list-is-accepted",
    "A registrar whose mentor lists no server requests the table.",
    &[
        R5353_3_2_3_2, // The table request follows the list.
    ],
    empty_list_is_accepted,
)
.needs(&[Ics::EnrpPeers]);

fn empty_list_is_accepted(t: &mut Tester) -> Outcome {
    let mentor = gets_list(t, |_, mentor, to| {
        Ok(forge::list_response(mentor.id, to, false, &[]).octets())
    })?;
    goes_on(t, R5353_3_2_3_2, &mentor)
}

const LIST_WITH_MENTOR_AND_REQUESTER_IS_ACCEPTED: Case = registrar(
    "rfc5353/2.6/list-with-mentor-and-requester-is-accepted",
    "A list that names the mentor and the target itself is accepted; the target does not look for itself.",
    &[
        R5353_3_2_3_2, // The table request follows the list.
        R5353_3_4_3_6, // A peer that is heard in time is not taken over.
    ],
    list_with_mentor_and_requester_is_accepted,
)
.needs(&[Ics::EnrpPeers]);

fn list_with_mentor_and_requester_is_accepted(t: &mut Tester) -> Outcome {
    let mentor = gets_list(t, |t, mentor, to| {
        let own = server_information(to, t.target_enrp_address());
        let mentors = server_information(mentor.id, t.address(mentor)?);
        Ok(forge::list_response(mentor.id, to, false, &[mentors, own]).octets())
    })?;
    goes_on(t, R5353_3_2_3_2, &mentor)?;

    let (server, span) = (t.target_server(), t.latest(time_to_takeover(t)));
    t.pass_time(span)?;
    let takeovers = t.take_all(&mentor, ENRP_INIT_TAKEOVER);
    let own = takeovers
        .iter()
        .any(|m| m.number("targeting-server-id") == Some(server.into()));
    t.check_that(R5353_3_4_3_6, !own, "the target initiates its own takeover");
    Ok(())
}

const LIST_OF_EVERY_FORM: Case = registrar(
    "rfc5353/2.6/list-of-every-form",
    "Servers of the list with one address, several, or those of both families become peers.",
    &[
        R5353_3_2_2_2_5, // The list response initialises the peer list.
    ],
    list_of_every_form,
)
.needs(&[Ics::EnrpPeers]);

fn list_of_every_form(t: &mut Tester) -> Outcome {
    let mut listed = Vec::new();
    for _ in 0..server_transports(t.target_enrp_address()).len() {
        listed.push(t.enrp_peer()?);
    }
    gets_list(t, |t, mentor, to| {
        let mut servers = Vec::new();
        for (nth, peer) in listed.iter().enumerate() {
            let own = t.address(peer)?;
            let (_, transport) = server_transports(own).swap_remove(nth);
            servers.push(forge::ServerInformation {
                id: peer.id,
                transport,
            });
        }
        Ok(forge::list_response(mentor.id, to, false, &servers).octets())
    })?;

    let within = time_to_heartbeat(t) + AT_ONCE;
    for peer in &listed {
        t.expect(R5353_3_2_2_2_5, peer, ENRP_PRESENCE, within)?;
    }
    Ok(())
}

const UNDEFINED_FLAGS_OF_A_LIST_ARE_IGNORED: Case = registrar(
    "rfc5353/2.6/undefined-flags-of-a-list-are-ignored",
    "A list response with all undefined flags is accepted.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_of_a_list_are_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn undefined_flags_of_a_list_are_ignored(t: &mut Tester) -> Outcome {
    let mentor = gets_list(t, |_, mentor, to| {
        Ok(forge::list_response(mentor.id, to, false, &[])
            .patch(1, &[0xfe])
            .octets())
    })?;
    goes_on(t, R5354_4_8, &mentor)
}

const UNKNOWN_PARAMETER_IN_A_LIST: Case = registrar(
    "rfc5353/2.6/unknown-parameter-in-a-list",
    "An unknown parameter at the end of a list response is treated by its type.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_parameter_in_a_list,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_in_a_list(t: &mut Tester) -> Outcome {
    for code in [DROP, DROP_REPORT, SKIP, SKIP_REPORT] {
        let mentor = gets_list(t, |_, mentor, to| {
            let list = forge::list_response(mentor.id, to, false, &[]);
            Ok(list.parameter(odd(code)).octets())
        })?;
        t.pass_time(AT_ONCE)?;
        let requests = t.take_all(&mentor, ENRP_HANDLE_TABLE_REQUEST);
        let what = format!("a table request after parameter {code:#06x}");
        t.check_eq(R5353_3_7_2, &what, !requests.is_empty(), code & 0x8000 != 0);
        is_reported(t, &mentor, code);
    }
    Ok(())
}

/// Malformed ENRP_LIST_RESPONSE.
const MALFORMED: &Forms = &[
    ("no server IDs", |m| Ok(m.truncate(4).patch(2, &[0, 4]))),
    ("half a server ID", |m| {
        Ok(m.truncate(10).patch(2, &[0, 10]))
    }),
    ("Length 0", |m| m.set("length", 0)),
    ("Length beyond the message", |m| m.set("length", 0xffff)),
    ("Server Information of 7 octets", |m| {
        m.set("server-information/#length", 7)
    }),
    ("Server Information beyond the message", |m| {
        m.set("server-information/#length", 0x7fff)
    }),
    ("no transport", |m| {
        m.remove("server-information/sctp-transport")
    }),
    ("TCP transport", |m| {
        m.set("server-information/sctp-transport/#type", 5)
    }),
    ("transport of 7 octets", |m| {
        m.set("server-information/sctp-transport/#length", 7)
    }),
    ("server ID 0", |m| {
        m.set("server-information/server-identifier", 0)
    }),
    ("port 0", |m| {
        m.set("server-information/sctp-transport/port", 0)
    }),
    (
        "PE Checksum",
        |m| Ok(m.parameter(Parameter::pe_checksum(0))),
    ),
    ("R flag and servers", |m| m.set("flag/R", 1)),
    ("cut in an address", |m| Ok(m.truncate(34))),
];

const MALFORMED_LIST_IS_SURVIVED: Case = registrar(
    "rfc5353/2.6/malformed-list-is-survived",
    "The target continues to serve after list responses that it has not requested and that are malformed.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    malformed_list_is_survived,
)
.needs(&[Ics::EnrpPeers]);

fn malformed_list_is_survived(t: &mut Tester) -> Outcome {
    survives(t, MALFORMED, |t, peer| {
        let (own, to) = (t.target_enrp_address(), t.target_server());
        let servers = [server_information(peer.id, own)];
        forge::list_response(peer.id, to, false, &servers)
    })
}

const LIST_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.6/list-of-the-target",
    "The target's list has its IDs, no undefined flag, and one Server Information with the announced address for each peer.",
    &[
        R5354_4_7,    // The sender sets undefined flags to zero.
        R5353_2_6_2,  // A list response has one Server Information per peer.
        R5353_2_6_3,  // A listed peer has the addresses that it announced.
        R5353_2_1_1,  // The Sending Server's ID is the sender's own ID.
        R5353_2_6_1,  // A rejecting list response has R set and lists no server.
        R5353_2_1_13, // A message to one registrar has its ID or 0.
    ],
    list_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn list_of_the_target(t: &mut Tester) -> Outcome {
    let [one, two, reader] = joined::<3>(t)?;
    let server = t.target_server();
    t.preamble(|t| list_of_target(t, &one).map(drop))?;
    let list = list_of_target(t, &reader)?;

    t.check_eq(R5354_4_7, "undefined flags", list.octets[1] & !1, 0);
    t.flag_clear(R5353_2_6_1, &list, 'R');
    let mut types = list.parameters();
    types.retain(|code| *code < 0x8000);
    let only = types.iter().all(|code| *code == 0xb);
    t.check_that(R5353_2_6_2, only, &list);
    let mut ids = servers(&list);
    ids.sort_unstable();
    ids.dedup();
    let count = servers(&list).len();
    t.check_eq(R5353_2_6_2, "different servers", ids.len(), count);
    t.field(R5353_2_1_1, &list, "sender-server-id", server);
    is_for(t, &list, &reader);
    for peer in [&one, &two] {
        let information = server_information(peer.id, t.address(peer)?);
        lists_information(t, &list, &information);
    }
    Ok(())
}
