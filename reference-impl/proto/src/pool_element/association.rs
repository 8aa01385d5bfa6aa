//! Associations: to registrars that the hunt found, from registrars, and from pool users.
//!
//! ```text
//!                  the hunt's: first one up          Down
//!   (dialled) ──────────────────────────────► up ──────────► (none): if it was the Home's, home.rs
//!                  called, place left          ▲ │ ▲
//!   (none) ────────────────────────────────────┘ │ │ Restart: a Home is registered at anew, a pool user
//!      └── stopping, or no place: Abort           └─┘          has to begin again
//! ```

use std::net::SocketAddr;
use std::time::Duration;

use super::{Assoc, Element, Event, Log, Output};
use crate::hunt::Server;

/// One association.
#[derive(Debug)]
pub(super) struct Association {
    /// The peer's transport addresses.
    pub(super) peer: Vec<SocketAddr>,
    /// True if this PE set it up.
    pub(super) is_dialled: bool,
    /// True if a registrar is at the other end: this PE dialled it, or it sent an ENDPOINT_KEEP_ALIVE.
    pub(super) is_registrar: bool,
    /// True if it came to an endpoint for pool users only, so that no registrar can be at the other end.
    pub(super) is_user: bool,
    /// True once communication with a pool user has begun.
    pub(super) began: bool,
    /// True while it is being shut down: nothing can be sent over it any more.
    pub(super) is_leaving: bool,
}

impl Association {
    /// Returns true if this registrar is at the other end.
    pub(super) fn is_with(&self, server: &Server) -> bool {
        let canonical = |addr: &SocketAddr| (addr.ip().to_canonical(), addr.port());
        let is_peer = |addr| self.peer.iter().any(|peer| canonical(peer) == addr);
        server.addrs.iter().map(canonical).any(is_peer)
    }
}

impl Element {
    pub(super) fn on_up(
        &mut self,
        now: Duration,
        assoc: Assoc,
        peer: Vec<SocketAddr>,
        is_user: bool,
    ) {
        let steps = self.hunt.on_up(now, assoc);
        let is_dialled = !steps.is_empty();
        let called = self.assocs.values().filter(|a| !a.is_dialled).count();
        if !is_dialled && (self.stopping || called >= self.config.max_associations) {
            self.out.push_back(Output::Abort { assoc });
            self.log(Log::Refused { assoc });
            return;
        }
        self.log(Log::Up {
            assoc,
            peer: peer.clone(),
        });
        let association = Association {
            peer,
            is_dialled,
            is_registrar: is_dialled,
            is_user,
            began: false,
            is_leaving: false,
        };
        self.assocs.insert(assoc, association);
        self.on_hunt(now, steps);
    }

    /// Takes note that the peer lost all its state: a Home may have forgotten the registration.
    pub(super) fn on_restart(&mut self, now: Duration, assoc: Assoc) {
        let Some(association) = self.assocs.get_mut(&assoc) else {
            return;
        };
        association.began = false;
        self.log(Log::Restarted { assoc });
        if self.home() == Some(assoc) {
            self.on_home_restarted(now);
        }
    }

    pub(super) fn on_down(&mut self, now: Duration, assoc: Assoc) {
        let steps = self.hunt.on_down(now, assoc);
        self.on_hunt(now, steps);
        let Some(association) = self.assocs.remove(&assoc) else {
            return;
        };
        self.log(Log::Down { assoc });
        if self.home() == Some(assoc) {
            self.on_home_down(now, association.is_leaving);
        }
        self.end_if_stopped();
    }

    /// Ends an association at once. No event follows.
    pub(super) fn abort(&mut self, assoc: Assoc) {
        if self.assocs.remove(&assoc).is_some() {
            self.out.push_back(Output::Abort { assoc });
        }
    }

    /// Ends an association gracefully.
    pub(super) fn leave(&mut self, assoc: Assoc) {
        let association = self.assocs.get_mut(&assoc);
        if let Some(association) = association.filter(|association| !association.is_leaving) {
            association.is_leaving = true;
            self.out.push_back(Output::Shutdown { assoc });
        }
    }

    /// Begins to de-register; [`shut_down`](Self::shut_down) follows.
    pub(super) fn on_stop(&mut self, now: Duration) {
        if self.stopping {
            return;
        }
        self.stopping = true;
        self.on_deregister(now);
    }

    /// Ends the associations if the owner has asked for it: the PE is not in the pool any more.
    pub(super) fn shut_down(&mut self) {
        if !self.stopping || self.stopped {
            return;
        }
        let steps = self.hunt.stop();
        self.abort_setups(steps);
        let assocs: Vec<Assoc> = self.assocs.keys().copied().collect();
        for assoc in assocs {
            self.leave(assoc);
        }
        self.end_if_stopped();
    }

    fn end_if_stopped(&mut self) {
        if self.stopping && !self.stopped && self.is_out() && self.assocs.is_empty() {
            self.stopped = true;
            self.emit(Event::Stopped);
        }
    }
}
