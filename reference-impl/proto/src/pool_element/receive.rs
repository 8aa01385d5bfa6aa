//! Octets from an association: decoded, and what is unknown or wrong treated as RFC 5354 §3 and §4 say
//! (RFC 5352 §2.2.14). Reports go out as ASAP_ERROR, before any response to the same message.
//!
//! Nothing about an ASAP_ERROR is reported: two endpoints that do not understand each other's errors would
//! never stop.

use std::time::Duration;

use rsp_wire::asap::{self, MessageType};
use rsp_wire::reaction;

use super::tolerance::Named;
use super::{Assoc, Element, Log};

impl Element {
    pub(super) fn on_message(&mut self, now: Duration, assoc: Assoc, ppid: u32, octets: &[u8]) {
        if self.assocs.get(&assoc).is_none_or(|a| a.is_leaving) {
            return;
        }
        if !self.is_control(assoc, ppid) {
            self.log(Log::NotControl { assoc, ppid });
            return;
        }
        if octets.len() > self.config.max_message {
            let octets = octets.len();
            self.log(Log::TooLarge { assoc, octets });
            return;
        }
        let plain = match self.plain_keep_alive(assoc, octets) {
            Named::Ours(plain) => plain,
            Named::Others => return,
            Named::Nobody => octets.into(),
        };
        let octets = &plain;
        let is_error = octets.first() == Some(&MessageType::ERROR.0);
        match asap::Message::decode(octets) {
            Ok(decoded) => {
                let report = decoded.reports.operation_error().filter(|_| !is_error);
                if let Some(error) = report {
                    let count = error.causes.len();
                    self.log(Log::ParametersReported { assoc, count });
                    self.send(assoc, asap::Error::new(error));
                }
                self.on_home_heard(assoc);
                self.on_asap(now, assoc, decoded.message);
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
            }
        }
    }
}
