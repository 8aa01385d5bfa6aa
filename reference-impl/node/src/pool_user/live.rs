//! A pool user on a live stack: the driver with a clock.

use std::fmt;
use std::io;
use std::time::Duration;

use rsp_proto::hunt::Over;
use rsp_proto::pool_user::{
    Event, Failure, Message, Request, Resolution, Session, SessionFailure, Target,
};
use rsp_transport::live::Stack;
use rsp_wire::asap::BusinessCard;
use rsp_wire::{PeIdentifier, PoolHandle};

use super::driver::{Refused, UserDriver};
use super::inbox::Inbox;
use super::settings::Settings;
use crate::clock::{Clock, with_advice};
use crate::values::RegistrarAddr;

/// Time limit of associations for their graceful end in [`PoolUser::stop`].
const GRACE: Duration = Duration::from_secs(2);

/// A pool user; the [module](super) has examples.
///
/// It needs a tokio runtime with I/O and time and stays on one thread. It works, and answers heartbeats, only while
/// one of its `async` methods is awaited: await [`next_event`](Self::next_event) whenever the program is idle.
/// Dropping a future loses nothing.
#[derive(Debug)]
pub struct PoolUser {
    driver: UserDriver,
    stack: Stack,
    clock: Clock,
    inbox: Inbox,
}

/// The answer to a [`PoolUser::resolve`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The PEs and the policy of the pool.
    pub resolution: std::sync::Arc<Resolution>,
    /// The PE that the policy selects for this request.
    pub preferred: PeIdentifier,
    /// True if the answer comes from the cache.
    pub cached: bool,
}

/// The reason why a pool handle is not resolved.
#[derive(Debug)]
pub enum ResolveError {
    /// The registrar rejected the request, or no registrar answered.
    Failure(Failure),
    /// The stack failed.
    Io(io::Error),
}

/// The reason why a session does not continue.
#[derive(Debug)]
pub enum SessionError {
    /// It failed; [`Event::Returned`] came before for messages that were not sent.
    Failed(SessionFailure),
    /// It was closed.
    Closed,
    /// The message cannot be sent.
    Refused(Refused),
    /// The stack failed.
    Io(io::Error),
}

impl PoolUser {
    /// Starts a pool user. It looks for a registrar with the first request, and listens to announcements at once.
    ///
    /// # Errors
    /// A setting cannot be used, or this host does not offer what the settings ask for.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime with I/O and time.
    pub fn start(settings: &Settings) -> Result<Self, crate::Failure> {
        let setup = settings.setup().map_err(crate::Failure::Settings)?;
        let (mode, config) = settings.carrier().map_err(crate::Failure::Settings)?;
        let mut stack = Stack::start(mode, config)?;
        let clock = Clock::start();
        let seed = settings.seed.unwrap_or_else(|| fastrand::u64(..));
        tracing::debug!("pool user, seed {seed}");
        let driver =
            UserDriver::start(setup, seed, &mut stack, clock.now()).map_err(with_advice)?;
        Ok(Self {
            driver,
            stack,
            clock,
            inbox: Inbox::default(),
        })
    }

    /// Resolves a pool handle (Translation.Request, RFC 5352 §6.9.1): from the cache while its entry is younger
    /// than stale_cache_value, else by a request to a registrar.
    ///
    /// # Errors
    /// The registrar rejected the request, no registrar answered within T1 and the retransmissions, or the stack
    /// failed.
    pub async fn resolve(&mut self, pool: impl Into<PoolHandle>) -> Result<Resolved, ResolveError> {
        let now = self.clock.now();
        let asked = self.driver.resolve(now, pool.into(), &mut self.stack);
        let answer = self.wait_for(|inbox| inbox.answer(asked));
        match answer.await.map_err(ResolveError::Io)? {
            Event::Resolved {
                resolution,
                preferred,
                cached,
                ..
            } => Ok(Resolved {
                resolution,
                preferred,
                cached,
            }),
            Event::NotResolved { why, .. } => Err(ResolveError::Failure(why)),
            other => unreachable!("the inbox returned {other:?} as an answer"),
        }
    }

    /// Watches a pool: [`Event::Changed`] follows with its PEs, and again with each change.
    pub fn watch(&mut self, pool: impl Into<PoolHandle>) -> Request {
        let now = self.clock.now();
        self.driver.watch(now, pool.into(), &mut self.stack)
    }

    /// Ends a watch.
    pub fn unwatch(&mut self, request: Request) {
        let now = self.clock.now();
        self.driver.unwatch(now, request, &mut self.stack);
    }

    /// Updates the cache entry of a pool (CachePopulateRequest, RFC 5352 §6.3).
    pub fn populate(&mut self, pool: impl Into<PoolHandle>) {
        let now = self.clock.now();
        self.driver.populate(now, pool.into(), &mut self.stack);
    }

    /// Removes the cache entry of a pool (CachePurgeRequest, RFC 5352 §6.4).
    pub fn purge(&mut self, pool: impl Into<PoolHandle>) {
        let now = self.clock.now();
        self.driver.purge(now, pool.into(), &mut self.stack);
    }

    /// Opens a session with a pool, which continues with another PE when its PE fails. Messages may be sent at once.
    pub fn open(&mut self, pool: impl Into<PoolHandle>) -> Session {
        self.open_with(Target::Pool(pool.into()), true)
    }

    /// Opens a session with a pool, or with one PE of it first. Without `failover` it ends with its PE.
    pub fn open_with(&mut self, target: Target, failover: bool) -> Session {
        let now = self.clock.now();
        self.driver.open(now, target, failover, &mut self.stack)
    }

    /// Sends a user message in a session (DataSendRequest, RFC 5352 §6.5). Waits without limit while the session has
    /// no room, because its pool element does not read or it has none.
    ///
    /// # Errors
    /// The message cannot be sent, or the stack failed.
    pub async fn send(
        &mut self,
        session: Session,
        message: impl Into<Message>,
    ) -> Result<(), SessionError> {
        let message = message.into();
        while !self.driver.has_room(session, message.octets.len()) {
            self.turn().await.map_err(SessionError::Io)?;
            self.gather();
        }
        self.try_send(session, message)
            .map_err(SessionError::Refused)
    }

    /// Sends a user message in a session without waiting.
    ///
    /// # Errors
    /// The session has no room, the message is too long, or it has the PPID of ASAP.
    pub fn try_send(
        &mut self,
        session: Session,
        message: impl Into<Message>,
    ) -> Result<(), Refused> {
        let now = self.clock.now();
        self.driver
            .send(now, session, message.into(), &mut self.stack)
    }

    /// Waits for the next user message of a session (Data.Received, RFC 5352 §6.6). Other events wait for
    /// [`next_event`](Self::next_event).
    ///
    /// # Errors
    /// The session failed or was closed, or the stack failed.
    pub async fn receive(&mut self, session: Session) -> Result<Vec<u8>, SessionError> {
        let next = self.wait_for(|inbox| inbox.of_session(session));
        match next.await.map_err(SessionError::Io)? {
            Event::Data { octets, .. } => Ok(octets),
            Event::Failed { why, .. } => Err(SessionError::Failed(why)),
            _ => Err(SessionError::Closed),
        }
    }

    /// Makes a session leave its PE, which does not work as expected (Transport.Failure, RFC 5352 §6.9.2).
    pub fn fail(&mut self, session: Session) {
        let now = self.clock.now();
        self.driver.fail(now, session, &mut self.stack);
    }

    /// Ends a session gracefully; [`Event::Closed`] follows.
    pub fn close(&mut self, session: Session) {
        let now = self.clock.now();
        self.driver.close(now, session, &mut self.stack);
    }

    /// Notes that the program sends data to a PE by other means than a session.
    pub fn contacted(&mut self, pool: impl Into<PoolHandle>, pe: PeIdentifier) {
        let now = self.clock.now();
        self.driver.contacted(now, pool.into(), pe, &mut self.stack);
    }

    /// Reports a PE to the registrar that was [`contacted`](Self::contacted) and cannot be reached
    /// (Transport.Failure).
    pub fn unreachable(&mut self, pool: impl Into<PoolHandle>, pe: PeIdentifier) {
        let now = self.clock.now();
        self.driver
            .unreachable(now, pool.into(), pe, &mut self.stack);
    }

    /// Sets the business card of a pool user that is a PE too (RFC 5352 §3.9).
    pub fn card(&mut self, card: Option<BusinessCard>) {
        let now = self.clock.now();
        self.driver.card(now, card, &mut self.stack);
    }

    /// Waits for the next event: user messages, failovers, changes of watched pools, returned messages (Error.Report,
    /// RFC 5352 §6.7).
    ///
    /// # Errors
    /// The stack failed.
    pub async fn next_event(&mut self) -> io::Result<Event> {
        self.wait_for(Inbox::pop).await
    }

    /// Waits for the next event until `until`, counted as [`now`](Self::now) is.
    ///
    /// # Errors
    /// The stack failed.
    pub async fn next_event_until(&mut self, until: Option<Duration>) -> io::Result<Option<Event>> {
        loop {
            self.gather();
            if let Some(event) = self.inbox.pop() {
                return Ok(Some(event));
            }
            if until.is_some_and(|until| until <= self.clock.now()) {
                return Ok(None);
            }
            let wake = [until, self.driver.deadline()].into_iter().flatten().min();
            self.turn_until(wake).await?;
        }
    }

    /// Returns the Home ENRP server, if there is one.
    pub fn home(&self) -> Option<RegistrarAddr> {
        let home = self.driver.engine().home()?;
        let addr = *home.addrs.first()?;
        Some(match home.over {
            Over::Sctp => RegistrarAddr::Sctp(addr),
            Over::Tcp => RegistrarAddr::Tcp(addr),
        })
    }

    /// Returns the time since the start.
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Returns whether [`try_send`](Self::try_send) accepts a message of this many octets in this session now.
    pub fn has_room(&self, session: Session, octets: usize) -> bool {
        self.driver.has_room(session, octets)
    }

    /// Ends all sessions gracefully, within two seconds.
    ///
    /// # Errors
    /// The stack failed.
    pub async fn stop(mut self) -> io::Result<()> {
        let end = self.clock.now() + GRACE;
        self.driver.stop(self.clock.now(), &mut self.stack);
        while !self.driver.stopped() && self.clock.now() < end {
            let wake = self.driver.deadline().map_or(end, |at| at.min(end));
            self.turn_until(Some(wake)).await?;
        }
        Ok(())
    }

    /// Waits for an event that `wanted` accepts; other events stay in the inbox.
    async fn wait_for(
        &mut self,
        wanted: impl Fn(&mut Inbox) -> Option<Event>,
    ) -> io::Result<Event> {
        loop {
            self.gather();
            if let Some(event) = wanted(&mut self.inbox) {
                return Ok(event);
            }
            self.turn().await?;
        }
    }

    /// Moves the driver's events to the inbox.
    fn gather(&mut self) {
        while let Some(event) = self.driver.poll_event() {
            if let Err(session) = self.inbox.push(event) {
                tracing::warn!(
                    "session {}: closed, as the program does not read its messages",
                    session.0
                );
                self.close(session);
            }
        }
    }

    async fn turn(&mut self) -> io::Result<()> {
        self.turn_until(self.driver.deadline()).await
    }

    /// Waits for one event of the stack or for a deadline, and passes it to the driver.
    async fn turn_until(&mut self, until: Option<Duration>) -> io::Result<()> {
        let event = self
            .stack
            .recv(until.map(|at| self.clock.at(self.clock.now(), at)))
            .await?;
        let now = self.clock.now();
        match event {
            Some(event) => self.driver.event(now, event, &mut self.stack),
            None => self.driver.timeout(now, &mut self.stack),
        }
        Ok(())
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failure(why) => write!(f, "{why}"),
            Self::Io(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for ResolveError {}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(why) => write!(f, "{why}"),
            Self::Closed => f.write_str("the session is closed"),
            Self::Refused(why) => write!(f, "{why}"),
            Self::Io(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for SessionError {}
