//! Walks through octets by the tables of [`crate::schema`] and reports their elements, fields and
//! defects to a [`Sink`].
//!
//! The order is that of a receiver, outer before inner: the message header and the extent of the message, each
//! parameter header against its parent, the place of the parameter, its fixed part and its content, and last the
//! missing parameters. After a defect it continues at the next
//! element that it can still locate. It visits each octet once, plus once per quotation in a cause;
//! quotations nest at most [`QUOTATION_DEPTH`] deep.

mod grammar;
mod param;

use crate::defect::{Kind, Reaction};
use crate::schema::{self, Condition, Field, Fields, Protocol, Shape, Values};
use crate::sink::{Head, Leaf, Owner, Sink, Sort, Spot};
use grammar::Outcome;

/// Limit on nested quotations: a cause can quote a parameter whose causes quote others.
const QUOTATION_DEPTH: u8 = 4;

const MESSAGE_FORMAT: &str = "RFC 5354 §4";
const PARAMETER_FORMAT: &str = "RFC 5354 §3";
const NESTING: &str = "RFC 5354 §2";

pub(crate) struct Walk<'a, S> {
    octets: &'a [u8],
    sink: S,
    /// No defect is reported: inside a quotation, or inside an element that runs past its parent.
    quiet: bool,
    quotations: u8,
}

/// Reports the content of `octets` to `sink`, and returns the sink.
pub(crate) fn message<S: Sink>(protocol: Protocol, octets: &[u8], sink: S) -> S {
    let mut walk = Walk {
        octets,
        sink,
        quiet: false,
        quotations: 0,
    };
    walk.message(protocol);
    walk.sink
}

impl<S: Sink> Walk<'_, S> {
    fn message(&mut self, protocol: Protocol) {
        let there = self.octets.len();
        let code = self.octets.first().copied().unwrap_or(0);
        let row = if there == 0 {
            None
        } else {
            schema::message(protocol, code)
        };
        let length = self
            .half(2)
            .map_or(there, |length| usize::from(length).min(there));
        self.sink.open(Head {
            sort: Sort::Message,
            name: row.map_or("unknown message", |row| row.name),
            segment: "",
            code: code.into(),
            offset: 0,
            length,
        });
        match self.half(2) {
            Some(length) => self.message_value(protocol, row, usize::from(length)),
            None => {
                let spot = Spot::malformed(Kind::Truncated, there, "", MESSAGE_FORMAT);
                self.defect(spot, || {
                    format!("a message header has 4 octets, of which {there} are present")
                });
            }
        }
        self.sink.close();
    }

    fn message_value(
        &mut self,
        protocol: Protocol,
        row: Option<&'static schema::Message>,
        length: usize,
    ) {
        let there = self.octets.len();
        let fixed = 4 + row.map_or(0, |row| row.fields.octets);
        if length < fixed {
            let spot = Spot::malformed(Kind::LengthTooSmall, 2, "length", MESSAGE_FORMAT);
            self.defect(spot, || {
                format!("Message Length {length} does not cover the fixed part of {fixed} octets")
            });
        }
        if length > there {
            let spot = Spot::malformed(Kind::Truncated, there, "", MESSAGE_FORMAT);
            self.defect(spot, || {
                format!("Message Length is {length}, but there are only {there} octets")
            });
        }
        // A Length below the header is useless, so all octets are read as the message.
        let end = if length < 4 { there } else { length };
        let Some(row) = row else {
            self.unknown_message(protocol);
            self.trailing(end);
            self.undecoded(4, end);
            self.message_padding(end);
            return;
        };
        self.trailing(end);
        self.flags(row);
        let at = self.fields(&row.fields, 4, end, row.section);
        if length >= fixed {
            let outcome = self.parameters(&row.parameters, at, end, 2, row.section);
            self.conditions(row, at, end, outcome);
        }
        self.message_padding(end);
    }

    #[cold]
    fn unknown_message(&mut self, protocol: Protocol) {
        let code = self.octets[0];
        let mut spot = Spot::malformed(Kind::UnknownMessage, 0, "type", MESSAGE_FORMAT);
        spot.reaction = Reaction::of_message(code);
        self.defect(spot, || {
            format!("{} assigns no message type 0x{code:02x}", protocol.word())
        });
    }

    /// Reports octets after the padded end of the message: the content of the message is checked after its extent.
    fn trailing(&mut self, end: usize) {
        let surplus = self.octets.len().saturating_sub(padded(end));
        if surplus > 0 {
            let spot = Spot::malformed(Kind::TrailingOctets, padded(end), "", MESSAGE_FORMAT);
            self.defect(spot, || {
                format!("{surplus} octets follow the end of the message")
            });
        }
    }

    fn flags(&mut self, row: &'static schema::Message) {
        let flags = self.octets[1];
        let known = row.flags.iter().fold(0, |known, flag| known | flag.mask);
        if flags & !known != 0 {
            let spot = Spot::deviation(Kind::ReservedFlagSet, 1, "flags", MESSAGE_FORMAT);
            self.defect(spot, || {
                format!(
                    "flags 0x{:02x} of {} are undefined but set",
                    flags & !known,
                    row.name
                )
            });
        }
    }

    fn conditions(
        &mut self,
        row: &'static schema::Message,
        at: usize,
        end: usize,
        outcome: Outcome,
    ) {
        for condition in row.conditions {
            match *condition {
                Condition::AnyOf(codes, why) => {
                    let any = codes.iter().any(|&code| outcome.has(code));
                    if !any && outcome.complete && end <= self.octets.len() {
                        let tail = schema::parameter(codes[0]).map_or("", |row| row.segment);
                        self.defect(
                            Spot::malformed(Kind::MissingParameter, end, tail, row.section),
                            || why.to_owned(),
                        );
                    }
                }
                Condition::Excludes(code, others, why) => {
                    if outcome.has(code) && others.iter().any(|&code| outcome.has(code)) {
                        let offset = self.first_of(others, at, end);
                        let spot = Spot::deviation(
                            Kind::UnexpectedParameter,
                            offset,
                            self.segment_at(offset),
                            row.section,
                        );
                        self.defect(spot, || why.to_owned());
                    }
                }
                Condition::FlagExcludesAll(mask, why) => {
                    if self.octets[1] & mask != 0 && outcome.any() {
                        let spot = Spot::deviation(
                            Kind::UnexpectedParameter,
                            at,
                            self.segment_at(at),
                            row.section,
                        );
                        self.defect(spot, || why.to_owned());
                    }
                }
            }
        }
    }

    /// Returns the offset of the first parameter of one of these types.
    fn first_of(&self, codes: &[u16], mut at: usize, end: usize) -> usize {
        while at < end {
            match (self.half(at), self.half(at + 2)) {
                (Some(code), _) if codes.contains(&code) => return at,
                (Some(_), Some(length @ 4..)) => at += padded(length.into()),
                _ => break,
            }
        }
        at
    }

    fn segment_at(&self, at: usize) -> &'static str {
        self.half(at)
            .and_then(schema::parameter)
            .map_or("", |row| row.segment)
    }

    /// Checks the padding after the message's Length, and shows the octets that follow it.
    fn message_padding(&mut self, end: usize) {
        let there = self.octets.len();
        let padded_end = padded(end);
        if there < end {
            return;
        }
        self.padding(end, padded_end, Owner::Open, MESSAGE_FORMAT);
        self.undecoded(padded_end, there);
        if there < padded_end {
            let spot = Spot::deviation(Kind::PaddingMissing, there, "", MESSAGE_FORMAT);
            self.defect(spot, || {
                format!("{} octets of padding are missing", padded_end - there)
            });
        }
    }

    /// Checks that the padding from `from` up to `to` is zero.
    fn padding(&mut self, from: usize, to: usize, owner: Owner, section: &'static str) {
        let to = to.min(self.octets.len());
        if from >= to {
            return;
        }
        self.sink.leaf(Leaf {
            name: "Padding",
            segment: "#padding",
            shape: Shape::Padding,
            note: "",
            offset: from,
            length: to - from,
        });
        if self.octets[from..to].iter().any(|&octet| octet != 0) {
            let spot = Spot::deviation(Kind::PaddingNotZero, from, "#padding", section);
            self.defect(Spot { owner, ..spot }, || {
                "a sender pads with zero octets".to_owned()
            });
        }
    }

    /// Reads the fields from `at` as far as they fit, and returns the offset after them.
    fn fields(
        &mut self,
        fields: &'static Fields,
        at: usize,
        end: usize,
        section: &'static str,
    ) -> usize {
        let end = end.min(self.octets.len());
        if !S::BUILDS && !fields.checked && at + fields.octets <= end {
            return at + fields.octets;
        }
        let mut at = at;
        for field in fields.list {
            if at + field.octets > end {
                self.undecoded(at, end);
                break;
            }
            self.field(field, at, section);
            at += field.octets;
        }
        at
    }

    /// Reads one field that fits.
    #[inline]
    fn field(&mut self, field: &'static Field, at: usize, section: &'static str) {
        let number = match field.octets {
            2 => self.half(at).map(u32::from),
            4 => self.word(at),
            _ => None,
        };
        let note = match (&field.values, number) {
            (Values::Named(names), Some(number)) => names.get(number as usize).copied(),
            (Values::Zero, Some(1..)) => None,
            _ => Some(""),
        };
        self.sink.leaf(Leaf {
            name: field.name,
            segment: field.segment,
            shape: field.shape,
            note: note.unwrap_or("not allowed"),
            offset: at,
            length: field.octets,
        });
        if note.is_none() {
            let (kind, rule) = match field.values {
                Values::Zero => (Kind::ReservedNotZero, "must be sent as zero"),
                _ => (Kind::InvalidValue, "has a value that a sender must not use"),
            };
            self.defect(Spot::deviation(kind, at, field.segment, section), || {
                format!(
                    "{} {rule}; here it is 0x{:04x}",
                    field.name,
                    number.unwrap_or(0)
                )
            });
        }
    }

    fn undecoded(&mut self, from: usize, to: usize) {
        let to = to.min(self.octets.len());
        if from < to {
            self.sink.leaf(Leaf {
                name: "not decoded",
                segment: "#undecoded",
                shape: Shape::Undecoded,
                note: "",
                offset: from,
                length: to - from,
            });
        }
    }

    fn defect(&mut self, spot: Spot, sentence: impl FnOnce() -> String) {
        if !self.quiet {
            self.sink.defect(spot, sentence);
        }
    }

    #[inline]
    fn half(&self, at: usize) -> Option<u16> {
        self.octets
            .get(at..at + 2)
            .and_then(|octets| Some(u16::from_be_bytes(octets.try_into().ok()?)))
    }

    #[inline]
    fn word(&self, at: usize) -> Option<u32> {
        self.octets
            .get(at..at + 4)
            .and_then(|octets| Some(u32::from_be_bytes(octets.try_into().ok()?)))
    }
}

/// Returns `length` rounded up to a multiple of 4.
fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}
