//! TCP connections over which a PU sends nothing.
//!
//! ```text
//!            tcp-idle without a message: Shutdown             LEAVE_TIME: Abort
//!   open ───────────────────────────────────────► leaving ────────────────────► (none)
//!     ▲                                              │ Down
//!     └── a message, or a subscription: waits on     └─────────────────────────► (none)
//! ```
//!
//! No rule of the RFCs keeps a connection that is not used: a PU sets up another one for its next request. The peer of
//! an SCTP association answers heartbeats; a TCP connection whose PU vanished would stay for ever. A subscription (S
//! bit) lasts as long as the association (RFC 5352 §2.2.5), so one that has any is never idle. This registrar declines
//! those over TCP.

use std::time::Duration;

use super::association::Kind;
use super::{Assoc, Core, Log, Output, Registrar, Timer};

/// Time of a PU to close its side.
const LEAVE_TIME: Duration = Duration::from_secs(10);

/// The last message over an association, and the next look at it.
#[derive(Debug)]
pub(super) struct Idleness {
    pub(super) heard: Duration,
    /// The deadline under which it is listed; none for an association that is never idle.
    look_at: Option<Duration>,
    leaving: bool,
}

impl Idleness {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            heard: now,
            look_at: None,
            leaving: false,
        }
    }
}

impl Core {
    /// Starts to watch an association that has come up.
    pub(super) fn watch_idleness(&mut self, now: Duration, assoc: Assoc) {
        if self.config.span(Timer::TcpIdle).is_zero() {
            return;
        }
        let look_at = self.config.deadline(Timer::TcpIdle, now);
        if let Some(association) = self.assocs.get_mut(&assoc)
            && association.kind == Kind::Tcp
        {
            association.idleness.look_at = Some(look_at);
            self.idle.insert(look_at, assoc);
        }
    }

    /// Stops to watch an association that is gone.
    pub(super) fn unwatch_idleness(&mut self, assoc: Assoc, idleness: &Idleness) {
        if let Some(at) = idleness.look_at {
            self.idle.remove(at, assoc);
        }
    }
}

impl Registrar {
    pub(super) fn on_idle_due(&mut self, now: Duration) {
        while let Some(assoc) = self.core.idle.take_due(now) {
            let core = &mut self.core;
            let Some(association) = core.assocs.get_mut(&assoc) else {
                continue;
            };
            let idleness = &mut association.idleness;
            if idleness.leaving {
                idleness.look_at = None;
                core.out.push_back(Output::Abort { assoc });
                self.on_down(now, assoc);
                continue;
            }
            // A message does not move the deadline, which would cost a search each time: it is corrected here.
            let heard = match association.subscriptions.is_empty() {
                true => idleness.heard,
                false => now,
            };
            let idle_at = core.config.deadline(Timer::TcpIdle, heard);
            let is_idle = idle_at <= now;
            let look_at = match is_idle {
                true => now.saturating_add(LEAVE_TIME),
                false => idle_at,
            };
            idleness.leaving = is_idle;
            idleness.look_at = Some(look_at);
            core.idle.insert(look_at, assoc);
            if is_idle {
                core.out.push_back(Output::Shutdown { assoc });
                core.log(Log::Idle { assoc });
            }
        }
    }
}
