//! RFC 5353 §3.6.2: the PE checksum.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    CHECKSUM_COVERS_THE_OWN_PES,
    CHECKSUM_FOLLOWS_EVERY_CHANGE,
    CHECKSUM_OF_ODD_HANDLES_AGREES,
];

const CHECKSUM_COVERS_THE_OWN_PES: Case = registrar(
    "rfc5353/3.6.2/checksum-covers-the-own-pes",
    "The target's PE checksum covers the PEs that it owns, and not those of its peers.",
    &[
        R5353_3_6_2_1, // The PE checksum covers all PEs that the registrar owns.
        R5353_3_6_1_1, // Every ENRP_PRESENCE carries the current PE checksum.
    ],
    checksum_covers_the_own_pes,
)
.needs(&[Ics::EnrpPeers]);

fn checksum_covers_the_own_pes(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let empty = presence_of_target(t, &peer)?;
    has_checksum(t, R5353_3_6_2_1, &empty, t.checksum_of(&[]));

    let pes = [
        t.pool_element(&pool),
        t.pool_element(&pool),
        t.pool_element(&other),
    ];
    let foreign = t.element_of(&peer, &pool);
    t.preamble(|t| {
        for pe in &pes {
            t.register(pe)?;
        }
        t.adds_pe(&peer, &foreign)
    })?;
    let own: Vec<_> = pes
        .iter()
        .map(|pe| (&pe.handle, pe.pe_identifier()))
        .collect();
    let expected = t.checksum_of(&own);
    let answer = presence_of_target(t, &peer)?;
    t.carries(R5353_3_6_1_1, &answer, "pe-checksum");
    has_checksum(t, R5353_3_6_2_1, &answer, expected);
    Ok(())
}

const CHECKSUM_FOLLOWS_EVERY_CHANGE: Case = registrar(
    "rfc5353/3.6.2/checksum-follows-every-change",
    "The next ENRP_PRESENCE after a registration and after a de-registration has the new PE checksum.",
    &[
        R5353_3_6_2_3, // PE checksums follow every change at once.
    ],
    checksum_follows_every_change,
)
.needs(&[Ics::EnrpPeers]);

fn checksum_follows_every_change(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pes = [t.pool_element(&pool), t.pool_element(&pool)];
    for count in 1..=pes.len() {
        t.preamble(|t| t.register(&pes[count - 1]))?;
        has_checksum_of(t, &peer, &pes[..count])?;
    }
    for count in (0..pes.len()).rev() {
        t.preamble(|t| t.deregister_response(&pes[count]).map(|_| ()))?;
        has_checksum_of(t, &peer, &pes[..count])?;
    }
    Ok(())
}

/// Checks the PE checksum of a target that owns exactly these PEs.
fn has_checksum_of(t: &mut Tester, peer: &EnrpPeer, pes: &[PoolElement]) -> Outcome {
    let own: Vec<_> = pes
        .iter()
        .map(|pe| (&pe.handle, pe.pe_identifier()))
        .collect();
    let expected = t.checksum_of(&own);
    let answer = presence_of_target(t, peer)?;
    has_checksum(t, R5353_3_6_2_3, &answer, expected);
    Ok(())
}

const CHECKSUM_OF_ODD_HANDLES_AGREES: Case = registrar(
    "rfc5353/3.6.2/checksum-of-odd-handles-agrees",
    "The PE checksum of a peer whose pool handles need padding starts no resynchronisation.",
    &[
        R5353_3_6_2_2, // A peer's PE checksum covers the PEs that it owns.
    ],
    checksum_of_odd_handles_agrees,
)
.needs(&[Ics::EnrpPeers]);

fn checksum_of_odd_handles_agrees(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    audits_by_checksum(t, &peer)?;
    for more in [&b"1"[..], b"\xff\xff", b"\0\0\x80"] {
        let mut pool = t.unused_pool_handle();
        pool.0.extend_from_slice(more);
        for id in [1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
            let mut entry = t.element_of(&peer, &pool);
            entry.element.id = id;
            t.adds_pe(&peer, &entry)?;
        }
        t.presence(&peer, false)?;
        peer_gets_none(t, R5353_3_6_2_2, &peer, ENRP_HANDLE_TABLE_REQUEST)?;
    }
    Ok(())
}
