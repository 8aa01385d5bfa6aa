//! The report for a forge in Markdown, for step summaries, comments and wiki pages.

use crate::block::{block, word};
use crate::folding::shown;
use crate::place::{self, clean, clean_lines, counted, duration, plain};
use crate::text::{command, counts, deviation, known, left, requirements, skips};
use crate::{Report, Standing, Totals, areas, exit_code, exit_meaning};
use rspcheck_spec::run::CaseRun;
use std::fmt::Write as _;

/// Returns the report in GitHub's dialect: verdict, a table of areas, a folded block per case that did not pass.
pub fn markdown(report: &Report<'_>) -> String {
    let run = report.run;
    let target = &run.target;
    let named = format!("{} {}", target.name, target.version);
    let code = exit_code(run, &report.options);
    let verdict = match code {
        0 => "passed",
        1 => "failed",
        3 => "broken off",
        4 => "too few cases ran",
        130 => "interrupted",
        _ => "inconclusive",
    };
    let mut out = format!("## rspcheck: {verdict}\n\n");
    let _ = writeln!(
        out,
        "{} in {}. Exit {code}: {}.\n",
        counts(&Totals::of(&run.cases)),
        duration(run.duration_ms),
        exit_meaning(run, &report.options)
    );
    let _ = writeln!(
        out,
        "Target: {} · {} · {}  ",
        words(named.trim()),
        words(&target.driver.to_string()),
        words(&target.transport.to_string())
    );
    let _ = writeln!(
        out,
        "Suite {}, seed `{:#018x}`, {}  ",
        words(&run.version),
        run.options.seed,
        words(&run.started)
    );
    let _ = writeln!(out, "Command: {}\n", code_span(&command(report)));
    for note in report.notes {
        let _ = writeln!(out, "> Note: {}\n", words(note));
    }
    table(report, &mut out);
    let lines: Vec<String> = requirements(report)
        .iter()
        .map(|line| line.trim().to_owned())
        .collect();
    let _ = writeln!(out, "\n{}", lines.join("  \n"));
    blocks(report, &mut out);
    folded(report, &mut out);
    out
}

fn table(report: &Report<'_>, out: &mut String) {
    out.push_str("| Area | | Run | Pass | Warn | Fail | Inconclusive | Known | Skipped |\n");
    out.push_str("|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for area in areas(report.run, report.statements.rfcs) {
        let t = area.totals;
        let counts = [
            t.run,
            t.passed,
            t.warned,
            t.failed + t.stale,
            t.inconclusive + t.erred,
            t.known,
            t.skipped,
        ];
        let cells: Vec<String> = counts.iter().map(usize::to_string).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            words(&area.id),
            words(&area.title),
            cells.join(" | ")
        );
    }
}

fn blocks(report: &Report<'_>, out: &mut String) {
    for shown in shown(report) {
        let case = shown.case;
        let (word, _) = word(case, Standing::of(case));
        let block = plain(&block(report, case).join("\n"));
        let fence = fence(&block);
        let _ = writeln!(
            out,
            "\n<details><summary>{word} <code>{}</code>: {}</summary>\n",
            html(&case.id),
            html(&reason(case))
        );
        let _ = writeln!(out, "{fence}text\n{block}\n{fence}\n\n</details>");
        if let Some(line) = shown.line(report.verbose) {
            let _ = writeln!(out, "\n{}", words(&line));
        }
    }
}

fn reason(case: &CaseRun) -> String {
    if Standing::of(case) == Standing::Stale {
        "it no longer fails".to_owned()
    } else {
        place::reason(case)
    }
}

fn folded(report: &Report<'_>, out: &mut String) {
    let cases = || report.run.cases.iter();
    let mut lines = Vec::new();
    for case in
        cases().filter(|case| Standing::of(case) == Standing::Warned && !report.options.strict)
    {
        lines.push(format!(
            "- WARN {}: {}",
            code_span(&case.id),
            words(&deviation(report, case))
        ));
    }
    for case in cases().filter(|case| Standing::of(case) == Standing::Known) {
        lines.push(format!(
            "- KNOWN {}: {}",
            code_span(&case.id),
            words(&known(case))
        ));
    }
    for (reason, n) in skips(report) {
        lines.push(format!(
            "- SKIP {}: {}",
            counted(n, "case", "cases"),
            words(&reason)
        ));
    }
    lines.extend(left(report).map(|line| format!("- NOT RUN {}", words(&line))));
    if !lines.is_empty() {
        let _ = writeln!(out, "\n{}", lines.join("\n"));
    }
}

/// Escapes the characters of Markdown's markup.
fn words(text: &str) -> String {
    html(text).chars().fold(String::new(), |mut kept, c| {
        if "\\`*_[]|#~@".contains(c) {
            kept.push('\\');
        }
        kept.push(c);
        kept
    })
}

fn html(text: &str) -> String {
    clean_lines(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', "<br>")
}

/// Returns a code span, delimited by more back quotes than the text has in a row.
fn code_span(text: &str) -> String {
    let text = clean(text);
    let quotes = "`".repeat(longest_run(&text) + 1);
    if text.contains('`') {
        format!("{quotes} {text} {quotes}")
    } else {
        format!("{quotes}{text}{quotes}")
    }
}

fn fence(text: &str) -> String {
    "`".repeat((longest_run(text) + 1).max(3))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
