//! The hosts of pool elements and pool users: with the real engine, or with a simple stand-in.

use std::time::Duration;

use rsp_transport::Event;
use rsp_transport::sim::{HostId, SimHost};
use rsp_wire::ServerId;

use super::element::{ElementSetup, Manner, PlainElement};
use super::engine_element::EngineElement;
use super::engine_user::EngineUser;
use super::user::PlainUser;

/// A pool element's host.
#[derive(Debug)]
pub struct ElementHost {
    pub(super) host: HostId,
    pub(super) setup: ElementSetup,
    /// Its manner without faults.
    pub(super) own_manner: Manner,
    /// The pool element, while it runs.
    pub(super) body: Option<ElementBody>,
    /// Time since which it runs, does not run, or leaves.
    pub(super) since: Duration,
    /// Time of the last event that can cost its registration.
    pub(super) disturbed: Option<Duration>,
    /// True if its identifier is that of another PE.
    pub(super) intruder: bool,
}

impl ElementHost {
    /// Returns whether it runs and wants to be registered.
    pub fn lives(&self) -> bool {
        self.body.as_ref().is_some_and(|body| !body.is_leaving())
    }
}

/// A pool user's host.
#[derive(Debug)]
pub struct UserHost {
    pub(super) host: HostId,
    pub(super) body: UserBody,
}

/// A pool element with or without an engine.
#[derive(Debug)]
pub enum ElementBody {
    /// The simple stand-in.
    Plain(Box<PlainElement>),
    /// The real driver and engine.
    Engine(Box<EngineElement>),
}

impl ElementBody {
    /// Returns the time of the last accepted registration; none while it has reason to assume its loss.
    pub fn accepted(&self) -> Option<Duration> {
        match self {
            Self::Plain(plain) => plain.accepted(),
            Self::Engine(engine) => engine.accepted(),
        }
    }

    /// Returns whether it was rejected, and not accepted since.
    pub fn is_rejected(&self) -> bool {
        match self {
            Self::Plain(plain) => plain.is_rejected(),
            Self::Engine(engine) => engine.is_rejected(),
        }
    }

    /// Returns the registrar whose keep-alive (H=1) came last.
    pub fn adopted_by(&self) -> Option<ServerId> {
        match self {
            Self::Plain(plain) => plain.adopted_by(),
            Self::Engine(engine) => engine.adopted_by(),
        }
    }

    /// Returns whether it has de-registered.
    pub fn is_leaving(&self) -> bool {
        match self {
            Self::Plain(plain) => plain.is_leaving(),
            Self::Engine(engine) => engine.is_leaving(),
        }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Plain(plain) => plain.deadline(),
            Self::Engine(engine) => engine.deadline(),
        }
    }

    pub(super) fn event(&mut self, now: Duration, event: Event, host: &mut SimHost<'_>) {
        match self {
            Self::Plain(plain) => plain.event(now, event, host),
            Self::Engine(engine) => engine.event(now, event, host),
        }
    }

    pub(super) fn timeout(&mut self, now: Duration, host: &mut SimHost<'_>) {
        match self {
            Self::Plain(plain) => plain.timeout(now, host),
            Self::Engine(engine) => engine.timeout(now, host),
        }
    }
}

/// A pool user with or without an engine.
#[derive(Debug)]
pub enum UserBody {
    /// The simple stand-in.
    Plain(Box<PlainUser>),
    /// The real driver and engine.
    Engine(Box<EngineUser>),
}

impl UserBody {
    pub(super) fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Plain(plain) => plain.deadline(),
            Self::Engine(engine) => engine.deadline(),
        }
    }

    pub(super) fn event(&mut self, now: Duration, event: Event, host: &mut SimHost<'_>) {
        match self {
            Self::Plain(plain) => plain.event(now, event, host),
            Self::Engine(engine) => engine.event(now, event, host),
        }
    }

    pub(super) fn timeout(&mut self, now: Duration, host: &mut SimHost<'_>) {
        match self {
            Self::Plain(plain) => plain.timeout(now, host),
            Self::Engine(engine) => engine.timeout(now, host),
        }
    }
}
