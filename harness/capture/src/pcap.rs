//! The classic format: a 24-octet file header, then records of a 16-octet header and a packet.

use crate::error::Error;
use crate::limits::READ_BUFFER_OCTETS;
use crate::record::{Order, Record};
use crate::source::Source;

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

pub(crate) struct Reader {
    source: Source,
    order: Order,
    ns_per_fraction: u64,
    link: u16,
    record: u64,
}

impl Reader {
    pub(crate) fn open(mut source: Source) -> Result<Reader, Error> {
        let visible = source.fill(FILE_HEADER)?;
        let header = source.visible();
        let (order, ns_per_fraction) = match header[..4] {
            [0xa1, 0xb2, 0xc3, 0xd4] => (Order::Big, 1000),
            [0xd4, 0xc3, 0xb2, 0xa1] => (Order::Little, 1000),
            [0xa1, 0xb2, 0x3c, 0x4d] => (Order::Big, 1),
            [0x4d, 0x3c, 0xb2, 0xa1] => (Order::Little, 1),
            _ => {
                return Err(Error::NotACapture(
                    "its first four octets are neither pcap's nor pcapng's",
                ));
            }
        };
        if visible < FILE_HEADER {
            return Err(Error::CutOff {
                offset: 0,
                record: 0,
                missing: (FILE_HEADER - visible) as u64,
            });
        }
        // The upper half of the field tells about the frame check sequence; IP's own length makes that irrelevant.
        let link = order.u32(header, 20) as u16;
        source.consume(FILE_HEADER);
        Ok(Reader {
            source,
            order,
            ns_per_fraction,
            link,
            record: 0,
        })
    }

    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        let visible = self.source.fill(RECORD_HEADER)?;
        if visible == 0 {
            return Ok(None);
        }
        self.record += 1;
        let (offset, record) = (self.source.offset(), self.record);
        if visible < RECORD_HEADER {
            return Err(Error::CutOff {
                offset,
                record,
                missing: (RECORD_HEADER - visible) as u64,
            });
        }
        let header = self.source.visible();
        let seconds = u64::from(self.order.u32(header, 0));
        let fraction = u64::from(self.order.u32(header, 4));
        let length = self.order.u32(header, 8) as usize;
        if length > READ_BUFFER_OCTETS - RECORD_HEADER {
            return Err(Error::Broken {
                offset,
                record,
                what: "a packet of more than 1 MiB",
            });
        }
        let visible = self.source.fill(RECORD_HEADER + length)?;
        if visible < RECORD_HEADER + length {
            return Err(Error::CutOff {
                offset,
                record,
                missing: (RECORD_HEADER + length - visible) as u64,
            });
        }
        let time_ns = seconds * 1_000_000_000 + fraction * self.ns_per_fraction;
        let octets = &self.source.take(RECORD_HEADER + length)[RECORD_HEADER..];
        Ok(Some(Record {
            time_ns,
            link: self.link,
            octets,
        }))
    }
}
