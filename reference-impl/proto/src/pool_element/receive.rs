//! Octets from an association: each ASAP message enters here. See [`crate::inbound`] for what is reported and logged.

use std::time::Duration;

use rsp_wire::asap;

use super::tolerance::Named;
use super::{Assoc, Element, Log};
use crate::inbound;

impl Element {
    pub(super) fn on_message(&mut self, now: Duration, assoc: Assoc, ppid: u32, octets: &[u8]) {
        if self.assocs.get(&assoc).is_none_or(|a| a.is_leaving) {
            return;
        }
        if !self.is_control(assoc, ppid) {
            self.log(Log::NotControl { assoc, ppid });
            return;
        }
        let plain = match self.plain_keep_alive(assoc, octets) {
            Named::Ours(plain) => plain,
            Named::Others => return,
            Named::None => octets.into(),
        };
        let received = inbound::receive(assoc, &plain, self.config.max_message);
        if let Some(log) = received.log {
            self.log(log);
        }
        if let Some(error) = received.report {
            self.send(assoc, asap::Error::new(error));
        }
        if let Some(message) = received.message {
            self.on_home_heard(assoc);
            self.on_asap(now, assoc, message);
        }
    }
}
