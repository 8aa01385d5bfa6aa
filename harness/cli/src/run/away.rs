//! Watch over a target that the harness did not start: it is gone when no association with it comes up any more.

use super::progress::Progress;
use super::{Plan, is_interrupted};
use rspcheck_adapters::worlds::Worlds;
use rspcheck_spec::run::Driver;
use rspcheck_spec::verdict::Verdict;
use std::time::Duration;

/// Cases in a row without an association after which the target is probed.
const CASES: u32 = 2;
/// Time for the answer to the probe, before a restart is waited for.
const PROBE: Duration = Duration::from_secs(2);

/// Watch over an attached target.
pub(super) struct Watch {
    /// The case in which the target went away, if it has.
    suspect: Option<&'static str>,
}

impl Watch {
    /// Begins the watch of a run.
    pub(super) fn new() -> Watch {
        Watch { suspect: None }
    }

    /// Looks at the target after a case with `left` cases to come, and waits for its restart where it is gone. Returns
    /// the reason to break the run off if it does not come back.
    pub(super) fn after(
        &mut self,
        case: &'static str,
        verdict: Verdict,
        left: usize,
        plan: &Plan,
        progress: &Progress,
    ) -> Option<String> {
        let worlds = &plan.worlds;
        if worlds.target().driver != Driver::Attach || verdict == Verdict::Skip {
            return None;
        }
        let unreached = worlds.unreached();
        let suspect = self.suspect(case, verdict, unreached);
        if unreached < CASES || left == 0 || worlds.answers(PROBE) || is_interrupted(plan) {
            return None;
        }
        let went = format!("the target went away in case {suspect}");
        if is_back(&went, worlds, progress) {
            self.suspect = None;
            return None;
        }
        let limit = worlds.target().restart_timeout;
        let back = if limit.is_zero() {
            String::new()
        } else {
            format!(" and did not come back within {} s", limit.as_secs_f64())
        };
        (!is_interrupted(plan)).then(|| format!("{went}{back}"))
    }

    /// Returns the case in which the target went away, if it did: the last one with an association if its result
    /// is bad, else the first one without.
    fn suspect(&mut self, case: &'static str, verdict: Verdict, unreached: u32) -> &'static str {
        if unreached > 0 {
            return self.suspect.get_or_insert(case);
        }
        self.suspect = (verdict > Verdict::Warn).then_some(case);
        case
    }
}

/// Waits for the target's restart as long as its file allows.
fn is_back(went: &str, worlds: &Worlds, progress: &Progress) -> bool {
    let limit = worlds.target().restart_timeout;
    if limit.is_zero() {
        return false;
    }
    progress.note(&format!(
        "rspcheck: {went}; waiting up to {} s for its restart",
        limit.as_secs_f64()
    ));
    let back = worlds.answers(limit);
    if back {
        let name = &worlds.target().name;
        progress.note(&format!("rspcheck: {name} answers again"));
    }
    back
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suspect_is_the_last_bad_case_with_an_association() {
        let mut watch = Watch::new();
        for (case, verdict, unreached, suspect) in [
            ("passes", Verdict::Pass, 0, "passes"),
            ("fails", Verdict::Fail, 0, "fails"),
            ("first", Verdict::Inconc, 1, "fails"),
            ("second", Verdict::Inconc, 2, "fails"),
            ("is reached", Verdict::Pass, 0, "is reached"),
            ("third", Verdict::Inconc, 1, "third"),
            ("fourth", Verdict::Error, 2, "third"),
        ] {
            assert_eq!(watch.suspect(case, verdict, unreached), suspect, "{case}");
        }
    }
}
