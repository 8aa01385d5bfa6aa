//! Comparison of a codec's answer with the vector's expectation.

use crate::codec::{Answer, AnswerError, Codec, CodecFailure, Verdict};
use crate::hex::shortened;
use crate::model::{Expect, ExpectedError, Vector};
use data_encoding::HEXLOWER;
use serde::Serialize;
use std::fmt;

/// Part of an answer that differs from the expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// Accept or reject. If it differs, no other part is compared.
    Verdict,
    /// The first error's offset or kind.
    Error,
    /// The reaction to an unknown message or parameter type.
    Reaction,
    /// A decoded value.
    Fields,
    /// The octets of the decoded message, encoded again.
    ReEncoding,
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Aspect::Verdict => "verdict",
            Aspect::Error => "error",
            Aspect::Reaction => "reaction",
            Aspect::Fields => "fields",
            Aspect::ReEncoding => "re-encoding",
        })
    }
}

/// Difference between an answer and the expectation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// Part of the answer.
    pub aspect: Aspect,
    /// Sentence of the form `expected …, got …`.
    pub what: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// Judgement of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// Differences; an answer without any passes.
    pub mismatches: Vec<Mismatch>,
    /// The codec's choice, if the RFCs permit both verdicts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Judgement {
    /// Returns true if the answer agrees with the expectation.
    pub fn passes(&self) -> bool {
        self.mismatches.is_empty()
    }
}

/// Judges the codec's answer to each vector, passes each judgement to `each`, and ends the codec.
///
/// # Errors
///
/// The first failure of the codec as a program.
pub fn check(
    vectors: &[Vector],
    codec: &mut dyn Codec,
    mut each: impl FnMut(&Vector, &Judgement),
) -> Result<(), CodecFailure> {
    for vector in vectors {
        let answer = codec.decode(vector)?;
        each(vector, &judge(vector, &answer));
    }
    codec.finish()
}

/// Judges an answer. Parts that the answer lacks are not judged.
pub fn judge(vector: &Vector, answer: &Answer) -> Judgement {
    let got = got(answer);
    let note = (vector.expect == Expect::Either).then(|| format!("either is right; got {got}"));
    let wanted = match vector.expect {
        Expect::Accept => Some(Verdict::Accept),
        Expect::Reject => Some(Verdict::Reject),
        Expect::Either => None,
    };
    let mut mismatches = Vec::new();
    if wanted.is_some_and(|wanted| wanted != answer.verdict) {
        let what = format!("expected {}, got {got}", expected(vector));
        mismatches.push(Mismatch {
            aspect: Aspect::Verdict,
            what,
        });
        return Judgement { mismatches, note };
    }
    match answer.verdict {
        Verdict::Accept => {
            mismatches.extend(judge_fields(vector, answer));
            mismatches.extend(judge_octets(vector, answer));
        }
        // For `either`, the codec may reject for another reason than the vector's error.
        Verdict::Reject if vector.expect == Expect::Reject => {
            let errors = vector.error.as_ref().zip(answer.error.as_ref());
            mismatches.extend(errors.and_then(|(wanted, got)| judge_error(wanted, got)));
        }
        Verdict::Reject => {}
    }
    mismatches.extend(judge_reaction(vector, answer));
    Judgement { mismatches, note }
}

fn judge_error(wanted: &ExpectedError, got: &AnswerError) -> Option<Mismatch> {
    let offset_differs = got.offset.is_some_and(|offset| offset != wanted.offset);
    let is_wanted = |kind: &String| *kind == wanted.kind || wanted.or_kinds.contains(kind);
    let kind_differs = got.kind.as_ref().is_some_and(|kind| !is_wanted(kind));
    (offset_differs || kind_differs).then(|| Mismatch {
        aspect: Aspect::Error,
        what: format!(
            "expected reject{}, got reject{}",
            wanted_error(wanted),
            got_error(got)
        ),
    })
}

fn judge_reaction(vector: &Vector, answer: &Answer) -> Option<Mismatch> {
    let got = answer.reaction?;
    let differs = match vector.reaction {
        Some(wanted) => wanted != got,
        // A codec may report any rejection as a drop. An accepted message without unknown types has no reaction.
        None => vector.expect == Expect::Accept,
    };
    let wanted = vector.reaction.map_or("none", |reaction| reaction.word());
    differs.then(|| Mismatch {
        aspect: Aspect::Reaction,
        what: format!("expected reaction {wanted}, got {}", got.word()),
    })
}

fn judge_fields(vector: &Vector, answer: &Answer) -> Vec<Mismatch> {
    let Some(fields) = &answer.fields else {
        return Vec::new();
    };
    let differs = |(path, wanted): (&String, &serde_json::Value)| {
        let what = match fields.get(path) {
            Some(got) if got == wanted => return None,
            Some(got) => format!("expected {path} = {}, got {}", brief(wanted), brief(got)),
            None if is_structure(path) => return None,
            None => format!("expected {path} = {}, got no such field", brief(wanted)),
        };
        Some(Mismatch {
            aspect: Aspect::Fields,
            what,
        })
    };
    vector.fields.iter().filter_map(differs).collect()
}

/// Returns true for paths of header fields, which a codec that decodes into values does not keep.
fn is_structure(path: &str) -> bool {
    matches!(path, "type" | "length" | "flags") || path.contains('#')
}

fn judge_octets(vector: &Vector, answer: &Answer) -> Option<Mismatch> {
    let got = answer.octets.as_ref()?;
    let mut forms = [&vector.reencodes, &vector.or_reencodes]
        .into_iter()
        .flatten();
    // An `either` vector that names no form permits any.
    let unnamed = vector.expect == Expect::Either && forms.clone().next().is_none();
    let as_it_was = vector.reencodes.is_none() && *got == vector.octets;
    if unnamed || as_it_was || forms.any(|form| form == got) {
        return None;
    }
    let wanted = vector.reencodes.as_ref().unwrap_or(&vector.octets);
    let at = wanted
        .iter()
        .zip(got)
        .take_while(|(wanted, got)| wanted == got)
        .count();
    Some(Mismatch {
        aspect: Aspect::ReEncoding,
        what: format!(
            "encoded again it differs from octet {at} on: expected {}, got {}",
            shortened(&HEXLOWER.encode(wanted)),
            shortened(&HEXLOWER.encode(got))
        ),
    })
}

fn expected(vector: &Vector) -> String {
    let error = vector.error.as_ref().map(wanted_error).unwrap_or_default();
    format!("{}{error}", vector.expect.word())
}

fn got(answer: &Answer) -> String {
    match answer.verdict {
        Verdict::Accept => "accept".to_owned(),
        Verdict::Reject => format!(
            "reject{}",
            answer.error.as_ref().map(got_error).unwrap_or_default()
        ),
    }
}

fn wanted_error(error: &ExpectedError) -> String {
    let others: String = error
        .or_kinds
        .iter()
        .map(|kind| format!(" or {kind}"))
        .collect();
    format!(" at {} {}{others}", error.offset, error.kind)
}

fn got_error(error: &AnswerError) -> String {
    let offset = error.offset.map(|offset| format!(" at {offset}"));
    let kind = error
        .kind
        .as_deref()
        .map(|kind| format!(" {}", shortened(kind)));
    format!("{}{}", offset.unwrap_or_default(), kind.unwrap_or_default())
}

fn brief(value: &serde_json::Value) -> String {
    shortened(&value.to_string())
}
