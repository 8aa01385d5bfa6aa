//! `rspcheck list`: which cases there are.

use crate::exit::{Done, Failure};
use crate::output::print;
use crate::select::{self, level, level_word};
use rspcheck_report::{area_of, section_title};
use rspcheck_spec::catalogue::catalogue;
use rspcheck_spec::verdict::Level;
use rspcheck_testkit::{Case, monitor};
use serde::Serialize;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Format name of `list --json`.
const FORMAT: &str = "rspcheck-list/1";

/// Arguments of `list`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Cases to list: a section (`rfc5352/3.1`), a glob over ids, `area:registration`, `req:R5352_3_1*`,
    /// `role:registrar`, `level:must`, or `!…` to leave out; all when empty.
    selectors: Vec<String>,
    /// As JSON, with everything there is to know about each.
    #[arg(long)]
    json: bool,
}

/// Lists them.
pub(crate) fn run(args: Args) -> Done {
    let cases = select::cases(&args.selectors).map_err(Failure::usage)?;
    // Monitors look at every message, whatever is selected; so they are listed with the whole suite.
    let monitors: Vec<_> = monitor::ALL
        .iter()
        .filter(|_| args.selectors.is_empty())
        .collect();
    let listed = if args.json {
        json(&cases, &monitors)
    } else {
        table(&cases, &monitors)
    };
    print(&listed)?;
    Ok(ExitCode::SUCCESS)
}

fn table(cases: &[&Case], monitors: &[&monitor::Monitor]) -> String {
    let ids = cases
        .iter()
        .map(|case| case.id)
        .chain(monitors.iter().map(|monitor| monitor.id));
    let width = ids.map(str::len).max().unwrap_or(0);
    let mut out = String::new();
    let mut area = "";
    for case in cases {
        if area_of(case.id) != area {
            area = area_of(case.id);
            let title = section_title(catalogue().rfcs(), area).unwrap_or_default();
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}{}", format!("{area}  {title}").trim_end());
        }
        let needs = case
            .needs
            .iter()
            .map(|ics| ics.word())
            .collect::<Vec<_>>()
            .join(", ");
        let needs = if needs.is_empty() {
            needs
        } else {
            format!("  [needs {needs}]")
        };
        let _ = writeln!(
            out,
            "  {:width$}  {:6}  {}{needs}",
            case.id,
            level_word(level(case)),
            case.purpose
        );
    }
    if !monitors.is_empty() {
        let _ = writeln!(out, "\nmonitors  (judge every message of every case)");
    }
    for monitor in monitors {
        let _ = writeln!(
            out,
            "  {:width$}  {:6}  {}",
            monitor.id,
            level_word(monitor.level()),
            monitor.purpose
        );
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let mut counts = vec![count(cases.len(), "case")];
    counts.extend((!monitors.is_empty()).then(|| count(monitors.len(), "monitor")));
    let _ = writeln!(out, "\n{}", counts.join(" · "));
    out
}

#[derive(Serialize)]
struct Listed<'a> {
    format: &'static str,
    cases: Vec<OneCase<'a>>,
    monitors: Vec<OneMonitor<'a>>,
}

#[derive(Serialize)]
struct OneCase<'a> {
    id: &'a str,
    area: &'a str,
    purpose: &'a str,
    role: &'a str,
    level: Level,
    needs: Vec<&'a str>,
    covers: Vec<&'a str>,
}

#[derive(Serialize)]
struct OneMonitor<'a> {
    id: &'a str,
    purpose: &'a str,
    level: Level,
    requirement: &'a str,
}

fn json(cases: &[&Case], monitors: &[&monitor::Monitor]) -> String {
    let case = |case: &&Case| OneCase {
        id: case.id,
        area: area_of(case.id),
        purpose: case.purpose,
        role: case.target.word(),
        level: level(case),
        needs: case.needs.iter().map(|ics| ics.word()).collect(),
        covers: case.covers.iter().map(|id| id.0).collect(),
    };
    let monitor = |monitor: &&monitor::Monitor| OneMonitor {
        id: monitor.id,
        purpose: monitor.purpose,
        level: monitor.level(),
        requirement: monitor.requirement.0,
    };
    let listed = Listed {
        format: FORMAT,
        cases: cases.iter().map(case).collect(),
        monitors: monitors.iter().map(monitor).collect(),
    };
    serde_json::to_string_pretty(&listed).expect("plain strings always serialise") + "\n"
}
