//! A pool user with the real driver and engine: it resolves handles, and keeps a session with a pool of echo PEs
//! across their failures.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rsp_proto::hunt::Server;
use rsp_proto::pool_user::{Config, Event, Message, Request, Session, Target};
use rsp_transport::Event as StackEvent;
use rsp_transport::sim::SimHost;
use rsp_wire::PeIdentifier;

use super::user::{Requests, UserSetup};
use rserpool::pool_user::driver::{Setup, UserDriver};

/// The pool user, while its host runs.
#[derive(Debug)]
pub struct EngineUser {
    driver: UserDriver,
    setup: UserSetup,
    next: Duration,
    turn: usize,
    /// The requests whose answer is due, with their times.
    pending: BTreeMap<Request, Duration>,
    requests: Requests,
    /// The pools that it watches.
    watches: BTreeMap<Request, &'static str>,
    /// Reports to send later: the engine merges several about one PE in a row.
    reports: VecDeque<(Duration, &'static str, PeIdentifier)>,
    session: Option<Session>,
    /// The last number sent, and the time of its echo.
    sent: u64,
    echoed: Option<(u64, Duration)>,
    failed_sessions: u64,
}

impl EngineUser {
    pub(super) fn start(
        setup: UserSetup,
        announce: Option<SocketAddr>,
        seed: u64,
        host: &mut SimHost<'_>,
        now: Duration,
    ) -> Self {
        let servers = setup.registrars.iter().map(|&addr| {
            if setup.tcp {
                Server::tcp(addr)
            } else {
                Server::sctp([addr])
            }
        });
        let config = Config {
            registrars: servers.collect(),
            ..Config::default()
        };
        let driver_setup = Setup {
            config,
            local: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            announce,
        };
        let driver = UserDriver::start(driver_setup, seed, host, now)
            .expect("a running host has its ports free");
        Self {
            driver,
            next: now + setup.period / 2,
            setup,
            turn: 0,
            pending: BTreeMap::new(),
            requests: Requests::default(),
            watches: BTreeMap::new(),
            reports: VecDeque::new(),
            session: None,
            sent: 0,
            echoed: None,
            failed_sessions: 0,
        }
    }

    pub(super) fn event(&mut self, now: Duration, event: StackEvent, host: &mut SimHost<'_>) {
        self.driver.event(now, event, host);
        self.listen(now);
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        let report = self.reports.front().map(|&(at, ..)| at);
        [Some(self.next), self.driver.deadline(), report]
            .into_iter()
            .flatten()
            .min()
    }

    pub(super) fn timeout(&mut self, now: Duration, host: &mut SimHost<'_>) {
        self.driver.timeout(now, host);
        self.report_due(now, host);
        if self.next > now {
            return;
        }
        self.next = now + self.setup.period;
        self.ask(now, host);
        self.talk(now, host);
    }

    fn ask(&mut self, now: Duration, host: &mut SimHost<'_>) {
        let pool = self.setup.pools[self.turn % self.setup.pools.len()];
        self.turn += 1;
        if self.setup.subscribes && !self.watches.values().any(|&watched| watched == pool) {
            let request = self.driver.watch(now, pool.into(), host);
            self.watches.insert(request, pool);
        }
        let request = self.driver.resolve(now, pool.into(), host);
        self.requests.asked += 1;
        self.pending.insert(request, now);
        self.listen(now);
    }

    /// Sends the next number in its session.
    fn talk(&mut self, now: Duration, host: &mut SimHost<'_>) {
        let Some(pool) = self.setup.session else {
            return;
        };
        let session = match self.session {
            Some(session) => session,
            None => self.driver.open(now, Target::Pool(pool.into()), true, host),
        };
        self.session = Some(session);
        self.sent += 1;
        let message = Message::new(self.sent.to_be_bytes());
        // A full queue shows as any other failure: the echo is missing.
        let _ = self.driver.send(now, session, message, host);
        self.listen(now);
    }

    pub(super) fn flood(&mut self, now: Duration, times: u32, host: &mut SimHost<'_>) {
        for _ in 0..times {
            self.ask(now, host);
            self.talk(now, host);
        }
    }

    pub(super) fn report(
        &mut self,
        now: Duration,
        pool: &'static str,
        pe: PeIdentifier,
        times: u32,
        host: &mut SimHost<'_>,
    ) {
        let interval = Config::default().report_interval;
        let later = (0..times).map(|number| (now + interval * number, pool, pe));
        self.reports.extend(later);
        self.report_due(now, host);
    }

    fn report_due(&mut self, now: Duration, host: &mut SimHost<'_>) {
        while let Some(&(at, pool, pe)) = self.reports.front()
            && at <= now
        {
            self.reports.pop_front();
            self.driver.contacted(now, pool.into(), pe, host);
            self.driver.unreachable(now, pool.into(), pe, host);
        }
        self.listen(now);
    }

    /// Adds the span of a freeze to the times of earlier requests.
    pub(super) fn excuse(&mut self, span: Duration) {
        self.pending.values_mut().for_each(|since| *since += span);
    }

    /// Opens another session for its messages and leaves the present one open.
    #[cfg(test)]
    pub(super) fn forget_session(&mut self) {
        self.session = None;
    }

    /// Returns the counters of its requests.
    pub fn requests(&self) -> Requests {
        self.requests
    }

    /// Returns the times since which it waits for answers.
    pub fn pending(&self) -> impl Iterator<Item = Duration> + '_ {
        self.pending.values().copied()
    }

    /// Returns the time of the latest echo, or of the first message before any echo; none before that.
    pub fn echoed(&self) -> Option<(u64, Duration)> {
        self.echoed
    }

    /// Returns the number of sessions that failed.
    pub fn failed_sessions(&self) -> u64 {
        self.failed_sessions
    }

    /// Returns the period of its messages, if it sends any.
    pub fn talks(&self) -> Option<Duration> {
        self.setup.session.map(|_| self.setup.period)
    }

    /// Returns the driver, for inspection.
    pub fn driver(&self) -> &UserDriver {
        &self.driver
    }

    fn listen(&mut self, now: Duration) {
        while let Some(event) = self.driver.poll_event() {
            tracing::debug!("event {}", Brief(&event));
            match event {
                Event::Resolved { request, .. } => {
                    self.pending.remove(&request);
                    self.requests.answered += 1;
                }
                Event::NotResolved { request, .. } => {
                    self.pending.remove(&request);
                    self.requests.failed += 1;
                }
                // It begins anew when it asks for this pool again.
                Event::WatchEnded { request, .. } => {
                    self.watches.remove(&request);
                }
                Event::Data { octets, .. } => {
                    if let Ok(number) = octets.try_into() {
                        self.echoed = Some((u64::from_be_bytes(number), now));
                    }
                }
                Event::Failed { session, .. } | Event::Closed { session }
                    if self.session == Some(session) =>
                {
                    self.session = None;
                    self.failed_sessions += 1;
                }
                _ => {}
            }
        }
    }
}

/// An event without the pools and PEs it carries.
struct Brief<'a>(&'a Event);

impl std::fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Event::Resolved {
                request,
                resolution,
                ..
            } => {
                let elements = resolution.elements.len();
                write!(
                    f,
                    "Resolved {request:?}: {elements} PEs of {}",
                    resolution.pool
                )
            }
            Event::Up {
                session,
                element,
                failover,
            } => {
                write!(
                    f,
                    "Up {session:?} with {}, {failover:?}",
                    element.identifier
                )
            }
            other => write!(f, "{other:?}"),
        }
    }
}
