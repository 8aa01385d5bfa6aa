//! Reads chunks of SCTP packets and yields user messages and changes of associations.
//!
//! Verification tag and ports identify a direction of an association. Addresses do not: a multi-homed association uses
//! many address pairs, and a retransmission often takes another pair than the first transmission. Each new association
//! on the same ports has another tag, so chunks of an old one are not taken for those of the new one.

use crate::assembly::{Piece, Runs};
use crate::carrier::{Carrier, Visit};
use crate::limits::{RUN_OCTETS, SCTP_DIRECTIONS};
use crate::octets::{be16, be32, padded};
use crate::tsn::TsnWindow;
use crate::{
    Association, AssociationKind, Counters, Endpoint, Item, Message, SctpFields, Settings,
};
use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::ControlFlow;

/// Source port, destination port, verification tag, CRC32c.
pub(crate) const COMMON_HEADER: usize = 12;

const DATA: u8 = 0;
const INIT: u8 = 1;
const INIT_ACK: u8 = 2;
const ABORT: u8 = 6;
const SHUTDOWN: u8 = 7;
const COOKIE_ACK: u8 = 11;
const SHUTDOWN_COMPLETE: u8 = 14;
const I_DATA: u8 = 64;
const FORWARD_TSN: u8 = 192;

const FLAG_END: u8 = 0x01;
const FLAG_BEGIN: u8 = 0x02;
const FLAG_UNORDERED: u8 = 0x04;
/// In ABORT and SHUTDOWN COMPLETE: the tag is the sender's own, reflected.
const FLAG_REFLECTED: u8 = 0x01;

/// Verification tag, source and destination port of one direction.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key(u64);

impl Key {
    fn new(vtag: u32, src: u16, dst: u16) -> Key {
        Key(u64::from(vtag) << 32 | u64::from(src) << 16 | u64::from(dst))
    }
}

/// Addresses and ports as one side sends them. They pair the two directions of an association if the capture lacks the
/// handshake.
type Path = (Option<IpAddr>, u16, Option<IpAddr>, u16);

/// One direction of one association.
#[derive(Default)]
struct Direction {
    assoc: u64,
    /// Present from the first DATA chunk or the handshake on.
    window: Option<Box<TsnWindow>>,
    runs: Runs,
    last_frame: u64,
    /// Initial TSN of this direction, if the capture has the handshake.
    initial_tsn: Option<u32>,
    /// Initial TSN of the other direction, from the INIT that chose this direction's tag.
    peer_tsn: Option<u32>,
    /// The other direction is known.
    paired: bool,
    /// The capture has its SHUTDOWN COMPLETE or ABORT.
    closed: bool,
    /// A bit for each [`AssociationKind`] that was reported.
    reported: u8,
}

/// All associations.
#[derive(Default)]
pub(crate) struct Sctp {
    directions: HashMap<Key, Direction>,
    paths: HashMap<Path, Key>,
    /// Octets of incomplete messages in all directions.
    held: usize,
}

/// Fields of the common header.
#[derive(Clone, Copy)]
struct Header {
    src: u16,
    dst: u16,
    vtag: u32,
}

/// Values that every chunk needs besides its octets.
struct Scene<'a, 'v> {
    header: Header,
    carrier: &'a Carrier<'a>,
    settings: &'a Settings,
    counters: &'a mut Counters,
    next_assoc: &'a mut u64,
    visit: &'a mut Visit<'v>,
}

impl Sctp {
    /// Reads one packet. The caller has checked its checksum.
    pub(crate) fn packet(
        &mut self,
        octets: &[u8],
        carrier: &Carrier<'_>,
        settings: &Settings,
        counters: &mut Counters,
        next_assoc: &mut u64,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let (Some(src), Some(dst), Some(vtag)) =
            (be16(octets, 0), be16(octets, 2), be32(octets, 4))
        else {
            counters.malformed += 1;
            return ControlFlow::Continue(());
        };
        let header = Header { src, dst, vtag };
        let mut scene = Scene {
            header,
            carrier,
            settings,
            counters,
            next_assoc,
            visit,
        };
        let mut rest = octets.get(COMMON_HEADER..).unwrap_or_default();
        while let (Some(&[kind, flags]), Some(length)) = (rest.first_chunk::<2>(), be16(rest, 2)) {
            let length = usize::from(length);
            let Some(value) = rest.get(4..length) else {
                let lost = if carrier.whole {
                    &mut scene.counters.malformed
                } else {
                    &mut scene.counters.cut
                };
                *lost += 1;
                break;
            };
            self.chunk(kind, flags, value, &mut scene)?;
            rest = rest.get(padded(length)..).unwrap_or_default();
        }
        ControlFlow::Continue(())
    }

    /// Returns the octets of incomplete messages in all directions.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    /// Returns the number of messages of which a fragment is missing.
    pub(crate) fn waiting(&self) -> u64 {
        self.directions.values().map(|d| d.runs.len() as u64).sum()
    }

    fn chunk(
        &mut self,
        kind: u8,
        flags: u8,
        value: &[u8],
        scene: &mut Scene<'_, '_>,
    ) -> ControlFlow<()> {
        let Header { src, dst, vtag } = scene.header;
        let forth = Key::new(vtag, src, dst);
        match kind {
            DATA | I_DATA => self.data(kind, flags, value, scene),
            INIT => self.init(value, scene),
            INIT_ACK => {
                self.init_ack(value, scene);
                ControlFlow::Continue(())
            }
            COOKIE_ACK => self.report(forth, AssociationKind::Up, scene),
            SHUTDOWN => self.report(forth, AssociationKind::Shutdown, scene),
            SHUTDOWN_COMPLETE | ABORT => {
                let reflected = flags & FLAG_REFLECTED != 0;
                let key = if reflected {
                    Key::new(vtag, dst, src)
                } else {
                    forth
                };
                let kind = if kind == ABORT {
                    AssociationKind::Abort
                } else {
                    AssociationKind::Down
                };
                self.report(key, kind, scene)
            }
            FORWARD_TSN => {
                if let (Some(cumulative), Some(direction)) =
                    (be32(value, 0), self.directions.get_mut(&forth))
                {
                    let before = direction.runs.cost();
                    scene.counters.messages_given_up += direction.runs.abandon(cumulative);
                    self.held -= before - direction.runs.cost();
                }
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn data(
        &mut self,
        kind: u8,
        flags: u8,
        value: &[u8],
        scene: &mut Scene<'_, '_>,
    ) -> ControlFlow<()> {
        let Some((mut piece, tsn)) = piece(kind, flags, value, scene.header.vtag) else {
            scene.counters.malformed += 1;
            return ControlFlow::Continue(());
        };
        let Header { src, dst, vtag } = scene.header;
        let direction = self.direction(Key::new(vtag, src, dst), scene);
        direction.last_frame = scene.carrier.last_frame();
        let window = direction
            .window
            .get_or_insert_with(|| Box::new(TsnWindow::around(tsn)));
        if !window.admit(tsn) {
            scene.counters.retransmissions += 1;
            return ControlFlow::Continue(());
        }
        let assoc = direction.assoc;
        if piece.begin && piece.end {
            return scene.message(assoc, piece.fields, piece.octets, scene.carrier.frames);
        }
        let before = direction.runs.cost();
        piece.fields.tsn = tsn;
        let added = direction.runs.add(&piece, scene.carrier.frames);
        let after = direction.runs.cost();
        self.held = self.held + after - before;
        scene.counters.messages_given_up += added.dropped;
        if self.held > RUN_OCTETS {
            self.drop_older_runs(scene.counters);
        }
        let Some(mut run) = added.whole else {
            return ControlFlow::Continue(());
        };
        if run.oversized {
            scene.counters.messages_oversized += 1;
            return ControlFlow::Continue(());
        }
        run.frames.sort_unstable();
        run.frames.dedup();
        scene.message(assoc, run.fields, &run.octets, &run.frames)
    }

    /// Reads an INIT. Sent by A, it has the tag of the direction from B to A and the first TSN from A to B.
    fn init(&mut self, value: &[u8], scene: &mut Scene<'_, '_>) -> ControlFlow<()> {
        let (Some(tag), Some(tsn)) = (be32(value, 0), be32(value, 12)) else {
            scene.counters.malformed += 1;
            return ControlFlow::Continue(());
        };
        let key = Key::new(tag, scene.header.dst, scene.header.src);
        let repeated = self
            .directions
            .get(&key)
            .is_some_and(|d| !d.closed && d.peer_tsn == Some(tsn));
        if !repeated {
            self.forget(key, scene.counters);
            let assoc = scene.new_assoc();
            self.insert(
                key,
                Direction {
                    assoc,
                    peer_tsn: Some(tsn),
                    ..Direction::default()
                },
                scene,
            );
        }
        self.report(key, AssociationKind::Init, scene)
    }

    /// Reads an INIT ACK. Sent by B, it has the tag from B to A in the common header and the tag from A to B inside.
    fn init_ack(&mut self, value: &[u8], scene: &mut Scene<'_, '_>) {
        let (Some(tag), Some(tsn)) = (be32(value, 0), be32(value, 12)) else {
            scene.counters.malformed += 1;
            return;
        };
        let Header { src, dst, vtag } = scene.header;
        let (back, forth) = (Key::new(vtag, src, dst), Key::new(tag, dst, src));
        let direction = self.direction(back, scene);
        direction.paired = true;
        if direction.initial_tsn != Some(tsn) {
            direction.initial_tsn = Some(tsn);
            direction.window = Some(Box::new(TsnWindow::starting_at(tsn)));
        }
        let (mut assoc, peer_tsn) = (direction.assoc, direction.peer_tsn);
        if self
            .directions
            .get(&forth)
            .is_some_and(|d| d.closed || (d.initial_tsn.is_some() && d.assoc != assoc))
        {
            self.forget(forth, scene.counters);
        }
        match self.directions.get_mut(&forth) {
            // Both sides sent an INIT: the association has got two numbers, of which it keeps the lower one.
            Some(other) => {
                assoc = assoc.min(other.assoc);
                (other.assoc, other.paired) = (assoc, true);
            }
            None => self.insert(
                forth,
                Direction {
                    assoc,
                    paired: true,
                    ..Direction::default()
                },
                scene,
            ),
        }
        for (key, initial) in [(forth, peer_tsn), (back, None)] {
            if let Some(direction) = self.directions.get_mut(&key) {
                direction.assoc = assoc;
                if let (Some(tsn), None) = (initial, direction.initial_tsn) {
                    direction.initial_tsn = Some(tsn);
                    direction.window = Some(Box::new(TsnWindow::starting_at(tsn)));
                }
            }
        }
    }

    /// Yields a change of state unless it was yielded before.
    fn report(
        &mut self,
        key: Key,
        kind: AssociationKind,
        scene: &mut Scene<'_, '_>,
    ) -> ControlFlow<()> {
        let direction = self.direction(key, scene);
        let bit = 1 << kind as u8;
        if direction.reported & bit != 0 {
            return ControlFlow::Continue(());
        }
        direction.reported |= bit;
        direction.closed |= matches!(kind, AssociationKind::Down | AssociationKind::Abort);
        let assoc = direction.assoc;
        scene.association(assoc, kind)
    }

    /// Returns the direction `key`. A new one is paired with the other direction by its addresses.
    fn direction(&mut self, key: Key, scene: &mut Scene<'_, '_>) -> &mut Direction {
        if !self.directions.contains_key(&key) {
            let (src, dst) = (scene.src(), scene.dst());
            let path = (src.address, src.port, dst.address, dst.port);
            let reverse = (dst.address, dst.port, src.address, src.port);
            let partner = self.paths.get(&reverse).filter(|&&other| other != key);
            let partner = partner
                .and_then(|other| self.directions.get_mut(other))
                .filter(|d| !d.paired);
            let (assoc, paired) = match partner {
                Some(partner) => {
                    partner.paired = true;
                    (partner.assoc, true)
                }
                None => (scene.new_assoc(), false),
            };
            self.insert(
                key,
                Direction {
                    assoc,
                    paired,
                    ..Direction::default()
                },
                scene,
            );
            self.paths.insert(path, key);
        }
        self.directions
            .get_mut(&key)
            .expect("it was there or has just been inserted")
    }

    fn insert(&mut self, key: Key, mut direction: Direction, scene: &mut Scene<'_, '_>) {
        if self.directions.len() >= SCTP_DIRECTIONS {
            self.drop_older_directions(scene.counters);
        }
        direction.last_frame = scene.carrier.last_frame();
        self.directions.insert(key, direction);
    }

    fn forget(&mut self, key: Key, counters: &mut Counters) {
        if let Some(direction) = self.directions.remove(&key) {
            self.held -= direction.runs.cost();
            counters.messages_given_up += direction.runs.len() as u64;
        }
    }

    #[cold]
    fn drop_older_directions(&mut self, counters: &mut Counters) {
        let mut frames: Vec<u64> = self.directions.values().map(|d| d.last_frame).collect();
        let middle = frames.len() / 2;
        let (_, &mut median, _) = frames.select_nth_unstable(middle);
        let held = &mut self.held;
        self.directions.retain(|_, direction| {
            if direction.last_frame > median {
                return true;
            }
            *held -= direction.runs.cost();
            counters.messages_given_up += direction.runs.len() as u64;
            counters.associations_dropped += u64::from(!direction.closed);
            false
        });
        let directions = &self.directions;
        self.paths.retain(|_, key| directions.contains_key(key));
    }

    #[cold]
    fn drop_older_runs(&mut self, counters: &mut Counters) {
        let mut frames: Vec<u64> = self
            .directions
            .values()
            .filter(|d| !d.runs.is_empty())
            .map(|d| d.last_frame)
            .collect();
        if frames.is_empty() {
            return;
        }
        let middle = frames.len() / 2;
        let (_, &mut median, _) = frames.select_nth_unstable(middle);
        for direction in self
            .directions
            .values_mut()
            .filter(|d| d.last_frame <= median)
        {
            self.held -= direction.runs.cost();
            counters.messages_given_up += direction.runs.len() as u64;
            direction.runs = Runs::default();
        }
    }
}

impl Scene<'_, '_> {
    fn src(&self) -> Endpoint {
        Endpoint {
            address: self.carrier.src,
            port: self.header.src,
        }
    }

    fn dst(&self) -> Endpoint {
        Endpoint {
            address: self.carrier.dst,
            port: self.header.dst,
        }
    }

    fn new_assoc(&mut self) -> u64 {
        *self.next_assoc += 1;
        *self.next_assoc
    }

    fn message(
        &mut self,
        assoc: u64,
        fields: SctpFields,
        octets: &[u8],
        frames: &[u64],
    ) -> ControlFlow<()> {
        self.counters.messages += 1;
        let (src, dst) = (self.src(), self.dst());
        (self.visit)(Item::Message(Message {
            frames,
            time_ns: self.carrier.time_ns,
            transport: self.carrier.transport,
            src,
            dst,
            assoc,
            sctp: Some(fields),
            protocol: self
                .settings
                .protocol(fields.ppid, self.header.src, self.header.dst),
            octets,
        }))
    }

    fn association(&mut self, assoc: u64, kind: AssociationKind) -> ControlFlow<()> {
        let (src, dst) = (self.src(), self.dst());
        (self.visit)(Item::Association(Association {
            assoc,
            kind,
            frame: self.carrier.last_frame(),
            time_ns: self.carrier.time_ns,
            transport: self.carrier.transport,
            src,
            dst,
        }))
    }
}

/// Reads a DATA or I-DATA chunk and returns its TSN too; `None` if it is too short or has no user data.
fn piece(kind: u8, flags: u8, value: &[u8], vtag: u32) -> Option<(Piece<'_>, u32)> {
    let (tsn, stream) = (be32(value, 0)?, be16(value, 4)?);
    let (begin, end) = (flags & FLAG_BEGIN != 0, flags & FLAG_END != 0);
    let unordered = flags & FLAG_UNORDERED != 0;
    let (ssn, ppid, group, order, octets) = if kind == DATA {
        (
            u32::from(be16(value, 6)?),
            be32(value, 8)?,
            0,
            tsn,
            value.get(12..)?,
        )
    } else {
        let (message, ppid_or_fsn) = (be32(value, 8)?, be32(value, 12)?);
        let group =
            1 << 63 | u64::from(unordered) << 48 | u64::from(stream) << 32 | u64::from(message);
        let (ppid, order) = if begin {
            (ppid_or_fsn, 0)
        } else {
            (0, ppid_or_fsn)
        };
        (message, ppid, group, order, value.get(16..)?)
    };
    if octets.is_empty() {
        return None;
    }
    let fields = SctpFields {
        ppid,
        stream,
        unordered,
        ssn,
        tsn,
        vtag,
    };
    Some((
        Piece {
            group,
            order,
            begin,
            end,
            octets,
            fields,
        },
        tsn,
    ))
}

/// Returns whether the CRC32c of a packet is right.
pub(crate) fn checksum_is_right(packet: &[u8]) -> bool {
    stored_checksum(packet).is_some_and(|stored| stored == checksum(packet))
}

/// Returns the value of the checksum field, which is little-endian unlike every other field.
pub(crate) fn stored_checksum(packet: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(
        packet.get(8..COMMON_HEADER)?.try_into().ok()?,
    ))
}

/// Computes the CRC32c of a packet of at least [`COMMON_HEADER`] octets, with zeros as its checksum.
pub(crate) fn checksum(packet: &[u8]) -> u32 {
    let head = crc32c::crc32c_append(crc32c::crc32c(&packet[..8]), &[0; 4]);
    crc32c::crc32c_append(head, &packet[COMMON_HEADER..])
}

/// Returns whether octets look like an SCTP packet: a check that is cheaper than the checksum.
pub(crate) fn is_plausible(packet: &[u8]) -> bool {
    let first = (
        be16(packet, 0),
        be16(packet, 2),
        packet.get(COMMON_HEADER),
        be16(packet, COMMON_HEADER + 2),
    );
    let (Some(src), Some(dst), Some(&kind), Some(length)) = first else {
        return false;
    };
    let known = matches!(kind, 0..=15 | 64 | 128..=132 | 192..=194);
    let fits = length >= 4 && COMMON_HEADER + usize::from(length) <= packet.len();
    src != 0 && dst != 0 && known && fits
}
