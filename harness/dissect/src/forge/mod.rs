//! Any octets, right or wrong, addressed by field path.
//!
//! A constructor such as [`registration`] gives a correct message; its canonical encoding comes from
//! [`Forge::octets`]. Then it can be spoiled: [`Forge::set`] changes a field, a flag, a type or a Length;
//! [`Forge::insert_before`], [`Forge::append`] and [`Forge::remove`] change the structure, and Lengths
//! follow unless they were set; [`Forge::padding`] and its neighbours spoil what lies between; and
//! [`Forge::truncate`], [`Forge::raw`] and [`Forge::patch`] work on the finished octets.
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
//! A path that is not there is a mistake of the one who wrote it, so it is an error with a sentence.

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
    /// What is done to the finished octets, in order.
    finish: Vec<Finish>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Finish {
    Truncate(usize),
    Append(Vec<u8>),
    Patch(usize, Vec<u8>),
}

/// A path or value that does not fit the message being forged: a mistake of the caller.
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
    /// An empty ASAP message of any type.
    pub fn asap(code: u8) -> Forge {
        Forge::new(Protocol::Asap, code)
    }

    /// An empty ENRP message of any type: not even the server identifiers are in it.
    pub fn enrp(code: u8) -> Forge {
        Forge::new(Protocol::Enrp, code)
    }

    /// An empty message by its RFC name, as in `ASAP_REGISTRATION`.
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

    /// Which protocol's field names and flags it uses.
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

    /// Sets what a path names: `flag/R`, `flags`, `type`, `length`, a bare field, a field of a parameter,
    /// a parameter that is one value, or `…/#type` and `…/#length`. A Length that was set stays a lie:
    /// nothing else follows it. Later changes recompute the others.
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

    /// Puts a parameter, or octets as they are, before the element or field, inside the same parent. The
    /// parent's Length follows.
    pub fn insert_before(
        mut self,
        path: &str,
        piece: impl Into<Piece>,
    ) -> Result<Forge, ForgeError> {
        self.body.insert(path, 0, piece.into())?;
        Ok(self)
    }

    /// Puts a parameter, or octets as they are, after the element (and its padding) or field, inside the
    /// same parent. The parent's Length follows.
    pub fn insert_after(
        mut self,
        path: &str,
        piece: impl Into<Piece>,
    ) -> Result<Forge, ForgeError> {
        self.body.insert(path, 1, piece.into())?;
        Ok(self)
    }

    /// Puts a parameter, or octets as they are, at the end of an element's value; the empty path is the
    /// message. Lengths follow. Octets are never padded: a parameter is, without counting it.
    pub fn append(mut self, path: &str, piece: impl Into<Piece>) -> Result<Forge, ForgeError> {
        self.body.element(path)?.parts.push(piece.into().part());
        Ok(self)
    }

    /// Takes an element or field out. Lengths follow.
    pub fn remove(mut self, path: &str) -> Result<Forge, ForgeError> {
        self.body.remove(path)?;
        Ok(self)
    }

    /// Fills an element's padding with this octet instead of zero; the empty path is the message.
    pub fn padding(mut self, path: &str, octet: u8) -> Result<Forge, ForgeError> {
        self.body.element(path)?.fill = Some(octet);
        Ok(self)
    }

    /// Sends exactly these octets where an element's padding belongs: none, too few or too many.
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
    pub fn count_padding_of(mut self, path: &str) -> Result<Forge, ForgeError> {
        self.body.element(path)?.counts_padding = true;
        Ok(self)
    }

    /// Does not send the padding at the end of the message.
    #[must_use]
    pub fn without_padding(mut self) -> Forge {
        self.body.padding = Some(Vec::new());
        self
    }

    /// Cuts the finished octets to this many.
    #[must_use]
    pub fn truncate(mut self, octets: usize) -> Forge {
        self.finish.push(Finish::Truncate(octets));
        self
    }

    /// Puts octets after the finished message; its Length does not know of them.
    #[must_use]
    pub fn raw(mut self, octets: &[u8]) -> Forge {
        self.finish.push(Finish::Append(octets.to_vec()));
        self
    }

    /// Overwrites the finished octets from this offset; what reaches past the end is appended.
    #[must_use]
    pub fn patch(mut self, at: usize, octets: &[u8]) -> Forge {
        self.finish.push(Finish::Patch(at, octets.to_vec()));
        self
    }

    /// The octets: canonical where nothing was spoiled.
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
