//! The table of a matrix, and the details below it.

use super::{Combination, Record};
use rspcheck_report::{Options, Standing, Totals, clean_lines};
use rspcheck_spec::event::{Event, EventKind, Instance, Traffic};
use rspcheck_spec::run::CaseRun;
use rspcheck_spec::verdict::{Level, Verdict};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

/// A case or a monitor that breaks the run, or reached no verdict.
#[derive(Serialize)]
pub(super) struct Detail {
    case: String,
    verdict: Verdict,
    reason: String,
    breaches: Vec<Breach>,
}

/// A requirement that an instance broke.
#[derive(Serialize)]
struct Breach {
    requirement: String,
    level: Level,
    note: String,
    /// The instance that sent the message in question, with its target; none if it is about no single message.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<By>,
}

#[derive(Serialize)]
struct By {
    instance: Instance,
    target: String,
    message: String,
}

impl Detail {
    /// Returns the details of a result, if it needs any. `labels`: the targets of the first and of the other instances.
    pub(super) fn of(
        case: &CaseRun,
        events: &[Event],
        options: &Options,
        labels: (&str, &str),
    ) -> Option<Detail> {
        let standing = Standing::of(case);
        let open = matches!(standing, Standing::Inconclusive | Standing::Erred);
        if !standing.breaks(options) && !open {
            return None;
        }
        let broken = case.checks.iter().filter(|check| !check.holds());
        let breaches = broken.map(|check| Breach {
            requirement: check.requirement.clone(),
            level: check.level,
            note: check.outcome.to_string(),
            by: by(&check.requirement, events, labels),
        });
        let reason = match &case.expected {
            Some(expected) if standing == Standing::Stale => {
                format!("a known failure does not occur: {}", expected.reason)
            }
            _ => case.reason.clone(),
        };
        Some(Detail {
            case: case.id.clone(),
            verdict: case.verdict,
            reason,
            breaches: breaches.collect(),
        })
    }
}

/// Returns the instance whose message the first broken check of a requirement is about, or else the one that sent the
/// last message before this check.
fn by(id: &str, events: &[Event], (home, other): (&str, &str)) -> Option<By> {
    let at = events.iter().position(|event| match &event.kind {
        EventKind::Check {
            requirement,
            outcome,
            ..
        } => requirement == id && !outcome.holds(),
        EventKind::Monitor { requirement, .. } => requirement == id,
        _ => false,
    })?;
    let mut judged = events[..at].iter().filter_map(received);
    let traffic = match &events[at].kind {
        EventKind::Check {
            message: Some(number),
            ..
        } => judged.nth(number.saturating_sub(1)),
        _ => judged.next_back(),
    }?;
    let target = if traffic.instance.is_first() {
        home
    } else {
        other
    };
    Some(By {
        instance: traffic.instance,
        target: target.to_owned(),
        message: traffic.summary.clone(),
    })
}

fn received(event: &Event) -> Option<&Traffic> {
    match &event.kind {
        EventKind::Received(traffic) | EventKind::Between(traffic) => Some(traffic),
        _ => None,
    }
}

/// Renders the table, the details and the exit code's meaning of each combination that is not good.
pub(super) fn table(record: &Record, directory: &Path) -> String {
    let mut text = String::new();
    let labels: Vec<&str> = record.targets.iter().map(|it| it.label.as_str()).collect();
    let cell = |home: &str, other: &str| {
        let here = |it: &&Combination| it.home == home && it.takes_over == other;
        let done = record.combinations.iter().find(here);
        done.map_or_else(|| "not run".to_owned(), |it| counts(&it.cases))
    };
    let corner = "home ╲ takes over";
    let mut rows = vec![vec![corner.to_owned()]];
    rows[0].extend(labels.iter().map(|label| (*label).to_owned()));
    for home in &labels {
        let cells = labels.iter().map(|other| cell(home, other));
        rows.push(std::iter::once((*home).to_owned()).chain(cells).collect());
    }
    let width = |column: usize| {
        let all = rows.iter().map(|row| row[column].chars().count());
        all.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..=labels.len()).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let line: String = cells
            .map(|(cell, width)| format!("{cell:<width$}  "))
            .collect();
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for done in &record.combinations {
        details(&mut text, done, directory);
    }
    let _ = writeln!(
        text,
        "\n{:.1} s · records in {}",
        record.duration_ms as f64 / 1e3,
        directory.display()
    );
    clean_lines(&text)
}

/// Returns the counts of a cell: the results that occurred.
fn counts(totals: &Totals) -> String {
    let all = [
        (totals.passed, "pass"),
        (totals.warned, "warn"),
        (totals.known, "known"),
        (totals.failed, "failed"),
        (totals.stale, "out of date"),
        (totals.inconclusive, "inconclusive"),
        (totals.erred, "harness error"),
        (totals.skipped, "skipped"),
    ];
    let some = all.iter().filter(|(count, _)| *count > 0);
    let some: Vec<String> = some
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    some.join(" · ")
}

fn details(text: &mut String, done: &Combination, directory: &Path) {
    if done.details.is_empty() && done.exit_code == 0 {
        return;
    }
    let _ = writeln!(
        text,
        "\nhome {}, takes over {}: {}; `rspcheck report {}`",
        done.home,
        done.takes_over,
        done.meaning,
        directory.join(&done.directory).display()
    );
    for detail in &done.details {
        let _ = writeln!(text, "  {:<6} {}", detail.verdict, detail.case);
        if detail.breaches.is_empty() {
            let _ = writeln!(text, "    {}", detail.reason.replace('\n', "\n    "));
        }
        for breach in &detail.breaches {
            let _ = writeln!(
                text,
                "    {}  {}  {}",
                breach.requirement,
                crate::select::level_word(breach.level),
                breach.note
            );
            if let Some(by) = &breach.by {
                let _ = writeln!(
                    text,
                    "      {} = {}  {}",
                    by.instance, by.target, by.message
                );
            }
        }
    }
}
