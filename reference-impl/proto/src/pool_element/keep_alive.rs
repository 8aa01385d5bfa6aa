//! Keep-alives (RFC 5352 §2.2.7, §2.2.8, §3.4): a registrar checks that this PE is alive, and may become its
//! Home.
//!
//! ```text
//!   KEEP_ALIVE ──► in the pool, handle matches (KA1)? ── no ──► discarded, silently
//!                    │ yes
//!                    ▼
//!                  ACK over the same association (KA2.1-KA2.3)
//!                    │
//!                    ├── from the Home's association: its identifier is known now
//!                    ├── H=0: nothing more
//!                    └── H=1: the sender is the Home (KA2.4), home.rs
//! ```
//!
//! Readings where the RFC is open:
//! - A registrar dials the registered ASAP Transport (§2.2.7, §3.4). So a KEEP_ALIVE at an endpoint for pool
//!   users only is out of place, as any host may send one there: the PE neither acknowledges nor follows it.
//! - KA1 has precedence over "an endpoint MUST respond to any KEEP_ALIVE" (§2.2.7).
//! - The handle is that of "its earlier REGISTRATION": the PE has none before it sends one and after a
//!   de-registration. So a registrar that still lists the PE notices that it is gone.
//! - H=1 from the Home itself over another association is no adoption, but makes that the association to the
//!   Home: it has lost the other one.

use std::time::Duration;

use rsp_wire::asap::{EndpointKeepAlive, EndpointKeepAliveAck};

use super::registration::Listing;
use super::{Assoc, Element, Event, Log};

impl Element {
    pub(super) fn on_keep_alive(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: EndpointKeepAlive,
    ) {
        if self.listing == Listing::No || message.pool_handle != self.config.pool {
            let handle = message.pool_handle;
            self.log(Log::NotOurPool { assoc, handle });
            return;
        }
        if let Some(association) = self.assocs.get_mut(&assoc) {
            association.is_registrar = true;
        }
        let ack = EndpointKeepAliveAck::new(message.pool_handle.clone(), self.id);
        self.send(assoc, ack);
        let id = message.server_id;
        match &mut self.home {
            Some(home) if home.assoc == assoc => {
                let old = home.id.replace(id);
                if old.is_some_and(|old| old != id) {
                    self.emit(Event::HomeChanged { home: id });
                }
            }
            Some(_) | None if message.wants_to_be_home() => self.adopt(now, assoc, id),
            Some(_) | None => {}
        }
    }
}
