//! The worlds of a target, one for each case.

use crate::ask::{Answer, ask};
use crate::carrier::Carrier;
use crate::fault::Fault;
use crate::in_process::InProcess;
use crate::launch::Launcher;
use crate::live::{Contact, LOOK, Live, Place, Slot};
use crate::peer_addresses;
use crate::target::{INSTANCES, Ready, Target};
use rsp_transport::probe;
use rspcheck_spec::ics::Ics;
use rspcheck_spec::run::{Driver, Stack};
use rspcheck_testkit::{EndpointKind, Instance, World, WorldError};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Makes the world of each case of a run.
pub struct Worlds {
    launcher: Launcher,
    /// The target of all instances but the first, if it is another one.
    others: Option<Arc<Target>>,
    /// The target that serves all cases, unless it is started for each.
    shared: Option<Shared>,
    fault: Option<Fault>,
    /// The instance that has the fault; all of them without one.
    faulty: Option<Instance>,
    /// The reason for which announcements cannot be received here, checked once on demand.
    deaf: OnceLock<Option<String>>,
    /// The reason for which no case can start the target with peers, checked in the same way.
    peerless: OnceLock<Option<String>>,
    /// The reason for which no case can start several instances, checked in the same way.
    single: OnceLock<Option<String>>,
    /// Cases in a row in which no association with the target came up.
    unreached: AtomicU32,
}

/// A target that serves one case after the other. The slot is empty while a case has it, and after its end.
struct Shared {
    slot: Slot,
    place: Mutex<Place>,
}

impl Worlds {
    /// Starts the shared target where there is one. `harness` is the path of the running binary.
    pub fn new(
        target: Target,
        carrier: Carrier,
        harness: PathBuf,
        interrupted: Arc<AtomicBool>,
    ) -> Result<Worlds, WorldError> {
        let live = target.driver != Driver::InProcess;
        let carrier = match carrier {
            Carrier::Kernel if live => {
                let works = probe::kernel_sctp();
                works.map_err(|missing| {
                    WorldError::Environment(format!("--transport kernel: {missing}"))
                })?;
                Carrier::Kernel
            }
            Carrier::Auto if probe::kernel_sctp().is_ok() => Carrier::Kernel,
            Carrier::Auto => Carrier::Udp,
            chosen => chosen,
        };
        let deaf = OnceLock::new();
        let launcher = Launcher {
            target: Arc::new(target),
            carrier,
            harness,
            interrupted,
            ip: None,
        };
        let mut worlds = Worlds {
            launcher,
            others: None,
            shared: None,
            fault: None,
            faulty: None,
            deaf,
            peerless: OnceLock::new(),
            single: OnceLock::new(),
            unreached: AtomicU32::new(0),
        };
        if worlds.launcher.target.driver == Driver::Spawn && !worlds.launcher.target.fresh {
            let (process, place) = worlds.launcher.spawn()?;
            let slot = Arc::new(Mutex::new(Some(process)));
            worlds.shared = Some(Shared {
                slot,
                place: Mutex::new(place),
            });
        }
        Ok(worlds)
    }

    /// Makes another target of all instances but the first. [`Target::beside`] returns both.
    #[must_use]
    pub fn with_others(mut self, others: Target) -> Worlds {
        self.others = Some(Arc::new(others));
        self
    }

    /// Returns true if the instances are of two targets.
    pub fn is_mixed(&self) -> bool {
        self.others.is_some()
    }

    /// Puts a fault into the target in process; targets of the other drivers stay as they are.
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Worlds {
        self.fault = Some(fault);
        self
    }

    /// Puts a fault into one instance of the target in process.
    #[must_use]
    pub fn with_fault_in(mut self, instance: Instance, fault: Fault) -> Worlds {
        (self.fault, self.faulty) = (Some(fault), Some(instance));
        self
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.launcher.target
    }

    /// The SCTP stack in use.
    pub fn transport(&self) -> Stack {
        match self.launcher.target.driver {
            Driver::InProcess => Stack::Sim,
            Driver::Attach | Driver::Spawn => self.launcher.stack(),
        }
    }

    /// Returns the reason for which a capability that the target claims cannot be tested from this machine.
    pub fn unavailable(&self, ics: Ics) -> Option<&str> {
        let target = &self.launcher.target;
        if target.driver == Driver::InProcess {
            return None;
        }
        if ics == Ics::EnrpPeers {
            let missing = || self.peers_missing();
            return self.peerless.get_or_init(missing).as_deref();
        }
        if ics == Ics::SeveralTargets {
            let missing = || self.several_missing();
            return self.single.get_or_init(missing).as_deref();
        }
        if ics != Ics::Announce || !target.local.is_loopback() {
            return None;
        }
        let deaf = || {
            probe::multicast(self.launcher.target.announce.ip())
                .err()
                .map(|missing| missing.to_string())
        };
        self.deaf.get_or_init(deaf).as_deref()
    }

    /// Returns the reason for which no case can start the target with peers.
    fn peers_missing(&self) -> Option<String> {
        let target = &self.launcher.target;
        let Some(peers) = target
            .peers
            .as_ref()
            .filter(|_| target.driver == Driver::Spawn)
        else {
            return Some(
                "rspcheck cannot start this target with peers; that needs driver = \"spawn\""
                    .to_owned(),
            );
        };
        peer_addresses::check(peers, self.launcher.carrier)
            .err()
            .map(|error| error.to_string())
    }

    /// Returns the reason for which no case can start several instances.
    fn several_missing(&self) -> Option<String> {
        if self.launcher.carrier == Carrier::Kernel {
            return Some(
                "over the SCTP of the kernel rspcheck does not see what instances send to each other; with --transport \
                 udp its relay carries it"
                    .to_owned(),
            );
        }
        let missing = self.launcher.target.refuses_several();
        missing.or_else(|| self.several().err().map(|error| error.to_string()))
    }

    /// Runs one case, which needs these capabilities, in its own world. Returns the result of the case, and the reason for the end of the target if it
    /// ended before the case.
    pub fn case<T>(
        &self,
        seed: u64,
        needs: &[Ics],
        case: impl FnOnce(&mut dyn World) -> T,
    ) -> Result<(T, Option<String>), WorldError> {
        if self.launcher.target.driver == Driver::InProcess {
            return Ok((case(&mut self.in_process(seed)?), None));
        }
        let world = if needs.contains(&Ics::SeveralTargets) {
            self.several()?
        } else if needs.contains(&Ics::EnrpPeers) {
            self.to_be_started()?
        } else {
            self.live()?
        };
        let mut world = world.limited(self.launcher.target.case_limit);
        let given = case(&mut world);
        let end = world.target_end();
        match world.contact() {
            Contact::Unasked => {}
            Contact::Made => self.unreached.store(0, Ordering::Relaxed),
            Contact::Missed => {
                self.unreached.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok((given, end))
    }

    /// Returns the world of one case.
    pub fn world(&self, seed: u64) -> Result<Box<dyn World>, WorldError> {
        match self.launcher.target.driver {
            Driver::InProcess => Ok(Box::new(self.in_process(seed)?)),
            Driver::Attach | Driver::Spawn => Ok(Box::new(
                self.live()?.limited(self.launcher.target.case_limit),
            )),
        }
    }

    fn in_process(&self, seed: u64) -> Result<InProcess, WorldError> {
        let setup = crate::bundled::setup(&self.launcher.target.timers);
        match (self.fault, self.faulty) {
            (Some(fault), Some(instance)) => {
                InProcess::with_fault_in(setup, seed, (fault, instance))
            }
            (fault, _) => InProcess::new(setup, seed, fault),
        }
    }

    /// Returns the world of a case that starts the target. A shared target is stopped before, because it may have the
    /// same addresses; the next case that needs it starts a new one.
    fn to_be_started(&self) -> Result<Live, WorldError> {
        if let Some(shared) = &self.shared {
            drop(lock(&shared.slot).take());
        }
        let place = self.launcher.free_place()?;
        Live::to_be_started(self.launcher.clone(), place)
    }

    /// Returns the world of a case that starts several instances of the target. A shared target stays: it has another
    /// address.
    fn several(&self) -> Result<Live, WorldError> {
        let mut launchers = vec![self.launcher.clone(); usize::from(INSTANCES)];
        if let Some(others) = &self.others {
            for launcher in &mut launchers[1..] {
                launcher.target = Arc::clone(others);
            }
        }
        Live::several(launchers)
    }

    fn live(&self) -> Result<Live, WorldError> {
        let Some(shared) = &self.shared else {
            let (process, place) = match self.launcher.target.driver {
                Driver::Spawn => self
                    .launcher
                    .spawn()
                    .map(|(process, place)| (Some(process), place))?,
                Driver::Attach | Driver::InProcess => (None, self.launcher.place()),
            };
            return Live::new(place, process, self.launcher.interrupted.clone());
        };
        let waiting = lock(&shared.slot).take();
        let process = match waiting.filter(|process| process.ended().is_none()) {
            Some(process) => process,
            None => {
                let (process, place) = self.launcher.spawn()?;
                *lock(&shared.place) = place;
                process
            }
        };
        let place = lock(&shared.place).clone();
        Ok(
            Live::new(place, Some(process), self.launcher.interrupted.clone())?
                .lent_from(shared.slot.clone()),
        )
    }

    /// Sends a handle resolution before the first case. Returns the time until the answer.
    ///
    /// # Errors
    /// [`WorldError::Environment`] if the target does not answer within its start timeout.
    pub fn probe(&self) -> Result<Duration, WorldError> {
        let mut world = self.world(0)?;
        let within = self.launcher.target.start_timeout;
        let last = match ask(world.as_mut(), self.launcher.target.ready, within)? {
            Answer::After(took) => return Ok(took),
            Answer::None { last } => last,
        };
        let place = world.target_addr(Instance::FIRST, EndpointKind::Sctp);
        let missing = match self.launcher.target.ready {
            Ready::Association => "accepts no association",
            Ready::Line | Ready::AsapResolution => "does not answer a handle resolution",
        };
        Err(WorldError::Environment(format!(
            "{} {missing} at {place} over {} within {} s ({last}); check its address, \
             --transport and `rspcheck doctor`",
            self.launcher.target.name,
            self.transport(),
            within.as_secs_f64()
        )))
    }

    /// Returns the number of cases in a row, up to the last one, in which the harness set up associations and none
    /// came up. Cases that set up none do not count.
    pub fn unreached(&self) -> u32 {
        self.unreached.load(Ordering::Relaxed)
    }

    /// Waits up to `within` until the target answers a handle resolution; returns true if it does.
    pub fn answers(&self, within: Duration) -> bool {
        let answer = self
            .live()
            .and_then(|mut world| ask(&mut world, self.launcher.target.ready, within));
        let answers = matches!(answer, Ok(Answer::After(_)));
        if answers {
            self.unreached.store(0, Ordering::Relaxed);
        }
        answers
    }

    /// Checks a shared target after a failed case. Stops it if it does not answer a handle resolution, so that the
    /// next case starts a new one, and returns a sentence about it.
    pub fn renew_shared(&self) -> Option<String> {
        let shared = self.shared.as_ref()?;
        let within = self
            .launcher
            .target
            .timers
            .t1_enrprequest
            .min(self.launcher.target.start_timeout);
        let mut world = self.live().ok()?;
        if let Ok(Answer::After(_)) = ask(&mut world, self.launcher.target.ready, within) {
            return None;
        }
        drop(world);
        if self.launcher.interrupted.load(Ordering::Relaxed) {
            return None;
        }
        drop(lock(&shared.slot).take());
        let what = format!(
            "{} does not answer any more; it is started anew",
            self.launcher.target.name
        );
        Some(what)
    }

    /// Returns a description of the end of the target that serves a whole run, if it has ended or ends at this moment.
    pub fn shared_end(&self) -> Option<String> {
        let slot = &self.shared.as_ref()?.slot;
        lock(slot).as_ref()?.ended_until(clock() + LOOK)
    }

    /// Returns the addresses of the target that serves a whole run.
    pub fn shared_place(&self) -> Place {
        self.shared.as_ref().map_or_else(
            || self.launcher.place(),
            |shared| lock(&shared.place).clone(),
        )
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "a live target runs on wall time")]
fn clock() -> Instant {
    Instant::now()
}
