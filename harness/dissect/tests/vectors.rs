//! The vectors and the dissector agree. The loader is this crate's own, so that a mistake in the
//! project's loader cannot hide one here.

mod paths;

use data_encoding::HEXLOWER_PERMISSIVE;
use rspcheck_dissect::{Dissection, Protocol, Value, dissect, scan};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value as Toml};

/// One vector with its patches applied.
struct Vector {
    id: String,
    protocol: Protocol,
    octets: Vec<u8>,
    row: Table,
}

fn vectors() -> Vec<Vector> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/wire");
    let mut files: Vec<PathBuf> = ["asap", "enrp", "param"]
        .iter()
        .flat_map(|folder| {
            std::fs::read_dir(root.join(folder)).expect("the vectors are in the repository")
        })
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    files.iter().flat_map(|file| vectors_of(file)).collect()
}

fn vectors_of(file: &Path) -> Vec<Vector> {
    let text = std::fs::read_to_string(file).expect("a readable file");
    let table: Table = text
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let protocol = match table["protocol"].as_str() {
        Some("ASAP") => Protocol::Asap,
        Some("ENRP") => Protocol::Enrp,
        other => panic!("{}: protocol {other:?}", file.display()),
    };
    let folder = file
        .parent()
        .and_then(Path::file_name)
        .unwrap_or_default()
        .to_string_lossy();
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let mut octets_of: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut found = Vec::new();
    for row in table["vector"].as_array().expect("an array of vectors") {
        let row = row.as_table().expect("a vector is a table").clone();
        let own = row["id"].as_str().expect("an id").to_owned();
        let octets = match row.get("octets") {
            Some(text) => unhex(text.as_str().expect("text")),
            None => {
                let base = &octets_of[row["base"].as_str().expect("octets or base")];
                patched(base.clone(), row["patch"].as_array().expect("a patch"))
            }
        };
        octets_of.insert(own.clone(), octets.clone());
        found.push(Vector {
            id: format!("{folder}/{stem}/{own}"),
            protocol,
            octets,
            row,
        });
    }
    found
}

fn unhex(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    for token in text
        .lines()
        .flat_map(|line| line.split('#').next().unwrap_or("").split_whitespace())
    {
        let (digits, times) = match token.split_once('*') {
            Some((digits, times)) => (digits, times.parse().expect("a count")),
            None => (token, 1),
        };
        let one = HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        octets.extend(one.expect("hex digits").repeat(times));
    }
    octets
}

fn patched(mut octets: Vec<u8>, steps: &[Toml]) -> Vec<u8> {
    for step in steps {
        let number = |key: &str| {
            step.get(key).map(|number| {
                usize::try_from(number.as_integer().expect("a number")).expect("a size")
            })
        };
        let new = step
            .get("octets")
            .map_or(Vec::new(), |text| unhex(text.as_str().expect("text")));
        match (number("cut"), number("at"), number("remove")) {
            (Some(cut), ..) => octets.truncate(cut),
            (None, Some(at), Some(remove)) => {
                octets.splice(at..at + remove, new);
            }
            (None, Some(at), None) => octets[at..at + new.len()].copy_from_slice(&new),
            (None, None, _) => panic!("a patch has `at` or `cut`"),
        }
    }
    octets
}

/// Returns the differences between the dissection and the vector.
fn disagreements(vector: &Vector, dissection: &Dissection) -> Vec<String> {
    let mut wrong = Vec::new();
    let rejection = dissection.rejection();
    match (vector.row["expect"].as_str(), rejection) {
        (Some("accept"), Some(_)) | (Some("reject"), None) => {
            wrong.push(format!(
                "expect {}, dissected as {rejection:?}",
                vector.row["expect"]
            ));
        }
        (Some("accept" | "reject" | "either"), _) => {}
        (other, _) => panic!("expect = {other:?}"),
    }
    if let (Some(error), Some(rejection)) = (vector.row.get("error"), rejection) {
        let also = error
            .get("or")
            .and_then(Toml::as_array)
            .cloned()
            .unwrap_or_default();
        let kinds = std::iter::once(&error["kind"]).chain(&also);
        let right_kind = kinds
            .into_iter()
            .any(|kind| kind.as_str() == Some(rejection.kind.word()));
        if !right_kind || error["offset"].as_integer() != i64::try_from(rejection.offset).ok() {
            wrong.push(format!("error {error}, dissected as {rejection:?}"));
        }
    }
    let reaction = dissection.reaction().map(|reaction| reaction.word());
    let asked = vector.row.get("reaction").and_then(Toml::as_str);
    if asked != reaction && (asked.is_some() || vector.row["expect"].as_str() != Some("either")) {
        wrong.push(format!("reaction {asked:?}, dissected as {reaction:?}"));
    }
    if rejection.is_none() {
        wrong.extend(wrong_fields(vector, dissection));
    }
    wrong
}

fn wrong_fields(vector: &Vector, dissection: &Dissection) -> Vec<String> {
    let all: BTreeMap<String, Value> = dissection.fields().into_iter().collect();
    let Some(fields) = vector.row.get("fields").and_then(Toml::as_table) else {
        return Vec::new();
    };
    let mut wrong = Vec::new();
    for (path, wanted) in fields {
        let value = dissection.value(path);
        let same = match (wanted, &value) {
            (Toml::Boolean(wanted), Some(Value::Flag(flag))) => wanted == flag,
            (Toml::Integer(wanted), Some(Value::Number(number))) => wanted == number,
            (
                Toml::String(wanted),
                Some(value @ (Value::Address(_) | Value::Opaque(_) | Value::Hex(_))),
            ) => *wanted == value.to_string(),
            _ => false,
        };
        if !same {
            wrong.push(format!("{path} = {wanted}, dissected as {value:?}"));
        } else if !path.contains('#') && all.get(path) != value.as_ref() {
            wrong.push(format!("fields() has {:?} at {path}", all.get(path)));
        }
    }
    wrong
}

#[test]
fn every_vector_is_dissected_as_it_says() {
    let vectors = vectors();
    assert!(
        vectors.len() > 100,
        "only {} vectors were found",
        vectors.len()
    );
    let mut wrong = Vec::new();
    for vector in &vectors {
        let dissection = dissect(vector.protocol, &vector.octets);
        for why in disagreements(vector, &dissection) {
            wrong.push(format!("{}: {why}", vector.id));
        }
        assert_eq!(
            scan(vector.protocol, &vector.octets).defects,
            dissection.defects(),
            "{}",
            vector.id
        );
    }
    assert!(
        wrong.is_empty(),
        "{} of {} vectors:\n{}",
        wrong.len(),
        vectors.len(),
        wrong.join("\n")
    );
}

/// Truncated vectors reach states that no hand-written test covers.
#[test]
fn every_cut_of_every_vector_is_survived() {
    for vector in vectors() {
        let longest = vector.octets.len().min(512);
        for cut in 0..longest {
            let dissection = dissect(vector.protocol, &vector.octets[..cut]);
            paths::check(&dissection);
            assert!(!dissection.summary().is_empty());
            let known = dissection.message_name().is_some();
            let length = dissection.number("length").unwrap_or(0);
            let short = usize::try_from(length).expect("no negative Length") > cut;
            assert!(
                !(known && short && dissection.well_formed()),
                "{} cut to {cut}",
                vector.id
            );
        }
    }
}
