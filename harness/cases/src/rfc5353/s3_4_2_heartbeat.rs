//! RFC 5353 §3.4.2: heartbeats.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    HEARTBEATS_COME_IN_EACH_CYCLE,
    HEARTBEATS_GO_ON_AFTER_A_TAKEOVER,
];

/// Number of cycles that are watched.
const CYCLES: u32 = 4;
/// Most heartbeats in them: a registrar may announce its presence once more in each.
const MOST: usize = 2 * CYCLES as usize + 3;

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
        let mut times = Vec::new();
        let mut end = Duration::MAX;
        while times.last().is_none_or(|last| *last < end) {
            // A variation of half a cycle is a deviation at most (ambiguity E34).
            let within = match times.is_empty() {
                true => time_to_heartbeat(t),
                false => cycle + cycle / 2,
            };
            let heartbeat = next_heartbeat(t, peer, within)?;
            t.carries(R5353_3_6_1_1, &heartbeat, "pe-checksum");
            times.push(heartbeat.at);
            end = times[0] + cycle * CYCLES;
        }
        let count = times.len();
        let note = format!("{count} heartbeats in {CYCLES} cycles of {cycle:?}");
        t.check_that(R5353_3_4_2_1, count <= MOST, note);
    }
    Ok(())
}

/// Waits for an ENRP_PRESENCE that requires no reply. The target may ask for the peer's presence beside it.
#[track_caller]
fn next_heartbeat(t: &mut Tester, peer: &EnrpPeer, within: Duration) -> Result<Message, Stop> {
    let until = t.now() + t.latest(within);
    let beats = |m: &Message| m.is(ENRP_PRESENCE) && !m.flag('R');
    if let Some(heartbeat) = t.next_of(peer, until, beats)? {
        t.check_that(R5353_3_4_2_1, true, "");
        t.flag_clear(R5353_3_4_2_2, &heartbeat, 'R');
        return Ok(heartbeat);
    }
    let asks = t.take_all(peer, ENRP_PRESENCE).into_iter().next();
    let note = asks.as_ref().map_or_else(String::new, |m| m.summary());
    t.require(R5353_3_4_2_2, asks.is_none(), note)?;
    t.expect(R5353_3_4_2_1, peer, ENRP_PRESENCE, Duration::ZERO)
}

const HEARTBEATS_GO_ON_AFTER_A_TAKEOVER: Case = registrar(
    "rfc5353/3.4.2/heartbeats-go-on-after-a-takeover",
    "After the takeover of a dead peer each other peer gets an ENRP_PRESENCE in every cycle as before.",
    &[
        R5353_3_4_2_1, // A PRESENCE goes to all peers in each cycle.
    ],
    heartbeats_go_on_after_a_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn heartbeats_go_on_after_a_takeover(t: &mut Tester) -> Outcome {
    let [one, two, dead] = joined_with_pes::<3>(t)?;
    t.preamble(|t| {
        takeover_of(t, R5353_3_5_1_1, &dead, &one)?;
        t.expect(R5353_3_5_2_1, &one, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
        t.pass_time(AT_ONCE)
    })?;
    for peer in [&one, &two] {
        t.forget(peer);
    }

    let cycle = t.timers().peer_heartbeat_cycle;
    for _ in 0..2 {
        for peer in [&one, &two] {
            t.expect(R5353_3_4_2_1, peer, ENRP_PRESENCE, cycle + cycle / 2)?;
        }
    }
    Ok(())
}
