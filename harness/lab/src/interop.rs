//! `lab interop`: boots one kernel per carrier of SCTP, all at the same time, and runs the checks of `inside` in each.

use crate::inside::{self, Carrier, Family};
use crate::{Failed, RSERPOOL, RSPCHECK, binaries, quoted, uml};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// Arguments of `interop`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Prefixes of check names, such as `peers` or `at-ours/echo`; without any, all checks run.
    #[arg(value_name = "GROUP")]
    picked: Vec<String>,
    /// Carriers of SCTP; each has a kernel of its own.
    #[arg(long, value_enum, default_values_t = [Carrier::Kernel, Carrier::Udp])]
    carrier: Vec<Carrier>,
    /// Address families.
    #[arg(long, value_enum, default_values_t = [Family::V4, Family::V6])]
    family: Vec<Family>,
    /// Checks that run at the same time in each kernel. Checks mostly wait, so more than one per processor is right.
    #[arg(long, default_value_t = 4)]
    jobs: usize,
    /// Directory for the captures and logs of failed checks. It must not exist.
    #[arg(long, default_value = "runs/interop")]
    out: PathBuf,
    /// Also keep captures and logs of checks that passed.
    #[arg(long)]
    keep: bool,
    /// Directory that contains `rserpool` and `rspcheck`; without it both are built.
    #[arg(long, value_name = "DIR")]
    tools: Option<PathBuf>,
    /// Print the names of the checks and run none.
    #[arg(long)]
    list: bool,
    /// Time limit for each kernel, from boot to power-off, in seconds.
    #[arg(long, default_value_t = 600)]
    timeout_s: u64,
}

/// Runs the checks and returns exit code 0.
///
/// # Errors
///
/// [`Failed`] if a check fails; any other error if the checks cannot run.
pub(crate) fn run(args: &Args) -> anyhow::Result<u8> {
    let picked: Vec<_> = inside::checks()
        .filter(|check| inside::is_picked(check, &args.picked))
        .collect();
    if picked.is_empty() {
        bail!(
            "no check has a name that begins with {}; --list prints the names",
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
            other => bail!("the job inside the kernel ended with status {other}"),
        }
    }
    // Fails if captures or logs were kept, which is intended.
    let _ = std::fs::remove_dir(&args.out);
    Ok(0)
}

/// Returns the shell script that runs inside the kernel of one carrier.
fn job(args: &Args, carrier: Carrier, tools: &Path, out: &Path) -> anyhow::Result<String> {
    let own = std::env::current_exe().context("path of the lab's program")?;
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
