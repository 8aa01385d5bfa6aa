//! The answer of a check that failed, for people who set up a test bed.

/// A facility that does not work on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// The attempt and its result.
    pub why: String,
    /// The remedy that the user can try.
    pub hint: String,
}

impl Unavailable {
    pub(crate) fn new(why: impl Into<String>, hint: impl Into<String>) -> Unavailable {
        Unavailable {
            why: why.into(),
            hint: hint.into(),
        }
    }
}

impl std::fmt::Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.why, self.hint)
    }
}

impl std::error::Error for Unavailable {}
