//! The report for build servers: JUnit XML in the dialect that Jenkins and GitLab read.

use crate::area::{area_of, areas, cases_of, section_title};
use crate::block::block;
use crate::judge::why_not_run;
use crate::place::{citation, clean, clean_lines, occurrences, plain, reason};
use crate::text::{deviation, known};
use crate::{Report, Standing};
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};
use rspcheck_spec::run::{CaseRun, NotRun, Run};
use rspcheck_spec::verdict::Level;
use std::time::Duration;

/// A mark for a line break in an attribute, until the report is serialised. `quick-junit` writes a plain one there, which
/// readers of XML turn into a blank. The mark is a noncharacter, so that no text has it.
const LINE_BREAK: &str = "\u{fdd0}";

/// Returns the report with one suite per area. Failures are: a failed case, a known failure that no longer fails and,
/// under `strict`, a broken SHOULD. Errors are: a target that ended, an inconclusive case, an error of the harness. A
/// known failure and a case that was not run are skipped, with the reason; so are the cases that a run left, which
/// ended before them. Each case has its requirements as properties.
pub fn junit(report: &Report<'_>) -> String {
    let run = report.run;
    let mut xml = quick_junit::Report::new(format!("rspcheck {}", clean(&run.target.name)));
    xml.timestamp = run.started.parse().ok();
    xml.set_time(Duration::from_millis(run.duration_ms));
    for area in areas(run, report.statements.rfcs) {
        let mut suite = suite(report, &area.id);
        suite.set_time(Duration::from_millis(area.duration_ms));
        suite.add_test_cases(cases_of(run, &area.id).map(|case| test_case(report, case)));
        suite.add_test_cases(left(run, &area.id));
        xml.add_test_suite(suite);
    }
    for area in left_areas(run) {
        let mut suite = suite(report, area);
        suite.add_test_cases(left(run, area));
        xml.add_test_suite(suite);
    }
    xml.to_string()
        .expect("a report made of strings always serialises into memory")
        .replace(LINE_BREAK, "&#10;")
}

/// Returns an empty suite with the name of an area.
fn suite(report: &Report<'_>, area: &str) -> TestSuite {
    let title = section_title(report.statements.rfcs, area).unwrap_or_default();
    let name = format!("{} {}", clean(area), clean(&title.to_lowercase()));
    TestSuite::new(name.trim_end())
}

/// Returns the areas of which no case has a result, in order.
fn left_areas(run: &Run) -> Vec<&str> {
    let mut areas: Vec<&str> = Vec::new();
    for area in run.not_run.iter().map(|case| area_of(&case.id)) {
        let has_results = run.cases.iter().any(|case| area_of(&case.id) == area);
        if !has_results && !areas.contains(&area) {
            areas.push(area);
        }
    }
    areas
}

/// Returns the cases of an area that have no result, as skipped ones.
fn left<'a>(run: &'a Run, area: &'a str) -> impl Iterator<Item = TestCase> + 'a {
    let why = clean_lines(&why_not_run(run));
    let of_area = move |case: &&NotRun| area_of(&case.id) == area;
    run.not_run.iter().filter(of_area).map(move |case| {
        let mut test = named(&case.id, skipped("NOT RUN", &why));
        test.add_property(Property::new("id", clean(&case.id)));
        test
    })
}

/// Returns a test case with the name and class of a case.
fn named(id: &str, status: TestCaseStatus) -> TestCase {
    let (area, name) = id.rsplit_once('/').unwrap_or(("", id));
    let mut test = TestCase::new(clean(name), status);
    // Build servers show the parts between dots as packages.
    test.set_classname(clean(area).replace('.', "_").replace('/', "."));
    test
}

/// Returns a text with marked line breaks, for a value of an attribute.
fn attribute(text: &str) -> String {
    text.replace('\n', LINE_BREAK)
}

fn test_case(report: &Report<'_>, case: &CaseRun) -> TestCase {
    let mut test = named(&case.id, status(report, case));
    test.set_time(Duration::from_millis(case.duration_ms));
    test.set_assertions(case.checks.len());
    test.add_property(Property::new("id", clean(&case.id)));
    test.add_property(Property::new("seed", format!("{:#018x}", case.seed)));
    for check in &case.checks {
        let held = if check.holds() { "held" } else { "broken" };
        let place = citation(&report.statements, &check.requirement);
        let finding = check.finding.as_ref().map_or_else(String::new, |finding| {
            format!(": {}, {}", clean(&finding.name), occurrences(finding))
        });
        test.add_property(Property::new(
            "requirement",
            format!("{} {held} ({place}){finding}", clean(&check.requirement)),
        ));
    }
    if Standing::of(case) == Standing::Warned && !report.options.strict {
        test.set_system_out(format!("WARN {}", deviation(report, case)));
    }
    test
}

fn status(report: &Report<'_>, case: &CaseRun) -> TestCaseStatus {
    use rspcheck_spec::verdict::Verdict::Crash;
    let kind = match Standing::of(case) {
        Standing::Passed => return TestCaseStatus::success(),
        Standing::Warned if !report.options.strict => return TestCaseStatus::success(),
        Standing::Known => return skipped("known failure", &known(case)),
        Standing::Skipped => return skipped("SKIP", &clean_lines(&case.reason)),
        Standing::Failed if case.verdict == Crash => NonSuccessKind::Error,
        Standing::Failed | Standing::Stale | Standing::Warned => NonSuccessKind::Failure,
        Standing::Inconclusive | Standing::Erred => NonSuccessKind::Error,
    };
    let stale = Standing::of(case) == Standing::Stale;
    let message = if stale {
        "the target's profile expects a failure".to_owned()
    } else {
        reason(case)
    };
    let broken = case
        .checks
        .iter()
        .find(|check| !check.holds() && check.level != Level::May);
    let ty = match broken {
        Some(check) if !stale => clean(&check.requirement),
        _ => if stale { "STALE" } else { case.verdict.word() }.to_owned(),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_message(attribute(&message))
        .set_type(ty)
        .set_description(plain(&block(report, case).join("\n")));
    status
}

fn skipped(ty: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_type(ty).set_message(attribute(message));
    status
}
