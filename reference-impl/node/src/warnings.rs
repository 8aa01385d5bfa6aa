//! Warnings about peers, limited in rate, as peers could cause any number of them.

use std::fmt::Display;
use std::time::Duration;

/// Most warnings that are logged in one second.
const WARNINGS: u32 = 100;

/// Logs warnings. Those beyond [`WARNINGS`] in a second are counted, and the next warning logs the count.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    second: u64,
    logged: u32,
    kept: u64,
}

impl Warnings {
    /// Logs a warning, or counts it.
    pub(crate) fn log(&mut self, now: Duration, warning: impl Display) {
        match self.judge(now.as_secs()) {
            Logged::All => tracing::warn!("{warning}"),
            Logged::After { kept } => {
                tracing::warn!("{kept} more warnings were not logged");
                tracing::warn!("{warning}");
            }
            Logged::Nothing => {}
        }
    }

    /// Returns how many warnings of the current second were not logged.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> u64 {
        self.kept
    }

    fn judge(&mut self, second: u64) -> Logged {
        let mut kept = 0;
        if second != self.second {
            kept = std::mem::take(&mut self.kept);
            (self.second, self.logged) = (second, 0);
        }
        if self.logged >= WARNINGS {
            self.kept += 1;
            return Logged::Nothing;
        }
        self.logged += 1;
        match kept {
            0 => Logged::All,
            kept => Logged::After { kept },
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logged {
    All,
    After { kept: u64 },
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_beyond_the_limit_are_counted() {
        let mut warnings = Warnings::default();
        let mut judge = |second| warnings.judge(second);
        assert!((0..WARNINGS).all(|_| judge(7) == Logged::All));
        assert!((0..500).all(|_| judge(7) == Logged::Nothing));
        assert_eq!(judge(8), Logged::After { kept: 500 });
        assert_eq!(judge(8), Logged::All);
    }
}
