//! Link layers: from a frame's octets to the network layer.

use crate::limits::VLAN_TAGS;
use crate::octets::be16;
use pcap_file::DataLink;

/// What a frame carries.
pub(crate) enum Carried<'a> {
    /// An IP packet; its version is in its first octet.
    Ip(&'a [u8]),
    /// An SCTP packet without a network layer.
    Sctp(&'a [u8]),
    /// ARP, spanning tree and so on.
    Other,
    /// A link type that is not supported.
    Unsupported,
}

/// Link types that `pcap-file` has no name for: those of raw IP on BSD and on OpenBSD.
const RAW_BSD: DataLink = DataLink::Unknown(12);
const RAW_OPENBSD: DataLink = DataLink::Unknown(14);

pub(crate) fn carried(link: DataLink, frame: &[u8]) -> Carried<'_> {
    let ip = match link {
        DataLink::ETHERNET => ethertype(frame, 12),
        DataLink::RAW | RAW_BSD | RAW_OPENBSD | DataLink::IPV4 | DataLink::IPV6 => Some(frame),
        // The address family is in the capturing host's byte order, and IPv6 has a number per system: the version
        // in the IP header says the same and more reliably.
        DataLink::NULL | DataLink::LOOP => frame.get(4..),
        DataLink::LINUX_SLL => ethertype(frame, 14),
        DataLink::LINUX_SLL2 => match be16(frame, 0) {
            Some(0x0800 | 0x86dd) => frame.get(20..),
            Some(0x8100 | 0x88a8) => ethertype(frame.get(20..).unwrap_or_default(), 2),
            _ => None,
        },
        DataLink::SCTP => return Carried::Sctp(frame),
        _ => return Carried::Unsupported,
    };
    ip.map_or(Carried::Other, Carried::Ip)
}

/// Follows an Ethernet type field, over VLAN tags and over LLC/SNAP, to an IP packet.
fn ethertype(frame: &[u8], mut at: usize) -> Option<&[u8]> {
    for _ in 0..=VLAN_TAGS {
        match be16(frame, at)? {
            0x0800 | 0x86dd => return frame.get(at + 2..),
            0x8100 | 0x88a8 | 0x9100 | 0x9200 => at += 4,
            0..=1500 if frame.get(at + 2..at + 8)? == [0xaa, 0xaa, 3, 0, 0, 0] => at += 8,
            _ => return None,
        }
    }
    None
}
