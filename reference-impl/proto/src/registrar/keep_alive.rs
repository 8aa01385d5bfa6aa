//! Watching owned PEs by ENDPOINT_KEEP_ALIVE (RFC 5352 §2.2.7, §2.2.8, §3.4, §3.5).
//!
//! ```text
//!             registration               interval ±50 % or a report: KEEP_ALIVE
//!   (none) ─────────────────► Alive ──────────────────────────────────────────► Asked
//!                              ▲ │ ▲                                             │ │
//!                 registration │ │ └────────────── ACK, registration ────────────┘ │
//!                              │ │ association gone                                │
//!                              │ ▼                                                 │
//!                             Alone ── keep-alive-timeout or a report ──► removed ◄┘
//!                                                  keep-alive-timeout or association gone
//! ```
//!
//! When the association restarts, messages sent over it may be lost: every PE of it, Asked or Alive, is asked again,
//! with one KEEP_ALIVE for each of its pools, eight at once and then one every `keep-alive-gap`.
//!
//! A PE that is adopted (RFC 5353 §3.5.2) begins in Asked, by a KEEP_ALIVE with H=1, or in Alone if there is no
//! association to it yet.
//!
//! Readings where the RFC is open:
//! - A KEEP_ALIVE fails when its association fails or no ACK comes within `keep-alive-timeout`: it is about the
//!   health of the ASAP layer (§3.4), which an acknowledgement of SCTP does not show.
//! - A PE whose association is gone has that time to come back; there is nowhere to send a KEEP_ALIVE to.
//! - KEEP_ALIVE names no PE, so one ACK is good for all PEs of that pool asked over that association, and
//!   those that are to be asked at one time get one KEEP_ALIVE.
//! - While an ACK is awaited no further KEEP_ALIVE goes out, however many reports come; and of those that
//!   reports provoke, after eight in a row, no more than one per `keep-alive-gap` (§9.1 threat 9, RFC 5355
//!   §2.14.3: limit them).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rsp_handlespace::PeKey;
use rsp_wire::asap::{EndpointKeepAlive, EndpointKeepAliveAck};

use super::rate::Bucket;
use super::{Assoc, Core, Departure, Limit, Log, Registrar, Timer};
use crate::timers::Deadlines;

/// KEEP_ALIVEs that reports, or a restart, may provoke in a row.
const PROVOKED_IN_A_ROW: u32 = 8;

/// The watches of all owned PEs, indexed by deadline and by the association over which an ACK is missing.
#[derive(Debug, Default)]
pub(super) struct Watches {
    by_key: BTreeMap<PeKey, Watch>,
    due: Deadlines<PeKey>,
    asked: BTreeSet<(Assoc, PeKey)>,
}

/// The watch of one PE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Watch {
    state: State,
    /// ENDPOINT_UNREACHABLE messages about this registration.
    reports: u32,
    /// KEEP_ALIVEs that reports provoked.
    provoked: Bucket,
    /// It has not yet acknowledged that this registrar is its Home.
    adopting: bool,
}

impl Watch {
    fn new(state: State) -> Self {
        Self {
            state,
            reports: 0,
            provoked: Bucket::default(),
            adopting: false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Taken for alive; asked next at this time, if any.
    Alive {
        assoc: Assoc,
        ask_at: Option<Duration>,
    },
    /// KEEP_ALIVE sent, ACK awaited until then.
    Asked { assoc: Assoc, until: Duration },
    /// Its association is gone; it may come back until then.
    Alone { until: Duration },
}

impl Watches {
    /// Returns the association that a PE registered over, while it is up.
    pub(super) fn assoc(&self, key: PeKey) -> Option<Assoc> {
        match self.by_key.get(&key)?.state {
            State::Alive { assoc, .. } | State::Asked { assoc, .. } => Some(assoc),
            State::Alone { .. } => None,
        }
    }

    /// Returns the number of watched PEs.
    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(super) fn due(&self) -> Option<Duration> {
        self.due.due()
    }

    /// Returns the name of the state, for the transition table.
    #[cfg(test)]
    pub(super) fn state_name(&self, key: Option<PeKey>) -> &'static str {
        match key
            .and_then(|key| self.by_key.get(&key))
            .map(|watch| watch.state)
        {
            Some(State::Alive { .. }) => "Alive",
            Some(State::Asked { .. }) => "Asked",
            Some(State::Alone { .. }) => "Alone",
            None => "(none)",
        }
    }

    /// Counts a report. Returns the number so far; none if the PE is not watched.
    pub(super) fn count_report(&mut self, key: PeKey) -> Option<u32> {
        let watch = self.by_key.get_mut(&key)?;
        watch.reports = watch.reports.saturating_add(1);
        Some(watch.reports)
    }

    /// Returns the PEs of one pool to be asked over one association at one time. The first is `key`.
    fn due_together(&self, at: Duration, key: PeKey, assoc: Assoc) -> Vec<PeKey> {
        let of_pool = self.due.at(at, key..=key.last_of_pool());
        let is_asked = |key: &PeKey| match self.by_key.get(key).map(|watch| watch.state) {
            Some(State::Alive { assoc: own, .. }) => own == assoc,
            Some(State::Asked { .. } | State::Alone { .. }) | None => false,
        };
        of_pool.copied().filter(is_asked).collect()
    }

    fn set(&mut self, key: PeKey, watch: Option<Watch>) -> Option<Watch> {
        let old = match watch {
            Some(watch) => self.by_key.insert(key, watch),
            None => self.by_key.remove(&key),
        };
        if let Some(old) = old {
            if let Some(at) = old.state.due() {
                self.due.remove(at, key);
            }
            if let State::Asked { assoc, .. } = old.state {
                self.asked.remove(&(assoc, key));
            }
        }
        if let Some(new) = watch {
            if let Some(at) = new.state.due() {
                self.due.insert(at, key);
            }
            if let State::Asked { assoc, .. } = new.state {
                self.asked.insert((assoc, key));
            }
        }
        old
    }
}

impl State {
    fn due(self) -> Option<Duration> {
        match self {
            Self::Alive { ask_at, .. } => ask_at,
            Self::Asked { until, .. } | Self::Alone { until } => Some(until),
        }
    }
}

impl Core {
    /// Starts watching a PE anew: it has just registered over `assoc`.
    pub(super) fn watch(&mut self, now: Duration, key: PeKey, assoc: Assoc) {
        let ask_at = self.ask_at(now);
        let state = State::Alive { assoc, ask_at };
        // Most PEs register again over the association that they are listed under already.
        if self.watches.assoc(key) != Some(assoc) {
            self.unwatch(key);
            self.tie(key, assoc);
        }
        self.watches.set(key, Some(Watch::new(state)));
    }

    /// Asks a PE over `assoc` to take this registrar as its Home (H flag, RFC 5352 §2.2.7), and watches it from
    /// now on.
    pub(super) fn adopt_over(&mut self, now: Duration, key: PeKey, assoc: Assoc) {
        self.unwatch(key);
        let until = self.config.deadline(Timer::KeepAliveTimeout, now);
        let watch = Watch {
            adopting: true,
            ..Watch::new(State::Asked { assoc, until })
        };
        self.watches.set(key, Some(watch));
        self.tie(key, assoc);
        if let Some(handle) = self.space.handle(key).cloned() {
            self.send(assoc, EndpointKeepAlive::new(self.id, handle, true));
        }
    }

    /// Gives a PE that cannot be asked the time to register by itself.
    pub(super) fn watch_alone(&mut self, now: Duration, key: PeKey) {
        self.unwatch(key);
        let until = self.config.deadline(Timer::KeepAliveTimeout, now);
        let state = State::Alone { until };
        self.watches.set(key, Some(Watch::new(state)));
    }

    pub(super) fn unwatch(&mut self, key: PeKey) {
        if let Some(assoc) = self.watches.assoc(key)
            && let Some(association) = self.assocs.get_mut(&assoc)
            && association.elements.remove(&key)
        {
            self.room.remove_elements(association.source(), 1);
        }
        self.watches.set(key, None);
    }

    /// Ties a PE to the association that it registered over.
    fn tie(&mut self, key: PeKey, assoc: Assoc) {
        if let Some(association) = self.assocs.get_mut(&assoc)
            && association.elements.insert(key)
        {
            self.room.add_element(association.source());
        }
    }

    /// Asks PEs of one pool over one association.
    fn ask_together(&mut self, now: Duration, assoc: Assoc, keys: &[PeKey]) {
        let until = self.config.deadline(Timer::KeepAliveTimeout, now);
        let mut adopting = false;
        for &key in keys {
            if let Some(&watch) = self.watches.by_key.get(&key) {
                adopting |= watch.adopting;
                let state = State::Asked { assoc, until };
                self.watches.set(key, Some(Watch { state, ..watch }));
            }
        }
        let handle = keys.first().and_then(|&key| self.space.handle(key));
        if let Some(handle) = handle.cloned() {
            self.send(assoc, EndpointKeepAlive::new(self.id, handle, adopting));
        }
    }

    pub(super) fn on_keep_alive_ack(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: &EndpointKeepAliveAck,
    ) {
        let found = self
            .space
            .find(message.pool_handle.as_octets(), message.pe_identifier);
        let Some(key) = found.filter(|&key| self.watches.assoc(key) == Some(assoc)) else {
            if !self.on_foreign_ack(now, assoc, &message.pool_handle) {
                self.log(Log::UnknownElement {
                    handle: message.pool_handle.clone(),
                    pe: message.pe_identifier,
                });
            }
            return;
        };
        let same_pool = (assoc, key.first_of_pool())..=(assoc, key.last_of_pool());
        let answered: Vec<PeKey> = self
            .watches
            .asked
            .range(same_pool)
            .map(|&(_, key)| key)
            .collect();
        for key in answered {
            let ask_at = self.ask_at(now);
            if let Some(&watch) = self.watches.by_key.get(&key) {
                let watch = Watch {
                    state: State::Alive { assoc, ask_at },
                    adopting: false,
                    ..watch
                };
                self.watches.set(key, Some(watch));
            }
        }
    }

    /// Returns the time of the next KEEP_ALIVE: the interval spread by ±50 %, so that many PEs are not asked at once
    /// (§3.5 MUST distribute).
    fn ask_at(&mut self, now: Duration) -> Option<Duration> {
        let interval = self.config.span(Timer::KeepAliveInterval);
        if interval.is_zero() {
            return None;
        }
        let spread = self.rng.u32(500..=1500);
        Some(now.saturating_add(interval.saturating_mul(spread) / 1000))
    }
}

impl Registrar {
    /// Sends a PE an ENDPOINT_KEEP_ALIVE, unless an ACK is missing already. A PE without an association is removed at
    /// once.
    pub(super) fn ask(&mut self, now: Duration, key: PeKey) {
        let Some(&watch) = self.core.watches.by_key.get(&key) else {
            return;
        };
        match watch.state {
            State::Alive { assoc, .. } => self.core.ask_together(now, assoc, &[key]),
            State::Asked { .. } => {}
            State::Alone { .. } => self.remove(now, key, Departure::Gone),
        }
    }

    /// Asks these PEs again, after their association restarted: the restart does not show whether they are still
    /// alive.
    pub(super) fn ask_again(&mut self, now: Duration, elements: &BTreeSet<PeKey>) {
        let gap = self.core.config.span(Timer::KeepAliveGap);
        let (mut pool, mut pools) = (None, 0);
        for &key in elements {
            if pool.replace(key.first_of_pool()) != Some(key.first_of_pool()) {
                pools += 1;
            }
            let turn = gap.saturating_mul(u32::saturating_sub(pools, PROVOKED_IN_A_ROW));
            let turn = now.saturating_add(turn);
            let Some(&watch) = self.core.watches.by_key.get(&key) else {
                continue;
            };
            let (assoc, ask_at) = match watch.state {
                State::Alive { assoc, ask_at } => (assoc, ask_at.map_or(turn, |at| at.min(turn))),
                State::Asked { assoc, .. } => (assoc, turn),
                State::Alone { .. } => continue,
            };
            let state = State::Alive {
                assoc,
                ask_at: Some(ask_at),
            };
            self.core.watches.set(key, Some(Watch { state, ..watch }));
        }
        self.on_watch_due(now);
    }

    /// Asks a PE because of a report, unless reports provoked that too often.
    pub(super) fn ask_provoked(&mut self, now: Duration, key: PeKey) {
        let gap = self.core.config.span(Timer::KeepAliveGap);
        let allowed = match self.core.watches.by_key.get_mut(&key) {
            Some(watch) => match watch.state {
                State::Alive { .. } => watch.provoked.take(now, gap, PROVOKED_IN_A_ROW.into()),
                State::Asked { .. } | State::Alone { .. } => true,
            },
            None => false,
        };
        match allowed {
            true => self.ask(now, key),
            false => self.core.counters.hit(Limit::KeepAliveGap),
        }
    }

    pub(super) fn on_watch_due(&mut self, now: Duration) {
        while let Some((at, &key)) = self.core.watches.due.first() {
            if at > now {
                return;
            }
            match self.core.watches.by_key.get(&key).map(|watch| watch.state) {
                Some(State::Alive { assoc, .. }) => {
                    let together = self.core.watches.due_together(at, key, assoc);
                    self.core.ask_together(now, assoc, &together);
                }
                Some(State::Asked { .. }) => self.remove(now, key, Departure::Silent),
                Some(State::Alone { .. }) => self.remove(now, key, Departure::Gone),
                None => {
                    self.core.watches.due.remove(at, key);
                }
            }
        }
    }

    /// Takes note that the PE's association went down. It is no longer among the associations.
    pub(super) fn on_watch_association_lost(&mut self, now: Duration, assoc: Assoc, key: PeKey) {
        let Some(&watch) = self.core.watches.by_key.get(&key) else {
            return;
        };
        match watch.state {
            State::Alive { assoc: own, .. } if own == assoc => {
                let until = self.core.config.deadline(Timer::KeepAliveTimeout, now);
                let state = State::Alone { until };
                self.core.watches.set(key, Some(Watch { state, ..watch }));
            }
            State::Asked { assoc: own, .. } if own == assoc => {
                self.remove(now, key, Departure::Gone);
            }
            State::Alive { .. } | State::Asked { .. } | State::Alone { .. } => {}
        }
    }
}
