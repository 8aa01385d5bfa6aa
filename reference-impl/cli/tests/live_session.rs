//! The `rserpool` binary as registrars, pool elements and a pool user on addresses of this host: processes are
//! killed, the session goes on.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Lines, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// The nth address of a test. No other test has it, nor another run of this one at the same time.
fn ip(test: u8, n: u8) -> String {
    let [_, _, high, low] = std::process::id().to_be_bytes();
    format!("127.{}.{low}.{}", 100 + high % 128, 10 * test + n)
}

/// Killed when the test ends, however it ends.
struct Process {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Process {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rserpool"))
            .args(args)
            .args(["--log", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built");
        let stdout = child.stdout.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        Self {
            child,
            stdout: BufReader::new(stdout).lines(),
            stderr: BufReader::new(stderr).lines(),
        }
    }

    /// As `kill -9` does.
    fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The next line of standard output, which is JSON.
    fn says(&mut self) -> Value {
        let line = self.stdout.next().map(|line| line.unwrap());
        let Some(line) = line else {
            let rest: Vec<String> = self.stderr.by_ref().map_while(Result::ok).collect();
            panic!("it ended: {rest:#?}");
        };
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Waits for ten more answers, so that there is a cookie.
    fn goes_on(&mut self) {
        let before = self.says()["answers"].as_u64().unwrap();
        while self.says()["answers"].as_u64().unwrap() < before + 10 {}
    }

    fn ready(&mut self) -> Value {
        let said = self.says();
        assert_eq!(said["event"], "ready", "{said}");
        said
    }

    /// Returns the text after `before` in the next log message that has it, up to the next blank.
    fn logs(&mut self, before: &str) -> String {
        for line in self.stderr.by_ref() {
            let line = line.unwrap();
            let log: Value = serde_json::from_str(&line).unwrap();
            let message = log["fields"]["message"].as_str().unwrap_or_default();
            if let Some((_, after)) = message.split_once(before) {
                return after
                    .split([' ', ','])
                    .next()
                    .unwrap_or_default()
                    .to_owned();
            }
        }
        panic!("it ended without `{before}`");
    }

    /// Sends SIGTERM and waits. Returns the exit code and the last line of the output.
    fn end(mut self) -> (Option<i32>, Value) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(killed.success());
        let mut last = Value::Null;
        for line in self.stdout.by_ref() {
            last = serde_json::from_str(&line.unwrap()).unwrap();
        }
        (self.child.wait().unwrap().code(), last)
    }
}

fn registrar(ip: &str, peer: Option<&str>) -> Process {
    let (asap, enrp) = (format!("{ip}:3863"), format!("{ip}:9901"));
    let mut args = vec!["registrar", "--asap", &asap, "--enrp", &enrp];
    let peer = peer.map(|peer| format!("{peer}:9901"));
    if let Some(peer) = &peer {
        args.extend(["--peer", peer]);
    }
    ready(&args)
}

fn ready(args: &[&str]) -> Process {
    let mut process = Process::start(args);
    process.ready();
    process
}

/// A pool element that is registered, and its identifier.
fn element(ip: &str, service: &str, registrars: &str) -> (Process, String) {
    let args = [
        "pe",
        "--address",
        ip,
        "--service",
        service,
        "--registrar",
        registrars,
    ];
    let mut process = Process::start(&args);
    let id = process.ready()["id"].as_str().unwrap().to_owned();
    (process, id)
}

#[test]
fn a_session_survives_kill_9_of_its_pool_element_and_of_its_registrar() {
    let homes = [ip(1, 1), ip(1, 2)];
    let places = [ip(1, 3), ip(1, 4)];
    let mut home = [
        registrar(&homes[0], None),
        registrar(&homes[1], Some(&homes[0])),
    ];
    let registrars = format!("{}:3863,{}:3863", homes[0], homes[1]);
    let mut elements = [0, 1].map(|n: usize| element(&places[n], "pingpong", &registrars));
    let mut user = Process::start(&[
        "pu",
        "session",
        "PingPongPool",
        "--service",
        "pingpong",
        "--rate",
        "50",
        "--progress",
        "100ms",
        "--json",
        "--registrar",
        &registrars,
        "--rto-max",
        "500ms",
    ]);
    let asked = user.logs("registrar ");
    let serving = user.ready()["pe"].as_str().unwrap().to_owned();
    let first = elements.iter().position(|(_, id)| *id == serving).unwrap();
    user.goes_on();
    elements[first].0.kill();
    let second = user.logs("continues with pool element ");
    assert_eq!(second, elements[1 - first].1);

    let asked = homes
        .iter()
        .position(|ip| asked == format!("{ip}:3863"))
        .unwrap_or_else(|| panic!("{asked} is no registrar"));
    home[asked].kill();
    // The other registrar takes it, and the pool user has to ask there once the second one is gone.
    elements[first] = element(&places[first], "pingpong", &registrars);
    user.goes_on();
    elements[1 - first].0.kill();
    let third = user.logs("continues with pool element ");
    assert_eq!(third, elements[first].1);

    let (code, summary) = user.end();
    assert_eq!(code, Some(0), "{summary}");
    assert_eq!(summary["survived"], true, "{summary}");
    assert_eq!(summary["wrong"], 0, "{summary}");
    assert_eq!(summary["answers"], summary["requests"], "{summary}");
    assert_eq!(summary["cookies-echoed"], summary["failovers"], "{summary}");
}

#[test]
fn a_terminal_goes_on_and_ends_with_its_input() {
    let _registrar = registrar(&ip(2, 1), None);
    let asap = &format!("{}:3863", ip(2, 1));
    let args = ["pu", "session", "EchoPool", "--registrar", asap];
    let mut user = Process::start(&[&args[..], &["--repeat", "--wait", "60s"]].concat());
    user.logs("registrar ");
    // There is no such pool yet.
    let mut elements = [2, 3].map(|n| element(&ip(2, n), "echo", asap));
    let mut input = user.child.stdin.take().expect("it is piped");
    input.write_all(b"hello\n").unwrap();
    assert_eq!(user.stdout.next().unwrap().unwrap(), "hello");
    let serving = user.logs("session with pool element ");
    let first = elements.iter().position(|(_, id)| *id == serving).unwrap();
    elements[first].0.kill();
    input.write_all(b"still there?\n").unwrap();
    assert_eq!(user.stdout.next().unwrap().unwrap(), "still there?");
    drop(input);
    assert!(user.stdout.next().is_none(), "nothing comes twice");
    assert_eq!(user.child.wait().unwrap().code(), Some(0));
}

/// An address without a listener.
fn address(ip: &str) -> std::net::SocketAddr {
    let taken = TcpListener::bind((ip, 0)).unwrap();
    taken.local_addr().unwrap()
}

/// A pool element in front of a TCP server that is not looked at.
fn in_front_of(server: std::net::SocketAddr, policy: &str, ip: &str, asap: &str) -> Process {
    let transport = format!("tcp://{server}");
    let args = ["pe", "--pool", "Web", "--transport", &transport];
    let more = ["--probe", "0s", "--policy", policy];
    let place = ["--address", ip, "--registrar", asap];
    ready(&[&args[..], &more, &place].concat())
}

/// Sends back what comes over one connection, until that ends.
fn echo_once(listener: TcpListener) {
    let (stream, _) = listener.accept().unwrap();
    // The pool user may leave before it has read all.
    let _ = std::io::copy(&mut &stream, &mut &stream);
}

/// Sends back what comes over each connection.
fn echo_each(listener: &TcpListener) {
    for stream in listener.incoming().map_while(Result::ok) {
        std::thread::spawn(move || std::io::copy(&mut &stream, &mut &stream));
    }
}

#[test]
fn a_terminal_keeps_its_input_until_there_is_a_pool_element() {
    const LINES: usize = 2000;
    let _registrar = registrar(&ip(5, 1), None);
    let asap = &format!("{}:3863", ip(5, 1));
    let server = address(&ip(5, 2));
    let _element = in_front_of(server, "round-robin", &ip(5, 2), asap);
    let args = ["pu", "session", "Web", "--registrar", asap];
    let mut user = Process::start(&[&args[..], &["--session-rounds", "100"]].concat());
    user.logs("registrar ");
    let lines = (0..LINES).map(|n| format!("line {n:050}\n"));
    let said: String = lines.collect();
    let mut input = user.child.stdin.take().expect("it is piped");
    let text = said.clone();
    let (taken, is_taken) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        input.write_all(text.as_bytes()).unwrap();
        // No thread waits for it any more, unless the test failed.
        let _ = taken.send(());
    });
    let early = is_taken.recv_timeout(Duration::from_secs(1));
    assert!(early.is_err(), "it reads what it cannot keep");

    let listener = TcpListener::bind(server).unwrap();
    let server = std::thread::spawn(|| echo_once(listener));
    let answers: Vec<String> = user.stdout.by_ref().map(Result::unwrap).collect();
    // TCP keeps no lines together.
    assert_eq!(answers.concat(), said.replace('\n', ""));
    assert_eq!(user.child.wait().unwrap().code(), Some(0));
    server.join().unwrap();
}

#[test]
fn a_pool_element_that_does_not_read_is_left() {
    let _registrar = registrar(&ip(6, 1), None);
    let asap = &format!("{}:3863", ip(6, 1));
    let deaf = TcpListener::bind((ip(6, 2), 0)).unwrap();
    let at = deaf.local_addr().unwrap();
    let _first = in_front_of(at, "priority:2", &ip(6, 2), asap);
    let good = TcpListener::bind((ip(6, 3), 0)).unwrap();
    let at = good.local_addr().unwrap();
    let _second = in_front_of(at, "priority:1", &ip(6, 3), asap);
    // On a busy machine it may seem not to read either, until the pool user comes back.
    std::thread::spawn(move || echo_each(&good));
    let args = ["pu", "session", "Web", "--service", "echo", "--json"];
    let load = ["--rate", "0", "--size", "100000", "--window", "80"];
    let times = ["--answer-timeout", "2s", "--progress", "100ms"];
    let mut user = Process::start(&[&args[..], &load, &times, &["--registrar", asap]].concat());
    user.ready();
    user.logs("no answer for ");
    user.goes_on();
    let (_, summary) = user.end();
    assert_eq!(summary["event"], "summary", "{summary}");
    assert!(summary["silences"].as_u64() >= Some(1), "{summary}");
    assert_eq!(summary["wrong"], 0, "{summary}");
}

#[test]
fn a_terminal_ends_at_sigterm_without_a_reader() {
    let _registrar = registrar(&ip(7, 1), None);
    let asap = &format!("{}:3863", ip(7, 1));
    let deaf = TcpListener::bind((ip(7, 2), 0)).unwrap();
    let at = deaf.local_addr().unwrap();
    let _element = in_front_of(at, "round-robin", &ip(7, 2), asap);
    let args = ["pu", "session", "Web", "--repeat", "--registrar", asap];
    let mut user = Process::start(&args);
    user.logs("session with pool element ");
    let (first, _) = deaf.accept().unwrap();
    let mut input = user.child.stdin.take().expect("it is piped");
    let (taken, is_taken) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let line = [&[b'x'; 50_000][..], b"\n"].concat();
        while input.write_all(&line).is_ok() {
            let _ = taken.send(());
        }
    });
    // Until no line is taken for 1 s.
    while is_taken.recv_timeout(Duration::from_secs(1)).is_ok() {}
    // The pool user sends all lines again, to a pool element that does not read either.
    drop(first);
    user.logs("session continues with pool element ");
    assert_eq!(user.end().0, Some(0));
}

#[test]
fn a_pool_is_listed_and_an_unknown_one_is_reported() {
    let _registrar = registrar(&ip(3, 1), None);
    let asap = &format!("{}:3863", ip(3, 1));
    let (_element, id) = element(&ip(3, 2), "echo", asap);
    let resolve = |pool: &str| {
        let args = ["pu", "resolve", pool, "--registrar", asap, "--json"];
        Process::start(&args)
    };
    let mut found = resolve("hex:4563686f506f6f6c");
    let said = found.says();
    assert_eq!(said["pool"], "EchoPool");
    assert_eq!(said["elements"][0]["id"], id.as_str());
    assert_eq!(said["preferred"], id.as_str());
    assert_eq!(found.child.wait().unwrap().code(), Some(0));
    let mut missed = resolve("NoPool");
    assert_eq!(missed.child.wait().unwrap().code(), Some(4));

    let watch = [
        "pu",
        "resolve",
        "EchoPool",
        "--watch",
        "--registrar",
        asap,
        "--json",
    ];
    let mut watch = Process::start(&watch);
    assert_eq!(watch.says()["elements"].as_array().unwrap().len(), 1);
    let _second = element(&ip(3, 3), "echo", asap);
    assert_eq!(watch.says()["elements"].as_array().unwrap().len(), 2);
}

#[test]
fn a_registrar_that_reports_no_changes_is_asked() {
    let asap = &format!("{}:3863", ip(4, 1));
    let _registrar = ready(&["registrar", "--asap", asap, "--update-interval", "0s"]);
    let _first = element(&ip(4, 2), "echo", asap);
    let args = ["pu", "resolve", "EchoPool", "--watch", "--registrar", asap];
    let mut watch = Process::start(&[&args[..], &["--json", "--stale-cache-value", "1s"]].concat());
    assert_eq!(watch.says()["elements"].as_array().unwrap().len(), 1);
    let _second = element(&ip(4, 3), "echo", asap);
    assert_eq!(watch.says()["elements"].as_array().unwrap().len(), 2);
}

#[test]
fn settings_that_cannot_be_are_refused_before_anything_is_done() {
    let ends = |args: &[&str]| {
        let mut process = Process::start(args);
        let code = process.child.wait().unwrap().code();
        let text: Vec<String> = process.stderr.by_ref().map_while(Result::ok).collect();
        (code, text.join("\n"))
    };
    let check = |flag: &str, value: &str| {
        ends(&["pu", "resolve", "EchoPool", "--check-config", flag, value])
    };
    assert_eq!(check("--t1-enrprequest", "3s").0, Some(0));
    for (flag, value) in [
        ("--rto-min", "5s"),
        ("--announce", "127.0.0.1:3863"),
        ("--registrar", "localhost:3863"),
        ("--t5-serverhunt", "0s"),
    ] {
        let (code, text) = check(flag, value);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(flag.trim_start_matches("--")), "{text}");
    }
    for (size, code) in [("1048576", 0), ("1048577", 2), ("1000000000000", 2)] {
        let args = ["pu", "session", "EchoPool", "--service", "echo"];
        let args = [&args[..], &["--check-config", "--size", size]].concat();
        let (ended, text) = ends(&args);
        assert_eq!(ended, Some(code), "{size}: {text}");
        assert_eq!(text.contains("size"), code == 2, "{size}: {text}");
    }
    let (code, text) = ends(&["pu", "session", "EchoPool", "--rate", "5"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("--service"), "{text}");
}
