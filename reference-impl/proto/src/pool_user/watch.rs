//! Watches: subscriptions to the changes of a pool (S and A flags, RFC 5352 §2.2.5, §2.2.6).
//!
//! ```text
//!            S=1          positive, A=1                    HANDLE_RESOLUTION_RESPONSE: Changed
//!   Watch ──────► Asking ───────────────► Subscribed ───────────────────────────────────────────┐
//!                  ▲ │ │                    │  │   ▲                                             │
//!                  │ │ └─ positive, A=0: ┌──│──│───└─────────────────────────────────────────────┘
//!                  │ │    Watching       ▼  │  │
//!         new home:│ │               Declined  │
//!           S=1    │ │                  │      │
//!                  ├─│──────────────────┘      │
//!                  └─│─── home lost ───────────┘
//!                    └─ negative, or never answered: watch ended
//! ```
//!
//! A subscription lasts as long as the association. A watched pool is always asked for with S=1, so that a
//! registrar that declined once may accept later. A negative answer ends the watch: registrars do not announce
//! the creation of a pool (§2.2.5). A watch that was answered once outlives registrars that do not answer.

use std::time::Duration;

use rsp_wire::{CauseCode, PoolHandle};

use super::{Event, Failure, PoolUser, Request};

impl PoolUser {
    pub(super) fn on_watch(&mut self, now: Duration, request: Request, pool: PoolHandle) {
        if let Err(why) = self.admit(request, &pool) {
            return self.emit(Event::WatchEnded { request, why });
        }
        let Some(entry) = self.pools.entry(&pool, self.config.max_pools) else {
            let why = Failure::TooMany;
            return self.emit(Event::WatchEnded { request, why });
        };
        let known = entry.list.as_ref().map(|list| list.resolution.clone());
        let known = known.filter(|_| entry.is_subscribed);
        entry
            .watches
            .insert(request, known.is_some().then_some(true));
        self.requests.insert(request, pool.clone());
        match known {
            // The last list of the registrar is the present state of the pool.
            Some(resolution) => {
                let accepted = true;
                self.emit(Event::Watching { request, accepted });
                self.emit(Event::Changed {
                    request,
                    resolution,
                });
            }
            // A question with S=0 may be under way; the one with S=1 follows its answer.
            None => self.ask(now, &pool),
        }
    }

    pub(super) fn on_unwatch(&mut self, request: Request) {
        let pool = self.requests.get(&request).cloned();
        let entry = pool.as_ref().and_then(|pool| self.pools.get_mut(pool));
        let removed = entry.and_then(|entry| entry.watches.remove(&request));
        match (pool, removed) {
            (Some(pool), Some(_)) => {
                self.requests.remove(&request);
                self.pools.tidy(&pool);
            }
            _ => self.log_unknown("watch", request.0),
        }
    }

    /// Takes a list of the pool, and reports it to each watch. `accepts` is the A flag of an answer to S=1.
    pub(super) fn on_changed(&mut self, now: Duration, pool: &PoolHandle, accepts: Option<bool>) {
        let Some(entry) = self.pools.get_mut(pool) else {
            return;
        };
        if let Some(accepts) = accepts {
            entry.is_subscribed = accepts;
        }
        let Some(list) = &entry.list else {
            return;
        };
        let resolution = list.resolution.clone();
        let mut events = Vec::new();
        for (&request, flag) in &mut entry.watches {
            if let Some(accepted) = accepts
                && flag.replace(accepted) != accepts
            {
                events.push(Event::Watching { request, accepted });
            }
            let resolution = resolution.clone();
            events.push(Event::Changed {
                request,
                resolution,
            });
        }
        let wants_more = accepts.is_none() && !entry.is_subscribed && !entry.watches.is_empty();
        self.tell_all(events);
        if wants_more {
            self.ask(now, pool);
        }
    }

    /// Ends watches of a pool that does not exist, or that no registrar listed in all the time there was.
    pub(super) fn on_watch_unanswered(&mut self, pool: &PoolHandle, why: &Failure) {
        let Some(entry) = self.pools.get_mut(pool) else {
            return;
        };
        let ended: Vec<Request> = match why {
            Failure::Rejected(causes) => {
                entry.is_subscribed = false;
                entry.fresh_until = None;
                if causes.contains(&CauseCode::UNKNOWN_POOL_HANDLE) {
                    entry.list = None;
                }
                entry.watches.keys().copied().collect()
            }
            Failure::TimedOut
            | Failure::NoRegistrar
            | Failure::TooMany
            | Failure::HandleTooLong
            | Failure::Stopping => {
                let unanswered = entry.watches.iter().filter(|(_, flag)| flag.is_none());
                unanswered.map(|(&request, _)| request).collect()
            }
        };
        for request in ended {
            self.end_watch(pool, request, why);
        }
    }

    pub(super) fn end_watch(&mut self, pool: &PoolHandle, request: Request, why: &Failure) {
        if let Some(entry) = self.pools.get_mut(pool) {
            entry.watches.remove(&request);
        }
        self.requests.remove(&request);
        let why = why.clone();
        self.emit(Event::WatchEnded { request, why });
    }

    /// Takes note that the home that sent changes is gone, or restarted.
    pub(super) fn on_home_lost_subscriptions(&mut self) {
        let mut events = Vec::new();
        let mut handles = Vec::new();
        for (handle, entry) in self.pools.iter_mut() {
            if !std::mem::take(&mut entry.is_subscribed) {
                continue;
            }
            handles.push(handle.clone());
            let accepted = false;
            for (&request, flag) in &mut entry.watches {
                *flag = Some(accepted);
                events.push(Event::Watching { request, accepted });
            }
        }
        self.tell_all(events);
        for handle in handles {
            self.pools.tidy(&handle);
        }
    }

    /// Subscribes again, at a new home: registrars do not share subscriptions (§2.2.5).
    pub(super) fn subscribe_again(&mut self, now: Duration) {
        let watched = self.pools.iter().filter(|(_, p)| !p.watches.is_empty());
        let watched: Vec<PoolHandle> = watched.map(|(handle, _)| handle.clone()).collect();
        for pool in watched {
            self.ask(now, &pool);
        }
    }
}
