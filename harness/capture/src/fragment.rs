//! Reassembles IP datagrams: a bounded table of [`IpDefragBuf`]s.
//!
//! `IpDefragPool`, the table of `etherparse`, has no bound and does not know the frames of a datagram.

use crate::limits::{IP_DATAGRAMS, IP_FRAMES, IP_OCTETS};
use crate::network::{Fragment, Packet};
use etherparse::IpNumber;
use etherparse::defrag::{IpDefragBuf, IpDefragError};
use std::collections::HashMap;
use std::net::IpAddr;

/// A datagram of which a fragment is missing.
struct Datagram {
    buffer: IpDefragBuf,
    frames: Vec<u64>,
    last_frame: u64,
    /// Protocol of the fragment at offset 0. Later fragments may have another (RFC 8200, section 4.5).
    protocol: IpNumber,
}

/// A reassembled datagram.
pub(crate) struct Whole {
    pub(crate) protocol: IpNumber,
    pub(crate) octets: Vec<u8>,
    pub(crate) frames: Vec<u64>,
}

/// Source, destination, identification; of IPv4 also the protocol.
type Key = (IpAddr, IpAddr, u32, Option<IpNumber>);

/// All datagrams of which a fragment is missing.
#[derive(Default)]
pub(crate) struct Fragments {
    datagrams: HashMap<Key, Datagram>,
    octets: usize,
    /// Number of datagrams and fragments that were discarded.
    pub(crate) given_up: u64,
}

/// Longest payload of IP.
const MAX_DATAGRAM: usize = 65_535;

impl Fragments {
    /// Adds a fragment and returns the datagram if it is whole now.
    pub(crate) fn add(
        &mut self,
        packet: &Packet<'_>,
        fragment: Fragment,
        frame: u64,
    ) -> Option<Whole> {
        let length = packet.payload.len();
        let end = usize::from(fragment.offset.byte_offset()) + length;
        let aligned = !fragment.more || length.is_multiple_of(8);
        if !packet.whole || length == 0 || end > MAX_DATAGRAM || !aligned {
            self.given_up += 1;
            return None;
        }
        let protocol = packet.src.is_ipv4().then_some(packet.protocol);
        let key = (packet.src, packet.dst, fragment.identification, protocol);
        self.make_room(key, frame);
        if self.put(key, packet, fragment, frame).is_err() {
            // The fragment contradicts the length of the datagram: it belongs to a later one with the same identification.
            self.give_up(key);
            self.put(key, packet, fragment, frame).ok()?;
        }
        if !self.datagrams.get(&key)?.buffer.is_complete() {
            return None;
        }
        let datagram = self.take(key)?;
        Some(Whole {
            protocol: datagram.protocol,
            octets: datagram.buffer.take_bufs().0,
            frames: datagram.frames,
        })
    }

    /// Returns the number of datagrams of which a fragment is missing.
    pub(crate) fn waiting(&self) -> u64 {
        self.datagrams.len() as u64
    }

    fn put(
        &mut self,
        key: Key,
        packet: &Packet<'_>,
        fragment: Fragment,
        frame: u64,
    ) -> Result<(), IpDefragError> {
        let datagram = self.datagrams.entry(key).or_insert_with(|| Datagram {
            buffer: IpDefragBuf::new(packet.protocol, Vec::new(), Vec::new()),
            frames: Vec::new(),
            last_frame: frame,
            protocol: packet.protocol,
        });
        let before = datagram.cost();
        let added = datagram.put(packet, fragment, frame);
        self.octets = self.octets + datagram.cost() - before;
        added
    }

    /// Discards datagrams that are too old or too many, before a fragment is added.
    fn make_room(&mut self, key: Key, frame: u64) {
        let old = |datagram: &Datagram| frame - datagram.last_frame > IP_FRAMES;
        if self.datagrams.get(&key).is_some_and(old) {
            self.give_up(key);
        }
        let new = |datagrams: &HashMap<Key, Datagram>| !datagrams.contains_key(&key);
        while self.datagrams.len() >= IP_DATAGRAMS && new(&self.datagrams)
            || self.octets + 2 * MAX_DATAGRAM > IP_OCTETS
        {
            let oldest = self.datagrams.iter().min_by_key(|(_, d)| d.last_frame);
            let Some((&oldest, _)) = oldest else {
                return;
            };
            self.give_up(oldest);
        }
    }

    fn give_up(&mut self, key: Key) {
        if self.take(key).is_some() {
            self.given_up += 1;
        }
    }

    fn take(&mut self, key: Key) -> Option<Datagram> {
        let datagram = self.datagrams.remove(&key)?;
        self.octets -= datagram.cost();
        Some(datagram)
    }
}

impl Datagram {
    fn put(
        &mut self,
        packet: &Packet<'_>,
        fragment: Fragment,
        frame: u64,
    ) -> Result<(), IpDefragError> {
        self.last_frame = frame;
        let start = usize::from(fragment.offset.byte_offset());
        let end = start + packet.payload.len();
        let mut sections = self.buffer.sections().iter();
        if sections.any(|s| usize::from(s.start) <= start && end <= usize::from(s.end)) {
            return Ok(());
        }
        self.buffer
            .add(fragment.offset, fragment.more, packet.payload)?;
        if start == 0 {
            self.protocol = packet.protocol;
        }
        if self.frames.last() != Some(&frame) {
            self.frames.push(frame);
        }
        Ok(())
    }

    /// Returns the number of octets that are allocated.
    fn cost(&self) -> usize {
        let sections = self.buffer.sections().capacity() * size_of::<[u16; 2]>();
        self.buffer.data().capacity() + sections + self.frames.capacity() * size_of::<u64>()
    }
}
