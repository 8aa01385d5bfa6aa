//! RFC 5353 §3.5.2: handlespace and peer list after a takeover, and takeovers without an arbitration.

use crate::words::*;
use rspcheck_testkit::prelude::*;
use std::collections::BTreeSet;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    PES_TAKEN_OVER_ARE_OWN_PES,
    CHECKSUM_OF_THE_INITIATOR_FOLLOWS_THE_TAKEOVER,
    TAKEOVER_SERVER_WITHOUT_AN_ARBITRATION,
    TAKEOVER_OF_AN_UNKNOWN_REGISTRAR_CHANGES_NO_HOME,
    TWO_INITIATORS_TAKE_OVER_ONE_PEER_EACH,
    PES_OF_OTHERS_GET_NO_KEEP_ALIVE,
    PEER_THAT_RETURNS_AFTER_ITS_TAKEOVER,
    MANY_PES_ARE_TAKEN_OVER,
    MANY_PES_ARE_ADOPTED,
    EACH_OF_MANY_PES_IS_CLAIMED,
    ADOPTED_PE_THAT_IS_DEAD_IS_REMOVED,
];

const PES_TAKEN_OVER_ARE_OWN_PES: Case = registrar(
    "rfc5353/3.5.2/pes-taken-over-are-own-pes",
    "After a takeover the initiator's PE checksum and its table with W set contain the PEs taken over.",
    &[
        R5353_3_5_2_3, // The initiator becomes the Home of the target's PEs.
        R5353_3_6_2_3, // PE checksums follow every change at once.
        R5353_3_6_3_3, // A request with W=1 is answered with the own PEs.
        R5353_3_2_3_7, // M is clear in the last response of a download.
    ],
    pes_taken_over_are_own_pes,
)
.needs(&[Ics::EnrpPeers]);

fn pes_taken_over_are_own_pes(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pu = t.pool_user();
    let [witness, dead] = joined::<2>(t)?;
    let (adopted, orphan) = orphan(t, &dead, &pool)?;
    let own = t.pool_element(&other);
    t.preamble(|t| {
        t.register(&own)?;
        t.adds_pe(&dead, &orphan)?;
        handled(t, &dead)?;
        takeover_of(t, R5353_3_5_1_1, &dead, &witness)?;
        t.expect(R5353_3_5_2_1, &witness, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
        t.pass_time(AT_ONCE)
    })?;

    home_is(t, R5353_3_5_2_3, &pu, &pool, t.target_server())?;
    let ids = [own.pe_identifier(), adopted.pe_identifier()];
    let expected = t.checksum_of(&[(&other, ids[0]), (&pool, ids[1])]);
    let answer = presence_of_target(t, &witness)?;
    has_checksum(t, R5353_3_6_2_3, &answer, expected);
    let parts = table_of_target(t, &witness, true, 2)?;
    table_has(t, R5353_3_6_3_3, &parts, &ids);
    Ok(())
}

const CHECKSUM_OF_THE_INITIATOR_FOLLOWS_THE_TAKEOVER: Case = registrar(
    "rfc5353/3.5.2/checksum-of-the-initiator-follows-the-takeover",
    "After a takeover by a peer, its PE checksum with the PEs taken over starts no resynchronisation.",
    &[
        R5353_3_6_2_2, // A peer's PE checksum covers the PEs that it owns.
        R5353_3_6_1_5, // An equal PE checksum leads to no action.
    ],
    checksum_of_the_initiator_follows_the_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn checksum_of_the_initiator_follows_the_takeover(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [initiator, dead] = joined::<2>(t)?;
    let (orphan, own) = (t.element_of(&dead, &pool), t.element_of(&initiator, &pool));
    t.preamble(|t| {
        t.adds_pe(&dead, &orphan)?;
        t.adds_pe(&initiator, &own)?;
        handled(t, &dead)
    })?;
    equal_checksum_is_enough(t, &initiator)?;
    taken_over_by(t, &initiator, &dead, &[orphan])?;
    t.forget(&initiator);

    t.presence(&initiator, false)?;
    peer_gets_none(t, R5353_3_6_2_2, &initiator, ENRP_HANDLE_TABLE_REQUEST)
}

/// Lets a peer take over another one, whose only PEs are these, and waits until the target has handled it.
fn taken_over_by(
    t: &mut Tester,
    initiator: &EnrpPeer,
    dead: &EnrpPeer,
    orphans: &[Entry],
) -> Outcome {
    t.habits(dead).fall_silent();
    for orphan in orphans {
        t.drops(dead, orphan);
        t.holds(initiator, &orphan.owned_by(initiator.id));
    }
    t.takes_over(initiator, dead.id)?;
    t.preamble(|t| {
        handled(t, initiator)?;
        // The target may audit the new Home.
        t.pass_time(AT_ONCE)
    })
}

const TAKEOVER_SERVER_WITHOUT_AN_ARBITRATION: Case = registrar(
    "rfc5353/3.5.2/takeover-server-without-an-arbitration",
    "An ENRP_TAKEOVER_SERVER without an ENRP_INIT_TAKEOVER before it has the same effect.",
    &[
        R5353_3_5_2_6, // A peer removes the target of a finished takeover.
        R5353_3_5_2_7, // A peer notes the new Home of the target's PEs.
    ],
    takeover_server_without_an_arbitration,
)
.needs(&[Ics::EnrpPeers]);

fn takeover_server_without_an_arbitration(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let [initiator, dead] = joined::<2>(t)?;
    let orphan = t.element_of(&dead, &pool);
    t.preamble(|t| {
        t.adds_pe(&dead, &orphan)?;
        handled(t, &dead)
    })?;
    taken_over_by(t, &initiator, &dead, &[orphan])?;

    home_is(t, R5353_3_5_2_7, &pu, &pool, initiator.id)?;
    let list = list_of_target(t, &initiator)?;
    list_names(t, R5353_3_5_2_6, &list, &[dead], false);
    Ok(())
}

const TAKEOVER_OF_AN_UNKNOWN_REGISTRAR_CHANGES_NO_HOME: Case = registrar(
    "rfc5353/3.5.2/takeover-of-an-unknown-registrar-changes-no-home",
    "An ENRP_TAKEOVER_SERVER that names an unknown registrar changes no Home.",
    &[
        R5353_3_5_2_8, // A takeover changes the Home of no other PE.
    ],
    takeover_of_an_unknown_registrar_changes_no_home,
)
.needs(&[Ics::EnrpPeers]);

fn takeover_of_an_unknown_registrar_changes_no_home(t: &mut Tester) -> Outcome {
    let (pool, own) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pu = t.pool_user();
    let [initiator, other] = joined::<2>(t)?;
    let (entry, pe) = (t.element_of(&other, &pool), t.pool_element(&own));
    let unknown = t.random_identifier();
    t.preamble(|t| {
        t.register(&pe)?;
        t.adds_pe(&other, &entry)?;
        handled(t, &other)
    })?;
    t.takes_over(&initiator, unknown)?;
    t.preamble(|t| handled(t, &initiator))?;

    home_is(t, R5353_3_5_2_8, &pu, &pool, other.id)?;
    home_is(t, R5353_3_5_2_8, &pu, &own, t.target_server())
}

const TWO_INITIATORS_TAKE_OVER_ONE_PEER_EACH: Case = registrar(
    "rfc5353/3.5.2/two-initiators-take-over-one-peer-each",
    "Two takeovers at the same time are both acknowledged, and each initiator gets the PEs of its target.",
    &[
        R5353_3_5_1_11, // A bystander acknowledges an INIT_TAKEOVER.
        R5353_3_5_2_7,  // A peer notes the new Home of the target's PEs.
    ],
    two_initiators_take_over_one_peer_each,
)
.needs(&[Ics::EnrpPeers]);

fn two_initiators_take_over_one_peer_each(t: &mut Tester) -> Outcome {
    let pools = [t.unused_pool_handle(), t.unused_pool_handle()];
    let pu = t.pool_user();
    let [one, two, dead @ ..] = joined::<4>(t)?;
    let orphans = [
        t.element_of(&dead[0], &pools[0]),
        t.element_of(&dead[1], &pools[1]),
    ];
    t.preamble(|t| {
        for nth in 0..2 {
            t.adds_pe(&dead[nth], &orphans[nth])?;
            handled(t, &dead[nth])?;
        }
        Ok(())
    })?;
    for nth in 0..2 {
        t.habits(&dead[nth]).fall_silent();
        t.initiates_takeover([&one, &two][nth], dead[nth].id)?;
    }
    for initiator in [&one, &two] {
        t.expect(R5353_3_5_1_11, initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
    }
    for nth in 0..2 {
        let orphan = orphans[nth].clone();
        taken_over_by(t, [&one, &two][nth], &dead[nth], &[orphan])?;
    }

    home_is(t, R5353_3_5_2_7, &pu, &pools[0], one.id)?;
    home_is(t, R5353_3_5_2_7, &pu, &pools[1], two.id)
}

const PES_OF_OTHERS_GET_NO_KEEP_ALIVE: Case = registrar(
    "rfc5353/3.5.2/pes-of-others-get-no-keep-alive",
    "At a takeover the initiator sends no keep-alive with H set to the PEs of its other peers.",
    &[
        R5353_3_5_2_8, // A takeover changes the Home of no other PE.
        R5353_3_5_2_5, // Each PE taken over gets a KEEP_ALIVE with H=1.
    ],
    pes_of_others_get_no_keep_alive,
)
.needs(&[Ics::EnrpPeers]);

fn pes_of_others_get_no_keep_alive(t: &mut Tester) -> Outcome {
    let (orphans, others) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [witness, dead] = joined::<2>(t)?;
    let (adopted, orphan_entry) = orphan(t, &dead, &orphans)?;
    let (other, other_entry) = orphan(t, &witness, &others)?;
    t.preamble(|t| {
        t.adds_pe(&dead, &orphan_entry)?;
        t.adds_pe(&witness, &other_entry)?;
        handled(t, &dead)?;
        t.probe(&other)?;
        takeover_of(t, R5353_3_5_1_1, &dead, &witness).map(|_| ())
    })?;

    t.expect(R5353_3_5_2_5, &adopted, ENDPOINT_KEEP_ALIVE, AT_ONCE)?;
    t.pass_time(AT_ONCE)?;
    let keep_alives = t.take_all(&other, ENDPOINT_KEEP_ALIVE);
    let claims = keep_alives.iter().filter(|m| m.flag('H')).count();
    t.check_eq(R5353_3_5_2_8, "claims of the other PE", claims, 0);
    Ok(())
}

const PEER_THAT_RETURNS_AFTER_ITS_TAKEOVER: Case = registrar(
    "rfc5353/3.5.2/peer-that-returns-after-its-takeover",
    "A peer that shows itself after it was taken over is found and asked like an unknown registrar.",
    &[
        R5353_3_4_1_1, // A message from an unknown registrar adds it as a peer.
        R5353_3_4_1_2, // A new peer gets a PRESENCE that requires a reply.
    ],
    peer_that_returns_after_its_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn peer_that_returns_after_its_takeover(t: &mut Tester) -> Outcome {
    let [witness, dead] = joined_with_pes::<2>(t)?;
    t.preamble(|t| {
        takeover_of(t, R5353_3_5_1_1, &dead, &witness)?;
        t.expect(R5353_3_5_2_1, &witness, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
        t.pass_time(AT_ONCE)?;
        let list = list_of_target(t, &witness)?;
        if servers(&list).contains(&dead.id) {
            return Err(t.inconclusive("the target still lists the peer"));
        }
        Ok(())
    })?;
    t.forget(&dead);
    *t.habits(&dead) = Habits::default();
    t.presence(&dead, false)?;

    let asks = |m: &Message| m.flag('R');
    t.expect_that(R5353_3_4_1_2, &dead, ENRP_PRESENCE, AT_ONCE, asks)?;
    t.pass_time(AT_ONCE)?;
    let list = list_of_target(t, &witness)?;
    list_names(t, R5353_3_4_1_1, &list, &[dead], true);
    Ok(())
}

/// More PEs than an ENRP message holds.
const MANY: usize = 1300;

const MANY_PES_ARE_TAKEN_OVER: Case = registrar(
    "rfc5353/3.5.2/many-pes-are-taken-over",
    "After the takeover of a peer with 1,300 PEs by another one, each PE has the new Home.",
    &[
        R5353_3_5_2_7, // A peer notes the new Home of the target's PEs.
        R5353_3_6_2_2, // A peer's PE checksum covers the PEs that it owns.
        R5353_3_2_3_7, // M is clear in the last response of a download.
    ],
    many_pes_are_taken_over,
)
.needs(&[Ics::EnrpPeers]);

fn many_pes_are_taken_over(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mut entries = Vec::new();
    let [initiator, dead] = joined_holding::<2>(t, |t, [initiator, dead]| {
        for _ in 0..MANY {
            let entry = t.element_of(dead, &pool);
            t.holds(initiator, &entry);
            entries.push(entry);
        }
        for entry in &entries {
            t.holds(dead, entry);
        }
    })?;
    audits_by_checksum(t, &initiator)?;
    taken_over_by(t, &initiator, &dead, &entries)?;
    t.forget(&initiator);
    t.presence(&initiator, false)?;
    peer_gets_none(t, R5353_3_6_2_2, &initiator, ENRP_HANDLE_TABLE_REQUEST)?;

    let parts = table_of_target(t, &initiator, false, MANY)?;
    let home = "home-enrp-server-identifier";
    let homes = parts
        .iter()
        .flat_map(|part| part.each("pool-element", home));
    let moved = homes
        .filter(|home| *home == i64::from(initiator.id))
        .count();
    t.check_eq(R5353_3_5_2_7, "PEs with the new Home", moved, MANY);
    Ok(())
}

const MANY_PES_ARE_ADOPTED: Case = registrar(
    "rfc5353/3.5.2/many-pes-are-adopted",
    "After the takeover of a peer with 1,300 PEs the target's table with W set contains each of them once.",
    &[
        R5353_3_5_2_3, // The initiator becomes the Home of the target's PEs.
        R5353_3_6_3_3, // A request with W=1 is answered with the own PEs.
        R5353_3_2_3_7, // M is clear in the last response of a download.
    ],
    many_pes_are_adopted,
)
.needs(&[Ics::EnrpPeers]);

fn many_pes_are_adopted(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mut ids = Vec::new();
    let [dead, witness] = joined_holding::<2>(t, |t, [dead, _]| {
        for _ in 0..MANY {
            let entry = t.element_of(dead, &pool);
            t.holds(dead, &entry);
            ids.push(entry.pe_identifier());
        }
    })?;
    t.preamble(|t| {
        takeover_of(t, R5353_3_5_1_1, &dead, &witness)?;
        t.expect(R5353_3_5_2_1, &witness, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
        Ok(())
    })?;

    let parts = table_of_target(t, &witness, true, MANY)?;
    let server = i64::from(t.target_server());
    let home = "home-enrp-server-identifier";
    let homes = parts
        .iter()
        .flat_map(|part| part.each("pool-element", home));
    let own = homes.filter(|home| *home == server).count();
    t.check_eq(R5353_3_5_2_3, "PEs that the target owns", own, MANY);
    table_has(t, R5353_3_6_3_3, &parts, &ids);
    Ok(())
}

/// Number of PEs that answer keep-alives at one address.
const CROWD: usize = 100;

const EACH_OF_MANY_PES_IS_CLAIMED: Case = registrar(
    "rfc5353/3.5.2/each-of-many-pes-is-claimed",
    "Each of 100 PEs of a dead peer gets a keep-alive with H set, which can take its time.",
    &[
        R5353_3_5_2_5, // Each PE taken over gets a KEEP_ALIVE with H=1.
    ],
    each_of_many_pes_is_claimed,
)
.needs(&[Ics::EnrpPeers]);

fn each_of_many_pes_is_claimed(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [witness, dead] = joined::<2>(t)?;
    let (pe, entry) = orphan(t, &dead, &pool)?;
    let mut unclaimed = BTreeSet::new();
    for _ in 0..CROWD {
        // A keep-alive names the pool alone.
        let (mut pe, mut entry) = (pe.clone(), entry.clone());
        pe.handle = t.unused_pool_handle();
        entry.handle = pe.handle.clone();
        unclaimed.insert(pe.handle.0.clone());
        t.awaits_keep_alives(&pe);
        t.adds_pe(&dead, &entry)?;
    }
    t.preamble(|t| {
        handled(t, &dead)?;
        takeover_of(t, R5353_3_5_1_1, &dead, &witness)?;
        t.expect(R5353_3_5_2_1, &witness, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
        Ok(())
    })?;

    // No section limits the time; RFC 5355 section 2.14.3 demands a limit of the rate.
    let until = t.now() + t.latest(t.timers().peer_heartbeat_cycle);
    let claims = |m: &Message| m.is(ENDPOINT_KEEP_ALIVE) && m.flag('H');
    while !unclaimed.is_empty() {
        let Some(claim) = t.next_of(&pe, until, claims)? else {
            break;
        };
        unclaimed.remove(&claim.pool_handle().unwrap_or_else(|| pool.clone()).0);
    }
    t.check_eq(R5353_3_5_2_5, "PEs not claimed", unclaimed.len(), 0);
    Ok(())
}

const ADOPTED_PE_THAT_IS_DEAD_IS_REMOVED: Case = registrar(
    "rfc5353/3.5.2/adopted-pe-that-is-dead-is-removed",
    "A PE that was taken over and does not answer its keep-alive is removed, and that is announced.",
    &[
        R5353_3_3_2_3, // Every other removal of an own PE is announced too.
    ],
    adopted_pe_that_is_dead_is_removed,
)
.needs(&[Ics::EnrpPeers, Ics::KeepAliveTimeout]);

fn adopted_pe_that_is_dead_is_removed(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [witness, dead] = joined::<2>(t)?;
    let (pe, entry) = orphan(t, &dead, &pool)?;
    t.ignore_keep_alives(&pe);
    t.preamble(|t| {
        t.adds_pe(&dead, &entry)?;
        handled(t, &dead)?;
        takeover_of(t, R5353_3_5_1_1, &dead, &witness)?;
        t.expect(R5353_3_5_2_5, &pe, ENDPOINT_KEEP_ALIVE, AT_ONCE)?;
        let patience = t.timers().keep_alive_timeout.unwrap_or_default();
        t.pass_time(t.latest(patience))
    })?;

    update_about(t, R5353_3_3_2_3, &witness, DEL_PE, pe.pe_identifier())?;
    Ok(())
}
