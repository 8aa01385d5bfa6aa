//! Order and number of parameters in a parent.

use super::{PARAMETER_FORMAT, Walk};
use crate::defect::Kind;
use crate::schema::{self, Grammar, Slot, bit};
use crate::sink::{Sink, Spot};

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
    seen: u32,
}

/// Place of a known parameter in the grammar.
enum Place {
    /// Here.
    Fits(&'static Slot),
    /// Here, but a mandatory one is missing before it.
    Skips(&'static Slot, &'static Slot),
    /// An address too many.
    Surplus,
    Duplicate,
    Unexpected,
}

impl Progress {
    #[inline]
    fn place(&mut self, grammar: &'static Grammar, code: u16) -> Place {
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
        self.search(grammar, code)
    }

    fn take(&mut self, at: usize, code: u16) {
        self.slot = at;
        self.filled = true;
        self.seen |= bit(code);
    }

    fn search(&mut self, grammar: &'static Grammar, code: u16) -> Place {
        let slots = grammar.slots;
        let mut absent = None;
        let mut at = self.slot;
        let mut occupied = self.filled;
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
                return absent.map_or(Place::Fits(slot), |absent| Place::Skips(absent, slot));
            }
            if slot.count.mandatory() && !occupied {
                absent = absent.or(Some(slot));
            }
            occupied = false;
            at = if at + 1 == slots.len() { 0 } else { at + 1 };
            left -= 1;
        }
        self.misplaced(grammar, code)
    }

    #[cold]
    fn misplaced(&mut self, grammar: &'static Grammar, code: u16) -> Place {
        let seen_before = self.seen & bit(code) != 0;
        self.seen |= bit(code);
        let address = |slot: &&Slot| slot.count.addresses() && slot.mask & bit(code) != 0;
        match grammar.slots.iter().find(address) {
            Some(_) => Place::Surplus,
            None if seen_before => Place::Duplicate,
            None => Place::Unexpected,
        }
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
            let place = row.map(|_| progress.place(grammar, code));
            let alias = match &place {
                Some(Place::Fits(slot) | Place::Skips(_, slot)) => slot.alias,
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
            Place::Skips(absent, _) => self.missing(absent, at, true, section),
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
        if grammar.repeats && progress.slot == 0 && !progress.filled {
            return;
        }
        for slot in &grammar.slots
            [(progress.slot + usize::from(progress.filled)).min(grammar.slots.len())..]
        {
            if slot.count.mandatory() {
                self.missing(slot, end, false, section);
            } else if slot.count == schema::Count::Recommended {
                self.defect(
                    Spot::deviation(Kind::MissingParameter, end, segment(slot), section),
                    || format!("{} is recommended but missing", slot.name),
                );
            }
        }
    }

    #[cold]
    fn missing(&mut self, slot: &'static Slot, offset: usize, beside: bool, section: &'static str) {
        let kind = if slot.count.addresses() {
            Kind::AddressCount
        } else {
            Kind::MissingParameter
        };
        let spot = Spot::malformed(kind, offset, segment(slot), section);
        self.defect(Spot { beside, ..spot }, || {
            format!("{} is missing here", slot.name)
        });
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
