//! Handle resolution (RFC 5352 §2.2.5, §2.2.6, §3.3, §3.7).
//!
//! ```text
//!            ask: HANDLE_RESOLUTION, T1
//!   (none) ─────────────────────────────► Asked ── HANDLE_RESOLUTION_RESPONSE ──► (none), all are answered
//!      │                                  ▲ │ ▲ │
//!      │ ask, no home: hunt, T1  new home:│ │ │ │ T1, repeated less than MAX-REQUEST-RETRANSMIT times:
//!      ▼              again to it, T1 once│ │ └─┘ again, and hunt for another home beside
//!     Held ─────────────────────────────► ┘ └── T1 once more ──► (none), all get Error.Report
//! ```
//!
//! There is one question about a pool at a time, for any number of requests that wait for its answer.
//!
//! Readings where the RFC is open:
//! - T1-ENRPrequest runs without a home too, so that every question ends.
//! - A question that was lost with its association is never sent there again (§3.7.1): it goes to the new home,
//!   which may be the same server if there is no other. T1 starts anew with it, once in each of the 1 +
//!   MAX-REQUEST-RETRANSMIT attempts, so the answer or the failure comes after twice as many T1 at the latest.
//! - §3.7.2: when T1 ends, the question goes to the same server again, and the hunt for another one starts, which
//!   gets the question when it is found. The first registrar that answers is the home.

use std::time::Duration;

use rsp_wire::asap::{HandleResolution, HandleResolutionResponse};
use rsp_wire::{PolicyType, PoolHandle};

use super::pool::Pool;
use super::question::{MAX_HANDLE, Question};
use super::{Assoc, Event, Failure, Log, PoolUser, Request, Resolution, Timer};

impl PoolUser {
    pub(super) fn on_resolve(&mut self, now: Duration, request: Request, pool: PoolHandle) {
        if let Err(why) = self.admit(request, &pool) {
            return self.emit(Event::NotResolved { request, why });
        }
        let Some(entry) = self.pools.entry(&pool, self.config.max_pools) else {
            let why = Failure::TooMany;
            return self.emit(Event::NotResolved { request, why });
        };
        if entry.is_fresh(now) {
            return self.answer(now, request, &pool, true);
        }
        entry.waiting.push(request);
        self.requests.insert(request, pool.clone());
        self.ask(now, &pool);
    }

    /// Checks that the owner may have another request.
    ///
    /// # Errors
    /// If it may not.
    pub(super) fn admit(&self, request: Request, pool: &PoolHandle) -> Result<(), Failure> {
        assert!(
            !self.requests.contains_key(&request),
            "the number of a request is not used again"
        );
        if self.stopping {
            Err(Failure::Stopping)
        } else if pool.as_octets().len() > MAX_HANDLE {
            Err(Failure::HandleTooLong)
        } else if self.requests.len() >= self.config.max_requests {
            Err(Failure::TooMany)
        } else {
            Ok(())
        }
    }

    /// Refreshes the cache entry of a pool: CachePopulateRequest (RFC 5352 §6.3), also for rule BC1 of §3.9.
    pub(super) fn populate(&mut self, now: Duration, pool: &PoolHandle) {
        // Without a cache, only the lists of watched pools are refreshed.
        let is_watched = |entry: &Pool| !entry.watches.is_empty();
        let is_wanted = !self.config.stale_cache_value.is_zero()
            || self.pools.get(pool).is_some_and(is_watched);
        let is_askable = pool.as_octets().len() <= MAX_HANDLE && !self.stopping;
        if is_wanted && is_askable && self.pools.entry(pool, self.config.max_pools).is_some() {
            self.ask(now, pool);
        }
    }

    /// Removes the list of a pool: CachePurgeRequest (RFC 5352 §6.4).
    pub(super) fn on_purge(&mut self, pool: &PoolHandle) {
        if let Some(entry) = self.pools.get_mut(pool) {
            entry.fresh_until = None;
            self.pools.tidy(pool);
        }
    }

    /// Asks the home for a pool (NR1 to NR4), unless the question is under way. The pool has an entry.
    pub(super) fn ask(&mut self, now: Duration, pool: &PoolHandle) {
        let Some(entry) = self.pools.get_mut(pool) else {
            return;
        };
        if entry.question.is_some() {
            return;
        }
        let attempts = self.config.max_request_retransmit.saturating_add(1);
        let t1 = self.config.t1_enrp_request;
        entry.question = Some(Question {
            attempt: 1,
            is_moved: false,
            sent: None,
            is_asked: false,
            wants_updates: !entry.watches.is_empty(),
            end: now.saturating_add(t1.saturating_mul(attempts).saturating_mul(2)),
        });
        self.start_t1(now, pool);
        match self.home_assoc() {
            Some(home) => self.send_question(pool, home),
            None => self.hunt(now),
        }
    }

    fn start_t1(&mut self, now: Duration, pool: &PoolHandle) {
        let until = now.saturating_add(self.config.t1_enrp_request);
        self.timers.set(Timer::Question(pool.clone()), until);
    }

    fn send_question(&mut self, pool: &PoolHandle, home: Assoc) {
        let Some(entry) = self.pools.get_mut(pool) else {
            return;
        };
        let Some(question) = &mut entry.question else {
            return;
        };
        question.sent = Some(home);
        question.is_asked = true;
        let (attempt, wants_updates) = (question.attempt, question.wants_updates);
        self.send(home, HandleResolution::new(pool.clone(), wants_updates));
        self.log(Log::Asked {
            pool: pool.clone(),
            attempt,
        });
    }

    /// Takes the expiry of T1-ENRPrequest (§3.7.2).
    pub(super) fn on_t1(&mut self, now: Duration, pool: &PoolHandle) {
        let limit = self.config.max_request_retransmit;
        let Some(entry) = self.pools.get_mut(pool) else {
            return;
        };
        let Some(question) = &mut entry.question else {
            return;
        };
        let is_asked = question.is_asked;
        if question.attempt > limit || question.end <= now {
            let why = if is_asked {
                Failure::TimedOut
            } else {
                Failure::NoRegistrar
            };
            self.log(Log::NoAnswer { pool: pool.clone() });
            return self.on_no_answer(now, pool, &why);
        }
        question.attempt += 1;
        question.is_moved = false;
        self.log(Log::NoAnswer { pool: pool.clone() });
        self.start_t1(now, pool);
        if let Some(home) = self.home_assoc() {
            self.send_question(pool, home);
        }
        self.hunt(now);
    }

    /// Holds the questions that the home did not answer for the next home.
    pub(super) fn on_home_lost_questions(&mut self) {
        for (_, entry) in self.pools.iter_mut() {
            if let Some(question) = &mut entry.question {
                question.sent = None;
            }
        }
    }

    /// Sends all questions to a new home.
    pub(super) fn on_home_for_questions(&mut self, now: Duration, home: Assoc) {
        let open = self.pools.iter().filter(|(_, p)| p.question.is_some());
        let open: Vec<PoolHandle> = open.map(|(handle, _)| handle.clone()).collect();
        for pool in open {
            let entry = self.pools.get_mut(&pool);
            let question = entry.and_then(|entry| entry.question.as_mut());
            if question.is_some_and(|question| !std::mem::replace(&mut question.is_moved, true)) {
                self.start_t1(now, &pool);
            }
            self.send_question(&pool, home);
        }
    }

    pub(super) fn on_response(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: HandleResolutionResponse,
    ) {
        let is_current = self.home.is_current(assoc);
        let pool = message.pool_handle.clone();
        let Some(entry) = self.pools.get_mut(&pool) else {
            return self.log(Log::Unasked { pool });
        };
        // Updates do not define the A flag, so it may be missing there. A repeated answer that has it serves as
        // an update.
        let has_flag = message.accepts_updates();
        let question = entry.question.take();
        let is_update =
            is_current && (entry.is_subscribed || (has_flag && !entry.watches.is_empty()));
        let accepts = match &question {
            Some(question) if question.wants_updates => Some(is_current && has_flag),
            Some(_) => None,
            None if is_update => Some(true),
            None => return self.log(Log::Unasked { pool }),
        };
        self.timers.clear(&Timer::Question(pool.clone()));
        self.on_home_answered(now, assoc);
        if let Some(error) = message.operation_error {
            let causes = error.causes.iter().map(|cause| cause.code).collect();
            return self.on_no_answer(now, &pool, &Failure::Rejected(causes));
        }
        let mut elements = message.pool_elements;
        elements.truncate(self.config.max_pool_elements.max(1));
        self.log(Log::Listed {
            pool: pool.clone(),
            elements: elements.len(),
        });
        // RFC 5352 §2.2.6: the policies of the PEs do not define that of the pool.
        let policy = message.policy;
        let resolution = Resolution {
            pool: pool.clone(),
            policy: policy.map_or(PolicyType::ROUND_ROBIN, |policy| policy.policy_type()),
            elements,
        };
        self.on_listed(now, &pool, resolution, accepts);
    }

    fn on_listed(
        &mut self,
        now: Duration,
        pool: &PoolHandle,
        resolution: Resolution,
        accepts: Option<bool>,
    ) {
        let Some(entry) = self.pools.get_mut(pool) else {
            return;
        };
        entry.learn(resolution, now, self.config.stale_cache_value);
        let waiting = std::mem::take(&mut entry.waiting);
        let sessions: Vec<_> = entry.sessions.iter().copied().collect();
        for request in waiting {
            self.requests.remove(&request);
            self.answer(now, request, pool, false);
        }
        self.on_changed(now, pool, accepts);
        for session in sessions {
            self.on_session_listed(now, session);
        }
        self.pools.tidy(pool);
    }

    /// Ends a question that was rejected or given up.
    fn on_no_answer(&mut self, now: Duration, pool: &PoolHandle, why: &Failure) {
        let Some(entry) = self.pools.get_mut(pool) else {
            return;
        };
        entry.question = None;
        let waiting = std::mem::take(&mut entry.waiting);
        let sessions: Vec<_> = entry.sessions.iter().copied().collect();
        for request in waiting {
            self.requests.remove(&request);
            let why = why.clone();
            self.emit(Event::NotResolved { request, why });
        }
        self.on_watch_unanswered(pool, why);
        for session in sessions {
            self.on_session_not_listed(now, session, why);
        }
        self.pools.tidy(pool);
    }

    /// Ends all requests without an answer, and reports that to their owners.
    pub(super) fn drop_requests(&mut self) {
        let pools: Vec<PoolHandle> = self.pools.iter().map(|(pool, _)| pool.clone()).collect();
        for pool in pools {
            let Some(entry) = self.pools.get_mut(&pool) else {
                continue;
            };
            entry.question = None;
            self.timers.clear(&Timer::Question(pool.clone()));
            let (waiting, watches) = (
                std::mem::take(&mut entry.waiting),
                std::mem::take(&mut entry.watches),
            );
            for request in waiting {
                let why = Failure::Stopping;
                self.emit(Event::NotResolved { request, why });
            }
            for request in watches.into_keys() {
                let why = Failure::Stopping;
                self.emit(Event::WatchEnded { request, why });
            }
        }
        self.requests.clear();
    }

    fn answer(&mut self, now: Duration, request: Request, pool: &PoolHandle, cached: bool) {
        let Some(entry) = self.pools.get_mut(pool) else {
            return;
        };
        let preferred = entry.choose(now, &mut self.rng, |_| true);
        let (Some(list), Some(preferred)) = (&entry.list, preferred) else {
            return;
        };
        let resolution = list.resolution.clone();
        self.emit(Event::Resolved {
            request,
            resolution,
            preferred: preferred.identifier,
            cached,
        });
    }
}
