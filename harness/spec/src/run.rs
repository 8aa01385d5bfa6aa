//! `run.json`: the record of a run, with its options, its target and the result of every case.

use crate::verdict::{CheckOutcome, Level, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The record of a run. Fields may be added; none changes its meaning under the same `format`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`FORMAT`].
    pub format: String,
    /// Version of the suite.
    pub version: String,
    /// Command line as typed, for people; programs read `options`.
    pub command: Vec<String>,
    /// The options that the run was given, defaults filled in.
    pub options: RunOptions,
    /// Start, RFC 3339 in UTC.
    pub started: String,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// True if the run ended by itself; false if it was interrupted, with the cases up to then.
    pub complete: bool,
    /// Reason why the harness broke the run off itself, in a sentence without its full stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_off: Option<String>,
    /// Signal that interrupted the run, as in `SIGTERM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<String>,
    /// Text of the panic of the harness that ended the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crashed: Option<String>,
    /// The target.
    pub target: Target,
    /// Machine and system, as name and value.
    pub environment: BTreeMap<String, String>,
    /// Every case that was selected and has a result, in order, then every monitor.
    pub cases: Vec<CaseRun>,
    /// Every case that was selected and has no result, in order. A complete run has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_run: Vec<NotRun>,
}

/// A case that was selected and has no result, because the run ended before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRun {
    /// Id.
    pub id: String,
    /// Purpose, one sentence.
    pub purpose: String,
}

/// Format name of [`Run`].
pub const FORMAT: &str = "rspcheck-run/2";

/// Options of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOptions {
    /// Selectors of cases; all cases when empty.
    pub selection: Vec<String>,
    /// `bundled`, `in-process` or the path of a target file.
    pub target: String,
    /// SCTP stack that was asked for; [`Target::transport`] is the one in use.
    pub transport: StackChoice,
    /// Root seed; each case's seed is derived from it and the case's id.
    pub seed: u64,
    /// Cases that run at the same time.
    pub jobs: usize,
    /// A broken SHOULD fails the run.
    pub strict: bool,
    /// Least number of cases; a run of fewer is too small.
    pub min_run: usize,
}

/// The target of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Name, as in the target file.
    pub name: String,
    /// Version, as in the target file; empty where it is unknown.
    pub version: String,
    /// Way in which the harness reaches it.
    pub driver: Driver,
    /// SCTP stack in use.
    pub transport: Stack,
    /// Timers and thresholds the deadlines were derived from, by RFC name.
    pub timers: BTreeMap<String, String>,
}

/// Way in which the harness reaches a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Driver {
    /// The bundled registrar's engine in the harness's own process, on virtual time.
    InProcess,
    /// A command of the target file, started and stopped by the harness.
    Spawn,
    /// A target that runs already.
    Attach,
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Driver::InProcess => "in-process",
            Driver::Spawn => "spawn",
            Driver::Attach => "attach",
        })
    }
}

/// SCTP stack between harness and target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stack {
    /// Simulated, in process.
    Sim,
    /// In user space over UDP.
    Udp,
    /// The kernel's.
    Kernel,
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stack::Sim => "sim",
            Stack::Udp => "udp",
            Stack::Kernel => "kernel",
        })
    }
}

/// SCTP stack that a run can be asked to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StackChoice {
    /// User space over UDP.
    Udp,
    /// The kernel's.
    Kernel,
    /// The kernel's if it has one, else user space.
    Auto,
}

/// The result of one case, or of one monitor over all cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRun {
    /// Id.
    pub id: String,
    /// Origin of the result: a case or a monitor.
    #[serde(flatten)]
    pub origin: Origin,
    /// Purpose, one sentence.
    pub purpose: String,
    /// Verdict as measured.
    pub verdict: Verdict,
    /// Reason of the verdict, in a sentence. Of FAIL and WARN it is the first decisive check's.
    pub reason: String,
    /// Known failure of the target's profile for this result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// Requirements checked in this run, in order of first check.
    pub checks: Vec<CheckRun>,
    /// Time on the case's clock, in milliseconds.
    pub duration_ms: u64,
    /// Seed of this case.
    pub seed: u64,
    /// Files kept for it, relative to the run directory.
    pub files: Vec<String>,
}

/// Origin of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "kebab-case")]
pub enum Origin {
    /// A case ran, or was skipped.
    Case,
    /// A monitor judged every message of the target in all cases.
    Monitor {
        /// Id of the first case in which it found a defect that decides its verdict.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_in: Option<String>,
        /// Number of defects it found in the run.
        count: u64,
    },
}

impl Origin {
    /// Returns true for a monitor.
    pub fn is_monitor(&self) -> bool {
        matches!(self, Origin::Monitor { .. })
    }
}

/// A known failure from the target's profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// The verdict that was expected.
    pub verdict: Verdict,
    /// The reason given.
    pub reason: String,
    /// True if this run's verdict matches it.
    pub matched: bool,
    /// Expected findings of a monitor that did not occur.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Findings of a monitor that are not expected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new: Vec<String>,
}

/// One requirement in one case, or one distinct finding of a monitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckRun {
    /// Requirement id.
    pub requirement: String,
    /// Level.
    pub level: Level,
    /// The first check of it that did not hold, or that every one held.
    #[serde(flatten)]
    pub outcome: CheckOutcome,
    /// Finding of a monitor, which the outcome describes by its first occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingRun>,
}

/// Distinct finding of a monitor in a run: the same defect at the same place of the same message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRun {
    /// Message, kind of defect and place, as an expectation in a profile names it.
    pub name: String,
    /// Number of occurrences in the run.
    pub count: u64,
    /// Id of the first case in which it occurred.
    pub first_in: String,
}

impl CheckRun {
    /// Returns true if every check of the requirement held.
    pub fn holds(&self) -> bool {
        self.outcome.holds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_and_outcome_are_members_of_their_objects() {
        let monitor = CaseRun {
            id: "monitor/lengths".to_owned(),
            origin: Origin::Monitor {
                first_in: Some("rfc5352/3.1/a".to_owned()),
                count: 3,
            },
            purpose: String::new(),
            verdict: Verdict::Fail,
            reason: "too short".to_owned(),
            expected: None,
            checks: vec![CheckRun {
                requirement: "R5354_3_12".to_owned(),
                level: Level::Must,
                outcome: CheckOutcome::Broken {
                    note: "too short".to_owned(),
                },
                finding: Some(FindingRun {
                    name: "ASAP_ERROR: wrong-length #length".to_owned(),
                    count: 3,
                    first_in: "rfc5352/3.1/a".to_owned(),
                }),
            }],
            duration_ms: 0,
            seed: u64::MAX,
            files: Vec::new(),
        };
        let json = serde_json::to_value(&monitor).expect("a result is plain data");
        assert_eq!(json["origin"], "monitor");
        assert_eq!(json["first_in"], "rfc5352/3.1/a");
        assert_eq!(json["count"], 3);
        assert_eq!(json["checks"][0]["outcome"], "broken");
        assert_eq!(json["checks"][0]["note"], "too short");
        assert_eq!(json["checks"][0]["finding"]["count"], 3);
        let text = json.to_string();
        let back: CaseRun = serde_json::from_str(&text).expect("it was written a moment ago");
        assert_eq!(back, monitor);
    }
}
