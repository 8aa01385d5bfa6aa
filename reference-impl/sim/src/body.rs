//! Who is on the hosts of pool elements and pool users: the real engine, or a few lines of the simulation.

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
    /// Its manner before it was told another one.
    pub(super) own_manner: Manner,
    /// While it runs.
    pub(super) body: Option<ElementBody>,
    /// Since when it runs or does not, or is leaving.
    pub(super) since: Duration,
    /// Last time something happened to it that can cost its registration.
    pub(super) disturbed: Option<Duration>,
    /// Whether its identifier is another one's.
    pub(super) intruder: bool,
}

impl ElementHost {
    /// Whether it runs and wants to be registered.
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

/// A pool element, by who plays it.
#[derive(Debug)]
pub enum ElementBody {
    /// A few lines of the simulation.
    Plain(Box<PlainElement>),
    /// The real driver and engine.
    Engine(Box<EngineElement>),
}

impl ElementBody {
    /// When it was last told that it is registered; none while it has reason to think it is not.
    pub fn accepted(&self) -> Option<Duration> {
        match self {
            Self::Plain(plain) => plain.accepted(),
            Self::Engine(engine) => engine.accepted(),
        }
    }

    /// Whether it was refused, and not accepted since.
    pub fn is_rejected(&self) -> bool {
        match self {
            Self::Plain(plain) => plain.is_rejected(),
            Self::Engine(engine) => engine.is_rejected(),
        }
    }

    /// The registrar that asked it last to join.
    pub fn adopted_by(&self) -> Option<ServerId> {
        match self {
            Self::Plain(plain) => plain.adopted_by(),
            Self::Engine(engine) => engine.adopted_by(),
        }
    }

    /// Whether it has asked to be taken off.
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

/// A pool user, by who plays it.
#[derive(Debug)]
pub enum UserBody {
    /// A few lines of the simulation.
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
