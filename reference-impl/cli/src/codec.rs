//! The codec as a process, so that any tool can compare it with another one: one line of JSON per request, one per
//! answer.
//!
//! Request: `{"id":"…","protocol":"ASAP"|"ENRP","octets":"<hex>"}`. Answer: `id`, `verdict` (`accept` or
//! `reject`) and, where they apply, `error` (`offset`, `kind`, `path`), `reaction`, `fields` and the re-encoded
//! `octets`. The answer to any other line is `{"error_line":<number>,"error":"…"}`.

use std::io::{self, BufRead, Read, Write};

use rsp_wire::text::hex;
use rsp_wire::{DecodeError, EncodeError, ErrorKind, Reaction, Reports, asap, enrp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::fields::{self, Fields};

/// Most octets of a request; the longest message takes a tenth of it.
const MAX_LINE: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    id: String,
    protocol: Protocol,
    octets: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
enum Protocol {
    Asap,
    Enrp,
}

/// Answers each line of `input` on `output`, until `input` ends.
///
/// # Errors
/// `input` cannot be read or `output` cannot be written.
pub fn run(mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let complete = line.last() == Some(&b'\n') || (line.len() as u64) < MAX_LINE;
        let answer = if complete {
            answer_line(&line)
        } else {
            input.skip_until(b'\n')?;
            Err(format!("longer than {MAX_LINE} octets"))
        };
        let answer = answer.unwrap_or_else(|error| json!({ "error_line": number, "error": error }));
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        // The other side may wait for this answer before its next request.
        output.flush()?;
    }
    Ok(())
}

fn answer_line(line: &[u8]) -> Result<Value, String> {
    let request: Request = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let octets = from_hex(&request.octets)?;
    Ok(answer(&request.id, request.protocol, &octets))
}

fn answer(id: &str, protocol: Protocol, octets: &[u8]) -> Value {
    let (verdict, more) = match protocol {
        Protocol::Asap => match asap::Message::decode(octets) {
            Ok(decoded) => accepted(
                &decoded.message,
                &decoded.reports,
                octets,
                fields::of_asap,
                asap::Message::encode,
            ),
            Err(error) => rejected(&error),
        },
        Protocol::Enrp => match enrp::Message::decode(octets) {
            Ok(decoded) => accepted(
                &decoded.message,
                &decoded.reports,
                octets,
                fields::of_enrp,
                enrp::Message::encode,
            ),
            Err(error) => rejected(&error),
        },
    };
    let mut answer = Map::from_iter([
        ("id".to_owned(), Value::from(id)),
        ("verdict".to_owned(), Value::from(verdict)),
    ]);
    answer.extend(more);
    Value::Object(answer)
}

fn accepted<M>(
    message: &M,
    reports: &Reports,
    received: &[u8],
    fields: impl Fn(&M, &[u8]) -> Result<Fields, EncodeError>,
    encode: impl Fn(&M, &mut Vec<u8>) -> Result<(), EncodeError>,
) -> (&'static str, Map<String, Value>) {
    let mut more = Map::new();
    if let Some(reaction) = reports.reaction() {
        more.insert("reaction".to_owned(), reaction.name().into());
    }
    if let Ok(fields) = fields(message, received) {
        let fields = fields
            .into_iter()
            .map(|(path, value)| (path, in_json(value)));
        more.insert("fields".to_owned(), Value::Object(fields.collect()));
    }
    let mut octets = Vec::new();
    if encode(message, &mut octets).is_ok() {
        more.insert("octets".to_owned(), hex(&octets).into());
    }
    ("accept", more)
}

fn rejected(error: &DecodeError) -> (&'static str, Map<String, Value>) {
    let mut more = Map::new();
    let path = (!error.path.is_empty()).then_some(&error.path);
    let mut described = json!({ "offset": error.offset, "kind": error.kind.name() });
    if let Some(path) = path {
        described["path"] = Value::from(path.as_str());
    }
    more.insert("error".to_owned(), described);
    // Only unknown types have a reaction that the RFC prescribes.
    if matches!(
        error.kind,
        ErrorKind::UnknownMessage(_) | ErrorKind::UnknownParameter(_)
    ) {
        more.insert(
            "reaction".to_owned(),
            Reaction::to_error(error.kind).name().into(),
        );
    }
    ("reject", more)
}

fn in_json(value: fields::Value) -> Value {
    match value {
        fields::Value::Bool(value) => value.into(),
        fields::Value::Unsigned(value) => value.into(),
        fields::Value::Signed(value) => value.into(),
        fields::Value::Text(value) => value.into(),
    }
}

fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let digit = |octet: u8| char::from(octet).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let octets: Option<Vec<u8>> = pairs
        .iter()
        .map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?))
        .collect();
    octets
        .filter(|_| rest.is_empty())
        .ok_or_else(|| "octets are not hex digits".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_is_taken_apart() {
        let answer = one(r#"{"id":"a","protocol":"ASAP","octets":"0500000b0009000761626300"}"#);
        assert_eq!(answer["verdict"], "accept");
        assert_eq!(answer["fields"]["pool-handle"], "abc");
        assert_eq!(answer["fields"]["flag/S"], false);
        assert_eq!(answer["octets"], "0500000b0009000761626300");
    }

    #[test]
    fn an_unknown_message_has_a_reaction() {
        let answer = one(r#"{"id":"b","protocol":"ENRP","octets":"40000004"}"#);
        assert_eq!(answer["verdict"], "reject");
        assert_eq!(answer["error"]["kind"], "unknown-message");
        assert_eq!(answer["reaction"], "drop-report");
    }

    #[test]
    fn a_bad_line_does_not_stop_the_others() {
        let lines = "nonsense\n{\"id\":\"c\",\"protocol\":\"ASAP\",\"octets\":\"0\"}\n\
                     {\"id\":\"d\",\"protocol\":\"ASAP\",\"octets\":\"\"}";
        let answers = all(lines);
        assert_eq!(answers.len(), 3);
        assert_eq!(answers[0]["error_line"], 1);
        assert_eq!(answers[1]["error_line"], 2);
        assert_eq!(answers[2]["error"]["kind"], "truncated");
    }

    #[test]
    fn an_endless_line_is_not_kept() {
        let lines = format!(
            "{}\n{{\"id\":\"e\",\"protocol\":\"ASAP\",\"octets\":\"\"}}\n",
            "x".repeat(3 << 20)
        );
        let answers = all(&lines);
        assert_eq!(answers.len(), 2);
        assert_eq!(answers[0]["error_line"], 1);
        assert_eq!(answers[1]["id"], "e");
    }

    fn one(line: &str) -> Value {
        all(line).remove(0)
    }

    fn all(lines: &str) -> Vec<Value> {
        let mut output = Vec::new();
        run(lines.as_bytes(), &mut output).expect("memory does not fail");
        let output = String::from_utf8(output).expect("JSON is UTF-8");
        output
            .lines()
            .map(|line| serde_json::from_str(line).expect("an answer is JSON"))
            .collect()
    }
}
