//! Encoder for any octets, valid or not, addressed by field path.
//!
//! A constructor such as [`registration`] returns a valid message; [`Forge::octets`] returns its canonical
//! encoding. A test then spoils it: [`Forge::set`] changes a field, a flag, a type or a Length;
//! [`Forge::insert_before`], [`Forge::append`] and [`Forge::remove`] change the structure, and Lengths
//! follow unless they were set; [`Forge::padding`] and the functions after it spoil the padding; and
//! [`Forge::truncate`], [`Forge::raw`] and [`Forge::patch`] change the finished octets.
//!
//! ```
//! # use rspcheck_dissect::forge;
//! # fn main() -> Result<(), forge::ForgeError> {
//! let octets = forge::handle_resolution(b"abc", false).set("pool-handle/#length", 3)?.octets();
//! assert_eq!(octets, [5, 0, 0, 11, 0, 9, 0, 3, b'a', b'b', b'c', 0]);
//! # Ok(())
//! # }
//! ```
//!
//! A path that the message does not have is an error of the caller, which [`ForgeError`] explains.

mod asap;
mod enrp;
mod parts;
mod setting;
mod structs;

pub use asap::*;
pub use enrp::*;
pub use parts::Parameter;
pub use setting::{Piece, Setting};
pub use structs::{Cause, CauseInfo, Policy, PoolElement, PoolEntry, ServerInformation, Transport};

use crate::schema::{self, Protocol};
use parts::{Element, Part};
use std::fmt;

/// A message being forged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forge {
    protocol: Protocol,
    code: u8,
    flags: u8,
    /// The message's value, Length and padding.
    body: Element,
    /// Changes to the finished octets, in order.
    finish: Vec<Finish>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Finish {
    Truncate(usize),
    Append(Vec<u8>),
    Patch(usize, Vec<u8>),
}

/// A path or value that does not fit the message being forged: an error of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeError(String);

impl ForgeError {
    fn new(what: impl Into<String>) -> ForgeError {
        ForgeError(what.into())
    }
}

impl fmt::Display for ForgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ForgeError {}

impl Forge {
    /// Returns an empty ASAP message of any type.
    pub fn asap(code: u8) -> Forge {
        Forge::new(Protocol::Asap, code)
    }

    /// Returns an empty ENRP message of any type, without the server IDs.
    pub fn enrp(code: u8) -> Forge {
        Forge::new(Protocol::Enrp, code)
    }

    /// Returns an empty message by its RFC name, as in `ASAP_REGISTRATION`.
    ///
    /// # Errors
    /// If no message has that name.
    pub fn message(name: &str) -> Result<Forge, ForgeError> {
        let row = schema::message_named(name)
            .ok_or_else(|| ForgeError::new(format!("no message is named {name}")))?;
        Ok(Forge::new(row.protocol, row.code))
    }

    fn new(protocol: Protocol, code: u8) -> Forge {
        Forge {
            protocol,
            code,
            flags: 0,
            body: Element::default(),
            finish: Vec::new(),
        }
    }

    /// Returns the protocol that defines its field names and flags.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Appends a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Forge {
        self.body.parts.push(Part::Parameter(parameter));
        self
    }

    /// Appends parameters.
    #[must_use]
    pub fn parameters(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Forge {
        self.body
            .parts
            .extend(parameters.into_iter().map(Part::Parameter));
        self
    }

    /// Appends a bare field of 32 bits, such as `server-identifier`.
    #[must_use]
    pub fn field(self, name: &'static str, value: u32) -> Forge {
        self.bare(name, value.to_be_bytes().to_vec())
    }

    /// Appends a bare field of 16 bits, such as `update-action`.
    #[must_use]
    pub fn field16(self, name: &'static str, value: u16) -> Forge {
        self.bare(name, value.to_be_bytes().to_vec())
    }

    fn bare(mut self, name: &'static str, octets: Vec<u8>) -> Forge {
        self.body.parts.push(Part::Field { name, octets });
        self
    }

    fn with_flag(mut self, mask: u8, set: bool) -> Forge {
        if set {
            self.flags |= mask;
        }
        self
    }

    /// Sets the value at a path: `flag/R`, `flags`, `type`, `length`, a bare field, a field of a parameter,
    /// a parameter with one value, or `…/#type` and `…/#length`. A Length that was set keeps its value;
    /// later changes recompute the others.
    ///
    /// # Errors
    /// If the message does not have that path, or the value does not fit it.
    pub fn set(mut self, path: &str, value: impl Into<Setting>) -> Result<Forge, ForgeError> {
        let value = value.into();
        match path {
            "type" => self.code = value.octet(path)?,
            "flags" => self.flags = value.octet(path)?,
            "length" => self.body.length = Some(value.half(path)?),
            _ => match path.strip_prefix("flag/") {
                Some(letter) => self.set_flag(letter, value)?,
                None => self.body.set(path, &value)?,
            },
        }
        Ok(self)
    }

    fn set_flag(&mut self, letter: &str, value: Setting) -> Result<(), ForgeError> {
        let flags = schema::message(self.protocol, self.code).map_or(&[][..], |row| row.flags);
        let flag = flags
            .iter()
            .find(|flag| letter.len() == 1 && letter.starts_with(flag.letter))
            .ok_or_else(|| {
                ForgeError::new(format!(
                    "message type 0x{:02x} has no flag {letter}",
                    self.code
                ))
            })?;
        match value.flag("flag/…")? {
            true => self.flags |= flag.mask,
            false => self.flags &= !flag.mask,
        }
        Ok(())
    }

    /// Inserts a parameter, or octets as they are, before the element or field, inside the same parent.
    /// The parent's Length follows.
    ///
    /// # Errors
    /// If the message does not have that path.
    pub fn insert_before(
        mut self,
        path: &str,
        piece: impl Into<Piece>,
    ) -> Result<Forge, ForgeError> {
        self.body.insert(path, 0, piece.into())?;
        Ok(self)
    }

    /// Inserts a parameter, or octets as they are, after the element (and its padding) or field, inside
    /// the same parent. The parent's Length follows.
    ///
    /// # Errors
    /// If the message does not have that path.
    pub fn insert_after(
        mut self,
        path: &str,
        piece: impl Into<Piece>,
    ) -> Result<Forge, ForgeError> {
        self.body.insert(path, 1, piece.into())?;
        Ok(self)
    }

    /// Appends a parameter, or octets as they are, to an element's value; the empty path is the message.
    /// Lengths follow. A parameter is padded, and its Length does not count that; octets are not padded.
    ///
    /// # Errors
    /// If the message does not have an element at that path.
    pub fn append(mut self, path: &str, piece: impl Into<Piece>) -> Result<Forge, ForgeError> {
        self.body.element(path)?.parts.push(piece.into().part());
        Ok(self)
    }

    /// Removes an element or field. Lengths follow.
    ///
    /// # Errors
    /// If the message does not have that path.
    pub fn remove(mut self, path: &str) -> Result<Forge, ForgeError> {
        self.body.remove(path)?;
        Ok(self)
    }

    /// Fills an element's padding with this octet instead of zero; the empty path is the message.
    ///
    /// # Errors
    /// If the message does not have an element at that path.
    pub fn padding(mut self, path: &str, octet: u8) -> Result<Forge, ForgeError> {
        self.body.element(path)?.fill = Some(octet);
        Ok(self)
    }

    /// Writes exactly these octets as an element's padding: none, too few or too many.
    ///
    /// # Errors
    /// If the message does not have an element at that path.
    pub fn padded_with(
        mut self,
        path: &str,
        octets: impl Into<Vec<u8>>,
    ) -> Result<Forge, ForgeError> {
        self.body.element(path)?.padding = Some(octets.into());
        Ok(self)
    }

    /// Counts the padding at the end in the message's Length.
    #[must_use]
    pub fn count_padding(mut self) -> Forge {
        self.body.counts_padding = true;
        self
    }

    /// Counts the padding at the end of an element's value in its Length.
    ///
    /// # Errors
    /// If the message does not have an element at that path.
    pub fn count_padding_of(mut self, path: &str) -> Result<Forge, ForgeError> {
        self.body.element(path)?.counts_padding = true;
        Ok(self)
    }

    /// Omits the padding at the end of the message.
    #[must_use]
    pub fn without_padding(mut self) -> Forge {
        self.body.padding = Some(Vec::new());
        self
    }

    /// Truncates the finished octets to this number.
    #[must_use]
    pub fn truncate(mut self, octets: usize) -> Forge {
        self.finish.push(Finish::Truncate(octets));
        self
    }

    /// Appends octets after the finished message; its Length does not count them.
    #[must_use]
    pub fn raw(mut self, octets: &[u8]) -> Forge {
        self.finish.push(Finish::Append(octets.to_vec()));
        self
    }

    /// Overwrites the finished octets from this offset; octets past the end are appended.
    #[must_use]
    pub fn patch(mut self, at: usize, octets: &[u8]) -> Forge {
        self.finish.push(Finish::Patch(at, octets.to_vec()));
        self
    }

    /// Returns the octets: the canonical encoding, except for the spoiled parts.
    pub fn octets(&self) -> Vec<u8> {
        let mut octets = vec![self.code, self.flags];
        let padding = self.body.write(&mut octets);
        octets.extend(padding);
        for finish in &self.finish {
            match finish {
                Finish::Truncate(length) => octets.truncate(*length),
                Finish::Append(more) => octets.extend_from_slice(more),
                Finish::Patch(at, new) => patch(&mut octets, *at, new),
            }
        }
        octets
    }
}

fn patch(octets: &mut Vec<u8>, at: usize, new: &[u8]) {
    let at = at.min(octets.len());
    let over = new.len().min(octets.len() - at);
    octets[at..at + over].copy_from_slice(&new[..over]);
    octets.extend_from_slice(&new[over..]);
}

impl From<Forge> for Vec<u8> {
    fn from(forge: Forge) -> Vec<u8> {
        forge.octets()
    }
}
