//! The TSNs of one direction that have been captured.

use crate::limits::TSN_WINDOW;

const WORDS: usize = TSN_WINDOW as usize / 64;

/// The last [`TSN_WINDOW`] TSNs up to the highest one, as a ring of bits.
pub(crate) struct TsnWindow {
    highest: u32,
    seen: [u64; WORDS],
}

impl TsnWindow {
    /// Makes the window of a direction with a known initial TSN. No TSN before it is new.
    pub(crate) fn starting_at(initial: u32) -> TsnWindow {
        TsnWindow {
            highest: initial.wrapping_sub(1),
            seen: [u64::MAX; WORDS],
        }
    }

    /// Makes the window of a direction that began before the capture. TSNs before `first` are new, too.
    pub(crate) fn around(first: u32) -> TsnWindow {
        TsnWindow {
            highest: first.wrapping_sub(1),
            seen: [0; WORDS],
        }
    }

    /// Returns whether `tsn` is new, and records it.
    pub(crate) fn admit(&mut self, tsn: u32) -> bool {
        let ahead = tsn.wrapping_sub(self.highest);
        if ahead != 0 && ahead < 1 << 31 {
            if ahead >= TSN_WINDOW {
                self.seen = [0; WORDS];
            } else {
                for between in 1..ahead {
                    self.set(self.highest.wrapping_add(between), false);
                }
            }
            self.highest = tsn;
        } else if self.highest.wrapping_sub(tsn) >= TSN_WINDOW || self.has(tsn) {
            return false;
        }
        self.set(tsn, true);
        true
    }

    fn has(&self, tsn: u32) -> bool {
        let at = tsn % TSN_WINDOW;
        self.seen[at as usize / 64] >> (at % 64) & 1 == 1
    }

    fn set(&mut self, tsn: u32, seen: bool) {
        let at = tsn % TSN_WINDOW;
        let (word, bit) = (&mut self.seen[at as usize / 64], 1u64 << (at % 64));
        if seen { *word |= bit } else { *word &= !bit }
    }
}

#[cfg(test)]
mod tests {
    use super::TsnWindow;

    #[test]
    fn wraps_and_reorders() {
        let mut window = TsnWindow::starting_at(u32::MAX - 1);
        assert!(!window.admit(u32::MAX - 2), "before the initial TSN");
        assert!(window.admit(u32::MAX - 1));
        assert!(window.admit(1));
        assert!(window.admit(u32::MAX));
        assert!(window.admit(0));
        for tsn in [u32::MAX - 1, u32::MAX, 0, 1] {
            assert!(!window.admit(tsn), "{tsn} again");
        }
    }

    #[test]
    fn forgets_what_a_jump_leaves_behind() {
        let mut window = TsnWindow::around(10);
        assert!(
            window.admit(10) && window.admit(9),
            "the capture began in the middle"
        );
        assert!(window.admit(10 + 4096));
        assert!(
            !window.admit(10),
            "out of the window counts as a retransmission"
        );
        assert!(window.admit(11));
    }
}
