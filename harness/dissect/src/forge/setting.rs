//! Values that a path can be set to, and pieces that can be inserted.

use super::parts::Part;
use super::{ForgeError, Parameter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A value for [`super::Forge::set`]; numbers, flags, text, octets and addresses convert into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A number or a flag.
    Number(i64),
    /// Octets as they are.
    Octets(Vec<u8>),
}

impl Setting {
    pub(super) fn octet(&self, path: &str) -> Result<u8, ForgeError> {
        u8::try_from(self.number(path)?).map_err(|_| too_large(path, 8))
    }

    pub(super) fn half(&self, path: &str) -> Result<u16, ForgeError> {
        u16::try_from(self.number(path)?).map_err(|_| too_large(path, 16))
    }

    pub(super) fn flag(&self, path: &str) -> Result<bool, ForgeError> {
        match self.number(path)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(too_large(path, 1)),
        }
    }

    /// Returns the value as a fixed field of `width` octets.
    pub(super) fn fixed(&self, path: &str, width: usize) -> Result<Vec<u8>, ForgeError> {
        match self {
            Setting::Octets(octets) if octets.len() == width => Ok(octets.clone()),
            Setting::Octets(octets) => Err(ForgeError::new(format!(
                "{path} has {width} octets, not {}",
                octets.len()
            ))),
            Setting::Number(number) => {
                let bits = u32::try_from(width * 8).unwrap_or(u32::MAX);
                let fits = bits >= 64 || (*number >= -(1 << (bits - 1)) && *number < (1 << bits));
                if !fits || width > 8 {
                    return Err(too_large(path, width * 8));
                }
                Ok(number.to_be_bytes()[8 - width..].to_vec())
            }
        }
    }

    /// Returns the value as octets of any number.
    pub(super) fn opaque(&self, path: &str) -> Result<Vec<u8>, ForgeError> {
        match self {
            Setting::Octets(octets) => Ok(octets.clone()),
            Setting::Number(_) => Err(ForgeError::new(format!(
                "{path} holds octets, not a number"
            ))),
        }
    }

    fn number(&self, path: &str) -> Result<i64, ForgeError> {
        match self {
            Setting::Number(number) => Ok(*number),
            Setting::Octets(_) => Err(ForgeError::new(format!("{path} is a number, not octets"))),
        }
    }
}

fn too_large(path: &str, bits: usize) -> ForgeError {
    ForgeError::new(format!("the value does not fit the {bits} bits of {path}"))
}

macro_rules! numbers {
    ($($from:ty)*) => {$(
        impl From<$from> for Setting {
            fn from(number: $from) -> Setting {
                Setting::Number(number.into())
            }
        }
    )*};
}

numbers! { bool u8 u16 u32 i32 i64 }

impl From<&[u8]> for Setting {
    fn from(octets: &[u8]) -> Setting {
        Setting::Octets(octets.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Setting {
    fn from(octets: &[u8; N]) -> Setting {
        Setting::Octets(octets.to_vec())
    }
}

impl From<Vec<u8>> for Setting {
    fn from(octets: Vec<u8>) -> Setting {
        Setting::Octets(octets)
    }
}

impl From<&str> for Setting {
    fn from(text: &str) -> Setting {
        Setting::Octets(text.as_bytes().to_vec())
    }
}

impl From<Ipv4Addr> for Setting {
    fn from(address: Ipv4Addr) -> Setting {
        Setting::Octets(address.octets().to_vec())
    }
}

impl From<Ipv6Addr> for Setting {
    fn from(address: Ipv6Addr) -> Setting {
        Setting::Octets(address.octets().to_vec())
    }
}

impl From<IpAddr> for Setting {
    fn from(address: IpAddr) -> Setting {
        match address {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => address.into(),
        }
    }
}

/// A piece that can be inserted into a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A parameter, which is padded and has a path.
    Parameter(Parameter),
    /// Octets as they are.
    Octets(Vec<u8>),
}

impl Piece {
    pub(super) fn part(self) -> Part {
        match self {
            Piece::Parameter(parameter) => Part::Parameter(parameter),
            Piece::Octets(octets) => Part::Raw(octets),
        }
    }
}

impl From<Parameter> for Piece {
    fn from(parameter: Parameter) -> Piece {
        Piece::Parameter(parameter)
    }
}

impl From<Vec<u8>> for Piece {
    fn from(octets: Vec<u8>) -> Piece {
        Piece::Octets(octets)
    }
}

impl From<&[u8]> for Piece {
    fn from(octets: &[u8]) -> Piece {
        Piece::Octets(octets.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Piece {
    fn from(octets: &[u8; N]) -> Piece {
        Piece::Octets(octets.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Piece {
    fn from(octets: [u8; N]) -> Piece {
        Piece::Octets(octets.to_vec())
    }
}
