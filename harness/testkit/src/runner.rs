//! Runs one case and gives its verdict.

use crate::case::{Case, Outcome, Stop};
use crate::monitor::Finding;
use crate::tester::{TargetProfile, Tester};
use crate::world::World;
use rspcheck_spec::event::{Event, What};
use rspcheck_spec::run::{CaseRun, CheckRun};
use rspcheck_spec::verdict::{Level, Verdict};

/// What a case left behind.
#[derive(Debug)]
pub struct Ran {
    /// Its record.
    pub record: CaseRun,
    /// Everything that happened.
    pub events: Vec<Event>,
    /// What the monitors found in the target's messages.
    pub findings: Vec<Finding>,
    /// How many messages of the target the monitors saw.
    pub messages_seen: u64,
}

/// The reason to skip a case on this target, if there is one.
pub fn skip_reason(case: &Case, profile: &TargetProfile) -> Option<String> {
    let missing: Vec<_> = case
        .needs
        .iter()
        .filter(|ics| !profile.ics.contains(ics))
        .map(|ics| ics.to_string())
        .collect();
    (!missing.is_empty()).then(|| format!("the target does not claim {}", missing.join(", ")))
}

/// A record for a case that was not run.
pub fn skipped(case: &Case, reason: String) -> CaseRun {
    record(case, 0, Verdict::Skip, reason, Vec::new(), 0)
}

/// Runs a case to its end. Everything random in it comes from `seed`.
pub fn run_case(case: &Case, world: &mut dyn World, profile: &TargetProfile, seed: u64) -> Ran {
    let began = world.now();
    let mut tester = Tester::new(world, profile, *case, seed);
    let outcome = (case.run)(&mut tester);
    let checks = checks_of(tester.recorded());
    let (verdict, reason) = verdict_of(&checks, &outcome);
    tester.end(What::Ended {
        verdict,
        reason: reason.clone(),
    });
    let messages_seen = tester.messages_seen;
    let duration_ms = tester.now().saturating_sub(began).as_millis() as u64;
    let (events, findings) = tester.finish();
    Ran {
        record: record(case, seed, verdict, reason, checks, duration_ms),
        events,
        findings,
        messages_seen,
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

/// One entry a requirement, in order of the first check; the first broken check's note stands.
fn checks_of(events: &[Event]) -> Vec<CheckRun> {
    let mut checks: Vec<CheckRun> = Vec::new();
    for event in events {
        let What::Check {
            requirement,
            level,
            holds,
            note,
        } = &event.what
        else {
            continue;
        };
        match checks.iter_mut().find(|c| c.requirement == *requirement) {
            Some(known) if known.holds => {
                known.holds = *holds;
                known.note.clone_from(note);
            }
            Some(_) => {}
            None => checks.push(CheckRun {
                requirement: requirement.clone(),
                level: *level,
                holds: *holds,
                note: note.clone(),
            }),
        }
    }
    checks
}

/// The verdict that checks and outcome give together; the worst stands.
fn verdict_of(checks: &[CheckRun], outcome: &Outcome) -> (Verdict, String) {
    let broken = |level| checks.iter().find(|c| !c.holds && c.level == level);
    let said = |c: &CheckRun| {
        if c.note.is_empty() {
            format!("{} does not hold", c.requirement)
        } else {
            c.note.clone()
        }
    };
    let by_checks = if let Some(check) = broken(Level::Must) {
        (Verdict::Fail, said(check))
    } else if let Some(check) = broken(Level::Should) {
        (Verdict::Warn, said(check))
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
    };
    if by_outcome.0 > by_checks.0 {
        by_outcome
    } else {
        by_checks
    }
}
