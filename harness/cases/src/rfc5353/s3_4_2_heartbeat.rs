//! RFC 5353 §3.4.2: heartbeats.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[HEARTBEATS_COME_IN_EACH_CYCLE];

/// Number of heartbeats that are watched.
const CYCLES: u32 = 4;

const HEARTBEATS_COME_IN_EACH_CYCLE: Case = registrar(
    "rfc5353/3.4.2/heartbeats-come-in-each-cycle",
    "Each peer gets an ENRP_PRESENCE without the reply required flag in every PEER-HEARTBEAT-CYCLE.",
    &[
        R5353_3_4_2_1, // A PRESENCE goes to all peers in each cycle.
        R5353_3_4_2_2, // A heartbeat does not require a reply.
        R5353_3_6_1_1, // Every ENRP_PRESENCE carries the current PE checksum.
    ],
    heartbeats_come_in_each_cycle,
)
.needs(&[Ics::EnrpPeers]);

fn heartbeats_come_in_each_cycle(t: &mut Tester) -> Outcome {
    let peers = joined::<2>(t)?;
    let cycle = t.timers().peer_heartbeat_cycle;
    for peer in &peers {
        let mut last: Option<Message> = None;
        for _ in 0..CYCLES {
            // A variation of half a cycle is a deviation at most (ambiguity E34).
            let within = match last {
                Some(_) => cycle + cycle / 2,
                None => time_to_heartbeat(t),
            };
            let heartbeat = t.expect(R5353_3_4_2_1, peer, ENRP_PRESENCE, within)?;
            t.flag_clear(R5353_3_4_2_2, &heartbeat, 'R');
            t.carries(R5353_3_6_1_1, &heartbeat, "pe-checksum");
            if let Some(last) = last {
                let gap = heartbeat.at.saturating_sub(last.at);
                let note = format!("{gap:?} between two heartbeats; the cycle is {cycle:?}");
                t.check_that(R5353_3_4_2_1, gap >= cycle / 2, note);
            }
            last = Some(heartbeat);
        }
    }
    Ok(())
}
