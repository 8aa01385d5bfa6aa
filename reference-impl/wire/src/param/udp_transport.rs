//! UDP Transport (RFC 5354 §3.6): data only, and exactly one address.
//!
//! ```text
//! | Type = 0x6 : 16 | Length = 16 or 28 : 16 |
//! | Port : 16      | (reserved) : 16        |
//! | IPv4 or IPv6 Address parameter          |
//! ```

use crate::layout::one_address_transport;

one_address_transport! {
    /// UDP Transport.
    UdpTransport = UDP_TRANSPORT
}
