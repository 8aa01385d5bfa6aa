//! ASAP_ENDPOINT_KEEP_ALIVE_ACK (RFC 5352 §2.2.8): a PE answers that it is alive.
//!
//! ```text
//! | Type = 0x08 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! | PE Identifier parameter              |
//! ```

use crate::layout::handle_and_identifier;

handle_and_identifier! {
    /// ASAP_ENDPOINT_KEEP_ALIVE_ACK.
    EndpointKeepAliveAck,
    /// Returns the answer of this PE.
    new
}
