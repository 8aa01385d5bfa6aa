//! Octets from an association: each ASAP message enters here. See [`crate::inbound`] for what is reported and logged.

use rsp_wire::asap;

use super::{Assoc, PoolUser};
use crate::inbound;

impl PoolUser {
    /// Returns the message; none if it is dropped.
    pub(super) fn receive(&mut self, assoc: Assoc, octets: &[u8]) -> Option<asap::Message> {
        let received = inbound::receive(assoc, octets, self.config.max_message);
        if let Some(log) = received.log {
            self.log(log);
        }
        if let Some(error) = received.report {
            self.send(assoc, asap::Error::new(error));
        }
        received.message
    }
}
