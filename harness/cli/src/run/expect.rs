//! Known deviations of a target, compared with the results of a run.

use super::monitors::BEYOND;
use anyhow::anyhow;
use globset::Glob;
use rspcheck_adapters::target::{Expectation, Target};
use rspcheck_spec::run::{CaseRun, CheckRun, Expected, Stack};
use rspcheck_spec::verdict::Verdict;
use rspcheck_testkit::monitor::{self, Monitor};

/// Checks that every expectation matches a case or a finding of a monitor: one that matches none would never be
/// noticed again.
///
/// # Errors
/// Names the first expectation that matches none, with its line and the words near to it.
pub(crate) fn check<'a>(target: &Target, ids: impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
    let ids: Vec<&str> = ids.collect();
    for known in &target.expect {
        let here = |what: String| {
            let line = match known.line {
                0 => String::new(),
                line => format!(":{line}"),
            };
            let file = target.file.as_ref();
            let place = file.map_or_else(String::new, |file| format!("{}{line}: ", file.display()));
            anyhow!("{place}[[expect]] for \"{}\": {what}", known.case)
        };
        if let Some(finding) = &known.finding {
            check_finding(&known.case, finding).map_err(here)?;
            continue;
        }
        if !ids.iter().any(|id| names(known, id)) {
            let near = crate::select::near(&known.case, ids.iter().map(|id| (*id).to_owned()));
            let way_out = match near.is_empty() {
                true => "`rspcheck list` shows all of them".to_owned(),
                false => format!("near to it: {}", near.join(", ")),
            };
            return Err(here(format!(
                "it matches no case and no monitor; {way_out}"
            )));
        }
        if ids
            .iter()
            .all(|id| monitor_of(id).is_some() || !names(known, id))
        {
            return Err(here(
                "it names no finding; copy the line `finding = …` that a run prints".to_owned(),
            ));
        }
    }
    Ok(())
}

fn monitor_of(id: &str) -> Option<&'static Monitor> {
    monitor::ALL.iter().find(|monitor| monitor.id == id)
}

/// Checks that this monitor can have this finding.
fn check_finding(id: &str, finding: &str) -> Result<(), String> {
    let near = |typed: &str, words: Vec<String>| match crate::select::near(typed, words) {
        near if near.is_empty() => String::new(),
        near => format!("; near to it: {}", near.join(", ")),
    };
    if monitor_of(id).is_none() {
        let ids = monitor::ALL.iter().map(|monitor| monitor.id.to_owned());
        let near = near(id, ids.collect());
        return Err(format!(
            "a finding needs the id of one monitor as its case{near}"
        ));
    }
    if finding == BEYOND {
        return Ok(());
    }
    monitor::check_name(id, finding).map_err(|fault| {
        let near = near(&fault.part, fault.possible);
        format!("finding \"{finding}\": {}{near}", fault.what)
    })
}

/// Returns the known deviations of a case's result, taken together. They match if the verdict is theirs and the broken
/// requirements are exactly theirs: with one less an entry is out of date, with one more a new failure would hide
/// behind the known one. `part`: the target is a part of the world, so that a known deviation need not occur.
pub(crate) fn expected(
    target: &Target,
    transport: Stack,
    case: &CaseRun,
    part: bool,
) -> Option<Expected> {
    let occurs = |known: &Expectation| known.verdict == case.verdict && holds(known, case);
    let about = |known: &&Expectation| {
        let here = known.transports.is_empty() || known.transports.contains(&transport);
        let of_case = known.finding.is_none();
        here && of_case
            && (!part || occurs(known))
            && case.verdict != Verdict::Skip
            && names(known, &case.id)
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
        missing: Vec::new(),
        new: Vec::new(),
    })
}

/// Returns the known findings of a monitor, taken together. They match if the findings are exactly theirs, each with
/// its requirement and level. `all`: every case of the suite ran, so that a finding that did not occur is out of date.
pub(crate) fn expected_of_monitor(
    target: &Target,
    transport: Stack,
    record: &CaseRun,
    all: bool,
) -> Option<Expected> {
    let mut known: Vec<(&Expectation, &str)> = target
        .expect
        .iter()
        .filter(|known| known.transports.is_empty() || known.transports.contains(&transport))
        .filter(|known| known.case == record.id && record.verdict != Verdict::Skip)
        .filter_map(|known| Some((known, known.finding.as_deref()?)))
        .collect();
    let found: Vec<(&CheckRun, &str)> = record
        .checks
        .iter()
        .filter_map(|check| Some((check, check.finding.as_ref()?.name.as_str())))
        .collect();
    let occurred = |(known, name): &(&Expectation, &str)| {
        found.iter().any(|(check, other)| {
            let same =
                known.requirement == check.requirement && known.verdict == check.level.verdict();
            name == other && same
        })
    };
    if !all {
        known.retain(occurred);
    }
    let (first, _) = known.first()?;
    let words = |(_, name): &(&Expectation, &str)| (*name).to_owned();
    let missing: Vec<String> = known.iter().filter(|k| !occurred(k)).map(words).collect();
    let new: Vec<String> = found
        .iter()
        .filter(|(_, name)| !known.iter().any(|k| k.1 == *name && occurred(k)))
        .map(|(_, name)| (*name).to_owned())
        .collect();
    let reasons: Vec<String> = known
        .iter()
        .map(|(known, name)| format!("{name}: {}", known.reason))
        .collect();
    let failures = known.iter().any(|(k, _)| k.verdict == Verdict::Fail);
    Some(Expected {
        verdict: if failures {
            Verdict::Fail
        } else {
            first.verdict
        },
        reason: reasons.join("; "),
        matched: missing.is_empty() && new.is_empty(),
        missing,
        new,
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
    use rspcheck_spec::run::{FindingRun, Origin};
    use rspcheck_spec::verdict::{CheckOutcome, Level};

    const CASE: &str = "rfc5352/3.1/new-pool";

    fn known(case: &str, verdict: Verdict, requirement: &str) -> Expectation {
        let (case, requirement) = (case.to_owned(), requirement.to_owned());
        Expectation {
            case,
            verdict,
            requirement,
            reason: "so".to_owned(),
            finding: None,
            transports: Vec::new(),
            line: 0,
        }
    }

    fn result(verdict: Verdict, broken: &[(&str, Level)]) -> CaseRun {
        let check = |(requirement, level): &(&str, Level)| CheckRun {
            requirement: (*requirement).to_owned(),
            level: *level,
            outcome: CheckOutcome::Broken {
                note: String::new(),
            },
            finding: None,
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
        expected(&target, Stack::Sim, case, false).map(|e| e.matched)
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
    fn an_expectation_that_can_match_nothing_is_refused() {
        let check = |case: &str, finding: Option<&str>| {
            let target = Target {
                file: Some("t.toml".into()),
                expect: vec![Expectation {
                    finding: finding.map(str::to_owned),
                    line: 7,
                    ..known(case, Verdict::Fail, "R1")
                }],
                ..bundled::in_process()
            };
            let ids = [CASE, "monitor/lengths", "monitor/layout"].into_iter();
            check(&target, ids).map_err(|wrong| wrong.to_string())
        };
        let good = "ASAP_ERROR: missing-parameter operation-error/0x5/info";
        assert_eq!(check("monitor/layout", Some(good)), Ok(()));
        assert_eq!(check("monitor/layout", Some(BEYOND)), Ok(()));
        let of_layout = |finding: &str| check("monitor/layout", Some(finding));
        let rows = [
            (
                check("rfc5352/3.1/new-pol", None),
                "matches no case and no monitor; near to it: rfc5352/3.1/new-pool",
            ),
            (check("monitor/*", None), "it names no finding; copy"),
            (
                check("monitor/*", Some(good)),
                "needs the id of one monitor",
            ),
            (
                check("monitor/lengths", Some(good)),
                "missing-parameter belongs to monitor/layout",
            ),
            (
                of_layout("a layout fault"),
                "a finding is written as MESSAGE: KIND PLACE",
            ),
            (
                of_layout("ASAP_EROR: missing-parameter"),
                "there is no message \"ASAP_EROR\"; near to it: ASAP_ERROR",
            ),
            (
                of_layout("ASAP_ERROR: missing-paramter"),
                "there is no kind of defect \"missing-paramter\"; near to it: missing-parameter",
            ),
            (
                of_layout("ASAP_ERROR: missing-parameter operation-eror"),
                "there is no parameter or field \"operation-eror\"; near to it: operation-error",
            ),
            (
                of_layout("ASAP_ERROR: missing-parameter pool-element[2]/policy"),
                "\"pool-element[2]\" has an index, which no finding has",
            ),
        ];
        for (result, words) in rows {
            let wrong = result.expect_err(words);
            assert!(
                wrong.starts_with("t.toml:7: ") && wrong.contains(words),
                "{wrong}"
            );
        }
    }

    const EXTRA: &str = "ASAP_ENDPOINT_KEEP_ALIVE: unexpected-parameter pe-identifier";
    const LACKS: &str = "ASAP_ERROR: missing-parameter operation-error/0x5/info";

    /// Returns the comparison of these known findings with those of a run.
    fn compared(known_ones: &[&str], found: &[&str], all: bool) -> Option<Expected> {
        let target = Target {
            expect: known_ones
                .iter()
                .map(|name| Expectation {
                    finding: Some((*name).to_owned()),
                    ..known("monitor/layout", Verdict::Fail, "R1")
                })
                .collect(),
            ..bundled::in_process()
        };
        let verdict = if found.is_empty() {
            Verdict::Pass
        } else {
            Verdict::Fail
        };
        let broken: Vec<_> = found.iter().map(|_| ("R1", Level::Must)).collect();
        let mut record = result(verdict, &broken);
        record.id = "monitor/layout".to_owned();
        for (check, name) in record.checks.iter_mut().zip(found) {
            check.finding = Some(FindingRun {
                name: (*name).to_owned(),
                count: 1,
                first_in: CASE.to_owned(),
            });
        }
        expected_of_monitor(&target, Stack::Sim, &record, all)
    }

    #[test]
    fn findings_of_a_monitor_are_exactly_the_known_ones() {
        let both = compared(&[EXTRA, LACKS], &[EXTRA, LACKS], true);
        assert!(both.is_some_and(|e| e.matched));
        let new = compared(&[EXTRA], &[EXTRA, LACKS], true).expect("one is known");
        assert_eq!((new.matched, new.new), (false, vec![LACKS.to_owned()]));
        let stale = compared(&[EXTRA, LACKS], &[EXTRA], true).expect("one is known");
        assert_eq!(
            (stale.matched, stale.missing),
            (false, vec![LACKS.to_owned()])
        );
        assert_eq!(compared(&[], &[EXTRA], true), None);
    }

    #[test]
    fn a_part_of_the_suite_need_not_show_every_known_finding() {
        let some = compared(&[EXTRA, LACKS], &[EXTRA], false);
        assert!(some.is_some_and(|e| e.matched));
        assert_eq!(compared(&[EXTRA], &[], false), None);
        let new = compared(&[EXTRA], &[EXTRA, LACKS], false);
        assert!(new.is_some_and(|e| !e.matched));
    }
}
