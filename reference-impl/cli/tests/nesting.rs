//! Messages of maximal nesting: Operation Errors whose causes quote Operation Errors. Memory is linear in the octets.

use allocation_counter::measure;
use rserpool_cli::{codec, fields};
use rsp_wire::asap;
use rsp_wire::text::hex;
use serde_json::Value;

/// Octets that a level of the nesting adds: the headers of a cause and of an Operation Error.
const LEVEL: usize = 8;
/// Octets of the message around `levels`.
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

#[test]
fn decoding_and_encoding_are_linear() {
    let octets = nested(DEEPEST);
    let mut encoded = Vec::new();
    let used = measure(|| {
        let decoded = asap::Message::decode(&octets).expect("the message is well-formed");
        let message = decoded.message;
        message.encode(&mut encoded).expect("it came in octets");
    });
    assert_eq!(encoded, octets);
    assert!(used.bytes_total < 8 * octets.len() as u64, "{used:?}");
}

#[test]
fn fields_are_linear_and_end_with_opaque_information() {
    let octets = nested(DEEPEST);
    let message = asap::Message::decode(&octets).expect("the message is well-formed");
    let mut listed = None;
    let used = measure(|| listed = fields::of_asap(&message.message, &octets).ok());
    // Each of the four levels has the octets of its error and of its cause in hex.
    assert!(used.bytes_total < 64 * octets.len() as u64, "{used:?}");
    let listed = listed.expect("the message came in octets");
    let level = "operation-error/0x1";
    let deepest = [level; 5].join("/");
    assert!(listed.contains_key(&format!("{deepest}/info")));
    assert!(
        !listed
            .keys()
            .any(|path| path.contains(&format!("{deepest}/operation-error")))
    );
}

#[test]
fn the_codec_program_answers_in_linear_memory() {
    let octets = nested(DEEPEST);
    let line = format!(
        r#"{{"id":"n","protocol":"ASAP","octets":"{}"}}"#,
        hex(&octets)
    );
    let mut output = Vec::new();
    let used = measure(|| codec::run(line.as_bytes(), &mut output).expect("memory takes all"));
    assert!(used.bytes_max < 100 * octets.len() as u64, "{used:?}");
    let answer: Value = serde_json::from_slice(&output).expect("an answer is JSON");
    assert_eq!(answer["verdict"], "accept");
    assert_eq!(answer["octets"], hex(&octets));
}
