//! Mutation testing of the reference registrar by the conformance suite alone.
//!
//! Mutants are made of the sources of the registrar's engine, its handlespace and its codec, all compiled into one
//! program and chosen at run time. The suite runs in process on each; `--report FILE` writes the results.

mod find;
mod report;
mod run;
mod tree;

use anyhow::Context;
use clap::Parser;
use find::Mutant;
use report::{Readings, Results};
use run::{Baseline, Fate};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tree::Tree;

/// File of the results, one line for each mutant, below the root of the project.
const LINES: &str = "target/mutants/results.tsv";
/// Last column of a mutant that no case notices.
const SURVIVED: &str = "survived";

/// Runs the suite on mutants of the reference registrar.
#[derive(Parser)]
struct Args {
    /// Number of mutants that compile.
    #[arg(long, default_value_t = 300)]
    sample: usize,
    /// Runs only the mutants that survived the last run, as target/mutants/results.tsv lists them.
    #[arg(long, conflicts_with_all = ["sample", "report"])]
    again: bool,
    /// Seed of the sample and of the suite.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// File to write the report to; else it is printed.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Root of the project.
    #[arg(long, default_value = ".")]
    project: PathBuf,
}

/// The sample of a run.
struct Sample {
    /// Number of mutants in the sources.
    candidates: usize,
    /// Number of drawn mutants that do not compile.
    rejected: usize,
    mutants: BTreeMap<u32, Mutant>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let project = args.project.canonicalize().context("--project")?;
    let readings = Readings::load(&project)?;
    let tree = Tree::copy(&project)?;
    let last = last(&project, args.again)?;
    let sample = if args.again {
        chosen(&tree, &last)?
    } else {
        draw(&tree, args.sample, args.seed)?
    };
    let (size, rejected) = (sample.mutants.len(), sample.rejected);
    eprintln!(
        "{size} of {} mutants; {rejected} more do not compile",
        sample.candidates
    );
    let program = tree.build()?;
    let baseline = Baseline::run(&program, args.seed)?;
    eprintln!("{} cases pass without a mutant", baseline.cases());
    let fates = run_all(&baseline, &program, &sample, &args)?;
    let results = Results {
        args: &args,
        sample: &sample,
        cases: baseline.cases(),
        fates: &fates,
        readings: &readings,
    };
    let mut lines = last;
    lines.extend(results.lines());
    let lines: String = lines.into_values().collect();
    std::fs::write(project.join(LINES), lines).context(LINES)?;
    if args.again {
        return results.check();
    }
    let text = results.text(&project);
    match &args.report {
        Some(path) => std::fs::write(path, &text).with_context(|| path.display().to_string())?,
        None => print!("{text}"),
    }
    results.check()
}

/// Returns the lines of the last run by the key of the mutant; none if a run is to begin anew.
fn last(project: &Path, again: bool) -> anyhow::Result<BTreeMap<String, String>> {
    if !again {
        return Ok(BTreeMap::new());
    }
    let text = std::fs::read_to_string(project.join(LINES));
    let text = text.with_context(|| format!("{LINES}: run a sample first"))?;
    let key = |line: &str| line.split('\t').nth(1).map(str::to_owned);
    let lines = text.lines();
    Ok(lines
        .filter_map(|line| Some((key(line)?, format!("{line}\n"))))
        .collect())
}

/// Returns the mutants that survived the last run. Those whose function has changed since are gone.
fn chosen(tree: &Tree, last: &BTreeMap<String, String>) -> anyhow::Result<Sample> {
    let all = tree.mutants()?;
    let candidates = all.len();
    let survived = |mutant: &Mutant| {
        let line = last.get(&mutant.key());
        line.is_some_and(|line| line.trim_end().ends_with(SURVIVED))
    };
    let mutants = (1..).zip(all.into_iter().filter(survived)).collect();
    let rejected = tree.check(&mutants)?.len();
    anyhow::ensure!(rejected == 0, "{rejected} survivors no longer compile");
    Ok(Sample {
        candidates,
        rejected,
        mutants,
    })
}

/// Draws mutants, always the same for the same sources and seed, until as many as wanted compile.
fn draw(tree: &Tree, wanted: usize, seed: u64) -> anyhow::Result<Sample> {
    let mut all = tree.mutants()?;
    let candidates = all.len();
    all.sort_by_cached_key(|mutant| mixed(seed, &mutant.key()));
    let mut rest = (1..).zip(all);
    let mut mutants: BTreeMap<u32, Mutant> = BTreeMap::new();
    let mut rejected = 0;
    loop {
        let missing = wanted.saturating_sub(mutants.len());
        mutants.extend(rest.by_ref().take(missing));
        let wrong = tree.check(&mutants)?;
        if wrong.is_empty() {
            return Ok(Sample {
                candidates,
                rejected,
                mutants,
            });
        }
        rejected += wrong.len();
        mutants.retain(|number, _| !wrong.contains(number));
    }
}

/// Returns a hash that is the same with every compiler: FNV-1a, and the last step of SplitMix64.
fn mixed(seed: u64, text: &str) -> u64 {
    let step = |hash: u64, octet: u8| (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01b3);
    let octets = seed.to_be_bytes().into_iter().chain(text.bytes());
    let hash = octets.fold(0xcbf2_9ce4_8422_2325, step);
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

fn run_all(
    baseline: &Baseline,
    program: &Path,
    sample: &Sample,
    args: &Args,
) -> anyhow::Result<BTreeMap<u32, Fate>> {
    let next = AtomicUsize::new(0);
    let numbers: Vec<u32> = sample.mutants.keys().copied().collect();
    let fates = Mutex::new(BTreeMap::new());
    let work = || -> anyhow::Result<()> {
        while let Some(&number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
            let fate = baseline.on(program, number, args.seed)?;
            if !matches!(fate, Fate::Caught(_)) {
                eprintln!("survived: {} ({fate})", sample.mutants[&number].key());
            }
            fates.lock().expect("no worker panics").insert(number, fate);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..args.jobs.max(1)).map(|_| scope.spawn(work)).collect();
        let mut done = workers
            .into_iter()
            .map(|worker| worker.join().expect("no worker panics"));
        done.try_for_each(|done| done)
    })?;
    Ok(fates.into_inner().expect("no worker panics"))
}
