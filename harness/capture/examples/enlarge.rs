//! Makes a large capture out of a small one, to measure with.
//!
//! `cargo run --release -p rspcheck-capture --example enlarge -- FROM.pcap TO.pcap OCTETS`
//!
//! The frames are repeated until TO has OCTETS octets. Each repetition is later in time and has other verification
//! tags, in the packets as well as in INIT and INIT ACK, and the CRC32c to match: else all but the first would be
//! retransmissions to any reader. FROM must be a little-endian pcap file with microseconds and link type Ethernet;
//! frames that are not SCTP over IPv4 or IPv6 are repeated as they are.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::Range;

const RECORD_HEADER: usize = 16;
const SCTP: u8 = 132;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to, octets] = arguments.as_slice() else {
        return Err("usage: enlarge FROM.pcap TO.pcap OCTETS".into());
    };
    let octets: usize = octets.parse()?;
    let input = fs::read(from)?;
    let (header, records) = input.split_at_checked(24).ok_or("FROM is too short")?;
    if header[..4] != [0xd4, 0xc3, 0xb2, 0xa1] || header[20] != 1 {
        return Err(
            "FROM is not a little-endian pcap file of Ethernet frames with microseconds".into(),
        );
    }
    let records = split(records)?;
    let seconds = |record: &Range<usize>| u32_at(&input[24..], record.start);
    let span = match (records.first(), records.last()) {
        (Some(first), Some(last)) => seconds(last) - seconds(first) + 1,
        _ => return Err("FROM has no frames".into()),
    };
    let mut output = BufWriter::new(File::create(to)?);
    output.write_all(header)?;
    let (mut written, mut repetition) = (header.len(), 0_u32);
    let mut copy = Vec::new();
    while written < octets {
        for record in &records {
            copy.clear();
            copy.extend_from_slice(&input[24..][record.clone()]);
            let time = seconds(record) + repetition * span;
            copy[..4].copy_from_slice(&time.to_le_bytes());
            // A multiplier near the golden ratio spreads the tags over all their bits.
            retag(
                &mut copy[RECORD_HEADER..],
                repetition.wrapping_mul(0x9e37_79b1),
            );
            output.write_all(&copy)?;
            written += copy.len();
        }
        repetition += 1;
    }
    output.flush()?;
    println!(
        "{written} octets, {} frames, {repetition} repetitions",
        records.len() * repetition as usize
    );
    Ok(())
}

/// Ranges of the records, each with its header.
fn split(octets: &[u8]) -> Result<Vec<Range<usize>>, &'static str> {
    let mut records = Vec::new();
    let mut at = 0;
    while at < octets.len() {
        if octets.len() < at + RECORD_HEADER {
            return Err("FROM is cut off");
        }
        let end = at + RECORD_HEADER + u32_at(octets, at + 8) as usize;
        if octets.len() < end {
            return Err("FROM is cut off");
        }
        records.push(at..end);
        at = end;
    }
    Ok(records)
}

/// Makes the frame's association another one.
fn retag(frame: &mut [u8], salt: u32) {
    let Some(packet) = sctp(frame) else { return };
    let packet = &mut frame[packet];
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

/// Where the SCTP packet of an Ethernet frame is.
fn sctp(frame: &[u8]) -> Option<Range<usize>> {
    let ip = frame.get(14..)?;
    let (start, end) = match (frame.get(12..14)?, ip) {
        ([0x08, 0x00], [first, ..]) if *ip.get(9)? == SCTP => (
            usize::from(first & 0xf) * 4,
            usize::from(u16::from_be_bytes([ip[2], ip[3]])),
        ),
        ([0x86, 0xdd], _) if *ip.get(6)? == SCTP => {
            (40, 40 + usize::from(u16::from_be_bytes([ip[4], ip[5]])))
        }
        _ => return None,
    };
    (start + 16 <= end && end <= ip.len()).then_some(14 + start..14 + end)
}

/// Changes a tag; 0 stays 0 and nothing else becomes it.
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

fn u32_at(octets: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([octets[at], octets[at + 1], octets[at + 2], octets[at + 3]])
}
