//! Interface between the walker and its two receivers: the tree builder and the defect watcher.

use crate::defect::{Kind, Reaction, Severity};
use crate::schema::Shape;

/// Receiver of the elements, fields and defects that the walker finds, in octet order.
pub(crate) trait Sink {
    /// True if the sink uses elements and fields without a defect.
    const BUILDS: bool;

    /// Opens a message, parameter or cause; everything up to [`Sink::close`] is inside it.
    fn open(&mut self, head: Head);

    /// Adds a field.
    fn leaf(&mut self, leaf: Leaf);

    /// Closes the innermost open element.
    fn close(&mut self);

    /// Reports a defect of the element or field that came last, or of the innermost open element.
    fn defect(&mut self, spot: Spot, sentence: impl FnOnce() -> String);
}

/// A message, parameter or cause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) sort: Sort,
    pub(crate) name: &'static str,
    /// Empty if the code is the segment.
    pub(crate) segment: &'static str,
    pub(crate) code: u16,
    pub(crate) offset: usize,
    /// Size with its header and without its padding, at most the octets that are present.
    pub(crate) length: usize,
}

/// Sort of an element: everything with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Message,
    Parameter,
    Cause,
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    pub(crate) name: &'static str,
    /// Empty if the field is the value of its element.
    pub(crate) segment: &'static str,
    pub(crate) shape: Shape,
    /// Name of the value; empty if it has none.
    pub(crate) note: &'static str,
    pub(crate) offset: usize,
    pub(crate) length: usize,
}

/// Place, kind and severity of a defect, without its sentence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) kind: Kind,
    pub(crate) severity: Severity,
    pub(crate) offset: usize,
    /// Element whose path the tail extends.
    pub(crate) owner: Owner,
    /// Suffix for the path of that element.
    pub(crate) tail: &'static str,
    pub(crate) section: &'static str,
    pub(crate) reaction: Option<Reaction>,
}

/// Element to whose path a defect belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The innermost open element.
    Open,
    /// The element that was closed last.
    Closed,
    /// A parameter of this type that the innermost open element lacks; the tail is its segment.
    Absent(u16),
    /// The same for the parent of the innermost open element.
    AbsentBeside(u16),
}

impl Spot {
    pub(crate) fn malformed(
        kind: Kind,
        offset: usize,
        tail: &'static str,
        section: &'static str,
    ) -> Spot {
        Spot {
            kind,
            severity: Severity::Malformed,
            offset,
            owner: Owner::Open,
            tail,
            section,
            reaction: None,
        }
    }

    pub(crate) fn deviation(
        kind: Kind,
        offset: usize,
        tail: &'static str,
        section: &'static str,
    ) -> Spot {
        Spot {
            severity: Severity::Deviation,
            ..Spot::malformed(kind, offset, tail, section)
        }
    }
}
