//! ASAP octets from an association: decoded, and what is unknown or wrong treated as RFC 5354 §3 and §4 say
//! (RFC 5352 §2.2.14). Reports go out as ASAP_ERROR.
//!
//! Nothing about an ASAP_ERROR is reported: two endpoints that do not understand each other's errors would
//! never stop.

use rsp_wire::asap::{self, MessageType};
use rsp_wire::reaction;

use super::{Assoc, Log, PoolUser};

impl PoolUser {
    /// The message, if it is one.
    pub(super) fn decode(&mut self, assoc: Assoc, octets: &[u8]) -> Option<asap::Message> {
        if octets.len() > self.config.max_message {
            self.log(Log::TooLarge {
                assoc,
                octets: octets.len(),
            });
            return None;
        }
        let is_error = octets.first() == Some(&MessageType::ERROR.0);
        match asap::Message::decode(octets) {
            Ok(decoded) => {
                let report = decoded.reports.operation_error().filter(|_| !is_error);
                if let Some(error) = report {
                    self.log(Log::ParametersReported {
                        assoc,
                        count: error.causes.len(),
                    });
                    self.send(assoc, asap::Error::new(error));
                }
                Some(decoded.message)
            }
            Err(error) => {
                let report = reaction::report(&error, octets).filter(|_| !is_error);
                self.log(Log::Malformed {
                    assoc,
                    error,
                    reported: report.is_some(),
                });
                if let Some(error) = report {
                    self.send(assoc, asap::Error::new(error));
                }
                None
            }
        }
    }

    /// Somebody reports an error; nothing can be done about it but to tell people.
    pub(super) fn on_error(&mut self, assoc: Assoc, message: &asap::Error) {
        let causes = message.operation_error.causes.iter();
        self.log(Log::ErrorReported {
            assoc,
            causes: causes.map(|cause| cause.code).collect(),
        });
    }
}
