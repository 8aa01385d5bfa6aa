//! Reports of other PEs that the owner could not reach (RFC 5352 §2.2.9, §3.5, §6.9.2).
//!
//! ```text
//!   Unreachable ──► Home there? ── no: dropped, for a report that is late is about another event
//!                     │ yes
//!                     ▼
//!                   this PE reported less than report-interval ago, or max-reports others were? ── yes: dropped
//!                     │ no
//!                     ▼
//!                   ENDPOINT_UNREACHABLE over the Home's association
//! ```
//!
//! The owner ensures that it has sent data to the PE before. One event is one report (§3.5), and the number of
//! reports is limited (§9.2, threat 8). A report has no answer, so it is never sent again.

use std::collections::BTreeMap;
use std::time::Duration;

use rsp_wire::asap::{EndpointUnreachable, MessageType};
use rsp_wire::{PeIdentifier, PoolHandle};

use super::{Element, Log};

/// PEs reported within the last `report_interval`, with the time of the report.
pub(super) type Reports = BTreeMap<(PoolHandle, PeIdentifier), Duration>;

impl Element {
    pub(super) fn on_unreachable(&mut self, now: Duration, handle: PoolHandle, pe: PeIdentifier) {
        const UNREACHABLE: MessageType = MessageType::ENDPOINT_UNREACHABLE;
        let Some(home) = self.home() else {
            return self.not_sent(UNREACHABLE, "there is no Home");
        };
        let interval = self.config.report_interval;
        self.reports
            .retain(|_, at| at.saturating_add(interval) > now);
        let key = (handle.clone(), pe);
        if self.reports.contains_key(&key) {
            return self.not_sent(UNREACHABLE, "it was reported just now");
        }
        if self.reports.len() >= self.config.max_reports {
            return self.not_sent(UNREACHABLE, "there were too many reports just now");
        }
        self.reports.insert(key, now);
        self.log(Log::Reported {
            handle: handle.clone(),
            pe,
        });
        self.send(home, EndpointUnreachable::new(handle, pe));
    }
}
