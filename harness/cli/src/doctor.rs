//! `rspcheck doctor`: what works on this machine, why not, and the way out.

use crate::exit::{self, Done, Failure};
use rspcheck_adapters::transport::probe::{self, Unavailable};
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;
use std::time::Duration;

/// Arguments.
#[derive(clap::Args)]
pub struct Args {
    /// Print the findings as one JSON object.
    #[arg(long)]
    json: bool,
}

/// One thing that was tried.
#[derive(Debug, Serialize)]
struct Finding {
    /// What it is.
    name: &'static str,
    /// Whether it works.
    ok: bool,
    /// What was found.
    detail: String,
    /// What can be done if it does not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    way_out: Option<String>,
    /// What it is needed for.
    needed_for: &'static str,
}

impl Finding {
    fn new(
        name: &'static str,
        needed_for: &'static str,
        found: Result<String, Unavailable>,
    ) -> Finding {
        match found {
            Ok(detail) => Finding {
                name,
                ok: true,
                detail,
                way_out: None,
                needed_for,
            },
            Err(Unavailable { why, way_out }) => Finding {
                name,
                ok: false,
                detail: why,
                way_out: Some(way_out),
                needed_for,
            },
        }
    }
}

/// Everything that was tried.
#[derive(Debug, Serialize)]
struct Findings {
    format: &'static str,
    /// Whether tests can run at all.
    ok: bool,
    findings: Vec<Finding>,
}

/// Runs it.
pub fn run(args: Args) -> Done {
    let findings = look();
    let text = if args.json {
        serde_json::to_string_pretty(&findings).map_err(Failure::environment)?
    } else {
        text(&findings)
    };
    anstream::println!("{}", text.trim_end());
    Ok(ExitCode::from(if findings.ok {
        exit::OK
    } else {
        exit::ENVIRONMENT
    }))
}

fn look() -> Findings {
    let v4 = IpAddr::from(Ipv4Addr::LOCALHOST);
    let udp = probe::udp_loopback(v4).map(|took| echoed(v4, took));
    let ok = udp.is_ok();
    let v6 = IpAddr::from(Ipv6Addr::LOCALHOST);
    let multicast = |group: IpAddr| {
        probe::multicast(group).map(|()| format!("a datagram to {group} came back on the loopback"))
    };
    let findings = vec![
        Finding::new("udp", "every test (`--transport udp`, the default)", udp),
        Finding::new(
            "udp-ipv6",
            "tests over IPv6",
            probe::udp_loopback(v6).map(|took| echoed(v6, took)),
        ),
        Finding::new(
            "kernel",
            "`--transport kernel`: targets that use the kernel's SCTP, multi-homing",
            probe::kernel_sctp().map(|()| "one-to-many SCTP sockets can be made".into()),
        ),
        Finding::new(
            "kernel-udp",
            "a target on kernel SCTP tested from user space (RFC 6951)",
            probe::kernel_encapsulation()
                .map(|port| format!("the kernel takes encapsulated SCTP on UDP port {port}")),
        ),
        Finding::new(
            "tcp",
            "pool users over TCP",
            probe::tcp_loopback().map(|()| "connects on the loopback".into()),
        ),
        Finding::new(
            "multicast-ipv4",
            "announcements and server hunt",
            multicast([239, 255, 99, 99].into()),
        ),
        Finding::new(
            "multicast-ipv6",
            "announcements and server hunt over IPv6",
            multicast(IpAddr::V6("ff11::9902".parse().expect("an address"))),
        ),
        Finding::new(
            "tshark",
            "cross-checks of captures with a second decoder",
            probe::tshark(),
        ),
        Finding::new("clock", "timers and measurements", clock()),
    ];
    Findings {
        format: "rspcheck-doctor/1",
        ok,
        findings,
    }
}

fn echoed(ip: IpAddr, took: Duration) -> String {
    format!("set up an association with itself on {ip} and had a message echoed in {took:.1?}")
}

fn clock() -> Result<String, Unavailable> {
    let clock = probe::clock()?;
    let (median, worst) = (clock.lag_median, clock.lag_worst);
    let detail = format!(
        "resolution {:?}; a timer of 1 ms is {median:.1?} late at the median, {worst:.1?} at worst",
        clock.resolution
    );
    // Protocol timers in tests are 100 ms and longer; half of that would make verdicts doubtful.
    if worst > Duration::from_millis(50) {
        let way_out = "run on a quieter machine, or expect inconclusive verdicts from tests with short timers";
        return Err(Unavailable {
            why: detail,
            way_out: way_out.into(),
        });
    }
    Ok(detail)
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
