//! RFC 5353 §3.3.1: a PE of the target that a peer announces as its own.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[PE_THAT_MOVED_AWAY_LEAVES_ITS_OLD_HOME];

const PE_THAT_MOVED_AWAY_LEAVES_ITS_OLD_HOME: Case = registrar(
    "rfc5353/3.3.1/pe-that-moved-away-leaves-its-old-home",
    "A PE that a peer has taken over stays when its association with the target ends.",
    &[
        R5353_3_3_1_9, // An ADD_PE replaces a known PE.
        R5353_3_3_2_3, // Every other removal of an own PE is announced too.
    ],
    pe_that_moved_away_leaves_its_old_home,
)
.needs(&[Ics::EnrpPeers, Ics::KeepAliveTimeout]);

fn pe_that_moved_away_leaves_its_old_home(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (pe, entry) = moves_to(t, &peer, &pool, 86_400)?;
    t.abort(&pe)?;
    let patience = t.timers().keep_alive_timeout.unwrap_or_default();
    t.pass_time(t.latest(patience))?;

    lists_entries(t, R5353_3_3_1_9, &pu, &pool, &[entry])?;
    removes_none(t, R5353_3_3_2_3, &peer)
}
