//! Requirements that a run met, broke, or did not reach.

use crate::Statements;
use rspcheck_spec::catalogue::{Class, How, Requirement};
use rspcheck_spec::run::Run;
use rspcheck_spec::verdict::Level;
use serde::Serialize;
use std::collections::BTreeMap;

/// Result of a requirement in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Every check of it held.
    Met,
    /// A check of it did not hold.
    Broken,
    /// The suite tests it, but this run did not.
    NotReached,
}

/// Requirement in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// Id.
    pub id: String,
    /// Level that a breach counts with.
    pub level: Level,
    /// RFC and section, for example `RFC 5352 §3.1`.
    pub citation: String,
    /// Statement; empty if the catalogue lacks the requirement.
    pub statement: String,
    /// Result.
    pub standing: Standing,
    /// Ids of the cases that checked it.
    pub cases: Vec<String>,
}

/// Counts of the requirements of one level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LevelCoverage {
    /// Requirements that a run can judge.
    pub testable: usize,
    /// Requirements of which every check held.
    pub met: usize,
    /// Requirements of which a check did not hold.
    pub broken: usize,
    /// Requirements that this run did not check.
    pub not_reached: usize,
}

/// Coverage of the catalogue by a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Requirements whose breach fails.
    pub must: LevelCoverage,
    /// Requirements whose breach is a deviation.
    pub should: LevelCoverage,
    /// Requirements that are not judged, and whose use was observed.
    pub may_observed: usize,
    /// All requirements, in the order of the catalogue.
    pub requirements: Vec<Covered>,
}

/// Counts the requirements of a run: those that the suite judges in runs, and others that this run checked.
pub fn coverage(run: &Run, statements: &Statements<'_>) -> Coverage {
    let mut checked: BTreeMap<&str, (bool, Level, Vec<String>)> = BTreeMap::new();
    for case in &run.cases {
        for check in &case.checks {
            let entry =
                checked
                    .entry(&check.requirement)
                    .or_insert((true, check.level, Vec::new()));
            entry.0 &= check.holds();
            if entry.2.last() != Some(&case.id) {
                entry.2.push(case.id.clone());
            }
        }
    }
    let mut requirements = Vec::new();
    for requirement in statements.requirements {
        let seen = checked.remove(requirement.id.0);
        if seen.is_some() || judged_in_runs(requirement) {
            requirements.push(covered(
                requirement.id.0,
                requirement.counts_as(),
                seen,
                statements,
            ));
        }
    }
    for (id, seen) in checked {
        requirements.push(covered(id, seen.1, Some(seen), statements));
    }
    let level = |level| count(requirements.iter().filter(|r| r.level == level));
    let (must, should, may) = (level(Level::Must), level(Level::Should), level(Level::May));
    Coverage {
        must,
        should,
        may_observed: may.met + may.broken,
        requirements,
    }
}

fn judged_in_runs(requirement: &Requirement) -> bool {
    requirement.class == Class::Tested
        && requirement
            .how
            .iter()
            .any(|how| matches!(how, How::Case | How::Monitor))
}

fn covered(
    id: &str,
    level: Level,
    seen: Option<(bool, Level, Vec<String>)>,
    statements: &Statements<'_>,
) -> Covered {
    let standing = match &seen {
        Some((true, ..)) => Standing::Met,
        Some((false, ..)) => Standing::Broken,
        None => Standing::NotReached,
    };
    Covered {
        id: id.to_owned(),
        level,
        citation: crate::citation(statements, id),
        statement: statements
            .find(id)
            .map(|r| r.statement.clone())
            .unwrap_or_default(),
        standing,
        cases: seen.map(|(_, _, cases)| cases).unwrap_or_default(),
    }
}

fn count<'a>(requirements: impl Iterator<Item = &'a Covered>) -> LevelCoverage {
    let mut counts = LevelCoverage::default();
    for requirement in requirements {
        counts.testable += 1;
        *match requirement.standing {
            Standing::Met => &mut counts.met,
            Standing::Broken => &mut counts.broken,
            Standing::NotReached => &mut counts.not_reached,
        } += 1;
    }
    counts
}
