//! RFC 5353 §3.6.1: audit of the handlespace by PE checksums.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    CHECKSUM_THAT_DIFFERS_STARTS_A_RESYNCHRONISATION,
    CHECKSUM_THAT_AGREES_LEADS_TO_NO_ACTION,
];

const CHECKSUM_THAT_DIFFERS_STARTS_A_RESYNCHRONISATION: Case = registrar(
    "rfc5353/3.6.1/checksum-that-differs-starts-a-resynchronisation",
    "A PE checksum that differs makes the target request the peer's own PEs at once.",
    &[
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
        R5353_3_6_3_2, // A resynchronisation requests the peer's own PEs.
        R5353_2_2_2,   // W asks for the receiver's own PEs alone.
    ],
    checksum_that_differs_starts_a_resynchronisation,
)
.needs(&[Ics::EnrpPeers]);

fn checksum_that_differs_starts_a_resynchronisation(t: &mut Tester) -> Outcome {
    let [peer, other] = joined::<2>(t)?;
    t.habits(&peer).checksum = Some(0x1234);
    t.presence(&peer, false)?;

    let request = t.expect(R5353_3_6_1_3, &peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
    t.flag_set(R5353_3_6_3_2, &request, 'W');
    t.flag_set(R5353_2_2_2, &request, 'W');
    let strays = t.take_all(&other, ENRP_HANDLE_TABLE_REQUEST).len();
    t.check_eq(R5353_3_6_1_3, "requests to another peer", strays, 0);
    Ok(())
}

const CHECKSUM_THAT_AGREES_LEADS_TO_NO_ACTION: Case = registrar(
    "rfc5353/3.6.1/checksum-that-agrees-leads-to-no-action",
    "A peer whose PE checksum covers exactly its announced PEs is asked for no table.",
    &[
        R5353_3_6_1_5, // An equal PE checksum leads to no action.
        R5353_3_6_2_2, // A peer's PE checksum covers the PEs that it owns.
    ],
    checksum_that_agrees_leads_to_no_action,
)
.needs(&[Ics::EnrpPeers]);

fn checksum_that_agrees_leads_to_no_action(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer, neighbour] = joined::<2>(t)?;
    let entries = [t.element_of(&peer, &pool), t.element_of(&peer, &other)];
    let foreign = t.element_of(&neighbour, &pool);
    t.preamble(|t| {
        t.adds_pe(&peer, &entries[0])?;
        t.adds_pe(&peer, &entries[1])?;
        t.adds_pe(&neighbour, &foreign)?;
        handled(t, &neighbour)
    })?;
    equal_checksum_is_enough(t, &peer)?;
    t.deletes_pe(&peer, &entries[0])?;
    t.presence(&peer, false)?;
    peer_gets_none(t, R5353_3_6_2_2, &peer, ENRP_HANDLE_TABLE_REQUEST)
}
