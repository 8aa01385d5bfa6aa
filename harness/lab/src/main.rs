//! The lab: kernel SCTP and a foreign implementation on any Linux machine.
//!
//! Boots user-mode Linux (a kernel that runs as an ordinary process and has SCTP) with rsplib's programs in it:
//!
//! - `lab`: the conformance suite against rsplib's `rspregistrar`, over kernel SCTP and over SCTP in UDP (RFC 6951);
//!   the run directories are brought back, the exit code is the worst of the runs.
//! - `lab interop`: this project's registrar, pool element and pool user beside rsplib's, check by check.
//! - `lab compare`: processor time of both registrars under the same load.
//! - `lab transport`: the tests of this project's kernel SCTP stack, which are skipped where no kernel has SCTP.
//!
//! rsplib is run, never read.

mod compare;
mod conformance;
mod inside;
mod interop;
mod transport;
mod uml;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Exit code when something that must hold does not.
const FAIL: u8 = 1;
/// Exit code when the machine cannot run the lab.
const ENVIRONMENT: u8 = 3;

/// Runs things beside rsplib inside user-mode Linux.
#[derive(Parser)]
#[command(name = "lab", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    what: Option<What>,
    /// Only tell what is missing on this machine.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    conformance: conformance::Args,
}

#[derive(Subcommand)]
enum What {
    /// The suite against rsplib's registrar (also without this word).
    Conformance(conformance::Args),
    /// This project's programs beside rsplib's.
    Interop(interop::Args),
    /// What this project's registrar and rsplib's need for the same load.
    Compare(compare::Args),
    /// The tests of this project's kernel SCTP stack.
    Transport(transport::Args),
    /// What the job of a kernel runs.
    #[command(hide = true)]
    Inside(inside::Args),
    /// What the job of the comparison runs.
    #[command(hide = true)]
    InsideCompare(inside::speed::Args),
}

/// Something that must hold does not: the lab itself did its work.
#[derive(Debug)]
struct Failed(String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("lab: {error:#}");
            ExitCode::from(match error.downcast_ref::<Failed>() {
                Some(_) => FAIL,
                None => ENVIRONMENT,
            })
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<u8> {
    match &cli.what {
        Some(What::Inside(args)) => return inside::run(args).map(|()| 0),
        Some(What::InsideCompare(args)) => return inside::speed::run(args).map(|()| 0),
        Some(What::Conformance(_) | What::Interop(_) | What::Compare(_) | What::Transport(_))
        | None => {}
    }
    let missing = uml::missing();
    if !missing.is_empty() {
        bail!(
            "this machine lacks {}; on Debian: apt-get install user-mode-linux kmod iproute2 procps tcpdump \
             rsplib-registrar rsplib-services rsplib-tools",
            missing.join(", ")
        );
    }
    if cli.check {
        println!("the lab can run here");
        return Ok(0);
    }
    match &cli.what {
        None => conformance::run(&cli.conformance),
        Some(What::Conformance(args)) => conformance::run(args),
        Some(What::Interop(args)) => interop::run(args),
        Some(What::Compare(args)) => compare::run(args),
        Some(What::Transport(args)) => transport::run(args),
        Some(What::Inside(_) | What::InsideCompare(_)) => unreachable!("they were run above"),
    }
}

/// A program of this project and the package that builds it.
struct Program {
    name: &'static str,
    package: &'static str,
}

const RSERPOOL: Program = Program {
    name: "rserpool",
    package: "rserpool-cli",
};
const RSPCHECK: Program = Program {
    name: "rspcheck",
    package: "rspcheck",
};

/// Builds programs in release mode and returns the folder that contains them.
fn binaries(programs: &[Program]) -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--quiet"]);
    for program in programs {
        build.args(["-p", program.package]);
    }
    if !build.status()?.success() {
        let names: Vec<_> = programs.iter().map(|program| program.name).collect();
        bail!("building {} failed", names.join(" and "));
    }
    let own = std::env::current_exe().context("own path")?;
    let target = own.ancestors().nth(2).context("target directory")?;
    let dir = target.join("release");
    for program in programs {
        let path = dir.join(program.name);
        if !path.exists() {
            bail!("{} is not there after the build", path.display());
        }
    }
    Ok(dir)
}

/// A path as one word of a shell script.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
