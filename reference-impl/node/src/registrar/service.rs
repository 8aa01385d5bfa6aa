//! A registrar as a process: the driver on a live stack, with the clock, until a signal ends it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use rsp_transport::live::{Mode, Stack};
use rsp_transport::probe;

use super::descriptors;
use super::driver::{RegistrarDriver, Setup};
use super::settings::Settings;
use super::status::{self, Desk};
use crate::Failure;
use crate::clock::{Clock, with_advice};
use crate::signals::Signals;
use crate::values::StatusSocket;

/// Time without an event after which no more messages are expected.
const QUIET: Duration = Duration::from_millis(50);
/// Longest time to wait for pending messages.
const MAX_DRAIN: Duration = Duration::from_secs(1);

/// Longest time in which associations are aborted after the grace.
const MAX_ABORTING: Duration = Duration::from_millis(500);

/// Events that are handled before signals and status requests have their turn. All of them are handled at one
/// reading of the clock.
const BATCH: u32 = 64;

/// The format of the line that reports readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyLine {
    /// `ready asap=127.0.0.1:3863 udp-port=9899 id=0x0badcafe`
    Text,
    /// One JSON object.
    Json,
}

/// Runs a registrar until SIGTERM or SIGINT. Writes one line to `ready` as soon as it accepts requests.
///
/// # Errors
/// A setting cannot be used, this host does not offer what the settings ask for, or the stack fails later.
pub fn run(settings: &Settings, line: ReadyLine, ready: &mut dyn Write) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(settings, line, ready))
}

async fn serve(settings: &Settings, line: ReadyLine, ready: &mut dyn Write) -> Result<(), Failure> {
    let mut setup = settings.setup().map_err(Failure::Settings)?;
    let mut signals = Signals::new()?;
    limit_connections(&mut setup)?;
    let (mode, config) = settings.stack(&setup);
    let mut stack = Stack::start(mode, config)?;
    if stack.mode() == Mode::Kernel
        && let Err(shared) = probe::kernel_buffers()
    {
        tracing::warn!("{shared}");
    }
    let clock = Clock::start();
    let seed = settings.seed.unwrap_or_else(|| fastrand::u64(..));
    let mut driver =
        RegistrarDriver::start(setup, seed, &mut stack, clock.now()).map_err(with_advice)?;
    tracing::info!("registrar {:#010x}, seed {seed}", driver.server_id());
    let mut desk = open_desk(settings)?;

    let mut said = false;
    let mut ending = Ending::Not;
    // Read once for each turn: where a look at the clock is a system call, it costs as much as the work.
    let mut now = clock.now();
    loop {
        // With an ENRP mentor, requests are taken once its handlespace is here.
        if !said && driver.is_serving() {
            say_ready(&driver, &stack, &desk, line, ready)?;
            said = true;
        }
        match ending.step(now, driver.stopped()) {
            Step::Go => {}
            Step::Stop => {
                driver.stop(now, &mut stack);
                // Without an association nothing more will happen that could end it.
                continue;
            }
            Step::End => break,
        }
        let until = driver.deadline().into_iter().chain(ending.due()).min();
        tokio::select! {
            biased;
            () = signals.next() => {
                now = clock.now();
                match ending {
                    Ending::Not => {
                        tracing::info!("shutting down");
                        ending = Ending::begin(now, settings.grace());
                        driver.drain(now, &mut stack);
                    }
                    Ending::Draining { .. } | Ending::Closing { .. } => break,
                }
            }
            asked = desk.next() => {
                now = clock.now();
                // What the stack refused since the last event is looked up there.
                driver.timeout(now, &mut stack);
                asked.answer(&driver, now);
            }
            event = stack.recv(until.map(|at| clock.at(now, at))) => {
                now = clock.now();
                let mut event = event?;
                let mut left = BATCH;
                while let Some(what) = event {
                    ending.busy(now);
                    driver.event(now, what, &mut stack);
                    left -= 1;
                    event = if left > 0 { stack.queued() } else { None };
                }
                // However much comes, what is due is not put off.
                if driver.deadline().is_some_and(|at| at <= now) {
                    driver.timeout(now, &mut stack);
                }
            }
        }
    }
    // Peers detect the end at once by an ABORT. With many of them, those that get none detect it by themselves.
    let until = clock.now() + MAX_ABORTING;
    stack.leave(|| clock.now() < until);
    Ok(())
}

/// Limits TCP connections to those that the process may have descriptors for.
fn limit_connections(setup: &mut Setup) -> io::Result<()> {
    let wanted = setup.config.max_tcp_connections;
    if setup.tcp.is_none() {
        return Ok(());
    }
    let room = descriptors::room(wanted);
    let limit = room.open_files.unwrap_or(u64::MAX);
    if room.connections == 0 {
        return Err(io::Error::other(format!(
            "tcp: the limit on open files, {limit}, leaves none for TCP connections; raise it (ulimit -n)"
        )));
    }
    if room.connections < wanted {
        tracing::info!(
            "at most {} TCP connections, as the limit on open files is {limit} (ulimit -n)",
            room.connections
        );
    }
    setup.config.max_tcp_connections = room.connections;
    Ok(())
}

fn open_desk(settings: &Settings) -> Result<Desk, Failure> {
    let mut desk = Desk::new();
    match &settings.status_socket {
        Some(StatusSocket::At(path)) => desk.open_socket(path)?,
        Some(StatusSocket::Default) => desk.open_socket(&status::default_path())?,
        Some(StatusSocket::Off) | None => {}
    }
    if let Some(addr) = settings.metrics {
        desk.open_metrics(addr).map_err(with_advice)?;
    }
    Ok(desk)
}

/// The progress of the end that a signal asked for. A second signal ends the registrar at once.
///
/// ```text
///   Not ── signal ──► Draining: no new associations, pending messages are answered
///                        │ no event for QUIET, or MAX_DRAIN is over
///                        ▼
///                     Closing: associations are shut down ── all are, or grace is over ──► the end
/// ```
#[derive(Clone, Copy, Debug)]
enum Ending {
    Not,
    Draining {
        quiet_at: Duration,
        until: Duration,
        end: Duration,
    },
    Closing {
        end: Duration,
    },
}

impl Ending {
    fn begin(now: Duration, grace: Duration) -> Self {
        Self::Draining {
            quiet_at: now + QUIET,
            until: now + MAX_DRAIN.min(grace / 2),
            end: now + grace,
        }
    }

    /// Notes an event.
    fn busy(&mut self, now: Duration) {
        match self {
            Self::Draining { quiet_at, .. } => *quiet_at = now + QUIET,
            Self::Not | Self::Closing { .. } => {}
        }
    }

    fn due(self) -> Option<Duration> {
        match self {
            Self::Not => None,
            Self::Draining {
                quiet_at, until, ..
            } => Some(quiet_at.min(until)),
            Self::Closing { end } => Some(end),
        }
    }

    /// Returns the next step.
    fn step(&mut self, now: Duration, stopped: bool) -> Step {
        match *self {
            Self::Draining { end, .. } if self.due().is_some_and(|at| at <= now) => {
                *self = Self::Closing { end };
                Step::Stop
            }
            Self::Closing { end } if stopped || end <= now => Step::End,
            Self::Not | Self::Draining { .. } | Self::Closing { .. } => Step::Go,
        }
    }
}

/// A step of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Go,
    /// Shut the associations down.
    Stop,
    End,
}

fn say_ready(
    driver: &RegistrarDriver,
    stack: &Stack,
    desk: &Desk,
    line: ReadyLine,
    ready: &mut dyn Write,
) -> io::Result<()> {
    let asap: Vec<String> = driver
        .asap_addrs()
        .iter()
        .map(SocketAddr::to_string)
        .collect();
    let enrp: Vec<String> = driver
        .enrp_addrs()
        .into_iter()
        .flatten()
        .map(SocketAddr::to_string)
        .collect();
    let udp_port = stack.udp_addr().map(|addr| addr.port());
    let metrics = desk.metrics_addr();
    let id = format!("{:#010x}", driver.server_id());
    match line {
        ReadyLine::Text => {
            write!(ready, "ready asap={}", asap.join(","))?;
            if let Some(port) = udp_port {
                write!(ready, " udp-port={port}")?;
            }
            if let Some(tcp) = driver.tcp_addr() {
                write!(ready, " tcp={tcp}")?;
            }
            if !enrp.is_empty() {
                write!(ready, " enrp={}", enrp.join(","))?;
            }
            if let Some(metrics) = metrics {
                write!(ready, " metrics={metrics}")?;
            }
            writeln!(ready, " id={id}")?;
        }
        ReadyLine::Json => {
            let tcp = driver.tcp_addr();
            let mut object = serde_json::json!({
                "event": "ready", "asap": asap, "udp-port": udp_port, "tcp": tcp, "id": id,
            });
            if !enrp.is_empty() {
                object["enrp"] = enrp.into();
            }
            if let Some(metrics) = metrics {
                object["metrics"] = metrics.to_string().into();
            }
            writeln!(ready, "{object}")?;
        }
    }
    ready.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn draining_ends_after_silence() {
        let mut ending = Ending::begin(ms(1000), ms(5000));
        assert_eq!(ending.due(), Some(ms(1050)));
        assert_eq!(ending.step(ms(1040), false), Step::Go);
        ending.busy(ms(1040));
        assert_eq!(ending.step(ms(1060), true), Step::Go, "something came");
        assert_eq!(ending.step(ms(1090), false), Step::Stop);
        assert_eq!(ending.step(ms(1090), false), Step::Go, "once");
        assert_eq!(ending.due(), Some(ms(6000)));
        assert_eq!(ending.step(ms(1100), true), Step::End);
    }

    #[test]
    fn grace_bounds_busy_and_silent_peers() {
        let mut ending = Ending::begin(ms(0), ms(5000));
        let mut now = ms(0);
        while ending.step(now, false) == Step::Go {
            now += ms(10);
            ending.busy(now);
        }
        assert_eq!(now, MAX_DRAIN);
        assert_eq!(ending.step(ms(4999), false), Step::Go);
        assert_eq!(ending.step(ms(5000), false), Step::End);
        let mut short = Ending::begin(ms(0), ms(20));
        assert_eq!(
            short.step(ms(10), false),
            Step::Stop,
            "half of it is for closing"
        );
    }

    #[test]
    fn without_a_signal_it_never_ends() {
        let mut ending = Ending::Not;
        ending.busy(ms(1));
        assert_eq!((ending.due(), ending.step(ms(9), true)), (None, Step::Go));
    }
}
