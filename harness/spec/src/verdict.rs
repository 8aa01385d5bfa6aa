//! Verdicts, levels and the outcomes of checks.

use serde::{Deserialize, Serialize};

/// The verdict of a case. Ordered: of several, the worst (greatest) counts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Nothing was checked.
    #[default]
    None,
    /// The case was not run; the reason names the missing capability, the other role or the level not selected.
    Skip,
    /// Every check held.
    Pass,
    /// The target broke a requirement that counts as a SHOULD ([`mod@crate::effect`]): a deviation, and a failure only
    /// with `--strict`.
    Warn,
    /// The case did not reach its purpose: a failed preamble, a late harness, an ambiguous requirement.
    Inconc,
    /// The target broke a requirement that counts as a MUST.
    Fail,
    /// The target ended during the case.
    Crash,
    /// The harness failed: it sent a message that it must not send, or broke an invariant.
    Error,
}

impl Verdict {
    /// Returns the word printed in lists, reports and records.
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

/// Requirement level (RFC 2119).
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

impl Level {
    /// Returns the verdict of a case in which a requirement that counts with this level is broken, and no other one.
    pub fn verdict(self) -> Verdict {
        match self {
            Level::Must => Verdict::Fail,
            Level::Should => Verdict::Warn,
            Level::May => Verdict::Pass,
        }
    }
}

/// Outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// The requirement held.
    Holds,
    /// A value of the target differs from the one that the requirement demands.
    Differs {
        /// Name of the value.
        what: String,
        /// The value that was expected.
        expected: String,
        /// The value of the target.
        actual: String,
    },
    /// The target did not do the awaited action, so there is no message to check.
    Absent {
        /// The awaited action, as in `send ASAP_REGISTRATION_RESPONSE within 30 s`.
        expected: String,
        /// The state of the association or the message seen instead, in words; may be empty.
        instead: String,
    },
    /// The requirement was broken in another way.
    Broken {
        /// The breach, in a sentence; may be empty.
        note: String,
    },
}

impl CheckOutcome {
    /// Returns true if the requirement held.
    pub fn holds(&self) -> bool {
        matches!(self, CheckOutcome::Holds)
    }
}

/// Writes the outcome in one sentence; nothing if it held.
impl std::fmt::Display for CheckOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CheckOutcome::Holds => Ok(()),
            CheckOutcome::Differs {
                what,
                expected,
                actual,
            } => write!(f, "{what}: expected {expected}, got {actual}"),
            CheckOutcome::Absent { expected, instead } if instead.is_empty() => {
                write!(f, "expected the target to {expected}")
            }
            CheckOutcome::Absent { expected, instead } => {
                write!(f, "expected the target to {expected}; {instead}")
            }
            CheckOutcome::Broken { note } => f.write_str(note),
        }
    }
}
