//! `rspcheck bench`: measurements of a live target.

mod crowd;
mod text;

use crate::exit::{self, Done, Failure};
use crate::output::{command_line, print, say};
use crate::run::{environment as environment_table, report_leftovers};
use anyhow::{Context, anyhow};
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::target::Target;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_adapters::{bundled, process};
use rspcheck_bench::load::{self, Model, Plan};
use rspcheck_bench::measured::{About, Measured};
use rspcheck_testkit::forge::Policy;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Handle resolution: rate and latency.
    ///
    /// It takes the warm-up, the duration and, for the answers that are still due, the timeout; before these, up to 60 s
    /// for the registrations and associations. A target that does not keep up makes the measurement INVALID (exit code
    /// 6): the figures are printed with the reasons.
    Resolve(Resolve),
    /// Register a crowd of pool elements at a registrar that runs already.
    Register(crowd::Register),
    /// Ask a registrar until it lists a crowd.
    ///
    /// A registrar may list a part of a large pool; the bundled one lists at most 32 pool elements by default. Such a
    /// registrar never lists a larger pool as wanted.
    Listed(crowd::Listed),
    /// Resolve one pool handle at a registrar, `--requests` times.
    Ask(crowd::Ask),
}

/// Arguments of `bench resolve`.
#[derive(clap::Args)]
struct Resolve {
    /// Target to measure: `bundled` or a target file.
    #[arg(long, default_value = "bundled", value_name = "bundled|FILE")]
    target: String,
    /// SCTP stack: `udp`, `kernel` or `auto`.
    #[arg(long, default_value = "udp")]
    transport: Carrier,
    /// Pool elements in the pool that is resolved.
    #[arg(long, default_value_t = 100)]
    pes: usize,
    /// Their policy.
    #[arg(long, value_parser = policy, default_value = "round-robin")]
    policy: Policy,
    /// Closed loop: this many clients, each with one request under way.
    #[arg(long, conflicts_with = "rate")]
    clients: Option<usize>,
    /// Open loop: this many requests per second, independent of the answers.
    #[arg(long)]
    rate: Option<f64>,
    /// Associations that share the open loop's requests.
    #[arg(long, default_value_t = 8, requires = "rate")]
    associations: usize,
    /// Duration of the measurement.
    #[arg(long, value_parser = duration, default_value = "10s")]
    duration: Duration,
    /// Duration of the warm-up before the measurement.
    #[arg(long, value_parser = duration, default_value = "2s")]
    warm_up: Duration,
    /// An answer later than this counts as missing, with this latency.
    #[arg(long, value_parser = duration, default_value = "5s")]
    timeout: Duration,
    /// Seed of handle and identifiers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also write the result as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Runs it.
pub(crate) fn run(args: Args) -> Done {
    match args.what {
        What::Resolve(args) => resolve(&args),
        What::Register(args) => crowd::register(&args),
        What::Listed(args) => crowd::listed(&args),
        What::Ask(args) => crowd::ask(&args),
    }
}

fn resolve(args: &Resolve) -> Done {
    let plan = plan(args)?;
    let target = target(&args.target)?;
    let json = args.json.as_deref().map(Json::create).transpose()?;
    let harness = std::env::current_exe()
        .context("own path")
        .map_err(Failure::environment)?;
    let interrupted = Arc::new(AtomicBool::new(false));
    process::adopt_orphans();
    let worlds = Worlds::new(target, args.transport, harness, interrupted).map_err(environment)?;
    let measured = measure(&worlds, &plan);
    drop(worlds);
    report_leftovers();
    let measured = measured?;
    print(&text::text(&measured))?;
    if let Some(json) = json {
        json.write(&measured)?;
    }
    Ok(ExitCode::from(if measured.valid() {
        exit::OK
    } else {
        exit::BENCH
    }))
}

fn measure(worlds: &Worlds, plan: &Plan) -> Result<Measured, Failure> {
    worlds.probe().map_err(environment)?;
    let place = worlds.shared_place();
    say(format_args!(
        "measuring {} over {} …",
        worlds.target().name,
        worlds.transport()
    ));
    let about = about(worlds);
    let cpu = rspcheck_bench::cpu_time();
    let outcome = load::run(&place, plan);
    let cpu = rspcheck_bench::cpu_time().saturating_sub(cpu);
    let ended = worlds
        .shared_end()
        .map(|end| format!("the target ended: {end}"));
    let mut outcome = outcome.map_err(|error| match &ended {
        Some(ended) => Failure::environment(anyhow!(error).context(ended.clone())),
        None => environment(error),
    })?;
    outcome.invalid.extend(ended);
    Ok(Measured::of(about, plan, &outcome, cpu))
}

/// The file for the result as JSON. It is opened before the measurement, so that a path that cannot be written fails
/// at once, and removed if there is no result.
struct Json<'a> {
    path: &'a Path,
    file: File,
    /// True if the file is new and empty.
    remove: bool,
}

impl Json<'_> {
    fn create(path: &Path) -> Result<Json<'_>, Failure> {
        let remove = !path.exists();
        let opened = File::options().create(true).append(true).open(path);
        let file = opened
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(Failure::environment)?;
        Ok(Json { path, file, remove })
    }

    /// Replaces the content of the file.
    fn write(mut self, measured: &Measured) -> Result<(), Failure> {
        let mut json = serde_json::to_string_pretty(measured).map_err(Failure::environment)?;
        json.push('\n');
        self.remove = false;
        // A pipe or a device has no content to replace.
        let _ = self.file.set_len(0);
        self.file
            .write_all(json.as_bytes())
            .with_context(|| format!("cannot write {}", self.path.display()))
            .map_err(Failure::environment)
    }
}

impl Drop for Json<'_> {
    fn drop(&mut self) {
        if self.remove {
            // The error that ended the measurement is the one to report.
            let _ = std::fs::remove_file(self.path);
        }
    }
}

/// Returns the circumstances of a measurement that starts now.
fn about(worlds: &Worlds) -> About {
    About {
        version: env!("CARGO_PKG_VERSION"),
        command: command_line(),
        started: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        target: BTreeMap::from([
            ("name", worlds.target().name.clone()),
            ("version", worlds.target().version.clone()),
            ("transport", worlds.transport().to_string()),
        ]),
        environment: environment_table(),
    }
}

fn plan(args: &Resolve) -> Result<Plan, Failure> {
    let model = match args.rate {
        Some(rate) if rate.is_finite() && (0.1..=10_000_000.0).contains(&rate) => {
            Model::Open { rate }
        }
        Some(rate) => {
            return Err(Failure::usage(anyhow!(
                "--rate {rate}: give 0.1 to 10000000 requests per second"
            )));
        }
        None => Model::Closed,
    };
    let clients = match model {
        Model::Open { .. } => args.associations,
        Model::Closed => args.clients.unwrap_or(1),
    };
    if clients == 0 || clients > 1000 {
        return Err(Failure::usage(anyhow!("{clients} clients: give 1 to 1000")));
    }
    if args.pes == 0 || args.pes > 1_000_000 {
        return Err(Failure::usage(anyhow!(
            "--pes {}: give 1 to 1000000",
            args.pes
        )));
    }
    if args.duration.is_zero() {
        return Err(Failure::usage(anyhow!("--duration must not be 0")));
    }
    Ok(Plan {
        model,
        clients,
        pool_elements: args.pes,
        policy: args.policy.clone(),
        warm_up: args.warm_up,
        duration: args.duration,
        timeout: args.timeout,
        seed: args.seed,
    })
}

fn target(name: &str) -> Result<Target, Failure> {
    let target = match name {
        "bundled" => bundled::measured(),
        "in-process" => {
            return Err(Failure::usage(anyhow!(
                "a target in process runs on virtual time, which has no speed; measure `bundled` or a target file"
            )));
        }
        file => Target::load(file.as_ref()).map_err(|e| Failure::usage(anyhow!(e)))?,
    };
    // One target serves the whole measurement.
    Ok(Target {
        fresh: false,
        jobs: 1,
        ..target
    })
}

fn environment(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::environment(anyhow!(error))
}

fn policy(word: &str) -> Result<Policy, String> {
    Ok(match word {
        "round-robin" => Policy::RoundRobin,
        "weighted-round-robin" => Policy::WeightedRoundRobin { weight: 1 },
        "random" => Policy::Random,
        "weighted-random" => Policy::WeightedRandom { weight: 1 },
        "priority" => Policy::Priority { priority: 1 },
        "least-used" => Policy::LeastUsed { load: 0 },
        "least-used-with-degradation" => Policy::LeastUsedDegradation {
            load: 0,
            degradation: 1,
        },
        "priority-least-used" => Policy::PriorityLeastUsed {
            load: 0,
            degradation: 1,
        },
        "randomized-least-used" => Policy::RandomizedLeastUsed { load: 0 },
        _ => {
            return Err("known are round-robin, weighted-round-robin, random, weighted-random, priority, least-used, \
                        least-used-with-degradation, priority-least-used, randomized-least-used"
                .into());
        }
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    rspcheck_spec::ixit::parse_duration(text).map_err(|e| e.to_string())
}
