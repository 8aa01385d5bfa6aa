//! Dissection of a message, and access to its fields by path.

use crate::defect::{Defect, Reaction, Rejection, Severity};
use crate::schema::{self, Flag, Protocol, Shape};
use crate::sink::Sort;
use crate::tree::{Entry, Node, Planter, Watcher, What};
use crate::value::Value;
use crate::walk;

/// Dissects any octets: a valid message, an invalid one, or no message at all.
pub fn dissect(protocol: Protocol, octets: &[u8]) -> Dissection {
    let planter = walk::message(protocol, octets, Planter::new(octets));
    Dissection {
        protocol,
        octets: octets.to_vec(),
        entries: planter.entries,
        defects: planter.defects,
        anchors: planter.anchors,
    }
}

/// Checks octets as [`dissect`] does, but builds a tree only if there is a defect.
pub fn scan(protocol: Protocol, octets: &[u8]) -> Brief {
    let watcher = walk::message(protocol, octets, Watcher::default());
    let message_type = octets.first().copied();
    Brief {
        message_type,
        name: message_type
            .and_then(|code| schema::message(protocol, code))
            .map(|row| row.name),
        flags: octets.get(1).copied().unwrap_or(0),
        length: match octets {
            [_, _, high, low, ..] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        },
        // The dissection takes the same walk, so it finds the same defects, with their paths.
        defects: if watcher.alarmed {
            dissect(protocol, octets).defects
        } else {
            Vec::new()
        },
    }
}

/// The header of a message and its defects, without its tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Message Type; `None` if there are no octets.
    pub message_type: Option<u8>,
    /// The RFC's name; `None` if no RFC assigns this type.
    pub name: Option<&'static str>,
    /// The flags octet.
    pub flags: u8,
    /// Message Length as sent; 0 if the octets end before it.
    pub length: u16,
    /// Every defect.
    pub defects: Vec<Defect>,
}

impl Brief {
    /// Returns true if a strict receiver accepts the message.
    pub fn well_formed(&self) -> bool {
        self.defects
            .iter()
            .all(|defect| defect.severity != Severity::Malformed)
    }
}

/// A dissected message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dissection {
    protocol: Protocol,
    octets: Vec<u8>,
    pub(crate) entries: Vec<Entry>,
    defects: Vec<Defect>,
    pub(crate) anchors: Vec<usize>,
}

impl Dissection {
    /// Returns the protocol that the octets were dissected as.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Returns all octets, as received.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Message Type; `None` if there are no octets.
    pub fn message_type(&self) -> Option<u8> {
        self.octets.first().copied()
    }

    /// Returns the RFC's name, as in `ASAP_REGISTRATION`; `None` if no RFC assigns this type.
    pub fn message_name(&self) -> Option<&'static str> {
        self.row().map(|row| row.name)
    }

    pub(crate) fn row(&self) -> Option<&'static schema::Message> {
        schema::message(self.protocol, self.message_type()?)
    }

    /// Returns every defect, in the order in which a receiver finds them.
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }

    /// Returns true if a strict receiver accepts the message.
    pub fn well_formed(&self) -> bool {
        self.rejection().is_none()
    }

    /// Returns the reason for which a strict receiver rejects the message, if it does.
    pub fn rejection(&self) -> Option<Rejection> {
        let first = self
            .defects
            .iter()
            .find(|defect| defect.severity == Severity::Malformed)?;
        Some(Rejection {
            offset: first.offset,
            kind: first.kind,
            reaction: first.reaction,
        })
    }

    /// Returns the reaction that an unknown type requires: that of the first malformed defect if the
    /// message is rejected, else the strongest of the skipped parameters.
    pub fn reaction(&self) -> Option<Reaction> {
        match self.rejection() {
            Some(rejection) => rejection.reaction,
            None => self
                .defects
                .iter()
                .filter_map(|defect| defect.reaction)
                .max(),
        }
    }

    /// Returns the root of the tree: the message.
    pub fn root(&self) -> Node<'_> {
        self.node(0)
    }

    pub(crate) fn node(&self, index: usize) -> Node<'_> {
        Node {
            octets: &self.octets,
            entries: &self.entries,
            index,
        }
    }

    /// Returns true if the message has an element or field at this path.
    pub fn has(&self, path: &str) -> bool {
        self.find(path).is_some() || self.value(path).is_some()
    }

    /// Returns true if a flag of the message header is set; false if the message does not define it.
    pub fn flag(&self, letter: char) -> bool {
        self.flag_row(letter).is_some_and(|flag| self.is_set(flag))
    }

    /// Returns the number at this path.
    pub fn number(&self, path: &str) -> Option<i64> {
        self.value(path)?.number()
    }

    /// Returns the value at this path as text.
    pub fn text(&self, path: &str) -> Option<String> {
        Some(self.value(path)?.to_string())
    }

    /// Returns the octets at this path: those of a field; a parameter with its header and without its
    /// padding; for the empty path the message without its padding.
    pub fn octets_of(&self, path: &str) -> Option<&[u8]> {
        Some(self.find(path)?.octets())
    }

    /// Returns the value at this path.
    pub fn value(&self, path: &str) -> Option<Value> {
        match path {
            "type" => return Some(Value::Number(self.message_type()?.into())),
            "flags" => return Some(Value::Number((*self.octets.get(1)?).into())),
            "length" => return self.half(2),
            _ => {}
        }
        if let Some(letter) = path.strip_prefix("flag/") {
            let mut letters = letter.chars();
            let flag = self
                .flag_row(letters.next()?)
                .filter(|_| letters.next().is_none());
            return Some(Value::Flag(self.is_set(flag?)));
        }
        let Some((path, mark)) = path.rsplit_once('#') else {
            return self.find(path)?.value();
        };
        let node = self.find(path.trim_end_matches('/'))?;
        let element = matches!(
            node.entry().what,
            What::Element(Sort::Parameter | Sort::Cause)
        );
        match mark {
            "octets" => Some(Value::Hex(node.octets().to_vec())),
            "type" if element => self.half(node.offset()),
            "length" if element => self.half(node.offset() + 2),
            "offset" if element => Some(Value::Number(i64::try_from(node.offset()).ok()?)),
            _ => None,
        }
    }

    /// Returns every value with its path, in octet order: header, flags, fields, and parameters with one
    /// value. Reserved fields and padding are left out.
    pub fn fields(&self) -> Vec<(String, Value)> {
        let mut fields: Vec<(String, Value)> = ["type", "length", "flags"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), self.value(name)?)))
            .collect();
        if self.octets.len() > 1 {
            let flags = self.row().map_or(&[][..], |row| row.flags);
            fields.extend(flags.iter().map(|flag| {
                (
                    format!("flag/{}", flag.letter),
                    Value::Flag(self.is_set(flag)),
                )
            }));
        }
        for (index, entry) in self.entries.iter().enumerate() {
            let node = self.node(index);
            match entry.what {
                What::Leaf(Shape::Reserved | Shape::Padding | Shape::Undecoded)
                | What::Element(_) => {}
                What::Leaf(_) => fields.extend(node.value().map(|value| (node.path(), value))),
            }
        }
        fields
    }

    fn half(&self, at: usize) -> Option<Value> {
        let octets = self.octets.get(at..at + 2)?;
        Some(Value::Number(
            u16::from_be_bytes(octets.try_into().ok()?).into(),
        ))
    }

    fn flag_row(&self, letter: char) -> Option<&'static Flag> {
        self.row()?.flags.iter().find(|flag| flag.letter == letter)
    }

    pub(crate) fn is_set(&self, flag: &Flag) -> bool {
        self.octets
            .get(1)
            .is_some_and(|flags| flags & flag.mask != 0)
    }

    fn find(&self, path: &str) -> Option<Node<'_>> {
        let mut node = self.root();
        if path.is_empty() {
            return Some(node);
        }
        for segment in path.split('/') {
            let (name, nth) = match segment
                .strip_suffix(']')
                .and_then(|rest| rest.split_once('['))
            {
                Some((name, nth)) => (name, nth.parse().ok()?),
                None => (segment, 0),
            };
            node = node.child(name, nth)?;
        }
        Some(node)
    }
}
