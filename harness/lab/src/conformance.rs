//! `lab` and `lab conformance`: runs the suite against rsplib's registrar, in one kernel per carrier of SCTP.

use crate::{RSPCHECK, binaries, quoted, uml};
use anyhow::{Context, bail};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// Arguments of `conformance`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Carrier of SCTP between the suite and the registrar; each has a kernel of its own.
    #[arg(long, value_enum, default_values_t = [Way::Kernel, Way::Udp])]
    way: Vec<Way>,
    /// Directory for the run directories `rsplib-kernel-1` and so on. It must not exist.
    #[arg(long, default_value = "runs/lab")]
    out: PathBuf,
    /// Runs per carrier; all must give the same verdicts.
    #[arg(long, default_value_t = 1)]
    repeat: u32,
    /// The target file.
    #[arg(long, default_value = "harness/profiles/rsplib-3.4.4.toml")]
    target: PathBuf,
    /// Time limit for each kernel, from boot to power-off, in seconds.
    #[arg(long, default_value_t = 900)]
    timeout_s: u64,
    /// Run this shell script inside the kernel instead of the suite. The kernel has SCTP and the addresses 10.255.1.1
    /// to 10.255.1.120.
    #[arg(long, value_name = "SCRIPT")]
    script: Option<PathBuf>,
    /// More arguments for `rspcheck run`.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// UDP port at which the kernel under rsplib's registrar receives SCTP, on all addresses (RFC 6951 §4).
const OWN_PORT: u16 = 9899;
/// UDP port to which that kernel sends the first packet of an association. The suite's registrars receive there, because
/// the kernel holds [`OWN_PORT`] on all addresses.
const PEERS_PORT: u16 = 9898;

/// Carrier of SCTP between the suite and rsplib's registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// Kernel SCTP on both sides.
    Kernel,
    /// SCTP over UDP: the kernel's encapsulation under rsplib, this project's stack under the suite.
    Udp,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Way::Kernel => "kernel",
            Way::Udp => "udp",
        }
    }
}

/// Runs the suite and returns the worst exit code of the runs.
///
/// # Errors
///
/// If a kernel does not boot or end, or repeated runs give different verdicts.
pub(crate) fn run(args: &Args) -> anyhow::Result<u8> {
    if let Some(script) = &args.script {
        let text = std::fs::read_to_string(script).with_context(|| script.display().to_string())?;
        return uml::boot(&text, Duration::from_secs(args.timeout_s));
    }
    if args.out.exists() {
        bail!(
            "{} exists already; choose another --out, nothing is overwritten",
            args.out.display()
        );
    }
    let rspcheck = binaries(&[RSPCHECK])?.join("rspcheck");
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let out = args.out.canonicalize()?;
    let code = boot_all(args, &rspcheck, &out)?;
    println!("run directories: {}", args.out.display());
    if code == 0 {
        same_verdicts(args, &out)?;
    }
    Ok(code)
}

/// Boots one kernel per carrier, all at the same time, and returns the worst exit status.
fn boot_all(args: &Args, rspcheck: &Path, out: &Path) -> anyhow::Result<u8> {
    let limit = Duration::from_secs(args.timeout_s);
    let jobs: Vec<String> = args
        .way
        .iter()
        .map(|way| job(args, *way, rspcheck, out))
        .collect::<anyhow::Result<_>>()?;
    let ended: Vec<anyhow::Result<u8>> = thread::scope(|scope| {
        let started: Vec<_> = jobs
            .iter()
            .map(|job| scope.spawn(move || uml::boot(job, limit)))
            .collect();
        started
            .into_iter()
            .map(|kernel| kernel.join().expect("booting does not panic"))
            .collect()
    });
    let mut worst = 0;
    for code in ended {
        worst = worst.max(code?);
    }
    Ok(worst)
}

/// Returns the shell script that runs inside the kernel of one carrier.
fn job(args: &Args, way: Way, rspcheck: &Path, out: &Path) -> anyhow::Result<String> {
    let target = args
        .target
        .canonicalize()
        .with_context(|| args.target.display().to_string())?;
    let encapsulation = match way {
        Way::Udp => (OWN_PORT, PEERS_PORT),
        Way::Kernel => (0, 0),
    };
    let mut script = format!("worst=0\n{}", set_ports(encapsulation));
    for nth in 1..=args.repeat {
        let dir = out.join(format!("rsplib-{}-{nth}", way.word()));
        script.push_str(&format!(
            "echo '== rsplib over {word}, run {nth}'\n{rspcheck} run --target {target} --transport {word} --out {dir} \
             {rest}\nrc=$?\n[ $rc -gt $worst ] && worst=$rc\n",
            word = way.word(),
            rspcheck = quoted(rspcheck),
            target = quoted(&target),
            dir = quoted(&dir),
            rest = args.rest.iter().map(|a| quoted(Path::new(a))).collect::<Vec<_>>().join(" "),
        ));
    }
    script.push_str("exit $worst\n");
    Ok(script)
}

/// Returns the command that makes the kernel carry SCTP over UDP.
pub(crate) fn udp_ports() -> String {
    set_ports((OWN_PORT, PEERS_PORT))
}

/// Returns the command that sets the kernel's own port and that of its peers. An SCTP socket encapsulates only if the port
/// was set before the socket was made.
fn set_ports((own, peers): (u16, u16)) -> String {
    format!("sysctl -qw net.sctp.udp_port={own} net.sctp.encap_port={peers}\n")
}

/// Fails unless repeated runs of each carrier agree case by case, and prints how many agreed.
fn same_verdicts(args: &Args, out: &Path) -> anyhow::Result<()> {
    for way in &args.way {
        let mut first: Option<Vec<String>> = None;
        for nth in 1..=args.repeat {
            let file = out
                .join(format!("rsplib-{}-{nth}", way.word()))
                .join("run.json");
            let verdicts = verdicts(&file).with_context(|| file.display().to_string())?;
            match &first {
                None => first = Some(verdicts),
                Some(known) if *known == verdicts => {}
                Some(known) => {
                    let differ: Vec<_> = known
                        .iter()
                        .zip(&verdicts)
                        .filter(|(a, b)| a != b)
                        .map(|(a, b)| format!("{a} / {b}"))
                        .collect();
                    bail!(
                        "{}: run {nth} gives verdicts that differ from run 1: {}",
                        way.word(),
                        differ.join("; ")
                    );
                }
            }
        }
        if args.repeat > 1 {
            println!("{}: {} runs, the same verdicts", way.word(), args.repeat);
        }
    }
    Ok(())
}

/// Returns `id verdict` of each case in a run record. It reads the JSON directly, because the lab depends on no crate
/// of the harness that judges.
fn verdicts(file: &Path) -> anyhow::Result<Vec<String>> {
    let run: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let cases = run["cases"]
        .as_array()
        .context("the record has no list of cases")?;
    Ok(cases
        .iter()
        .map(|c| format!("{} {}", c["id"], c["verdict"]))
        .collect())
}
