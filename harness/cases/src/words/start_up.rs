//! Words about a target that starts with mentors, and about its timers.

use rspcheck_testkit::prelude::*;

/// Returns the peer that gets the first message of this kind, and the message.
///
/// # Errors
/// [`Stop::Inconclusive`] if no peer gets one within MAX-TIME-NO-RESPONSE; the [`Stop`] of the world.
pub(crate) fn asked_first(
    t: &mut Tester,
    peers: &[EnrpPeer],
    kind: Kind,
) -> Result<(EnrpPeer, Message), Stop> {
    let until = t.now() + t.latest(t.timers().max_time_no_response);
    if let Some(first) = t.next_of_any(peers, until, kind)? {
        return Ok(first);
    }
    Err(t.inconclusive(format!("no configured peer got {}", kind.name)))
}

/// Lets `span` pass in steps whose lateness counts: a late harness makes the checks after it inconclusive. Needs a peer
/// with an association.
///
/// # Errors
/// The [`Stop`] of the world.
pub(crate) fn steadily(t: &mut Tester, peer: &EnrpPeer, span: Duration) -> Outcome {
    let end = t.now() + span;
    while t.now() < end {
        let until = end.min(t.now() + Duration::from_secs(1));
        t.next_of(peer, until, |_| false)?;
        t.pass_time(until.saturating_sub(t.now()))?;
    }
    Ok(())
}

/// Returns the number of these peers that have received a message of this kind, and forgets those messages.
pub(crate) fn peers_asked(t: &mut Tester, peers: &[EnrpPeer], kind: Kind) -> usize {
    let asked = |peer: &&EnrpPeer| !t.take_all(*peer, kind).is_empty();
    peers.iter().filter(asked).count()
}

/// Checks that `gap`, the time between two messages of the target, is not shorter than its timer.
#[track_caller]
pub(crate) fn not_before(t: &mut Tester, requirement: ReqId, gap: Duration, timer: Duration) {
    let note = format!("after {gap:?} instead of {timer:?}");
    let slack = timer / 10 + Duration::from_millis(100);
    t.check_that(requirement, gap + slack >= timer, note);
}

/// Starts the target with a mentor and a backup that both have these habits, and returns them: the mentor first. Both
/// have the same PEs, which a third registrar owns.
///
/// # Errors
/// As [`Tester::preamble`] and [`asked_first`].
pub(crate) fn mentor_and_backup(
    t: &mut Tester,
    pool: &PoolHandle,
    pes: usize,
    habits: impl Fn(&mut Habits),
) -> Result<([EnrpPeer; 2], Vec<Entry>), Stop> {
    let peers = [t.enrp_peer()?, t.enrp_peer()?];
    let owner = t.random_identifier();
    let mut entries = Vec::new();
    for _ in 0..pes {
        entries.push(t.element_of(&peers[0], pool).owned_by(owner));
    }
    for peer in &peers {
        habits(t.habits(peer));
        for entry in &entries {
            t.holds(peer, entry);
        }
    }
    t.preamble(|t| t.start_target(&[&peers[0], &peers[1]]))?;
    let (mentor, request) = asked_first(t, &peers, ENRP_LIST_REQUEST)?;
    t.observe_message("the mentor got", &request);
    let backup = peers[usize::from(mentor == peers[0])];
    Ok(([mentor, backup], entries))
}

/// Checks that a pool lists exactly these PEs.
///
/// # Errors
/// As [`Tester::resolve`].
#[track_caller]
pub(crate) fn lists_entries(
    t: &mut Tester,
    requirement: ReqId,
    pu: &PoolUser,
    pool: &PoolHandle,
    entries: &[Entry],
) -> Outcome {
    let mut listed = t.listed(pu, pool)?;
    listed.sort_unstable();
    let mut expected: Vec<u32> = entries.iter().map(Entry::pe_identifier).collect();
    expected.sort_unstable();
    t.check_eq(requirement, "PEs listed", listed, expected);
    Ok(())
}
