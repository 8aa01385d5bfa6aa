//! RFC 5353 §3.4.3: peers that keep the limits of the failure detection, and peers that exceed them.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    SLOW_HEARTBEATS_SUFFICE,
    ANSWER_IN_TIME_PREVENTS_THE_TAKEOVER,
    END_OF_AN_ASSOCIATION_IS_NOT_DEATH,
    PEER_WHOSE_ASSOCIATION_HAS_ENDED_IS_TAKEN_OVER,
    ALL_SILENT_PEERS_ARE_ASKED,
    PEER_THAT_DIES_AFTER_A_TAKEOVER_IS_TAKEN_OVER,
];

const SLOW_HEARTBEATS_SUFFICE: Case = registrar(
    "rfc5353/3.4.3/slow-heartbeats-suffice",
    "A peer whose heartbeats come just within MAX-TIME-LAST-HEARD is not taken over.",
    &[
        R5353_3_4_3_6, // A peer that is heard in time is not taken over.
    ],
    slow_heartbeats_suffice,
)
.needs(&[Ics::EnrpPeers]);

fn slow_heartbeats_suffice(t: &mut Tester) -> Outcome {
    let timers = t.timers();
    let mut pace = 1;
    while timers.peer_heartbeat_cycle * (pace + 1) + AT_ONCE <= timers.max_time_last_heard {
        pace += 1;
    }
    let [witness, slow] = joined_holding::<2>(t, |t, [_, slow]| {
        // An answer to the target would be a sign of life too.
        t.habits(slow).list = Reaction::Silent;
        t.habits(slow).pace = pace;
    })?;
    t.preamble(|t| t.presence(&slow, false))?;
    steadily(t, &witness, 3 * timers.max_time_last_heard)?;

    peer_gets_none(t, R5353_3_4_3_6, &witness, ENRP_INIT_TAKEOVER)
}

const ANSWER_IN_TIME_PREVENTS_THE_TAKEOVER: Case = registrar(
    "rfc5353/3.4.3/answer-in-time-prevents-the-takeover",
    "A peer that answers each question in the second half of MAX-TIME-NO-RESPONSE is not taken over.",
    &[
        R5353_3_4_3_6, // A peer that is heard in time is not taken over.
        R5353_3_4_3_4, // A peer that does not reply is dead.
    ],
    answer_in_time_prevents_the_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn answer_in_time_prevents_the_takeover(t: &mut Tester) -> Outcome {
    let [witness, slow] = joined_with_pes::<2>(t)?;
    t.habits(&slow).fall_silent();
    t.habits(&slow).presence = true;
    t.habits(&slow).delay = t.timers().max_time_no_response / 2;
    let span = t.timers().max_time_last_heard;
    for _ in 0..2 {
        let asks = |m: &Message| m.flag('R');
        t.preamble(|t| {
            t.expect_that(R5353_3_4_3_3, &slow, ENRP_PRESENCE, span, asks)?;
            t.pass_time(2 * t.timers().max_time_no_response)
        })?;
        peer_gets_none(t, R5353_3_4_3_6, &witness, ENRP_INIT_TAKEOVER)?;
    }
    let list = list_of_target(t, &witness)?;
    list_names(t, R5353_3_4_3_4, &list, &[slow], true);
    Ok(())
}

const END_OF_AN_ASSOCIATION_IS_NOT_DEATH: Case = registrar(
    "rfc5353/3.4.3/end-of-an-association-is-not-death",
    "A peer that aborts its association and is heard over a new one is not taken over.",
    &[
        R5353_3_4_3_6, // A peer that is heard in time is not taken over.
    ],
    end_of_an_association_is_not_death,
)
.needs(&[Ics::EnrpPeers]);

fn end_of_an_association_is_not_death(t: &mut Tester) -> Outcome {
    let [witness, peer] = joined_with_pes::<2>(t)?;
    for _ in 0..3 {
        t.abort(&peer)?;
        t.pass_time(t.timers().peer_heartbeat_cycle)?;
        // An association that ends at once may take what it carries with it.
        t.preamble(|t| {
            t.presence(&peer, false)?;
            handled(t, &peer)
        })?;
    }

    peer_gets_none(t, R5353_3_4_3_6, &witness, ENRP_INIT_TAKEOVER)
}

const PEER_WHOSE_ASSOCIATION_HAS_ENDED_IS_TAKEN_OVER: Case = registrar(
    "rfc5353/3.4.3/peer-whose-association-has-ended-is-taken-over",
    "A peer that aborts its association and stays silent is taken over, after MAX-TIME-LAST-HEARD.",
    &[
        R5353_3_4_3_4, // A peer that does not reply is dead.
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
        R5353_3_4_3_6, // A peer that is heard in time is not taken over.
    ],
    peer_whose_association_has_ended_is_taken_over,
)
.needs(&[Ics::EnrpPeers]);

fn peer_whose_association_has_ended_is_taken_over(t: &mut Tester) -> Outcome {
    let [witness, dead] = joined_with_pes::<2>(t)?;
    t.preamble(|t| handled(t, &dead))?;
    let since = t.now();
    t.habits(&dead).fall_silent();
    t.abort(&dead)?;

    let within = time_to_takeover(t);
    let init = t.expect(R5353_3_4_3_5, &witness, ENRP_INIT_TAKEOVER, within)?;
    t.field(R5353_3_4_3_4, &init, "targeting-server-id", dead.id);
    let silence = init.at.saturating_sub(since);
    not_before(t, R5353_3_4_3_6, silence, t.timers().max_time_last_heard);
    Ok(())
}

const ALL_SILENT_PEERS_ARE_ASKED: Case = registrar(
    "rfc5353/3.4.3/all-silent-peers-are-asked",
    "Three peers that are silent at the same time are all asked for their presence, and all taken over.",
    &[
        R5353_3_4_3_3, // A silent peer is asked at once.
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
    ],
    all_silent_peers_are_asked,
)
.needs(&[Ics::EnrpPeers]);

fn all_silent_peers_are_asked(t: &mut Tester) -> Outcome {
    let [witness, silent @ ..] = joined_with_pes::<4>(t)?;
    for peer in &silent {
        t.habits(peer).fall_silent();
    }
    t.preamble(|t| t.pass_time(t.latest(time_to_takeover(t))))?;

    let inits = t.take_all(&witness, ENRP_INIT_TAKEOVER);
    for peer in &silent {
        let asked = t.take_all(peer, ENRP_PRESENCE).iter().any(|m| m.flag('R'));
        t.check_that(R5353_3_4_3_3, asked, "a silent peer was not asked");
        let target = Some(i64::from(peer.id));
        let begun = inits
            .iter()
            .any(|m| m.number("targeting-server-id") == target);
        let note = format!("no takeover of {:#010x}", peer.id);
        t.check_that(R5353_3_4_3_5, begun, note);
    }
    Ok(())
}

const PEER_THAT_DIES_AFTER_A_TAKEOVER_IS_TAKEN_OVER: Case = registrar(
    "rfc5353/3.4.3/peer-that-dies-after-a-takeover-is-taken-over",
    "After the takeover of one peer another silent peer is asked for its presence, and taken over too.",
    &[
        R5353_3_4_3_3, // A silent peer is asked at once.
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
    ],
    peer_that_dies_after_a_takeover_is_taken_over,
)
.needs(&[Ics::EnrpPeers]);

fn peer_that_dies_after_a_takeover_is_taken_over(t: &mut Tester) -> Outcome {
    let [witness, first, second] = joined_with_pes::<3>(t)?;
    t.preamble(|t| {
        takeover_of(t, R5353_3_5_1_1, &first, &witness)?;
        t.expect(R5353_3_5_2_1, &witness, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
        t.pass_time(AT_ONCE)
    })?;
    t.forget(&second);
    t.habits(&second).fall_silent();

    let asks = |m: &Message| m.flag('R');
    let span = t.timers().max_time_last_heard;
    t.expect_that(R5353_3_4_3_3, &second, ENRP_PRESENCE, span, asks)?;
    takeover_of(t, R5353_3_4_3_5, &second, &witness)?;
    Ok(())
}
