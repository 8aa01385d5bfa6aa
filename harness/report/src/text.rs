//! The report for a terminal: a table, the blocks of failed cases, and the summary at the end.

use crate::area::section_of;
use crate::block::{BAD, BOLD, CARE, DIM, GOOD, OPEN, block, paint};
use crate::folding::{Shown, shown};
use crate::judge::why_not_run;
use crate::place::{
    as_in_profile, citation, clean, clean_lines, counted, duration, findings, indented,
    level_words, occurrences, seen,
};
use crate::{
    Area, LevelCoverage, Report, Standing, Totals, areas, coverage, exit_code, exit_meaning,
};
use anstyle::Style;
use rspcheck_spec::run::CaseRun;
use rspcheck_spec::verdict::Level;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Returns the report, styled with ANSI sequences; [`crate::plain`] removes them.
pub fn text(report: &Report<'_>) -> String {
    let mut out = String::new();
    for part in [
        head(report),
        table(report),
        blocks(report),
        folded(report),
        summary(report),
    ] {
        if part.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&part);
    }
    out
}

fn head(report: &Report<'_>) -> String {
    let run = report.run;
    let target = &run.target;
    let named = [&target.name, &target.version].map(|s| clean(s)).join(" ");
    let mut out = format!(
        "{} {}  seed {:#018x}\n",
        paint(BOLD, "rspcheck"),
        clean(&run.version),
        run.options.seed
    );
    let _ = writeln!(
        out,
        "target   {} · {} · {}",
        named.trim(),
        target.driver,
        target.transport
    );
    let _ = writeln!(out, "command  {}", command(report));
    let _ = writeln!(out, "started  {}", clean(&run.started));
    for note in report.notes {
        let _ = writeln!(out, "{}     {}", paint(CARE, "note"), clean(note));
    }
    out
}

pub(crate) fn command(report: &Report<'_>) -> String {
    let words: Vec<String> = report
        .run
        .command
        .iter()
        .map(|word| crate::place::quoted(word))
        .collect();
    words.join(" ")
}

/// Row of the table: one section, or all sections of an RFC in which every case passed.
struct Row {
    id: String,
    title: String,
    totals: Totals,
}

fn table(report: &Report<'_>) -> String {
    let rows = rows(report);
    let width = |of: fn(&Row) -> &str| {
        let widths = rows.iter().map(|row| of(row).chars().count());
        widths.max().unwrap_or(0)
    };
    let (ids, titles) = (width(|row| &row.id), width(|row| &row.title));
    rows.iter().fold(String::new(), |mut out, row| {
        let t = &row.totals;
        let ok = format!("{}/{}", t.passed + t.warned, t.run);
        let (id, title) = (&row.id, &row.title);
        let _ = writeln!(
            out,
            "  {id:ids$}  {title:titles$}  {ok:>9}  {}",
            judged(t, true)
        );
        out
    })
}

/// Returns the rows in the order of the RFCs. Unless the report is verbose, the sections of an RFC in which every case
/// passed share one row before the others.
fn rows(report: &Report<'_>) -> Vec<Row> {
    let areas = areas(report.run, report.statements.rfcs);
    let passed = |area: &&Area| area.totals.passed == area.totals.selected;
    let rfc_of = |area: &Area| section_of(&area.id).map(|(rfc, _)| rfc);
    let mut rows = Vec::new();
    for of_rfc in areas.chunk_by(|one, next| rfc_of(one) == rfc_of(next)) {
        let folded: Vec<&Area> = of_rfc.iter().filter(passed).collect();
        let fold = folded.len() > 1 && !report.verbose;
        if let (Some(rfc), true) = (rfc_of(&of_rfc[0]), fold) {
            rows.push(Row {
                id: format!("rfc{rfc}"),
                title: format!("{} sections", folded.len()),
                totals: folded.iter().map(|area| area.totals).sum(),
            });
        }
        let shown = of_rfc.iter().filter(|area| !fold || !passed(area));
        rows.extend(shown.map(|area| Row {
            id: clean(&area.id),
            title: clean(&area.title),
            totals: area.totals,
        }));
    }
    rows
}

/// Returns the counts of results other than passes, or `ok`.
fn judged(totals: &Totals, styled: bool) -> String {
    let parts = [
        (totals.failed, "failed", BAD),
        (totals.stale, "stale", BAD),
        (totals.inconclusive, "inconclusive", OPEN),
        (totals.erred, "harness error", OPEN),
        (totals.known, "known", CARE),
        (totals.warned, "warn", CARE),
        (totals.skipped, "skipped", DIM),
    ];
    let show = |style: Style, words: String| if styled { paint(style, &words) } else { words };
    let mut counts: Vec<String> = parts
        .into_iter()
        .filter(|p| p.0 > 0)
        .map(|(n, what, style)| show(style, format!("{n} {what}")))
        .collect();
    let good =
        totals.failed + totals.stale + totals.inconclusive + totals.erred + totals.known == 0;
    if good && totals.run > 0 {
        counts.insert(0, show(GOOD, "ok".to_owned()));
    }
    counts.join(" · ")
}

/// Returns true if the report has a block for the case.
pub(crate) fn has_block(report: &Report<'_>, case: &CaseRun) -> bool {
    let standing = Standing::of(case);
    standing.breaks(&report.options) || matches!(standing, Standing::Inconclusive | Standing::Erred)
}

fn blocks(report: &Report<'_>) -> String {
    let of_case = |shown: &Shown<'_>| {
        let mut lines = block(report, shown.case);
        let others = shown.line(report.verbose);
        lines.extend(others.map(|line| format!("  {}", paint(OPEN, &clean(&line)))));
        lines.join("\n") + "\n"
    };
    let blocks: Vec<String> = shown(report).iter().map(of_case).collect();
    blocks.join("\n")
}

/// Returns one line per deviation, known failure and reason for skipping.
fn folded(report: &Report<'_>) -> String {
    let mut out = String::new();
    let cases = || report.run.cases.iter();
    for case in
        cases().filter(|case| Standing::of(case) == Standing::Warned && !report.options.strict)
    {
        let _ = writeln!(
            out,
            "{}    {}  {}",
            paint(CARE, "WARN"),
            clean(&case.id),
            deviation(report, case).replace('\n', "\n        ")
        );
    }
    for case in cases().filter(|case| Standing::of(case) == Standing::Known) {
        let _ = writeln!(
            out,
            "{}   {}  {}",
            paint(CARE, "KNOWN"),
            clean(&case.id),
            known(case).replace('\n', "\n        ")
        );
    }
    for (reason, n) in skips(report) {
        let _ = writeln!(
            out,
            "{}    {}: {}",
            paint(DIM, "SKIP"),
            counted(n, "case", "cases"),
            indented(&reason, "        ")
        );
    }
    if let Some(line) = left(report) {
        let _ = writeln!(
            out,
            "{} {}",
            paint(OPEN, "NOT RUN"),
            indented(&line, "        ")
        );
    }
    out
}

/// Returns the number of cases without a result and the reason, if the run ended before its last case.
pub(crate) fn left(report: &Report<'_>) -> Option<String> {
    let left = report.run.not_run.len();
    let why = why_not_run(report.run);
    (left > 0).then(|| format!("{}: {why}", counted(left, "case", "cases")))
}

/// Returns the findings of a monitor, one in a line.
fn finding_lines(report: &Report<'_>, case: &CaseRun) -> Vec<String> {
    findings(case)
        .map(|(check, finding, _)| {
            format!(
                "{} {}, {}: {}, {}: {}",
                clean(&check.requirement),
                level_words(&report.statements, check),
                citation(&report.statements, &check.requirement),
                as_in_profile(&finding.name),
                occurrences(finding),
                clean(&check.outcome.to_string())
            )
        })
        .collect()
}

/// Returns the deviations of a case in one line, or the findings of a monitor, one in a line.
pub(crate) fn deviation(report: &Report<'_>, case: &CaseRun) -> String {
    let broken: Vec<_> = case
        .checks
        .iter()
        .filter(|c| !c.holds() && c.level == Level::Should)
        .collect();
    let Some(first) = broken.first() else {
        return clean_lines(&case.reason);
    };
    if first.finding.is_some() {
        return finding_lines(report, case).join("\n");
    }
    let statement = report
        .statements
        .find(&first.requirement)
        .map_or("", |r| r.statement.as_str());
    let note = first.outcome.to_string();
    let words = if note.is_empty() { statement } else { &note };
    let more = if broken.len() > 1 {
        format!(" (and {} more)", broken.len() - 1)
    } else {
        seen(case).map_or_else(String::new, |seen| format!(" ({seen})"))
    };
    let place = citation(&report.statements, &first.requirement);
    let level = level_words(&report.statements, first);
    format!(
        "{} {level}, {place}: {}{more}",
        clean(&first.requirement),
        clean(words)
    )
}

/// Returns the reason of a known failure, and for a monitor a line for each finding.
pub(crate) fn known(case: &CaseRun) -> String {
    let why = case
        .expected
        .as_ref()
        .map_or("", |expected| expected.reason.as_str());
    let mut lines = vec![format!("{} as expected: {}", case.verdict, clean(why))];
    lines.extend(
        findings(case)
            .map(|(_, finding, _)| format!("{}, {}", clean(&finding.name), occurrences(finding))),
    );
    lines.join("\n")
}

/// Returns the reasons for skipping, each with the number of skipped cases.
pub(crate) fn skips(report: &Report<'_>) -> BTreeMap<String, usize> {
    let mut reasons = BTreeMap::new();
    for case in report
        .run
        .cases
        .iter()
        .filter(|case| Standing::of(case) == Standing::Skipped)
    {
        *reasons.entry(case.reason.clone()).or_default() += 1;
    }
    reasons
}

fn summary(report: &Report<'_>) -> String {
    let run = report.run;
    let mut out = format!(
        "{}   {}\n",
        counts(&Totals::of(&run.cases)),
        duration(run.duration_ms)
    );
    for line in requirements(report) {
        let _ = writeln!(out, "{line}");
    }
    let code = exit_code(run, &report.options);
    let style = match code {
        0 => GOOD,
        1 => BAD,
        _ => OPEN,
    };
    let _ = writeln!(
        out,
        "{}: {}",
        paint(style, &format!("exit {code}")),
        exit_meaning(run, &report.options)
    );
    out
}

/// Returns the counts, for example `5 run: 3 pass (1 with WARN) · 1 FAIL · 1 known failure · 2 skipped`.
pub(crate) fn counts(totals: &Totals) -> String {
    let warned = if totals.warned > 0 {
        format!(" ({} with WARN)", totals.warned)
    } else {
        String::new()
    };
    let mut out = format!(
        "{} run: {} pass{warned}",
        totals.run,
        totals.passed + totals.warned
    );
    let parts = [
        (totals.failed, "failed"),
        (totals.stale, "stale"),
        (totals.inconclusive, "inconclusive"),
        (totals.erred, "harness error"),
        (totals.known, "known failure"),
        (totals.skipped, "skipped"),
    ];
    for (n, what) in parts.into_iter().filter(|(n, _)| *n > 0) {
        let plural = if n > 1 && matches!(what, "harness error" | "known failure") {
            "s"
        } else {
            ""
        };
        let _ = write!(out, " · {n} {what}{plural}");
    }
    out
}

/// Returns the lines on requirements; none if the run checked none.
pub(crate) fn requirements(report: &Report<'_>) -> Vec<String> {
    let coverage = coverage(report.run, &report.statements);
    let line = |level: &str, c: &LevelCoverage| {
        let LevelCoverage {
            testable,
            met,
            broken,
            not_reached,
        } = c;
        format!(
            "{testable} judged as {level} · {met} met · {broken} broken · {not_reached} not reached"
        )
    };
    let mut lines = vec![format!("requirements: {}", line("MUST", &coverage.must))];
    if coverage.should.testable > 0 {
        lines.push(format!(
            "              {}",
            line("SHOULD", &coverage.should)
        ));
    }
    lines
}
