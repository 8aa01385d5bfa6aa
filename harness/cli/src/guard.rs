//! `rspcheck guard -- COMMAND…`: becomes the command, which the system then ends when the harness dies.
//!
//! The harness starts every target through it. A normal end, Ctrl-C and a panic stop the target's process
//! group anyway; this covers the harness itself being killed.

use crate::exit::{Done, Failure};
use anyhow::{Context, anyhow};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Arguments of `guard`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Process id of the harness: if another process is the parent already, the harness is gone.
    #[arg(long)]
    parent: Option<i32>,
    /// The command and its arguments.
    #[arg(required = true, last = true)]
    command: Vec<String>,
}

/// Runs it; returns only when the command cannot be started.
pub(crate) fn run(args: Args) -> Done {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .context("parent death signal")
        .map_err(Failure::environment)?;
    // The signal comes only for a death after the call above.
    let parent = rustix::process::Pid::as_raw(rustix::process::getppid());
    if args.parent.is_some_and(|wanted| wanted != parent) {
        return Err(Failure::environment(anyhow!(
            "`{}` is not started: the harness is gone",
            args.command.join(" ")
        )));
    }
    let error = Command::new(&args.command[0])
        .args(&args.command[1..])
        .exec();
    Err(Failure::environment(anyhow!(
        "cannot start `{}`: {error}",
        args.command.join(" ")
    )))
}
