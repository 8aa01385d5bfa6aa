//! The Home ENRP server: found by the hunt, left when it does not answer, lost with its association, changed by
//! a registrar that wants to be it (RFC 5352 §3.1, §3.2, §3.4 KA2.4, §3.6, §3.7).
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
//! - A Home that does not answer (T2, T3) loses its association at once: SCTP allows no second one to the
//!   same endpoint, and the registrar may be the only one there is.
//! - The loss of the association while registered is a failure to communicate with the Home (§3.6): a new
//!   Home is hunted for, and registered at, which is how it learns that it owns this PE.
//! - Two SCTP endpoints have one association, so where a registrar has called us, that is the one the hunt
//!   finds.
//! - A REGISTRATION_RESPONSE does not say who sent it. The Home's identifier is learned from its announcement
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
    /// Where it is.
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

    /// Sets up an association, unless there is one: the registrar may have called to ask whether we live.
    fn dial(&mut self, now: Duration, dial: Dial, to: Server) {
        // The associations of the pool users' endpoint are in nobody's way.
        let assocs = self.assocs.iter_mut();
        let mut assocs = assocs.filter(|(_, association)| !association.is_user);
        match assocs.find(|(_, association)| association.is_with(&to)) {
            Some((_, association)) if association.began => {
                // Announcements are not to be trusted: this is a pool user, and stays one.
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

    /// The steps of a hunt that is over.
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

    /// A message of the Home came, so it does more than accept associations.
    pub(super) fn on_home_heard(&mut self, assoc: Assoc) {
        if let Some(home) = self.home.as_ref().filter(|home| home.assoc == assoc) {
            self.hunt.answered(&home.server);
        }
    }

    /// The association to the Home is gone; what was under way over it is lost.
    pub(super) fn on_home_down(&mut self, now: Duration, was_leaving: bool) {
        let Some(home) = self.home.take() else {
            return;
        };
        if !was_leaving {
            self.log(Log::HomeLost { assoc: home.assoc });
        }
        match self.state {
            // The hunt begins only when there is none; without a Home these states have nothing to do.
            State::Out | State::Seeking { .. } | State::Rejected { .. } | State::Failed { .. } => {}
            State::Pending { .. } => self.seek(now, Old::Gone(home.server)),
            State::Registered { .. } => {
                self.tell(Event::HomeLost);
                self.attempts = 0;
                self.seek(now, Old::Gone(home.server));
            }
            State::Registering { .. } => self.on_registration_lost(now, home.server),
            State::Deregistering { .. } => self.on_deregistration_lost(now, home.server),
        }
    }

    /// The Home runs, but what it knew and what was under way may be lost.
    pub(super) fn on_home_restarted(&mut self, now: Duration) {
        match self.state {
            State::Out
            | State::Seeking { .. }
            | State::Pending { .. }
            | State::Rejected { .. }
            | State::Failed { .. } => {}
            State::Registered { .. } => self.register_soon(now),
            State::Registering { .. } => {
                // Not an attempt of its own: the association is what failed.
                self.attempts = self.attempts.saturating_sub(1);
                self.register_soon(now);
            }
            State::Deregistering { .. } => {
                self.attempts = self.attempts.saturating_sub(1);
                self.deregister(now);
            }
        }
    }

    /// The Home did not answer in time: its association ends, and who it was is told.
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

    /// KA2.4: a registrar wants to be the Home, or asks from elsewhere than before.
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
            self.tell(Event::HomeChanged { home: id });
        }
        if let Some(old) = old.filter(|old| old.assoc != assoc) {
            self.leave(old.assoc);
        }
        match self.state {
            // The new Home has the registration; a pending one goes to it when it is due.
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

    /// SH1: a former Home that takes its time to shut down must not be a fourth association.
    fn abort_left(&mut self) {
        let left = self.assocs.iter();
        let left = left.filter(|(_, association)| association.is_dialled && association.is_leaving);
        let left: Vec<Assoc> = left.map(|(&assoc, _)| assoc).collect();
        for assoc in left {
            self.abort(assoc);
        }
    }

    /// Does what is to be done next for what the owner wants, with the Home there is.
    pub(super) fn go_on(&mut self, now: Duration) {
        match (self.wanted, self.listing, &self.home) {
            (true, _, Some(_)) => self.register_soon(now),
            (true, _, None) => self.seek(now, Old::None),
            (false, Listing::No, _) => self.be_out(),
            (false, Listing::Asked | Listing::Accepted, Some(_)) => self.deregister(now),
            (false, Listing::Asked | Listing::Accepted, None) => self.seek(now, Old::None),
        }
    }

    /// Hunts for a Home. A de-registration waits for one no longer than it would for an answer.
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
