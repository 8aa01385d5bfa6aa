//! The end of a registration life (RFC 5352 §2.2.4, §3.2): the PE is removed, and gets an unsolicited
//! DEREGISTRATION_RESPONSE.

use std::time::Duration;

use rsp_wire::asap::DeregistrationResponse;

use super::{Departure, Registrar};

impl Registrar {
    pub(super) fn on_expiry(&mut self, now: Duration) {
        while let Some(key) = self.core.space.expired(now) {
            let assoc = self.core.watches.assoc(key);
            let handle = self.core.space.handle(key).cloned();
            let pe = self
                .core
                .space
                .encoded(key)
                .map(|element| element.identifier());
            if let (Some(assoc), Some(handle), Some(pe)) = (assoc, handle, pe) {
                self.core
                    .send(assoc, DeregistrationResponse::new(handle, pe, None));
            }
            self.remove(now, key, Departure::Expired);
        }
    }
}
