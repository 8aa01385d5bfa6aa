//! Signals: the first one ends the run in good order, the second one kills the targets, the third one ends the harness
//! at once. The program `timeout` sends two.

use crate::output::say;
use anyhow::Context;
use rspcheck_adapters::process;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;

/// Exit code of an interrupted run.
pub(crate) const INTERRUPTED: u8 = 130;

/// The interruption of a run by a signal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interruption {
    /// Raised by the first signal, and by an error that ends the run.
    pub(crate) flag: Arc<AtomicBool>,
    /// The number of the first signal; 0 for none.
    signal: Arc<AtomicI32>,
}

impl Interruption {
    /// Returns the name of the signal that interrupted the run, if one has.
    pub(crate) fn signal(&self) -> Option<&'static str> {
        match self.signal.load(Ordering::Relaxed) {
            0 => None,
            SIGHUP => Some("SIGHUP"),
            SIGTERM => Some("SIGTERM"),
            _ => Some("SIGINT"),
        }
    }

    /// Ends the run without a signal.
    pub(crate) fn stop(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// Takes a signal and acts on it.
    fn take(&self, signal: i32, nth: u32) {
        match nth {
            1 => {
                self.signal.store(signal, Ordering::Relaxed);
                self.stop();
                say(
                    "rspcheck: interrupted; stopping targets and keeping what was done (again: kill the targets)",
                );
            }
            2 => process::kill_all(),
            _ => std::process::exit(INTERRUPTED.into()),
        }
    }
}

/// Follows SIGINT, SIGTERM and SIGHUP from now on. A SIGHUP that the caller had this process ignore stays ignored, as
/// `nohup` wants it.
pub(crate) fn watch() -> anyhow::Result<Interruption> {
    let interruption = Interruption::default();
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("signal handler")?;
    if !is_ignored(SIGHUP) {
        signals
            .handle()
            .add_signal(SIGHUP)
            .context("signal handler")?;
    }
    let followed = interruption.clone();
    let follow = move || {
        for (signal, nth) in signals.forever().zip(1..) {
            followed.take(signal, nth);
        }
    };
    thread::Builder::new()
        .name("signals".into())
        .spawn(follow)
        .context("signal thread")?;
    Ok(interruption)
}

/// Returns true if this process ignores a signal. Returns false where there is no `/proc`.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}
