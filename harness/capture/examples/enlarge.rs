//! Makes a large capture from a small one, for measurements.
//!
//! `cargo run --release -p rspcheck-capture --example enlarge -- FROM.pcap TO.pcap OCTETS`
//!
//! The frames are repeated until TO has OCTETS octets. Each repetition is later in time and has other verification
//! tags, in the packets as well as in INIT and INIT ACK, and the CRC32c to match: otherwise all repetitions would be
//! retransmissions to any reader. FROM must be a pcap file of link type Ethernet; frames that are not SCTP over IPv4 or
//! IPv6 are repeated as they are.

use etherparse::{LaxSlicedPacket, ip_number};
use pcap_file::DataLink;
use pcap_file::pcap::{PcapReader, PcapWriter, RawPcapPacket};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;

const FILE_HEADER: usize = 24;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to, octets] = arguments.as_slice() else {
        return Err("usage: enlarge FROM.pcap TO.pcap OCTETS".into());
    };
    let octets: usize = octets.parse()?;
    let mut input = PcapReader::new(File::open(from)?)?;
    let header = input.header();
    if header.datalink != DataLink::ETHERNET {
        return Err("FROM is not a pcap file of Ethernet frames".into());
    }
    let mut frames = Vec::new();
    while let Some(frame) = input.next_raw_packet() {
        frames.push(frame?.into_owned());
    }
    let (Some(first), Some(last)) = (frames.first(), frames.last()) else {
        return Err("FROM has no frames".into());
    };
    let span = last.ts_sec - first.ts_sec + 1;
    let mut output = PcapWriter::with_header(BufWriter::new(File::create(to)?), header)?;
    let (mut written, mut repetition) = (FILE_HEADER, 0_u32);
    while written < octets {
        for frame in &frames {
            written += output.write_raw_packet(&repeated(frame, span, repetition))?;
        }
        repetition += 1;
    }
    output.into_writer().flush()?;
    println!(
        "{written} octets, {} frames, {repetition} repetitions",
        frames.len() * repetition as usize
    );
    Ok(())
}

/// Returns a frame's copy for one repetition.
fn repeated(frame: &RawPcapPacket<'_>, span: u32, repetition: u32) -> RawPcapPacket<'static> {
    let mut copy = frame.clone().into_owned();
    copy.ts_sec += repetition * span;
    if let Some(packet) = sctp(&frame.data) {
        // A multiplier near the golden ratio spreads the tags over all their bits.
        let salt = repetition.wrapping_mul(0x9e37_79b1);
        retag(&mut copy.data.to_mut()[packet], salt);
    }
    copy
}

/// Moves an SCTP packet to another association.
fn retag(packet: &mut [u8], salt: u32) {
    change(packet, 4, salt);
    let mut chunk = 12;
    while chunk + 4 <= packet.len() {
        let length = usize::from(u16::from_be_bytes([packet[chunk + 2], packet[chunk + 3]]));
        if matches!(packet[chunk], 1 | 2) {
            change(packet, chunk + 4, salt);
        }
        chunk += length.max(4).next_multiple_of(4);
    }
    packet[8..12].fill(0);
    let sum = crc32c::crc32c(packet).to_le_bytes();
    packet[8..12].copy_from_slice(&sum);
}

/// Returns the place of the SCTP packet in an Ethernet frame.
fn sctp(frame: &[u8]) -> Option<Range<usize>> {
    let sliced = LaxSlicedPacket::from_ethernet(frame).ok()?;
    let ip = sliced.ip_payload()?;
    if ip.ip_number != ip_number::SCTP || ip.fragmented || ip.incomplete || ip.payload.len() < 16 {
        return None;
    }
    let start = ip.payload.as_ptr().addr() - frame.as_ptr().addr();
    Some(start..start + ip.payload.len())
}

/// Changes a tag; 0 stays 0 and no other tag becomes 0.
fn change(packet: &mut [u8], at: usize, salt: u32) {
    let Some(field) = packet.get_mut(at..at + 4) else {
        return;
    };
    let tag = u32::from_be_bytes([field[0], field[1], field[2], field[3]]);
    if tag != 0 {
        let other = if tag ^ salt == 0 { tag } else { tag ^ salt };
        field.copy_from_slice(&other.to_be_bytes());
    }
}
