//! `lab interop`: a kernel for each carrier, side by side, in which the checks of `inside` run.

use crate::inside::{self, Carrier, Family};
use crate::{Failed, RSERPOOL, RSPCHECK, binaries, quoted, uml};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// Arguments of `interop`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which checks: beginnings of their names, such as `peers` or `at-ours/echo`; all without any.
    #[arg(value_name = "GROUP")]
    picked: Vec<String>,
    /// What carries SCTP, a kernel for each.
    #[arg(long, value_enum, default_values_t = [Carrier::Kernel, Carrier::Udp])]
    carrier: Vec<Carrier>,
    /// Which addresses.
    #[arg(long, value_enum, default_values_t = [Family::V4, Family::V6])]
    family: Vec<Family>,
    /// Checks at a time in each kernel; they wait more than they work.
    #[arg(long, default_value_t = 4)]
    jobs: usize,
    /// Where the captures and logs of failed checks go. Must not exist.
    #[arg(long, default_value = "runs/interop")]
    out: PathBuf,
    /// Keep those of checks that passed too.
    #[arg(long)]
    keep: bool,
    /// Where `rserpool` and `rspcheck` are; they are built when it is absent.
    #[arg(long, value_name = "DIR")]
    tools: Option<PathBuf>,
    /// Only name the checks.
    #[arg(long)]
    list: bool,
    /// Time for everything inside, in seconds.
    #[arg(long, default_value_t = 600)]
    timeout_s: u64,
}

/// Runs it; 0, or 1 when a check failed.
pub(crate) fn run(args: &Args) -> anyhow::Result<u8> {
    let picked: Vec<_> = inside::checks()
        .filter(|check| inside::is_picked(check, &args.picked))
        .collect();
    if picked.is_empty() {
        bail!(
            "no check is called {}; --list names them",
            args.picked.join(" or ")
        );
    }
    if args.list {
        picked.iter().for_each(|check| println!("{}", check.name));
        return Ok(0);
    }
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
    let jobs: Vec<String> = args
        .carrier
        .iter()
        .map(|carrier| job(args, *carrier, &tools, &out))
        .collect::<anyhow::Result<_>>()?;
    let limit = Duration::from_secs(args.timeout_s);
    let codes: Vec<anyhow::Result<u8>> = thread::scope(|scope| {
        let kernels: Vec<_> = jobs
            .iter()
            .map(|job| scope.spawn(move || uml::boot(job, limit)))
            .collect();
        kernels
            .into_iter()
            .map(|kernel| kernel.join().expect("booting does not panic"))
            .collect()
    });
    for code in codes {
        match code? {
            0 => {}
            1 => return Err(Failed("not all checks passed".to_owned()).into()),
            other => bail!("the job inside ended with {other}"),
        }
    }
    // Nothing was kept.
    let _ = std::fs::remove_dir(&args.out);
    Ok(0)
}

/// The shell script that runs inside, for one carrier.
fn job(args: &Args, carrier: Carrier, tools: &Path, out: &Path) -> anyhow::Result<String> {
    let own = std::env::current_exe().context("own path")?;
    let mut script = format!(
        "exec {own} inside --carrier {carrier} --jobs {jobs} --out {out} --tools {tools}",
        own = quoted(&own),
        carrier = carrier.word(),
        jobs = args.jobs,
        out = quoted(out),
        tools = quoted(tools),
    );
    for family in &args.family {
        script.push_str(&format!(" --family {}", family.word()));
    }
    if args.keep {
        script.push_str(" --keep");
    }
    for picked in &args.picked {
        script.push_str(&format!(" {}", quoted(Path::new(picked))));
    }
    script.push('\n');
    Ok(script)
}
