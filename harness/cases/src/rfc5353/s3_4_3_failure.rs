//! RFC 5353 §3.4.3: detecting the failure of a peer.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    PRESENCE_THAT_REQUIRES_A_REPLY_IS_ANSWERED,
    PRESENCE_WITHOUT_THE_FLAG_IS_NOT_ANSWERED,
    SILENT_PEER_IS_ASKED,
    PEER_THAT_ANSWERS_IS_NOT_TAKEN_OVER,
    EVERY_MESSAGE_IS_A_SIGN_OF_LIFE,
    DEAD_PEER_IS_TAKEN_OVER,
    VANISHED_PEER_IS_TAKEN_OVER,
];

const PRESENCE_THAT_REQUIRES_A_REPLY_IS_ANSWERED: Case = registrar(
    "rfc5353/3.4.3/presence-that-requires-a-reply-is-answered",
    "An ENRP_PRESENCE with R set is answered with one with R clear, checksum and Server Information.",
    &[
        R5353_3_4_3_1, // A PRESENCE that requires a reply is answered in time.
        R5353_2_1_4,   // A requested ENRP_PRESENCE carries Server Information.
        R5353_3_6_1_1, // Every ENRP_PRESENCE carries the current PE checksum.
        R5353_2_1_1,   // The Sending Server's ID is the sender's own ID.
    ],
    presence_that_requires_a_reply_is_answered,
)
.needs(&[Ics::EnrpPeers]);

fn presence_that_requires_a_reply_is_answered(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let server = t.target_server();

    let answer = presence_of_target(t, &peer)?;
    t.carries(R5353_2_1_4, &answer, "server-information");
    t.carries(R5353_3_6_1_1, &answer, "pe-checksum");
    t.field(R5353_2_1_1, &answer, "sender-server-id", server);
    let path = "server-information/server-identifier";
    t.field_if_present(R5353_2_1_4, &answer, path, server);
    Ok(())
}

const PRESENCE_WITHOUT_THE_FLAG_IS_NOT_ANSWERED: Case = registrar(
    "rfc5353/3.4.3/presence-without-the-flag-is-not-answered",
    "The heartbeat of a known peer causes no ENRP_PRESENCE.",
    &[
        R5353_3_4_1_3, // Two registrars that find each other stop asking.
    ],
    presence_without_the_flag_is_not_answered,
)
.needs(&[Ics::EnrpPeers]);

fn presence_without_the_flag_is_not_answered(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let since = t.now();
    for _ in 0..10 {
        t.presence(&peer, false)?;
    }
    t.preamble(|t| list_of_target(t, &peer).map(|_| ()))?;
    t.pass_time(AT_ONCE)?;

    let answers = t.take_all(&peer, ENRP_PRESENCE).len();
    let heartbeats = heartbeats_in(t, t.now() - since);
    let note = format!("{answers} ENRP_PRESENCE after ten heartbeats of the peer");
    t.check_that(R5353_3_4_1_3, answers <= heartbeats, note);
    Ok(())
}

const SILENT_PEER_IS_ASKED: Case = registrar(
    "rfc5353/3.4.3/silent-peer-is-asked",
    "A peer that is silent for MAX-TIME-LAST-HEARD is asked for its presence then.",
    &[
        R5353_3_4_3_3, // A silent peer is asked at once.
    ],
    silent_peer_is_asked,
)
.needs(&[Ics::EnrpPeers]);

fn silent_peer_is_asked(t: &mut Tester) -> Outcome {
    let [_, silent] = joined::<2>(t)?;
    t.preamble(|t| handled(t, &silent))?;
    let since = t.now();
    t.habits(&silent).fall_silent();

    let span = t.timers().max_time_last_heard;
    let asks = due_question(since, span);
    t.expect_that(R5353_3_4_3_3, &silent, ENRP_PRESENCE, span, asks)?;
    Ok(())
}

/// Returns true for a question that comes when a peer, heard last at `since`, has been silent for this time. The target
/// may ask for a presence at any other moment too.
fn due_question(since: Duration, span: Duration) -> impl Fn(&Message) -> bool {
    move |m| m.flag('R') && m.at.saturating_sub(since) + AT_ONCE >= span
}

const PEER_THAT_ANSWERS_IS_NOT_TAKEN_OVER: Case = registrar(
    "rfc5353/3.4.3/peer-that-answers-is-not-taken-over",
    "A peer without heartbeats that answers each question is not taken over.",
    &[
        R5353_3_4_3_6, // A peer that is heard in time is not taken over.
    ],
    peer_that_answers_is_not_taken_over,
)
.needs(&[Ics::EnrpPeers]);

fn peer_that_answers_is_not_taken_over(t: &mut Tester) -> Outcome {
    let [witness, quiet] = joined::<2>(t)?;
    // An answer to a list request would be a sign of life too.
    t.habits(&quiet).fall_silent();
    t.habits(&quiet).presence = true;
    let span = time_to_takeover(t);
    t.pass_time(2 * span)?;
    if t.take_all(&quiet, ENRP_PRESENCE)
        .iter()
        .all(|m| !m.flag('R'))
    {
        return Err(t.inconclusive("the quiet peer was not asked for its presence"));
    }

    peer_gets_none(t, R5353_3_4_3_6, &witness, ENRP_INIT_TAKEOVER)
}

const EVERY_MESSAGE_IS_A_SIGN_OF_LIFE: Case = registrar(
    "rfc5353/3.4.3/every-message-is-a-sign-of-life",
    "A peer that sends list requests, but no ENRP_PRESENCE, is not taken over.",
    &[
        R5353_3_4_3_2, // Every message from a peer counts as a sign of life.
        R5353_3_4_3_6, // A peer that is heard in time is not taken over.
    ],
    every_message_is_a_sign_of_life,
)
.needs(&[Ics::EnrpPeers]);

fn every_message_is_a_sign_of_life(t: &mut Tester) -> Outcome {
    let [witness, busy] = joined::<2>(t)?;
    t.habits(&busy).fall_silent();
    let span = t.timers().max_time_last_heard;
    for _ in 0..6 {
        t.preamble(|t| list_of_target(t, &busy).map(|_| ()))?;
        t.pass_time(span / 3)?;
    }

    let takeovers = t.take_all(&witness, ENRP_INIT_TAKEOVER).len();
    t.check_eq(R5353_3_4_3_2, "takeovers", takeovers, 0);
    t.check_eq(R5353_3_4_3_6, "takeovers", takeovers, 0);
    Ok(())
}

const DEAD_PEER_IS_TAKEN_OVER: Case = registrar(
    "rfc5353/3.4.3/dead-peer-is-taken-over",
    "A peer that does not answer within MAX-TIME-NO-RESPONSE is dead: its takeover begins.",
    &[
        R5353_3_4_3_4, // A peer that does not reply is dead.
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
    ],
    dead_peer_is_taken_over,
)
.needs(&[Ics::EnrpPeers]);

fn dead_peer_is_taken_over(t: &mut Tester) -> Outcome {
    let [witness, dead] = joined::<2>(t)?;
    t.preamble(|t| handled(t, &dead))?;
    let since = t.now();
    t.habits(&dead).fall_silent();
    let span = t.timers().max_time_last_heard;
    let asks = due_question(since, span);
    let question = t.expect_that(R5353_3_4_3_3, &dead, ENRP_PRESENCE, span, asks)?;

    let limit = t.timers().max_time_no_response;
    let init = t.expect(R5353_3_4_3_5, &witness, ENRP_INIT_TAKEOVER, limit)?;
    let patience = init.at.saturating_sub(question.at);
    let note = format!("the takeover begins {patience:?} after the question");
    t.check_that(R5353_3_4_3_4, patience + AT_ONCE >= limit, note);
    Ok(())
}

const VANISHED_PEER_IS_TAKEN_OVER: Case = registrar(
    "rfc5353/3.4.3/vanished-peer-is-taken-over",
    "A peer whose host vanished is taken over in the time that the thresholds give.",
    &[
        R5353_3_4_3_4, // A peer that does not reply is dead.
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
    ],
    vanished_peer_is_taken_over,
)
.needs(&[Ics::EnrpPeers]);

fn vanished_peer_is_taken_over(t: &mut Tester) -> Outcome {
    let [witness, gone] = joined_with_pes::<2>(t)?;
    t.habits(&gone).fall_silent();
    t.vanish(&gone)?;

    let within = time_to_takeover(t);
    let init = t.expect(R5353_3_4_3_5, &witness, ENRP_INIT_TAKEOVER, within)?;
    t.field(R5353_3_4_3_4, &init, "targeting-server-id", gone.id);
    Ok(())
}
