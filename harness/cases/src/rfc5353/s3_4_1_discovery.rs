//! RFC 5353 §3.4.1: discovering new peers.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNKNOWN_REGISTRAR_IS_ASKED_FOR_ITS_PRESENCE,
    HANDLE_UPDATE_OF_AN_UNKNOWN_REGISTRAR_MAKES_IT_A_PEER,
    TABLE_REQUEST_OF_AN_UNKNOWN_REGISTRAR_MAKES_IT_A_PEER,
    NEW_PEER_GETS_ANNOUNCEMENTS,
    DISCOVERY_ENDS,
];

const UNKNOWN_REGISTRAR_IS_ASKED_FOR_ITS_PRESENCE: Case = registrar(
    "rfc5353/3.4.1/unknown-registrar-is-asked-for-its-presence",
    "A registrar that sends its first ENRP_PRESENCE becomes a peer and is asked for its presence.",
    &[
        R5353_3_4_1_1, // A message from an unknown registrar adds it as a peer.
        R5353_3_4_1_2, // A new peer gets a PRESENCE that requires a reply.
    ],
    unknown_registrar_is_asked_for_its_presence,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_registrar_is_asked_for_its_presence(t: &mut Tester) -> Outcome {
    let [known] = joined::<1>(t)?;
    let newcomer = t.enrp_peer()?;
    t.presence(&newcomer, false)?;

    becomes_a_peer(t, &newcomer, &known)
}

/// Checks that the target asks a newcomer for its presence and lists it.
fn becomes_a_peer(t: &mut Tester, newcomer: &EnrpPeer, known: &EnrpPeer) -> Outcome {
    let asked = t.expect_that(R5353_3_4_1_2, newcomer, ENRP_PRESENCE, AT_ONCE, |m| {
        m.flag('R')
    })?;
    t.observe_message("the newcomer got", &asked);
    t.pass_time(AT_ONCE)?;
    let list = list_of_target(t, known)?;
    list_names(t, R5353_3_4_1_1, &list, &[*newcomer], true);
    Ok(())
}

const HANDLE_UPDATE_OF_AN_UNKNOWN_REGISTRAR_MAKES_IT_A_PEER: Case = registrar(
    "rfc5353/3.4.1/handle-update-of-an-unknown-registrar-makes-it-a-peer",
    "A registrar whose first message is an ENRP_HANDLE_UPDATE becomes a peer.",
    &[
        R5353_3_4_1_1, // A message from an unknown registrar adds it as a peer.
        R5353_3_4_1_2, // A new peer gets a PRESENCE that requires a reply.
    ],
    handle_update_of_an_unknown_registrar_makes_it_a_peer,
)
.needs(&[Ics::EnrpPeers]);

fn handle_update_of_an_unknown_registrar_makes_it_a_peer(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [known] = joined::<1>(t)?;
    let newcomer = t.enrp_peer()?;
    let entry = t.element_of(&newcomer, &pool);
    t.adds_pe(&newcomer, &entry)?;

    becomes_a_peer(t, &newcomer, &known)
}

const TABLE_REQUEST_OF_AN_UNKNOWN_REGISTRAR_MAKES_IT_A_PEER: Case = registrar(
    "rfc5353/3.4.1/table-request-of-an-unknown-registrar-makes-it-a-peer",
    "A registrar whose first message is a table request gets the table and becomes a peer.",
    &[
        R5353_3_4_1_1, // A message from an unknown registrar adds it as a peer.
        R5353_3_4_1_2, // A new peer gets a PRESENCE that requires a reply.
        R5353_3_2_3_1, // Every table request is answered by a table response.
    ],
    table_request_of_an_unknown_registrar_makes_it_a_peer,
)
.needs(&[Ics::EnrpPeers]);

fn table_request_of_an_unknown_registrar_makes_it_a_peer(t: &mut Tester) -> Outcome {
    let [known] = joined::<1>(t)?;
    let newcomer = t.enrp_peer()?;
    part_of_table(t, &newcomer, false)?;

    becomes_a_peer(t, &newcomer, &known)
}

const NEW_PEER_GETS_ANNOUNCEMENTS: Case = registrar(
    "rfc5353/3.4.1/new-peer-gets-announcements",
    "A peer that was discovered gets the updates and heartbeats like every other peer.",
    &[
        R5353_3_1_2,   // An announcement reaches every peer.
        R5353_3_4_2_1, // A PRESENCE goes to all peers in each cycle.
    ],
    new_peer_gets_announcements,
)
.needs(&[Ics::EnrpPeers]);

fn new_peer_gets_announcements(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [_] = joined::<1>(t)?;
    let newcomer = t.enrp_peer()?;
    t.preamble(|t| {
        meet(t, &newcomer)?;
        t.pass_time(AT_ONCE)
    })?;
    t.forget(&newcomer);
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    update_about(t, R5353_3_1_2, &newcomer, ADD_PE, pe.pe_identifier())?;
    let within = time_to_heartbeat(t);
    t.expect(R5353_3_4_2_1, &newcomer, ENRP_PRESENCE, within)?;
    Ok(())
}

/// Most ENRP_PRESENCE messages of the target at a discovery: its question, an answer, and a heartbeat that is due.
const MOST_MESSAGES: usize = 4;

const DISCOVERY_ENDS: Case = registrar(
    "rfc5353/3.4.1/discovery-ends",
    "Two registrars that ask each other for their presence at the same time exchange a few messages.",
    &[
        R5353_3_4_1_3, // Two registrars that find each other stop asking.
    ],
    discovery_ends,
)
.needs(&[Ics::EnrpPeers]);

fn discovery_ends(t: &mut Tester) -> Outcome {
    let [_] = joined::<1>(t)?;
    let newcomer = t.enrp_peer()?;
    t.presence(&newcomer, true)?;
    t.pass_time(t.timers().max_time_no_response)?;

    let messages = t.take_all(&newcomer, ENRP_PRESENCE).len();
    let note = format!("{messages} ENRP_PRESENCE in MAX-TIME-NO-RESPONSE");
    t.check_that(R5353_3_4_1_3, messages <= MOST_MESSAGES, note);
    Ok(())
}
