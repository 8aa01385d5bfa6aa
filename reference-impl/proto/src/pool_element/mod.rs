//! A pool element: registers itself in a pool, keeps the registration alive when registrars fail, and speaks ASAP
//! with its pool users (RFC 5352 §2.2, §3.1, §3.2, §3.4-§3.6, §3.8, §3.9).
//!
//! ```text
//!                 Input                                                    Output
//!   Dialled, Up, Restart, Down ──► association ─┐              ┌─► Connect, Abort, Shutdown
//!   Message ──► receive (decoding) ─────────────┼─► procedure ─┼─► Send
//!   Datagram ──► home (hunt) ───────────────────┤              ├─► Event(event), Log
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
//!   [`Input::Up`] like those of registrars; `is_user` marks an endpoint for pool users only. Both may use one
//!   endpoint. [`Input::Began`] reports that a pool user's data came over an association.
//! - Data bypasses the engine: a message for which [`Element::is_control`] is false belongs to the service. If
//!   the caller polls the engine until [`Output::Wait`] after each input, the owner gets the event of a
//!   COOKIE_ECHO before the caller looks at the next message, which may be data.
//! - Other user transports (TCP, UDP, …) have no control channel, and the engine does not know them.
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
//! // The caller does what the engine returns, and passes the results.
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
//!         Output::Event(Event::Registered { .. }) => registered = true,
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
//! One procedure is one file; each is an `impl Element` of its `on_…` functions and the state that only it uses.

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

/// Event of the transport, or request of the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The answer to [`Output::Connect`], before any other event of the association. With an association, the
    /// set-up has begun, and [`Input::Up`] or [`Input::Down`] follows; with none, it is impossible.
    Dialled {
        /// Number of the set-up.
        dial: Dial,
        /// The association.
        assoc: Option<Assoc>,
    },
    /// An SCTP association is up: one that the engine dialled, or one that a registrar or a pool user set up.
    Up {
        /// The association.
        assoc: Assoc,
        /// The peer's transport addresses, as far as known.
        peer: Vec<SocketAddr>,
        /// True if it came to an endpoint that is announced to pool users only: no registrar is at the other end,
        /// whatever messages come over it.
        is_user: bool,
    },
    /// The peer restarted an association (RFC 9260 §5.2).
    Restart {
        /// The association.
        assoc: Assoc,
    },
    /// An association is gone, or its set-up failed. Messages sent over it and not delivered are lost
    /// (SEND.FAILURE).
    Down {
        /// The association.
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
    /// Enter the pool. The owner also passes it to try again after [`Event::Rejected`] or [`Event::Failed`].
    Register,
    /// Leave the pool; [`Event::Deregistered`] or [`Event::NotDeregistered`] follows.
    Deregister,
    /// Change the policy or its values (load, weight, …). Like the following two, it is ignored if
    /// [`Config::check`] rejects the result.
    Policy(Policy),
    /// Change the user transport.
    UserTransport(Transport),
    /// Change the registration life.
    Life(rsp_wire::RegistrationLife),
    /// Communication with a pool user has begun on this association: its data came. The engine sends the business
    /// card to the pool user (RFC 5352 §3.9). A repetition has no effect.
    Began {
        /// The association.
        assoc: Assoc,
    },
    /// Send this state to a pool user (RFC 5352 §3.8), where it replaces an earlier one.
    Cookie {
        /// The pool user.
        assoc: Assoc,
        /// The state. The owner should sign it: it comes back by way of the pool user.
        cookie: Vec<u8>,
    },
    /// Set the business card. It is sent to all pool users with which communication has begun, and to later ones
    /// when it begins.
    Card {
        /// The card; none to send no more cards.
        card: Option<BusinessCard>,
    },
    /// The owner could not reach another PE to which it had sent data: the engine reports it to the Home (RFC
    /// 5352 §3.5). Pass it once for each such event.
    Unreachable {
        /// The pool.
        pool: PoolHandle,
        /// The PE.
        pe: PeIdentifier,
    },
}

/// Action that the caller has to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send a user message.
    Send {
        /// Association.
        assoc: Assoc,
        /// Stream.
        stream: u16,
        /// PPID, in host order.
        ppid: u32,
        /// The message, padded.
        octets: Vec<u8>,
    },
    /// Set up an SCTP association to a registrar from the ASAP endpoint; [`Input::Dialled`] is expected at once.
    Connect {
        /// Number of the set-up; the caller answers with its number of the association.
        dial: Dial,
        /// Addresses of one registrar; never empty.
        to: Vec<SocketAddr>,
    },
    /// End an association at once; no [`Input::Down`] is expected.
    Abort {
        /// The association.
        assoc: Assoc,
    },
    /// End an association gracefully; [`Input::Down`] is expected.
    Shutdown {
        /// The association.
        assoc: Assoc,
    },
    /// Report this event to the owner.
    Event(Event),
    /// Write this log entry.
    Log(Log),
    /// Wait: the engine has nothing to do before the next input. At this time at the latest, pass
    /// [`Input::Tick`].
    Wait(Option<Duration>),
}

/// The engine of a pool element.
#[derive(Debug)]
pub struct Element {
    config: Config,
    id: PeIdentifier,
    rng: fastrand::Rng,
    hunt: Hunt,
    assocs: BTreeMap<Assoc, Association>,
    home: Option<Home>,
    state: State,
    /// True while the owner wants it in the pool.
    wanted: bool,
    /// Registration as registrars may have it.
    listing: Listing,
    /// Number of registrations or de-registrations sent since the last answer.
    attempts: u32,
    /// Time of the last registration.
    last_sent: Option<Duration>,
    card: Option<BusinessCard>,
    reports: Reports,
    /// Number of messages accepted by tolerance.
    tolerated: u64,
    stopping: bool,
    stopped: bool,
    out: VecDeque<Output>,
}

impl Element {
    /// Returns a pool element that waits for [`Input::Register`]. The settings have passed [`Config::check`]. The
    /// seed decides all random choices, the PE identifier among them, so it should be unpredictable.
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

    /// Returns its PE identifier.
    pub fn id(&self) -> PeIdentifier {
        self.id
    }

    /// Returns the number of accepted messages that break the RFC in a way that the settings tolerate.
    pub fn tolerated(&self) -> u64 {
        self.tolerated
    }

    /// Returns its settings, with the present policy, transport and life.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns true if a registrar has accepted the registration, no later message has ended it, and the PE has a
    /// Home.
    pub fn is_registered(&self) -> bool {
        self.listing == Listing::Accepted && self.home.is_some()
    }

    /// Returns true once it has ended after [`Input::Stop`].
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Returns the association to the Home ENRP server, if there is one.
    pub fn home(&self) -> Option<Assoc> {
        self.home.as_ref().map(|home| home.assoc)
    }

    /// Returns the identifier of the Home ENRP server, if it is known.
    pub fn home_id(&self) -> Option<ServerId> {
        self.home.as_ref().and_then(|home| home.id)
    }

    /// Returns the number of associations, set-ups to registrars included.
    pub fn associations(&self) -> usize {
        self.assocs.len() + self.hunt.setups()
    }

    /// Returns the number of set-ups to registrars.
    pub fn setups(&self) -> usize {
        self.hunt.setups()
    }

    /// Returns true if a message with this PPID over this association is ASAP's. Over an association to a
    /// registrar all messages are: RFC 5352 §5 has only a SHOULD for the PPID there.
    pub fn is_control(&self, assoc: Assoc, ppid: u32) -> bool {
        let is_registrar = |association: &Association| association.is_registrar;
        ppid == ASAP_PPID || self.assocs.get(&assoc).is_some_and(is_registrar)
    }

    /// Returns true if only a pool user can be at the other end.
    fn is_user(&self, assoc: Assoc) -> bool {
        self.assocs
            .get(&assoc)
            .is_some_and(|association| association.is_user)
    }

    /// Takes one input, after what is due by `now`. If that gives an association up, an input that reports it as
    /// up is ignored.
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

    /// Returns the next action; [`Output::Wait`] when there is none.
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
        // Messages of registrars are not accepted where any host may connect: an H=1 from a pool user would take
        // the PE from its Home.
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
            // Known, but not sent to a PE over such an association. No rule requires a report: "unrecognized" is
            // about the type alone.
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
        // The RFCs do not define the streams; one stream keeps requests in order.
        self.out.push_back(Output::Send {
            assoc,
            stream: 0,
            ppid: ASAP_PPID,
            octets,
        });
    }

    fn emit(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
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
