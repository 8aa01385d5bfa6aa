//! The status of a running registrar, and its end.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]

mod live_registrar;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Command, Output};

use live_registrar::{Client, Process, ended, registrar, signal};
use rsp_wire::asap::{self, HandleResolution};
use serde_json::Value;

/// A directory of one test, gone with it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("rserpool-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    fn socket(&self) -> String {
        self.0.join("status.sock").to_str().unwrap().to_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn start(socket: &str, more: &[&str]) -> Process {
    let mut args = vec!["--id", "0x10", "--status-socket", socket];
    args.extend_from_slice(more);
    registrar(&args)
}

fn status(socket: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rserpool"))
        .args(["status", "--socket", socket])
        .args(args)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(socket: &str, args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&text(&status(socket, &args))).unwrap()
}

#[test]
fn the_status_has_three_forms() {
    let place = Place::new("forms");
    let socket = place.socket();
    let mut process = start(&socket, &["--metrics", "127.0.0.1:0", "--max-pools", "2"]);
    let mut client = Client::of(&process.ready());
    for (pool, pe) in [("EchoPool", 7), ("EchoPool", 8), ("Other", 7), ("Third", 7)] {
        client.register(pool, pe);
    }

    let told = json(&socket, &[]);
    assert_eq!(told["format"], "rserpool-status/1");
    assert_eq!(
        (&told["id"], &told["state"]),
        (&"0x00000010".into(), &"Serving".into())
    );
    assert_eq!(told["totals"]["pools"], 2);
    assert_eq!(told["totals"]["pool_elements"], 3);
    assert_eq!(told["totals"]["associations_sctp"], 1);
    assert_eq!(told["owners"][0]["pool_elements"], 3);
    assert_eq!(told["owners"][0]["checksum"], told["checksum"]);
    assert_eq!(told["counters"]["asap_in"]["REGISTRATION"], 4);
    assert_eq!(told["counters"]["events"]["registrations"], 3);
    assert_eq!(
        told["counters"]["registrations_rejected"]["Lack of Resources"],
        1
    );
    let limits = told["limits"].as_array().unwrap();
    let pools = limits
        .iter()
        .find(|limit| limit["key"] == "max-pools")
        .unwrap();
    assert_eq!(
        (&pools["used"], &pools["max"], &pools["hits"]),
        (&2.into(), &2.into(), &1.into())
    );
    let listed = &told["pools"][0];
    assert_eq!(
        (&listed["handle"], &listed["policy"]),
        (&"EchoPool".into(), &"Round Robin".into())
    );
    assert_eq!(listed["listed"][0]["user_transport"], "sctp://127.0.0.1:7");
    let left = listed["listed"][0]["remaining"].as_f64().unwrap();
    assert!((1.0..=600.0).contains(&left), "{left}");

    let few = json(&socket, &["--limit", "1"]);
    assert_eq!(
        (&few["totals"]["pools"], &few["totals"]["pools_listed"]),
        (&2.into(), &1.into())
    );
    assert_eq!(few["totals"]["pool_elements_listed"], 1);
    for name in ["Other", "0x4f74686572"] {
        let one = json(&socket, &["--pool", name]);
        assert_eq!(one["pools"].as_array().unwrap().len(), 1);
        assert_eq!(one["pools"][0]["handle"], "Other");
    }
    let none = status(&socket, &["--pool", "Absent"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stderr).contains("no pool `Absent`"));

    let table = text(&status(&socket, &["--limit", "1"]));
    for part in [
        "0x00000010, Serving",
        "EchoPool  Round Robin  sctp       2",
        "… and 1 more pool",
        "REGISTRATION",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let metrics = text(&status(&socket, &["--prometheus"]));
    check_exposition(&metrics);
    let http: SocketAddr = process.told("metrics").parse().unwrap();
    let scraped = get(http, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(
        scraped.starts_with("HTTP/1.1 200 OK\r\n") && scraped.contains("version=0.0.4"),
        "{scraped}"
    );
    let (_, body) = scraped.split_once("\r\n\r\n").unwrap();
    check_exposition(body);
    assert!(
        body.contains("\nrserpool_limit_hits_total{limit=\"max-pools\"} 1\n"),
        "{body}"
    );
    assert!(body.contains(
        "\nrserpool_messages_received_total{protocol=\"asap\",type=\"REGISTRATION\"} 4\n"
    ));
}

/// Checks that one HELP and one TYPE of its family precede every sample.
fn check_exposition(text: &str) {
    let (mut helped, mut typed) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "HELP", name, _] => helped.push(name.to_owned()),
            ["#", "TYPE", name, kind] => {
                assert_eq!(helped.last().map(String::as_str), Some(name));
                assert!(!typed.contains(&name.to_owned()), "{name} twice");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                typed.push(name.to_owned());
            }
            _ => {
                let name = line.split(['{', ' ']).next().unwrap();
                assert_eq!(typed.last().map(String::as_str), Some(name), "{line}");
                let value = line.rsplit(' ').next().unwrap();
                assert!(value.parse::<f64>().is_ok(), "{line}");
            }
        }
    }
    assert!(typed.len() > 30, "{typed:?}");
}

fn get(addr: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn other_http_is_refused() {
    let place = Place::new("http");
    let mut process = start(&place.socket(), &["--metrics", "127.0.0.1:0"]);
    let http: SocketAddr = process.told("metrics").parse().unwrap();
    for (request, status) in [
        ("GET / HTTP/1.1\r\n\r\n", "404"),
        ("POST /metrics HTTP/1.1\r\n\r\n", "405"),
        ("GET /metrics\r\n\r\n", "400"),
        ("\0\u{7f}\r\n\r\n", "400"),
        ("GET /metrics?x=y HTTP/1.0\n\n", "200"),
    ] {
        let answer = get(http, request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request:?}: {answer}"
        );
    }
    let long = format!("GET /metrics HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(8200));
    assert!(get(http, &long).starts_with("HTTP/1.1 431 "));
    let head = get(http, "HEAD /metrics HTTP/1.1\r\n\r\n");
    assert!(
        head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
}

#[test]
fn slow_and_hostile_readers_delay_no_other() {
    let place = Place::new("hostile");
    let socket = place.socket();
    let mut process = start(&socket, &[]);
    let mut client = Client::of(&process.ready());
    // More than are served at a time: each sends nothing and keeps its connection.
    let silent: Vec<UnixStream> = (0..7)
        .map(|_| UnixStream::connect(&socket).unwrap())
        .collect();
    client.register("EchoPool", 7);
    assert_eq!(
        json(&socket, &[])["totals"]["pools"],
        1,
        "one place is left"
    );
    for nonsense in ["nonsense\n", "{\"as\":\"gold\"}\n", "{\"more\":1}\n"] {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.write_all(nonsense.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(
            answer["error"]
                .as_str()
                .unwrap()
                .starts_with("not a request: "),
            "{answer}"
        );
    }
    client.register("EchoPool", 8);
    drop(silent);
}

#[test]
fn a_socket_that_cannot_be_made_says_the_way_out() {
    let place = Place::new("nowhere");
    let missing = place.0.join("missing/status.sock");
    let long = place.0.join("long".repeat(40));
    for (path, why) in [(missing, "No such file"), (long, "shorter")] {
        let path = path.to_str().unwrap();
        let (code, told) = ended(start(path, &[]));
        assert_eq!(code, Some(3), "{told}");
        let says = |text| assert!(told.contains(text), "{told}");
        says(path);
        says(why);
        says("--status-socket PATH");
    }
}

#[test]
fn the_socket_is_private_and_stale_ones_are_taken_over() {
    let place = Place::new("socket");
    let socket = place.socket();
    // A socket without a listener.
    drop(UnixListener::bind(&socket).unwrap());
    let mut first = start(&socket, &[]);
    first.ready();
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (code, why) = ended(start(&socket, &[]));
    assert_eq!(code, Some(3));
    assert!(
        why.contains(&socket) && why.contains("another registrar uses this path"),
        "{why}"
    );
    assert_eq!(
        json(&socket, &[])["id"],
        "0x00000010",
        "the first one has it still"
    );

    let file = place.0.join("file");
    fs::write(&file, "precious").unwrap();
    let (code, why) = ended(start(file.to_str().unwrap(), &[]));
    assert_eq!(code, Some(3));
    assert!(why.contains("not a socket"), "{why}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");

    let absent = status(place.0.join("absent").to_str().unwrap(), &[]);
    assert_eq!(absent.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&absent.stderr).contains("--status-socket"));
}

#[test]
fn sigterm_drains() {
    let place = Place::new("drain");
    let socket = place.socket();
    let mut process = start(&socket, &["--grace", "20s"]);
    let mut client = Client::of(&process.ready());
    client.register("EchoPool", 7);
    // They wait in its socket when it sees the signal, which comes first.
    signal(&process, "STOP");
    for _ in 0..100 {
        client.send(HandleResolution::new("EchoPool".into(), false));
    }
    signal(&process, "TERM");
    signal(&process, "CONT");
    for _ in 0..100 {
        match client.answer() {
            Some(asap::Message::HandleResolutionResponse(r)) => {
                assert_eq!(r.pool_elements.len(), 1)
            }
            other => panic!("an answer: {other:?}"),
        }
    }
    assert!(client.answer().is_none(), "shut down");
    assert_eq!(client.closed.as_deref(), Some("Closed"), "and not aborted");
    assert_eq!(ended(process).0, Some(0));
    assert!(!fs::exists(&socket).unwrap(), "the socket is gone");
}

#[test]
fn a_second_signal_ends_at_once() {
    let place = Place::new("second");
    let socket = place.socket();
    // Longer than any test may take.
    let mut process = start(&socket, &["--grace", "1h"]);
    let mut client = Client::of(&process.ready());
    client.register("EchoPool", 7);
    // From now on it does not answer: neither the shutdown nor anything else.
    client.leave_without_a_word();
    signal(&process, "TERM");
    process.said("shutting down");
    signal(&process, "TERM");
    assert_eq!(ended(process).0, Some(0));
    assert!(!fs::exists(&socket).unwrap());
}

#[test]
fn without_associations_it_ends_at_once() {
    let place = Place::new("idle");
    // Longer than any test may take.
    let mut process = start(&place.socket(), &["--grace", "1h"]);
    process.ready();
    signal(&process, "TERM");
    assert_eq!(ended(process).0, Some(0));
}

#[test]
fn effective_settings_start_a_registrar() {
    let place = Place::new("effective");
    let mut args = vec![
        "--asap",
        "127.0.0.1:0",
        "--udp-port",
        "0",
        "--max-items",
        "7",
    ];
    args.push("--check-config");
    let output = Command::new(env!("CARGO_BIN_EXE_rserpool"))
        .arg("registrar")
        .args(&args)
        .output()
        .unwrap();
    let written = text(&output);
    assert!(written.contains("max-items = 7\n"), "{written}");
    let file = place.0.join("all.toml");
    fs::write(&file, &written).unwrap();
    let mut process = registrar(&["--config", file.to_str().unwrap()]);
    Client::of(&process.ready()).register("EchoPool", 7);
}
