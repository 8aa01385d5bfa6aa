//! A registrar whose peers take all that they can get: it goes on with the others, and ends in time.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]

#[expect(dead_code, reason = "the tests of the status use the rest")]
mod live_registrar;

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use live_registrar::{Client, Process, ended, signal, started};
use rsp_wire::PeIdentifier;
use rsp_wire::asap::{EndpointKeepAliveAck, Message};

/// Starts a registrar that may have this many open files.
fn with_open_files(limit: u32, args: &[&str]) -> Process {
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {limit}; exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_rserpool")]);
    started(command, args)
}

#[test]
fn idle_connections_take_neither_keep_alives_nor_the_end() {
    let args = [
        "--tcp",
        "127.0.0.1:0",
        "--keep-alive-interval",
        "50ms",
        "--max-associations-per-address",
        "65536",
    ];
    let mut registrar = with_open_files(64, &args);
    let line = registrar.ready();
    let tcp: SocketAddr = registrar.told("tcp").parse().unwrap();
    let mut clients: Vec<TcpStream> = (0..80).map(|_| TcpStream::connect(tcp).unwrap()).collect();
    // The last one is refused at once, so that its pool user tries another registrar.
    let refused = clients.last_mut().unwrap().read(&mut [0; 1]).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionReset);
    let log = registrar.said("TCP connections are refused: ");

    let mut pe = Client::of(&line);
    pe.register("pool", 7);
    for _ in 0..5 {
        let asked = pe.answer();
        assert!(
            matches!(asked, Some(Message::EndpointKeepAlive(_))),
            "{asked:?}"
        );
        pe.send(EndpointKeepAliveAck::new("pool".into(), PeIdentifier(7)));
    }

    drop((clients, pe));
    let log = log + &registrar.said("TCP connections are accepted again");
    TcpStream::connect(tcp).unwrap();
    signal(&registrar, "TERM");
    let (code, rest) = ended(registrar);
    let log = log + &rest;
    assert_eq!(code, Some(0), "{log}");
    for once in [
        "TCP connections are refused",
        "accepted again",
        "connections, as the limit on open files is 64",
    ] {
        assert_eq!(log.matches(once).count(), 1, "{once}: {log}");
    }
}

#[test]
fn too_few_open_files_name_the_remedy() {
    let registrar = with_open_files(32, &["--tcp", "127.0.0.1:0"]);
    let (code, log) = ended(registrar);
    assert_eq!(code, Some(3), "{log}");
    assert!(log.contains("ulimit -n") && log.contains("tcp: "), "{log}");
}
