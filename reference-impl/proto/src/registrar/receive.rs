//! Octets from an association: every message to the registrar enters here.
//!
//! ```text
//!   octets ──► rates (rate.rs) ──► counted ─┬─ of a peer ───────► enrp
//!                  │                        ├─ plain question ──► resolution
//!                  ▼                        └─ else ► decoded ──► procedure
//!          dropped, or association aborted
//! ```
//!
//! See [`crate::inbound`] for what is reported and logged.

use std::time::Duration;

use rsp_wire::asap::{self, Question};

use super::association::Kind;
use super::rate::Admission;
use super::{Assoc, Core, Limit, Log, Output, Registrar};
use crate::inbound;

impl Registrar {
    pub(super) fn on_message(&mut self, now: Duration, assoc: Assoc, octets: &[u8]) {
        let Some(association) = self.core.assocs.get_mut(&assoc) else {
            return;
        };
        let kind = association.kind;
        association.idleness.heard = now;
        let message_type = octets.first().copied().unwrap_or_default();
        let admission = association
            .rates
            .admit(now, kind, message_type, &self.core.config);
        match kind {
            Kind::Sctp | Kind::Tcp => self.core.counters.asap_in.count(octets),
            Kind::Enrp => self.core.counters.enrp_in.count(octets),
        }
        match admission {
            Admission::Taken => {}
            Admission::Dropped { limit, first } => return self.core.on_flood(assoc, limit, first),
            Admission::Aborted { limit } => return self.on_flood_without_end(now, assoc, limit),
        }
        if kind == Kind::Enrp {
            if let Some(enrp) = &mut self.enrp {
                enrp.on_octets(&mut self.core, now, assoc, octets);
            }
            return;
        }
        let max = self.core.config.max_message;
        // Most messages are plain questions: those are read without a copy.
        if octets.len() <= max
            && let Some(question) = Question::read(octets)
        {
            return self.core.on_question(assoc, question);
        }
        let received = inbound::receive(assoc, octets, max);
        if let Some(log) = received.log {
            self.core.log(log);
        }
        if let Some(error) = received.report {
            self.core.send(assoc, asap::Error::new(error));
        }
        if let Some(message) = received.message {
            self.on_asap(now, assoc, message, octets.len());
        }
    }

    fn on_flood_without_end(&mut self, now: Duration, assoc: Assoc, limit: Limit) {
        self.core.counters.hit(limit);
        self.core.log(Log::Flooded {
            assoc,
            limit,
            aborted: true,
        });
        self.core.out.push_back(Output::Abort { assoc });
        self.on_down(now, assoc);
    }
}

impl Core {
    /// Drops a message above a rate. Only the first one is logged, or the log would be flooded too.
    fn on_flood(&mut self, assoc: Assoc, limit: Limit, first: bool) {
        self.counters.hit(limit);
        if first {
            self.log(Log::Flooded {
                assoc,
                limit,
                aborted: false,
            });
        }
    }
}
