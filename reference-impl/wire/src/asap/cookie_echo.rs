//! ASAP_COOKIE_ECHO (RFC 5352 §2.2.12): a PU sends the last cookie of a failed PE to the next
//! one.
//!
//! ```text
//! | Type = 0x0c : 8 | Flags = 0 : 8 | Length : 16 |
//! | Cookie parameter                     |
//! ```

use crate::layout::cookie;

cookie! {
    /// ASAP_COOKIE_ECHO.
    CookieEcho
}
