//! A simple pool element without an engine: it registers, answers KEEP_ALIVE, changes its Home when a KEEP_ALIVE (H=1)
//! asks for it, and hunts without a Home. Some manners misbehave.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_transport::sim::SimHost;
use rsp_transport::{AssocId, Event, Local, LocalPort, Outgoing, Peer, Transport};
use rsp_wire::asap::{self, Deregistration, EndpointKeepAliveAck, Registration};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, RegistrationLife, SctpTransport, ServerId, TransportUse,
    UnknownParameters,
};

/// T2-registration and T3-deregistration (RFC 5352 §7.1).
const PATIENCE: Duration = Duration::from_secs(30);

/// T5-Serverhunt (RFC 5352 §7.1), always the same.
const HUNT: Duration = Duration::from_secs(10);

/// The manner of a pool element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Re-registers in time, and looks for a registrar when it has none.
    Hunting,
    /// Registers once, for ever, and from then on only answers.
    Listening,
    /// Hunts, but never answers KEEP_ALIVE.
    Mute,
    /// Hunts, and sends malformed messages now and then.
    Babbling,
    /// Has the real engine, and hunts.
    Engine,
}

impl Manner {
    /// Returns whether it registers again on its own.
    pub fn hunts(self) -> bool {
        match self {
            Self::Hunting | Self::Mute | Self::Babbling | Self::Engine => true,
            Self::Listening => false,
        }
    }
}

/// A request whose answer is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// A REGISTRATION.
    Register,
    /// A DEREGISTRATION.
    Deregister,
    /// A HANDLE_RESOLUTION.
    Resolve,
}

/// The set-up of a pool element.
#[derive(Clone, Debug)]
pub struct ElementSetup {
    /// PE Identifier.
    pub identifier: PeIdentifier,
    /// The pool it belongs to.
    pub pool: &'static str,
    /// Its policy, with its own values.
    pub policy: Policy,
    /// Its manner.
    pub manner: Manner,
    /// Period of re-registrations and of the hunt.
    pub period: Duration,
    /// Registration Life, in seconds.
    pub life_s: i32,
    /// ASAP endpoints of all registrars.
    pub registrars: Vec<SocketAddr>,
    /// The registrar that it tries first.
    pub first: usize,
}

/// The pool element, while its host runs.
#[derive(Debug)]
pub struct PlainElement {
    setup: ElementSetup,
    rng: fastrand::Rng,
    port: LocalPort,
    /// The port of a second registration.
    second: Option<AssocId>,
    /// The established associations and their registrars.
    lines: BTreeMap<AssocId, SocketAddr>,
    /// The association to its Home.
    assoc: Option<AssocId>,
    connecting: bool,
    next: Duration,
    /// The registrar that it tried last.
    turn: usize,
    pending: BTreeMap<(AssocId, Ask), Duration>,
    /// Time of the last accepted registration; none while it has reason to assume its loss.
    accepted: Option<Duration>,
    /// True if it was rejected, and not accepted since.
    rejected: bool,
    home: Option<ServerId>,
    leaving: bool,
}

impl PlainElement {
    /// Opens its endpoint and begins to register.
    pub fn start(setup: ElementSetup, seed: u64, host: &mut SimHost<'_>, now: Duration) -> Self {
        let port = open(host);
        let first = setup.first;
        let mut element = Self {
            next: now + HUNT.min(setup.period),
            turn: setup.first,
            rng: fastrand::Rng::with_seed(seed),
            setup,
            port,
            second: None,
            lines: BTreeMap::new(),
            assoc: None,
            connecting: false,
            pending: BTreeMap::new(),
            accepted: None,
            rejected: false,
            home: None,
            leaving: false,
        };
        element.connect(now, first, host);
        element
    }

    /// Returns its set-up, with the current policy.
    pub fn setup(&self) -> &ElementSetup {
        &self.setup
    }

    /// Changes its manner.
    pub fn set_manner(&mut self, manner: Manner) {
        self.setup.manner = manner;
    }

    /// Returns the time of the last accepted registration.
    pub fn accepted(&self) -> Option<Duration> {
        self.accepted
    }

    /// Returns whether it was rejected, and not accepted since.
    pub fn is_rejected(&self) -> bool {
        self.rejected
    }

    /// Returns the registrar whose keep-alive (H=1) came last.
    pub fn adopted_by(&self) -> Option<ServerId> {
        self.home
    }

    /// Returns whether it has de-registered, so that later answers do not matter.
    pub fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// Returns the requests whose answer is due, with their times.
    pub fn pending(&self) -> impl Iterator<Item = (Ask, Duration)> + '_ {
        self.pending.iter().map(|(&(_, ask), &since)| (ask, since))
    }

    /// Returns the number of its associations, those in set-up included.
    pub fn associations(&self) -> usize {
        usize::from(self.assoc.is_some()) + usize::from(self.second.is_some())
    }

    /// Returns the time of its next action.
    pub fn deadline(&self) -> Option<Duration> {
        (self.setup.manner.hunts() && !self.leaving).then_some(self.next)
    }

    /// Acts, if it is time.
    pub fn timeout(&mut self, now: Duration, host: &mut SimHost<'_>) {
        if self.deadline().is_none_or(|at| at > now) {
            return;
        }
        self.next = now + self.setup.period;
        let late = |&since: &Duration| since + PATIENCE <= now;
        if self.pending.values().any(late)
            && let Some(assoc) = self.assoc
        {
            host.abort(assoc);
            self.lost(now, assoc);
        }
        match self.assoc {
            None => {
                self.next = now + HUNT.min(self.setup.period);
                self.turn = (self.turn + 1) % self.setup.registrars.len();
                self.connect(now, self.turn, host);
            }
            Some(assoc) if !self.connecting => {
                if self.setup.manner == Manner::Babbling {
                    self.babble(assoc, host);
                }
                self.register(now, assoc, host);
            }
            Some(_) => {}
        }
    }

    /// Handles an event of its host.
    pub fn event(&mut self, now: Duration, event: Event, host: &mut SimHost<'_>) {
        match event {
            Event::Up { assoc, peer, .. } => {
                self.lines.extend(peer.first().map(|&addr| (assoc, addr)));
                if self.assoc == Some(assoc) {
                    self.connecting = false;
                    self.register(now, assoc, host);
                } else if self.second == Some(assoc) {
                    self.register(now, assoc, host);
                }
            }
            Event::Down { assoc, .. } => self.lost(now, assoc),
            Event::Message { assoc, octets, .. } => {
                if let Ok(decoded) = asap::Message::decode(&octets) {
                    self.on_message(now, assoc, decoded.message, host);
                }
            }
            Event::Restart { assoc } => self.pending.retain(|&(of, _), _| of != assoc),
            Event::Path { .. } | Event::Datagram { .. } => {}
        }
    }

    /// Changes the value of its policy and registers again.
    pub fn set_policy(&mut self, now: Duration, policy: Policy, host: &mut SimHost<'_>) {
        self.setup.policy = policy;
        if let Some(assoc) = self.assoc.filter(|_| !self.connecting) {
            self.register(now, assoc, host);
        }
    }

    /// De-registers, and is silent from then on. Returns false without a Home.
    pub fn deregister(&mut self, now: Duration, host: &mut SimHost<'_>) -> bool {
        let Some(assoc) = self.assoc.filter(|_| !self.connecting) else {
            return false;
        };
        self.leaving = true;
        let message = Deregistration::new(self.setup.pool.into(), self.setup.identifier);
        if send(assoc, message.into(), host) {
            self.pending.insert((assoc, Ask::Deregister), now);
        }
        true
    }

    /// Registers over another association, from another port.
    pub fn register_twice(&mut self, host: &mut SimHost<'_>) {
        if self.second.is_some() {
            return;
        }
        let to = self.rng.usize(..self.setup.registrars.len());
        let port = open(host);
        self.second = host.connect(port, &peer(self.setup.registrars[to])).ok();
    }

    /// Sends the same registration many times.
    pub fn flood(&mut self, now: Duration, times: u32, host: &mut SimHost<'_>) {
        if let Some(assoc) = self.assoc.filter(|_| !self.connecting) {
            for _ in 0..times {
                self.register(now, assoc, host);
            }
        }
    }

    fn connect(&mut self, now: Duration, at: usize, host: &mut SimHost<'_>) {
        let to = self.setup.registrars[at];
        // A registrar that asked it to join once may have set one up.
        if let Some((&assoc, _)) = self.lines.iter().find(|&(_, addr)| *addr == to) {
            self.assoc = Some(assoc);
            self.register(now, assoc, host);
        } else if let Ok(assoc) = host.connect(self.port, &peer(to)) {
            self.assoc = Some(assoc);
            self.connecting = true;
        }
    }

    fn register(&mut self, now: Duration, assoc: AssocId, host: &mut SimHost<'_>) {
        if self.leaving {
            return;
        }
        let address = host.local_addrs(self.port)[0].ip();
        let element = PoolElement {
            identifier: self.setup.identifier,
            home: ServerId::UNDETERMINED,
            life: RegistrationLife(self.setup.life_s),
            // As the engines do: a pool has one transport use (RFC 5352 §3.1).
            user_transport: SctpTransport {
                transport_use: TransportUse::DATA_PLUS_CONTROL,
                ..SctpTransport::new(7, address)
            }
            .into(),
            policy: self.setup.policy.clone(),
            asap_transport: None,
            unknown: UnknownParameters::NONE,
        };
        let message = Registration::new(self.setup.pool.into(), element);
        if send(assoc, message.into(), host) {
            self.pending.entry((assoc, Ask::Register)).or_insert(now);
        }
    }

    fn babble(&mut self, assoc: AssocId, host: &mut SimHost<'_>) {
        let mut octets: Vec<u8> = (0..self.rng.usize(1..64))
            .map(|_| self.rng.u8(..))
            .collect();
        if self.rng.bool() {
            // A known type, and nonsense behind it.
            octets[0] = self.rng.u8(1..=0x0e);
        }
        let _ = host.send(assoc, outgoing(&octets));
    }

    fn lost(&mut self, now: Duration, assoc: AssocId) {
        self.pending.retain(|&(of, _), _| of != assoc);
        self.lines.remove(&assoc);
        if self.second == Some(assoc) {
            self.second = None;
        }
        if self.assoc == Some(assoc) {
            self.assoc = None;
            self.connecting = false;
            self.accepted = None;
            self.next = self.next.min(now + HUNT);
        }
    }

    fn on_message(
        &mut self,
        now: Duration,
        assoc: AssocId,
        message: asap::Message,
        host: &mut SimHost<'_>,
    ) {
        match message {
            asap::Message::EndpointKeepAlive(m) => {
                if self.leaving || self.setup.manner == Manner::Mute {
                    return;
                }
                if m.wants_to_be_home() {
                    self.home = Some(m.server_id);
                    self.assoc = Some(assoc);
                    self.connecting = false;
                    self.accepted = Some(now);
                    self.rejected = false;
                }
                let ack = EndpointKeepAliveAck::new(m.pool_handle, self.setup.identifier);
                send(assoc, ack.into(), host);
            }
            asap::Message::RegistrationResponse(m) => {
                self.pending.remove(&(assoc, Ask::Register));
                if self.assoc != Some(assoc) {
                    return;
                }
                if m.is_rejected() {
                    // Another registrar may know better.
                    self.accepted = None;
                    self.rejected = true;
                    host.abort(assoc);
                    self.lost(now, assoc);
                } else {
                    self.accepted = Some(now);
                    self.rejected = false;
                }
            }
            asap::Message::DeregistrationResponse(_) => {
                self.pending.remove(&(assoc, Ask::Deregister));
                self.accepted = None;
            }
            _ => {}
        }
    }
}

fn open(host: &mut SimHost<'_>) -> LocalPort {
    let local = Local::Sctp {
        addrs: Vec::new(),
        port: 0,
        listen: true,
    };
    host.open(&local).expect("a running host has free ports")
}

pub(super) fn peer(addr: SocketAddr) -> Peer {
    Peer {
        addrs: vec![addr],
        udp_port: None,
    }
}

fn outgoing(octets: &[u8]) -> Outgoing<'_> {
    Outgoing {
        stream: 0,
        ppid: rsp_proto::ASAP_PPID,
        unordered: false,
        octets,
    }
}

/// Sends a message. Returns false if the association has ended; its Down follows.
pub(super) fn send(assoc: AssocId, message: asap::Message, host: &mut SimHost<'_>) -> bool {
    let mut octets = Vec::new();
    message
        .encode(&mut octets)
        .expect("messages of the simulation fit their format");
    host.send(assoc, outgoing(&octets)).is_ok()
}
