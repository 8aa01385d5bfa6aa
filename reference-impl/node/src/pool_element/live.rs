//! A pool element on a live stack: the driver with a clock, for programs.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_transport::live::{Mode, Stack, StackConfig};
use rsp_wire::asap::BusinessCard;
use rsp_wire::{PeIdentifier, Policy, PoolHandle, RegistrationLife, ServerId, Transport};

use super::driver::ElementDriver;
use super::event::Event;
use super::settings::Settings;
use crate::Failure;
use crate::clock::{Clock, with_way_out};
use crate::services::{Effect, Message, Service, Session};

/// A pool element. See the [module](super) for what it does and how.
///
/// It lives on one thread, in a tokio runtime with I/O and time, and works only while
/// [`next_event`](Self::next_event) is awaited: await it whenever there is nothing else to do.
#[derive(Debug)]
pub struct PoolElement {
    driver: ElementDriver,
    stack: Stack,
    clock: Clock,
    grace: Duration,
}

impl PoolElement {
    /// Starts a pool element and begins to register it. With a service in the settings, pool users are its
    /// business; without, they are told by [`next_event`](Self::next_event), or come to the transport in the
    /// settings, which another program serves.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O and time.
    pub fn start(settings: &Settings) -> Result<Self, Failure> {
        let mut element = Self::outside(settings, settings.built_in())?;
        element.register();
        Ok(element)
    }

    /// As [`start`](Self::start), with a service of one's own in place of the one in the settings.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O and time.
    pub fn serve(settings: &Settings, service: Box<dyn Service>) -> Result<Self, Failure> {
        let mut element = Self::outside(settings, Some(service))?;
        element.register();
        Ok(element)
    }

    /// As [`serve`](Self::serve), but in its pool only after [`register`](Self::register); the service is optional.
    pub fn outside(
        settings: &Settings,
        service: Option<Box<dyn Service>>,
    ) -> Result<Self, Failure> {
        let setup = settings.setup().map_err(Failure::Settings)?;
        let (mut stack, clock) = (start_stack(settings)?, Clock::start());
        let seed = settings.seed.unwrap_or_else(|| fastrand::u64(..));
        let driver = ElementDriver::start(setup, service, seed, &mut stack, clock.now())
            .map_err(with_way_out)?;
        tracing::info!("pool element {}, seed {seed}", driver.engine().id());
        Ok(Self {
            driver,
            stack,
            clock,
            grace: settings.grace(),
        })
    }

    /// The next thing that happens: the fate of the registration, pool users, their data and their cookies. A
    /// future that is dropped loses nothing.
    pub async fn next_event(&mut self) -> io::Result<Event> {
        loop {
            if let Some(event) = self.driver.poll_event() {
                return Ok(event);
            }
            self.turn(self.driver.deadline()).await?;
        }
    }

    /// Be in the pool (Registration.Request, RFC 5352 §6.1): again after a rejection, or after
    /// [`deregister`](Self::deregister).
    pub fn register(&mut self) {
        self.driver.register(self.clock.now(), &mut self.stack);
    }

    /// Be not in the pool (Deregistration.Request, RFC 5352 §6.2). Sessions go on.
    pub fn deregister(&mut self) {
        self.driver.deregister(self.clock.now(), &mut self.stack);
    }

    /// Sends a message to a pool user; dropped if it is gone. What waits for one that does not read has a
    /// limit, beyond which the session ends.
    pub fn send(&mut self, session: Session, message: Message<'_>) {
        self.act(Effect::Send {
            session,
            stream: message.stream,
            ppid: message.ppid,
            octets: message.octets.to_vec(),
        });
    }

    /// Leaves a state with a pool user, as a cookie and in place of the one before: a pool element to which
    /// it fails over is told it as [`Event::State`].
    pub fn leave_state(&mut self, session: Session, state: Vec<u8>) {
        self.act(Effect::Cookie { session, state });
    }

    /// Ends a session gracefully; [`Event::Ended`] follows.
    pub fn end(&mut self, session: Session) {
        self.act(Effect::End { session });
    }

    /// The policy or its values are these from now on. Its type must be the pool's.
    pub fn set_policy(&mut self, policy: Policy) {
        let now = self.clock.now();
        self.driver.set_policy(now, policy, &mut self.stack);
    }

    /// The load is this from now on, from 0 to `u32::MAX`; only adaptive policies tell it.
    pub fn set_load(&mut self, load: u32) {
        self.driver
            .set_load(self.clock.now(), load, &mut self.stack);
    }

    /// The registration life is this from now on.
    pub fn set_life(&mut self, life: RegistrationLife) {
        self.driver
            .set_life(self.clock.now(), life, &mut self.stack);
    }

    /// Users come there from now on.
    pub fn set_user_transport(&mut self, users: Transport) {
        let now = self.clock.now();
        self.driver.set_user_transport(now, users, &mut self.stack);
    }

    /// The business card given to pool users (RFC 5352 §3.9) in place of the one it gives by itself; none to give no
    /// more.
    pub fn set_card(&mut self, card: Option<BusinessCard>) {
        self.driver
            .set_card(self.clock.now(), card, &mut self.stack);
    }

    /// Reports another PE, to which data was sent and which could not be reached (Transport.Failure, RFC 5352
    /// §6.9.2).
    pub fn unreachable(&mut self, pool: PoolHandle, pe: PeIdentifier) {
        let now = self.clock.now();
        self.driver.unreachable(now, pool, pe, &mut self.stack);
    }

    /// Its PE identifier.
    pub fn id(&self) -> PeIdentifier {
        self.driver.engine().id()
    }

    /// Its pool.
    pub fn pool(&self) -> &PoolHandle {
        &self.driver.engine().config().pool
    }

    /// Whether a registrar has accepted it, and nothing since says otherwise.
    pub fn is_registered(&self) -> bool {
        self.driver.engine().is_registered()
    }

    /// Transport addresses of the Home ENRP server; empty without one.
    pub fn home_addrs(&self) -> &[SocketAddr] {
        self.driver.home_addrs()
    }

    /// The identifier of the Home ENRP server: known only if it announced itself, or sent a keep-alive.
    pub fn home(&self) -> Option<ServerId> {
        self.driver.engine().home_id()
    }

    /// Where pool users come.
    pub fn user_transport(&self) -> &Transport {
        self.driver.user_transport()
    }

    /// Transport addresses of the ASAP endpoint.
    pub fn asap_addrs(&self) -> &[SocketAddr] {
        self.driver.asap_addrs()
    }

    /// The UDP address that carries SCTP, if it is not the kernel that does.
    pub fn udp_addr(&self) -> Option<SocketAddr> {
        self.stack.udp_addr()
    }

    /// De-registers and ends all sessions gracefully, as far as that goes within the grace of the settings.
    /// Gives what happened meanwhile.
    pub async fn stop(mut self) -> io::Result<Vec<Event>> {
        let end = self.clock.now() + self.grace;
        self.driver.stop(self.clock.now(), &mut self.stack);
        let mut events = Vec::new();
        loop {
            while let Some(event) = self.driver.poll_event() {
                // Data is of no use any more, and there may be much of it.
                if !matches!(event, Event::Data { .. }) {
                    events.push(event);
                }
            }
            if self.driver.stopped() || self.clock.now() >= end {
                return Ok(events);
            }
            let wake = self.driver.deadline().map_or(end, |at| at.min(end));
            self.turn(Some(wake)).await?;
        }
    }

    fn act(&mut self, effect: Effect) {
        self.driver.act(self.clock.now(), effect, &mut self.stack);
    }

    /// Waits for one event of the stack or for a deadline, and lets the driver have it.
    async fn turn(&mut self, until: Option<Duration>) -> io::Result<()> {
        let until = until.map(|at| self.clock.at(self.clock.now(), at));
        let event = self.stack.recv(until).await?;
        let now = self.clock.now();
        match event {
            Some(event) => self.driver.event(now, event, &mut self.stack),
            None => self.driver.timeout(now, &mut self.stack),
        }
        Ok(())
    }
}

/// Starts the stack. Where another program has the usual UDP port of the address, it takes any other one, unless
/// a port is set.
fn start_stack(settings: &Settings) -> Result<Stack, Failure> {
    let carriage = || settings.carriage().map_err(Failure::Settings);
    let (mode, config) = carriage()?;
    let (ip, port) = (config.ip, config.udp_port);
    match Stack::start(mode, config) {
        Err(error)
            if error.kind() == io::ErrorKind::AddrInUse
                && settings.udp_port.is_none()
                && mode != Mode::Kernel =>
        {
            let (mode, config) = carriage()?;
            let udp_port = 0;
            let stack = Stack::start(mode, StackConfig { udp_port, ..config })?;
            tracing::warn!(
                "UDP port {port} of {ip} is taken, using {} instead: only who knows it can call, so \
                 another registrar cannot take this pool element over",
                stack
                    .udp_addr()
                    .map_or_else(|| "another".to_owned(), |addr| addr.port().to_string()),
            );
            Ok(stack)
        }
        started => Ok(started?),
    }
}
