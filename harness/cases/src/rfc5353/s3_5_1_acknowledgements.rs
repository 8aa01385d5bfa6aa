//! RFC 5353 §3.5.1: the acknowledgements of an arbitration, and what stops it.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    REPEATED_ACKNOWLEDGEMENT_COUNTS_ONCE,
    ACKNOWLEDGEMENT_OF_A_STRANGER_REPLACES_NO_OTHER,
    ACKNOWLEDGEMENT_OF_ANOTHER_TAKEOVER_DOES_NOT_COUNT,
    MISSING_ACKNOWLEDGEMENT_IS_NOT_DONE_WITHOUT,
    PRESENCE_BETWEEN_TWO_ACKNOWLEDGEMENTS_STOPS_THE_TAKEOVER,
    ANSWER_TO_INIT_TAKEOVER_STOPS_IT,
    ANSWER_AFTER_THE_LIMIT_STOPS_THE_TAKEOVER,
    STOPPED_TAKEOVER_BEGINS_ANEW,
    TAKEOVERS_OF_TWO_TARGETS_NEED_THEIR_OWN_ACKNOWLEDGEMENTS,
];

/// Returns peers of which the last one is dead, at the moment at which the first one hears of its takeover. None of
/// them acknowledges.
fn arbitration<const N: usize>(t: &mut Tester) -> Result<[EnrpPeer; N], Stop> {
    let peers = joined_with_pes::<N>(t)?;
    for peer in &peers {
        t.habits(peer).takeover = false;
    }
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &peers[N - 1], &peers[0]).map(|_| ()))?;
    Ok(peers)
}

const REPEATED_ACKNOWLEDGEMENT_COUNTS_ONCE: Case = registrar(
    "rfc5353/3.5.1/repeated-acknowledgement-counts-once",
    "Three acknowledgements of one peer do not replace that of another one.",
    &[
        R5353_3_5_1_4,  // The initiator waits for the ACK of every other peer.
        R5353_3_5_1_13, // The takeover completes after the last ACK.
    ],
    repeated_acknowledgement_counts_once,
)
.needs(&[Ics::EnrpPeers]);

fn repeated_acknowledgement_counts_once(t: &mut Tester) -> Outcome {
    let [quick, slow, dead] = joined_with_pes::<3>(t)?;
    t.habits(&quick).copies = 3;
    t.habits(&slow).takeover = false;
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &dead, &quick).map(|_| ()))?;

    peer_gets_none(t, R5353_3_5_1_4, &quick, ENRP_TAKEOVER_SERVER)?;
    acknowledge_takeover(t, &slow, &dead)?;
    completes(t, R5353_3_5_1_13, &quick, &dead)
}

const ACKNOWLEDGEMENT_OF_A_STRANGER_REPLACES_NO_OTHER: Case = registrar(
    "rfc5353/3.5.1/acknowledgement-of-a-stranger-replaces-no-other",
    "The acknowledgement of an unknown registrar does not replace that of a known peer.",
    &[
        R5353_3_5_1_4,  // The initiator waits for the ACK of every other peer.
        R5353_3_5_1_13, // The takeover completes after the last ACK.
    ],
    acknowledgement_of_a_stranger_replaces_no_other,
)
.needs(&[Ics::EnrpPeers]);

fn acknowledgement_of_a_stranger_replaces_no_other(t: &mut Tester) -> Outcome {
    let [peer, dead] = arbitration::<2>(t)?;
    let stranger = t.enrp_peer()?;
    acknowledge_takeover(t, &stranger, &dead)?;

    peer_gets_none(t, R5353_3_5_1_4, &peer, ENRP_TAKEOVER_SERVER)?;
    acknowledge_takeover(t, &peer, &dead)?;
    completes(t, R5353_3_5_1_13, &peer, &dead)
}

const ACKNOWLEDGEMENT_OF_ANOTHER_TAKEOVER_DOES_NOT_COUNT: Case = registrar(
    "rfc5353/3.5.1/acknowledgement-of-another-takeover-does-not-count",
    "An acknowledgement that names another target does not complete the takeover.",
    &[
        R5353_3_5_1_4,  // The initiator waits for the ACK of every other peer.
        R5353_3_5_1_13, // The takeover completes after the last ACK.
    ],
    acknowledgement_of_another_takeover_does_not_count,
)
.needs(&[Ics::EnrpPeers]);

fn acknowledgement_of_another_takeover_does_not_count(t: &mut Tester) -> Outcome {
    let [peer, dead] = arbitration::<2>(t)?;
    let (to, other) = (t.target_server(), t.random_identifier());
    for wrong in [other, peer.id, to] {
        t.send(&peer, forge::init_takeover_ack(peer.id, to, wrong))?;
    }

    peer_gets_none(t, R5353_3_5_1_4, &peer, ENRP_TAKEOVER_SERVER)?;
    acknowledge_takeover(t, &peer, &dead)?;
    completes(t, R5353_3_5_1_13, &peer, &dead)
}

const MISSING_ACKNOWLEDGEMENT_IS_NOT_DONE_WITHOUT: Case = registrar(
    "rfc5353/3.5.1/missing-acknowledgement-is-not-done-without",
    "Of three living peers one does not acknowledge: the takeover does not complete, however long it takes.",
    &[
        R5353_3_5_1_4, // The initiator waits for the ACK of every other peer.
    ],
    missing_acknowledgement_is_not_done_without,
)
.needs(&[Ics::EnrpPeers]);

fn missing_acknowledgement_is_not_done_without(t: &mut Tester) -> Outcome {
    let [one, two, _, dead] = arbitration::<4>(t)?;
    for peer in [&one, &two] {
        acknowledge_takeover(t, peer, &dead)?;
    }
    t.pass_time(2 * time_to_takeover(t))?;

    for peer in [&one, &two] {
        peer_gets_none(t, R5353_3_5_1_4, peer, ENRP_TAKEOVER_SERVER)?;
    }
    Ok(())
}

const PRESENCE_BETWEEN_TWO_ACKNOWLEDGEMENTS_STOPS_THE_TAKEOVER: Case = registrar(
    "rfc5353/3.5.1/presence-between-two-acknowledgements-stops-the-takeover",
    "A target that shows itself before the last acknowledgement keeps its PEs and its place in the list.",
    &[
        R5353_3_5_1_14, // A PRESENCE of the target stops the takeover.
        R5353_3_5_1_15, // A target that shows itself is active again.
    ],
    presence_between_two_acknowledgements_stops_the_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn presence_between_two_acknowledgements_stops_the_takeover(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let [quick, slow, suspect] = joined_holding::<3>(t, |t, [quick, _, suspect]| {
        let entry = t.element_of(suspect, &pool);
        t.holds(quick, &entry);
        t.holds(suspect, &entry);
    })?;
    for peer in [&quick, &slow, &suspect] {
        t.habits(peer).takeover = false;
    }
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &suspect, &quick).map(|_| ()))?;
    acknowledge_takeover(t, &quick, &suspect)?;
    t.preamble(|t| handled(t, &quick))?;
    t.presence(&suspect, false)?;
    t.preamble(|t| t.pass_time(AT_ONCE))?;
    acknowledge_takeover(t, &slow, &suspect)?;

    peer_gets_none(t, R5353_3_5_1_14, &slow, ENRP_TAKEOVER_SERVER)?;
    home_is(t, R5353_3_5_1_14, &pu, &pool, suspect.id)?;
    let list = list_of_target(t, &quick)?;
    list_names(t, R5353_3_5_1_15, &list, &[suspect], true);
    Ok(())
}

const ANSWER_TO_INIT_TAKEOVER_STOPS_IT: Case = registrar(
    "rfc5353/3.5.1/answer-to-init-takeover-stops-it",
    "A target that was silent up to its takeover and objects to it is not taken over.",
    &[
        R5353_3_5_1_14, // A PRESENCE of the target stops the takeover.
    ],
    answer_to_init_takeover_stops_it,
)
.needs(&[Ics::EnrpPeers]);

fn answer_to_init_takeover_stops_it(t: &mut Tester) -> Outcome {
    let [peer, suspect] = joined_with_pes::<2>(t)?;
    t.habits(&peer).takeover = false;
    t.preamble(|t| {
        t.habits(&suspect).fall_silent();
        t.habits(&suspect).takeover = true;
        let within = time_to_takeover(t);
        t.expect(R5353_3_5_1_1, &peer, ENRP_INIT_TAKEOVER, within)?;
        t.pass_time(AT_ONCE)
    })?;
    acknowledge_takeover(t, &peer, &suspect)?;

    peer_gets_none(t, R5353_3_5_1_14, &peer, ENRP_TAKEOVER_SERVER)
}

const ANSWER_AFTER_THE_LIMIT_STOPS_THE_TAKEOVER: Case = registrar(
    "rfc5353/3.5.1/answer-after-the-limit-stops-the-takeover",
    "A target whose answer comes after MAX-TIME-NO-RESPONSE, during the arbitration, is not taken over.",
    &[
        R5353_3_5_1_14, // A PRESENCE of the target stops the takeover.
    ],
    answer_after_the_limit_stops_the_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn answer_after_the_limit_stops_the_takeover(t: &mut Tester) -> Outcome {
    let [peer, slow] = joined_with_pes::<2>(t)?;
    t.habits(&peer).takeover = false;
    let limit = t.timers().max_time_no_response;
    t.preamble(|t| {
        t.habits(&slow).fall_silent();
        t.habits(&slow).presence = true;
        t.habits(&slow).delay = 2 * limit;
        let within = time_to_takeover(t);
        t.expect(R5353_3_5_1_1, &peer, ENRP_INIT_TAKEOVER, within)?;
        t.pass_time(2 * limit)
    })?;
    acknowledge_takeover(t, &peer, &slow)?;

    peer_gets_none(t, R5353_3_5_1_14, &peer, ENRP_TAKEOVER_SERVER)
}

const STOPPED_TAKEOVER_BEGINS_ANEW: Case = registrar(
    "rfc5353/3.5.1/stopped-takeover-begins-anew",
    "A target that stops its takeover and is silent again is taken over later.",
    &[
        R5353_3_5_1_15, // A target that shows itself is active again.
        R5353_3_5_1_4,  // The initiator waits for the ACK of every other peer.
        R5353_3_5_1_13, // The takeover completes after the last ACK.
    ],
    stopped_takeover_begins_anew,
)
.needs(&[Ics::EnrpPeers]);

fn stopped_takeover_begins_anew(t: &mut Tester) -> Outcome {
    let [peer, suspect] = arbitration::<2>(t)?;
    t.presence(&suspect, false)?;
    t.preamble(|t| {
        t.pass_time(AT_ONCE)?;
        acknowledge_takeover(t, &peer, &suspect)
    })?;
    t.take_all(&peer, ENRP_INIT_TAKEOVER);

    let within = time_to_takeover(t);
    t.expect(R5353_3_5_1_15, &peer, ENRP_INIT_TAKEOVER, within)?;
    // The acknowledgement of the stopped takeover does not count for this one.
    t.preamble(|t| t.pass_time(AT_ONCE))?;
    let early = t.take_all(&peer, ENRP_TAKEOVER_SERVER);
    let note = early.first().map_or_else(String::new, |m| m.summary());
    t.require(R5353_3_5_1_4, early.is_empty(), note)?;
    acknowledge_takeover(t, &peer, &suspect)?;
    completes(t, R5353_3_5_1_13, &peer, &suspect)
}

const TAKEOVERS_OF_TWO_TARGETS_NEED_THEIR_OWN_ACKNOWLEDGEMENTS: Case = registrar(
    "rfc5353/3.5.1/takeovers-of-two-targets-need-their-own-acknowledgements",
    "With two dead peers the acknowledgement of one takeover does not complete the other one.",
    &[
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
        R5353_3_5_1_4, // The initiator waits for the ACK of every other peer.
    ],
    takeovers_of_two_targets_need_their_own_acknowledgements,
)
.needs(&[Ics::EnrpPeers]);

fn takeovers_of_two_targets_need_their_own_acknowledgements(t: &mut Tester) -> Outcome {
    let [peer, first, second] = joined_with_pes::<3>(t)?;
    for peer in [&peer, &first, &second] {
        t.habits(peer).takeover = false;
    }
    for dead in [&first, &second] {
        t.habits(dead).fall_silent();
    }
    let within = time_to_takeover(t);
    for dead in [&first, &second] {
        let target = i64::from(dead.id);
        let is_its = move |m: &Message| m.number("targeting-server-id") == Some(target);
        t.expect_that(R5353_3_4_3_5, &peer, ENRP_INIT_TAKEOVER, within, is_its)?;
    }
    acknowledge_takeover(t, &peer, &first)?;
    presence_of_target(t, &peer)?;
    t.pass_time(AT_ONCE)?;

    let declared = t.take_all(&peer, ENRP_TAKEOVER_SERVER);
    let target = Some(i64::from(second.id));
    let early = declared
        .iter()
        .find(|m| m.number("targeting-server-id") == target);
    let note = early.map_or_else(String::new, |m| m.summary());
    t.check_that(R5353_3_5_1_4, early.is_none(), note);
    Ok(())
}
