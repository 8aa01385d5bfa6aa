//! Calculation: jobs of a number of calculations, which continue at another pool element from their last cookie.
//!
//! The service calculates nothing: a job takes the time that its size and the capacity give. The jobs share the
//! capacity evenly.

pub mod message;

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Effect, Message, Service, Session, load_of};
use message::{Calculation as Wire, Kind, State};

/// The configuration of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Calculations per second of all jobs together; at least 1.
    pub capacity: u64,
    /// Most jobs at a time; more are rejected.
    pub max_jobs: usize,
    /// Most sessions at a time, with a job or without.
    pub max_sessions: usize,
    /// Period of cookies to the pool user of a job.
    pub cookie_interval: Duration,
    /// Period of keep-alives to the pool user of a job.
    pub keep_alive_interval: Duration,
    /// Time limit of the pool user for its keep-alive ack.
    pub keep_alive_timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            capacity: 1_000_000,
            max_jobs: 10,
            max_sessions: 1024,
            cookie_interval: Duration::from_secs(1),
            keep_alive_interval: Duration::from_secs(1),
            keep_alive_timeout: Duration::from_secs(5),
        }
    }
}

/// Parts of a calculation that are counted, so that shares of the capacity do not get lost in rounding.
const PARTS: u128 = 1_000_000_000;

/// The calculation service.
#[derive(Debug)]
pub struct Calculation {
    config: Config,
    sessions: BTreeMap<Session, Option<Job>>,
    jobs: usize,
    /// The share of a job that was here from the start, at `at`, in parts of a calculation.
    share: u128,
    at: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Job {
    id: u32,
    size: u64,
    /// Done before it came here.
    before: u64,
    /// The share when it came.
    since: u128,
    cookie_at: Duration,
    keep_alive: KeepAlive,
}

#[derive(Clone, Copy, Debug)]
enum KeepAlive {
    /// The next one is sent then.
    Next(Duration),
    /// One was sent; the session ends if it is not answered by then.
    Asked(Duration),
}

impl KeepAlive {
    fn at(self) -> Duration {
        match self {
            Self::Next(at) | Self::Asked(at) => at,
        }
    }
}

impl Job {
    fn needs(&self) -> u128 {
        u128::from(self.size - self.before) * PARTS
    }

    fn has(&self, share: u128) -> u128 {
        share - self.since
    }

    fn state(&self, share: u128) -> State {
        let here = u64::try_from(self.has(share) / PARTS).unwrap_or(u64::MAX);
        State {
            job: self.id,
            size: self.size,
            completed: self.before.saturating_add(here).min(self.size),
        }
    }
}

impl Calculation {
    /// Returns a service without sessions.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            sessions: BTreeMap::new(),
            jobs: 0,
            share: 0,
            at: Duration::ZERO,
        }
    }

    /// Adds to the jobs their shares since the last call.
    fn advance(&mut self, now: Duration) {
        let span = now.saturating_sub(self.at);
        self.at = now;
        if self.jobs > 0 {
            // A part is a calculation per second for a nanosecond.
            let parts = span.as_nanos().saturating_mul(self.config.capacity.into());
            self.share = self.share.saturating_add(parts / self.jobs as u128);
        }
    }

    fn begin(&mut self, now: Duration, session: Session, state: State, effects: &mut Vec<Effect>) {
        let Some(slot) = self.sessions.get_mut(&session) else {
            return;
        };
        if self.jobs >= self.config.max_jobs {
            return say(session, Wire::about(Kind::Reject, state.job), effects);
        }
        *slot = Some(Job {
            id: state.job,
            size: state.size,
            before: state.completed,
            since: self.share,
            cookie_at: now + self.config.cookie_interval,
            keep_alive: KeepAlive::Next(now + self.config.keep_alive_interval),
        });
        self.jobs += 1;
        say(session, Wire::about(Kind::Accept, state.job), effects);
        // From now on the job is not lost with this pool element.
        effects.push(Effect::Cookie {
            session,
            state: state.encode().to_vec(),
        });
    }

    fn request(&mut self, now: Duration, session: Session, wire: Wire, effects: &mut Vec<Effect>) {
        match self.sessions.get(&session) {
            // It asks again for what it has.
            Some(Some(job)) if (job.id, job.size) == (wire.job, wire.size) => {
                say(session, Wire::about(Kind::Accept, wire.job), effects);
            }
            Some(Some(_)) => say(session, Wire::about(Kind::Reject, wire.job), effects),
            Some(None) => {
                let state = State {
                    job: wire.job,
                    size: wire.size,
                    completed: 0,
                };
                self.begin(now, session, state, effects);
            }
            None => {}
        }
    }

    fn forget_job(&mut self, session: Session) {
        let job = self.sessions.get_mut(&session).and_then(Option::take);
        self.jobs -= usize::from(job.is_some());
    }

    fn job_of(&mut self, session: Session, id: u32) -> Option<&mut Job> {
        self.sessions
            .get_mut(&session)?
            .as_mut()
            .filter(|job| job.id == id)
    }

    /// Handles the timers of one job.
    fn look_after(&mut self, now: Duration, session: Session, effects: &mut Vec<Effect>) {
        let (share, config) = (self.share, self.config);
        let Some(Some(job)) = self.sessions.get_mut(&session) else {
            return;
        };
        if job.has(share) >= job.needs() {
            say(session, Wire::complete(job.id, job.size), effects);
            return self.forget_job(session);
        }
        if job.cookie_at <= now {
            job.cookie_at = now + config.cookie_interval;
            effects.push(Effect::Cookie {
                session,
                state: job.state(share).encode().to_vec(),
            });
        }
        match job.keep_alive {
            KeepAlive::Next(at) if at <= now => {
                job.keep_alive = KeepAlive::Asked(now + config.keep_alive_timeout);
                say(session, Wire::about(Kind::KeepAlive, job.id), effects);
            }
            KeepAlive::Asked(at) if at <= now => {
                tracing::debug!("session {}: no keep-alive ack, ended", session.0);
                self.forget_job(session);
                self.sessions.remove(&session);
                effects.push(Effect::End { session });
            }
            KeepAlive::Next(_) | KeepAlive::Asked(_) => {}
        }
    }

    /// Returns the time when a job is complete, if no other job starts or ends.
    fn done_at(&self, job: &Job) -> Duration {
        let missing = job.needs().saturating_sub(job.has(self.share));
        let nanos = missing
            .saturating_mul(self.jobs as u128)
            .div_ceil(self.config.capacity.max(1).into());
        let nanos = u64::try_from(nanos).unwrap_or(u64::MAX);
        self.at.saturating_add(Duration::from_nanos(nanos))
    }
}

impl Service for Calculation {
    fn on_session(&mut self, _: Duration, session: Session, effects: &mut Vec<Effect>) {
        if self.sessions.len() >= self.config.max_sessions {
            effects.push(Effect::End { session });
        } else {
            self.sessions.insert(session, None);
        }
    }

    fn on_message(
        &mut self,
        now: Duration,
        session: Session,
        message: Message<'_>,
        effects: &mut Vec<Effect>,
    ) {
        self.advance(now);
        let wire = match Wire::decode(message.octets) {
            Ok(wire) => wire,
            Err(error) => return tracing::debug!("session {}: {error}", session.0),
        };
        match wire.kind {
            Kind::Request => self.request(now, session, wire, effects),
            Kind::Abort => {
                if self.job_of(session, wire.job).is_some() {
                    self.forget_job(session);
                }
            }
            Kind::KeepAlive => {
                if self.job_of(session, wire.job).is_some() {
                    say(session, Wire::about(Kind::KeepAliveAck, wire.job), effects);
                }
            }
            Kind::KeepAliveAck => {
                let next = KeepAlive::Next(now + self.config.keep_alive_interval);
                if let Some(job) = self.job_of(session, wire.job) {
                    job.keep_alive = next;
                }
            }
            Kind::Accept | Kind::Reject | Kind::Complete => {
                tracing::debug!("session {}: {:?} from a pool user", session.0, wire.kind);
            }
        }
    }

    fn on_state(
        &mut self,
        now: Duration,
        session: Session,
        state: &[u8],
        effects: &mut Vec<Effect>,
    ) {
        self.advance(now);
        let Some(state) = State::decode(state) else {
            return tracing::debug!("session {}: no state of a job, ignored", session.0);
        };
        match self.sessions.get(&session) {
            Some(None) => self.begin(now, session, state, effects),
            Some(Some(_)) => tracing::debug!("session {}: it has a job, cookie ignored", session.0),
            None => {}
        }
    }

    fn on_end(&mut self, now: Duration, session: Session) {
        self.advance(now);
        self.forget_job(session);
        self.sessions.remove(&session);
    }

    fn on_timeout(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        self.advance(now);
        let busy: Vec<Session> = self
            .sessions
            .iter()
            .filter_map(|(&session, job)| job.is_some().then_some(session))
            .collect();
        for session in busy {
            self.look_after(now, session, effects);
        }
    }

    fn deadline(&self) -> Option<Duration> {
        self.sessions
            .values()
            .flatten()
            .map(|job| {
                self.done_at(job)
                    .min(job.cookie_at)
                    .min(job.keep_alive.at())
            })
            .min()
    }

    fn load(&self) -> u32 {
        load_of(self.jobs, self.config.max_jobs)
    }
}

fn say(session: Session, wire: Wire, effects: &mut Vec<Effect>) {
    effects.push(Effect::Send {
        session,
        stream: 0,
        ppid: message::PPID,
        octets: wire.encode(),
    });
}

#[cfg(test)]
mod tests;
