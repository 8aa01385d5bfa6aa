//! Tests of the exit code of a run, row by row, and of the counts.

mod sample;

use rspcheck_report::{
    Options, RequirementStanding, Standing, Totals, coverage, exit_code, exit_meaning,
};
use rspcheck_spec::run::{CaseRun, NotRun, Run};
use rspcheck_spec::verdict::{Level, Verdict};
use sample::{case, check, expecting, run_of, sample, with};

fn with_verdict(verdict: Verdict) -> CaseRun {
    case("rfc5352/3.1/a", verdict, "", vec![])
}

fn known(verdict: Verdict) -> CaseRun {
    expecting(with_verdict(verdict), verdict, "known", true)
}

fn unmatched(verdict: Verdict) -> CaseRun {
    expecting(with_verdict(verdict), Verdict::Fail, "known", false)
}

#[test]
fn most_severe_standing_decides() {
    use Verdict::{Crash, Error, Fail, Inconc, None, Pass, Skip, Warn};
    let of = |verdicts: &[Verdict]| {
        verdicts
            .iter()
            .copied()
            .map(with_verdict)
            .collect::<Vec<_>>()
    };
    let both = |one: CaseRun, other: CaseRun| vec![one, other];
    // Cases that ran; strict; min_run; exit code.
    let rows: Vec<(Vec<CaseRun>, bool, usize, u8)> = vec![
        (of(&[Pass]), false, 1, 0),
        (of(&[Pass, Warn, Skip]), false, 1, 0),
        (of(&[Pass, Warn]), true, 1, 1),
        (of(&[Pass, Fail]), false, 1, 1),
        (of(&[Pass, Crash]), false, 1, 1),
        (of(&[Pass, Inconc]), false, 1, 5),
        (of(&[Pass, Error]), false, 1, 5),
        (of(&[Pass, None]), false, 1, 5),
        (of(&[]), false, 1, 4),
        (of(&[]), false, 0, 0),
        (of(&[Skip, Skip]), false, 1, 4),
        (of(&[Pass, Skip]), false, 2, 4),
        (of(&[Pass, Pass]), false, 3, 4),
        // A failure precedes too few, which precedes inconclusive.
        (of(&[Fail]), false, 9, 1),
        (of(&[Fail, Inconc, Error]), false, 1, 1),
        (of(&[Inconc]), false, 9, 4),
        (of(&[Warn]), true, 9, 1),
        // Known failures do not fail the run; known failures that do not occur do.
        (both(known(Fail), with_verdict(Pass)), false, 1, 0),
        (vec![known(Crash)], false, 1, 0),
        (vec![known(Inconc)], false, 1, 0),
        (vec![known(Warn)], true, 1, 0),
        (vec![unmatched(Pass)], false, 1, 1),
        (vec![unmatched(Warn)], false, 1, 1),
        (vec![unmatched(Crash)], false, 1, 1),
        // An entry whose case was inconclusive is neither known nor stale.
        (vec![unmatched(Inconc)], false, 1, 5),
        (both(unmatched(Skip), with_verdict(Pass)), false, 1, 0),
    ];
    for (cases, strict, min_run, code) in rows {
        let results: Vec<_> = cases
            .iter()
            .map(|c| (c.verdict, c.expected.as_ref().map(|e| e.matched)))
            .collect();
        let (run, options) = (run_of(cases), Options { strict, min_run });
        assert_eq!(
            exit_code(&run, &options),
            code,
            "{results:?} {options:?}: {}",
            exit_meaning(&run, &options)
        );
    }
}

#[test]
fn killed_run_is_inconclusive() {
    let mut run = run_of(vec![with_verdict(Verdict::Pass)]);
    run.complete = false;
    let meaning = |run: &Run| exit_meaning(run, &Options::default());
    assert_eq!(exit_code(&run, &Options::default()), 5);
    assert_eq!(meaning(&run), "the run did not come to its end");
    run.not_run = not_run(1);
    assert_eq!(
        meaning(&run),
        "the run did not come to its end: 1 case did not run"
    );
}

fn not_run(count: usize) -> Vec<NotRun> {
    let case = |nth| NotRun {
        id: format!("rfc5352/3.2/left-{nth}"),
        purpose: String::new(),
    };
    (1..=count).map(case).collect()
}

/// Its reason precedes the results until then.
#[test]
fn run_that_ended_early_has_a_code_of_its_own() {
    let mut run = run_of(vec![with_verdict(Verdict::Fail)]);
    (run.complete, run.not_run) = (false, not_run(2));
    let exit = |run: &Run| {
        let options = Options::default();
        (exit_code(run, &options), exit_meaning(run, &options))
    };
    assert_eq!(exit(&run).0, 1);
    for (code, meaning) in [
        (130, "interrupted by SIGTERM; 2 cases did not run"),
        (3, "the target went away; 2 cases did not run"),
        (
            5,
            "the harness crashed: index out of bounds; 2 cases did not run",
        ),
    ] {
        match code {
            130 => run.interrupted = Some("SIGTERM".to_owned()),
            3 => run.broken_off = Some("the target went away".to_owned()),
            _ => run.crashed = Some("index out of bounds".to_owned()),
        }
        assert_eq!(exit(&run), (code, meaning.to_owned()));
    }
}

#[test]
fn options_are_those_that_the_run_was_given() {
    let mut run = run_of(vec![]);
    assert_eq!(
        Options::of(&run),
        Options {
            strict: false,
            min_run: 1
        }
    );
    (run.options.strict, run.options.min_run) = (true, 12);
    // The command line does not decide the options.
    run.command = ["rspcheck", "run", "--min-run", "7"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(
        Options::of(&run),
        Options {
            strict: true,
            min_run: 12
        }
    );
}

#[test]
fn every_case_is_counted_once() {
    let run = sample();
    let t = Totals::of(&run.cases);
    assert_eq!(
        t.passed + t.warned + t.failed + t.stale + t.known + t.inconclusive + t.erred + t.skipped,
        t.selected
    );
    assert_eq!(
        (t.selected, t.run, t.failed, t.stale, t.known),
        (9, 8, 3, 1, 1)
    );
    assert_eq!(Standing::of(&run.cases[6]), Standing::Stale);
    assert_eq!(t.monitors, 1);
    // The origin makes a monitor, not the id.
    let named = case("monitor/flags", Verdict::Pass, "", vec![]);
    assert_eq!(Totals::of(&[named]).monitors, 0);
}

#[test]
fn coverage_counts_what_a_run_can_judge() {
    let mut run = sample();
    run.cases.retain(|case| case.id != "monitor/flags");
    with(&run, Options::default(), |report| {
        let coverage = coverage(report.run, &report.statements);
        // R5352_3_1_1 broken in one case though it held in another, R5352_3_2_1 broken (known), R5352_3_2_2 not
        // reached; those for codecs and for other roles are not counted.
        let must = coverage.must;
        assert_eq!(
            (must.testable, must.met, must.broken, must.not_reached),
            (3, 0, 2, 1)
        );
        assert_eq!((coverage.should.broken, coverage.may_observed), (1, 1));
        let first = &coverage.requirements[0];
        assert_eq!(first.standing, RequirementStanding::Broken);
        assert_eq!(first.cases, ["rfc5352/3.1/new-pool", sample::POLICY]);
    });
}

/// The summary counts each requirement of the catalogue at the level that a breach has in verdicts.
#[test]
fn coverage_counts_by_effect() {
    let run = run_of(Vec::new());
    let all = rspcheck_spec::catalogue::catalogue();
    for covered in coverage(&run, &all.into()).requirements {
        let requirement = all.get(&covered.id).expect("it is in the catalogue");
        assert_eq!(covered.level, requirement.counts_as(), "{}", covered.id);
    }
}

#[test]
fn requirement_missing_in_the_catalogue_is_counted() {
    let run = run_of(vec![case(
        "monitor/x",
        Verdict::Pass,
        "",
        vec![check("R9999_1_1", Level::Must, true, "")],
    )]);
    with(&run, Options::default(), |report| {
        let coverage = coverage(report.run, &report.statements);
        let last = coverage
            .requirements
            .last()
            .expect("the unknown one comes last");
        assert_eq!(
            (last.id.as_str(), last.citation.as_str()),
            ("R9999_1_1", "RFC 9999 §1")
        );
    });
}
