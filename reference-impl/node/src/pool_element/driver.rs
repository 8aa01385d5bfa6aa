//! The pool element's engine and an optional service on a transport. The driver has no clock, socket or thread of
//! its own: the caller passes events and asks for the next deadline, on wall time or on virtual time.
//!
//! Events for the owner wait until [`ElementDriver::poll_event`] takes them; call it after every other call.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_proto::pool_element::{Assoc, Element, Event as AsapEvent, Input, Log, Output};
use rsp_transport::{AssocId, Event as StackEvent, LocalPort, Peer, Transport};
use rsp_wire::asap::BusinessCard;
use rsp_wire::{PeIdentifier, Policy, PoolHandle, RegistrationLife, Transport as WireTransport};

use super::card::OwnCard;
use super::cookies::Cookies;
use super::endpoints::Endpoints;
use super::event::Event;
use super::setup::Setup;
use crate::association::{engine_side, stack_side};
use crate::outbox::{GivenUp, Outbox};
use crate::policy::with_load;
use crate::services::{Effect, Message, Service, Session};

/// A pool element on one [`Transport`].
#[derive(Debug)]
pub struct ElementDriver {
    engine: Element,
    endpoints: Endpoints,
    cookies: Cookies,
    service: Option<Box<dyn Service>>,
    /// The load that the owner set; the service's load counts only without it.
    owner_load: Option<u32>,
    own_card: OwnCard,
    users: BTreeMap<AssocId, User>,
    sessions: BTreeMap<Session, AssocId>,
    /// The peers of the ASAP endpoint's associations.
    registrars: BTreeMap<AssocId, Vec<SocketAddr>>,
    next_session: u64,
    outbox: Outbox,
    events: VecDeque<Event>,
    deadline: Option<Duration>,
}

/// One pool user's association or connection.
#[derive(Clone, Copy, Debug)]
struct User {
    session: Session,
    /// True if it has a control channel, so that the engine knows the association.
    has_control: bool,
}

impl ElementDriver {
    /// Opens the endpoints on `transport` and starts the engine, which waits for
    /// [`register`](Self::register). A `service` serves the pool users, and the owner receives the other events
    /// only. `now` is the time since any fixed origin.
    ///
    /// # Errors
    /// An endpoint cannot be opened, or its address cannot be registered.
    pub fn start(
        setup: Setup,
        service: Option<Box<dyn Service>>,
        seed: u64,
        transport: &mut dyn Transport,
        now: Duration,
    ) -> io::Result<Self> {
        let endpoints = Endpoints::open(&setup, transport)?;
        let mut config = setup.config;
        config.max_message = config.max_message.min(transport.caps().max_message);
        config.user_transport = endpoints.user_transport.clone();
        let mut driver = Self {
            engine: Element::new(config, seed, now),
            endpoints,
            cookies: setup.cookies,
            service,
            owner_load: None,
            own_card: OwnCard::new(setup.card),
            users: BTreeMap::new(),
            sessions: BTreeMap::new(),
            registrars: BTreeMap::new(),
            next_session: 1,
            outbox: Outbox::default(),
            events: VecDeque::new(),
            deadline: None,
        };
        driver.timeout(now, transport);
        Ok(driver)
    }

    /// Handles one event of the transport. Ignores events of endpoints and associations that are not its own.
    pub fn event(&mut self, now: Duration, event: StackEvent, transport: &mut dyn Transport) {
        match event {
            StackEvent::Up {
                port, assoc, peer, ..
            } => self.up(now, port, assoc, peer, transport),
            StackEvent::Message {
                assoc,
                stream,
                ppid,
                octets,
                ..
            } => {
                let message = Message {
                    stream,
                    ppid,
                    octets: &octets,
                };
                self.message(now, assoc, message, transport);
            }
            StackEvent::Restart { assoc } => self.restart(now, assoc, transport),
            StackEvent::Down { assoc, .. } => {
                self.outbox.forget(assoc);
                self.registrars.remove(&assoc);
                self.end(now, assoc);
                let assoc = engine_side(assoc);
                self.step(now, Input::Down { assoc }, transport);
            }
            StackEvent::Datagram { port, from, octets } => {
                if self.endpoints.announcements == Some(port) {
                    let octets = &octets;
                    self.step(now, Input::Datagram { from, octets }, transport);
                }
            }
            // The stack fails over by itself.
            StackEvent::Path { .. } => {}
        }
    }

    /// Handles the timers that are due at `now`; does nothing when none is due.
    pub fn timeout(&mut self, now: Duration, transport: &mut dyn Transport) {
        self.outbox.timeout(now, transport);
        self.serve(
            now,
            |service, effects| service.on_timeout(now, effects),
            transport,
        );
        self.step(now, Input::Tick, transport);
    }

    /// Returns the time of the next [`timeout`](Self::timeout) call, counted from the same origin as `now`.
    pub fn deadline(&self) -> Option<Duration> {
        let service = self.service.as_ref().and_then(|service| service.deadline());
        [self.deadline, self.outbox.deadline(), service]
            .into_iter()
            .flatten()
            .min()
    }

    /// Returns the next event for the owner.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Registers the PE (Registration.Request, RFC 5352 §6.1).
    pub fn register(&mut self, now: Duration, transport: &mut dyn Transport) {
        self.step(now, Input::Register, transport);
    }

    /// De-registers the PE (Deregistration.Request, RFC 5352 §6.2). Open sessions continue.
    pub fn deregister(&mut self, now: Duration, transport: &mut dyn Transport) {
        self.step(now, Input::Deregister, transport);
    }

    /// Sets the policy or its values and registers them.
    pub fn set_policy(&mut self, now: Duration, policy: Policy, transport: &mut dyn Transport) {
        self.step(now, Input::Policy(policy), transport);
    }

    /// Sets the load, from 0 to `u32::MAX` (100 %), in place of the service's. Only adaptive policies announce it.
    pub fn set_load(&mut self, now: Duration, load: u32, transport: &mut dyn Transport) {
        self.owner_load = Some(load);
        let current = &self.engine.config().policy;
        if let Some(policy) = with_load(current, load).filter(|policy| policy != current) {
            self.set_policy(now, policy, transport);
        }
    }

    /// Sets the registration life and registers it.
    pub fn set_life(
        &mut self,
        now: Duration,
        life: RegistrationLife,
        transport: &mut dyn Transport,
    ) {
        self.step(now, Input::Life(life), transport);
    }

    /// Sets the user transport and registers it.
    pub fn set_user_transport(
        &mut self,
        now: Duration,
        users: WireTransport,
        transport: &mut dyn Transport,
    ) {
        self.step(now, Input::UserTransport(users), transport);
    }

    /// Sets the business card that pool users receive (RFC 5352 §3.9), in place of its own; with none it sends no
    /// more cards.
    pub fn set_card(
        &mut self,
        now: Duration,
        card: Option<BusinessCard>,
        transport: &mut dyn Transport,
    ) {
        self.own_card.leave_to_owner();
        self.step(now, Input::Card { card }, transport);
    }

    /// Reports another PE that could not be reached (Transport.Failure, RFC 5352 §6.9.2).
    pub fn unreachable(
        &mut self,
        now: Duration,
        pool: PoolHandle,
        pe: PeIdentifier,
        transport: &mut dyn Transport,
    ) {
        self.step(now, Input::Unreachable { pool, pe }, transport);
    }

    /// Sends data or a state to a pool user, or ends its session. Drops effects on sessions that have ended.
    pub fn act(&mut self, now: Duration, effect: Effect, transport: &mut dyn Transport) {
        self.apply(now, effect, transport);
        self.drain(now, transport);
    }

    /// Returns the transport addresses of the ASAP endpoint, with its actual port.
    pub fn asap_addrs(&self) -> &[SocketAddr] {
        &self.endpoints.asap_addrs
    }

    /// Returns the known transport addresses of the Home ENRP server; empty without a Home.
    pub fn home_addrs(&self) -> &[SocketAddr] {
        let home = self.engine.home().map(stack_side);
        let addrs = home.and_then(|home| self.registrars.get(&home));
        addrs.map_or(&[], Vec::as_slice)
    }

    /// Returns the user transport.
    pub fn user_transport(&self) -> &WireTransport {
        &self.engine.config().user_transport
    }

    /// Returns the number of open sessions.
    pub fn sessions(&self) -> usize {
        self.users.len()
    }

    /// Returns the engine, for inspection.
    pub fn engine(&self) -> &Element {
        &self.engine
    }

    /// De-registers, then shuts all associations down.
    pub fn stop(&mut self, now: Duration, transport: &mut dyn Transport) {
        self.step(now, Input::Stop, transport);
    }

    /// Returns whether it is de-registered and has no association after [`stop`](Self::stop).
    pub fn stopped(&self) -> bool {
        self.engine.is_stopped() && self.users.is_empty()
    }

    fn up(
        &mut self,
        now: Duration,
        port: LocalPort,
        assoc: AssocId,
        peer: Vec<SocketAddr>,
        transport: &mut dyn Transport,
    ) {
        let is_users = self.endpoints.users == Some(port);
        if !is_users && self.endpoints.asap != port {
            return;
        }
        let has_control = matches!(self.endpoints.user_transport, WireTransport::Sctp(_));
        if is_users && !has_control && self.users.len() >= self.engine.config().max_associations {
            tracing::warn!("association {} refused: there are too many", assoc.0);
            return transport.abort(assoc);
        }
        if is_users {
            self.begin(assoc, has_control);
        } else {
            self.registrars.insert(assoc, peer.clone());
        }
        if !is_users || has_control {
            let input = Input::Up {
                assoc: engine_side(assoc),
                peer: peer.clone(),
                is_user: is_users && !self.has_registrars_among_users(),
            };
            self.step(now, input, transport);
        }
        // The engine may have refused it.
        if let Some(&User { session, .. }) = self.users.get(&assoc) {
            self.greet(now, session, peer, transport);
        }
    }

    /// Returns whether the registrars' endpoint is that of pool users.
    fn has_registrars_among_users(&self) -> bool {
        let WireTransport::Sctp(users) = &self.endpoints.user_transport else {
            return false;
        };
        let asap = self.engine.config().asap_transport.as_ref();
        asap.is_some_and(|asap| {
            let is_users = |ip| users.addresses.iter().any(|own| own == ip);
            asap.port == users.port && asap.addresses.iter().any(is_users)
        })
    }

    fn restart(&mut self, now: Duration, assoc: AssocId, transport: &mut dyn Transport) {
        self.outbox.forget(assoc);
        // The pool user has lost all it knew, so this is another session.
        let user = self.end(now, assoc);
        let engine = engine_side(assoc);
        self.step(now, Input::Restart { assoc: engine }, transport);
        if let Some(user) = user {
            self.begin(assoc, user.has_control);
            self.greet(now, self.users[&assoc].session, Vec::new(), transport);
        }
    }

    fn message(
        &mut self,
        now: Duration,
        assoc: AssocId,
        message: Message<'_>,
        transport: &mut dyn Transport,
    ) {
        let user = self.users.get(&assoc).copied();
        let engine = engine_side(assoc);
        let has_control = user.is_none_or(|user| user.has_control);
        if has_control && self.engine.is_control(engine, message.ppid) {
            return self.control(now, engine, message, transport);
        }
        let Some(User { session, .. }) = user else {
            return tracing::debug!("association {}: data on the ASAP endpoint", assoc.0);
        };
        if has_control {
            self.step(now, Input::Began { assoc: engine }, transport);
        }
        if self.service.is_none() {
            return self.events.push_back(Event::Data {
                session,
                stream: message.stream,
                ppid: message.ppid,
                octets: message.octets.to_vec(),
            });
        }
        self.serve(
            now,
            |service, effects| service.on_message(now, session, message, effects),
            transport,
        );
    }

    fn control(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: Message<'_>,
        transport: &mut dyn Transport,
    ) {
        let input = Input::Message {
            assoc,
            ppid: message.ppid,
            octets: message.octets,
        };
        self.step(now, input, transport);
    }

    fn begin(&mut self, assoc: AssocId, has_control: bool) {
        let session = Session(self.next_session);
        self.next_session += 1;
        self.users.insert(
            assoc,
            User {
                session,
                has_control,
            },
        );
        self.sessions.insert(session, assoc);
    }

    fn greet(
        &mut self,
        now: Duration,
        session: Session,
        peer: Vec<SocketAddr>,
        transport: &mut dyn Transport,
    ) {
        if self.service.is_none() {
            return self.events.push_back(Event::Session { session, peer });
        }
        self.serve(
            now,
            |service, effects| service.on_session(now, session, effects),
            transport,
        );
    }

    /// Forgets a pool user, if there is one.
    fn end(&mut self, now: Duration, assoc: AssocId) -> Option<User> {
        let user = self.users.remove(&assoc)?;
        let session = user.session;
        self.sessions.remove(&session);
        match &mut self.service {
            Some(service) => service.on_end(now, session),
            None => self.events.push_back(Event::Ended { session }),
        }
        Some(user)
    }

    /// Calls the service, if there is one, and carries out its effects.
    fn serve(
        &mut self,
        now: Duration,
        call: impl FnOnce(&mut dyn Service, &mut Vec<Effect>),
        transport: &mut dyn Transport,
    ) {
        let Some(service) = &mut self.service else {
            return;
        };
        let mut effects = Vec::new();
        call(service.as_mut(), &mut effects);
        for effect in effects {
            self.apply(now, effect, transport);
        }
        self.drain(now, transport);
    }

    fn apply(&mut self, now: Duration, effect: Effect, transport: &mut dyn Transport) {
        match effect {
            Effect::Send {
                session,
                stream,
                ppid,
                octets,
            } => {
                if let Some(&assoc) = self.sessions.get(&session) {
                    self.send(now, assoc, stream, ppid, octets, transport);
                }
            }
            Effect::Cookie { session, state } => self.leave(now, session, state, transport),
            Effect::End { session } => {
                if let Some(&assoc) = self.sessions.get(&session) {
                    self.outbox.shutdown(now, assoc, transport);
                }
            }
        }
    }

    /// Sends a state to a pool user, if it has a control channel.
    fn leave(
        &mut self,
        now: Duration,
        session: Session,
        state: Vec<u8>,
        transport: &mut dyn Transport,
    ) {
        let Some(&assoc) = self.sessions.get(&session) else {
            return;
        };
        if !self.users[&assoc].has_control {
            return;
        }
        let Some(cookie) = self.cookies.make(&self.engine.config().pool, state) else {
            return tracing::warn!("session {}: its state is too long for a cookie", session.0);
        };
        let assoc = engine_side(assoc);
        // At once, so that the cookie leaves before the next message of the service.
        self.step(now, Input::Cookie { assoc, cookie }, transport);
    }

    fn send(
        &mut self,
        now: Duration,
        assoc: AssocId,
        stream: u16,
        ppid: u32,
        octets: Vec<u8>,
        transport: &mut dyn Transport,
    ) {
        let sent = self
            .outbox
            .send(now, assoc, stream, ppid, octets, transport);
        if let Err(GivenUp) = sent {
            self.registrars.remove(&assoc);
            self.end(now, assoc);
            let assoc = engine_side(assoc);
            self.engine.handle(now, Input::Down { assoc });
        }
    }

    fn step(&mut self, now: Duration, input: Input<'_>, transport: &mut dyn Transport) {
        self.engine.handle(now, input);
        self.drain(now, transport);
    }

    /// Carries out the engine's outputs until it has none, and passes it the load of the service, unless the owner
    /// has set one.
    fn drain(&mut self, now: Duration, transport: &mut dyn Transport) {
        if let Some(service) = &self.service {
            let current = &self.engine.config().policy;
            let policy = with_load(current, self.owner_load.unwrap_or_else(|| service.load()));
            if let Some(policy) = policy.filter(|policy| policy != current) {
                self.engine.handle(now, Input::Policy(policy));
            }
        }
        if let Some(card) = self.own_card.renewed(&self.engine) {
            self.engine.handle(now, Input::Card { card: Some(card) });
        }
        loop {
            match self.engine.poll() {
                Output::Send {
                    assoc,
                    stream,
                    ppid,
                    octets,
                } => self.send(now, stack_side(assoc), stream, ppid, octets, transport),
                Output::Connect { dial, to } => {
                    let assoc = self.connect(to, transport).map(engine_side);
                    self.engine.handle(now, Input::Dialled { dial, assoc });
                }
                Output::Abort { assoc } => {
                    let assoc = stack_side(assoc);
                    self.outbox.forget(assoc);
                    self.registrars.remove(&assoc);
                    self.end(now, assoc);
                    transport.abort(assoc);
                }
                Output::Shutdown { assoc } => {
                    self.outbox.shutdown(now, stack_side(assoc), transport);
                }
                Output::Event(event) => self.notify(now, event, transport),
                Output::Log(log) => trace(&log),
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    return;
                }
            }
        }
    }

    fn notify(&mut self, now: Duration, event: AsapEvent, transport: &mut dyn Transport) {
        match event {
            AsapEvent::CookieEcho { assoc, cookie } => {
                self.cookie_echo(now, stack_side(assoc), &cookie, transport);
            }
            AsapEvent::BusinessCard { assoc, card } => {
                if let Some(&User { session, .. }) = self.users.get(&stack_side(assoc)) {
                    self.events.push_back(Event::Card { session, card });
                }
            }
            AsapEvent::Stopped => {
                // Sessions that the engine does not know are left.
                for &assoc in self.users.keys() {
                    self.outbox.shutdown(now, assoc, transport);
                }
                self.events.push_back(Event::Asap(AsapEvent::Stopped));
            }
            event => self.events.push_back(Event::Asap(event)),
        }
    }

    fn cookie_echo(
        &mut self,
        now: Duration,
        assoc: AssocId,
        cookie: &[u8],
        transport: &mut dyn Transport,
    ) {
        let Some(&User { session, .. }) = self.users.get(&assoc) else {
            return;
        };
        let Some(state) = self.cookies.read(&self.engine.config().pool, cookie) else {
            return tracing::warn!("session {}: not a cookie of this pool", session.0);
        };
        if self.service.is_none() {
            let state = state.to_vec();
            return self.events.push_back(Event::State { session, state });
        }
        self.serve(
            now,
            |service, effects| service.on_state(now, session, state, effects),
            transport,
        );
    }

    fn connect(&self, addrs: Vec<SocketAddr>, transport: &mut dyn Transport) -> Option<AssocId> {
        let to = Peer {
            addrs,
            udp_port: None,
        };
        match transport.connect(self.endpoints.asap, &to) {
            Ok(assoc) => Some(assoc),
            Err(error) => {
                tracing::warn!("no association to {:?}: {error}", to.addrs);
                None
            }
        }
    }
}

fn trace(log: &Log) {
    if log.is_trouble() {
        tracing::warn!("{log}");
    } else {
        tracing::debug!("{log}");
    }
}
