//! Shortage of room for TCP connections: their limit is reached, or file descriptors have run out.
//!
//! ```text
//!             refused: logged          CALM without a refusal, and there is room: logged
//!   (none) ──────────────────► short ──────────────────────────────────────────────────► (none)
//! ```
//!
//! One descriptor is held in reserve for the listeners. When there is no other, it accepts a connection that is reset at once, so that
//! the peer tries another registrar instead of waiting in the listener's queue. Where that fails too, accepting pauses
//! until a connection ends or [`PAUSE`] is over: a listener with a queue is always ready, and would take all the time.

use crate::clock;
use socket2::{Domain, Socket, Type};
use std::fmt::Display;
use std::io;
use std::time::{Duration, Instant};

/// Time without a refusal after which the shortage is over.
const CALM: Duration = Duration::from_secs(1);
/// Longest pause of accepting.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(crate) struct Shortage {
    reserve: Option<Socket>,
    /// True from the first refusal until the end is logged.
    short: bool,
    /// The next look whether the shortage is over.
    look_at: Option<Instant>,
    /// The end of the pause of accepting.
    resume_at: Option<Instant>,
}

impl Shortage {
    /// Records that a connection is refused, and logs the first one.
    pub(crate) fn refused(&mut self, cause: impl Display) {
        if !std::mem::replace(&mut self.short, true) {
            tracing::warn!("TCP connections are refused: {cause}");
        }
        self.look_at = Some(clock::now() + CALM);
    }

    /// Gives up the descriptor in reserve. Returns false if there is none.
    pub(crate) fn spend(&mut self) -> bool {
        self.reserve.take().is_some()
    }

    /// Takes a descriptor into reserve, if there is none and the system grants one.
    pub(crate) fn refill(&mut self) {
        if self.reserve.is_none() {
            self.reserve = descriptor();
        }
    }

    /// Pauses accepting.
    pub(crate) fn pause(&mut self) {
        self.resume_at = Some(clock::now() + PAUSE);
    }

    /// Returns true while accepting pauses.
    pub(crate) fn is_paused(&self) -> bool {
        self.resume_at.is_some()
    }

    /// Records that a connection has ended. Returns true if accepting was paused and goes on.
    pub(crate) fn freed(&mut self) -> bool {
        self.refill();
        if self.short {
            self.look_at = Some(clock::now() + CALM);
        }
        self.resume_at.take().is_some()
    }

    /// Returns the time of the next [`on_time`](Self::on_time) call.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.look_at.into_iter().chain(self.resume_at).min()
    }

    /// Handles what is due. `has_room` is true below the limit on connections. Returns true if accepting was paused
    /// and goes on.
    pub(crate) fn on_time(&mut self, now: Instant, has_room: bool) -> bool {
        let due = |at: &mut Option<Instant>| at.take_if(|at| *at <= now).is_some();
        let resumes = due(&mut self.resume_at);
        if resumes {
            self.refill();
        }
        // Without room, the end of a connection is the next occasion to look.
        if due(&mut self.look_at) && has_room && self.reserve.is_some() && descriptor().is_some() {
            self.short = false;
            tracing::info!("TCP connections are accepted again");
        }
        resumes
    }
}

/// Returns true if an error of `accept` is about this process or system, not about the connection: the connection
/// stays in the queue, and the next call fails too.
pub(crate) fn is_lasting(error: &io::Error) -> bool {
    #[cfg(unix)]
    let lasting = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
    // WSAEMFILE, WSAENOBUFS
    #[cfg(not(unix))]
    let lasting = [10024, 10055];
    error
        .raw_os_error()
        .is_some_and(|code| lasting.contains(&code))
}

/// Returns a descriptor that is connected to nothing.
fn descriptor() -> Option<Socket> {
    Socket::new(Domain::IPV4, Type::DGRAM, None).ok()
}
