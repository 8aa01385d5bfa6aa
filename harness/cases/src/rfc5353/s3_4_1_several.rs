//! RFC 5353 §3.4.1: a registrar that comes back to its peers.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of several registrars in this section.
pub(super) const CASES: &[Case] = &[REGISTRAR_RETURNS_UNDER_ITS_OLD_ID];

const REGISTRAR_RETURNS_UNDER_ITS_OLD_ID: Case = registrar(
    "rfc5353/3.4.1/registrar-returns-under-its-old-id",
    "A registrar that was taken over and starts again with the same server ID is a peer as before.",
    &[
        R5353_3_2_3_9, // A starting registrar takes over the downloaded entries.
        R5353_3_4_1_1, // A message from an unknown registrar adds it as a peer.
        R5353_3_3_1_8, // An ADD_PE adds a PE to a known pool.
    ],
    registrar_returns_under_its_old_id,
)
.needs(&[Ics::SeveralTargets]);

fn registrar_returns_under_its_old_id(t: &mut Tester) -> Outcome {
    let [one, two, three] = group::<3>(t)?;
    let pool = t.unused_pool_handle();
    let pes = [reachable_pe(t, one, &pool)?, reachable_pe(t, one, &pool)?];
    let id = t.server_of(one);
    let others = [t.enrp_address(two), t.enrp_address(three)];
    t.preamble(|t| {
        pes.iter().try_for_each(|pe| t.register(pe))?;
        t.pass_time(SETTLED)?;
        t.stop_target(one, Signal::Kill)?;
        let stopped = t.now();
        successor_of(t, R5353_3_5_2_1, id, stopped)?;
        t.pass_time(SETTLED)?;
        joins_as(t, one, Some(id), others.to_vec())
    })?;

    let pus = pool_users(t, &[one, two, three]);
    all_list(t, R5353_3_2_3_9, &pus, &pool, &[&pes[0], &pes[1]])?;
    let (new, since) = (t.pool_element_at(one, &pool), t.now());
    t.preamble(|t| t.register(&new))?;
    t.pass_time(SETTLED)?;
    all_list(t, R5353_3_3_1_8, &pus, &pool, &[&pes[0], &pes[1], &new])?;
    for peer in [two, three] {
        let within = t.timers().peer_heartbeat_cycle;
        let met = move |to, m: &Message| m.from == peer && to == one;
        t.expect_exchanged(R5353_3_4_1_1, ENRP_PRESENCE, since, within, met)?;
    }
    Ok(())
}
