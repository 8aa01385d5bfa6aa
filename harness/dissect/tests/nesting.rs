//! Messages of maximal nesting: Operation Errors whose causes quote Operation Errors. Memory is linear in the octets.

use allocation_counter::measure;
use rspcheck_dissect::{Dissection, Protocol, dissect, scan};

/// Octets that a level of the nesting adds: the headers of a cause and of an Operation Error.
const LEVEL: usize = 8;
/// Octets of the message around all levels.
const HEADER: usize = 4;
const DEEPEST: usize = (0xffff - HEADER) / LEVEL;

/// Returns an ASAP_ERROR with nested Operation Errors; the innermost has a cause without information.
fn nested(levels: usize) -> Vec<u8> {
    let length = HEADER + levels * LEVEL;
    let mut octets = vec![0x0e, 0];
    octets.extend_from_slice(&(length as u16).to_be_bytes());
    for level in (1..=levels).rev() {
        let [error, cause] = [level * LEVEL, level * LEVEL - 4].map(|octets| octets as u16);
        octets.extend_from_slice(&[0, 12]);
        octets.extend_from_slice(&error.to_be_bytes());
        octets.extend_from_slice(&[0, 1]); // Unrecognized Parameter.
        octets.extend_from_slice(&cause.to_be_bytes());
    }
    octets
}

/// Holds that `work` allocates at most `factor` octets for each octet of the message.
fn linear(name: &str, octets: &[u8], factor: u64, work: impl FnOnce()) {
    let used = measure(work);
    assert!(
        used.bytes_total < factor * octets.len() as u64,
        "{name}: {used:?}"
    );
}

#[test]
fn dissection_and_printers_are_linear() {
    let octets = nested(DEEPEST);
    let mut dissection: Option<Dissection> = None;
    linear("scan", &octets, 1, || drop(scan(Protocol::Asap, &octets)));
    linear("dissect", &octets, 2, || {
        dissection = Some(dissect(Protocol::Asap, &octets))
    });
    let dissection = dissection.expect("it was dissected");
    assert!(dissection.well_formed());
    linear("summary", &octets, 1, || drop(dissection.summary()));
    linear("text", &octets, 64, || drop(dissection.to_text()));
    linear("fields", &octets, 16, || drop(dissection.fields()));
    linear("JSON", &octets, 100, || {
        drop(dissection.to_json().to_string())
    });
}

#[test]
fn quotations_end_with_opaque_information() {
    let dissection = dissect(Protocol::Asap, &nested(DEEPEST));
    let deepest = ["operation-error/0x1"; 5].join("/");
    assert!(dissection.has(&format!("{deepest}/info")));
    assert!(!dissection.has(&format!("{deepest}/operation-error")));
}

#[test]
fn every_error_along_a_deep_message_is_linear() {
    // The octets end anywhere: each level runs past its parent.
    let octets = nested(DEEPEST);
    for end in [5, 11, 37, 4000, octets.len() - 1] {
        let part = &octets[..end];
        linear("cut", &octets, 200, || {
            let dissection = dissect(Protocol::Asap, part);
            drop((
                dissection.summary(),
                dissection.to_text(),
                dissection.to_json().to_string(),
            ));
        });
    }
}
