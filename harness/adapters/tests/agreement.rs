//! The reference codec and the judge's dissector agree on changed vectors: they accept the same messages, name the same
//! first defect, require the same reaction to unknown parameters, and read the same values.
//!
//! Each octet of each vector is changed, cut off and removed, octets are inserted before it, and a fixed seed combines
//! several changes. The fuzz target `agreement` searches further with the same comparison.

mod codecs;

use data_encoding::HEXLOWER;
use rserpool_cli::fields::{of_asap, of_enrp};
use rsp_wire::{asap, enrp};
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_vectors as vectors;
use std::collections::{BTreeMap, BTreeSet};

/// Octets from the start of a message that are changed one by one; longer vectors repeat their parameters.
const CHANGED: usize = 128;
/// Combinations of changes for each vector.
const COMBINATIONS: usize = 120;
/// Longest message whose values are compared: each is looked up by its path.
const VALUES: usize = 128;
/// Seed of the combinations.
const SEED: u64 = 5354;
/// Octets that are inserted at each place: parts of a header, padding, and parameters known and unknown.
const INSERTED: &[&[u8]] = &[
    &[0],
    &[0xff],
    &[0, 0, 0, 0],
    &[0, 9, 0, 4],
    &[0, 0xc, 0, 4],
    &[0, 1, 0, 8, 192, 0, 2, 1],
    &[0, 8, 0, 8, 0, 0, 0, 1],
    &[0x40, 0, 0, 4],
    &[0x80, 0, 0, 5, 1, 0, 0, 0],
    &[0xc0, 0, 0, 4],
];

/// Sets the Message Length to the number of octets.
fn fit(mut octets: Vec<u8>) -> Vec<u8> {
    if let (Ok(length), Some(field)) = (u16::try_from(octets.len()), octets.get_mut(2..4)) {
        field.copy_from_slice(&length.to_be_bytes());
    }
    octets
}

/// Calls `each` with every message that one change makes of `octets`, with the old Message Length and with the right one.
fn change(octets: &[u8], mut each: impl FnMut(Vec<u8>)) {
    each(octets.to_vec());
    for at in 0..octets.len().min(CHANGED) {
        let old = octets[at];
        let near = [
            old.wrapping_add(1),
            old.wrapping_sub(1),
            old.wrapping_add(4),
            old.wrapping_sub(4),
        ];
        let flipped = (0..8).map(|bit| old ^ (1 << bit));
        let news: BTreeSet<u8> = (0..=0x11)
            .chain(near)
            .chain(flipped)
            .chain([0xff])
            .collect();
        for new in news {
            let mut changed = octets.to_vec();
            changed[at] = new;
            each(changed);
        }
    }
    for at in 0..=octets.len().min(CHANGED) {
        let (before, after) = octets.split_at(at);
        let cut = std::iter::once(before.to_vec());
        let inserted = INSERTED.iter().map(|new| [before, new, after].concat());
        let removed = [1, 4, 8]
            .into_iter()
            .filter_map(|gone| Some([before, after.get(gone..)?].concat()));
        for changed in cut.chain(inserted).chain(removed) {
            each(changed.clone());
            each(fit(changed));
        }
    }
}

/// Returns the octets with several changes at random places.
fn combine(octets: &[u8], rng: &mut fastrand::Rng) -> Vec<u8> {
    let mut changed = octets.to_vec();
    for _ in 0..rng.usize(2..5) {
        let at = rng.usize(0..=changed.len());
        match (rng.u8(0..5), changed.get_mut(at)) {
            (0, Some(octet)) => *octet = rng.u8(..),
            (1, Some(octet)) => *octet = rng.u8(0..0x12),
            (2, _) => {
                changed.truncate(at);
                changed = fit(changed);
            }
            (3, _) => {
                let new: &[u8] = INSERTED[rng.usize(0..INSERTED.len())];
                changed.splice(at..at, new.iter().copied());
                changed = fit(changed);
            }
            _ => {
                // Parameters are moved in words.
                let from = at & !3;
                let word = changed[from..(from + 8).min(changed.len())].to_vec();
                let to = rng.usize(0..=changed.len()) & !3;
                changed.splice(to..to, word);
                changed = fit(changed);
            }
        }
    }
    changed
}

/// Returns the values that the codec reads and the dissector does not, or not so. Two sorts are left out: marks of
/// headers, because the codec gives those of the form that it sends, and what causes quote, which may be invalid itself.
fn other_values(protocol: Protocol, octets: &[u8]) -> Vec<String> {
    if octets.len() > VALUES {
        return Vec::new();
    }
    let fields = match protocol {
        Protocol::Asap => asap::Message::decode(octets)
            .ok()
            .and_then(|decoded| of_asap(&decoded.message, octets).ok()),
        Protocol::Enrp => enrp::Message::decode(octets)
            .ok()
            .and_then(|decoded| of_enrp(&decoded.message, octets).ok()),
    };
    let dissection = dissect(protocol, octets);
    let mut others = Vec::new();
    for (path, value) in fields.into_iter().flatten() {
        let text = dissection.text(&path);
        let is_quoted = path.contains("operation-error/0x") && !path.ends_with("/info");
        if !is_quoted && !path.contains('#') && text.as_ref() != Some(&value.to_string()) {
            others.push(format!("{path}: codec {value}, dissector {text:?}"));
        }
    }
    others
}

#[test]
fn codecs_agree_on_changed_vectors() {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let mut compared = 0_usize;
    let mut differences: BTreeMap<String, String> = BTreeMap::new();
    for vector in vectors::builtin() {
        let protocol = match vector.protocol {
            vectors::Protocol::Asap => Protocol::Asap,
            vectors::Protocol::Enrp => Protocol::Enrp,
        };
        let mut compare = |octets: Vec<u8>| {
            compared += 1;
            if let Err(difference) = codecs::compare(protocol, &octets) {
                let message = HEXLOWER.encode(&octets);
                differences
                    .entry(difference.class())
                    .or_insert_with(|| format!("from {}: {difference} on {message}", vector.id));
            }
            for other in other_values(protocol, &octets) {
                let class = other.split(':').next().unwrap_or_default().to_owned();
                let message = HEXLOWER.encode(&octets);
                differences
                    .entry(class)
                    .or_insert_with(|| format!("from {}: {other} on {message}", vector.id));
            }
        };
        change(&vector.octets, &mut compare);
        for _ in 0..COMBINATIONS {
            compare(combine(&vector.octets, &mut rng));
        }
    }
    assert!(compared > 100_000, "only {compared} messages were compared");
    let listed: Vec<String> = differences
        .iter()
        .map(|(class, first)| format!("{class}, {first}"))
        .collect();
    assert!(
        listed.is_empty(),
        "codec / dissector differ in {} classes on {compared} messages:\n{}",
        listed.len(),
        listed.join("\n")
    );
}
