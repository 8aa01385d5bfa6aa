//! IPv6 Address (RFC 5354 §3.2).
//!
//! ```text
//! | Type = 0x2 : 16 | Length = 20 : 16 |
//! | IPv6 Address : 128                 |
//! ```

use std::net::Ipv6Addr;

use crate::error::DecodeResult;
use crate::reader::Reader;

#[inline]
pub(super) fn decode(reader: Reader<'_>) -> DecodeResult<Ipv6Addr> {
    Ok(Ipv6Addr::from_octets(*reader.whole::<16>()?))
}
