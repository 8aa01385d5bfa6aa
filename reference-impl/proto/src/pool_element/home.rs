//! The Home ENRP server: found by the hunt, left when it does not answer, lost with its association, replaced by
//! a registrar that asks to be the Home (RFC 5352 §3.1, §3.2, §3.4 KA2.4, §3.6, §3.7).
//!
//! ```text
//!            hunt: Found                      H=1 from another registrar: the old one is left
//!   (none) ─────────────► Home ◄─────────────────┐
//!      ▲                  │ │ └──────────────────┘
//!      │                  │ └── Restart: register or de-register anew over the same association
//!      └── Down, T2, T3 ──┘     (T2 and T3 abort the association; then the hunt, if there is something to do)
//! ```
//!
//! Readings where the RFC is open:
//! - A Home that does not answer (T2, T3) loses its association at once: SCTP allows no second one to the same
//!   endpoint, and there may be no other registrar.
//! - The loss of the association while registered is a failure to communicate with the Home (§3.6). The PE hunts
//!   for a new Home and registers there; this is how the new Home learns that it owns this PE.
//! - Two SCTP endpoints have one association. If a registrar has set one up, the hunt uses that one.
//! - A REGISTRATION_RESPONSE does not name its sender. The PE learns the Home's identifier from its announcement
//!   or its first KEEP_ALIVE.

use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::ServerId;

use super::registration::{Listing, State};
use super::{Assoc, Dial, Element, Event, Log, Output};
use crate::hunt::{Old, Server, Step};
use crate::log::Inbound;

/// The Home ENRP server.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) assoc: Assoc,
    /// Its identifier, if known.
    pub(super) id: Option<ServerId>,
    /// Its location.
    pub(super) server: Server,
}

impl Element {
    pub(super) fn on_dialled(&mut self, now: Duration, dial: Dial, assoc: Option<Assoc>) {
        let steps = self.hunt.on_dialled(now, dial, assoc);
        self.on_hunt(now, steps);
    }

    pub(super) fn on_datagram(&mut self, now: Duration, from: SocketAddr, octets: &[u8]) {
        match self.hunt.on_datagram(now, from, octets) {
            Some(steps) => self.on_hunt(now, steps),
            None => self.log(Inbound::BadDatagram { from }),
        }
    }

    pub(super) fn on_hunt(&mut self, now: Duration, steps: Vec<Step>) {
        for step in steps {
            match step {
                // One of the steps before may have ended the hunt.
                Step::Connect { .. } if !self.hunt.is_hunting() => {}
                Step::Connect { dial, to } => self.dial(now, dial, to),
                Step::Abort { assoc } => self.out.push_back(Output::Abort { assoc }),
                Step::Found { assoc, server, id } => self.on_found(now, assoc, server, id),
            }
        }
    }

    /// Sets up an association, unless there is one: the registrar may have set one up for a KEEP_ALIVE.
    fn dial(&mut self, now: Duration, dial: Dial, to: Server) {
        // Associations at the pool users' endpoint do not conflict with this one.
        let assocs = self.assocs.iter_mut();
        let mut assocs = assocs.filter(|(_, association)| !association.is_user);
        match assocs.find(|(_, association)| association.is_with(&to)) {
            Some((_, association)) if association.began => {
                // A pool user is at this address and stays one: announcements are not authenticated.
                let steps = self.hunt.on_dialled(now, dial, None);
                return self.on_hunt(now, steps);
            }
            Some((&assoc, association)) if !association.is_leaving => {
                association.is_registrar = true;
                let mut steps = self.hunt.on_dialled(now, dial, Some(assoc));
                steps.extend(self.hunt.on_up(now, assoc));
                return self.on_hunt(now, steps);
            }
            Some((&assoc, _)) => self.abort(assoc),
            None => {}
        }
        let to = to.addrs;
        self.log(Log::Dialling { to: to.clone() });
        self.out.push_back(Output::Connect { dial, to });
    }

    /// Takes the steps of a hunt that is over.
    pub(super) fn abort_setups(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Abort { assoc } => self.out.push_back(Output::Abort { assoc }),
                Step::Connect { .. } | Step::Found { .. } => {
                    unreachable!("a hunt that is stopped neither dials nor finds")
                }
            }
        }
    }

    fn on_found(&mut self, now: Duration, assoc: Assoc, server: Server, id: Option<ServerId>) {
        self.log(Log::Found {
            assoc,
            at: server.addrs.clone(),
            id,
        });
        self.home = Some(Home { assoc, id, server });
        self.go_on(now);
    }

    /// Takes note of a message of the Home: it does more than accept associations.
    pub(super) fn on_home_heard(&mut self, assoc: Assoc) {
        if let Some(home) = self.home.as_ref().filter(|home| home.assoc == assoc) {
            self.hunt.answered(&home.server);
        }
    }

    /// Takes note that the association to the Home is gone; what was under way over it is lost.
    pub(super) fn on_home_down(&mut self, now: Duration, was_leaving: bool) {
        let Some(home) = self.home.take() else {
            return;
        };
        if !was_leaving {
            self.log(Log::HomeLost { assoc: home.assoc });
        }
        match self.state {
            // The hunt begins only without a Home; in these states there is nothing to do.
            State::Out | State::Seeking { .. } | State::Rejected { .. } | State::Failed { .. } => {}
            State::Pending { .. } => self.seek(now, Old::Gone(home.server)),
            State::Registered { .. } => {
                self.emit(Event::HomeLost);
                self.attempts = 0;
                self.seek(now, Old::Gone(home.server));
            }
            State::Registering { .. } => self.on_registration_lost(now, home.server),
            State::Deregistering { .. } => self.on_deregistration_lost(now, home.server),
        }
    }

    /// Takes note that the Home restarted: it may have lost its state, and messages under way are lost.
    pub(super) fn on_home_restarted(&mut self, now: Duration) {
        match self.state {
            State::Out
            | State::Seeking { .. }
            | State::Pending { .. }
            | State::Rejected { .. }
            | State::Failed { .. } => {}
            State::Registered { .. } => self.register_soon(now),
            State::Registering { .. } => {
                // No attempt of its own: the association failed, not the request.
                self.attempts = self.attempts.saturating_sub(1);
                self.register_soon(now);
            }
            State::Deregistering { .. } => {
                self.attempts = self.attempts.saturating_sub(1);
                self.deregister(now);
            }
        }
    }

    /// Ends the association of a Home that did not answer in time, and returns its server for the hunt.
    pub(super) fn leave_home(&mut self) -> Old {
        match self.home.take() {
            None => Old::None,
            Some(home) => {
                self.log(Log::HomeLost { assoc: home.assoc });
                self.abort(home.assoc);
                Old::Gone(home.server)
            }
        }
    }

    /// Makes a registrar the Home that asks for it, or moves the Home to another association (KA2.4).
    pub(super) fn adopt(&mut self, now: Duration, assoc: Assoc, id: ServerId) {
        let Some(association) = self.assocs.get(&assoc) else {
            return;
        };
        let server = Server::sctp(association.peer.clone());
        if !association.is_dialled {
            self.hunt.on_caller(&server);
        }
        let home = Home {
            assoc,
            id: Some(id),
            server,
        };
        let steps = self.hunt.stop();
        self.abort_setups(steps);
        self.log(Log::Adopted { assoc, id });
        let old = self.home.replace(home);
        if old.as_ref().and_then(|old| old.id) != Some(id) {
            self.emit(Event::HomeChanged { home: id });
        }
        if let Some(old) = old.filter(|old| old.assoc != assoc) {
            self.leave(old.assoc);
        }
        match self.state {
            // The new Home has the registration; a pending one is sent to it when due.
            State::Out
            | State::Pending { .. }
            | State::Registered { .. }
            | State::Rejected { .. } => {}
            State::Seeking { .. } | State::Failed { .. } => self.go_on(now),
            State::Registering { .. } => {
                self.attempts = 0;
                self.register_soon(now);
            }
            State::Deregistering { .. } => {
                self.attempts = 0;
                self.deregister(now);
            }
        }
    }

    /// Aborts a former Home that is still shutting down: it must not be a fourth association (SH1).
    fn abort_left(&mut self) {
        let left = self.assocs.iter();
        let left = left.filter(|(_, association)| association.is_dialled && association.is_leaving);
        let left: Vec<Assoc> = left.map(|(&assoc, _)| assoc).collect();
        for assoc in left {
            self.abort(assoc);
        }
    }

    /// Takes the next step towards the owner's request, with the present Home.
    pub(super) fn go_on(&mut self, now: Duration) {
        match (self.wanted, self.listing, &self.home) {
            (true, _, Some(_)) => self.register_soon(now),
            (true, _, None) => self.seek(now, Old::None),
            (false, Listing::No, _) => self.be_out(),
            (false, Listing::Asked | Listing::Accepted, Some(_)) => self.deregister(now),
            (false, Listing::Asked | Listing::Accepted, None) => self.seek(now, Old::None),
        }
    }

    /// Hunts for a Home. A de-registration waits for one at most as long as for an answer.
    pub(super) fn seek(&mut self, now: Duration, old: Old) {
        let until = now.saturating_add(self.config.t3_deregistration);
        let until = (!self.wanted).then_some(until);
        self.state = State::Seeking { until };
        self.abort_left();
        if !self.hunt.is_hunting() {
            let known = self.hunt.servers(now).count();
            self.log(Log::Hunting { known });
        }
        let steps = self.hunt.start(now, old);
        self.on_hunt(now, steps);
    }
}
