//! `rspcheck bench register`, `listed` and `ask`: a crowd of pool elements at a registrar that runs already, for
//! comparisons and interoperation. Each prints its result as one line of `key=value` pairs.

use super::{duration, policy};
use crate::exit::{self, Done, Failure};
use anyhow::anyhow;
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::live::Place;
use rspcheck_bench::crowd::{self, Crowd, Notice, Plan};
use rspcheck_bench::{LoadError, listed};
use rspcheck_testkit::forge::Policy;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Arguments that locate the registrar.
#[derive(clap::Args)]
struct At {
    /// The registrar's ASAP endpoint over SCTP.
    #[arg(long, value_name = "ADDR:PORT")]
    at: SocketAddr,
    /// Own address.
    #[arg(long, value_name = "ADDR")]
    local: IpAddr,
    /// SCTP stack: `udp`, `kernel` or `auto`.
    #[arg(long, default_value = "udp")]
    transport: Carrier,
    /// The registrar's UDP port that carries SCTP.
    #[arg(long, default_value_t = 9899, value_name = "PORT")]
    udp_port: u16,
}

impl At {
    fn place(&self) -> Place {
        Place {
            asap: self.at,
            udp_port: self.udp_port,
            tcp: None,
            enrp: None,
            announce: SocketAddr::new(self.at.ip(), 0),
            local: self.local,
            carrier: self.transport,
        }
    }
}

/// Arguments that describe the crowd.
#[derive(clap::Args)]
struct CrowdArgs {
    /// Prefix of the pool handles; a number follows: `crowd-0`, `crowd-1`, …
    #[arg(long, default_value = "crowd")]
    prefix: String,
    /// Number of pools.
    #[arg(long, default_value_t = 1)]
    pools: usize,
    /// Pool elements in each pool.
    #[arg(long, default_value_t = 100)]
    pes: usize,
}

/// Arguments of `bench register`.
#[derive(clap::Args)]
pub(super) struct Register {
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    crowd: CrowdArgs,
    /// Their policy.
    #[arg(long, value_parser = policy, default_value = "round-robin")]
    policy: Policy,
    /// Registration life in seconds.
    #[arg(long, default_value_t = 86_400)]
    life: i32,
    /// Identifier of the first element; the others follow.
    #[arg(long, default_value_t = 1)]
    first_id: u32,
    /// Own UDP port that carries SCTP, which a registrar that takes them over calls; 0 for any.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    own_udp_port: u16,
    /// Stay until SIGTERM and answer keep-alives.
    #[arg(long)]
    hold: bool,
}

/// Arguments of `bench listed`.
#[derive(clap::Args)]
pub(super) struct Listed {
    #[command(flatten)]
    at: At,
    /// Pools to resolve; a resolution of each must list `--pes` elements; 0: the pool must not exist.
    #[command(flatten)]
    crowd: CrowdArgs,
    /// A single pool, in place of the pools of a crowd.
    #[arg(long, conflicts_with_all = ["prefix", "pools"])]
    pool: Option<String>,
    /// Time limit, after which the command fails.
    #[arg(long, value_parser = duration, default_value = "10s")]
    within: Duration,
}

/// Arguments of `bench ask`.
#[derive(clap::Args)]
pub(super) struct Ask {
    #[command(flatten)]
    at: At,
    /// The pool handle.
    #[arg(long, default_value = "crowd-0")]
    pool: String,
    /// Total number of handle resolutions.
    #[arg(long, default_value_t = 1000)]
    requests: usize,
    /// Number of handle resolutions under way at a time, 1 to 1000, each over its own association.
    #[arg(long, default_value_t = 1)]
    outstanding: usize,
}

pub(super) fn register(args: &Register) -> Done {
    let plan = Plan {
        policy: args.policy.clone(),
        life: args.life,
        first_id: args.first_id,
        own_udp_port: args.own_udp_port,
        ..plan(&args.crowd)?
    };
    let stop = stop_flag()?;
    let begin = now();
    let mut crowd = Crowd::register(&args.at.place(), plan.clone()).map_err(failed)?;
    say(&format!(
        "registered elements={} pools={} seconds={:.3}",
        plan.size(),
        plan.pools,
        begin.elapsed().as_secs_f64()
    ))?;
    if args.hold {
        let tell = |notice| {
            // A closed standard output does not end the crowd.
            let _ = match notice {
                Notice::Home(id) => say(&format!("home id={id:#010x}")),
                Notice::Left => say("left"),
            };
        };
        crowd.hold(&stop, tell).map_err(failed)?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn listed(args: &Listed) -> Done {
    let plan = plan(&args.crowd)?;
    let pools: Vec<Vec<u8>> = match &args.pool {
        Some(pool) => vec![pool.clone().into_bytes()],
        None => (0..plan.pools)
            .map(|nth| crowd::pool(&plan.prefix, nth))
            .collect(),
    };
    let stop = stop_flag()?;
    let begin = now();
    let place = args.at.place();
    let listed =
        listed::listed(&place, &pools, plan.elements, args.within, &stop).map_err(failed)?;
    say(&format!(
        "listed elements={} wanted={} requests={} seconds={:.3}",
        listed.elements,
        pools.len() * plan.elements,
        listed.requests,
        begin.elapsed().as_secs_f64()
    ))?;
    if let Some((at_most, known)) = listed.at_most {
        crate::output::say(short(at_most, known, plan.elements));
    }
    Ok(ExitCode::from(if listed.as_wanted {
        exit::OK
    } else {
        exit::FAIL
    }))
}

/// Explains a registrar that lists fewer elements of a pool than wanted.
fn short(at_most: usize, known: usize, wanted: usize) -> String {
    let limit = "RFC 5352 §6.5.2.1 lets a registrar list a part of a large pool (rserpool registrar: --max-items)";
    if known > at_most {
        format!(
            "rspcheck: the registrar lists {at_most} pool elements at a time, {known} in turn: {limit}; with a limit of \
             {at_most}, --pes {wanted} cannot be met"
        )
    } else {
        format!(
            "rspcheck: the registrar lists {at_most} pool elements: the others are not registered, or it lists no more \
             at a time; {limit}"
        )
    }
}

pub(super) fn ask(args: &Ask) -> Done {
    if args.requests == 0 || args.outstanding == 0 || args.outstanding > 1000 {
        return Err(Failure::usage(anyhow!(
            "give at least 1 request and 1 to 1000 outstanding"
        )));
    }
    let place = args.at.place();
    let took = listed::ask(
        &place,
        args.pool.as_bytes(),
        args.requests,
        args.outstanding,
    )
    .map_err(failed)?;
    say(&format!(
        "answered requests={} outstanding={} seconds={:.3}",
        args.requests,
        args.outstanding,
        took.as_secs_f64()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn plan(args: &CrowdArgs) -> Result<Plan, Failure> {
    let size = args.pools.saturating_mul(args.pes);
    if args.pools == 0 || size > 10_000_000 {
        return Err(Failure::usage(anyhow!(
            "{} pools of {} elements: give 1 pool or more, and 10000000 elements at most",
            args.pools,
            args.pes
        )));
    }
    Ok(Plan {
        prefix: args.prefix.clone(),
        pools: args.pools,
        elements: args.pes,
        first_id: 1,
        policy: Policy::RoundRobin,
        life: 0,
        own_udp_port: 0,
    })
}

fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, flag.clone()).map_err(Failure::environment)?;
    }
    Ok(flag)
}

/// Prints one line and flushes it, because the program that started this command waits for it.
fn say(line: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(Failure::environment)
}

fn failed(error: LoadError) -> Failure {
    match error {
        LoadError::Io(_) => Failure::environment(error),
        LoadError::Target(_) => Failure {
            code: exit::FAIL,
            error: error.into(),
        },
    }
}

#[expect(clippy::disallowed_methods, reason = "a measurement is on wall time")]
fn now() -> Instant {
    Instant::now()
}
