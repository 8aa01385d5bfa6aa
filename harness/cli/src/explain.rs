//! `rspcheck explain`: what a case, a monitor or a requirement is about.

use crate::exit::{Done, Failure};
use crate::output::print;
use crate::select::{level, level_word, near};
use anstyle::Style;
use anyhow::anyhow;
use rspcheck_report::{area_of, section_title};
use rspcheck_spec::ReqId;
use rspcheck_spec::ambiguity;
use rspcheck_spec::catalogue::{Basis, How, Requirement, catalogue};
use rspcheck_testkit::{Case, monitor};
use std::fmt::Write as _;
use std::process::ExitCode;

const BOLD: Style = Style::new().bold();

/// Arguments of `explain`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Id of a case (`rfc5352/3.1/…`), a monitor (`monitor/…`) or a requirement (`R5352_3_1_23`).
    #[arg(required = true)]
    ids: Vec<String>,
}

/// Explains each.
pub(crate) fn run(args: Args) -> Done {
    let explained = args
        .ids
        .iter()
        .map(|id| explain(id))
        .collect::<Result<Vec<_>, _>>()
        .map_err(Failure::usage)?;
    print(&explained.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn explain(id: &str) -> anyhow::Result<String> {
    if let Some(case) = rspcheck_cases::all().find(|case| case.id == id) {
        return Ok(of_case(case));
    }
    if let Some(monitor) = monitor::ALL.iter().find(|monitor| monitor.id == id) {
        return Ok(of_monitor(monitor));
    }
    if let Some(requirement) = catalogue().get(&id.to_ascii_uppercase()) {
        return Ok(of_requirement(requirement));
    }
    let prefix = format!("{}/", id.trim_end_matches('/'));
    if rspcheck_cases::all().any(|case| case.id.starts_with(&prefix)) {
        return Err(anyhow!(
            "{id:?} is a group of cases; `rspcheck list {id}` shows them"
        ));
    }
    let known = rspcheck_cases::all().map(|case| case.id.to_owned());
    let known = known.chain(monitor::ALL.iter().map(|monitor| monitor.id.to_owned()));
    let known = known.chain(
        catalogue()
            .requirements()
            .iter()
            .map(|requirement| requirement.id.0.to_owned()),
    );
    let meant = near(id, known);
    let section = area_of(id);
    let in_section = rspcheck_cases::all().any(|case| area_of(case.id) == section);
    let help = match meant.is_empty() {
        false => format!("; near to it: {}", meant.join(", ")),
        true if in_section => format!("; `rspcheck list {section}` shows those of its section"),
        true => "; `rspcheck list` shows the cases".to_owned(),
    };
    Err(anyhow!(
        "there is no case, monitor or requirement {id:?}{help}"
    ))
}

fn of_case(case: &Case) -> String {
    let mut out = title(case.id, case.purpose);
    let area = area_of(case.id);
    let section = section_title(catalogue().rfcs(), area).unwrap_or_default();
    let _ = writeln!(
        out,
        "  section  {}",
        format!("{area}  {section}").trim_end()
    );
    let _ = writeln!(out, "  tests    {}", case.target.word());
    let _ = writeln!(out, "  level    {}", level_word(level(case)));
    match case.needs {
        [] => out.push_str("  needs    nothing that a target must claim\n"),
        needs => needs.iter().for_each(|ics| {
            let _ = writeln!(out, "  needs    {}: {}", ics.word(), ics.claim());
        }),
    }
    let _ = writeln!(out, "  run      rspcheck run {}", case.id);
    out.push_str(
        "\n  A broken MUST fails the case, a broken SHOULD makes it WARN, a MAY is only recorded. Below each requirement is\n  the verdict that a breach gives, and the reason.\n",
    );
    out.push_str(
        "  A missing answer breaks the requirement that asks for it. Where the case does not check that\n  requirement, it is INCONC.\n",
    );
    let _ = writeln!(out, "\n{BOLD}requirements{BOLD:#}");
    for id in case.covers {
        asked(*id, &mut out);
    }
    out
}

fn of_monitor(monitor: &monitor::Monitor) -> String {
    let mut out = title(monitor.id, monitor.purpose);
    let _ = writeln!(out, "  level    {}", level_word(monitor.level()));
    out.push_str("  It looks at every message of the target in every case, and at captures; a run has one verdict of it.\n");
    if monitor.lenient {
        out.push_str(
            "  The RFC is unclear here, so that a finding is a deviation and not a failure.\n",
        );
    }
    let _ = writeln!(out, "\n{BOLD}requirement{BOLD:#}");
    asked(monitor.requirement, &mut out);
    let mut others: Vec<&str> = monitor::judged()
        .filter(|(other, id)| other.id == monitor.id && *id != monitor.requirement)
        .map(|(_, id)| id.0)
        .collect();
    others.sort_unstable();
    others.dedup();
    if !others.is_empty() {
        let _ = writeln!(
            out,
            "\n  Each finding names the requirement that it breaks: this one or one of\n  {}",
            others.join(" ")
        );
    }
    out
}

fn title(id: &str, sentence: &str) -> String {
    format!("{BOLD}{id}{BOLD:#}\n  {sentence}\n\n")
}

/// A requirement as part of something else.
fn asked(id: ReqId, out: &mut String) {
    let Some(requirement) = catalogue().get(id.0) else {
        let _ = writeln!(out, "  {id}  is not in the catalogue");
        return;
    };
    let Requirement {
        rfc,
        section,
        statement,
        ..
    } = requirement;
    let _ = writeln!(
        out,
        "  {id}  {}  RFC {rfc} §{section}",
        level_word(requirement.level)
    );
    let _ = writeln!(out, "    {statement}");
    reading(requirement, "    ", out);
    let _ = writeln!(out, "    {}", judged(requirement));
}

/// Appends the reading of an unclear requirement.
fn reading(requirement: &Requirement, indent: &str, out: &mut String) {
    let Some(unclear) = requirement.ambiguity.as_deref().and_then(ambiguity::find) else {
        return;
    };
    let _ = writeln!(
        out,
        "{indent}unclear in the RFCs ({}, {}); read here as: {}",
        unclear.id, unclear.place, unclear.ours
    );
    let _ = writeln!(out, "{indent}because: {}", unclear.why);
}

/// Returns the verdict that a breach gives, with the reason.
fn judged(requirement: &Requirement) -> String {
    let effect = requirement.effect();
    format!("{}: {effect}", effect.level.verdict())
}

fn of_requirement(requirement: &Requirement) -> String {
    let Requirement {
        id, rfc, section, ..
    } = requirement;
    let mut out = title(id.0, &requirement.statement);
    let heading =
        section_title(catalogue().rfcs(), &format!("rfc{rfc}/{section}")).unwrap_or_default();
    let _ = writeln!(
        out,
        "  section  {}",
        format!("RFC {rfc} §{section}  {heading}").trim_end()
    );
    let basis = match requirement.basis {
        Basis::Keyword => "by a key word of the RFC",
        Basis::Format => "a format leaves no choice",
        Basis::Text => "our reading of text without a key word",
    };
    let _ = writeln!(
        out,
        "  level    {} ({basis})",
        level_word(requirement.level)
    );
    let _ = writeln!(out, "  verdict  {}", judged(requirement));
    let roles: Vec<&str> = requirement.roles.iter().map(|role| role.word()).collect();
    let _ = writeln!(out, "  binds    {}", roles.join(", "));
    let how: Vec<&str> = requirement.how.iter().map(how_word).collect();
    let how = if how.is_empty() {
        String::new()
    } else {
        format!(" (by {})", how.join(", "))
    };
    let _ = writeln!(out, "  class    {}{how}", requirement.class);
    if let Some(reason) = &requirement.reason {
        let _ = writeln!(out, "  reason   {reason}");
    }
    reading(requirement, "  ", &mut out);
    let _ = writeln!(out, "\n{BOLD}checked by{BOLD:#}");
    let checked = checked_by(*id);
    match checked.is_empty() {
        true => out.push_str("  no case and no monitor\n"),
        false => checked.iter().for_each(|(id, purpose)| {
            let _ = writeln!(out, "  {id}\n    {purpose}");
        }),
    }
    out
}

fn how_word(how: &How) -> &'static str {
    match how {
        How::Case => "case",
        How::Monitor => "monitor",
        How::Vector => "vector",
    }
}

fn checked_by(id: ReqId) -> Vec<(&'static str, &'static str)> {
    let cases = rspcheck_cases::all()
        .filter(|case| case.covers.contains(&id))
        .map(|case| (case.id, case.purpose));
    let mut monitors: Vec<_> = monitor::judged()
        .filter(|(_, requirement)| *requirement == id)
        .map(|(monitor, _)| (monitor.id, monitor.purpose))
        .collect();
    monitors.sort_unstable();
    monitors.dedup();
    cases.chain(monitors).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rspcheck_spec::catalogue::Class;
    use rspcheck_spec::verdict::{Level, Verdict};

    /// Each tested requirement is explained with the verdict that a run gives, alone and as a part of its cases.
    #[test]
    fn explanations_give_the_verdict_of_runs() {
        for requirement in catalogue().requirements() {
            if requirement.class != Class::Tested {
                continue;
            }
            let verdict = match requirement.counts_as() {
                Level::Must => Verdict::Fail,
                Level::Should => Verdict::Warn,
                Level::May => Verdict::Pass,
            };
            let alone = explain(requirement.id.0).expect("it is in the catalogue");
            let line = format!("\n  verdict  {verdict}: a breach ");
            assert!(alone.contains(&line), "{alone}");
            let mut part = String::new();
            asked(requirement.id, &mut part);
            let line = format!("    {}\n", judged(requirement));
            assert!(part.ends_with(&line), "{part}");
        }
    }

    /// The level of a case, in `list` and for `level:…`, is the strongest that a breach counts with.
    #[test]
    fn cases_have_the_level_of_their_worst_verdict() {
        for case in rspcheck_cases::all() {
            let counts = case.covers.iter().map(|id| id.requirement().counts_as());
            let strongest = counts.min().unwrap_or(Level::May);
            let explained = of_case(case);
            let line = format!("\n  level    {}\n", level_word(strongest));
            assert!(explained.contains(&line), "{explained}");
        }
    }

    #[test]
    fn unclear_text_is_explained_with_its_reading_and_its_verdict() {
        let text = explain("R5354_3_6").expect("it is in the catalogue");
        for line in [
            "level    MUST (our reading of text without a key word)",
            "WARN: a breach is a deviation: our reading of text without a key word",
            "unclear in the RFCs (T23, ",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
