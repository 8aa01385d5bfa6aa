//! RFC 5353 §3.4.1: peers that are found by any message, and peers that restart.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    EVERY_MESSAGE_MAKES_A_PEER,
    KNOWN_PEER_IS_NOT_ASKED_AGAIN,
    RESTARTED_PEER_GETS_ANNOUNCEMENTS,
    PEER_WITH_ANOTHER_ID_IS_ANOTHER_PEER,
];

/// Returns one message of each type, apart from ENRP_PRESENCE and ENRP_HANDLE_TABLE_REQUEST.
fn first_messages(t: &mut Tester, peer: &EnrpPeer) -> Vec<Forge> {
    let (id, to, other) = (peer.id, t.target_server(), t.random_identifier());
    let pool = t.unused_pool_handle();
    let entry = t.element_of(peer, &pool);
    vec![
        forge::list_response(id, to, false, &[]),
        forge::handle_table_response(id, to, false, false, &[]),
        forge::handle_update(id, 0, DEL_PE, &pool.0, &entry.element),
        forge::init_takeover(id, 0, other),
        forge::init_takeover_ack(id, to, other),
        forge::takeover_server(id, 0, other),
        forge::enrp_error(id, to, &[Cause::new(Cause::UNSPECIFIED)]),
        forge::list_request(id, to),
    ]
}

const EVERY_MESSAGE_MAKES_A_PEER: Case = registrar(
    "rfc5353/3.4.1/every-message-makes-a-peer",
    "A registrar becomes a peer by its first message, whatever type it has.",
    &[
        R5353_3_4_1_1, // A message from an unknown registrar adds it as a peer.
        R5353_3_4_1_2, // A new peer gets a PRESENCE that requires a reply.
    ],
    every_message_makes_a_peer,
)
.needs(&[Ics::EnrpPeers]);

fn every_message_makes_a_peer(t: &mut Tester) -> Outcome {
    let [known] = joined::<1>(t)?;
    let mut newcomers = Vec::new();
    for nth in 0..first_messages(t, &known).len() {
        let newcomer = t.enrp_peer()?;
        let message = first_messages(t, &newcomer).swap_remove(nth);
        t.send(&newcomer, message)?;
        let asks = |m: &Message| m.flag('R');
        t.expect_that(R5353_3_4_1_2, &newcomer, ENRP_PRESENCE, AT_ONCE, asks)?;
        newcomers.push(newcomer);
    }
    t.pass_time(AT_ONCE)?;
    let list = list_of_target(t, &known)?;
    list_names(t, R5353_3_4_1_1, &list, &newcomers, true);
    Ok(())
}

const KNOWN_PEER_IS_NOT_ASKED_AGAIN: Case = registrar(
    "rfc5353/3.4.1/known-peer-is-not-asked-again",
    "A known peer that sends messages of every type is not asked for its presence.",
    &[
        R5353_3_4_1_3, // Two registrars that find each other stop asking.
    ],
    known_peer_is_not_asked_again,
)
.needs(&[Ics::EnrpPeers]);

fn known_peer_is_not_asked_again(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for message in first_messages(t, &peer) {
        t.send(&peer, message)?;
    }
    t.presence(&peer, false)?;
    t.preamble(|t| handled(t, &peer))?;
    t.pass_time(AT_ONCE)?;

    is_not_asked(t, R5353_3_4_1_3, &peer);
    Ok(())
}

const RESTARTED_PEER_GETS_ANNOUNCEMENTS: Case = registrar(
    "rfc5353/3.4.1/restarted-peer-gets-announcements",
    "A peer that restarts under its server ID gets updates and heartbeats over its new association.",
    &[
        R5353_3_1_2,   // An announcement reaches every peer.
        R5353_3_4_2_1, // A PRESENCE goes to all peers in each cycle.
    ],
    restarted_peer_gets_announcements,
)
.needs(&[Ics::EnrpPeers]);

fn restarted_peer_gets_announcements(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [_, peer] = joined::<2>(t)?;
    t.restarts(&peer)?;
    t.preamble(|t| {
        t.presence(&peer, true)?;
        handled(t, &peer)
    })?;
    t.forget(&peer);
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    update_about(t, R5353_3_1_2, &peer, ADD_PE, pe.pe_identifier())?;
    let within = time_to_heartbeat(t);
    t.expect(R5353_3_4_2_1, &peer, ENRP_PRESENCE, within)?;
    Ok(())
}

const PEER_WITH_ANOTHER_ID_IS_ANOTHER_PEER: Case = registrar(
    "rfc5353/3.4.1/peer-with-another-id-is-another-peer",
    "A peer that restarts with another server ID is a new peer, and its old ID is taken over.",
    &[
        R5353_3_4_1_1, // A message from an unknown registrar adds it as a peer.
        R5353_3_4_1_2, // A new peer gets a PRESENCE that requires a reply.
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
    ],
    peer_with_another_id_is_another_peer,
)
.needs(&[Ics::EnrpPeers]);

fn peer_with_another_id_is_another_peer(t: &mut Tester) -> Outcome {
    let [witness, peer] = joined::<2>(t)?;
    let old = i64::from(peer.id);
    let id = t.random_identifier();
    let anew = t.restarts_as(&peer, id)?;
    t.presence(&anew, false)?;

    let asks = |m: &Message| m.flag('R');
    t.expect_that(R5353_3_4_1_2, &anew, ENRP_PRESENCE, AT_ONCE, asks)?;
    let list = list_of_target(t, &witness)?;
    list_names(t, R5353_3_4_1_1, &list, &[anew], true);
    let within = time_to_takeover(t);
    let is_old = move |m: &Message| m.number("targeting-server-id") == Some(old);
    t.expect_that(R5353_3_4_3_5, &witness, ENRP_INIT_TAKEOVER, within, is_old)?;
    Ok(())
}
