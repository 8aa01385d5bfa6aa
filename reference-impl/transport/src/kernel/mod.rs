//! Linux kernel SCTP, one-to-many, multi-homed, plain or encapsulated in UDP (RFC 6951).
//!
//! One socket per local endpoint carries all its associations. They share its buffers, so that a peer that does
//! not read delays the others, unless two sysctls give each association separate ones (`probe::kernel_buffers`).
//! The kernel does not show the chunks, so a tap sees no SCTP. It does not report either if a set-up that failed
//! was refused or got no answer; the stack infers that from the time, because without an answer all
//! retransmissions of INIT come first.

#[expect(
    unsafe_code,
    reason = "SCTP's ancillary data and options are not in any safe interface"
)]
mod sys;
mod transport;

use crate::interface::scoped;
use crate::plain::{Alarm, Pace, Plain};
use crate::ready::Source;
use crate::tcp::Sink;
use crate::unavailable::Unavailable;
use crate::{
    AssocId, DownKind, Event, Kind, LocalPort, SctpOptions, Tap, Transport, clock, sysctl,
};
use socket2::Socket;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use sys::{Batch, Change, Received};
use tokio::io::unix::AsyncFd;

/// Calls for one socket, of up to 16 pieces each, before other sockets are served.
const READS_PER_TURN: u32 = 4;

/// Configuration of a stack.
pub struct KernelConfig {
    /// Address of endpoints that name none; the unspecified one means all of the host.
    pub ip: IpAddr,
    /// Encapsulate in UDP towards this port unless a peer has another; `None` is plain SCTP.
    pub encaps: Option<u16>,
    /// SCTP parameters and limits.
    pub options: SctpOptions,
    /// Receives a copy of TCP and UDP; SCTP stays inside the kernel.
    pub tap: Option<Tap>,
}

impl KernelConfig {
    /// Returns a configuration of plain SCTP on an address.
    pub fn new(ip: IpAddr) -> KernelConfig {
        KernelConfig {
            ip,
            encaps: None,
            options: SctpOptions::default(),
            tap: None,
        }
    }
}

impl std::fmt::Debug for KernelConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KernelConfig")
            .field("ip", &self.ip)
            .field("encaps", &self.encaps)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Checks that the kernel has SCTP.
///
/// # Errors
/// If it makes no one-to-many SCTP socket; the error has the remedy.
pub fn probe() -> Result<(), Unavailable> {
    sys::probe()
}

/// Stack of kernel SCTP.
pub struct KernelStack {
    ip: IpAddr,
    encaps: Option<u16>,
    options: SctpOptions,
    ports: BTreeMap<LocalPort, Port>,
    associations: HashMap<AssocId, Association>,
    by_number: HashMap<(LocalPort, i32), AssocId>,
    partial: HashMap<(AssocId, u16), Vec<u8>>,
    plain: Plain,
    next_port: u32,
    next_id: u64,
    events: VecDeque<Event>,
    alarm: Alarm,
    pace: Pace,
    start: Instant,
    batch: Batch,
    max_message: usize,
    /// Set-ups by peers that were aborted because there are too many associations.
    refused: u64,
    tap: Option<Tap>,
}

struct Port {
    fd: AsyncFd<Socket>,
    source: Arc<Source>,
    addrs: Vec<SocketAddr>,
    /// The encapsulation that the socket is set to.
    encaps: u16,
}

struct Association {
    port: LocalPort,
    number: i32,
    since: Instant,
    up: bool,
    streams_out: u16,
}

enum Step {
    Socket(u64),
    Time,
}

impl std::fmt::Debug for KernelStack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KernelStack")
            .field("ip", &self.ip)
            .field("associations", &self.associations.len())
            .finish_non_exhaustive()
    }
}

/// Numbers of SCTP sockets in the list of ready sockets; neither TCP nor UDP uses them.
const NUMBERS: u64 = 0b01 << 62;

impl KernelStack {
    /// Starts a stack. Must be called inside a tokio runtime with I/O and time; it stays on one thread.
    ///
    /// # Errors
    /// `Unsupported` if the kernel lacks SCTP or the encapsulation that `config` names.
    pub fn new(config: KernelConfig) -> io::Result<KernelStack> {
        let unavailable = |error: Unavailable| io::Error::new(ErrorKind::Unsupported, error);
        probe().map_err(unavailable)?;
        if config.encaps.is_some() {
            // A socket made while the sysctl is 0 would never encapsulate.
            sysctl::kernel_encapsulation().map_err(unavailable)?;
        }
        Ok(KernelStack {
            ip: config.ip,
            encaps: config.encaps,
            max_message: largest_message(&config.options)?,
            plain: Plain::new(&config.options),
            options: config.options,
            ports: BTreeMap::new(),
            associations: HashMap::new(),
            by_number: HashMap::new(),
            partial: HashMap::new(),
            next_port: 0,
            next_id: 0,
            events: VecDeque::new(),
            alarm: Alarm::new(),
            pace: Pace::default(),
            start: clock::now(),
            batch: Batch::new(),
            refused: 0,
            tap: config.tap,
        })
    }

    /// Returns an event that is queued already, as [`recv`](Self::recv) does without waiting or reading a socket.
    pub fn queued(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Returns the next event, or `None` once `until` is past. A future that is dropped loses nothing.
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
                Step::Socket(number) if number >> 62 == NUMBERS >> 62 => {
                    self.pace.turn();
                    self.serve(LocalPort((number & u64::from(u32::MAX)) as u32));
                }
                Step::Socket(number) => {
                    self.pace.turn();
                    self.with_sink(|plain, sink| plain.serve(number, sink));
                }
                Step::Time => {
                    let now = clock::now();
                    self.plain.on_time(now);
                    if until.is_some_and(|until| until <= now)
                        && std::mem::replace(&mut looked, true)
                    {
                        return Ok(None);
                    }
                    // Neither a deadline in the past nor endless work keeps the runtime from polling the sockets.
                    self.pace.rest();
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    async fn step(&mut self, until: Option<Instant>) -> Step {
        let KernelStack {
            plain, alarm, pace, ..
        } = self;
        let deadline = until.into_iter().chain(plain.deadline()).min();
        std::future::poll_fn(|cx| {
            if let Poll::Ready(number) = plain.poll(cx) {
                return Poll::Ready(Step::Socket(number));
            }
            pace.rest();
            alarm.poll(deadline, cx).map(|()| Step::Time)
        })
        .await
    }

    fn with_sink<T>(&mut self, call: impl FnOnce(&mut Plain, &mut Sink<'_>) -> T) -> T {
        let at = clock::now().saturating_duration_since(self.start);
        let mut sink = Sink {
            events: &mut self.events,
            tap: &mut self.tap,
            at,
        };
        call(&mut self.plain, &mut sink)
    }

    /// Reads a socket up to [`READS_PER_TURN`] times.
    fn serve(&mut self, id: LocalPort) {
        let Some(port) = self.ports.get(&id) else {
            return;
        };
        port.source.taken();
        let waker = Waker::from(Arc::clone(&port.source));
        let mut cx = Context::from_waker(&waker);
        for _ in 0..READS_PER_TURN {
            let Some(port) = self.ports.get(&id) else {
                return;
            };
            let received = match port.fd.poll_read_ready(&mut cx) {
                Poll::Pending => return,
                Poll::Ready(Err(_)) => return,
                Poll::Ready(Ok(mut guard)) => {
                    let received = guard.try_io(|fd| self.batch.receive(fd.get_ref()));
                    if matches!(received, Ok(Ok(()))) && self.batch.is_last() {
                        // Data that arrives from now on makes the socket ready again, so no further call is
                        // needed to learn that it is not.
                        guard.clear_ready();
                    }
                    received
                }
            };
            // A notification reports the error of one association; "not ready" ends the loop above.
            if let Ok(Ok(())) = received {
                let mut received = self.batch.take();
                for (slot, received) in received.drain(..).enumerate() {
                    self.take(id, slot, received);
                }
                self.batch.give_back(received);
            }
        }
        if let Some(port) = self.ports.get(&id) {
            port.source.list();
        }
    }

    fn take(&mut self, id: LocalPort, slot: usize, received: Received) {
        match received {
            Received::Data {
                assoc,
                stream,
                ppid,
                unordered,
                len,
                whole,
            } => {
                if let Some(&assoc) = self.by_number.get(&(id, assoc)) {
                    let octets = self.batch.octets(slot, len).to_vec();
                    self.piece(assoc, stream, ppid, unordered, octets, whole);
                }
            }
            Received::Association {
                assoc,
                state,
                cause,
                with_chunk,
                streams_out,
                streams_in,
            } => {
                self.changed(
                    id,
                    assoc,
                    state,
                    (cause, with_chunk),
                    (streams_out, streams_in),
                );
            }
            Received::Path {
                assoc,
                addr: Some(addr),
                state,
            } => {
                let reachable = match state {
                    0 => true,
                    1 => false,
                    // Removed, added, made primary, confirmed: reachability is unchanged.
                    _ => return,
                };
                if let Some(&assoc) = self.by_number.get(&(id, assoc)) {
                    self.events.push_back(Event::Path {
                        assoc,
                        addr,
                        reachable,
                    });
                }
            }
            Received::PartialDeliveryAborted { assoc } => {
                if let Some(&assoc) = self.by_number.get(&(id, assoc)) {
                    self.partial.retain(|(of, _), _| *of != assoc);
                }
            }
            Received::Path { .. } | Received::Other => {}
        }
    }

    /// Joins the pieces of a message.
    fn piece(
        &mut self,
        assoc: AssocId,
        stream: u16,
        ppid: u32,
        unordered: bool,
        piece: Vec<u8>,
        whole: bool,
    ) {
        let key = (assoc, stream);
        let octets = match self.partial.remove(&key) {
            None => piece,
            Some(mut octets) => {
                octets.extend_from_slice(&piece);
                octets
            }
        };
        if octets.len() > self.options.max_message {
            let why = format!(
                "the peer sent a message of {} octets or more, which is over the limit",
                octets.len()
            );
            self.end_with(assoc, sys::ABORT);
            self.forget(assoc);
            self.events.push_back(Event::Down {
                assoc,
                kind: DownKind::Aborted,
                cause: None,
                why,
            });
        } else if whole {
            self.events.push_back(Event::Message {
                assoc,
                stream,
                ppid,
                unordered: Some(unordered),
                octets,
            });
        } else {
            self.partial.insert(key, octets);
        }
    }

    fn changed(
        &mut self,
        id: LocalPort,
        number: i32,
        state: Change,
        end: (u16, bool),
        streams: (u16, u16),
    ) {
        let known = self.by_number.get(&(id, number)).copied();
        let (kind, why) = match (state, known) {
            (Change::Up, _) => return self.up(id, number, known, streams),
            (_, None) => return,
            (Change::Restart, Some(assoc)) => {
                self.partial.retain(|(of, _), _| *of != assoc);
                return self.events.push_back(Event::Restart { assoc });
            }
            (Change::ShutdownComplete, Some(_)) => {
                (DownKind::Closed, "the association was shut down")
            }
            // The kernel reports an ABORT without a cause as a loss.
            (Change::Lost, Some(_)) if end.0 != 0 || end.1 => {
                (DownKind::Aborted, "the peer sent ABORT")
            }
            (Change::Lost, Some(_)) => (
                DownKind::Lost,
                "the peer does not answer (or aborted without a cause)",
            ),
            (Change::CannotStart, Some(assoc)) if end.0 != 0 || !self.was_silent(assoc) => {
                (DownKind::Refused, "the peer answered the set-up with ABORT")
            }
            (Change::CannotStart, Some(_)) => (DownKind::Unreachable, "no answer to the set-up"),
        };
        let assoc = known.expect("every arm above requires an association");
        self.forget(assoc);
        let cause = (end.0 != 0).then_some(end.0);
        self.events.push_back(Event::Down {
            assoc,
            kind,
            cause,
            why: why.into(),
        });
    }

    /// Returns true if a set-up lasted as long as all retransmissions of INIT take.
    fn was_silent(&self, assoc: AssocId) -> bool {
        let tries = self.options.max_init_retransmits + 1;
        let least = self.options.rto_initial * tries - Duration::from_millis(10);
        self.associations
            .get(&assoc)
            .is_some_and(|a| clock::now() - a.since >= least)
    }

    fn up(
        &mut self,
        id: LocalPort,
        number: i32,
        known: Option<AssocId>,
        (streams_out, streams_in): (u16, u16),
    ) {
        let Some(port) = self.ports.get(&id) else {
            return;
        };
        // The kernel returns none if the association has more addresses than fit, or is gone already. It ends then:
        // an `Up` without addresses would mislead a caller that checks them.
        let peer = match sys::peer_addrs(port.fd.get_ref(), number) {
            Ok(peer) if !peer.is_empty() => peer,
            Ok(_) | Err(_) => return self.without_addresses(id, number, known),
        };
        if known.is_none() && self.associations.len() >= self.options.max_associations {
            let _ = sys::send(port.fd.get_ref(), number, 0, 0, sys::ABORT, &[]);
            self.refused += 1;
            return;
        }
        let assoc = known.unwrap_or_else(|| self.insert(id, number));
        let association = self
            .associations
            .get_mut(&assoc)
            .expect("known or inserted");
        association.streams_out = streams_out;
        if !std::mem::replace(&mut association.up, true) {
            self.events.push_back(Event::Up {
                port: id,
                assoc,
                kind: Kind::Sctp,
                peer,
                streams_out,
                streams_in,
            });
        }
    }

    /// Ends an association if the kernel does not return the peer's addresses.
    fn without_addresses(&mut self, id: LocalPort, number: i32, known: Option<AssocId>) {
        if let Some(port) = self.ports.get(&id) {
            // Fails only if the association is gone already.
            let _ = sys::send(port.fd.get_ref(), number, 0, 0, sys::ABORT, &[]);
        }
        if let Some(assoc) = known {
            self.forget(assoc);
            self.events.push_back(Event::Down {
                assoc,
                kind: DownKind::Aborted,
                cause: None,
                why: "the kernel does not return the peer's addresses".into(),
            });
        }
    }

    fn insert(&mut self, port: LocalPort, number: i32) -> AssocId {
        // Even, as TCP connections are odd.
        self.next_id += 2;
        let assoc = AssocId(self.next_id);
        let association = Association {
            port,
            number,
            since: clock::now(),
            up: false,
            streams_out: 0,
        };
        self.associations.insert(assoc, association);
        self.by_number.insert((port, number), assoc);
        assoc
    }

    fn forget(&mut self, assoc: AssocId) {
        if let Some(association) = self.associations.remove(&assoc) {
            self.by_number
                .remove(&(association.port, association.number));
            self.partial.retain(|(of, _), _| *of != assoc);
        }
    }

    /// Sends an empty message whose flags end the association.
    fn end_with(&self, assoc: AssocId, flags: u16) {
        if let Some(association) = self.associations.get(&assoc)
            && let Some(port) = self.ports.get(&association.port)
        {
            // Fails only if the association is gone already.
            let _ = sys::send(port.fd.get_ref(), association.number, 0, 0, flags, &[]);
        }
    }

    fn open_sctp(
        &mut self,
        id: LocalPort,
        addrs: &[IpAddr],
        port: u16,
        listen: bool,
    ) -> io::Result<()> {
        let ips = if addrs.is_empty() {
            vec![self.ip]
        } else {
            addrs.to_vec()
        };
        let v6 = ips.iter().any(IpAddr::is_ipv6);
        let socket = sys::socket(v6)?;
        socket.set_reuse_address(true)?;
        buffers(&socket);
        sys::configure(&socket, &settings(&self.options))?;
        let first = scoped(SocketAddr::new(mapped(ips[0], v6), port));
        socket.bind(&first.into())?;
        let port = socket
            .local_addr()?
            .as_socket()
            .map_or(port, |addr| addr.port());
        let more: Vec<SocketAddr> = ips[1..]
            .iter()
            .map(|ip| scoped(SocketAddr::new(*ip, port)))
            .collect();
        if !more.is_empty() {
            sys::bind_more(&socket, &more)?;
        }
        if listen {
            socket.listen(1024)?;
        }
        let addrs = ips
            .into_iter()
            .map(|ip| SocketAddr::new(ip, port))
            .collect();
        let source = self.plain.sctp_source(NUMBERS | u64::from(id.0));
        let fd = sys::register(socket)?;
        self.ports.insert(
            id,
            Port {
                fd,
                source,
                addrs,
                encaps: 0,
            },
        );
        Ok(())
    }
}

fn settings(options: &SctpOptions) -> sys::Settings {
    let ms = |span: Duration| u32::try_from(span.as_millis()).unwrap_or(u32::MAX);
    let times = |count: u32| u16::try_from(count).unwrap_or(u16::MAX);
    sys::Settings {
        rto_ms: (
            ms(options.rto_initial),
            ms(options.rto_min),
            ms(options.rto_max),
        ),
        heartbeat_ms: ms(options.heartbeat_interval),
        max_retransmissions: times(options.max_retransmissions),
        max_init_retransmits: times(options.max_init_retransmits),
        streams: options.streams,
    }
}

/// Requests large buffers. The system may grant less.
fn buffers(socket: &Socket) {
    let _ = socket.set_send_buffer_size(4 << 20);
    let _ = socket.set_recv_buffer_size(4 << 20);
}

/// Returns the limit on a message: the kernel takes none that is longer than its send buffer.
fn largest_message(options: &SctpOptions) -> io::Result<usize> {
    let socket = sys::socket(false)?;
    buffers(&socket);
    Ok(options.max_message.min(socket.send_buffer_size()?))
}

/// Maps an IPv4 address to IPv6 if an IPv6 socket binds it first.
fn mapped(ip: IpAddr, v6: bool) -> IpAddr {
    match ip {
        IpAddr::V4(v4) if v6 => IpAddr::V6(v4.to_ipv6_mapped()),
        ip => ip,
    }
}

/// Aborts the associations. A graceful shutdown would keep their port in use until the peer answers.
impl Drop for KernelStack {
    fn drop(&mut self) {
        let ports: Vec<LocalPort> = self.ports.keys().copied().collect();
        ports.into_iter().for_each(|port| self.close(port));
    }
}
