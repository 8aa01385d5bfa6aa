//! A pool element: registers itself in a pool, keeps the registration alive whatever happens to registrars,
//! and speaks ASAP with its pool users (RFC 5352 §2.2, §3.1, §3.2, §3.4-§3.6, §3.8, §3.9).
//!
//! ```text
//!                 Input                                                    Output
//!   Dialled, Up, Restart, Down ──► association ─┐              ┌─► Connect, Abort, Shutdown
//!   Message ──► receive (decoding) ─────────────┼─► procedure ─┼─► Send
//!   Datagram ──► home (hunt) ───────────────────┤              ├─► Told(event), Log
//!   Tick ──► whatever is due ───────────────────┤              └─► Wait(deadline)
//!   Register, Policy, Card, … ──► procedure ────┘
//! ```
//!
//! The primitives of RFC 5352 §6 are these inputs and events; the others are a [pool user's](crate::pool_user):
//!
//! | RFC 5352 | here |
//! |---|---|
//! | §6.1 Registration.Request | [`Input::Register`], with the transport of [`Config::user_transport`] |
//! | §6.2 Deregistration.Request | [`Input::Deregister`] |
//! | §6.7 Error.Report | [`Event::Rejected`], [`Event::Failed`], [`Event::NotDeregistered`] |
//! | §6.9.2 Transport.Failure | [`Input::Unreachable`] |
//!
//! # What the caller does
//!
//! - One SCTP endpoint is the ASAP endpoint: all [`Output::Connect`]s leave from it, and registrars may call it.
//!   It must be bound to all addresses that are registered (R1).
//! - Associations of pool users, where the user transport is SCTP with a control channel, are reported by
//!   [`Input::Up`] like those of registrars, with whether only pool users come there; both may use one endpoint.
//!   [`Input::Began`] tells that a pool user's data was seen on one.
//! - Data goes beside the engine: a message for which [`Element::is_control`] is false is the service's. An
//!   engine polled until [`Output::Wait`] after each input has told a COOKIE_ECHO before the next message,
//!   which may be data, is looked at.
//! - Other user transports (TCP, UDP, …) have no control channel and are unknown here.
//!
//! A PE that resolves pool handles or uses pools is a pool user too (§4), and has a
//! [pool user's](crate::pool_user) engine beside this one.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use rsp_proto::pool_element::{Config, Element, Event, Input, Output};
//! use rsp_wire::asap::{Message, RegistrationResponse};
//! use rsp_wire::{TcpTransport, Transport};
//!
//! let users = TcpTransport::new(8080, [192, 0, 2, 1].into());
//! let mut config = Config::new("web".into(), Transport::Tcp(users));
//! config.registrars = vec![vec!["192.0.2.9:3863".parse()?]];
//! config.check()?;
//!
//! // The caller's side of it all: what the engine wants, and what comes of it.
//! let (seed, now) = (7, Duration::ZERO);
//! let mut element = Element::new(config, seed, now);
//! let mut registered = false;
//! element.handle(now, Input::Register);
//! loop {
//!     match element.poll() {
//!         Output::Connect { dial, to } => {
//!             let assoc = rsp_proto::Assoc(1);
//!             let answer = Some(assoc);
//!             element.handle(now, Input::Dialled { dial, assoc: answer });
//!             element.handle(now, Input::Up { assoc, peer: to, is_user: false });
//!         }
//!         Output::Send { assoc, ppid, octets, .. } => {
//!             let Message::Registration(registration) = Message::decode(&octets)?.message else {
//!                 panic!("it registers first");
//!             };
//!             let pe = registration.pool_element.identifier;
//!             let response = RegistrationResponse::new(registration.pool_handle, pe, None);
//!             let mut octets = Vec::new();
//!             Message::from(response).encode(&mut octets)?;
//!             element.handle(now, Input::Message { assoc, ppid, octets: &octets });
//!         }
//!         Output::Told(Event::Registered { .. }) => registered = true,
//!         Output::Wait(deadline) => {
//!             // T4-reregistration: 20 s less than the registration life of 5 minutes.
//!             assert_eq!(deadline, Some(Duration::from_secs(280)));
//!             break;
//!         }
//!         _ => {}
//!     }
//! }
//! assert!(registered);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! One procedure is one file; each is an `impl Element` of its `on_…` functions and the state it alone keeps.

mod association;
mod config;
mod control;
mod deregistration;
mod event;
mod home;
mod keep_alive;
mod log;
mod receive;
mod registration;
mod tolerance;
mod unreachable;

pub use config::{Config, Invalid};
pub use event::Event;
pub use log::Log;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::asap::{self, BusinessCard};
use rsp_wire::{CauseCode, OperationError, PeIdentifier, Policy, PoolHandle, ServerId, Transport};

use crate::ASAP_PPID;
use crate::hunt::{Hunt, Over, Server};
use crate::log::Inbound;
pub use crate::{Assoc, Dial};
use association::Association;
use home::Home;
use registration::{Listing, State};
use unreachable::Reports;

/// What happened, or what the owner wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The answer to [`Output::Connect`], before anything else happens to the association: it is being set
    /// up, and [`Input::Up`] or [`Input::Down`] follows; or none, it cannot be.
    Dialled {
        /// What was asked for.
        dial: Dial,
        /// The association.
        assoc: Option<Assoc>,
    },
    /// An SCTP association is up: one that was asked for, or one that a registrar or a pool user set up.
    Up {
        /// Which one.
        assoc: Assoc,
        /// The peer's transport addresses, as far as known.
        peer: Vec<SocketAddr>,
        /// Whether it came to an endpoint that only pool users are told of: no registrar is at the other end,
        /// whatever is said over it.
        is_user: bool,
    },
    /// The peer restarted an association (RFC 9260 §5.2).
    Restart {
        /// Which one.
        assoc: Assoc,
    },
    /// An association is gone, or could not be set up. What was sent over it and not delivered is lost
    /// (SEND.FAILURE).
    Down {
        /// Which one.
        assoc: Assoc,
    },
    /// A user message for which [`Element::is_control`] is true.
    Message {
        /// Association it came over.
        assoc: Assoc,
        /// PPID in host order.
        ppid: u32,
        /// The message.
        octets: &'a [u8],
    },
    /// A datagram of the multicast channel.
    Datagram {
        /// Its source.
        from: SocketAddr,
        /// Payload.
        octets: &'a [u8],
    },
    /// Time has passed.
    Tick,
    /// De-register, then end all associations gracefully; [`Event::Stopped`] follows. New associations are
    /// refused.
    Stop,
    /// Be in the pool. Also the word to try again after [`Event::Rejected`] or [`Event::Failed`].
    Register,
    /// Be not in the pool; [`Event::Deregistered`] or [`Event::NotDeregistered`] follows.
    Deregister,
    /// The policy or its values (load, weight, …) are these now. Like the following two, it is ignored if
    /// [`Config::check`] would refuse it.
    Policy(Policy),
    /// Users reach it there now.
    UserTransport(Transport),
    /// The registration life is this now.
    Life(rsp_wire::RegistrationLife),
    /// Communication with a pool user has begun on this association: its data was seen. The pool user is sent
    /// the business card (RFC 5352 §3.9). Saying it again does nothing.
    Began {
        /// Which one.
        assoc: Assoc,
    },
    /// Leave this state with a pool user (RFC 5352 §3.8); a later one replaces it there.
    Cookie {
        /// The pool user.
        assoc: Assoc,
        /// The state. It should be signed: it comes back by way of the pool user.
        cookie: Vec<u8>,
    },
    /// This is the business card: sent to all pool users with which communication has begun, and to later ones
    /// when it does.
    Card {
        /// The card; none to send no more.
        card: Option<BusinessCard>,
    },
    /// The owner could not reach another PE to which it had sent data: it is reported to the Home (RFC 5352
    /// §3.5). Once for each such event.
    Unreachable {
        /// The pool.
        pool: PoolHandle,
        /// The PE.
        pe: PeIdentifier,
    },
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send a user message.
    Send {
        /// Over this association.
        assoc: Assoc,
        /// On this stream.
        stream: u16,
        /// With this PPID, in host order.
        ppid: u32,
        /// The message, padded.
        octets: Vec<u8>,
    },
    /// Set up an SCTP association to a registrar from the ASAP endpoint; [`Input::Dialled`] is expected at once.
    Connect {
        /// Its number until it has one of the caller's.
        dial: Dial,
        /// To these addresses of one registrar; never empty.
        to: Vec<SocketAddr>,
    },
    /// End an association at once; no [`Input::Down`] is expected.
    Abort {
        /// Which one.
        assoc: Assoc,
    },
    /// End an association gracefully; [`Input::Down`] is expected.
    Shutdown {
        /// Which one.
        assoc: Assoc,
    },
    /// For the owner.
    Told(Event),
    /// For people and tests.
    Log(Log),
    /// Nothing more until the next input; at this time at the latest, let it be [`Input::Tick`].
    Wait(Option<Duration>),
}

/// The engine.
#[derive(Debug)]
pub struct Element {
    config: Config,
    id: PeIdentifier,
    rng: fastrand::Rng,
    hunt: Hunt,
    assocs: BTreeMap<Assoc, Association>,
    home: Option<Home>,
    state: State,
    /// What the owner wants.
    wanted: bool,
    /// What registrars may think of it.
    listing: Listing,
    /// Registrations or de-registrations sent since the last answer.
    attempts: u32,
    /// When the last registration was sent.
    last_sent: Option<Duration>,
    card: Option<BusinessCard>,
    reports: Reports,
    /// Messages taken by tolerance.
    tolerated: u64,
    stopping: bool,
    stopped: bool,
    out: VecDeque<Output>,
}

impl Element {
    /// A pool element that waits for [`Input::Register`]. The settings have passed [`Config::check`]. The seed
    /// decides all random choices, the PE identifier among them, so it should be a good one.
    pub fn new(config: Config, seed: u64, _now: Duration) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let id = config
            .id
            .unwrap_or_else(|| PeIdentifier(rng.u32(1..=u32::MAX)));
        let registrars = config.registrars.iter().cloned().map(Server::sctp);
        let registrars = registrars.collect();
        let hunt = Hunt::new(config.hunt.clone(), &[Over::Sctp], registrars, rng.u64(..));
        Self {
            config,
            id,
            rng,
            hunt,
            assocs: BTreeMap::new(),
            home: None,
            state: State::Out,
            wanted: false,
            listing: Listing::No,
            attempts: 0,
            last_sent: None,
            card: None,
            reports: Reports::new(),
            tolerated: 0,
            stopping: false,
            stopped: false,
            out: VecDeque::new(),
        }
    }

    /// Its PE identifier.
    pub fn id(&self) -> PeIdentifier {
        self.id
    }

    /// How many messages it took that are wrong by the RFC, because it was told to.
    pub fn tolerated(&self) -> u64 {
        self.tolerated
    }

    /// Its settings, with the policy, transport and life of now.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether a registrar has accepted it, nothing since tells otherwise, and it has a Home.
    pub fn is_registered(&self) -> bool {
        self.listing == Listing::Accepted && self.home.is_some()
    }

    /// Whether it has ended after [`Input::Stop`].
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The association to the Home ENRP server, if there is one.
    pub fn home(&self) -> Option<Assoc> {
        self.home.as_ref().map(|home| home.assoc)
    }

    /// The identifier of the Home ENRP server, if it is known.
    pub fn home_id(&self) -> Option<ServerId> {
        self.home.as_ref().and_then(|home| home.id)
    }

    /// How many associations there are, set-ups to registrars included.
    pub fn associations(&self) -> usize {
        self.assocs.len() + self.hunt.setups()
    }

    /// Set-ups to registrars under way.
    pub fn setups(&self) -> usize {
        self.hunt.setups()
    }

    /// Whether a message with this PPID that came over this association is ASAP's. Over the association to a
    /// registrar all messages are, for RFC 5352 §5 only says that the PPID SHOULD be ASAP's there.
    pub fn is_control(&self, assoc: Assoc, ppid: u32) -> bool {
        let is_registrar = |association: &Association| association.is_registrar;
        ppid == ASAP_PPID || self.assocs.get(&assoc).is_some_and(is_registrar)
    }

    /// Whether nobody but a pool user can be at the other end.
    fn is_user(&self, assoc: Assoc) -> bool {
        self.assocs
            .get(&assoc)
            .is_some_and(|association| association.is_user)
    }

    /// Takes one input. What is due by `now` happens before it; an association that is given up so never comes up.
    pub fn handle(&mut self, now: Duration, input: Input<'_>) {
        self.on_time(now);
        if let Input::Up { assoc, .. } = input
            && self.out.contains(&Output::Abort { assoc })
        {
            return;
        }
        match input {
            Input::Dialled { dial, assoc } => self.on_dialled(now, dial, assoc),
            Input::Up {
                assoc,
                peer,
                is_user,
            } => self.on_up(now, assoc, peer, is_user),
            Input::Restart { assoc } => self.on_restart(now, assoc),
            Input::Down { assoc } => self.on_down(now, assoc),
            Input::Message {
                assoc,
                ppid,
                octets,
            } => self.on_message(now, assoc, ppid, octets),
            Input::Datagram { from, octets } => self.on_datagram(now, from, octets),
            Input::Tick => {}
            Input::Stop => self.on_stop(now),
            Input::Register => self.on_register(now),
            Input::Deregister => self.on_deregister(now),
            Input::Policy(policy) => self.on_policy(now, policy),
            Input::UserTransport(transport) => self.on_user_transport(now, transport),
            Input::Life(life) => self.on_life(now, life),
            Input::Began { assoc } => self.on_began(assoc),
            Input::Cookie { assoc, cookie } => self.on_cookie(assoc, cookie),
            Input::Card { card } => self.on_card(card),
            Input::Unreachable { pool, pe } => self.on_unreachable(now, pool, pe),
        }
    }

    /// The next thing to do; [`Output::Wait`] when there is none.
    pub fn poll(&mut self) -> Output {
        match self.out.pop_front() {
            Some(output) => output,
            None => Output::Wait(self.deadline()),
        }
    }

    fn on_time(&mut self, now: Duration) {
        let steps = self.hunt.on_time(now);
        self.on_hunt(now, steps);
        self.on_state_due(now);
    }

    fn deadline(&self) -> Option<Duration> {
        let times = [self.hunt.due(), self.state.due()];
        times.into_iter().flatten().min()
    }

    fn on_asap(&mut self, now: Duration, assoc: Assoc, message: asap::Message) {
        use asap::Message as M;
        // What only a registrar says proves nothing where anybody may come: an H=1 from a pool user would
        // take the PE from its Home.
        let is_user = self.is_user(assoc);
        match message {
            M::RegistrationResponse(m) if !is_user => self.on_registration_response(now, assoc, m),
            M::DeregistrationResponse(m) if !is_user => {
                self.on_deregistration_response(now, assoc, m);
            }
            M::EndpointKeepAlive(m) if !is_user => self.on_keep_alive(now, assoc, m),
            M::CookieEcho(m) => self.on_cookie_echo(assoc, m),
            M::BusinessCard(m) => self.on_business_card(assoc, m),
            M::Error(m) => self.log(Inbound::error_reported(assoc, &m.operation_error)),
            // Known, but nothing that is sent to a PE over such an association. No rule asks for a report:
            // "unrecognized" is about the type alone.
            M::RegistrationResponse(_)
            | M::DeregistrationResponse(_)
            | M::EndpointKeepAlive(_)
            | M::Registration(_)
            | M::Deregistration(_)
            | M::HandleResolution(_)
            | M::HandleResolutionResponse(_)
            | M::EndpointKeepAliveAck(_)
            | M::EndpointUnreachable(_)
            | M::ServerAnnounce(_)
            | M::Cookie(_) => self.log(Inbound::OutOfPlace {
                assoc,
                message: message.message_type(),
            }),
        }
    }

    /// Sends an ASAP message, unless it cannot be encoded, which is logged.
    fn send(&mut self, assoc: Assoc, message: impl Into<asap::Message>) {
        let message = message.into();
        let mut octets = Vec::new();
        if let Err(error) = message.encode(&mut octets) {
            let message = message.message_type();
            self.log(Log::NotEncoded { message, error });
            return;
        }
        // The RFCs say nothing about streams; one stream keeps requests in order.
        self.out.push_back(Output::Send {
            assoc,
            stream: 0,
            ppid: ASAP_PPID,
            octets,
        });
    }

    fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Told(event));
    }

    fn log(&mut self, log: impl Into<Log>) {
        self.out.push_back(Output::Log(log.into()));
    }
}

fn codes(error: Option<&OperationError>) -> Vec<CauseCode> {
    let causes = error.map_or(&[][..], |error| &error.causes);
    causes.iter().map(|cause| cause.code).collect()
}

#[cfg(test)]
mod tests;
