//! Reports of unreachable PEs (RFC 5352 §2.2.9, §3.5).
//!
//! ```text
//!   ENDPOINT_UNREACHABLE ──► KEEP_ALIVE to the PE at once (keep_alive.rs, which limits them), count
//!                                 └──► more than MAX-BAD-PE-REPORT: removed
//! ```
//!
//! Every message counts, also several of one reporter; a (re-)registration starts the count anew. So do those about
//! a PE that was taken over and waits to be asked (enrp/adoption.rs), but it gets no KEEP_ALIVE for them. Reports
//! about PEs of another Home are in `foreign_report.rs`; those about PEs that are not here change nothing and are not answered: the message has no response.

use std::time::Duration;

use rsp_wire::asap::EndpointUnreachable;

use super::{Assoc, Departure, Log, Registrar};

impl Registrar {
    pub(super) fn on_unreachable(
        &mut self,
        now: Duration,
        _reporter: Assoc,
        message: &EndpointUnreachable,
    ) {
        let handle = message.pool_handle.clone();
        let pe = message.pe_identifier;
        let Some(key) = self.space.find(handle.as_octets(), pe) else {
            self.log(Log::UnknownElement { handle, pe });
            return;
        };
        let home = self.space.encoded(key).map(|element| element.home());
        if let Some(home) = home.filter(|&home| home != self.id) {
            return self.on_reported_elsewhere(now, key, home);
        }
        let count = self.watches.count_report(key);
        let Some(count) = count.or_else(|| self.count_deferred_report(&handle, pe)) else {
            self.log(Log::UnknownElement { handle, pe });
            return;
        };
        self.log(Log::Reported { handle, pe, count });
        self.ask_provoked(now, key);
        if count > self.config.max_bad_pe_report {
            self.remove(now, key, Departure::Reported);
        }
    }
}
