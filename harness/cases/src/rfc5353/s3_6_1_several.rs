//! RFC 5353 §3.6.1: handlespaces that agree again after a partition.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of several registrars in this section.
pub(super) const CASES: &[Case] = &[HANDLESPACES_AGREE_AFTER_A_PARTITION];

const HANDLESPACES_AGREE_AFTER_A_PARTITION: Case = registrar(
    "rfc5353/3.6.1/handlespaces-agree-after-a-partition",
    "Two registrars that took each other for dead have all PEs again after they hear each other.",
    &[
        R5353_3_4_1_1, // A message from an unknown registrar adds it as a peer.
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
    ],
    handlespaces_agree_after_a_partition,
)
.needs(&[Ics::SeveralTargets]);

fn handlespaces_agree_after_a_partition(t: &mut Tester) -> Outcome {
    let [one, two] = group::<2>(t)?;
    let pool = t.unused_pool_handle();
    let pes = [reachable_pe(t, one, &pool)?, reachable_pe(t, two, &pool)?];
    let long = time_to_takeover(t) * 2;
    t.preamble(|t| {
        pes.iter().try_for_each(|pe| t.register(pe))?;
        t.pass_time(SETTLED)?;
        t.link(one, two, Link::Cut)?;
        t.pass_time(long)?;
        t.link(one, two, Link::Open)
    })?;
    let (since, new) = (
        t.now(),
        [t.pool_element_at(one, &pool), t.pool_element_at(two, &pool)],
    );
    t.preamble(|t| new.iter().try_for_each(|pe| t.register(pe)))?;

    let within = t.timers().peer_heartbeat_cycle * 3;
    let heard = move |to, m: &Message| to == two && m.from == one;
    t.expect_exchanged(R5353_3_4_1_1, ENRP_PRESENCE, since, within, heard)?;
    let pus = pool_users(t, &[one, two]);
    let all = [&pes[0], &pes[1], &new[0], &new[1]];
    all_list_within(t, R5353_3_6_1_3, &pus, &pool, &all, within)
}
