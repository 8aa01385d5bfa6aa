//! Words about keep-alives and the removal of PEs that do not acknowledge them.

use rspcheck_testkit::prelude::*;

/// How long to wait before looking again.
const SLICE: Duration = Duration::from_millis(100);
/// Lateness of the harness that spoils what depends on its acknowledgements.
const LATE: Duration = Duration::from_millis(200);

/// Reports a PE as unreachable.
pub(crate) fn report_unreachable(
    t: &mut Tester,
    reporter: impl Into<Player>,
    pe: &PoolElement,
) -> Outcome {
    let report = forge::endpoint_unreachable(&pe.handle.0, pe.pe_identifier());
    t.send(reporter, report)
}

/// Acknowledges a keep-alive in the name of a PE.
pub(crate) fn acknowledge(t: &mut Tester, player: impl Into<Player>, pe: &PoolElement) -> Outcome {
    let ack = forge::endpoint_keep_alive_ack(&pe.handle.0, pe.pe_identifier());
    t.send(player, ack)
}

/// The longest time between two keep-alives: §3.5 lets the period vary by half of its length.
pub(crate) fn longest_gap(t: &Tester) -> Result<Duration, Stop> {
    match t.timers().keep_alive_interval {
        Some(interval) => Ok(interval * 3 / 2),
        None => Err(t.inconclusive("the target does not tell its keep-alive-interval")),
    }
}

/// The next keep-alive to a PE. Sending them is optional, so none is no breach, only a wrong claim.
pub(crate) fn next_keep_alive(t: &mut Tester, pe: &PoolElement) -> Result<Message, Stop> {
    let until = t.now() + t.latest(longest_gap(t)?);
    let message = t.next_of(pe, until, |m| m.is(ENDPOINT_KEEP_ALIVE))?;
    message
        .ok_or_else(|| t.inconclusive("no keep-alive came, though the target claims to send them"))
}

/// Lets time pass while keep-alives are acknowledged. Where the harness itself was so late that it may have
/// acknowledged too late, nothing that follows would prove anything.
pub(crate) fn play_on(t: &mut Tester, span: Duration) -> Outcome {
    let until = t.now() + span;
    while t.now() < until {
        let began = t.now();
        let slice = SLICE.min(until - began);
        t.pass_time(slice)?;
        let late = (t.now() - began).saturating_sub(slice);
        if late > LATE {
            return Err(t.inconclusive(format!("the harness itself was {late:?} late")));
        }
    }
    Ok(())
}

/// Whether the PE is no longer listed at this time at the latest.
pub(crate) fn gone_by(
    t: &mut Tester,
    pu: &PoolUser,
    pe: &PoolElement,
    until: Duration,
) -> Result<bool, Stop> {
    loop {
        if !t.listed(pu, &pe.handle)?.contains(&pe.pe_identifier()) {
            return Ok(true);
        }
        if t.now() >= until {
            return Ok(false);
        }
        // A late harness sees it go later: that makes the answer no less true.
        t.pass_time(SLICE)?;
    }
}

/// How soon "immediately" is: a second. Where periodic keep-alives come so often that one of them could be
/// taken for the answer to a report, half a second, which is less than their shortest period.
pub(crate) fn at_once(t: &Tester) -> Duration {
    match t.timers().keep_alive_interval {
        Some(interval) if interval < Duration::from_secs(2) => Duration::from_millis(500),
        _ => Duration::from_secs(1),
    }
}

/// The keep-alive that a report brings to a PE, or the breach of this requirement.
pub(crate) fn asked_at_once(
    t: &mut Tester,
    pe: &PoolElement,
    requirement: ReqId,
) -> Result<Message, Stop> {
    let span = at_once(t);
    let until = t.now() + span;
    if let Some(message) = t.next_of(pe, until, |m| m.is(ENDPOINT_KEEP_ALIVE))? {
        t.check(requirement, true);
        return Ok(message);
    }
    let late = t.now().saturating_sub(until);
    if late > Duration::from_millis(200) {
        return Err(t.inconclusive(format!("the harness itself was {late:?} late")));
    }
    // It serves on, so it has had the report.
    t.probe(pe)?;
    t.require(
        requirement,
        false,
        format!("no keep-alive came within {span:?} of the report"),
    )?;
    Err(Stop::Broken)
}
