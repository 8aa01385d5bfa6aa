//! `rspcheck bench register`, `listed` and `ask`: a crowd of pool elements at the bundled registrar.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

/// A program that is killed when the test is over.
struct Running {
    child: Child,
    line: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn rspcheck(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rspcheck"));
    command.args(args);
    command
}

/// Starts it and waits for its first line.
fn start(args: &[&str]) -> Running {
    let mut child = rspcheck(args).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    Running { child, line }
}

/// SIGTERM: it ends its associations.
fn leave(mut program: Running) {
    let id = program.child.id().to_string();
    assert!(Command::new("kill").arg(id).status().unwrap().success());
    program.child.wait().unwrap();
}

fn word<'a>(line: &'a str, key: &str) -> &'a str {
    let mut words = line.split_whitespace();
    let found = words.find_map(|word| word.strip_prefix(key));
    found.unwrap_or_else(|| panic!("no {key} in `{line}`"))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn target_that_cannot_keep_up_is_measured_and_the_result_is_invalid() {
    let place = tempfile::TempDir::new().unwrap();
    let json = place.path().join("result.json");
    // No generator and no target keeps this rate.
    let mut command = rspcheck(&["bench", "resolve", "--rate=1000000", "--pes=1"]);
    command.args(["--warm-up=0s", "--duration=200ms", "--timeout=100ms"]);
    let measured = command.arg("--json").arg(&json).output().unwrap();
    assert_eq!(measured.status.code(), Some(6), "{measured:?}");
    let text = text(&measured);
    for part in [
        "INVALID: ",
        " requests could be sent",
        " answers/s ",
        "p99.9",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(json["generator"]["valid"], false);
    assert!(json["generator"]["unsent"].as_u64().unwrap() > 0);
    assert!(json["requests"].as_u64().unwrap() > 0);
}

#[test]
fn result_that_cannot_be_written_fails_before_the_measurement() {
    let place = tempfile::TempDir::new().unwrap();
    let json = place.path().join("no-such-folder").join("result.json");
    let mut command = rspcheck(&["bench", "resolve", "--duration=1000min"]);
    let failed = command.arg("--json").arg(&json).output().unwrap();
    assert_eq!(failed.status.code(), Some(3), "{failed:?}");
    let errors = String::from_utf8_lossy(&failed.stderr);
    assert!(
        errors.contains("cannot write ") && !errors.contains("measuring"),
        "{errors}"
    );
}

#[test]
fn measurement_that_fails_leaves_no_file() {
    let place = tempfile::TempDir::new().unwrap();
    let json = place.path().join("result.json");
    let target = place.path().join("target.toml");
    let text = "[target]\nname = \"mine\"\ndriver = \"spawn\"\ncommand = [\"/bin/false\"]\ncapabilities = []\n";
    std::fs::write(&target, text).unwrap();
    let mut command = rspcheck(&["bench", "resolve", "--target"]);
    command.arg(&target).arg("--json").arg(&json);
    let failed = command.output().unwrap();
    assert_eq!(failed.status.code(), Some(3), "{failed:?}");
    assert!(!json.exists());
}

#[test]
fn a_crowd_registers_is_listed_and_leaves() {
    let registrar = start(&[
        "registrar",
        "--asap=127.0.0.1:0",
        "--udp-port=0",
        "--keep-alive-timeout=100ms",
    ]);
    let at = format!("--at={}", word(&registrar.line, "asap="));
    let udp_port = format!("--udp-port={}", word(&registrar.line, "udp-port="));
    let bench = |what: &str, more: &[&str]| {
        let mut command = rspcheck(&["bench", what, &at, &udp_port, "--local=127.0.0.1"]);
        command.args(more).output().unwrap()
    };

    let crowd = start(&[
        "bench",
        "register",
        &at,
        &udp_port,
        "--local=127.0.0.1",
        "--pools=3",
        "--pes=4",
        "--hold",
    ]);
    assert!(
        crowd.line.starts_with("registered elements=12 pools=3 "),
        "{}",
        crowd.line
    );

    let listed = bench("listed", &["--pools=3", "--pes=4"]);
    assert!(listed.status.success(), "{}", text(&listed));
    assert!(text(&listed).starts_with("listed elements=12 wanted=12 requests=3 "));
    let more = bench("listed", &["--pool=crowd-0", "--pes=5", "--within=0s"]);
    assert_eq!(more.status.code(), Some(1), "{}", text(&more));
    let errors = String::from_utf8_lossy(&more.stderr);
    assert!(
        errors.contains("lists 4 pool elements") && errors.contains("--max-items"),
        "{errors}"
    );

    let asked = bench(
        "ask",
        &["--pool=crowd-1", "--requests=50", "--outstanding=4"],
    );
    assert!(asked.status.success(), "{}", text(&asked));
    assert!(text(&asked).starts_with("answered requests=50 outstanding=4 "));

    leave(crowd);
    let gone = bench("listed", &["--pools=3", "--pes=0", "--within=30s"]);
    assert!(gone.status.success(), "{}", text(&gone));
}
