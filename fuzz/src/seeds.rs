//! Seeds from `vectors/` and `captures/`, written before a target starts.

use crate::source::with_length;
use rspcheck_vectors::{Protocol, builtin};
use std::fs;
use std::path::Path;

/// Variable of the environment that names the folder for seeds.
const FOLDER: &str = "FUZZ_SEEDS";
/// Longest message in a sequence of inputs to an engine.
const SHORT: usize = 512;
/// Frames of a capture in one seed.
const FRAMES: usize = 24;

/// Writes the seeds into the folder that `FUZZ_SEEDS` names; without it, makes none.
///
/// # Panics
/// If the folder cannot be written.
pub fn write(seeds: impl FnOnce() -> Vec<Vec<u8>>) {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    fs::create_dir_all(&folder).expect("the folder for seeds can be made");
    for (number, seed) in seeds().into_iter().enumerate() {
        let file = Path::new(&folder).join(format!("seed-{number:04}"));
        fs::write(file, seed).expect("the folder for seeds can be written");
    }
}

/// Returns the octets of all vectors.
pub fn messages() -> Vec<Vec<u8>> {
    builtin().into_iter().map(|vector| vector.octets).collect()
}

/// Returns a sequence of inputs to an engine for each short vector of a protocol: `before`, then the message as
/// [`Source::octets`](crate::Source::octets) reads it, then `after`.
pub fn around_messages(protocol: Protocol, before: &[u8], after: &[u8]) -> Vec<Vec<u8>> {
    let vectors = builtin().into_iter();
    let fitting = vectors.filter(|v| v.protocol == protocol && v.octets.len() <= SHORT);
    fitting
        .map(|vector| [before, &with_length(&vector.octets), after].concat())
        .collect()
}

/// Returns the captures of the repository in parts of some frames, as pcap and as pcapng.
///
/// # Panics
/// If a capture cannot be read.
pub fn captures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../captures");
    let entries = fs::read_dir(folder).expect("the captures are in the repository");
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "pcap")
    });
    files.sort();
    let mut seeds = Vec::new();
    for file in files {
        let octets = fs::read(file).expect("a capture can be read");
        let (header, records) = octets.split_at(24);
        let records = records_of(records);
        for part in records.chunks(FRAMES) {
            seeds.push([header, &part.concat()].concat());
        }
        let link = u16::from_le_bytes([header[20], header[21]]);
        seeds.push(pcapng(link, &records[..records.len().min(FRAMES)]));
    }
    seeds
}

/// Returns the records of a pcap file of little-endian order, each with its header.
fn records_of(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while let Some(&[a, b, c, d]) = octets.get(8..12).and_then(<[u8]>::first_chunk) {
        let length = 16 + u32::from_le_bytes([a, b, c, d]) as usize;
        let record = octets.split_off(..length);
        records.push(record.expect("the captures of the repository are whole"));
    }
    records
}

/// Returns a pcapng file of little-endian order with these records of a pcap file.
fn pcapng(link: u16, records: &[&[u8]]) -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let length = (12 + body.len().next_multiple_of(4)) as u32;
        let mut block = [&kind.to_le_bytes()[..], &length.to_le_bytes(), body].concat();
        block.resize(block.len().next_multiple_of(4), 0);
        block.extend_from_slice(&length.to_le_bytes());
        block
    };
    let section = [
        &0x1a2b_3c4d_u32.to_le_bytes()[..],
        &[1, 0, 0, 0],
        &[0xff; 8],
    ]
    .concat();
    let interface = [&link.to_le_bytes()[..], &[0, 0], &65_535_u32.to_le_bytes()].concat();
    let mut file = [block(0x0a0d_0d0a, &section), block(1, &interface)].concat();
    for record in records {
        let (header, packet) = record.split_at(16);
        let body = [&[0; 4][..], &[0; 8], &header[8..16], packet].concat();
        file.extend(block(6, &body));
    }
    file
}
