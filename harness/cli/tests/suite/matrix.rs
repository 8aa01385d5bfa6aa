//! One pass over all cases: each on the reference registrar, on every mutant and on every lawful variant.
//!
//! The tests share the pass, because it takes most of their time.

use super::{enrp, lawful, mutants, run, several};
use rspcheck_adapters::fault::Fault;
use rspcheck_spec::ics::Ics;
use rspcheck_spec::verdict::Verdict;
use rspcheck_testkit::runner::Ran;
use rspcheck_testkit::{Case, Placed};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Result of a case on one registrar, without its events.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    pub(crate) places: Vec<Placed>,
    /// Monitor and note of each finding.
    pub(crate) findings: BTreeSet<(&'static str, String)>,
}

impl From<Ran> for Seen {
    fn from(ran: Ran) -> Seen {
        let findings = ran.findings.into_iter().map(|f| (f.monitor, f.note));
        Seen {
            verdict: ran.record.verdict,
            reason: ran.record.reason,
            places: ran.places,
            findings: findings.collect(),
        }
    }
}

impl Seen {
    /// Returns the result of a case on a registrar that has nothing to do with it.
    fn not_run() -> Seen {
        Seen {
            verdict: Verdict::Pass,
            reason: String::new(),
            places: Vec::new(),
            findings: BTreeSet::new(),
        }
    }

    /// Returns true if the case itself found the defect of a mutant.
    pub(crate) fn noticed(&self) -> bool {
        matches!(self.verdict, Verdict::Warn | Verdict::Fail | Verdict::Crash)
    }

    /// Returns the requirements of the checks that were made.
    pub(crate) fn checked(&self) -> BTreeSet<&'static str> {
        self.places.iter().map(|p| p.requirement.0).collect()
    }

    /// Returns the requirements of the checks that did not hold.
    pub(crate) fn broken(&self) -> BTreeSet<&'static str> {
        let broken = self.places.iter().filter(|p| !p.holds);
        broken.map(|p| p.requirement.0).collect()
    }
}

/// Results of one case.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) case: &'static Case,
    pub(crate) correct: Seen,
    /// In the order of [`mutants::all`]. A case about ENRP does not run on them.
    pub(crate) mutants: Vec<Seen>,
    /// In the order of [`enrp::all`]; empty for all other cases. A case with several registrars runs on some of them.
    pub(crate) enrp: Vec<Seen>,
    /// In the order of [`lawful::ALL`].
    pub(crate) lawful: Vec<Seen>,
}

impl Row {
    fn of(case: &'static Case) -> Row {
        let about_enrp = case.id.starts_with("rfc5353/") || case.needs.contains(&Ics::EnrpPeers);
        let seen = |fault| Seen::from(run(case, Some(fault)));
        let asap = |fault| {
            if about_enrp {
                Seen::not_run()
            } else {
                seen(fault)
            }
        };
        let enrp = enrp::all().filter(|_| about_enrp);
        let several = case.needs.contains(&Ics::SeveralTargets);
        let towards_peers = |fault: &Fault| {
            if several && !several::MUTANTS.contains(&fault.name) {
                Seen::not_run()
            } else {
                seen(*fault)
            }
        };
        Row {
            case,
            correct: run(case, None).into(),
            mutants: mutants::all().copied().map(asap).collect(),
            enrp: enrp.map(towards_peers).collect(),
            lawful: lawful::ALL.iter().map(|l| asap(l.variant)).collect(),
        }
    }

    /// Returns the result on the mutant of this name.
    pub(crate) fn mutant(&self, name: &str) -> &Seen {
        let nth = mutants::all().position(|mutant| mutant.name == name);
        &self.mutants[nth.expect("the mutants have this name")]
    }

    /// Returns the result on the mutant towards peers of this name.
    pub(crate) fn enrp(&self, name: &str) -> &Seen {
        let nth = enrp::all().position(|mutant| mutant.name == name);
        &self.enrp[nth.expect("the mutants have this name")]
    }

    /// Returns the results on all registrars.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Seen> {
        let others = self.mutants.iter().chain(&self.enrp).chain(&self.lawful);
        std::iter::once(&self.correct).chain(others)
    }
}

/// Returns the results of every case that applies to the reference registrar.
pub(crate) fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| super::on_all_processors(Row::of));
    &ROWS
}

/// Returns the complaints about cases, each with the id of its case, in order.
pub(crate) fn wrong(check: impl Fn(&Row) -> Option<String>) -> Vec<String> {
    let complain = |row: &Row| check(row).map(|what| format!("{}: {what}", row.case.id));
    let mut wrong: Vec<_> = rows().iter().filter_map(complain).collect();
    wrong.sort();
    wrong
}
