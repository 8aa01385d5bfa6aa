//! A harness that is stopped in mid-case, as on a paused virtual machine, while its target goes on.

use super::Place;
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::os::fd::AsRawFd;

/// A case that needs its acknowledgements in time: the PE is to be listed after several keep-alives.
const STAYS: &str = "rfc5352/3.4/acknowledging-pe-stays";
/// The bundled registrar as a target.
const BUNDLED: &str = include_str!("../../../profiles/bundled.toml");

/// The registrar rightly removes the PE, which does not acknowledge while the harness is stopped.
#[test]
fn stopped_harness_fails_no_right_target() {
    let place = Place::new();
    let (log, writer) = std::io::pipe().expect("there are pipes");
    fcntl_setfd(&writer, FdFlags::empty()).expect("it can be inherited");
    // The registrar logs into the pipe, which does not depend on the stopped harness.
    let shell = format!(
        "\"/bin/sh\", \"-c\", 'exec \"$@\" 2>/dev/fd/{}', \"sh\", \"{{self}}\", \"registrar\"",
        writer.as_raw_fd()
    );
    let file = place.file(&BUNDLED.replace("\"{self}\", \"registrar\"", &shell));
    let run = place
        .command(&["--target", &file, "--jobs", "1", STAYS])
        .env("RUST_LOG", "rserpool=debug")
        .spawn()
        .expect("the binary starts");
    drop(writer);
    let mut log = BufReader::new(log).lines().map_while(Result::ok);
    let mut until = |word: &str| {
        let line = log.find(|line| line.contains(word));
        line.unwrap_or_else(|| panic!("the registrar logs no line with {word:?}"))
    };
    until("registered ");
    let pid = Pid::from_child(&run);
    kill_process(pid, Signal::STOP).expect("it runs");
    let left = until(" left ");
    kill_process(pid, Signal::CONT).expect("it runs");
    assert!(left.ends_with("no answer to ENDPOINT_KEEP_ALIVE"), "{left}");
    let ended = run.wait_with_output().expect("it ends");
    let (verdict, reason) = place.verdict(STAYS);
    assert_eq!(verdict, "INCONC", "{reason}\n{ended:?}");
    assert!(reason.starts_with("the harness itself was "), "{reason}");
}
