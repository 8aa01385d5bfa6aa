//! The whole registrar over SCTP in UDP on loopback, compared with a bare server that only answers: the same stack,
//! the same load, answers of the same length, rounds in turn.
//!
//! The aim: the registrar answers at least 80 % as many requests as the bare server. Wall time is what a user
//! measures, but includes all other load of the machine; processor time of the server's thread excludes that.
//!
//! `cargo bench -p rsp-benches --bench node -- [PES] [IDLE]`: PEs in the pool (1000), associations that send
//! nothing (0).

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rserpool::registrar::driver::{RegistrarDriver, Setup};
use rsp_benches::cpu::thread_time;
use rsp_benches::pools::{HANDLE, element, octets};
use rsp_proto::registrar::Config;
use rsp_transport::live::{Mode, Stack, StackConfig};
use rsp_transport::{AssocId, Event, Local, LocalPort, Outgoing, Peer, SctpOptions, Transport};
use rsp_wire::asap::{HandleResolution, Registration};
use rsp_wire::{Policy, SctpTransport};

const ASAP: u32 = 11;
const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Time that a server waits for packets before it checks if it must stop.
const LOOK: Duration = Duration::from_millis(20);
const ROUNDS: usize = 7;
const REQUESTS: usize = 20_000;
/// Associations that send requests, and outstanding requests of each.
const LOADS: [(usize, usize); 3] = [(1, 1), (1, 16), (16, 4)];

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok());
    let pes: u32 = numbers.next().unwrap_or(1000);
    let idle = usize::try_from(numbers.next().unwrap_or(0)).expect("a number of associations");
    println!("{pes} PEs, {idle} idle associations, {REQUESTS} requests a round, best of {ROUNDS}");
    println!(
        "associations x window: requests/s echo, registrar, ratio; server's processor time a request"
    );
    for (associations, window) in LOADS {
        let mut best = [Figures::WORST; 2];
        for _ in 0..ROUNDS {
            let mut answer = 0;
            for (who, best) in [Who::Registrar, Who::Echo].into_iter().zip(&mut best) {
                let load = Load {
                    associations,
                    window,
                    idle,
                    pes: if who == Who::Registrar { pes } else { 0 },
                };
                let figures = round(who, &load, &mut answer).expect("loopback works");
                best.take_better(figures);
            }
        }
        let [registrar, echo] = best;
        println!(
            "{associations:2} x {window:2}: {:7.0} {:7.0} {:4.2}; {:5.2} us {:5.2} us {:4.2}",
            echo.rate,
            registrar.rate,
            registrar.rate / echo.rate,
            echo.cpu.as_secs_f64() * 1e6,
            registrar.cpu.as_secs_f64() * 1e6,
            registrar.cpu.as_secs_f64() / echo.cpu.as_secs_f64(),
        );
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Registrar,
    Echo,
}

struct Load {
    associations: usize,
    window: usize,
    idle: usize,
    pes: u32,
}

#[derive(Clone, Copy)]
struct Figures {
    /// Requests a second.
    rate: f64,
    /// The server's processor time for a request.
    cpu: Duration,
}

impl Figures {
    const WORST: Self = Self {
        rate: 0.0,
        cpu: Duration::MAX,
    };

    fn take_better(&mut self, other: Self) {
        self.rate = self.rate.max(other.rate);
        self.cpu = self.cpu.min(other.cpu);
    }
}

/// Measures one server. `answer` is the length of the registrar's answers, which those of the bare server have too.
fn round(who: Who, load: &Load, answer: &mut usize) -> io::Result<Figures> {
    let stop = Arc::new(AtomicBool::new(false));
    let (ready, is_ready) = mpsc::channel();
    let server = std::thread::spawn({
        let (stop, length) = (Arc::clone(&stop), *answer);
        move || serve(who, length, &stop, &ready)
    });
    let peer = is_ready.recv().expect("the server starts");
    let time = in_runtime(async {
        let mut client = Client::start(&peer, load).await?;
        client.run(load.window, answer).await
    });
    stop.store(true, Ordering::Relaxed);
    let cpu = server.join().expect("the server does not panic")?;
    let requests = u32::try_from(REQUESTS).expect("it fits");
    Ok(Figures {
        rate: f64::from(requests) / time?.as_secs_f64(),
        cpu: cpu / requests,
    })
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime can be made").block_on(work)
}

fn stack() -> io::Result<Stack> {
    let mut config = StackConfig::new(SERVER);
    config.udp_port = 0;
    config.options = SctpOptions {
        max_associations: 1 << 17,
        ..SctpOptions::default()
    };
    Stack::start(Mode::Udp, config)
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// Returns the processor time from the first resolution to the last one.
fn serve(
    who: Who,
    answer: usize,
    stop: &AtomicBool,
    ready: &mpsc::Sender<Peer>,
) -> io::Result<Duration> {
    in_runtime(async {
        let mut stack = stack()?;
        let start = now();
        let setup = Setup {
            config: Config {
                max_items: 3,
                max_message_rate: 0,
                max_registration_rate: 0,
                max_associations: 1 << 17,
                ..Config::default()
            },
            ..Setup::default()
        };
        let mut driver = None;
        let addr = match who {
            Who::Registrar => {
                let made = RegistrarDriver::start(setup, 1, &mut stack, Duration::ZERO)?;
                driver.insert(made).asap_addr()
            }
            Who::Echo => {
                let port = stack.open(&Local::Sctp {
                    addrs: Vec::new(),
                    port: 0,
                    listen: true,
                })?;
                stack.local_addrs(port)[0]
            }
        };
        let udp_port = stack.udp_addr().map(|addr| addr.port());
        let _ = ready.send(Peer {
            addrs: vec![addr],
            udp_port,
        });

        let answer = vec![0; answer.max(1)];
        let mut first = None;
        let mut last = Duration::ZERO;
        while !stop.load(Ordering::Relaxed) {
            let until = now() + LOOK;
            let Some(event) = stack.recv(Some(until)).await? else {
                continue;
            };
            let is_question = matches!(&event, Event::Message { octets, .. } if octets[0] == 5);
            if is_question && first.is_none() {
                first = Some(thread_time());
            }
            match (&mut driver, event) {
                (Some(driver), event) => driver.event(start.elapsed(), event, &mut stack),
                (None, Event::Message { assoc, .. }) => stack.send(assoc, outgoing(&answer))?,
                (None, _) => {}
            }
            if is_question {
                last = thread_time();
            }
        }
        Ok(last.saturating_sub(first.unwrap_or_default()))
    })
}

fn outgoing(octets: &[u8]) -> Outgoing<'_> {
    Outgoing {
        stream: 0,
        ppid: ASAP,
        unordered: false,
        octets,
    }
}

struct Client {
    stack: Stack,
    asking: Vec<AssocId>,
}

impl Client {
    async fn start(peer: &Peer, load: &Load) -> io::Result<Self> {
        let mut stack = stack()?;
        let mut asking = Vec::new();
        for number in 0..load.associations + load.idle {
            let assoc = Self::connect(&mut stack, peer).await?;
            if number < load.associations {
                asking.push(assoc);
            }
        }
        let mut client = Self { stack, asking };
        client.register(load.pes).await?;
        Ok(client)
    }

    async fn connect(stack: &mut Stack, peer: &Peer) -> io::Result<AssocId> {
        let port: LocalPort = stack.open(&Local::Sctp {
            addrs: Vec::new(),
            port: 0,
            listen: false,
        })?;
        let assoc = stack.connect(port, peer)?;
        loop {
            match stack.recv(None).await? {
                Some(Event::Up { assoc: up, .. }) if up == assoc => return Ok(assoc),
                Some(Event::Down { why, .. }) => return Err(io::Error::other(why)),
                _ => {}
            }
        }
    }

    async fn register(&mut self, pes: u32) -> io::Result<()> {
        for number in 1..=pes {
            let mut element = element(number, Policy::LeastUsed { load: number << 16 });
            element.user_transport = SctpTransport::new(7, SERVER).into();
            let message = octets(Registration::new(HANDLE.into(), element));
            self.stack.send(self.asking[0], outgoing(&message))?;
            let response = self.message().await?;
            assert_eq!(response.1[..2], [3, 0], "a registration is granted");
        }
        Ok(())
    }

    async fn message(&mut self) -> io::Result<(AssocId, Vec<u8>)> {
        loop {
            match self.stack.recv(None).await? {
                Some(Event::Message { assoc, octets, .. }) => return Ok((assoc, octets)),
                Some(Event::Down { why, .. }) => return Err(io::Error::other(why)),
                _ => {}
            }
        }
    }

    /// Keeps `window` requests outstanding on each association. Returns the time, and the length of the answers in
    /// `answer`.
    async fn run(&mut self, window: usize, answer: &mut usize) -> io::Result<Duration> {
        let request = octets(HandleResolution::new(HANDLE.into(), false));
        let start = now();
        let mut asked = 0;
        for _ in 0..window {
            for &assoc in &self.asking {
                self.stack.send(assoc, outgoing(&request))?;
                asked += 1;
            }
        }
        for _ in 0..REQUESTS {
            let (assoc, octets) = self.message().await?;
            *answer = octets.len();
            if asked < REQUESTS {
                self.stack.send(assoc, outgoing(&request))?;
                asked += 1;
            }
        }
        Ok(start.elapsed())
    }
}
