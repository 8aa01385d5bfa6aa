//! Texts that all reports share: citations, durations, commands, escaped words.

use crate::Statements;
use rspcheck_spec::run::{CaseRun, CheckRun, FindingRun, Origin, Run, Stack};
use rspcheck_spec::verdict::Level;
use std::fmt::Write as _;

/// Returns the level as the RFCs write it.
pub(crate) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
    }
}

/// Returns the level of a requirement in the RFC, and the level that it is judged as, if that is another.
pub(crate) fn level_words(statements: &Statements<'_>, check: &CheckRun) -> String {
    let judged = level_word(check.level);
    match statements.find(&check.requirement) {
        Some(requirement) if requirement.level != check.level => {
            format!("{}, judged as {judged}", level_word(requirement.level))
        }
        _ => judged.to_owned(),
    }
}

/// Returns RFC and section of a requirement, for example `RFC 5352 §3.1`: from the catalogue, or from the id if the
/// catalogue lacks it.
pub fn citation(statements: &Statements<'_>, id: &str) -> String {
    if let Some(requirement) = statements.find(id) {
        return format!("RFC {} §{}", requirement.rfc, requirement.section);
    }
    let mut parts: Vec<&str> = id.trim_start_matches('R').split('_').collect();
    parts.pop();
    match parts.split_first() {
        Some((rfc, section)) if !section.is_empty() => {
            format!("RFC {} §{}", clean(rfc), clean(&section.join(".")))
        }
        _ => "not in the catalogue".to_owned(),
    }
}

/// Makes a text of the target, a file or another program safe for a terminal and for XML: escapes control characters,
/// direction marks and noncharacters.
pub fn clean(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut kept, c| {
        let direction = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || direction || u32::from(c) & 0xfffe == 0xfffe || c == '\u{feff}' {
            kept.extend(c.escape_default());
        } else {
            kept.push(c);
        }
        kept
    })
}

/// Returns [`clean`] text in which line breaks are still line breaks.
pub fn clean_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(clean).collect();
    lines.join("\n")
}

/// Returns [`clean_lines`] in which each line after the first begins with `indent`.
pub(crate) fn indented(text: &str, indent: &str) -> String {
    clean_lines(text).replace('\n', &format!("\n{indent}"))
}

/// Removes the styles of a text, for files and for terminals without styles.
pub fn plain(styled: &str) -> String {
    anstream::adapter::strip_str(styled).to_string()
}

/// Formats milliseconds for people: `0.02 s`, `38.2 s`, `3 min 20 s`.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{}.{:02} s", ms / 1000, ms % 1000 / 10),
        10_000..120_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

/// Returns number and noun, for example `1 case` and `2 cases`.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Returns the command that runs only this case, with the same target, options and seed.
pub(crate) fn repro(run: &Run, case: &CaseRun) -> String {
    let options = &run.options;
    let mut words = format!(
        "rspcheck run {} --target {}",
        quoted(&case.id),
        quoted(&options.target)
    );
    if run.target.transport != Stack::Sim {
        let _ = write!(words, " --transport {}", run.target.transport);
    }
    if options.strict {
        words.push_str(" --strict");
    }
    let _ = write!(words, " --seed {:#018x}", options.seed);
    words
}

/// Returns the reason of a result; for a monitor, with the number of findings and the case of the first.
pub(crate) fn reason(case: &CaseRun) -> String {
    let reason = clean_lines(&case.reason);
    match seen(case) {
        Some(seen) => format!("{reason} ({seen})"),
        None => reason,
    }
}

/// Returns the number of a monitor's findings and the case of the first: `3 in all, first in rfc5352/3.1/a`.
pub(crate) fn seen(case: &CaseRun) -> Option<String> {
    match &case.origin {
        Origin::Monitor {
            first_in: Some(first_in),
            count,
        } => Some(format!("{count} in all, first in {}", clean(first_in))),
        _ => None,
    }
}

/// Returns number and first case of a finding: `3 times, first in rfc5352/3.1/a`.
pub(crate) fn occurrences(finding: &FindingRun) -> String {
    let first_in = clean(&finding.first_in);
    match finding.count {
        1 => format!("once, in {first_in}"),
        count => format!("{count} times, first in {first_in}"),
    }
}

/// Returns a finding as an expectation in a profile names it: `finding = "ASAP_ERROR: padding-counted length"`.
pub(crate) fn as_in_profile(name: &str) -> String {
    format!("finding = \"{}\"", clean(name))
}

/// Returns the findings of a monitor, each with its check, and true if the target's profile does not expect it.
pub(crate) fn findings(case: &CaseRun) -> impl Iterator<Item = (&CheckRun, &FindingRun, bool)> {
    case.checks.iter().filter_map(|check| {
        let finding = check.finding.as_ref()?;
        let expected = case.expected.as_ref();
        let new = expected.is_none_or(|e| e.new.contains(&finding.name));
        Some((check, finding, new))
    })
}

/// Quotes a word for a POSIX shell.
pub(crate) fn quoted(word: &str) -> String {
    let word = clean(word);
    let harmless = |c: char| c.is_ascii_alphanumeric() || "_./:=,@%+-".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Returns the paths of a case's files.
pub(crate) fn files(place: Option<&str>, case: &CaseRun) -> Vec<String> {
    let of_run = |file: &String| match place {
        Some(place) => format!("{}/{}", place.trim_end_matches('/'), file),
        None => file.clone(),
    };
    case.files.iter().map(|file| clean(&of_run(file))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_escapes_control_characters() {
        assert_eq!(
            clean("a\u{1b}[31mb\n\u{202e}c\u{0}\u{ffff}é"),
            "a\\u{1b}[31mb\\n\\u{202e}c\\u{0}\\u{ffff}é"
        );
    }

    #[test]
    fn durations_have_units_for_people() {
        let shown = [0, 25, 9_999, 38_250, 119_999, 200_000].map(duration);
        assert_eq!(
            shown,
            [
                "0.00 s",
                "0.02 s",
                "9.99 s",
                "38.2 s",
                "119.9 s",
                "3 min 20 s"
            ]
        );
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        assert_eq!(quoted("rfc5352/3.1/a-b"), "rfc5352/3.1/a-b");
        assert_eq!(quoted("it's here"), r"'it'\''s here'");
        assert_eq!(quoted(""), "''");
    }
}
