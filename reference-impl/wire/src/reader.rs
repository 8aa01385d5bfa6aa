//! All rules of Lengths and padding for readers (RFC 5354 §2, §3, §4).
//!
//! A Length covers the padding between nested parameters but not that after the last one. Some senders count
//! that too, and some omit it, so a reader takes as much padding as its parent's Length has room for. The content
//! of padding and of reserved fields is ignored.

use std::net::IpAddr;

use crate::error::{DecodeError, DecodeResult, ErrorKind};
use crate::numbers::{Flags, ParameterType};
use crate::skipped::{Reaction, Reports};
use crate::unknown::UnknownParameters;

/// Type, flags and Length; also the shape of a parameter's and a cause's header.
const HEADER: usize = 4;

/// A value that can be read from one parameter; the reader handles its header, Length and padding.
pub(crate) trait ReadParameter: Sized {
    /// Returns whether a parameter of this type can hold such a value.
    fn accepts(parameter_type: ParameterType) -> bool;
    /// Reads the value of a parameter of an accepted type.
    fn decode(parameter_type: ParameterType, reader: Reader<'_>) -> DecodeResult<Self>;
}

/// The header of a message, without its Length.
pub(crate) struct MessageHeader {
    pub(crate) message_type: u8,
    pub(crate) flags: Flags,
}

/// Reads the value of one message or parameter: fixed fields first, then parameters in their order.
pub(crate) struct Reader<'a> {
    /// The octets of this value that have not been read.
    left: &'a [u8],
    /// End of the value, in octets from the message's first one.
    end: usize,
    /// Offset of this value's Length field.
    length_at: usize,
    /// Types read here of parameters that may occur once.
    seen: u32,
    /// Number of known parameters read here.
    known: u16,
    unknown: UnknownParameters,
    reports: &'a mut Reports,
}

/// A parameter's header, its Length checked against its parent.
#[derive(Clone, Copy)]
struct ParameterHeader<'a> {
    parameter_type: ParameterType,
    /// The parameter up to its Length.
    octets: &'a [u8],
}

/// Reads octets that are one parameter and nothing else, such as a cause's information.
pub(crate) fn decode_alone<P: ReadParameter>(octets: &[u8], name: &'static str) -> DecodeResult<P> {
    let mut reports = Reports::default();
    let mut reader = Reader::new(octets, octets.len(), 0, &mut reports);
    let value = reader.mandatory(name)?;
    reader.finish()?;
    Ok(value)
}

impl<'a> Reader<'a> {
    /// Checks a message's header and Length against the octets. `fixed` returns the least number of octets of a
    /// message of a type; `None` if there is no such type.
    pub(crate) fn message(
        octets: &'a [u8],
        fixed: impl Fn(u8) -> Option<usize>,
        reports: &'a mut Reports,
    ) -> DecodeResult<(MessageHeader, Self)> {
        let Some(&[message_type, flags, high, low]) = octets.first_chunk::<HEADER>() else {
            return Err(DecodeError::new(octets.len(), ErrorKind::Truncated));
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let fixed = fixed(message_type);
        if length < fixed.unwrap_or(HEADER) {
            return Err(DecodeError::new(2, ErrorKind::LengthTooSmall));
        }
        let Some(message) = octets.get(..length) else {
            return Err(DecodeError::new(octets.len(), ErrorKind::Truncated));
        };
        if fixed.is_none() {
            return Err(DecodeError::new(0, ErrorKind::UnknownMessage(message_type)));
        }
        let padded = length.next_multiple_of(4);
        if octets.len() > padded {
            return Err(DecodeError::new(padded, ErrorKind::TrailingOctets));
        }
        let header = MessageHeader {
            message_type,
            flags: Flags(flags),
        };
        Ok((header, Self::new(&message[HEADER..], length, 2, reports)))
    }

    #[inline]
    fn new(left: &'a [u8], end: usize, length_at: usize, reports: &'a mut Reports) -> Self {
        let unknown = UnknownParameters::NONE;
        Self {
            left,
            end,
            length_at,
            seen: 0,
            known: 0,
            unknown,
            reports,
        }
    }

    /// Returns the offset of the next field or parameter.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.end - self.left.len()
    }

    /// Reads the next octets of the fixed part.
    #[inline]
    fn take<const N: usize>(&mut self) -> DecodeResult<[u8; N]> {
        let Some((octets, left)) = self.left.split_first_chunk::<N>() else {
            return Err(DecodeError::new(self.length_at, ErrorKind::LengthTooSmall));
        };
        self.left = left;
        Ok(*octets)
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> DecodeResult<u16> {
        self.take().map(u16::from_be_bytes)
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> DecodeResult<u32> {
        self.take().map(u32::from_be_bytes)
    }

    #[inline]
    pub(crate) fn i32(&mut self) -> DecodeResult<i32> {
        self.take().map(i32::from_be_bytes)
    }

    /// Reads a reserved field, whose content is ignored.
    pub(crate) fn reserved_u16(&mut self) -> DecodeResult<()> {
        self.take::<2>().map(|_| ())
    }

    /// Reads the rest, which must be `N` octets.
    #[inline]
    pub(crate) fn whole<const N: usize>(self) -> DecodeResult<&'a [u8; N]> {
        self.left
            .try_into()
            .map_err(|_| DecodeError::new(self.length_at, ErrorKind::WrongLength))
    }

    /// Reads the rest, of any length.
    #[inline]
    pub(crate) fn rest(self) -> &'a [u8] {
        self.left
    }

    /// Reads the mandatory next parameter.
    #[inline]
    pub(crate) fn mandatory<P: ReadParameter>(&mut self, name: &'static str) -> DecodeResult<P> {
        match self.peek()? {
            Some(header) if P::accepts(header.parameter_type) => {
                self.seen |= bit(header.parameter_type);
                self.parameter(header, name, 0)
            }
            _ => Err(self.absent::<P>(name, None)),
        }
    }

    /// Permits one more parameter of this type, for another purpose than those read here so far.
    #[inline]
    pub(crate) fn expect_again(&mut self, parameter_type: ParameterType) {
        self.seen &= !bit(parameter_type);
    }

    /// Checks that the next parameter is not of this kind, which must follow the mandatory `name`.
    pub(crate) fn not_yet<P: ReadParameter>(&mut self, name: &'static str) -> DecodeResult<()> {
        match self.peek()? {
            Some(header) if P::accepts(header.parameter_type) => Err(self.missing(name)),
            _ => Ok(()),
        }
    }

    /// Reads the next parameter if it is of this kind, which may occur only once among its siblings.
    #[inline]
    pub(crate) fn optional<P: ReadParameter>(
        &mut self,
        name: &'static str,
    ) -> DecodeResult<Option<P>> {
        match self.peek()? {
            Some(header) if P::accepts(header.parameter_type) => {
                self.seen |= bit(header.parameter_type);
                self.parameter(header, name, 0).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Reads the next parameter if it is of this kind, as the `index`th one.
    #[inline]
    pub(crate) fn repeated<P: ReadParameter>(
        &mut self,
        name: &'static str,
        index: usize,
    ) -> DecodeResult<Option<P>> {
        match self.peek()? {
            Some(header) if P::accepts(header.parameter_type) => {
                self.parameter(header, name, index).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Reads the next parameters of one kind, any number of them.
    pub(crate) fn list<P: ReadParameter>(&mut self, name: &'static str) -> DecodeResult<Vec<P>> {
        let mut list = Vec::new();
        while let Some(header) = self.peek()? {
            if !P::accepts(header.parameter_type) {
                break;
            }
            list.push(self.parameter(header, name, list.len())?);
        }
        Ok(list)
    }

    /// Reads the next parameters of one kind, one or more. A parameter of the type `until` begins the next list.
    pub(crate) fn non_empty_list<P: ReadParameter>(
        &mut self,
        name: &'static str,
        until: Option<ParameterType>,
    ) -> DecodeResult<Vec<P>> {
        let list = self.list(name)?;
        if list.is_empty() {
            Err(self.absent::<P>(name, until))
        } else {
            Ok(list)
        }
    }

    /// Reads the first address of a transport.
    #[inline]
    pub(crate) fn address(&mut self) -> DecodeResult<IpAddr> {
        match self.peek()? {
            Some(header) if IpAddr::accepts(header.parameter_type) => {
                self.parameter(header, address_name(header.parameter_type), 0)
            }
            Some(_) => Err(DecodeError::new(
                self.offset(),
                ErrorKind::UnexpectedParameter,
            )),
            None => Err(DecodeError::new(self.offset(), ErrorKind::AddressCount)),
        }
    }

    /// Reads the address of a transport that may have only one.
    #[inline]
    pub(crate) fn one_address(&mut self) -> DecodeResult<IpAddr> {
        let address = self.address()?;
        match self.peek()? {
            Some(surplus) if IpAddr::accepts(surplus.parameter_type) => {
                Err(DecodeError::new(self.offset(), ErrorKind::AddressCount))
            }
            _ => Ok(address),
        }
    }

    /// Reads the addresses after the first one.
    #[inline]
    pub(crate) fn further_addresses(&mut self) -> DecodeResult<Vec<IpAddr>> {
        // Most transports have one address, and decoding a list costs more than a check that it is empty.
        if self.left.is_empty() {
            Ok(Vec::new())
        } else {
            self.list("address")
        }
    }

    /// Reads the next error cause. Causes have no classes that decide on skipping: every code is preserved.
    pub(crate) fn cause(&mut self) -> DecodeResult<Option<(u16, &'a [u8])>> {
        let Some(header) = self.header()? else {
            return Ok(None);
        };
        self.pass(header);
        Ok(Some((header.parameter_type.0, header.value())))
    }

    /// Checks that no known parameter follows. Returns the skipped ones.
    #[inline]
    pub(crate) fn finish(mut self) -> DecodeResult<UnknownParameters> {
        if !self.left.is_empty() {
            self.finish_unknown()?;
        }
        Ok(self.unknown)
    }

    #[cold]
    fn finish_unknown(&mut self) -> DecodeResult<()> {
        match self.peek()? {
            None => Ok(()),
            Some(surplus) => Err(DecodeError::new(self.offset(), self.surplus(surplus))),
        }
    }

    /// Returns the error that the mandatory `name` is not here: another parameter is before it, or it is missing in
    /// this value, or in the part of it that ends before a parameter of the type `until`.
    #[cold]
    fn absent<P: ReadParameter>(
        &mut self,
        name: &'static str,
        until: Option<ParameterType>,
    ) -> Box<DecodeError> {
        match self.peek() {
            Err(error) => error,
            Ok(Some(other)) => match self.surplus(other) {
                ErrorKind::UnexpectedParameter if !self.follows::<P>(until) => self.missing(name),
                surplus => DecodeError::new(self.offset(), surplus),
            },
            Ok(None) => self.missing(name),
        }
    }

    /// Returns whether a parameter of this kind is in the rest of the value, before one of the type `until`.
    fn follows<P: ReadParameter>(&self, until: Option<ParameterType>) -> bool {
        let mut left = self.left;
        while let Some(&[t0, t1, l0, l1]) = left.first_chunk::<HEADER>() {
            let parameter_type = ParameterType(u16::from_be_bytes([t0, t1]));
            let length = usize::from(u16::from_be_bytes([l0, l1]));
            if length < HEADER || length > left.len() || Some(parameter_type) == until {
                return false;
            }
            if P::accepts(parameter_type) {
                return true;
            }
            left = left.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        false
    }

    /// Returns the error that the mandatory `name` is missing before the next parameter.
    #[cold]
    fn missing(&self, name: &'static str) -> Box<DecodeError> {
        let mut error = DecodeError::new(self.offset(), ErrorKind::MissingParameter);
        error.path = name.to_owned();
        error
    }

    /// Reads the end like [`Reader::finish`], but returns the error that the mandatory `name` is missing there.
    #[cold]
    pub(crate) fn finish_without(mut self, name: &'static str) -> Box<DecodeError> {
        match self.finish_unknown() {
            Err(error) => error,
            Ok(()) => self.missing(name),
        }
    }

    fn surplus(&self, header: ParameterHeader<'_>) -> ErrorKind {
        if self.seen & bit(header.parameter_type) == 0 {
            ErrorKind::UnexpectedParameter
        } else {
            ErrorKind::DuplicateParameter
        }
    }

    /// Returns the next known parameter; unknown ones before it are skipped, or stop the message.
    #[inline]
    fn peek(&mut self) -> DecodeResult<Option<ParameterHeader<'a>>> {
        loop {
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            if header.parameter_type.is_known() {
                return Ok(Some(header));
            }
            self.skip(header)?;
        }
    }

    #[cold]
    fn skip(&mut self, header: ParameterHeader<'_>) -> DecodeResult<()> {
        match Reaction::to_parameter(header.parameter_type) {
            Reaction::Drop | Reaction::DropReport => {
                let kind = ErrorKind::UnknownParameter(header.parameter_type);
                return Err(DecodeError::new(self.offset(), kind));
            }
            Reaction::Skip => self.reports.skip(),
            Reaction::SkipReport => self.reports.skip_and_report(self.offset(), header.octets),
        }
        self.unknown
            .push(self.known, header.parameter_type, header.value());
        self.pass(header);
        Ok(())
    }

    #[inline]
    fn parameter<P: ReadParameter>(
        &mut self,
        header: ParameterHeader<'a>,
        name: &'static str,
        index: usize,
    ) -> DecodeResult<P> {
        let start = self.offset();
        let end = start + header.octets.len();
        let value = Reader::new(header.value(), end, start + 2, self.reports);
        let value = P::decode(header.parameter_type, value)
            .map_err(|error| error.within(name, index, start..end))?;
        // A message has at most 65535 octets, so fewer than 16384 parameters.
        self.known += 1;
        self.pass(header);
        Ok(value)
    }

    /// Advances past a parameter and as much of its padding as there is room for.
    #[inline]
    fn pass(&mut self, header: ParameterHeader<'_>) {
        let padded = header.octets.len().next_multiple_of(4);
        self.left = self.left.get(padded..).unwrap_or_default();
    }

    #[inline]
    fn header(&self) -> DecodeResult<Option<ParameterHeader<'a>>> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let Some(&[t0, t1, l0, l1]) = self.left.first_chunk::<HEADER>() else {
            return Err(DecodeError::new(self.end, ErrorKind::Truncated));
        };
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        if length < HEADER {
            return Err(DecodeError::new(
                self.offset() + 2,
                ErrorKind::LengthTooSmall,
            ));
        }
        let Some(octets) = self.left.get(..length) else {
            return Err(DecodeError::new(
                self.offset() + 2,
                ErrorKind::LengthOverrun,
            ));
        };
        let parameter_type = ParameterType(u16::from_be_bytes([t0, t1]));
        Ok(Some(ParameterHeader {
            parameter_type,
            octets,
        }))
    }
}

impl<'a> ParameterHeader<'a> {
    fn value(self) -> &'a [u8] {
        &self.octets[HEADER..]
    }
}

fn bit(parameter_type: ParameterType) -> u32 {
    1 << (parameter_type.0 & 0x1f)
}

fn address_name(parameter_type: ParameterType) -> &'static str {
    parameter_type.name().unwrap_or("address")
}
