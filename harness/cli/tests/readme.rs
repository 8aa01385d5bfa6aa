//! The outputs in README.md are what the program prints: blocks marked `console` are run and compared.
//!
//! Times, dates, machine figures and addresses are redacted on both sides; a line `…` matches any lines.

use snapbox::{Data, IntoData, Redactions};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One command of README and the output that follows it.
struct Example {
    line: usize,
    command: Vec<String>,
    output: String,
}

#[test]
fn outputs_in_readme_are_real() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md is there");
    let examples = examples(&readme);
    assert!(examples.len() >= 3, "README shows a few outputs");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for shared in ["captures", "vectors"] {
        std::os::unix::fs::symlink(root().join(shared), folder.path().join(shared))
            .expect("a link can be made");
    }
    for example in examples {
        let ran = Command::new(env!("CARGO_BIN_EXE_rspcheck"))
            .args(&example.command)
            .current_dir(&folder)
            .env("NO_COLOR", "1")
            .output()
            .expect("rspcheck runs");
        let printed = String::from_utf8_lossy(&ran.stdout);
        let (expected, actual) = (redacted(&example.output), redacted(&printed));
        let (line, command) = (example.line, example.command.join(" "));
        snapbox::Assert::new()
            .try_eq(
                Some(&format!("README.md:{line}: rspcheck {command}")),
                actual,
                expected,
            )
            .unwrap_or_else(|difference| panic!("README.md differs: {difference}"));
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the commands of all blocks marked `console`, each with the lines up to the next command.
fn examples(readme: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut inside = false;
    for (line, text) in (1..).zip(readme.lines()) {
        if text.starts_with("```") {
            inside = text == "```console";
        } else if let Some(command) = text.strip_prefix("$ rspcheck ").filter(|_| inside) {
            let command = command
                .split_whitespace()
                .map(|word| word.trim_matches('\''));
            examples.push(Example {
                line,
                command: command.map(str::to_owned).collect(),
                output: String::new(),
            });
        } else if inside {
            let example = examples.last_mut().expect("a block begins with a command");
            example
                .output
                .push_str(if text.trim() == "…" { "..." } else { text });
            example.output.push('\n');
        }
    }
    examples
}

/// Replaces what differs from run to run and from machine to machine.
fn redacted(text: &str) -> Data {
    let mut redactions = Redactions::new();
    for (name, pattern) in [
        ("[TIME]", r" +[0-9]+(\.[0-9]+)? (s|ms|µs)\b"),
        ("[DATE]", r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"),
        ("[COMMAND]", r"command +\S*rspcheck run"),
    ] {
        let pattern = regex::Regex::new(pattern).expect("the pattern is well-formed");
        redactions
            .insert(name, pattern)
            .expect("the name is well-formed");
    }
    redactions.redact(text).into_data()
}
