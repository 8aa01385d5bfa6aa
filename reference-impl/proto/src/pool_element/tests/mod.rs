//! The engine on virtual time, without a transport: messages in, messages out.

mod control;
mod deregistration;
mod keep_alive;
mod receive;
mod registration;
mod schedules;
mod transitions;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rsp_wire::asap::{
    self, Deregistration, DeregistrationResponse, EndpointKeepAlive, MessageType, Registration,
    RegistrationResponse,
};
use rsp_wire::{
    CauseCode, ErrorCause, PeIdentifier, Policy, PolicyType, PoolHandle, RegistrationLife,
    SctpTransport, ServerId, TcpTransport, TransportUse,
};

use super::{Assoc, Config, Element, Event, Input, Log, Output};
use crate::tests::drive::{self, Drive};

const PE: PeIdentifier = PeIdentifier(7);

/// A pool element, the virtual time, and its output since the test took it last.
struct World {
    element: Element,
    now: Duration,
    next_assoc: u64,
    /// Set-ups that it has asked for, as the caller numbered them.
    dialled: Vec<(Assoc, SocketAddr)>,
    out: Vec<Output>,
}

impl World {
    fn new() -> Self {
        Self::with(|_| {})
    }

    /// Returns a PE of pool "p" that knows two registrars.
    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let transport = SctpTransport {
            transport_use: TransportUse::DATA_PLUS_CONTROL,
            ..SctpTransport::new(7, IpAddr::from([198, 51, 100, 7]))
        };
        let mut config = Config {
            id: Some(PE),
            registrars: vec![vec![registrar(1)], vec![registrar(2)]],
            ..Config::new("p".into(), transport.into())
        };
        change(&mut config);
        assert_eq!(config.check(), Ok(()));
        Self {
            element: Element::new(config, 1, Duration::ZERO),
            now: Duration::ZERO,
            next_assoc: 0,
            dialled: Vec::new(),
            out: Vec::new(),
        }
    }

    /// Returns a PE that has a Home, which has not answered its registration yet.
    fn registering() -> (Self, Assoc) {
        let mut world = Self::new();
        let home = world.found();
        (world, home)
    }

    /// Returns a registered PE.
    fn registered() -> (Self, Assoc) {
        Self::registered_with(|_| {})
    }

    fn registered_with(change: impl FnOnce(&mut Config)) -> (Self, Assoc) {
        let mut world = Self::with(change);
        let home = world.found();
        world.accept(home);
        assert!(world.element.is_registered());
        world.pass_secs(5);
        world.out.clear();
        (world, home)
    }

    fn input(&mut self, input: Input<'_>) {
        self.element.handle(self.now, input);
        loop {
            let output = match self.element.poll() {
                Output::Wait(_) => return,
                output => output,
            };
            if let Output::Connect { dial, to } = &output {
                let assoc = Some(self.fresh());
                self.dialled.extend(assoc.map(|assoc| (assoc, to[0])));
                let dial = *dial;
                self.element
                    .handle(self.now, Input::Dialled { dial, assoc });
                assert!(self.element.setups() <= 3, "SH1");
            }
            if let Output::Abort { assoc } = &output {
                self.dialled.retain(|(own, _)| own != assoc);
            }
            self.out.push(output);
        }
    }

    fn fresh(&mut self) -> Assoc {
        self.next_assoc += 1;
        Assoc(self.next_assoc)
    }

    /// Registers; the first set-up comes up.
    fn found(&mut self) -> Assoc {
        self.input(Input::Register);
        self.answer_dial()
    }

    /// Lets the oldest set-up come up.
    fn answer_dial(&mut self) -> Assoc {
        let (assoc, at) = self.dialled.remove(0);
        let peer = vec![at];
        self.input(Input::Up {
            assoc,
            peer,
            is_user: false,
        });
        assert_eq!(self.element.home(), Some(assoc));
        assoc
    }

    /// Sets up an association from a registrar.
    fn called(&mut self, number: u8) -> Assoc {
        let assoc = self.fresh();
        let peer = vec![registrar(number)];
        self.input(Input::Up {
            assoc,
            peer,
            is_user: false,
        });
        assoc
    }

    /// Sets up an association from a pool user, at the endpoint for pool users only.
    fn user_called(&mut self, number: u8) -> Assoc {
        let assoc = self.fresh();
        let peer = vec![registrar(number)];
        self.input(Input::Up {
            assoc,
            peer,
            is_user: true,
        });
        assoc
    }

    fn down(&mut self, assoc: Assoc) {
        self.dialled.retain(|(own, _)| *own != assoc);
        self.input(Input::Down { assoc });
    }

    fn send(&mut self, assoc: Assoc, message: impl Into<asap::Message>) {
        self.octets(assoc, 11, &drive::asap(message));
    }

    fn octets(&mut self, assoc: Assoc, ppid: u32, octets: &[u8]) {
        self.input(Input::Message {
            assoc,
            ppid,
            octets,
        });
    }

    fn accept(&mut self, assoc: Assoc) {
        let id = self.element.id();
        self.send(assoc, RegistrationResponse::new("p".into(), id, None));
    }

    fn reject(&mut self, assoc: Assoc, cause: CauseCode) {
        let id = self.element.id();
        let error = ErrorCause::bare(cause).into();
        self.send(
            assoc,
            RegistrationResponse::rejection("p".into(), id, error),
        );
    }

    fn confirm(&mut self, assoc: Assoc) {
        let id = self.element.id();
        self.send(assoc, DeregistrationResponse::new("p".into(), id, None));
    }

    fn keep_alive(&mut self, assoc: Assoc, id: u32, home: bool) {
        self.send(
            assoc,
            EndpointKeepAlive::new(ServerId(id), "p".into(), home),
        );
    }

    /// Returns the ASAP messages sent since the last call, and drops the rest of the output.
    fn sent(&mut self) -> Vec<(Assoc, asap::Message)> {
        let sent = |output| match output {
            Output::Send {
                assoc,
                octets,
                ppid,
                ..
            } => Some((assoc, drive::sent(ppid, &octets))),
            _ => None,
        };
        std::mem::take(&mut self.out)
            .into_iter()
            .filter_map(sent)
            .collect()
    }

    /// Returns the types of the messages sent since the last call, with their associations.
    fn sent_types(&mut self) -> Vec<(Assoc, MessageType)> {
        let sent = self.sent().into_iter();
        sent.map(|(assoc, m)| (assoc, m.message_type())).collect()
    }

    /// Returns the only message sent since the last call, which is a registration over this association.
    fn registration(&mut self, over: Assoc) -> Registration {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "one registration: {sent:?}");
        let (assoc, message) = sent.remove(0);
        assert_eq!(assoc, over);
        match message {
            asap::Message::Registration(registration) => registration,
            other => panic!("no registration: {other:?}"),
        }
    }

    /// Returns the events reported since the output was last taken.
    fn events(&self) -> Vec<Event> {
        let events = |output: &Output| match output {
            Output::Event(event) => Some(event.clone()),
            _ => None,
        };
        self.out.iter().filter_map(events).collect()
    }

    fn has_logged(&self, is: impl Fn(&Log) -> bool) -> bool {
        let logged = |output: &Output| matches!(output, Output::Log(log) if is(log));
        self.out.iter().any(logged)
    }

    fn aborted(&self) -> Vec<Assoc> {
        let aborted = |output: &Output| match output {
            Output::Abort { assoc } => Some(*assoc),
            _ => None,
        };
        self.out.iter().filter_map(aborted).collect()
    }

    fn shut_down(&self) -> Vec<Assoc> {
        let shut_down = |output: &Output| match output {
            Output::Shutdown { assoc } => Some(*assoc),
            _ => None,
        };
        self.out.iter().filter_map(shut_down).collect()
    }
}

impl Drive for World {
    fn now(&mut self) -> &mut Duration {
        &mut self.now
    }

    fn deadline(&mut self) -> Option<Duration> {
        loop {
            match self.element.poll() {
                Output::Wait(at) => return at,
                output => self.out.push(output),
            }
        }
    }

    fn tick(&mut self) {
        self.input(Input::Tick);
    }
}

fn registrar(number: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, number], 3863))
}

fn load(load: u32) -> Policy {
    Policy::LeastUsed { load }
}
