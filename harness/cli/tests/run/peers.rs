//! Targets that cases start with peers: what is missing for it, and a start, a death and a restart over real SCTP.

use super::{Place, RESOLVES, runs};
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::target::Target;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_spec::ics::Ics;
use rspcheck_testkit::{Deed, Endpoint, EndpointKind, Happening, Instance, Signal, Start, World};
use std::path::Path;
use std::time::Duration;

/// A case with one peer.
const MENTOR: &str = "rfc5353/3.2.2.1/configured-peer-is-the-mentor";
/// Type of ENRP_LIST_REQUEST (RFC 5353 §2.5).
const LIST_REQUEST: u8 = 0x05;
/// Longest time for a step of a target that works.
const PATIENCE: Duration = Duration::from_secs(60);

/// A target file for the bundled registrar behind a script, which has its words as arguments.
fn peered(place: &Place, script: &str, more: &str) -> String {
    let words = [
        "/bin/sh",
        "-c",
        script,
        "sh",
        "{self}",
        "registrar",
        "--announce",
        "off",
        "--asap",
        "{asap-ip}:{asap-port}",
        "--udp-port",
        "{udp-port}",
        "--enrp",
        "{enrp-ip}:{enrp-port}",
        "--id",
        "{server-id}",
        "--peer-heartbeat-cycle",
        "500ms",
        "{peers}",
    ];
    let command = serde_json::to_string(&words).expect("words are JSON, and TOML too");
    place.file(&format!(
        "[target]\nname = \"peered\"\ndriver = \"spawn\"\ncommand = {command}\nready = \"line\"\n\
         asap = \"127.0.0.1:0\"\nudp-port = 0\nenrp = \"127.0.0.1:0\"\npeer = [\"--peer\", \"{{peer-ip}}:{{peer-port}}\"]\n\
         capabilities = [\"enrp-peers\"]\nstart-timeout = \"10s\"\nstop-grace = \"1s\"\n{more}"
    ))
}

#[test]
fn target_that_does_not_come_up_with_peers_is_an_error_of_its_cases() {
    let place = Place::new();
    let tag = place.0.path().display().to_string();
    let script = format!(
        "case \"$*\" in *--peer\\ *) echo no peers, please; exit 4;; esac; \"$@\"; exit # {tag}"
    );
    let file = peered(&place, &script, "");
    let ran = place.run(&["--target", &file, "--jobs", "2", MENTOR, RESOLVES]);
    assert_eq!(ran.code, 5, "{}\n{}", ran.out, ran.err);
    let (verdict, reason) = place.verdict(MENTOR);
    assert_eq!(verdict, "ERROR", "{reason}");
    for part in [
        "target.toml:4",
        "ended before it was ready: exit status 4",
        "no peers, please",
    ] {
        assert!(reason.contains(part), "{part:?} is not in {reason}");
    }
    assert_eq!(place.verdict(RESOLVES).0, "PASS", "the run goes on");
    assert!(!runs(&tag), "a process is left");
}

#[test]
fn addresses_that_cannot_be_bound_skip_the_cases_with_peers() {
    let place = Place::new();
    // Addresses for documentation (RFC 5737).
    let script = "exec \"$@\"";
    let file = peered(
        &place,
        script,
        "peer-addresses = \"203.0.113.1-203.0.113.9\"\n",
    );
    let ran = place.run(&["--target", &file, MENTOR, RESOLVES]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let (verdict, reason) = place.verdict(MENTOR);
    assert_eq!(verdict, "SKIP", "{reason}");
    for part in [
        "target.toml:13: ",
        "no address of 203.0.113.1-203.0.113.9 is free",
        "give peer-addresses of this machine",
    ] {
        assert!(reason.contains(part), "{part:?} is not in {reason}");
    }
    assert_eq!(place.verdict(RESOLVES).0, "PASS", "the run goes on");
}

#[test]
fn command_without_peers_is_refused() {
    let place = Place::new();
    let file = place.file(
        "[target]\nname = \"peered\"\ndriver = \"spawn\"\ncommand = [\"./registrard\"]\nenrp = \"127.0.0.1:9901\"\n\
         capabilities = [\"enrp-peers\"]\n",
    );
    let ran = place.run(&["--target", &file, MENTOR]);
    assert_eq!(ran.code, 2, "{}\n{}", ran.out, ran.err);
    let what = "target.toml:4: the capability enrp-peers needs a command that names the peers of the target; add the \
                word {peers}";
    assert!(ran.err.contains(what), "{}", ran.err);
}

fn worlds(place: &Place, script: &str) -> Worlds {
    let file = peered(place, script, "");
    let target = Target::load(Path::new(&file)).expect("it is good");
    let harness = env!("CARGO_BIN_EXE_rspcheck").into();
    Worlds::new(target, Carrier::Udp, harness, Default::default()).expect("nothing is started yet")
}

/// Waits for the request that a target sends to its mentor when it starts.
fn list_request(world: &mut dyn World) {
    let until = world.now() + PATIENCE;
    loop {
        let happening = world.wait(until).expect("the target lives");
        match happening.expect("a message comes") {
            Happening::Message { octets, .. } if octets.first() == Some(&LIST_REQUEST) => return,
            _ => {}
        }
    }
}

#[test]
fn target_is_started_killed_and_started_again_with_a_peer() {
    let place = Place::new();
    let starts = place.path("starts").display().to_string();
    let worlds = worlds(&place, &format!("echo start >>{starts}; exec \"$@\""));
    let peered = [Ics::EnrpPeers];
    let ran = worlds.case(1, &peered, |world| {
        let peer = world.open(EndpointKind::Enrp).expect("there is an address");
        assert_eq!(place.starts(), 0, "the case starts it");
        let at = world.local_addr(peer);
        assert!(at.ip().is_loopback() && at.port() == 9901, "{at}");
        let start = Start {
            peers: vec![at],
            server_id: Some(7),
        };
        for starts in 1..=3 {
            let deed = world.start(Instance::FIRST, &start);
            assert_eq!(deed, Ok(Deed::Done));
            list_request(world);
            assert_eq!(place.starts(), starts);
        }
    });
    let ((), end) = ran.expect("a world is there");
    assert_eq!(end, None, "the deaths that the case wanted are no crash");
}

/// Waits for an association at the endpoint; returns false if none comes up in this time.
fn comes_up(world: &mut dyn World, endpoint: Endpoint, within: Duration) -> bool {
    let until = world.now() + within;
    loop {
        match world.wait(until).expect("the target lives") {
            Some(Happening::Up { endpoint: at, .. }) if at == endpoint => return true,
            Some(_) => {}
            None => return false,
        }
    }
}

#[test]
fn target_is_frozen_thawed_and_stopped() {
    let place = Place::new();
    let tag = place.path("starts").display().to_string();
    let worlds = worlds(&place, &format!("echo start >>{tag}; \"$@\"; exit"));
    let first = Instance::FIRST;
    let ran = worlds.case(1, &[Ics::EnrpPeers], |world| {
        let [early, late] = [(); 2].map(|()| {
            let endpoint = world.open(EndpointKind::Sctp);
            endpoint.expect("there is an address")
        });
        assert_eq!(world.freeze(first), Ok(Deed::Done));
        assert_eq!(place.starts(), 1, "it is started without peers");
        world.connect(early, first).expect("it begins");
        let brief = Duration::from_millis(300);
        assert!(!comes_up(world, early, brief), "it is frozen");
        assert_eq!(world.thaw(first), Ok(Deed::Done));
        assert!(comes_up(world, early, PATIENCE), "it goes on");
        for signal in [Signal::Terminate, Signal::Kill] {
            assert!(runs(&tag));
            assert_eq!(world.stop(first, signal), Ok(Deed::Done));
            assert!(!runs(&tag), "{signal:?} leaves a process");
            let again = world.start(first, &Start::default());
            assert_eq!(again, Ok(Deed::Done));
        }
        world.connect(late, first).expect("it begins");
        assert!(comes_up(world, late, PATIENCE), "it is a new process");
        assert_eq!(world.freeze(first), Ok(Deed::Done));
        assert!(matches!(world.freeze(Instance(2)), Ok(Deed::Impossible(_))));
    });
    let ((), end) = ran.expect("a world is there");
    assert_eq!((end, place.starts()), (None, 3));
    assert!(!runs(&tag), "a frozen process is left");
}

#[test]
fn attached_target_skips_the_cases_with_peers() {
    let place = Place::new();
    let file = place.file(
        "[target]\nname = \"attached\"\ndriver = \"attach\"\nasap = \"127.0.0.1:3863\"\nenrp = \"127.0.0.1:9901\"\n\
         capabilities = [\"enrp-peers\"]\n",
    );
    let target = Target::load(Path::new(&file)).expect("it is good");
    let harness = env!("CARGO_BIN_EXE_rspcheck").into();
    let worlds = Worlds::new(target, Carrier::Udp, harness, Default::default());
    let worlds = worlds.expect("nothing is started");
    let why = worlds
        .unavailable(Ics::EnrpPeers)
        .expect("it cannot be started");
    assert!(why.contains("needs driver = \"spawn\""), "{why}");
}
