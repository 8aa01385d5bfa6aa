//! All rules of Lengths and padding for writers (RFC 5354 §2, §3, §4).
//!
//! Padding is written before the next parameter, not after the one that it pads. So the Lengths of parents count
//! it between parameters and not after the last one; only the end of a message is padded last.

use std::iter::Peekable;

use crate::MAX_LENGTH;
use crate::error::EncodeError;
use crate::numbers::{Flags, ParameterType};
use crate::unknown::{UnknownParameter, UnknownParameters};

/// A value that can be written as one parameter; the writer handles its header, Length and padding.
pub(crate) trait WriteParameter {
    /// Returns the type of the parameter that holds this value.
    fn parameter_type(&self) -> ParameterType;
    /// Writes the value.
    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError>;
}

/// Writes the value of one message or parameter.
pub(crate) struct Writer<'o> {
    out: &'o mut Vec<u8>,
    /// Offset of the message's start, from which alignment counts.
    start: usize,
}

/// Appends a message with the value that `body` writes; on an error `out` is unchanged.
pub(crate) fn message(
    out: &mut Vec<u8>,
    message_type: u8,
    flags: Flags,
    body: impl FnOnce(&mut Writer<'_>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let start = out.len();
    out.extend_from_slice(&[message_type, flags.0, 0, 0]);
    let mut writer = Writer { out, start };
    match body(&mut writer).and_then(|()| writer.set_length("message", start)) {
        Ok(()) => writer.align(),
        Err(error) => {
            out.truncate(start);
            return Err(error);
        }
    }
    Ok(())
}

/// Encodes one parameter, from its type to its Length.
pub(crate) fn encode_alone<P: WriteParameter>(parameter: &P) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    encode_alone_into(&mut out, parameter)?;
    Ok(out)
}

/// Encodes one parameter into an empty buffer.
pub(crate) fn encode_alone_into<P: WriteParameter>(
    out: &mut Vec<u8>,
    parameter: &P,
) -> Result<(), EncodeError> {
    Writer { out, start: 0 }.parameter(parameter)
}

/// Message that grows by one parameter after the other, up to a limit.
#[derive(Debug)]
pub(crate) struct Growing {
    out: Vec<u8>,
    /// Limit on the octets of the padded message.
    limit: usize,
}

impl Growing {
    /// Returns an empty message of at most `limit` octets, with memory for `room`.
    pub(crate) fn new(message_type: u8, limit: usize, room: usize) -> Self {
        let limit = limit.min(MAX_LENGTH);
        let mut out = Vec::with_capacity(room.min(limit));
        out.extend_from_slice(&[message_type, 0, 0, 0]);
        Self { out, limit }
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// Removes all octets after the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.out.truncate(len);
    }

    /// Writes a parameter. Returns false, and writes nothing, if it does not fit.
    #[must_use]
    pub(crate) fn put<P: WriteParameter>(&mut self, parameter: &P) -> bool {
        let before = self.out.len();
        let out = &mut self.out;
        let done = Writer { out, start: 0 }.parameter(parameter).is_ok();
        let fits = done && self.out.len().next_multiple_of(4) <= self.limit;
        if !fits {
            self.out.truncate(before);
        }
        fits
    }

    /// Writes a parameter that is encoded already, from its type to its Length. Returns false if it does not fit.
    #[must_use]
    #[inline]
    pub(crate) fn put_octets(&mut self, parameter: &[u8]) -> bool {
        let start = self.out.len().next_multiple_of(4);
        if (start + parameter.len()).next_multiple_of(4) > self.limit {
            return false;
        }
        self.out.resize(start, 0);
        self.out.extend_from_slice(parameter);
        true
    }

    /// Returns the message, padded.
    pub(crate) fn finish(mut self, flags: Flags) -> Vec<u8> {
        let length = u16::try_from(self.out.len()).expect("the limit is below the largest Length");
        self.out[1] = flags.0;
        self.out[2..4].copy_from_slice(&length.to_be_bytes());
        self.out.resize(self.out.len().next_multiple_of(4), 0);
        self.out
    }
}

impl Writer<'_> {
    #[inline]
    pub(crate) fn u16(&mut self, value: u16) {
        self.octets(&value.to_be_bytes());
    }

    #[inline]
    pub(crate) fn u32(&mut self, value: u32) {
        self.octets(&value.to_be_bytes());
    }

    #[inline]
    pub(crate) fn i32(&mut self, value: i32) {
        self.octets(&value.to_be_bytes());
    }

    #[inline]
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        self.out.extend_from_slice(octets);
    }

    /// Begins the parameters of this value; the skipped ones return to their places among them.
    pub(crate) fn parameters<'w, 'u>(
        &'w mut self,
        unknown: &'u UnknownParameters,
    ) -> Parameters<'w, Self, impl Iterator<Item = UnknownParameter<'u>>> {
        Parameters {
            writer: self,
            unknown: unknown.iter().peekable(),
            known: 0,
        }
    }

    /// Writes an error cause.
    pub(crate) fn cause(&mut self, code: u16, information: &[u8]) -> Result<(), EncodeError> {
        self.tlv("error cause", code, |writer| {
            writer.octets(information);
            Ok(())
        })
    }

    #[inline]
    fn parameter<P: WriteParameter>(&mut self, parameter: &P) -> Result<(), EncodeError> {
        self.tlv("parameter", parameter.parameter_type().0, |writer| {
            parameter.encode(writer)
        })
    }

    #[inline]
    fn tlv(
        &mut self,
        what: &'static str,
        number: u16,
        value: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.align();
        let start = self.out.len();
        let [high, low] = number.to_be_bytes();
        self.octets(&[high, low, 0, 0]);
        value(self)?;
        self.set_length(what, start)
    }

    /// Sets the Length of the value that begins at `start` and ends here.
    #[inline]
    fn set_length(&mut self, what: &'static str, start: usize) -> Result<(), EncodeError> {
        let octets = self.out.len() - start;
        if octets > MAX_LENGTH {
            return Err(EncodeError::TooLong { what, octets });
        }
        let [high, low] = (octets as u16).to_be_bytes();
        self.out[start + 2] = high;
        self.out[start + 3] = low;
        Ok(())
    }

    #[inline]
    fn align(&mut self) {
        let length = self.out.len() - self.start;
        if !length.is_multiple_of(4) {
            self.out.resize(self.start + length.next_multiple_of(4), 0);
        }
    }
}

/// Writes the parameters of one value in their order.
pub(crate) struct Parameters<'w, W, I: Iterator> {
    writer: &'w mut W,
    unknown: Peekable<I>,
    /// Known parameters written so far.
    known: usize,
}

impl<'u, I: Iterator<Item = UnknownParameter<'u>>> Parameters<'_, Writer<'_>, I> {
    #[inline]
    pub(crate) fn put<P: WriteParameter>(&mut self, parameter: &P) -> Result<(), EncodeError> {
        if self.unknown.peek().is_some() {
            self.put_unknown_up_to(self.known)?;
        }
        self.known += 1;
        self.writer.parameter(parameter)
    }

    pub(crate) fn put_all<'p, P: WriteParameter + 'p>(
        &mut self,
        parameters: impl IntoIterator<Item = &'p P>,
    ) -> Result<(), EncodeError> {
        parameters
            .into_iter()
            .try_for_each(|parameter| self.put(parameter))
    }

    pub(crate) fn finish(mut self) -> Result<(), EncodeError> {
        self.put_unknown_up_to(usize::MAX)
    }

    fn put_unknown_up_to(&mut self, position: usize) -> Result<(), EncodeError> {
        while let Some(unknown) = self
            .unknown
            .next_if(|next| usize::from(next.position) <= position)
        {
            self.writer
                .tlv("parameter", unknown.parameter_type.0, |writer| {
                    writer.octets(unknown.value);
                    Ok(())
                })?;
        }
        Ok(())
    }
}
