//! Runs this project against rsplib over kernel SCTP, on any Linux machine.
//!
//! The lab boots user-mode Linux, a kernel that runs as an ordinary process and has SCTP, and starts rsplib's programs
//! in it:
//!
//! - `lab`: the conformance suite against rsplib's `rspregistrar`, over kernel SCTP and over SCTP in UDP (RFC 6951);
//!   the run directories are written to the host, and the exit code is the worst of the runs'.
//! - `lab interop`: checks in which this project's registrar, pool elements and pool users work with rsplib's.
//! - `lab matrix`: the cases with several registrars on both registrars, in every combination, over SCTP in UDP.
//! - `lab compare`: processor time of both registrars under the same load.
//! - `lab transport`: the tests of this project's kernel SCTP stack. Elsewhere they skip themselves if the host's
//!   kernel lacks SCTP.
//!
//! The lab runs rsplib's installed programs; nothing here was written from their source code.

mod compare;
mod conformance;
mod inside;
mod interop;
mod matrix;
mod transport;
mod uml;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Exit code of a failed check, measurement or test.
const FAIL: u8 = 1;
/// Exit code if the lab cannot run on this machine, or could not finish.
const ENVIRONMENT: u8 = 3;

/// Tests and measures this project against rsplib inside user-mode Linux.
#[derive(Parser)]
#[command(name = "lab", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    action: Option<Action>,
    /// Only report which programs and kernel modules this machine lacks.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    conformance: conformance::Args,
}

#[derive(Subcommand)]
enum Action {
    /// Run the conformance suite against rsplib's registrar (the default).
    Conformance(conformance::Args),
    /// Check that this project's programs work with rsplib's.
    Interop(interop::Args),
    /// Run the cases with several registrars on this project's registrar and rsplib's, in every combination.
    Matrix(matrix::Args),
    /// Compare the processor time of this project's registrar and rsplib's under the same load.
    Compare(compare::Args),
    /// Run the tests of this project's kernel SCTP stack.
    Transport(transport::Args),
    /// Inside a kernel: run the interoperation checks.
    #[command(hide = true)]
    Inside(inside::Args),
    /// Inside a kernel: run the comparison.
    #[command(hide = true)]
    InsideCompare(inside::speed::Args),
}

/// Failure of what the lab tests, as opposed to a failure of the lab itself.
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
    match &cli.action {
        Some(Action::Inside(args)) => return inside::run(args).map(|()| 0),
        Some(Action::InsideCompare(args)) => return inside::speed::run(args).map(|()| 0),
        Some(
            Action::Conformance(_)
            | Action::Interop(_)
            | Action::Compare(_)
            | Action::Matrix(_)
            | Action::Transport(_),
        )
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
    match &cli.action {
        None => conformance::run(&cli.conformance),
        Some(Action::Conformance(args)) => conformance::run(args),
        Some(Action::Interop(args)) => interop::run(args),
        Some(Action::Matrix(args)) => matrix::run(args),
        Some(Action::Compare(args)) => compare::run(args),
        Some(Action::Transport(args)) => transport::run(args),
        Some(Action::Inside(_) | Action::InsideCompare(_)) => {
            unreachable!("commands inside a kernel were run above")
        }
    }
}

/// Program of this project, with the package that builds it.
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
    let own = std::env::current_exe().context("path of the lab's program")?;
    let target = own
        .ancestors()
        .nth(2)
        .context("the lab's program is not in cargo's target directory")?;
    let dir = target.join("release");
    for program in programs {
        let path = dir.join(program.name);
        if !path.exists() {
            bail!("the build did not write {}", path.display());
        }
    }
    Ok(dir)
}

/// Returns the path as one word of a shell script.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
