//! Ctrl-C: the first one ends the run in good order, the second one at once.

use crate::output::say;
use anyhow::Context;
use rspcheck_adapters::process;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Exit code of an interrupted run.
pub(crate) const INTERRUPTED: u8 = 130;

/// A flag that the first SIGINT or SIGTERM raises. The second one kills the targets and ends this process.
pub(crate) fn watch() -> anyhow::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("signal handler")?;
    let raised = flag.clone();
    let follow = move || {
        for _ in signals.forever() {
            if raised.swap(true, Ordering::Relaxed) {
                process::kill_all();
                std::process::exit(INTERRUPTED.into());
            }
            say(
                "rspcheck: interrupted; stopping targets and keeping what was done (again: end at once)",
            );
        }
    };
    thread::Builder::new()
        .name("signals".into())
        .spawn(follow)
        .context("signal thread")?;
    Ok(flag)
}
