//! Whether a direction of an association is in the capture in full, and in its order.

use super::Order;
use std::collections::BTreeMap;

/// Streams followed in a direction; with more, completeness is not claimed.
const STREAM_LIMIT: usize = 64;

/// The messages of one direction. Stream sequence numbers leave no gaps, so what is missing shows.
#[derive(Default)]
pub(super) struct Flow {
    /// First and highest number of each stream, counted on past 65,535.
    streams: BTreeMap<u16, (i64, i64)>,
    seen: i64,
    tsn: Option<u32>,
    /// Something was sent whose loss would leave no trace.
    blind: bool,
    late: bool,
}

impl Flow {
    /// The next message in the order of the capture. `started`: its association's setup was seen.
    pub(super) fn take(&mut self, order: Option<Order>, started: bool) {
        let Some(order) = order else { return };
        let ahead = |tsn: u32| order.tsn.wrapping_sub(tsn) < 1 << 31;
        self.late = !self.tsn.is_none_or(ahead);
        if !self.late {
            self.tsn = Some(order.tsn);
        }
        let full = self.streams.len() >= STREAM_LIMIT && !self.streams.contains_key(&order.stream);
        if order.unordered || full {
            self.blind = true;
            return;
        }
        let number = order.number as u16;
        // Before number 0 stands -1: the first message of a direction that is seen from its start follows it.
        let before = if started { -1 } else { i64::from(number) - 1 };
        let (first, highest) = self
            .streams
            .entry(order.stream)
            .or_insert((before + 1, before));
        let step = number.wrapping_sub(*highest as u16) as i16;
        let at = *highest + i64::from(step);
        *first = at.min(*first);
        *highest = at.max(*highest);
        self.seen += 1;
    }

    /// Nothing that was sent up to the newest message is missing.
    pub(super) fn complete(&self) -> bool {
        let sent: i64 = self
            .streams
            .values()
            .map(|(first, highest)| highest - first + 1)
            .sum();
        !self.blind && sent == self.seen
    }

    /// The last message came after one that was sent later.
    pub(super) fn late(&self) -> bool {
        self.late
    }
}
