//! The `rserpool` binary as a process, on any free ports.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use rsp_transport::udp::{UdpConfig, UdpStack};
use rsp_transport::{Event, Local, Outgoing, Peer, Transport};
use rsp_wire::asap::{self, HandleResolution, Registration};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, RegistrationLife, SctpTransport, ServerId, UnknownParameters,
};

/// Killed when the test ends, however it ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn registrar(args: &[&str]) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rserpool"));
    command.arg("registrar").args(args);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Process(command.spawn().expect("the binary is built"))
}

/// The ready line as key and value.
fn ready(process: &mut Process) -> impl Fn(&str) -> String + use<> {
    let mut line = String::new();
    let stdout = process.0.stdout.take().expect("stdout is piped");
    BufReader::new(stdout).read_line(&mut line).unwrap();
    assert!(line.starts_with("ready "), "{line:?}");
    move |key| {
        let prefix = format!("{key}=");
        let found = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix(&prefix));
        found
            .unwrap_or_else(|| panic!("no {key} in {line:?}"))
            .to_owned()
    }
}

fn ends_with(mut process: Process) -> (Option<i32>, String) {
    let status = process.0.wait().unwrap();
    let mut text = String::new();
    process
        .0
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    (status.code(), text)
}

#[test]
fn a_process_serves_and_ends_at_sigterm() {
    let mut process = registrar(&[
        "--asap",
        "127.0.0.1:0",
        "--udp-port",
        "0",
        "--tcp",
        "127.0.0.1:0",
        "--id",
        "0x10",
    ]);
    let told = ready(&mut process);
    assert_eq!(told("id"), "0x00000010");
    let asap: SocketAddr = told("asap").parse().unwrap();
    let udp_port: u16 = told("udp-port").parse().unwrap();
    let tcp: SocketAddr = told("tcp").parse().unwrap();
    assert!(asap.port() != 0 && udp_port != 0 && tcp.port() != 0);

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let members = runtime.block_on(register_and_resolve(asap, udp_port));
    assert_eq!(members, 1);

    let pid = process.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(ends_with(process).0, Some(0));
}

async fn register_and_resolve(asap: SocketAddr, udp_port: u16) -> usize {
    let config = UdpConfig {
        udp_port: 0,
        ..UdpConfig::new(asap.ip())
    };
    let mut stack = UdpStack::new(config).unwrap();
    let local = Local::Sctp {
        addrs: vec![asap.ip()],
        port: 0,
        listen: false,
    };
    let port = stack.open(&local).unwrap();
    let peer = Peer {
        addrs: vec![asap],
        udp_port: Some(udp_port),
    };
    let assoc = stack.connect(port, &peer).unwrap();
    let element = PoolElement {
        identifier: PeIdentifier(7),
        home: ServerId::UNDETERMINED,
        life: RegistrationLife(600),
        user_transport: SctpTransport::new(7, asap.ip()).into(),
        policy: Policy::RoundRobin,
        asap_transport: None,
        unknown: UnknownParameters::NONE,
    };
    let registration = Registration::new("EchoPool".into(), element);
    loop {
        let Some(event) = stack.recv(None).await.unwrap() else {
            continue;
        };
        let answer: asap::Message = match event {
            Event::Up { .. } => registration.clone().into(),
            Event::Message { octets, .. } => {
                match asap::Message::decode(&octets).unwrap().message {
                    asap::Message::RegistrationResponse(response) => {
                        assert!(!response.is_rejected(), "{response:?}");
                        HandleResolution::new("EchoPool".into(), false).into()
                    }
                    asap::Message::HandleResolutionResponse(r) => return r.pool_elements.len(),
                    other => panic!("an answer: {other:?}"),
                }
            }
            other => panic!("an association: {other:?}"),
        };
        let mut octets = Vec::new();
        answer.encode(&mut octets).unwrap();
        stack
            .send(
                assoc,
                Outgoing {
                    stream: 0,
                    ppid: 11,
                    unordered: false,
                    octets: &octets,
                },
            )
            .unwrap();
    }
}

#[test]
fn a_taken_port_is_the_environment() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().to_string();
    let process = registrar(&["--asap", "127.0.0.1:0", "--udp-port", "0", "--tcp", &taken]);
    let (code, text) = ends_with(process);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains(&taken) && text.contains("choose another port"),
        "{text}"
    );
}

#[test]
fn bad_settings_say_where() {
    let dir = std::env::temp_dir().join(format!("rserpool-settings-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join("registrar.toml");
    std::fs::write(
        &file,
        "asap = \"127.0.0.1:0\"\nt6-serverannounce = \"soon\"\n",
    )
    .unwrap();
    let path = file.to_str().unwrap();
    let (code, text) = ends_with(registrar(&["--config", path, "--check-config"]));
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains(&format!("{path}:2: t6-serverannounce: ")),
        "{text}"
    );
    std::fs::write(&file, "t6-serverannounce = \"1s\"\n").unwrap();
    assert_eq!(
        ends_with(registrar(&["--config", path, "--check-config"])).0,
        Some(0)
    );
    assert_eq!(ends_with(registrar(&["--max-items", "0"])).0, Some(2));
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn addresses_of_no_single_host_are_refused() {
    let refused = |args: &[&str], key: &str, kind: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_rserpool"))
            .args(args)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
        assert!(
            text.contains(kind) && text.contains(key),
            "{args:?}: {text}"
        );
    };
    for key in ["asap", "tcp", "enrp", "peer", "metrics"] {
        let flag = format!("--{key}");
        refused(&["registrar", &flag, "224.0.0.1:7"], key, "multicast");
        refused(&["registrar", &flag, "255.255.255.255:7"], key, "broadcast");
        refused(&["registrar", &flag, "[ff02::1]:7"], key, "multicast");
        let dir = std::env::temp_dir();
        let file = dir.join(format!("rserpool-{key}-{}.toml", std::process::id()));
        std::fs::write(&file, format!("\n{key} = \"224.0.0.1:7\"\n")).unwrap();
        let path = file.to_str().unwrap();
        let place = format!("{path}:2: {key}: ");
        refused(&["registrar", "--config", path], &place, "multicast");
        std::fs::remove_file(&file).unwrap();
    }
    let pe = ["pe", "--service", "echo"];
    let with = |args: [&'static str; 2]| [&pe[..], &args[..]].concat();
    refused(&with(["--address", "224.0.0.1"]), "address", "multicast");
    refused(
        &with(["--registrar", "224.0.0.1:7"]),
        "registrar",
        "multicast",
    );
    refused(
        &with(["--transport", "sctp://255.255.255.255:7"]),
        "transport",
        "broadcast",
    );
    let pu = ["pu", "resolve", "EchoPool"];
    refused(
        &[&pu[..], &["--local", "224.0.0.1"]].concat(),
        "local",
        "multicast",
    );
    let registrar = ["--registrar", "tcp://255.255.255.255:7"];
    refused(&[&pu[..], &registrar].concat(), "registrar", "broadcast");
}
