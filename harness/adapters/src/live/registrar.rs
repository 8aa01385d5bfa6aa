//! One instance of a live target: its place, its process, and what was sent to it.

use super::{LOOK, Place, clock};
use crate::launch::Launcher;
use crate::obituary::Unanswered;
use crate::process::Process;
use rspcheck_testkit::{Happening, Instance};
use std::collections::VecDeque;

/// Lines of output of a target that the events of one case keep; further ones are counted.
const LINES_LIMIT: usize = 10_000;
/// Octets of output of a target that the events of one case keep.
const OUTPUT_LIMIT: usize = 256 * 1024;

/// One instance.
pub(super) struct Registrar {
    pub(super) place: Place,
    /// Its process, where we started it.
    pub(super) process: Option<Process>,
    /// The means to start it, where a case does it.
    pub(super) launcher: Option<Launcher>,
    /// True if it runs from the beginning, or has been started.
    pub(super) started: bool,
    pub(super) died: Option<String>,
    pub(super) unanswered: Unanswered,
}

impl Registrar {
    /// Returns an instance that runs already, in this process if we started it.
    pub(super) fn running(place: Place, process: Option<Process>) -> Registrar {
        Registrar {
            place,
            process,
            launcher: None,
            started: true,
            died: None,
            unanswered: Unanswered::default(),
        }
    }

    /// Returns an instance that a case starts.
    pub(super) fn to_be_started(place: Place, launcher: Launcher) -> Registrar {
        Registrar {
            launcher: Some(launcher),
            started: false,
            ..Registrar::running(place, None)
        }
    }

    /// Returns true if its process runs.
    pub(super) fn runs(&self) -> bool {
        let process = self.process.as_ref();
        process.is_some_and(|process| process.ended().is_none())
    }

    /// Takes its output, and notes its end.
    pub(super) fn look(
        &mut self,
        instance: Instance,
        output: &mut Output,
        ready: &mut VecDeque<Happening>,
    ) {
        let Some(process) = &self.process else { return };
        let end = if self.died.is_none() {
            process.ended()
        } else {
            None
        };
        if end.is_some() {
            // Waits for the rest of its output.
            process.ended_until(clock() + LOOK);
        }
        while let Some((stream, text)) = process.printed() {
            if output.has_room(&text) {
                ready.push_back(Happening::Line {
                    instance,
                    stream,
                    text,
                });
            }
        }
        output.left_out += process.take_dropped();
        if let Some(end) = end {
            let tail = process.tail();
            let last_line = tail.last().map(String::as_str);
            self.died = Some(self.unanswered.obituary(&end, last_line));
        }
    }
}

/// All instances of a world.
pub(super) struct Registrars(pub(super) Vec<Registrar>);

impl Drop for Registrars {
    /// Asks all of them to end before it waits for the end of the first one.
    fn drop(&mut self) {
        if self.0.len() > 1 {
            let processes = self.0.iter().filter_map(|it| it.process.as_ref());
            processes.for_each(Process::terminate);
        }
    }
}

/// The output of the target that the events of a case keep.
#[derive(Debug, Default)]
pub(super) struct Output {
    lines: usize,
    octets: usize,
    /// Lines that they do not keep.
    pub(super) left_out: u64,
}

impl Output {
    /// Counts a line. Returns true if the events keep it.
    fn has_room(&mut self, line: &str) -> bool {
        self.lines += 1;
        self.octets += line.len();
        let kept = self.lines <= LINES_LIMIT && self.octets <= OUTPUT_LIMIT;
        self.left_out += u64::from(!kept);
        kept
    }
}
