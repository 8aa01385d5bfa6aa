//! Packets and files, made from their specifications and not with the crate under test.

use rspcheck_capture::{
    Association, AssociationKind, Capture, Counters, Error, Item, Protocol, Settings, Transport,
};
use std::io::Cursor;

/// ASAP_HANDLE_RESOLUTION for the pool "abc": Length 11, padded to 12.
pub(crate) const MESSAGE: [u8; 12] = *b"\x05\x00\x00\x0b\x00\x09\x00\x07abc\x00";

/// Returns a message of `octets` octets with a body in which each part is different.
pub(crate) fn long_message(octets: usize) -> Vec<u8> {
    let mut message = vec![5, 0];
    message.extend_from_slice(&(octets as u16).to_be_bytes());
    message.extend((4..octets).map(|at| (at * 7 % 251) as u8));
    message
}

/// A message as owned data.
#[derive(Debug, PartialEq, Eq, Clone)]
pub(crate) struct Seen {
    pub(crate) frames: Vec<u64>,
    pub(crate) octets: Vec<u8>,
    pub(crate) assoc: u64,
    pub(crate) transport: Transport,
    pub(crate) protocol: Option<Protocol>,
    pub(crate) time_ns: u64,
    pub(crate) ends: (String, String),
}

/// Everything that a file yields.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) messages: Vec<Seen>,
    pub(crate) associations: Vec<Association>,
    pub(crate) counters: Counters,
    pub(crate) error: Option<Error>,
}

impl Reading {
    pub(crate) fn frames(&self) -> Vec<Vec<u64>> {
        self.messages
            .iter()
            .map(|message| message.frames.clone())
            .collect()
    }

    pub(crate) fn events(&self) -> Vec<(AssociationKind, u64)> {
        self.associations
            .iter()
            .map(|event| (event.kind, event.assoc))
            .collect()
    }
}

pub(crate) fn read(file: &[u8]) -> Reading {
    read_with(file, Settings::default())
}

pub(crate) fn read_with(file: &[u8], settings: Settings) -> Reading {
    let mut capture = Capture::from_reader(Cursor::new(file.to_vec()), settings)
        .expect("it begins like a capture");
    let (mut messages, mut associations) = (Vec::new(), Vec::new());
    let read = capture.for_each(|item| match item {
        Item::Message(message) => messages.push(Seen {
            frames: message.frames.to_vec(),
            octets: message.octets.to_vec(),
            assoc: message.assoc,
            transport: message.transport,
            protocol: message.protocol,
            time_ns: message.time_ns,
            ends: (message.src.to_string(), message.dst.to_string()),
        }),
        Item::Association(event) => associations.push(event),
    });
    Reading {
        messages,
        associations,
        counters: *capture.counters(),
        error: read.err(),
    }
}

/// A pcap file, little-endian, microseconds; frame n has the time n seconds and n microseconds.
pub(crate) fn pcap(link: u16, frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0,
    ];
    file.extend_from_slice(&u32::from(link).to_le_bytes());
    for (at, frame) in frames.iter().enumerate() {
        let (time, length) = (at as u32 + 1, frame.len() as u32);
        for field in [time, time, length, length] {
            file.extend_from_slice(&field.to_le_bytes());
        }
        file.extend_from_slice(frame);
    }
    file
}

pub(crate) fn ethernet(ethertypes: &[u16], packet: &[u8]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    for (at, ethertype) in ethertypes.iter().enumerate() {
        if at > 0 {
            frame.extend_from_slice(&[0, 7]);
        }
        frame.extend_from_slice(&ethertype.to_be_bytes());
    }
    frame.extend_from_slice(packet);
    frame
}

pub(crate) fn ipv4(protocol: u8, hosts: (u8, u8), payload: &[u8]) -> Vec<u8> {
    ipv4_fragment(protocol, hosts, 0, 0, false, payload)
}

pub(crate) fn ipv4_fragment(
    protocol: u8,
    hosts: (u8, u8),
    identification: u16,
    offset: usize,
    more: bool,
    payload: &[u8],
) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend_from_slice(&(20 + payload.len() as u16).to_be_bytes());
    packet.extend_from_slice(&identification.to_be_bytes());
    packet.extend_from_slice(&((offset / 8) as u16 | u16::from(more) << 13).to_be_bytes());
    packet.extend_from_slice(&[64, protocol, 0, 0, 192, 0, 2, hosts.0, 192, 0, 2, hosts.1]);
    packet.extend_from_slice(payload);
    packet
}

pub(crate) fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend_from_slice(&(payload.len() as u16).to_be_bytes());
    packet.extend_from_slice(&[next, 64]);
    for host in [1, 2] {
        packet.extend_from_slice(&[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host]);
    }
    packet.extend_from_slice(payload);
    packet
}

pub(crate) fn udp(ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    for field in [ports.0, ports.1, 8 + payload.len() as u16, 0] {
        datagram.extend_from_slice(&field.to_be_bytes());
    }
    datagram.extend_from_slice(payload);
    datagram
}

pub(crate) fn tcp(
    ports: (u16, u16),
    sequence: u32,
    acknowledgment: u32,
    flags: u8,
    data: &[u8],
) -> Vec<u8> {
    let mut segment = Vec::new();
    segment.extend_from_slice(&ports.0.to_be_bytes());
    segment.extend_from_slice(&ports.1.to_be_bytes());
    segment.extend_from_slice(&sequence.to_be_bytes());
    segment.extend_from_slice(&acknowledgment.to_be_bytes());
    segment.extend_from_slice(&[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend_from_slice(data);
    segment
}

/// Returns an SCTP packet with its CRC32c, computed bit by bit (RFC 9260, appendix A).
pub(crate) fn sctp(ports: (u16, u16), vtag: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut packet = Vec::new();
    packet.extend_from_slice(&ports.0.to_be_bytes());
    packet.extend_from_slice(&ports.1.to_be_bytes());
    packet.extend_from_slice(&vtag.to_be_bytes());
    packet.extend_from_slice(&[0; 4]);
    for chunk in chunks {
        packet.extend_from_slice(chunk);
        packet.resize(packet.len().next_multiple_of(4), 0);
    }
    let mut crc = u32::MAX;
    for &octet in &packet {
        crc ^= u32::from(octet);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0x82f6_3b78
            } else {
                crc >> 1
            };
        }
    }
    packet[8..12].copy_from_slice(&(!crc).to_le_bytes());
    packet
}

pub(crate) const WHOLE: u8 = 3;
pub(crate) const FIRST: u8 = 2;
pub(crate) const MIDDLE: u8 = 0;
pub(crate) const LAST: u8 = 1;

/// A DATA chunk on stream 1 with PPID 11; its SSN is the lower half of `ssn`.
pub(crate) fn data(flags: u8, tsn: u32, ssn: u16, octets: &[u8]) -> Vec<u8> {
    data_with_ppid(flags, tsn, ssn, 11, octets)
}

pub(crate) fn data_with_ppid(flags: u8, tsn: u32, ssn: u16, ppid: u32, octets: &[u8]) -> Vec<u8> {
    let mut chunk = vec![0, flags];
    chunk.extend_from_slice(&(16 + octets.len() as u16).to_be_bytes());
    chunk.extend_from_slice(&tsn.to_be_bytes());
    chunk.extend_from_slice(&[0, 1]);
    chunk.extend_from_slice(&ssn.to_be_bytes());
    chunk.extend_from_slice(&ppid.to_be_bytes());
    chunk.extend_from_slice(octets);
    chunk
}

/// An I-DATA chunk (RFC 8260) on stream 1; the last number is the PPID of a first fragment, else the FSN.
pub(crate) fn i_data(
    flags: u8,
    tsn: u32,
    message: u32,
    ppid_or_fsn: u32,
    octets: &[u8],
) -> Vec<u8> {
    let mut chunk = vec![64, flags];
    chunk.extend_from_slice(&(20 + octets.len() as u16).to_be_bytes());
    chunk.extend_from_slice(&tsn.to_be_bytes());
    chunk.extend_from_slice(&[0, 1, 0, 0]);
    chunk.extend_from_slice(&message.to_be_bytes());
    chunk.extend_from_slice(&ppid_or_fsn.to_be_bytes());
    chunk.extend_from_slice(octets);
    chunk
}

/// INIT (1) or INIT ACK (2).
pub(crate) fn init(kind: u8, tag: u32, tsn: u32) -> Vec<u8> {
    let mut chunk = vec![kind, 0, 0, 20];
    chunk.extend_from_slice(&tag.to_be_bytes());
    chunk.extend_from_slice(&[0, 1, 0, 0, 0, 16, 0, 16]);
    chunk.extend_from_slice(&tsn.to_be_bytes());
    chunk
}

/// A chunk of a header only.
pub(crate) fn bare(kind: u8, flags: u8) -> Vec<u8> {
    vec![kind, flags, 0, 4]
}

pub(crate) const RAW: u16 = 101;
pub(crate) const PORTS: (u16, u16) = (49152, 3863);
pub(crate) const BACK: (u16, u16) = (3863, 49152);

/// A raw IP frame from host 1 to host 2 with one message.
pub(crate) fn simple_packet(tsn: u32) -> Vec<u8> {
    ipv4(
        132,
        (1, 2),
        &sctp(PORTS, 0xaa, &[data(WHOLE, tsn, tsn as u16, &MESSAGE)]),
    )
}
