//! Items that a capture yields.

use std::fmt;
use std::net::IpAddr;

/// One message or event of a capture. Items come in the order of the frames that completed them.
#[derive(Debug, Clone)]
pub enum Item<'a> {
    /// A user message.
    Message(Message<'a>),
    /// A change of an association's or a TCP connection's state.
    Association(Association),
}

/// One user message. It is yielded once, however often its octets were sent.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// Numbers (from 1) of the frames that carried a part of it: ascending, never empty, without frames that only
    /// repeated octets.
    pub frames: &'a [u64],
    /// Time of its last frame in nanoseconds since 1970; over TCP, of a later frame if that filled a gap before it.
    pub time_ns: u64,
    /// Transport that carried it.
    pub transport: Transport,
    /// Sender in the completing frame. A multi-homed peer has several addresses.
    pub src: Endpoint,
    /// Receiver in the completing frame.
    pub dst: Endpoint,
    /// Association or connection, numbered from 1 in the order of appearance; 0 over UDP. Both directions and all
    /// address pairs of an association share it.
    pub assoc: u64,
    /// Fields that only SCTP has.
    pub sctp: Option<SctpFields>,
    /// Protocol by PPID, or by port if the PPID is neither; `None` for other user data.
    pub protocol: Option<Protocol>,
    /// Octets of the message, with as much padding as was sent.
    pub octets: &'a [u8],
}

impl Message<'_> {
    /// Returns the number of the first frame that carried a part of the message.
    pub fn first_frame(&self) -> u64 {
        self.frames[0]
    }

    /// Returns the number of the frame that completed the message. Wireshark shows the message there.
    pub fn last_frame(&self) -> u64 {
        self.frames[self.frames.len() - 1]
    }
}

/// Fields of the DATA or I-DATA chunk; of the first one if the message was fragmented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SctpFields {
    /// Payload protocol identifier, as sent.
    pub ppid: u32,
    /// Stream identifier.
    pub stream: u16,
    /// U bit.
    pub unordered: bool,
    /// Stream sequence number; the Message Identifier in case of I-DATA.
    pub ssn: u32,
    /// Transmission sequence number.
    pub tsn: u32,
    /// Verification tag.
    pub vtag: u32,
}

/// A change of an association's or a TCP connection's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Association {
    /// Number of the association, as in its messages.
    pub assoc: u64,
    /// Change of state.
    pub kind: AssociationKind,
    /// Number of the first frame with this change.
    pub frame: u64,
    /// Time of that frame, in nanoseconds since 1970.
    pub time_ns: u64,
    /// Transport that carried the frame.
    pub transport: Transport,
    /// Sender of that frame.
    pub src: Endpoint,
    /// Receiver of that frame.
    pub dst: Endpoint,
}

/// Changes of an association's state. A retransmission does not report a change again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AssociationKind {
    /// INIT, or a TCP SYN without ACK.
    Init,
    /// COOKIE ACK, or a TCP SYN with ACK.
    Up,
    /// SHUTDOWN, or a TCP FIN: `src` closes.
    Shutdown,
    /// SHUTDOWN COMPLETE.
    Down,
    /// ABORT, or a TCP RST.
    Abort,
    /// The capture lacks octets of a TCP connection that the receiver acknowledged, or a Length was impossible: messages
    /// from `src` are missing.
    Gap,
}

/// Address and transport port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// `None` where the capture has bare SCTP packets.
    pub address: Option<IpAddr>,
    /// Port of SCTP, TCP or UDP; that of SCTP if UDP encapsulates it.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(IpAddr::V4(address)) => write!(f, "{address}:{}", self.port),
            Some(IpAddr::V6(address)) => write!(f, "[{address}]:{}", self.port),
            None => write!(f, ":{}", self.port),
        }
    }
}

/// Transports of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// SCTP over IP, or bare.
    Sctp,
    /// SCTP in UDP (RFC 6951).
    SctpUdp,
    /// TCP.
    Tcp,
    /// UDP, which carries announcements.
    Udp,
}

impl Transport {
    /// Returns the name in reports and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Transport::Sctp => "sctp",
            Transport::SctpUdp => "sctp/udp",
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        }
    }
}

/// Protocols of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// RFC 5352.
    Asap,
    /// RFC 5353.
    Enrp,
}

impl Protocol {
    /// Returns "ASAP" or "ENRP".
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Asap => "ASAP",
            Protocol::Enrp => "ENRP",
        }
    }
}
