//! IP datagrams from their fragments.

use crate::ip::{Fragment, Packet};
use crate::limits::{IP_DATAGRAMS, IP_FRAMES, IP_OCTETS};
use std::collections::HashMap;
use std::net::IpAddr;

/// A datagram in the making.
#[derive(Default)]
struct Datagram {
    octets: Vec<u8>,
    /// Disjoint, ascending ranges of `octets` that are filled.
    filled: Vec<(usize, usize)>,
    total: Option<usize>,
    frames: Vec<u64>,
    protocol: u8,
    last_frame: u64,
}

/// A datagram that has become whole.
pub(crate) struct Whole {
    pub(crate) protocol: u8,
    pub(crate) octets: Vec<u8>,
    pub(crate) frames: Vec<u64>,
}

type Key = (IpAddr, IpAddr, u32, u8);

/// All datagrams in the making.
#[derive(Default)]
pub(crate) struct Fragments {
    datagrams: HashMap<Key, Datagram>,
    octets: usize,
    /// How many were given up.
    pub(crate) given_up: u64,
}

/// No IP payload is longer, whatever the offsets say.
const MAX_DATAGRAM: usize = 65_535;

impl Fragments {
    /// Adds a fragment; hands out the datagram if it is whole now.
    pub(crate) fn add(
        &mut self,
        packet: &Packet<'_>,
        fragment: Fragment,
        frame: u64,
    ) -> Option<Whole> {
        let end = fragment.offset + packet.payload.len();
        if !packet.whole || packet.payload.is_empty() || end > MAX_DATAGRAM {
            self.given_up += 1;
            return None;
        }
        let v6_any_header = packet.src.is_ipv6();
        let key = (
            packet.src,
            packet.dst,
            fragment.identification,
            if v6_any_header { 0 } else { packet.protocol },
        );
        self.make_room(&key, frame, packet.payload.len());
        let datagram = self.datagrams.entry(key).or_default();
        let before = datagram.octets.len();
        datagram.put(fragment, packet, frame);
        self.octets += datagram.octets.len() - before;
        if !datagram.is_whole() {
            return None;
        }
        let datagram = self.datagrams.remove(&key)?;
        self.octets -= datagram.octets.len();
        Some(Whole {
            protocol: datagram.protocol,
            octets: datagram.octets,
            frames: datagram.frames,
        })
    }

    /// Gives up what is too old or too much before a fragment is added.
    fn make_room(&mut self, key: &Key, frame: u64, octets: usize) {
        if self
            .datagrams
            .get(key)
            .is_some_and(|d| frame - d.last_frame > IP_FRAMES)
        {
            self.give_up(*key);
        }
        while self.datagrams.len() >= IP_DATAGRAMS
            || self.octets + octets + MAX_DATAGRAM > IP_OCTETS
        {
            let Some(oldest) = self
                .datagrams
                .iter()
                .min_by_key(|(_, d)| d.last_frame)
                .map(|(key, _)| *key)
            else {
                return;
            };
            self.give_up(oldest);
        }
    }

    fn give_up(&mut self, key: Key) {
        if let Some(datagram) = self.datagrams.remove(&key) {
            self.octets -= datagram.octets.len();
            self.given_up += 1;
        }
    }
}

impl Datagram {
    fn put(&mut self, fragment: Fragment, packet: &Packet<'_>, frame: u64) {
        let (start, end) = (fragment.offset, fragment.offset + packet.payload.len());
        self.last_frame = frame;
        if self
            .filled
            .iter()
            .any(|&(from, to)| from <= start && end <= to)
        {
            return;
        }
        if self.octets.len() < end {
            self.octets.resize(end, 0);
        }
        self.octets[start..end].copy_from_slice(packet.payload);
        if start == 0 {
            self.protocol = packet.protocol;
        }
        if !fragment.more {
            self.total = Some(end);
        }
        if self.frames.last() != Some(&frame) {
            self.frames.push(frame);
        }
        self.filled.push((start, end));
        self.filled.sort_unstable();
        self.filled.dedup_by(|next, kept| {
            let touches = next.0 <= kept.1;
            if touches {
                kept.1 = kept.1.max(next.1);
            }
            touches
        });
    }

    fn is_whole(&self) -> bool {
        self.total.is_some_and(|total| self.filled == [(0, total)])
    }
}
