//! Reports of unreachable PEs (RFC 5352 §2.2.9, §3.5).
//!
//! ```text
//!   ENDPOINT_UNREACHABLE ──► KEEP_ALIVE to the PE at once (keep_alive.rs, which limits them), count
//!                                 └──► more than MAX-BAD-PE-REPORT: removed
//! ```
//!
//! Every message counts, also several of one reporter; a (re-)registration starts the count anew. Reports of a
//! deferred PE that was taken over (enrp/adoption.rs) count too, but provoke no KEEP_ALIVE. Reports of PEs of another
//! Home are in `foreign_report.rs`. Reports of unknown PEs change nothing and get no answer: the message has no
//! response.

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
        let Some(key) = self.core.space.find(handle.as_octets(), pe) else {
            self.core.log(Log::UnknownElement { handle, pe });
            return;
        };
        let home = self.core.space.encoded(key).map(|element| element.home());
        if let Some(home) = home.filter(|&home| home != self.core.id) {
            if let Some(enrp) = &mut self.enrp {
                enrp.on_foreign_report(&mut self.core, now, key, home);
            }
            return;
        }
        let count = self.core.watches.count_report(key);
        let enrp = self.enrp.as_mut();
        let deferred = || enrp?.count_deferred_report(&handle, pe);
        let Some(count) = count.or_else(deferred) else {
            self.core.log(Log::UnknownElement { handle, pe });
            return;
        };
        self.core.log(Log::Reported { handle, pe, count });
        self.ask_provoked(now, key);
        if count > self.core.config.max_bad_pe_report {
            self.remove(now, key, Departure::Reported);
        }
    }
}
