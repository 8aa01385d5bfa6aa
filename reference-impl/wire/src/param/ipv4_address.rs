//! IPv4 Address (RFC 5354 §3.1).
//!
//! ```text
//! | Type = 0x1 : 16 | Length = 8 : 16 |
//! | IPv4 Address : 32                 |
//! ```

use std::net::Ipv4Addr;

use crate::error::DecodeResult;
use crate::reader::Reader;

#[inline]
pub(super) fn decode(reader: Reader<'_>) -> DecodeResult<Ipv4Addr> {
    Ok(Ipv4Addr::from_octets(*reader.whole::<4>()?))
}
