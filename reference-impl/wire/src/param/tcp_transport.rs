//! TCP Transport (RFC 5354 §3.5): data only, and exactly one address.
//!
//! ```text
//! | Type = 0x5 : 16 | Length = 16 or 28 : 16 |
//! | Port : 16      | (reserved) : 16        |
//! | IPv4 or IPv6 Address parameter          |
//! ```

use crate::layout::one_address_transport;

one_address_transport! {
    /// TCP Transport.
    TcpTransport = TCP_TRANSPORT
}
