//! The report for build servers: JUnit XML in the dialect that Jenkins and GitLab read.

use crate::area::{areas, cases_of};
use crate::block::block;
use crate::place::{citation, clean, clean_lines, plain, reason};
use crate::text::{deviation, known};
use crate::{Report, Standing};
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};
use rspcheck_spec::run::CaseRun;
use rspcheck_spec::verdict::Level;
use std::time::Duration;

/// A mark for a line break in an attribute, until the report is serialised. `quick-junit` writes a plain one there, which
/// readers of XML turn into a blank. The mark is a noncharacter, so that no text has it.
const LINE_BREAK: &str = "\u{fdd0}";

/// Returns the report with one suite per area. Failures are: a failed case, a known failure that no longer fails and,
/// under `strict`, a broken SHOULD. Errors are: a target that ended, an inconclusive case, an error of the harness. A
/// known failure and a case that was not run are skipped, with the reason. Each case has its requirements as
/// properties.
pub fn junit(report: &Report<'_>) -> String {
    let run = report.run;
    let mut xml = quick_junit::Report::new(format!("rspcheck {}", clean(&run.target.name)));
    xml.timestamp = run.started.parse().ok();
    xml.set_time(Duration::from_millis(run.duration_ms));
    for area in areas(run, report.statements.rfcs) {
        let mut suite =
            TestSuite::new(format!("{} {}", clean(&area.id), clean(&area.title)).trim_end());
        suite.set_time(Duration::from_millis(area.duration_ms));
        suite.add_test_cases(cases_of(run, &area.id).map(|case| test_case(report, case)));
        xml.add_test_suite(suite);
    }
    xml.to_string()
        .expect("a report made of strings always serialises into memory")
        .replace(LINE_BREAK, "&#10;")
}

/// Returns a text with marked line breaks, for a value of an attribute.
fn attribute(text: &str) -> String {
    text.replace('\n', LINE_BREAK)
}

fn test_case(report: &Report<'_>, case: &CaseRun) -> TestCase {
    let (area, name) = case.id.rsplit_once('/').unwrap_or(("", &case.id));
    let mut test = TestCase::new(clean(name), status(report, case));
    // Build servers show the parts between dots as packages.
    test.set_classname(clean(area).replace('.', "_").replace('/', "."));
    test.set_time(Duration::from_millis(case.duration_ms));
    test.set_assertions(case.checks.len());
    test.add_property(Property::new("id", clean(&case.id)));
    test.add_property(Property::new("seed", format!("{:#018x}", case.seed)));
    for check in &case.checks {
        let held = if check.holds() { "held" } else { "broken" };
        let place = citation(&report.statements, &check.requirement);
        test.add_property(Property::new(
            "requirement",
            format!("{} {held} ({place})", clean(&check.requirement)),
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
