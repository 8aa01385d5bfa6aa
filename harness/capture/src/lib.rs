//! Capture files to user messages: pcap and pcapng in, each ASAP and ENRP message once, with its frames, out.
//!
//! Below stand the link layers, IP with its fragments, SCTP (bare, over IP, in UDP), TCP and UDP. This crate knows
//! no message: of ASAP and ENRP it knows ports and payload protocol identifiers, and for TCP where the common
//! header has its Length. It never holds a file in memory: what it remembers is bounded by [`limits`], and what it
//! had to forget is in [`Counters`].
//!
//! Messages come in the order of the frames that completed them, which is the order of Wireshark's list and not
//! that in which SCTP delivers: after a loss, later messages stand before the retransmitted one. Stream and SSN
//! tell the rest. Over TCP, a message that waited for an earlier segment comes after the frame that brought it.
//!
//! Where to enter: [`Capture::open`] and [`Capture::for_each`]; to write a capture, [`SctpWriter`].
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
mod sctp;
mod source;
mod tcp;
mod tsn;
mod writer;

pub use error::Error;
pub use item::{
    Association, AssociationKind, Endpoint, Item, Message, Protocol, SctpFields, Transport,
};
pub use writer::{Data, SctpWriter, Way};

use carrier::Visit;
use demux::Demux;
use file::Records;
use source::Source;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

/// Payload protocol identifier of ASAP (RFC 5352, 8.3).
pub const PPID_ASAP: u32 = 11;
/// Payload protocol identifier of ENRP (RFC 5353, 5.4).
pub const PPID_ENRP: u32 = 12;

/// What a reader must be told because a capture does not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Ports of ASAP over SCTP with another PPID, over TCP and over UDP.
    pub asap_ports: Vec<u16>,
    /// Ports of ENRP over SCTP with another PPID and over UDP.
    pub enrp_ports: Vec<u16>,
    /// UDP ports that carry SCTP whatever its checksum says; other ports are recognised by the checksum.
    pub udp_encaps_ports: Vec<u16>,
    /// Read SCTP packets with a wrong CRC32c too. The receiver has dropped them, so by default they only count.
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

    /// By payload protocol identifier, else by port.
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

/// What was read, and what could not be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packet records.
    pub frames: u64,
    /// User messages handed over, those of neither protocol included.
    pub messages: u64,
    /// DATA chunks and TCP segments with nothing new.
    pub retransmissions: u64,
    /// SCTP packets with a wrong CRC32c, 0 not counted.
    pub wrong_checksums: u64,
    /// Packets or chunks that contradict themselves.
    pub malformed: u64,
    /// Chunks and datagrams not read because the capture cut the packet off (snap length).
    pub cut: u64,
    /// Frames of a link type that is not supported.
    pub unsupported_links: u64,
    /// The last such link type.
    pub unsupported_link: Option<u16>,
    /// IP datagrams given up with a fragment missing.
    pub ip_datagrams_given_up: u64,
    /// Fragmented user messages given up with a fragment missing.
    pub messages_given_up: u64,
    /// User messages longer than [`limits::MESSAGE_OCTETS`].
    pub messages_oversized: u64,
    /// Directions of open associations and connections forgotten for want of room.
    pub associations_dropped: u64,
    /// Times the messages of a TCP connection were lost from sight.
    pub tcp_gaps: u64,
}

/// A capture file being read.
pub struct Capture {
    records: Records,
    demux: Demux,
}

impl Capture {
    /// Opens a file with the default [`Settings`].
    pub fn open(path: impl AsRef<Path>) -> Result<Capture, Error> {
        Capture::open_with(path, Settings::default())
    }

    /// Opens a file.
    pub fn open_with(path: impl AsRef<Path>, settings: Settings) -> Result<Capture, Error> {
        Capture::from_reader(File::open(path)?, settings)
    }

    /// Reads from anything, such as standard input. No need to buffer it.
    pub fn from_reader(input: impl Read + 'static, settings: Settings) -> Result<Capture, Error> {
        let records = Records::open(Source::new(Box::new(input)))?;
        Ok(Capture {
            records,
            demux: Demux::new(settings),
        })
    }

    /// Hands over everything in the file. On an error, everything before it has been handed over.
    pub fn for_each(&mut self, mut visit: impl FnMut(Item<'_>)) -> Result<(), Error> {
        let flow = self.try_for_each(|item| {
            visit(item);
            ControlFlow::<()>::Continue(())
        })?;
        debug_assert!(flow.is_continue());
        Ok(())
    }

    /// Like [`Capture::for_each`], until the visitor breaks.
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

    /// What has been read so far.
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
