//! `lab compare`: boots a kernel, measures both registrars in it, and writes the report.

use crate::{Failed, RSERPOOL, RSPCHECK, binaries, quoted, uml};
use anyhow::{Context, bail};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Arguments of `compare`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Pool elements in the pool, for each series of measurements.
    #[arg(long, value_delimiter = ',', default_values_t = [1000, 10_000])]
    pes: Vec<usize>,
    /// Handle resolutions per registrar and round.
    #[arg(long, default_value_t = 2000)]
    requests: usize,
    /// Rounds of each measurement; each round loads one registrar after the other.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Pool elements in the handlespace that a starting registrar downloads.
    #[arg(long, default_value_t = 50_000)]
    table: usize,
    /// Directory for captures and logs. It must not exist.
    #[arg(long, default_value = "runs/compare")]
    out: PathBuf,
    /// Also write the report to this file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Directory that contains `rserpool` and `rspcheck`; without it both are built.
    #[arg(long, value_name = "DIR")]
    tools: Option<PathBuf>,
    /// Time limit for the kernel, from boot to power-off, in seconds.
    #[arg(long, default_value_t = 3600)]
    timeout_s: u64,
}

/// Runs the comparison and returns exit code 0.
///
/// # Errors
///
/// [`Failed`] if the comparison fails inside the kernel; any other error if it cannot run.
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
    let own = std::env::current_exe().context("path of the lab's program")?;
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

/// Returns the report: the table, below the command, commit and machine that produced it.
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
        "# Processor time of this project's registrar and rsplib 3.4.4's\n\n\
         Written by `cargo run --release -p lab -- compare --report {file}`{commit}, on {cpu}, {cpus} processors; not \
         edited by hand.\n\n\
         Both registrars run over kernel SCTP in one user-mode Linux. `rspcheck bench` loads one after the other, in \
         {} rounds for each row. A figure is the processor time of the registrar's process per operation, in \
         microseconds: the median of the rounds. The ratio is the median of the rounds' ratios. The aim is a ratio of \
         at most 0.5 in each row, and of at most 0.2 for the time of the download. System calls, reading the clock \
         included, are slow in user-mode Linux: the figures compare the two programs and do not show their throughput. \
         A round has {} handle resolutions; each response lists three pool elements.\n\n{table}",
        args.rounds.max(1),
        args.requests
    )
}
