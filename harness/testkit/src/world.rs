//! The interface between a case and the network.

use rspcheck_spec::event::{Change, OutputStream};
use std::net::SocketAddr;
use std::time::Duration;

/// Local endpoint of the harness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint(pub u32);

/// Association (or TCP connection) between the harness and the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assoc(pub u64);

/// Kind of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointKind {
    /// An SCTP endpoint that also accepts associations (a registrar may set one up to a PE).
    Sctp,
    /// A TCP endpoint of a pool user.
    Tcp,
    /// A socket that receives the announcements of RFC 5352 §2.2.10.
    Announcements,
    /// An SCTP endpoint of a registrar, on a host of its own: a peer of the target (RFC 5353).
    Enrp,
}

impl EndpointKind {
    /// Returns true if the endpoint's messages are SCTP user messages.
    pub fn is_sctp(self) -> bool {
        matches!(self, EndpointKind::Sctp | EndpointKind::Enrp)
    }
}

/// Start of a target at the time that a case chooses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// ENRP addresses of the peers that it is configured with, the mentor first (RFC 5353 §3.2.2.1).
    pub peers: Vec<SocketAddr>,
    /// Server ID that it is configured with; none leaves the choice to the target.
    pub server_id: Option<u32>,
}

/// Event of the network or the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// An association is up.
    Up {
        /// Our endpoint.
        endpoint: Endpoint,
        /// Identity: the one that `connect` returned, or a new one if the target set the association up.
        assoc: Assoc,
        /// The target's transport address.
        peer: SocketAddr,
    },
    /// An association changed.
    Changed {
        /// The association.
        assoc: Assoc,
        /// The change.
        change: Change,
        /// Reason that the SCTP or TCP stack reports.
        why: String,
    },
    /// A user message.
    Message {
        /// Association that carried it.
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
        /// Endpoint that received it.
        endpoint: Endpoint,
        /// Source transport address.
        from: SocketAddr,
        /// The octets.
        octets: Vec<u8>,
    },
    /// A line that the target printed.
    Line {
        /// The stream it was written to.
        stream: OutputStream,
        /// The line without its line end.
        text: String,
    },
}

/// Error that ends a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldError {
    /// The target's process ended or its engine panicked; the sentence names signal or status.
    TargetDied(String),
    /// The harness lacks a resource: a socket, a port, memory.
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

/// Target and the network between it and the harness. Two kinds exist: live (wall time) and in process
/// (virtual time). The methods that can fail return the [`WorldError`] that ends the world.
pub trait World {
    /// Returns the time since this world began, on its own clock.
    fn now(&self) -> Duration;
    /// Opens an endpoint of the harness.
    fn open(&mut self, kind: EndpointKind) -> Result<Endpoint, WorldError>;
    /// Returns an endpoint's transport address as the target sees it.
    fn local_addr(&self, endpoint: Endpoint) -> SocketAddr;
    /// Returns the target's transport address for endpoints of this kind.
    fn target_addr(&self, kind: EndpointKind) -> SocketAddr;
    /// Sets up an association to the target; [`Happening::Up`] or [`Happening::Changed`] follows.
    fn connect(&mut self, endpoint: Endpoint) -> Result<Assoc, WorldError>;
    /// Sends a user message. Returns false if the association is gone.
    fn send(&mut self, assoc: Assoc, ppid: u32, octets: &[u8]) -> Result<bool, WorldError>;
    /// Sends a datagram from an announcements endpoint to the announcement group.
    fn send_datagram(&mut self, endpoint: Endpoint, octets: &[u8]) -> Result<(), WorldError>;
    /// Shuts an association down gracefully.
    fn shutdown(&mut self, assoc: Assoc) -> Result<(), WorldError>;
    /// Aborts an association.
    fn abort(&mut self, assoc: Assoc) -> Result<(), WorldError>;
    /// Disconnects an endpoint from the network in both directions, as if its host had vanished. Returns false if this
    /// world cannot do that.
    fn vanish(&mut self, endpoint: Endpoint) -> Result<bool, WorldError>;
    /// Stops the target without a message to its peers and starts it anew, with an ENRP endpoint and these settings.
    /// Returns false if this world cannot do that.
    fn start(&mut self, start: &Start) -> Result<bool, WorldError>;
    /// Waits for the next happening, or returns `None` when the clock has reached `until`.
    fn wait(&mut self, until: Duration) -> Result<Option<Happening>, WorldError>;
    /// Returns the greatest lateness of the harness itself since the last call: the longest time for which it served
    /// neither its associations nor its timers, although it was to do so.
    fn take_lateness(&mut self) -> Duration;
    /// Returns true if the target serves other cases after this one, so that nothing of the case may be left in it.
    fn outlives_case(&self) -> bool {
        false
    }
    /// At the end of a case: a sentence about output of the target that was not reported, if there was any.
    fn output_left_out(&mut self) -> Option<String> {
        None
    }
}
