//! Output and exit code of `rspcheck run` when the target, the user or the machine disturbs the run.

mod away;
mod fake;
mod frozen;
mod interrupted;
mod peers;
mod relay;
mod several;
mod starts;
mod targets;
mod usage;
mod zoo;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A case that begins with a registration, and one that needs none.
const REGISTERS: &str = "rfc5352/2.2.3/grant-names-the-pe";
const RESOLVES: &str = "rfc5352/3.3/unknown-pool-is-rejected";

/// A folder for one test: its files, and the run directory `out`.
struct Place(TempDir);

/// Exit code and output of the binary.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Place {
        Place(TempDir::new().expect("there is room for a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn out(&self) -> PathBuf {
        self.path("out")
    }

    /// Writes a target file and gives its path.
    fn file(&self, text: &str) -> String {
        let path = self.path("target.toml");
        std::fs::write(&path, text).expect("it can be written");
        path.to_str().expect("it is plain").to_owned()
    }

    /// A target file with the fake registrar, or whatever the command is.
    fn target(&self, command: &[String], more: &str) -> String {
        let command = serde_json::to_string(command).expect("words are JSON, and TOML too");
        self.file(&format!(
            "[target]\nname = \"fake\"\ndriver = \"spawn\"\nready = \"line\"\ncapabilities = []\nstop-grace = \"500ms\"\n\
             command = {command}\n{more}"
        ))
    }

    /// `rspcheck run ARGUMENTS --out OUT`, to be started.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rspcheck"));
        command
            .arg("run")
            .args(arguments)
            .arg("--out")
            .arg(self.out())
            .current_dir(self.0.path());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().expect("the binary starts"))
    }

    /// A run against the fake registrar that does this wrong.
    fn fake(&self, how: &str, more: &str, arguments: &[&str]) -> Ran {
        let file = self.target(&fake::command(), more);
        let mut command = self.command(&[&["--target", &file], arguments].concat());
        command
            .env(fake::HOW, how)
            .env(fake::STARTS, self.path("starts"));
        ran(command.output().expect("the binary starts"))
    }

    fn starts(&self) -> usize {
        std::fs::read_to_string(self.path("starts"))
            .unwrap_or_default()
            .lines()
            .count()
    }

    fn record(&self) -> Value {
        let text = std::fs::read_to_string(self.out().join("run.json")).expect("there is a record");
        serde_json::from_str(&text).expect("it is JSON")
    }

    /// Returns true if the case is INCONC because this machine was too busy.
    fn was_late(&self, id: &str) -> bool {
        let (verdict, reason) = self.verdict(id);
        verdict == "INCONC" && reason.contains("the harness itself was")
    }

    /// Verdict and reason of a case.
    fn verdict(&self, id: &str) -> (String, String) {
        let record = self.record();
        let case = record["cases"]
            .as_array()
            .and_then(|cases| cases.iter().find(|case| case["id"] == id));
        let word = |key: &str| {
            case.and_then(|c| c[key].as_str())
                .unwrap_or("missing")
                .to_owned()
        };
        (word("verdict"), word("reason"))
    }
}

fn ran(output: Output) -> Ran {
    let text = |octets| String::from_utf8(octets).expect("it writes text");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Returns true if a process with this word in its command line runs.
fn runs(word: &str) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .map(|entry| entry.path().join("cmdline"))
        .any(|file| mentions(&file, word))
}

fn mentions(file: &Path, word: &str) -> bool {
    std::fs::read(file).is_ok_and(|text| String::from_utf8_lossy(&text).contains(word))
}
