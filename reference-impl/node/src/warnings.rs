//! Warnings about what peers do, with a limit: they decide how much trouble there is.

use std::fmt::Display;
use std::time::Duration;

/// Warnings told in one second.
const WARNINGS: u32 = 100;

/// Tells warnings. What is more than [`WARNINGS`] in a second is told as a number when the next one comes.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    second: u64,
    told: u32,
    kept: u64,
}

impl Warnings {
    /// Tells this one, or counts it.
    pub(crate) fn tell(&mut self, now: Duration, warning: impl Display) {
        match self.judge(now.as_secs()) {
            Telling::All => tracing::warn!("{warning}"),
            Telling::After { kept } => {
                tracing::warn!("{kept} warnings more were not told");
                tracing::warn!("{warning}");
            }
            Telling::Nothing => {}
        }
    }

    /// How many of the current second were not told.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> u64 {
        self.kept
    }

    fn judge(&mut self, second: u64) -> Telling {
        let mut kept = 0;
        if second != self.second {
            kept = std::mem::take(&mut self.kept);
            (self.second, self.told) = (second, 0);
        }
        if self.told >= WARNINGS {
            self.kept += 1;
            return Telling::Nothing;
        }
        self.told += 1;
        match kept {
            0 => Telling::All,
            kept => Telling::After { kept },
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telling {
    All,
    After { kept: u64 },
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_so_often_and_then_counted() {
        let mut warnings = Warnings::default();
        let mut told = |second| warnings.judge(second);
        assert!((0..WARNINGS).all(|_| told(7) == Telling::All));
        assert!((0..500).all(|_| told(7) == Telling::Nothing));
        assert_eq!(told(8), Telling::After { kept: 500 });
        assert_eq!(told(8), Telling::All);
    }
}
