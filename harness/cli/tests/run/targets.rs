//! Targets that do not start, die, hang, talk nonsense or leave something behind.

use super::{Place, REGISTERS, RESOLVES, runs};

/// Timers that end soon where a target does not answer.
const SHORT: &str = "[timers]\nt1-enrprequest = \"200ms\"\nt2-registration = \"200ms\"\n[run]\nsilence = \"50ms\"\n";

#[test]
fn a_target_that_does_not_start_is_an_error_of_the_environment() {
    let place = Place::new();
    std::fs::write(place.path("plain"), "no program").expect("it can be written");
    let plain = place.path("plain").display().to_string();
    let rows: [(&[&str], &str, &[&str]); 6] = [
        (
            &["./no-such-program"],
            "",
            &[
                "ended before it was ready: exit status 3",
                "cannot start `./no-such-program`",
            ],
        ),
        (
            &[&plain],
            "",
            &["ended before it was ready", "Permission denied"],
        ),
        (
            &["/bin/sh", "-c", "echo wrong flag >&2; exit 7"],
            "",
            &[
                "ended before it was ready: exit status 7",
                "\n    wrong flag",
            ],
        ),
        (
            &["/bin/sh", "-c", "echo hello; exec sleep 1000"],
            "start-timeout = \"300ms\"",
            &[
                "is not ready after 0.3 s",
                "no line that begins with `ready`",
                "\n    hello",
            ],
        ),
        (
            &["/bin/sh", "-c", "echo ready asap=nowhere; exec sleep 1000"],
            "",
            &["`ready asap=nowhere`: asap: invalid"],
        ),
        (
            &["/bin/sh", "-c", "echo ready udp-port=1; exec sleep 1000"],
            "start-timeout = \"300ms\"",
            &["fake does not answer a handle resolution at 127.0.0.1:3863 over udp within 0.3 s"],
        ),
    ];
    for (command, more, told) in rows {
        let command: Vec<_> = command.iter().map(|word| (*word).to_owned()).collect();
        let ran = place.run(&["--target", &place.target(&command, more)]);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (3, ""),
            "{command:?}: {}",
            ran.err
        );
        for part in told {
            assert!(ran.err.contains(part), "{part:?} is not in {}", ran.err);
        }
        assert!(!place.out().exists(), "{command:?}");
    }
}

#[test]
fn a_target_that_refuses_or_says_nothing_is_not_judged() {
    for (how, seen) in [
        ("refuses", "association refused"),
        ("is silent", "the association is up, and no answer came"),
    ] {
        let place = Place::new();
        let ran = place.fake(how, "start-timeout = \"1500ms\"", &[REGISTERS]);
        assert_eq!(ran.code, 3, "{how}: {}", ran.err);
        assert!(
            ran.err.contains("does not answer a handle resolution") && ran.err.contains(seen),
            "{}",
            ran.err
        );
        assert!(!place.out().exists());
    }
}

#[test]
fn death_is_a_crash_of_its_case_alone() {
    for (how, end) in [
        ("dies", "killed by signal 9 (SIGKILL)"),
        ("ends", "exit status 3"),
    ] {
        for fresh in [true, false] {
            let place = Place::new();
            let more = format!("fresh = {fresh}\n{SHORT}");
            let ran = place.fake(
                how,
                &more,
                &[REGISTERS, RESOLVES, "rfc5352/2.2.3/refusal-names-the-pe"],
            );
            assert_eq!(ran.code, 1, "{how}: {}\n{}", ran.out, ran.err);
            for registers in [REGISTERS, "rfc5352/2.2.3/refusal-names-the-pe"] {
                let (verdict, reason) = place.verdict(registers);
                assert_eq!(verdict, "CRASH", "{how}, fresh {fresh}: {reason}");
                assert!(reason.starts_with(end), "{reason}");
                assert!(
                    reason.contains("sent since its last answer: ASAP_REGISTRATION ")
                        && reason.contains(" = 0100"),
                    "{reason}"
                );
                assert!(
                    how == "ends" || reason.contains("its last line: these are my last words"),
                    "{reason}"
                );
            }
            let (verdict, reason) = place.verdict(RESOLVES);
            assert_ne!(verdict, "CRASH", "{reason}");
            // A fresh one for the probe and each case; a shared one again after each death.
            let enough = if fresh {
                place.starts() == 4
            } else {
                place.starts() >= 3
            };
            assert!(enough, "{how}, fresh {fresh}: {}", place.starts());
            let events = std::fs::read_to_string(place.out().join("events.jsonl"))
                .expect("there are events");
            assert!(
                how == "ends" || events.contains("these are my last words"),
                "its output is in the events"
            );
        }
    }
}

/// Its associations end first, which alone would look like a refusal to answer.
#[test]
fn a_target_that_quits_in_good_order_has_died_too() {
    let place = Place::new();
    let ran = place.fake("quits", SHORT, &[RESOLVES]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.out, ran.err);
    let (verdict, reason) = place.verdict(RESOLVES);
    assert!(
        verdict == "CRASH" && reason.starts_with("exit status 0"),
        "{verdict} {reason}"
    );
}

#[test]
fn a_target_that_hangs_fails_its_case_and_is_replaced() {
    let place = Place::new();
    let ran = place.fake(
        "hangs",
        &format!("fresh = false\n{SHORT}"),
        &[REGISTERS, RESOLVES],
    );
    assert!(
        ran.err
            .contains("fake does not answer any more; it is started anew"),
        "{}",
        ran.err
    );
    assert_eq!(place.starts(), 2);
    if place.was_late(REGISTERS) {
        return;
    }
    assert_eq!(ran.code, 1, "{}\n{}", ran.out, ran.err);
    let (verdict, reason) = place.verdict(REGISTERS);
    assert!(
        verdict == "FAIL" && reason.contains("REGISTRATION_RESPONSE within 200 ms"),
        "{verdict} {reason}"
    );
}

#[test]
fn no_case_takes_longer_than_its_limit() {
    let place = Place::new();
    // As long as the timers: the case has begun before the wait for its answer does.
    let short = "[timers]\nt1-enrprequest = \"400ms\"\nt2-registration = \"400ms\"\nt3-deregistration = \"400ms\"\n\
                 [run]\ncase-limit = \"400ms\"";
    let ran = place.fake("hangs", short, &[REGISTERS]);
    assert_eq!(ran.code, 5, "{}\n{}", ran.out, ran.err);
    let (verdict, reason) = place.verdict(REGISTERS);
    assert_eq!(
        (verdict.as_str(), reason.as_str()),
        ("ERROR", "the case took longer than its limit of 0.4 s")
    );
}

#[test]
fn nonsense_is_judged() {
    let place = Place::new();
    let ran = place.fake("talks nonsense", SHORT, &[REGISTERS]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(place.verdict("monitor/known-messages").0, "FAIL");
    let (verdict, reason) = place.verdict(REGISTERS);
    assert!(
        verdict == "FAIL" || place.was_late(REGISTERS),
        "{verdict} {reason}"
    );
}

#[test]
fn a_known_failure_is_expected_with_its_requirement() {
    let expect = |requirement: &str| {
        format!(
            "{SHORT}[[expect]]\ncase = \"{REGISTERS}\"\nverdict = \"FAIL\"\nrequirement = \"{requirement}\"\nreason = \"mute\"\n"
        )
    };
    let failed = Place::new();
    let ran = failed.fake("is mute", SHORT, &[REGISTERS]);
    if failed.was_late(REGISTERS) {
        return;
    }
    assert_eq!(ran.code, 1, "{}", ran.out);
    let broken = failed.record()["cases"][0]["checks"][0]["requirement"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let known = Place::new();
    let ran = known.fake("is mute", &expect(&broken), &[REGISTERS]);
    assert!(ran.code == 0 || known.was_late(REGISTERS), "{}", ran.out);
    let other = Place::new();
    let ran = other.fake("is mute", &expect("R5352_3_1_1"), &[REGISTERS]);
    assert!(
        ran.code == 1 || other.was_late(REGISTERS),
        "it fails for another reason: {}",
        ran.out
    );
}

#[test]
fn nothing_of_a_target_is_left() {
    let place = Place::new();
    let seconds = format!("{}.125", 100_000 + std::process::id());
    let script = format!("sleep {seconds} & exec \"$@\"");
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
    let ran = place.run(&["--target", &place.target(&command, ""), REGISTERS]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!runs(&seconds), "the shell's child is gone with its group");
    assert!(!ran.err.contains("left a process behind"), "{}", ran.err);
}

#[test]
#[cfg(target_os = "linux")]
fn what_leaves_the_group_is_found_and_told() {
    let place = Place::new();
    let ran = place.fake("leaves", SHORT, &[RESOLVES]);
    assert!(
        ran.err
            .contains("the target left a process behind, which was killed: "),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("sleep 1000"), "{}", ran.err);
}

/// It has a session, a parent and an environment of its own, and a child like that.
#[test]
#[cfg(target_os = "linux")]
fn daemon_of_a_target_is_found_and_killed() {
    let place = Place::new();
    let seconds = format!("{}.375", 100_000 + std::process::id());
    let daemon = format!("sleep {seconds}");
    let inner = format!("(setsid {daemon} &); exec {daemon}");
    let script =
        format!("(setsid env -i /bin/sh -c '{inner}' </dev/null >/dev/null 2>&1 &); exec \"$@\"");
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
    for fresh in [true, false] {
        let file = place.target(&command, &format!("fresh = {fresh}"));
        let mut run = place.command(&["--target", &file, RESOLVES]);
        let ran = super::ran(run.output().expect("the binary starts"));
        assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
        assert!(!runs(&seconds), "fresh {fresh}: {}", ran.err);
        let named = ran.err.lines().any(|line| {
            line.contains("left a process behind, which was killed: ") && line.contains(&seconds)
        });
        assert!(named, "fresh {fresh}: {}", ran.err);
        std::fs::remove_dir_all(place.out()).expect("it was written");
    }
}

#[test]
fn control_characters_of_a_target_are_escapes() {
    let raw = |text: &str| text.contains(|c: char| c.is_control() && c != '\n');
    let place = Place::new();
    let ran = place.fake("commands", SHORT, &[REGISTERS]);
    assert!(ran.err.contains("CRASH"), "{}", ran.err);
    for text in [&ran.err, &ran.out] {
        assert!(text.contains("\\u{1b}]52;c;") && !raw(text), "{text:?}");
    }
    let place = Place::new();
    let script = format!(
        "printf '{}'; exit 1",
        r"\033]52;c;cm0gLXJm\007\033[31mred\000end\nnext"
    );
    let file = place.target(&["/bin/sh".to_owned(), "-c".to_owned(), script], "");
    let ran = place.run(&["--target", &file, REGISTERS]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.err.contains("\\u{1b}]52;c;") && !raw(&ran.err),
        "{:?}",
        ran.err
    );
    assert!(ran.err.contains("\n    next"), "{:?}", ran.err);
}

#[test]
fn output_of_a_case_is_bounded_and_the_rest_counted() {
    let place = Place::new();
    let ran = place.fake("floods", SHORT, &[REGISTERS]);
    let events =
        std::fs::read_to_string(place.out().join("events.jsonl")).expect("there are events");
    assert!(
        events.len() < 1 << 20,
        "{} octets\n{}",
        events.len(),
        ran.err
    );
    let counted = events
        .split("… ")
        .filter_map(|rest| rest.split_once(" lines of this case are left out"))
        .filter_map(|(count, _)| count.parse::<u64>().ok());
    // At most 262 of the lines fit, and what the harness did not read before the end is not counted.
    let counted: u64 = counted.sum();
    assert!(counted > 1000, "{counted} lines\n{}", ran.err);
}
