//! What every live loop needs: the clock, and errors that say the way out.

use std::io;
use std::time::{Duration, Instant};

/// Adds what can be done about an endpoint that cannot be opened. Stacks that do not start say it themselves.
pub(crate) fn with_way_out(error: io::Error) -> io::Error {
    let way_out = match error.kind() {
        io::ErrorKind::AddrInUse => "choose another port, 0 takes any free one",
        io::ErrorKind::AddrNotAvailable => "use an address of this host",
        io::ErrorKind::PermissionDenied => "choose a port above 1023, or get the privilege",
        _ => return error,
    };
    io::Error::new(error.kind(), format!("{error}; {way_out}"))
}

/// Time since a service began; what the drivers are told as `now`.
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

    /// The moment of `time`, which was seen from `now`.
    pub(crate) fn at(&self, now: Duration, time: Duration) -> Instant {
        // Far deadlines (a registration life of decades) need not be exact.
        let soon = time.min(now + Duration::from_secs(86_400));
        self.origin + soon
    }
}
