//! RFC 5353 §3.3.1: additions by the registrar that they come from, and many of them.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    UNCHANGED_RE_REGISTRATION_IS_ANNOUNCED,
    UPDATE_OF_A_PEER_IS_NOT_REPEATED,
    ADD_PE_TAKES_A_PE_OF_THE_TARGET,
    ADD_PE_OF_AN_UNKNOWN_REGISTRAR_IS_TAKEN,
    PE_THAT_MOVES_TO_THE_TARGET,
    PE_THAT_MOVES_AWAY_FROM_THE_TARGET,
    MANY_UPDATES,
];

const UNCHANGED_RE_REGISTRATION_IS_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.1/unchanged-re-registration-is-announced",
    "A re-registration that changes nothing is announced like every other one.",
    &[
        R5353_3_3_1_4, // A granted re-registration is announced to all peers.
    ],
    unchanged_re_registration_is_announced,
)
.needs(&[Ics::EnrpPeers]);

fn unchanged_re_registration_is_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pe = t.pool_element(&pool);
    t.preamble(|t| {
        t.register(&pe)?;
        is_announced(t, R5353_3_3_1_3, &peer, &pe)?;
        t.register(&pe)
    })?;

    update_about(t, R5353_3_3_1_4, &peer, ADD_PE, pe.pe_identifier())?;
    Ok(())
}

const UPDATE_OF_A_PEER_IS_NOT_REPEATED: Case = registrar(
    "rfc5353/3.3.1/update-of-a-peer-is-not-repeated",
    "PEs that a peer adds, changes and removes are announced to no peer by the target.",
    &[
        R5353_3_3_1_10, // A registrar does not repeat the updates of its peers.
    ],
    update_of_a_peer_is_not_repeated,
)
.needs(&[Ics::EnrpPeers]);

fn update_of_a_peer_is_not_repeated(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer, witness] = joined::<2>(t)?;
    let mut entry = t.element_of(&peer, &pool);
    t.adds_pe(&peer, &entry)?;
    entry.element.life = 200;
    t.adds_pe(&peer, &entry)?;
    t.deletes_pe(&peer, &entry)?;
    t.preamble(|t| handled(t, &peer))?;

    peer_gets_none(t, R5353_3_3_1_10, &witness, ENRP_HANDLE_UPDATE)?;
    peer_gets_none(t, R5353_3_3_1_10, &peer, ENRP_HANDLE_UPDATE)
}

const ADD_PE_TAKES_A_PE_OF_THE_TARGET: Case = registrar(
    "rfc5353/3.3.1/add-pe-takes-a-pe-of-the-target",
    "A PE of the target that a peer announces as its own has this peer as its Home afterwards.",
    &[
        R5353_3_3_1_9, // An ADD_PE replaces a known PE.
        R5353_3_6_2_3, // PE checksums follow every change at once.
    ],
    add_pe_takes_a_pe_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn add_pe_takes_a_pe_of_the_target(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    t.preamble(|t| t.register(&pe))?;
    let mut entry = t.element_of(&peer, &pool);
    entry.element.id = pe.pe_identifier();
    entry.element.user_transport = pe.element.user_transport.clone();
    t.claims_pe(&peer, &entry)?;
    t.preamble(|t| handled(t, &peer))?;

    home_is(t, R5353_3_3_1_9, &pu, &pool, peer.id)?;
    let none = t.checksum_of(&[]);
    let answer = presence_of_target(t, &peer)?;
    has_checksum(t, R5353_3_6_2_3, &answer, none);
    Ok(())
}

const ADD_PE_OF_AN_UNKNOWN_REGISTRAR_IS_TAKEN: Case = registrar(
    "rfc5353/3.3.1/add-pe-of-an-unknown-registrar-is-taken",
    "A PE that a registrar announces in its first message is listed.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
    ],
    add_pe_of_an_unknown_registrar_is_taken,
)
.needs(&[Ics::EnrpPeers]);

fn add_pe_of_an_unknown_registrar_is_taken(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [_] = joined::<1>(t)?;
    let newcomer = t.enrp_peer()?;
    let pu = t.pool_user();
    let entry = t.element_of(&newcomer, &pool);
    t.adds_pe(&newcomer, &entry)?;
    t.preamble(|t| handled(t, &newcomer))?;

    lists_entries(t, R5353_3_3_1_6, &pu, &pool, &[entry])
}

const PE_THAT_MOVES_TO_THE_TARGET: Case = registrar(
    "rfc5353/3.3.1/pe-that-moves-to-the-target",
    "A PE of a peer that registers at the target has the target as its Home, for all peers.",
    &[
        R5353_3_3_1_3, // A granted registration is announced to all peers.
        R5353_3_3_1_5, // An ADD_PE carries the pool and the whole PE.
        R5353_3_6_2_2, // A peer's PE checksum covers the PEs that it owns.
    ],
    pe_that_moves_to_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn pe_that_moves_to_the_target(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [old, other] = joined::<2>(t)?;
    audits_by_checksum(t, &old)?;
    let pe = t.pool_element(&pool);
    let mut entry = t.element_of(&old, &pool);
    entry.element.id = pe.pe_identifier();
    entry.element.user_transport = pe.element.user_transport.clone();
    t.preamble(|t| {
        t.adds_pe(&old, &entry)?;
        handled(t, &old)?;
        t.register(&pe)
    })?;

    let id = pe.pe_identifier();
    update_about(t, R5353_3_3_1_3, &other, ADD_PE, id)?;
    let update = update_about(t, R5353_3_3_1_3, &old, ADD_PE, id)?;
    let (home, server) = (
        "pool-element/home-enrp-server-identifier",
        t.target_server(),
    );
    t.field(R5353_3_3_1_5, &update, home, server);
    t.drops(&old, &entry);
    t.presence(&old, false)?;
    peer_gets_none(t, R5353_3_6_2_2, &old, ENRP_HANDLE_TABLE_REQUEST)
}

const PE_THAT_MOVES_AWAY_FROM_THE_TARGET: Case = registrar(
    "rfc5353/3.3.1/pe-that-moves-away-from-the-target",
    "A PE that a peer has taken over with a longer life stays when its life at the target ends.",
    &[
        R5353_3_3_1_9, // An ADD_PE replaces a known PE.
        R5353_3_3_2_3, // Every other removal of an own PE is announced too.
    ],
    pe_that_moves_away_from_the_target,
)
.needs(&[Ics::EnrpPeers, Ics::ShortLife]);

fn pe_that_moves_away_from_the_target(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (_, entry) = moves_to(t, &peer, &pool, 2)?;
    t.pass_time(t.latest(Duration::from_secs(2)))?;

    lists_entries(t, R5353_3_3_1_9, &pu, &pool, &[entry])?;
    removes_none(t, R5353_3_3_2_3, &peer)
}

/// Number of updates in a row.
const MANY: usize = 1000;

const MANY_UPDATES: Case = registrar(
    "rfc5353/3.3.1/many-updates",
    "Of 1,000 PEs that a peer announces in a row, and 500 that it removes again, the others are known.",
    &[
        R5353_3_3_1_8, // An ADD_PE adds a PE to a known pool.
        R5353_3_3_2_6, // A DEL_PE removes the PE.
        R5353_3_6_2_2, // A peer's PE checksum covers the PEs that it owns.
        R5353_3_2_3_7, // M is clear in the last response of a download.
    ],
    many_updates,
)
.needs(&[Ics::EnrpPeers]);

fn many_updates(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    audits_by_checksum(t, &peer)?;
    let mut entries = Vec::new();
    for _ in 0..MANY {
        let entry = t.element_of(&peer, &pool);
        t.adds_pe(&peer, &entry)?;
        entries.push(entry);
    }
    let gone = entries.split_off(MANY / 2);
    for entry in &gone {
        t.deletes_pe(&peer, entry)?;
    }
    t.preamble(|t| handled(t, &peer))?;

    let parts = table_of_target(t, &peer, false, MANY)?;
    let known = elements_of_table(&parts);
    let is_known = |entry: &&Entry| known.binary_search(&entry.pe_identifier()).is_ok();
    let stay = entries.iter().filter(is_known).count();
    t.check_eq(R5353_3_3_1_8, "PEs that were added", stay, MANY / 2);
    let gone = gone.iter().filter(is_known).count();
    t.check_eq(R5353_3_3_2_6, "PEs that were removed", gone, 0);
    // An audit would repair what the table was to show.
    t.presence(&peer, false)?;
    peer_gets_none(t, R5353_3_6_2_2, &peer, ENRP_HANDLE_TABLE_REQUEST)
}
