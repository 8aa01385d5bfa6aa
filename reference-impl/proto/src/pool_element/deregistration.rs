//! De-registration (RFC 5352 §2.2.2, §2.2.4, §3.2), and the end of a registration by the registrar.
//!
//! ```text
//!   any state ── Deregister ──► Deregistering ── response ──► Out ── the owner wants it again ──► (register)
//!                  │ (no Home)    │  ▲      └── response with an error: NotDeregistered, Out
//!                  ▼              │  │ Home
//!               Seeking ◄─────────┘──┘
//!                  │   T3, Down
//!                  └── T3; more than MAX-REG-ATTEMPT altogether: NotDeregistered, Out
//!
//!   Registered ── unsolicited response ──► Pending: registers again
//! ```
//!
//! Readings where the RFC is open:
//! - "Before receiving a REGISTRATION_RESPONSE" in §3.2 means the response to the de-registration.
//! - The RFC limits only the attempts to register. The same limit holds here: otherwise a PE could not stop while
//!   all registrars are down. The search for a Home counts as an attempt of T3-deregistration, too.
//! - An error in the response rejects the de-registration. The PE has nothing to correct, so it ends the
//!   procedure.
//! - The RFC does not define the reaction of a PE to the expiry of its registration. The owner still wants it in
//!   the pool, so it registers again.

use std::time::Duration;

use rsp_wire::asap::{Deregistration, DeregistrationResponse, MessageType};

use super::registration::{Listing, State};
use super::{Assoc, Element, Event, Log, codes};
use crate::hunt::{Old, Server};

impl Element {
    /// Takes the owner's request to leave the pool.
    pub(super) fn on_deregister(&mut self, now: Duration) {
        let was_wanted = std::mem::replace(&mut self.wanted, false);
        match self.state {
            State::Deregistering { .. } => {}
            // Seeking to de-register already.
            State::Seeking { .. } if !was_wanted => {}
            State::Out
            | State::Seeking { .. }
            | State::Pending { .. }
            | State::Registering { .. }
            | State::Registered { .. }
            | State::Rejected { .. }
            | State::Failed { .. } => {
                self.attempts = 0;
                self.go_on(now);
            }
        }
    }

    /// Sends a DEREGISTRATION (D1 to D4).
    pub(super) fn deregister(&mut self, now: Duration) {
        let Some(home) = &self.home else {
            return self.seek(now, Old::None);
        };
        let assoc = home.assoc;
        self.attempts = self.attempts.saturating_add(1);
        let until = now.saturating_add(self.config.t3_deregistration);
        self.state = State::Deregistering { until };
        let handle = self.config.pool.clone();
        let pe = self.id;
        self.log(Log::Deregistering {
            handle: handle.clone(),
            pe,
        });
        self.send(assoc, Deregistration::new(handle, pe));
    }

    /// Takes note that the association was lost before the registrar answered a de-registration.
    pub(super) fn on_deregistration_lost(&mut self, now: Duration, server: Server) {
        self.deregister_again(now, Old::Gone(server));
    }

    /// Takes the expiry of T3: the registrar did not answer, or there was none to ask.
    pub(super) fn on_deregistration_not_answered(&mut self, now: Duration) {
        if self.home.is_none() {
            self.attempts = self.attempts.saturating_add(1);
        }
        let attempt = self.attempts;
        self.log(Log::NoDeregistrationResponse { attempt });
        let old = self.leave_home();
        self.deregister_again(now, old);
    }

    fn deregister_again(&mut self, now: Duration, old: Old) {
        if self.wanted {
            // The owner wants it in the pool again.
            self.attempts = 0;
            self.seek(now, old);
        } else if self.attempts <= self.config.max_reg_attempt {
            self.seek(now, old);
        } else {
            self.listing = Listing::No;
            self.state = State::Out;
            self.emit(Event::NotDeregistered { causes: Vec::new() });
            self.settle();
        }
    }

    pub(super) fn on_deregistration_response(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: DeregistrationResponse,
    ) {
        let is_ours = self.home() == Some(assoc)
            && message.pool_handle == self.config.pool
            && message.pe_identifier == self.id;
        if !is_ours {
            return self.unexpected(assoc, MessageType::DEREGISTRATION_RESPONSE);
        }
        match self.state {
            State::Deregistering { .. } => self.on_deregistered(now, message),
            State::Registered { .. } => {
                self.on_expired();
                self.register_soon(now);
            }
            // A rejected registration is not repeated only because the old one has expired.
            State::Rejected { .. } if self.listing == Listing::Accepted => self.on_expired(),
            // A registration is under way or follows, or there is nothing to expire.
            State::Out
            | State::Seeking { .. }
            | State::Pending { .. }
            | State::Registering { .. }
            | State::Rejected { .. }
            | State::Failed { .. } => self.unexpected(assoc, MessageType::DEREGISTRATION_RESPONSE),
        }
    }

    fn on_expired(&mut self) {
        self.listing = Listing::No;
        self.log(Log::Expired);
        self.emit(Event::Expired);
    }

    fn on_deregistered(&mut self, now: Duration, message: DeregistrationResponse) {
        self.attempts = 0;
        self.listing = Listing::No;
        self.state = State::Out;
        match message.operation_error {
            None => {
                self.log(Log::Deregistered);
                self.emit(Event::Deregistered);
            }
            Some(error) => {
                self.log(Log::DeregistrationRejected {
                    causes: codes(Some(&error)),
                });
                let causes = error.causes;
                self.emit(Event::NotDeregistered { causes });
            }
        }
        if self.wanted {
            self.go_on(now);
        } else {
            self.settle();
        }
    }

    /// Ends the procedure: nothing is registered (any more).
    pub(super) fn be_out(&mut self) {
        self.state = State::Out;
        self.emit(Event::Deregistered);
        self.settle();
    }

    /// Stops the hunt, as there is no use for a Home; continues a stop.
    fn settle(&mut self) {
        let steps = self.hunt.stop();
        self.abort_setups(steps);
        self.shut_down();
    }

    /// Returns true if the PE is not in the pool and on its way neither in nor out.
    pub(super) fn is_out(&self) -> bool {
        self.state == State::Out
    }
}
