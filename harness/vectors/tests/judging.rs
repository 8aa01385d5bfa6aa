//! Tests which answers pass, which fail, and the sentences of the mismatches.

use rspcheck_vectors::{Answer, AnswerError, Aspect, Reaction, Vector, Verdict, judge, load};
use std::path::Path;

fn vector(lines: &str) -> Vector {
    let text = format!(
        "format = \"rspcheck-vectors/1\"\nprotocol = \"ENRP\"\n[[vector]]\nid = \"v\"\nabout = \"a\"\norigin = \"o\"\n\
         octets = \"0500000c 0a0b0c0d 00000000\"\n{lines}"
    );
    let mut vectors =
        load::texts([(Path::new("enrp/f.toml"), text.as_str())]).expect("it is right");
    vectors.remove(0)
}

fn rejecting() -> Vector {
    vector(
        "expect = \"reject\"\nerror = { offset = 2, kind = \"length-too-small\", or = [\"truncated\"] }",
    )
}

fn accepting() -> Vector {
    vector(
        "expect = \"accept\"\nfields = { type = 5, sender-server-id = 168496141, handle = \"x\" }",
    )
}

fn rejected(offset: Option<usize>, kind: Option<&str>) -> Answer {
    let error = Some(AnswerError {
        offset,
        kind: kind.map(str::to_owned),
        path: None,
    });
    Answer {
        error,
        ..Answer::of(Verdict::Reject)
    }
}

/// Returns aspect and sentence of the only mismatch.
fn fails(vector: &Vector, answer: &Answer) -> (Aspect, String) {
    let judgement = judge(vector, answer);
    assert_eq!(judgement.mismatches.len(), 1, "{judgement:?}");
    (
        judgement.mismatches[0].aspect,
        judgement.mismatches[0].what.clone(),
    )
}

#[test]
fn a_bare_verdict_is_enough() {
    assert!(judge(&rejecting(), &Answer::of(Verdict::Reject)).passes());
    assert!(judge(&accepting(), &Answer::of(Verdict::Accept)).passes());
}

#[test]
fn a_wrong_verdict_hides_the_rest() {
    let answer = Answer {
        octets: Some(vec![1]),
        ..Answer::of(Verdict::Accept)
    };
    let what = "expected reject at 2 length-too-small or truncated, got accept";
    assert_eq!(
        fails(&rejecting(), &answer),
        (Aspect::Verdict, what.to_owned())
    );
    let answer = rejected(Some(4), Some("truncated"));
    let what = "expected accept, got reject at 4 truncated";
    assert_eq!(
        fails(&accepting(), &answer),
        (Aspect::Verdict, what.to_owned())
    );
}

#[test]
fn offset_and_kind_are_judged_if_present() {
    let vector = rejecting();
    for right in [
        (Some(2), Some("truncated")),
        (Some(2), None),
        (None, Some("length-too-small")),
        (None, None),
    ] {
        assert!(
            judge(&vector, &rejected(right.0, right.1)).passes(),
            "{right:?}"
        );
    }
    let what = "expected reject at 2 length-too-small or truncated, got reject at 3 truncated";
    assert_eq!(
        fails(&vector, &rejected(Some(3), Some("truncated"))),
        (Aspect::Error, what.to_owned())
    );
    assert_eq!(
        fails(&vector, &rejected(None, Some("wrong-length"))).0,
        Aspect::Error
    );
}

#[test]
fn fields_are_judged_if_present() {
    let answer = |fields: serde_json::Value| Answer {
        fields: Some(serde_json::from_value(fields).expect("an object")),
        ..Answer::of(Verdict::Accept)
    };
    let right = serde_json::json!({ "sender-server-id": 168496141, "handle": "x", "more": true });
    assert!(
        judge(&accepting(), &answer(right)).passes(),
        "the answer may omit the type"
    );
    let wrong = serde_json::json!({ "type": 5, "sender-server-id": "168496141", "handle": "x" });
    let what = "expected sender-server-id = 168496141, got \"168496141\"";
    assert_eq!(
        fails(&accepting(), &answer(wrong)),
        (Aspect::Fields, what.to_owned())
    );
    let wrong = serde_json::json!({ "type": 6, "sender-server-id": 168496141, "handle": "x" });
    assert_eq!(
        fails(&accepting(), &answer(wrong)).1,
        "expected type = 5, got 6"
    );
    let missing = serde_json::json!({ "type": 5, "sender-server-id": 168496141 });
    assert_eq!(
        fails(&accepting(), &answer(missing)).1,
        "expected handle = \"x\", got no such field"
    );
}

#[test]
fn re_encodings_are_judged_if_present() {
    let answer = |octets: &[u8]| Answer {
        octets: Some(octets.to_vec()),
        ..Answer::of(Verdict::Accept)
    };
    let same = accepting().octets;
    assert!(judge(&accepting(), &answer(&same)).passes());
    let (aspect, what) = fails(&accepting(), &answer(&[5, 0, 1]));
    assert_eq!(aspect, Aspect::ReEncoding);
    assert!(
        what.starts_with("encoded again it differs from octet 2 on: expected 0500000c"),
        "{what}"
    );

    let two = vector("expect = \"accept\"\nreencodes = \"aa\"\nor_reencodes = \"bb\"");
    assert!(judge(&two, &answer(&[0xaa])).passes());
    assert!(judge(&two, &answer(&[0xbb])).passes());
    assert_eq!(fails(&two, &answer(&same)).0, Aspect::ReEncoding);
}

#[test]
fn reactions_are_judged_if_present() {
    let reaction = |verdict, reaction| Answer {
        reaction: Some(reaction),
        ..Answer::of(verdict)
    };
    let drop = reaction(Verdict::Reject, Reaction::Drop);
    assert!(
        judge(&rejecting(), &drop).passes(),
        "a codec may report any rejection as a drop"
    );
    let unknown = vector(
        "expect = \"reject\"\nerror = { offset = 0, kind = \"unknown-message\" }\nreaction = \"drop-report\"",
    );
    let what = "expected reaction drop-report, got drop";
    assert_eq!(fails(&unknown, &drop), (Aspect::Reaction, what.to_owned()));
    let skip = reaction(Verdict::Accept, Reaction::Skip);
    assert_eq!(
        fails(&accepting(), &skip).1,
        "expected reaction none, got skip"
    );
}

#[test]
fn either_passes_with_a_note_but_fields_still_count() {
    let either = vector(
        "expect = \"either\"\nwhy = \"w\"\nerror = { offset = 2, kind = \"truncated\" }\nfields = { handle = \"x\" }",
    );
    let judgement = judge(&either, &rejected(Some(3), Some("wrong-length")));
    assert!(judgement.passes());
    assert_eq!(
        judgement.note.as_deref(),
        Some("either is right; got reject at 3 wrong-length")
    );
    let judgement = judge(
        &either,
        &Answer {
            octets: Some(vec![]),
            ..Answer::of(Verdict::Accept)
        },
    );
    assert!(
        judgement.passes() && judgement.note.is_some(),
        "{judgement:?}"
    );
    let wrong = Answer {
        fields: Some(Default::default()),
        ..Answer::of(Verdict::Accept)
    };
    assert_eq!(fails(&either, &wrong).0, Aspect::Fields);
}
