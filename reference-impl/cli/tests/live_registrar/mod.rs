//! The `rserpool registrar` process on any free ports, and a PE and PU that speaks with it over SCTP/UDP.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};

use rsp_transport::udp::{UdpConfig, UdpStack};
use rsp_transport::{AssocId, Event, Local, Outgoing, Peer, Transport};
use rsp_wire::asap::{self, Registration};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, RegistrationLife, SctpTransport, ServerId, UnknownParameters,
};

/// Killed when the test ends, however it ends.
pub(crate) struct Process {
    child: Child,
    stderr: BufReader<ChildStderr>,
    line: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn registrar(args: &[&str]) -> Process {
    started(Command::new(env!("CARGO_BIN_EXE_rserpool")), args)
}

/// Starts the registrar by a command that runs the program.
pub(crate) fn started(mut command: Command, args: &[&str]) -> Process {
    command.arg("registrar");
    if !args.contains(&"--config") {
        command.args(["--asap", "127.0.0.1:0", "--udp-port", "0"]);
    }
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary is built");
    let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
    Process {
        child,
        stderr,
        line: String::new(),
    }
}

impl Process {
    /// The ready line.
    pub(crate) fn ready(&mut self) -> String {
        if self.line.is_empty() {
            let stdout = self.child.stdout.take().expect("stdout is piped");
            BufReader::new(stdout).read_line(&mut self.line).unwrap();
            assert!(self.line.starts_with("ready "), "{:?}", self.line);
        }
        self.line.clone()
    }

    /// One word of the ready line.
    pub(crate) fn told(&mut self, key: &str) -> String {
        value(&self.ready(), key)
    }

    /// Waits until it has logged this. Returns the log so far.
    pub(crate) fn said(&mut self, what: &str) -> String {
        let mut log = String::new();
        while !log.contains(what) {
            let length = self.stderr.read_line(&mut log).unwrap();
            assert!(length > 0, "no line of its log has {what:?}");
        }
        log
    }
}

fn value(line: &str, key: &str) -> String {
    let prefix = format!("{key}=");
    let found = line
        .split_whitespace()
        .find_map(|word| word.strip_prefix(&prefix));
    found
        .unwrap_or_else(|| panic!("no {key} in {line:?}"))
        .to_owned()
}

/// Sends a signal: `TERM`, `STOP`, `CONT`.
pub(crate) fn signal(process: &Process, name: &str) {
    let (name, pid) = (format!("-{name}"), process.child.id().to_string());
    let killed = Command::new("kill").args([&name, &pid]).status().unwrap();
    assert!(killed.success());
}

/// Exit code and standard error, when it ends.
pub(crate) fn ended(mut process: Process) -> (Option<i32>, String) {
    let status = process.child.wait().unwrap();
    let mut text = String::new();
    process.stderr.read_to_string(&mut text).unwrap();
    (status.code(), text)
}

/// One association with a registrar.
pub(crate) struct Client {
    runtime: tokio::runtime::Runtime,
    stack: UdpStack,
    assoc: AssocId,
    /// The reason for the end of the association.
    pub closed: Option<String>,
}

impl Client {
    /// Connects to the registrar of this ready line.
    pub(crate) fn of(line: &str) -> Self {
        let asap: SocketAddr = value(line, "asap").parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let _inside = runtime.enter();
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
            udp_port: Some(value(line, "udp-port").parse().unwrap()),
        };
        let assoc = stack.connect(port, &peer).unwrap();
        drop(_inside);
        let mut client = Self {
            runtime,
            stack,
            assoc,
            closed: None,
        };
        assert!(matches!(client.event(), Event::Up { .. }));
        client
    }

    fn event(&mut self) -> Event {
        let stack = &mut self.stack;
        self.runtime.block_on(async {
            loop {
                if let Some(event) = stack.recv(None).await.unwrap() {
                    return event;
                }
            }
        })
    }

    pub(crate) fn send(&mut self, message: impl Into<asap::Message>) {
        let mut octets = Vec::new();
        message.into().encode(&mut octets).unwrap();
        let outgoing = Outgoing {
            stream: 0,
            ppid: 11,
            unordered: false,
            octets: &octets,
        };
        let _inside = self.runtime.enter();
        self.stack.send(self.assoc, outgoing).unwrap();
    }

    /// The next message; none when the association is gone.
    pub(crate) fn answer(&mut self) -> Option<asap::Message> {
        match self.event() {
            Event::Message { octets, .. } => Some(asap::Message::decode(&octets).unwrap().message),
            Event::Down { kind, .. } => {
                self.closed = Some(format!("{kind:?}"));
                None
            }
            other => panic!("a message: {other:?}"),
        }
    }

    /// Registers a PE; the answer may be a rejection.
    pub(crate) fn register(&mut self, pool: &str, pe: u32) {
        self.send(Registration::new(pool.into(), element(pe)));
        let answer = self.answer();
        assert!(
            matches!(answer, Some(asap::Message::RegistrationResponse(_))),
            "{answer:?}"
        );
    }

    /// Is gone, like a host that lost its power.
    pub(crate) fn leave_without_a_word(self) {
        let Self { runtime, stack, .. } = self;
        let _inside = runtime.enter();
        stack.vanish();
    }
}

fn element(pe: u32) -> PoolElement {
    PoolElement {
        identifier: PeIdentifier(pe),
        home: ServerId::UNDETERMINED,
        life: RegistrationLife(600),
        user_transport: SctpTransport::new(7, std::net::IpAddr::from([127, 0, 0, 1])).into(),
        policy: Policy::RoundRobin,
        asap_transport: None,
        unknown: UnknownParameters::NONE,
    }
}
