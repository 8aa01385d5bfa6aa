//! The block format: sections, each with its byte order and its interfaces; packets name the interface.
//!
//! Read here: Section Header, Interface Description, Enhanced Packet, Simple Packet and the obsolete Packet block.
//! Any other block is stepped over by its length.

use crate::error::Error;
use crate::limits::{INTERFACES, READ_BUFFER_OCTETS};
use crate::octets::padded;
use crate::record::{Order, Record};
use crate::source::Source;

/// Block type of a section header, the same in both byte orders.
pub(crate) const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER: u32 = 0x1a2b_3c4d;
const OPTION_TIME_RESOLUTION: u16 = 9;
const OPTION_TIME_OFFSET: u16 = 14;
/// Type and length before a block's body, the length again after it.
const FRAME: usize = 12;

#[derive(Clone, Copy)]
struct Interface {
    link: u16,
    snap_length: u32,
    units_per_second: u128,
    offset_seconds: i64,
}

pub(crate) struct Reader {
    source: Source,
    order: Order,
    interfaces: Vec<Interface>,
    block: u64,
}

/// Where a packet block's fields are; offsets count from the block's first octet.
struct Packet {
    interface: u32,
    time: Option<u64>,
    at: usize,
    length: usize,
}

impl Reader {
    pub(crate) fn new(source: Source) -> Reader {
        Reader {
            source,
            order: Order::Little,
            interfaces: Vec::new(),
            block: 0,
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        loop {
            let visible = self.source.fill(FRAME)?;
            if visible == 0 {
                return Ok(None);
            }
            self.block += 1;
            if visible < FRAME {
                return Err(self.cut_off(FRAME - visible));
            }
            let header = self.source.visible();
            if header[..4] == SECTION_HEADER {
                self.section()?;
                continue;
            }
            let kind = self.order.u32(header, 0);
            let length = self.order.u32(header, 4) as usize;
            if length < FRAME || !length.is_multiple_of(4) {
                return Err(self.broken("a block length below 12 or not a multiple of 4"));
            }
            match kind {
                INTERFACE_DESCRIPTION => self.interface(length)?,
                PACKET | SIMPLE_PACKET | ENHANCED_PACKET => {
                    let packet = self.packet(kind, length)?;
                    let Some(&interface) = self.interfaces.get(packet.interface as usize) else {
                        return Err(self.broken("a packet of an interface that was not described"));
                    };
                    let time_ns = packet.time.map_or(0, |units| interface.nanoseconds(units));
                    let octets = &self.source.take(length)[packet.at..packet.at + packet.length];
                    return Ok(Some(Record {
                        time_ns,
                        link: interface.link,
                        octets,
                    }));
                }
                _ => self.step_over(length)?,
            }
        }
    }

    fn section(&mut self) -> Result<(), Error> {
        let magic = self.source.visible()[8..FRAME]
            .try_into()
            .expect("FRAME octets are visible");
        self.order = match BYTE_ORDER {
            n if n == u32::from_be_bytes(magic) => Order::Big,
            n if n == u32::from_le_bytes(magic) => Order::Little,
            _ => return Err(self.broken("a section header without the byte order magic")),
        };
        let length = self.order.u32(self.source.visible(), 4) as usize;
        if length < 28 || !length.is_multiple_of(4) {
            return Err(
                self.broken("a section header with a length below 28 or not a multiple of 4")
            );
        }
        self.interfaces.clear();
        self.step_over(length)
    }

    fn interface(&mut self, length: usize) -> Result<(), Error> {
        if self.interfaces.len() == INTERFACES {
            return Err(self.broken("more interfaces than are supported"));
        }
        if length < 20 {
            return Err(self.broken("an interface description that is too short"));
        }
        self.whole(length)?;
        let block = &self.source.visible()[..length];
        let mut interface = Interface {
            link: self.order.u16(block, 8),
            snap_length: self.order.u32(block, 12),
            units_per_second: 1_000_000,
            offset_seconds: 0,
        };
        let mut options = &block[16..length - 4];
        while options.len() >= 4 {
            let (code, size) = (
                self.order.u16(options, 0),
                self.order.u16(options, 2) as usize,
            );
            let Some(value) = options.get(4..4 + size) else {
                break;
            };
            match (code, size) {
                (0, _) => break,
                (OPTION_TIME_RESOLUTION, 1) => {
                    interface.units_per_second = units_per_second(value[0])
                }
                (OPTION_TIME_OFFSET, 8) => {
                    // The two halves are in the section's order, and so is each of them.
                    let (first, second) = (self.order.u32(value, 0), self.order.u32(value, 4));
                    let (high, low) = if self.order == Order::Big {
                        (first, second)
                    } else {
                        (second, first)
                    };
                    interface.offset_seconds = (u64::from(high) << 32 | u64::from(low)) as i64;
                }
                _ => {}
            }
            options = options.get(4 + padded(size)..).unwrap_or_default();
        }
        self.interfaces.push(interface);
        self.source.consume(length);
        Ok(())
    }

    fn packet(&mut self, kind: u32, length: usize) -> Result<Packet, Error> {
        let fixed = if kind == SIMPLE_PACKET { 12 } else { 28 };
        if length < fixed + 4 {
            return Err(self.broken("a packet block that is too short"));
        }
        self.whole(length)?;
        let block = self.source.visible();
        let u32_at = |at| self.order.u32(block, at);
        let time = || Some(u64::from(u32_at(12)) << 32 | u64::from(u32_at(16)));
        let mut packet = match kind {
            ENHANCED_PACKET => Packet {
                interface: u32_at(8),
                time: time(),
                at: fixed,
                length: u32_at(20) as usize,
            },
            PACKET => {
                let interface = u32::from(self.order.u16(block, 8));
                Packet {
                    interface,
                    time: time(),
                    at: fixed,
                    length: u32_at(20) as usize,
                }
            }
            _ => Packet {
                interface: 0,
                time: None,
                at: fixed,
                length: u32_at(8) as usize,
            },
        };
        let room = length - fixed - 4;
        if kind == SIMPLE_PACKET {
            // A simple packet tells its original length only; what was captured is bounded by the snap length.
            let snap = self.interfaces.first().map_or(0, |i| i.snap_length) as usize;
            packet.length = packet
                .length
                .min(room)
                .min(if snap == 0 { usize::MAX } else { snap });
        }
        if packet.length > room {
            return Err(self.broken("a packet longer than its block"));
        }
        Ok(packet)
    }

    fn whole(&mut self, length: usize) -> Result<(), Error> {
        if length > READ_BUFFER_OCTETS {
            return Err(self.broken("a block of more than 1 MiB"));
        }
        match self.source.fill(length)? {
            visible if visible < length => Err(self.cut_off(length - visible)),
            _ => Ok(()),
        }
    }

    fn step_over(&mut self, length: usize) -> Result<(), Error> {
        let offset = self.source.offset();
        match self.source.skip(length as u64)? {
            0 => Ok(()),
            missing => Err(Error::CutOff {
                offset,
                record: self.block,
                missing,
            }),
        }
    }

    fn broken(&self, what: &'static str) -> Error {
        Error::Broken {
            offset: self.source.offset(),
            record: self.block,
            what,
        }
    }

    fn cut_off(&self, missing: usize) -> Error {
        Error::CutOff {
            offset: self.source.offset(),
            record: self.block,
            missing: missing as u64,
        }
    }
}

impl Interface {
    fn nanoseconds(self, units: u64) -> u64 {
        let since = match self.units_per_second {
            1_000_000 => i128::from(units) * 1000,
            1_000_000_000 => i128::from(units),
            // A resolution is at most 2^127, so the product of a 64-bit time and 10^9 is what has to fit: it does.
            other => (u128::from(units) * 1_000_000_000 / other) as i128,
        };
        let time = since + i128::from(self.offset_seconds) * 1_000_000_000;
        u64::try_from(time).unwrap_or(if time < 0 { 0 } else { u64::MAX })
    }
}

/// `if_tsresol`: a negative power of ten, or of two where the top bit is set.
fn units_per_second(option: u8) -> u128 {
    let exponent = u32::from(option & 0x7f);
    let base: u128 = if option & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(exponent).unwrap_or(u128::MAX)
}
