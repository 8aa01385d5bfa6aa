//! The engine on virtual time, without a transport: messages in, messages out.

mod announce;
mod enrp;
mod idle;
mod limits;
mod multi_homed;
mod receive;
mod registration;
mod resolution;
mod room;
mod transitions;
mod watching;

use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::asap::{self, Deregistration, HandleResolution, Registration};
use rsp_wire::{
    CauseCode, PeIdentifier, Policy, PoolElement, PoolHandle, RegistrationLife, SctpTransport,
    ServerId, UnknownParameters,
};

use super::{Assoc, Config, Departure, Input, Kind, Log, Output, Reach, Registrar};
use crate::tests::drive::{self, Drive};

const ID: u32 = 0x0a0b_0c0d;

/// A registrar, the virtual time, and its output since the test took it last.
struct World {
    registrar: Registrar,
    now: Duration,
    out: Vec<Output>,
}

impl World {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            id: ID.try_into().ok(),
            ..Config::default()
        };
        change(&mut config);
        Self::reached_at(config, &Reach::default())
    }

    fn reached_at(config: Config, reach: &Reach) -> Self {
        let registrar = Registrar::new(config, reach, 1, Duration::ZERO);
        Self {
            registrar,
            now: Duration::ZERO,
            out: Vec::new(),
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.registrar.handle(self.now, input);
        loop {
            match self.registrar.poll() {
                Output::Wait(_) => return,
                output => self.out.push(output),
            }
        }
    }

    /// Sets up an SCTP association from a host of its own.
    fn up(&mut self, number: u8) -> Assoc {
        self.up_from(
            u64::from(number),
            Kind::Sctp,
            &format!("198.51.100.{number}:5000"),
        )
    }

    fn up_from(&mut self, number: u64, kind: Kind, peer: &str) -> Assoc {
        let assoc = Assoc(number);
        let peer = vec![peer.parse().unwrap()];
        self.input(Input::Up { assoc, kind, peer });
        assoc
    }

    fn down(&mut self, assoc: Assoc) {
        self.input(Input::Down { assoc });
    }

    fn octets(&mut self, assoc: Assoc, octets: &[u8]) {
        self.input(Input::Message {
            assoc,
            ppid: 11,
            octets,
        });
    }

    fn send(&mut self, assoc: Assoc, message: impl Into<asap::Message>) {
        self.octets(assoc, &drive::asap(message));
    }

    /// Returns the ASAP messages sent since the last call.
    fn sent(&mut self) -> Vec<(Assoc, asap::Message)> {
        std::mem::take(&mut self.out)
            .into_iter()
            .filter_map(|output| match output {
                Output::Send {
                    assoc,
                    octets,
                    ppid,
                    ..
                } if ppid != 12 => Some((assoc, drive::sent(ppid, &octets))),
                Output::Send { .. }
                | Output::Announce { .. }
                | Output::Connect { .. }
                | Output::Abort { .. }
                | Output::Shutdown { .. }
                | Output::Log(_)
                | Output::Wait(_) => None,
            })
            .collect()
    }

    /// Returns the only message sent since the last call, which went to `assoc`.
    fn answer(&mut self, assoc: Assoc) -> asap::Message {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "one answer: {sent:?}");
        let (to, message) = sent.remove(0);
        assert_eq!(to, assoc);
        message
    }

    fn departures(&self) -> Vec<Departure> {
        let departure = |output: &Output| match output {
            Output::Log(Log::Left { how, .. }) => Some(*how),
            _ => None,
        };
        self.out.iter().filter_map(departure).collect()
    }

    fn register(&mut self, assoc: Assoc, handle: &str, element: PoolElement) -> Vec<CauseCode> {
        self.out.clear();
        let pe = element.identifier;
        self.send(assoc, Registration::new(handle.into(), element));
        let asap::Message::RegistrationResponse(response) = self.answer(assoc) else {
            panic!("a registration is answered by its response");
        };
        assert_eq!(
            (response.pool_handle.clone(), response.pe_identifier),
            (handle.into(), pe)
        );
        assert_eq!(response.is_rejected(), response.operation_error.is_some());
        codes(response.operation_error)
    }

    fn deregister(&mut self, assoc: Assoc, handle: &str, pe: u32) -> Vec<CauseCode> {
        self.out.clear();
        self.send(assoc, Deregistration::new(handle.into(), PeIdentifier(pe)));
        let asap::Message::DeregistrationResponse(response) = self.answer(assoc) else {
            panic!("a de-registration is answered by its response");
        };
        codes(response.operation_error)
    }

    fn resolve(&mut self, assoc: Assoc, handle: &str) -> asap::HandleResolutionResponse {
        self.out.clear();
        self.send(assoc, HandleResolution::new(handle.into(), false));
        let asap::Message::HandleResolutionResponse(response) = self.answer(assoc) else {
            panic!("a handle resolution is answered by its response");
        };
        assert_eq!(response.pool_handle, PoolHandle::from(handle));
        response
    }

    fn members(&mut self, assoc: Assoc, handle: &str) -> Vec<u32> {
        let response = self.resolve(assoc, handle);
        let mut pes: Vec<u32> = response
            .pool_elements
            .iter()
            .map(|e| e.identifier.0)
            .collect();
        pes.sort_unstable();
        pes
    }
}

impl Drive for World {
    fn now(&mut self) -> &mut Duration {
        &mut self.now
    }

    fn deadline(&mut self) -> Option<Duration> {
        loop {
            match self.registrar.poll() {
                Output::Wait(at) => return at,
                output => self.out.push(output),
            }
        }
    }

    fn tick(&mut self) {
        self.input(Input::Tick);
    }
}

fn codes(error: Option<rsp_wire::OperationError>) -> Vec<CauseCode> {
    error.map_or_else(Vec::new, |error| {
        error.causes.iter().map(|cause| cause.code).collect()
    })
}

/// Returns a PE of the host that association `number` comes from.
fn element(number: u8, pe: u32) -> PoolElement {
    let addr: SocketAddr = format!("198.51.100.{number}:7").parse().unwrap();
    PoolElement {
        identifier: PeIdentifier(pe),
        home: ServerId::UNDETERMINED,
        life: RegistrationLife(600),
        user_transport: SctpTransport::new(addr.port(), addr.ip()).into(),
        policy: Policy::RoundRobin,
        asap_transport: None,
        unknown: UnknownParameters::NONE,
    }
}
