//! A target that the harness did not start, and that goes away during the run.

use super::{Place, REGISTERS, RESOLVES, fake, interrupted::until};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Cases in the order of the run. The fake registrar dies in the first one.
const CASES: [&str; 5] = [
    REGISTERS,
    "rfc5352/2.2.3/refusal-names-the-pe",
    "rfc5352/2.2.3/grant-has-no-operation-error",
    "rfc5352/2.2.4/response-names-the-pe",
    RESOLVES,
];
const WENT_AWAY: &str = "the target went away in case rfc5352/2.2.3/grant-names-the-pe";

/// A registrar that the test starts. Dropping it ends it.
pub(crate) struct Attached {
    child: Child,
    asap: String,
    udp_port: String,
    /// Open as long as it runs, for what it prints later.
    _out: BufReader<ChildStdout>,
}

impl Attached {
    /// Starts the fake registrar, on the ports of an earlier one if there is one.
    pub(crate) fn start(how: &str, earlier: Option<&Attached>) -> Attached {
        let words = fake::command();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env(fake::HOW, how);
        if let Some(earlier) = earlier {
            let (_, port) = earlier.asap.rsplit_once(':').expect("it has a port");
            command.env(fake::PORTS, format!("{port}/{}", earlier.udp_port));
        }
        Attached::of(command.stderr(Stdio::null()))
    }

    /// Starts the bundled registrar, which logs into this file.
    pub(crate) fn bundled(log: File) -> Attached {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rspcheck"));
        command.arg("registrar").env("RUST_LOG", "rserpool=debug");
        command.args(["--asap", "127.0.0.1:0", "--transport", "udp"]);
        command.args(["--udp-port", "0", "--announce", "off"]);
        Attached::of(command.stderr(log))
    }

    fn of(command: &mut Command) -> Attached {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let ready = (&mut out)
            .lines()
            .map_while(Result::ok)
            .find(|line| line.starts_with("ready "))
            .expect("it is ready");
        let value = |key: &str| {
            let mut values = ready.split_whitespace();
            let value = values.find_map(|word| word.strip_prefix(key));
            value.expect("the line has it").to_owned()
        };
        Attached {
            asap: value("asap="),
            udp_port: value("udp-port="),
            child,
            _out: out,
        }
    }

    /// Writes a target file for it, with short times.
    pub(crate) fn file(&self, place: &Place, more: &str) -> String {
        let Attached { asap, udp_port, .. } = self;
        place.file(&format!(
            "[target]\nname = \"fake\"\ndriver = \"attach\"\ncapabilities = []\nasap = \"{asap}\"\n\
             udp-port = {udp_port}\n{more}\n[timers]\nt1-enrprequest = \"200ms\"\n\
             t2-registration = \"200ms\"\nt3-deregistration = \"200ms\"\n[run]\nsilence = \"50ms\"\n\
             case-limit = \"2s\"\n"
        ))
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn run_without_its_target_is_broken_off() {
    let place = Place::new();
    let target = Attached::start("dies", None);
    let file = target.file(&place, "restart-timeout = \"300ms\"");
    let ran = place.run(&[&["--target", &file], &CASES[..]].concat());
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    let meaning =
        format!("exit 3: {WENT_AWAY} and did not come back within 0.3 s; 2 cases did not run");
    assert!(ran.out.contains(&meaning), "{}", ran.out);
    let record = place.record();
    assert_eq!(record["complete"], false);
    for done in &CASES[..3] {
        assert_ne!(place.verdict(done).0, "missing", "{done}");
    }
    for left in &CASES[3..] {
        assert_eq!(place.verdict(left).0, "missing", "{left}");
    }
}

#[test]
fn target_that_comes_back_is_waited_for() {
    let place = Place::new();
    let target = Attached::start("dies", None);
    let file = target.file(&place, "restart-timeout = \"60s\"");
    let mut run = place
        .command(&[&["--target", &file], &CASES[..]].concat())
        .spawn()
        .expect("the binary starts");
    let mut err = BufReader::new(run.stderr.take().expect("it is piped"));
    until(&mut err, WENT_AWAY);
    let _back = Attached::start("answers", Some(&target));
    until(&mut err, "fake answers again");
    let ended = run.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(place.record()["complete"], true);
    for case in CASES {
        assert_ne!(place.verdict(case).0, "missing", "{case}");
    }
}

/// The words around a word of a log line.
fn around<'a>(line: &'a str, word: &str) -> Option<(&'a str, [&'a str; 3])> {
    let words: Vec<_> = line.split_whitespace().collect();
    let at = words.iter().position(|w| *w == word)?;
    let after = |nth| words.get(at + nth).copied().unwrap_or_default();
    Some((words[at.checked_sub(1)?], [after(1), after(2), after(3)]))
}

/// Other cases and other users find none of the pools of a run.
#[test]
fn attached_target_is_left_without_pes() {
    let place = Place::new();
    let log = File::create(place.path("log")).expect("it can be written");
    let target = Attached::bundled(log);
    let file = target.file(&place, "");
    let cases = [
        REGISTERS,
        "rfc5352/3.1/second-pe-joins-the-pool",
        "rfc5352/3.1/one-identifier-in-two-pools",
        "rfc5352/3.1/re-registration-over-a-new-association",
    ];
    let arguments = [&["--transport", "udp", "--target", &file], &cases[..]].concat();
    let ran = place.run(&arguments);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    drop(target);
    let log = std::fs::read_to_string(place.path("log")).expect("it is text");
    let registered: BTreeSet<_> = log
        .lines()
        .filter_map(|line| around(line, "registered"))
        .map(|(_, [pe, _, handle])| (pe, handle))
        .collect();
    let left: BTreeSet<_> = log
        .lines()
        .filter_map(|line| around(line, "left"))
        .filter(|(_, [_, how, _])| *how == "de-registered")
        .map(|(pe, [handle, ..])| (pe, handle.trim_end_matches(':')))
        .collect();
    assert!(registered.len() > cases.len(), "{log}");
    assert_eq!(registered, left, "{log}");
}
