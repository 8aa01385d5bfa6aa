//! User messages of SCTP packets that come one by one, for example from a relay that carries them.

use crate::carrier::Carrier;
use crate::sctp::{Sctp, checksum_is_right};
use crate::{Counters, Item, Message, Settings, Transport};
use std::net::IpAddr;
use std::ops::ControlFlow;

/// Octets of the shortest packet: a common header.
const SHORTEST: usize = crate::sctp::COMMON_HEADER;

/// Reads bare SCTP packets in the order in which they come, and yields each user message once, when the last of its
/// fragments has come. The [limits](crate::limits) bound its state.
#[derive(Default)]
pub struct Packets {
    sctp: Sctp,
    settings: Settings,
    counters: Counters,
    next_assoc: u64,
}

impl Packets {
    /// Reads a packet from `src` to `dst`, and calls `visit` with each message that it completes. A packet with a wrong
    /// checksum is only counted, because its receiver drops it.
    pub fn packet(
        &mut self,
        octets: &[u8],
        src: IpAddr,
        dst: IpAddr,
        mut visit: impl FnMut(&Message<'_>),
    ) {
        self.counters.frames += 1;
        if octets.len() < SHORTEST {
            self.counters.malformed += 1;
            return;
        }
        if !checksum_is_right(octets) {
            self.counters.wrong_checksums += 1;
            return;
        }
        let carrier = Carrier {
            frames: &[self.counters.frames],
            time_ns: 0,
            transport: Transport::Sctp,
            src: Some(src),
            dst: Some(dst),
            whole: true,
            tunnels: 0,
        };
        let mut visit = |item: Item<'_>| {
            if let Item::Message(message) = item {
                visit(&message);
            }
            ControlFlow::Continue(())
        };
        let Packets {
            sctp,
            settings,
            counters,
            next_assoc,
        } = self;
        let flow = sctp.packet(octets, &carrier, settings, counters, next_assoc, &mut visit);
        debug_assert!(flow.is_continue());
    }

    /// Returns the counters of what has been read so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sctp::checksum;
    use std::net::Ipv4Addr;

    const SRC: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 128, 0, 1));
    const DST: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 128, 0, 2));
    const WHOLE: u8 = 0x03;
    const BEGIN: u8 = 0x02;
    const END: u8 = 0x01;

    /// Returns a packet with one DATA chunk of stream 5 and PPID 12.
    fn packet(flags: u8, tsn: u32, octets: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x26, 0xad, 0x26, 0xad, 1, 2, 3, 4, 0, 0, 0, 0];
        packet.extend([0, flags]);
        packet.extend((16 + octets.len() as u16).to_be_bytes());
        packet.extend(tsn.to_be_bytes());
        packet.extend([0, 5, 0, 0]);
        packet.extend(12_u32.to_be_bytes());
        packet.extend(octets);
        packet.resize(packet.len().next_multiple_of(4), 0);
        sealed(packet)
    }

    fn sealed(mut packet: Vec<u8>) -> Vec<u8> {
        let sum = checksum(&packet).to_le_bytes();
        packet[8..12].copy_from_slice(&sum);
        packet
    }

    fn read(packets: &mut Packets, packet: &[u8]) -> Vec<(u32, u16, Vec<u8>)> {
        let mut all = Vec::new();
        packets.packet(packet, SRC, DST, |message| {
            let sctp = message.sctp.expect("it came over SCTP");
            all.push((sctp.ppid, sctp.stream, message.octets.to_vec()));
        });
        all
    }

    #[test]
    fn each_message_is_yielded_once() {
        let mut packets = Packets::default();
        let one = packet(WHOLE, 7, b"one");
        assert_eq!(read(&mut packets, &one), [(12, 5, b"one".to_vec())]);
        assert_eq!(read(&mut packets, &one), [], "a retransmission");
        assert_eq!(read(&mut packets, &packet(BEGIN, 8, b"tw")), []);
        let two = read(&mut packets, &packet(END, 9, b"o"));
        assert_eq!(two, [(12, 5, b"two".to_vec())]);
        assert_eq!(packets.counters().retransmissions, 1);
    }

    #[test]
    fn packet_with_a_wrong_checksum_is_not_read() {
        let mut packets = Packets::default();
        let mut broken = packet(WHOLE, 7, b"one");
        broken[20] ^= 1;
        assert_eq!(read(&mut packets, &broken), []);
        assert_eq!(packets.counters().wrong_checksums, 1);
    }

    #[test]
    fn hostile_packets_do_no_harm() {
        let mut packets = Packets::default();
        let good = packet(WHOLE, 7, b"a message of some length");
        for cut in 0..good.len() {
            read(&mut packets, &good[..cut]);
            if cut >= SHORTEST {
                read(&mut packets, &sealed(good[..cut].to_vec()));
            }
        }
        let mut rng = numbers(1);
        for _ in 0..20_000 {
            let length = SHORTEST + (rng() % 100) as usize;
            let mut octets: Vec<u8> = (0..length).map(|_| rng() as u8).collect();
            // Half of them look like chunks.
            if rng().is_multiple_of(2) && length > 16 {
                octets[12] = [0, 1, 2, 6, 7, 11, 14, 64, 192][(rng() % 9) as usize];
                octets[14] = 0;
            }
            read(&mut packets, &sealed(octets));
        }
        // A fragment of a message that never ends.
        for tsn in 0..20_000 {
            read(
                &mut packets,
                &packet(if tsn == 0 { BEGIN } else { 0 }, tsn, &[0; 1000]),
            );
        }
        assert!(packets.held() <= crate::limits::RUN_OCTETS);
        let whole = packet(WHOLE, 30_000, b"still read");
        assert_eq!(read(&mut packets, &whole).len(), 1);
    }

    /// Returns a generator of the same numbers for the same seed (xorshift).
    fn numbers(mut state: u64) -> impl FnMut() -> u64 {
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        }
    }

    impl Packets {
        fn held(&self) -> usize {
            self.sctp.held()
        }
    }
}
