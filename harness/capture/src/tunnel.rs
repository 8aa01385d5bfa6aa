//! Reads the headers of tunnels: IP in IP, GRE (RFC 2784, RFC 2890) and VXLAN (RFC 7348).

use crate::network::{self, Carried};
use crate::octets::be16;
use etherparse::{IpNumber, ether_type, ip_number};

/// UDP port of VXLAN (RFC 7348, section 5).
pub(crate) const VXLAN_PORT: u16 = 4789;

const GRE_HEADER: usize = 4;
/// Checksum, key and sequence number are present: each takes 4 octets.
const GRE_OPTIONS: [u16; 3] = [0x8000, 0x2000, 0x1000];
/// Source routing, which RFC 2784 has removed, and the version.
const GRE_UNREAD: u16 = 0x4007;
/// Protocol type of an Ethernet frame in GRE.
const GRE_ETHERNET: u16 = 0x6558;
const VXLAN_HEADER: usize = 8;
/// The VXLAN Network Identifier is valid.
const VXLAN_VALID: u8 = 0x08;

/// Steps over the header of a tunnel of IP; `None` if `protocol` is no tunnel.
pub(crate) fn carried(protocol: IpNumber, payload: &[u8]) -> Option<Carried<'_>> {
    match protocol {
        ip_number::IPV4 | ip_number::IPV6 => Some(Carried::Ip(payload)),
        ip_number::GRE => Some(gre(payload)),
        ip_number::ENCAPSULATING_SECURITY_PAYLOAD => Some(Carried::Unsupported),
        _ => None,
    }
}

fn gre(packet: &[u8]) -> Carried<'_> {
    let (Some(flags), Some(kind)) = (be16(packet, 0), be16(packet, 2)) else {
        return Carried::Malformed;
    };
    if flags & GRE_UNREAD != 0 {
        return Carried::Unsupported;
    }
    let options = GRE_OPTIONS.iter().filter(|&bit| flags & bit != 0).count();
    let Some(payload) = packet.get(GRE_HEADER + 4 * options..) else {
        return Carried::Malformed;
    };
    match kind {
        GRE_ETHERNET => network::ethernet(payload),
        kind if kind == ether_type::IPV4.0 || kind == ether_type::IPV6.0 => Carried::Ip(payload),
        _ => Carried::Unsupported,
    }
}

/// Steps over the header of VXLAN.
pub(crate) fn vxlan(datagram: &[u8]) -> Carried<'_> {
    match datagram.split_at_checked(VXLAN_HEADER) {
        Some((header, frame)) if header[0] & VXLAN_VALID != 0 => network::ethernet(frame),
        Some(_) => Carried::Unsupported,
        None => Carried::Malformed,
    }
}
