//! Words about keep-alives and the removal of PEs that do not acknowledge them.

use rspcheck_testkit::prelude::*;

/// Interval between two looks at the pool.
const SLICE: Duration = Duration::from_millis(100);

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

/// Returns the longest time between two keep-alives: §3.5 lets the period vary by half of its length.
pub(crate) fn longest_gap(t: &Tester) -> Result<Duration, Stop> {
    match t.timers().keep_alive_interval {
        Some(interval) => Ok(interval * 3 / 2),
        None => Err(t.inconclusive("the keep-alive-interval of the target is unknown")),
    }
}

/// Returns the next keep-alive to a PE. Sending them is optional, so without one the case is inconclusive.
pub(crate) fn next_keep_alive(t: &mut Tester, pe: &PoolElement) -> Result<Message, Stop> {
    let until = t.now() + t.latest(longest_gap(t)?);
    let message = t.next_of(pe, until, |m| m.is(ENDPOINT_KEEP_ALIVE))?;
    message
        .ok_or_else(|| t.inconclusive("no keep-alive came, though the target claims to send them"))
}

/// Time after which SCTP has closed an association to a host that has vanished: ten retransmissions with
/// doubled timeouts of up to 60 s (RFC 9260 §16).
pub(crate) const SENDING_FAILS: Duration = Duration::from_secs(600);

/// Returns true as soon as the PE is not listed, or false if it is still listed at `until`.
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
        t.pass_time(SLICE)?;
    }
}

/// Returns the time limit for "immediately": a second, or half a second where the shortest period of
/// keep-alives is less than a second, so that a periodic one is not taken for the one after a report.
pub(crate) fn at_once(t: &Tester) -> Duration {
    match t.timers().keep_alive_interval {
        Some(interval) if interval < Duration::from_secs(2) => Duration::from_millis(500),
        _ => Duration::from_secs(1),
    }
}

/// Shortest time between two keep-alives to a PE that a registrar with a limit on their rate may keep
/// (RFC 5352 §9.1, RFC 5355 §2.14.3): only a flood of reports may bring fewer keep-alives than reports (T52).
const RATE: Duration = Duration::from_millis(1100);
/// Number of periodic keep-alives after which [`rest`] ends.
const PERIODS: u32 = 5;

/// Lets time pass until the last keep-alive to a PE is long enough ago for another one to be sent at once, as
/// far as periodic keep-alives allow. Drops the keep-alives received up to then.
pub(crate) fn rest(t: &mut Tester, pe: &PoolElement) -> Outcome {
    let mut last = t.take_all(pe, ENDPOINT_KEEP_ALIVE).last().map(|m| m.at);
    for _ in 0..PERIODS {
        let Some(left) = last.and_then(|at| (at + RATE).checked_sub(t.now())) else {
            return Ok(());
        };
        t.pass_time(left)?;
        last = t.take_all(pe, ENDPOINT_KEEP_ALIVE).last().map(|m| m.at);
    }
    Ok(())
}

/// Returns the keep-alive that comes at once after a report; without one the requirement is broken.
#[track_caller]
pub(crate) fn asked_at_once(
    t: &mut Tester,
    pe: &PoolElement,
    requirement: ReqId,
) -> Result<Message, Stop> {
    let span = at_once(t);
    let until = t.now() + span;
    if let Some(message) = t.next_of(pe, until, |m| m.is(ENDPOINT_KEEP_ALIVE))? {
        return t.answered(requirement, |_| Ok(message));
    }
    // An answered probe shows that the registrar has received the report.
    t.probe(pe)?;
    let note = format!("no keep-alive came within {span:?} of the report");
    t.check_that(requirement, false, note);
    Err(Stop::Broken)
}
