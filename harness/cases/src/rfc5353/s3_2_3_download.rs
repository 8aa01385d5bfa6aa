//! RFC 5353 §3.2.3: downloading the handlespace from the mentor, in both roles.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    HANDLESPACE_IS_DOWNLOADED,
    DOWNLOADED_POOL_HAS_THE_POLICY_OF_ITS_FIRST_PE,
    DOWNLOAD_IN_PARTS,
    POOL_THAT_SPANS_TWO_PARTS,
    TABLE_IS_COMPLETE,
    EMPTY_TABLE,
    LARGE_TABLE_COMES_IN_PARTS,
    REJECTED_TABLE_REQUEST_IS_REPEATED,
    DOWNLOAD_WITHOUT_ANSWER_GOES_TO_A_BACKUP,
    STARTING_REGISTRAR_REJECTS_TABLE_REQUESTS,
    DOWNLOAD_THAT_IS_NOT_CONTINUED_ENDS,
];

const HANDLESPACE_IS_DOWNLOADED: Case = registrar(
    "rfc5353/3.2.3/handlespace-is-downloaded",
    "A starting registrar requests its mentor's whole table and then resolves the pools in it.",
    &[
        R5353_3_2_3_3,  // The first table request has W clear.
        R5353_3_2_3_9,  // A starting registrar takes over the downloaded entries.
        R5353_3_2_3_11, // A downloaded pool that is unknown is created.
        R5353_3_2_3_13, // Downloaded PEs join a pool that exists.
        R5353_3_2_3_15, // A registrar serves after the last table response.
    ],
    handlespace_is_downloaded,
)
.needs(&[Ics::EnrpPeers]);

fn handlespace_is_downloaded(t: &mut Tester) -> Outcome {
    let (small, large) = (t.unused_pool_handle(), t.unused_pool_handle());
    let mentor = t.enrp_peer()?;
    let pu = t.pool_user();
    let alone = t.element_of(&mentor, &small);
    let pair = [t.element_of(&mentor, &large), t.element_of(&mentor, &large)];
    for entry in [&alone, &pair[0], &pair[1]] {
        t.holds(&mentor, entry);
    }
    t.preamble(|t| t.start_with_mentors(&[&mentor]))?;

    let (_, request) = asked_first(t, &[mentor], ENRP_HANDLE_TABLE_REQUEST)?;
    t.flag_clear(R5353_3_2_3_3, &request, 'W');
    t.pass_time(AT_ONCE)?;
    let resolution = t.answered(R5353_3_2_3_15, |t| t.resolve(&pu, &small))?;
    let (listed, expected) = (resolution.pool_elements(), vec![alone.pe_identifier()]);
    t.check_eq(R5353_3_2_3_11, "PEs of the small pool", listed, expected);
    let ids = [pair[0].pe_identifier(), pair[1].pe_identifier()];
    lists_ids(t, R5353_3_2_3_13, &pu, &large, &ids)?;
    lists_ids(t, R5353_3_2_3_9, &pu, &large, &ids)
}

const DOWNLOADED_POOL_HAS_THE_POLICY_OF_ITS_FIRST_PE: Case = registrar(
    "rfc5353/3.2.3/downloaded-pool-has-the-policy-of-its-first-pe",
    "A pool that a download creates has the policy type of its first PE.",
    &[
        R5353_3_2_3_12, // A downloaded pool has the policy type of its first PE.
    ],
    downloaded_pool_has_the_policy_of_its_first_pe,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn downloaded_pool_has_the_policy_of_its_first_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    downloaded(t, |t, mentor| {
        let mut entry = t.element_of(mentor, &pool);
        entry.element.policy = Policy::Priority { priority: 7 };
        t.holds(mentor, &entry);
    })?;

    let resolution = t.resolve(&pu, &pool)?;
    t.field(R5353_3_2_3_12, &resolution, "policy/type", 5);
    Ok(())
}

const DOWNLOAD_IN_PARTS: Case = registrar(
    "rfc5353/3.2.3/download-in-parts",
    "A starting registrar requests the next part as long as M is set, and has all PEs afterwards.",
    &[
        R5353_3_2_3_9,  // A starting registrar takes over the downloaded entries.
        R5353_3_2_3_10, // M=1 is followed by another table request.
    ],
    download_in_parts,
)
.needs(&[Ics::EnrpPeers]);

fn download_in_parts(t: &mut Tester) -> Outcome {
    let pools = [
        t.unused_pool_handle(),
        t.unused_pool_handle(),
        t.unused_pool_handle(),
    ];
    let mentor = t.enrp_peer()?;
    let pu = t.pool_user();
    let mut entries = Vec::new();
    for pool in &pools {
        let entry = t.element_of(&mentor, pool);
        t.holds(&mentor, &entry);
        entries.push(entry);
    }
    t.habits(&mentor).part = 1;
    t.preamble(|t| t.start_with_mentors(&[&mentor]))?;

    asked_first(t, &[mentor], ENRP_HANDLE_TABLE_REQUEST)?;
    let within = t.timers().max_time_no_response;
    for _ in &pools[1..] {
        t.expect(R5353_3_2_3_10, &mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
    }
    t.pass_time(AT_ONCE)?;
    for entry in &entries {
        lists_ids(
            t,
            R5353_3_2_3_9,
            &pu,
            &entry.handle,
            &[entry.pe_identifier()],
        )?;
    }
    Ok(())
}

const POOL_THAT_SPANS_TWO_PARTS: Case = registrar(
    "rfc5353/3.2.3/pool-that-spans-two-parts",
    "The PEs of a pool that two parts of a download contain are all added to it.",
    &[
        R5353_3_2_3_13, // Downloaded PEs join a pool that exists.
    ],
    pool_that_spans_two_parts,
)
.needs(&[Ics::EnrpPeers]);

fn pool_that_spans_two_parts(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let mut ids = Vec::new();
    downloaded(t, |t, mentor| {
        t.habits(mentor).part = 2;
        for _ in 0..3 {
            let entry = t.element_of(mentor, &pool);
            t.holds(mentor, &entry);
            ids.push(entry.pe_identifier());
        }
    })?;

    let mut listed = t.listed(&pu, &pool)?;
    listed.sort_unstable();
    ids.sort_unstable();
    t.check_eq(R5353_3_2_3_13, "PEs of the pool", listed, ids);
    Ok(())
}

const TABLE_IS_COMPLETE: Case = registrar(
    "rfc5353/3.2.3/table-is-complete",
    "A download contains the target's PEs and those of its peers, and a second download the same.",
    &[
        R5353_3_2_3_1, // Every table request is answered by a table response.
        R5353_3_2_3_4, // A download contains the mentor's whole handlespace.
        R5353_3_2_3_7, // M is clear in the last response of a download.
        R5353_3_2_3_8, // A finished download leaves no record.
    ],
    table_is_complete,
)
.needs(&[Ics::EnrpPeers]);

fn table_is_complete(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [owner, reader] = joined::<2>(t)?;
    let pe = t.pool_element(&pool);
    let other = t.element_of(&owner, &pool);
    t.preamble(|t| {
        t.register(&pe)?;
        t.adds_pe(&owner, &other)?;
        handled(t, &owner)
    })?;

    let expected = [pe.pe_identifier(), other.pe_identifier()];
    let parts = table_of_target(t, &reader, false, 2)?;
    table_has(t, R5353_3_2_3_4, &parts, &expected);
    let again = table_of_target(t, &reader, false, 2)?;
    table_has(t, R5353_3_2_3_8, &again, &expected);
    Ok(())
}

const EMPTY_TABLE: Case = registrar(
    "rfc5353/3.2.3/empty-table",
    "The table of an empty handlespace has no pool entry, R and M are clear.",
    &[
        R5353_3_2_3_1, // Every table request is answered by a table response.
        R5353_3_2_3_4, // A download contains the mentor's whole handlespace.
        R5353_3_2_3_7, // M is clear in the last response of a download.
    ],
    empty_table,
)
.needs(&[Ics::EnrpPeers]);

fn empty_table(t: &mut Tester) -> Outcome {
    let [reader] = joined::<1>(t)?;

    let part = part_of_table(t, &reader, false)?;
    t.lacks(R5353_3_2_3_4, &part, "pool-handle");
    t.flag_clear(R5353_3_2_3_7, &part, 'M');
    t.check_that(R5353_3_2_3_1, !part.flag('R'), &part);
    Ok(())
}

/// More PEs than an ENRP message holds: a Pool Element parameter has 56 octets or more.
const TOO_MANY_FOR_ONE_PART: usize = 1300;

const LARGE_TABLE_COMES_IN_PARTS: Case = registrar(
    "rfc5353/3.2.3/large-table-comes-in-parts",
    "A table that does not fit one message comes in parts, each PE once, M set in all but the last.",
    &[
        R5353_3_2_3_4, // A download contains the mentor's whole handlespace.
        R5353_3_2_3_5, // M is set while more data follows.
        R5353_3_2_3_6, // A download continues where it stopped.
        R5353_3_2_3_7, // M is clear in the last response of a download.
        R5353_2_3_2,   // M announces further responses.
    ],
    large_table_comes_in_parts,
)
.needs(&[Ics::EnrpPeers]);

fn large_table_comes_in_parts(t: &mut Tester) -> Outcome {
    let pools = [t.unused_pool_handle(), t.unused_pool_handle()];
    let mut ids = Vec::new();
    let [_, reader] = joined_holding::<2>(t, |t, [mentor, _]| {
        for nth in 0..TOO_MANY_FOR_ONE_PART {
            let entry = t.element_of(mentor, &pools[nth % 2]);
            t.holds(mentor, &entry);
            ids.push(entry.pe_identifier());
        }
    })?;

    let parts = table_of_target(t, &reader, false, ids.len())?;
    table_has(t, R5353_3_2_3_4, &parts, &ids);
    let first = &parts[0];
    t.flag_set(R5353_3_2_3_5, first, 'M');
    t.flag_set(R5353_2_3_2, first, 'M');
    let mut seen = elements_of_table(&parts);
    let all = seen.len();
    seen.dedup();
    let twice = all - seen.len();
    t.check_eq(R5353_3_2_3_6, "PEs that two parts contain", twice, 0);
    Ok(())
}

const REJECTED_TABLE_REQUEST_IS_REPEATED: Case = registrar(
    "rfc5353/3.2.3/rejected-table-request-is-repeated",
    "A rejected table request is sent to the only mentor again, after a few seconds.",
    &[
        R5353_3_2_3_17, // A rejected table request is repeated or moved.
    ],
    rejected_table_request_is_repeated,
)
.needs(&[Ics::EnrpPeers]);

fn rejected_table_request_is_repeated(t: &mut Tester) -> Outcome {
    let mentor = t.enrp_peer()?;
    t.habits(&mentor).table = Reaction::Rejects;
    t.preamble(|t| {
        t.start_target(&[&mentor])?;
        let within = t.timers().max_time_no_response;
        t.expect(R5353_3_2_3_2, &mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
        Ok(())
    })?;

    let within = t.timers().rejected_request;
    t.expect(R5353_3_2_3_17, &mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
    Ok(())
}

const DOWNLOAD_WITHOUT_ANSWER_GOES_TO_A_BACKUP: Case = registrar(
    "rfc5353/3.2.3/download-without-answer-goes-to-a-backup",
    "If the mentor stops answering table requests, a backup is asked for a download.",
    &[
        R5353_3_2_3_18, // A download that stops is started anew with a backup.
    ],
    download_without_answer_goes_to_a_backup,
)
.needs(&[Ics::EnrpPeers]);

fn download_without_answer_goes_to_a_backup(t: &mut Tester) -> Outcome {
    let peers = [t.enrp_peer()?, t.enrp_peer()?];
    for peer in &peers {
        t.habits(peer).table = Reaction::Silent;
    }
    t.preamble(|t| t.start_target(&[&peers[0], &peers[1]]))?;

    let span = t.timers().table_request + t.timers().max_time_no_response;
    t.pass_time(t.latest(span))?;
    let asked = peers
        .iter()
        .filter(|peer| !t.take_all(*peer, ENRP_HANDLE_TABLE_REQUEST).is_empty())
        .count();
    if asked == 0 {
        return Err(t.inconclusive("no peer was asked for a table"));
    }
    t.check_eq(R5353_3_2_3_18, "peers asked for a table", asked, 2);
    Ok(())
}

const STARTING_REGISTRAR_REJECTS_TABLE_REQUESTS: Case = registrar(
    "rfc5353/3.2.3/starting-registrar-rejects-table-requests",
    "A registrar that waits for its mentor's table rejects a table request, without entries.",
    &[
        R5353_3_2_3_16, // A mentor that cannot provide a table rejects.
        R5353_2_3_1,    // A rejecting table response has R set and no pool entry.
    ],
    starting_registrar_rejects_table_requests,
)
.needs(&[Ics::EnrpPeers]);

fn starting_registrar_rejects_table_requests(t: &mut Tester) -> Outcome {
    let (mentor, other) = (t.enrp_peer()?, t.enrp_peer()?);
    t.habits(&mentor).table = Reaction::Silent;
    t.preamble(|t| {
        t.start_target(&[&mentor])?;
        let within = t.timers().max_time_no_response;
        t.expect(R5353_3_2_3_2, &mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
        Ok(())
    })?;

    let part = part_of_table(t, &other, false)?;
    t.rejected(&[R5353_3_2_3_16], &part);
    t.lacks(R5353_2_3_1, &part, "pool-handle");
    Ok(())
}

const DOWNLOAD_THAT_IS_NOT_CONTINUED_ENDS: Case = registrar(
    "rfc5353/3.2.3/download-that-is-not-continued-ends",
    "A mentor ends a download whose next part is not requested: a later request starts anew.",
    &[
        R5353_3_2_3_19, // The mentor ends a download that is not continued.
    ],
    download_that_is_not_continued_ends,
)
.needs(&[Ics::EnrpPeers]);

fn download_that_is_not_continued_ends(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [_, reader] = joined_holding::<2>(t, |t, [mentor, _]| {
        for _ in 0..TOO_MANY_FOR_ONE_PART {
            let entry = t.element_of(mentor, &pool);
            t.holds(mentor, &entry);
        }
    })?;
    let first = part_of_table(t, &reader, false)?;
    if !first.flag('M') {
        return Err(t.inconclusive("the table has a single part"));
    }
    t.pass_time(t.latest(t.timers().mentor_session))?;

    let anew = part_of_table(t, &reader, false)?;
    let begin = |part: &Message| part.pool_elements().first().copied();
    let (is, was) = (begin(&anew), begin(&first));
    t.check_eq(R5353_3_2_3_19, "first PE of the part", is, was);
    Ok(())
}
