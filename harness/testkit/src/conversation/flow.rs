//! Completeness and order of one direction of an association in the capture.

use super::Order;
use std::collections::BTreeMap;

/// Limit on the streams followed in a direction. With more, the direction counts as incomplete.
const STREAM_LIMIT: usize = 64;

/// Messages of one direction. Stream sequence numbers have no gaps, so a gap shows a missing message.
#[derive(Default)]
pub(super) struct Flow {
    /// First and highest number of each stream, continued above 65,535.
    streams: BTreeMap<u16, (i64, i64)>,
    seen: i64,
    tsn: Option<u32>,
    /// True if a message was sent whose loss would leave no gap.
    blind: bool,
    late: bool,
}

impl Flow {
    /// Notes the next message of the capture. `started`: the capture has the association's setup.
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
        // With the setup, number 0 is due first, so that the number before is -1.
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

    /// Returns true if no message up to the newest one is missing.
    pub(super) fn complete(&self) -> bool {
        let sent: i64 = self
            .streams
            .values()
            .map(|(first, highest)| highest - first + 1)
            .sum();
        !self.blind && sent == self.seen
    }

    /// Returns true if the last message followed one that was sent later.
    pub(super) fn late(&self) -> bool {
        self.late
    }
}
