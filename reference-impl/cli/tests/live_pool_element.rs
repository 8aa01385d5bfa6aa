//! `rserpool pe` as a process beside `rserpool registrar`, on any free ports.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a helper of a test fails the test"
)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

use rserpool::pool_user::{Event, Message, PoolUser, Resolution, ResolveError, Settings};
use rserpool::services::ping_pong::message::{self as ping_pong, PingPong};
use rsp_wire::Policy;

/// Killed when the test ends, however it ends.
struct Process {
    child: Child,
    stderr: BufReader<ChildStderr>,
    ready: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Process {
    fn start(command: &str, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rserpool"))
            .arg(command)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built");
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        Self {
            child,
            stderr,
            ready: String::new(),
        }
    }

    fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// One word of the ready line.
    fn told(&mut self, key: &str) -> String {
        if self.ready.is_empty() {
            let stdout = self.child.stdout.take().expect("stdout is piped");
            BufReader::new(stdout).read_line(&mut self.ready).unwrap();
        }
        let prefix = format!("{key}=");
        let mut words = self.ready.split_whitespace();
        let found = words.find_map(|word| word.strip_prefix(&prefix));
        let found = found.unwrap_or_else(|| panic!("no {key} in {:?}", self.ready));
        found.to_owned()
    }

    /// The next line of its log with this in it.
    fn logs(&mut self, what: &str) -> String {
        let mut line = String::new();
        while !line.contains(what) {
            line.clear();
            let length = self.stderr.read_line(&mut line).unwrap();
            assert!(length > 0, "it never logged {what:?}");
        }
        line
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        let mut kill = Command::new("kill");
        assert!(kill.args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Exit code and the rest of the log, when it ends.
    fn ended(mut self) -> (Option<i32>, String) {
        let mut text = String::new();
        self.stderr.read_to_string(&mut text).unwrap();
        (self.child.wait().unwrap().code(), text)
    }

    /// `ADDR:PORT=UDP-PORT` of a registrar's endpoint.
    fn udp_peer(&mut self, endpoint: &str) -> String {
        format!("{}={}", self.told(endpoint), self.told("udp-port"))
    }
}

fn registrar(args: &[&str]) -> Process {
    let any = ["--asap", "127.0.0.1:0", "--udp-port", "0"];
    Process::start("registrar", &[&any, args].concat())
}

/// A pool element that knows these registrars, and is quick to give one up.
fn element(registrars: &mut [Process], args: &[&str]) -> Process {
    let addrs: Vec<String> = registrars.iter_mut().map(|r| r.told("asap")).collect();
    let peers: Vec<String> = registrars.iter_mut().map(|r| r.udp_peer("asap")).collect();
    let (addrs, peers) = (addrs.join(","), peers.join(","));
    let quick = [
        "--udp-port",
        "0",
        "--rto-initial",
        "100ms",
        "--rto-min",
        "50ms",
        "--rto-max",
        "200ms",
        "--hb-interval",
        "200ms",
        "--registrar",
        &addrs,
        "--udp-peer",
        &peers,
    ];
    Process::start("pe", &[&quick, args].concat())
}

/// Returns the settings of a pool user that knows this registrar and this PE.
fn user_of(registrar: &mut Process, element: Option<&mut Process>) -> Settings {
    let mut peers = vec![registrar.udp_peer("asap").parse().unwrap()];
    if let Some(element) = element {
        let peer = format!("127.0.0.1={}", element.told("udp-port"));
        peers.push(peer.parse().unwrap());
    }
    Settings {
        registrar: Some(vec![registrar.told("asap").parse().unwrap()]),
        udp_peer: Some(peers),
        ..Settings::default()
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}

fn resolve(registrar: &mut Process, pool: &str) -> Result<Resolution, ResolveError> {
    let settings = user_of(registrar, None);
    block_on(async {
        let mut user = PoolUser::start(&settings).unwrap();
        let resolved = user.resolve(pool).await?;
        Ok(Resolution::clone(&resolved.resolution))
    })
}

fn is_unknown(registrar: &mut Process, pool: &str) -> bool {
    match resolve(registrar, pool) {
        Err(ResolveError::Failure(why)) => why.to_string().contains("Unknown Pool Handle"),
        Err(ResolveError::Io(error)) => panic!("{error}"),
        Ok(_) => false,
    }
}

fn echo(registrar: &mut Process, element: &mut Process, text: &[u8]) -> Vec<u8> {
    let settings = user_of(registrar, Some(element));
    block_on(async {
        let mut user = PoolUser::start(&settings).unwrap();
        let session = user.open("EchoPool");
        user.send(session, Message::new(text)).await.unwrap();
        user.receive(session).await.unwrap()
    })
}

#[test]
fn it_serves_and_leaves_at_sigterm() {
    let mut registrars = [registrar(&[])];
    let mut element = element(&mut registrars, &["--service", "echo", "--id", "0x42"]);
    assert_eq!(element.told("pool"), "EchoPool");
    assert_eq!(element.told("id"), "0x00000042");
    assert_eq!(element.told("home"), registrars[0].told("asap"));
    assert_eq!(echo(&mut registrars[0], &mut element, b"hello"), b"hello");
    element.terminate();
    let (code, log) = element.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("de-registered"), "{log}");
    assert!(is_unknown(&mut registrars[0], "EchoPool"));
}

#[test]
fn unread_events_of_a_pool_user_do_not_accumulate() {
    const PINGS: u64 = 1000;
    let mut registrars = [registrar(&[])];
    let mut element = element(&mut registrars, &["--service", "pingpong"]);
    let settings = user_of(&mut registrars[0], Some(&mut element));
    block_on(async {
        let mut user = PoolUser::start(&settings).unwrap();
        let session = user.open("PingPongPool");
        for number in 1..=PINGS {
            let data = b"data".to_vec();
            let ping = Message {
                ppid: ping_pong::PPID,
                ..Message::new(PingPong::Ping { number, data }.encode())
            };
            user.send(session, ping).await.unwrap();
            let pong = PingPong::decode(&user.receive(session).await.unwrap()).unwrap();
            assert!(matches!(pong, PingPong::Pong { reply, .. } if reply == number));
        }
        // Each Pong came with a cookie, of which the last one counts.
        let mut rest = Vec::new();
        while let Some(event) = user.next_event_until(Some(user.now())).await.unwrap() {
            rest.push(event);
        }
        let is_cookie = |event: &&Event| matches!(event, Event::Cookie { .. });
        assert_eq!(rest.iter().filter(is_cookie).count(), 1);
        assert!(rest.len() < 10, "{rest:?}");
    });
}

#[test]
fn it_outlives_its_registrar() {
    let mut first = registrar(&["--enrp", "127.0.0.1:0"]);
    let (enrp, enrp_udp) = (first.told("enrp"), first.udp_peer("enrp"));
    let peer = [
        "--enrp",
        "127.0.0.1:0",
        "--peer",
        &enrp,
        "--udp-peer",
        &enrp_udp,
    ];
    let second = registrar(&peer);
    let mut registrars = [first, second];
    let args = ["--service", "echo", "--t5-serverhunt", "1s"];
    let mut element = element(&mut registrars, &args);
    let home = element.told("home");
    let [mut first, mut second] = registrars;
    let (mut dying, mut other) = match first.told("asap") == home {
        true => (first, second),
        false => {
            assert_eq!(second.told("asap"), home);
            (second, first)
        }
    };
    element.logs("registered at");
    dying.kill();
    let line = element.logs("registered at");
    assert!(line.contains(&other.told("asap")), "{line}");
    assert_eq!(echo(&mut other, &mut element, b"hello"), b"hello");
    let listed = resolve(&mut other, "EchoPool").unwrap();
    let home = u32::from_str_radix(other.told("id").trim_start_matches("0x"), 16);
    assert_eq!(listed.elements[0].home.0, home.unwrap());
}

#[test]
fn it_stands_in_front_of_a_server_while_that_is_up() {
    let dir = std::env::temp_dir().join(format!("rserpool-front-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let sign = dir.join("up");
    std::fs::write(&sign, "").unwrap();
    let probe = format!("test -e '{}'", sign.display());
    let mut registrars = [registrar(&[])];
    let args = [
        "--pool",
        "Web",
        "--transport",
        "tcp://127.0.0.1:8080",
        "--probe-command",
        &probe,
        "--probe",
        "50ms",
        "--probe-failures",
        "1",
        "--policy",
        "least-used",
        "--load-command",
        "echo 25",
    ];
    let mut element = element(&mut registrars, &args);
    assert_eq!(element.told("transport"), "tcp://127.0.0.1:8080");
    let listed = resolve(&mut registrars[0], "Web").unwrap();
    assert_eq!(listed.elements[0].user_transport.port(), Some(8080));
    std::fs::remove_file(&sign).unwrap();
    element.logs("the server is down");
    element.logs("de-registered");
    assert!(is_unknown(&mut registrars[0], "Web"));
    std::fs::write(&sign, "").unwrap();
    element.logs("the server is up");
    element.logs("registered at");
    // By now the load is known, since the command was run at the start.
    let listed = resolve(&mut registrars[0], "Web").unwrap();
    assert_eq!(
        listed.elements[0].policy,
        Policy::LeastUsed { load: 0x4000_0000 }
    );
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn a_rejection_is_the_end_unless_it_is_to_be_tried_again() {
    let mut registrars = [registrar(&[])];
    let mut first = element(&mut registrars, &["--service", "echo"]);
    first.told("home");
    let args = ["--service", "echo", "--policy", "random"];
    let (code, log) = element(&mut registrars, &args).ended();
    assert_eq!(code, Some(2), "{log}");
    assert!(log.contains("the pool has another policy"), "{log}");

    let args = [&args[..], &["--retry-rejected", "50ms"]].concat();
    let mut other = element(&mut registrars, &args);
    other.logs("the pool has another policy");
    other.logs("the pool has another policy");
    first.terminate();
    // Now that its policy is the pool's.
    assert_eq!(other.told("pool"), "EchoPool");
}

#[test]
fn bad_settings_and_a_bad_environment_differ() {
    let pe = |args: &[&str]| Process::start("pe", args).ended();
    for (args, key) in [
        (["--service", "echo", "--policy", "fair"].as_slice(), "fair"),
        (&["--pool", "Web"], "service: "),
        (&["--transport", "tcp://127.0.0.1:1"], "pool: "),
        (
            &["--service", "echo", "--config", "/nowhere.toml"],
            "/nowhere.toml",
        ),
    ] {
        let (code, log) = pe(args);
        assert_eq!(code, Some(2), "{log}");
        assert!(log.contains(key), "{log}");
    }
    assert_eq!(pe(&["--service", "calc", "--check-config"]).0, Some(0));
    // Of the range for documentation, so without a host.
    let (code, log) = pe(&["--service", "echo", "--address", "192.0.2.77"]);
    assert_eq!(code, Some(3), "{log}");
}
