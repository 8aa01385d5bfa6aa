//! RFC 5353 §3.2.2.2: requesting the list of registrars from the mentor.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    SILENT_MENTOR_IS_GIVEN_UP,
    REJECTED_LIST_REQUEST_IS_REPEATED,
    REJECTED_LIST_REQUEST_GOES_TO_A_BACKUP_OR_IS_REPEATED,
    LISTED_REGISTRARS_BECOME_PEERS,
    LIST_CONTAINS_ALL_KNOWN_REGISTRARS,
    LIST_REQUEST_OF_AN_UNKNOWN_REGISTRAR_IS_ANSWERED,
    STARTING_REGISTRAR_REJECTS_LIST_REQUESTS,
];

const SILENT_MENTOR_IS_GIVEN_UP: Case = registrar(
    "rfc5353/3.2.2.2/silent-mentor-is-given-up",
    "If the mentor does not answer the list request in time, a backup gets it.",
    &[
        R5353_3_2_2_2_3, // A silent mentor is given up after the timer.
    ],
    silent_mentor_is_given_up,
)
.needs(&[Ics::EnrpPeers]);

fn silent_mentor_is_given_up(t: &mut Tester) -> Outcome {
    let (one, two) = (t.enrp_peer()?, t.enrp_peer()?);
    for peer in [&one, &two] {
        t.habits(peer).list = Reaction::Silent;
    }
    t.preamble(|t| t.start_target(&[&one, &two]))?;
    let first = first_asked(t, &[one, two])?;
    let backup = if first == one { two } else { one };

    let within = t.timers().max_time_no_response;
    t.expect(R5353_3_2_2_2_3, &backup, ENRP_LIST_REQUEST, within)?;
    Ok(())
}

/// Returns the peer that gets the first list request.
fn first_asked(t: &mut Tester, peers: &[EnrpPeer]) -> Result<EnrpPeer, Stop> {
    let (first, _) = asked_first(t, peers, ENRP_LIST_REQUEST)?;
    Ok(first)
}

const REJECTED_LIST_REQUEST_IS_REPEATED: Case = registrar(
    "rfc5353/3.2.2.2/rejected-list-request-is-repeated",
    "A rejected list request is sent to the only mentor again, after a few seconds.",
    &[
        R5353_3_2_2_2_7, // A rejected list request is repeated or moved.
    ],
    rejected_list_request_is_repeated,
)
.needs(&[Ics::EnrpPeers]);

fn rejected_list_request_is_repeated(t: &mut Tester) -> Outcome {
    let mentor = t.enrp_peer()?;
    t.habits(&mentor).list = Reaction::Rejects;
    t.preamble(|t| {
        t.start_target(&[&mentor])?;
        let within = t.timers().max_time_no_response;
        t.expect(R5353_3_2_2_2_2, &mentor, ENRP_LIST_REQUEST, within)?;
        Ok(())
    })?;

    let within = t.timers().rejected_request;
    t.expect(R5353_3_2_2_2_7, &mentor, ENRP_LIST_REQUEST, within)?;
    Ok(())
}

const REJECTED_LIST_REQUEST_GOES_TO_A_BACKUP_OR_IS_REPEATED: Case = registrar(
    "rfc5353/3.2.2.2/rejected-list-request-goes-to-a-backup-or-is-repeated",
    "After a rejected list request the registrar asks its backup, or the mentor again.",
    &[
        R5353_3_2_2_2_7, // A rejected list request is repeated or moved.
    ],
    rejected_list_request_goes_to_a_backup_or_is_repeated,
)
.needs(&[Ics::EnrpPeers]);

fn rejected_list_request_goes_to_a_backup_or_is_repeated(t: &mut Tester) -> Outcome {
    let peers = [t.enrp_peer()?, t.enrp_peer()?];
    for peer in &peers {
        t.habits(peer).list = Reaction::Rejects;
    }
    t.preamble(|t| t.start_target(&[&peers[0], &peers[1]]))?;
    first_asked(t, &peers)?;

    let until = t.now() + t.latest(t.timers().rejected_request);
    let again = t.next_of_any(&peers, until, ENRP_LIST_REQUEST)?.is_some();
    let note = "no further list request, neither to the mentor nor to the backup";
    t.check_that(R5353_3_2_2_2_7, again, note);
    Ok(())
}

const LISTED_REGISTRARS_BECOME_PEERS: Case = registrar(
    "rfc5353/3.2.2.2/listed-registrars-become-peers",
    "A registrar that the mentor lists gets the announcements of the starting registrar.",
    &[
        R5353_3_2_2_2_5, // The list response initialises the peer list.
    ],
    listed_registrars_become_peers,
)
.needs(&[Ics::EnrpPeers]);

fn listed_registrars_become_peers(t: &mut Tester) -> Outcome {
    let (mentor, listed) = (t.enrp_peer()?, t.enrp_peer()?);
    t.preamble(|t| t.join(&[&mentor]))?;

    let within = time_to_heartbeat(t);
    t.expect(R5353_3_2_2_2_5, &listed, ENRP_PRESENCE, within)?;
    Ok(())
}

const LIST_CONTAINS_ALL_KNOWN_REGISTRARS: Case = registrar(
    "rfc5353/3.2.2.2/list-contains-all-known-registrars",
    "A list response names all other registrars that the target knows, each with its address.",
    &[
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
        R5353_3_2_2_2_4, // A list response contains all known registrars.
        R5353_2_6_1,     // A rejecting list response has R set and lists no server.
        R5353_2_6_2,     // A list response has one Server Information per peer.
    ],
    list_contains_all_known_registrars,
)
.needs(&[Ics::EnrpPeers]);

fn list_contains_all_known_registrars(t: &mut Tester) -> Outcome {
    let [one, two, three] = joined::<3>(t)?;

    let list = list_of_target(t, &three)?;
    list_names(t, R5353_3_2_2_2_4, &list, &[one, two], true);
    t.flag_clear(R5353_2_6_1, &list, 'R');
    let ports = list.each("server-information", "sctp-transport/port");
    let (addresses, servers) = (ports.len(), servers(&list).len());
    t.check_eq(R5353_2_6_2, "addresses in the list", addresses, servers);
    Ok(())
}

const LIST_REQUEST_OF_AN_UNKNOWN_REGISTRAR_IS_ANSWERED: Case = registrar(
    "rfc5353/3.2.2.2/list-request-of-an-unknown-registrar-is-answered",
    "A registrar whose first message is a list request gets the list.",
    &[
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
        R5353_3_2_2_2_4, // A list response contains all known registrars.
    ],
    list_request_of_an_unknown_registrar_is_answered,
)
.needs(&[Ics::EnrpPeers]);

fn list_request_of_an_unknown_registrar_is_answered(t: &mut Tester) -> Outcome {
    let [known] = joined::<1>(t)?;
    let newcomer = t.enrp_peer()?;

    let list = list_of_target(t, &newcomer)?;
    list_names(t, R5353_3_2_2_2_4, &list, &[known], true);
    Ok(())
}

const STARTING_REGISTRAR_REJECTS_LIST_REQUESTS: Case = registrar(
    "rfc5353/3.2.2.2/starting-registrar-rejects-list-requests",
    "A registrar that waits for its mentor's list rejects a list request, without a list.",
    &[
        R5353_3_2_2_2_6, // A mentor that is starting rejects list requests.
        R5353_2_6_1,     // A rejecting list response has R set and lists no server.
    ],
    starting_registrar_rejects_list_requests,
)
.needs(&[Ics::EnrpPeers]);

fn starting_registrar_rejects_list_requests(t: &mut Tester) -> Outcome {
    let (mentor, other) = (t.enrp_peer()?, t.enrp_peer()?);
    t.habits(&mentor).list = Reaction::Silent;
    t.preamble(|t| {
        t.start_target(&[&mentor])?;
        let within = t.timers().max_time_no_response;
        t.expect(R5353_3_2_2_2_2, &mentor, ENRP_LIST_REQUEST, within)?;
        Ok(())
    })?;

    let list = list_of_target(t, &other)?;
    t.rejected(&[R5353_3_2_2_2_6], &list);
    t.lacks(R5353_2_6_1, &list, "server-information");
    Ok(())
}
