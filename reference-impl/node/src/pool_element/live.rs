//! A pool element on a live stack: the driver with a clock.

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
use crate::clock::{Clock, with_advice};
use crate::services::{Effect, Message, Service, Session};

/// A pool element; the [module](super) has examples.
///
/// It needs a tokio runtime with I/O and time and stays on one thread. It works only while
/// [`next_event`](Self::next_event) is awaited: await it whenever the program is idle.
#[derive(Debug)]
pub struct PoolElement {
    driver: ElementDriver,
    stack: Stack,
    clock: Clock,
    grace: Duration,
}

impl PoolElement {
    /// Starts a pool element and begins to register it. A service in the settings serves the pool users; without
    /// one, [`next_event`](Self::next_event) returns their messages, unless the settings have the transport of
    /// another program that serves them.
    ///
    /// # Errors
    /// A setting cannot be used, or this host does not offer what the settings ask for.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime with I/O and time.
    pub fn start(settings: &Settings) -> Result<Self, Failure> {
        let mut element = Self::outside(settings, settings.built_in())?;
        element.register();
        Ok(element)
    }

    /// Starts a pool element with the caller's service in place of the one in the settings, and begins to register
    /// it.
    ///
    /// # Errors
    /// A setting cannot be used, or this host does not offer what the settings ask for.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime with I/O and time.
    pub fn serve(settings: &Settings, service: Box<dyn Service>) -> Result<Self, Failure> {
        let mut element = Self::outside(settings, Some(service))?;
        element.register();
        Ok(element)
    }

    /// Starts a pool element that registers only when [`register`](Self::register) is called; the service is
    /// optional.
    ///
    /// # Errors
    /// A setting cannot be used, or this host does not offer what the settings ask for.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime with I/O and time.
    pub fn outside(
        settings: &Settings,
        service: Option<Box<dyn Service>>,
    ) -> Result<Self, Failure> {
        let setup = settings.setup().map_err(Failure::Settings)?;
        let (mut stack, clock) = (start_stack(settings)?, Clock::start());
        let seed = settings.seed.unwrap_or_else(|| fastrand::u64(..));
        let driver = ElementDriver::start(setup, service, seed, &mut stack, clock.now())
            .map_err(with_advice)?;
        tracing::info!("pool element {}, seed {seed}", driver.engine().id());
        Ok(Self {
            driver,
            stack,
            clock,
            grace: settings.grace(),
        })
    }

    /// Waits for the next event: of the registration, of pool users, their data and their cookies. Dropping the
    /// future loses no event.
    ///
    /// # Errors
    /// The stack failed.
    pub async fn next_event(&mut self) -> io::Result<Event> {
        loop {
            if let Some(event) = self.driver.poll_event() {
                return Ok(event);
            }
            self.turn(self.driver.deadline()).await?;
        }
    }

    /// Registers the PE (Registration.Request, RFC 5352 §6.1); also after a rejection and after
    /// [`deregister`](Self::deregister).
    pub fn register(&mut self) {
        self.driver.register(self.clock.now(), &mut self.stack);
    }

    /// De-registers the PE (Deregistration.Request, RFC 5352 §6.2). Open sessions continue.
    pub fn deregister(&mut self) {
        self.driver.deregister(self.clock.now(), &mut self.stack);
    }

    /// Sends a message to a pool user, or drops it if the session has ended. If too many octets wait for a pool user
    /// that does not read, the session ends.
    pub fn send(&mut self, session: Session, message: Message<'_>) {
        self.act(Effect::Send {
            session,
            stream: message.stream,
            ppid: message.ppid,
            octets: message.octets.to_vec(),
        });
    }

    /// Sends a state to a pool user as a cookie, which replaces the previous one. After a failover, the next pool
    /// element receives the state as [`Event::State`].
    pub fn leave_state(&mut self, session: Session, state: Vec<u8>) {
        self.act(Effect::Cookie { session, state });
    }

    /// Ends a session gracefully; [`Event::Ended`] follows.
    pub fn end(&mut self, session: Session) {
        self.act(Effect::End { session });
    }

    /// Sets the policy or its values and registers them. Its type must be that of the pool's policy.
    pub fn set_policy(&mut self, policy: Policy) {
        let now = self.clock.now();
        self.driver.set_policy(now, policy, &mut self.stack);
    }

    /// Sets the load, from 0 to `u32::MAX` (100 %). Only adaptive policies announce it.
    pub fn set_load(&mut self, load: u32) {
        self.driver
            .set_load(self.clock.now(), load, &mut self.stack);
    }

    /// Sets the registration life and registers it.
    pub fn set_life(&mut self, life: RegistrationLife) {
        self.driver
            .set_life(self.clock.now(), life, &mut self.stack);
    }

    /// Sets the user transport and registers it.
    pub fn set_user_transport(&mut self, users: Transport) {
        let now = self.clock.now();
        self.driver.set_user_transport(now, users, &mut self.stack);
    }

    /// Sets the business card that pool users receive (RFC 5352 §3.9), in place of its own; with none it sends no
    /// more cards.
    pub fn set_card(&mut self, card: Option<BusinessCard>) {
        self.driver
            .set_card(self.clock.now(), card, &mut self.stack);
    }

    /// Reports another PE to the registrar after data for it could not be delivered (Transport.Failure, RFC 5352
    /// §6.9.2).
    pub fn unreachable(&mut self, pool: PoolHandle, pe: PeIdentifier) {
        let now = self.clock.now();
        self.driver.unreachable(now, pool, pe, &mut self.stack);
    }

    /// Returns the PE Identifier.
    pub fn id(&self) -> PeIdentifier {
        self.driver.engine().id()
    }

    /// Returns the pool handle.
    pub fn pool(&self) -> &PoolHandle {
        &self.driver.engine().config().pool
    }

    /// Returns whether it is registered, as far as it knows.
    pub fn is_registered(&self) -> bool {
        self.driver.engine().is_registered()
    }

    /// Returns the transport addresses of the Home ENRP server; empty without one.
    pub fn home_addrs(&self) -> &[SocketAddr] {
        self.driver.home_addrs()
    }

    /// Returns the identifier of the Home ENRP server, which is known after an announcement or a keep-alive.
    pub fn home(&self) -> Option<ServerId> {
        self.driver.engine().home_id()
    }

    /// Returns the user transport.
    pub fn user_transport(&self) -> &Transport {
        self.driver.user_transport()
    }

    /// Returns the transport addresses of the ASAP endpoint.
    pub fn asap_addrs(&self) -> &[SocketAddr] {
        self.driver.asap_addrs()
    }

    /// Returns the UDP address that carries SCTP; none if the kernel carries it.
    pub fn udp_addr(&self) -> Option<SocketAddr> {
        self.stack.udp_addr()
    }

    /// De-registers and ends all sessions gracefully, within the grace of the settings. Returns the events until
    /// then, without data.
    ///
    /// # Errors
    /// The stack failed.
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

    /// Waits for one event of the stack or for a deadline, and passes it to the driver.
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

/// Starts the stack. If another program uses the default UDP port of the address and no port is set, the stack
/// uses any free port.
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
                "UDP port {port} of {ip} is in use, so SCTP uses UDP port {} instead: registrars that do not know \
                 this port cannot take this pool element over",
                stack
                    .udp_addr()
                    .map_or_else(|| "another".to_owned(), |addr| addr.port().to_string()),
            );
            Ok(stack)
        }
        started => Ok(started?),
    }
}
