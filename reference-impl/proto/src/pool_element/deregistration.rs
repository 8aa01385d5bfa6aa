//! De-registration (RFC 5352 §2.2.2, §2.2.4, §3.2), and the end of a registration that the registrar tells.
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
//! - The RFC limits the attempts to register only. The same limit is good here, else a PE could not stop
//!   while all registrars are down. The search for a Home is an attempt of T3-deregistration, too.
//! - An error in the response means that the de-registration was rejected. Nothing the PE could correct would
//!   make a difference, so that is the end.
//! - The RFC does not say what a PE does when told that its registration has expired. It is still wanted in
//!   the pool, so it registers again.

use std::time::Duration;

use rsp_wire::asap::{Deregistration, DeregistrationResponse, MessageType};

use super::registration::{Listing, State};
use super::{Assoc, Element, Event, Log, codes};
use crate::hunt::{Old, Server};

impl Element {
    /// The owner wants it out of the pool.
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

    /// D1 to D4.
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

    /// The association went away under a de-registration.
    pub(super) fn on_deregistration_lost(&mut self, now: Duration, server: Server) {
        self.deregister_again(now, Old::Gone(server));
    }

    /// T3: no answer, or nobody to ask.
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
            // The owner has changed its mind meanwhile.
            self.attempts = 0;
            self.seek(now, old);
        } else if self.attempts <= self.config.max_reg_attempt {
            self.seek(now, old);
        } else {
            self.listing = Listing::No;
            self.state = State::Out;
            self.tell(Event::NotDeregistered { causes: Vec::new() });
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
            // What was rejected is not tried again only because the old registration has expired.
            State::Rejected { .. } if self.listing == Listing::Accepted => self.on_expired(),
            // A registration is under way or will be, or there is nothing to expire.
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
        self.tell(Event::Expired);
    }

    fn on_deregistered(&mut self, now: Duration, message: DeregistrationResponse) {
        self.attempts = 0;
        self.listing = Listing::No;
        self.state = State::Out;
        match message.operation_error {
            None => {
                self.log(Log::Deregistered);
                self.tell(Event::Deregistered);
            }
            Some(error) => {
                self.log(Log::DeregistrationRejected {
                    causes: codes(Some(&error)),
                });
                let causes = error.causes;
                self.tell(Event::NotDeregistered { causes });
            }
        }
        if self.wanted {
            self.go_on(now);
        } else {
            self.settle();
        }
    }

    /// There is nothing (any more) to de-register.
    pub(super) fn be_out(&mut self) {
        self.state = State::Out;
        self.tell(Event::Deregistered);
        self.settle();
    }

    /// Nothing is to be hunted for; a stop goes on.
    fn settle(&mut self) {
        let steps = self.hunt.stop();
        self.abort_setups(steps);
        self.shut_down();
    }

    /// Whether it neither is in the pool nor on its way in or out.
    pub(super) fn is_out(&self) -> bool {
        self.state == State::Out
    }
}
