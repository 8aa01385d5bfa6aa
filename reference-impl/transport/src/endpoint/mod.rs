//! Many SCTP associations behind one UDP address: a state machine without socket or clock.
//!
//! The user-space stack is one [`Socket`] per association, without ports, acceptance or packets that belong to
//! no association. This module handles those (RFC 9260 §8.4, §8.5; RFC 6951 §5):
//!
//! ```text
//!   datagram ─► checksum ─► association by source address and ports ─────────► Socket ─► events
//!                           else by verification tag (its UDP port changed) ─►
//!                           else INIT to a listener: answered from a temporary Socket, without state
//!                           else COOKIE ECHO with this stack's seal: a new association
//!                           else out of the blue: ABORT, SHUTDOWN COMPLETE or silence
//! ```
//!
//! Every call takes the time since the endpoint's start. After any call, the caller empties
//! [`Endpoint::poll_transmit`] and [`Endpoint::poll_event`], and calls again at [`Endpoint::poll_timeout`].

mod association;

use crate::chunk::{self, Chunk, Header, kind};
use crate::cookie::CookieKey;
use crate::{AssocId, DownKind, Event, LocalPort, Outgoing, SctpOptions};
use association::{Association, Path};
use dcsctp::api::{DcSctpSocket, Socket, SocketEvent, SocketState, SocketTime};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// A datagram to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// UDP address of the peer.
    pub to: SocketAddr,
    /// The SCTP packet.
    pub packet: Vec<u8>,
}

/// Counters of the packets that an endpoint discarded or answered without an association.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams too short, without a chunk, or with port 0.
    pub malformed: u64,
    /// Datagrams with a wrong checksum.
    pub bad_checksum: u64,
    /// Super-packets accepted with a checksum left to the hardware.
    pub offloaded_checksum: u64,
    /// Packets of no association.
    pub out_of_the_blue: u64,
    /// COOKIE ECHOs without this stack's seal, or too old.
    pub bad_cookie: u64,
    /// Set-ups refused because there are too many associations.
    pub over_limit: u64,
}

/// Longest datagram that can have crossed a wire in one piece. Only a longer one may have a checksum of zero:
/// its sender is on this host, where the kernel left segmentation and checksum to hardware that it never
/// reached.
const LONGEST_ON_WIRE: usize = 1500;
/// First of the ports that the endpoint picks itself.
const EPHEMERAL: u16 = 49_152;
/// Cause "Out of Resource" (RFC 9260 §3.3.10.4) as a TLV.
const OUT_OF_RESOURCE: [u8; 4] = [0, 4, 0, 4];

struct Port {
    local: LocalPort,
    listen: bool,
}

/// SCTP endpoint behind one UDP address.
pub struct Endpoint {
    options: SctpOptions,
    key: CookieKey,
    ports: BTreeMap<u16, Port>,
    associations: HashMap<AssocId, Box<Association>>,
    by_path: HashMap<Path, AssocId>,
    by_tag: HashMap<(u32, u16, u16), AssocId>,
    timers: BTreeSet<(Duration, AssocId)>,
    transmits: VecDeque<Transmit>,
    events: VecDeque<Event>,
    counters: Counters,
    next_id: u64,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ports: Vec<u16> = self.ports.keys().copied().collect();
        f.debug_struct("Endpoint")
            .field("ports", &ports)
            .field("associations", &self.associations.len())
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Returns an endpoint without ports. Verification tags and TSNs come from the thread's `fastrand` generator.
    pub fn new(options: SctpOptions, key: CookieKey) -> Endpoint {
        Endpoint {
            options,
            key,
            ports: BTreeMap::new(),
            associations: HashMap::new(),
            by_path: HashMap::new(),
            by_tag: HashMap::new(),
            timers: BTreeSet::new(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            counters: Counters::default(),
            next_id: 0,
        }
    }

    /// Numbers associations after those of an endpoint that this one replaces.
    pub(crate) fn number_after(&mut self, old: &Endpoint) {
        self.next_id = old.next_id;
    }

    /// Opens an SCTP port (0: any free one) and returns it. Its associations name `local` in their events.
    ///
    /// # Errors
    /// `AddrInUse` if the port is open already, or none is free.
    pub fn open(&mut self, local: LocalPort, port: u16, listen: bool) -> io::Result<u16> {
        let port = match port {
            0 => self.free_port()?,
            port if self.ports.contains_key(&port) => {
                return Err(io::Error::new(
                    io::ErrorKind::AddrInUse,
                    format!("SCTP port {port} is open already"),
                ));
            }
            port => port,
        };
        self.ports.insert(port, Port { local, listen });
        Ok(port)
    }

    fn free_port(&self) -> io::Result<u16> {
        let span = u16::MAX - EPHEMERAL;
        let start = fastrand::u16(0..=span);
        (0..=span)
            .map(|n| EPHEMERAL + ((u32::from(start) + u32::from(n)) % (u32::from(span) + 1)) as u16)
            .find(|port| !self.ports.contains_key(port))
            .ok_or_else(|| io::Error::new(io::ErrorKind::AddrInUse, "no free SCTP port"))
    }

    /// Closes a port and aborts its associations, without an event.
    pub fn close(&mut self, now: Duration, port: u16) {
        self.ports.remove(&port);
        self.abort_all(now, &self.of_port(port));
    }

    /// Returns the associations of a port, oldest first.
    pub fn of_port(&self, port: u16) -> Vec<AssocId> {
        let mut all: Vec<AssocId> = self
            .associations
            .values()
            .filter(|a| a.path.local_port == port)
            .map(|a| a.id)
            .collect();
        all.sort_unstable(); // The order of the callers' actions must not depend on a hash.
        all
    }

    /// Starts an association from an open port to an SCTP port behind a UDP address.
    ///
    /// # Errors
    /// If `port` is not open, the peer's port is 0, there is an association with it already, or there are too
    /// many.
    pub fn connect(
        &mut self,
        now: Duration,
        port: u16,
        to: SocketAddr,
        peer_port: u16,
    ) -> io::Result<AssocId> {
        let local = self.ports.get(&port).map(|p| p.local).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                format!("SCTP port {port} is not open"),
            )
        })?;
        if peer_port == 0 || to.port() == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "port 0 is no destination",
            ));
        }
        let path = Path {
            udp: to,
            peer_port,
            local_port: port,
        };
        if self.by_path.contains_key(&path) {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!(
                    "there is an association with {}:{peer_port} already",
                    to.ip()
                ),
            ));
        }
        if self.associations.len() >= self.options.max_associations {
            return Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                "too many associations",
            ));
        }
        let mut socket = self.socket(now, path);
        socket.connect();
        let id = self.fresh_id();
        self.insert(Association::new(id, local, path, socket));
        self.settle(now, id, None);
        Ok(id)
    }

    /// Queues a user message.
    ///
    /// # Errors
    /// As [`Transport::send`](crate::Transport::send).
    pub fn send(&mut self, now: Duration, id: AssocId, message: Outgoing<'_>) -> io::Result<()> {
        let max = self.options.max_message;
        let association = self
            .associations
            .get_mut(&id)
            .ok_or(io::ErrorKind::NotConnected)?;
        let done = association.send(now, message, max);
        self.settle(now, id, None);
        done
    }

    /// Starts a graceful shutdown.
    ///
    /// # Errors
    /// `NotConnected` for an unknown association.
    pub fn shutdown(&mut self, now: Duration, id: AssocId) -> io::Result<()> {
        let association = self
            .associations
            .get_mut(&id)
            .ok_or(io::ErrorKind::NotConnected)?;
        association.socket.advance_time(at(now));
        association.socket.shutdown();
        self.settle(now, id, None);
        Ok(())
    }

    /// Ends an association with an ABORT and drops its queued events. No event follows.
    pub fn abort(&mut self, now: Duration, id: AssocId) {
        self.abort_all(now, &[id]);
    }

    /// Ends associations with an ABORT each, in the ascending order of `ids`, and drops their queued events once for
    /// all of them.
    pub(crate) fn abort_all(&mut self, now: Duration, ids: &[AssocId]) {
        for &id in ids {
            let Some(association) = self.associations.get_mut(&id) else {
                continue;
            };
            association.socket.advance_time(at(now));
            association.socket.close();
            self.settle(now, id, None);
            self.remove(id);
        }
        let is_gone = |id: AssocId| ids.binary_search(&id).is_ok();
        self.events
            .retain(|event| !event.assoc().is_some_and(is_gone));
    }

    /// Handles a datagram that arrived.
    pub fn handle_datagram(&mut self, now: Duration, from: SocketAddr, datagram: &[u8]) {
        let Some((header, first)) = Header::read(datagram).zip(chunk::chunks(datagram).next())
        else {
            self.counters.malformed += 1;
            return;
        };
        if header.source_port == 0 || header.destination_port == 0 {
            self.counters.malformed += 1;
            return;
        }
        if !self.checksum_fits(&header, datagram) {
            self.counters.bad_checksum += 1;
            return;
        }
        let path = Path {
            udp: from,
            peer_port: header.source_port,
            local_port: header.destination_port,
        };
        if let Some(id) = self.find(path, &header) {
            self.deliver(now, id, path, &header, &first, datagram);
        } else {
            self.strange(now, path, &header, &first, datagram);
        }
    }

    /// Handles the timers that are due; called at the time that [`Endpoint::poll_timeout`] returned.
    ///
    /// # Panics
    /// If a timer has no association, which is a defect of this module.
    pub fn handle_timeout(&mut self, now: Duration) {
        while let Some(&(when, id)) = self.timers.first()
            && when <= now
        {
            let association = self
                .associations
                .get_mut(&id)
                .expect("a timer is removed with its association");
            association.socket.advance_time(at(now));
            self.settle(now, id, None);
        }
    }

    /// Returns the time at which to call [`Endpoint::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.first().map(|(when, _)| *when)
    }

    /// Returns the next datagram to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// Returns the next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Returns the counters of discarded packets.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Counts the associations, those being set up included.
    pub fn associations(&self) -> usize {
        self.associations.len()
    }

    /// Returns the UDP address behind which an association's peer is.
    pub fn udp_address(&self, id: AssocId) -> Option<SocketAddr> {
        self.associations.get(&id).map(|a| a.path.udp)
    }

    fn checksum_fits(&mut self, header: &Header, datagram: &[u8]) -> bool {
        if header.checksum == chunk::checksum(datagram) {
            return true;
        }
        let offloaded = header.checksum == 0 && datagram.len() > LONGEST_ON_WIRE;
        self.counters.offloaded_checksum += u64::from(offloaded);
        offloaded
    }

    fn find(&self, path: Path, header: &Header) -> Option<AssocId> {
        let by_tag = || {
            self.by_tag
                .get(&(header.tag, path.local_port, path.peer_port))
        };
        self.by_path.get(&path).or_else(by_tag).copied()
    }

    /// Passes a packet to its association.
    fn deliver(
        &mut self,
        now: Duration,
        id: AssocId,
        path: Path,
        header: &Header,
        first: &Chunk<'_>,
        packet: &[u8],
    ) {
        let unsealed;
        let input = if first.kind == kind::COOKIE_ECHO {
            let Some(octets) = self.key.unseal(now, path.udp.ip(), packet) else {
                self.counters.bad_cookie += 1;
                return;
            };
            unsealed = octets;
            &unsealed
        } else {
            packet
        };
        let mtu = self.options.mtu;
        let association = self.associations.get_mut(&id).expect("found a moment ago");
        association.socket.advance_time(at(now));
        if association.socket.state() == SocketState::Closed {
            // Its last timer expired just now: the packet belongs to no association.
            self.settle(now, id, None);
            return self.strange(now, path, header, first, packet);
        }
        if association.refused_by(header, first) {
            let cause = first.cause();
            self.down(
                id,
                DownKind::Refused,
                cause,
                "the peer answered the set-up with ABORT".into(),
            );
            return;
        }
        if first.kind == kind::INIT_ACK
            && chunk::cookie_of_init_ack(packet).is_some_and(|c| c.len() + 64 > mtu)
        {
            // The COOKIE ECHO would not fit into a packet.
            self.counters.malformed += 1;
            return;
        }
        association.note(header, first, input);
        association.socket.handle_input(input);
        if association.path != path && first.kind != kind::HEARTBEAT {
            self.move_to(id, path);
        }
        self.settle(now, id, Some((path.udp, input)));
    }

    /// Handles a packet of no association (RFC 9260 §8.4).
    fn strange(
        &mut self,
        now: Duration,
        path: Path,
        header: &Header,
        first: &Chunk<'_>,
        packet: &[u8],
    ) {
        let listening = self
            .ports
            .get(&path.local_port)
            .is_some_and(|port| port.listen);
        let full = self.associations.len() >= self.options.max_associations;
        match first.kind {
            kind::INIT => self.strange_init(now, path, header, first, packet, listening, full),
            kind::COOKIE_ECHO if listening => self.accept(now, path, header, packet, full),
            _ => self.out_of_the_blue(path, header, first, packet),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one packet, taken apart once")]
    fn strange_init(
        &mut self,
        now: Duration,
        path: Path,
        header: &Header,
        first: &Chunk<'_>,
        packet: &[u8],
        listening: bool,
        full: bool,
    ) {
        let tag = chunk::u32_at(first.value, 0).unwrap_or_default();
        if header.tag != 0 || tag == 0 {
            self.counters.malformed += 1;
            return;
        }
        if !listening || full {
            let cause: &[u8] = if listening { &OUT_OF_RESOURCE } else { &[] };
            self.counters.over_limit += u64::from(listening);
            self.counters.out_of_the_blue += u64::from(!listening);
            return self.answer(path, tag, kind::ABORT, 0, cause);
        }
        let mut throw_away = self.socket(now, path);
        throw_away.handle_input(packet);
        while let Some(event) = throw_away.poll_event() {
            if let SocketEvent::SendPacket(mut answer) = event {
                self.key.seal(now, path.udp.ip(), &mut answer);
                self.transmits.push_back(Transmit {
                    to: path.udp,
                    packet: answer,
                });
            }
        }
    }

    /// Accepts a COOKIE ECHO for a listening port, which completes a set-up that has no state here.
    fn accept(&mut self, now: Duration, path: Path, header: &Header, packet: &[u8], full: bool) {
        let Some(input) = self.key.unseal(now, path.udp.ip(), packet) else {
            self.counters.bad_cookie += 1;
            return;
        };
        if full {
            self.counters.over_limit += 1;
            // No association holds the peer's tag. The cookie does, but a reflected tag is equally valid.
            return self.answer(
                path,
                header.tag,
                kind::ABORT,
                chunk::TAG_REFLECTED,
                &OUT_OF_RESOURCE,
            );
        }
        let local = self.ports[&path.local_port].local;
        let id = self.fresh_id();
        let mut association = Association::new(id, local, path, self.socket(now, path));
        association.tag = header.tag;
        association.note_data(&input, true);
        association.socket.handle_input(&input);
        if association.socket.state() == SocketState::Closed {
            self.counters.bad_cookie += 1;
            return;
        }
        self.insert(association);
        self.by_tag
            .insert((header.tag, path.local_port, path.peer_port), id);
        self.settle(now, id, Some((path.udp, &input)));
    }

    fn out_of_the_blue(&mut self, path: Path, header: &Header, first: &Chunk<'_>, packet: &[u8]) {
        self.counters.out_of_the_blue += 1;
        if chunk::chunks(packet).any(|c| c.kind == kind::ABORT) {
            return;
        }
        match first.kind {
            kind::SHUTDOWN_ACK => {
                self.answer(
                    path,
                    header.tag,
                    kind::SHUTDOWN_COMPLETE,
                    chunk::TAG_REFLECTED,
                    &[],
                );
            }
            // An answer to these could start an endless exchange, or has no use for the peer.
            kind::SHUTDOWN_COMPLETE | kind::COOKIE_ACK | kind::ERROR => {}
            _ => self.answer(path, header.tag, kind::ABORT, chunk::TAG_REFLECTED, &[]),
        }
    }

    fn answer(&mut self, path: Path, tag: u32, kind: u8, flags: u8, value: &[u8]) {
        let packet = chunk::packet((path.local_port, path.peer_port), tag, kind, flags, value);
        self.transmits.push_back(Transmit {
            to: path.udp,
            packet,
        });
    }

    /// Moves packets and events out of an association after an input, and sets its timer anew. `came` is the
    /// packet that was the input, with its source.
    fn settle(&mut self, now: Duration, id: AssocId, came: Option<(SocketAddr, &[u8])>) {
        let Some(association) = self.associations.get_mut(&id) else {
            return;
        };
        let mut end = None;
        while let Some(event) = association.socket.poll_event() {
            match event {
                SocketEvent::SendPacket(mut packet) => {
                    self.key.seal(now, association.path.udp.ip(), &mut packet);
                    let to = association.destination(&packet, came.map(|(from, _)| from));
                    if let Some(tag) = association.sent(&packet) {
                        let Path {
                            local_port,
                            peer_port,
                            ..
                        } = association.path;
                        self.by_tag.insert((tag, local_port, peer_port), id);
                    }
                    self.transmits.push_back(Transmit { to, packet });
                }
                SocketEvent::OnConnected() => self.events.extend(association.connected()),
                SocketEvent::OnConnectionRestarted() => {
                    let Path {
                        local_port,
                        peer_port,
                        ..
                    } = association.path;
                    if let Some((_, packet)) = came {
                        self.by_tag
                            .remove(&(association.tag, local_port, peer_port));
                        association.restarted(packet);
                        self.by_tag
                            .insert((association.tag, local_port, peer_port), id);
                    }
                    self.events.push_back(Event::Restart { assoc: id });
                }
                SocketEvent::OnClosed() => {
                    end = Some((
                        DownKind::Closed,
                        None,
                        "the association was shut down".to_string(),
                    ));
                }
                SocketEvent::OnAborted(error, text) => end = Some(association.aborted(error, text)),
                _ => {}
            }
        }
        let too_long = association.take_messages(self.options.max_message, &mut self.events);
        if let (Some(len), None) = (too_long, &end) {
            association.socket.close();
            while let Some(event) = association.socket.poll_event() {
                if let SocketEvent::SendPacket(packet) = event {
                    self.transmits.push_back(Transmit {
                        to: association.path.udp,
                        packet,
                    });
                }
            }
            end = Some((
                DownKind::Aborted,
                None,
                format!("the peer sent a message of {len} octets, which is over the limit"),
            ));
        }
        match end {
            Some((kind, cause, why)) => self.down(id, kind, cause, why),
            None => self.set_timer(id),
        }
    }

    fn set_timer(&mut self, id: AssocId) {
        let Some(association) = self.associations.get_mut(&id) else {
            return;
        };
        let next = association.socket.poll_timeout();
        let next = (next != SocketTime::infinite_future()).then(|| next - SocketTime::zero());
        if next == association.timer {
            return;
        }
        if let Some(old) = association.timer {
            self.timers.remove(&(old, id));
        }
        if let Some(when) = next {
            self.timers.insert((when, id));
        }
        association.timer = next;
    }

    fn down(&mut self, id: AssocId, kind: DownKind, cause: Option<u16>, why: String) {
        self.remove(id);
        self.events.push_back(Event::Down {
            assoc: id,
            kind,
            cause,
            why,
        });
    }

    fn insert(&mut self, association: Association) {
        self.by_path.insert(association.path, association.id);
        self.associations
            .insert(association.id, Box::new(association));
    }

    fn remove(&mut self, id: AssocId) {
        let Some(association) = self.associations.remove(&id) else {
            return;
        };
        let Path {
            local_port,
            peer_port,
            ..
        } = association.path;
        self.by_path.remove(&association.path);
        let tag = (association.tag, local_port, peer_port);
        if self.by_tag.get(&tag) == Some(&id) {
            self.by_tag.remove(&tag);
        }
        if let Some(when) = association.timer {
            self.timers.remove(&(when, id));
        }
    }

    /// Follows a peer that sends from another UDP port or address with the right tag (RFC 6951 §5.4).
    fn move_to(&mut self, id: AssocId, path: Path) {
        if self.by_path.contains_key(&path) {
            return;
        }
        let association = self.associations.get_mut(&id).expect("found a moment ago");
        self.by_path.remove(&association.path);
        association.path = path;
        self.by_path.insert(path, id);
    }

    fn socket(&self, now: Duration, path: Path) -> Socket {
        let mut socket = Socket::new("", &self.options.for_ports(path.local_port, path.peer_port));
        socket.advance_time(at(now));
        socket
    }

    /// Returns an unused identity: even for associations, as TCP connections have odd ones.
    fn fresh_id(&mut self) -> AssocId {
        self.next_id += 2;
        AssocId(self.next_id)
    }
}

fn at(now: Duration) -> SocketTime {
    SocketTime::zero() + now
}
