//! `lab matrix`: the cases with several registrars on this project's registrar and rsplib's, in every combination.

use crate::{RSPCHECK, binaries, conformance, quoted, uml};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Cases at a time: the instances of all of them have addresses of their own.
const JOBS: usize = 4;

/// Arguments of `matrix`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Directory for the records. It must not exist.
    #[arg(long, default_value = "runs/lab-matrix")]
    out: PathBuf,
    /// The target files.
    #[arg(long, num_args = 2..=3, default_values = ["harness/profiles/bundled-lab.toml", "harness/profiles/rsplib-3.4.4.toml"])]
    targets: Vec<PathBuf>,
    /// Time limit for the kernel, from boot to power-off, in seconds.
    #[arg(long, default_value_t = 900)]
    timeout_s: u64,
    /// More arguments for `rspcheck matrix`.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Runs `rspcheck matrix` over SCTP in UDP, where the harness carries the packets of the registrars, and returns its exit
/// code.
///
/// # Errors
///
/// If the kernel does not boot or end.
pub(crate) fn run(args: &Args) -> anyhow::Result<u8> {
    if args.out.exists() {
        bail!(
            "{} exists already; choose another --out, nothing is overwritten",
            args.out.display()
        );
    }
    let rspcheck = binaries(&[RSPCHECK])?.join("rspcheck");
    let parent = args.out.parent().filter(|p| !p.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    let name = args.out.file_name().context("--out names no directory")?;
    let out = parent.canonicalize()?.join(name);
    let mut words = vec![quoted(&rspcheck), "matrix".to_owned()];
    for target in &args.targets {
        let file = target
            .canonicalize()
            .with_context(|| target.display().to_string())?;
        words.push(quoted(&file));
    }
    if !args.rest.iter().any(|word| word.starts_with("--jobs")) {
        words.push(format!("--jobs {JOBS}"));
    }
    words.extend(args.rest.iter().map(|word| quoted(Path::new(word))));
    words.push(format!("--transport udp --out {}", quoted(&out)));
    let script = format!("{}{}\n", conformance::udp_ports(), words.join(" "));
    let code = uml::boot(&script, Duration::from_secs(args.timeout_s))?;
    println!("records: {}", args.out.display());
    Ok(code)
}
