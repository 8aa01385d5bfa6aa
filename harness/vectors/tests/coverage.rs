//! Tests that the project's vectors cover every number that the RFCs assign, and every kind of error.

use rspcheck_vectors::{Dissector, Expect, Protocol, Vector, builtin, check, load};
use std::collections::BTreeSet;
use std::path::Path;

/// Returns the vectors of a protocol that a receiver must accept.
fn taken(protocol: Protocol) -> Vec<Vector> {
    let taken = |vector: &Vector| vector.protocol == protocol && vector.expect == Expect::Accept;
    builtin().into_iter().filter(taken).collect()
}

/// Returns type and value of every parameter, nested ones included, of all vectors that a receiver must accept.
fn parameters() -> Vec<(u16, Vec<u8>)> {
    let mut found = Vec::new();
    for vector in taken(Protocol::Asap)
        .into_iter()
        .chain(taken(Protocol::Enrp))
    {
        let fixed = match (vector.protocol, vector.octets[0]) {
            (Protocol::Asap, 7 | 10) => 8,
            (Protocol::Asap, _) => 4,
            (Protocol::Enrp, 4 | 7 | 8 | 9) => 16,
            (Protocol::Enrp, _) => 12,
        };
        walk(&vector.octets[fixed..], &mut found);
    }
    found
}

fn walk(mut octets: &[u8], found: &mut Vec<(u16, Vec<u8>)>) {
    while let [t0, t1, l0, l1, ..] = *octets {
        let (kind, length) = (
            u16::from_be_bytes([t0, t1]),
            usize::from(u16::from_be_bytes([l0, l1])),
        );
        let Some(value) = octets.get(4..length) else {
            return;
        };
        found.push((kind, value.to_vec()));
        let inner = match kind {
            3 | 0xa => 8 + if kind == 0xa { 4 } else { 0 },
            4..=7 | 0xb => 4,
            _ => value.len(),
        };
        walk(value.get(inner..).unwrap_or_default(), found);
        octets = octets.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
}

#[test]
fn every_message_has_an_accepted_vector() {
    for (protocol, last) in [(Protocol::Asap, 14), (Protocol::Enrp, 10)] {
        let types: BTreeSet<u8> = taken(protocol)
            .iter()
            .map(|vector| vector.octets[0])
            .collect();
        assert_eq!(types, (1..=last).collect(), "{protocol:?}");
    }
}

#[test]
fn every_message_has_a_rejected_vector() {
    for (protocol, last) in [(Protocol::Asap, 14), (Protocol::Enrp, 10)] {
        let refused =
            |vector: &Vector| vector.protocol == protocol && vector.expect == Expect::Reject;
        let all = builtin();
        let types: BTreeSet<u8> = all
            .iter()
            .filter(|vector| refused(vector))
            .filter_map(|vector| vector.octets.first().copied())
            .collect();
        assert!(
            (1..=last).all(|kind| types.contains(&kind)),
            "{protocol:?}: {types:?}"
        );
    }
}

#[test]
fn every_parameter_has_an_accepted_vector() {
    let types: BTreeSet<u16> = parameters().into_iter().map(|(kind, _)| kind).collect();
    assert!((0x1..=0x10).all(|kind| types.contains(&kind)), "{types:x?}");
    for probe in [0xbfff, 0xfffe] {
        assert!(types.contains(&probe), "{probe:x}");
    }
}

#[test]
fn every_policy_has_an_accepted_vector() {
    let policies: BTreeSet<u32> = parameters()
        .iter()
        .filter(|(kind, _)| *kind == 8)
        .filter_map(|(_, value)| Some(u32::from_be_bytes(*value.first_chunk()?)))
        .collect();
    let assigned = (1..=5).chain(0x4000_0001..=0x4000_0004);
    assert!(
        assigned.clone().all(|policy| policies.contains(&policy)),
        "{policies:x?}"
    );
    assert!(
        policies.iter().any(|policy| policy >> 31 == 1),
        "no vector has a private policy"
    );
    assert!(
        policies
            .iter()
            .any(|policy| policy >> 31 == 0 && !assigned.clone().any(|known| known == *policy))
    );
}

#[test]
fn every_cause_has_an_accepted_vector() {
    let mut causes = BTreeSet::new();
    for (_, mut value) in parameters().into_iter().filter(|(kind, _)| *kind == 0xc) {
        while let [c0, c1, l0, l1, ..] = *value {
            causes.insert(u16::from_be_bytes([c0, c1]));
            let length = usize::from(u16::from_be_bytes([l0, l1])).next_multiple_of(4);
            value.drain(..length.clamp(4, value.len()));
        }
    }
    assert!(
        (0x0..=0xb).all(|cause| causes.contains(&cause)),
        "{causes:x?}"
    );
}

#[test]
fn every_kind_of_error_and_unknown_parameter_has_a_vector() {
    let vectors = builtin();
    let count = |expect| {
        vectors
            .iter()
            .filter(|vector| vector.expect == expect)
            .count()
    };
    assert!(count(Expect::Reject) >= 200, "{}", count(Expect::Reject));
    let kinds: BTreeSet<&str> = vectors
        .iter()
        .filter_map(|vector| vector.error.as_ref())
        .map(|error| error.kind.as_str())
        .collect();
    assert_eq!(kinds.len(), 13, "every kind of error: {kinds:?}");
    for probe in ["3fff", "7fff", "bfff", "fffe"] {
        for place in [
            "first",
            "middle",
            "last",
            "in-the-pool-element-first",
            "in-the-pool-element-last",
        ] {
            let id = format!("param/unknown_parameter/{probe}-{place}");
            assert!(vectors.iter().any(|vector| vector.id == id), "{id}");
        }
    }
}

#[test]
fn ids_are_unique_and_the_built_in_copy_is_the_directory() {
    let vectors = builtin();
    let ids: BTreeSet<&str> = vectors.iter().map(|vector| vector.id.as_str()).collect();
    assert_eq!(ids.len(), vectors.len());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/wire");
    let read = load::paths(&[root]).expect("the vectors are right");
    let flat = |vectors: &[Vector]| serde_json::to_string(vectors).expect("vectors are JSON");
    assert_eq!(flat(&read), flat(&vectors));
}

#[test]
fn the_dissector_agrees_with_every_vector() {
    let mut wrong = Vec::new();
    let ended = check(&builtin(), &mut Dissector, |vector, judgement| {
        wrong.extend(
            judgement
                .mismatches
                .iter()
                .map(|mismatch| format!("{}: {mismatch}", vector.id)),
        );
    });
    assert!(ended.is_ok());
    assert!(
        wrong.is_empty(),
        "{} mismatches:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
