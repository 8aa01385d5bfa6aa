//! `rserpool` where a stream cannot be written or no thread can be started.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

fn rserpool(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rserpool"));
    command.args(arguments);
    command
}

/// A stream on a full disk.
fn full() -> Stdio {
    let disk = File::options().write(true).open("/dev/full");
    Stdio::from(disk.expect("a device of this system"))
}

fn ended(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

#[test]
fn output_that_cannot_be_written_is_reported() {
    let commands: [&[&str]; 4] = [
        &["registrar", "--check-config"],
        &["sim"],
        &["sim", "--seeds", "2"],
        &["registrar", "--asap", "127.0.0.1:0", "--udp-port", "0"],
    ];
    for arguments in commands {
        let output = ended(rserpool(arguments).stdout(full()));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {errors}");
        assert!(errors.contains("No space left"), "{arguments:?}: {errors}");
        let output = ended(rserpool(arguments).stdout(full()).stderr(full()));
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
    }
}

#[test]
fn errors_that_cannot_be_written_change_no_exit_code() {
    let commands: [(&[&str], i32); 4] = [
        (&["sim"], 0),
        (&["sim", "--seeds", "0"], 2),
        (&["status", "--socket", "/no/such/socket"], 3),
        (&["registrar", "--config", "/no/such/file"], 2),
    ];
    for (arguments, code) in commands {
        let output = ended(rserpool(arguments).stderr(full()));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn a_registrar_goes_on_without_its_log() {
    for format in ["text", "json"] {
        let mut registrar = rserpool(&["registrar", "--asap", "127.0.0.1:0", "--udp-port", "0"])
            .args(["--log", format])
            .env("RUST_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(full())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let output = registrar.stdout.take().expect("it is piped");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("the pipe is readable");
        assert!(line.contains("ready"), "{format}: {line:?}");
        kill_process(Pid::from_child(&registrar), Signal::TERM).expect("it runs");
        let status = registrar.wait().expect("it is our child");
        assert_eq!(status.code(), Some(0), "{format}");
    }
}

#[test]
fn threads_that_cannot_be_started_are_reported() {
    let mut command = rserpool(&["sim", "--seeds", "2"]);
    // No address space has room for such a stack.
    let output = ended(command.env("RUST_MIN_STACK", (1_u64 << 47).to_string()));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("cannot start a thread"), "{errors}");
}
