//! ASAP_DEREGISTRATION (RFC 5352 §2.2.2): a PE leaves its pool.
//!
//! ```text
//! | Type = 0x02 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Pool Handle parameter                |
//! | PE Identifier parameter              |
//! ```

use crate::layout::handle_and_identifier;

handle_and_identifier! {
    /// ASAP_DEREGISTRATION.
    Deregistration,
    /// Returns a de-registration of this PE.
    new
}
