//! The monitors of a run: what must hold for every message of the target, one verdict each over all cases.

use rspcheck_spec::run::{CaseRun, CheckRun};
use rspcheck_spec::verdict::{Level, Verdict};
use rspcheck_testkit::monitor::{self, Finding};
use rspcheck_testkit::runner::Ran;
use std::collections::BTreeMap;

/// Collects findings over a run.
#[derive(Default)]
pub(crate) struct Watch {
    messages: u64,
    found: BTreeMap<&'static str, (Finding, String, u64)>,
}

impl Watch {
    /// Takes what one case saw.
    pub(crate) fn take(&mut self, ran: &Ran) {
        self.messages += ran.messages_seen;
        for finding in &ran.findings {
            let entry = self.found.entry(finding.monitor);
            entry
                .or_insert_with(|| (finding.clone(), ran.record.id.clone(), 0))
                .2 += 1;
        }
    }

    /// One record a monitor, as if it were a case.
    pub(crate) fn verdicts(self) -> Vec<CaseRun> {
        monitor::ALL.iter().map(|m| self.verdict(m)).collect()
    }

    fn verdict(&self, monitor: &monitor::Monitor) -> CaseRun {
        let mut record = CaseRun {
            id: monitor.id.to_owned(),
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
            record.reason = "no message of the target was seen".to_owned();
            return record;
        }
        let (requirement, level, note) = match self.found.get(monitor.id) {
            None => (monitor.requirement, monitor.level(), String::new()),
            Some((finding, case, count)) => {
                record.verdict = match finding.level() {
                    Level::Must => Verdict::Fail,
                    Level::Should => Verdict::Warn,
                    Level::May => Verdict::Pass,
                };
                record.reason = format!("{} ({count} in all, first in {case})", finding.note);
                (finding.requirement, finding.level(), record.reason.clone())
            }
        };
        let holds = note.is_empty();
        record.checks.push(CheckRun {
            requirement: requirement.0.to_owned(),
            level,
            holds,
            note,
        });
        record
    }
}
