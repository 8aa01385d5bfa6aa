//! Pool Handle (RFC 5354 §3.9): octets, compared octet by octet.
//!
//! ```text
//! | Type = 0x9 : 16 | Length = 4 + n : 16 |
//! | Pool Handle : n octets                |
//! ```

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::writer::{WriteParameter, Writer};

/// The name of a pool. A clone shares the octets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolHandle(Arc<[u8]>);

impl PoolHandle {
    /// Returns a handle of these octets.
    pub fn new(octets: impl Into<Arc<[u8]>>) -> Self {
        Self(octets.into())
    }

    /// Returns the octets.
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for PoolHandle {
    fn from(octets: &[u8]) -> Self {
        Self(octets.into())
    }
}

impl From<&str> for PoolHandle {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl AsRef<[u8]> for PoolHandle {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Borrow<[u8]> for PoolHandle {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

/// Formats the text if all octets are printable ASCII, else `hex:` and the octets in hex.
impl fmt::Display for PoolHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::text::text_or_hex(&self.0))
    }
}

impl fmt::Debug for PoolHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PoolHandle({self})")
    }
}

impl ReadParameter for PoolHandle {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::POOL_HANDLE
    }

    fn decode(_: ParameterType, reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self(reader.rest().into()))
    }
}

impl WriteParameter for PoolHandle {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::POOL_HANDLE
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.octets(&self.0);
        Ok(())
    }
}
