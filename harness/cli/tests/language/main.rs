//! The language of the project, as far as a program can check it.
//!
//! CONTRIBUTING asks for plain technical English: the actor, a technical verb, the condition, the effect.
//! This test finds the words that CONTRIBUTING bans.

mod prose;
mod rules;

use prose::Prose;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Folders without prose of this project, from its root.
const SKIPPED: &[&str] = &[
    "target",
    "runs",
    "third_party/dcsctp",
    "harness/cli/tests/language",
];

/// A line with a banned word.
struct Hit {
    path: String,
    prose: Prose,
    advice: String,
}

#[test]
fn prose_is_plain_technical_english() {
    let mut report = String::new();
    for hit in hits() {
        let (path, line) = (&hit.path, hit.prose.line);
        let text = hit.prose.text.trim();
        let _ = writeln!(report, "{path}:{line}: {}: {text}", hit.advice);
    }
    assert!(report.is_empty(), "CONTRIBUTING, Language:\n{report}");
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
