//! Interoperation checks, which run inside the kernel, several at the same time; each prints one line.

mod process;
mod programs;
mod scene;
pub(crate) mod speed;

mod announced;
mod at_ours;
mod failover;
mod our_pe;
mod our_pu;
mod peers;

use crate::Failed;
use anyhow::Context;
use clap::ValueEnum;
use process::clock;
use scene::Scene;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Carrier of SCTP in a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Carrier {
    /// Kernel SCTP on both sides.
    Kernel,
    /// SCTP over UDP: this project's stack in user space, the kernel's encapsulation under rsplib.
    Udp,
    /// SCTP over UDP: the kernel's encapsulation on both sides.
    Encapsulated,
}

impl Carrier {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Carrier::Kernel => "kernel",
            Carrier::Udp => "udp",
            Carrier::Encapsulated => "encapsulated",
        }
    }
}

/// Address family of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Family {
    /// IPv4.
    #[value(name = "4")]
    V4,
    /// IPv6.
    #[value(name = "6")]
    V6,
}

impl Family {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Family::V4 => "4",
            Family::V6 => "6",
        }
    }
}

/// Interoperation check.
pub(crate) struct Check {
    /// `<group>/<behaviour>`.
    pub(crate) name: &'static str,
    /// Runs the check; its error states the difference from the expected behaviour.
    pub(crate) run: fn(&mut Scene<'_>) -> anyhow::Result<()>,
}

/// Returns all checks, group by group.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    [
        at_ours::CHECKS,
        announced::CHECKS,
        our_pe::CHECKS,
        our_pu::CHECKS,
        peers::CHECKS,
    ]
    .into_iter()
    .flatten()
}

/// Returns true if the name of the check begins with one of `words`, or if there are no words.
pub(crate) fn is_picked(check: &Check, words: &[String]) -> bool {
    words.is_empty()
        || words
            .iter()
            .any(|word| check.name.starts_with(word.as_str()))
}

/// Directory of this project's programs.
pub(crate) struct Tools {
    pub(crate) dir: PathBuf,
}

/// Arguments of the hidden command that the job of a kernel runs.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long, value_enum)]
    carrier: Carrier,
    #[arg(long, value_enum)]
    family: Vec<Family>,
    /// Checks that run at the same time.
    #[arg(long)]
    jobs: usize,
    /// Directory for the checks' directories.
    #[arg(long)]
    out: PathBuf,
    /// Also keep the directories of checks that passed.
    #[arg(long)]
    keep: bool,
    /// Directory that contains `rserpool` and `rspcheck`.
    #[arg(long)]
    tools: PathBuf,
    picked: Vec<String>,
}

/// Runs the picked checks and prints the result of each.
///
/// # Errors
///
/// [`Failed`] if a check failed.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let tools = Tools {
        dir: args.tools.clone(),
    };
    let todo: Vec<(&Check, Family)> = args
        .family
        .iter()
        .flat_map(|family| checks().map(move |check| (check, *family)))
        .filter(|(check, _)| is_picked(check, &args.picked))
        .collect();
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..args.jobs.clamp(1, todo.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    let Some((check, family)) = todo.get(nth) else {
                        return;
                    };
                    if !run_one(args, &tools, nth, check, *family) {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    if failed > 0 {
        return Err(Failed(format!("{failed} of {} checks failed", todo.len())).into());
    }
    Ok(())
}

/// Runs one check, prints its result and returns true if it passed.
fn run_one(args: &Args, tools: &Tools, nth: usize, check: &Check, family: Family) -> bool {
    let carrier = args.carrier;
    let title = format!("{} {} {}", carrier.word(), family.word(), check.name);
    let dir = args.out.join(title.replace([' ', '/'], "-"));
    let begin = clock();
    let ended = Scene::new(carrier, family, tools, nth, dir.clone())
        .and_then(|mut scene| (check.run)(&mut scene))
        .context("");
    let seconds = begin.elapsed().as_secs_f64();
    match ended {
        Ok(()) => {
            println!("PASS {title} {seconds:.1}s");
            if !args.keep {
                // A directory that cannot be removed costs disk space only.
                let _ = std::fs::remove_dir_all(&dir);
            }
            true
        }
        Err(error) => {
            let why = format!("{error:#}")
                .trim_start_matches(": ")
                .replace('\n', "\n     ");
            println!(
                "FAIL {title} {seconds:.1}s\n     {why}\n     capture and logs: {}",
                dir.display()
            );
            false
        }
    }
}
