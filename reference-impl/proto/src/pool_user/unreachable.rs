//! Reports of unreachable PEs (RFC 5352 §2.2.9, §3.5, §6.9.2).
//!
//! ```text
//!   association with a PE lost, aborted, or its set-up failed ──────────────┐
//!   owner: Fail, Unreachable ──► data was sent to the PE before? ── yes ────┤
//!                                       └── no: no report (MUST NOT)        ▼
//!          reported less than report-interval ago? ── no: ENDPOINT_UNREACHABLE to the home
//!                                 └── yes: the same event, no report
//! ```
//!
//! Without a home the report waits for one. A PE that ends its association gracefully was reachable, and one that
//! was never dialled is not known to be unreachable: neither is reported. A report is not sent again: it has no
//! answer, and the next failure causes the next report.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use rsp_wire::asap::EndpointUnreachable;
use rsp_wire::{PeIdentifier, PoolHandle};

use super::{Log, PoolUser};
use crate::timers::Timers;

type Key = (PoolHandle, PeIdentifier);

/// PEs that got data, and PEs that were reported.
#[derive(Debug)]
pub(super) struct Contacts {
    known: BTreeMap<Key, Contact>,
    /// PEs by last use: the first one makes room for others.
    ages: Timers<Key>,
    /// Reports that wait for a home.
    pending: VecDeque<Key>,
}

#[derive(Debug, Default)]
struct Contact {
    is_sent_to: bool,
    reported: Option<Duration>,
}

impl Contacts {
    pub(super) fn new() -> Self {
        Self {
            known: BTreeMap::new(),
            ages: Timers::default(),
            pending: VecDeque::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }

    fn entry(&mut self, now: Duration, key: Key, limit: usize) -> &mut Contact {
        if !self.known.contains_key(&key) {
            while self.known.len() >= limit.max(1) {
                match self.ages.take_due(Duration::MAX) {
                    Some(oldest) => self.known.remove(&oldest),
                    None => break,
                };
            }
        }
        self.ages.set(key.clone(), now);
        self.known.entry(key).or_default()
    }
}

impl PoolUser {
    /// Records that the owner, or a session of it, sends data to this PE.
    pub(super) fn on_contacted(&mut self, now: Duration, pool: PoolHandle, pe: PeIdentifier) {
        let limit = self.config.max_contacts;
        self.contacts.entry(now, (pool, pe), limit).is_sent_to = true;
    }

    /// Takes the owner's report that a PE is unreachable (Transport.Failure).
    pub(super) fn on_unreachable(&mut self, now: Duration, pool: PoolHandle, pe: PeIdentifier) {
        let limit = self.config.max_pool_elements;
        let until = now.saturating_add(self.config.avoidance);
        if let Some(entry) = self.pools.get_mut(&pool) {
            entry.avoid(pe, until, limit);
        }
        let known = self.contacts.known.get(&(pool.clone(), pe));
        if known.is_some_and(|contact| contact.is_sent_to) {
            self.report(now, pool, pe);
        } else {
            self.log(Log::NotReported { pool, pe });
        }
    }

    /// Makes an ENDPOINT_UNREACHABLE due, unless the last one was about the same event.
    pub(super) fn report(&mut self, now: Duration, pool: PoolHandle, pe: PeIdentifier) {
        let interval = self.config.report_interval;
        let limit = self.config.max_contacts;
        let contact = self.contacts.entry(now, (pool.clone(), pe), limit);
        // The next report of the owner counts only after further data.
        contact.is_sent_to = false;
        let is_new = contact
            .reported
            .is_none_or(|at| at.saturating_add(interval) <= now);
        if !is_new || self.stopping {
            self.log(Log::NotReported { pool, pe });
            return;
        }
        contact.reported = Some(now);
        if self.contacts.pending.len() >= self.config.max_reports.max(1) {
            self.contacts.pending.pop_front();
        }
        self.contacts.pending.push_back((pool, pe));
        self.send_reports(now);
    }

    /// Sends the reports that wait if there is a home; else hunts for one.
    pub(super) fn send_reports(&mut self, now: Duration) {
        if !self.contacts.is_pending() {
            return;
        }
        let Some(home) = self.home_assoc() else {
            self.hunt(now);
            return;
        };
        for (pool, pe) in std::mem::take(&mut self.contacts.pending) {
            self.send(home, EndpointUnreachable::new(pool.clone(), pe));
            self.log(Log::Reported { pool, pe });
        }
    }
}
