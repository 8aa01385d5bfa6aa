//! What the walker tells while it goes through a message.

use crate::defect::{Kind, Reaction, Severity};
use crate::schema::Shape;

/// Takes what the walker finds, in octet order. Two exist: one builds a tree, one only watches.
pub(crate) trait Sink {
    /// Whether it does anything with what is right.
    const BUILDS: bool;

    /// A message, parameter or cause begins; what follows is inside until [`Sink::close`].
    fn open(&mut self, head: Head);

    /// A field.
    fn leaf(&mut self, leaf: Leaf);

    /// The innermost open element ends.
    fn close(&mut self);

    /// Something is wrong with what was told last, or with the innermost open element.
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
    /// With its header, without its padding, no more than there is.
    pub(crate) length: usize,
}

/// What has a header.
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
    /// Empty if it is the value of the element it stands in.
    pub(crate) segment: &'static str,
    pub(crate) shape: Shape,
    /// What the value means, if it has a name.
    pub(crate) note: &'static str,
    pub(crate) offset: usize,
    pub(crate) length: usize,
}

/// Where and what, without the sentence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) kind: Kind,
    pub(crate) severity: Severity,
    pub(crate) offset: usize,
    /// What to add to the path of the innermost open element.
    pub(crate) tail: &'static str,
    /// The tail stands beside that element, not in it.
    pub(crate) beside: bool,
    pub(crate) section: &'static str,
    pub(crate) reaction: Option<Reaction>,
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
            tail,
            beside: false,
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
