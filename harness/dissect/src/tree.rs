//! The tree of a dissected message: a flat list of entries in octet order, each with the index of its
//! parent and of the end of its descendants.

use crate::defect::Defect;
use crate::schema::Shape;
use crate::schema::param::PE_IDENTIFIER;
use crate::sink::{Head, Leaf, Owner, Sink, Sort, Spot};
use crate::value::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) what: What,
    pub(crate) name: &'static str,
    pub(crate) note: &'static str,
    pub(crate) segment: &'static str,
    pub(crate) code: u16,
    /// Number of earlier entries of the same name in the same parent.
    pub(crate) nth: u16,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    pub(crate) parent: usize,
    /// Index after its last descendant.
    pub(crate) end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Element(Sort),
    Leaf(Shape),
}

impl Entry {
    /// Returns true if the entry has no path: padding and octets that cannot be decoded.
    pub(crate) fn nameless(&self) -> bool {
        matches!(self.what, What::Leaf(Shape::Padding | Shape::Undecoded))
    }

    /// Returns true if the entry is the value of its parent.
    pub(crate) fn is_own_value(&self) -> bool {
        matches!(self.what, What::Leaf(_)) && self.segment.is_empty()
    }
}

/// A node of the tree.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub(crate) octets: &'a [u8],
    pub(crate) entries: &'a [Entry],
    pub(crate) index: usize,
}

impl<'a> Node<'a> {
    pub(crate) fn entry(&self) -> &'a Entry {
        &self.entries[self.index]
    }

    /// Returns the RFC's name.
    pub fn name(&self) -> &'static str {
        self.entry().name
    }

    /// Returns the name of the value, such as that of a policy type; empty if it has none.
    pub fn note(&self) -> &'static str {
        self.entry().note
    }

    /// Returns the parameter type or cause code; `None` for fields and the message.
    pub fn code(&self) -> Option<u16> {
        match self.entry().what {
            What::Element(Sort::Parameter | Sort::Cause) => Some(self.entry().code),
            _ => None,
        }
    }

    /// Returns true for padding and for octets that cannot be decoded: such nodes have no path.
    pub fn is_filler(&self) -> bool {
        self.entry().nameless()
    }

    /// Returns its segment of the field path, without the index among nodes of the same name.
    pub fn segment(&self) -> Cow<'static, str> {
        let entry = self.entry();
        match entry.what {
            What::Element(Sort::Parameter | Sort::Cause) if entry.segment.is_empty() => {
                Cow::Owned(format!("0x{:x}", entry.code))
            }
            _ => Cow::Borrowed(entry.segment),
        }
    }

    /// Returns its field path; empty for the message.
    pub fn path(&self) -> String {
        let mut path = match self.parent() {
            None => return String::new(),
            Some(parent) => parent.path(),
        };
        let segment = self.segment();
        if segment.is_empty() {
            return path;
        }
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(&segment);
        if self.entry().nth > 0 {
            path.push_str(&format!("[{}]", self.entry().nth));
        }
        path
    }

    /// Returns the offset from the message's first octet.
    pub fn offset(&self) -> usize {
        self.entry().offset
    }

    /// Returns the size in octets; an element counts with its header and without its padding.
    pub fn length(&self) -> usize {
        self.entry().length
    }

    /// Returns the octets that it covers.
    pub fn octets(&self) -> &'a [u8] {
        &self.octets[self.offset()..self.offset() + self.length()]
    }

    /// Returns the value of a field or of a parameter with one value.
    pub fn value(&self) -> Option<Value> {
        let octets = self.octets();
        let shape = match self.entry().what {
            What::Leaf(shape) => shape,
            What::Element(_) => {
                return self
                    .children()
                    .find(|child| child.entry().is_own_value())?
                    .value();
            }
        };
        let unsigned = || {
            octets
                .iter()
                .fold(0i64, |number, &octet| number << 8 | i64::from(octet))
        };
        Some(match shape {
            Shape::Number | Shape::Hex | Shape::Reserved => Value::Number(unsigned()),
            Shape::Signed => Value::Number(i32::from_be_bytes(octets.try_into().ok()?).into()),
            Shape::Address => Value::Address(match octets.len() {
                4 => Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?).into(),
                _ => Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?).into(),
            }),
            Shape::Opaque => Value::Opaque(octets.to_vec()),
            Shape::Information | Shape::Padding | Shape::Undecoded => Value::Hex(octets.to_vec()),
        })
    }

    /// Returns its direct children.
    pub fn children(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let Node {
            octets,
            entries,
            index,
        } = *self;
        let end = entries[index].end;
        let mut next = index + 1;
        std::iter::from_fn(move || {
            let index = next;
            (index < end).then(|| {
                next = entries[index].end;
                Node {
                    octets,
                    entries,
                    index,
                }
            })
        })
    }

    pub(crate) fn parent(&self) -> Option<Node<'a>> {
        (self.index > 0).then(|| Node {
            index: self.entry().parent,
            ..*self
        })
    }

    /// Returns its depth; that of the message is 0.
    pub(crate) fn depth(&self) -> usize {
        std::iter::successors(self.parent(), Node::parent).count()
    }

    /// Returns the child with this name, by its index among children of that name.
    pub(crate) fn child(&self, name: &str, nth: u16) -> Option<Node<'a>> {
        let named = |node: &Node<'_>| {
            let entry = node.entry();
            !entry.nameless()
                && entry.nth == nth
                && !node.segment().is_empty()
                && node.segment() == name
        };
        self.children().find(named)
    }
}

/// The one field that has the name of a parameter, and the type of that parameter. It counts among the parameters of
/// that name in the same parent.
const NAMED_LIKE_A_PARAMETER: (&str, u16) = ("pe-identifier", PE_IDENTIFIER);

/// Builds the tree.
pub(crate) struct Planter {
    pub(crate) entries: Vec<Entry>,
    pub(crate) defects: Vec<Defect>,
    /// For each defect, the index of the entry after which it is shown.
    pub(crate) anchors: Vec<usize>,
    /// The elements that are open, innermost last.
    open: Vec<Frame>,
    /// Index of the element that was closed last.
    closed: usize,
    /// Defects that name an absent parameter, with the index of its parent.
    absent: Vec<Absent>,
}

struct Frame {
    index: usize,
    namesakes: Namesakes,
}

/// Defect whose path is complete when its parent ends: an absent parameter follows all of its name that are present.
struct Absent {
    defect: usize,
    parent: usize,
    code: u16,
    segment: &'static str,
}

/// Counts names: arrays for names in the schema, a map for unassigned numbers.
#[derive(Default)]
struct Namesakes {
    of_rows: [u16; 0x11],
    of_aliases: [u16; 2],
    others: BTreeMap<u16, u16>,
}

impl Namesakes {
    fn next(&mut self, code: u16, segment: &str) -> u16 {
        let count = match segment {
            "user-transport" => &mut self.of_aliases[0],
            "asap-transport" => &mut self.of_aliases[1],
            _ => match self.of_rows.get_mut(usize::from(code)) {
                Some(count) => count,
                None => self.others.entry(code).or_default(),
            },
        };
        *count += 1;
        *count - 1
    }
}

impl Planter {
    /// Returns an empty tree; uses the octets only to estimate its size.
    pub(crate) fn new(octets: &[u8]) -> Planter {
        let entries = Vec::with_capacity((octets.len() / 4).clamp(4, 64));
        Planter {
            entries,
            defects: Vec::new(),
            anchors: Vec::new(),
            open: Vec::with_capacity(8),
            closed: 0,
            absent: Vec::new(),
        }
    }

    fn plant(&mut self, entry: Entry) {
        self.entries.push(Entry {
            end: self.entries.len() + 1,
            ..entry
        });
    }

    fn parent(&self) -> usize {
        self.open.last().map_or(0, |frame| frame.index)
    }

    /// Returns the index of the element to whose path a defect belongs.
    fn owner(&self, owner: Owner) -> usize {
        match owner {
            Owner::Open | Owner::Absent(_) => self.parent(),
            Owner::Closed => self.closed,
            Owner::AbsentBeside(_) => self.entries[self.parent()].parent,
        }
    }

    fn path(&self, spot: &Spot) -> String {
        let node = Node {
            octets: &[],
            entries: &self.entries,
            index: self.owner(spot.owner),
        };
        let path = node.path();
        match (path.as_str(), spot.tail) {
            (_, "") => path,
            // The message's own Length has a name without the mark.
            ("", tail) => tail.trim_start_matches('#').to_owned(),
            (path, tail) => format!("{path}/{tail}"),
        }
    }
}

impl Planter {
    /// Adds the index among parameters of the same name to the paths of the parameters that an element lacks.
    #[cold]
    fn number_absent(&mut self, parent: &mut Frame) {
        for absent in self.absent.extract_if(.., |a| a.parent == parent.index) {
            let nth = parent.namesakes.next(absent.code, absent.segment);
            if nth > 0 {
                self.defects[absent.defect].path += &format!("[{nth}]");
            }
        }
    }
}

impl Sink for Planter {
    const BUILDS: bool = true;

    fn open(&mut self, head: Head) {
        let nth = self
            .open
            .last_mut()
            .map_or(0, |frame| frame.namesakes.next(head.code, head.segment));
        let index = self.entries.len();
        self.plant(Entry {
            what: What::Element(head.sort),
            name: head.name,
            note: "",
            segment: head.segment,
            code: head.code,
            nth,
            offset: head.offset,
            length: head.length,
            parent: self.parent(),
            end: 0,
        });
        self.open.push(Frame {
            index,
            namesakes: Namesakes::default(),
        });
    }

    fn leaf(&mut self, leaf: Leaf) {
        if leaf.segment == NAMED_LIKE_A_PARAMETER.0
            && let Some(frame) = self.open.last_mut()
        {
            frame.namesakes.next(NAMED_LIKE_A_PARAMETER.1, leaf.segment);
        }
        self.plant(Entry {
            what: What::Leaf(leaf.shape),
            name: leaf.name,
            note: leaf.note,
            segment: leaf.segment,
            code: 0,
            nth: 0,
            offset: leaf.offset,
            length: leaf.length,
            parent: self.parent(),
            end: 0,
        });
    }

    fn close(&mut self) {
        let Some(mut frame) = self.open.pop() else {
            return;
        };
        self.closed = frame.index;
        self.entries[frame.index].end = self.entries.len();
        if !self.absent.is_empty() {
            self.number_absent(&mut frame);
        }
    }

    fn defect(&mut self, spot: Spot, sentence: impl FnOnce() -> String) {
        self.anchors.push(self.entries.len() - 1);
        if let Owner::Absent(code) | Owner::AbsentBeside(code) = spot.owner {
            self.absent.push(Absent {
                defect: self.defects.len(),
                parent: self.owner(spot.owner),
                code,
                segment: spot.tail,
            });
        }
        self.defects.push(Defect {
            offset: spot.offset,
            path: self.path(&spot),
            kind: spot.kind,
            severity: spot.severity,
            what: sentence(),
            section: spot.section,
            reaction: spot.reaction,
        });
    }
}

/// Records only that there is a defect.
#[derive(Default)]
pub(crate) struct Watcher {
    pub(crate) alarmed: bool,
}

impl Sink for Watcher {
    const BUILDS: bool = false;

    #[inline]
    fn open(&mut self, _: Head) {}

    #[inline]
    fn leaf(&mut self, _: Leaf) {}

    #[inline]
    fn close(&mut self) {}

    #[inline]
    fn defect(&mut self, _: Spot, _: impl FnOnce() -> String) {
        self.alarmed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::NAMED_LIKE_A_PARAMETER;
    use crate::schema::{Layout, asap, enrp, param};

    #[test]
    fn one_field_has_the_name_of_a_parameter() {
        let of_messages = asap::MESSAGES.iter().chain(&enrp::MESSAGES);
        let of_messages = of_messages.map(|row| &row.fields);
        let of_parameters = param::PARAMETERS
            .iter()
            .filter_map(|row| match &row.layout {
                Layout::Fields(fields, _) => Some(fields),
                _ => None,
            });
        let fields = of_messages
            .chain(of_parameters)
            .flat_map(|fields| fields.list);
        let parameter = |segment| {
            param::PARAMETERS
                .iter()
                .find(move |row| row.segment == segment)
        };
        let mut shared: Vec<_> = fields
            .filter_map(|field| Some((field.segment, parameter(field.segment)?.code)))
            .collect();
        shared.dedup();
        assert_eq!(shared, [NAMED_LIKE_A_PARAMETER]);
    }
}
