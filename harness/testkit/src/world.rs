//! The edge between a case and the network.

use rspcheck_spec::event::{Change, OutputStream};
use std::net::SocketAddr;
use std::time::Duration;

/// A local endpoint of the harness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint(pub u32);

/// An association (or TCP connection) between the harness and the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assoc(pub u64);

/// Kind of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointKind {
    /// An SCTP endpoint that also accepts associations (a registrar may set one up to a PE).
    Sctp,
    /// A TCP endpoint of a pool user.
    Tcp,
    /// A socket that hears the announcements of RFC 5352 §2.2.10.
    Announcements,
}

/// An event of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// An association is up.
    Up {
        /// Our endpoint.
        endpoint: Endpoint,
        /// Its identity: the one `connect` gave, or a new one that the target set up.
        assoc: Assoc,
        /// The target's transport address.
        peer: SocketAddr,
    },
    /// An association changed.
    Changed {
        /// Which.
        assoc: Assoc,
        /// The change.
        change: Change,
        /// The stack's words.
        why: String,
    },
    /// A user message.
    Message {
        /// Over which association.
        assoc: Assoc,
        /// PPID in host order; `None` over TCP.
        ppid: Option<u32>,
        /// SCTP stream; `None` over TCP.
        stream: Option<u16>,
        /// The octets.
        octets: Vec<u8>,
    },
    /// A datagram.
    Datagram {
        /// On which endpoint.
        endpoint: Endpoint,
        /// From where.
        from: SocketAddr,
        /// The octets.
        octets: Vec<u8>,
    },
    /// A line the target printed.
    Line {
        /// The stream it was written to.
        stream: OutputStream,
        /// Without its line end.
        text: String,
    },
}

/// Why the world cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldError {
    /// The target's process ended or its engine panicked; the sentence names signal or status.
    TargetDied(String),
    /// Our side: no socket, no port, no memory.
    Environment(String),
    /// The user ended the run.
    Interrupted,
}

impl std::fmt::Display for WorldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WorldError::TargetDied(what) => write!(f, "the target died: {what}"),
            WorldError::Environment(what) => f.write_str(what),
            WorldError::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for WorldError {}

/// One target and the network between it and the harness. Two kinds exist: live (wall time) and in
/// process (virtual time).
pub trait World {
    /// Time since this world began, on its own clock.
    fn now(&self) -> Duration;
    /// Opens an endpoint of the harness.
    fn open(&mut self, kind: EndpointKind) -> Result<Endpoint, WorldError>;
    /// Its transport address as the target sees it.
    fn local_addr(&self, endpoint: Endpoint) -> SocketAddr;
    /// The target's address that an endpoint of this kind talks to.
    fn target_addr(&self, kind: EndpointKind) -> SocketAddr;
    /// Sets up an association to the target; [`Happening::Up`] or [`Happening::Changed`] follows.
    fn connect(&mut self, endpoint: Endpoint) -> Result<Assoc, WorldError>;
    /// Sends a user message. `Ok(false)`: the association is gone.
    fn send(&mut self, assoc: Assoc, ppid: u32, octets: &[u8]) -> Result<bool, WorldError>;
    /// Sends a datagram from an announcements endpoint to the announcement group.
    fn send_datagram(&mut self, endpoint: Endpoint, octets: &[u8]) -> Result<(), WorldError>;
    /// Shuts an association down gracefully.
    fn shutdown(&mut self, assoc: Assoc) -> Result<(), WorldError>;
    /// Aborts it.
    fn abort(&mut self, assoc: Assoc) -> Result<(), WorldError>;
    /// Cuts an endpoint off the network in both directions, as if its host had vanished. `Ok(false)`: this world cannot.
    fn vanish(&mut self, endpoint: Endpoint) -> Result<bool, WorldError>;
    /// The next happening, or `None` when the clock has reached `until`.
    fn wait(&mut self, until: Duration) -> Result<Option<Happening>, WorldError>;
    /// The worst delay of the harness itself since the world began: how late it was called back.
    fn lag(&self) -> Duration;
    /// At the end of a case: a sentence about output of the target that was not reported, if there was any.
    fn output_left_out(&mut self) -> Option<String> {
        None
    }
}
