//! The meaning of each result of a run, and of all results together.

use crate::place::counted;
use rspcheck_spec::run::{CaseRun, Run};
use rspcheck_spec::verdict::Verdict;
use serde::Serialize;
use std::iter::Sum;

/// Options for judging a run as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// True if a broken SHOULD fails the run.
    pub strict: bool,
    /// Least number of cases that must run; a run of fewer proves nothing.
    pub min_run: usize,
}

impl Default for Options {
    /// Returns options that are not strict and require that one case ran.
    fn default() -> Self {
        Options {
            strict: false,
            min_run: 1,
        }
    }
}

impl Options {
    /// Returns the options that the run itself was given.
    pub fn of(run: &Run) -> Options {
        Options {
            strict: run.options.strict,
            min_run: run.options.min_run,
        }
    }
}

/// Standing of a case: its verdict and the known failures of the target taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Every check held.
    Passed,
    /// The target broke a SHOULD.
    Warned,
    /// The case was not run.
    Skipped,
    /// The case failed as the target's profile expects.
    Known,
    /// The case did not reach its purpose.
    Inconclusive,
    /// The harness failed, or the case checked nothing.
    Erred,
    /// The profile expects a failure that did not occur; its entry must be removed.
    Stale,
    /// The target broke a MUST, or ended.
    Failed,
}

impl Standing {
    /// Returns the standing of a case.
    pub fn of(case: &CaseRun) -> Standing {
        let good = matches!(case.verdict, Verdict::Pass | Verdict::Warn);
        match &case.expected {
            Some(expected) if expected.matched && case.verdict != Verdict::Pass => {
                return Standing::Known;
            }
            // A deviation that is new beside known ones counts as one without a profile does.
            Some(expected) if !expected.new.is_empty() && expected.missing.is_empty() => {}
            Some(expected) if !expected.matched && good => return Standing::Stale,
            _ => {}
        }
        match case.verdict {
            Verdict::Pass => Standing::Passed,
            Verdict::Warn => Standing::Warned,
            Verdict::Skip => Standing::Skipped,
            Verdict::Inconc => Standing::Inconclusive,
            Verdict::None | Verdict::Error => Standing::Erred,
            Verdict::Fail | Verdict::Crash => Standing::Failed,
        }
    }

    /// Returns true if a case of this standing fails the run.
    pub fn breaks(self, options: &Options) -> bool {
        match self {
            Standing::Failed | Standing::Stale => true,
            Standing::Warned => options.strict,
            Standing::Passed
            | Standing::Skipped
            | Standing::Known
            | Standing::Inconclusive
            | Standing::Erred => false,
        }
    }
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Cases that were selected.
    pub selected: usize,
    /// Cases and monitors that ran.
    pub run: usize,
    /// Monitors that ran. They run with any selection of cases.
    pub monitors: usize,
    /// Cases in which every check held.
    pub passed: usize,
    /// Cases in which the target broke a SHOULD.
    pub warned: usize,
    /// Cases in which the target broke a MUST or ended, which the profile does not expect.
    pub failed: usize,
    /// Known failures that did not occur.
    pub stale: usize,
    /// Known failures that occurred.
    pub known: usize,
    /// Cases that did not reach their purpose.
    pub inconclusive: usize,
    /// Cases in which the harness failed, or that checked nothing.
    pub erred: usize,
    /// Cases that were not run.
    pub skipped: usize,
}

impl Totals {
    /// Counts these cases.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseRun>) -> Totals {
        let mut totals = Totals::default();
        for case in cases {
            totals.selected += 1;
            let standing = Standing::of(case);
            // Expectations are compared for cases that ran only, so a skipped case is neither known nor stale.
            let ran = !matches!(case.verdict, Verdict::Skip | Verdict::None);
            totals.run += usize::from(ran);
            totals.monitors += usize::from(ran && case.origin.is_monitor());
            *match standing {
                Standing::Passed => &mut totals.passed,
                Standing::Warned => &mut totals.warned,
                Standing::Skipped => &mut totals.skipped,
                Standing::Known => &mut totals.known,
                Standing::Inconclusive => &mut totals.inconclusive,
                Standing::Erred => &mut totals.erred,
                Standing::Stale => &mut totals.stale,
                Standing::Failed => &mut totals.failed,
            } += 1;
        }
        totals
    }
}

impl Sum for Totals {
    fn sum<I: Iterator<Item = Totals>>(totals: I) -> Totals {
        totals.fold(Totals::default(), |one, other| Totals {
            selected: one.selected + other.selected,
            run: one.run + other.run,
            monitors: one.monitors + other.monitors,
            passed: one.passed + other.passed,
            warned: one.warned + other.warned,
            failed: one.failed + other.failed,
            stale: one.stale + other.stale,
            known: one.known + other.known,
            inconclusive: one.inconclusive + other.inconclusive,
            erred: one.erred + other.erred,
            skipped: one.skipped + other.skipped,
        })
    }
}

/// Returns the exit code of a run. The first of these that applies decides:
///
/// 1. **5**, harness error: the harness crashed.
/// 2. **3**, environment: the run was broken off because the target went away or the record could not be written. It
///    precedes 1, because a target that is gone fails the case in which it goes.
/// 3. **130**, interrupted by a signal.
/// 4. **1**, failed: an unexpected FAIL or CRASH, a known failure that no longer fails, a WARN under `strict`.
/// 5. **4**, too few: fewer cases ran than `min_run`. It precedes 5, because other results then prove nothing.
/// 6. **5**, inconclusive: an unexpected INCONC or ERROR, or a run that was killed.
/// 7. **0**, good.
pub fn exit_code(run: &Run, options: &Options) -> u8 {
    exit(run, options).0
}

/// Returns the exit code's meaning for this run: a sentence without its full stop.
pub fn exit_meaning(run: &Run, options: &Options) -> String {
    exit(run, options).1
}

fn exit(run: &Run, options: &Options) -> (u8, String) {
    if let Some((code, why)) = end_of(run) {
        return (code, why);
    }
    let totals = Totals::of(&run.cases);
    let warned = if options.strict { totals.warned } else { 0 };
    let cases = |n| counted(n, "case", "cases");
    let failures = [
        (
            totals.failed,
            format!("{} failed unexpectedly", cases(totals.failed)),
        ),
        (
            totals.stale,
            format!(
                "{} as the profile expects",
                counted(totals.stale, "case no longer fails", "cases no longer fail")
            ),
        ),
        (
            warned,
            format!(
                "{} did not follow a SHOULD, and --strict asks for it",
                cases(warned)
            ),
        ),
    ];
    let open = [
        (
            totals.inconclusive,
            format!("{} reached no verdict", cases(totals.inconclusive)),
        ),
        (
            totals.erred,
            format!("the harness erred in {}", cases(totals.erred)),
        ),
        (
            usize::from(!run.complete),
            match run.not_run.len() {
                0 => "the run did not come to its end".to_owned(),
                n => format!("the run did not come to its end: {} did not run", cases(n)),
            },
        ),
    ];
    if let Some(why) = joined(&failures) {
        (1, why)
    } else if totals.run - totals.monitors < options.min_run {
        let run = cases(totals.run - totals.monitors);
        (4, format!("{run} run, {} asked for", options.min_run))
    } else if let Some(why) = joined(&open) {
        (5, why)
    } else {
        (0, "everything that was run is as expected".to_owned())
    }
}

/// Returns the exit code and the reason of a run that ended before its last case.
fn end_of(run: &Run) -> Option<(u8, String)> {
    let (code, why) = match run {
        Run {
            crashed: Some(text),
            ..
        } => (5, format!("the harness crashed: {text}")),
        Run {
            broken_off: Some(why),
            ..
        } => (3, why.clone()),
        Run {
            interrupted: Some(signal),
            ..
        } => (130, format!("interrupted by {signal}")),
        _ => return None,
    };
    let left = match run.not_run.len() {
        0 => String::new(),
        n => format!("; {} did not run", counted(n, "case", "cases")),
    };
    Some((code, why + &left))
}

/// Returns the reason for which cases of a run have no result, in a sentence without its full stop.
pub(crate) fn why_not_run(run: &Run) -> String {
    match run {
        Run {
            crashed: Some(_), ..
        } => "the harness crashed before".to_owned(),
        Run {
            broken_off: Some(why),
            ..
        } => format!("the run was broken off before: {why}"),
        Run {
            interrupted: Some(signal),
            ..
        } => format!("the run was interrupted before by {signal}"),
        _ => "the run did not come to its end".to_owned(),
    }
}

fn joined(parts: &[(usize, String)]) -> Option<String> {
    let said: Vec<&str> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(_, words)| words.as_str())
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}
