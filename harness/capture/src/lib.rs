//! Reads capture files (pcap and pcapng) and yields each ASAP and ENRP message once, with the frames that carried it.
//!
//! The crate decodes link layers, IP with its fragments, SCTP (bare, over IP, in UDP), TCP and UDP. `pcap-file` parses
//! records and `etherparse` the headers below SCTP; SCTP, the order of TCP segments and the reassembly of user messages
//! are implemented here. The crate does not decode messages: of ASAP and ENRP it uses the ports, the payload protocol
//! identifiers and, over TCP, the Length in the common header. It never holds a file in memory: [`limits`] bound its
//! state, and [`Counters`] count what it discarded for them.
//!
//! Messages are yielded in the order of the frames that completed them. This is the order of Wireshark's list, not the
//! order of delivery: after a loss, later messages come before the retransmitted one, and stream and SSN give the order
//! of delivery. Over TCP, a message that waited for an earlier segment follows the frame with that segment.
//!
//! Entry points: [`Capture::open`] and [`Capture::for_each`]; [`SctpWriter`] writes captures, and [`Packets`] reads packets
//! that come from elsewhere.
//!
//! ```no_run
//! use rspcheck_capture::{Capture, Item};
//!
//! let mut capture = Capture::open("lab.pcap")?;
//! capture.for_each(|item| {
//!     if let Item::Message(message) = item {
//!         println!("{} {} > {}", message.last_frame(), message.src, message.dst);
//!     }
//! })?;
//! # Ok::<(), rspcheck_capture::Error>(())
//! ```

mod assembly;
mod carrier;
mod demux;
mod error;
mod file;
mod fragment;
mod item;
pub mod limits;
mod network;
mod octets;
mod packets;
mod sctp;
mod source;
mod tcp;
mod tsn;
mod tunnel;
mod writer;

pub use error::Error;
pub use item::{
    Association, AssociationKind, Endpoint, Item, Message, Protocol, SctpFields, Transport,
};
pub use packets::Packets;
pub use writer::{Data, SctpWriter, Way};

use carrier::Visit;
use demux::Demux;
use file::Records;
use source::Source;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

/// Payload protocol identifier of ASAP (RFC 5352, section 8.3).
pub const PPID_ASAP: u32 = 11;
/// Payload protocol identifier of ENRP (RFC 5353, section 5.4).
pub const PPID_ENRP: u32 = 12;

/// Settings that a capture does not contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Ports of ASAP over SCTP with another PPID, over TCP and over UDP.
    pub asap_ports: Vec<u16>,
    /// Ports of ENRP over SCTP with another PPID and over UDP.
    pub enrp_ports: Vec<u16>,
    /// UDP ports that carry SCTP with any checksum; on other ports, SCTP is recognised by a right checksum.
    pub udp_encaps_ports: Vec<u16>,
    /// Reads SCTP packets with a wrong CRC32c too. The receiver dropped them, so by default they are only counted.
    pub wrong_checksums: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            asap_ports: vec![3863],
            enrp_ports: vec![9901],
            udp_encaps_ports: vec![9899],
            wrong_checksums: false,
        }
    }
}

impl Settings {
    pub(crate) fn is_asap_port(&self, port: u16) -> bool {
        self.asap_ports.contains(&port)
    }

    /// Returns the protocol of a payload protocol identifier, or of the ports if that is neither ASAP's nor ENRP's.
    pub(crate) fn protocol(&self, ppid: u32, src: u16, dst: u16) -> Option<Protocol> {
        match ppid {
            PPID_ASAP => Some(Protocol::Asap),
            PPID_ENRP => Some(Protocol::Enrp),
            _ => self.protocol_of_ports(src, dst),
        }
    }

    pub(crate) fn protocol_of_ports(&self, src: u16, dst: u16) -> Option<Protocol> {
        let either = |ports: &[u16]| ports.contains(&src) || ports.contains(&dst);
        if either(&self.asap_ports) {
            Some(Protocol::Asap)
        } else if either(&self.enrp_ports) {
            Some(Protocol::Enrp)
        } else {
            None
        }
    }
}

/// Numbers of what was read and of what could not be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packet records.
    pub frames: u64,
    /// User messages yielded, including those of neither protocol.
    pub messages: u64,
    /// DATA chunks and TCP segments without new octets.
    pub retransmissions: u64,
    /// SCTP packets with a wrong CRC32c other than 0.
    pub wrong_checksums: u64,
    /// Frames, packets or chunks that contradict themselves.
    pub malformed: u64,
    /// Chunks and datagrams that the capture has in part only (snap length).
    pub cut: u64,
    /// Frames of a link type that is not supported.
    pub unsupported_links: u64,
    /// The last such link type.
    pub unsupported_link: Option<u16>,
    /// Packets in a tunnel that is not read: encrypted, of an unknown kind, or nested deeper than
    /// [`limits::TUNNELS`].
    pub unread_tunnels: u64,
    /// IP datagrams of which a fragment is missing, and fragments that fit no datagram.
    pub ip_datagrams_given_up: u64,
    /// User messages of which a fragment is missing.
    pub messages_given_up: u64,
    /// User messages longer than [`limits::MESSAGE_OCTETS`].
    pub messages_oversized: u64,
    /// Directions of open associations and connections discarded because a table was full.
    pub associations_dropped: u64,
    /// Gaps in TCP connections, at their beginning too, after which message boundaries had to be found again.
    pub tcp_gaps: u64,
}

/// A capture file that is read.
pub struct Capture {
    records: Records,
    demux: Demux,
}

impl Capture {
    /// Opens a file with the default [`Settings`].
    ///
    /// # Errors
    ///
    /// Those of [`Capture::open_with`].
    pub fn open(path: impl AsRef<Path>) -> Result<Capture, Error> {
        Capture::open_with(path, Settings::default())
    }

    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be opened, otherwise those of [`Capture::from_reader`].
    pub fn open_with(path: impl AsRef<Path>, settings: Settings) -> Result<Capture, Error> {
        Capture::from_reader(File::open(path)?, settings)
    }

    /// Reads from a file, from standard input or from memory. The input need not be buffered.
    ///
    /// # Errors
    ///
    /// [`Error::NotACapture`] if the input does not begin like a capture, [`Error::CutOff`] if it ends inside the file
    /// header, and [`Error::Io`] if it cannot be read.
    pub fn from_reader(input: impl Read + 'static, settings: Settings) -> Result<Capture, Error> {
        let records = Records::open(Source::new(Box::new(input)))?;
        Ok(Capture {
            records,
            demux: Demux::new(settings),
        })
    }

    /// Calls `visit` with everything in the file. On an error, `visit` has received everything before it.
    ///
    /// # Errors
    ///
    /// [`Error::CutOff`] if the file ends inside a record, [`Error::Broken`] if a record contradicts the format, and
    /// [`Error::Io`] if the input cannot be read.
    pub fn for_each(&mut self, mut visit: impl FnMut(Item<'_>)) -> Result<(), Error> {
        let flow = self.try_for_each(|item| {
            visit(item);
            ControlFlow::<()>::Continue(())
        })?;
        debug_assert!(flow.is_continue());
        Ok(())
    }

    /// Calls `visit` like [`Capture::for_each`] until it returns `Break`, and returns that.
    ///
    /// # Errors
    ///
    /// Those of [`Capture::for_each`].
    pub fn try_for_each<B>(
        &mut self,
        mut visit: impl FnMut(Item<'_>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, Error> {
        let mut broken = None;
        let mut inner = |item: Item<'_>| match visit(item) {
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
            ControlFlow::Break(value) => {
                broken = Some(value);
                ControlFlow::Break(())
            }
        };
        let read = self.read(&mut inner);
        if let Some(value) = broken {
            return Ok(ControlFlow::Break(value));
        }
        read.map(|()| ControlFlow::Continue(()))
    }

    /// Returns the counters of what has been read so far.
    pub fn counters(&self) -> &Counters {
        &self.demux.counters
    }

    fn read(&mut self, visit: &mut Visit<'_>) -> Result<(), Error> {
        let ended = loop {
            match self.records.next() {
                Ok(Some(record)) => {
                    if self.demux.record(&record, visit).is_break() {
                        return Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        if self.demux.end(visit).is_break() {
            return Ok(());
        }
        ended
    }
}
