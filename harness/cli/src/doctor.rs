//! `rspcheck doctor`: what works on this machine, what does not, and what the user can do about it.

use crate::exit::{self, Done, Failure};
use crate::output::print;
use rspcheck_adapters::doctor::{self, Missing};
use serde::Serialize;
use std::process::{Command, ExitCode, Stdio};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print the findings as one JSON object.
    #[arg(long)]
    json: bool,
}

/// The result of one check, as it is printed.
#[derive(Debug, Serialize)]
struct Finding {
    /// A word that names the check.
    name: &'static str,
    /// True if it works.
    ok: bool,
    /// The details of what works, or of what is missing.
    detail: String,
    /// The remedy, if it does not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    way_out: Option<String>,
    /// The use that needs it.
    needed_for: &'static str,
}

impl From<doctor::Finding> for Finding {
    fn from(finding: doctor::Finding) -> Finding {
        let doctor::Finding {
            name,
            needed_for,
            found,
        } = finding;
        let (ok, detail, way_out) = match found {
            Ok(detail) => (true, detail, None),
            Err(Missing { why, way_out }) => (false, why, Some(way_out)),
        };
        Finding {
            name,
            ok,
            detail,
            way_out,
            needed_for,
        }
    }
}

/// The results of all checks.
#[derive(Debug, Serialize)]
struct Findings {
    format: &'static str,
    /// True if live tests can run.
    ok: bool,
    findings: Vec<Finding>,
}

/// Runs it.
pub(crate) fn run(args: Args) -> Done {
    let findings = look();
    let text = if args.json {
        serde_json::to_string_pretty(&findings).map_err(Failure::environment)?
    } else {
        text(&findings)
    };
    print(&format!("{}\n", text.trim_end()))?;
    Ok(ExitCode::from(if findings.ok {
        exit::OK
    } else {
        exit::ENVIRONMENT
    }))
}

fn look() -> Findings {
    let mut found = doctor::transports();
    found.push(doctor::Finding {
        name: "tshark",
        needed_for: "cross-checks of captures with a second decoder",
        found: tshark(),
    });
    found.push(doctor::clock());
    let findings: Vec<Finding> = found.into_iter().map(Finding::from).collect();
    Findings {
        format: "rspcheck-doctor/1",
        ok: findings.iter().any(|f| f.name == "udp" && f.ok),
        findings,
    }
}

/// Returns the version line of tshark, which decodes captures.
fn tshark() -> Result<String, Missing> {
    let missing = |why: String| Missing {
        why,
        way_out: "install Debian's tshark or Wireshark; only cross-checks of captures need it"
            .to_owned(),
    };
    let output = Command::new("tshark")
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| missing(format!("tshark: {error}")))?;
    if !output.status.success() {
        return Err(missing(format!("tshark --version: {}", output.status)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

fn text(findings: &Findings) -> String {
    use std::fmt::Write;
    let good = anstyle::AnsiColor::Green.on_default();
    let bad = anstyle::AnsiColor::Red.on_default();
    let mut out = String::new();
    for Finding {
        name,
        ok,
        detail,
        way_out,
        needed_for,
    } in &findings.findings
    {
        let (style, word) = if *ok { (good, "ok") } else { (bad, "no") };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{style}{word}{style:#}  {name:<15} {detail}");
        if let Some(way_out) = way_out {
            let _ = writeln!(
                out,
                "    {:<15} needed for {needed_for}\n    {:<15} {way_out}",
                "", ""
            );
        }
    }
    let verdict = if findings.ok {
        "Tests can run here over SCTP in UDP; nothing marked `no` is needed for that."
    } else {
        "Tests cannot run here: SCTP over UDP on the loopback does not work."
    };
    let _ = writeln!(out, "\n{verdict}");
    out
}
