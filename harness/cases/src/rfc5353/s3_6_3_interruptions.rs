//! RFC 5353 §3.6.3: resynchronisations that are late, interrupted, overtaken by updates, or large.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    UNANSWERED_RESYNCHRONISATION_REMOVES_NO_PE,
    RESYNCHRONISATION_THAT_IS_ABORTED_REMOVES_NO_PE,
    RESYNCHRONISATION_WITH_A_HOST_THAT_VANISHES_REMOVES_NO_PE,
    LATE_PARTS_OF_A_RESYNCHRONISATION_ARE_TAKEN,
    PE_ANNOUNCED_DURING_A_RESYNCHRONISATION_STAYS,
    TWO_RESYNCHRONISATIONS_AT_A_TIME,
    CROSSING_RESYNCHRONISATIONS,
    LARGE_RESYNCHRONISATION,
];

/// Returns a peer that holds the last two of three PEs; the target knows the first two. The peer has these habits.
fn divergence(
    t: &mut Tester,
    pool: &PoolHandle,
    habits: impl Fn(&mut Habits),
) -> Result<(EnrpPeer, [Entry; 3]), Stop> {
    let [_, peer] = joined::<2>(t)?;
    let entries = [(); 3].map(|()| t.element_of(&peer, pool));
    t.preamble(|t| {
        t.adds_pe(&peer, &entries[0])?;
        t.adds_pe(&peer, &entries[1])?;
        handled(t, &peer)
    })?;
    t.drops(&peer, &entries[0]);
    t.holds(&peer, &entries[2]);
    habits(t.habits(&peer));
    t.take_all(&peer, ENRP_HANDLE_TABLE_REQUEST);
    t.preamble(|t| {
        t.presence(&peer, false)?;
        t.expect(R5353_3_6_1_3, &peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
        Ok(())
    })?;
    Ok((peer, entries))
}

/// Checks that a pool still lists both PEs that the target knew before a resynchronisation.
fn keeps_both(
    t: &mut Tester,
    requirement: ReqId,
    pool: &PoolHandle,
    entries: &[Entry; 3],
) -> Outcome {
    let pu = t.pool_user();
    let listed = t.listed(&pu, pool)?;
    for entry in &entries[..2] {
        let stays = listed.contains(&entry.pe_identifier());
        let note = format!("{:#010x} is not listed", entry.pe_identifier());
        t.check_that(requirement, stays, note);
    }
    Ok(())
}

const UNANSWERED_RESYNCHRONISATION_REMOVES_NO_PE: Case = registrar(
    "rfc5353/3.6.3/unanswered-resynchronisation-removes-no-pe",
    "A peer that does not answer the request for its PEs keeps them in the target's handlespace.",
    &[
        R5353_3_6_3_8, // A rejected resynchronisation removes no PE.
    ],
    unanswered_resynchronisation_removes_no_pe,
)
.needs(&[Ics::EnrpPeers]);

fn unanswered_resynchronisation_removes_no_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let silent = |habits: &mut Habits| habits.table = Reaction::Silent;
    let (_, entries) = divergence(t, &pool, silent)?;
    t.pass_time(t.latest(t.timers().table_request))?;

    keeps_both(t, R5353_3_6_3_8, &pool, &entries)
}

const RESYNCHRONISATION_THAT_IS_ABORTED_REMOVES_NO_PE: Case = registrar(
    "rfc5353/3.6.3/resynchronisation-that-is-aborted-removes-no-pe",
    "If the peer aborts its association after the first of two parts, no PE is removed.",
    &[
        R5353_3_6_3_9, // A resynchronisation continues while M is set.
    ],
    resynchronisation_that_is_aborted_removes_no_pe,
)
.needs(&[Ics::EnrpPeers]);

fn resynchronisation_that_is_aborted_removes_no_pe(t: &mut Tester) -> Outcome {
    peer_dies_in_a_resynchronisation(t, Death::Aborts)
}

const RESYNCHRONISATION_WITH_A_HOST_THAT_VANISHES_REMOVES_NO_PE: Case = registrar(
    "rfc5353/3.6.3/resynchronisation-with-a-host-that-vanishes-removes-no-pe",
    "If the peer's host vanishes after the first of two parts, no PE is removed.",
    &[
        R5353_3_6_3_9, // A resynchronisation continues while M is set.
    ],
    resynchronisation_with_a_host_that_vanishes_removes_no_pe,
)
.needs(&[Ics::EnrpPeers]);

fn resynchronisation_with_a_host_that_vanishes_removes_no_pe(t: &mut Tester) -> Outcome {
    peer_dies_in_a_resynchronisation(t, Death::Vanishes)
}

/// Lets the peer die after the first part, which does not contain the PEs that the target knows.
fn peer_dies_in_a_resynchronisation(t: &mut Tester, death: Death) -> Outcome {
    let pool = t.unused_pool_handle();
    let mortal = |habits: &mut Habits| {
        (habits.part, habits.backwards) = (1, true);
        habits.dies = Some((1, death));
    };
    let (_, entries) = divergence(t, &pool, mortal)?;
    t.pass_time(t.latest(t.timers().table_request))?;

    keeps_both(t, R5353_3_6_3_9, &pool, &entries)
}

const LATE_PARTS_OF_A_RESYNCHRONISATION_ARE_TAKEN: Case = registrar(
    "rfc5353/3.6.3/late-parts-of-a-resynchronisation-are-taken",
    "Parts that come late, but before the timer ends, complete the resynchronisation.",
    &[
        R5353_3_6_3_4, // Entries of a resynchronisation are taken over.
        R5353_3_6_3_6, // PEs that the peer did not list are removed.
    ],
    late_parts_of_a_resynchronisation_are_taken,
)
.needs(&[Ics::EnrpPeers]);

fn late_parts_of_a_resynchronisation_are_taken(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let delay = t.timers().table_request / 2;
    let late = |habits: &mut Habits| (habits.delay, habits.part) = (delay, 1);
    let (_, entries) = divergence(t, &pool, late)?;
    t.pass_time(2 * delay + AT_ONCE)?;

    let listed = t.listed(&pu, &pool)?;
    let (stale, missed) = (entries[0].pe_identifier(), entries[2].pe_identifier());
    t.check_that(R5353_3_6_3_4, listed.contains(&missed), "a PE is missing");
    let stays = listed.contains(&stale);
    t.check_that(R5353_3_6_3_6, !stays, "a stale PE is there");
    Ok(())
}

const PE_ANNOUNCED_DURING_A_RESYNCHRONISATION_STAYS: Case = registrar(
    "rfc5353/3.6.3/pe-announced-during-a-resynchronisation-stays",
    "A PE that the peer announces between the request and a response without it is listed afterwards.",
    &[
        R5353_3_6_3_10, // A PE announced during a resynchronisation stays.
        R5353_3_6_3_4,  // Entries of a resynchronisation are taken over.
    ],
    pe_announced_during_a_resynchronisation_stays,
)
.needs(&[Ics::EnrpPeers]);

fn pe_announced_during_a_resynchronisation_stays(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let delay = t.timers().table_request / 2;
    let (peer, entries) = divergence(t, &pool, |habits| habits.delay = delay)?;
    // The peer has made its answer already; it is on its way.
    let comes = t.element_of(&peer, &pool);
    t.adds_pe(&peer, &comes)?;
    t.pass_time(delay + t.timers().max_time_no_response / 4)?;

    let listed = t.listed(&pu, &pool)?;
    let stays = listed.contains(&comes.pe_identifier());
    t.check_that(R5353_3_6_3_10, stays, "the announced PE is not listed");
    let missed = listed.contains(&entries[2].pe_identifier());
    t.check_that(R5353_3_6_3_4, missed, "a PE of the response is missing");
    Ok(())
}

const TWO_RESYNCHRONISATIONS_AT_A_TIME: Case = registrar(
    "rfc5353/3.6.3/two-resynchronisations-at-a-time",
    "Resynchronisations with two peers at the same time remove and add the PEs of each peer.",
    &[
        R5353_3_6_3_4, // Entries of a resynchronisation are taken over.
        R5353_3_6_3_6, // PEs that the peer did not list are removed.
    ],
    two_resynchronisations_at_a_time,
)
.needs(&[Ics::EnrpPeers]);

fn two_resynchronisations_at_a_time(t: &mut Tester) -> Outcome {
    let (old, new) = (t.unused_pool_handle(), t.unused_pool_handle());
    let peers = joined::<2>(t)?;
    let pu = t.pool_user();
    let mut missed = Vec::new();
    for peer in &peers {
        let stale = t.element_of(peer, &old);
        t.preamble(|t| {
            t.adds_pe(peer, &stale)?;
            handled(t, peer)
        })?;
        t.drops(peer, &stale);
        let entry = t.element_of(peer, &new);
        t.holds(peer, &entry);
        missed.push(entry);
        t.habits(peer).delay = t.timers().table_request / 2;
    }
    for peer in &peers {
        t.presence(peer, false)?;
    }
    t.pass_time(t.timers().table_request / 2 + AT_ONCE)?;

    lists_entries(t, R5353_3_6_3_4, &pu, &new, &missed)?;
    t.lists_none(R5353_3_6_3_6, &pu, &old)
}

const CROSSING_RESYNCHRONISATIONS: Case = registrar(
    "rfc5353/3.6.3/crossing-resynchronisations",
    "Target and peer that request each other's PEs at the same time both get them.",
    &[
        R5353_3_6_3_3, // A request with W=1 is answered with the own PEs.
        R5353_3_6_3_4, // Entries of a resynchronisation are taken over.
        R5353_3_2_3_7, // M is clear in the last response of a download.
    ],
    crossing_resynchronisations,
)
.needs(&[Ics::EnrpPeers]);

fn crossing_resynchronisations(t: &mut Tester) -> Outcome {
    let (pool, own) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let (pe, pu) = (t.pool_element(&own), t.pool_user());
    t.preamble(|t| t.register(&pe))?;
    let missed = t.element_of(&peer, &pool);
    t.holds(&peer, &missed);
    t.habits(&peer).delay = t.timers().table_request / 4;
    t.presence(&peer, false)?;

    let parts = table_of_target(t, &peer, true, 1)?;
    if parts.iter().any(|part| part.flag('R')) {
        return Err(t.inconclusive("the target rejects the request during its own"));
    }
    table_has(t, R5353_3_6_3_3, &parts, &[pe.pe_identifier()]);
    t.pass_time(t.timers().table_request / 2)?;
    lists_entries(t, R5353_3_6_3_4, &pu, &pool, &[missed])
}

/// Number of PEs of the peer.
const MANY: usize = 2000;
/// Number of them in each part.
const PART: usize = 400;

const LARGE_RESYNCHRONISATION: Case = registrar(
    "rfc5353/3.6.3/large-resynchronisation",
    "Of 2,000 PEs of a peer that the target has missed, all are there after one resynchronisation.",
    &[
        R5353_3_6_3_4, // Entries of a resynchronisation are taken over.
        R5353_3_6_1_5, // An equal PE checksum leads to no action.
        R5353_3_2_3_7, // M is clear in the last response of a download.
    ],
    large_resynchronisation,
)
.needs(&[Ics::EnrpPeers]);

fn large_resynchronisation(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let mut ids = Vec::new();
    for _ in 0..MANY {
        let entry = t.element_of(&peer, &pool);
        t.holds(&peer, &entry);
        ids.push(entry.pe_identifier());
    }
    t.habits(&peer).part = PART;
    t.preamble(|t| {
        t.presence(&peer, false)?;
        for _ in 0..MANY / PART {
            t.expect(R5353_3_6_1_3, &peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
        }
        t.pass_time(AT_ONCE)
    })?;
    t.forget(&peer);
    t.presence(&peer, false)?;
    peer_gets_none(t, R5353_3_6_1_5, &peer, ENRP_HANDLE_TABLE_REQUEST)?;

    let parts = table_of_target(t, &peer, false, MANY)?;
    let known = elements_of_table(&parts);
    let missing = ids
        .iter()
        .filter(|id| known.binary_search(id).is_err())
        .count();
    t.check_eq(R5353_3_6_3_4, "PEs missing", missing, 0);
    Ok(())
}
