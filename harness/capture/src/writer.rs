//! Captures of runs that never touched a network.
//!
//! The file is pcap with nanoseconds and link type 248: each packet begins with the SCTP common header. Wireshark
//! dissects it like any other SCTP. As there are no addresses, tags alone tell directions and associations apart:
//! give each direction of each association its own.

use crate::limits::MESSAGE_OCTETS;
use crate::octets::padded;
use crate::sctp::{COMMON_HEADER, checksum};
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
use pcap_file::{DataLink, Endianness, PcapError, TsResolution};
use std::io::{self, Write};
use std::time::Duration;

/// Chunk header, TSN, stream, SSN and PPID.
const DATA_HEADER: usize = 16;
/// The chunk's Length field has 16 bits.
const MAX_OCTETS: usize = u16::MAX as usize - DATA_HEADER;
/// More than the longest packet.
const SNAP_LENGTH: u32 = 256 * 1024;
const _: () = assert!(MAX_OCTETS <= MESSAGE_OCTETS);

/// Writes user messages as bare SCTP packets, one DATA chunk each.
pub struct SctpWriter<W: Write> {
    output: PcapWriter<W>,
    packet: Vec<u8>,
}

/// One direction of an association: what the common header of its packets says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Source port.
    pub src_port: u16,
    /// Destination port.
    pub dst_port: u16,
    /// Verification tag: the receiver's; unlike that of every other direction in the file.
    pub vtag: u32,
}

/// Fields of a DATA chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Data {
    /// Transmission sequence number: one more with each message of the direction, else it reads as a retransmission.
    pub tsn: u32,
    /// Stream identifier.
    pub stream: u16,
    /// Stream sequence number.
    pub ssn: u16,
    /// Payload protocol identifier: 11 for ASAP, 12 for ENRP.
    pub ppid: u32,
}

impl<W: Write> SctpWriter<W> {
    /// Begins the file.
    pub fn new(output: W) -> io::Result<SctpWriter<W>> {
        let header = PcapHeader {
            snaplen: SNAP_LENGTH,
            datalink: DataLink::SCTP,
            ts_resolution: TsResolution::NanoSecond,
            endianness: Endianness::Big,
            ..PcapHeader::default()
        };
        Ok(SctpWriter {
            output: PcapWriter::with_header(output, header).map_err(io_error)?,
            packet: Vec::new(),
        })
    }

    /// Writes one user message, however long, as one packet. More than 65,519 octets cannot be written: that is
    /// an error of kind [`io::ErrorKind::InvalidInput`], as is an empty message.
    pub fn message(&mut self, time_ns: u64, way: Way, data: Data, octets: &[u8]) -> io::Result<()> {
        if octets.is_empty() || octets.len() > MAX_OCTETS {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a DATA chunk holds 1 to 65,519 octets",
            ));
        }
        self.begin(way);
        // Unfragmented and ordered: B and E set, U clear.
        self.packet.extend_from_slice(&[0, 3]);
        self.packet
            .extend_from_slice(&((DATA_HEADER + octets.len()) as u16).to_be_bytes());
        self.packet.extend_from_slice(&data.tsn.to_be_bytes());
        self.packet.extend_from_slice(&data.stream.to_be_bytes());
        self.packet.extend_from_slice(&data.ssn.to_be_bytes());
        self.packet.extend_from_slice(&data.ppid.to_be_bytes());
        self.packet.extend_from_slice(octets);
        self.end(time_ns)
    }

    /// Writes the four packets of a handshake, so that readers know which directions belong together and where
    /// their TSNs begin. `forth` is the direction of the side that asks; each TSN is that of the first DATA chunk.
    pub fn handshake(
        &mut self,
        time_ns: u64,
        forth: Way,
        first_tsn: u32,
        back: Way,
        back_tsn: u32,
    ) -> io::Result<()> {
        let cookie = [0x52, 0x53, 0x50, 0x63];
        let init = |kind: u8, length: u8, tag: u32, tsn: u32| {
            let mut chunk = vec![kind, 0, 0, length];
            chunk.extend_from_slice(&tag.to_be_bytes());
            chunk.extend_from_slice(&0x0010_0000_u32.to_be_bytes());
            chunk.extend_from_slice(&[0, 16, 0, 16]);
            chunk.extend_from_slice(&tsn.to_be_bytes());
            chunk
        };
        // The side that asks chooses the tag of what comes back, and tells the TSN of what it will send.
        self.begin(Way { vtag: 0, ..forth });
        self.packet
            .extend_from_slice(&init(1, 20, back.vtag, first_tsn));
        self.end(time_ns)?;
        self.begin(back);
        self.packet
            .extend_from_slice(&init(2, 28, forth.vtag, back_tsn));
        self.packet.extend_from_slice(&[0, 7, 0, 8]);
        self.packet.extend_from_slice(&cookie);
        self.end(time_ns)?;
        self.begin(forth);
        self.packet.extend_from_slice(&[10, 0, 0, 8]);
        self.packet.extend_from_slice(&cookie);
        self.end(time_ns)?;
        self.begin(back);
        self.packet.extend_from_slice(&[11, 0, 0, 4]);
        self.end(time_ns)
    }

    /// Flushes and gives the output back.
    pub fn finish(self) -> io::Result<W> {
        let mut output = self.output.into_writer();
        output.flush()?;
        Ok(output)
    }

    fn begin(&mut self, way: Way) {
        self.packet.clear();
        self.packet.extend_from_slice(&way.src_port.to_be_bytes());
        self.packet.extend_from_slice(&way.dst_port.to_be_bytes());
        self.packet.extend_from_slice(&way.vtag.to_be_bytes());
        self.packet.extend_from_slice(&[0; 4]);
    }

    fn end(&mut self, time_ns: u64) -> io::Result<()> {
        self.packet.resize(padded(self.packet.len()), 0);
        let sum = checksum(&self.packet).to_le_bytes();
        self.packet[8..COMMON_HEADER].copy_from_slice(&sum);
        let length = self.packet.len() as u32;
        let record = PcapPacket::new(Duration::from_nanos(time_ns), length, &self.packet);
        self.output.write_packet(&record).map_err(io_error)?;
        Ok(())
    }
}

/// An error of the output as it is, and a value that the format has no room for as invalid input.
fn io_error(error: PcapError) -> io::Error {
    match error {
        PcapError::IoError(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidInput, other),
    }
}
