//! The meaning of single results, and of all of them together.

use crate::place::counted;
use rspcheck_spec::run::{CaseRun, Run};
use rspcheck_spec::verdict::Verdict;
use serde::Serialize;
use std::iter::Sum;

/// Options for judging a run as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A broken SHOULD fails the run.
    pub strict: bool,
    /// With fewer cases run than this, the run is no proof of anything.
    pub min_run: usize,
}

impl Default for Options {
    /// Not strict; but a run of nothing is not good.
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
    /// Everything held.
    Passed,
    /// A SHOULD was not followed.
    Warned,
    /// Not run.
    Skipped,
    /// It failed as the target's profile says it does.
    Known,
    /// The purpose was not reached.
    Inconclusive,
    /// The harness went wrong, or nothing was checked.
    Erred,
    /// The profile says it fails, and it did not: the entry has to go.
    Stale,
    /// A MUST was broken, or the target died.
    Failed,
}

impl Standing {
    /// Of one case.
    pub fn of(case: &CaseRun) -> Standing {
        let good = matches!(case.verdict, Verdict::Pass | Verdict::Warn);
        match &case.expected {
            Some(expected) if expected.matched && case.verdict != Verdict::Pass => {
                return Standing::Known;
            }
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

    /// Returns true if it makes the run fail.
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
    /// Cases selected.
    pub selected: usize,
    /// Cases and monitors run: all but the skipped ones.
    pub run: usize,
    /// Monitors among them: they run by themselves, whatever was selected.
    pub monitors: usize,
    /// Everything held.
    pub passed: usize,
    /// A SHOULD was not followed.
    pub warned: usize,
    /// A MUST was broken, or the target died, unexpectedly.
    pub failed: usize,
    /// The known failures that did not come.
    pub stale: usize,
    /// The known failures that came.
    pub known: usize,
    /// The purpose was not reached.
    pub inconclusive: usize,
    /// The harness went wrong.
    pub erred: usize,
    /// Not run.
    pub skipped: usize,
}

impl Totals {
    /// Counts these cases.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseRun>) -> Totals {
        let mut totals = Totals::default();
        for case in cases {
            totals.selected += 1;
            let standing = Standing::of(case);
            // A known failure or a stale entry about a skipped case cannot be: only what ran is compared.
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

/// The exit code of a run. The gravest finding decides:
///
/// 1. **1**, failed: an unexpected FAIL or CRASH, a known failure that no longer fails, a WARN under `strict`.
/// 2. **4**, too few: fewer cases ran than `min_run`. Before 5, since it makes the rest meaningless.
/// 3. **5**, inconclusive: an INCONC or ERROR that was not expected, or the run did not come to its end.
/// 4. **0**, good.
pub fn exit_code(run: &Run, options: &Options) -> u8 {
    exit(run, options).0
}

/// The exit code's meaning for this run, in a sentence without its full stop.
pub fn exit_meaning(run: &Run, options: &Options) -> String {
    exit(run, options).1
}

fn exit(run: &Run, options: &Options) -> (u8, String) {
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
                "{} as the profile says",
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
            "the run did not come to its end".to_owned(),
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

fn joined(parts: &[(usize, String)]) -> Option<String> {
    let said: Vec<&str> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(_, words)| words.as_str())
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}
