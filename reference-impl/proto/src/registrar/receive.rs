//! Octets from an association: decoded, and what is unknown or wrong treated as RFC 5354 §3 and §4 say
//! (RFC 5352 §2.2.14). Reports go out as ASAP_ERROR, before any response to the same message.
//!
//! Nothing about an ASAP_ERROR is reported: two endpoints that do not understand each other's errors would
//! never stop.

use std::time::Duration;

use rsp_wire::asap::{self, MessageType, Question};
use rsp_wire::reaction;

use super::association::Kind;
use super::rate::Admission;
use super::{Assoc, Core, Limit, Log, Output, Registrar};

impl Registrar {
    pub(super) fn on_message(&mut self, now: Duration, assoc: Assoc, octets: &[u8]) {
        let Some(association) = self.core.assocs.get_mut(&assoc) else {
            return;
        };
        let kind = association.kind;
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
        if octets.len() > self.core.config.max_message {
            self.core.log(Log::TooLarge {
                assoc,
                octets: octets.len(),
            });
            return;
        }
        if kind == Kind::Enrp {
            if let Some(enrp) = &mut self.enrp {
                enrp.on_octets(&mut self.core, now, assoc, octets);
            }
            return;
        }
        // Most messages are plain questions: those are read without a copy.
        if let Some(question) = Question::read(octets) {
            return self.core.on_question(assoc, question);
        }
        let is_error = octets.first() == Some(&MessageType::ERROR.0);
        match asap::Message::decode(octets) {
            Ok(decoded) => {
                let report = decoded.reports.operation_error().filter(|_| !is_error);
                if let Some(error) = report {
                    self.core.log(Log::ParametersReported {
                        assoc,
                        count: error.causes.len(),
                    });
                    self.core.send(assoc, asap::Error::new(error));
                }
                self.on_asap(now, assoc, decoded.message);
            }
            Err(error) => {
                let report = reaction::report(&error, octets).filter(|_| !is_error);
                self.core.log(Log::Malformed {
                    assoc,
                    error,
                    reported: report.is_some(),
                });
                if let Some(error) = report {
                    self.core.send(assoc, asap::Error::new(error));
                }
            }
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
    /// One message too much, which is not read. A flood is told once, or the log would be flooded too.
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
