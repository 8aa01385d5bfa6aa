//! Reads link layers, IP headers and extension headers, down to the payload of IP.

use crate::limits::VLAN_TAGS;
use crate::octets::be16;
use etherparse::{
    EtherType, Ethernet2Slice, IpAuthHeaderSlice, IpFragOffset, IpNumber, Ipv4ExtensionsSlice,
    Ipv6ExtensionsSlice, Ipv6FragmentHeaderSlice, Ipv6RawExtHeaderSlice, LaxIpSlice, LaxIpv4Slice,
    LaxIpv6Slice, SingleVlanSlice, ether_type, ip_number,
};
use pcap_file::DataLink;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Contents of a frame.
pub(crate) enum Carried<'a> {
    /// An IP packet; its version is in its first octet.
    Ip(&'a [u8]),
    /// An SCTP packet without a network layer.
    Sctp(&'a [u8]),
    /// ARP, spanning tree and so on.
    Other,
    /// A frame that is shorter than its headers.
    Malformed,
    /// A frame of a link type that is not supported.
    Unsupported,
}

/// Link types that `pcap-file` has no name for: those of raw IP on BSD and on OpenBSD.
const RAW_BSD: DataLink = DataLink::Unknown(12);
const RAW_OPENBSD: DataLink = DataLink::Unknown(14);
const LINUX_SLL_HEADER: usize = 16;
const LINUX_SLL2_HEADER: usize = 20;
/// The third tag protocol of stacked VLANs, beside those of `etherparse`.
const VLAN_9200: EtherType = EtherType(0x9200);
/// LLC and SNAP before the Ethernet type of a frame that has its length in the type field.
const SNAP: [u8; 6] = [0xaa, 0xaa, 3, 0, 0, 0];

/// Steps over the link layer.
pub(crate) fn carried(link: DataLink, frame: &[u8]) -> Carried<'_> {
    match link {
        DataLink::ETHERNET => ethernet(frame),
        DataLink::RAW | RAW_BSD | RAW_OPENBSD | DataLink::IPV4 | DataLink::IPV6 => {
            Carried::Ip(frame)
        }
        // The address family is in the capturing host's byte order, and IPv6 has a number per system: the version in
        // the IP header is the same information, and more reliable.
        DataLink::NULL | DataLink::LOOP => frame.get(4..).map_or(Carried::Malformed, Carried::Ip),
        // `etherparse` reads this header for few devices only: loopback and tunnels are not among them.
        DataLink::LINUX_SLL => cooked::<LINUX_SLL_HEADER>(frame, 14),
        DataLink::LINUX_SLL2 => cooked::<LINUX_SLL2_HEADER>(frame, 0),
        DataLink::SCTP => Carried::Sctp(frame),
        _ => Carried::Unsupported,
    }
}

/// Steps over an Ethernet header.
pub(crate) fn ethernet(frame: &[u8]) -> Carried<'_> {
    let Ok(frame) = Ethernet2Slice::from_slice_without_fcs(frame) else {
        return Carried::Malformed;
    };
    after_tags(frame.ether_type(), frame.payload_slice()).unwrap_or(Carried::Malformed)
}

/// Reads a Linux cooked header of `HEADER` octets with its protocol type at `at`.
fn cooked<const HEADER: usize>(frame: &[u8], at: usize) -> Carried<'_> {
    let contents = frame
        .split_first_chunk::<HEADER>()
        .and_then(|(header, payload)| after_tags(EtherType(be16(header, at)?), payload));
    contents.unwrap_or(Carried::Malformed)
}

/// Follows Ethernet types over VLAN tags and SNAP; `None` if the frame ends inside them or has too many.
fn after_tags(mut kind: EtherType, mut payload: &[u8]) -> Option<Carried<'_>> {
    for _ in 0..=VLAN_TAGS {
        match kind {
            ether_type::IPV4 | ether_type::IPV6 => return Some(Carried::Ip(payload)),
            ether_type::VLAN_TAGGED_FRAME
            | ether_type::PROVIDER_BRIDGING
            | ether_type::VLAN_DOUBLE_TAGGED_FRAME
            | VLAN_9200 => {
                let tag = SingleVlanSlice::from_slice(payload).ok()?;
                (kind, payload) = (tag.ether_type(), tag.payload_slice());
            }
            EtherType(0..=1500) => {
                let Some(after) = payload.strip_prefix(&SNAP) else {
                    return Some(Carried::Other);
                };
                payload = after;
                kind = EtherType(be16(payload, 0)?);
                payload = &payload[2..];
            }
            _ => return Some(Carried::Other),
        }
    }
    None
}

/// An IP packet without its headers.
pub(crate) struct Packet<'a> {
    pub(crate) src: IpAddr,
    pub(crate) dst: IpAddr,
    pub(crate) protocol: IpNumber,
    pub(crate) payload: &'a [u8],
    /// The header announces no more octets than were captured.
    pub(crate) whole: bool,
    pub(crate) fragment: Option<Fragment>,
}

/// Place of a fragment in its datagram.
#[derive(Clone, Copy)]
pub(crate) struct Fragment {
    pub(crate) identification: u32,
    pub(crate) offset: IpFragOffset,
    pub(crate) more: bool,
}

/// Reads an IP header with its extension headers; `None` if they contradict themselves.
///
/// If the announced length is 0, as in a packet on its way to segmentation by the network card or in a jumbogram, the
/// payload ends where the frame ends.
pub(crate) fn packet(octets: &[u8]) -> Option<Packet<'_>> {
    let (ip, stopped) = LaxIpSlice::from_slice(octets).ok()?;
    let packet = match ip {
        LaxIpSlice::Ipv4(ip) => ipv4(&ip, octets)?,
        LaxIpSlice::Ipv6(ip) => ipv6(&ip, octets)?,
    };
    // The octets behind a fragment header are no header in general, so errors there are ignored.
    (stopped.is_none() || packet.fragment.is_some()).then_some(packet)
}

fn ipv4<'a>(ip: &LaxIpv4Slice<'a>, octets: &'a [u8]) -> Option<Packet<'a>> {
    let header = ip.header();
    let (start, total) = (header.slice().len(), usize::from(header.total_len()));
    if total != 0 && total < start {
        return None;
    }
    let mut packet = Packet {
        src: Ipv4Addr::from(header.source()).into(),
        dst: Ipv4Addr::from(header.destination()).into(),
        protocol: ip.payload().ip_number,
        payload: ip.payload().payload,
        whole: !ip.payload().incomplete,
        fragment: None,
    };
    if header.is_fragmenting_payload() {
        packet.fragment = Some(Fragment {
            identification: u32::from(header.identification()),
            offset: header.fragments_offset(),
            more: header.more_fragments(),
        });
        // Only the first fragment has an authentication header: keep it in the payload until the datagram is whole.
        let authentication = ip.extensions().auth.map_or(0, |auth| auth.slice().len());
        packet.protocol = header.protocol();
        packet.payload = octets.get(start..start + authentication + packet.payload.len())?;
    }
    Some(packet)
}

fn ipv6<'a>(ip: &LaxIpv6Slice<'a>, octets: &'a [u8]) -> Option<Packet<'a>> {
    let header = ip.header();
    let mut packet = Packet {
        src: Ipv6Addr::from(header.source()).into(),
        dst: Ipv6Addr::from(header.destination()).into(),
        protocol: ip.payload().ip_number,
        payload: ip.payload().payload,
        whole: !ip.payload().incomplete,
        fragment: None,
    };
    if ip.extensions().is_fragmenting_payload() {
        let start = header.slice().len();
        let end = start + ip.extensions().slice().len() + packet.payload.len();
        let (fragment, protocol, payload) =
            to_fragment(header.next_header(), octets.get(start..end)?)?;
        (packet.protocol, packet.payload) = (protocol, payload);
        packet.fragment = Some(fragment);
    }
    Some(packet)
}

/// Walks to the fragment header of an IPv6 packet and returns the octets right behind it with their protocol number.
///
/// `etherparse`'s own walk continues behind that header, into the datagram. Its iterator over the headers would read past
/// the end of the slice if that walk ended with an error.
fn to_fragment(mut protocol: IpNumber, mut octets: &[u8]) -> Option<(Fragment, IpNumber, &[u8])> {
    loop {
        let (next, length) = match protocol {
            ip_number::IPV6_HEADER_HOP_BY_HOP
            | ip_number::IPV6_DESTINATION_OPTIONS
            | ip_number::IPV6_ROUTE_HEADER => {
                let header = Ipv6RawExtHeaderSlice::from_slice(octets).ok()?;
                (header.next_header(), header.slice().len())
            }
            ip_number::AUTHENTICATION_HEADER => {
                let header = IpAuthHeaderSlice::from_slice(octets).ok()?;
                (header.next_header(), header.slice().len())
            }
            ip_number::IPV6_FRAGMENTATION_HEADER => {
                let header = Ipv6FragmentHeaderSlice::from_slice(octets).ok()?;
                let (next, length) = (header.next_header(), header.slice().len());
                if header.is_fragmenting_payload() {
                    let fragment = Fragment {
                        identification: header.identification(),
                        offset: header.fragment_offset(),
                        more: header.more_fragments(),
                    };
                    return Some((fragment, next, &octets[length..]));
                }
                (next, length)
            }
            _ => return None,
        };
        (protocol, octets) = (next, &octets[length..]);
    }
}

/// Steps over the extension headers in front of a reassembled payload; `None` if they contradict themselves.
pub(crate) fn after_extensions(
    src: IpAddr,
    protocol: IpNumber,
    payload: &[u8],
) -> Option<(IpNumber, &[u8])> {
    if src.is_ipv4() {
        let (_, protocol, payload) = Ipv4ExtensionsSlice::from_slice(protocol, payload).ok()?;
        return Some((protocol, payload));
    }
    let (headers, protocol, payload) = Ipv6ExtensionsSlice::from_slice(protocol, payload).ok()?;
    // A fragment inside a reassembled datagram is not reassembled.
    (!headers.is_fragmenting_payload()).then_some((protocol, payload))
}
