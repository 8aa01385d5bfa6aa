//! The clock of the live loops, and errors with advice.

use std::io;
use std::time::{Duration, Instant};

/// Adds advice to the error of an endpoint that cannot be opened. Errors of the stacks have their own advice.
pub(crate) fn with_advice(error: io::Error) -> io::Error {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => "choose another port, or 0 for any free port",
        io::ErrorKind::AddrNotAvailable => "use an address of this host",
        io::ErrorKind::PermissionDenied => {
            "choose a port above 1023, or run with the privilege to open it"
        }
        _ => return error,
    };
    io::Error::new(error.kind(), format!("{error}; {advice}"))
}

/// The time since the start, which the drivers receive as `now`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    origin: Instant,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the live loop is the edge that reads the clock"
    )]
    pub(crate) fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Converts a driver's `time` to the system's clock; `now` is the current time.
    pub(crate) fn at(&self, now: Duration, time: Duration) -> Instant {
        // Far deadlines (a registration life of decades) need not be exact.
        let soon = time.min(now + Duration::from_secs(86_400));
        self.origin + soon
    }
}
