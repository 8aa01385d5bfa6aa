//! The monitors of a run: rules for every message of the target, with one verdict each over all cases.

use rspcheck_spec::ReqId;
use rspcheck_spec::run::{CaseRun, CheckRun, FindingRun, Origin};
use rspcheck_spec::verdict::{CheckOutcome, Verdict};
use rspcheck_testkit::monitor::{self, Finding, Monitor};
use rspcheck_testkit::runner::Ran;
use std::collections::{BTreeMap, BTreeSet};

/// Limit on the distinct findings that a monitor keeps. All further ones are one check with their number.
const FINDING_LIMIT: usize = 64;
/// Name of the check for the findings beyond the limit.
pub(crate) const BEYOND: &str = "further findings";

/// Collects findings over a run.
#[derive(Default)]
pub(crate) struct Watch {
    messages: usize,
    found: BTreeMap<&'static str, BTreeMap<String, Found>>,
    covered: BTreeSet<ReqId>,
}

/// Distinct finding of one monitor.
struct Found {
    first: Finding,
    /// Place of its first case in the suite.
    nth: usize,
    first_in: String,
    count: u64,
}

impl Watch {
    /// Takes the findings of the case with this place in the suite. Cases can come in any order.
    pub(crate) fn take(&mut self, nth: usize, ran: &Ran) {
        self.messages += ran.messages_seen;
        self.covered.extend(&ran.covered);
        for finding in &ran.findings {
            let found = self.found.entry(finding.monitor).or_default();
            let room = found.len() < FINDING_LIMIT || found.contains_key(&finding.name);
            let name = if room { &finding.name } else { BEYOND };
            let new = || Found {
                first: finding.clone(),
                nth,
                first_in: ran.record.id.clone(),
                count: 0,
            };
            let known = found.entry(name.to_owned()).or_insert_with(new);
            known.count += 1;
            let count = known.count;
            if nth < known.nth {
                *known = Found { count, ..new() };
            }
            if name == BEYOND && finding.level() < known.first.level() {
                known.first = finding.clone();
            }
        }
    }

    /// Returns one result for each monitor.
    pub(crate) fn verdicts(self) -> Vec<CaseRun> {
        monitor::ALL.iter().map(|m| self.verdict(m)).collect()
    }

    fn verdict(&self, monitor: &Monitor) -> CaseRun {
        let mut found: Vec<(&String, &Found)> =
            self.found.get(monitor.id).into_iter().flatten().collect();
        found.sort_by_key(|(name, found)| (found.first.level(), *name == BEYOND, found.nth));
        let first = found.first().map(|(_, found)| *found);
        let mut record = CaseRun {
            id: monitor.id.to_owned(),
            origin: Origin::Monitor {
                first_in: first.map(|found| found.first_in.clone()),
                count: found.iter().map(|(_, found)| found.count).sum(),
            },
            purpose: monitor.purpose.to_owned(),
            verdict: Verdict::Pass,
            reason: String::new(),
            expected: None,
            checks: Vec::new(),
            duration_ms: 0,
            seed: 0,
            files: Vec::new(),
        };
        if self.messages == 0 {
            record.verdict = Verdict::Skip;
            record.reason = "the target sent no message".to_owned();
            return record;
        }
        if let Some(found) = first {
            record.verdict = found.first.level().verdict();
            record.reason.clone_from(&found.first.note);
        }
        record.checks = found
            .into_iter()
            .map(|(name, found)| broken(name, found))
            .collect();
        let held = self.held(monitor, &record.checks);
        record.checks.extend(held);
        record
    }

    /// Returns the requirements that the monitor judged and that no finding of it breaks.
    fn held(&self, monitor: &Monitor, broken: &[CheckRun]) -> Vec<CheckRun> {
        let mut judged = BTreeMap::from([(monitor.requirement, monitor.level())]);
        let covered = monitor::judged()
            .filter(|(other, id)| other.id == monitor.id && self.covered.contains(id));
        for (_, id) in covered {
            judged.entry(id).or_insert(id.requirement().counts_as());
        }
        judged
            .into_iter()
            .filter(|(id, _)| !broken.iter().any(|check| check.requirement == id.0))
            .map(|(id, level)| CheckRun {
                requirement: id.0.to_owned(),
                level,
                outcome: CheckOutcome::Holds,
                finding: None,
            })
            .collect()
    }
}

fn broken(name: &str, found: &Found) -> CheckRun {
    let first = &found.first;
    let note = if name == BEYOND {
        format!(
            "findings beyond the {FINDING_LIMIT} that are listed, the first of them: {}",
            first.note
        )
    } else {
        first.note.clone()
    };
    CheckRun {
        requirement: first.requirement.0.to_owned(),
        level: first.level(),
        outcome: CheckOutcome::Broken { note },
        finding: Some(FindingRun {
            name: name.to_owned(),
            count: found.count,
            first_in: found.first_in.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rspcheck_dissect::forge::{self, Forge, Parameter};
    use rspcheck_dissect::{Protocol, dissect};
    use rspcheck_testkit::runner;

    /// Returns a case in which the target sent these messages.
    fn ran(case: usize, messages: &[Forge]) -> Ran {
        let case = rspcheck_cases::all().nth(case).expect("there are cases");
        let dissections = messages
            .iter()
            .map(|m| dissect(Protocol::Asap, &m.octets()));
        let dissections: Vec<_> = dissections.collect();
        Ran {
            record: runner::skipped(case, String::new()),
            events: Vec::new(),
            places: Vec::new(),
            findings: dissections
                .iter()
                .flat_map(|d| monitor::message(Protocol::Asap, Some(11), d))
                .collect(),
            covered: dissections.iter().flat_map(monitor::covered).collect(),
            messages_seen: dissections.len(),
            interrupted: false,
        }
    }

    fn keep_alive() -> Forge {
        forge::endpoint_keep_alive(9, b"pool", false)
    }

    fn resolution() -> Forge {
        forge::handle_resolution(b"pool", false)
    }

    fn layout(watch: Watch) -> CaseRun {
        let mut all = watch.verdicts().into_iter();
        all.find(|run| run.id == "monitor/layout").expect("a row")
    }

    fn findings(record: &CaseRun) -> Vec<(&str, &str, u64, &str)> {
        let of = |check: &'_ CheckRun| check.finding.clone();
        let broken = record.checks.iter().filter(|check| of(check).is_some());
        broken
            .map(|check| {
                let found = check.finding.as_ref().expect("it was filtered");
                let words = (check.requirement.as_str(), found.name.as_str());
                (words.0, words.1, found.count, found.first_in.as_str())
            })
            .collect()
    }

    #[test]
    fn each_distinct_finding_is_a_check_with_count_case_and_requirement() {
        let odd = keep_alive().parameter(Parameter::pe_identifier(1));
        let second = resolution().parameter(Parameter::pool_handle(b"x"));
        let id = |nth| rspcheck_cases::all().nth(nth).expect("there are cases").id;
        let mut watch = Watch::default();
        // The cases come in another order than that of the suite.
        watch.take(2, &ran(2, &[odd.clone(), keep_alive()]));
        watch.take(1, &ran(1, &[odd.clone(), odd, second]));
        let record = layout(watch);
        let expected = [
            (
                "R5352_2_2_7_4",
                "ASAP_ENDPOINT_KEEP_ALIVE: unexpected-parameter pe-identifier",
                3,
                id(1),
            ),
            (
                "R5352_2_2_5_2",
                "ASAP_HANDLE_RESOLUTION: duplicate-parameter pool-handle",
                1,
                id(1),
            ),
        ];
        assert_eq!(findings(&record), expected);
        assert_eq!(record.verdict, Verdict::Fail);
        let origin = Origin::Monitor {
            first_in: Some(id(1).to_owned()),
            count: 4,
        };
        assert_eq!(record.origin, origin);
    }

    #[test]
    fn layouts_without_a_finding_hold() {
        let mut watch = Watch::default();
        watch.take(0, &ran(0, &[keep_alive()]));
        let record = layout(watch);
        let held: Vec<&str> = record
            .checks
            .iter()
            .map(|c| c.requirement.as_str())
            .collect();
        assert_eq!(held, ["R5352_2_2_7_4", "R5354_3_9_1", "R5354_4_1"]);
        assert!(record.checks.iter().all(CheckRun::holds));
    }

    #[test]
    fn findings_beyond_the_limit_are_counted() {
        let mut watch = Watch::default();
        let odd = |code: u16| resolution().parameter(Parameter::new(0x4000 + code, [0, 0, 0, 0]));
        let messages: Vec<Forge> = (0..FINDING_LIMIT as u16 + 5).map(odd).collect();
        watch.take(0, &ran(0, &messages));
        let all = watch.verdicts();
        let record = all.iter().find(|run| run.id == "monitor/known-parameters");
        let record = record.expect("a row");
        let findings = findings(record);
        assert_eq!(findings.len(), FINDING_LIMIT + 1);
        let (_, name, count, _) = findings[FINDING_LIMIT];
        assert_eq!((name, count), (BEYOND, 5));
    }
}
