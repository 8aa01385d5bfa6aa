//! RFC 5353 §3.2.2.2: mentors that are late, silent or not ready, and their backups.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    BACKUP_IS_NOT_ASKED_BEFORE_THE_TIMER,
    MENTOR_THAT_ANSWERS_LATE_IS_KEPT,
    EVERY_BACKUP_IS_ASKED,
    MENTOR_WHOSE_ASSOCIATION_ENDS_IS_GIVEN_UP,
    REJECTED_LIST_IS_FOLLOWED_BY_NO_TABLE_REQUEST,
    START_GOES_ON_AFTER_REJECTIONS,
    LATE_LIST_OF_A_MENTOR_BRINGS_ALL_PEERS,
    REJECTIONS_CAUSE_NO_STORM,
];

const BACKUP_IS_NOT_ASKED_BEFORE_THE_TIMER: Case = registrar(
    "rfc5353/3.2.2.2/backup-is-not-asked-before-the-timer",
    "The backup of a silent mentor gets its list request after MAX-TIME-NO-RESPONSE, and not before.",
    &[
        R5353_3_2_2_2_3, // A silent mentor is given up after the timer.
    ],
    backup_is_not_asked_before_the_timer,
)
.needs(&[Ics::EnrpPeers]);

fn backup_is_not_asked_before_the_timer(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let silent = |habits: &mut Habits| habits.list = Reaction::Silent;
    let ([_, backup], _) = mentor_and_backup(t, &pool, 0, silent)?;
    let since = t.now();

    let within = t.timers().max_time_no_response;
    let request = t.expect(R5353_3_2_2_2_3, &backup, ENRP_LIST_REQUEST, within)?;
    let gap = request.at.saturating_sub(since);
    not_before(t, R5353_3_2_2_2_3, gap, within);
    Ok(())
}

const MENTOR_THAT_ANSWERS_LATE_IS_KEPT: Case = registrar(
    "rfc5353/3.2.2.2/mentor-that-answers-late-is-kept",
    "A mentor that answers in the second half of MAX-TIME-NO-RESPONSE remains the mentor.",
    &[
        R5353_3_2_2_2_3, // A silent mentor is given up after the timer.
        R5353_3_2_3_2,   // The table request follows the list.
    ],
    mentor_that_answers_late_is_kept,
)
.needs(&[Ics::EnrpPeers]);

fn mentor_that_answers_late_is_kept(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let timers = t.timers();
    let delay = timers.max_time_no_response.min(timers.table_request) / 2;
    let ([mentor, backup], _) = mentor_and_backup(t, &pool, 0, |habits| habits.delay = delay)?;

    // Later a registrar that has the table serves, and may request a list from every peer.
    steadily(t, &mentor, delay)?;
    let asked = t.take_all(&backup, ENRP_LIST_REQUEST).len();
    t.check_eq(R5353_3_2_2_2_3, "list requests to the backup", asked, 0);
    let within = timers.max_time_no_response;
    t.expect(R5353_3_2_3_2, &mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
    Ok(())
}

const EVERY_BACKUP_IS_ASKED: Case = registrar(
    "rfc5353/3.2.2.2/every-backup-is-asked",
    "If the mentor and the first backup are silent, the second backup gets a list request.",
    &[
        R5353_3_2_2_2_3, // A silent mentor is given up after the timer.
        R5353_3_2_2_1_2, // Of several configured peers one is the mentor.
    ],
    every_backup_is_asked,
)
.needs(&[Ics::EnrpPeers]);

fn every_backup_is_asked(t: &mut Tester) -> Outcome {
    let peers = [t.enrp_peer()?, t.enrp_peer()?, t.enrp_peer()?];
    for peer in &peers {
        t.habits(peer).list = Reaction::Silent;
    }
    t.preamble(|t| t.start_target(&[&peers[0], &peers[1], &peers[2]]))?;
    let within = t.timers().max_time_no_response;
    steadily(t, &peers[0], within / 2)?;
    let asked = peers_asked(t, &peers, ENRP_LIST_REQUEST);
    if asked == 0 {
        return Err(t.inconclusive("no configured peer got ENRP_LIST_REQUEST"));
    }
    t.check_eq(R5353_3_2_2_1_2, "mentors at a time", asked, 1);

    t.pass_time(t.latest(2 * within))?;
    let asked = peers_asked(t, &peers, ENRP_LIST_REQUEST);
    let note = format!("{asked} further peers were asked");
    t.check_that(R5353_3_2_2_2_3, asked >= 2, note);
    Ok(())
}

const MENTOR_WHOSE_ASSOCIATION_ENDS_IS_GIVEN_UP: Case = registrar(
    "rfc5353/3.2.2.2/mentor-whose-association-ends-is-given-up",
    "If the association with the mentor is aborted before its list, the backup gets a list request.",
    &[
        R5353_3_2_2_2_3, // A silent mentor is given up after the timer.
    ],
    mentor_whose_association_ends_is_given_up,
)
.needs(&[Ics::EnrpPeers]);

fn mentor_whose_association_ends_is_given_up(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let silent = |habits: &mut Habits| habits.list = Reaction::Silent;
    let ([mentor, backup], _) = mentor_and_backup(t, &pool, 0, silent)?;
    t.abort(&mentor)?;

    let within = t.timers().max_time_no_response;
    t.expect(R5353_3_2_2_2_3, &backup, ENRP_LIST_REQUEST, within)?;
    Ok(())
}

const REJECTED_LIST_IS_FOLLOWED_BY_NO_TABLE_REQUEST: Case = registrar(
    "rfc5353/3.2.2.2/rejected-list-is-followed-by-no-table-request",
    "A mentor that rejects the list request is not asked for its table before it has sent a list.",
    &[
        R5353_3_2_3_2, // The table request follows the list.
    ],
    rejected_list_is_followed_by_no_table_request,
)
.needs(&[Ics::EnrpPeers]);

fn rejected_list_is_followed_by_no_table_request(t: &mut Tester) -> Outcome {
    let mentor = t.enrp_peer()?;
    t.habits(&mentor).list = Reaction::Rejects;
    t.preamble(|t| {
        t.start_target(&[&mentor])?;
        let within = t.timers().max_time_no_response;
        t.expect(R5353_3_2_2_2_2, &mentor, ENRP_LIST_REQUEST, within)?;
        t.pass_time(AT_ONCE)
    })?;

    let requests = t.take_all(&mentor, ENRP_HANDLE_TABLE_REQUEST).len();
    t.check_eq(R5353_3_2_3_2, "table requests", requests, 0);
    Ok(())
}

const START_GOES_ON_AFTER_REJECTIONS: Case = registrar(
    "rfc5353/3.2.2.2/start-goes-on-after-rejections",
    "A mentor that rejects the list and the table once each is asked again, and the target serves at the end.",
    &[
        R5353_3_2_2_2_7, // A rejected list request is repeated or moved.
        R5353_3_2_3_17,  // A rejected table request is repeated or moved.
        R5353_3_2_3_15,  // A registrar serves after the last table response.
    ],
    start_goes_on_after_rejections,
)
.needs(&[Ics::EnrpPeers]);

fn start_goes_on_after_rejections(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mentor = t.enrp_peer()?;
    let pu = t.pool_user();
    let entry = t.element_of(&mentor, &pool);
    t.holds(&mentor, &entry);
    t.habits(&mentor).list = Reaction::Rejects;
    t.habits(&mentor).table = Reaction::Rejects;
    t.preamble(|t| {
        t.start_target(&[&mentor])?;
        asked_first(t, &[mentor], ENRP_LIST_REQUEST).map(|_| ())
    })?;
    t.habits(&mentor).list = Reaction::Answers;

    let within = t.timers().rejected_request;
    t.expect(R5353_3_2_2_2_7, &mentor, ENRP_LIST_REQUEST, within)?;
    t.preamble(|t| asked_first(t, &[mentor], ENRP_HANDLE_TABLE_REQUEST).map(|_| ()))?;
    t.habits(&mentor).table = Reaction::Answers;
    t.expect(R5353_3_2_3_17, &mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
    t.pass_time(AT_ONCE)?;
    t.answered(R5353_3_2_3_15, |t| t.probe(&pu))?;
    lists_entries(t, R5353_3_2_3_15, &pu, &pool, &[entry])
}

const LATE_LIST_OF_A_MENTOR_BRINGS_ALL_PEERS: Case = registrar(
    "rfc5353/3.2.2.2/late-list-of-a-mentor-brings-all-peers",
    "Four registrars that a late list names all get the announcements of the target afterwards.",
    &[
        R5353_3_2_2_2_5, // The list response initialises the peer list.
        R5353_3_1_2,     // An announcement reaches every peer.
    ],
    late_list_of_a_mentor_brings_all_peers,
)
.needs(&[Ics::EnrpPeers]);

fn late_list_of_a_mentor_brings_all_peers(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mentor = t.enrp_peer()?;
    let others = [
        t.enrp_peer()?,
        t.enrp_peer()?,
        t.enrp_peer()?,
        t.enrp_peer()?,
    ];
    t.habits(&mentor).delay = t.timers().max_time_no_response / 2;
    t.preamble(|t| {
        t.join(&[&mentor])?;
        t.pass_time(t.timers().max_time_no_response)
    })?;
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    let within = time_to_heartbeat(t);
    for peer in &others {
        t.expect(R5353_3_2_2_2_5, peer, ENRP_PRESENCE, within)?;
        update_about(t, R5353_3_1_2, peer, ADD_PE, pe.pe_identifier())?;
    }
    Ok(())
}

/// Most requests of a kind in a second that count as "after a few seconds", whatever the target takes for a few.
const STORM: usize = 20;

const REJECTIONS_CAUSE_NO_STORM: Case = registrar(
    "rfc5353/3.2.2.2/rejections-cause-no-storm",
    "A target whose only mentor rejects lists and then tables waits before it asks again.",
    &[
        R5353_3_2_2_2_7, // A rejected list request is repeated or moved.
        R5353_3_2_3_17,  // A rejected table request is repeated or moved.
    ],
    rejections_cause_no_storm,
)
.needs(&[Ics::EnrpPeers]);

fn rejections_cause_no_storm(t: &mut Tester) -> Outcome {
    let mentor = t.enrp_peer()?;
    t.habits(&mentor).list = Reaction::Rejects;
    t.habits(&mentor).table = Reaction::Rejects;
    t.preamble(|t| {
        t.start_target(&[&mentor])?;
        asked_first(t, &[mentor], ENRP_LIST_REQUEST)?;
        t.pass_time(AT_ONCE)
    })?;
    let lists = t.take_all(&mentor, ENRP_LIST_REQUEST).len();
    let note = format!("{lists} list requests in {AT_ONCE:?}");
    t.check_that(R5353_3_2_2_2_7, lists <= STORM, note);

    t.habits(&mentor).list = Reaction::Answers;
    let within = t.timers().rejected_request;
    t.preamble(|t| {
        t.expect(R5353_3_2_3_2, &mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
        t.pass_time(AT_ONCE)
    })?;
    let tables = t.take_all(&mentor, ENRP_HANDLE_TABLE_REQUEST).len();
    let note = format!("{tables} table requests in {AT_ONCE:?}");
    t.check_that(R5353_3_2_3_17, tables <= STORM, note);
    Ok(())
}
