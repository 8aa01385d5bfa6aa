//! The result of a measurement, as JSON and as text.

use crate::run::environment;
use hdrhistogram::Histogram;
use rspcheck_adapters::load::{Model, Outcome, Plan, Sample};
use rspcheck_adapters::worlds::Worlds;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// Largest latency the histograms tell apart: ten minutes, in nanoseconds.
const HIGHEST_NS: u64 = 600_000_000_000;
/// Three significant digits.
const DIGITS: u8 = 3;
/// Share of one processor above which the single-threaded generator may itself be the limit.
const BUSY: f64 = 0.95;

/// Format name.
const FORMAT: &str = "rspcheck-bench/1";

/// One measurement with everything needed to judge and repeat it.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    format: &'static str,
    what: &'static str,
    version: &'static str,
    command: Vec<String>,
    started: String,
    target: BTreeMap<&'static str, String>,
    environment: BTreeMap<String, String>,
    load: Load,
    /// Requests of the counted time, answered in time or not.
    requests: u64,
    answered: u64,
    timeouts: u64,
    negative: u64,
    answer_octets: usize,
    answers_per_second: f64,
    latency_us: BTreeMap<&'static str, f64>,
    /// Every recorded value with its count: any percentile can be computed again from these.
    histogram_ns: Vec<(u64, u64)>,
    seconds: Vec<Second>,
    generator: Generator,
}

#[derive(Debug, Serialize)]
struct Load {
    model: &'static str,
    rate_per_second: Option<f64>,
    clients: usize,
    pool_elements: usize,
    policy: String,
    warm_up_s: f64,
    duration_s: f64,
    timeout_s: f64,
    seed: u64,
}

#[derive(Debug, Serialize)]
struct Second {
    second: u64,
    requests: u64,
    timeouts: u64,
    p50_us: f64,
    p99_us: f64,
}

#[derive(Debug, Serialize)]
struct Generator {
    valid: bool,
    invalid_because: Vec<String>,
    late_p99_us: f64,
    late_max_us: f64,
    /// Processor time of the generator over the wall time of the measurement.
    cpu_share: f64,
    /// Set when the generator, not the target, may have been the limit.
    busy: bool,
}

impl Measured {
    /// Puts a measurement together. `cpu` is the generator's processor time.
    pub(crate) fn of(worlds: &Worlds, plan: &Plan, outcome: &Outcome, cpu: Duration) -> Measured {
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
            version: env!("CARGO_PKG_VERSION"),
            command: std::env::args().collect(),
            started: jiff::Timestamp::now()
                .strftime("%Y-%m-%dT%H:%M:%SZ")
                .to_string(),
            target: BTreeMap::from([
                ("name", worlds.target().name.clone()),
                ("version", worlds.target().version.clone()),
                ("transport", worlds.transport().to_owned()),
            ]),
            environment: environment(),
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
                late_p99_us: us(lateness.value_at_quantile(0.99)),
                late_max_us: us(lateness.max()),
                cpu_share,
                // In open loop it polls for the next time of sending, and says by its lateness whether it kept up.
                busy: plan.model == Model::Closed && cpu_share > BUSY,
            },
        }
    }

    /// Whether the generator did what it was asked to.
    pub(crate) fn valid(&self) -> bool {
        self.generator.valid
    }

    /// For people. An invalid measurement shows its reason and no figures.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let load = &self.load;
        let model = match load.rate_per_second {
            Some(rate) => format!(
                "open loop, {rate} requests/s over {} associations",
                load.clients
            ),
            None => format!(
                "closed loop, {} client{}",
                load.clients,
                if load.clients == 1 { "" } else { "s" }
            ),
        };
        let _ = writeln!(
            text,
            "handle resolution   {} {} over {}\n{model}; pool of {} ({}); {} s after {} s of warm-up; seed {}",
            self.target["name"],
            self.target["version"],
            self.target["transport"],
            load.pool_elements,
            load.policy,
            load.duration_s,
            load.warm_up_s,
            load.seed
        );
        if !self.generator.valid {
            let _ = writeln!(
                text,
                "INVALID: {}",
                self.generator.invalid_because.join("; ")
            );
            return text;
        }
        let _ = writeln!(
            text,
            "  {:>10.0} answers/s   {} requests, {} unanswered within {} s, {} negative, {} octets an answer",
            self.answers_per_second,
            self.requests,
            self.timeouts,
            load.timeout_s,
            self.negative,
            self.answer_octets
        );
        let _ = writeln!(text, "  latency from the intended send time, in µs:");
        for name in ["min", "p50", "p90", "p99", "p99.9", "max", "mean"] {
            let _ = writeln!(text, "    {name:<6}{:>12.1}", self.latency_us[name]);
        }
        let generator = &self.generator;
        let _ = writeln!(
            text,
            "  generator: late p99 {:.1} µs, max {:.1} µs; {:.0} % of a processor{}",
            generator.late_p99_us,
            generator.late_max_us,
            generator.cpu_share * 100.0,
            if generator.busy {
                " (it may itself be the limit)"
            } else {
                ""
            }
        );
        let cpu = self
            .environment
            .get("cpu")
            .map_or("unknown processor", String::as_str);
        let _ = writeln!(
            text,
            "  machine: {cpu}, {} processors",
            self.environment["cpus"]
        );
        text
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

/// Processor time of this process.
pub(crate) fn cpu_time() -> Duration {
    rspcheck_adapters::cpu_time()
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
