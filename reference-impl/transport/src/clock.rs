//! The only place of this crate that reads the clock.

use std::time::Instant;

/// Returns the time now, for the live stacks.
#[expect(
    clippy::disallowed_methods,
    reason = "live stacks are an edge: their timers run on the real clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}
