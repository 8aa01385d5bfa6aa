//! A Pool Element (RFC 5354 §3.10) in octets, which a handlespace stores and passes on without decoding it.
//!
//! Answers and tables repeat the same elements many times; an element that is stored as it is sent costs a copy
//! there, and a third of the typed value's memory.

use std::fmt;

use super::{PeIdentifier, PoolElement, RegistrationLife, ServerId};
use crate::error::EncodeError;
use crate::numbers::ParameterType;
use crate::reader::decode_alone;
use crate::writer::{WriteParameter, Writer, encode_alone_into};

/// A Pool Element parameter, from its type to its Length.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedElement(Octets);

/// Room for an element with one IPv4 address in each transport and any policy of RFC 5356: no allocation.
const INLINE: usize = 70;

#[derive(Clone)]
enum Octets {
    Inline { length: u8, octets: [u8; INLINE] },
    Boxed(Box<[u8]>),
}

/// Offsets of the value and of its fixed fields, behind type and Length.
const VALUE: usize = 4;
const IDENTIFIER: usize = 4;
const HOME: usize = 8;
const LIFE: usize = 12;

impl EncodedElement {
    /// Encodes an element.
    ///
    /// An element that no message can carry (a skipped parameter of a type that stops messages,
    /// [`Policy::Other`](super::Policy::Other) with the type of a known policy) must not be stored this way.
    ///
    /// # Errors
    /// If the element, or a parameter in it, is longer than its Length can express.
    pub fn new(element: &PoolElement) -> Result<Self, EncodeError> {
        Self::new_with(element, &mut Vec::new())
    }

    /// Encodes an element like [`EncodedElement::new`], with a buffer of the caller's whose content is lost.
    ///
    /// # Errors
    /// As [`EncodedElement::new`].
    pub fn new_with(element: &PoolElement, buffer: &mut Vec<u8>) -> Result<Self, EncodeError> {
        buffer.clear();
        encode_alone_into(buffer, element)?;
        Ok(Self(Octets::new(buffer)))
    }

    /// Decodes the element.
    ///
    /// # Panics
    /// If no message can carry the element.
    pub fn decode(&self) -> PoolElement {
        decode_alone(self.as_octets(), "pool-element")
            .expect("an element that was encoded decodes again")
    }

    /// Returns the parameter, unpadded.
    pub fn as_octets(&self) -> &[u8] {
        match &self.0 {
            Octets::Inline { length, octets } => &octets[..usize::from(*length)],
            Octets::Boxed(octets) => octets,
        }
    }

    /// Returns the PE's number in its pool.
    pub fn identifier(&self) -> PeIdentifier {
        PeIdentifier(self.field(IDENTIFIER))
    }

    /// Returns its Home ENRP server.
    pub fn home(&self) -> ServerId {
        ServerId(self.field(HOME))
    }

    /// Returns the duration of the registration.
    pub fn life(&self) -> RegistrationLife {
        RegistrationLife(self.field(LIFE).cast_signed())
    }

    /// Sets its Home ENRP server.
    pub fn set_home(&mut self, home: ServerId) {
        let octets = match &mut self.0 {
            Octets::Inline { octets, .. } => octets.as_mut_slice(),
            Octets::Boxed(octets) => octets,
        };
        octets[HOME..HOME + 4].copy_from_slice(&home.0.to_be_bytes());
    }

    /// Returns true if only Home and registration life may differ from those of `other`.
    pub fn has_same_parameters(&self, other: &Self) -> bool {
        let same = |range: std::ops::Range<usize>| {
            self.as_octets().get(range.clone()) == other.as_octets().get(range)
        };
        let length = self.as_octets().len();
        length == other.as_octets().len() && same(0..HOME) && same(LIFE + 4..length)
    }

    fn field(&self, at: usize) -> u32 {
        let field = self.as_octets()[at..].first_chunk();
        u32::from_be_bytes(*field.expect("the fixed fields are always there"))
    }
}

impl WriteParameter for EncodedElement {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::POOL_ELEMENT
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.octets(&self.as_octets()[VALUE..]);
        Ok(())
    }
}

impl Octets {
    fn new(octets: &[u8]) -> Self {
        match u8::try_from(octets.len()) {
            Ok(length) if octets.len() <= INLINE => {
                let mut room = [0; INLINE];
                room[..octets.len()].copy_from_slice(octets);
                Self::Inline {
                    length,
                    octets: room,
                }
            }
            _ => Self::Boxed(octets.into()),
        }
    }
}

/// Equal octets have the same form, because their number decides where they are stored.
impl PartialEq for Octets {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Inline { length, octets },
                Self::Inline {
                    length: other_length,
                    octets: other,
                },
            ) => length == other_length && octets == other,
            (Self::Boxed(octets), Self::Boxed(other)) => octets == other,
            (Self::Inline { .. }, Self::Boxed(_)) | (Self::Boxed(_), Self::Inline { .. }) => false,
        }
    }
}

impl Eq for Octets {}

/// Formats the decoded element.
impl fmt::Debug for EncodedElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decode().fmt(f)
    }
}
