//! ENRP_INIT_TAKEOVER_ACK (RFC 5353 §2.8): the sender agrees to a takeover.
//!
//! ```text
//! | Type = 0x08 : 8 | Flags = 0 : 8 | Length : 16 |
//! | Sending Server's ID : 32             |
//! | Receiving Server's ID : 32           |
//! | Targeting Server's ID : 32           |
//! ```

use crate::layout::takeover;

takeover! {
    /// ENRP_INIT_TAKEOVER_ACK.
    InitTakeoverAck,
    /// Returns the consent of `sender` to the takeover of `target`.
    new
}
