//! A registrar that does one thing wrong: this test binary, started again as a target.

use rsp_transport::live::{Mode, Stack, StackConfig};
use rsp_transport::{AssocId, Event, Local, Outgoing, Transport};
use rustix::process::{Signal, getpid, getppid, kill_process};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Environment variable that names the misbehaviour; without it the test below does nothing.
pub(crate) const HOW: &str = "RSPCHECK_FAKE_TARGET";
/// Environment variable that names a file, which gets one line with each start.
pub(crate) const STARTS: &str = "RSPCHECK_FAKE_STARTS";

/// Sequences that control a terminal: OSC 52 (clipboard), CSI (colour, clear), C1, NUL.
pub(crate) const COMMANDS: &str = "\u{1b}]52;c;cm0gLXJm\u{7}\u{1b}[31mred\u{1b}[2J\u{9b}1m\0end";

/// Its SCTP port and its UDP port, as `PORT/PORT`; free ones where this is not set.
pub(crate) const PORTS: &str = "RSPCHECK_FAKE_PORTS";

/// Time by which it is late; longer than the timers of the tests.
const LATE: Duration = Duration::from_millis(400);
/// Messages that nothing asked for. More of them take minutes on a machine that is busy.
const CALLS: usize = 300;
/// A positive HANDLE_RESOLUTION_RESPONSE about the pool "zoo", without pool elements.
const UNASKED: [u8; 12] = [
    0x06, 0x00, 0x00, 0x0b, 0x00, 0x09, 0x00, 0x07, b'z', b'o', b'o', 0x00,
];
const REGISTRATION: u8 = 0x01;
const HANDLE_RESOLUTION: u8 = 0x05;

/// Arguments with which the test binary is this registrar.
pub(crate) fn command() -> Vec<String> {
    let own = std::env::current_exe().expect("a test has a path");
    let mut command = vec![own.to_str().expect("its path is plain").to_owned()];
    command.extend(["--exact", "fake::registrar", "--nocapture", "--quiet"].map(str::to_owned));
    command
}

#[test]
fn registrar() {
    let Ok(how) = std::env::var(HOW) else { return };
    if let Ok(file) = std::env::var(STARTS) {
        let mut starts = std::fs::File::options()
            .create(true)
            .append(true)
            .open(file)
            .expect("it can be written");
        writeln!(starts, "{how}").expect("it can be written");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("there are timers");
    runtime.block_on(serve(&how));
}

async fn serve(how: &str) {
    let (port, udp_port) = ports();
    let config = StackConfig {
        udp_port,
        ..StackConfig::default()
    };
    let mut stack = Stack::start(Mode::Udp, config).expect("UDP works on the loopback");
    let local = Local::Sctp {
        addrs: Vec::new(),
        port,
        listen: how != "refuses",
    };
    let port = stack.open(&local).expect("there is a free port");
    let (asap, udp) = (
        stack.local_addrs(port)[0],
        stack.udp_addr().expect("it is the stack over UDP"),
    );
    println!("\nready asap={asap} udp-port={}", udp.port());
    if how == "leaves" {
        // In its own process group it outlives this process. Its output is closed, so that no reader waits for its
        // end.
        let mut sleep = Command::new("sleep");
        sleep
            .arg("1000")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        println!("left {}", sleep.spawn().expect("there is sleep").id());
    }
    let mut late = Late::default();
    while let Ok(event) = stack.recv(late.until).await {
        let Some(event) = event else {
            late.act(&mut stack);
            continue;
        };
        if let (Event::Up { assoc, .. }, "talks unasked") = (&event, how) {
            send(&mut stack, *assoc, &UNASKED);
        }
        let Event::Message { assoc, octets, .. } = event else {
            continue;
        };
        if !is_probe(&octets) && late.holds(how, assoc, &octets) {
            continue;
        }
        let answer = match octets.first() {
            Some(&REGISTRATION) if how == "ends" => {
                // In good order: its peer sees the association end before the process does.
                drop(stack);
                std::process::exit(3);
            }
            Some(&REGISTRATION) => registration(how),
            // Not at the probe before the run.
            Some(&HANDLE_RESOLUTION) if how == "quits" && !is_probe(&octets) => {
                drop(stack);
                // The process spends some time after its last association and before its end.
                let count = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done";
                let _ = Command::new("/bin/sh").args(["-c", count]).status();
                return;
            }
            Some(&HANDLE_RESOLUTION)
                if ["interrupts", "hangs up"].contains(&how) && !is_probe(&octets) =>
            {
                let harness = getppid().expect("it has a parent");
                let signal = if how == "hangs up" {
                    Signal::HUP
                } else {
                    Signal::INT
                };
                let _ = kill_process(harness, signal);
                None
            }
            Some(&HANDLE_RESOLUTION) if how == "talks nonsense" => Some(vec![0xff; 7]),
            Some(&HANDLE_RESOLUTION) if how == "calls" && !is_probe(&octets) => {
                for _ in 0..CALLS {
                    send(&mut stack, assoc, &UNASKED);
                }
                None
            }
            Some(&HANDLE_RESOLUTION) if how == "answers doubly" => {
                send(&mut stack, assoc, &negative(&octets));
                Some(negative(&octets))
            }
            Some(&HANDLE_RESOLUTION) if how == "is silent" => None,
            Some(&HANDLE_RESOLUTION) => Some(negative(&octets)),
            _ => None,
        };
        if let Some(octets) = answer {
            send(&mut stack, assoc, &octets);
        }
    }
}

fn send(stack: &mut Stack, assoc: AssocId, octets: &[u8]) {
    let message = Outgoing {
        stream: 0,
        ppid: 11,
        unordered: false,
        octets,
    };
    // The association may have ended, or its queue is full.
    let _ = stack.send(assoc, message);
}

/// Acts that come some time after a message.
#[derive(Default)]
struct Late {
    until: Option<Instant>,
    answers: Vec<(AssocId, Vec<u8>)>,
    /// True if the process ends then.
    ends: bool,
}

impl Late {
    /// Returns true if the answer to a message comes later, or never because the process ends then.
    fn holds(&mut self, how: &str, assoc: AssocId, octets: &[u8]) -> bool {
        if !["is late", "tires"].contains(&how) {
            return false;
        }
        self.until = self.until.or(Some(now() + LATE));
        self.ends = how == "tires";
        if how == "is late" && octets.first() == Some(&HANDLE_RESOLUTION) {
            self.answers.push((assoc, negative(octets)));
        }
        true
    }

    /// Sends what was held back, or ends the process.
    fn act(&mut self, stack: &mut Stack) {
        self.until = None;
        if self.ends {
            std::process::exit(4);
        }
        for (assoc, octets) in self.answers.drain(..) {
            send(stack, assoc, &octets);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a live target runs on wall time")]
fn now() -> Instant {
    Instant::now()
}

fn ports() -> (u16, u16) {
    let Ok(ports) = std::env::var(PORTS) else {
        return (0, 0);
    };
    let (sctp, udp) = ports.split_once('/').expect("there are two ports");
    let number = |text: &str| text.parse().expect("a port is a number");
    (number(sctp), number(udp))
}

fn is_probe(request: &[u8]) -> bool {
    String::from_utf8_lossy(request).contains("rspcheck-probe")
}

/// Returns the answer to a registration, if there is one; kills or blocks this process for some misbehaviours.
fn registration(how: &str) -> Option<Vec<u8>> {
    match how {
        "dies" => {
            println!("these are my last words");
            let _ = kill_process(getpid(), Signal::KILL);
            None
        }
        "floods" => {
            for number in 0..20_000 {
                println!("{number} {}", "x".repeat(1000));
            }
            None
        }
        "commands" => {
            println!("{COMMANDS}");
            let _ = kill_process(getpid(), Signal::KILL);
            None
        }
        "hangs" => {
            let _ = kill_process(getpid(), Signal::STOP);
            None
        }
        "talks nonsense" => Some(vec![0xff; 7]),
        _ => None,
    }
}

/// The answer that the pool is unknown: the handle, and Operation Error with cause 0x9 without information.
fn negative(request: &[u8]) -> Vec<u8> {
    let mut answer = request.to_vec();
    answer[0] = 0x06;
    answer[1] = 0;
    answer.extend([0x00, 0x0c, 0x00, 0x08, 0x00, 0x09, 0x00, 0x04]);
    let length = answer.len() as u16;
    answer[2..4].copy_from_slice(&length.to_be_bytes());
    answer
}
