//! Known deviations of a target, compared with the results of a run.

use anyhow::bail;
use globset::Glob;
use rspcheck_adapters::target::{Expectation, Target};
use rspcheck_spec::run::{CaseRun, CheckRun, Expected, Stack};
use rspcheck_spec::verdict::Verdict;

/// Checks that every expectation matches a case or monitor of the suite: one that matches none would never be
/// noticed again.
///
/// # Errors
/// Names the first expectation that matches none, with ids near to it.
pub(crate) fn check<'a>(target: &Target, ids: impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
    let ids: Vec<&str> = ids.collect();
    let file = target
        .file
        .as_ref()
        .map_or_else(String::new, |file| format!("{}: ", file.display()));
    for known in &target.expect {
        if !ids.iter().any(|id| names(known, id)) {
            let near = crate::select::near(&known.case, ids.iter().map(|id| (*id).to_owned()));
            let way_out = match near.is_empty() {
                true => "`rspcheck list` shows all of them".to_owned(),
                false => format!("near to it: {}", near.join(", ")),
            };
            bail!(
                "{file}[[expect]] for \"{}\": it matches no case and no monitor; {way_out}",
                known.case
            );
        }
    }
    Ok(())
}

/// Returns the known deviations of this result, taken together. They match if the verdict is theirs and the broken
/// requirements are exactly theirs: with one less an entry is out of date, with one more a new failure would hide
/// behind the known one.
pub(crate) fn expected(target: &Target, transport: Stack, case: &CaseRun) -> Option<Expected> {
    let about = |known: &&Expectation| {
        let here = known.transports.is_empty() || known.transports.contains(&transport);
        here && case.verdict != Verdict::Skip && names(known, &case.id)
    };
    let known: Vec<&Expectation> = target.expect.iter().filter(about).collect();
    let first = known.first()?;
    let reasons: Vec<String> = known
        .iter()
        .map(|k| format!("{}: {}", k.requirement, k.reason))
        .collect();
    let matched = known
        .iter()
        .all(|k| k.verdict == case.verdict && holds(k, case))
        && covered(&known, case);
    Some(Expected {
        verdict: first.verdict,
        reason: reasons.join("; "),
        matched,
    })
}

fn names(known: &Expectation, id: &str) -> bool {
    Glob::new(&known.case).is_ok_and(|glob| glob.compile_matcher().is_match(id))
}

/// Returns true if the requirement is broken as expected. A case without a verdict on its purpose, as after a crash,
/// may end before it checks the requirement.
fn holds(known: &Expectation, case: &CaseRun) -> bool {
    matches!(known.verdict, Verdict::Crash | Verdict::Inconc)
        || case
            .checks
            .iter()
            .any(|check| !check.holds() && check.requirement == known.requirement)
}

/// Returns true if every broken requirement that decides the verdict is known.
fn covered(known: &[&Expectation], case: &CaseRun) -> bool {
    if !matches!(case.verdict, Verdict::Fail | Verdict::Warn) {
        return true;
    }
    let decisive = |check: &&CheckRun| !check.holds() && check.level.verdict() == case.verdict;
    let mut broken = case.checks.iter().filter(decisive);
    broken.all(|check| known.iter().any(|k| k.requirement == check.requirement))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rspcheck_adapters::bundled;
    use rspcheck_spec::run::Origin;
    use rspcheck_spec::verdict::{CheckOutcome, Level};

    const CASE: &str = "rfc5352/3.1/new-pool";

    fn known(case: &str, verdict: Verdict, requirement: &str) -> Expectation {
        let (case, requirement) = (case.to_owned(), requirement.to_owned());
        Expectation {
            case,
            verdict,
            requirement,
            reason: "so".to_owned(),
            transports: Vec::new(),
        }
    }

    fn result(verdict: Verdict, broken: &[(&str, Level)]) -> CaseRun {
        let check = |(requirement, level): &(&str, Level)| CheckRun {
            requirement: (*requirement).to_owned(),
            level: *level,
            outcome: CheckOutcome::Broken {
                note: String::new(),
            },
        };
        CaseRun {
            id: CASE.to_owned(),
            origin: Origin::Case,
            purpose: String::new(),
            verdict,
            reason: String::new(),
            expected: None,
            checks: broken.iter().map(check).collect(),
            duration_ms: 0,
            seed: 0,
            files: Vec::new(),
        }
    }

    fn matched(expect: Vec<Expectation>, case: &CaseRun) -> Option<bool> {
        let target = Target {
            expect,
            ..bundled::in_process()
        };
        expected(&target, Stack::Sim, case).map(|e| e.matched)
    }

    #[test]
    fn a_known_failure_breaks_exactly_the_named_requirements() {
        let (fail, must) = (Verdict::Fail, Level::Must);
        let one = || known("rfc5352/3.1/*", fail, "R1");
        let two = || known(CASE, fail, "R2");
        assert_eq!(
            matched(vec![one()], &result(fail, &[("R1", must)])),
            Some(true)
        );
        assert_eq!(
            matched(vec![one()], &result(Verdict::Pass, &[])),
            Some(false),
            "it passes now"
        );
        assert_eq!(
            matched(
                vec![one()],
                &result(Verdict::Warn, &[("R1", Level::Should)])
            ),
            Some(false)
        );
        assert_eq!(
            matched(vec![one()], &result(fail, &[("R3", must)])),
            Some(false),
            "another reason"
        );
        assert_eq!(
            matched(vec![one()], &result(fail, &[("R1", must), ("R2", must)])),
            Some(false),
            "one is new"
        );
        assert_eq!(
            matched(
                vec![one(), two()],
                &result(fail, &[("R1", must), ("R2", must)])
            ),
            Some(true)
        );
        assert_eq!(
            matched(vec![one(), two()], &result(fail, &[("R1", must)])),
            Some(false),
            "R2 is out of date"
        );
        // A SHOULD does not decide over a FAIL.
        assert_eq!(
            matched(
                vec![one()],
                &result(fail, &[("R1", must), ("R2", Level::Should)])
            ),
            Some(true)
        );
    }

    #[test]
    fn crashes_are_known_by_their_verdict() {
        let crash = Verdict::Crash;
        assert_eq!(
            matched(vec![known(CASE, crash, "R1")], &result(crash, &[])),
            Some(true)
        );
        assert_eq!(
            matched(
                vec![known(CASE, crash, "R1")],
                &result(Verdict::Fail, &[("R1", Level::Must)])
            ),
            Some(false)
        );
    }

    #[test]
    fn other_cases_and_transports_are_not_concerned() {
        let fail = result(Verdict::Fail, &[("R1", Level::Must)]);
        assert_eq!(
            matched(vec![known("rfc5352/3.2/*", Verdict::Fail, "R1")], &fail),
            None
        );
        let mut elsewhere = known(CASE, Verdict::Fail, "R1");
        elsewhere.transports = vec![Stack::Kernel];
        assert_eq!(matched(vec![elsewhere], &fail), None);
        assert_eq!(
            matched(
                vec![known(CASE, Verdict::Fail, "R1")],
                &result(Verdict::Skip, &[])
            ),
            None
        );
    }

    #[test]
    fn an_expectation_without_a_case_is_refused() {
        let target = |case: &str| Target {
            expect: vec![known(case, Verdict::Fail, "R1")],
            ..bundled::in_process()
        };
        let ids = || [CASE, "monitor/lengths"].into_iter();
        assert!(check(&target("monitor/*"), ids()).is_ok());
        let message = check(&target("rfc5352/3.1/new-pol"), ids())
            .expect_err("there is no such case")
            .to_string();
        assert!(
            message.contains("matches no case and no monitor; near to it: rfc5352/3.1/new-pool"),
            "{message}"
        );
    }
}
