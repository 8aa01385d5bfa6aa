//! `lab compare`: a kernel in which both registrars are measured, and the report of it.

use crate::{Failed, RSERPOOL, RSPCHECK, binaries, quoted, uml};
use anyhow::{Context, bail};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Arguments of `compare`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Pool elements of the pools that are asked for.
    #[arg(long, value_delimiter = ',', default_values_t = [1000, 10_000])]
    pes: Vec<usize>,
    /// Handle resolutions of each round.
    #[arg(long, default_value_t = 2000)]
    requests: usize,
    /// Rounds of each measurement, in each of which both registrars are loaded in turn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Pool elements of the handlespace that is downloaded.
    #[arg(long, default_value_t = 50_000)]
    table: usize,
    /// Where captures and logs go. Must not exist.
    #[arg(long, default_value = "runs/compare")]
    out: PathBuf,
    /// Write the report to this file too.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Where `rserpool` and `rspcheck` are; they are built when it is absent.
    #[arg(long, value_name = "DIR")]
    tools: Option<PathBuf>,
    /// Time for everything inside, in seconds.
    #[arg(long, default_value_t = 3600)]
    timeout_s: u64,
}

/// Runs it.
pub(crate) fn run(args: &Args) -> anyhow::Result<u8> {
    if args.out.exists() {
        bail!(
            "{} exists already; choose another --out, nothing is overwritten",
            args.out.display()
        );
    }
    let tools = match &args.tools {
        Some(dir) => dir
            .canonicalize()
            .with_context(|| dir.display().to_string())?,
        None => binaries(&[RSERPOOL, RSPCHECK])?,
    };
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let out = args.out.canonicalize()?;
    let own = std::env::current_exe().context("own path")?;
    let pes: Vec<String> = args.pes.iter().map(usize::to_string).collect();
    let job = format!(
        "exec {} inside-compare --out {} --tools {} --pes {} --requests {} --rounds {} --table {}\n",
        quoted(&own),
        quoted(&out),
        quoted(&tools),
        pes.join(","),
        args.requests,
        args.rounds.max(1),
        args.table
    );
    let code = uml::boot(&job, Duration::from_secs(args.timeout_s))?;
    if code != 0 {
        return Err(Failed(format!("the comparison ended with {code}")).into());
    }
    if let Some(file) = &args.report {
        let table = std::fs::read_to_string(out.join("compare.md"))?;
        std::fs::write(file, report(args, &table)).with_context(|| file.display().to_string())?;
    }
    Ok(0)
}

/// The table with what it takes to read it.
fn report(args: &Args, table: &str) -> String {
    let commit = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map_or_else(String::new, |output| {
            format!(
                " at commit {}",
                String::from_utf8_lossy(&output.stdout).trim()
            )
        });
    let file = args
        .report
        .as_deref()
        .map_or_else(String::new, |f| f.display().to_string());
    let cpu = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            line.split_once(": ").map(|(_, name)| name.to_owned())
        })
        .unwrap_or_else(|| "an unknown processor".to_owned());
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "# Beside rsplib 3.4.4: what both registrars need\n\n\
         Written by `cargo run --release -p lab -- compare --report {file}`{commit}, on {cpu}, {cpus} processors; not \
         edited by hand.\n\n\
         Both registrars run over kernel SCTP in one user-mode Linux and are loaded in turn by `rspcheck bench`, in \
         {} rounds for each row. The figures are processor time of the registrar's process per operation, the median of \
         the rounds; the ratio is the median of the rounds' ratios. The aim is at most 0.5 for each row, and 0.2 for the \
         time of the download. System calls are slow in user-mode Linux, a look at the clock included: the figures \
         compare two programs and are no throughput. A round has {} handle resolutions; answers list three pool \
         elements.\n\n{table}",
        args.rounds.max(1),
        args.requests
    )
}
