//! RFC 5353 §6.2: peers that repeat, flood or contradict. The target goes on serving PEs, PUs and its other peers.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    LIST_OF_CLOSED_PORTS,
    CHECKSUM_THAT_NEVER_MATCHES,
    STORM_OF_PRESENCES,
    REPEATED_TAKEOVER_OF_THE_LIVING_TARGET,
    FLOOD_OF_TAKEOVERS_OF_UNKNOWN_REGISTRARS,
    ASSOCIATION_THAT_IS_RESET_AGAIN_AND_AGAIN,
    REMOVALS_OF_A_PE_OF_THE_TARGET,
    PE_OF_THE_TARGET_THAT_IS_CLAIMED_AGAIN_AND_AGAIN,
    TAKEOVER_SERVER_THAT_NAMES_THE_LIVING_TARGET,
    PEER_THAT_DIES_AND_RETURNS_AGAIN_AND_AGAIN,
    FLOOD_OF_REQUESTS,
    FLOOD_OF_ANSWERS_WITHOUT_A_REQUEST,
];

/// Number of messages of a flood, each from a known peer.
const FLOOD: usize = 300;

/// Number of wrong PE checksums.
const LIES: usize = 100;
/// Time between two of them: enough for a resynchronisation.
const BETWEEN_LIES: Duration = Duration::from_millis(10);

const LIST_OF_CLOSED_PORTS: Case = registrar(
    "rfc5353/6.2/list-of-closed-ports",
    "A target whose mentor lists 1,500 registrars that do not exist starts and serves.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    list_of_closed_ports,
)
.needs(&[Ics::EnrpPeers]);

fn list_of_closed_ports(t: &mut Tester) -> Outcome {
    let mentor = t.enrp_peer()?;
    t.lists_closed_ports(&mentor, 1500);
    t.preamble(|t| {
        t.join(&[&mentor])?;
        t.pass_time(AT_ONCE)
    })?;

    let service = service(t, &mentor)?;
    goes_on(t, R5353_6_2_3, &service)
}

const CHECKSUM_THAT_NEVER_MATCHES: Case = registrar(
    "rfc5353/6.2/checksum-that-never-matches",
    "A peer whose PE checksum never matches gets at most one table request for each ENRP_PRESENCE.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    checksum_that_never_matches,
)
.needs(&[Ics::EnrpPeers]);

fn checksum_that_never_matches(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [witness, liar] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    let entry = t.element_of(&liar, &pool);
    t.holds(&liar, &entry);
    t.habits(&liar).lies = true;
    for _ in 0..LIES {
        t.presence(&liar, false)?;
        t.pass_time(BETWEEN_LIES)?;
    }
    t.pass_time(AT_ONCE)?;

    let requests = t.take_all(&liar, ENRP_HANDLE_TABLE_REQUEST).len();
    let note = format!("{requests} table requests for {LIES} ENRP_PRESENCE");
    t.check_that(R5353_6_2_3, requests <= LIES + 10, note);
    goes_on(t, R5353_6_2_3, &service)
}

const STORM_OF_PRESENCES: Case = registrar(
    "rfc5353/6.2/storm-of-presences",
    "A peer that asks for the presence again and again gets at most one answer for each question.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    storm_of_presences,
)
.needs(&[Ics::EnrpPeers]);

fn storm_of_presences(t: &mut Tester) -> Outcome {
    let [witness, stormy] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    for _ in 0..FLOOD {
        t.presence(&stormy, true)?;
    }
    t.pass_time(AT_ONCE)?;

    let answers = t.take_all(&stormy, ENRP_PRESENCE).len();
    // A heartbeat may fall into this time.
    let note = format!("{answers} answers to {FLOOD} questions");
    t.check_that(R5353_6_2_3, answers <= FLOOD + 10, note);
    goes_on(t, R5353_6_2_3, &service)
}

const REPEATED_TAKEOVER_OF_THE_LIVING_TARGET: Case = registrar(
    "rfc5353/6.2/repeated-takeover-of-the-living-target",
    "A peer that initiates the takeover of the target again and again does not become the Home of its PEs.",
    &[
        R5353_6_2_3,   // A registrar survives a hostile peer.
        R5353_3_5_1_5, // The target of a takeover announces its presence.
    ],
    repeated_takeover_of_the_living_target,
)
.needs(&[Ics::EnrpPeers]);

fn repeated_takeover_of_the_living_target(t: &mut Tester) -> Outcome {
    let [witness, hostile] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    let pu = t.pool_user();
    let server = t.target_server();
    let inits = (0..FLOOD).map(|_| forge::init_takeover(hostile.id, 0, server));
    flood(t, &hostile, inits)?;

    t.expect(R5353_3_5_1_5, &witness, ENRP_PRESENCE, AT_ONCE)?;
    home_is(t, R5353_6_2_3, &pu, service.pool(), server)?;
    goes_on(t, R5353_6_2_3, &service)
}

const FLOOD_OF_TAKEOVERS_OF_UNKNOWN_REGISTRARS: Case = registrar(
    "rfc5353/6.2/flood-of-takeovers-of-unknown-registrars",
    "Takeovers of 300 unknown registrars, initiated and declared by a peer, do no harm.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    flood_of_takeovers_of_unknown_registrars,
)
.needs(&[Ics::EnrpPeers]);

fn flood_of_takeovers_of_unknown_registrars(t: &mut Tester) -> Outcome {
    let [witness, hostile] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    let mut messages = Vec::new();
    for _ in 0..FLOOD {
        let unknown = t.random_identifier();
        messages.push(forge::init_takeover(hostile.id, 0, unknown));
        messages.push(forge::takeover_server(hostile.id, 0, unknown));
    }
    flood(t, &hostile, messages)?;

    goes_on(t, R5353_6_2_3, &service)
}

const ASSOCIATION_THAT_IS_RESET_AGAIN_AND_AGAIN: Case = registrar(
    "rfc5353/6.2/association-that-is-reset-again-and-again",
    "A peer that sets up an association, asks for the presence and aborts, 100 times, does no harm.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    association_that_is_reset_again_and_again,
)
.needs(&[Ics::EnrpPeers]);

fn association_that_is_reset_again_and_again(t: &mut Tester) -> Outcome {
    let [witness, restless] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    for _ in 0..100 {
        t.presence(&restless, true)?;
        t.abort(&restless)?;
    }

    goes_on(t, R5353_6_2_3, &service)
}

const REMOVALS_OF_A_PE_OF_THE_TARGET: Case = registrar(
    "rfc5353/6.2/removals-of-a-pe-of-the-target",
    "A PE of the target that a peer removes again and again can register again, and is listed.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    removals_of_a_pe_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn removals_of_a_pe_of_the_target(t: &mut Tester) -> Outcome {
    let [witness, hostile] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    let server = t.target_server();
    let entry = service.entry(t, &hostile);
    for home in [hostile.id, server, witness.id] {
        let entry = entry.owned_by(home);
        let removal =
            || forge::handle_update(hostile.id, 0, DEL_PE, &entry.handle.0, &entry.element);
        flood(t, &hostile, (0..50).map(|_| removal()))?;
    }
    t.pass_time(AT_ONCE)?;

    goes_on(t, R5353_6_2_3, &service)
}

const PE_OF_THE_TARGET_THAT_IS_CLAIMED_AGAIN_AND_AGAIN: Case = registrar(
    "rfc5353/6.2/pe-of-the-target-that-is-claimed-again-and-again",
    "A PE that a peer claims 100 times and that registers again has the target as its Home at the end.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    pe_of_the_target_that_is_claimed_again_and_again,
)
.needs(&[Ics::EnrpPeers]);

fn pe_of_the_target_that_is_claimed_again_and_again(t: &mut Tester) -> Outcome {
    let [witness, hostile] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    let entry = service.entry(t, &hostile);
    let claim = || forge::handle_update(hostile.id, 0, ADD_PE, &entry.handle.0, &entry.element);
    flood(t, &hostile, (0..100).map(|_| claim()))?;
    t.pass_time(AT_ONCE)?;

    goes_on(t, R5353_6_2_3, &service)?;
    let pu = t.pool_user();
    let resolution = t.resolve(&pu, service.pool())?;
    let server = i64::from(t.target_server());
    let homes = resolution.each("pool-element", "home-enrp-server-identifier");
    let note = format!("Home ENRP servers {homes:x?}, target {server:#010x}");
    t.check_that(R5353_6_2_3, homes.iter().all(|home| *home == server), note);
    Ok(())
}

const TAKEOVER_SERVER_THAT_NAMES_THE_LIVING_TARGET: Case = registrar(
    "rfc5353/6.2/takeover-server-that-names-the-living-target",
    "A peer that declares 100 times that it has taken over the target does not end its service.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    takeover_server_that_names_the_living_target,
)
.needs(&[Ics::EnrpPeers]);

fn takeover_server_that_names_the_living_target(t: &mut Tester) -> Outcome {
    let [witness, hostile] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    let server = t.target_server();
    let declared = (0..100).map(|_| forge::takeover_server(hostile.id, 0, server));
    flood(t, &hostile, declared)?;
    t.pass_time(AT_ONCE)?;

    goes_on(t, R5353_6_2_3, &service)
}

const PEER_THAT_DIES_AND_RETURNS_AGAIN_AND_AGAIN: Case = registrar(
    "rfc5353/6.2/peer-that-dies-and-returns-again-and-again",
    "A peer that is taken over by another one and returns, 50 times, does no harm.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    peer_that_dies_and_returns_again_and_again,
)
.needs(&[Ics::EnrpPeers]);

fn peer_that_dies_and_returns_again_and_again(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [witness, undead] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    let entry = t.element_of(&undead, &pool);
    for _ in 0..50 {
        t.adds_pe(&undead, &entry)?;
        t.takes_over(&witness, undead.id)?;
        t.presence(&undead, true)?;
    }
    t.pass_time(AT_ONCE)?;

    goes_on(t, R5353_6_2_3, &service)
}

const FLOOD_OF_REQUESTS: Case = registrar(
    "rfc5353/6.2/flood-of-requests",
    "A peer that sends list and table requests without waiting for the answers does no harm.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    flood_of_requests,
)
.needs(&[Ics::EnrpPeers]);

fn flood_of_requests(t: &mut Tester) -> Outcome {
    let [witness, greedy] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    let (id, server) = (greedy.id, t.target_server());
    let requests = (0..FLOOD).map(|nth| match nth % 3 {
        0 => forge::list_request(id, server),
        1 => forge::handle_table_request(id, server, false),
        _ => forge::handle_table_request(id, server, true),
    });
    flood(t, &greedy, requests)?;

    goes_on(t, R5353_6_2_3, &service)
}

const FLOOD_OF_ANSWERS_WITHOUT_A_REQUEST: Case = registrar(
    "rfc5353/6.2/flood-of-answers-without-a-request",
    "Lists, tables and acknowledgements that the target has not asked for do no harm.",
    &[
        R5353_6_2_3, // A registrar survives a hostile peer.
    ],
    flood_of_answers_without_a_request,
)
.needs(&[Ics::EnrpPeers]);

fn flood_of_answers_without_a_request(t: &mut Tester) -> Outcome {
    let [witness, hostile] = joined::<2>(t)?;
    let service = service(t, &witness)?;
    let (id, server) = (hostile.id, t.target_server());
    let answers = (0..FLOOD).map(|nth| match nth % 4 {
        0 => forge::list_response(id, server, nth % 8 == 0, &[]),
        1 => forge::handle_table_response(id, server, false, true, &[]),
        2 => forge::handle_table_response(id, server, true, false, &[]),
        _ => forge::init_takeover_ack(id, server, witness.id),
    });
    flood(t, &hostile, answers)?;

    goes_on(t, R5353_6_2_3, &service)
}
