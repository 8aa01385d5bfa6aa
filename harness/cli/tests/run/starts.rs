//! Addresses of a target that is being started: taken by another process, or answered by an older one.

use super::away::Attached;
use super::{Place, RESOLVES, fake};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The bundled registrar on the ports that the harness selects.
const REGISTRAR: [&str; 8] = [
    "{self}",
    "registrar",
    "--asap",
    "127.0.0.1:{asap-port}",
    "--udp-port",
    "{udp-port}",
    "--announce",
    "off",
];
/// Lines of a target file with which the harness selects the ports.
const FREE: &str = "asap = \"127.0.0.1:0\"\nudp-port = 0\n";

/// A command that runs the script with the words of [`REGISTRAR`] as its arguments.
fn script(text: &str) -> Vec<String> {
    ["/bin/sh", "-c", text, "sh"]
        .into_iter()
        .chain(REGISTRAR)
        .map(str::to_owned)
        .collect()
}

#[test]
fn target_that_finds_its_port_taken_is_started_again() {
    let place = Place::new();
    // `mkdir` succeeds once.
    let once =
        "mkdir taken 2>&- || exec \"$@\"; echo 'cannot bind: Address already in use' >&2; exit 1";
    let ran = place.run(&["--target", &place.target(&script(once), FREE), RESOLVES]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
}

#[test]
fn starts_with_other_ports_are_limited() {
    let place = Place::new();
    let always = "echo \"$*\" >>starts; echo 'cannot bind: Address already in use' >&2; exit 1";
    let ran = place.run(&["--target", &place.target(&script(always), FREE), RESOLVES]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert_eq!(place.starts(), 5);
    for part in ["Address already in use", "started 5 times"] {
        assert!(ran.err.contains(part), "{part:?} is not in {}", ran.err);
    }
}

#[test]
fn target_with_fixed_ports_is_started_once() {
    let place = Place::new();
    let fixed = "asap = \"127.0.0.1:1\"\nudp-port = 2\n";
    let always = "echo \"$*\" >>starts; echo 'cannot bind: Address already in use' >&2; exit 1";
    let ran = place.run(&["--target", &place.target(&script(always), fixed), RESOLVES]);
    assert_eq!((ran.code, place.starts()), (3, 1), "{}", ran.err);
}

/// A registrar that runs since before the target is started. Dropping it ends it.
struct Older {
    child: Child,
    asap: String,
    udp_port: String,
    tcp: String,
}

impl Older {
    fn start() -> Older {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rspcheck"));
        command.args(["registrar", "--asap", "127.0.0.1:0", "--udp-port", "0"]);
        command.args(["--tcp", "127.0.0.1:0", "--announce", "off"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary starts");
        let out = child.stdout.take().expect("it is a pipe");
        let ready = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find(|line| line.starts_with("ready "))
            .expect("it is ready");
        let value = |key: &str| {
            let words = ready.split_whitespace();
            let value = words.filter_map(|word| word.strip_prefix(key)).next();
            value.expect("the line has it").to_owned()
        };
        Older {
            asap: value("asap="),
            udp_port: value("udp-port="),
            tcp: value("tcp="),
            child,
        }
    }
}

impl Drop for Older {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn process_that_answers_already_is_not_tested() {
    let older = Older::start();
    let (asap, udp_port, tcp) = (&older.asap, &older.udp_port, &older.tcp);
    // The target cannot bind its address and gives up late, or reports itself ready without an address.
    let gives_up = "echo \"$*\" >>starts; sleep 1000; exit 1";
    let claims = "echo \"$*\" >>starts; echo ready; exec sleep 1000";
    let fixed = format!("asap = \"{asap}\"\nudp-port = {udp_port}\n");
    let with_tcp = format!("asap = \"127.0.0.1:1\"\nudp-port = 2\ntcp = \"{tcp}\"\n");
    for (script_text, ready, addresses, named, starts) in [
        (gives_up, "asap-resolution", &fixed, asap, 0),
        (gives_up, "asap-resolution", &with_tcp, tcp, 0),
        (claims, "line", &fixed, asap, 1),
    ] {
        let place = Place::new();
        let command = serde_json::to_string(&script(script_text)).expect("words are JSON");
        let file = place.file(&format!(
            "[target]\nname = \"fake\"\ndriver = \"spawn\"\nready = \"{ready}\"\ncapabilities = []\n\
             stop-grace = \"0s\"\nstart-timeout = \"5s\"\ncommand = {command}\n{addresses}"
        ));
        let ran = place.run(&["--target", &file, RESOLVES]);
        assert_eq!(ran.code, 3, "{ready}: {}\n{}", ran.out, ran.err);
        for part in [
            &format!("something answers already at {named}"),
            "stop that process",
            "port 0",
        ] {
            assert!(ran.err.contains(part), "{part:?} is not in {}", ran.err);
        }
        assert_eq!(place.starts(), starts, "{ready}");
        assert!(!place.out().exists());
    }
}

/// Its only sign of life is the association.
#[test]
fn target_silent_about_unknown_pools_is_ready_by_association() {
    let ready = "ready = \"association\"";
    let silent = "[timers]\nt1-enrprequest = \"200ms\"\n[run]\nsilence = \"50ms\"\n";
    let place = Place::new();
    let ports = "RSPCHECK_FAKE_PORTS={asap-port}/{udp-port} exec \"$@\"";
    let command: Vec<String> = ["/bin/sh", "-c", ports, "sh"]
        .into_iter()
        .map(str::to_owned)
        .chain(fake::command())
        .collect();
    let command = serde_json::to_string(&command).expect("words are JSON");
    let file = place.file(&format!(
        "[target]\nname = \"fake\"\ndriver = \"spawn\"\n{ready}\ncapabilities = []\ncommand = {command}\n{FREE}{silent}"
    ));
    let mut spawned = place.command(&["--target", &file, RESOLVES]);
    spawned.env(fake::HOW, "is silent");
    let spawned = super::ran(spawned.output().expect("the binary starts"));
    assert!([1, 5].contains(&spawned.code), "{}", spawned.err);
    assert_ne!(place.verdict(RESOLVES).0, "missing");

    let place = Place::new();
    let target = Attached::start("is silent", None);
    let ran = place.run(&["--target", &target.file(&place, ready), RESOLVES]);
    assert!([1, 5].contains(&ran.code), "{}", ran.err);
    assert_ne!(place.verdict(RESOLVES).0, "missing");

    let place = Place::new();
    let file = target.file(&place, "start-timeout = \"500ms\"");
    let ran = place.run(&["--target", &file, RESOLVES]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains(ready), "{}", ran.err);
}
