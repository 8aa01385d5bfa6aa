//! Checks of a case: the requirement, its outcome, and the message checked.

use super::Tester;
use crate::case::{Outcome, Stop};
use crate::player::Message;
use rspcheck_spec::catalogue::catalogue;
use rspcheck_spec::event::EventKind;
use rspcheck_spec::verdict::{CheckOutcome, Level};
use rspcheck_spec::{ReqId, Requirement};
use std::fmt::Debug;
use std::panic::Location;

/// Sentence for a check that does not hold. It may refer to the checked message, so that reports show its
/// octets. A text converts into a note, and so does a message, whose summary is the sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    text: String,
    message: Option<usize>,
}

impl Note {
    /// Returns a note that refers to a message.
    pub fn about(message: &Message, text: impl Into<String>) -> Note {
        Note {
            text: text.into(),
            message: Some(message.number),
        }
    }
}

impl From<String> for Note {
    fn from(text: String) -> Note {
        Note {
            text,
            message: None,
        }
    }
}

impl From<&str> for Note {
    fn from(text: &str) -> Note {
        text.to_owned().into()
    }
}

impl From<&String> for Note {
    fn from(text: &String) -> Note {
        text.clone().into()
    }
}

impl From<&Message> for Note {
    fn from(message: &Message) -> Note {
        Note::about(message, message.summary())
    }
}

impl Tester<'_> {
    /// Checks one requirement. The case goes on.
    #[track_caller]
    pub fn check(&mut self, requirement: ReqId, holds: bool) {
        self.check_that(requirement, holds, Note::default());
    }

    /// Checks one requirement. The note states the difference if it does not hold.
    #[track_caller]
    pub fn check_that(&mut self, requirement: ReqId, holds: bool, note: impl Into<Note>) {
        let Note { text, message } = note.into();
        let outcome = if holds {
            CheckOutcome::Holds
        } else {
            CheckOutcome::Broken { note: text }
        };
        self.record(requirement, outcome, message);
    }

    /// Checks that a value of the target is the expected one. `what` names the value in reports.
    #[track_caller]
    pub fn check_eq<T: PartialEq + Debug>(
        &mut self,
        requirement: ReqId,
        what: &str,
        seen: T,
        expected: T,
    ) {
        self.record(requirement, comparison(what, seen, expected), None);
    }

    /// Checks one requirement and stops the case if it is broken.
    #[track_caller]
    pub fn require(&mut self, requirement: ReqId, holds: bool, note: impl Into<Note>) -> Outcome {
        self.check_that(requirement, holds, note);
        if holds { Ok(()) } else { Err(Stop::Broken) }
    }

    /// Records an observation that is not judged.
    pub fn observe(&mut self, note: impl Into<String>) {
        self.event(EventKind::Observed { note: note.into() });
    }

    /// Checks that something is absent. The lateness of the harness may have removed it, so that neither result
    /// counts after it.
    #[track_caller]
    pub(super) fn check_absent(&mut self, requirement: ReqId, outcome: CheckOutcome) {
        if outcome.holds()
            && !self.in_preamble
            && let Some(doubt) = self.doubt()
        {
            self.observe(format!("not judged: {requirement} holds"));
            self.doubted.get_or_insert(doubt);
            return;
        }
        self.record(requirement, outcome, None);
    }

    /// Records the outcome of a check. In the preamble one that does not hold makes the case inconclusive, and so
    /// does one that the lateness of the harness may have caused.
    #[track_caller]
    pub(super) fn record(
        &mut self,
        requirement: ReqId,
        outcome: CheckOutcome,
        message: Option<usize>,
    ) {
        self.record_at(requirement, outcome, message, Location::caller());
    }

    /// Records the outcome of a check at this place.
    pub(super) fn record_at(
        &mut self,
        requirement: ReqId,
        outcome: CheckOutcome,
        message: Option<usize>,
        place: &'static Location<'static>,
    ) {
        if self.in_preamble {
            if !outcome.holds() && self.inconclusive.is_none() {
                let text = outcome.to_string();
                self.inconclusive = Some(if text.is_empty() {
                    format!("{requirement} broken")
                } else {
                    text
                });
            }
            return;
        }
        if !outcome.holds()
            && let Some(doubt) = self.doubt()
        {
            self.observe(format!("not judged: {requirement} {outcome}"));
            self.doubted.get_or_insert(doubt);
            return;
        }
        self.place(requirement, outcome.holds(), place);
        let level = catalogue()
            .get(requirement.0)
            .map_or(Level::Must, Requirement::counts_as);
        self.event(EventKind::Check {
            requirement: requirement.0.to_owned(),
            level,
            message,
            outcome,
        });
    }

    /// Notes the place of a check in the code, once for all its repetitions.
    fn place(&mut self, requirement: ReqId, holds: bool, place: &'static Location<'static>) {
        let known = self
            .places
            .iter_mut()
            .find(|known| known.requirement == requirement && known.place == place);
        match known {
            Some(known) => known.holds &= holds,
            None => self.places.push(Placed {
                requirement,
                place,
                holds,
            }),
        }
    }
}

/// Check as the code of a case has it: it can be made several times in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its requirement.
    pub requirement: ReqId,
    /// Place of the check in the code: a line of the case, or of a word that makes several checks.
    pub place: &'static Location<'static>,
    /// True if it held each time.
    pub holds: bool,
}

/// Returns the outcome of a check that a value of the target is the expected one.
pub(super) fn comparison<T: PartialEq + Debug>(what: &str, seen: T, expected: T) -> CheckOutcome {
    if seen == expected {
        return CheckOutcome::Holds;
    }
    CheckOutcome::Differs {
        what: what.to_owned(),
        expected: format!("{expected:?}"),
        actual: format!("{seen:?}"),
    }
}
