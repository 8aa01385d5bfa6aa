//! A network between the harness and a registrar: it forwards datagrams of SCTP in UDP and harms some of them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Longest delay of a datagram.
const DELAY: Duration = Duration::from_millis(50);
/// Octets of a datagram at most.
const LARGEST: usize = 65_536;

/// Shares of the datagrams that are harmed in each way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) lost: f64,
    pub(crate) doubled: f64,
    pub(crate) corrupted: f64,
    pub(crate) delayed: f64,
}

/// The bundled registrar behind such a network. Dropping it ends the registrar.
pub(crate) struct Relay {
    registrar: Child,
    /// Its ASAP address.
    pub(crate) asap: String,
    /// The UDP port of the network.
    pub(crate) udp_port: u16,
    harmed: Arc<AtomicUsize>,
}

/// A datagram under way: the time of its arrival, its socket, its receiver and its octets.
struct Datagram {
    at: Instant,
    from: Arc<UdpSocket>,
    to: SocketAddr,
    octets: Vec<u8>,
}

impl Relay {
    /// Starts the registrar and the network. The threads of the network end with the test.
    pub(crate) fn start(faults: Faults) -> Relay {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rspcheck"));
        command.args(["registrar", "--asap", "127.0.0.1:0", "--udp-port", "0"]);
        command.args(["--announce", "off"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut registrar = command.spawn().expect("the binary starts");
        let out = registrar.stdout.take().expect("it is a pipe");
        let ready = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find(|line| line.starts_with("ready "))
            .expect("it is ready");
        let value = |key: &str| {
            let mut words = ready.split_whitespace();
            words
                .find_map(|word| word.strip_prefix(key))
                .expect("the line has it")
                .to_owned()
        };
        let port: u16 = value("udp-port=").parse().expect("it is a number");
        let registrar_at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let outside = Arc::new(socket());
        let udp_port = outside.local_addr().expect("it is bound").port();
        let harmed = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = channel();
        thread::spawn(move || deliver(&receiver));
        let network = Network {
            faults,
            sender,
            harmed: harmed.clone(),
            rng: fastrand::Rng::with_seed(7),
        };
        thread::spawn(move || network.outside(&outside, registrar_at));
        Relay {
            asap: value("asap="),
            registrar,
            udp_port,
            harmed,
        }
    }

    /// Returns the number of datagrams that were harmed.
    pub(crate) fn harmed(&self) -> usize {
        self.harmed.load(Ordering::Relaxed)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.registrar.kill();
        let _ = self.registrar.wait();
    }
}

/// One direction of the network.
#[derive(Clone)]
struct Network {
    faults: Faults,
    sender: Sender<Datagram>,
    harmed: Arc<AtomicUsize>,
    rng: fastrand::Rng,
}

impl Network {
    /// Forwards the datagrams of the harness; each of its sockets has a socket of its own towards the registrar.
    fn outside(mut self, outside: &Arc<UdpSocket>, registrar: SocketAddr) {
        let mut inside: BTreeMap<SocketAddr, Arc<UdpSocket>> = BTreeMap::new();
        let mut buffer = vec![0; LARGEST];
        while let Ok((length, from)) = outside.recv_from(&mut buffer) {
            let socket = inside.entry(from).or_insert_with(|| {
                let socket = Arc::new(socket());
                let (mut back, outside) = (self.clone(), outside.clone());
                back.rng = self.rng.fork();
                let inside = socket.clone();
                thread::spawn(move || back.inside(&inside, &outside, from));
                socket
            });
            let socket = socket.clone();
            self.forward(&socket, registrar, &buffer[..length]);
        }
    }

    /// Forwards the datagrams of the registrar to one socket of the harness.
    fn inside(mut self, inside: &UdpSocket, outside: &Arc<UdpSocket>, to: SocketAddr) {
        let mut buffer = vec![0; LARGEST];
        while let Ok((length, _)) = inside.recv_from(&mut buffer) {
            self.forward(outside, to, &buffer[..length]);
        }
    }

    fn forward(&mut self, from: &Arc<UdpSocket>, to: SocketAddr, octets: &[u8]) {
        let mut octets = octets.to_vec();
        if self.is(self.faults.lost) {
            return;
        }
        if self.is(self.faults.corrupted) && !octets.is_empty() {
            let nth = self.rng.usize(..octets.len());
            octets[nth] ^= 1 << self.rng.u8(..8);
        }
        let copies = 1 + usize::from(self.is(self.faults.doubled));
        for _ in 0..copies {
            let mut at = now();
            if self.is(self.faults.delayed) {
                at += DELAY.mul_f64(self.rng.f64());
            }
            let datagram = Datagram {
                at,
                from: from.clone(),
                to,
                octets: octets.clone(),
            };
            // The other end is there as long as this one.
            let _ = self.sender.send(datagram);
        }
    }

    /// Draws a fault.
    fn is(&mut self, share: f64) -> bool {
        let harms = self.rng.f64() < share;
        self.harmed.fetch_add(usize::from(harms), Ordering::Relaxed);
        harms
    }
}

/// Sends each datagram at its time.
fn deliver(datagrams: &Receiver<Datagram>) {
    let mut held: BTreeMap<(Instant, u64), Datagram> = BTreeMap::new();
    for order in 0.. {
        let received = match held.keys().next() {
            Some((at, _)) => datagrams.recv_timeout(at.saturating_duration_since(now())),
            None => datagrams.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match received {
            Ok(datagram) => {
                held.insert((datagram.at, order), datagram);
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some((
                    _,
                    Datagram {
                        from, to, octets, ..
                    },
                )) = held.pop_first()
                {
                    // A closed port is a loss too.
                    let _ = from.send_to(&octets, to);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn socket() -> UdpSocket {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a live network runs on wall time"
)]
fn now() -> Instant {
    Instant::now()
}
