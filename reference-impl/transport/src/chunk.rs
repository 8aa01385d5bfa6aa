//! SCTP packets: common header, checksum and iteration over the chunks (RFC 9260 §3).
//!
//! The user-space stack returns messages without U bit, TSN or ABORT cause, and does not answer packets that
//! belong to no association. This file reads the former from packets and builds the latter, without state.

/// Chunk types that this crate reads (RFC 9260 §3.2).
pub mod kind {
    /// Payload data.
    pub const DATA: u8 = 0;
    /// Initiation.
    pub const INIT: u8 = 1;
    /// Initiation acknowledgement.
    pub const INIT_ACK: u8 = 2;
    /// Selective acknowledgement.
    pub const SACK: u8 = 3;
    /// Heartbeat request.
    pub const HEARTBEAT: u8 = 4;
    /// Heartbeat acknowledgement.
    pub const HEARTBEAT_ACK: u8 = 5;
    /// Abort.
    pub const ABORT: u8 = 6;
    /// Start of a graceful shutdown.
    pub const SHUTDOWN: u8 = 7;
    /// Shutdown acknowledgement.
    pub const SHUTDOWN_ACK: u8 = 8;
    /// Operation error.
    pub const ERROR: u8 = 9;
    /// State cookie.
    pub const COOKIE_ECHO: u8 = 10;
    /// Cookie acknowledgement.
    pub const COOKIE_ACK: u8 = 11;
    /// End of a graceful shutdown.
    pub const SHUTDOWN_COMPLETE: u8 = 14;
}

/// DATA flag: unordered.
pub const UNORDERED: u8 = 0x04;
/// DATA flag: first fragment of a message.
pub const BEGINNING: u8 = 0x02;
/// DATA flag: last fragment of a message.
pub const ENDING: u8 = 0x01;
/// ABORT and SHUTDOWN COMPLETE flag: the verification tag is the receiver's own, reflected.
pub const TAG_REFLECTED: u8 = 0x01;

/// Parameter type of the state cookie in an INIT ACK.
const STATE_COOKIE: u16 = 7;
/// Length of the common header.
pub const HEADER_LEN: usize = 12;

/// The common header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Verification tag.
    pub tag: u32,
    /// CRC32c as a number such that a correct packet has [`checksum`] of its octets.
    pub checksum: u32,
}

impl Header {
    /// Reads the header of a packet that has at least one chunk header behind it.
    pub fn read(packet: &[u8]) -> Option<Header> {
        if packet.len() < HEADER_LEN + 4 {
            return None;
        }
        Some(Header {
            source_port: u16_at(packet, 0)?,
            destination_port: u16_at(packet, 2)?,
            tag: u32_at(packet, 4)?,
            checksum: u32_at(packet, 8)?.swap_bytes(),
        })
    }
}

/// One chunk of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Chunk type.
    pub kind: u8,
    /// Chunk flags.
    pub flags: u8,
    /// The octets after the chunk header, without padding.
    pub value: &'a [u8],
}

impl Chunk<'_> {
    /// Returns the fields of a DATA chunk; `None` for any other chunk.
    pub fn data(&self) -> Option<Data> {
        if self.kind != kind::DATA || self.value.len() < 12 {
            return None;
        }
        Some(Data {
            tsn: u32_at(self.value, 0)?,
            stream: u16_at(self.value, 4)?,
            ssn: u16_at(self.value, 6)?,
            ppid: u32_at(self.value, 8)?,
            flags: self.flags,
            len: self.value.len() - 12,
        })
    }

    /// Returns the first error cause code of an ABORT or ERROR.
    pub fn cause(&self) -> Option<u16> {
        matches!(self.kind, kind::ABORT | kind::ERROR)
            .then(|| u16_at(self.value, 0))
            .flatten()
    }
}

/// The fields of a DATA chunk, without its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data {
    /// Transmission sequence number.
    pub tsn: u32,
    /// Stream identifier.
    pub stream: u16,
    /// Stream sequence number.
    pub ssn: u16,
    /// Payload protocol identifier in host order.
    pub ppid: u32,
    /// [`UNORDERED`], [`BEGINNING`], [`ENDING`] and the I bit.
    pub flags: u8,
    /// Octets of user data.
    pub len: usize,
}

/// Iterates over the chunks of a packet; ends at the first one whose length is impossible.
pub fn chunks(packet: &[u8]) -> Chunks<'_> {
    Chunks {
        rest: packet.get(HEADER_LEN..).unwrap_or_default(),
    }
}

/// Iterator of [`chunks`].
#[derive(Clone, Debug)]
pub struct Chunks<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let length = usize::from(u16_at(self.rest, 2)?);
        if length < 4 || length > self.rest.len() {
            self.rest = &[];
            return None;
        }
        let chunk = Chunk {
            kind: self.rest[0],
            flags: self.rest[1],
            value: &self.rest[4..length],
        };
        self.rest = self
            .rest
            .get(length.next_multiple_of(4)..)
            .unwrap_or_default();
        Some(chunk)
    }
}

/// Computes the CRC32c of a packet, with the checksum field as zero.
pub fn checksum(packet: &[u8]) -> u32 {
    let (head, tail) = packet.split_at(packet.len().min(8));
    let crc = crc32c::crc32c_append(crc32c::crc32c(head), &[0; 4]);
    crc32c::crc32c_append(crc, tail.get(4..).unwrap_or_default())
}

/// Writes the checksum into a packet.
///
/// # Panics
/// If the packet is shorter than the common header.
pub fn seal(packet: &mut [u8]) {
    let sum = checksum(packet);
    packet[8..12].copy_from_slice(&sum.to_le_bytes());
}

/// Builds a packet of one chunk, with its checksum.
///
/// # Panics
/// If `value` is longer than the chunk's Length field can express.
pub fn packet(ports: (u16, u16), tag: u32, kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
    let length =
        u16::try_from(4 + value.len()).expect("control chunks built here have a few octets");
    let mut out = Vec::with_capacity(HEADER_LEN + usize::from(length).next_multiple_of(4));
    out.extend_from_slice(&ports.0.to_be_bytes());
    out.extend_from_slice(&ports.1.to_be_bytes());
    out.extend_from_slice(&tag.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value);
    out.resize(out.len().next_multiple_of(4), 0);
    seal(&mut out);
    out
}

/// Returns the range of the state cookie's value in an INIT ACK packet, if the packet is one.
pub fn cookie_of_init_ack(packet: &[u8]) -> Option<std::ops::Range<usize>> {
    let chunk = chunks(packet).next().filter(|c| c.kind == kind::INIT_ACK)?;
    let base = HEADER_LEN + 4;
    let mut at = 16; // Behind tag, window, stream numbers and initial TSN.
    while let (Some(kind), Some(length)) = (u16_at(chunk.value, at), u16_at(chunk.value, at + 2)) {
        let length = usize::from(length);
        if length < 4 || at + length > chunk.value.len() {
            return None;
        }
        if kind == STATE_COOKIE {
            return Some(base + at + 4..base + at + length);
        }
        at += length.next_multiple_of(4);
    }
    None
}

/// Reads a number in network order.
pub(crate) fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(octets.get(at..at + 2)?.try_into().ok()?))
}

/// Reads a number in network order.
pub(crate) fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(octets.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_built_packet_walks_and_checks() {
        let octets = packet(
            (9901, 3863),
            0x0102_0304,
            kind::ABORT,
            1,
            &[0, 4, 0, 8, 1, 2, 3],
        );
        let header = Header::read(&octets).expect("complete");
        assert_eq!(
            (header.source_port, header.destination_port, header.tag),
            (9901, 3863, 0x0102_0304)
        );
        assert_eq!(header.checksum, checksum(&octets));
        let all: Vec<_> = chunks(&octets).collect();
        assert_eq!(
            all,
            [Chunk {
                kind: kind::ABORT,
                flags: 1,
                value: &[0, 4, 0, 8, 1, 2, 3]
            }]
        );
        assert_eq!(all[0].cause(), Some(4));
    }

    #[test]
    fn checksum_is_crc32c_over_a_zeroed_field() {
        assert_eq!(
            crc32c::crc32c(b"123456789"),
            0xe306_9283,
            "the check value of CRC32c"
        );
        let mut octets = packet((1, 2), 3, kind::COOKIE_ACK, 0, &[]);
        let sum = checksum(&octets);
        octets[8..12].fill(0);
        assert_eq!(crc32c::crc32c(&octets), sum);
    }

    #[test]
    fn walking_garbage_ends() {
        assert_eq!(chunks(&[]).count(), 0);
        assert_eq!(chunks(&[0; 15]).count(), 0);
        let mut octets = packet((1, 2), 3, kind::COOKIE_ACK, 0, &[]);
        octets[15] = 3;
        assert_eq!(chunks(&octets).count(), 0);
        octets[15] = 200;
        assert_eq!(chunks(&octets).count(), 0);
    }
}
