//! What there is to say about one case that did not pass: the requirement, the conversation up to the
//! place, the octets concerned, and how to see it again.

use crate::hexdump::{hexdump, octets};
use crate::place::{citation, clean, duration, files, level_word, repro};
use crate::{Report, Standing};
use anstyle::{AnsiColor, Style};
use rspcheck_spec::event::{Event, Traffic, What};
use rspcheck_spec::run::{CaseRun, CheckRun, Run};
use rspcheck_spec::verdict::{Level, Verdict};

/// Lines of conversation shown before the place.
const TALK: usize = 8;
/// Lines of the target's own output shown.
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

/// Word and style of a standing, as the first thing on a line.
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

/// The block, one line each, styled.
pub(crate) fn block(report: &Report<'_>, case: &CaseRun) -> Vec<String> {
    let standing = Standing::of(case);
    let (word, style) = word(case, standing);
    let id = paint(BOLD, &clean(&case.id));
    let section = section(case).map_or(String::new(), |section| format!("  {section}"));
    let word = format!("{}{}", paint(style, word), pad(word, 8));
    let time = duration(case.duration_ms);
    let mut lines = vec![format!("{word}{id}{section}  {time}")];
    lines.push(format!("  {}", clean(&case.purpose)));
    if standing == Standing::Stale {
        let expected = case.expected.as_ref();
        let (verdict, why) = expected.map_or((Verdict::None, ""), |e| (e.verdict, &e.reason));
        lines.push(format!(
            "  the target's profile expects {verdict} ({}), and it gave {}: remove the entry",
            clean(why),
            case.verdict
        ));
    }
    let broken: Vec<&CheckRun> = case
        .checks
        .iter()
        .filter(|c| !c.holds && c.level != Level::May)
        .collect();
    for check in &broken {
        requirement(report, check, &mut lines);
    }
    let said = broken.iter().any(|check| check.note == case.reason) && !broken.is_empty();
    if !said && !case.reason.is_empty() {
        lines.push(format!("  {}", clean(&case.reason)));
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

/// The section that the case is about, read off its id.
fn section(case: &CaseRun) -> Option<String> {
    let (rfc, section) = crate::area_of(&case.id)
        .strip_prefix("rfc")?
        .split_once('/')?;
    Some(format!("RFC {} §{}", clean(rfc), clean(section)))
}

/// A record that stands for one look at every message of the run.
fn is_monitor(case: &CaseRun) -> bool {
    case.id.starts_with("monitor/")
}

/// The case whose events show it. A monitor has none of its own: its reason ends in the case in which it
/// found something first.
fn seen_in<'a>(run: &'a Run, case: &'a CaseRun) -> &'a CaseRun {
    let named = case
        .reason
        .rsplit_once("first in ")
        .map(|(_, id)| id.trim_end_matches(')'));
    named
        .filter(|_| is_monitor(case))
        .and_then(|id| run.cases.iter().find(|other| other.id == id))
        .unwrap_or(case)
}

fn pad(word: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(word.len()).max(1))
}

fn requirement(report: &Report<'_>, check: &CheckRun, lines: &mut Vec<String>) {
    let id = paint(BOLD, &clean(&check.requirement));
    let place = citation(&report.statements, &check.requirement);
    lines.push(format!("  {id}  {}  {place}", level_word(check.level)));
    if let Some(requirement) = report.statements.find(&check.requirement) {
        lines.push(format!("    {}", clean(&requirement.statement)));
    }
    lines.extend(
        difference(&check.note)
            .into_iter()
            .map(|line| format!("    {line}")),
    );
}

/// A note as what was expected and what was seen, where it says both.
fn difference(note: &str) -> Vec<String> {
    let parts = note.rsplit_once(", got ").and_then(|(before, seen)| {
        let (what, expected) = before.split_once("expected ")?;
        Some((what.trim_end_matches([':', ' ']), expected, seen))
    });
    match parts {
        Some((what, expected, seen)) => {
            let mut lines = Vec::new();
            if !what.is_empty() {
                lines.push(clean(what));
            }
            lines.push(format!("expected  {}", paint(GOOD, &clean(expected))));
            lines.push(format!("actual    {}", paint(BAD, &clean(seen))));
            lines
        }
        None if note.is_empty() => Vec::new(),
        None => vec![clean(note)],
    }
}

/// Conversation, octets and the target's output, up to the place where it broke.
fn happened(report: &Report<'_>, case: &CaseRun, events: &[Event], lines: &mut Vec<String>) {
    let place = events.iter().position(|event| breaks(case, &event.what));
    let before = &events[..place.unwrap_or(events.len())];
    let talk: Vec<String> = before.iter().filter_map(told).collect();
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
    let note = match place.map(|at| &events[at].what) {
        Some(What::Check { note, .. } | What::Monitor { note, .. }) => note.as_str(),
        _ => "",
    };
    if let Some((label, traffic)) = concerned(case, before, place.is_some(), note) {
        lines.push(format!("  {}", paint(DIM, label)));
        match octets(&traffic.octets) {
            Some(octets) => {
                let spans = (report.annotate)(traffic);
                lines.extend(
                    hexdump(&octets, &spans, offset_in(note))
                        .into_iter()
                        .map(|line| format!("    {line}")),
                );
            }
            None => lines.push("    its octets are not hex in the record".to_owned()),
        }
    }
    let output: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Target { stream, line } => {
                Some(format!("    {}: {}", clean(stream), clean(line)))
            }
            _ => None,
        })
        .collect();
    if !output.is_empty() {
        lines.push(format!("  {}", paint(DIM, "the target's own last words")));
        lines.extend(
            output
                .iter()
                .skip(output.len().saturating_sub(OUTPUT))
                .cloned(),
        );
    }
}

/// Whether this is where the case broke. In a case that is its own check; what monitors found in it on the
/// way is told under their own names.
fn breaks(case: &CaseRun, what: &What) -> bool {
    let monitor = is_monitor(case);
    match what {
        What::Check { level, holds, .. } => !monitor && !holds && *level != Level::May,
        What::Monitor { requirement, .. } => {
            monitor
                && case
                    .checks
                    .iter()
                    .any(|check| check.requirement == *requirement)
        }
        _ => false,
    }
}

/// The message to show in octets, and what it is.
fn concerned<'e>(
    case: &CaseRun,
    before: &'e [Event],
    broke: bool,
    note: &str,
) -> Option<(&'static str, &'e Traffic)> {
    let received = || {
        before.iter().rev().filter_map(|event| match &event.what {
            What::Received(traffic) => Some(traffic),
            _ => None,
        })
    };
    if case.verdict == Verdict::Crash {
        let mut sent = before.iter().rev();
        let last = sent.find_map(|event| match &event.what {
            What::Sent(traffic) => Some(traffic),
            _ => None,
        });
        return last.map(|traffic| ("octets (the last that the target got)", traffic));
    }
    // Where an answer is missing there are no octets to look at; the conversation shows it.
    if !broke || note.starts_with("expected the target to ") {
        return None;
    }
    let named =
        received().find(|traffic| !traffic.summary.is_empty() && note.contains(&traffic.summary));
    match named {
        Some(traffic) => Some((
            "octets (the message of the target that is named above)",
            traffic,
        )),
        None => received().next().map(|traffic| {
            (
                "octets (the target's last message before the check)",
                traffic,
            )
        }),
    }
}

/// The number after the word `offset`.
fn offset_in(note: &str) -> Option<usize> {
    let (_, after) = note.rsplit_once("offset ")?;
    let digits = after
        .find(|c: char| !c.is_ascii_digit())
        .map_or(after, |end| &after[..end]);
    digits.parse().ok()
}

/// An event as a line of the conversation, if it belongs there.
fn told(event: &Event) -> Option<String> {
    let at = format!("{:>9.3} s", event.at_us as f64 / 1e6);
    let line = match &event.what {
        What::Sent(traffic) => format!("{} ▶ target  {}", clean(&traffic.who), summary(traffic)),
        What::Received(traffic) => {
            format!("{} ◀ target  {}", clean(&traffic.who), summary(traffic))
        }
        What::Association { who, change, why } if why.is_empty() => {
            format!("{} association {}", clean(who), clean(change))
        }
        What::Association { who, change, why } => {
            format!(
                "{} association {}: {}",
                clean(who),
                clean(change),
                clean(why)
            )
        }
        What::Phase { name } => format!("-- {}", clean(name)),
        What::Observed { note } => format!("observed: {}", clean(note)),
        What::Started { .. }
        | What::Check { .. }
        | What::Monitor { .. }
        | What::Target { .. }
        | What::Ended { .. } => return None,
    };
    Some(format!("{} {line}", paint(DIM, &at)))
}

fn summary(traffic: &Traffic) -> String {
    if traffic.summary.is_empty() {
        return format!("{} octets", traffic.octets.len() / 2);
    }
    clean(&traffic.summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_tells_where_to_look() {
        assert_eq!(
            offset_in("padding is not zero at offset 17 (octet 0x01)"),
            Some(17)
        );
        assert_eq!(offset_in("offset unknown"), None);
        assert_eq!(offset_in("nothing"), None);
    }

    #[test]
    fn a_note_splits_into_expected_and_actual() {
        let plain = |note| {
            difference(note)
                .iter()
                .map(|line| crate::plain(line))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            plain("policy: expected Some(1), got None"),
            ["policy", "expected  Some(1)", "actual    None"]
        );
        assert_eq!(
            plain("expected silence, got ASAP_ERROR"),
            ["expected  silence", "actual    ASAP_ERROR"]
        );
        assert_eq!(plain("the R flag is clear"), ["the R flag is clear"]);
        assert!(plain("").is_empty());
    }
}
