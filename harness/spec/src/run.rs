//! `run.json`: what was run, against what, and how it ended.

use crate::verdict::{Level, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The record of a run. Fields may be added; none changes its meaning under the same `format`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// `rspcheck-run/1`.
    pub format: String,
    /// Version of the suite.
    pub version: String,
    /// The command line, as typed.
    pub command: Vec<String>,
    /// Start, RFC 3339 in UTC.
    pub started: String,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// Root seed; each case's seed is derived from it and the case's id.
    pub seed: u64,
    /// Whether the run came to its end (false: interrupted, the cases up to then are here).
    pub complete: bool,
    /// The target.
    pub target: Target,
    /// Machine and system, as name and value.
    pub environment: BTreeMap<String, String>,
    /// Every case that was selected, in order.
    pub cases: Vec<CaseRun>,
}

/// Format name of [`Run`].
pub const FORMAT: &str = "rspcheck-run/1";

/// What was tested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Name, as in the target file.
    pub name: String,
    /// Version it tells of itself, where known.
    pub version: String,
    /// `in-process`, `spawn` or `attach`.
    pub driver: String,
    /// `sim`, `udp` or `kernel`.
    pub transport: String,
    /// Timers and thresholds the deadlines were derived from, by RFC name.
    pub timers: BTreeMap<String, String>,
}

/// How one case went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRun {
    /// Id.
    pub id: String,
    /// Purpose, one sentence.
    pub purpose: String,
    /// Verdict as measured.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub reason: String,
    /// The target profile's known failure that this result matches, with its reason.
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

/// A known failure from the target's profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// The verdict that was expected.
    pub verdict: Verdict,
    /// The reason given.
    pub reason: String,
    /// Whether this run's verdict matches it.
    pub matched: bool,
}

/// One requirement in one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckRun {
    /// Requirement id.
    pub requirement: String,
    /// Level.
    pub level: Level,
    /// Whether every check of it held.
    pub holds: bool,
    /// The first broken check's sentence, or the last one's.
    pub note: String,
}
