//! Packet records of either file format.

use crate::error::Error;
use crate::source::Source;
use crate::{pcap, pcapng};

/// One captured packet, borrowed from the read buffer.
pub(crate) struct Record<'a> {
    pub(crate) time_ns: u64,
    /// Link type as in <https://www.tcpdump.org/linktypes.html>.
    pub(crate) link: u16,
    pub(crate) octets: &'a [u8],
}

/// A capture file of a recognised format.
pub(crate) enum Records {
    Pcap(pcap::Reader),
    Pcapng(pcapng::Reader),
}

impl Records {
    pub(crate) fn open(mut source: Source) -> Result<Records, Error> {
        let visible = source.fill(4)?;
        let Some(magic) = source.visible().first_chunk::<4>() else {
            return Err(Error::NotACapture(if visible == 0 {
                "the file is empty"
            } else {
                "fewer than 4 octets"
            }));
        };
        match *magic {
            pcapng::SECTION_HEADER => Ok(Records::Pcapng(pcapng::Reader::new(source))),
            [0x1f, 0x8b, ..] => Err(Error::NotACapture(
                "it is compressed; unpack it with `gunzip -c` and read `-`",
            )),
            _ => Ok(Records::Pcap(pcap::Reader::open(source)?)),
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        match self {
            Records::Pcap(reader) => reader.next(),
            Records::Pcapng(reader) => reader.next(),
        }
    }
}

/// Byte order of a file's or section's own fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    Big,
    Little,
}

impl Order {
    /// The 16-bit field at `at`; the caller has made sure that it is there.
    pub(crate) fn u16(self, octets: &[u8], at: usize) -> u16 {
        let field = [octets[at], octets[at + 1]];
        match self {
            Order::Big => u16::from_be_bytes(field),
            Order::Little => u16::from_le_bytes(field),
        }
    }

    /// The 32-bit field at `at`; the caller has made sure that it is there.
    pub(crate) fn u32(self, octets: &[u8], at: usize) -> u32 {
        let field = [octets[at], octets[at + 1], octets[at + 2], octets[at + 3]];
        match self {
            Order::Big => u32::from_be_bytes(field),
            Order::Little => u32::from_le_bytes(field),
        }
    }
}
