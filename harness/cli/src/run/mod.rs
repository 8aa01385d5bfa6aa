//! `rspcheck run`: the suite against a target.

mod away;
pub(crate) mod expect;
pub(crate) mod interrupt;
mod monitors;
pub(crate) mod progress;
pub(crate) mod record;
pub(crate) mod schedule;

use crate::crash;
use crate::exit::{self, Done, Failure};
use crate::output::say;
use crate::report::{self, Format};
use crate::select;
use anyhow::{Context, anyhow};
use interrupt::Interruption;
use progress::Progress;
use record::RunDir;
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::target::Target;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_adapters::{bundled, process};
use rspcheck_spec::run::{FORMAT, Run, RunOptions, StackChoice};
use rspcheck_testkit::{Case, WorldError, monitor};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Arguments of `run`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Cases to run, as globs over ids, `req:…`, `role:…`, or `!…` to leave out; all when empty.
    selectors: Vec<String>,
    /// The target: `bundled` (the registrar that comes with rspcheck, as a process of its own, over SCTP on
    /// loopback), `in-process` (the same on virtual time), or a target file.
    #[arg(
        long,
        default_value = "bundled",
        value_name = "bundled|in-process|FILE"
    )]
    target: String,
    /// SCTP stack: `udp` (in user space over UDP, works everywhere), `kernel`, or `auto`.
    #[arg(long, default_value = "udp")]
    transport: Carrier,
    /// Root seed, decimal or 0x…; drawn from the clock when absent.
    #[arg(long, value_parser = seed)]
    seed: Option<u64>,
    /// Cases at a time (default: the target file's).
    #[arg(long)]
    jobs: Option<usize>,
    /// A broken SHOULD fails the run.
    #[arg(long)]
    strict: bool,
    /// Fail (exit 4) when fewer cases than this ran.
    #[arg(long, default_value_t = 1)]
    min_run: usize,
    /// Run directory; must not exist (default: a new one under `runs/`).
    #[arg(long)]
    out: Option<PathBuf>,
    /// Show every case and every section, not only those that did not pass.
    #[arg(long, short)]
    verbose: bool,
}

/// Data that every part of a run needs.
pub(crate) struct Plan {
    pub(crate) cases: Vec<&'static Case>,
    pub(crate) worlds: Worlds,
    pub(crate) seed: u64,
    pub(crate) jobs: usize,
    pub(crate) interruption: Interruption,
}

/// Runs it. Errors of the command line and of the target file are reported before a target is started or a file
/// created.
pub(crate) fn run(args: Args) -> Done {
    let target = load(&args.target)?;
    let ids = rspcheck_cases::all()
        .map(|case| case.id)
        .chain(monitor::ALL.iter().map(|m| m.id));
    expect::check(&target, ids).map_err(Failure::usage)?;
    let cases = select::cases(&args.selectors).map_err(Failure::usage)?;
    let jobs = args.jobs.unwrap_or(target.jobs);
    target
        .takes_jobs(jobs)
        .map_err(|what| Failure::usage(anyhow!("--jobs {jobs}: {what}")))?;
    RunDir::check(args.out.as_deref())?;
    let seed = args.seed.unwrap_or_else(seed_of_clock);
    let interruption = interrupt::watch().map_err(Failure::environment)?;
    crash::watch();
    process::adopt_orphans();
    let chosen = Chosen { cases, seed, jobs };
    let done = crash::caught(|| on_target(&args, target, chosen, interruption.clone()));
    report_leftovers();
    let done = done.unwrap_or_else(|text| {
        Err(Failure {
            code: exit::HARNESS,
            error: anyhow!("the harness crashed: {text}"),
        })
    });
    match done {
        Err(Failure { error, .. }) if interruption.is_stopped() && is_interruption(&error) => {
            say("rspcheck: interrupted before any case was run");
            Ok(ExitCode::from(interrupt::INTERRUPTED))
        }
        done => done,
    }
}

/// Kills and reports what targets left behind. All of them must be stopped.
pub(crate) fn report_leftovers() {
    for left in process::sweep() {
        let process::Leftover { id, command } = left;
        say(format_args!(
            "rspcheck: the target left a process behind, which was killed: {id} {command}"
        ));
    }
}

/// The cases to run, with seed and jobs.
struct Chosen {
    cases: Vec<&'static Case>,
    seed: u64,
    jobs: usize,
}

pub(crate) fn is_interruption(error: &anyhow::Error) -> bool {
    error.downcast_ref() == Some(&WorldError::Interrupted)
}

/// Starts the target, runs the cases and writes the record.
fn on_target(args: &Args, target: Target, chosen: Chosen, interruption: Interruption) -> Done {
    let harness = std::env::current_exe()
        .context("own path")
        .map_err(Failure::environment)?;
    let began = now();
    let worlds = Worlds::new(target, args.transport, harness, interruption.flag.clone())
        .map_err(Failure::environment)?;
    let probe = worlds.probe().map_err(Failure::environment)?;
    let dir = RunDir::create(args.out.as_deref())?;
    let Chosen { cases, seed, jobs } = chosen;
    let plan = Plan {
        cases,
        worlds,
        seed,
        jobs,
        interruption,
    };
    head(&plan, probe);

    let mut record = empty_record(args, &plan);
    dir.write(&record).map_err(Failure::environment)?;
    let progress = Progress::new(plan.cases.len(), args.verbose, progress::is_watched());
    schedule::run(&plan, &dir, &progress, &mut record);
    progress.done();
    record.duration_ms = now().duration_since(began).as_millis() as u64;
    // A harness that is killed while it stops the targets leaves its whole record.
    let kept = dir.finish(&record);
    // A shared target ends before the record is closed.
    drop(plan);
    record.crashed = record.crashed.or_else(crash::uncaught);
    record.complete &= record.crashed.is_none();
    record.duration_ms = now().duration_since(began).as_millis() as u64;
    let kept = kept.and(dir.finish(&record)).with_context(|| {
        format!(
            "the run is broken off; what was kept is in {}",
            dir.path().display()
        )
    });
    close(args, &dir, &record, kept)
}

/// Prints the report and returns the exit code. The report is printed also if the record could not be `kept`.
fn close(args: &Args, dir: &RunDir, record: &Run, kept: anyhow::Result<()>) -> Done {
    let loaded = rspcheck_report::RunDir::load(dir.path()).map_err(Failure::environment)?;
    let options = rspcheck_report::Options::of(record);
    let text = report::render(&loaded, options, Format::Text, args.verbose);
    let printed = crate::output::print(&text);
    kept.map_err(Failure::environment)?;
    let path = dir.path().display();
    if let Some(text) = &record.crashed {
        say(format!(
            "rspcheck: the harness crashed: {text}; what was done until then is in {path}"
        ));
    } else if let Some(why) = &record.broken_off {
        say(format!(
            "rspcheck: the run is broken off: {why}; what was done until then is in {path}"
        ));
    } else if record.interrupted.is_some() {
        say(format!(
            "rspcheck: interrupted; what was done until then is in {path}"
        ));
    } else {
        // The terminal of an interrupted run can be gone.
        printed?;
    }
    Ok(ExitCode::from(rspcheck_report::exit_code(record, &options)))
}

pub(crate) fn load(name: &str) -> Result<Target, Failure> {
    match name {
        "bundled" => Ok(bundled::spawned()),
        "in-process" => Ok(bundled::in_process()),
        file => Target::load(file.as_ref()).map_err(Failure::usage),
    }
}

/// One line on what is about to run.
fn head(plan: &Plan, probe: std::time::Duration) {
    let target = plan.worlds.target();
    say(format_args!(
        "rspcheck {}  target {} {}  {} over {}  seed {:#018x}  jobs {}",
        env!("CARGO_PKG_VERSION"),
        target.name,
        target.version,
        target.driver,
        plan.worlds.transport(),
        plan.seed,
        plan.jobs,
    ));
    let skipped = plan
        .cases
        .iter()
        .filter(|c| schedule::skip_reason(c, &plan.worlds).is_some())
        .count();
    say(format_args!(
        "probe ok ({:.1} ms)  cases {}  not applicable {}",
        probe.as_secs_f64() * 1e3,
        plan.cases.len(),
        skipped
    ));
}

fn empty_record(args: &Args, plan: &Plan) -> Run {
    let options = RunOptions {
        selection: args.selectors.clone(),
        target: args.target.clone(),
        transport: stack_choice(args.transport),
        seed: plan.seed,
        jobs: plan.jobs,
        strict: args.strict,
        min_run: args.min_run,
    };
    record_of(plan, options)
}

/// Returns the choice of a stack as records have it.
pub(crate) fn stack_choice(carrier: Carrier) -> StackChoice {
    match carrier {
        Carrier::Udp => StackChoice::Udp,
        Carrier::Kernel => StackChoice::Kernel,
        Carrier::Auto => StackChoice::Auto,
    }
}

/// Returns the record of a run that begins now.
pub(crate) fn record_of(plan: &Plan, options: RunOptions) -> Run {
    let target = plan.worlds.target();
    Run {
        format: FORMAT.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: crate::output::command_line(),
        options,
        started: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        duration_ms: 0,
        complete: false,
        broken_off: None,
        interrupted: None,
        crashed: None,
        target: rspcheck_spec::run::Target {
            name: target.name.clone(),
            version: target.version.clone(),
            driver: target.driver,
            transport: plan.worlds.transport(),
            timers: target.timer_table(),
        },
        environment: environment(),
        cases: Vec::new(),
        not_run: schedule::not_run(&plan.cases, |_| false),
    }
}

/// Machine and system, for readers of the record.
pub(crate) fn environment() -> BTreeMap<String, String> {
    let mut table = BTreeMap::new();
    table.insert("os".to_owned(), std::env::consts::OS.to_owned());
    table.insert("arch".to_owned(), std::env::consts::ARCH.to_owned());
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    table.insert("cpus".to_owned(), cpus.to_string());
    if let Ok(kernel) = std::fs::read_to_string("/proc/sys/kernel/osrelease") {
        table.insert("kernel".to_owned(), kernel.trim().to_owned());
    }
    if let Ok(cpuinfo) = std::fs::read_to_string("/proc/cpuinfo") {
        let model = cpuinfo
            .lines()
            .find_map(|l| l.strip_prefix("model name")?.split_once(": "));
        table.extend(model.map(|(_, name)| ("cpu".to_owned(), name.to_owned())));
    }
    table
}

/// Returns true once the run is to end: a signal came, or its results cannot be kept.
pub(crate) fn is_interrupted(plan: &Plan) -> bool {
    plan.interruption.is_stopped()
}

pub(crate) fn seed(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.map_err(|e| format!("{e}; give a number, as in 42 or 0x9f3c51d0"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a run without --seed takes a new one"
)]
pub(crate) fn seed_of_clock() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(1, |d| d.as_nanos() as u64 ^ u64::from(std::process::id()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the length of a run is wall time, also for virtual cases"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}
