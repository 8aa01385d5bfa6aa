//! The result of a measurement.

use crate::load::{Model, Outcome, Plan, Sample};
use hdrhistogram::Histogram;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// Largest latency that the histograms distinguish: ten minutes, in nanoseconds.
const HIGHEST_NS: u64 = 600_000_000_000;
/// Three significant digits.
const DIGITS: u8 = 3;
/// Share of one processor above which the single-threaded generator may itself be the limit.
const BUSY: f64 = 0.95;

/// Format name.
const FORMAT: &str = "rspcheck-bench/1";

/// The circumstances of a measurement.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// Version of the harness.
    pub version: &'static str,
    /// Command line of the harness.
    pub command: Vec<String>,
    /// Start time, UTC.
    pub started: String,
    /// Name, version and transport of the target.
    pub target: BTreeMap<&'static str, String>,
    /// The machine.
    pub environment: BTreeMap<String, String>,
}

/// One measurement with everything needed to judge and repeat it.
#[derive(Debug, Serialize)]
pub struct Measured {
    format: &'static str,
    what: &'static str,
    /// Its circumstances.
    #[serde(flatten)]
    pub about: About,
    /// The load that was planned.
    pub load: Load,
    /// Requests of the counted time, answered in time or not.
    pub requests: u64,
    /// Requests that were answered in time.
    pub answered: u64,
    /// Requests that were not.
    pub timeouts: u64,
    /// Answers with an Operation Error.
    pub negative: u64,
    /// Octets of the first positive answer.
    pub answer_octets: usize,
    /// Answers per second of the counted time.
    pub answers_per_second: f64,
    /// Latency in µs: min, p50, p90, p99, p99.9, max and mean.
    pub latency_us: BTreeMap<&'static str, f64>,
    /// Every recorded value with its count: any percentile can be computed again from these.
    histogram_ns: Vec<(u64, u64)>,
    seconds: Vec<Second>,
    /// The generator's own behaviour.
    pub generator: Generator,
}

/// The load that was planned.
#[derive(Debug, Serialize)]
pub struct Load {
    /// `closed` or `open`.
    pub model: &'static str,
    /// Requests per second in open loop.
    pub rate_per_second: Option<f64>,
    /// Associations that send requests.
    pub clients: usize,
    /// Pool elements in the pool.
    pub pool_elements: usize,
    /// Their policy.
    pub policy: String,
    /// Time before the counted time, in seconds.
    pub warm_up_s: f64,
    /// Counted time, in seconds.
    pub duration_s: f64,
    /// Time after which an answer counts as missing, in seconds.
    pub timeout_s: f64,
    /// Seed of handle and identifiers.
    pub seed: u64,
}

#[derive(Debug, Serialize)]
struct Second {
    second: u64,
    requests: u64,
    timeouts: u64,
    p50_us: f64,
    p99_us: f64,
}

/// The generator's own behaviour during a measurement.
#[derive(Debug, Serialize)]
pub struct Generator {
    /// True if the measurement is valid.
    pub valid: bool,
    /// The reasons why it is not.
    pub invalid_because: Vec<String>,
    /// Requests of the counted time that were not sent.
    pub unsent: u64,
    /// Associations that ended under load.
    pub associations_ended: usize,
    /// Delay of the requests after their time, 99th percentile, in µs.
    pub late_p99_us: f64,
    /// The largest such delay, in µs.
    pub late_max_us: f64,
    /// Processor time of the generator over the wall time of the measurement.
    pub cpu_share: f64,
    /// Set when the generator, not the target, may have been the limit.
    pub busy: bool,
}

impl Measured {
    /// Makes a result of what the generator recorded. `cpu` is the generator's processor time.
    pub fn of(about: About, plan: &Plan, outcome: &Outcome, cpu: Duration) -> Measured {
        let latencies = histogram(outcome.samples.iter().map(|s| s.latency));
        let answered = outcome.samples.iter().filter(|s| s.answered).count() as u64;
        let requests = outcome.samples.len() as u64;
        let cpu_share = cpu.as_secs_f64() / (plan.warm_up + plan.duration).as_secs_f64();
        let lateness = histogram(outcome.lateness.iter().copied());
        let mut invalid = outcome.invalid.clone();
        if requests == 0 {
            invalid.push("no request was made in the counted time".to_owned());
        }
        Measured {
            format: FORMAT,
            what: "resolve",
            about,
            load: Load::of(plan),
            requests,
            answered,
            timeouts: requests - answered,
            negative: outcome.negative,
            answer_octets: outcome.answer_octets,
            answers_per_second: answered as f64 / plan.duration.as_secs_f64(),
            latency_us: table(&latencies),
            histogram_ns: latencies
                .iter_recorded()
                .map(|v| (v.value_iterated_to(), v.count_at_value()))
                .collect(),
            seconds: seconds(&outcome.samples),
            generator: Generator {
                valid: invalid.is_empty(),
                invalid_because: invalid,
                unsent: outcome.unsent,
                associations_ended: outcome.ended.as_ref().map_or(0, |(count, _)| *count),
                late_p99_us: us(lateness.value_at_quantile(0.99)),
                late_max_us: us(lateness.max()),
                cpu_share,
                // In open loop it polls for the next request, and its lateness shows whether it was fast enough.
                busy: plan.model == Model::Closed && cpu_share > BUSY,
            },
        }
    }

    /// Returns true if the generator sent what was planned, in time.
    pub fn valid(&self) -> bool {
        self.generator.valid
    }
}

impl Load {
    fn of(plan: &Plan) -> Load {
        let (model, rate) = match plan.model {
            Model::Closed => ("closed", None),
            Model::Open { rate } => ("open", Some(rate)),
        };
        Load {
            model,
            rate_per_second: rate,
            clients: plan.clients,
            pool_elements: plan.pool_elements,
            policy: format!("{:?}", plan.policy),
            warm_up_s: plan.warm_up.as_secs_f64(),
            duration_s: plan.duration.as_secs_f64(),
            timeout_s: plan.timeout.as_secs_f64(),
            seed: plan.seed,
        }
    }
}

fn histogram(spans: impl Iterator<Item = Duration>) -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(1, HIGHEST_NS, DIGITS)
        .expect("the bounds are constants and in order");
    for span in spans {
        histogram.saturating_record(span.as_nanos() as u64);
    }
    histogram
}

fn table(latencies: &Histogram<u64>) -> BTreeMap<&'static str, f64> {
    let mut table = BTreeMap::from([
        ("min", us(latencies.min())),
        ("max", us(latencies.max())),
        ("mean", latencies.mean() / 1e3),
    ]);
    for (name, quantile) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)] {
        table.insert(name, us(latencies.value_at_quantile(quantile)));
    }
    table
}

fn seconds(samples: &[Sample]) -> Vec<Second> {
    let mut by_second: BTreeMap<u64, Vec<&Sample>> = BTreeMap::new();
    for sample in samples {
        by_second
            .entry(sample.at.as_secs())
            .or_default()
            .push(sample);
    }
    let row = |(second, samples): (u64, Vec<&Sample>)| {
        let latencies = histogram(samples.iter().map(|s| s.latency));
        Second {
            second,
            requests: samples.len() as u64,
            timeouts: samples.iter().filter(|s| !s.answered).count() as u64,
            p50_us: us(latencies.value_at_quantile(0.5)),
            p99_us: us(latencies.value_at_quantile(0.99)),
        }
    };
    by_second.into_iter().map(row).collect()
}

fn us(ns: u64) -> f64 {
    ns as f64 / 1e3
}
