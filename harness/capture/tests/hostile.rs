//! Spoilt and hostile captures: reading neither panics nor holds more memory than [`limits`] allow.
//!
//! The peak is that of the whole process, so the tests take turns.

use peak_alloc::PeakAlloc;
use rspcheck_capture::{Capture, Settings, limits};
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static TURN: Mutex<()> = Mutex::new(());

/// Copies of each capture that are spoilt and read.
const COPIES: usize = 400;
/// Octets of heap that reading one of the captures may hold beside the read buffer. Each file has less than 20,000
/// octets.
const SMALL: usize = 256 * 1024;

/// Returns the peak of heap that reading `input` holds.
fn peak(input: impl Read + 'static, settings: Settings) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    if let Ok(mut capture) = Capture::from_reader(input, settings) {
        let _ = capture.for_each(|_| {});
    }
    MEMORY.peak_usage() - before
}

/// A linear congruential generator with a fixed seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// Spoils a few places of a file behind its magic: a random octet, an extreme octet, a cut, a part sent twice.
    fn spoil(&mut self, file: &mut Vec<u8>) {
        for _ in 0..=self.below(8) {
            let at = 4 + self.below(file.len() - 4);
            match self.below(8) {
                0 => file.truncate(at.max(64)),
                1 => {
                    let end = (at + self.below(2000)).min(file.len());
                    file.extend_from_within(at..end);
                }
                2 => {
                    let end = (at + self.below(200)).min(file.len());
                    file.drain(at.max(64).min(end)..end);
                }
                3 => file[at] = 0xff,
                4 => file[at] = 0,
                5 => file[at] ^= 1 << self.below(8),
                _ => file[at] = self.below(256) as u8,
            }
        }
    }
}

/// Every capture, as it is and as one that is raw IP or Linux cooked by its header, so that headers are misread too.
fn originals() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the captures are there")
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "pcap"))
        .collect();
    files.sort();
    let mut originals = Vec::new();
    for path in files {
        let file = std::fs::read(path).expect("a capture is readable");
        // The first 20,000 octets hold every kind of frame that the file has.
        let file = file[..file.len().min(20_000)].to_vec();
        for link in [101, 113, 276] {
            let mut other = file.clone();
            other[20..24].copy_from_slice(&u32::to_le_bytes(link));
            originals.push(other);
        }
        originals.push(as_pcapng(&file));
        originals.push(file);
    }
    originals
}

/// The same frames in pcapng: a section header, an interface, and an Enhanced Packet Block per frame.
fn as_pcapng(pcap: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut block = |kind: u32, parts: &[&[u8]]| {
        let mut body = parts.concat();
        body.resize(body.len().next_multiple_of(4), 0);
        let length = (12 + body.len() as u32).to_le_bytes();
        file.extend_from_slice(&kind.to_le_bytes());
        file.extend_from_slice(&length);
        file.extend_from_slice(&body);
        file.extend_from_slice(&length);
    };
    block(
        0x0a0d_0d0a,
        &[&[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0], &[0xff; 8]],
    );
    block(
        1,
        &[&pcap[20..22], &[0; 6], &[9, 0, 1, 0, 6, 0, 0, 0], &[0; 4]],
    );
    let mut rest = &pcap[24..];
    while let Some((header, frames)) = rest.split_first_chunk::<16>() {
        let length = u32::from_le_bytes(header[8..12].try_into().expect("four octets"));
        let Some(frame) = frames.get(..length as usize) else {
            break;
        };
        block(
            6,
            &[&[0; 4], &header[4..8], &header[..4], &header[8..], frame],
        );
        rest = &frames[length as usize..];
    }
    file
}

#[test]
fn spoilt_captures_neither_panic_nor_hold_more_than_they_justify() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut random = Random(1);
    for (at, original) in originals().iter().enumerate() {
        for copy in 0..COPIES {
            let mut file = original.clone();
            if copy > 0 {
                random.spoil(&mut file);
            }
            let settings = Settings {
                wrong_checksums: copy % 2 == 0,
                ..Settings::default()
            };
            let held = peak(Cursor::new(file), settings);
            assert!(
                held < limits::READ_BUFFER_OCTETS + SMALL,
                "original {at}, copy {copy}: {held} octets"
            );
        }
    }
}

/// A file that is made while it is read: a beginning, then `records` records.
struct Flood<F> {
    record: F,
    records: u32,
    made: u32,
    octets: Cursor<Vec<u8>>,
}

impl<F: FnMut(u32) -> Vec<u8>> Read for Flood<F> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.octets.position() == self.octets.get_ref().len() as u64 && self.made < self.records
        {
            self.octets = Cursor::new((self.record)(self.made));
            self.made += 1;
        }
        self.octets.read(buffer)
    }
}

/// Reads a pcap file of raw IP packets and returns the peak of heap.
fn flood(records: u32, mut packet: impl FnMut(u32) -> Vec<u8> + 'static) -> usize {
    let mut header = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    header.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0]);
    let record = move |n| {
        let packet = packet(n);
        let length = (packet.len() as u32).to_le_bytes();
        [&[0; 8], &length[..], &length, &packet].concat()
    };
    let settings = Settings {
        wrong_checksums: true,
        ..Settings::default()
    };
    let input = Flood {
        record,
        records,
        made: 0,
        octets: Cursor::new(header),
    };
    peak(input, settings)
}

fn ipv4(protocol: u8, identification: u32, fragment: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend_from_slice(&(20 + payload.len() as u16).to_be_bytes());
    packet.extend_from_slice(&(identification as u16).to_be_bytes());
    packet.extend_from_slice(&fragment.to_be_bytes());
    packet.extend_from_slice(&[64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    packet.extend_from_slice(payload);
    packet
}

#[test]
fn floods_of_unfinished_work_stay_within_the_limits() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let base = limits::READ_BUFFER_OCTETS + SMALL;
    // More fragments follow each of these, at an offset near the end of a datagram of 64 KiB.
    let held = flood(5_000, |n| ipv4(132, n, 0x2000 | 8_000, &[0; 1000]));
    assert!(held < base + limits::IP_OCTETS, "IP: {held} octets");
    // First fragments of user messages, 40 in each of many associations.
    let held = flood(60_000, |n| {
        let mut packet = vec![0xc0, 0, 0x0f, 0x17];
        packet.extend_from_slice(&(n / 40).to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 0, 0, 2, 0x04, 0x10]);
        packet.extend_from_slice(&(n % 40 * 2).to_be_bytes());
        packet.extend_from_slice(&[0, 1, 0, 1, 0, 0, 0, 11]);
        packet.resize(packet.len() + 1024, 0);
        ipv4(132, 0, 0, &packet)
    });
    // Octets of messages are counted; lists and windows of TSNs come to less than a quarter as much.
    assert!(
        held < base + limits::RUN_OCTETS / 4 * 5,
        "SCTP: {held} octets"
    );
    // Segments that lack the one before them, in many connections.
    let held = flood(60_000, |n| {
        let mut segment = (n as u16 / 60).to_be_bytes().to_vec();
        segment.extend_from_slice(&[0x0f, 0x17]);
        segment.extend_from_slice(&(n % 60 * 2000).to_be_bytes());
        segment.extend_from_slice(&[0, 0, 0, 0, 0x50, 0, 0, 0, 0, 0, 0, 0]);
        segment.resize(segment.len() + 1024, 0);
        ipv4(6, 0, 0, &segment)
    });
    assert!(
        held < base + limits::TCP_OCTETS / 4 * 5,
        "TCP: {held} octets"
    );
}

#[test]
fn long_interface_descriptions_are_not_kept() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let section = [
        &[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0][..],
        &[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0],
        &[0xff; 8],
        &[28, 0, 0, 0],
    ]
    .concat();
    // An interface with a comment of 60,000 octets.
    let length = (16 + 4 + 60_000 + 4_u32).to_le_bytes();
    let interface = [
        &[1, 0, 0, 0][..],
        &length,
        &[101, 0, 0, 0, 0, 0, 0, 0, 1, 0],
        &60_000_u16.to_le_bytes(),
        &[b'x'; 60_000],
        &length,
    ]
    .concat();
    let input = Flood {
        record: move |_| interface.clone(),
        records: 1000,
        made: 0,
        octets: Cursor::new(section),
    };
    let held = peak(input, Settings::default());
    assert!(
        held < limits::READ_BUFFER_OCTETS + SMALL,
        "{held} octets of heap"
    );
}
