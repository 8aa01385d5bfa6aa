//! Reports about PEs that have another registrar as their Home (RFC 5352 §3.5: a report goes to any ENRP
//! server, and the one that gets it asks the PE).
//!
//! ```text
//!                report, association there: KEEP_ALIVE                 ACK
//!   (none) ─────────────────────────────────────────────► Asked ──────────────► Rested ── keep-alive-gap ──► (none)
//!     │ report, none there                                 ▲  │
//!     └─────────────────────► Calling ──── up: KEEP_ALIVE ─┘  │ keep-alive-timeout, association gone
//!                                └── not up ──────────────────┴──► copy removed, (none)
//! ```
//!
//! Readings where the RFCs are open:
//! - The removal of a copy is not announced: RFC 5353 §3.3.2 is about removals by the Home, and a DEL_PE would
//!   take the PE from a Home that does reach it. If the Home keeps the PE, the next checksum brings the copy
//!   back.
//! - Reports are not counted: the Home decides about a PE that answers.
//! - A PE without an ASAP Transport in its entry cannot be asked, and stays.
//!
//! At most `max-adoptions` PEs are asked at a time, and at most as many associations are being set up to PEs, for
//! this and for adoptions together. Beyond that, reports have no effect.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_handlespace::PeKey;
use rsp_wire::asap::EndpointKeepAlive;
use rsp_wire::{PeIdentifier, PoolHandle, ServerId};

use super::enrp::Enrp;
use super::{Assoc, Core, Departure, Limit, Log, Output, Timer};

type Name = (PoolHandle, PeIdentifier);

/// Reported PEs of other registrars.
#[derive(Debug, Default)]
pub(super) struct ForeignReports {
    by_name: BTreeMap<Name, Check>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    /// An association to it is being set up.
    Calling { until: Duration },
    /// KEEP_ALIVE sent, ACK expected until then.
    Asked { assoc: Assoc, until: Duration },
    /// It has answered, and gets no KEEP_ALIVE until then.
    Rested { until: Duration },
}

impl Check {
    fn until(self) -> Duration {
        match self {
            Self::Calling { until } | Self::Asked { until, .. } | Self::Rested { until } => until,
        }
    }

    fn assoc(self) -> Option<Assoc> {
        match self {
            Self::Asked { assoc, .. } => Some(assoc),
            Self::Calling { .. } | Self::Rested { .. } => None,
        }
    }
}

impl ForeignReports {
    pub(super) fn due(&self) -> Option<Duration> {
        self.by_name.values().map(|check| check.until()).min()
    }

    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Returns the name of the state, for the transition table.
    #[cfg(test)]
    pub(super) fn state_name(&self, handle: &PoolHandle, pe: PeIdentifier) -> &'static str {
        match self.by_name.get(&(handle.clone(), pe)) {
            None => "(none)",
            Some(Check::Calling { .. }) => "Calling",
            Some(Check::Asked { .. }) => "Asked",
            Some(Check::Rested { .. }) => "Rested",
        }
    }

    fn names(&self, which: impl Fn(&Name, Check) -> bool) -> Vec<Name> {
        let all = self.by_name.iter();
        let picked = all.filter(|&(name, &check)| which(name, check));
        picked.map(|(name, _)| name.clone()).collect()
    }
}

impl Enrp {
    /// Takes a report of a PE that `home` owns.
    pub(super) fn on_foreign_report(
        &mut self,
        core: &mut Core,
        now: Duration,
        key: PeKey,
        home: ServerId,
    ) {
        let (Some(handle), Some(element)) = (core.space.handle(key), core.space.element(key))
        else {
            return;
        };
        let name = (handle.clone(), element.identifier);
        core.log(Log::ReportedElsewhere {
            handle: name.0.clone(),
            pe: name.1,
            home,
        });
        match core.foreign_reports.by_name.get(&name) {
            Some(Check::Rested { .. }) => return core.counters.hit(Limit::KeepAliveGap),
            Some(Check::Calling { .. } | Check::Asked { .. }) => return,
            None => {}
        }
        if core.foreign_reports.len() >= core.config.enrp.max_adoptions {
            return core.counters.hit(Limit::Adoptions);
        }
        let transport = element.asap_transport.as_ref();
        let addrs: Vec<SocketAddr> = transport.map_or_else(Vec::new, super::enrp::transport_addrs);
        if addrs.is_empty() {
            return;
        }
        if let Some(assoc) = self.route_to_element(&addrs) {
            return core.ask_foreign(now, assoc, name);
        }
        if !self.may_dial_elements(core) {
            return core.counters.hit(Limit::Adoptions);
        }
        let until = core.config.deadline(Timer::KeepAliveTimeout, now);
        let calling = Check::Calling { until };
        core.foreign_reports.by_name.insert(name.clone(), calling);
        self.dial_element(core, now, &addrs, name);
    }
}

impl Core {
    fn ask_foreign(&mut self, now: Duration, assoc: Assoc, name: Name) {
        let until = self.config.deadline(Timer::KeepAliveTimeout, now);
        // The H flag should be clear (§3.5): the PE has a Home.
        self.send(
            assoc,
            EndpointKeepAlive::new(self.id, name.0.clone(), false),
        );
        let asked = Check::Asked { assoc, until };
        self.foreign_reports.by_name.insert(name, asked);
    }

    /// Asks a PE over an association that is up, if the PE waits for one.
    pub(super) fn on_foreign_reached(&mut self, now: Duration, assoc: Assoc, name: Name) {
        let Some(Check::Calling { .. }) = self.foreign_reports.by_name.get(&name) else {
            return;
        };
        if self.copy(&name).is_some() {
            self.ask_foreign(now, assoc, name);
        } else {
            self.foreign_reports.by_name.remove(&name);
        }
    }

    /// Removes the copy of a PE to which no association could be set up.
    pub(super) fn on_foreign_unreachable(&mut self, now: Duration, name: &Name) {
        if let Some(Check::Calling { .. }) = self.foreign_reports.by_name.get(name) {
            self.drop_copy(now, name, Departure::Gone);
        }
    }

    /// Takes an ACK. Returns false if no PE of that pool was asked over this association for a report.
    pub(super) fn on_foreign_ack(
        &mut self,
        now: Duration,
        assoc: Assoc,
        handle: &PoolHandle,
    ) -> bool {
        let asked = |name: &Name, check: Check| name.0 == *handle && check.assoc() == Some(assoc);
        let answered = self.foreign_reports.names(asked);
        if answered.is_empty() {
            return false;
        }
        let until = self.config.deadline(Timer::KeepAliveGap, now);
        for name in answered {
            let rested = Check::Rested { until };
            self.foreign_reports.by_name.insert(name, rested);
        }
        self.hang_up(assoc);
        true
    }

    pub(super) fn on_foreign_association_lost(&mut self, now: Duration, assoc: Assoc) {
        for name in self
            .foreign_reports
            .names(|_, check| check.assoc() == Some(assoc))
        {
            self.drop_copy(now, &name, Departure::Gone);
        }
    }

    pub(super) fn on_foreign_report_due(&mut self, now: Duration) {
        if self.foreign_reports.due().is_none_or(|at| at > now) {
            return;
        }
        for name in self.foreign_reports.names(|_, check| check.until() <= now) {
            match self.foreign_reports.by_name.get(&name) {
                Some(Check::Rested { .. }) => {
                    self.foreign_reports.by_name.remove(&name);
                }
                Some(&Check::Asked { assoc, .. }) => {
                    self.drop_copy(now, &name, Departure::Silent);
                    self.hang_up(assoc);
                }
                Some(Check::Calling { .. }) => self.drop_copy(now, &name, Departure::Gone),
                None => {}
            }
        }
    }

    /// Removes the copy of a PE whose KEEP_ALIVE failed.
    fn drop_copy(&mut self, now: Duration, name: &Name, how: Departure) {
        self.foreign_reports.by_name.remove(name);
        if let Some(key) = self.copy(name) {
            self.remove_copy(now, key, how);
        }
    }

    /// Returns the PE while another registrar owns it: it may have left, or registered here.
    fn copy(&self, name: &Name) -> Option<PeKey> {
        let key = self.space.find(name.0.as_octets(), name.1)?;
        (self.space.encoded(key)?.home() != self.id).then_some(key)
    }

    /// Ends an association that was set up to ask a PE, once neither PEs nor subscriptions depend on it.
    pub(super) fn hang_up(&mut self, assoc: Assoc) {
        let waits = self
            .foreign_reports
            .names(|_, check| check.assoc() == Some(assoc));
        let idle = self.assocs.get(&assoc).is_some_and(|association| {
            let hangs_on = !association.elements.is_empty();
            association.dialled && !hangs_on && association.subscriptions.is_empty()
        });
        if idle && waits.is_empty() {
            self.out.push_back(Output::Shutdown { assoc });
        }
    }
}
