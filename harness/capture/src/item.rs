//! What a capture yields.

use std::fmt;
use std::net::IpAddr;

/// One thing found in a capture, in the order of the frames that completed it.
#[derive(Debug, Clone)]
pub enum Item<'a> {
    /// A user message.
    Message(Message<'a>),
    /// Something happened to an association or a TCP connection.
    Association(Association),
}

/// One user message, each exactly once however often its octets were sent.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// Numbers (from 1) of all frames that carried a part of it, ascending, never empty. A retransmission of
    /// octets that were there already is not among them.
    pub frames: &'a [u64],
    /// Time when it could be read, in nanoseconds since 1970: that of its last frame, or, over TCP, of a later one
    /// that filled a gap before it.
    pub time_ns: u64,
    /// How it was carried.
    pub transport: Transport,
    /// Sender, as in the completing frame: a multi-homed peer has several addresses.
    pub src: Endpoint,
    /// Receiver, as in the completing frame.
    pub dst: Endpoint,
    /// Association or connection, numbered from 1 in the order of appearance; 0 over UDP. Both directions and all
    /// address pairs of an association share it.
    pub assoc: u64,
    /// What only SCTP tells.
    pub sctp: Option<SctpFields>,
    /// By PPID, else by port; `None` for other user data.
    pub protocol: Option<Protocol>,
    /// The message's octets with its padding, as far as that was sent.
    pub octets: &'a [u8],
}

impl Message<'_> {
    /// The first frame that carried a part of the message.
    pub fn first_frame(&self) -> u64 {
        self.frames[0]
    }

    /// The last one, where the message became whole; Wireshark shows it there.
    pub fn last_frame(&self) -> u64 {
        self.frames[self.frames.len() - 1]
    }
}

/// Fields of the DATA or I-DATA chunk (the first one if there were several).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SctpFields {
    /// Payload protocol identifier as it stood there.
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
    /// The number that its messages carry.
    pub assoc: u64,
    /// What happened.
    pub kind: AssociationKind,
    /// Frame in which it was seen first.
    pub frame: u64,
    /// Time of that frame, in nanoseconds since 1970.
    pub time_ns: u64,
    /// How it is carried.
    pub transport: Transport,
    /// Who sent that frame.
    pub src: Endpoint,
    /// Who received it.
    pub dst: Endpoint,
}

/// What can happen to an association; retransmitted chunks are not told twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AssociationKind {
    /// INIT, or a TCP SYN without ACK.
    Init,
    /// COOKIE ACK, or a TCP SYN with ACK.
    Up,
    /// SHUTDOWN, or a TCP FIN; `src` wants no more.
    Shutdown,
    /// SHUTDOWN COMPLETE.
    Down,
    /// ABORT, or a TCP RST.
    Abort,
    /// Octets of a TCP connection that the receiver has are not in the capture, or its framing was lost; messages
    /// from `src` are missing.
    Gap,
}

/// Address and transport port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// `None` where the capture has bare SCTP packets.
    pub address: Option<IpAddr>,
    /// Port of SCTP, TCP or UDP; inside UDP encapsulation that of SCTP.
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

/// How a message was carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// SCTP over IP, or bare.
    Sctp,
    /// SCTP in UDP (RFC 6951).
    SctpUdp,
    /// TCP.
    Tcp,
    /// UDP: announcements.
    Udp,
}

impl Transport {
    /// A word for people and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Transport::Sctp => "sctp",
            Transport::SctpUdp => "sctp/udp",
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        }
    }
}

/// Whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// RFC 5352.
    Asap,
    /// RFC 5353.
    Enrp,
}

impl Protocol {
    /// "ASAP" or "ENRP".
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Asap => "ASAP",
            Protocol::Enrp => "ENRP",
        }
    }
}
