//! Verdicts and levels.

use serde::{Deserialize, Serialize};

/// The outcome of a case. Ordered: of several, the worst (greatest) stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Nothing was checked.
    #[default]
    None,
    /// Not run; the reason says why (missing capability, other role, not selected level).
    Skip,
    /// Every check held.
    Pass,
    /// A SHOULD was not followed: a deviation, not a failure (unless `--strict`).
    Warn,
    /// The purpose was not reached: preamble failed, harness too late, reading ambiguous.
    Inconc,
    /// A MUST was broken.
    Fail,
    /// The target died under the case.
    Crash,
    /// The harness itself went wrong (it sent what it must not, or broke an invariant).
    Error,
}

impl Verdict {
    /// The word printed everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::None => "NONE",
            Verdict::Skip => "SKIP",
            Verdict::Pass => "PASS",
            Verdict::Warn => "WARN",
            Verdict::Inconc => "INCONC",
            Verdict::Fail => "FAIL",
            Verdict::Crash => "CRASH",
            Verdict::Error => "ERROR",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// How strongly the RFC asks for something (RFC 2119).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// MUST, MUST NOT, SHALL, REQUIRED, or a format that leaves no choice.
    Must,
    /// SHOULD, SHOULD NOT, RECOMMENDED.
    Should,
    /// MAY, OPTIONAL: recorded as observed, never judged.
    May,
}
