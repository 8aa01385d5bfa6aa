//! RFC 5353 §3.2.2.1: finding the mentor.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    CONFIGURED_PEER_IS_THE_MENTOR,
    ONE_OF_SEVERAL_PEERS_IS_THE_MENTOR,
    ALONE_A_REGISTRAR_SERVES_AT_ONCE,
];

/// Returns the time for the first message to a mentor, for which the RFC gives no limit: after this time the target would
/// hold a mentor that it knows for dead.
fn time_to_start(t: &Tester) -> Duration {
    time_to_takeover(t)
}

const CONFIGURED_PEER_IS_THE_MENTOR: Case = registrar(
    "rfc5353/3.2.2.1/configured-peer-is-the-mentor",
    "A registrar that starts with one configured peer requests this peer's list and then its table.",
    &[
        R5353_3_2_2_1_1, // The configured peer is the mentor.
        R5353_3_2_2_2_2, // A starting registrar requests its mentor's list.
        R5353_3_2_3_2,   // The table request follows the list.
    ],
    configured_peer_is_the_mentor,
)
.needs(&[Ics::EnrpPeers]);

fn configured_peer_is_the_mentor(t: &mut Tester) -> Outcome {
    let mentor = t.enrp_peer()?;
    t.preamble(|t| t.start_target(&[&mentor]))?;

    let within = time_to_start(t);
    let list = t.expect(R5353_3_2_2_2_2, &mentor, ENRP_LIST_REQUEST, within)?;
    let table = t.expect(R5353_3_2_3_2, &mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
    let note = "the table was requested before the list";
    t.check_that(R5353_3_2_2_1_1, list.at <= table.at, note);
    Ok(())
}

const ONE_OF_SEVERAL_PEERS_IS_THE_MENTOR: Case = registrar(
    "rfc5353/3.2.2.1/one-of-several-peers-is-the-mentor",
    "A registrar that starts with three configured peers downloads from one of them only.",
    &[
        R5353_3_2_2_1_2, // Of several configured peers one is the mentor.
    ],
    one_of_several_peers_is_the_mentor,
)
.needs(&[Ics::EnrpPeers]);

fn one_of_several_peers_is_the_mentor(t: &mut Tester) -> Outcome {
    let peers = [t.enrp_peer()?, t.enrp_peer()?, t.enrp_peer()?];
    t.preamble(|t| t.start_target(&[&peers[0], &peers[1], &peers[2]]))?;

    // All three answer, so there is no reason to change the mentor.
    let within = time_to_start(t);
    t.pass_time(t.latest(within))?;
    // A request with W set is an audit, which can concern every peer.
    let asked = peers
        .iter()
        .filter(|peer| {
            let requests = t.take_all(*peer, ENRP_HANDLE_TABLE_REQUEST);
            requests.iter().any(|m| !m.flag('W'))
        })
        .count();
    t.check_eq(R5353_3_2_2_1_2, "peers asked for a table", asked, 1);
    Ok(())
}

const ALONE_A_REGISTRAR_SERVES_AT_ONCE: Case = registrar(
    "rfc5353/3.2.2.1/alone-a-registrar-serves-at-once",
    "A registrar that starts without configured peers registers a PE and resolves its pool.",
    &[
        R5353_3_2_2_1_3, // Without configured peers a registrar serves at once.
    ],
    alone_a_registrar_serves_at_once,
)
.needs(&[Ics::EnrpPeers]);

fn alone_a_registrar_serves_at_once(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.start_target(&[]))?;

    t.answered(R5353_3_2_2_1_3, |t| t.register_response(&pe))?;
    t.lists(R5353_3_2_2_1_3, &pu, &pool, &[&pe])
}
