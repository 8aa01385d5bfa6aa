//! A registrar (ENRP server) towards pool elements and pool users, RFC 5352, and towards its peers, RFC 5353.
//!
//! ```text
//!                 Input                                                 Output
//!   Up, Restart, Down ──► association ─┐              ┌─► Send, Abort, Shutdown
//!   Message ──► receive (decoding) ────┼─► procedure ─┼─► Announce
//!   Datagram ──► announce ─────────────┤              ├─► Log
//!   Tick ──► whatever is due ──────────┤              ├─► Connect
//!   Dialled ──► enrp ──────────────────┘              └─► Wait(deadline)
//! ```
//!
//! One procedure is one file, with its `on_…` functions and the state that only it uses. Its `impl` shows what it
//! may access:
//!
//! | `impl` | may touch |
//! |---|---|
//! | `Core` | the handlespace, associations and output; announces nothing to the peers |
//! | `Enrp` (in [`enrp`]) | what this registrar knows of its peers; the core only if it is an argument |
//! | `Registrar` | both: it changes the handlespace and announces that to the peers |
//!
//! Without an ENRP endpoint there is no `Enrp`.

mod announce;
mod association;
mod config;
mod counters;
mod deregistration;
pub mod enrp;
mod expiry;
mod foreign_report;
mod idle;
mod keep_alive;
mod limits;
mod log;
mod rate;
mod receive;
mod registration;
mod resolution;
mod room;
mod subscription;
mod timer;
mod unreachable;
mod view;

pub use association::Kind;
pub use config::Config;
pub use counters::{Counters, PerCause, PerDeparture, PerType};
pub use limits::{Limit, LimitUse};
pub use log::{Departure, Log};
pub use timer::Timer;
pub use view::Associations;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::ops::Bound;
use std::time::Duration;

use rsp_handlespace::{Handlespace, Limits};
use rsp_wire::{ServerId, asap};

pub use crate::Assoc;
use crate::log::Inbound;
use crate::timers::Deadlines;
use crate::{ASAP_PPID, Dial};
use announce::Announcer;
use association::Association;
use enrp::{Channel, Enrp};
use foreign_report::ForeignReports;
use keep_alive::Watches;
use room::Room;
use subscription::Subscriptions;

/// Addresses of this registrar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Over SCTP; all ports are equal.
    pub sctp: Vec<SocketAddr>,
    /// Over TCP.
    pub tcp: Option<SocketAddr>,
    /// True if the caller can send [`Output::Announce`].
    pub multicast: bool,
    /// Over SCTP for ENRP; all ports are equal. Without one there are no peers.
    pub enrp: Vec<SocketAddr>,
}

/// Event of the transport, or request of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// An association is up.
    Up {
        /// The association.
        assoc: Assoc,
        /// SCTP or TCP.
        kind: Kind,
        /// The peer's transport addresses, as far as known.
        peer: Vec<SocketAddr>,
    },
    /// The peer restarted an association (RFC 9260 §5.2).
    Restart {
        /// The association.
        assoc: Assoc,
    },
    /// An association is gone.
    Down {
        /// The association.
        assoc: Assoc,
    },
    /// A user message.
    Message {
        /// Association it came over.
        assoc: Assoc,
        /// PPID in host order. Messages with another PPID than ASAP's are accepted too: RFC 5352 §5 has only a
        /// SHOULD.
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
    /// The answer to [`Output::Connect`], before any other event of the association. With an association, the
    /// set-up has begun, and [`Input::Up`] or [`Input::Down`] follows; with none, it is impossible.
    Dialled {
        /// Number of the set-up.
        dial: Dial,
        /// The association.
        assoc: Option<Assoc>,
    },
    /// Time has passed.
    Tick,
    /// Accept no new associations, and continue with the present ones: [`Input::Stop`] follows soon.
    Drain,
    /// Shut down: end all associations gracefully, accept no new ones.
    Stop,
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
    /// Send a datagram to the multicast channel.
    Announce {
        /// Payload.
        octets: Vec<u8>,
    },
    /// Set up an association; [`Input::Dialled`] is expected at once.
    Connect {
        /// Number of the set-up; the caller answers with its number of the association.
        dial: Dial,
        /// Local endpoint.
        channel: Channel,
        /// Addresses of one peer.
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
    /// Write this log entry.
    Log(Log),
    /// Wait: the engine has nothing to do before the next input. At this time at the latest, pass
    /// [`Input::Tick`].
    Wait(Option<Duration>),
}

/// The engine of a registrar.
#[derive(Debug)]
pub struct Registrar {
    core: Core,
    enrp: Option<Enrp>,
}

/// The handlespace with the ASAP side of the registrar, and what ASAP and ENRP share: settings, associations, output.
#[derive(Debug)]
struct Core {
    config: Config,
    id: ServerId,
    rng: fastrand::Rng,
    space: Handlespace,
    assocs: BTreeMap<Assoc, Association>,
    room: Room,
    /// TCP connections by the time of the next look at them.
    idle: Deadlines<Assoc>,
    watches: Watches,
    foreign_reports: ForeignReports,
    subscriptions: Subscriptions,
    announcer: Option<Announcer>,
    counters: Counters,
    draining: bool,
    stopping: bool,
    /// While associations are to be shut down: the time of the next ones, and the last one that is shut down.
    shutting_down: Option<(Duration, Bound<Assoc>)>,
    /// Buffer for the octets of an element while it is encoded.
    scratch: Vec<u8>,
    out: VecDeque<Output>,
}

impl Registrar {
    /// Returns a registrar with an empty handlespace. It serves at once, unless it has a mentor to ask first. The
    /// seed decides all random choices.
    pub fn new(config: Config, reach: &Reach, seed: u64, now: Duration) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let id = ServerId(
            config
                .id
                .map_or_else(|| rng.u32(1..=u32::MAX), |id| id.get()),
        );
        let limits = Limits {
            pools: config.max_pools,
            pool_elements: config.max_pool_elements,
            pool_elements_per_pool: config.max_pool_elements_per_pool,
        };
        let announcer = Announcer::new(reach, id, now);
        let enrp = Enrp::new(&reach.enrp, id, &config, now);
        let core = Core {
            config,
            id,
            rng,
            space: Handlespace::seeded(limits, seed),
            assocs: BTreeMap::new(),
            room: Room::default(),
            idle: Deadlines::default(),
            watches: Watches::default(),
            foreign_reports: ForeignReports::default(),
            subscriptions: Subscriptions::default(),
            announcer,
            counters: Counters::default(),
            draining: false,
            stopping: false,
            shutting_down: None,
            scratch: Vec::new(),
            out: VecDeque::new(),
        };
        let mut registrar = Self { core, enrp };
        if let Some(enrp) = &mut registrar.enrp {
            enrp.start_up(&mut registrar.core, now);
        }
        registrar
    }

    /// Returns its server identifier.
    pub fn id(&self) -> ServerId {
        self.core.id
    }

    /// Returns its handlespace.
    pub fn handlespace(&self) -> &Handlespace {
        &self.core.space
    }

    /// Returns the number of associations.
    pub fn associations(&self) -> usize {
        self.core.assocs.len()
    }

    /// Takes one input, after what is due by `now`. If that gives an association up, an input that reports it as
    /// up is ignored.
    pub fn handle(&mut self, now: Duration, input: Input<'_>) {
        self.on_time(now);
        if let Input::Up { assoc, .. } = input
            && self.core.out.contains(&Output::Abort { assoc })
        {
            return;
        }
        match input {
            Input::Up { assoc, kind, peer } => self.on_up(now, assoc, kind, peer),
            Input::Restart { assoc } => self.on_restart(now, assoc),
            Input::Down { assoc } => self.on_down(now, assoc),
            // RFC 5352 §5 has only a SHOULD for the PPID, so a message with another one is accepted too.
            Input::Message {
                assoc,
                ppid: _,
                octets,
            } => self.on_message(now, assoc, octets),
            Input::Datagram { from, octets } => self.core.on_datagram(now, from, octets),
            Input::Dialled { dial, assoc } => {
                if let Some(enrp) = &mut self.enrp {
                    enrp.on_dialled(&mut self.core, now, dial, assoc);
                }
            }
            Input::Tick => {}
            Input::Drain => self.core.on_drain(),
            Input::Stop => self.core.on_stop(now),
        }
    }

    /// Returns the next action; [`Output::Wait`] when there is none.
    pub fn poll(&mut self) -> Output {
        match self.core.out.pop_front() {
            Some(output) => output,
            None => {
                self.core.subscriptions.on_wait();
                Output::Wait(self.deadline())
            }
        }
    }

    fn on_time(&mut self, now: Duration) {
        self.on_expiry(now);
        self.on_watch_due(now);
        self.core.on_foreign_report_due(now);
        self.core.on_subscription_due(now);
        self.core.room.on_time(now);
        self.on_idle_due(now);
        self.core.on_shutdown_due(now);
        if self.is_serving() {
            self.core.on_announce_due(now);
        }
        if let Some(enrp) = &mut self.enrp {
            enrp.on_time(&mut self.core, now);
        }
    }

    fn deadline(&self) -> Option<Duration> {
        let announcer = self.core.announcer.as_ref().filter(|_| self.is_serving());
        let announce = announcer.map(|a| a.due(&self.core.config));
        let enrp = self.enrp.as_ref().filter(|_| !self.core.stopping);
        let enrp = enrp.and_then(|enrp| enrp.due(&self.core.config));
        [
            self.core.space.next_expiry(),
            self.core.watches.due(),
            self.core.foreign_reports.due(),
            self.core.subscriptions.due(),
            self.core.idle.due(),
            self.core.shutting_down.map(|(at, _)| at),
            announce,
            enrp,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn on_asap(&mut self, now: Duration, assoc: Assoc, message: asap::Message, octets: usize) {
        use asap::Message as M;
        match message {
            M::Registration(m) => self.on_registration(now, assoc, m, octets),
            M::Deregistration(m) => self.on_deregistration(now, assoc, m),
            M::HandleResolution(m) => self.core.on_question(assoc, m.question()),
            M::EndpointKeepAliveAck(m) => self.core.on_keep_alive_ack(now, assoc, &m),
            M::EndpointUnreachable(m) => self.on_unreachable(now, assoc, &m),
            M::Error(m) => {
                let log = Inbound::error_reported(assoc, &m.operation_error);
                self.core.log(log);
            }
            // Known, but not sent to a registrar over an association. No rule requires a report: "unrecognized"
            // is about the type alone.
            M::RegistrationResponse(_)
            | M::DeregistrationResponse(_)
            | M::HandleResolutionResponse(_)
            | M::EndpointKeepAlive(_)
            | M::ServerAnnounce(_)
            | M::Cookie(_)
            | M::CookieEcho(_)
            | M::BusinessCard(_) => self.core.log(Inbound::OutOfPlace {
                assoc,
                message: message.message_type(),
            }),
        }
    }
}

impl Core {
    /// Sends an ASAP message, unless it cannot be encoded, which is logged.
    fn send(&mut self, assoc: Assoc, message: impl Into<asap::Message>) {
        let message = message.into();
        let mut octets = Vec::new();
        match message.encode(&mut octets) {
            Ok(()) => self.send_octets(assoc, octets),
            Err(error) => self.log(Log::NotEncoded {
                message: message.message_type(),
                error,
            }),
        }
    }

    fn send_octets(&mut self, assoc: Assoc, octets: Vec<u8>) {
        self.counters.asap_out.count(&octets);
        // The RFCs do not define the streams; one stream keeps the answers in order.
        self.out.push_back(Output::Send {
            assoc,
            stream: 0,
            ppid: ASAP_PPID,
            octets,
        });
    }

    fn log(&mut self, log: impl Into<Log>) {
        let log = log.into();
        self.counters.note(&log);
        self.out.push_back(Output::Log(log));
    }
}

#[cfg(test)]
mod tests;
