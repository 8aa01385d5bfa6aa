//! A pool element with the real driver and engine, which echoes the messages of pool users.

use std::net::SocketAddr;
use std::time::Duration;

use rsp_proto::pool_element::{Config, Event as AsapEvent};
use rsp_transport::Event as StackEvent;
use rsp_transport::sim::SimHost;
use rsp_wire::{Policy, RegistrationLife, ServerId, Transport, UdpTransport};

use super::element::{Ask, ElementSetup};
use rserpool::pool_element::{Card, Cookies, ElementDriver, Event, Setup, Users};
use rserpool::services::echo::Echo;

/// Most pool users at a time.
const SESSIONS: usize = 64;

/// The pool element, while its host runs.
#[derive(Debug)]
pub struct EngineElement {
    driver: ElementDriver,
    accepted: Option<Duration>,
    /// True if it was rejected, and not accepted since.
    rejected: bool,
    adopted_by: Option<ServerId>,
    leaving: bool,
    /// The request whose answer is due, with its time; a registration only while there is a Home.
    pending: Option<(Ask, Duration)>,
}

impl EngineElement {
    /// Opens its endpoints and begins to register.
    pub(super) fn start(
        setup: &ElementSetup,
        announce: Option<SocketAddr>,
        seed: u64,
        host: &mut SimHost<'_>,
        now: Duration,
    ) -> Self {
        // The driver puts the transport of `users` in its place.
        let nowhere = Transport::Udp(UdpTransport::new(0, std::net::Ipv4Addr::UNSPECIFIED.into()));
        let mut config = Config::new(setup.pool.into(), nowhere);
        config.id = Some(setup.identifier);
        config.life = RegistrationLife(setup.life_s);
        config.policy = setup.policy.clone();
        config.registrars = setup.registrars.iter().map(|&addr| vec![addr]).collect();
        // The simulation cannot correct the error, which may end on its own.
        config.retry_rejected = Duration::from_secs(20);
        let setup = Setup {
            config,
            addrs: Vec::new(),
            asap_port: 0,
            users: Users::Sctp { port: 7 },
            announce,
            cookies: Cookies::Bare,
            card: Card::Own,
        };
        let echo = Box::new(Echo::new(SESSIONS));
        let mut driver = ElementDriver::start(setup, Some(echo), seed, host, now)
            .expect("a running host has its ports free");
        driver.register(now, host);
        let mut element = Self {
            driver,
            accepted: None,
            rejected: false,
            adopted_by: None,
            leaving: false,
            pending: Some((Ask::Register, now)),
        };
        element.listen(now);
        element
    }

    pub(super) fn event(&mut self, now: Duration, event: StackEvent, host: &mut SimHost<'_>) {
        self.driver.event(now, event, host);
        self.listen(now);
    }

    pub(super) fn timeout(&mut self, now: Duration, host: &mut SimHost<'_>) {
        self.driver.timeout(now, host);
        self.listen(now);
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.driver.deadline()
    }

    pub(super) fn deregister(&mut self, now: Duration, host: &mut SimHost<'_>) {
        if !self.leaving {
            self.pending = Some((Ask::Deregister, now));
        }
        self.leaving = true;
        self.driver.deregister(now, host);
        self.listen(now);
    }

    pub(super) fn set_policy(&mut self, now: Duration, policy: Policy, host: &mut SimHost<'_>) {
        self.driver.set_policy(now, policy, host);
        self.listen(now);
    }

    /// Changes its registration this number of times at once.
    pub(super) fn flood(&mut self, now: Duration, times: u32, host: &mut SimHost<'_>) {
        for _ in 0..times {
            // One life and the next longer one, in turn.
            let life = self.driver.engine().config().life.0;
            let other = if life % 2 == 0 { life + 1 } else { life - 1 };
            self.driver.set_life(now, RegistrationLife(other), host);
        }
        self.listen(now);
    }

    /// Returns the time of the last accepted registration.
    pub fn accepted(&self) -> Option<Duration> {
        self.accepted
    }

    /// Returns whether it was rejected, and not accepted since.
    pub fn is_rejected(&self) -> bool {
        self.rejected
    }

    /// Returns the request whose answer is due, with its time.
    pub fn pending(&self) -> Option<(Ask, Duration)> {
        self.pending
    }

    /// Adds the span of a freeze to the times of earlier requests.
    pub(super) fn excuse(&mut self, span: Duration) {
        if let Some((_, since)) = &mut self.pending {
            *since += span;
        }
    }

    /// Returns the registrar whose keep-alive (H=1) came last.
    pub fn adopted_by(&self) -> Option<ServerId> {
        self.adopted_by
    }

    /// Returns whether it has been made to de-register.
    pub fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// Returns the driver, for inspection.
    pub fn driver(&self) -> &ElementDriver {
        &self.driver
    }

    fn listen(&mut self, now: Duration) {
        while let Some(event) = self.driver.poll_event() {
            let Event::Asap(event) = event else {
                continue;
            };
            tracing::debug!("event {event:?}");
            match event {
                AsapEvent::Registered { .. } => {
                    self.accepted = Some(now);
                    self.rejected = false;
                    self.answered(Ask::Register);
                }
                AsapEvent::HomeChanged { home } => {
                    self.adopted_by = Some(home);
                    self.accepted = Some(now);
                    self.rejected = false;
                    self.answered(Ask::Register);
                }
                AsapEvent::Rejected { .. } => {
                    self.rejected = true;
                    self.answered(Ask::Register);
                }
                AsapEvent::Failed { .. } => self.answered(Ask::Register),
                // It registers again by itself.
                AsapEvent::HomeLost | AsapEvent::Expired if !self.leaving => {
                    self.pending.get_or_insert((Ask::Register, now));
                }
                AsapEvent::Deregistered | AsapEvent::NotDeregistered { .. } => {
                    self.answered(Ask::Deregister);
                }
                AsapEvent::HomeLost
                | AsapEvent::Expired
                | AsapEvent::Renamed { .. }
                | AsapEvent::CookieEcho { .. }
                | AsapEvent::BusinessCard { .. }
                | AsapEvent::Stopped => {}
            }
        }
        let engine = self.driver.engine();
        if !engine.is_registered() {
            self.accepted = None;
        }
        if let Some((Ask::Register, since)) = &mut self.pending
            && engine.home().is_none()
        {
            *since = now;
        }
    }

    fn answered(&mut self, ask: Ask) {
        self.pending = self.pending.filter(|&(pending, _)| pending != ask);
    }
}
