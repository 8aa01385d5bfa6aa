//! TCP for pool users (RFC 5352 §2.1): connections as associations, framed by the message header's Length.

use crate::frame::Framer;
use crate::interface::scoped;
use crate::ready::{Carrier, Ready, Source};
use crate::shortage::{Shortage, is_lasting};
use crate::{AssocId, DownKind, Event, Kind, Layer, LocalPort, SctpOptions, Tap, Tapped};
use socket2::{Domain, SockRef, Socket, Type};
use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};

/// Messages of one connection before other sockets are served.
const MESSAGES_PER_TURN: u32 = 16;
/// Reads from one connection before other sockets are served.
const READS_PER_TURN: u32 = 4;
/// Octets of one read from a connection whose stream is cut into messages. Those that do not fit into the turn wait in
/// its framer.
const READ: usize = 16_384;
/// Octets waiting to be sent, above which no further message of a connection is read: a peer that does not read the
/// answers gets no more of them, by the flow control of TCP.
const READ_BELOW: usize = 65_536;
/// Connections that one listener accepts before other sockets are served.
const ACCEPTS_PER_TURN: u32 = 16;

/// Receiver of the events and packets of a stack's sockets.
pub(crate) struct Sink<'a> {
    pub(crate) events: &'a mut VecDeque<Event>,
    pub(crate) tap: &'a mut Option<Tap>,
    pub(crate) at: Duration,
}

impl Sink<'_> {
    pub(crate) fn show(&mut self, from: SocketAddr, to: SocketAddr, layer: Layer, octets: &[u8]) {
        if let Some(tap) = self.tap {
            tap(Tapped {
                at: self.at,
                from,
                to,
                layer,
                octets,
            });
        }
    }
}

/// All TCP endpoints of a stack.
pub(crate) struct Tcp {
    ready: Arc<Ready>,
    ports: HashMap<LocalPort, Port>,
    connections: HashMap<AssocId, Connection>,
    next_id: u64,
    buffer: Box<[u8; 65_536]>,
    /// Limit on connections: further ones are reset as soon as they are accepted.
    max_connections: usize,
    /// Limit on octets waiting to be sent per connection: beyond it, sending is `WouldBlock`.
    send_queue: usize,
    refused: u64,
    shortage: Shortage,
}

struct Port {
    addr: SocketAddr,
    /// True if its connections carry messages with the common header of ASAP.
    framed: bool,
    listener: Option<(TcpListener, Arc<Source>)>,
}

struct Connection {
    port: LocalPort,
    stream: TcpStream,
    local: SocketAddr,
    peer: SocketAddr,
    source: Arc<Source>,
    framer: Framer,
    /// Most octets of one read.
    read: usize,
    waiting: VecDeque<u8>,
    up: bool,
    /// This side closes once everything is sent.
    closing: bool,
    /// The peer has closed its side. Messages before that may still be answered: the end is reported once the
    /// events before it are taken and everything is sent.
    ended: bool,
}

impl std::fmt::Debug for Tcp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tcp")
            .field("connections", &self.connections.len())
            .finish_non_exhaustive()
    }
}

impl Tcp {
    /// Returns an empty set. Its sockets list themselves on `ready` under their identity: connections odd,
    /// listeners as [`listener_number`].
    pub(crate) fn new(ready: Arc<Ready>, options: &SctpOptions) -> Tcp {
        Tcp {
            ready,
            ports: HashMap::new(),
            connections: HashMap::new(),
            next_id: 1,
            buffer: Box::new([0; 65_536]),
            max_connections: options.max_connections,
            send_queue: options.send_queue,
            refused: 0,
            shortage: Shortage::default(),
        }
    }

    pub(crate) fn open(
        &mut self,
        id: LocalPort,
        addr: SocketAddr,
        listen: bool,
        framed: bool,
    ) -> io::Result<()> {
        let mut port = Port {
            addr,
            framed,
            listener: None,
        };
        if listen {
            let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
            socket.set_reuse_address(true)?;
            socket.set_nonblocking(true)?;
            socket.bind(&scoped(addr).into())?;
            socket.listen(1024)?;
            let listener = TcpListener::from_std(socket.into())?;
            port.addr = listener.local_addr()?;
            port.listener = Some((
                listener,
                self.ready.source(Carrier::Tcp, listener_number(id)),
            ));
        }
        self.ports.insert(id, port);
        Ok(())
    }

    pub(crate) fn local_addr(&self, id: LocalPort) -> Option<SocketAddr> {
        self.ports.get(&id).map(|port| port.addr)
    }

    pub(crate) fn close(&mut self, id: LocalPort) {
        self.ports.remove(&id);
        self.of_port(id)
            .into_iter()
            .for_each(|assoc| self.abort(assoc));
    }

    /// Returns the connections of an endpoint.
    pub(crate) fn of_port(&self, id: LocalPort) -> Vec<AssocId> {
        self.connections
            .iter()
            .filter(|(_, c)| c.port == id)
            .map(|(assoc, _)| *assoc)
            .collect()
    }

    pub(crate) fn connect(&mut self, from: LocalPort, to: SocketAddr) -> io::Result<AssocId> {
        let source = self.ports.get(&from).ok_or(ErrorKind::NotFound)?.addr;
        if self.connections.len() >= self.max_connections {
            return Err(io::Error::new(
                ErrorKind::QuotaExceeded,
                "too many TCP connections",
            ));
        }
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        if !source.ip().is_unspecified() {
            // The address only: the port may be that of a listener.
            let addr = SocketAddr::new(source.ip(), 0);
            socket.bind(&scoped(addr).into())?;
        }
        match socket.connect(&to.into()) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock || in_progress(&error) => {}
            Err(error) => return Err(error),
        }
        let stream = TcpStream::from_std(socket.into())?;
        self.insert(from, stream, to)
    }

    fn insert(
        &mut self,
        port: LocalPort,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> io::Result<AssocId> {
        stream.set_nodelay(true)?;
        let assoc = AssocId(self.next_id);
        self.next_id += 2;
        let local = stream.local_addr()?;
        let source = self.ready.source(Carrier::Tcp, assoc.0);
        let framed = self.ports.get(&port).is_none_or(|port| port.framed);
        let connection = Connection {
            port,
            stream,
            local,
            peer,
            source,
            framer: if framed {
                Framer::default()
            } else {
                Framer::off()
            },
            read: if framed { READ } else { self.buffer.len() },
            waiting: VecDeque::new(),
            up: false,
            closing: false,
            ended: false,
        };
        self.connections.insert(assoc, connection);
        Ok(assoc)
    }

    /// Counts the connections that were reset because there are too many.
    pub(crate) fn refused(&self) -> u64 {
        self.refused
    }

    pub(crate) fn has(&self, assoc: AssocId) -> bool {
        self.connections.contains_key(&assoc)
    }

    pub(crate) fn send(
        &mut self,
        assoc: AssocId,
        octets: &[u8],
        sink: &mut Sink<'_>,
    ) -> io::Result<()> {
        let connection = self
            .connections
            .get_mut(&assoc)
            .ok_or(ErrorKind::NotConnected)?;
        if !connection.up || connection.closing {
            return Err(ErrorKind::NotConnected.into());
        }
        let waiting = connection.waiting.len();
        if waiting > 0 && waiting + octets.len() > self.send_queue {
            return Err(io::Error::new(
                ErrorKind::WouldBlock,
                "the send queue is full",
            ));
        }
        sink.show(connection.local, connection.peer, Layer::Tcp, octets);
        let mut rest = octets;
        while connection.waiting.is_empty() && !rest.is_empty() {
            match SockRef::from(&connection.stream).send(rest) {
                Ok(n) => rest = &rest[n..],
                // The next read detects an error of the connection.
                Err(_) => break,
            }
        }
        if !rest.is_empty() {
            connection.waiting.extend(rest);
            connection.source.list();
        }
        Ok(())
    }

    pub(crate) fn shutdown(&mut self, assoc: AssocId) -> io::Result<()> {
        let connection = self
            .connections
            .get_mut(&assoc)
            .ok_or(ErrorKind::NotConnected)?;
        connection.closing = true;
        connection.source.list();
        Ok(())
    }

    pub(crate) fn abort(&mut self, assoc: AssocId) {
        self.remove(assoc, true);
    }

    /// Drops a connection, with an RST or with an orderly end.
    fn remove(&mut self, assoc: AssocId, by_reset: bool) {
        let Some(connection) = self.connections.remove(&assoc) else {
            return;
        };
        if by_reset {
            connection.reset();
        }
        drop(connection);
        if self.shortage.freed() {
            self.resume();
        }
    }

    /// Returns the time of the next [`on_time`](Self::on_time) call.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.shortage.deadline()
    }

    /// Handles what is due.
    pub(crate) fn on_time(&mut self, now: Instant) {
        let has_room = self.connections.len() < self.max_connections;
        if self.shortage.on_time(now, has_room) {
            self.resume();
        }
    }

    /// Accepts again.
    fn resume(&self) {
        let mut ids: Vec<LocalPort> = self.ports.keys().copied().collect();
        ids.sort_unstable(); // The order of turns must not depend on a hash.
        for id in ids {
            if let Some((_, source)) = &self.ports[&id].listener {
                source.list();
            }
        }
    }

    /// Serves a socket that listed itself.
    pub(crate) fn serve(&mut self, number: u64, sink: &mut Sink<'_>) {
        if let Some(id) = listener_of(number) {
            self.accept(id, sink);
            return;
        }
        let assoc = AssocId(number);
        let Some(connection) = self.connections.get_mut(&assoc) else {
            return;
        };
        connection.source.taken();
        if let Err((kind, why)) = connection.serve(assoc, &mut self.buffer[..], sink) {
            self.remove(assoc, kind == DownKind::Aborted);
            sink.events.push_back(Event::Down {
                assoc,
                kind,
                cause: None,
                why,
            });
        }
    }

    fn accept(&mut self, id: LocalPort, sink: &mut Sink<'_>) {
        if self.shortage.is_paused() {
            return;
        }
        for _ in 0..ACCEPTS_PER_TURN {
            let (stream, peer) = match self.poll_accept(id) {
                Poll::Pending => return,
                Poll::Ready(Ok(accepted)) => accepted,
                Poll::Ready(Err(error)) if is_lasting(&error) => {
                    return self.accept_by_reserve(id, &error);
                }
                // The connection ended in the queue.
                Poll::Ready(Err(_)) => continue,
            };
            if self.connections.len() >= self.max_connections {
                let max = self.max_connections;
                self.shortage
                    .refused(format_args!("{max} are open, which is the limit"));
                self.refused += 1;
                reset(&stream);
                continue;
            }
            let Ok(assoc) = self.insert(id, stream, peer) else {
                continue;
            };
            let connection = self.connections.get_mut(&assoc).expect("inserted above");
            sink.events.push_back(connection.come_up(assoc));
        }
        self.list_listener(id);
    }

    fn poll_accept(&self, id: LocalPort) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let Some((listener, source)) = self.ports.get(&id).and_then(|port| port.listener.as_ref())
        else {
            return Poll::Pending;
        };
        source.taken();
        let waker = Waker::from(Arc::clone(source));
        listener.poll_accept(&mut Context::from_waker(&waker))
    }

    /// Refuses a connection that there is no file descriptor for.
    fn accept_by_reserve(&mut self, id: LocalPort, error: &io::Error) {
        self.shortage.refused(format_args!(
            "{error}; raise the limit on open files (ulimit -n) or lower max-associations"
        ));
        let accepted = match self.shortage.spend() {
            true => self.poll_accept(id),
            false => Poll::Ready(Err(ErrorKind::OutOfMemory.into())),
        };
        let lasts = matches!(accepted, Poll::Ready(Err(_)));
        let is_empty = accepted.is_pending();
        if let Poll::Ready(Ok((stream, _))) = accepted {
            self.refused += 1;
            reset(&stream);
        }
        self.shortage.refill();
        if lasts {
            self.shortage.pause();
        } else if !is_empty {
            self.list_listener(id);
        }
    }

    fn list_listener(&self, id: LocalPort) {
        if let Some((_, source)) = self.ports.get(&id).and_then(|port| port.listener.as_ref()) {
            source.list();
        }
    }
}

/// Returns the number under which a listener lists itself: even, unlike a connection's.
pub(crate) fn listener_number(id: LocalPort) -> u64 {
    u64::from(id.0) << 1
}

fn listener_of(number: u64) -> Option<LocalPort> {
    number
        .is_multiple_of(2)
        .then_some(LocalPort((number >> 1) as u32))
}

type End = (DownKind, String);

impl Connection {
    /// Writes and reads as much as the socket and the turn allow. `Err` is the end of the connection.
    fn serve(&mut self, assoc: AssocId, buffer: &mut [u8], sink: &mut Sink<'_>) -> Result<(), End> {
        let waker = Waker::from(Arc::clone(&self.source));
        let mut cx = Context::from_waker(&waker);
        if !self.up {
            match self.stream.poll_write_ready(&mut cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => return Err(self.failed(&error)),
                Poll::Ready(Ok(())) => {}
            }
            if let Some(error) = self
                .stream
                .take_error()
                .map_err(|error| self.failed(&error))?
            {
                return Err(self.failed(&error));
            }
            sink.events.push_back(self.come_up(assoc));
        }
        self.write(&mut cx)?;
        let is_framed = self.read == READ;
        if is_framed && self.waiting.len() > READ_BELOW {
            // Room to write wakes the connection.
            return Ok(());
        }
        let mut left = MESSAGES_PER_TURN;
        if !self.ended {
            return self.read(assoc, left, buffer, &mut cx, sink);
        }
        let is_rest = !self.deliver(assoc, &mut left, sink)?;
        if is_rest || left < MESSAGES_PER_TURN {
            // The events before the end are taken before it is reported.
            self.source.list();
            return Ok(());
        }
        match self.waiting.is_empty() {
            true => Err(self.end()),
            false => Ok(()),
        }
    }

    fn come_up(&mut self, assoc: AssocId) -> Event {
        self.up = true;
        let peer = vec![self.peer];
        Event::Up {
            port: self.port,
            assoc,
            kind: Kind::Tcp,
            peer,
            streams_out: 1,
            streams_in: 1,
        }
    }

    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        while !self.waiting.is_empty() {
            match self.stream.poll_write_ready(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => return Err(self.failed(&error)),
                Poll::Ready(Ok(())) => {}
            }
            match self.stream.try_write(self.waiting.as_slices().0) {
                Ok(n) => drop(self.waiting.drain(..n)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
        if self.closing {
            // Fails only if the peer has closed both directions, which the next read detects.
            let _ = SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write);
        }
        Ok(())
    }

    /// Delivers up to `left` complete messages. Returns false if there may be more.
    fn deliver(
        &mut self,
        assoc: AssocId,
        left: &mut u32,
        sink: &mut Sink<'_>,
    ) -> Result<bool, End> {
        while *left > 0 {
            let message = self.framer.next_message().map_err(|short| {
                let why = format!("this side reset the connection: {short}");
                (DownKind::Aborted, why)
            })?;
            let Some(octets) = message else {
                return Ok(true);
            };
            *left -= 1;
            sink.events.push_back(Event::Message {
                assoc,
                stream: 0,
                ppid: 0,
                unordered: None,
                octets,
            });
        }
        Ok(false)
    }

    fn read(
        &mut self,
        assoc: AssocId,
        mut left: u32,
        buffer: &mut [u8],
        cx: &mut Context<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), End> {
        let buffer = &mut buffer[..self.read];
        for _ in 0..READS_PER_TURN {
            if !self.deliver(assoc, &mut left, sink)? || self.ended {
                break;
            }
            match self.stream.poll_read_ready(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => return Err(self.failed(&error)),
                Poll::Ready(Ok(())) => {}
            }
            match self.stream.try_read(buffer) {
                Ok(0) => self.ended = true,
                Ok(n) => {
                    sink.show(self.peer, self.local, Layer::Tcp, &buffer[..n]);
                    self.framer.push(&buffer[..n]);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
        self.source.list();
        Ok(())
    }

    fn end(&self) -> End {
        let why = match self.framer.pending() {
            0 => "the connection was closed".to_string(),
            n => format!("the connection was closed {n} octets into a message"),
        };
        (DownKind::Closed, why)
    }

    fn failed(&self, error: &io::Error) -> End {
        let kind = match (error.kind(), self.up) {
            (ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset, false) => DownKind::Refused,
            (_, false) => DownKind::Unreachable,
            (
                ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable,
                true,
            ) => DownKind::Lost,
            (_, true) => DownKind::Aborted,
        };
        (kind, error.to_string())
    }

    fn reset(&self) {
        reset(&self.stream);
    }
}

/// Makes the next close send an RST.
fn reset(stream: &TcpStream) {
    // If this fails, the peer sees an orderly end instead.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

fn in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(libc::EINPROGRESS);
    #[cfg(not(unix))]
    return error.kind() == ErrorKind::WouldBlock;
}
