//! ENRP_TAKEOVER_SERVER (RFC 5353 §2.9): the sender has taken over another registrar.
//!
//! ```text
//! | Type = 0x09 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | Targeting Server's ID : 32           |
//! ```

use crate::layout::takeover;

takeover! {
    /// ENRP_TAKEOVER_SERVER.
    TakeoverServer,
    /// Returns the announcement that `sender` has taken over `target`.
    new
}
