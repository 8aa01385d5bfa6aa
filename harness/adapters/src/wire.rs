//! Disturbances on the wire: the packets that they concern, recognised by the messages inside.
//!
//! A packet is bare SCTP, as the simulated network and SCTP in UDP (RFC 6951) carry it. Nothing in it is changed, so
//! that its checksum stays right.

use rspcheck_testkit::{Disturbance, Instance, PacketFate};

/// Type of a DATA chunk (RFC 9260 §3.3.1).
const DATA: u8 = 0;
/// Type of an I-DATA chunk (RFC 8260 §2.1).
const I_DATA: u8 = 64;
/// Flag of a chunk that begins a user message.
const BEGINNING: u8 = 0x02;
/// PPID of ENRP (RFC 5353 §5.4).
const ENRP_PPID: u32 = 12;
/// Octets of SCTP's common header.
const COMMON_HEADER: usize = 12;

/// The disturbances of one network.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    /// Each with the number of packets that it still concerns.
    disturbances: Vec<Disturbance>,
}

impl Wire {
    /// Adds a disturbance.
    pub(crate) fn disturb(&mut self, disturbance: Disturbance) {
        self.disturbances.push(disturbance);
    }

    /// Returns the fate of a packet, and counts it.
    pub(crate) fn fate(
        &mut self,
        from: Instance,
        to: Instance,
        packet: &[u8],
    ) -> Option<PacketFate> {
        let concerned = |d: &&mut Disturbance| {
            d.times > 0 && d.from == from && d.to == to && begins(packet, d.kind.code)
        };
        let disturbance = self.disturbances.iter_mut().find(concerned)?;
        disturbance.times -= 1;
        Some(disturbance.fate)
    }
}

/// Returns true if a packet has the first chunk of an ENRP message of this type.
fn begins(packet: &[u8], message: u8) -> bool {
    let mut rest = packet.get(COMMON_HEADER..).unwrap_or_default();
    while let [kind, flags, high, low, ..] = *rest {
        let length = usize::from(u16::from_be_bytes([high, low])).max(4);
        let chunk = &rest[..length.min(rest.len())];
        let (ppid, header) = match kind {
            DATA => (12, 16),
            I_DATA => (16, 20),
            _ => (0, usize::MAX),
        };
        let number = chunk.get(ppid..ppid + 4);
        let is_enrp = number == Some(&ENRP_PPID.to_be_bytes()[..]);
        if flags & BEGINNING != 0 && is_enrp && chunk.get(header) == Some(&message) {
            return true;
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use rspcheck_testkit::ENRP_TAKEOVER_SERVER;

    /// Returns a packet with a SACK and a DATA chunk with these flags, PPID and first octet.
    fn packet(flags: u8, ppid: u32, first: u8) -> Vec<u8> {
        let mut packet = vec![0; COMMON_HEADER];
        packet.extend([3, 0, 0, 16]);
        packet.extend([0; 12]);
        packet.extend([DATA, flags, 0, 20]);
        packet.extend([0; 8]);
        packet.extend(ppid.to_be_bytes());
        packet.extend([first, 0, 0, 4]);
        packet
    }

    #[test]
    fn message_is_found_behind_other_chunks() {
        assert!(begins(&packet(3, 12, 9), 9));
        assert!(!begins(&packet(3, 12, 9), 8), "another type");
        assert!(!begins(&packet(3, 11, 9), 9), "ASAP");
        assert!(!begins(&packet(1, 12, 9), 9), "the end of a message");
        for cut in 0..packet(3, 12, 9).len() {
            begins(&packet(3, 12, 9)[..cut], 9);
        }
    }

    #[test]
    fn disturbance_ends_after_its_packets() {
        let (one, two) = (Instance(1), Instance(2));
        let mut wire = Wire::default();
        wire.disturb(Disturbance {
            from: one,
            to: two,
            kind: ENRP_TAKEOVER_SERVER,
            fate: PacketFate::Lost,
            times: 2,
        });
        let packet = packet(3, 12, ENRP_TAKEOVER_SERVER.code);
        assert_eq!(wire.fate(two, one, &packet), None, "the other direction");
        for expected in [Some(PacketFate::Lost), Some(PacketFate::Lost), None] {
            assert_eq!(wire.fate(one, two, &packet), expected);
        }
    }
}
