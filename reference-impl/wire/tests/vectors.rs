//! Runs every vector of `vectors/wire` against the codec.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rsp_wire::fields::{self, Fields, Value, hex};
use rsp_wire::{DecodeError, EncodeError, Reaction, asap, enrp};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    protocol: String,
    vector: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    #[serde(rename = "about")]
    _about: String,
    #[serde(rename = "covers")]
    _covers: Vec<String>,
    #[serde(rename = "origin")]
    _origin: String,
    #[serde(rename = "why")]
    _why: Option<String>,
    expect: Expect,
    octets: Option<String>,
    base: Option<String>,
    #[serde(default)]
    patch: Vec<Patch>,
    error: Option<ExpectedError>,
    reaction: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, toml::Value>,
    reencodes: Option<String>,
    /// The form of a codec that forgets skipped parameters; this one keeps them.
    #[serde(rename = "or_reencodes")]
    _or_reencodes: Option<String>,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Accept,
    Reject,
    Either,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    #[serde(default)]
    at: usize,
    #[serde(default)]
    octets: String,
    remove: Option<usize>,
    cut: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedError {
    offset: usize,
    kind: String,
    /// Kinds that are as right.
    #[serde(default)]
    or: Vec<String>,
}

/// What the codec makes of the octets.
struct Outcome {
    result: Result<(Fields, Vec<u8>), DecodeError>,
    reaction: Option<Reaction>,
}

#[test]
fn every_vector_agrees() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/wire");
    let mut failures = Vec::new();
    let mut count = 0;
    for path in toml_files(&root) {
        let text = fs::read_to_string(&path).expect("a vector file can be read");
        let file: File =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(file.format, "rspcheck-vectors/1", "{}", path.display());
        let name = path
            .strip_prefix(&root)
            .expect("found below the root")
            .with_extension("");
        for vector in &file.vector {
            count += 1;
            if let Err(failure) = check(&file, vector) {
                failures.push(format!("{}/{}: {failure}", name.display(), vector.id));
            }
        }
    }
    assert!(count > 0, "no vectors below {}", root.display());
    assert!(
        failures.is_empty(),
        "{} of {count} vectors:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn check(file: &File, vector: &Vector) -> Result<(), String> {
    let octets = octets(file, vector)?;
    let Outcome { result, reaction } = decode(&file.protocol, &octets);
    let reaction_agrees = vector.reaction.as_deref() == reaction.map(Reaction::name);
    if vector.reaction.is_some() && !reaction_agrees {
        return Err(format!(
            "reaction {reaction:?}, expected {:?}",
            vector.reaction
        ));
    }
    match (vector.expect, result) {
        (Expect::Reject, Ok(_)) => Err("accepted".to_owned()),
        (Expect::Accept, Err(error)) => Err(format!("rejected: {error}")),
        (Expect::Reject | Expect::Either, Err(error)) => check_error(vector.error.as_ref(), &error),
        (Expect::Accept | Expect::Either, Ok((fields, reencoded))) => {
            check_fields(&vector.fields, &fields)?;
            let sent = vector
                .reencodes
                .as_deref()
                .map_or_else(|| Ok(octets.clone()), from_hex)?;
            check_reencoding(&octets, sent, &reencoded)
        }
    }
}

/// The vectors clear unknown flags when they re-encode, as a sender has to; this codec leaves that to who sends,
/// so the flags have to come back as they came.
fn check_reencoding(octets: &[u8], mut sent: Vec<u8>, reencoded: &[u8]) -> Result<(), String> {
    sent[1] = octets[1];
    if sent == reencoded {
        return Ok(());
    }
    Err(format!(
        "re-encoded as {}, expected {}",
        hex(reencoded),
        hex(&sent)
    ))
}

fn check_error(expected: Option<&ExpectedError>, error: &DecodeError) -> Result<(), String> {
    let Some(expected) = expected else {
        return Err("the vector names no error".to_owned());
    };
    let kind = error.kind.name();
    let kind_agrees = expected.kind == kind || expected.or.iter().any(|other| other == kind);
    if expected.offset == error.offset && kind_agrees {
        return Ok(());
    }
    Err(format!(
        "{error}, expected {} at offset {}",
        expected.kind, expected.offset
    ))
}

fn check_fields(expected: &BTreeMap<String, toml::Value>, fields: &Fields) -> Result<(), String> {
    for (path, expected) in expected {
        let agrees = match (expected, fields.get(path)) {
            (toml::Value::Boolean(expected), Some(Value::Bool(value))) => expected == value,
            (toml::Value::Integer(expected), Some(Value::Unsigned(value))) => {
                u64::try_from(*expected) == Ok(*value)
            }
            (toml::Value::Integer(expected), Some(Value::Signed(value))) => expected == value,
            (toml::Value::String(expected), Some(Value::Text(value))) => expected == value,
            _ => false,
        };
        if !agrees {
            return Err(format!(
                "{path} is {:?}, expected {expected}",
                fields.get(path)
            ));
        }
    }
    Ok(())
}

fn decode(protocol: &str, octets: &[u8]) -> Outcome {
    match protocol {
        "ASAP" => outcome(
            asap::Message::decode(octets).map(|decoded| (decoded.message, decoded.reports)),
            octets,
            fields::of_asap,
            asap::Message::encode,
        ),
        "ENRP" => outcome(
            enrp::Message::decode(octets).map(|decoded| (decoded.message, decoded.reports)),
            octets,
            fields::of_enrp,
            enrp::Message::encode,
        ),
        other => panic!("no protocol {other}"),
    }
}

fn outcome<M>(
    decoded: Result<(M, rsp_wire::Reports), DecodeError>,
    received: &[u8],
    fields: impl Fn(&M, &[u8]) -> Result<Fields, EncodeError>,
    encode: impl Fn(&M, &mut Vec<u8>) -> Result<(), EncodeError>,
) -> Outcome {
    match decoded {
        Ok((message, reports)) => {
            let mut octets = Vec::new();
            encode(&message, &mut octets).expect("what was decoded can be encoded");
            let fields = fields(&message, received).expect("what was decoded can be encoded");
            Outcome {
                result: Ok((fields, octets)),
                reaction: reports.reaction(),
            }
        }
        Err(error) => {
            let reaction = Some(Reaction::to_error(error.kind));
            Outcome {
                result: Err(error),
                reaction,
            }
        }
    }
}

fn octets(file: &File, vector: &Vector) -> Result<Vec<u8>, String> {
    let mut octets = match (&vector.octets, &vector.base) {
        (Some(text), None) => from_hex(text)?,
        (None, Some(base)) => {
            let base = file.vector.iter().find(|other| other.id == *base);
            octets(file, base.ok_or("no such base")?)?
        }
        _ => return Err("needs octets or a base".to_owned()),
    };
    for patch in &vector.patch {
        if let Some(length) = patch.cut {
            octets.truncate(length);
            continue;
        }
        let new = from_hex(&patch.octets)?;
        // Without `remove` the new octets take the place of as many old ones.
        let end = patch.at
            + patch
                .remove
                .unwrap_or(new.len())
                .min(octets.len() - patch.at);
        octets.splice(patch.at..end, new);
    }
    Ok(octets)
}

/// Hex digits in tokens; a token `61*8` is an octet eight times, and `#` starts a comment.
fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    for token in lines.flat_map(str::split_whitespace) {
        let (digits, times) = match token.split_once('*') {
            Some((digits, times)) => (digits, times.parse().map_err(|_| token)?),
            None => (token, 1),
        };
        let pairs = digits
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair));
        let token_octets: Option<Vec<u8>> = pairs
            .map(|pair| u8::from_str_radix(pair.ok()?, 16).ok())
            .collect();
        octets.extend(token_octets.ok_or(token)?.repeat(times));
    }
    Ok(octets)
}

fn toml_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("the vectors' directory can be read");
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("the vectors' directory can be read").path();
        if path.is_dir() {
            found.extend(toml_files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}
