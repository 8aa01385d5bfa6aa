//! Ctrl-C.

use super::{Place, REGISTERS, RESOLVES, runs};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};

/// Reads the run's standard error up to a line with `word`.
pub(crate) fn until(run: &mut BufReader<impl Read>, word: &str) {
    let mut line = String::new();
    while !line.contains(word) {
        line.clear();
        let read = run.read_line(&mut line).expect("it writes text");
        assert_ne!(read, 0, "no line with {word:?} came");
    }
}

fn interrupt(run: &Child) {
    let pid = Pid::from_child(run);
    kill_process(pid, Signal::INT).expect("it runs");
}

#[test]
fn the_first_one_keeps_what_was_done() {
    let place = Place::new();
    let mut run = place
        .command(&["--jobs", "1", "--verbose", "rfc5352/3"])
        .spawn()
        .expect("the binary starts");
    let mut told = BufReader::new(run.stderr.take().expect("it is piped"));
    until(&mut told, "PASS");
    interrupt(&run);
    until(&mut told, "what was done until then is in");
    let ended = run.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(130));
    let record = place.record();
    assert_eq!(record["complete"], false);
    let cases = record["cases"].as_array().expect("there are cases");
    assert!(cases.iter().any(|case| case["verdict"] == "PASS"));
    assert!(
        cases.iter().all(|case| case["verdict"] != "ERROR"),
        "the case under way is left out: {record}"
    );
    let report = Command::new(env!("CARGO_BIN_EXE_rspcheck"))
        .arg("report")
        .arg(place.out())
        .output();
    let report = report.expect("the binary starts");
    assert_eq!(report.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&report.stdout).contains("the run did not come to its end"));
}

#[test]
fn the_case_under_way_is_left_out() {
    let place = Place::new();
    // The target interrupts its parent when the second case asks it.
    let short = "[timers]\nt2-registration = \"200ms\"";
    let ran = place.fake("interrupts", short, &[REGISTERS, RESOLVES]);
    assert_eq!(ran.code, 130, "{}", ran.err);
    assert_ne!(place.verdict(REGISTERS).0, "missing");
    assert_eq!(place.verdict(RESOLVES).0, "missing");
    let events = std::fs::read_to_string(place.out().join("events.jsonl"));
    assert!(!events.expect("there are events").contains(RESOLVES));
}

#[test]
fn before_the_target_is_ready_nothing_is_kept() {
    let place = Place::new();
    // The target itself interrupts its parent, which is waiting for it to be ready.
    let command = ["/bin/sh", "-c", "kill -INT $PPID; exec sleep 1000"].map(str::to_owned);
    let ran = place.run(&[
        "--target",
        &place.target(&command, "start-timeout = \"10min\""),
    ]);
    assert_eq!(ran.code, 130, "{}", ran.err);
    assert!(
        ran.err.contains("interrupted before any case was run"),
        "{}",
        ran.err
    );
    assert!(!place.out().exists());
}

#[test]
fn the_second_one_waits_for_nothing() {
    let place = Place::new();
    let seconds = format!("{}.25", 100_000 + std::process::id());
    // A shell that does not care for SIGTERM, around a registrar: stopping it takes all of its grace.
    let script = format!("trap '' TERM; \"$@\"; while :; do sleep {seconds}; done");
    let registrar = [
        "{self}",
        "registrar",
        "--asap",
        "127.0.0.1:0",
        "--udp-port",
        "0",
        "--announce",
        "off",
    ];
    let command = ["/bin/sh", "-c", &script, "sh"]
        .into_iter()
        .chain(registrar)
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let file = place.target(&command, "fresh = false");
    let patient = std::fs::read_to_string(&file)
        .expect("it was written")
        .replace("500ms", "10min");
    std::fs::write(&file, patient).expect("it can be written");
    let arguments = ["--target", &file, "--verbose", "rfc5352/3.1"];
    // Everything that is started from here holds the writer; the reader sees when the last of it is gone.
    let (mut held, holder) = std::io::pipe().expect("there are pipes");
    rustix::io::fcntl_setfd(&holder, rustix::io::FdFlags::empty()).expect("it can be inherited");
    let mut run = place
        .command(&arguments)
        .spawn()
        .expect("the binary starts");
    let mut told = BufReader::new(run.stderr.take().expect("it is piped"));
    until(&mut told, "PASS");
    interrupt(&run);
    until(&mut told, "again: end at once");
    interrupt(&run);
    assert_eq!(run.wait().expect("it ends").code(), Some(130));
    drop(holder);
    held.read_to_end(&mut Vec::new())
        .expect("the target's group is killed");
    assert!(!runs(&seconds));
    assert_eq!(
        place.record()["complete"],
        false,
        "the last state of the record is there"
    );
}
