//! Signals that end a run.

use super::{Place, REGISTERS, RESOLVES, Ran, fake, ran, runs};
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

fn signal(run: &Child, signal: Signal) {
    let pid = Pid::from_child(run);
    kill_process(pid, signal).expect("it runs");
}

/// Renders the record of a run.
fn report(place: &Place, format: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rspcheck"));
    command
        .args(["report", "--format", format])
        .arg(place.out());
    ran(command.output().expect("the binary starts"))
}

/// Returns true if this process ignores SIGHUP, as under `nohup`, and so does what it starts.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[test]
fn the_first_one_keeps_what_was_done() {
    for (number, name) in [
        (Signal::INT, "SIGINT"),
        (Signal::TERM, "SIGTERM"),
        (Signal::HUP, "SIGHUP"),
    ] {
        if number == Signal::HUP && ignores_hangup() {
            continue;
        }
        let place = Place::new();
        let mut run = place
            .command(&["--jobs", "1", "--verbose", "rfc5352/3"])
            .spawn()
            .expect("the binary starts");
        let mut told = BufReader::new(run.stderr.take().expect("it is piped"));
        until(&mut told, "PASS");
        signal(&run, number);
        until(&mut told, "what was done until then is in");
        let ended = run.wait_with_output().expect("it ends");
        assert_eq!(ended.status.code(), Some(130));
        let record = place.record();
        assert_eq!(record["complete"], false);
        assert_eq!(record["interrupted"], name);
        let cases = record["cases"].as_array().expect("there are cases");
        assert!(cases.iter().any(|case| case["verdict"] == "PASS"));
        assert!(
            cases.iter().all(|case| case["verdict"] != "ERROR"),
            "the case under way is left out: {record}"
        );
        let left = record["not_run"].as_array().expect("there are some").len();
        let meaning = format!("exit 130: interrupted by {name}; {left} cases did not run");
        let printed = String::from_utf8_lossy(&ended.stdout).into_owned();
        for text in [printed, report(&place, "text").out] {
            assert!(text.contains(&meaning), "{meaning:?} is not in {text}");
        }
        is_junit(&place, left, name);
        let written = std::fs::read_to_string(place.out().join("junit.xml")).expect("it is there");
        assert_eq!(report(&place, "junit").out, written);
    }
}

/// Checks that the JUnit file marks the cases that were not run.
fn is_junit(place: &Place, left: usize, name: &str) {
    let written = std::fs::read_to_string(place.out().join("junit.xml")).expect("it is there");
    let skipped = format!("message=\"the run was interrupted before by {name}\" type=\"NOT RUN\"");
    assert_eq!(written.matches(&skipped).count(), left, "{written}");
}

#[test]
fn ignored_hangup_stays_ignored() {
    let place = Place::new();
    // The target sends it to its parent when it is asked.
    let file = place.target(&fake::command(), "[timers]\nt2-registration = \"200ms\"");
    let mut command = place.command(&["--target", &file, RESOLVES]);
    let words: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let script = "trap '' HUP; exec \"$@\"";
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script, "sh"]).arg(command.get_program());
    shell.args(words).current_dir(place.0.path());
    command = shell;
    command.env(fake::HOW, "hangs up");
    let ran = ran(command.output().expect("there is a shell"));
    assert_ne!(ran.code, 130, "{}", ran.err);
    assert_eq!(place.record()["complete"], true);
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

/// Writes the file of a target that takes ten minutes to stop. Returns it with a word in the command line of a process
/// that the target starts.
fn patient(place: &Place) -> (String, String) {
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
    let file = with_long_grace(&place.target(&command, "fresh = false"));
    (file, seconds)
}

/// Changes a target file so that stopping the target can take ten minutes; returns its path.
fn with_long_grace(file: &str) -> String {
    let text = std::fs::read_to_string(file).expect("it was written");
    std::fs::write(file, text.replace("500ms", "10min")).expect("it can be written");
    file.to_owned()
}

#[test]
fn the_second_one_waits_for_nothing() {
    let place = Place::new();
    let (file, seconds) = patient(&place);
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
    signal(&run, Signal::TERM);
    until(&mut told, "again: kill the targets");
    signal(&run, Signal::TERM);
    let ended = run.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(130));
    let printed = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(
        printed.contains("exit 130: interrupted by SIGTERM; "),
        "{printed}"
    );
    drop(holder);
    held.read_to_end(&mut Vec::new())
        .expect("the target's group is killed");
    assert!(!runs(&seconds));
    let left = place.record()["not_run"].as_array().map(Vec::len);
    is_junit(&place, left.expect("there are some"), "SIGTERM");
}

/// The second signal of `timeout --kill-after` comes while the targets are being stopped.
#[test]
fn killed_harness_leaves_its_record() {
    let place = Place::new();
    // One process, which ignores SIGTERM and ends with the harness.
    let ignores = ["/bin/sh", "-c", "trap '' TERM; exec \"$@\"", "sh"].map(str::to_owned);
    let command = [&ignores[..], &fake::command()].concat();
    let short = "fresh = false\n[timers]\nt2-registration = \"200ms\"";
    let file = with_long_grace(&place.target(&command, short));
    let mut run = place.command(&["--target", &file, "--verbose", "rfc5352/3.1"]);
    let mut run = run.env(fake::HOW, "is mute").spawn().expect("it starts");
    let mut err = BufReader::new(run.stderr.take().expect("it is piped"));
    until(&mut err, "rfc5352/3.1/");
    signal(&run, Signal::TERM);
    until(&mut err, "what was done so far is kept in");
    signal(&run, Signal::KILL);
    assert_eq!(run.wait().expect("it ends").code(), None);
    let record = place.record();
    let left = record["not_run"].as_array().map(Vec::len);
    is_junit(&place, left.expect("there are some"), "SIGTERM");
    let text = report(&place, "text").out;
    assert!(
        text.contains("exit 130: interrupted by SIGTERM; "),
        "{text}"
    );
}
