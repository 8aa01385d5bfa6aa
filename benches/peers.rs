//! The registrar as a process of its own among peers that take what they can get: the time of an answer over SCTP while
//! TCP connections send questions without a pause, and the time of its end among abandoned associations.
//!
//! `cargo bench -p rsp-benches --bench peers -- [CONNECTIONS] [QUESTIONS] [ASSOCIATIONS] [-- COMMAND…]`: TCP
//! connections (100), measured questions over SCTP for each load (2000), abandoned associations (27944), and the command
//! of another registrar, which prints the ready line of `rserpool registrar`.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rserpool::registrar::Settings;
use rserpool::registrar::service::{self, ReadyLine};
use rsp_benches::pools::{HANDLE, element, octets};
use rsp_transport::udp::{UdpConfig, UdpStack};
use rsp_transport::{AssocId, Event, Local, Outgoing, Peer, SctpOptions, Transport};
use rsp_wire::asap::{HandleResolution, Registration};
use rsp_wire::{Policy, SctpTransport};
use rustix::process::{Pid, Signal, getpid, kill_process, nice};

const ASAP: u32 = 11;
const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Questions that a connection writes at once.
const PIPELINE: usize = 1000;
/// Pause between two questions over SCTP, so that none waits for the one before.
const GAP: Duration = Duration::from_millis(1);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let before = arguments.by_ref().take_while(|argument| argument != "--");
    let numbers: Vec<usize> = before.filter_map(|text| text.parse().ok()).collect();
    let command: Vec<String> = arguments.collect();
    let number = |at: usize, default| numbers.get(at).copied().unwrap_or(default);
    let (connections, questions, associations) =
        (number(0, 100), number(1, 2000), number(2, 27_944));
    assert!(associations < 60_000, "each association takes an SCTP port");

    println!("answers over SCTP, {questions} questions for each load: p50, p99, longest");
    for load in [Load::None, Load::Reading, Load::NotReading] {
        let registrar = Process::start(&command);
        let answers = measure(&registrar, load, connections, questions);
        println!("{load:?}, {connections} connections: {answers}");
        registrar.end();
    }

    let registrar = Process::start(&command);
    abandon(&registrar, associations);
    let took = registrar.end();
    println!("{associations} abandoned associations: {took:.1?} from SIGTERM to the end");
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Load {
    None,
    Reading,
    NotReading,
}

/// A registrar that SIGTERM ends: on a thread of this process, or a process of its own.
struct Process {
    runs: Runs,
    asap: Peer,
    tcp: SocketAddr,
}

enum Runs {
    Here(JoinHandle<()>),
    Apart(Child),
}

/// Writer of the ready line.
struct Ready(mpsc::Sender<Vec<u8>>);

impl Write for Ready {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let sent = self.0.send(octets.to_vec());
        sent.map(|()| octets.len()).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Process {
    fn start(command: &[String]) -> Self {
        let (runs, line) = match command {
            [] => Self::here(),
            [program, arguments @ ..] => Self::apart(program, arguments),
        };
        let value = |key: &str| {
            let found = line
                .split_whitespace()
                .find_map(|word| word.strip_prefix(key));
            found.expect("the line has it").to_owned()
        };
        Self {
            asap: Peer {
                addrs: vec![value("asap=").parse().expect("an address")],
                udp_port: value("udp-port=").parse().ok(),
            },
            tcp: value("tcp=").parse().expect("an address"),
            runs,
        }
    }

    fn here() -> (Runs, String) {
        let text = "asap = \"127.0.0.1:0\"\nudp-port = 0\ntcp = \"127.0.0.1:0\"\nmax-message-rate = 0\n\
                    max-associations-per-address = 65536\n";
        let settings = Settings::parse(text, "bench".as_ref()).expect("good settings");
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            let done = service::run(&settings, ReadyLine::Text, &mut Ready(sender));
            done.expect("loopback works");
        });
        let mut line = String::new();
        while !line.ends_with('\n') {
            let piece = receiver.recv().expect("it becomes ready");
            line += &String::from_utf8_lossy(&piece);
        }
        (Runs::Here(thread), line)
    }

    fn apart(program: &str, arguments: &[String]) -> (Runs, String) {
        let mut child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let stdout = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it becomes ready");
        (Runs::Apart(child), line)
    }

    /// Ends it and returns how long that takes.
    fn end(self) -> Duration {
        let start = now();
        match self.runs {
            Runs::Here(thread) => {
                kill_process(getpid(), Signal::TERM).expect("this process may");
                thread.join().expect("it does not panic");
            }
            Runs::Apart(mut child) => {
                kill_process(Pid::from_child(&child), Signal::TERM).expect("it runs");
                child.wait().expect("it is a child");
            }
        }
        start.elapsed()
    }
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime can be made").block_on(work)
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn now() -> Instant {
    Instant::now()
}

fn stack() -> UdpStack {
    let config = UdpConfig {
        udp_port: 0,
        options: SctpOptions {
            max_associations: 1 << 17,
            ..SctpOptions::default()
        },
        ..UdpConfig::new(HOST)
    };
    UdpStack::new(config).expect("loopback works")
}

/// Sets up an association from an SCTP port, 0 for any free one.
async fn connect(stack: &mut UdpStack, port: u16, to: &Peer) -> AssocId {
    let local = Local::Sctp {
        addrs: Vec::new(),
        port,
        listen: false,
    };
    let port = stack.open(&local).expect("a port is free");
    let assoc = stack.connect(port, to).expect("it starts");
    loop {
        match stack.recv(None).await.expect("sockets work") {
            Some(Event::Up { assoc: up, .. }) if up == assoc => return assoc,
            Some(Event::Down { why, .. }) => panic!("{why}"),
            _ => {}
        }
    }
}

fn outgoing(octets: &[u8]) -> Outgoing<'_> {
    Outgoing {
        stream: 0,
        ppid: ASAP,
        unordered: false,
        octets,
    }
}

/// Times of answers.
struct Answers(Vec<Duration>);

impl std::fmt::Display for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |part: f64| self.0[((self.0.len() - 1) as f64 * part) as usize];
        write!(f, "{:.2?}, {:.2?}, {:.2?}", at(0.5), at(0.99), at(1.0))
    }
}

fn measure(registrar: &Process, load: Load, connections: usize, questions: usize) -> Answers {
    let stop = Arc::new(AtomicBool::new(false));
    in_runtime(async {
        let mut stack = stack();
        let assoc = connect(&mut stack, 0, &registrar.asap).await;
        let mut pe = element(1, Policy::RoundRobin);
        pe.user_transport = SctpTransport::new(7, HOST).into();
        let registration = octets(Registration::new(HANDLE.into(), pe));
        ask(&mut stack, assoc, &registration).await;
        let loader = thread::spawn({
            let (tcp, stop) = (registrar.tcp, Arc::clone(&stop));
            move || flood(tcp, load, connections, &stop)
        });
        let question = octets(HandleResolution::new(HANDLE.into(), false));
        let mut times = Vec::new();
        for _ in 0..questions {
            // A message of the registrar in between, such as a keep-alive, is not waited for here.
            let _ = stack.recv(Some(now() + GAP)).await;
            let start = now();
            ask(&mut stack, assoc, &question).await;
            times.push(start.elapsed());
        }
        stop.store(true, Ordering::Relaxed);
        loader.join().expect("the load does not panic");
        times.sort_unstable();
        Answers(times)
    })
}

async fn ask(stack: &mut UdpStack, assoc: AssocId, message: &[u8]) {
    stack.send(assoc, outgoing(message)).expect("there is room");
    loop {
        match stack.recv(None).await.expect("sockets work") {
            Some(Event::Message { .. }) => return,
            Some(Event::Down { why, .. }) => panic!("{why}"),
            _ => {}
        }
    }
}

/// Sends questions over TCP without a pause. A connection that the registrar ends is set up again.
fn flood(tcp: SocketAddr, load: Load, connections: usize, stop: &AtomicBool) {
    if load == Load::None {
        return;
    }
    // Such a load comes from other hosts: it must not take the processor from the two sides that are measured.
    nice(10).expect("less is always possible");
    let question = octets(HandleResolution::new(HANDLE.into(), false));
    let questions = question.repeat(PIPELINE);
    let mut answers = vec![0; 1 << 16];
    let open = || {
        let stream = TcpStream::connect(tcp)?;
        stream.set_nonblocking(true)?;
        // Octets of the pipeline that are not sent yet.
        Ok::<_, io::Error>((stream, 0))
    };
    let mut streams: Vec<_> = (0..connections).filter_map(|_| open().ok()).collect();
    while !stop.load(Ordering::Relaxed) {
        for (stream, done) in &mut streams {
            let mut ended = false;
            if load == Load::Reading {
                ended = matches!(stream.read(&mut answers), Ok(0));
            }
            match stream.write(&questions[*done..]) {
                Ok(octets) => *done = (*done + octets) % questions.len(),
                Err(error) => ended |= error.kind() != ErrorKind::WouldBlock,
            }
            if ended && let Ok(fresh) = open() {
                (*stream, *done) = fresh;
            }
        }
    }
}

/// Sets up associations and vanishes.
fn abandon(registrar: &Process, associations: usize) {
    in_runtime(async {
        let mut stack = stack();
        let ports = (1024..).take(associations);
        for port in ports {
            connect(&mut stack, port, &registrar.asap).await;
        }
        stack.vanish();
    });
}
