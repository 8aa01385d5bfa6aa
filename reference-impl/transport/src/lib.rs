//! The layers below ASAP and ENRP messages: associations, streams, payload protocol identifiers (PPIDs) and
//! octets.
//!
//! A [`Transport`] is one host's stack. Local endpoints ([`LocalPort`]) are opened on it, associations
//! ([`AssocId`]) are set up from them or accepted by them, and the stack reports everything as an [`Event`].
//! Three stacks implement the trait: [`udp`] (SCTP in user space over UDP, RFC 6951, the default
//! everywhere), [`kernel`] (Linux kernel SCTP, one-to-many, multi-homed) and [`sim`] (the same user-space
//! SCTP over a simulated network on virtual time). All three have TCP for pool users and UDP multicast for
//! announcements.
//!
//! This crate never looks into a user message. The one exception is TCP, which has no message
//! boundaries: there the common ASAP header's Length field (RFC 5354 §4) frames the stream, unless the
//! endpoint is a [`Local::TcpOctets`].

pub mod chunk;
mod clock;
mod cookie;
mod datagram;
pub mod endpoint;
pub mod frame;
pub mod interface;
#[cfg(target_os = "linux")]
pub mod kernel;
pub mod live;
mod options;
mod plain;
pub mod probe;
mod ready;
mod received;
mod shortage;
pub mod sim;
mod sysctl;
mod tcp;
pub mod udp;
mod unavailable;

pub use cookie::CookieKey;
pub use options::SctpOptions;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One local endpoint of a stack; valid until [`Transport::close`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalPort(pub u32);

/// One association (or TCP connection) of a stack; never used again after its [`Event::Down`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssocId(pub u64);

/// Local endpoint to open on this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Local {
    /// An SCTP endpoint; port 0 picks a free one. Without `listen` it refuses incoming set-ups.
    Sctp {
        /// Addresses of this host to use; the user-space stack takes its own address when empty.
        addrs: Vec<IpAddr>,
        /// SCTP port, 0 for any free one.
        port: u16,
        /// True if peers may set up associations to it.
        listen: bool,
    },
    /// A TCP endpoint. With `listen` it accepts; without, it is only the source of `connect`.
    Tcp {
        /// Address and port, port 0 for any free one.
        addr: SocketAddr,
        /// True if it accepts connections.
        listen: bool,
    },
    /// A TCP endpoint for a pool's own data, whose framing is unknown here: an [`Event::Message`] is a piece
    /// of the stream, cut anywhere.
    TcpOctets {
        /// Address and port, port 0 for any free one.
        addr: SocketAddr,
        /// True if it accepts connections.
        listen: bool,
    },
    /// A UDP socket, joined to multicast groups: the announcements of RFC 5352 §2.2.10 and §3.6.
    Udp {
        /// Address and port to bind; port 0 for any free one.
        addr: SocketAddr,
        /// Multicast groups to join.
        groups: Vec<IpAddr>,
    },
}

/// Remote endpoint to which an association is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Transport addresses (IP address and SCTP or TCP port). Never empty; all ports are equal.
    pub addrs: Vec<SocketAddr>,
    /// UDP port that carries SCTP at the peer, when it is known and not the stack's default (RFC 6951).
    pub udp_port: Option<u16>,
}

/// A user message to send.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// SCTP stream; ignored by TCP.
    pub stream: u16,
    /// PPID as a number in host order (11 for ASAP, 12 for ENRP); ignored by TCP.
    pub ppid: u32,
    /// SCTP's U bit; ignored by TCP.
    pub unordered: bool,
    /// The whole user message.
    pub octets: &'a [u8],
}

/// Protocol that carries an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An SCTP association.
    Sctp,
    /// A TCP connection.
    Tcp,
}

/// Reason for the end of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownKind {
    /// Graceful shutdown by either side.
    Closed,
    /// The peer stopped answering (retransmissions used up).
    Lost,
    /// The peer or this stack sent ABORT (or RST).
    Aborted,
    /// The peer refused the set-up: no endpoint listens there.
    Refused,
    /// The set-up got no answer.
    Unreachable,
}

/// Event on a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An association is up: one that [`Transport::connect`] started, or one accepted by a listening endpoint.
    Up {
        /// The local endpoint it belongs to.
        port: LocalPort,
        /// Its identity from now on (for `connect`, the one that was returned).
        assoc: AssocId,
        /// SCTP or TCP.
        kind: Kind,
        /// The peer's known transport addresses; the first is the source of the set-up.
        peer: Vec<SocketAddr>,
        /// Negotiated outgoing streams.
        streams_out: u16,
        /// Negotiated incoming streams.
        streams_in: u16,
    },
    /// A whole user message.
    Message {
        /// Association that carried it.
        assoc: AssocId,
        /// SCTP stream (0 for TCP).
        stream: u16,
        /// PPID in host order (0 for TCP).
        ppid: u32,
        /// SCTP's U bit where the stack can see it.
        unordered: Option<bool>,
        /// The message.
        octets: Vec<u8>,
    },
    /// The peer restarted the association (RFC 9260 §5.2): same identity, all its state is gone.
    Restart {
        /// The association.
        assoc: AssocId,
    },
    /// One path of a multi-homed association changed.
    Path {
        /// Association.
        assoc: AssocId,
        /// The peer's address on that path.
        addr: SocketAddr,
        /// True if the address can be reached now.
        reachable: bool,
    },
    /// The association is gone, or could not be set up. The last event of its identity.
    Down {
        /// The association.
        assoc: AssocId,
        /// The reason.
        kind: DownKind,
        /// SCTP error cause code of an ABORT, where the stack reports it.
        cause: Option<u16>,
        /// The reason in a sentence, for people.
        why: String,
    },
    /// A UDP datagram.
    Datagram {
        /// Local endpoint.
        port: LocalPort,
        /// Source.
        from: SocketAddr,
        /// Payload.
        octets: Vec<u8>,
    },
}

impl Event {
    /// Returns the association of the event, if it has one.
    pub fn assoc(&self) -> Option<AssocId> {
        match self {
            Event::Up { assoc, .. }
            | Event::Message { assoc, .. }
            | Event::Restart { assoc }
            | Event::Path { assoc, .. }
            | Event::Down { assoc, .. } => Some(*assoc),
            Event::Datagram { .. } => None,
        }
    }
}

/// A packet as a capture sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tapped<'a> {
    /// Time since the stack (or the simulation) began.
    pub at: Duration,
    /// Source: the UDP address for SCTP, which does not show the SCTP port.
    pub from: SocketAddr,
    /// Destination.
    pub to: SocketAddr,
    /// The layer at which the octets begin.
    pub layer: Layer,
    /// The octets.
    pub octets: &'a [u8],
}

/// Protocol layer of a tapped packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// A whole SCTP packet, common header first.
    Sctp,
    /// The payload of a UDP datagram that is not SCTP.
    Udp,
    /// A piece of a TCP connection's octet stream.
    Tcp,
}

/// Callback for every packet that a stack sends or receives, or that crosses the simulated network.
pub type Tap = Box<dyn FnMut(Tapped<'_>)>;

/// Capabilities of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Several addresses per association, with failover between them.
    pub multihoming: bool,
    /// True if [`Event::Message`] has the U bit.
    pub unordered_visible: bool,
    /// Largest user message in octets.
    pub max_message: usize,
}

/// One host's stack. All calls return at once; a full send queue is [`io::ErrorKind::WouldBlock`].
///
/// The live stacks return events from `recv(until)`; the simulation returns them by host, in the order of
/// virtual time.
pub trait Transport {
    /// Opens a local endpoint.
    ///
    /// # Errors
    /// If the stack or the system refuses it: an address that is not this host's, a port in use.
    fn open(&mut self, local: &Local) -> io::Result<LocalPort>;
    /// Returns the transport addresses of an endpoint, with the port that it was given.
    fn local_addrs(&self, port: LocalPort) -> Vec<SocketAddr>;
    /// Closes an endpoint; its associations are aborted without an event.
    fn close(&mut self, port: LocalPort);
    /// Starts setting up an association; [`Event::Up`] or [`Event::Down`] follows.
    ///
    /// # Errors
    /// If the set-up cannot start: the peer has no address of the endpoint's family, or a limit is reached.
    fn connect(&mut self, from: LocalPort, to: &Peer) -> io::Result<AssocId>;
    /// Queues a user message.
    ///
    /// # Errors
    /// `NotConnected` for an unknown association, `WouldBlock` for a full queue, `InvalidInput` for a message
    /// or a stream that the association cannot carry.
    fn send(&mut self, assoc: AssocId, message: Outgoing<'_>) -> io::Result<()>;
    /// Sends a datagram from a UDP endpoint.
    ///
    /// # Errors
    /// If the endpoint is not one of UDP, or the system refuses the datagram.
    fn send_datagram(&mut self, from: LocalPort, to: SocketAddr, octets: &[u8]) -> io::Result<()>;
    /// Starts a graceful shutdown; [`Event::Down`] follows.
    ///
    /// # Errors
    /// `NotConnected` for an unknown association.
    fn shutdown(&mut self, assoc: AssocId) -> io::Result<()>;
    /// Ends the association at once with an ABORT; no event follows.
    fn abort(&mut self, assoc: AssocId);
    /// Returns the capabilities of the stack.
    fn caps(&self) -> Caps;
    /// Counts the set-ups by peers that were refused because of [`SctpOptions::max_associations`] or
    /// [`SctpOptions::max_connections`], or for lack of file descriptors. No event reports them.
    fn refused(&self) -> u64;
}
