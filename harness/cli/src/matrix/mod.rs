//! `rspcheck matrix`: the cases with several registrars on every ordered pair of targets.
//!
//! In each combination the first instance, which is the home in the cases on takeovers, is of one target and all others
//! are of the other one. Each has a run directory of its own, as a run has; `matrix.json` has all of them.

mod text;

use crate::crash;
use crate::exit::{self, Done, Failure};
use crate::output::{print, say};
use crate::run::interrupt::{self, Interruption};
use crate::run::progress::{self, Progress};
use crate::run::record::{self, RunDir};
use crate::run::{self, Plan, expect, schedule};
use crate::select;
use anyhow::{Context, anyhow};
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::process;
use rspcheck_adapters::target::Target;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_report::{Options, Totals, exit_code, exit_meaning};
use rspcheck_spec::ics::Ics;
use rspcheck_spec::run::{Run, RunOptions};
use rspcheck_testkit::{Case, WorldError, monitor};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `matrix`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Two or three target files (`bundled` is the registrar that comes with rspcheck), then selectors as of `run`.
    #[arg(required = true, num_args = 1.., value_name = "FILE|SELECTOR")]
    words: Vec<String>,
    /// SCTP stack of the harness: `udp`, `kernel` or `auto`. Only over `udp` can it see what registrars send to each
    /// other.
    #[arg(long, default_value = "udp")]
    transport: Carrier,
    /// Root seed, decimal or 0x…; drawn from the clock when absent.
    #[arg(long, value_parser = run::seed)]
    seed: Option<u64>,
    /// Cases at a time (default: the smaller one of the two target files).
    #[arg(long)]
    jobs: Option<usize>,
    /// A broken SHOULD fails the run.
    #[arg(long)]
    strict: bool,
    /// Directory of the records; must not exist (default: a new one under `runs/`).
    #[arg(long)]
    out: Option<PathBuf>,
    /// Show every case.
    #[arg(long, short)]
    verbose: bool,
}

/// A target with its name in the table.
struct Named {
    label: String,
    target: Target,
}

/// One combination.
#[derive(Serialize)]
struct Combination {
    /// Target of the first instance, which is the home.
    home: String,
    /// Target of all other instances, one of which takes over.
    takes_over: String,
    /// Its run directory in that of the matrix.
    directory: String,
    exit_code: u8,
    meaning: String,
    /// Counts of its cases, without the monitors.
    cases: Totals,
    /// Cases and monitors that break the run, or reached no verdict.
    details: Vec<text::Detail>,
}

/// The record of a matrix.
#[derive(Serialize)]
struct Record {
    format: &'static str,
    version: &'static str,
    command: Vec<String>,
    seed: u64,
    targets: Vec<TargetRecord>,
    combinations: Vec<Combination>,
    duration_ms: u64,
}

#[derive(Serialize)]
struct TargetRecord {
    label: String,
    name: String,
    version: String,
}

/// Format name of [`Record`].
const FORMAT: &str = "rspcheck-matrix/1";
/// Most targets of a matrix.
const TARGETS: usize = 3;

/// Runs it. Errors of the command line and of the target files are reported before a target is started or a file
/// created.
pub(crate) fn run(args: Args) -> Done {
    let (names, selectors): (Vec<_>, Vec<_>) =
        args.words.iter().cloned().partition(|word| is_target(word));
    let targets = targets(&names)?;
    let cases = cases(&selectors)?;
    if args.jobs == Some(0) {
        return Err(Failure::usage(anyhow!(
            "--jobs 0: 0 runs nothing; give 1 or more"
        )));
    }
    for (home, other) in pairs(&targets) {
        let is_same = home.label == other.label;
        let fit = home.target.beside(&other.target, is_same);
        fit.map_err(|what| Failure::usage(anyhow!(what)))?;
    }
    RunDir::check(args.out.as_deref())?;
    let interruption = interrupt::watch().map_err(Failure::environment)?;
    crash::watch();
    process::adopt_orphans();
    let done = crash::caught(|| all(&args, &selectors, &targets, &cases, &interruption));
    run::report_leftovers();
    let done = done.unwrap_or_else(|text| {
        Err(Failure {
            code: exit::HARNESS,
            error: anyhow!("the harness crashed: {text}"),
        })
    });
    match done {
        Err(Failure { error, .. }) if interruption.is_stopped() && run::is_interruption(&error) => {
            Ok(ExitCode::from(interrupt::INTERRUPTED))
        }
        done => done,
    }
}

fn is_target(word: &str) -> bool {
    word.ends_with(".toml") || matches!(word, "bundled" | "in-process")
}

/// Loads the targets.
fn targets(names: &[String]) -> Result<Vec<Named>, Failure> {
    if !(2..=TARGETS).contains(&names.len()) {
        return Err(Failure::usage(anyhow!(
            "{} targets; give two or three target files, as in `rspcheck matrix bundled other.toml`",
            names.len()
        )));
    }
    let mut all: Vec<Named> = Vec::new();
    for name in names {
        if name == "in-process" {
            return Err(Failure::usage(anyhow!(
                "in-process runs on virtual time, and no other process can be its peer; give bundled"
            )));
        }
        let target = run::load(name)?;
        let ids = rspcheck_cases::all()
            .map(|case| case.id)
            .chain(monitor::ALL.iter().map(|m| m.id));
        expect::check(&target, ids).map_err(Failure::usage)?;
        let stem = Path::new(name).file_stem();
        let label = stem.map_or_else(|| name.clone(), |stem| stem.to_string_lossy().into_owned());
        if all.iter().any(|known| known.label == label) {
            return Err(Failure::usage(anyhow!(
                "{label} is named twice; every target is combined with itself already, and two files need different \
                 names"
            )));
        }
        all.push(Named { label, target });
    }
    Ok(all)
}

/// Returns the cases with several instances that these selectors select.
fn cases(selectors: &[String]) -> Result<Vec<&'static Case>, Failure> {
    let mut cases = select::cases(selectors).map_err(Failure::usage)?;
    cases.retain(|case| case.needs.contains(&Ics::SeveralTargets));
    if cases.is_empty() {
        return Err(Failure::usage(anyhow!(
            "the selectors leave no case with several registrars; `rspcheck matrix` runs only those ({})",
            selectors.join(" ")
        )));
    }
    Ok(cases)
}

/// Returns every ordered pair, also of a target with itself: the home, and the target that takes over.
fn pairs(targets: &[Named]) -> impl Iterator<Item = (&Named, &Named)> {
    let with_all = |home| targets.iter().map(move |other| (home, other));
    targets.iter().flat_map(with_all)
}

/// Runs all combinations one after the other, prints the table and writes the record.
fn all(
    args: &Args,
    selectors: &[String],
    targets: &[Named],
    cases: &[&'static Case],
    interruption: &Interruption,
) -> Done {
    let began = run::now();
    let seed = args.seed.unwrap_or_else(run::seed_of_clock);
    let directory = record::directory(args.out.as_deref())?;
    let mut combinations = Vec::new();
    for (home, other) in pairs(targets) {
        if interruption.is_stopped() {
            break;
        }
        let plan = plan(args, home, other, cases, seed, interruption)?;
        let done = combination(args, selectors, (home, other), plan, &directory)?;
        combinations.push(done);
    }
    let named = targets.iter().map(|named| TargetRecord {
        label: named.label.clone(),
        name: named.target.name.clone(),
        version: named.target.version.clone(),
    });
    let record = Record {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION"),
        command: crate::output::command_line(),
        seed,
        targets: named.collect(),
        combinations,
        duration_ms: run::now().duration_since(began).as_millis() as u64,
    };
    write(&directory, &record).map_err(Failure::environment)?;
    print(&text::table(&record, &directory))?;
    if interruption.is_stopped() {
        return Ok(ExitCode::from(interrupt::INTERRUPTED));
    }
    let codes = record.combinations.iter().map(|done| done.exit_code);
    Ok(ExitCode::from(worst(codes)))
}

fn write(directory: &Path, record: &Record) -> anyhow::Result<()> {
    let mut json = serde_json::to_string_pretty(record)?;
    json.push('\n');
    let file = directory.join("matrix.json");
    std::fs::write(&file, json).with_context(|| format!("cannot write {}", file.display()))
}

/// Returns the plan of a combination.
fn plan(
    args: &Args,
    home: &Named,
    other: &Named,
    cases: &[&'static Case],
    seed: u64,
    interruption: &Interruption,
) -> Result<Plan, Failure> {
    let is_same = home.label == other.label;
    let fit = home.target.beside(&other.target, is_same);
    let (first, others) = fit.map_err(|what| Failure::usage(anyhow!(what)))?;
    let jobs = args.jobs.unwrap_or(first.jobs);
    let harness = std::env::current_exe()
        .context("own path")
        .map_err(Failure::environment)?;
    let worlds = Worlds::new(first, args.transport, harness, interruption.flag.clone());
    let mut worlds = worlds.map_err(Failure::environment)?;
    if !is_same {
        worlds = worlds.with_others(others);
    }
    if let Some(why) = worlds.unavailable(Ics::SeveralTargets) {
        let what = WorldError::Environment(why.to_owned());
        return Err(Failure::environment(what));
    }
    Ok(Plan {
        cases: cases.to_vec(),
        worlds,
        seed,
        jobs,
        interruption: interruption.clone(),
    })
}

/// Runs one combination.
fn combination(
    args: &Args,
    selectors: &[String],
    (home, other): (&Named, &Named),
    plan: Plan,
    directory: &Path,
) -> Result<Combination, Failure> {
    let began = run::now();
    let name = format!("{}+{}", home.label, other.label);
    let dir = RunDir::create(Some(&directory.join(&name)))?;
    say(format_args!(
        "home {}, takes over {}  over {}  seed {:#018x}  jobs {}  cases {}",
        home.label,
        other.label,
        plan.worlds.transport(),
        plan.seed,
        plan.jobs,
        plan.cases.len()
    ));
    let mut record = run::record_of(
        &plan,
        RunOptions {
            selection: selectors.to_vec(),
            target: name.clone(),
            transport: run::stack_choice(args.transport),
            seed: plan.seed,
            jobs: plan.jobs,
            strict: args.strict,
            min_run: 1,
        },
    );
    dir.write(&record).map_err(Failure::environment)?;
    let progress = Progress::new(plan.cases.len(), args.verbose, progress::is_watched());
    schedule::run(&plan, &dir, &progress, &mut record);
    progress.done();
    drop(plan);
    record.duration_ms = run::now().duration_since(began).as_millis() as u64;
    dir.finish(&record).map_err(Failure::environment)?;
    let labels = (home.label.as_str(), other.label.as_str());
    finished(labels, name, &record, &dir)
}

/// Returns the result of a combination by its record.
fn finished(
    (home, other): (&str, &str),
    directory: String,
    record: &Run,
    dir: &RunDir,
) -> Result<Combination, Failure> {
    let loaded = rspcheck_report::RunDir::load(dir.path()).map_err(Failure::environment)?;
    let options = Options::of(record);
    let cases = record.cases.iter().filter(|case| !case.origin.is_monitor());
    let details = record.cases.iter().filter_map(|case| {
        // Events that cannot be read leave out the instance.
        let events = loaded.events(&case.id).unwrap_or_default();
        text::Detail::of(case, &events, &options, (home, other))
    });
    Ok(Combination {
        home: home.to_owned(),
        takes_over: other.to_owned(),
        directory,
        exit_code: exit_code(record, &options),
        meaning: exit_meaning(record, &options),
        cases: Totals::of(cases),
        details: details.collect(),
    })
}

/// Returns the exit code that decides: the first of these that a combination has, as the record of one run does.
fn worst(codes: impl Iterator<Item = u8>) -> u8 {
    let codes: Vec<u8> = codes.collect();
    let order = [
        exit::ENVIRONMENT,
        interrupt::INTERRUPTED,
        exit::FAIL,
        4,
        exit::HARNESS,
    ];
    let decides = order.into_iter().find(|code| codes.contains(code));
    decides.unwrap_or(exit::OK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_of_one_combination_decides() {
        assert_eq!(worst([0, 0].into_iter()), 0);
        assert_eq!(worst([0, 5, 1, 4].into_iter()), 1);
        assert_eq!(worst([0, 5, 4].into_iter()), 4);
        assert_eq!(worst([5, 0].into_iter()), 5);
    }

    #[test]
    fn targets_and_selectors_differ_by_their_names() {
        for word in ["bundled", "in-process", "lab/rsplib.toml"] {
            assert!(is_target(word), "{word}");
        }
        assert!(!is_target("rfc5353/3.5.2"));
    }
}
