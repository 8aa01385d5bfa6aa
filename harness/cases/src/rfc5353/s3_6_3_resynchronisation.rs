//! RFC 5353 §3.6.3: resynchronisation with a peer, in both roles.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    MISSING_PES_ARE_ADDED,
    STALE_PES_ARE_REMOVED_SILENTLY,
    OTHER_PES_STAY,
    KNOWN_PES_ARE_REPLACED,
    REJECTED_RESYNCHRONISATION_REMOVES_NO_PE,
    RESYNCHRONISATION_IN_PARTS,
    REQUEST_FOR_OWN_PES,
];

/// Sends the peer's PE checksum, which differs from what the target has, and waits until the target has asked for the
/// peer's PEs.
fn resynchronised(t: &mut Tester, peer: &EnrpPeer) -> Outcome {
    t.take_all(peer, ENRP_HANDLE_TABLE_REQUEST);
    t.preamble(|t| {
        t.presence(peer, false)?;
        t.expect(R5353_3_6_1_3, peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
        t.pass_time(AT_ONCE)
    })
}

const MISSING_PES_ARE_ADDED: Case = registrar(
    "rfc5353/3.6.3/missing-pes-are-added",
    "A PE that the peer owns and the target has missed is listed after a resynchronisation.",
    &[
        R5353_3_6_3_4, // Entries of a resynchronisation are taken over.
    ],
    missing_pes_are_added,
)
.needs(&[Ics::EnrpPeers]);

fn missing_pes_are_added(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.holds(&peer, &entry);
    resynchronised(t, &peer)?;

    lists_ids(t, R5353_3_6_3_4, &pu, &pool, &[entry.pe_identifier()])?;
    Ok(())
}

const STALE_PES_ARE_REMOVED_SILENTLY: Case = registrar(
    "rfc5353/3.6.3/stale-pes-are-removed-silently",
    "A PE that the peer no longer lists is removed, and no other peer gets an update about it.",
    &[
        R5353_3_6_3_6, // PEs that the peer did not list are removed.
        R5353_3_6_3_7, // A resynchronisation removes PEs silently.
    ],
    stale_pes_are_removed_silently,
)
.needs(&[Ics::EnrpPeers]);

fn stale_pes_are_removed_silently(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer, witness] = joined::<2>(t)?;
    let pu = t.pool_user();
    let (stale, stays) = (t.element_of(&peer, &pool), t.element_of(&peer, &pool));
    t.preamble(|t| {
        t.adds_pe(&peer, &stale)?;
        t.adds_pe(&peer, &stays)?;
        handled(t, &peer)
    })?;
    t.drops(&peer, &stale);
    resynchronised(t, &peer)?;

    lists_ids(t, R5353_3_6_3_6, &pu, &pool, &[stays.pe_identifier()])?;
    peer_gets_none(t, R5353_3_6_3_7, &witness, ENRP_HANDLE_UPDATE)
}

const OTHER_PES_STAY: Case = registrar(
    "rfc5353/3.6.3/other-pes-stay",
    "A resynchronisation with one peer removes no PE of another registrar.",
    &[
        R5353_3_6_3_6, // PEs that the peer did not list are removed.
    ],
    other_pes_stay,
)
.needs(&[Ics::EnrpPeers]);

fn other_pes_stay(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer, other] = joined::<2>(t)?;
    let pu = t.pool_user();
    let (pe, foreign) = (t.pool_element(&pool), t.element_of(&other, &pool));
    let stale = t.element_of(&peer, &pool);
    t.preamble(|t| {
        t.register(&pe)?;
        t.adds_pe(&other, &foreign)?;
        t.adds_pe(&peer, &stale)?;
        handled(t, &other)?;
        handled(t, &peer)
    })?;
    t.drops(&peer, &stale);
    resynchronised(t, &peer)?;

    lists_ids(
        t,
        R5353_3_6_3_6,
        &pu,
        &pool,
        &[pe.pe_identifier(), foreign.pe_identifier()],
    )?;
    Ok(())
}

const KNOWN_PES_ARE_REPLACED: Case = registrar(
    "rfc5353/3.6.3/known-pes-are-replaced",
    "A PE that the target knows has the values of the resynchronisation afterwards.",
    &[
        R5353_3_6_3_5, // A resynchronisation replaces PEs that are known.
    ],
    known_pes_are_replaced,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn known_pes_are_replaced(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut entry = t.element_of(&peer, &pool);
    entry.element.policy = Policy::Priority { priority: 3 };
    t.preamble(|t| {
        t.adds_pe(&peer, &entry)?;
        handled(t, &peer)
    })?;
    entry.element.policy = Policy::Priority { priority: 4 };
    t.holds(&peer, &entry);
    // The PE checksum does not cover the policy; another PE makes it differ.
    let missed = t.element_of(&peer, &other);
    t.holds(&peer, &missed);
    resynchronised(t, &peer)?;

    let resolution = t.resolve(&pu, &pool)?;
    t.listed_values(R5353_3_6_3_5, &resolution, "policy/priority", &[4]);
    Ok(())
}

const REJECTED_RESYNCHRONISATION_REMOVES_NO_PE: Case = registrar(
    "rfc5353/3.6.3/rejected-resynchronisation-removes-no-pe",
    "A peer that rejects the request for its PEs keeps them in the target's handlespace.",
    &[
        R5353_3_6_3_8, // A rejected resynchronisation removes no PE.
    ],
    rejected_resynchronisation_removes_no_pe,
)
.needs(&[Ics::EnrpPeers]);

fn rejected_resynchronisation_removes_no_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.preamble(|t| {
        t.adds_pe(&peer, &entry)?;
        handled(t, &peer)
    })?;
    t.habits(&peer).checksum = Some(0x1234);
    t.habits(&peer).table = Reaction::Rejects;
    resynchronised(t, &peer)?;

    lists_ids(t, R5353_3_6_3_8, &pu, &pool, &[entry.pe_identifier()])?;
    Ok(())
}

const RESYNCHRONISATION_IN_PARTS: Case = registrar(
    "rfc5353/3.6.3/resynchronisation-in-parts",
    "While M is set the target requests further parts; no PE of a later part is removed.",
    &[
        R5353_3_6_3_4, // Entries of a resynchronisation are taken over.
        R5353_3_6_3_9, // A resynchronisation continues while M is set.
    ],
    resynchronisation_in_parts,
)
.needs(&[Ics::EnrpPeers]);

fn resynchronisation_in_parts(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entries = [
        t.element_of(&peer, &pool),
        t.element_of(&peer, &pool),
        t.element_of(&peer, &pool),
    ];
    t.preamble(|t| {
        for entry in &entries[..2] {
            t.adds_pe(&peer, entry)?;
        }
        handled(t, &peer)
    })?;
    t.holds(&peer, &entries[2]);
    t.habits(&peer).part = 1;
    t.take_all(&peer, ENRP_HANDLE_TABLE_REQUEST);
    t.presence(&peer, false)?;

    for _ in &entries {
        t.expect(R5353_3_6_3_9, &peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
    }
    t.pass_time(AT_ONCE)?;
    let mut listed = t.listed(&pu, &pool)?;
    listed.sort_unstable();
    let mut expected: Vec<u32> = entries.iter().map(Entry::pe_identifier).collect();
    expected.sort_unstable();
    t.check_eq(R5353_3_6_3_4, "PEs listed", listed, expected);
    Ok(())
}

const REQUEST_FOR_OWN_PES: Case = registrar(
    "rfc5353/3.6.3/request-for-own-pes",
    "A table request with W set is answered with all PEs that the target owns, and no others.",
    &[
        R5353_3_6_3_3, // A request with W=1 is answered with the own PEs.
        R5353_3_2_3_7, // M is clear in the last response of a download.
    ],
    request_for_own_pes,
)
.needs(&[Ics::EnrpPeers]);

fn request_for_own_pes(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let pes = [t.pool_element(&pool), t.pool_element(&other)];
    let foreign = t.element_of(&peer, &pool);
    t.preamble(|t| {
        for pe in &pes {
            t.register(pe)?;
        }
        t.adds_pe(&peer, &foreign)?;
        handled(t, &peer)
    })?;

    let parts = table_of_target(t, &peer, true, 2)?;
    let own: Vec<u32> = pes.iter().map(PoolElement::pe_identifier).collect();
    table_has(t, R5353_3_6_3_3, &parts, &own);
    Ok(())
}
