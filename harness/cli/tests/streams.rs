//! `rspcheck` where a stream cannot be written, an argument is not UTF-8, or no thread can be started.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::process::{Output, Stdio};
use tempfile::TempDir;

const CAPTURE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../captures/registration-rejects-policy-mismatch-dup-id.pcap"
);
/// A run of one case that needs no network.
const RUN: [&str; 4] = [
    "run",
    "rfc5352/3.1/policy-mismatch-is-rejected",
    "--target",
    "in-process",
];

/// Standard streams that cannot be written.
#[derive(Clone, Copy, PartialEq)]
enum Full {
    Output,
    Errors,
    Both,
}

/// Runs in a folder of its own, with streams on a full disk.
fn run(arguments: &[&str], full: Full) -> Output {
    let folder = TempDir::new().expect("a folder");
    let disk = || {
        let disk = File::options().write(true).open("/dev/full");
        Stdio::from(disk.expect("a device of this system"))
    };
    let mut command = std::process::Command::new(cargo_bin!("rspcheck"));
    command.args(arguments).current_dir(folder.path());
    if full != Full::Errors {
        command.stdout(disk());
    }
    if full != Full::Output {
        command.stderr(disk());
    }
    command.output().expect("the program starts")
}

#[test]
fn output_that_cannot_be_written_is_reported() {
    let commands: [&[&str]; 9] = [
        &["list"],
        &["explain", "R5352_3_1_37"],
        &["doctor"],
        &["doctor", "--json"],
        &["vectors", "list"],
        &["check", CAPTURE],
        &["dissect", CAPTURE],
        &["registrar", "--check-config"],
        &RUN,
    ];
    for arguments in commands {
        let output = run(arguments, Full::Output);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {errors}");
        assert!(errors.contains("No space left"), "{arguments:?}: {errors}");
        let output = run(arguments, Full::Both);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
    }
}

#[test]
fn errors_that_cannot_be_written_change_no_exit_code() {
    let commands: [(&[&str], i32); 7] = [
        (&["list"], 0),
        (&["check", CAPTURE], 1),
        (&["check", "no-such-file.pcap"], 3),
        (&["dissect", CAPTURE], 0),
        (&["dissect", "no-such-file.pcap"], 3),
        (&["explain", "no-such-thing"], 2),
        (&RUN, 0),
    ];
    for (arguments, code) in commands {
        let output = run(arguments, Full::Errors);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn arguments_need_not_be_utf_8() {
    let folder = TempDir::new().expect("a folder");
    let name = folder.path().join(OsStr::from_bytes(b"run-\xff"));
    let mut command = Command::new(cargo_bin!("rspcheck"));
    command.args(RUN).arg("--out").arg(&name);
    command.current_dir(folder.path()).assert().code(0);
    assert!(name.join("run.json").exists());
    let mut command = Command::new(cargo_bin!("rspcheck"));
    command.arg("report").arg(&name).assert().code(0);
    for arguments in [["check"], ["dissect"], ["report"]] {
        let mut command = Command::new(cargo_bin!("rspcheck"));
        command.args(arguments).arg(OsStr::from_bytes(b"\xff"));
        command.current_dir(folder.path()).assert().code(3);
    }
}

#[test]
fn threads_that_cannot_be_started_are_reported() {
    let folder = TempDir::new().expect("a folder");
    let codec = format!("{} vectors list", cargo_bin!("rspcheck").display());
    let commands: [&[&str]; 2] = [&RUN, &["vectors", "check", "--codec", &codec]];
    for arguments in commands {
        let mut command = Command::new(cargo_bin!("rspcheck"));
        command.args(arguments).current_dir(folder.path());
        // No address space has room for such a stack.
        let assert = command
            .env("RUST_MIN_STACK", (1_u64 << 47).to_string())
            .assert();
        let errors = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(!errors.contains("panicked"), "{arguments:?}: {errors}");
        assert.code(3);
    }
}

#[test]
fn control_characters_of_a_codec_are_escapes() {
    // In an answer, and instead of one.
    let codecs = [
        r#"while read -r line; do printf '{"id":"\033]52;c;x\007\033[2J"}\n'; done"#,
        r"printf '\033]52;c;x\007\n'",
    ];
    for codec in codecs {
        let mut command = Command::new(cargo_bin!("rspcheck"));
        let assert = command
            .args(["vectors", "check", "--codec", codec])
            .assert();
        let output = assert.get_output();
        for stream in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(stream);
            assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
        }
    }
}
