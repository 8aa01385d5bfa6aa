//! A zoo of targets and networks. Whatever a target or the network does, a run ends with the expected exit code, within a
//! bound, and leaves a readable record and no process.

use super::relay::{Faults, Relay};
use super::{Place, REGISTERS, RESOLVES, Ran, fake, ran, runs};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Timers that end soon where a target does not answer.
const SHORT: &str = "[timers]\nt1-enrprequest = \"200ms\"\nt2-registration = \"200ms\"\n\
                     t3-deregistration = \"200ms\"\n[run]\nsilence = \"50ms\"\n";
/// A run that takes longer hangs; the longest one takes seconds, and minutes on a machine that is busy.
const HANG: Duration = Duration::from_secs(600);

/// A target of the zoo.
struct Animal<'a> {
    /// Its behaviour; the fake registrar's where `command` is empty.
    how: &'a str,
    command: &'a [&'a str],
    /// Lines of its file.
    more: &'a str,
    /// Exit code of its run.
    code: i32,
    /// A verdict that its record has.
    verdict: &'a str,
}

impl Default for Animal<'_> {
    fn default() -> Self {
        Animal {
            how: "",
            command: &[],
            more: "",
            code: 1,
            verdict: "FAIL",
        }
    }
}

impl Animal<'_> {
    /// Runs two cases against it.
    fn watch(&self) {
        let how = if self.how.is_empty() {
            self.command.join(" ")
        } else {
            self.how.to_owned()
        };
        let place = Place::new();
        let tag = place.0.path().display().to_string();
        let mut command: Vec<_> = self.command.iter().map(|word| (*word).to_owned()).collect();
        if command.is_empty() {
            command = fake::command();
        }
        // A word that is in the command line of this target alone; neither program cares for it.
        command.push(tag.clone());
        let file = place.target(&command, &format!("{}\n{SHORT}", self.more));
        let mut run = place.command(&["--target", &file, "--jobs", "1", REGISTERS, RESOLVES]);
        let ran = bounded(run.env(fake::HOW, self.how));
        let late = place.out().exists() && (place.was_late(REGISTERS) || place.was_late(RESOLVES));
        if !late {
            assert_eq!(ran.code, self.code, "{how}: {}\n{}", ran.out, ran.err);
        }
        let verdicts = [REGISTERS, RESOLVES].map(|case| verdict(&place, case));
        assert!(
            late || verdicts.iter().any(|verdict| verdict == self.verdict),
            "{how}: {verdicts:?}\n{}",
            ran.err
        );
        assert!(!runs(&format!("{tag}\0")), "{how} leaves a process");
        assert!(!ran.err.contains("panicked"), "{how}: {}", ran.err);
        is_readable(&place);
    }
}

/// Returns the verdict of a case; "none" where there is no record.
fn verdict(place: &Place, case: &str) -> String {
    if place.out().exists() {
        place.verdict(case).0
    } else {
        "none".to_owned()
    }
}

/// Runs a command that must end within [`HANG`].
fn bounded(command: &mut Command) -> Ran {
    let child = command.spawn().expect("the binary starts");
    let id = child.id().to_string();
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = receiver.recv_timeout(HANG) else {
        let killed = Command::new("kill").args(["-KILL", &id]).status();
        panic!("{command:?} hangs; killed: {killed:?}");
    };
    ran(output.expect("it can be read"))
}

/// Checks that each format of report can be made of the record, if there is one.
fn is_readable(place: &Place) {
    if !place.out().exists() {
        return;
    }
    for format in ["text", "json", "junit", "markdown"] {
        let mut report = Command::new(env!("CARGO_BIN_EXE_rspcheck"));
        report.args(["report", "--format", format]).arg(place.out());
        let report = bounded(report.stdout(Stdio::piped()).stderr(Stdio::piped()));
        assert_eq!(report.code, 0, "{format}: {}", report.err);
        if format == "json" {
            let json: Result<serde_json::Value, _> = serde_json::from_str(&report.out);
            assert!(json.is_ok(), "{json:?}");
        }
    }
}

#[test]
fn target_that_is_never_ready() {
    for command in [
        &["/bin/sh", "-c", "exec sleep 1000"][..],
        // It takes the signals that stop it for nothing.
        &[
            "/bin/sh",
            "-c",
            "trap '' TERM INT HUP; while :; do sleep 1000; done",
        ],
        &["/bin/sh", "-c", "while :; do echo not yet; done"],
        &["/bin/sh", "-c", "kill -STOP $$"],
        &["/bin/sh", "-c", "exit 0"],
        &["/bin/sh", "-c", "kill -SEGV $$"],
    ] {
        let animal = Animal {
            command,
            more: "start-timeout = \"500ms\"",
            code: 3,
            verdict: "none",
            ..Animal::default()
        };
        animal.watch();
    }
}

#[test]
fn target_that_ends() {
    for how in ["dies", "ends", "quits", "tires"] {
        for fresh in ["fresh = true", "fresh = false"] {
            let animal = Animal {
                how,
                more: fresh,
                verdict: "CRASH",
                ..Animal::default()
            };
            animal.watch();
        }
    }
}

#[test]
fn target_that_does_not_answer_in_time() {
    for how in ["hangs", "is late", "floods"] {
        let animal = Animal {
            how,
            ..Animal::default()
        };
        animal.watch();
    }
}

#[test]
fn target_that_sends_too_much() {
    for how in ["answers doubly", "talks nonsense", "talks unasked", "calls"] {
        let animal = Animal {
            how,
            ..Animal::default()
        };
        animal.watch();
    }
}

/// A registrar that keeps the RFCs. SCTP repairs what the network does, so no verdict is FAIL.
#[test]
fn network_that_harms_packets() {
    for faults in [
        Faults {
            lost: 0.1,
            ..Faults::default()
        },
        Faults {
            doubled: 0.5,
            ..Faults::default()
        },
        Faults {
            corrupted: 0.1,
            ..Faults::default()
        },
        Faults {
            delayed: 0.5,
            ..Faults::default()
        },
    ] {
        let relay = Relay::start(faults);
        let place = Place::new();
        let (asap, udp_port) = (&relay.asap, relay.udp_port);
        let file = place.file(&format!(
            "[target]\nname = \"far\"\ndriver = \"attach\"\ncapabilities = []\nasap = \"{asap}\"\n\
             udp-port = {udp_port}\n"
        ));
        let mut run = place.command(&["--target", &file, "rfc5352/3.2"]);
        let ran = bounded(&mut run);
        assert!(
            [0, 5].contains(&ran.code),
            "{faults:?}: {}\n{}",
            ran.out,
            ran.err
        );
        assert!(relay.harmed() > 0, "{faults:?}");
        is_readable(&place);
    }
}
