//! The line protocol of codecs: one JSON line per question, one JSON line per answer.

use crate::codec::{Answer, AnswerError, Verdict};
use crate::hex::{plain, shortened};
use crate::model::{Fields, Reaction, Vector};
use data_encoding::HEXLOWER;
use serde::Deserialize;

/// Returns the line that asks about a vector, with its newline.
pub fn question(vector: &Vector) -> String {
    let question = serde_json::json!({
        "id": vector.id, "protocol": vector.protocol, "octets": HEXLOWER.encode(&vector.octets),
    });
    format!("{question}\n")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    verdict: Verdict,
    error: Option<AnswerError>,
    reaction: Option<Reaction>,
    fields: Option<Fields>,
    octets: Option<String>,
}

/// Reads the line that answers the question about the vector `asked`.
///
/// # Errors
///
/// If the line is no answer to that question; the error is a sentence.
pub fn answer(line: &[u8], asked: &str) -> Result<Answer, String> {
    if line.last() != Some(&b'\n') {
        return Err("it does not end with a newline, or is longer than 4 MiB".to_owned());
    }
    let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if line.id != asked {
        return Err(format!("its id is \"{}\"", shortened(&line.id)));
    }
    let octets = line.octets.as_deref().map(plain).transpose();
    Ok(Answer {
        verdict: line.verdict,
        error: line.error,
        reaction: line.reaction,
        fields: line.fields,
        octets: octets.map_err(|wrong| format!("octets: {wrong}"))?,
    })
}
