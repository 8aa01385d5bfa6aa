//! `lab transport`: runs the tests of this project's kernel SCTP stack inside a kernel that has SCTP.

use crate::{Failed, quoted, uml};
use anyhow::{Context, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Arguments of `transport`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Time limit for the kernel, from boot to power-off, in seconds.
    #[arg(long, default_value_t = 120)]
    timeout_s: u64,
}

/// Runs the tests and returns exit code 0.
///
/// # Errors
///
/// [`Failed`] if a test fails; any other error if the tests cannot run.
pub(crate) fn run(args: &Args) -> anyhow::Result<u8> {
    let tests = build()?;
    // An SCTP socket encapsulates only if the port was set before the socket was made.
    let job = format!(
        "sysctl -qw net.sctp.udp_port=9899\nexport RSPCHECK_LAB=1\nexec {}\n",
        quoted(&tests)
    );
    match uml::boot(&job, Duration::from_secs(args.timeout_s))? {
        0 => Ok(0),
        code => Err(Failed(format!("the tests ended with status {code}")).into()),
    }
}

/// Builds the tests and returns the path of their program.
fn build() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["test", "--quiet", "--no-run", "--message-format=json"])
        .args(["-p", "rsp-transport", "--test", "kernel"])
        .stderr(Stdio::inherit())
        .output()
        .context("cargo")?;
    if !output.status.success() {
        bail!("building the tests of rsp-transport failed");
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "kernel")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .context("cargo reported no test program")
}
