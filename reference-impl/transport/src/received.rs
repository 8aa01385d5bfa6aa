//! Record of the DATA chunks that arrived, from which a delivered message gets its U bit.
//!
//! The user-space stack returns stream, PPID and octets of a message, without its flags. The endpoint sees the
//! chunks, and a delivered message is the first complete run of fragments with that stream, PPID and length.
//! Chunks that the stack has acknowledged cumulatively are not recorded again.

use crate::chunk::{BEGINNING, Data, ENDING, UNORDERED};
use std::collections::VecDeque;

/// Limit on fragments recorded per association; beyond it, messages are delivered without their U bit.
const LIMIT: usize = 16_384;

#[derive(Debug, Default)]
pub(crate) struct Received {
    fragments: VecDeque<Fragment>,
    acknowledged: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Fragment {
    data: Data,
    delivered: bool,
}

impl Received {
    /// Records a DATA chunk that arrived.
    pub(crate) fn note(&mut self, data: Data) {
        if self
            .acknowledged
            .is_some_and(|cumulative| !after(data.tsn, cumulative))
        {
            return;
        }
        let mut at = self.fragments.len();
        while at > 0 && after(self.fragments[at - 1].data.tsn, data.tsn) {
            at -= 1;
        }
        let known = at > 0 && self.fragments[at - 1].data.tsn == data.tsn;
        if !known && self.fragments.len() < LIMIT {
            self.fragments.insert(
                at,
                Fragment {
                    data,
                    delivered: false,
                },
            );
        }
    }

    /// Removes delivered fragments up to this TSN, which the stack acknowledged cumulatively.
    pub(crate) fn acknowledge(&mut self, cumulative: u32) {
        self.acknowledged = Some(cumulative);
        while self
            .fragments
            .front()
            .is_some_and(|f| f.delivered && !after(f.data.tsn, cumulative))
        {
            self.fragments.pop_front();
        }
    }

    /// Returns the U bit of a message that the stack delivered; `None` if its chunks were not recorded.
    pub(crate) fn deliver(&mut self, stream: u16, ppid: u32, len: usize) -> Option<bool> {
        let (start, end) = (0..self.fragments.len()).find_map(|start| {
            let first = &self.fragments[start];
            let matches = !first.delivered
                && first.data.flags & BEGINNING != 0
                && (first.data.stream, first.data.ppid) == (stream, ppid);
            matches
                .then(|| self.run(start, len))
                .flatten()
                .map(|end| (start, end))
        })?;
        let unordered = self.fragments[start].data.flags & UNORDERED != 0;
        self.fragments
            .range_mut(start..=end)
            .for_each(|fragment| fragment.delivered = true);
        if let Some(cumulative) = self.acknowledged {
            self.acknowledge(cumulative);
        }
        Some(unordered)
    }

    /// Returns the last index of a complete message of `len` octets that begins at `start`.
    fn run(&self, start: usize, len: usize) -> Option<usize> {
        let mut tsn = self.fragments[start].data.tsn;
        let mut sum = 0;
        for (index, fragment) in self.fragments.iter().enumerate().skip(start) {
            if fragment.data.tsn != tsn {
                return None;
            }
            tsn = tsn.wrapping_add(1);
            sum += fragment.data.len;
            if fragment.data.flags & ENDING != 0 {
                return (sum == len).then_some(index);
            }
        }
        None
    }
}

/// Compares TSNs by serial number arithmetic (RFC 9260 §1.6).
fn after(a: u32, b: u32) -> bool {
    a != b && a.wrapping_sub(b) < 1 << 31
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(tsn: u32, flags: u8, len: usize) -> Data {
        Data {
            tsn,
            stream: 1,
            ssn: 0,
            ppid: 11,
            flags,
            len,
        }
    }

    #[test]
    fn ordered_and_unordered_on_one_stream_are_distinguished() {
        let mut r = Received::default();
        r.note(data(u32::MAX, BEGINNING, 100));
        r.note(data(1, BEGINNING | ENDING | UNORDERED, 30));
        r.note(data(0, ENDING, 50));
        assert_eq!(r.deliver(1, 11, 30), Some(true));
        assert_eq!(r.deliver(1, 11, 150), Some(false));
        assert_eq!(r.deliver(1, 11, 150), None);
    }

    #[test]
    fn an_acknowledged_duplicate_is_not_a_new_message() {
        let mut r = Received::default();
        r.note(data(5, BEGINNING | ENDING | UNORDERED, 30));
        assert_eq!(r.deliver(1, 11, 30), Some(true));
        r.acknowledge(5);
        assert!(r.fragments.is_empty());
        r.note(data(5, BEGINNING | ENDING | UNORDERED, 30));
        assert!(r.fragments.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let mut r = Received::default();
        for tsn in 0..2 * LIMIT as u32 {
            r.note(data(tsn * 2, BEGINNING, 1));
        }
        assert_eq!(r.fragments.len(), LIMIT);
    }
}
