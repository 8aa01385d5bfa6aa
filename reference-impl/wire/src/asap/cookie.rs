//! ASAP_COOKIE (RFC 5352 §2.2.11): a PE stores its state at a PU.
//!
//! ```text
//! | Type = 0x0b : 8 | Flags = 0 : 8 | Length : 16 |
//! | Cookie parameter                     |
//! ```

use crate::layout::cookie;

cookie! {
    /// ASAP_COOKIE.
    Cookie
}
