//! The vectors of `vectors/wire` as they are written, for the tests of codecs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) format: String,
    pub(crate) protocol: String,
    pub(crate) vector: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) id: String,
    #[serde(rename = "about")]
    _about: String,
    #[serde(rename = "covers")]
    _covers: Vec<String>,
    #[serde(rename = "origin")]
    _origin: String,
    #[serde(rename = "why")]
    _why: Option<String>,
    pub(crate) expect: Expect,
    pub(crate) octets: Option<String>,
    pub(crate) base: Option<String>,
    #[serde(default)]
    pub(crate) patch: Vec<Patch>,
    pub(crate) error: Option<ExpectedError>,
    pub(crate) reaction: Option<String>,
    #[serde(default)]
    pub(crate) fields: BTreeMap<String, toml::Value>,
    pub(crate) reencodes: Option<String>,
    /// The form of a codec that forgets skipped parameters; this one keeps them.
    #[serde(rename = "or_reencodes")]
    _or_reencodes: Option<String>,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Expect {
    Accept,
    Reject,
    Either,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    #[serde(default)]
    pub(crate) at: usize,
    #[serde(default)]
    pub(crate) octets: String,
    pub(crate) remove: Option<usize>,
    pub(crate) cut: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedError {
    pub(crate) offset: usize,
    pub(crate) kind: String,
    /// Kinds that are as right.
    #[serde(default)]
    pub(crate) or: Vec<String>,
}

/// Calls `check` with every vector of `vectors/wire`.
///
/// # Panics
/// With all failures that it returned.
pub(crate) fn check_all(check: impl Fn(&File, &Vector) -> Result<(), String>) {
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

/// Returns the octets of a vector, its patches applied.
pub(crate) fn octets(file: &File, vector: &Vector) -> Result<Vec<u8>, String> {
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

/// Decodes hex digits in tokens; a token `61*8` is an octet eight times, and `#` starts a comment.
pub(crate) fn from_hex(text: &str) -> Result<Vec<u8>, String> {
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
