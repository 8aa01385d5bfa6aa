//! Runs one case and returns its verdict.

use crate::case::{Case, Outcome, Stop};
use crate::monitor::Finding;
use crate::tester::{Placed, TargetProfile, Tester};
use crate::world::World;
use rspcheck_spec::ReqId;
use rspcheck_spec::event::{Event, EventKind};
use rspcheck_spec::run::{CaseRun, CheckRun, Origin};
use rspcheck_spec::verdict::{Level, Verdict};
use std::collections::BTreeSet;

/// Result of a case that ran.
#[derive(Debug)]
pub struct Ran {
    /// Record of the case.
    pub record: CaseRun,
    /// Events of the case, in order.
    pub events: Vec<Event>,
    /// Findings of the monitors in the target's messages.
    pub findings: Vec<Finding>,
    /// Its checks by their places in the code, in the order of their first outcome.
    pub places: Vec<Placed>,
    /// Requirements on layouts that the target's messages gave occasion to judge.
    pub covered: BTreeSet<ReqId>,
    /// Number of the target's messages that the monitors judged.
    pub messages_seen: usize,
    /// True if the user ended the run before the case ended, so that the record has no result.
    pub interrupted: bool,
}

/// Returns the reason to skip a case on this target, if there is one.
pub fn skip_reason(case: &Case, profile: &TargetProfile) -> Option<String> {
    let missing: Vec<_> = case
        .needs
        .iter()
        .filter(|ics| !profile.ics.contains(ics))
        .map(|ics| ics.to_string())
        .collect();
    (!missing.is_empty()).then(|| format!("the target does not claim {}", missing.join(", ")))
}

/// Returns the record of a case that was not run.
pub fn skipped(case: &Case, reason: String) -> CaseRun {
    record(case, 0, Verdict::Skip, reason, Vec::new(), 0)
}

/// Runs a case to its end. All its random choices derive from `seed`.
pub fn run_case(case: &Case, world: &mut dyn World, profile: &TargetProfile, seed: u64) -> Ran {
    let began = world.now();
    let mut tester = Tester::new(world, profile, *case, seed);
    let outcome = (case.run)(&mut tester);
    let outcome = tester.in_doubt(outcome);
    let checks = checks_of(tester.recorded());
    let (verdict, reason) = verdict_of(&checks, &outcome);
    tester.postamble(&outcome);
    tester.end(EventKind::Ended {
        verdict,
        reason: reason.clone(),
    });
    let messages_seen = tester.messages_seen;
    let duration_ms = tester.now().saturating_sub(began).as_millis() as u64;
    let covered = std::mem::take(&mut tester.covered);
    let (events, findings, places) = tester.finish();
    Ran {
        record: record(case, seed, verdict, reason, checks, duration_ms),
        events,
        findings,
        places,
        covered,
        messages_seen,
        interrupted: outcome == Err(Stop::Interrupted),
    }
}

fn record(
    case: &Case,
    seed: u64,
    verdict: Verdict,
    reason: String,
    checks: Vec<CheckRun>,
    duration_ms: u64,
) -> CaseRun {
    CaseRun {
        id: case.id.to_owned(),
        origin: Origin::Case,
        purpose: case.purpose.to_owned(),
        verdict,
        reason,
        expected: None,
        checks,
        duration_ms,
        seed,
        files: Vec::new(),
    }
}

/// Returns one entry per requirement, in order of the first check, with the first outcome that does not hold.
fn checks_of(events: &[Event]) -> Vec<CheckRun> {
    let mut checks: Vec<CheckRun> = Vec::new();
    for event in events {
        let EventKind::Check {
            requirement,
            level,
            outcome,
            ..
        } = &event.kind
        else {
            continue;
        };
        match checks.iter_mut().find(|c| c.requirement == *requirement) {
            Some(known) if known.holds() => known.outcome.clone_from(outcome),
            Some(_) => {}
            None => checks.push(CheckRun {
                requirement: requirement.clone(),
                level: *level,
                outcome: outcome.clone(),
                finding: None,
            }),
        }
    }
    checks
}

/// Returns the worst of the verdicts by the checks and by the outcome, with its reason.
fn verdict_of(checks: &[CheckRun], outcome: &Outcome) -> (Verdict, String) {
    let broken = |level| checks.iter().find(|c| !c.holds() && c.level == level);
    let reason = |c: &CheckRun| match c.outcome.to_string() {
        text if text.is_empty() => format!("{} does not hold", c.requirement),
        text => text,
    };
    let by_checks = if let Some(check) = broken(Level::Must) {
        (Verdict::Fail, reason(check))
    } else if let Some(check) = broken(Level::Should) {
        (Verdict::Warn, reason(check))
    } else if checks.is_empty() {
        (Verdict::None, String::new())
    } else {
        (Verdict::Pass, String::new())
    };
    let by_outcome = match outcome {
        Ok(()) if checks.is_empty() => (
            Verdict::Error,
            "the case ended without checking anything".to_owned(),
        ),
        Ok(()) => (Verdict::None, String::new()),
        Err(Stop::Broken) => (Verdict::None, String::new()),
        Err(Stop::Inconclusive(why)) => (Verdict::Inconc, why.clone()),
        Err(Stop::Crashed(what)) => (Verdict::Crash, what.clone()),
        Err(Stop::Error(what)) => (Verdict::Error, what.clone()),
        Err(Stop::Interrupted) => (Verdict::Error, "interrupted".to_owned()),
    };
    if by_outcome.0 > by_checks.0 {
        by_outcome
    } else {
        by_checks
    }
}
