//! The `sim` command: runs one seed, or many on several threads, and prints how to replay a failure.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rserpool_sim::{Broken, Keep, Plan, Report, Size, run, shrink};

use crate::command::{BAD_ENVIRONMENT, BAD_SETTINGS, fail, print};

/// Exit code: a property is broken.
pub const BROKEN: u8 = 1;

/// Failing seeds after which the command ends.
const ENOUGH: usize = 5;
/// Last lines of a trace to print.
const LAST_LINES: usize = 60;

/// Arguments of the command.
#[derive(Clone, Debug, clap::Args)]
pub struct SimArgs {
    /// Seed, or the first of several
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Number of consecutive seeds to run
    #[arg(long, default_value_t = 1)]
    pub seeds: u64,
    /// Number of registrars [default: drawn from the seed]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=250))]
    pub registrars: Option<u32>,
    /// Number of pool elements [default: drawn from the seed]
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub pool_elements: Option<u32>,
    /// Number of pool users [default: drawn from the seed]
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=10_000))]
    pub pool_users: Option<u32>,
    /// Number of scheduled events, faults included [default: drawn from the seed]
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub events: Option<u32>,
    /// Numbers of events to leave out, as the replay of a failure lists them
    #[arg(long, value_delimiter = ',')]
    pub drop: Vec<usize>,
    /// File for the whole trace with every packet; for one seed only
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Number of threads [default: number of cores]
    #[arg(long, value_name = "J")]
    pub jobs: Option<NonZeroUsize>,
}

impl SimArgs {
    fn size(&self) -> Size {
        let whole = |count: Option<u32>| count.map(|count| count as usize);
        Size {
            registrars: whole(self.registrars),
            pool_elements: self.pool_elements,
            pool_users: whole(self.pool_users),
            events: whole(self.events),
        }
    }

    fn plan(&self, seed: u64) -> Plan {
        let mut plan = Plan::draw(seed, self.size());
        plan.dropped = self.drop.iter().copied().collect();
        plan
    }

    /// Returns the command that replays a plan.
    fn replay(&self, plan: &Plan) -> String {
        let mut words = format!("rserpool sim --seed {}", plan.seed);
        for (flag, value) in [
            ("registrars", self.registrars),
            ("pool-elements", self.pool_elements),
            ("pool-users", self.pool_users),
            ("events", self.events),
        ] {
            if let Some(value) = value {
                let _ = write!(words, " --{flag} {value}");
            }
        }
        let dropped: Vec<String> = plan.dropped.iter().map(usize::to_string).collect();
        if !dropped.is_empty() {
            let _ = write!(words, " --drop {}", dropped.join(","));
        }
        words
    }
}

/// Runs the command. Returns 0 if all properties hold, [`BROKEN`] if one is broken, else [`BAD_SETTINGS`] or
/// [`BAD_ENVIRONMENT`] with a line on standard error.
pub fn sim(args: &SimArgs) -> ExitCode {
    if args.seeds == 0 {
        return fail(BAD_SETTINGS, &"--seeds 0 runs no seed");
    }
    if args.trace.is_some() && args.seeds > 1 {
        return fail(BAD_SETTINGS, &"--trace is for one seed; remove --seeds");
    }
    let done = if args.seeds == 1 {
        one(args)
    } else {
        many(args)
    };
    done.unwrap_or_else(|code| code)
}

fn one(args: &SimArgs) -> Result<ExitCode, ExitCode> {
    let plan = args.plan(args.seed);
    let keep = match args.trace {
        Some(_) => Keep::Packets,
        None => Keep::Digest,
    };
    let report = run(&plan, keep);
    if let Some(file) = &args.trace {
        let mut text = report.lines.join("\n");
        text.push('\n');
        if let Err(error) = fs::write(file, text) {
            let why = format!("{}: {error}", file.display());
            return Err(fail(BAD_ENVIRONMENT, &why));
        }
    }
    match &report.outcome {
        Ok(()) => {
            print(&format!(
                "seed {}: all properties hold; {} registrars, {} PEs, {} PUs, {} events, {:.0} s, {} packets, trace {:016x}\n",
                plan.seed,
                plan.registrars,
                plan.pool_elements,
                plan.pool_users,
                plan.kept().count(),
                report.time.as_secs_f64(),
                report.packets,
                report.digest
            ))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            explain(args, &plan, broken)?;
            Ok(ExitCode::from(BROKEN))
        }
    }
}

/// Prints the broken property, its replay, and the replay with the fewest events that break it.
fn explain(args: &SimArgs, plan: &Plan, broken: &Broken) -> Result<(), ExitCode> {
    // Before the search for the fewest events, which takes long.
    print(&format!(
        "seed {}: {broken}\n  replay: {}\n",
        plan.seed,
        args.replay(plan)
    ))?;
    let least = shrink(plan, broken);
    let report = run(&least, Keep::Lines);
    let Err(again) = &report.outcome else {
        // Nothing was left out, and it does not break twice: the world is not deterministic.
        return print("  the property held in the second run: the simulation itself is at fault\n");
    };
    let mut text = format!(
        "  {} of {} events suffice: {again}\n  replay: {}\n",
        least.kept().count(),
        least.events.len(),
        args.replay(&least)
    );
    for line in interesting(&report.lines) {
        text.push_str(&format!("  {line}\n"));
    }
    print(&text)
}

/// Returns the scheduled events and the last logs of the nodes.
fn interesting(lines: &[String]) -> Vec<&str> {
    let tail = lines.len().saturating_sub(LAST_LINES);
    // Logs are indented by two more.
    let is_event = |line: &str| !line.get(13..).is_some_and(|rest| rest.starts_with("   "));
    lines
        .iter()
        .enumerate()
        .filter(|&(number, line)| number >= tail || is_event(line))
        .map(|(_, line)| line.as_str())
        .collect()
}

#[derive(Default)]
struct Totals {
    done: u64,
    time: Duration,
    packets: u64,
    broken: Vec<(Plan, Broken)>,
}

fn many(args: &SimArgs) -> Result<ExitCode, ExitCode> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let jobs = args.jobs.map_or(cores, NonZeroUsize::get);
    let began = wall_clock();
    let next = AtomicU64::new(0);
    let enough = AtomicBool::new(false);
    let (sender, reports) = mpsc::channel::<(u64, Report)>();
    let mut totals = Totals::default();
    let jobs = thread::scope(|scope| {
        let mut started = 0;
        for _ in 0..jobs {
            let (sender, next, enough) = (sender.clone(), &next, &enough);
            let work = move || {
                while !enough.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= args.seeds {
                        return;
                    }
                    let seed = args.seed.wrapping_add(number);
                    let report = run(&args.plan(seed), Keep::Digest);
                    if sender.send((seed, report)).is_err() {
                        return;
                    }
                }
            };
            match thread::Builder::new().spawn_scoped(scope, work) {
                Ok(_) => started += 1,
                Err(error) if started == 0 => {
                    let why = format!("cannot start a thread: {error}");
                    return Err(fail(BAD_ENVIRONMENT, &why));
                }
                // Those that run do the work of all.
                Err(_) => break,
            }
        }
        drop(sender);
        for (seed, report) in reports {
            totals.done += 1;
            totals.time += report.time;
            totals.packets += report.packets;
            if let Err(broken) = report.outcome {
                if let Err(code) = print(&format!("seed {seed}: {broken}\n")) {
                    enough.store(true, Ordering::Relaxed);
                    return Err(code);
                }
                totals.broken.push((args.plan(seed), broken));
                enough.fetch_or(totals.broken.len() >= ENOUGH, Ordering::Relaxed);
            }
            progress(&totals, args.seeds, began);
        }
        Ok(started)
    })?;
    summary(&totals, began, jobs)?;
    totals.broken.sort_by_key(|(plan, _)| plan.seed);
    match totals.broken.first() {
        None => Ok(ExitCode::SUCCESS),
        Some((plan, broken)) => {
            explain(args, plan, broken)?;
            Ok(ExitCode::from(BROKEN))
        }
    }
}

/// Overwrites one line with the progress, on a terminal only.
fn progress(totals: &Totals, seeds: u64, began: Instant) {
    if !io::stderr().is_terminal() || !totals.done.is_multiple_of(16) {
        return;
    }
    let rate = hours(totals.time) / began.elapsed().as_secs_f64();
    let mut out = io::stderr().lock();
    let _ = write!(
        out,
        "\r{} of {seeds} seeds, {} broken, {rate:.1} virtual hours per second ",
        totals.done,
        totals.broken.len()
    );
    let _ = out.flush();
}

fn summary(totals: &Totals, began: Instant, jobs: usize) -> Result<(), ExitCode> {
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr());
    }
    let took = began.elapsed().as_secs_f64();
    print(&format!(
        "{} seeds, {} broken, {:.0} virtual hours and {} packets in {took:.1} s on {jobs} threads: {:.1} virtual hours per second\n",
        totals.done,
        totals.broken.len(),
        hours(totals.time),
        totals.packets,
        hours(totals.time) / took
    ))
}

fn hours(time: Duration) -> f64 {
    time.as_secs_f64() / 3600.0
}

#[expect(
    clippy::disallowed_methods,
    reason = "the speed of the simulation is measured in wall time"
)]
fn wall_clock() -> Instant {
    Instant::now()
}
