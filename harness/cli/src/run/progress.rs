//! Progress of a run on standard error: a bar on a terminal, plain lines elsewhere.

use crate::output::say;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rspcheck_report::clean_lines;
use rspcheck_spec::run::CaseRun;
use rspcheck_spec::verdict::Verdict;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Returns true if a bar can be redrawn: on a terminal that is able to, not in a build server's log.
pub(crate) fn is_watched() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !dumb && !set("CI") && !set("GITHUB_ACTIONS")
}

/// Shows the progress of a run on standard error.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    verbose: bool,
    /// Reasons of the inconclusive cases that have a line already.
    reasons: Mutex<BTreeSet<String>>,
}

impl Progress {
    /// A bar when `watched`, otherwise lines. With `verbose` every case is named.
    pub(crate) fn new(cases: usize, verbose: bool, watched: bool) -> Progress {
        let bar = watched.then(|| {
            let bar =
                ProgressBar::with_draw_target(Some(cases as u64), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("  {bar:30} {pos}/{len}  {elapsed}  {msg}");
            bar.set_style(style.expect("the template is a constant and well-formed"));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Progress {
            bar,
            verbose,
            reasons: Mutex::default(),
        }
    }

    /// Counts a finished case. Of inconclusive cases with one reason, only the first has a line; the report counts
    /// the others.
    pub(crate) fn case(&self, record: &CaseRun) {
        let worth_a_line = self.verbose || record.verdict > Verdict::Pass && self.is_new(record);
        let line = format!("  {:<6} {} {}", record.verdict, record.id, record.reason);
        match &self.bar {
            Some(bar) => {
                if worth_a_line {
                    bar.println(clean_lines(line.trim_end()));
                }
                bar.set_message(record.id.clone());
                bar.inc(1);
            }
            None if worth_a_line => say(line.trim_end()),
            None => {}
        }
    }

    fn is_new(&self, record: &CaseRun) -> bool {
        let mut reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        record.verdict != Verdict::Inconc || reasons.insert(record.reason.clone())
    }

    /// Prints a line beside the bar.
    pub(crate) fn note(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(clean_lines(line)),
            None => say(line),
        }
    }

    /// Removes the bar at the end of the run.
    pub(crate) fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
