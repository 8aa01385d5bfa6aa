//! Packet records of pcap and pcapng files.
//!
//! The slice parsers of `pcap-file` read a record once it is in the buffer of [`Source`]. Its readers are not used:
//! they hide the offset of a record, which errors report, and hold 8 MB. Of its pcapng parsers only the one for whole
//! blocks is used: the others refuse a file for the options of a block (a comment that is not UTF-8, a missing end
//! of the options), and keep the options of each interface.

use crate::error::Error;
use crate::limits::{INTERFACES, READ_BUFFER_OCTETS};
use crate::octets::padded;
use crate::source::Source;
use byteorder_slice::{BigEndian, ByteOrder, LittleEndian};
use pcap_file::pcap::PcapParser;
use pcap_file::pcapng::RawBlock;
use pcap_file::{DataLink, Endianness, TsResolution};
use std::borrow::Cow;

/// One captured packet, borrowed from the read buffer.
pub(crate) struct Record<'a> {
    pub(crate) time_ns: u64,
    pub(crate) link: DataLink,
    pub(crate) octets: &'a [u8],
}

/// The packet records of a capture file, from front to back.
pub(crate) struct Records {
    input: Input,
    format: Format,
}

enum Format {
    Pcap(PcapParser, DataLink),
    Pcapng(Section),
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
        let format = match *magic {
            [0x0a, 0x0d, 0x0d, 0x0a] => Format::Pcapng(Section::default()),
            [0xa1, 0xb2, 0xc3, 0xd4]
            | [0xd4, 0xc3, 0xb2, 0xa1]
            | [0xa1, 0xb2, 0x3c, 0x4d]
            | [0x4d, 0x3c, 0xb2, 0xa1] => pcap_header(&mut source)?,
            [0x1f, 0x8b, ..] => {
                return Err(Error::NotACapture(
                    "it is compressed; decompress it with `gunzip -c` and read `-`",
                ));
            }
            _ => {
                return Err(Error::NotACapture(
                    "its first four octets are neither pcap's nor pcapng's",
                ));
            }
        };
        let input = Input { source, record: 0 };
        Ok(Records { input, format })
    }

    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        match &mut self.format {
            Format::Pcap(parser, link) => next_packet(parser, *link, &mut self.input),
            Format::Pcapng(section) => section.next_packet(&mut self.input),
        }
    }
}

/// Octets of the file and the number of the record that is being read.
struct Input {
    source: Source,
    record: u64,
}

impl Input {
    /// Begins the next record: makes its first `header` octets visible, or returns `false` at the end of the file.
    fn begin(&mut self, header: usize) -> Result<bool, Error> {
        let visible = self.source.fill(header)?;
        if visible == 0 {
            return Ok(false);
        }
        self.record += 1;
        if visible < header {
            return Err(self.cut_off((header - visible) as u64));
        }
        Ok(true)
    }

    /// Makes all `length` octets of the record visible.
    fn whole(&mut self, length: usize) -> Result<(), Error> {
        if length > READ_BUFFER_OCTETS {
            return Err(self.broken("a record of more than 1 MiB"));
        }
        match self.source.fill(length)? {
            visible if visible < length => Err(self.cut_off((length - visible) as u64)),
            _ => Ok(()),
        }
    }

    /// Steps over a record of `length` octets unread.
    fn step_over(&mut self, length: usize) -> Result<(), Error> {
        let offset = self.source.offset();
        match self.source.skip(length as u64)? {
            0 => Ok(()),
            missing => Err(Error::CutOff {
                offset,
                record: self.record,
                missing,
            }),
        }
    }

    fn broken(&self, what: &'static str) -> Error {
        Error::Broken {
            offset: self.source.offset(),
            record: self.record,
            what,
        }
    }

    fn cut_off(&self, missing: u64) -> Error {
        Error::CutOff {
            offset: self.source.offset(),
            record: self.record,
            missing,
        }
    }
}

// pcap: a 24-octet file header, then records of a 16-octet header and a packet.

const PCAP_FILE_HEADER: usize = 24;
const PCAP_RECORD_HEADER: usize = 16;

fn pcap_header(source: &mut Source) -> Result<Format, Error> {
    let visible = source.fill(PCAP_FILE_HEADER)?;
    // The magic is known, so too few octets are the only error left.
    let Ok((_, parser)) = PcapParser::new(source.visible()) else {
        return Err(Error::CutOff {
            offset: 0,
            record: 0,
            missing: PCAP_FILE_HEADER.saturating_sub(visible) as u64,
        });
    };
    source.consume(PCAP_FILE_HEADER);
    // The upper half of the field describes the frame check sequence; IP's own length makes that irrelevant.
    let link = DataLink::from(u32::from(parser.header().datalink) & 0xffff);
    Ok(Format::Pcap(parser, link))
}

fn next_packet<'a>(
    parser: &PcapParser,
    link: DataLink,
    input: &'a mut Input,
) -> Result<Option<Record<'a>>, Error> {
    if !input.begin(PCAP_RECORD_HEADER)? {
        return Ok(None);
    }
    let header = parser.header();
    let length = u32_at(header.endianness, input.source.visible(), 8) as usize;
    input.whole(PCAP_RECORD_HEADER.saturating_add(length))?;
    let Ok((_, packet)) = parser.next_raw_packet(input.source.visible()) else {
        return Err(input.broken("a packet record that does not parse"));
    };
    let ns_per_fraction = match header.ts_resolution {
        TsResolution::MicroSecond => 1000,
        TsResolution::NanoSecond => 1,
    };
    let time_ns =
        u64::from(packet.ts_sec) * 1_000_000_000 + u64::from(packet.ts_frac) * ns_per_fraction;
    Ok(Some(Record {
        time_ns,
        link,
        octets: &input.source.take(PCAP_RECORD_HEADER + length)[PCAP_RECORD_HEADER..],
    }))
}

// pcapng: sections, each with its byte order and its interfaces; packets name the interface. Read here: Section
// Header, Interface Description, Enhanced Packet, Simple Packet and the obsolete Packet Block. Any other block is
// stepped over by its length.

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// Type and length before a block's body, the length again after it.
const BLOCK_FRAME: usize = 12;
/// A section header without options: byte order magic, version and section length.
const SECTION_HEADER_LENGTH: usize = BLOCK_FRAME + 16;
const OPTION_END: u16 = 0;
const OPTION_TIME_RESOLUTION: u16 = 9;
const OPTION_TIME_OFFSET: u16 = 14;

/// A section of a pcapng file.
struct Section {
    order: Endianness,
    interfaces: Vec<Interface>,
}

/// Values of an Interface Description Block.
#[derive(Clone, Copy)]
struct Interface {
    link: DataLink,
    snap_length: u32,
    units_per_second: u128,
    offset_seconds: i64,
}

/// Fields of a packet block; `at` and `length` are the place of the packet in the body.
struct Packet {
    interface: u32,
    time: Option<u64>,
    at: usize,
    length: usize,
}

impl Default for Section {
    fn default() -> Section {
        Section {
            order: Endianness::Little,
            interfaces: Vec::new(),
        }
    }
}

impl Section {
    fn next_packet<'a>(&mut self, input: &'a mut Input) -> Result<Option<Record<'a>>, Error> {
        while input.begin(BLOCK_FRAME)? {
            let header = input.source.visible();
            let kind = u32_at(self.order, header, 0);
            if kind == SECTION_HEADER {
                self.begin(input)?;
                continue;
            }
            let length = u32_at(self.order, header, 4) as usize;
            if length < BLOCK_FRAME || !length.is_multiple_of(4) {
                return Err(input.broken("a block length below 12 or not a multiple of 4"));
            }
            match kind {
                INTERFACE_DESCRIPTION => self.add_interface(input, length)?,
                PACKET | SIMPLE_PACKET | ENHANCED_PACKET => {
                    return self.packet(input, kind, length).map(Some);
                }
                _ => input.step_over(length)?,
            }
        }
        Ok(None)
    }

    /// Begins a section; its header is at the front of the buffer.
    fn begin(&mut self, input: &mut Input) -> Result<(), Error> {
        let header = input.source.visible();
        self.order = match header[8..BLOCK_FRAME] {
            [0x1a, 0x2b, 0x3c, 0x4d] => Endianness::Big,
            [0x4d, 0x3c, 0x2b, 0x1a] => Endianness::Little,
            _ => return Err(input.broken("a section header without the byte order magic")),
        };
        let length = u32_at(self.order, header, 4) as usize;
        if length < SECTION_HEADER_LENGTH || !length.is_multiple_of(4) {
            return Err(
                input.broken("a section header with a length below 28 or not a multiple of 4")
            );
        }
        self.interfaces.clear();
        input.step_over(length)
    }

    fn add_interface(&mut self, input: &mut Input, length: usize) -> Result<(), Error> {
        if self.interfaces.len() == INTERFACES {
            return Err(input.broken("more interfaces than are supported"));
        }
        let body = self.body(input, length)?;
        let Some((fixed, options)) = body.split_first_chunk::<8>() else {
            return Err(input.broken("an interface description that is too short"));
        };
        let mut interface = Interface {
            link: DataLink::from(u32::from(u16_at(self.order, fixed, 0))),
            snap_length: u32_at(self.order, fixed, 4),
            units_per_second: 1_000_000,
            offset_seconds: 0,
        };
        self.read_options(options, &mut interface);
        self.interfaces.push(interface);
        input.source.consume(length);
        Ok(())
    }

    fn read_options(&self, mut options: &[u8], interface: &mut Interface) {
        while options.len() >= 4 {
            let code = u16_at(self.order, options, 0);
            let size = usize::from(u16_at(self.order, options, 2));
            let Some(value) = options.get(4..4 + size) else {
                return;
            };
            match (code, size) {
                (OPTION_END, _) => return,
                (OPTION_TIME_RESOLUTION, 1) => {
                    interface.units_per_second = units_per_second(value[0]);
                }
                (OPTION_TIME_OFFSET, 8) => {
                    interface.offset_seconds = match self.order {
                        Endianness::Big => BigEndian::read_i64(value),
                        Endianness::Little => LittleEndian::read_i64(value),
                    };
                }
                _ => {}
            }
            options = options.get(4 + padded(size)..).unwrap_or_default();
        }
    }

    fn packet<'a>(
        &self,
        input: &'a mut Input,
        kind: u32,
        length: usize,
    ) -> Result<Record<'a>, Error> {
        let body = self.body(input, length)?;
        let Some(packet) = self.packet_fields(kind, body) else {
            return Err(input.broken("a packet block that is too short"));
        };
        if packet.length > body.len() - packet.at {
            return Err(input.broken("a packet longer than its block"));
        }
        let Some(interface) = self.interfaces.get(packet.interface as usize) else {
            return Err(input.broken("a packet of an interface that was not described"));
        };
        let body = &input.source.take(length)[BLOCK_FRAME - 4..];
        Ok(Record {
            time_ns: packet.time.map_or(0, |units| interface.nanoseconds(units)),
            link: interface.link,
            octets: &body[packet.at..packet.at + packet.length],
        })
    }

    fn packet_fields(&self, kind: u32, body: &[u8]) -> Option<Packet> {
        if kind == SIMPLE_PACKET {
            let original = u32_at(self.order, body.first_chunk::<4>()?, 0) as usize;
            // The block has the original length only; what was captured is bounded by the snap length, if not 0.
            let snap = match self.interfaces.first() {
                Some(interface) if interface.snap_length > 0 => interface.snap_length as usize,
                _ => usize::MAX,
            };
            return Some(Packet {
                interface: 0,
                time: None,
                at: 4,
                length: original.min(body.len() - 4).min(snap),
            });
        }
        let fixed = body.first_chunk::<20>()?;
        let field = |at| u32_at(self.order, fixed, at);
        Some(Packet {
            interface: if kind == PACKET {
                u32::from(u16_at(self.order, fixed, 0))
            } else {
                field(0)
            },
            // Two fields, the upper half first in either byte order.
            time: Some(u64::from(field(4)) << 32 | u64::from(field(8))),
            at: 20,
            length: field(12) as usize,
        })
    }

    /// Returns the body of the block at the front of the buffer.
    fn body<'a>(&self, input: &'a mut Input, length: usize) -> Result<&'a [u8], Error> {
        input.whole(length)?;
        let input = &*input;
        let octets = input.source.visible();
        let block = match self.order {
            Endianness::Big => RawBlock::from_slice::<BigEndian>(octets),
            Endianness::Little => RawBlock::from_slice::<LittleEndian>(octets),
        };
        match block {
            Ok((
                _,
                RawBlock {
                    body: Cow::Borrowed(body),
                    ..
                },
            )) => Ok(body),
            _ => Err(input.broken("a block with two different lengths")),
        }
    }
}

impl Interface {
    fn nanoseconds(self, units: u64) -> u64 {
        let since = match self.units_per_second {
            1_000_000 => i128::from(units) * 1000,
            1_000_000_000 => i128::from(units),
            // The product of a 64-bit time and 10^9 fits into 128 bits.
            other => (u128::from(units) * 1_000_000_000 / other) as i128,
        };
        let time = since + i128::from(self.offset_seconds) * 1_000_000_000;
        u64::try_from(time).unwrap_or(if time < 0 { 0 } else { u64::MAX })
    }
}

/// Returns the units per second of `if_tsresol`: a power of ten, or of two if the top bit is set.
fn units_per_second(option: u8) -> u128 {
    let exponent = u32::from(option & 0x7f);
    let base: u128 = if option & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(exponent).unwrap_or(u128::MAX)
}

/// Reads the 16-bit field at `at`. The caller has checked that `octets` contains it.
fn u16_at(order: Endianness, octets: &[u8], at: usize) -> u16 {
    match order {
        Endianness::Big => BigEndian::read_u16(&octets[at..]),
        Endianness::Little => LittleEndian::read_u16(&octets[at..]),
    }
}

/// Reads the 32-bit field at `at`. The caller has checked that `octets` contains it.
fn u32_at(order: Endianness, octets: &[u8], at: usize) -> u32 {
    match order {
        Endianness::Big => BigEndian::read_u32(&octets[at..]),
        Endianness::Little => LittleEndian::read_u32(&octets[at..]),
    }
}
