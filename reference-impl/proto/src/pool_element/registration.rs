//! Registration and re-registration (RFC 5352 §2.2.1, §2.2.3, §3.1), and the states of the pool element.
//!
//! ```text
//!         Register           Home               accepted
//!   Out ───────────► Seeking ─────► Registering ────────► Registered
//!                     ▲ ▲ ▲           │ │ │ ▲ ▲             │ │ │
//!                     │ │ └── T2, Down ─┘ │ │ └─ T4, change ─┘ │ │
//!                     │ └─────────────────┼─┼───── Down ───────┘ │ expired, Home restarted
//!        retry-failed │   > MAX-REG-ATTEMPT │                    ▼
//!                   Failed ◄──────────────┤ └─────────────── Pending: no sooner than update-interval
//!                                         ▼
//!                                      Rejected ── Register, a correction, retry-rejected ──► Registering
//!
//!   Deregister, anywhere ──► Deregistering, without a Home Seeking first ──► Out: deregistration.rs
//! ```
//!
//! Readings where the RFC is open:
//! - Each T2 and each loss of the association leads to a hunt (§3.1); the PE counts attempts across Homes until
//!   one answers. When more than MAX-REG-ATTEMPT got no answer, it reports the failure to the owner (§3.1), and
//!   after `retry_failed` it begins anew (§7.3: RETRAN-MAX is the longest time between attempts).
//! - A rejection ends the procedure until the owner has corrected the error; new values of the same policy
//!   correct nothing. The PE itself corrects only one error: a drawn PE identifier that belongs to another PE. A
//!   re-registration must keep the identifier; but by this error the registrar denies that it would be one, so
//!   the PE changes it even if the old one was accepted before.
//! - A rejected re-registration leaves the accepted registration as it was, so the PE still de-registers and
//!   acknowledges KEEP_ALIVEs.
//! - The Home field contains the Home's identifier if it is known, else 0.
//! - An unexpected answer (late, double, not from the Home) changes nothing.

use std::time::Duration;

use rsp_wire::asap::{MessageType, RegistrationResponse};
use rsp_wire::{CauseCode, PeIdentifier, Policy, RegistrationLife, ServerId, Transport};

use super::{Assoc, Config, Element, Event, Log, codes};
use crate::hunt::{Old, Server};

/// State of the pool element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Not in the pool, by the owner's wish.
    Out,
    /// Without a Home, hunting; to de-register, it gives up at this time.
    Seeking { until: Option<Duration> },
    /// With a Home; registers at this time.
    Pending { at: Duration },
    /// REGISTRATION sent, T2-registration runs; something has changed since.
    Registering { until: Duration, changed: bool },
    /// Accepted; T4-reregistration runs, or ends earlier to register a change.
    Registered {
        again_at: Duration,
        change_at: Option<Duration>,
    },
    /// Rejected; tries again at this time, if ever.
    Rejected { until: Option<Duration> },
    /// No registrar answered; tries again at this time, if ever.
    Failed { until: Option<Duration> },
    /// DEREGISTRATION sent, T3-deregistration runs.
    Deregistering { until: Duration },
}

/// Registration of this PE as registrars may have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    /// Not in the pool.
    No,
    /// A REGISTRATION was sent.
    Asked,
    /// A registration was accepted.
    Accepted,
}

impl State {
    pub(super) fn due(self) -> Option<Duration> {
        match self {
            Self::Out => None,
            Self::Seeking { until } | Self::Rejected { until } | Self::Failed { until } => until,
            Self::Pending { at } => Some(at),
            Self::Registering { until, .. } | Self::Deregistering { until } => Some(until),
            Self::Registered {
                again_at,
                change_at,
            } => Some(change_at.map_or(again_at, |at| at.min(again_at))),
        }
    }

    /// Returns the name of the state, for the transition table.
    #[cfg(test)]
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Out => "Out",
            Self::Seeking { .. } => "Seeking",
            Self::Pending { .. } => "Pending",
            Self::Registering { .. } => "Registering",
            Self::Registered { .. } => "Registered",
            Self::Rejected { .. } => "Rejected",
            Self::Failed { .. } => "Failed",
            Self::Deregistering { .. } => "Deregistering",
        }
    }
}

impl Element {
    /// Takes the owner's request to be in the pool.
    pub(super) fn on_register(&mut self, now: Duration) {
        if self.stopping {
            return;
        }
        let was_wanted = std::mem::replace(&mut self.wanted, true);
        match self.state {
            State::Out | State::Rejected { .. } | State::Failed { .. } => {
                self.attempts = 0;
                self.go_on(now);
            }
            State::Seeking { .. } => {
                if !was_wanted {
                    self.attempts = 0;
                }
                self.state = State::Seeking { until: None };
            }
            // A registration is under way or due; a de-registration that was sent is finished first.
            State::Pending { .. }
            | State::Registering { .. }
            | State::Registered { .. }
            | State::Deregistering { .. } => {}
        }
    }

    /// Takes new values of the policy. They correct no error for which a registrar rejected the PE.
    pub(super) fn on_policy(&mut self, now: Duration, policy: Policy) {
        let is_correction = policy.policy_type() != self.config.policy.policy_type();
        let config = Config {
            policy,
            ..self.config.clone()
        };
        self.set(now, config, is_correction);
    }

    pub(super) fn on_user_transport(&mut self, now: Duration, user_transport: Transport) {
        let config = Config {
            user_transport,
            ..self.config.clone()
        };
        self.set(now, config, true);
    }

    pub(super) fn on_life(&mut self, now: Duration, life: RegistrationLife) {
        let config = Config {
            life,
            ..self.config.clone()
        };
        self.set(now, config, true);
    }

    fn set(&mut self, now: Duration, config: Config, is_correction: bool) {
        if config == self.config {
            return;
        }
        if let Err(why) = config.check() {
            return self.log(Log::BadChange { why });
        }
        self.config = config;
        self.on_change(now, is_correction);
    }

    fn on_change(&mut self, now: Duration, is_correction: bool) {
        let at = self.not_too_soon(now);
        match &mut self.state {
            // The next registration carries it.
            State::Out
            | State::Seeking { .. }
            | State::Pending { .. }
            | State::Failed { .. }
            | State::Deregistering { .. } => return,
            State::Registering { changed, .. } => *changed = true,
            State::Registered { change_at, .. } => {
                change_at.get_or_insert(at);
            }
            State::Rejected { .. } if is_correction => {
                self.attempts = 0;
                self.go_on(now);
            }
            State::Rejected { .. } => return,
        }
        self.on_state_due(now);
    }

    /// Takes the expiry of T2, T3, T4 or a pause.
    pub(super) fn on_state_due(&mut self, now: Duration) {
        if self.state.due().is_none_or(|due| due > now) {
            return;
        }
        match self.state {
            State::Out => {}
            State::Seeking { .. } => self.on_deregistration_not_answered(now),
            State::Pending { .. } | State::Registered { .. } => self.register(now),
            State::Registering { .. } => {
                let attempt = self.attempts;
                self.log(Log::NoRegistrationResponse { attempt });
                let old = self.leave_home();
                self.try_again(now, old);
            }
            State::Rejected { .. } | State::Failed { .. } => {
                self.attempts = 0;
                self.go_on(now);
            }
            State::Deregistering { .. } => self.on_deregistration_not_answered(now),
        }
    }

    /// Takes note that the association was lost before the registrar answered (SEND.FAILURE, §3.7.1).
    pub(super) fn on_registration_lost(&mut self, now: Duration, server: Server) {
        self.try_again(now, Old::Gone(server));
    }

    fn try_again(&mut self, now: Duration, old: Old) {
        if self.attempts <= self.config.max_reg_attempt {
            self.seek(now, old);
            return;
        }
        let attempts = self.attempts;
        self.log(Log::Failed { attempts });
        self.emit(Event::Failed { attempts });
        let until = after(now, self.config.retry_failed);
        self.state = State::Failed { until };
    }

    /// Registers at the present Home, `update_interval` after the last registration at the earliest.
    pub(super) fn register_soon(&mut self, now: Duration) {
        let at = self.not_too_soon(now);
        if at > now {
            self.state = State::Pending { at };
        } else {
            self.register(now);
        }
    }

    fn not_too_soon(&self, now: Duration) -> Duration {
        let last = self.last_sent;
        let next = last.map(|last| last.saturating_add(self.config.update_interval));
        next.map_or(now, |next| next.max(now))
    }

    /// Sends a REGISTRATION (R1 to R4).
    fn register(&mut self, now: Duration) {
        let Some(home) = &self.home else {
            return self.seek(now, Old::None);
        };
        let assoc = home.assoc;
        let home = home.id.unwrap_or(ServerId::UNDETERMINED);
        let registration = self.config.registration(self.id, home);
        self.attempts = self.attempts.saturating_add(1);
        self.last_sent = Some(now);
        if self.listing == Listing::No {
            self.listing = Listing::Asked;
        }
        let until = now.saturating_add(self.config.t2_registration);
        let changed = false;
        self.state = State::Registering { until, changed };
        self.log(Log::Registering {
            handle: self.config.pool.clone(),
            pe: self.id,
            attempt: self.attempts,
        });
        self.send(assoc, registration);
    }

    pub(super) fn on_registration_response(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: RegistrationResponse,
    ) {
        let is_ours = self.home() == Some(assoc)
            && message.pool_handle == self.config.pool
            && message.pe_identifier == self.id;
        let State::Registering { changed, .. } = self.state else {
            return self.unexpected(assoc, MessageType::REGISTRATION_RESPONSE);
        };
        if !is_ours {
            return self.unexpected(assoc, MessageType::REGISTRATION_RESPONSE);
        }
        if message.is_rejected() {
            self.on_rejected(now, message);
        } else {
            self.on_accepted(now, changed, message);
        }
    }

    fn on_accepted(&mut self, now: Duration, changed: bool, message: RegistrationResponse) {
        let again = self.listing == Listing::Accepted;
        self.listing = Listing::Accepted;
        self.attempts = 0;
        let t4 = self.config.t4();
        self.state = State::Registered {
            again_at: now.saturating_add(t4),
            change_at: changed.then(|| self.not_too_soon(now)),
        };
        self.log(Log::Registered {
            handle: self.config.pool.clone(),
            pe: self.id,
            renewed_in: t4,
        });
        self.emit(Event::Registered {
            home: self.home_id(),
            again,
            warnings: message.operation_error.map_or_else(Vec::new, |e| e.causes),
        });
        self.on_state_due(now);
    }

    fn on_rejected(&mut self, now: Duration, message: RegistrationResponse) {
        let causes = codes(message.operation_error.as_ref());
        self.log(Log::Rejected {
            causes: causes.clone(),
        });
        let is_taken = causes.contains(&CauseCode::NON_UNIQUE_PE_IDENTIFIER);
        let may_retry = self.attempts <= self.config.max_reg_attempt;
        if is_taken && self.config.id.is_none() && may_retry {
            return self.rename(now);
        }
        // Only this one registration was sent, and it was not accepted.
        if self.listing == Listing::Asked && self.attempts <= 1 {
            self.listing = Listing::No;
        }
        let until = after(now, self.config.retry_rejected);
        self.state = State::Rejected { until };
        self.emit(Event::Rejected {
            causes: message.operation_error.map_or_else(Vec::new, |e| e.causes),
        });
    }

    /// Draws another identifier, as the present one belongs to another PE.
    fn rename(&mut self, now: Duration) {
        self.id = PeIdentifier(self.rng.u32(1..=u32::MAX));
        self.listing = Listing::No;
        self.emit(Event::Renamed { id: self.id });
        self.register(now);
    }

    pub(super) fn unexpected(&mut self, assoc: Assoc, message: MessageType) {
        self.log(Log::Unexpected { assoc, message });
    }
}

/// Returns the end of a pause; none for a pause of zero, which has no end.
fn after(now: Duration, pause: Duration) -> Option<Duration> {
    (!pause.is_zero()).then(|| now.saturating_add(pause))
}
