//! The language of the project, as far as a program can check it.
//!
//! CONTRIBUTING asks for plain technical English: the actor, a technical verb, the condition, the effect.
//! This test holds the words that CONTRIBUTING bans. Places in [`CLEAN`] have none of them. Elsewhere the
//! lines that had one when this test was written are in `legacy.txt`, as a hash of the line; any other line
//! fails. `RSPCHECK_BLESS=1` removes the hashes of lines that are gone, and adds none.

mod prose;
mod rules;

use prose::{Kind, Prose};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Paths, from the root of the project, all of whose prose is free of banned words.
const CLEAN: &[&str] = &[
    ".ci/",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "benches/",
    "captures/",
    "harness/bench/",
    "harness/capture/",
    "harness/cases/",
    "harness/child/",
    "harness/dissect/",
    "harness/lab/",
    "harness/profiles/",
    "harness/report/",
    "harness/spec/",
    "harness/vectors/",
    "reference-impl/handlespace/",
    "reference-impl/proto/",
    "reference-impl/transport/",
    "reference-impl/wire/",
    "reports/",
    "third_party/README.md",
    "vectors/",
];

/// Paths whose texts, as opposed to comments, are free of banned words: errors, logs, `--help`, verdicts.
const CLEAN_TEXTS: &[&str] = &[
    "harness/testkit/",
    "reference-impl/cli/src/",
    "reference-impl/node/src/",
    "reference-impl/sim/src/",
];

/// Folders without prose of this project, from its root.
const SKIPPED: &[&str] = &[
    "target",
    "runs",
    "third_party/dcsctp",
    "harness/cli/tests/language",
];

const LEGACY: &str = include_str!("legacy.txt");

/// A line with a banned word.
struct Hit {
    path: String,
    prose: Prose,
    advice: String,
}

impl Hit {
    /// Returns true if its place must have none.
    fn in_clean_place(&self) -> bool {
        let under = |places: &[&str]| places.iter().any(|place| self.path.starts_with(place));
        under(CLEAN) || (self.prose.kind == Kind::Text && under(CLEAN_TEXTS))
    }

    /// Returns the hash by which `legacy.txt` knows the line: 64-bit FNV-1a of its prose.
    fn hash(&self) -> String {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for octet in self.prose.text.trim().bytes() {
            hash = (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3);
        }
        format!("{hash:016x}")
    }
}

#[test]
fn new_prose_is_plain_technical_english() {
    let hits = hits();
    let legacy: BTreeSet<&str> = LEGACY.lines().filter(|l| !l.starts_with('#')).collect();
    let mut report = String::new();
    for hit in &hits {
        if hit.in_clean_place() || !legacy.contains(hit.hash().as_str()) {
            let (path, line) = (&hit.path, hit.prose.line);
            let text = hit.prose.text.trim();
            let _ = writeln!(report, "{path}:{line}: {}: {text}", hit.advice);
        }
    }
    assert!(report.is_empty(), "CONTRIBUTING, Language:\n{report}");
}

#[test]
fn legacy_lines_only_become_fewer() {
    let present: BTreeSet<String> = hits()
        .iter()
        .filter(|hit| !hit.in_clean_place())
        .map(Hit::hash)
        .collect();
    let kept = LEGACY
        .lines()
        .filter(|line| line.starts_with('#') || present.contains(*line));
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    if kept != LEGACY && std::env::var_os("RSPCHECK_BLESS").is_some() {
        std::fs::write(root().join("harness/cli/tests/language/legacy.txt"), kept)
            .expect("the list beside this test can be written");
        return;
    }
    assert!(
        kept == LEGACY,
        "legacy.txt lists lines that are gone; RSPCHECK_BLESS=1 removes them"
    );
}

fn hits() -> Vec<Hit> {
    let mut hits = Vec::new();
    let root = root();
    for path in files(&root, &root) {
        let shown = path
            .strip_prefix(&root)
            .expect("files are below the root")
            .to_string_lossy()
            .into_owned();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue; // A capture or another file that is not text.
        };
        for prose in prose::of(&shown, &text) {
            for advice in rules::broken(&prose) {
                hits.push(Hit {
                    path: shown.clone(),
                    prose: prose.clone(),
                    advice,
                });
            }
        }
    }
    hits
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the root of the project exists")
}

/// Returns every file below `folder`, in order, without those of [`SKIPPED`] and of hidden folders.
fn files(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).expect("a folder of the project can be read");
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let skipped = SKIPPED.iter().any(|skipped| path == root.join(skipped));
        if skipped || (name.starts_with('.') && name != ".ci") {
            continue;
        }
        if path.is_dir() {
            found.extend(files(root, &path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
