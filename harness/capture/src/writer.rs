//! Writes captures of runs without a network.
//!
//! The file is pcap with nanoseconds and link type 248: each packet begins with the SCTP common header. Wireshark
//! dissects it like any other SCTP. There are no addresses, so the verification tag alone identifies a direction of an
//! association: each direction of a file needs another tag.

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

/// One direction of an association: the fields of its common header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Source port.
    pub src_port: u16,
    /// Destination port.
    pub dst_port: u16,
    /// Verification tag, chosen by the receiver. No other direction in the file has the same.
    pub vtag: u32,
}

/// Fields of a DATA chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Data {
    /// Transmission sequence number: one more with each message of the direction. A repeated one is a retransmission.
    pub tsn: u32,
    /// Stream identifier.
    pub stream: u16,
    /// Stream sequence number.
    pub ssn: u16,
    /// Payload protocol identifier: 11 for ASAP, 12 for ENRP.
    pub ppid: u32,
}

impl<W: Write> SctpWriter<W> {
    /// Writes the file header.
    ///
    /// # Errors
    ///
    /// Those of the output.
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

    /// Writes one user message of 1 to 65,519 octets as one packet.
    ///
    /// # Errors
    ///
    /// Those of the output; one of kind [`io::ErrorKind::InvalidInput`] if the message is empty or too long, or if the
    /// time is after 2106, which pcap has no room for.
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

    /// Writes the four packets of a handshake, from which readers learn the two directions of an association and their
    /// initial TSNs. `forth` is the direction of the INIT; each TSN is that of the first DATA chunk.
    ///
    /// # Errors
    ///
    /// Those of the output; one of kind [`io::ErrorKind::InvalidInput`] if the time is after 2106.
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
        // INIT has the tag of the packets that come back and the TSN of the first DATA chunk that follows.
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

    /// Flushes the output and returns it.
    ///
    /// # Errors
    ///
    /// Those of the output.
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

/// Returns the output's error; a value that the format has no room for is invalid input.
fn io_error(error: PcapError) -> io::Error {
    match error {
        PcapError::IoError(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidInput, other),
    }
}
