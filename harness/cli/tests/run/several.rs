//! Several instances of live targets: the relay between them, what is missing for them, and `rspcheck matrix`.

use super::{Place, RESOLVES, Ran, ran, runs};
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::target::Target;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_spec::ics::Ics;
use rspcheck_testkit::{
    Deed, Disturbance, ENRP_PRESENCE, Happening, Instance, Link, PacketFate, Signal, Start, World,
    WorldError,
};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A case with two instances.
const LAST: &str = "rfc5353/3.5.2/last-of-two-takes-over";
/// Longest time for a step of a target that works.
const PATIENCE: Duration = Duration::from_secs(60);
const ONE: Instance = Instance(1);
const TWO: Instance = Instance(2);

/// The file of the bundled registrar.
const BUNDLED: &str = include_str!("../../../profiles/bundled.toml");

/// Parts of the file of the bundled registrar, each with its replacement.
type Changes<'a> = &'a [(&'a str, &'a str)];

/// Writes the file of the bundled registrar with changes, and returns its path.
fn changed(place: &Place, changes: Changes<'_>) -> String {
    let mut text = BUNDLED.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replacen(old, new, 1);
    }
    place.file(&text)
}

/// Puts a shell script, which has the command as its arguments, before the command.
fn behind(place: &Place, script: &str) -> String {
    let script = serde_json::to_string(script).expect("it is text");
    let command = format!("command = [\n    \"/bin/sh\", \"-c\", {script}, \"sh\",");
    changed(place, &[("command = [", &command)])
}

fn worlds(file: &str) -> Worlds {
    let target = Target::load(Path::new(file)).expect("it is good");
    let harness = env!("CARGO_BIN_EXE_rspcheck").into();
    Worlds::new(target, Carrier::Udp, harness, Default::default()).expect("nothing is started yet")
}

/// Starts two instances that are each other's peers.
fn two(world: &mut dyn World) {
    let enrp = |world: &dyn World, at| world.target_addr(at, rspcheck_testkit::EndpointKind::Enrp);
    for (new, peers) in [(ONE, vec![]), (TWO, vec![enrp(world, ONE)])] {
        let server_id = Some(u32::from(new.0));
        let deed = world.start(new, &Start { peers, server_id });
        assert_eq!(deed, Ok(Deed::Done));
    }
}

/// Returns true if an ENRP_PRESENCE of one instance reaches the other one within this time.
fn presence(world: &mut dyn World, from: Instance, within: Duration) -> bool {
    let until = world.now() + within;
    while let Some(happening) = world.wait(until).expect("both live") {
        if let Happening::Between {
            from: sender,
            octets,
            ppid: 12,
            ..
        } = happening
            && sender == from
            && octets.first() == Some(&ENRP_PRESENCE.code)
        {
            return true;
        }
    }
    false
}

#[test]
fn instances_exchange_presences_through_the_relay_until_they_are_cut_off() {
    let place = Place::new();
    let tag = place.path("instances").display().to_string();
    let worlds = worlds(&behind(&place, &format!("\"$@\"; exit # {tag}")));
    let done = worlds.case(1, &[Ics::SeveralTargets], |world| {
        two(world);
        assert!(presence(world, ONE, PATIENCE) && presence(world, TWO, PATIENCE));
        assert_eq!(world.link(ONE, TWO, Link::Cut), Ok(Deed::Done));
        // Messages that got through before are reported first.
        while world.wait(Duration::ZERO).expect("both live").is_some() {}
        let cycles = Duration::from_millis(1200);
        assert!(!presence(world, ONE, cycles), "they are cut off");
        assert_eq!(world.link(ONE, TWO, Link::Open), Ok(Deed::Done));
        assert!(presence(world, TWO, PATIENCE));
        let lost = Disturbance {
            from: TWO,
            to: ONE,
            kind: ENRP_PRESENCE,
            fate: PacketFate::Lost,
            times: u32::MAX,
        };
        assert_eq!(world.disturb(lost), Ok(Deed::Done));
        while world.wait(Duration::ZERO).expect("both live").is_some() {}
        assert!(!presence(world, TWO, cycles), "its packets are lost");
        assert_eq!(world.freeze(TWO), Ok(Deed::Done));
        assert_eq!(world.thaw(TWO), Ok(Deed::Done));
        assert_eq!(world.stop(TWO, Signal::Kill), Ok(Deed::Done));
        assert!(runs(&tag), "the other one goes on");
        let sixth = world.start(Instance(6), &Start::default());
        assert!(matches!(sixth, Ok(Deed::Impossible(_))), "{sixth:?}");
    });
    let ((), end) = done.expect("a world is there");
    assert_eq!(end, None);
    assert!(!runs(&tag), "an instance is left");
}

#[test]
fn death_of_the_second_instance_is_its_own() {
    let place = Place::new();
    let tag = place.path("instances").display().to_string();
    // With a peer, it ends shortly after its first line.
    let script = format!(
        "case \"$*\" in *--peer\\ *) \"$@\" & sleep 1; kill -9 $!; echo over; exit 3;; esac; exec \"$@\" # {tag}"
    );
    let worlds = worlds(&behind(&place, &script));
    let done = worlds.case(1, &[Ics::SeveralTargets], |world| {
        two(world);
        let until = world.now() + PATIENCE;
        loop {
            match world.wait(until) {
                Ok(Some(_)) => {}
                other => return other,
            }
        }
    });
    let (found, end) = done.expect("a world is there");
    let Err(WorldError::TargetDied { instance, how }) = found else {
        panic!("{found:?}")
    };
    assert_eq!(instance, TWO);
    assert!(
        how.contains("exit status 3") && how.contains("over"),
        "{how}"
    );
    assert!(end.is_some_and(|end| end.starts_with("instance R2: exit status 3")));
    assert!(!runs(&tag), "an instance is left");
}

#[test]
fn instance_that_does_not_come_up_is_an_error_of_its_cases() {
    let place = Place::new();
    let tag = place.path("instances").display().to_string();
    let script = format!(
        "case \"$*\" in *--peer\\ *) echo no peers, please; exit 4;; esac; \"$@\"; exit # {tag}"
    );
    let file = behind(&place, &script);
    let ran = place.run(&["--target", &file, "--jobs", "2", LAST, RESOLVES]);
    assert_eq!(ran.code, 5, "{}\n{}", ran.out, ran.err);
    let (verdict, reason) = place.verdict(LAST);
    assert_eq!(verdict, "ERROR", "{reason}");
    for part in [
        "instance R2: ",
        "target.toml:10",
        "ended before it was ready: exit status 4",
        "no peers, please",
    ] {
        assert!(reason.contains(part), "{part:?} is not in {reason}");
    }
    assert_eq!(place.verdict(RESOLVES).0, "PASS", "the run goes on");
    assert!(!runs(&tag), "a process is left");
}

#[test]
fn targets_of_which_only_one_can_run_skip_the_cases_with_several() {
    let rows: [(Changes<'_>, [&str; 3]); 5] = [
        (
            // Addresses for documentation (RFC 5737).
            &[("127.128.0.1-127.191.255.254", "203.0.113.1-203.0.113.9")],
            [
                "target.toml:32: ",
                "no address of 203.0.113.1-203.0.113.9 is free",
                "give instance-addresses of this machine",
            ],
        ),
        (
            &[("\"{enrp-ip}:{enrp-port}\"", "\"127.0.0.1:{enrp-port}\"")],
            [
                "target.toml:10: ",
                "the fixed address 127.0.0.1",
                "write {asap-ip} and {enrp-ip}",
            ],
        ),
        (
            &[
                ("\"{peers}\",", ""),
                ("\"enrp-peers\", ", ""),
                ("peer = [\"--peer\", \"{peer-ip}:{peer-port}\"]", ""),
            ],
            [
                "target.toml:10: ",
                "no place for the peers of an instance",
                "add {peers}",
            ],
        ),
        (
            &[("udp-port = 0", "udp-port = 9899")],
            ["target.toml:10: ", "both 9899", "give udp-port the port 0"],
        ),
        (
            &[
                (
                    "enrp = \"127.0.0.1:0\"",
                    "enrp = \"127.0.0.1:9901\"\nlocal = \"::1\"",
                ),
                ("peer-addresses = \"127.64.0.1-127.127.255.254\"", ""),
                ("instance-addresses = \"127.128.0.1-127.191.255.254\"", ""),
                ("\"enrp-peers\", ", ""),
            ],
            [
                "target.toml:10: ",
                "every instance would have the address 127.0.0.1",
                "add instance-addresses",
            ],
        ),
    ];
    for (changes, parts) in rows {
        let place = Place::new();
        let file = changed(&place, changes);
        let worlds = worlds(&file);
        let why = worlds.unavailable(Ics::SeveralTargets);
        let why = why.unwrap_or_else(|| panic!("{changes:?}"));
        for part in parts {
            assert!(why.contains(part), "{part:?} is not in {why}");
        }
    }
    let place = Place::new();
    let file = changed(
        &place,
        &[("127.128.0.1-127.191.255.254", "203.0.113.1-203.0.113.9")],
    );
    let ran = place.run(&["--target", &file, LAST, RESOLVES]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    assert_eq!(place.verdict(LAST).0, "SKIP");
    assert_eq!(place.verdict(RESOLVES).0, "PASS", "the run goes on");
}

#[test]
fn few_addresses_for_instances_are_refused() {
    let place = Place::new();
    let file = changed(
        &place,
        &[("127.128.0.1-127.191.255.254", "127.128.0.1-127.128.0.4")],
    );
    let ran = place.run(&["--target", &file, LAST]);
    assert_eq!(ran.code, 2, "{}\n{}", ran.out, ran.err);
    let what = "target.toml:32: instance-addresses: 127.128.0.1-127.128.0.4 has 4 addresses, and a case has 5 instances";
    assert!(ran.err.contains(what), "{}", ran.err);
}

/// `rspcheck matrix ARGUMENTS --out OUT`.
fn matrix(place: &Place, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rspcheck"));
    command
        .arg("matrix")
        .args(arguments)
        .arg("--out")
        .arg(place.out());
    let output = command.current_dir(place.0.path()).output();
    ran(output.expect("the binary starts"))
}

#[test]
fn matrix_shows_the_combination_in_which_a_registrar_fails() {
    let place = Place::new();
    // It hears of the death of its peer too late.
    let file = changed(
        &place,
        &[("\"1500ms\", \"--max-time-no", "\"60s\", \"--max-time-no")],
    );
    let ran = matrix(&place, &["bundled", &file, LAST, "--strict"]);
    let text = std::fs::read_to_string(place.out().join("matrix.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let done = record["combinations"].as_array().expect("a list");
    assert_eq!(done.len(), 4);
    for one in done {
        let late = one["takes_over"] == "target";
        if one["exit_code"] == 5 {
            // This machine was too busy.
            assert!(text.contains("the harness itself was"), "{text}");
            continue;
        }
        assert_eq!(one["exit_code"], i32::from(late), "{one}");
        let dir = one["directory"].as_str().expect("it has a folder");
        assert!(place.out().join(dir).join("run.json").is_file());
        assert_eq!(
            one["details"].as_array().map(Vec::len),
            Some(usize::from(late))
        );
    }
    assert_eq!(ran.code, 1, "{}\n{}", ran.out, ran.err);
    for part in [
        "home ╲ takes over",
        "1 warn",
        "R5353_3_5_2_5",
        "home bundled, takes over target",
    ] {
        assert!(ran.out.contains(part), "{part:?} is not in {}", ran.out);
    }
}

#[test]
fn matrix_refuses_what_it_cannot_combine() {
    let place = Place::new();
    let slow = changed(
        &place,
        &[(
            "max-time-last-heard = \"1500ms\"",
            "max-time-last-heard = \"61s\"",
        )],
    );
    let rows: [(&[&str], &str); 5] = [
        (&["bundled"], "give two or three target files"),
        (&["bundled", "in-process"], "runs on virtual time"),
        (&["bundled", "bundled"], "bundled is named twice"),
        (
            &["bundled", &slow],
            "is a death for the other; give both the same",
        ),
        (
            &["bundled", &slow, RESOLVES],
            "leave no case with several registrars",
        ),
    ];
    for (arguments, part) in rows {
        let ran = matrix(&place, arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(part), "{arguments:?}: {}", ran.err);
        assert!(!place.out().exists(), "nothing is created");
    }
}
