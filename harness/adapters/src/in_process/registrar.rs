//! One instance of the target in process: its engine, its host, and the fault between them.

use crate::event_map::environment;
use crate::fault::{Fault, Faulty, Later, Received, State};
use crate::obituary::Unanswered;
use rserpool::registrar::driver::{EnrpEndpoint, RegistrarDriver, Setup};
use rsp_transport::sim::{HostId, Net};
use rsp_transport::{AssocId, DownKind, Event, Outgoing, Transport};
use rspcheck_testkit::{Signal, Start, WorldError};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::{ASAP_PORT, ASAP_PPID, ENRP_PORT, GROUP};

/// Longest time for the associations of a registrar that stops to end.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// A registrar, running or not.
pub(super) struct Registrar {
    pub(super) host: HostId,
    ip: IpAddr,
    /// Settings of the registrar, without peers.
    setup: Setup,
    seed: u64,
    /// Number of times that it was started.
    starts: u64,
    fault: Option<Fault>,
    state: State,
    /// The engine; none before the first start, and after a stop.
    driver: Option<RegistrarDriver>,
    /// True while the process is suspended.
    frozen: bool,
    /// Time at which it ends, if it is stopping.
    ends: Option<Duration>,
    /// Addresses of other registrars by their associations.
    partners: BTreeMap<AssocId, IpAddr>,
    pub(super) unanswered: Unanswered,
    /// The panic message of the engine, which takes no input after a panic.
    pub(super) died: Option<String>,
}

impl Registrar {
    /// Adds the host of a registrar that does not run yet.
    pub(super) fn new(
        net: &mut Net,
        ip: IpAddr,
        setup: &Setup,
        seed: u64,
        fault: Option<Fault>,
    ) -> Registrar {
        let mut setup = Setup {
            asap_addrs: vec![ip],
            asap_port: ASAP_PORT,
            tcp: Some(SocketAddr::new(ip, ASAP_PORT)),
            announce: vec![SocketAddr::new(GROUP, ASAP_PORT)],
            ..setup.clone()
        };
        if let Some(fault) = fault {
            (fault.settings)(&mut setup.config);
        }
        Registrar {
            host: net.add_host(ip),
            ip,
            setup,
            seed,
            starts: 0,
            fault,
            state: State::default(),
            driver: None,
            frozen: false,
            ends: None,
            partners: BTreeMap::new(),
            unanswered: Unanswered::default(),
            died: None,
        }
    }

    /// Starts it without an ENRP endpoint.
    pub(super) fn start_alone(&mut self, net: &mut Net) -> Result<(), WorldError> {
        self.run(net, self.setup.clone())
    }

    /// Starts it anew, with an ENRP endpoint.
    pub(super) fn start(&mut self, net: &mut Net, start: &Start) -> Result<(), WorldError> {
        let mut setup = self.setup.clone();
        setup.enrp = Some(EnrpEndpoint {
            addrs: vec![self.ip],
            port: ENRP_PORT,
        });
        setup.config.enrp.peers.clone_from(&start.peers);
        setup.config.id = start.server_id.and_then(NonZeroU32::new);
        net.restart(self.host);
        self.run(net, setup)
    }

    fn run(&mut self, net: &mut Net, setup: Setup) -> Result<(), WorldError> {
        self.state = State::default();
        self.partners.clear();
        (self.died, self.frozen, self.ends) = (None, false, None);
        // A registrar that starts again draws other numbers, such as another server ID.
        let seed = self.seed.wrapping_add(self.starts);
        self.starts += 1;
        let now = net.now();
        let mut host = net.host(self.host);
        let mut transport = Faulty::new(&mut host, self.fault, now, &mut self.state);
        let driver =
            RegistrarDriver::start(setup, seed, &mut transport, now).map_err(environment)?;
        self.driver = Some(driver);
        Ok(())
    }

    pub(super) fn stop(&mut self, net: &mut Net, signal: Signal) {
        match signal {
            Signal::Kill => self.end(net),
            Signal::Terminate if self.driver.is_some() => {
                let now = net.now();
                self.ends = Some(now + STOP_GRACE);
                self.drive(net, |driver, transport| driver.stop(now, transport));
            }
            Signal::Terminate => {}
        }
    }

    fn end(&mut self, net: &mut Net) {
        net.kill(self.host);
        (self.driver, self.frozen, self.ends) = (None, false, None);
        self.state = State::default();
    }

    pub(super) fn freeze(&mut self, net: &mut Net) {
        self.frozen = true;
        net.freeze(self.host);
    }

    pub(super) fn thaw(&mut self, net: &mut Net) {
        self.frozen = false;
        net.thaw(self.host);
    }

    /// Returns the time of its next timer, of its end, or of a fault's next deed.
    pub(super) fn due(&self) -> Option<Duration> {
        let deed = self.state.due().filter(|_| !self.frozen);
        let all = [self.timer(), deed, self.ends];
        all.into_iter().flatten().min()
    }

    fn timer(&self) -> Option<Duration> {
        self.driver.as_ref().filter(|_| !self.frozen)?.deadline()
    }

    /// Returns the registrar at the other end of the association of an event, if it is one of these.
    pub(super) fn partner(&mut self, registrars: &[IpAddr], event: &Event) -> Option<IpAddr> {
        if let Event::Up { assoc, peer, .. } = event {
            let ip = peer.first().map(SocketAddr::ip);
            let ip = ip.filter(|ip| registrars.contains(ip))?;
            self.partners.insert(*assoc, ip);
        }
        let partner = self.partners.get(&event.assoc()?).copied();
        if let Event::Down { assoc, .. } = event {
            self.partners.remove(assoc);
        }
        partner
    }

    /// Handles an event of its transport.
    pub(super) fn event(&mut self, net: &mut Net, event: Event) {
        let now = net.now();
        if let Some(event) = self.spoilt(net, event) {
            self.drive(net, |driver, transport| driver.event(now, event, transport));
        }
        self.end_if_stopped(net);
    }

    /// Does a deed that a fault has put off, if one is due. Returns true if it did.
    pub(super) fn catch_up(&mut self, net: &mut Net) -> bool {
        if self.frozen {
            return false;
        }
        let deed = self.state.take_due(net.now());
        let done = deed.is_some();
        deed.into_iter().for_each(|deed| self.do_later(net, deed));
        done
    }

    /// Handles the timers that are due.
    pub(super) fn timeout(&mut self, net: &mut Net) {
        let now = net.now();
        if self.timer().is_some_and(|at| at <= now) {
            self.drive(net, |driver, transport| driver.timeout(now, transport));
        }
        self.end_if_stopped(net);
    }

    fn end_if_stopped(&mut self, net: &mut Net) {
        let stopped = self.driver.as_ref().is_some_and(RegistrarDriver::stopped);
        if self.ends.is_some_and(|at| stopped || at <= net.now()) {
            self.end(net);
        }
    }

    /// Returns what the fault makes of an event; `None` if the registrar does not see it.
    fn spoilt(&mut self, net: &mut Net, mut event: Event) -> Option<Event> {
        let Some(fault) = self.fault else {
            return Some(event);
        };
        let Event::Message {
            assoc,
            ppid,
            octets,
            ..
        } = &mut event
        else {
            return (fault.event)(&mut event, &mut self.state.memory).then_some(event);
        };
        let assoc = *assoc;
        let mut received = Received {
            octets: std::mem::take(octets),
            assoc: assoc.0,
            ppid: *ppid,
            at: net.now(),
            memory: std::mem::take(&mut self.state.memory),
            aborts: false,
            injected: Vec::new(),
        };
        let goes_on = (fault.received)(&mut received);
        self.state.memory = received.memory;
        self.state.inject(received.injected);
        *octets = received.octets;
        if received.aborts {
            net.host(self.host).abort(assoc);
            return Some(Event::Down {
                assoc,
                kind: DownKind::Aborted,
                cause: None,
                why: String::new(),
            });
        }
        goes_on.then_some(event)
    }

    fn do_later(&mut self, net: &mut Net, deed: Later) {
        let now = net.now();
        match deed {
            Later::Receive { assoc, octets } => {
                let event = Event::Message {
                    assoc,
                    stream: 0,
                    ppid: ASAP_PPID,
                    unordered: None,
                    octets,
                };
                self.drive(net, |driver, transport| driver.event(now, event, transport));
            }
            Later::Send {
                assoc,
                stream,
                ppid,
                octets,
            } => {
                let message = Outgoing {
                    stream,
                    ppid,
                    unordered: false,
                    octets: &octets,
                };
                // The association may be gone meanwhile.
                let _ = net.host(self.host).send(assoc, message);
            }
        }
    }

    /// Calls the engine. If it panics, the registrar has died; the network and the players are not affected.
    fn drive(&mut self, net: &mut Net, call: impl FnOnce(&mut RegistrarDriver, &mut Faulty<'_>)) {
        let Some(driver) = self.driver.as_mut().filter(|_| self.died.is_none()) else {
            return;
        };
        let now = net.now();
        let (fault, state) = (self.fault, &mut self.state);
        let done = catch_unwind(AssertUnwindSafe(|| {
            let mut host = net.host(self.host);
            call(driver, &mut Faulty::new(&mut host, fault, now, state));
        }));
        if let Err(panic) = done {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            let end = format!("its engine panicked: {text}");
            self.died = Some(self.unanswered.obituary(&end, None));
        }
    }
}
