//! The block of a case that did not pass: the broken requirement, the conversation up to the failure, the octets
//! of the message concerned, and the command that runs the case again.

use crate::hexdump::hexdump;
use crate::place::{
    as_in_profile, citation, clean, duration, files, findings, level_words, occurrences, repro,
    seen,
};
use crate::{Report, Standing};
use anstyle::{AnsiColor, Style};
use rspcheck_spec::event::{Event, EventKind, Instance, Traffic};
use rspcheck_spec::run::{CaseRun, CheckRun, FindingRun, Origin, Run};
use rspcheck_spec::verdict::{CheckOutcome, Level, Verdict};

/// Limit on the lines of conversation before the failure.
const TALK: usize = 8;
/// Limit on the lines of the target's output.
const OUTPUT: usize = 5;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const CARE: Style = AnsiColor::Yellow.on_default();
pub(crate) const OPEN: Style = AnsiColor::Magenta.on_default();

pub(crate) fn paint(style: Style, words: &str) -> String {
    format!("{style}{words}{style:#}")
}

/// Returns word and style of a standing for the beginning of a line.
pub(crate) fn word(case: &CaseRun, standing: Standing) -> (&'static str, Style) {
    match standing {
        Standing::Stale => ("STALE", BAD),
        Standing::Known => ("KNOWN", CARE),
        Standing::Failed => (case.verdict.word(), BAD),
        Standing::Warned => (case.verdict.word(), CARE),
        Standing::Inconclusive | Standing::Erred => (case.verdict.word(), OPEN),
        Standing::Passed => (case.verdict.word(), GOOD),
        Standing::Skipped => (case.verdict.word(), DIM),
    }
}

/// Returns the lines of the block, styled.
pub(crate) fn block(report: &Report<'_>, case: &CaseRun) -> Vec<String> {
    let standing = Standing::of(case);
    let (word, style) = word(case, standing);
    let id = paint(BOLD, &clean(&case.id));
    let section = section(case).map_or(String::new(), |section| format!("  {section}"));
    let word = format!("{}{}", paint(style, word), pad(word, 8));
    let time = duration(case.duration_ms);
    let mut lines = vec![format!("{word}{id}{section}  {time}")];
    lines.push(format!("  {}", clean(&case.purpose)));
    expected(case, standing, &mut lines);
    let broken: Vec<&CheckRun> = case
        .checks
        .iter()
        .filter(|c| !c.holds() && c.level != Level::May)
        .collect();
    for check in broken.iter().filter(|check| check.finding.is_none()) {
        requirement(report, check, &mut lines);
    }
    shown_findings(report, case, &mut lines);
    // The reason of FAIL and WARN repeats the outcome of a check, which is shown above.
    let by_checks = matches!(case.verdict, Verdict::Fail | Verdict::Warn) && !broken.is_empty();
    if !by_checks && !case.reason.is_empty() {
        lines.extend(case.reason.lines().map(|line| format!("  {}", clean(line))));
    }
    if let Some(seen) = seen(case) {
        lines.push(format!("  {seen}"));
    }
    let seen_in = seen_in(report.run, case);
    if standing != Standing::Stale {
        match (report.events)(&seen_in.id) {
            Ok(events) => happened(report, case, &events, &mut lines),
            Err(wrong) => {
                let wrong = clean(&wrong.to_string());
                lines.push(format!("  its events cannot be read: {wrong}"));
            }
        }
    }
    let repro = repro(report.run, seen_in);
    lines.push(format!("  {}  {repro}", paint(DIM, "repro ")));
    for (n, file) in files(report.place, case).iter().enumerate() {
        let label = if n == 0 { "files " } else { "      " };
        lines.push(format!("  {}  {file}", paint(DIM, label)));
    }
    lines
}

/// Appends the entries of the target's profile that do not match the result.
fn expected(case: &CaseRun, standing: Standing, lines: &mut Vec<String>) {
    let Some(expected) = &case.expected else {
        return;
    };
    for name in &expected.missing {
        lines.push(format!(
            "  the target's profile expects a finding that did not occur: remove the entry with {}",
            as_in_profile(name)
        ));
    }
    if standing == Standing::Stale && expected.missing.is_empty() {
        lines.push(format!(
            "  the target's profile expects {} ({}), but the result is {}: remove the entry",
            expected.verdict,
            clean(&expected.reason),
            case.verdict
        ));
    }
}

/// Appends the findings of a monitor: the new ones under the requirements that they break, then the known ones.
fn shown_findings(report: &Report<'_>, case: &CaseRun, lines: &mut Vec<String>) {
    let mut above = None;
    for (check, finding, _) in findings(case).filter(|(.., new)| *new) {
        if above.replace(&check.requirement) != Some(&check.requirement) {
            heading(report, check, lines);
        }
        lines.push(format!("    {}", as_in_profile(&finding.name)));
        lines.push(format!("      {}", occurrences(finding)));
        let outcome = broken(&check.outcome).into_iter();
        lines.extend(outcome.map(|line| format!("      {line}")));
    }
    for (_, finding, _) in findings(case).filter(|(.., new)| !new) {
        let name = as_in_profile(&finding.name);
        lines.push(format!("  known: {name}, {}", occurrences(finding)));
    }
}

/// Returns the section in the case's id.
fn section(case: &CaseRun) -> Option<String> {
    let (rfc, section) = crate::area_of(&case.id)
        .strip_prefix("rfc")?
        .split_once('/')?;
    Some(format!("RFC {} §{}", clean(rfc), clean(section)))
}

/// Returns the case whose events show the failure. A monitor has no events; its first finding is among those of
/// another case.
fn seen_in<'a>(run: &'a Run, case: &'a CaseRun) -> &'a CaseRun {
    let Origin::Monitor { first_in, .. } = &case.origin else {
        return case;
    };
    let shown = shown_finding(case).map(|finding| &finding.first_in);
    let Some(first_in) = shown.or(first_in.as_ref()) else {
        return case;
    };
    let first = run.cases.iter().find(|other| other.id == *first_in);
    first.unwrap_or(case)
}

/// Returns the finding whose conversation is shown: the first that the profile does not expect.
fn shown_finding(case: &CaseRun) -> Option<&FindingRun> {
    let new = findings(case).find(|(.., new)| *new);
    new.or_else(|| findings(case).next())
        .map(|(_, finding, _)| finding)
}

fn pad(word: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(word.len()).max(1))
}

fn requirement(report: &Report<'_>, check: &CheckRun, lines: &mut Vec<String>) {
    heading(report, check, lines);
    let outcome = broken(&check.outcome).into_iter();
    lines.extend(outcome.map(|line| format!("    {line}")));
}

/// Appends a requirement with its statement.
fn heading(report: &Report<'_>, check: &CheckRun, lines: &mut Vec<String>) {
    let id = paint(BOLD, &clean(&check.requirement));
    let place = citation(&report.statements, &check.requirement);
    let level = level_words(&report.statements, check);
    lines.push(format!("  {id}  {level}  {place}"));
    if let Some(requirement) = report.statements.find(&check.requirement) {
        lines.push(format!("    {}", clean(&requirement.statement)));
        let effect = requirement.effect();
        if requirement.level != check.level && effect.level == check.level {
            lines.push(format!("    {effect}"));
        }
    }
}

/// Returns the lines of an outcome that does not hold.
fn broken(outcome: &CheckOutcome) -> Vec<String> {
    let expected = |words: &str| format!("expected  {}", paint(GOOD, &clean(words)));
    let actual = |words: &str| format!("actual    {}", paint(BAD, &clean(words)));
    let lines = match outcome {
        CheckOutcome::Holds => return Vec::new(),
        CheckOutcome::Differs {
            what,
            expected: value,
            actual: seen,
        } => vec![clean(what), expected(value), actual(seen)],
        CheckOutcome::Absent {
            expected: action,
            instead,
        } => {
            let seen = if instead.is_empty() {
                "nothing"
            } else {
                instead
            };
            vec![expected(&format!("the target to {action}")), actual(seen)]
        }
        CheckOutcome::Broken { note } => vec![clean(note)],
    };
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// Appends the conversation, the octets and the target's output, up to the failure.
fn happened(report: &Report<'_>, case: &CaseRun, events: &[Event], lines: &mut Vec<String>) {
    let failure = events.iter().position(|event| fails(case, &event.kind));
    let before = &events[..failure.unwrap_or(events.len())];
    let talk: Vec<String> = before.iter().filter_map(talk_line).collect();
    if !talk.is_empty() {
        let left_out = talk.len().saturating_sub(TALK);
        let count = if left_out > 0 {
            format!(" (the last {TALK} of {})", talk.len())
        } else {
            String::new()
        };
        lines.push(format!("  {}{count}", paint(DIM, "conversation")));
        lines.extend(
            talk.into_iter()
                .skip(left_out)
                .map(|line| format!("    {line}")),
        );
    }
    let failure = failure.map(|at| &events[at].kind);
    if let Some((label, traffic)) = concerned(case, before, failure) {
        lines.push(format!("  {}", paint(DIM, label)));
        let offset = match failure {
            Some(EventKind::Monitor { offset, .. }) => *offset,
            _ => None,
        };
        let spans = (report.annotate)(traffic);
        lines.extend(
            hexdump(&traffic.octets, &spans, offset)
                .into_iter()
                .map(|line| format!("    {line}")),
        );
    }
    let output: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Target {
                instance,
                stream,
                line,
            } => {
                let stream = of_instance(stream.to_string(), *instance);
                Some(format!("    {stream}: {}", clean(line)))
            }
            _ => None,
        })
        .collect();
    if !output.is_empty() {
        lines.push(format!("  {}", paint(DIM, "the target's last output")));
        lines.extend(
            output
                .iter()
                .skip(output.len().saturating_sub(OUTPUT))
                .cloned(),
        );
    }
}

/// Returns true for the event that made the result a failure: of a case its own check, of a monitor its finding.
/// Findings of monitors in a case are reported under the monitors.
fn fails(case: &CaseRun, event: &EventKind) -> bool {
    match (event, &case.origin) {
        (EventKind::Check { level, outcome, .. }, Origin::Case) => {
            !outcome.holds() && *level != Level::May
        }
        (
            EventKind::Monitor {
                monitor, finding, ..
            },
            Origin::Monitor { .. },
        ) => {
            let shown = shown_finding(case);
            *monitor == case.id && shown.is_none_or(|shown| shown.name == *finding)
        }
        _ => false,
    }
}

/// Returns the message to show in octets, with its label.
fn concerned<'e>(
    case: &CaseRun,
    before: &'e [Event],
    failure: Option<&EventKind>,
) -> Option<(&'static str, &'e Traffic)> {
    if case.verdict == Verdict::Crash {
        let mut sent = before.iter().rev();
        let last = sent.find_map(|event| match &event.kind {
            EventKind::Sent(traffic) => Some(traffic),
            _ => None,
        });
        return last.map(|traffic| ("octets (the last message to the target)", traffic));
    }
    let mut received = before.iter().filter_map(|event| match &event.kind {
        EventKind::Received(traffic) | EventKind::Between(traffic) => Some(traffic),
        _ => None,
    });
    match failure? {
        // An absent message has no octets; the conversation shows its absence.
        EventKind::Check {
            outcome: CheckOutcome::Absent { .. },
            ..
        } => None,
        EventKind::Check {
            message: Some(number),
            ..
        } => {
            let checked = received.nth(number.checked_sub(1)?)?;
            Some(("octets (the message that was checked)", checked))
        }
        EventKind::Monitor { .. } => {
            let last = received.next_back()?;
            Some(("octets (the message with the defect)", last))
        }
        _ => {
            let last = received.next_back()?;
            Some(("octets (the target's last message before the check)", last))
        }
    }
}

/// Returns the event as a line of the conversation, or `None` if it is no part of it.
fn talk_line(event: &Event) -> Option<String> {
    let at = format!("{:>9.3} s", event.at_us as f64 / 1e6);
    let line = match &event.kind {
        EventKind::Sent(traffic) => {
            let target = of_instance("target".to_owned(), traffic.instance);
            format!(
                "{} ▶ {target}  {}",
                clean(&traffic.player),
                summary(traffic)
            )
        }
        EventKind::Received(traffic) => {
            let target = of_instance("target".to_owned(), traffic.instance);
            format!(
                "{} ◀ {target}  {}",
                clean(&traffic.player),
                summary(traffic)
            )
        }
        EventKind::Between(traffic) => {
            let (from, to) = (traffic.instance, clean(&traffic.player));
            format!("target {from} ▶ {to}  {}", summary(traffic))
        }
        EventKind::Associated { player, instance } => {
            let what = of_instance("association".to_owned(), *instance);
            format!("{} {what} up", clean(player))
        }
        EventKind::AssociationChanged {
            player,
            instance,
            change,
            why,
        } => {
            let what = of_instance("association".to_owned(), *instance);
            let why = if why.is_empty() {
                String::new()
            } else {
                format!(": {}", clean(why))
            };
            format!("{} {what} {change}{why}", clean(player))
        }
        EventKind::Phase { phase } => format!("-- {phase}"),
        EventKind::Observed { note } => format!("observed: {}", clean(note)),
        EventKind::Started { .. }
        | EventKind::Check { .. }
        | EventKind::Monitor { .. }
        | EventKind::Target { .. }
        | EventKind::Ended { .. } => return None,
    };
    Some(format!("{} {line}", paint(DIM, &at)))
}

/// Returns `what` with the name of the instance that it belongs to, for other instances than the first.
fn of_instance(what: String, instance: Instance) -> String {
    if instance.is_first() {
        what
    } else {
        format!("{what} {instance}")
    }
}

fn summary(traffic: &Traffic) -> String {
    if traffic.summary.is_empty() {
        return format!("{} octets", traffic.octets.len());
    }
    clean(&traffic.summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(outcome: &CheckOutcome) -> Vec<String> {
        let lines = broken(outcome);
        lines.iter().map(|line| crate::plain(line)).collect()
    }

    #[test]
    fn every_outcome_is_shown_by_its_fields() {
        let (expected, actual) = ("1, got 2".to_owned(), "expected 3".to_owned());
        let differs = CheckOutcome::Differs {
            what: "load".to_owned(),
            expected,
            actual,
        };
        assert_eq!(
            plain(&differs),
            ["load", "expected  1, got 2", "actual    expected 3"]
        );
        let absent = |instead: &str| CheckOutcome::Absent {
            expected: "send X within 30 s".to_owned(),
            instead: instead.to_owned(),
        };
        assert_eq!(
            plain(&absent("")),
            [
                "expected  the target to send X within 30 s",
                "actual    nothing"
            ]
        );
        assert_eq!(
            plain(&absent("PE1's association is closed"))[1],
            "actual    PE1's association is closed"
        );
        let note = |note: &str| CheckOutcome::Broken {
            note: note.to_owned(),
        };
        assert_eq!(plain(&note("the R flag is clear")), ["the R flag is clear"]);
        assert!(plain(&note("")).is_empty() && plain(&CheckOutcome::Holds).is_empty());
    }
}
