//! RFC 5353 §3.4.2: heartbeats to a peer whose association has ended.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[HEARTBEAT_GOES_ON_AFTER_THE_END_OF_AN_ASSOCIATION];

const HEARTBEAT_GOES_ON_AFTER_THE_END_OF_AN_ASSOCIATION: Case = registrar(
    "rfc5353/3.4.2/heartbeat-goes-on-after-the-end-of-an-association",
    "A peer that aborts its association gets the next heartbeat over another one.",
    &[
        R5353_3_4_2_1, // A PRESENCE goes to all peers in each cycle.
    ],
    heartbeat_goes_on_after_the_end_of_an_association,
)
.needs(&[Ics::EnrpPeers]);

fn heartbeat_goes_on_after_the_end_of_an_association(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for _ in 0..2 {
        t.preamble(|t| handled(t, &peer))?;
        t.abort(&peer)?;
        t.forget(&peer);
        let within = time_to_heartbeat(t);
        t.expect(R5353_3_4_2_1, &peer, ENRP_PRESENCE, within)?;
    }
    Ok(())
}
