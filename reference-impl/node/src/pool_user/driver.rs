//! The pool user's engine on a transport. The driver has no clock, socket or thread of its own: the caller passes
//! events and asks for the next deadline, on wall time or on virtual time.
//!
//! Events for the owner wait until [`UserDriver::poll_event`] takes them; call it after every other call.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rsp_proto::pool_user::{
    Config, Event as UserEvent, Fault, Input, Log, Message, Output, PoolUser, Request, Session,
    Target,
};
use rsp_transport::{AssocId, DownKind, Event, Local, LocalPort, Transport};
use rsp_wire::asap::BusinessCard;
use rsp_wire::{PeIdentifier, PoolHandle};

use super::lines::{Lines, Parcel};
use crate::association::{engine_side, stack_side};

/// Octets of one session that wait for room in the stack, from which on [`UserDriver::send`] refuses messages. The
/// session keeps as many when its pool element fails.
const MAX_WAITING: usize = 1 << 19;

/// The configuration of a pool user's engine, and its local address.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Registrars, timers, thresholds and limits of the engine.
    pub config: Config,
    /// Local address of associations; unspecified for the stack's default.
    pub local: IpAddr,
    /// Multicast group and port of the registrars' announcements (RFC 5352 §3.6).
    pub announce: Option<SocketAddr>,
}

/// A pool user on one [`Transport`].
#[derive(Debug)]
pub struct UserDriver {
    engine: PoolUser,
    lines: Lines,
    announce: Option<LocalPort>,
    events: VecDeque<UserEvent>,
    numbers: u64,
    max_message: usize,
    deadline: Option<Duration>,
}

/// The reason why [`UserDriver::send`] refuses a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The session has no room, see [`UserDriver::has_room`]: too many octets wait for the stack or for a pool
    /// element. The message may be sent later.
    Full(Message),
    /// The message is longer than the stack can carry.
    TooLong {
        /// The length of the message in octets.
        octets: usize,
        /// The longest possible message in octets.
        limit: usize,
    },
    /// The message has the PPID of ASAP, which data must not have (RFC 5352 §5).
    AsapPpid,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(_) => f.write_str("too many octets wait to be sent"),
            Self::TooLong { octets, limit } => {
                write!(f, "a message of {octets} octets is longer than {limit}")
            }
            Self::AsapPpid => f.write_str("PPID 11 is reserved for ASAP, use another one for data"),
        }
    }
}

impl std::error::Error for Refused {}

impl UserDriver {
    /// Joins the announcement group, if one is set, and starts the engine. `now` is the time since any fixed origin.
    ///
    /// # Errors
    /// The endpoint of the group cannot be opened.
    pub fn start(
        setup: Setup,
        seed: u64,
        transport: &mut dyn Transport,
        now: Duration,
    ) -> io::Result<Self> {
        let announce = match setup.announce {
            Some(group) => Some(hear(setup.local, group, transport)?),
            None => None,
        };
        let max_message = transport.caps().max_message;
        let mut config = setup.config;
        config.max_message = config.max_message.min(max_message);
        let mut driver = Self {
            engine: PoolUser::new(config, seed, now),
            lines: Lines::new(setup.local),
            announce,
            events: VecDeque::new(),
            numbers: 0,
            max_message,
            deadline: None,
        };
        driver.timeout(now, transport);
        Ok(driver)
    }

    /// Handles one event of the transport. Ignores events of endpoints and associations that are not its own.
    pub fn event(&mut self, now: Duration, event: Event, transport: &mut dyn Transport) {
        if event.assoc().is_some_and(|assoc| !self.lines.has(assoc)) {
            return;
        }
        match event {
            Event::Up { assoc, .. } => {
                let assoc = engine_side(assoc);
                self.step(now, Input::Up { assoc }, transport);
            }
            Event::Message {
                assoc,
                ppid,
                octets,
                ..
            } => self.message(now, assoc, ppid, &octets, transport),
            Event::Restart { assoc } if self.lines.is_waiting(assoc) => {
                // What waits must not be lost with the association that it was for.
                transport.abort(assoc);
                self.down(now, assoc, Fault::Restarted, transport);
            }
            Event::Restart { assoc } => {
                let assoc = engine_side(assoc);
                self.step(now, Input::Restart { assoc }, transport);
            }
            Event::Down { assoc, kind, .. } => self.down(now, assoc, fault(kind), transport),
            Event::Datagram { port, from, octets } => {
                if self.announce == Some(port) {
                    let octets = &octets;
                    self.step(now, Input::Datagram { from, octets }, transport);
                } else if let Some(assoc) = self.lines.of_datagram(port, from) {
                    self.message(now, assoc, 0, &octets, transport);
                }
            }
            // The stack fails over by itself.
            Event::Path { .. } => {}
        }
    }

    /// Handles the timers that are due at `now`; does nothing when none is due.
    pub fn timeout(&mut self, now: Duration, transport: &mut dyn Transport) {
        self.lines.timeout(now, transport);
        self.step(now, Input::Tick, transport);
    }

    /// Returns the time of the next [`timeout`](Self::timeout) call, counted from the same origin as `now`.
    pub fn deadline(&self) -> Option<Duration> {
        [self.deadline, self.lines.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Returns the next event for the owner.
    pub fn poll_event(&mut self) -> Option<UserEvent> {
        self.events.pop_front()
    }

    /// Resolves a pool handle, from the cache while its entry is fresh (Translation.Request, RFC 5352 §6.9.1).
    pub fn resolve(
        &mut self,
        now: Duration,
        pool: PoolHandle,
        transport: &mut dyn Transport,
    ) -> Request {
        let request = Request(self.number());
        self.step(now, Input::Resolve { request, pool }, transport);
        request
    }

    /// Watches a pool: resolves its handle and reports changes, until [`unwatch`](Self::unwatch).
    pub fn watch(
        &mut self,
        now: Duration,
        pool: PoolHandle,
        transport: &mut dyn Transport,
    ) -> Request {
        let request = Request(self.number());
        self.step(now, Input::Watch { request, pool }, transport);
        request
    }

    /// Ends a watch.
    pub fn unwatch(&mut self, now: Duration, request: Request, transport: &mut dyn Transport) {
        self.step(now, Input::Unwatch { request }, transport);
    }

    /// Updates the cache entry of a pool (CachePopulateRequest, RFC 5352 §6.3).
    pub fn populate(&mut self, now: Duration, pool: PoolHandle, transport: &mut dyn Transport) {
        self.step(now, Input::Populate { pool }, transport);
    }

    /// Removes the cache entry of a pool (CachePurgeRequest, RFC 5352 §6.4).
    pub fn purge(&mut self, now: Duration, pool: PoolHandle, transport: &mut dyn Transport) {
        self.step(now, Input::Purge { pool }, transport);
    }

    /// Opens a session; without `failover` it ends with its PE.
    pub fn open(
        &mut self,
        now: Duration,
        target: Target,
        failover: bool,
        transport: &mut dyn Transport,
    ) -> Session {
        let session = Session(self.number());
        let input = Input::Open {
            session,
            target,
            failover,
        };
        self.step(now, input, transport);
        session
    }

    /// Sends a user message in a session (DataSendRequest, RFC 5352 §6.5).
    ///
    /// # Errors
    /// The session has no room, the message is too long, or it has the PPID of ASAP.
    pub fn send(
        &mut self,
        now: Duration,
        session: Session,
        message: Message,
        transport: &mut dyn Transport,
    ) -> Result<(), Refused> {
        if message.octets.len() > self.max_message {
            return Err(Refused::TooLong {
                octets: message.octets.len(),
                limit: self.max_message,
            });
        }
        if message.ppid == rsp_proto::ASAP_PPID {
            return Err(Refused::AsapPpid);
        }
        if !self.has_room(session, message.octets.len()) {
            return Err(Refused::Full(message));
        }
        self.step(now, Input::Send { session, message }, transport);
        Ok(())
    }

    /// Returns whether [`send`](Self::send) accepts a message of this many octets now. Each session has room of its
    /// own; a session that has ended has room.
    pub fn has_room(&self, session: Session, octets: usize) -> bool {
        let assoc = self.engine.element(session).map(|(assoc, _)| assoc);
        let waiting = assoc.map_or(0, |assoc| self.lines.waiting(stack_side(assoc)));
        waiting < MAX_WAITING && self.engine.has_room(session, octets)
    }

    /// Makes a session leave its PE, which does not work as expected (Transport.Failure, RFC 5352 §6.9.2).
    pub fn fail(&mut self, now: Duration, session: Session, transport: &mut dyn Transport) {
        self.step(now, Input::Fail { session }, transport);
    }

    /// Ends a session gracefully.
    pub fn close(&mut self, now: Duration, session: Session, transport: &mut dyn Transport) {
        self.step(now, Input::Close { session }, transport);
    }

    /// Notes that the owner sends data to a PE by its own means.
    pub fn contacted(
        &mut self,
        now: Duration,
        pool: PoolHandle,
        pe: PeIdentifier,
        transport: &mut dyn Transport,
    ) {
        self.step(now, Input::Contacted { pool, pe }, transport);
    }

    /// Reports a PE that was [`contacted`](Self::contacted) and cannot be reached (Transport.Failure).
    pub fn unreachable(
        &mut self,
        now: Duration,
        pool: PoolHandle,
        pe: PeIdentifier,
        transport: &mut dyn Transport,
    ) {
        self.step(now, Input::Unreachable { pool, pe }, transport);
    }

    /// Sets the business card of a pool user that is a PE too (RFC 5352 §3.9).
    pub fn card(
        &mut self,
        now: Duration,
        card: Option<BusinessCard>,
        transport: &mut dyn Transport,
    ) {
        self.step(now, Input::Card { card }, transport);
    }

    /// Returns the engine, for inspection.
    pub fn engine(&self) -> &PoolUser {
        &self.engine
    }

    /// Shuts all associations down and starts no more.
    pub fn stop(&mut self, now: Duration, transport: &mut dyn Transport) {
        self.step(now, Input::Stop, transport);
    }

    /// Returns whether no association is left after [`stop`](Self::stop).
    pub fn stopped(&self) -> bool {
        self.engine.associations() == 0
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn message(
        &mut self,
        now: Duration,
        assoc: AssocId,
        ppid: u32,
        octets: &[u8],
        transport: &mut dyn Transport,
    ) {
        let input = Input::Message {
            assoc: engine_side(assoc),
            ppid,
            octets,
        };
        self.step(now, input, transport);
    }

    fn down(&mut self, now: Duration, assoc: AssocId, why: Fault, transport: &mut dyn Transport) {
        let unsent = self.lines.forget(assoc, transport);
        let input = Input::Down {
            assoc: engine_side(assoc),
            why,
            unsent,
        };
        self.step(now, input, transport);
    }

    fn step(&mut self, now: Duration, input: Input<'_>, transport: &mut dyn Transport) {
        self.engine.handle(now, input);
        loop {
            match self.engine.poll() {
                Output::Send {
                    assoc,
                    stream,
                    ppid,
                    octets,
                } => {
                    let parcel = Parcel::Asap {
                        stream,
                        ppid,
                        octets,
                    };
                    self.lines.send(now, stack_side(assoc), parcel, transport);
                }
                Output::Data { assoc, message } => {
                    let parcel = Parcel::Data(message);
                    self.lines.send(now, stack_side(assoc), parcel, transport);
                }
                Output::Connect {
                    dial,
                    channel,
                    carrier,
                    to,
                } => {
                    let line = self.lines.connect(channel, carrier, to, transport);
                    let assoc = match line {
                        Ok(assoc) => Some(engine_side(assoc)),
                        Err(error) => {
                            tracing::warn!("no association: {error}");
                            None
                        }
                    };
                    self.engine.handle(now, Input::Dialled { dial, assoc });
                    if let Some(assoc) = assoc.filter(|a| self.lines.has_datagrams(stack_side(*a)))
                    {
                        self.engine.handle(now, Input::Up { assoc });
                    }
                }
                Output::Abort { assoc } => self.lines.abort(stack_side(assoc), transport),
                Output::Shutdown { assoc } => {
                    let line = stack_side(assoc);
                    self.lines.shutdown(line, transport);
                    if self.lines.has_datagrams(line) {
                        let unsent = self.lines.forget(line, transport);
                        let why = Fault::Closed;
                        self.engine.handle(now, Input::Down { assoc, why, unsent });
                    }
                }
                Output::Event(event) => self.events.push_back(event),
                Output::Log(log) => trace(&log),
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    return;
                }
            }
        }
    }
}

/// Joins the group of the registrars' announcements.
fn hear(local: IpAddr, group: SocketAddr, transport: &mut dyn Transport) -> io::Result<LocalPort> {
    let ip = match group.ip() {
        _ if local.is_ipv4() == group.is_ipv4() => local,
        IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let endpoint = Local::Udp {
        addr: SocketAddr::new(ip, group.port()),
        groups: vec![group.ip()],
    };
    transport
        .open(&endpoint)
        .map_err(|error| io::Error::new(error.kind(), format!("announcements, {group}: {error}")))
}

fn fault(kind: DownKind) -> Fault {
    match kind {
        DownKind::Closed => Fault::Closed,
        DownKind::Lost => Fault::Lost,
        DownKind::Aborted => Fault::Aborted,
        DownKind::Refused => Fault::Refused,
        DownKind::Unreachable => Fault::Unreachable,
    }
}

fn trace(log: &Log) {
    // The owner receives these as events.
    let is_event = matches!(log, Log::Failed { .. } | Log::HomeLost { .. });
    if log.is_trouble() && !is_event {
        tracing::warn!("{log}");
    } else {
        tracing::debug!("{log}");
    }
}
