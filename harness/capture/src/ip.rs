//! IPv4 and IPv6 headers.

use crate::limits::EXTENSION_HEADERS;
use crate::octets::{be16, be32};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const SCTP: u8 = 132;

/// An IP packet without its headers.
pub(crate) struct Packet<'a> {
    pub(crate) src: IpAddr,
    pub(crate) dst: IpAddr,
    pub(crate) protocol: u8,
    pub(crate) payload: &'a [u8],
    /// The header announces no more octets than were captured.
    pub(crate) whole: bool,
    pub(crate) fragment: Option<Fragment>,
}

/// Where a fragment belongs.
#[derive(Clone, Copy)]
pub(crate) struct Fragment {
    pub(crate) identification: u32,
    pub(crate) offset: usize,
    pub(crate) more: bool,
}

pub(crate) fn parse(octets: &[u8]) -> Option<Packet<'_>> {
    match octets.first()? >> 4 {
        4 => ipv4(octets),
        6 => ipv6(octets),
        _ => None,
    }
}

/// Octets from `from` on, up to what the header announces. An announced 0 is that of a segmentation-offloaded or
/// jumbo packet: then everything counts.
fn bounded(octets: &[u8], from: usize, end: usize, announced: bool) -> Option<(&[u8], bool)> {
    let end = if announced { end } else { octets.len() };
    Some((
        octets.get(from..end.min(octets.len()).max(from))?,
        end <= octets.len(),
    ))
}

fn ipv4(octets: &[u8]) -> Option<Packet<'_>> {
    let header = octets.first_chunk::<20>()?;
    let header_length = usize::from(header[0] & 0xf) * 4;
    let total = usize::from(be16(header, 2)?);
    if header_length < 20 || (total != 0 && total < header_length) {
        return None;
    }
    let (payload, whole) = bounded(octets, header_length, total, total != 0)?;
    let flags = be16(header, 6)?;
    let (more, offset) = (flags & 0x2000 != 0, usize::from(flags & 0x1fff) * 8);
    let fragment = (more || offset != 0).then(|| Fragment {
        identification: be16(header, 4).map_or(0, u32::from),
        offset,
        more,
    });
    Some(Packet {
        src: Ipv4Addr::from(be32(header, 12)?).into(),
        dst: Ipv4Addr::from(be32(header, 16)?).into(),
        protocol: header[9],
        payload,
        whole,
        fragment,
    })
}

fn ipv6(octets: &[u8]) -> Option<Packet<'_>> {
    let header = octets.first_chunk::<40>()?;
    let length = usize::from(be16(header, 4)?);
    let (mut payload, whole) = bounded(octets, 40, 40 + length, length != 0)?;
    let mut protocol = header[6];
    let mut fragment = None;
    for _ in 0..EXTENSION_HEADERS {
        let size = match protocol {
            // Hop-by-hop, routing, destination options, mobility, host identity, shim6: units of 8, the first free.
            0 | 43 | 60 | 135 | 139 | 140 => (usize::from(*payload.get(1)?) + 1) * 8,
            // Authentication header: units of 4, the first two free.
            51 => (usize::from(*payload.get(1)?) + 2) * 4,
            44 => {
                let field = be16(payload, 2)?;
                let (offset, more) = (usize::from(field & 0xfff8), field & 1 != 0);
                let identification = be32(payload, 4)?;
                // "Atomic" fragments are whole datagrams.
                fragment = (offset != 0 || more).then_some(Fragment {
                    identification,
                    offset,
                    more,
                });
                8
            }
            _ => break,
        };
        protocol = *payload.first()?;
        payload = payload.get(size..)?;
        if fragment.is_some() {
            // What follows is a header only in the first fragment; it is read once the datagram is whole.
            break;
        }
    }
    let address = |at: usize| -> Option<IpAddr> {
        Some(Ipv6Addr::from(<[u8; 16]>::try_from(header.get(at..at + 16)?).ok()?).into())
    };
    Some(Packet {
        src: address(8)?,
        dst: address(24)?,
        protocol,
        payload,
        whole,
        fragment,
    })
}

/// Steps over the extension headers that stand in front of a reassembled IPv6 payload.
pub(crate) fn after_extensions(mut protocol: u8, mut payload: &[u8]) -> Option<(u8, &[u8])> {
    for _ in 0..EXTENSION_HEADERS {
        if !matches!(protocol, 0 | 43 | 60 | 135 | 139 | 140) {
            break;
        }
        let size = (usize::from(*payload.get(1)?) + 1) * 8;
        protocol = *payload.first()?;
        payload = payload.get(size..)?;
    }
    Some((protocol, payload))
}
