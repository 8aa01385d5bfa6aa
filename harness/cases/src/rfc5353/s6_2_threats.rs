//! RFC 5353 §6.2: messages of attackers.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[FLOOD_OF_UNKNOWN_SERVER_IDS, TABLE_THAT_NEVER_ENDS];

/// Number of strangers.
const STRANGERS: u32 = 1500;

const FLOOD_OF_UNKNOWN_SERVER_IDS: Case = registrar(
    "rfc5353/6.2/flood-of-unknown-server-ids",
    "1,500 ENRP_PRESENCE with unknown server IDs do not keep the target from serving.",
    &[
        R5353_6_2_2, // A registrar survives a flood of announcements.
    ],
    flood_of_unknown_server_ids,
)
.needs(&[Ics::EnrpPeers]);

fn flood_of_unknown_server_ids(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    t.preamble(|t| t.register(&pe))?;
    let addr = t.address(&peer)?;
    for nth in 0..STRANGERS {
        let id = 0x4000_0000 + nth;
        let info = server_information(id, addr);
        let presence = forge::presence(id, 0, false, Some(0xffff), Some(&info));
        t.send(&peer, presence)?;
    }

    t.answered(R5353_6_2_2, |t| t.probe(&pu))?;
    t.lists(R5353_6_2_2, &pu, &pool, &[&pe])?;
    t.answered(R5353_6_2_2, |t| presence_of_target(t, &peer))?;
    Ok(())
}

const TABLE_THAT_NEVER_ENDS: Case = registrar(
    "rfc5353/6.2/table-that-never-ends",
    "A peer that repeats the same part with M set for ever does not keep the target from serving.",
    &[
        R5353_6_2_2, // A registrar survives a flood of announcements.
    ],
    table_that_never_ends,
)
.needs(&[Ics::EnrpPeers]);

fn table_that_never_ends(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    t.preamble(|t| t.register(&pe))?;
    let entry = t.element_of(&peer, &pool);
    t.holds(&peer, &entry);
    t.habits(&peer).endless = true;
    t.presence(&peer, false)?;
    t.preamble(|t| {
        t.expect(R5353_3_6_1_3, &peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
        Ok(())
    })?;

    t.answered(R5353_6_2_2, |t| t.probe(&pu))?;
    t.answered(R5353_6_2_2, |t| presence_of_target(t, &peer))?;
    Ok(())
}
