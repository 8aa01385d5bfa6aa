//! RFC 5353 §3.2.3: downloads that are late, in another order, interrupted, or overtaken by updates.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    PARTS_IN_ANOTHER_ORDER,
    LATE_PARTS_ARE_TAKEN,
    MENTOR_THAT_ABORTS_IN_A_DOWNLOAD_IS_GIVEN_UP,
    MENTOR_THAT_VANISHES_IN_A_DOWNLOAD_IS_GIVEN_UP,
    FURTHER_REQUESTS_REPEAT_W,
    UPDATE_DURING_THE_DOWNLOAD_IS_NOT_LOST,
    TAKEOVER_DURING_THE_DOWNLOAD_IS_NOT_LOST,
    DOWNLOADED_PES_OF_THE_TARGET_ITSELF,
    TWO_SLOW_DOWNLOADS_AT_A_TIME,
    DOWNLOAD_GOES_ON_DURING_A_TAKEOVER,
    REMOVAL_DURING_A_DOWNLOAD_HIDES_NO_OTHER_PE,
];

const PARTS_IN_ANOTHER_ORDER: Case = registrar(
    "rfc5353/3.2.3/parts-in-another-order",
    "PEs of two pools that come one by one and in turns are all in their pools after the download.",
    &[
        R5353_3_2_3_9,  // A starting registrar takes over the downloaded entries.
        R5353_3_2_3_13, // Downloaded PEs join a pool that exists.
    ],
    parts_in_another_order,
)
.needs(&[Ics::EnrpPeers]);

fn parts_in_another_order(t: &mut Tester) -> Outcome {
    let pools = [t.unused_pool_handle(), t.unused_pool_handle()];
    let pu = t.pool_user();
    let mut entries = Vec::new();
    downloaded(t, |t, mentor| {
        t.habits(mentor).backwards = true;
        t.habits(mentor).part = 1;
        for nth in 0..4 {
            let entry = t.element_of(mentor, &pools[nth % 2]);
            t.holds(mentor, &entry);
            entries.push(entry);
        }
    })?;

    let (first, second) = (entries[0].clone(), entries[1].clone());
    let (third, fourth) = (entries[2].clone(), entries[3].clone());
    lists_entries(t, R5353_3_2_3_9, &pu, &pools[0], &[first, third])?;
    lists_entries(t, R5353_3_2_3_13, &pu, &pools[1], &[second, fourth])
}

const LATE_PARTS_ARE_TAKEN: Case = registrar(
    "rfc5353/3.2.3/late-parts-are-taken",
    "Parts that come late, but before the timer ends, are taken, and no backup is asked for a download.",
    &[
        R5353_3_2_3_18, // A download that stops is started anew with a backup.
        R5353_3_2_3_9,  // A starting registrar takes over the downloaded entries.
    ],
    late_parts_are_taken,
)
.needs(&[Ics::EnrpPeers]);

fn late_parts_are_taken(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let timers = t.timers();
    let delay = timers.max_time_no_response.min(timers.table_request) / 2;
    let late = |habits: &mut Habits| (habits.delay, habits.part) = (delay, 1);
    let ([_, backup], entries) = mentor_and_backup(t, &pool, 3, late)?;
    t.pass_time(6 * delay)?;

    let asked = t.take_all(&backup, ENRP_HANDLE_TABLE_REQUEST).len();
    t.check_eq(R5353_3_2_3_18, "table requests to the backup", asked, 0);
    lists_entries(t, R5353_3_2_3_9, &pu, &pool, &entries)
}

const MENTOR_THAT_ABORTS_IN_A_DOWNLOAD_IS_GIVEN_UP: Case = registrar(
    "rfc5353/3.2.3/mentor-that-aborts-in-a-download-is-given-up",
    "If the mentor aborts its association after one part, the backup provides the whole handlespace.",
    &[
        R5353_3_2_3_18, // A download that stops is started anew with a backup.
        R5353_3_2_3_9,  // A starting registrar takes over the downloaded entries.
    ],
    mentor_that_aborts_in_a_download_is_given_up,
)
.needs(&[Ics::EnrpPeers]);

fn mentor_that_aborts_in_a_download_is_given_up(t: &mut Tester) -> Outcome {
    mentor_dies_in_a_download(t, Death::Aborts)
}

const MENTOR_THAT_VANISHES_IN_A_DOWNLOAD_IS_GIVEN_UP: Case = registrar(
    "rfc5353/3.2.3/mentor-that-vanishes-in-a-download-is-given-up",
    "If the host of the mentor vanishes after one part, the backup provides the whole handlespace.",
    &[
        R5353_3_2_3_18, // A download that stops is started anew with a backup.
        R5353_3_2_3_9,  // A starting registrar takes over the downloaded entries.
    ],
    mentor_that_vanishes_in_a_download_is_given_up,
)
.needs(&[Ics::EnrpPeers]);

fn mentor_that_vanishes_in_a_download_is_given_up(t: &mut Tester) -> Outcome {
    mentor_dies_in_a_download(t, Death::Vanishes)
}

/// Lets the mentor die after the first of three parts, and checks that the backup is asked and its table taken.
fn mentor_dies_in_a_download(t: &mut Tester, death: Death) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let mortal = |habits: &mut Habits| (habits.part, habits.dies) = (1, Some((1, death)));
    let ([_, backup], entries) = mentor_and_backup(t, &pool, 3, mortal)?;
    t.habits(&backup).dies = None;

    let within = t.timers().table_request;
    t.expect(R5353_3_2_3_18, &backup, ENRP_HANDLE_TABLE_REQUEST, within)?;
    t.pass_time(AT_ONCE)?;
    lists_entries(t, R5353_3_2_3_9, &pu, &pool, &entries)
}

const FURTHER_REQUESTS_REPEAT_W: Case = registrar(
    "rfc5353/3.2.3/further-requests-repeat-w",
    "The further requests of a download have W clear, those of a resynchronisation have W set.",
    &[
        R5353_3_6_3_11, // Each further table request has the same W flag.
    ],
    further_requests_repeat_w,
)
.needs(&[Ics::EnrpPeers]);

fn further_requests_repeat_w(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mentor = t.enrp_peer()?;
    t.habits(&mentor).part = 1;
    for _ in 0..3 {
        let entry = t.element_of(&mentor, &pool);
        t.holds(&mentor, &entry);
    }
    t.preamble(|t| {
        t.start_with_mentors(&[&mentor])?;
        asked_first(t, &[mentor], ENRP_HANDLE_TABLE_REQUEST)?;
        t.pass_time(AT_ONCE)
    })?;
    for request in t.take_all(&mentor, ENRP_HANDLE_TABLE_REQUEST) {
        t.flag_clear(R5353_3_6_3_11, &request, 'W');
    }
    let missed = t.element_of(&mentor, &pool);
    t.holds(&mentor, &missed);
    t.preamble(|t| {
        t.presence(&mentor, false)?;
        asked_first(t, &[mentor], ENRP_HANDLE_TABLE_REQUEST)?;
        t.pass_time(AT_ONCE)
    })?;
    for request in t.take_all(&mentor, ENRP_HANDLE_TABLE_REQUEST) {
        t.flag_set(R5353_3_6_3_11, &request, 'W');
    }
    Ok(())
}

const UPDATE_DURING_THE_DOWNLOAD_IS_NOT_LOST: Case = registrar(
    "rfc5353/3.2.3/update-during-the-download-is-not-lost",
    "PEs that the mentor announces and removes between two parts are right after its next ENRP_PRESENCE.",
    &[
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
        R5353_3_6_3_6, // PEs that the peer did not list are removed.
    ],
    update_during_the_download_is_not_lost,
)
.needs(&[Ics::EnrpPeers]);

fn update_during_the_download_is_not_lost(t: &mut Tester) -> Outcome {
    let pools = [t.unused_pool_handle(), t.unused_pool_handle()];
    let pu = t.pool_user();
    let delay = t.timers().table_request / 4;
    let mentor = t.enrp_peer()?;
    let [gone, stays] = [
        t.element_of(&mentor, &pools[0]),
        t.element_of(&mentor, &pools[1]),
    ];
    t.habits(&mentor).part = 1;
    t.habits(&mentor).delay = delay;
    for entry in [&gone, &stays] {
        t.holds(&mentor, entry);
    }
    let comes = t.element_of(&mentor, &pools[1]);
    t.preamble(|t| {
        t.start_with_mentors(&[&mentor])?;
        asked_first(t, &[mentor], ENRP_HANDLE_TABLE_REQUEST)?;
        asked_first(t, &[mentor], ENRP_HANDLE_TABLE_REQUEST)?;
        t.deletes_pe(&mentor, &gone)?;
        t.adds_pe(&mentor, &comes)?;
        t.pass_time(2 * delay)
    })?;
    // The RFC does not define the treatment of an update during the download; an audit corrects the result (ambiguity
    // E26).
    t.presence(&mentor, false)?;
    t.pass_time(4 * delay + AT_ONCE)?;

    lists_entries(t, R5353_3_6_1_3, &pu, &pools[1], &[stays, comes])?;
    t.lists_none(R5353_3_6_3_6, &pu, &pools[0])
}

const TAKEOVER_DURING_THE_DOWNLOAD_IS_NOT_LOST: Case = registrar(
    "rfc5353/3.2.3/takeover-during-the-download-is-not-lost",
    "PEs that the mentor takes over while it sends its table have the right Home after its ENRP_PRESENCE.",
    &[
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
    ],
    takeover_during_the_download_is_not_lost,
)
.needs(&[Ics::EnrpPeers]);

fn takeover_during_the_download_is_not_lost(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let delay = t.timers().table_request / 4;
    let (mentor, dead) = (t.enrp_peer()?, t.random_identifier());
    let entry = t.element_of(&mentor, &pool);
    t.holds(&mentor, &entry.owned_by(dead));
    t.habits(&mentor).delay = delay;
    t.preamble(|t| {
        t.start_with_mentors(&[&mentor])?;
        asked_first(t, &[mentor], ENRP_HANDLE_TABLE_REQUEST)?;
        // The table with the old Home is on its way.
        t.holds(&mentor, &entry);
        t.takes_over(&mentor, dead)?;
        t.pass_time(2 * delay)
    })?;
    t.presence(&mentor, false)?;
    t.pass_time(2 * delay + AT_ONCE)?;

    home_is(t, R5353_3_6_1_3, &pu, &pool, mentor.id)
}

const DOWNLOADED_PES_OF_THE_TARGET_ITSELF: Case = registrar(
    "rfc5353/3.2.3/downloaded-pes-of-the-target-itself",
    "A target that restarts under its ID takes the PEs that it owned before from its mentor.",
    &[
        R5353_3_2_3_9, // A starting registrar takes over the downloaded entries.
        R5353_3_6_2_1, // The PE checksum covers all PEs that the registrar owns.
    ],
    downloaded_pes_of_the_target_itself,
)
.needs(&[Ics::EnrpPeers]);

fn downloaded_pes_of_the_target_itself(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pu = t.pool_user();
    let (mentor, server) = (t.enrp_peer()?, t.random_identifier());
    let (pe, entry) = orphan(t, &mentor, &pool)?;
    let own = entry.owned_by(server);
    let foreign = t.element_of(&mentor, &other);
    for entry in [&own, &foreign] {
        t.holds(&mentor, entry);
    }
    t.preamble(|t| {
        t.join_by_download(Some(server), &mentor)?;
        if t.target_server() == server {
            return t.pass_time(AT_ONCE);
        }
        Err(t.inconclusive("the target has another server ID"))
    })?;

    lists_entries(t, R5353_3_2_3_9, &pu, &pool, &[own])?;
    if t.listed(&pu, &pool)?.is_empty() {
        return Ok(());
    }
    let expected = t.checksum_of(&[(&pool, pe.pe_identifier())]);
    let answer = presence_of_target(t, &mentor)?;
    has_checksum(t, R5353_3_6_2_1, &answer, expected);
    Ok(())
}

/// More PEs than an ENRP message holds: a Pool Element parameter has 56 octets or more.
const TOO_MANY_FOR_ONE_PART: usize = 1300;

const TWO_SLOW_DOWNLOADS_AT_A_TIME: Case = registrar(
    "rfc5353/3.2.3/two-slow-downloads-at-a-time",
    "Two downloads in turns, with half of the session timer between the parts, have each PE once.",
    &[
        R5353_3_2_3_6, // A download continues where it stopped.
        R5353_3_2_3_4, // A download contains the mentor's whole handlespace.
        R5353_3_3_1_3, // A granted registration is announced to all peers.
    ],
    two_slow_downloads_at_a_time,
)
.needs(&[Ics::EnrpPeers]);

fn two_slow_downloads_at_a_time(t: &mut Tester) -> Outcome {
    let pools = [t.unused_pool_handle(), t.unused_pool_handle()];
    let mut ids = Vec::new();
    let [mentor, reader] = joined_holding::<2>(t, |t, [mentor, _]| {
        for _ in 0..TOO_MANY_FOR_ONE_PART {
            let entry = t.element_of(mentor, &pools[0]);
            t.holds(mentor, &entry);
            ids.push(entry.pe_identifier());
        }
    })?;
    let pe = t.pool_element(&pools[1]);
    let first = [
        part_of_table(t, &mentor, false)?,
        part_of_table(t, &reader, false)?,
    ];
    if first.iter().any(|part| !part.flag('M') || part.flag('R')) {
        return Err(t.inconclusive("the target does not send two tables in parts at a time"));
    }
    t.preamble(|t| t.register(&pe))?;
    for peer in [&mentor, &reader] {
        update_about(t, R5353_3_3_1_3, peer, ADD_PE, pe.pe_identifier())?;
    }
    t.pass_time(t.timers().mentor_session / 2)?;
    for (peer, first) in [&mentor, &reader].into_iter().zip(first) {
        let mut parts = vec![first];
        rest_of_download(t, peer, &mut parts)?;
        let mut seen = elements_of_table(&parts);
        seen.retain(|id| *id != pe.pe_identifier());
        let missing = ids.iter().filter(|id| !seen.contains(id)).count();
        t.check_eq(R5353_3_2_3_4, "PEs missing", missing, 0);
    }
    Ok(())
}

/// Requests the parts that follow these until M is clear. A part that begins with a PE of an earlier one breaks
/// R5353_3_2_3_6.
fn rest_of_download(t: &mut Tester, peer: &EnrpPeer, parts: &mut Vec<Message>) -> Outcome {
    let mut seen = elements_of_table(parts);
    while parts.last().is_some_and(|part| part.flag('M')) {
        let part = part_of_table(t, peer, false)?;
        let begins = part.pool_elements().first().copied();
        let repeated = begins.is_some_and(|id| seen.contains(&id));
        t.require(R5353_3_2_3_6, !repeated, &part)?;
        seen.extend(part.pool_elements());
        parts.push(part);
    }
    Ok(())
}

const DOWNLOAD_GOES_ON_DURING_A_TAKEOVER: Case = registrar(
    "rfc5353/3.2.3/download-goes-on-during-a-takeover",
    "A download whose PEs get another Home between two parts has each of these PEs.",
    &[
        R5353_3_2_3_6, // A download continues where it stopped.
        R5353_3_2_3_4, // A download contains the mentor's whole handlespace.
    ],
    download_goes_on_during_a_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn download_goes_on_during_a_takeover(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mut entries = Vec::new();
    let [dead, reader] = joined_holding::<2>(t, |t, [dead, _]| {
        for _ in 0..TOO_MANY_FOR_ONE_PART {
            let entry = t.element_of(dead, &pool);
            t.holds(dead, &entry);
            entries.push(entry);
        }
    })?;
    t.habits(&dead).fall_silent();
    let mut parts = vec![part_of_table(t, &reader, false)?];
    if !parts[0].flag('M') {
        return Err(t.inconclusive("the table has a single part"));
    }
    for entry in &entries {
        t.holds(&reader, &entry.owned_by(reader.id));
    }
    t.takes_over(&reader, dead.id)?;

    rest_of_download(t, &reader, &mut parts)?;
    let seen = elements_of_table(&parts);
    let is_there = |entry: &&Entry| seen.contains(&entry.pe_identifier());
    let missing = entries.len() - entries.iter().filter(is_there).count();
    t.check_eq(R5353_3_2_3_4, "PEs missing", missing, 0);
    Ok(())
}

/// Most PEs that are removed in the middle of a download.
const GONE: usize = 10;

const REMOVAL_DURING_A_DOWNLOAD_HIDES_NO_OTHER_PE: Case = registrar(
    "rfc5353/3.2.3/removal-during-a-download-hides-no-other-pe",
    "A download has each PE that stays, although PEs of its first part are removed before the second.",
    &[
        R5353_3_2_3_6, // A download continues where it stopped.
        R5353_3_2_3_4, // A download contains the mentor's whole handlespace.
    ],
    removal_during_a_download_hides_no_other_pe,
)
.needs(&[Ics::EnrpPeers]);

fn removal_during_a_download_hides_no_other_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mut entries = Vec::new();
    let [owner, reader] = joined_holding::<2>(t, |t, [owner, _]| {
        for _ in 0..TOO_MANY_FOR_ONE_PART {
            let entry = t.element_of(owner, &pool);
            t.holds(owner, &entry);
            entries.push(entry);
        }
    })?;
    let mut parts = vec![part_of_table(t, &reader, false)?];
    if !parts[0].flag('M') {
        return Err(t.inconclusive("the table has a single part"));
    }
    let mut gone = parts[0].pool_elements();
    gone.truncate(GONE);
    let goes = |entry: &Entry| gone.contains(&entry.pe_identifier());
    for entry in entries.iter().filter(|entry| goes(entry)) {
        t.deletes_pe(&owner, entry)?;
    }
    t.preamble(|t| handled(t, &owner))?;

    rest_of_download(t, &reader, &mut parts)?;
    if parts.iter().any(|part| part.flag('R')) {
        return Err(t.inconclusive("the target ends the download when its handlespace changes"));
    }
    entries.retain(|entry| !goes(entry));
    let seen = elements_of_table(&parts);
    let missing = entries
        .iter()
        .filter(|e| !seen.contains(&e.pe_identifier()));
    let missing = missing.count();
    t.check_eq(R5353_3_2_3_4, "PEs missing", missing, 0);
    Ok(())
}
