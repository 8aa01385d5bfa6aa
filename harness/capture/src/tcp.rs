//! Reads TCP segments and yields ASAP messages.
//!
//! The Length in its common header, rounded up to a multiple of four, is the end of a message. After a part of the stream
//! that the capture lacks, or after an impossible Length, reading resumes with the next segment that consists of whole
//! messages. Senders write one message at a time, so there is one soon.

use crate::carrier::{Carrier, Visit};
use crate::limits::{TCP_DIRECTIONS, TCP_EARLY_OCTETS, TCP_EARLY_SEGMENTS, TCP_OCTETS};
use crate::octets::{be16, padded};
use crate::{Association, AssociationKind, Counters, Endpoint, Item, Message, Settings, Transport};
use etherparse::TcpSlice;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::ops::ControlFlow;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    src: (IpAddr, u16),
    dst: (IpAddr, u16),
}

impl Key {
    fn reverse(self) -> Key {
        Key {
            src: self.dst,
            dst: self.src,
        }
    }
}

/// Data that was captured before the data that precedes it.
struct Early {
    sequence: u32,
    data: Vec<u8>,
    frames: Vec<u64>,
    time_ns: u64,
}

/// One direction of one connection.
#[derive(Default)]
struct Direction {
    assoc: u64,
    /// The sequence number that is expected next, once it is known.
    next: Option<u32>,
    /// `next` is where a message, or the rest of `partial`, begins.
    in_step: bool,
    /// The gap that `in_step` is `false` for was counted.
    gap_counted: bool,
    partial: Vec<u8>,
    partial_frames: Vec<u64>,
    /// Ascending by sequence number.
    early: VecDeque<Early>,
    last_frame: u64,
    reported: u8,
}

/// All connections.
#[derive(Default)]
pub(crate) struct Tcp {
    directions: HashMap<Key, Direction>,
    held: usize,
}

/// Values that a direction needs to yield messages.
struct Scene<'a, 'v> {
    key: Key,
    frames: &'a [u64],
    time_ns: u64,
    settings: &'a Settings,
    counters: &'a mut Counters,
    visit: &'a mut Visit<'v>,
}

impl Tcp {
    pub(crate) fn segment(
        &mut self,
        segment: &TcpSlice<'_>,
        carrier: &Carrier<'_>,
        settings: &Settings,
        counters: &mut Counters,
        next_assoc: &mut u64,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let (Some(src), Some(dst)) = (carrier.src, carrier.dst) else {
            return ControlFlow::Continue(());
        };
        let key = Key {
            src: (src, segment.source_port()),
            dst: (dst, segment.destination_port()),
        };
        let mut scene = Scene {
            key,
            frames: carrier.frames,
            time_ns: carrier.time_ns,
            settings,
            counters,
            visit,
        };
        let connects = segment.syn() && !segment.ack();
        let isn = segment.sequence_number().wrapping_add(1);
        let repeated = self
            .directions
            .get(&key)
            .is_some_and(|d| d.next == Some(isn) || d.early_is_before(isn));
        if connects && !repeated {
            self.forget(key);
            self.forget(key.reverse());
        }
        self.make_room(scene.counters);
        let mut direction = self.take(key, next_assoc);
        let before = direction.cost();
        direction.last_frame = carrier.last_frame();
        let flow = direction.on_segment(segment, &mut scene);
        self.held = self.held + direction.cost() - before;
        if segment.rst() {
            self.held -= direction.cost();
            self.forget(key.reverse());
            return flow;
        }
        self.directions.insert(key, direction);
        if flow.is_continue() && segment.ack() {
            return self.acknowledged(key.reverse(), segment.acknowledgment_number(), &mut scene);
        }
        flow
    }

    /// Yields what waited for a missing segment, and counts messages that stay incomplete. The capture has ended.
    pub(crate) fn end(
        &mut self,
        settings: &Settings,
        counters: &mut Counters,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let mut waiting = Vec::new();
        #[expect(clippy::iter_over_hash_type, reason = "what waits is sorted below")]
        for (key, direction) in self.directions.drain() {
            if !direction.early.is_empty() {
                waiting.push((key, direction));
            } else if !direction.partial.is_empty() {
                counters.messages_given_up += 1;
            }
        }
        waiting.sort_by_key(|(_, direction)| direction.assoc);
        for (key, mut direction) in waiting {
            while let Some(early) = direction.early.front() {
                let (frames, time_ns) = (early.frames.clone(), early.time_ns);
                let mut scene = Scene {
                    key,
                    frames: &frames,
                    time_ns,
                    settings,
                    counters,
                    visit,
                };
                direction.skip_gap(&mut scene)?;
            }
            counters.messages_given_up += u64::from(!direction.partial.is_empty());
        }
        self.held = 0;
        ControlFlow::Continue(())
    }

    /// Handles an acknowledgment of all octets before `sequence`: those that are missing will not be captured.
    fn acknowledged(
        &mut self,
        key: Key,
        sequence: u32,
        scene: &mut Scene<'_, '_>,
    ) -> ControlFlow<()> {
        let Some(direction) = self.directions.get_mut(&key) else {
            return ControlFlow::Continue(());
        };
        scene.key = key;
        let before = direction.cost();
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() && direction.next.is_some_and(|next| is_before(next, sequence)) {
            match direction.early.front() {
                Some(early) if is_before(early.sequence, sequence) => {
                    flow = direction.skip_gap(scene)
                }
                // A FIN takes a sequence number too and is no loss.
                _ if direction.next.map(|next| next.wrapping_add(1)) == Some(sequence) => break,
                _ => {
                    flow = direction.lose_step(scene);
                    direction.next = Some(sequence);
                }
            }
        }
        self.held = self.held + direction.cost() - before;
        flow
    }

    /// Takes the direction from its table, or makes a new one.
    fn take(&mut self, key: Key, next_assoc: &mut u64) -> Direction {
        if let Some(direction) = self.directions.remove(&key) {
            return direction;
        }
        let assoc = match self.directions.get(&key.reverse()) {
            Some(other) => other.assoc,
            None => {
                *next_assoc += 1;
                *next_assoc
            }
        };
        Direction {
            assoc,
            ..Direction::default()
        }
    }

    fn make_room(&mut self, counters: &mut Counters) {
        if self.directions.len() < TCP_DIRECTIONS && self.held < TCP_OCTETS {
            return;
        }
        if self.directions.is_empty() {
            return;
        }
        let mut frames: Vec<u64> = self.directions.values().map(|d| d.last_frame).collect();
        let middle = frames.len() / 2;
        let (_, &mut median, _) = frames.select_nth_unstable(middle);
        let held = &mut self.held;
        self.directions.retain(|_, direction| {
            if direction.last_frame > median {
                return true;
            }
            *held -= direction.cost();
            counters.associations_dropped += 1;
            false
        });
    }

    fn forget(&mut self, key: Key) {
        if let Some(direction) = self.directions.remove(&key) {
            self.held -= direction.cost();
        }
    }
}

impl Direction {
    fn on_segment(&mut self, segment: &TcpSlice<'_>, scene: &mut Scene<'_, '_>) -> ControlFlow<()> {
        let mut sequence = segment.sequence_number();
        if segment.syn() {
            sequence = sequence.wrapping_add(1);
            if self.next.is_none() {
                (self.next, self.in_step) = (Some(sequence), true);
            }
            let up = segment.ack();
            self.report(
                if up {
                    AssociationKind::Up
                } else {
                    AssociationKind::Init
                },
                scene,
            )?;
        }
        if segment.rst() {
            return self.report(AssociationKind::Abort, scene);
        }
        if !segment.payload().is_empty() {
            self.on_data(sequence, segment.payload(), scene)?;
        }
        if segment.fin() {
            self.report(AssociationKind::Shutdown, scene)?;
        }
        ControlFlow::Continue(())
    }

    fn on_data(
        &mut self,
        sequence: u32,
        data: &[u8],
        scene: &mut Scene<'_, '_>,
    ) -> ControlFlow<()> {
        let next = *self.next.get_or_insert(sequence);
        let end = sequence.wrapping_add(data.len() as u32);
        if !is_before(next, end) {
            scene.counters.retransmissions += 1;
            return ControlFlow::Continue(());
        }
        if is_before(next, sequence) {
            self.keep_early(sequence, data, scene);
            if self.early.len() > TCP_EARLY_SEGMENTS || self.early_octets() > TCP_EARLY_OCTETS {
                return self.skip_gap(scene);
            }
            return ControlFlow::Continue(());
        }
        self.on_next(&data[next.wrapping_sub(sequence) as usize..], scene)?;
        self.take_early(scene)
    }

    /// Handles the octets that are next in sequence.
    fn on_next(&mut self, data: &[u8], scene: &mut Scene<'_, '_>) -> ControlFlow<()> {
        self.next = self.next.map(|next| next.wrapping_add(data.len() as u32));
        if !self.in_step {
            if !divides(data) {
                scene.counters.tcp_gaps += u64::from(!self.gap_counted);
                self.gap_counted = true;
                return ControlFlow::Continue(());
            }
            (self.in_step, self.gap_counted) = (true, false);
        }
        if self.partial.is_empty() {
            let used = self.messages(data, &[], scene)?;
            return self.keep_partial(&data[used..], scene);
        }
        let mut octets = std::mem::take(&mut self.partial);
        let mut frames = std::mem::take(&mut self.partial_frames);
        octets.extend_from_slice(data);
        add_frames(&mut frames, scene.frames);
        let used = self.messages(&octets, &frames, scene)?;
        if used == 0 && self.in_step {
            // Still the same message.
            (self.partial, self.partial_frames) = (octets, frames);
            return ControlFlow::Continue(());
        }
        let rest = octets.len() - used;
        self.keep_partial(&data[data.len() - rest.min(data.len())..], scene)
    }

    /// Yields all whole messages and returns the number of their octets. `frames` carried the first message.
    fn messages(
        &mut self,
        octets: &[u8],
        frames: &[u64],
        scene: &mut Scene<'_, '_>,
    ) -> ControlFlow<(), usize> {
        let mut used = 0;
        while let Some(length) = be16(octets, used + 2).map(usize::from) {
            if length < 4 {
                scene.counters.malformed += 1;
                self.lose_step(scene)?;
                return ControlFlow::Continue(octets.len());
            }
            let Some(message) = octets.get(used..used + padded(length)) else {
                break;
            };
            let frames = if used == 0 && !frames.is_empty() {
                frames
            } else {
                scene.frames
            };
            scene.message(self.assoc, frames, message)?;
            used += message.len();
        }
        ControlFlow::Continue(used)
    }

    fn keep_partial(&mut self, rest: &[u8], scene: &Scene<'_, '_>) -> ControlFlow<()> {
        self.partial.clear();
        self.partial_frames.clear();
        if self.in_step && !rest.is_empty() {
            self.partial.extend_from_slice(rest);
            self.partial_frames.extend_from_slice(scene.frames);
        }
        ControlFlow::Continue(())
    }

    fn keep_early(&mut self, sequence: u32, data: &[u8], scene: &mut Scene<'_, '_>) {
        let at = self
            .early
            .partition_point(|early| is_before(early.sequence, sequence));
        let same = self
            .early
            .get(at)
            .is_some_and(|e| e.sequence == sequence && e.data.len() >= data.len());
        if same {
            scene.counters.retransmissions += 1;
            return;
        }
        let early = Early {
            sequence,
            data: data.to_vec(),
            frames: scene.frames.to_vec(),
            time_ns: scene.time_ns,
        };
        self.early.insert(at, early);
    }

    /// Handles early data that is next in sequence now.
    fn take_early(&mut self, scene: &mut Scene<'_, '_>) -> ControlFlow<()> {
        while let (Some(next), Some(early)) = (self.next, self.early.front()) {
            if is_before(next, early.sequence) {
                break;
            }
            let Some(early) = self.early.pop_front() else {
                break;
            };
            let known = next.wrapping_sub(early.sequence) as usize;
            if known < early.data.len() {
                let mut then = Scene {
                    key: scene.key,
                    frames: &early.frames,
                    // It could not be read before the gap was filled.
                    time_ns: scene.time_ns.max(early.time_ns),
                    settings: scene.settings,
                    counters: scene.counters,
                    visit: scene.visit,
                };
                self.on_next(&early.data[known..], &mut then)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Continues with the first early segment, without what is missing before it.
    fn skip_gap(&mut self, scene: &mut Scene<'_, '_>) -> ControlFlow<()> {
        self.lose_step(scene)?;
        if let Some(early) = self.early.front() {
            self.next = Some(early.sequence);
        }
        self.take_early(scene)
    }

    fn lose_step(&mut self, scene: &mut Scene<'_, '_>) -> ControlFlow<()> {
        self.partial = Vec::new();
        self.partial_frames = Vec::new();
        (self.in_step, self.gap_counted) = (false, true);
        scene.counters.tcp_gaps += 1;
        scene.association(self.assoc, AssociationKind::Gap)
    }

    fn report(&mut self, kind: AssociationKind, scene: &mut Scene<'_, '_>) -> ControlFlow<()> {
        let bit = 1 << kind as u8;
        if self.reported & bit != 0 {
            return ControlFlow::Continue(());
        }
        self.reported |= bit;
        scene.association(self.assoc, kind)
    }

    fn early_octets(&self) -> usize {
        self.early.iter().map(|early| early.data.len()).sum()
    }

    /// Returns whether a SYN with this initial sequence number repeats that of a connection that has just begun.
    fn early_is_before(&self, isn: u32) -> bool {
        self.next
            .is_some_and(|next| next.wrapping_sub(isn) < 1 << 16)
    }

    fn cost(&self) -> usize {
        let frames =
            self.partial_frames.len() + self.early.iter().map(|e| e.frames.len()).sum::<usize>();
        self.partial.len() + self.early_octets() + 8 * frames
    }
}

impl Scene<'_, '_> {
    fn src(&self) -> Endpoint {
        Endpoint {
            address: Some(self.key.src.0),
            port: self.key.src.1,
        }
    }

    fn dst(&self) -> Endpoint {
        Endpoint {
            address: Some(self.key.dst.0),
            port: self.key.dst.1,
        }
    }

    fn message(&mut self, assoc: u64, frames: &[u64], octets: &[u8]) -> ControlFlow<()> {
        self.counters.messages += 1;
        let (src, dst) = (self.src(), self.dst());
        (self.visit)(Item::Message(Message {
            frames,
            time_ns: self.time_ns,
            transport: Transport::Tcp,
            src,
            dst,
            assoc,
            sctp: None,
            protocol: self
                .settings
                .protocol_of_ports(self.key.src.1, self.key.dst.1),
            octets,
        }))
    }

    fn association(&mut self, assoc: u64, kind: AssociationKind) -> ControlFlow<()> {
        let (src, dst) = (self.src(), self.dst());
        (self.visit)(Item::Association(Association {
            assoc,
            kind,
            frame: self.frames[self.frames.len() - 1],
            time_ns: self.time_ns,
            transport: Transport::Tcp,
            src,
            dst,
        }))
    }
}

/// Compares sequence numbers, which wrap around.
fn is_before(a: u32, b: u32) -> bool {
    (b.wrapping_sub(a) as i32) > 0
}

/// Returns whether octets are whole messages, one or more, by their Lengths.
fn divides(octets: &[u8]) -> bool {
    let mut at = 0;
    while let Some(length) = be16(octets, at + 2).map(usize::from) {
        if length < 4 {
            return false;
        }
        at += padded(length);
    }
    at == octets.len() && at > 0
}

fn add_frames(frames: &mut Vec<u64>, more: &[u64]) {
    frames.extend_from_slice(more);
    frames.sort_unstable();
    frames.dedup();
}
