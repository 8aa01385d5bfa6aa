//! Skipped parameters of unknown type with their place, so that a message that is passed on or stored loses
//! nothing.

use std::fmt;

use crate::numbers::ParameterType;

/// One skipped parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownParameter<'a> {
    /// Number of known parameters of the same parent before it.
    pub position: u16,
    /// Its type.
    pub parameter_type: ParameterType,
    /// Its value, without padding.
    pub value: &'a [u8],
}

/// The skipped parameters of one message or parameter, in their order.
///
/// Nearly always empty, so the empty list takes one word and no allocation; a list takes little more memory
/// than its octets took in the message.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct UnknownParameters(Option<Box<List>>);

#[derive(Clone, PartialEq, Eq, Hash, Default)]
struct List {
    positions: Vec<u16>,
    /// The parameters one after the other, each from its type to its Length, unpadded.
    octets: Vec<u8>,
}

impl UnknownParameters {
    /// The empty list.
    pub const NONE: Self = Self(None);

    /// Appends a parameter that follows `position` known ones.
    ///
    /// # Panics
    /// If the type is known, the value is longer than a parameter can be, or a later position was added before.
    pub fn push(&mut self, position: u16, parameter_type: ParameterType, value: &[u8]) {
        assert!(
            !parameter_type.is_known(),
            "a known parameter is not an unknown one"
        );
        let length = u16::try_from(4 + value.len()).expect("a parameter has at most 65535 octets");
        let list = self.0.get_or_insert_default();
        assert!(
            list.positions.last() <= Some(&position),
            "positions must not fall"
        );
        list.positions.push(position);
        list.octets
            .extend_from_slice(&parameter_type.0.to_be_bytes());
        list.octets.extend_from_slice(&length.to_be_bytes());
        list.octets.extend_from_slice(value);
    }

    /// Returns whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the skipped parameters in their order.
    pub fn iter(&self) -> impl Iterator<Item = UnknownParameter<'_>> + Clone {
        let list = self.0.as_deref();
        let positions = list.map_or(&[][..], |list| &list.positions);
        let mut octets = list.map_or(&[][..], |list| &list.octets);
        positions.iter().map_while(move |&position| {
            let ([t0, t1, l0, l1], _) = octets.split_first_chunk::<4>()?;
            let (parameter, rest) = octets.split_at(usize::from(u16::from_be_bytes([*l0, *l1])));
            octets = rest;
            let parameter_type = ParameterType(u16::from_be_bytes([*t0, *t1]));
            Some(UnknownParameter {
                position,
                parameter_type,
                value: &parameter[4..],
            })
        })
    }
}

impl fmt::Debug for UnknownParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
