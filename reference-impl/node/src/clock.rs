//! What every live loop needs: the clock, the signals that end it, and errors that say the way out.

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

/// The signals that ask for the end.
#[cfg(unix)]
pub(crate) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The next one; a future that is dropped loses nothing.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The signals that ask for the end.
#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// The next one; a future that is dropped loses nothing.
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
