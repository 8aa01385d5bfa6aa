//! The worlds of a target, one for each case.

use crate::carrier::Carrier;
use crate::fault::Fault;
use crate::in_process::InProcess;
use crate::live::{Contact, LOOK, Live, Place, Slot};
use crate::process::Process;
use crate::target::{Ready, Target};
use crate::{occupied, ports};
use rsp_transport::probe;
use rspcheck_spec::event::OutputStream;
use rspcheck_spec::ics::Ics;
use rspcheck_spec::run::{Driver, Stack};
use rspcheck_testkit::{Change, EndpointKind, Happening, Instance, World, WorldError, forge};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Makes the world of each case of a run.
pub struct Worlds {
    target: Target,
    carrier: Carrier,
    /// The harness's own binary: `{self}` in commands, and the guard of spawned targets.
    harness: PathBuf,
    interrupted: Arc<AtomicBool>,
    /// The target that serves all cases, unless it is started for each.
    shared: Option<Shared>,
    fault: Option<Fault>,
    /// The reason for which announcements cannot be received here, checked once on demand.
    deaf: OnceLock<Option<String>>,
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
        let mut worlds = Worlds {
            target,
            carrier,
            harness,
            interrupted,
            shared: None,
            fault: None,
            deaf,
            unreached: AtomicU32::new(0),
        };
        if worlds.target.driver == Driver::Spawn && !worlds.target.fresh {
            let (process, place) = worlds.spawn()?;
            let slot = Arc::new(Mutex::new(Some(process)));
            worlds.shared = Some(Shared {
                slot,
                place: Mutex::new(place),
            });
        }
        Ok(worlds)
    }

    /// Puts a fault into the target in process; targets of the other drivers stay as they are.
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Worlds {
        self.fault = Some(fault);
        self
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The SCTP stack in use.
    pub fn transport(&self) -> Stack {
        match (self.target.driver, self.carrier) {
            (Driver::InProcess, _) => Stack::Sim,
            (_, Carrier::Kernel) => Stack::Kernel,
            (_, Carrier::Udp | Carrier::Auto) => Stack::Udp,
        }
    }

    /// Returns the reason for which a capability that the target claims cannot be tested from this machine.
    pub fn unavailable(&self, ics: Ics) -> Option<&str> {
        if ics != Ics::Announce
            || self.target.driver == Driver::InProcess
            || !self.target.local.is_loopback()
        {
            return None;
        }
        let deaf = || {
            probe::multicast(self.target.announce.ip())
                .err()
                .map(|missing| missing.to_string())
        };
        self.deaf.get_or_init(deaf).as_deref()
    }

    /// Runs one case in its own world. Returns the result of the case, and the reason for the end of the target if it
    /// ended before the case.
    pub fn case<T>(
        &self,
        seed: u64,
        case: impl FnOnce(&mut dyn World) -> T,
    ) -> Result<(T, Option<String>), WorldError> {
        if self.target.driver == Driver::InProcess {
            return Ok((case(&mut self.in_process(seed)?), None));
        }
        let mut world = self.live()?.limited(self.target.case_limit);
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
        match self.target.driver {
            Driver::InProcess => Ok(Box::new(self.in_process(seed)?)),
            Driver::Attach | Driver::Spawn => {
                Ok(Box::new(self.live()?.limited(self.target.case_limit)))
            }
        }
    }

    fn in_process(&self, seed: u64) -> Result<InProcess, WorldError> {
        InProcess::new(crate::bundled::setup(&self.target.timers), seed, self.fault)
    }

    fn live(&self) -> Result<Live, WorldError> {
        let Some(shared) = &self.shared else {
            let (process, place) = match self.target.driver {
                Driver::Spawn => self
                    .spawn()
                    .map(|(process, place)| (Some(process), place))?,
                Driver::Attach | Driver::InProcess => (None, self.place()),
            };
            return Live::new(place, process, self.interrupted.clone());
        };
        let waiting = lock(&shared.slot).take();
        let process = match waiting.filter(|process| process.ended().is_none()) {
            Some(process) => process,
            None => {
                let (process, place) = self.spawn()?;
                *lock(&shared.place) = place;
                process
            }
        };
        let place = lock(&shared.place).clone();
        Ok(Live::new(place, Some(process), self.interrupted.clone())?
            .lent_from(shared.slot.clone()))
    }

    /// Sends a handle resolution before the first case. Returns the time until the answer.
    ///
    /// # Errors
    /// [`WorldError::Environment`] if the target does not answer within its start timeout.
    pub fn probe(&self) -> Result<Duration, WorldError> {
        let mut world = self.world(0)?;
        let within = self.target.start_timeout;
        let last = match ask(world.as_mut(), self.target.ready, within)? {
            Answer::After(took) => return Ok(took),
            Answer::None { last } => last,
        };
        let place = world.target_addr(Instance::FIRST, EndpointKind::Sctp);
        let missing = match self.target.ready {
            Ready::Association => "accepts no association",
            Ready::Line | Ready::AsapResolution => "does not answer a handle resolution",
        };
        Err(WorldError::Environment(format!(
            "{} {missing} at {place} over {} within {} s ({last}); check its address, \
             --transport and `rspcheck doctor`",
            self.target.name,
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
            .and_then(|mut world| ask(&mut world, self.target.ready, within));
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
            .target
            .timers
            .t1_enrprequest
            .min(self.target.start_timeout);
        let mut world = self.live().ok()?;
        if let Ok(Answer::After(_)) = ask(&mut world, self.target.ready, within) {
            return None;
        }
        drop(world);
        if self.interrupted.load(Ordering::Relaxed) {
            return None;
        }
        drop(lock(&shared.slot).take());
        let what = format!(
            "{} does not answer any more; it is started anew",
            self.target.name
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
        self.shared
            .as_ref()
            .map_or_else(|| self.place(), |shared| lock(&shared.place).clone())
    }

    fn place(&self) -> Place {
        Place {
            asap: self.target.asap,
            udp_port: self.target.udp_port,
            tcp: self.target.tcp,
            announce: self.target.announce,
            local: self.target.local,
            carrier: self.carrier,
        }
    }

    /// Returns the addresses of a target before its start, with a free port in place of each port 0 of its file.
    fn free_place(&self) -> Result<Place, WorldError> {
        let mut place = self.place();
        if place.udp_port == 0 {
            place.udp_port = ports::free_udp()?;
        }
        // A free TCP port is taken as the SCTP port. Over UDP two targets with the same SCTP port differ by their
        // UDP ports; the kernel has no list of its free SCTP ports.
        for addr in [Some(&mut place.asap), place.tcp.as_mut()]
            .into_iter()
            .flatten()
        {
            if addr.port() == 0 {
                addr.set_port(ports::free_tcp()?);
            }
        }
        if self.selects_announce_port() {
            place.announce.set_port(ports::free_udp()?);
        }
        Ok(place)
    }

    /// Starts the target. If another process has taken a port that the harness selected, starts it again with other
    /// ports, up to [`STARTS_LIMIT`] times.
    fn spawn(&self) -> Result<(Process, Place), WorldError> {
        let mut starts = 1;
        loop {
            match self.start(self.free_place()?) {
                Ok(started) => return Ok(started),
                Err(NotReady::PortTaken(_)) if starts < STARTS_LIMIT => starts += 1,
                Err(NotReady::PortTaken(what)) => {
                    return Err(WorldError::Environment(format!(
                        "{what}\n    (started {starts} times, each time with other ports)"
                    )));
                }
                Err(NotReady::Other(error)) => return Err(error),
            }
        }
    }

    fn start(&self, mut place: Place) -> Result<(Process, Place), NotReady> {
        let command: Vec<String> = self
            .target
            .command
            .iter()
            .map(|word| self.filled(word, &place))
            .collect();
        let occupied = occupied::answering(&place, &self.interrupted)?;
        // A ready line may have other addresses.
        if self.target.ready != Ready::Line
            && let Some(address) = &occupied
        {
            return Err(self.stale(address));
        }
        let mut process = Process::start(&command, Some(&self.harness), self.target.stop_grace)
            .map_err(|e| {
                WorldError::Environment(format!("cannot start `{}`: {e}", command.join(" ")))
            })?;
        match self.target.ready {
            Ready::Line => {
                let deadline = clock() + self.target.start_timeout;
                let line = self.ready_line(&process, deadline, &command)?;
                let selected = place.clone();
                read_places(&line, &mut place).map_err(|what| {
                    WorldError::Environment(format!("ready line `{line}`: {what}"))
                })?;
                if let Some(address) = occupied.filter(|_| place.overlaps(&selected)) {
                    return Err(self.stale(&address));
                }
            }
            Ready::AsapResolution | Ready::Association => {
                let mut world = Live::new(place.clone(), Some(process), self.interrupted.clone())?;
                let answer = ask(&mut world, self.target.ready, self.target.start_timeout);
                process = world.into_process().expect("the process was given to it");
                match answer {
                    Ok(Answer::After(_)) if process.ended().is_none() => {}
                    Ok(Answer::After(_)) => {
                        return Err(self.not_ready(&process, &command, "another process answered"));
                    }
                    Ok(Answer::None { last }) => {
                        return Err(self.not_ready(&process, &command, &last));
                    }
                    Err(WorldError::TargetDied { .. }) => {
                        return Err(self.not_ready(&process, &command, ""));
                    }
                    Err(other) => return Err(other.into()),
                }
            }
        }
        Ok((process, place))
    }

    fn ready_line(
        &self,
        process: &Process,
        deadline: Instant,
        command: &[String],
    ) -> Result<String, NotReady> {
        while clock() < deadline {
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(WorldError::Interrupted.into());
            }
            match process.line_until(deadline.min(clock() + LOOK)) {
                Some((OutputStream::Stdout, line))
                    if line == "ready" || line.starts_with("ready ") =>
                {
                    return Ok(line);
                }
                Some(_) => {}
                // Its children may keep its output open after its end.
                None if process.is_over() || process.ended().is_some() => break,
                None => {}
            }
        }
        Err(self.not_ready(
            process,
            command,
            "it printed no line that begins with `ready`",
        ))
    }

    /// Returns the error for a target that did not get ready: how it ended or what was missing, and its last output.
    fn not_ready(&self, process: &Process, command: &[String], missing: &str) -> NotReady {
        let end = process.ended_until(clock() + LOOK);
        let has_ended = end.is_some();
        let how = end.map_or_else(
            || {
                format!(
                    "is not ready after {} s ({missing})",
                    self.target.start_timeout.as_secs_f64()
                )
            },
            |how| format!("ended before it was ready: {how}"),
        );
        let tail = process.tail();
        let mut what = format!("`{}` {how}", command.join(" "));
        for line in &tail {
            what.push_str("\n    ");
            what.push_str(line);
        }
        let selects = self.selects_ports() || self.selects_announce_port();
        if has_ended && selects && tail.iter().any(|line| reports_taken(line)) {
            return NotReady::PortTaken(what);
        }
        NotReady::Other(WorldError::Environment(what))
    }

    /// Returns the error for a target that cannot be started because something answers at its address.
    fn stale(&self, address: &str) -> NotReady {
        let name = &self.target.name;
        let what = format!(
            "something answers already at {address}, and would be tested in place of {name}; stop that process, or \
             give the target file the port 0 (a free one for each start)"
        );
        if self.selects_ports() {
            NotReady::PortTaken(what)
        } else {
            NotReady::Other(WorldError::Environment(what))
        }
    }

    /// Returns true if the harness selects a port of the target at each start.
    fn selects_ports(&self) -> bool {
        let Target {
            asap,
            udp_port,
            tcp,
            ..
        } = &self.target;
        asap.port() == 0 || *udp_port == 0 || tcp.is_some_and(|tcp| tcp.port() == 0)
    }

    /// Returns true if the harness selects the port of the announcements at each start, so that several targets at a
    /// time do not receive each other's announcements.
    fn selects_announce_port(&self) -> bool {
        let named = |word: &String| word.contains("{announce-port}");
        self.target.fresh && self.target.command.iter().any(named)
    }

    fn filled(&self, word: &str, place: &Place) -> String {
        let tcp = place.tcp.map_or(place.asap.port(), |tcp| tcp.port());
        word.replace("{self}", &self.harness.display().to_string())
            .replace("{transport}", &self.transport().to_string())
            .replace("{asap-ip}", &place.asap.ip().to_string())
            .replace("{asap-port}", &place.asap.port().to_string())
            .replace("{udp-port}", &place.udp_port.to_string())
            .replace("{tcp-port}", &tcp.to_string())
            .replace("{announce-port}", &place.announce.port().to_string())
    }
}

/// Most starts of a target whose ports are taken, with other ports each time.
const STARTS_LIMIT: u32 = 5;

/// The reason why a target that was started is not ready.
enum NotReady {
    /// Another process had a port that the harness selected: another port may be free.
    PortTaken(String),
    /// Everything else.
    Other(WorldError),
}

impl From<WorldError> for NotReady {
    fn from(error: WorldError) -> NotReady {
        NotReady::Other(error)
    }
}

/// Returns true if a line of a target's output is about an address or a port that is taken (`EADDRINUSE`).
fn reports_taken(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.contains("in use") || line.contains("eaddrinuse")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads the addresses of a ready line: `ready asap=127.0.0.1:3863 udp-port=40123 tcp=127.0.0.1:41234 …`.
fn read_places(line: &str, place: &mut Place) -> Result<(), String> {
    for word in line.split_whitespace().skip(1) {
        let Some((key, value)) = word.split_once('=') else {
            continue;
        };
        let bad = |e: &dyn std::fmt::Display| format!("{key}: {e}");
        match key {
            // A multi-homed registrar prints all its addresses; each of them reaches it.
            "asap" => {
                let first = value.split(',').next().unwrap_or(value);
                place.asap = first.parse::<SocketAddr>().map_err(|e| bad(&e))?;
            }
            "udp-port" => {
                place.udp_port = value
                    .parse()
                    .map_err(|e: std::num::ParseIntError| bad(&e))?
            }
            "tcp" if value != "off" => {
                place.tcp = Some(
                    value
                        .parse()
                        .map_err(|e: std::net::AddrParseError| bad(&e))?,
                );
            }
            _ => {}
        }
    }
    if place.udp_port == 0 || place.asap.port() == 0 || place.tcp.is_some_and(|tcp| tcp.port() == 0)
    {
        return Err("port 0 is no port to reach it at".into());
    }
    Ok(())
}

/// The result of a handle resolution.
enum Answer {
    /// The target answered after this time.
    After(Duration),
    /// The target did not answer; `last` is its last event.
    None { last: String },
}

/// The reason of a target that is silent about a pool that it does not know, and the remedy.
const UNANSWERED: &str = "the association is up, and no answer came; for a target that does not answer about \
                          unknown pools, ready = \"association\" in its file suffices";
/// Time for an association to come up before another attempt is made; it doubles with each.
const FIRST_ATTEMPT: Duration = Duration::from_millis(250);
/// The longest such time: an attempt that began before the target could hear it is given up.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(4);
/// Pause between a refusal and the next attempt, so that the attempts are no busy loop.
const PAUSE: Duration = Duration::from_millis(100);

/// Handle of no pool. A multiple of four octets needs no padding, which a target may treat wrongly.
const PROBE: &[u8; 16] = b"rspcheck-probe-0";

/// Asks for a pool that does not exist until something answers, or until an association is up where that suffices.
fn ask(world: &mut dyn World, ready: Ready, within: Duration) -> Result<Answer, WorldError> {
    let octets = forge::handle_resolution(PROBE, false).octets();
    let until = world.now() + within;
    let endpoint = world.open(EndpointKind::Sctp)?;
    let mut last = "no answer to the association's set-up".to_owned();
    let mut attempt = FIRST_ATTEMPT;
    // A target that is still starting refuses associations or is not there yet: try again until the time is up.
    while world.now() < until {
        let assoc = world.connect(endpoint, Instance::FIRST)?;
        let began = world.now();
        let mut next = began + attempt;
        attempt = attempt.saturating_mul(2).min(LONGEST_ATTEMPT);
        while let Some(happening) = world.wait(next.min(until))? {
            match happening {
                Happening::Up { assoc: up, .. } if up == assoc && ready == Ready::Association => {
                    let took = world.now().saturating_sub(began);
                    world.abort(assoc)?;
                    return Ok(Answer::After(took));
                }
                Happening::Up { assoc: up, .. } if up == assoc => {
                    world.send(assoc, 11, &octets)?;
                    UNANSWERED.clone_into(&mut last);
                    next = until;
                }
                Happening::Message { assoc: from, .. } if from == assoc => {
                    let took = world.now().saturating_sub(began);
                    world.abort(assoc)?;
                    return Ok(Answer::After(took));
                }
                Happening::Changed {
                    assoc: down,
                    change,
                    why,
                } if down == assoc && change != Change::Restarted => {
                    last = format!("association {change}: {why}");
                    next = world.now() + PAUSE;
                }
                _ => {}
            }
        }
        world.abort(assoc)?;
    }
    Ok(Answer::None { last })
}

#[expect(clippy::disallowed_methods, reason = "a live target runs on wall time")]
fn clock() -> Instant {
    Instant::now()
}
