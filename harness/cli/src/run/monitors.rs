//! The monitors of a run: rules for every message of the target, with one verdict each over all cases.

use rspcheck_spec::run::{CaseRun, CheckRun, Origin};
use rspcheck_spec::verdict::{CheckOutcome, Verdict};
use rspcheck_testkit::monitor::{self, Finding};
use rspcheck_testkit::runner::Ran;
use std::collections::BTreeMap;

/// Collects findings over a run.
#[derive(Default)]
pub(crate) struct Watch {
    messages: usize,
    found: BTreeMap<&'static str, Found>,
}

/// Findings of one monitor.
struct Found {
    first: Finding,
    first_in: String,
    count: u64,
}

impl Watch {
    /// Takes the findings of one case.
    pub(crate) fn take(&mut self, ran: &Ran) {
        self.messages += ran.messages_seen;
        for finding in &ran.findings {
            let found = self.found.entry(finding.monitor).or_insert_with(|| Found {
                first: finding.clone(),
                first_in: ran.record.id.clone(),
                count: 0,
            });
            found.count += 1;
        }
    }

    /// Returns one result for each monitor.
    pub(crate) fn verdicts(self) -> Vec<CaseRun> {
        monitor::ALL.iter().map(|m| self.verdict(m)).collect()
    }

    fn verdict(&self, monitor: &monitor::Monitor) -> CaseRun {
        let found = self.found.get(monitor.id);
        let mut record = CaseRun {
            id: monitor.id.to_owned(),
            origin: Origin::Monitor {
                first_in: found.map(|found| found.first_in.clone()),
                count: found.map_or(0, |found| found.count),
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
        let check = match found.map(|found| &found.first) {
            None => CheckRun {
                requirement: monitor.requirement.0.to_owned(),
                level: monitor.level(),
                outcome: CheckOutcome::Holds,
            },
            Some(first) => {
                record.verdict = first.level().verdict();
                record.reason.clone_from(&first.note);
                CheckRun {
                    requirement: first.requirement.0.to_owned(),
                    level: first.level(),
                    outcome: CheckOutcome::Broken {
                        note: first.note.clone(),
                    },
                }
            }
        };
        record.checks.push(check);
        record
    }
}
