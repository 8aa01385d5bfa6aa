//! Parameters and error causes.

use super::{NESTING, PARAMETER_FORMAT, QUOTATION_DEPTH, Walk, padded};
use crate::defect::{Kind, Reaction};
use crate::schema::{self, Information, Layout, Shape};
use crate::sink::{Head, Leaf, Owner, Sink, Sort, Spot};

impl<S: Sink> Walk<'_, S> {
    /// Reads one parameter with a complete header. `placed` checks its place once it is open. Returns the
    /// offset of the next parameter, or `None` if it cannot be determined.
    pub(super) fn parameter(
        &mut self,
        at: usize,
        end: usize,
        length_at: usize,
        row: Option<&'static schema::Parameter>,
        alias: Option<&'static str>,
        placed: impl FnOnce(&mut Self),
    ) -> Option<usize> {
        let code = self.half(at)?;
        self.element(
            at,
            end,
            length_at,
            Head {
                sort: Sort::Parameter,
                name: row.map_or("unknown parameter", |row| row.name),
                segment: alias.or(row.map(|row| row.segment)).unwrap_or(""),
                code,
                offset: at,
                length: 0,
            },
            |walk, end| {
                placed(walk);
                match row {
                    Some(row) => walk.known(row, at, end),
                    None => walk.unknown(code, at, end),
                }
                if let Some(row) = row.filter(|row| S::BUILDS || !row.plain) {
                    walk.value(row, at, end);
                }
            },
        )
    }

    /// Reads an element with a type and a Length. `inside` receives the end of its value.
    fn element(
        &mut self,
        at: usize,
        end: usize,
        length_at: usize,
        head: Head,
        inside: impl FnOnce(&mut Self, usize),
    ) -> Option<usize> {
        let length = usize::from(self.half(at + 2)?);
        let reach = at + length;
        let there = end.min(self.octets.len());
        self.sink.open(Head {
            length: length.max(4).min(there - at),
            ..head
        });
        if length < 4 {
            let spot = Spot::malformed(Kind::LengthTooSmall, at + 2, "#length", PARAMETER_FORMAT);
            self.defect(spot, || {
                format!("Length {length} does not cover its own header of 4 octets")
            });
            self.undecoded(at + 4, end);
            self.sink.close();
            return None;
        }
        if reach > end {
            let spot = Spot::malformed(Kind::LengthOverrun, at + 2, "#length", PARAMETER_FORMAT);
            self.defect(spot, || {
                format!(
                    "Length {length} runs past the end of its parent by {}",
                    reach - end
                )
            });
            // Defects inside would only repeat this one.
            let quiet = std::mem::replace(&mut self.quiet, true);
            inside(self, end);
            self.quiet = quiet;
            self.sink.close();
            return None;
        }
        inside(self, reach);
        self.sink.close();
        let next = at + padded(length);
        self.padding(reach, next.min(end), Owner::Closed, PARAMETER_FORMAT);
        if reach < end && next >= end {
            let spot = Spot::deviation(Kind::PaddingCounted, length_at, "#length", NESTING);
            self.defect(spot, || {
                "the Length includes the padding at the end".to_owned()
            });
        }
        Some(next)
    }

    #[cold]
    fn unknown(&mut self, code: u16, at: usize, end: usize) {
        let reaction = Reaction::of_parameter(code);
        let spot = match reaction.drops() {
            true => Spot::malformed(Kind::UnknownParameter, at, "", PARAMETER_FORMAT),
            false => Spot::deviation(Kind::UnknownParameter, at, "", PARAMETER_FORMAT),
        };
        self.defect(
            Spot {
                reaction: Some(reaction),
                ..spot
            },
            || format!("no RFC assigns parameter type 0x{code:x}; its bits require: {reaction}"),
        );
        self.opaque("Parameter Value", at + 4, end);
    }

    /// Checks that the Length fits the fixed part.
    fn known(&mut self, row: &'static schema::Parameter, at: usize, end: usize) {
        let length = end - at;
        let least = row.least;
        if row.exact && length != least {
            self.wrong_length(at, length, least, row.section);
        } else if length < least {
            let spot = Spot::malformed(Kind::LengthTooSmall, at + 2, "#length", row.section);
            self.defect(spot, || {
                format!("Length {length} does not cover the fixed part of {least} octets")
            });
        }
    }

    #[cold]
    fn wrong_length(&mut self, at: usize, length: usize, right: usize, section: &'static str) {
        self.defect(
            Spot::malformed(Kind::WrongLength, at + 2, "#length", section),
            || format!("Length is {length}, but this parameter has {right} octets"),
        );
    }

    fn value(&mut self, row: &'static schema::Parameter, at: usize, end: usize) {
        match &row.layout {
            Layout::Opaque => self.opaque(row.name, at + 4, end),
            Layout::Value(field) if end - at != 4 + field.octets => self.undecoded(at + 4, end),
            Layout::Value(field) if at + 4 + field.octets <= self.octets.len() => {
                self.field(field, at + 4, row.section);
            }
            Layout::Value(_) => self.undecoded(at + 4, end),
            Layout::Fields(fields, grammar) => {
                let behind = self.fields(fields, at + 4, end, row.section);
                if end - at >= 4 + fields.octets {
                    self.parameters(grammar, behind, end, at + 2, row.section);
                }
            }
            Layout::Policy => self.policy(at, end),
            Layout::Causes => self.causes(at, end),
        }
    }

    fn opaque(&mut self, name: &'static str, from: usize, to: usize) {
        let to = to.min(self.octets.len());
        if from <= to {
            let (offset, length) = (from, to - from);
            self.sink.leaf(Leaf {
                name,
                segment: "",
                shape: Shape::Opaque,
                note: "",
                offset,
                length,
            });
        }
    }

    fn policy(&mut self, at: usize, end: usize) {
        let there = end.min(self.octets.len());
        let Some(code) = self.word(at + 4).filter(|_| at + 8 <= there) else {
            self.undecoded(at + 4, end);
            return;
        };
        let row = schema::policy(code);
        self.sink.leaf(Leaf {
            name: "Policy Type",
            segment: "type",
            shape: Shape::Hex,
            note: row.map_or(
                if code >> 31 == 1 {
                    "private"
                } else {
                    "reserved"
                },
                |row| row.name,
            ),
            offset: at + 4,
            length: 4,
        });
        let Some(row) = row else {
            if code >> 31 == 0 {
                let invalid = code & 0x3fff_ffff == 0;
                let kind = if invalid {
                    Kind::InvalidValue
                } else {
                    Kind::ReservedValue
                };
                let spot = Spot::deviation(kind, at + 4, "type", "RFC 5356 §7.1");
                self.defect(spot, || format!("policy type 0x{code:08x} is reserved"));
            }
            self.policy_data(at + 8, there);
            return;
        };
        let right = 8 + row.fields.octets;
        if end - at != right {
            self.wrong_length(at, end - at, right, row.section);
        }
        let behind = self.fields(&row.fields, at + 8, end, row.section);
        if end - at > right {
            self.undecoded(behind, end);
        }
    }

    fn policy_data(&mut self, offset: usize, there: usize) {
        self.sink.leaf(Leaf {
            name: "Policy-specific Data",
            segment: "data",
            shape: Shape::Opaque,
            note: "",
            offset,
            length: there - offset,
        });
    }

    fn causes(&mut self, start: usize, end: usize) {
        let mut at = start + 4;
        if at >= end {
            let spot = Spot::malformed(Kind::MissingParameter, end, "", "RFC 5354 §3.12");
            self.defect(spot, || {
                "an Operation Error has at least one cause".to_owned()
            });
        }
        while at < end {
            if at + 4 > end {
                self.no_header(at, end);
                return;
            }
            let (Some(code), Some(_)) = (self.half(at), self.half(at + 2)) else {
                self.undecoded(at, end);
                return;
            };
            let row = schema::cause(code);
            let head = Head {
                sort: Sort::Cause,
                name: row.map_or("unknown cause", |row| row.name),
                segment: "",
                code,
                offset: at,
                length: 0,
            };
            let next = self.element(at, end, start + 2, head, |walk, end| {
                walk.information(code, row, at, end)
            });
            let Some(next) = next else { return };
            at = next;
        }
    }

    fn information(
        &mut self,
        code: u16,
        row: Option<&'static schema::Cause>,
        at: usize,
        end: usize,
    ) {
        let there = end.min(self.octets.len());
        if row.is_none() {
            let spot = Spot::deviation(Kind::ReservedValue, at, "", "RFC 5354 §3.12");
            self.defect(spot, || format!("no RFC assigns cause code 0x{code:x}"));
        }
        let (offset, length) = (at + 4, there - (at + 4));
        self.sink.leaf(Leaf {
            name: "Cause-Specific Information",
            segment: "info",
            shape: Shape::Information,
            note: "",
            offset,
            length,
        });
        let Some(row) = row else { return };
        if let Some((kind, why)) = self.unfit(&row.information, offset, end) {
            let (offset, tail) = match kind {
                Kind::WrongLength => (at + 2, "#length"),
                _ => (offset, "info"),
            };
            self.defect(Spot::deviation(kind, offset, tail, row.section), || {
                why.to_owned()
            });
        }
        let quotes = matches!(
            row.information,
            Information::AnyParameter | Information::Parameter(_)
        );
        if quotes && S::BUILDS {
            self.quotation(offset, end);
        }
    }

    /// Returns the defect of the information of a cause, if any. It does not check the content of a
    /// quotation.
    fn unfit(
        &self,
        information: &Information,
        at: usize,
        end: usize,
    ) -> Option<(Kind, &'static str)> {
        if end > self.octets.len() {
            return None;
        }
        let whole = |types: &[u16]| {
            let fits = |length: u16| {
                let length = usize::from(length);
                length >= 4 && (end - at == length || end - at == padded(length))
            };
            let typed = self
                .half(at)
                .is_some_and(|code| types.is_empty() || types.contains(&code));
            end - at >= 4 && typed && self.half(at + 2).is_some_and(fits)
        };
        match information {
            Information::None if end > at => {
                Some((Kind::WrongLength, "this cause carries no information"))
            }
            Information::AnyParameter if !whole(&[]) => Some((
                Kind::MissingParameter,
                "this cause carries one whole parameter",
            )),
            Information::Parameter(types) if !whole(types) => Some((
                Kind::MissingParameter,
                "this cause carries one whole parameter of the kind it is about",
            )),
            Information::Message if end - at < 4 => Some((
                Kind::MissingParameter,
                "this cause carries the message it is about",
            )),
            _ => None,
        }
    }

    /// Shows the parameter that a cause quotes, if there is one, without checking it.
    fn quotation(&mut self, at: usize, end: usize) {
        let fits = |length: u16| length >= 4 && at + usize::from(length) <= end;
        if self.quotations == QUOTATION_DEPTH
            || at + 4 > end
            || !self.half(at + 2).is_some_and(fits)
        {
            return;
        }
        let quiet = std::mem::replace(&mut self.quiet, true);
        self.quotations += 1;
        let row = self.half(at).and_then(schema::parameter);
        self.parameter(at, end, at + 2, row, None, |_| ());
        self.quotations -= 1;
        self.quiet = quiet;
    }
}
