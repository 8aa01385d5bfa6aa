//! ENRP_INIT_TAKEOVER (RFC 5353 §2.7): the sender wants to take over another registrar.
//!
//! ```text
//! | Type = 0x07 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | Targeting Server's ID : 32           |
//! ```

use crate::layout::takeover;

takeover! {
    /// ENRP_INIT_TAKEOVER.
    InitTakeover,
    /// Returns the announcement that `sender` wants to take over `target`.
    new
}
