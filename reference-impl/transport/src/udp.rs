//! SCTP in user space over one UDP socket (RFC 6951): works on every system, without privileges.
//!
//! ASAP and ENRP parameters name IP addresses and SCTP ports, never a UDP port, and RFC 6951 defines no way to
//! discover one. The rule here: one UDP port per IP address, 9899 unless configured or learnt otherwise, with
//! all SCTP ports of a process behind it. Two stacks on one host take two addresses (127.0.0.2 …) or two UDP
//! ports and a [`Peers`] table.

use crate::cookie::CookieKey;
use crate::endpoint::{Counters, Endpoint};
use crate::interface::{canonical, scoped};
use crate::plain::{Alarm, Pace, Plain};
use crate::tcp::Sink;
use crate::{
    AssocId, Caps, Event, Kind, Layer, Local, LocalPort, Outgoing, Peer, SctpOptions, Tap, Tapped,
    Transport, clock,
};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::io::ReadBuf;
use tokio::net::UdpSocket;

/// The UDP port that IANA assigned to SCTP.
pub const UDP_PORT: u16 = 9899;

/// Table of the UDP ports that carry SCTP at a peer's address, or at one SCTP port of it.
pub type Peers = BTreeMap<(IpAddr, Option<u16>), u16>;

/// Reads one entry of a [`Peers`] table: `192.0.2.1=9900`, `192.0.2.1:3863=9900` or `[2001:db8::1]:3863=9900`.
pub fn parse_peer(text: &str) -> Option<((IpAddr, Option<u16>), u16)> {
    let (peer, udp_port) = text.split_once('=')?;
    let key = match peer.parse::<SocketAddr>() {
        Ok(addr) => (addr.ip(), Some(addr.port())),
        Err(_) => (peer.parse().ok()?, None),
    };
    Some((key, udp_port.parse().ok().filter(|port| *port != 0)?))
}

/// Configuration of a stack.
pub struct UdpConfig {
    /// This stack's address: the UDP socket is bound to it and SCTP endpoints have it.
    pub ip: IpAddr,
    /// Its UDP port, 0 for any free one.
    pub udp_port: u16,
    /// The UDP port of peers that are neither in `peers` nor learnt.
    pub peer_udp_port: u16,
    /// Peers with another UDP port.
    pub peers: Peers,
    /// SCTP parameters and limits.
    pub options: SctpOptions,
    /// Receives a copy of every packet.
    pub tap: Option<Tap>,
}

impl UdpConfig {
    /// Returns a configuration with the default ports on an address.
    pub fn new(ip: IpAddr) -> UdpConfig {
        UdpConfig {
            ip,
            udp_port: UDP_PORT,
            peer_udp_port: UDP_PORT,
            peers: Peers::new(),
            options: SctpOptions::default(),
            tap: None,
        }
    }
}

impl Default for UdpConfig {
    fn default() -> UdpConfig {
        UdpConfig::new(Ipv4Addr::LOCALHOST.into())
    }
}

impl std::fmt::Debug for UdpConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UdpConfig")
            .field("ip", &self.ip)
            .field("udp_port", &self.udp_port)
            .field("peer_udp_port", &self.peer_udp_port)
            .field("peers", &self.peers)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Limit on learnt UDP ports of peers; new ones beyond it are not stored.
const MAX_LEARNT: usize = 16_384;

/// Associations that are aborted at the end before the caller is asked again.
const ABORTS: usize = 256;

/// Stack of user-space SCTP.
pub struct UdpStack {
    ip: IpAddr,
    udp: UdpSocket,
    udp_addr: SocketAddr,
    endpoint: Endpoint,
    plain: Plain,
    sctp: BTreeMap<LocalPort, u16>,
    next_port: u32,
    peer_udp_port: u16,
    peers: Peers,
    learnt: HashMap<IpAddr, Vec<(u16, u16)>>,
    learnt_len: usize,
    events: VecDeque<Event>,
    alarm: Alarm,
    pace: Pace,
    start: Instant,
    buffer: Box<[u8; 65_536]>,
    max_message: usize,
    tap: Option<Tap>,
}

impl std::fmt::Debug for UdpStack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UdpStack")
            .field("udp_addr", &self.udp_addr)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

enum Step {
    Datagram { from: SocketAddr, len: usize },
    Socket(u64),
    Time,
}

impl UdpStack {
    /// Binds the UDP socket. Must be called inside a tokio runtime with I/O and time; the stack stays on one
    /// thread.
    ///
    /// # Errors
    /// If the socket cannot be made or bound.
    pub fn new(config: UdpConfig) -> io::Result<UdpStack> {
        let addr = scoped(SocketAddr::new(config.ip, config.udp_port));
        let socket = Socket::new(Domain::for_address(addr), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        // The system may grant less of both.
        let _ = socket.set_recv_buffer_size(4 << 20);
        let _ = socket.set_send_buffer_size(4 << 20);
        socket.bind(&addr.into()).map_err(|error| {
            let hint = "another stack may own it: choose another UDP port (0 takes any) or another address";
            io::Error::new(error.kind(), format!("cannot bind UDP {addr}: {error}; {hint}"))
        })?;
        let udp = UdpSocket::from_std(socket.into())?;
        Ok(UdpStack {
            ip: config.ip,
            udp_addr: udp.local_addr()?,
            udp,
            max_message: config.options.max_message,
            plain: Plain::new(&config.options),
            endpoint: Endpoint::new(config.options, CookieKey::random()),
            sctp: BTreeMap::new(),
            next_port: 0,
            peer_udp_port: config.peer_udp_port,
            peers: config.peers,
            learnt: HashMap::new(),
            learnt_len: 0,
            events: VecDeque::new(),
            alarm: Alarm::new(),
            pace: Pace::default(),
            start: clock::now(),
            buffer: Box::new([0; 65_536]),
            tap: config.tap,
        })
    }

    /// Returns the UDP address that carries this stack's SCTP.
    pub fn udp_addr(&self) -> SocketAddr {
        self.udp_addr
    }

    /// Adds or changes an entry of the peer table.
    pub fn set_peer(&mut self, ip: IpAddr, sctp_port: Option<u16>, udp_port: u16) {
        self.peers.insert((ip, sctp_port), udp_port);
    }

    /// Ends the stack as a killed process would: it sends nothing to its peers.
    pub fn vanish(mut self) {
        self.sctp.clear();
    }

    /// Ends the stack: aborts its associations as long as `goes_on` returns true, which is called before each slice of
    /// them, and leaves the others without a word. Returns the number of aborted ones.
    pub fn leave(mut self, mut goes_on: impl FnMut() -> bool) -> usize {
        let ports = self.sctp.values();
        let mut ids: Vec<AssocId> = ports
            .flat_map(|&port| self.endpoint.of_port(port))
            .collect();
        ids.sort_unstable();
        let mut aborted = 0;
        for slice in ids.chunks(ABORTS) {
            if !goes_on() {
                break;
            }
            self.endpoint.abort_all(self.elapsed(), slice);
            self.settle();
            aborted += slice.len();
        }
        self.vanish();
        aborted
    }

    /// Returns the counters of packets and set-ups that SCTP discarded.
    pub fn counters(&self) -> Counters {
        self.endpoint.counters()
    }

    /// Returns an event that is queued already, as [`recv`](Self::recv) does without waiting or reading a socket.
    pub fn queued(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Returns the next event, or `None` once `until` is past. Drives sockets and timers; a future that is
    /// dropped loses nothing.
    ///
    /// # Errors
    /// None today: errors of a socket end its association with an event.
    pub async fn recv(&mut self, until: Option<Instant>) -> io::Result<Option<Event>> {
        let mut looked = false;
        loop {
            if let Some(event) = self.queued() {
                return Ok(Some(event));
            }
            let step = match self.pace.is_over() {
                true => Step::Time,
                false => self.step(until).await,
            };
            match step {
                Step::Datagram { from, len } => {
                    self.pace.datagram();
                    let now = self.elapsed();
                    // A timer that is due comes first, as it would have without this datagram.
                    self.endpoint.handle_timeout(now);
                    self.came(now, from, len);
                }
                Step::Socket(number) => {
                    self.pace.turn();
                    self.with_sink(|plain, sink| plain.serve(number, sink));
                }
                Step::Time => {
                    let now = clock::now();
                    self.endpoint
                        .handle_timeout(now.saturating_duration_since(self.start));
                    self.settle();
                    self.plain.on_time(now);
                    let is_over = until.is_some_and(|until| until <= now);
                    if is_over && self.events.is_empty() && std::mem::replace(&mut looked, true) {
                        return Ok(None);
                    }
                    // Neither a deadline in the past nor endless work keeps the runtime from polling the sockets.
                    if is_over || self.pace.is_over() {
                        self.pace.rest();
                        tokio::task::yield_now().await;
                    }
                }
            }
        }
    }

    async fn step(&mut self, until: Option<Instant>) -> Step {
        let timer = self.endpoint.poll_timeout().map(|at| self.start + at);
        let deadlines = [timer, self.plain.deadline(), until];
        let deadline = deadlines.into_iter().flatten().min();
        let UdpStack {
            udp,
            plain,
            alarm,
            pace,
            buffer,
            ..
        } = self;
        std::future::poll_fn(|cx| {
            if !pace.is_sctp_next()
                && let Poll::Ready(number) = plain.poll(cx)
            {
                return Poll::Ready(Step::Socket(number));
            }
            loop {
                let mut buffer = ReadBuf::new(&mut buffer[..]);
                match udp.poll_recv_from(cx, &mut buffer) {
                    Poll::Ready(Ok(from)) => {
                        return Poll::Ready(Step::Datagram {
                            from,
                            len: buffer.filled().len(),
                        });
                    }
                    // An ICMP error about a datagram sent earlier: SCTP has its own timers for that.
                    Poll::Ready(Err(_)) => {}
                    Poll::Pending => break,
                }
            }
            if let Poll::Ready(number) = plain.poll(cx) {
                return Poll::Ready(Step::Socket(number));
            }
            pace.rest();
            alarm.poll(deadline, cx).map(|()| Step::Time)
        })
        .await
    }

    fn came(&mut self, at: Duration, from: SocketAddr, len: usize) {
        let from = canonical(from);
        let octets = &self.buffer[..len];
        if let Some(tap) = &mut self.tap {
            tap(Tapped {
                at,
                from,
                to: self.udp_addr,
                layer: Layer::Sctp,
                octets,
            });
        }
        self.endpoint.handle_datagram(at, from, octets);
        self.settle();
    }

    /// Sends the packets that SCTP queued and takes its events.
    fn settle(&mut self) {
        while let Some(transmit) = self.endpoint.poll_transmit() {
            if let Some(tap) = &mut self.tap {
                let at = clock::now().saturating_duration_since(self.start);
                let (from, to) = (self.udp_addr, transmit.to);
                tap(Tapped {
                    at,
                    from,
                    to,
                    layer: Layer::Sctp,
                    octets: &transmit.packet,
                });
            }
            // Not through the runtime, which reports "not ready" until it has polled the socket once. A full
            // buffer or an unreachable network is a lost packet, and SCTP repairs that.
            let _ = SockRef::from(&self.udp).send_to(&transmit.packet, &transmit.to.into());
        }
        while let Some(event) = self.endpoint.poll_event() {
            if let Event::Up {
                assoc,
                kind: Kind::Sctp,
                peer,
                ..
            } = &event
                && let (Some(udp), Some(peer)) = (self.endpoint.udp_address(*assoc), peer.first())
            {
                self.learn(peer.ip(), peer.port(), udp.port());
            }
            self.events.push_back(event);
        }
    }

    fn learn(&mut self, ip: IpAddr, sctp_port: u16, udp_port: u16) {
        let known = self.learnt.entry(ip).or_default();
        match known.iter_mut().find(|(port, _)| *port == sctp_port) {
            Some(entry) => entry.1 = udp_port,
            None if self.learnt_len < MAX_LEARNT => {
                known.push((sctp_port, udp_port));
                self.learnt_len += 1;
            }
            None => {}
        }
    }

    /// Returns the UDP port behind which a peer is, from the most reliable source to the default.
    fn udp_port_of(&self, addr: SocketAddr, given: Option<u16>) -> u16 {
        let configured = |port| self.peers.get(&(addr.ip(), port)).copied();
        let learnt = self.learnt.get(&addr.ip());
        let of_port = || {
            learnt?
                .iter()
                .find(|(port, _)| *port == addr.port())
                .map(|(_, udp)| *udp)
        };
        // All SCTP ports of a process are behind one UDP port; several would mean several processes.
        let of_address = || {
            let (_, first) = learnt?.first()?;
            learnt?
                .iter()
                .all(|(_, udp)| udp == first)
                .then_some(*first)
        };
        given
            .or_else(|| configured(Some(addr.port())))
            .or_else(of_port)
            .or_else(|| configured(None))
            .or_else(of_address)
            .unwrap_or(self.peer_udp_port)
    }

    fn elapsed(&self) -> Duration {
        clock::now().saturating_duration_since(self.start)
    }

    fn with_sink<T>(&mut self, call: impl FnOnce(&mut Plain, &mut Sink<'_>) -> T) -> T {
        let mut sink = Sink {
            events: &mut self.events,
            tap: &mut self.tap,
            at: self.start.elapsed(),
        };
        call(&mut self.plain, &mut sink)
    }

    fn sctp_port(
        &mut self,
        id: LocalPort,
        addrs: &[IpAddr],
        port: u16,
        listen: bool,
    ) -> io::Result<()> {
        let own =
            |addr: &IpAddr| *addr == self.ip || addr.is_unspecified() || self.ip.is_unspecified();
        if !addrs.is_empty() && !addrs.iter().any(own) {
            let why = format!(
                "this user-space stack has the address {}, not {addrs:?}",
                self.ip
            );
            return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, why));
        }
        let port = self.endpoint.open(id, port, listen)?;
        self.sctp.insert(id, port);
        Ok(())
    }
}

impl Transport for UdpStack {
    fn open(&mut self, local: &Local) -> io::Result<LocalPort> {
        self.next_port += 1;
        let id = LocalPort(self.next_port);
        match local {
            Local::Sctp {
                addrs,
                port,
                listen,
            } => self.sctp_port(id, addrs, *port, *listen)?,
            Local::Tcp { .. } | Local::TcpOctets { .. } | Local::Udp { .. } => {
                self.plain.open(id, local)?;
            }
        }
        Ok(id)
    }

    fn local_addrs(&self, port: LocalPort) -> Vec<SocketAddr> {
        let sctp = self
            .sctp
            .get(&port)
            .map(|port| SocketAddr::new(self.ip, *port));
        sctp.or_else(|| self.plain.local_addr(port))
            .into_iter()
            .collect()
    }

    fn close(&mut self, port: LocalPort) {
        let mut gone: Vec<AssocId> = Vec::new();
        if let Some(sctp) = self.sctp.remove(&port) {
            gone = self.endpoint.of_port(sctp);
            self.endpoint.close(self.elapsed(), sctp);
            self.settle();
        } else {
            gone.extend(self.plain.tcp.of_port(port));
            gone.sort_unstable();
            self.plain.close(port);
        }
        self.events.retain(|event| match event {
            Event::Up { port: of, .. } | Event::Datagram { port: of, .. } => *of != port,
            other => other
                .assoc()
                .is_none_or(|assoc| gone.binary_search(&assoc).is_err()),
        });
    }

    fn connect(&mut self, from: LocalPort, to: &Peer) -> io::Result<AssocId> {
        let same_family = |addr: &&SocketAddr| addr.is_ipv4() == self.ip.is_ipv4();
        let addr = to.addrs.iter().find(same_family).or(to.addrs.first());
        let addr = *addr
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a peer without address"))?;
        let Some(&port) = self.sctp.get(&from) else {
            return self.plain.tcp.connect(from, addr);
        };
        if addr.is_ipv4() != self.ip.is_ipv4() {
            let why = format!("{addr} cannot be reached from {}", self.ip);
            return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, why));
        }
        let mut udp = addr;
        udp.set_port(self.udp_port_of(addr, to.udp_port));
        let assoc = self
            .endpoint
            .connect(self.elapsed(), port, udp, addr.port());
        self.settle();
        assoc
    }

    fn send(&mut self, assoc: AssocId, message: Outgoing<'_>) -> io::Result<()> {
        if self.plain.has(assoc) {
            return self.with_sink(|plain, sink| plain.tcp.send(assoc, message.octets, sink));
        }
        let done = self.endpoint.send(self.elapsed(), assoc, message);
        self.settle();
        done
    }

    fn send_datagram(&mut self, from: LocalPort, to: SocketAddr, octets: &[u8]) -> io::Result<()> {
        self.with_sink(|plain, sink| plain.send_datagram(from, to, octets, sink))
    }

    fn shutdown(&mut self, assoc: AssocId) -> io::Result<()> {
        if self.plain.has(assoc) {
            return self.plain.tcp.shutdown(assoc);
        }
        let done = self.endpoint.shutdown(self.elapsed(), assoc);
        self.settle();
        done
    }

    fn abort(&mut self, assoc: AssocId) {
        self.plain.tcp.abort(assoc);
        self.endpoint.abort(self.elapsed(), assoc);
        self.settle();
        self.events.retain(|event| event.assoc() != Some(assoc));
    }

    fn caps(&self) -> Caps {
        Caps {
            multihoming: false,
            unordered_visible: true,
            max_message: self.max_message,
        }
    }

    fn refused(&self) -> u64 {
        self.endpoint.counters().over_limit + self.plain.tcp.refused()
    }
}

/// Aborts the associations, so that peers detect the end of the process at once.
impl Drop for UdpStack {
    fn drop(&mut self) {
        let ports: Vec<LocalPort> = self.sctp.keys().copied().collect();
        ports.into_iter().for_each(|port| self.close(port));
    }
}
