//! The interface between a case and the network.

use crate::kind::Kind;
use rspcheck_spec::event::{Change, Instance, OutputStream};
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

/// End of a target's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// It may end in its own way (SIGTERM).
    Terminate,
    /// It ends at once, without a message to its peers (SIGKILL).
    Kill,
}

/// State of the network between two instances of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Packets arrive.
    Open,
    /// Packets are lost in both directions, and those on their way too.
    Cut,
}

/// Fate of a packet that carries a certain message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketFate {
    /// It is lost.
    Lost,
    /// It arrives twice.
    Doubled,
    /// It arrives later by this time, so that others overtake it.
    Late(Duration),
}

/// Disturbance of the packets of one instance to another that carry the beginning of an ENRP message of one kind. SCTP
/// sends a lost message again: that is a further packet, which counts too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disturbance {
    /// The sender.
    pub from: Instance,
    /// The receiver.
    pub to: Instance,
    /// The kind of message.
    pub kind: Kind,
    /// The fate of its packets.
    pub fate: PacketFate,
    /// Number of packets that it concerns, the first ones from now on.
    pub times: u32,
}

/// Result of a request that not every world can fulfil.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is done.
    Done,
    /// This world cannot do it, for the reason in this clause.
    Impossible(String),
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
        /// Instance of the target at the other end.
        instance: Instance,
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
    /// A user message that one instance has sent to another, which receives it at this time.
    Between {
        /// The sender.
        from: Instance,
        /// The receiver.
        to: Instance,
        /// PPID in host order.
        ppid: u32,
        /// SCTP stream.
        stream: u16,
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
        /// Instance that printed it.
        instance: Instance,
        /// The stream it was written to.
        stream: OutputStream,
        /// The line without its line end.
        text: String,
    },
}

/// Error that ends a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldError {
    /// The process of a target ended although the case did not stop it, or its engine panicked.
    TargetDied {
        /// The instance.
        instance: Instance,
        /// The end, in a sentence that names signal or status.
        how: String,
    },
    /// The harness lacks a resource: a socket, a port, memory.
    Environment(String),
    /// The user ended the run.
    Interrupted,
}

impl std::fmt::Display for WorldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WorldError::TargetDied { instance, how } if instance.is_first() => {
                write!(f, "the target died: {how}")
            }
            WorldError::TargetDied { instance, how } => {
                write!(f, "instance {instance} of the target died: {how}")
            }
            WorldError::Environment(what) => f.write_str(what),
            WorldError::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for WorldError {}

/// The instances of the target, and the network between them and the harness. Two kinds exist: live (wall time) and in
/// process (virtual time). The first instance runs from the beginning; a case starts further ones. The methods that can
/// fail return the [`WorldError`] that ends the world.
pub trait World {
    /// Returns the time since this world began, on its own clock.
    fn now(&self) -> Duration;
    /// Opens an endpoint of the harness.
    fn open(&mut self, kind: EndpointKind) -> Result<Endpoint, WorldError>;
    /// Returns an endpoint's transport address as the target sees it.
    fn local_addr(&self, endpoint: Endpoint) -> SocketAddr;
    /// Returns the transport address of an instance for endpoints of this kind, also before its start.
    fn target_addr(&self, instance: Instance, kind: EndpointKind) -> SocketAddr;
    /// Sets up an association to an instance; [`Happening::Up`] or [`Happening::Changed`] follows.
    fn connect(&mut self, endpoint: Endpoint, instance: Instance) -> Result<Assoc, WorldError>;
    /// Sends a user message. Returns false if the association is gone.
    fn send(&mut self, assoc: Assoc, ppid: u32, octets: &[u8]) -> Result<bool, WorldError>;
    /// Sends a datagram from an announcements endpoint to the announcement group.
    fn send_datagram(&mut self, endpoint: Endpoint, octets: &[u8]) -> Result<(), WorldError>;
    /// Shuts an association down gracefully.
    fn shutdown(&mut self, assoc: Assoc) -> Result<(), WorldError>;
    /// Aborts an association.
    fn abort(&mut self, assoc: Assoc) -> Result<(), WorldError>;
    /// Disconnects an endpoint from the network in both directions, as if its host had vanished.
    fn vanish(&mut self, endpoint: Endpoint) -> Result<Deed, WorldError>;
    /// Kills an instance if it runs, and starts it anew, with an ENRP endpoint and these settings.
    fn start(&mut self, instance: Instance, start: &Start) -> Result<Deed, WorldError>;
    /// Stops an instance. Its end is no death of the target, and it may be started again.
    fn stop(&mut self, instance: Instance, signal: Signal) -> Result<Deed, WorldError>;
    /// Suspends an instance: its packets wait for it, as far as its receive buffers have room (SIGSTOP).
    fn freeze(&mut self, instance: Instance) -> Result<Deed, WorldError>;
    /// Resumes an instance that was suspended (SIGCONT).
    fn thaw(&mut self, instance: Instance) -> Result<Deed, WorldError>;
    /// Changes the network between two instances.
    fn link(&mut self, a: Instance, b: Instance, link: Link) -> Result<Deed, WorldError>;
    /// Disturbs some packets between two instances.
    fn disturb(&mut self, disturbance: Disturbance) -> Result<Deed, WorldError>;
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
