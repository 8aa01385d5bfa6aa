//! The engine on virtual time, without a transport: messages in, messages out.

mod control;
mod home;
mod random;
mod receive;
mod resolution;
mod selection;
mod session;
mod together;
mod transitions;
mod unreachable;
mod watch;

use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::asap::{self, HandleResolutionResponse};
use rsp_wire::{
    CauseCode, ErrorCause, PeIdentifier, Policy, PoolElement, PoolHandle, RegistrationLife,
    SctpTransport, ServerId, TransportUse, UnknownParameters,
};

use super::{
    Assoc, Carrier, Channel, Config, Event, Failover, Failure, Fault, Input, Log, Message, Output,
    PoolUser, Request, Session, SessionFailure, Target, Unsent,
};
use crate::hunt::Server;
use crate::tests::drive::{self, Drive};

/// A set-up that the engine asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    assoc: Assoc,
    channel: Channel,
    carrier: Carrier,
    to: Vec<SocketAddr>,
}

/// A pool user, the virtual time, and its output since the test took it last.
struct World {
    user: PoolUser,
    now: Duration,
    out: Vec<Output>,
    /// Set-ups that the test has not answered yet.
    calls: Vec<Call>,
    next_assoc: u64,
}

impl World {
    /// Returns a pool user with two registrars over SCTP.
    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            registrars: vec![registrar(1), registrar(2)],
            ..Config::default()
        };
        change(&mut config);
        let mut world = Self {
            user: PoolUser::new(config, 1, Duration::ZERO),
            now: Duration::ZERO,
            out: Vec::new(),
            calls: Vec::new(),
            next_assoc: 0,
        };
        world.drain();
        world
    }

    /// Returns a pool user with a home.
    fn at_home(change: impl FnOnce(&mut Config)) -> (Self, Assoc) {
        let mut world = Self::with(change);
        let home = world.find_home();
        (world, home)
    }

    /// Answers the set-up to the first registrar.
    fn find_home(&mut self) -> Assoc {
        let calls = std::mem::take(&mut self.calls);
        let call = calls.iter().find(|c| c.channel == Channel::Registrar);
        let home = call.expect("a registrar is called").assoc;
        self.up(home);
        self.out.clear();
        home
    }

    fn input(&mut self, input: Input<'_>) {
        self.user.handle(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            match self.user.poll() {
                Output::Wait(_) => return,
                Output::Connect {
                    dial,
                    channel,
                    carrier,
                    to,
                } => {
                    let assoc = Assoc(self.next_assoc);
                    self.next_assoc += 1;
                    self.calls.push(Call {
                        assoc,
                        channel,
                        carrier,
                        to,
                    });
                    let assoc = Some(assoc);
                    self.user.handle(self.now, Input::Dialled { dial, assoc });
                }
                output => self.out.push(output),
            }
        }
    }

    fn up(&mut self, assoc: Assoc) {
        self.input(Input::Up { assoc });
    }

    fn down(&mut self, assoc: Assoc, why: Fault) {
        let unsent = Vec::new();
        self.input(Input::Down { assoc, why, unsent });
    }

    fn octets(&mut self, assoc: Assoc, octets: &[u8]) {
        self.input(Input::Message {
            assoc,
            ppid: 11,
            octets,
        });
    }

    fn deliver(&mut self, assoc: Assoc, message: impl Into<asap::Message>) {
        self.octets(assoc, &drive::asap(message));
    }

    /// Returns the ASAP messages sent since the last call.
    fn sent(&mut self) -> Vec<(Assoc, asap::Message)> {
        let is_send = |output: &Output| matches!(output, Output::Send { .. });
        let (sent, rest) = std::mem::take(&mut self.out).into_iter().partition(is_send);
        self.out = rest;
        let sent: Vec<Output> = sent;
        sent.into_iter()
            .filter_map(|output| match output {
                Output::Send {
                    assoc,
                    octets,
                    ppid,
                    ..
                } => Some((assoc, drive::sent(ppid, &octets))),
                _ => None,
            })
            .collect()
    }

    /// Returns association, pool and S flag of the questions sent since the last call.
    fn questions(&mut self) -> Vec<(Assoc, PoolHandle, bool)> {
        let sent = self.sent().into_iter();
        sent.filter_map(|(assoc, message)| match message {
            asap::Message::HandleResolution(m) => {
                let wants_updates = m.wants_updates();
                Some((assoc, m.pool_handle, wants_updates))
            }
            _ => None,
        })
        .collect()
    }

    /// Returns the PEs reported since the last call.
    fn reports(&mut self) -> Vec<(Assoc, u32)> {
        let sent = self.sent().into_iter();
        sent.filter_map(|(assoc, message)| match message {
            asap::Message::EndpointUnreachable(m) => Some((assoc, m.pe_identifier.0)),
            _ => None,
        })
        .collect()
    }

    /// Returns the events reported since the last call.
    fn events(&mut self) -> Vec<Event> {
        let is_event = |output: &Output| matches!(output, Output::Event(_));
        let (events, rest) = std::mem::take(&mut self.out)
            .into_iter()
            .partition(is_event);
        self.out = rest;
        let events: Vec<Output> = events;
        events
            .into_iter()
            .filter_map(|output| match output {
                Output::Event(event) => Some(event),
                _ => None,
            })
            .collect()
    }

    /// Returns the only set-up to a PE since the last call, with the PE's number.
    fn called(&mut self) -> (Assoc, u32) {
        let calls = std::mem::take(&mut self.calls);
        let mut calls = calls.iter().filter(|c| c.channel == Channel::Element);
        let call = calls.next().expect("a PE is called");
        assert_eq!(calls.next(), None, "one PE at a time");
        (call.assoc, u32::from(call.to[0].port()))
    }

    fn calls_nobody(&mut self) -> bool {
        let calls = std::mem::take(&mut self.calls);
        !calls.iter().any(|c| c.channel == Channel::Element)
    }

    fn resolve(&mut self, request: u64, pool: &str) {
        self.input(Input::Resolve {
            request: Request(request),
            pool: pool.into(),
        });
    }

    fn watch(&mut self, request: u64, pool: &str) {
        self.input(Input::Watch {
            request: Request(request),
            pool: pool.into(),
        });
    }

    fn open(&mut self, session: u64, pool: &str) {
        self.input(Input::Open {
            session: Session(session),
            target: Target::Pool(pool.into()),
            failover: true,
        });
    }

    fn send(&mut self, session: u64, text: &str) {
        self.input(Input::Send {
            session: Session(session),
            message: Message::new(text),
        });
    }

    /// Returns a session with a PE of the pool "p", which has these PEs with control channels.
    fn session(change: impl FnOnce(&mut Config), pes: &[u32]) -> (Self, Assoc, Assoc, u32) {
        let (mut world, home) = Self::at_home(change);
        world.open(1, "p");
        world.deliver(home, list("p", None, pes));
        let (assoc, pe) = world.called();
        world.up(assoc);
        world.out.clear();
        (world, home, assoc, pe)
    }

    fn data(&mut self) -> Vec<(Assoc, String)> {
        let is_data = |output: &Output| matches!(output, Output::Data { .. });
        let (data, rest) = std::mem::take(&mut self.out).into_iter().partition(is_data);
        self.out = rest;
        let data: Vec<Output> = data;
        data.into_iter()
            .filter_map(|output| match output {
                Output::Data { assoc, message } => {
                    Some((assoc, String::from_utf8(message.octets).unwrap()))
                }
                _ => None,
            })
            .collect()
    }
}

impl Drive for World {
    fn now(&mut self) -> &mut Duration {
        &mut self.now
    }

    fn deadline(&mut self) -> Option<Duration> {
        loop {
            match self.user.poll() {
                Output::Wait(at) => return at,
                output => self.out.push(output),
            }
        }
    }

    fn tick(&mut self) {
        self.input(Input::Tick);
    }
}

fn registrar(number: u8) -> Server {
    let addr: SocketAddr = format!("198.51.100.{number}:3863").parse().unwrap();
    Server::sctp([addr])
}

/// Returns a PE whose number is its port too, with a control channel.
fn element(pe: u32, policy: Policy) -> PoolElement {
    let port = u16::try_from(pe).unwrap();
    let address: std::net::IpAddr = "203.0.113.1".parse().unwrap();
    let transport = SctpTransport {
        transport_use: TransportUse::DATA_PLUS_CONTROL,
        ..SctpTransport::new(port, address)
    };
    PoolElement {
        identifier: PeIdentifier(pe),
        home: ServerId(7),
        life: RegistrationLife(600),
        user_transport: transport.into(),
        policy,
        asap_transport: None,
        unknown: UnknownParameters::NONE,
    }
}

/// Returns a positive answer without the A flag; `policy` is the pool's and its PEs'.
fn list(pool: &str, policy: Option<Policy>, pes: &[u32]) -> HandleResolutionResponse {
    let own = policy.clone().unwrap_or(Policy::RoundRobin);
    let elements = pes.iter().map(|&pe| element(pe, own.clone())).collect();
    HandleResolutionResponse::new(pool.into(), policy, elements)
}

/// Returns the same with A=1.
fn update(pool: &str, pes: &[u32]) -> HandleResolutionResponse {
    let mut list = list(pool, None, pes);
    list.flags = HandleResolutionResponse::UPDATES_ACCEPTED;
    list
}

fn unknown_pool(pool: &str) -> HandleResolutionResponse {
    let cause = ErrorCause::bare(CauseCode::UNKNOWN_POOL_HANDLE);
    HandleResolutionResponse::negative(pool.into(), cause.into())
}
