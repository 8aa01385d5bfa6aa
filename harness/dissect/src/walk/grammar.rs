//! Order and number of parameters in a parent.

use super::{PARAMETER_FORMAT, Walk, padded};
use crate::defect::Kind;
use crate::schema::{self, Grammar, Slot, bit};
use crate::sink::{Owner, Sink, Spot};

/// Result of a walk through the parameters of one parent.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    /// One bit per known parameter type.
    seen: u32,
    /// True if the walk reached the parent's end.
    pub(super) complete: bool,
}

impl Outcome {
    pub(super) fn has(self, code: u16) -> bool {
        self.seen & bit(code) != 0
    }

    pub(super) fn any(self) -> bool {
        self.seen != 0
    }
}

/// Progress in the grammar of one parent.
struct Progress {
    slot: usize,
    /// True if a parameter fills that slot.
    filled: bool,
    /// True if the next mandatory parameter has been reported as missing.
    reported: bool,
    seen: u32,
}

/// Place of a known parameter in the grammar.
enum Place {
    /// Here.
    Fits(&'static Slot),
    /// Here, but a mandatory one is missing before it.
    Skips(&'static Slot, &'static Slot),
    /// Here, but a mandatory one comes after it.
    Precedes(&'static Slot, &'static Slot),
    /// Not in this parent, and a mandatory one is missing here.
    Replaces(&'static Slot),
    /// An address too many.
    Surplus,
    Duplicate,
    Unexpected,
}

impl Progress {
    #[inline]
    fn place(
        &mut self,
        grammar: &'static Grammar,
        code: u16,
        follows: impl Fn(&Slot) -> bool,
    ) -> Place {
        // Nearly always it is the expected parameter: the same again, or the next.
        let due = self.slot + usize::from(self.filled);
        for at in [self.slot, due] {
            if let Some(slot) = grammar.slots.get(at)
                && slot.mask & bit(code) != 0
                && (at == due || slot.count.repeats())
            {
                self.take(at, code);
                return Place::Fits(slot);
            }
        }
        self.search(grammar, code, follows)
    }

    fn take(&mut self, at: usize, code: u16) {
        self.slot = at;
        self.filled = true;
        self.reported = false;
        self.seen |= bit(code);
    }

    /// `follows` returns true if a parameter of a slot is among the later ones of the parent.
    fn search(
        &mut self,
        grammar: &'static Grammar,
        code: u16,
        follows: impl Fn(&Slot) -> bool,
    ) -> Place {
        let slots = grammar.slots;
        let mut absent = None;
        let mut at = self.slot;
        let mut occupied = self.filled;
        let mut reported = self.reported;
        // A repeating grammar is searched once around, up to the start of the search.
        let mut left = if grammar.repeats {
            slots.len() + 1
        } else {
            slots.len() - at.min(slots.len())
        };
        while left > 0 {
            let slot = &slots[at];
            if slot.mask & bit(code) != 0 && (!occupied || slot.count.repeats()) {
                self.take(at, code);
                return match absent {
                    None => Place::Fits(slot),
                    Some(absent) if follows(absent) => Place::Precedes(absent, slot),
                    Some(absent) => Place::Skips(absent, slot),
                };
            }
            if slot.count.mandatory() && !occupied && !std::mem::take(&mut reported) {
                absent = absent.or(Some(slot));
            }
            occupied = false;
            at = if at + 1 == slots.len() { 0 } else { at + 1 };
            left -= 1;
        }
        self.misplaced(grammar, code, follows)
    }

    #[cold]
    fn misplaced(
        &mut self,
        grammar: &'static Grammar,
        code: u16,
        follows: impl Fn(&Slot) -> bool,
    ) -> Place {
        let seen_before = self.seen & bit(code) != 0;
        self.seen |= bit(code);
        let address = |slot: &Slot| slot.count.addresses() && slot.mask & bit(code) != 0;
        if grammar.slots.iter().any(address) {
            return Place::Surplus;
        }
        if seen_before {
            return Place::Duplicate;
        }
        match self.due(grammar) {
            Some(slot) if !slot.count.addresses() && !self.reported && !follows(slot) => {
                self.reported = true;
                Place::Replaces(slot)
            }
            _ => Place::Unexpected,
        }
    }

    /// Returns the next slot that must be filled.
    fn due(&self, grammar: &'static Grammar) -> Option<&'static Slot> {
        let next = self.slot + usize::from(self.filled);
        if grammar.repeats && next == 0 {
            return None;
        }
        let mut left = grammar.slots.get(next..)?.iter();
        left.find(|slot| slot.count.mandatory())
    }
}

impl<S: Sink> Walk<'_, S> {
    /// Walks the parameters from `at` up to `end`; the parent's Length is at `length_at`.
    pub(super) fn parameters(
        &mut self,
        grammar: &'static Grammar,
        mut at: usize,
        end: usize,
        length_at: usize,
        section: &'static str,
    ) -> Outcome {
        let mut progress = Progress {
            slot: 0,
            filled: false,
            reported: false,
            seen: 0,
        };
        while at < end {
            let Some(code) = self.parameter_header(at, end) else {
                return Outcome {
                    seen: progress.seen,
                    complete: false,
                };
            };
            let row = schema::parameter(code);
            let follows = |slot: &Slot| self.follows(slot, grammar, at, end);
            let place = row.map(|_| progress.place(grammar, code, follows));
            let alias = match &place {
                Some(Place::Fits(slot) | Place::Skips(_, slot) | Place::Precedes(_, slot)) => {
                    slot.alias
                }
                _ => None,
            };
            let next = self.parameter(at, end, length_at, row, alias, |walk| {
                if let Some(place) = place {
                    walk.placed(place, at, code, section);
                }
            });
            match next {
                Some(next) => at = next,
                None => {
                    return Outcome {
                        seen: progress.seen,
                        complete: false,
                    };
                }
            }
        }
        let complete = end <= self.octets.len();
        if complete {
            self.missing_at_end(grammar, &progress, end, section);
        }
        Outcome {
            seen: progress.seen,
            complete,
        }
    }

    /// Returns true if a parameter of the slot is among those from `at` up to `end`. A repeating grammar is searched
    /// up to its next repetition.
    #[cold]
    fn follows(&self, slot: &Slot, grammar: &Grammar, mut at: usize, end: usize) -> bool {
        let stop = match grammar.slots.first() {
            Some(first) if grammar.repeats => first.mask,
            _ => 0,
        };
        while at + 4 <= end {
            let (Some(code), Some(length)) = (self.half(at), self.half(at + 2)) else {
                return false;
            };
            let length = usize::from(length);
            if length < 4 || at + length > end || stop & bit(code) != 0 {
                return false;
            }
            if slot.mask & bit(code) != 0 {
                return true;
            }
            at += padded(length);
        }
        false
    }

    #[inline]
    fn placed(&mut self, place: Place, at: usize, code: u16, section: &'static str) {
        if !matches!(place, Place::Fits(_)) {
            self.misplaced(place, at, code, section);
        }
    }

    #[cold]
    fn misplaced(&mut self, place: Place, at: usize, code: u16, section: &'static str) {
        let name = schema::parameter(code).map_or("", |row| row.name);
        let spot = |kind| Spot::malformed(kind, at, "", section);
        match place {
            Place::Fits(_) => {}
            Place::Skips(absent, _) | Place::Replaces(absent) => {
                let owner = Owner::AbsentBeside(absent.types[0]);
                self.missing(absent, at, owner, section, || {
                    format!("{} is missing here: {name} is in its place", absent.name)
                });
            }
            Place::Precedes(later, _) => {
                self.defect(spot(Kind::UnexpectedParameter), || {
                    format!("{} comes before {name}", later.name)
                });
            }
            Place::Surplus => {
                self.defect(spot(Kind::AddressCount), || {
                    "this transport has one address only".to_owned()
                });
            }
            Place::Duplicate => {
                self.defect(spot(Kind::DuplicateParameter), || {
                    format!("a second {name} is not allowed here")
                });
            }
            Place::Unexpected => {
                self.defect(spot(Kind::UnexpectedParameter), || {
                    format!("{name} does not belong here")
                });
            }
        }
    }

    fn missing_at_end(
        &mut self,
        grammar: &'static Grammar,
        progress: &Progress,
        end: usize,
        section: &'static str,
    ) {
        let next = progress.slot + usize::from(progress.filled);
        if grammar.repeats && next == 0 {
            return;
        }
        let mut reported = progress.reported;
        for slot in grammar.slots.iter().skip(next) {
            let owner = Owner::Absent(slot.types[0]);
            if slot.count.mandatory() && !std::mem::take(&mut reported) {
                self.missing(slot, end, owner, section, || {
                    format!("{} is missing here", slot.name)
                });
            } else if slot.count == schema::Count::Recommended {
                let spot = Spot::deviation(Kind::MissingParameter, end, segment(slot), section);
                self.defect(Spot { owner, ..spot }, || {
                    format!("{} is recommended but missing", slot.name)
                });
            }
        }
    }

    #[cold]
    fn missing(
        &mut self,
        slot: &'static Slot,
        offset: usize,
        owner: Owner,
        section: &'static str,
        sentence: impl FnOnce() -> String,
    ) {
        let kind = if slot.count.addresses() {
            Kind::AddressCount
        } else {
            Kind::MissingParameter
        };
        let spot = Spot::malformed(kind, offset, segment(slot), section);
        self.defect(Spot { owner, ..spot }, sentence);
    }

    /// Returns the type of the parameter at `at`, if its header is complete.
    fn parameter_header(&mut self, at: usize, end: usize) -> Option<u16> {
        if at + 4 > end {
            self.no_header(at, end);
            return None;
        }
        // If the Length is missing too, the octets have ended, and that defect is reported already.
        self.half(at + 2).and(self.half(at)).or_else(|| {
            self.undecoded(at, end);
            None
        })
    }

    /// Reports that fewer than 4 octets are left of the parent.
    #[cold]
    pub(super) fn no_header(&mut self, at: usize, end: usize) {
        self.undecoded(at, end);
        if end <= self.octets.len() {
            let spot = Spot::malformed(Kind::Truncated, end, "", PARAMETER_FORMAT);
            self.defect(spot, || {
                format!("{} octets are left, too few for a header", end - at)
            });
        }
    }
}

fn segment(slot: &Slot) -> &'static str {
    slot.alias
        .unwrap_or_else(|| schema::parameter(slot.types[0]).map_or("", |row| row.segment))
}
