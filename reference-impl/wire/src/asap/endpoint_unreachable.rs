//! ASAP_ENDPOINT_UNREACHABLE (RFC 5352 §2.2.9): a PE or PU reports a PE that does not answer.
//!
//! ```text
//! | Type = 0x09 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! | PE Identifier parameter              |
//! ```

use crate::layout::handle_and_identifier;

handle_and_identifier! {
    /// ASAP_ENDPOINT_UNREACHABLE.
    EndpointUnreachable,
    /// Returns a report about this PE.
    new
}
