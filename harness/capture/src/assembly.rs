//! Reassembles user messages from the fragments in DATA and I-DATA chunks.

use crate::limits::{MESSAGE_OCTETS, RUNS};

/// A chunk that carries a part of a message.
pub(crate) struct Piece<'a> {
    /// 0 for DATA, where consecutive TSNs identify a message; for I-DATA a number that identifies it.
    pub(crate) group: u64,
    /// TSN, or the Fragment Sequence Number of I-DATA.
    pub(crate) order: u32,
    pub(crate) begin: bool,
    pub(crate) end: bool,
    pub(crate) octets: &'a [u8],
    pub(crate) fields: crate::SctpFields,
}

/// Consecutive fragments of one message. A fragment that arrives in order is copied once.
pub(crate) struct Run {
    group: u64,
    first: u32,
    next: u32,
    begin: bool,
    end: bool,
    /// The message has more than [`MESSAGE_OCTETS`]: its fragments are followed, its octets are not kept.
    pub(crate) oversized: bool,
    pub(crate) octets: Vec<u8>,
    pub(crate) frames: Vec<u64>,
    pub(crate) fields: crate::SctpFields,
}

/// The incomplete messages of one direction.
#[derive(Default)]
pub(crate) struct Runs {
    runs: Vec<Run>,
}

/// Result of adding a piece.
pub(crate) struct Added {
    /// The message, if it is whole now.
    pub(crate) whole: Option<Run>,
    /// Number of messages that were discarded to make room.
    pub(crate) dropped: u64,
}

impl Runs {
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Returns the number of octets that are held, including the lists of frames.
    pub(crate) fn cost(&self) -> usize {
        self.runs.iter().map(Run::cost).sum()
    }

    /// Returns the number of incomplete messages.
    pub(crate) fn len(&self) -> usize {
        self.runs.len()
    }

    pub(crate) fn add(&mut self, piece: &Piece<'_>, frames: &[u64]) -> Added {
        let before = |run: &Run| {
            run.group == piece.group && run.next == piece.order && !run.end && !piece.begin
        };
        let after = |run: &Run| {
            run.group == piece.group
                && run.first == piece.order.wrapping_add(1)
                && !run.begin
                && !piece.end
        };
        let mut dropped = 0;
        let at = match self.runs.iter().position(before) {
            Some(at) => {
                self.runs[at].append(piece.octets, frames, piece.end);
                at
            }
            None => {
                if self.runs.len() == RUNS {
                    self.runs.remove(0);
                    dropped = 1;
                }
                self.runs.push(Run::new(piece, frames));
                self.runs.len() - 1
            }
        };
        let at = match self.runs.iter().position(after) {
            Some(next) => {
                let tail = self.runs.remove(next);
                let at = if next < at { at - 1 } else { at };
                self.runs[at].join(tail);
                at
            }
            None => at,
        };
        let run = &self.runs[at];
        let whole = (run.begin && run.end).then(|| self.runs.remove(at));
        Added { whole, dropped }
    }

    /// Discards the messages that a FORWARD TSN ends: all up to `cumulative`. Returns their number.
    pub(crate) fn abandon(&mut self, cumulative: u32) -> u64 {
        let before = self.runs.len();
        self.runs.retain(|run| {
            run.group != 0 || run.next.wrapping_sub(1).wrapping_sub(cumulative) as i32 > 0
        });
        (before - self.runs.len()) as u64
    }
}

impl Run {
    fn new(piece: &Piece<'_>, frames: &[u64]) -> Run {
        Run {
            group: piece.group,
            first: piece.order,
            next: piece.order.wrapping_add(1),
            begin: piece.begin,
            end: piece.end,
            oversized: false,
            octets: piece.octets.to_vec(),
            frames: frames.to_vec(),
            fields: piece.fields,
        }
    }

    fn append(&mut self, octets: &[u8], frames: &[u64], end: bool) {
        self.next = self.next.wrapping_add(1);
        self.end = end;
        self.extend(octets, frames);
    }

    fn join(&mut self, tail: Run) {
        self.next = tail.next;
        self.end = tail.end;
        self.oversized |= tail.oversized;
        self.extend(&tail.octets, &tail.frames);
    }

    fn extend(&mut self, octets: &[u8], frames: &[u64]) {
        if self.oversized || self.octets.len() + octets.len() > MESSAGE_OCTETS {
            self.oversized = true;
            self.octets = Vec::new();
            self.frames = Vec::new();
            return;
        }
        self.octets.extend_from_slice(octets);
        for frame in frames {
            if self.frames.last() != Some(frame) {
                self.frames.push(*frame);
            }
        }
    }

    fn cost(&self) -> usize {
        self.octets.len() + 8 * self.frames.len()
    }
}
