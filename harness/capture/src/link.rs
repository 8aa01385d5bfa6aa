//! Link layers: from a frame's octets to the network layer.

use crate::limits::VLAN_TAGS;
use crate::octets::be16;

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

const NULL: u16 = 0;
const ETHERNET: u16 = 1;
const RAW_BSD: u16 = 12;
const RAW_OPENBSD: u16 = 14;
const RAW: u16 = 101;
const LOOP: u16 = 108;
const LINUX_COOKED: u16 = 113;
const IPV4: u16 = 228;
const IPV6: u16 = 229;
/// Bare SCTP packets.
pub(crate) const SCTP: u16 = 248;
const LINUX_COOKED_2: u16 = 276;

pub(crate) fn carried(link: u16, frame: &[u8]) -> Carried<'_> {
    let ip = match link {
        ETHERNET => ethertype(frame, 12),
        RAW | RAW_BSD | RAW_OPENBSD | IPV4 | IPV6 => Some(frame),
        // The address family is in the capturing host's byte order, and IPv6 has a number per system: the version
        // in the IP header says the same and more reliably.
        NULL | LOOP => frame.get(4..),
        LINUX_COOKED => ethertype(frame, 14),
        LINUX_COOKED_2 => match be16(frame, 0) {
            Some(0x0800 | 0x86dd) => frame.get(20..),
            Some(0x8100 | 0x88a8) => ethertype(frame.get(20..).unwrap_or_default(), 2),
            _ => None,
        },
        SCTP => return Carried::Sctp(frame),
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
