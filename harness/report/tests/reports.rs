//! Tests of the reports: snapshots of each, and properties that hold for any content.

mod sample;

use rspcheck_report::{JSON_FORMAT, Options, Report, json, junit, markdown, plain, text};
use rspcheck_spec::run::{Expected, NotRun, Origin, Run};
use rspcheck_spec::verdict::{Level, Verdict};
use sample::{case, check, run_of, sample, shown, with};

const STRICT: Options = Options {
    strict: true,
    min_run: 1,
};

#[test]
fn text_of_a_run_with_everything_in_it() {
    insta::assert_snapshot!(plain(&with(&sample(), Options::default(), text)));
}

#[test]
fn text_of_a_good_run_is_short() {
    let good = case(
        "rfc5352/3.1/new-pool",
        Verdict::Pass,
        "",
        vec![check("R5352_3_1_1", Level::Must, true, "")],
    );
    insta::assert_snapshot!(plain(&with(&run_of(vec![good]), Options::default(), text)));
}

#[test]
fn sections_are_in_the_order_of_the_rfcs_and_folded_where_all_passed() {
    let passed = |id: &str| case(id, Verdict::Pass, "", vec![]);
    let mut monitor = passed("monitor/flags");
    monitor.origin = Origin::Monitor {
        first_in: None,
        count: 0,
    };
    let run = run_of(vec![
        passed("rfc5354/3.12.11/a"),
        passed("rfc5354/3.12.6/a"),
        passed("rfc5354/3.12.6/b"),
        passed("rfc5352/3.2/a"),
        case("rfc5352/3.10/a", Verdict::Skip, "not claimed", vec![]),
        case("rfc5352/3.2/b", Verdict::Fail, "no", vec![]),
        passed("rfc5352/2.2.1/a"),
        monitor,
    ]);
    let table = |verbose| {
        let text = plain(&shown(&run, Options::default(), verbose, text));
        let rows = text
            .lines()
            .filter(|line| line.starts_with("  rfc") || line.starts_with("  mon"));
        let words = rows.map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "));
        words.collect::<Vec<_>>()
    };
    assert_eq!(
        table(false),
        [
            "rfc5352/2.2.1 1/1 ok",
            "rfc5352/3.2 de-registration 1/2 1 failed",
            "rfc5352/3.10 0/0 1 skipped",
            "rfc5354 2 sections 3/3 ok",
            "monitor 1/1 ok",
        ]
    );
    assert_eq!(
        table(true)[3..5],
        ["rfc5354/3.12.6 2/2 ok", "rfc5354/3.12.11 1/1 ok"]
    );
}

/// Returns the sample in which the profile knows one of the two findings, and one that did not occur.
fn half_known() -> Run {
    let mut run = sample();
    let monitor = run.cases.last_mut().expect("the sample has a monitor");
    let names: Vec<_> = monitor
        .checks
        .iter()
        .filter_map(|c| c.finding.as_ref())
        .collect();
    monitor.expected = Some(Expected {
        verdict: Verdict::Fail,
        reason: "flags are garbage".to_owned(),
        matched: false,
        missing: vec!["ASAP_COOKIE: reserved-flag-set flags".to_owned()],
        new: vec![names[1].name.clone()],
    });
    run
}

#[test]
fn monitor_block_shows_new_known_and_missing_findings() {
    let report = plain(&with(&half_known(), Options::default(), text));
    let at = report
        .find("FAIL    monitor/flags")
        .expect("it has a block");
    let block = report[at..].split("\n\n").next().unwrap_or_default();
    insta::assert_snapshot!(block);
}

#[test]
fn known_findings_are_listed_with_their_counts() {
    let mut run = half_known();
    let monitor = run.cases.last_mut().expect("the sample has a monitor");
    let expected = monitor.expected.as_mut().expect("it was set");
    (expected.matched, expected.missing, expected.new) = (true, Vec::new(), Vec::new());
    let report = plain(&with(&run, Options::default(), text));
    let expected = "KNOWN   monitor/flags  FAIL as expected: flags are garbage\n        \
                    ASAP_REGISTRATION_RESPONSE: reserved-flag-set flags, 3 times, first in \
                    rfc5352/3.1/policy-mismatch-is-rejected\n        \
                    ASAP_ERROR: reserved-flag-set flags, once, in \
                    rfc5352/3.1/policy-mismatch-is-rejected\n";
    assert!(report.contains(expected), "{report}");
    let lines = with(&run, Options::default(), markdown);
    assert!(lines.contains("3 times, first in"), "{lines}");
}

#[test]
fn strict_gives_a_deviation_a_block() {
    let report = plain(&with(&sample(), STRICT, text));
    assert!(
        report.contains("WARN    rfc5352/3.1/cause-is-told  RFC 5352 §3.1  1.50 s\n"),
        "{report}"
    );
    assert!(report.contains("did not follow a SHOULD"), "{report}");
}

#[test]
fn plain_report_has_neither_styles_nor_control_characters() {
    let styled = with(&sample(), Options::default(), text);
    assert!(styled.contains("\u{1b}["));
    let plain = plain(&styled);
    assert!(
        !plain.contains(|c: char| c.is_control() && c != '\n'),
        "{plain:?}"
    );
    // The text of the target is shown, with its control characters escaped.
    assert!(
        plain.contains("\\u{1b}[31mREGISTRATION_RESPONSE"),
        "{plain}"
    );
}

#[test]
fn markdown_of_a_run_with_everything_in_it() {
    insta::assert_snapshot!(with(&sample(), Options::default(), markdown));
}

#[test]
fn markdown_escapes_markup_in_words() {
    let reason = "</summary> | ``` *x* @y";
    let run = run_of(vec![
        case("rfc5352/3.1/a", Verdict::Skip, reason, vec![]),
        case("x`y", Verdict::Fail, reason, vec![]),
    ]);
    let report = with(&run, Options::default(), markdown);
    assert!(
        report.contains("SKIP 1 case: &lt;/summary&gt; \\| \\`\\`\\` \\*x\\* \\@y"),
        "{report}"
    );
    assert!(
        report.contains("````text\n"),
        "the fence is longer than the quotes inside:\n{report}"
    );
}

#[test]
fn junit_of_a_run_with_everything_in_it() {
    insta::assert_snapshot!(with(&sample(), Options::default(), junit));
}

/// Of a section with results, and of one without.
#[test]
fn cases_that_were_not_run_are_skipped_with_the_reason() {
    let mut run = run_of(vec![case("rfc5352/3.1/a", Verdict::Pass, "", vec![])]);
    let left = |id: &str| NotRun {
        id: id.to_owned(),
        purpose: String::new(),
    };
    run.not_run = vec![left("rfc5352/3.1/b"), left("rfc5352/3.3/c")];
    (run.complete, run.interrupted) = (false, Some("SIGHUP".to_owned()));
    let xml = with(&run, Options::default(), junit);
    let skipped = "message=\"the run was interrupted before by SIGHUP\" type=\"NOT RUN\"";
    assert_eq!(xml.matches(skipped).count(), 2, "{xml}");
    assert_eq!(xml.matches("<testsuite name=").count(), 2, "{xml}");
    assert!(
        xml.contains("tests=\"2\" disabled=\"1\"") && xml.contains("classname=\"rfc5352.3_3\""),
        "{xml}"
    );
    let line = "NOT RUN 2 cases: the run was interrupted before by SIGHUP";
    for text in [
        plain(&with(&run, Options::default(), text)),
        with(&run, Options::default(), markdown),
    ] {
        assert!(text.contains(line), "{text}");
        assert!(text.to_lowercase().contains("exit 130"), "{text}");
    }
}

#[test]
fn junit_is_well_formed_whatever_the_target_says() {
    let nasty = "\u{0}\u{1}\u{b}\u{1f}\u{7f}\u{9b}\u{fffe}\u{ffff}\u{1fffe}]]> & <a b=\"c'\">";
    let mut run = sample();
    run.target.name = nasty.to_owned();
    for case in &mut run.cases {
        case.reason = nasty.to_owned();
        case.id = format!("{}{nasty}", case.id);
        case.checks.push(check(nasty, Level::Must, false, nasty));
    }
    let xml = with(&run, Options::default(), junit);
    let allowed = |c: char| matches!(c, '\n' | '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}');
    assert_eq!(xml.chars().find(|c| !allowed(*c)), None);
    let back =
        quick_junit::Report::deserialize_from_str(&xml).expect("what was written can be read");
    assert_eq!(back.tests, run.cases.len());
}

#[test]
fn json_is_the_record_and_what_follows_from_it() {
    let run = sample();
    let report = with(&run, Options::default(), json);
    let back: Run = serde_json::from_str(&report).expect("the record is still one");
    assert_eq!(back, run);
    let whole: serde_json::Value = serde_json::from_str(&report).expect("it was JSON a moment ago");
    let report = &whole["report"];
    assert_eq!(report["format"], JSON_FORMAT);
    assert_eq!(report["exit"]["code"], 1);
    assert_eq!(report["totals"]["known"], 1);
    assert_eq!(report["standings"]["rfc5352/3.2/twice-is-granted"], "stale");
    insta::assert_snapshot!(serde_json::to_string_pretty(report).expect("it came from JSON"));
}

#[test]
fn line_breaks_of_a_reason_are_line_breaks() {
    let reason = "it ended:\n    \u{1b}[31mlast\0 words\nexit status 1";
    let run = run_of(vec![
        case("rfc5352/3.1/a", Verdict::Error, reason, vec![]),
        case("rfc5352/3.1/b", Verdict::Skip, reason, vec![]),
    ]);
    let shown = |render: fn(&Report<'_>) -> String| with(&run, Options::default(), render);
    let text = plain(&shown(text));
    let cleaned = r"\u{1b}[31mlast\u{0} words";
    assert!(
        text.contains(&format!("  it ended:\n      {cleaned}\n  exit status 1\n")),
        "{text}"
    );
    assert!(
        text.contains(&format!(
            "1 case: it ended:\n            {cleaned}\n        exit status 1\n"
        )),
        "{text}"
    );
    let xml = shown(junit);
    assert!(
        xml.contains(&format!("it ended:&#10;    {cleaned}&#10;exit status 1")),
        "{xml}"
    );
    let page = shown(markdown);
    assert!(
        page.contains("it ended:<br>") && page.contains("<br>exit status 1"),
        "{page}"
    );
}

/// An answer that the target does not give can hide many cases: the report shows one of them and counts the others.
#[test]
fn inconclusive_cases_with_one_reason_share_a_block() {
    let silent = "cannot be seen: the target does not answer registrations";
    let inconclusive = |id: &str, reason: &str| case(id, Verdict::Inconc, reason, vec![]);
    let run = run_of(vec![
        inconclusive("rfc5352/3.1/a", silent),
        inconclusive("rfc5352/3.1/b", silent),
        inconclusive("rfc5352/3.2/c", "the harness itself was 3 s late"),
        inconclusive("rfc5352/3.2/d", silent),
        case("rfc5352/3.2/e", Verdict::Fail, silent, vec![]),
    ]);
    let counts = |shown: &str| {
        let blocks = shown.matches("INCONC").count();
        let line = "2 more cases are inconclusive for this reason";
        assert!(shown.contains(line), "{shown}");
        (blocks, shown.contains("rfc5352/3.2/d"))
    };
    let terse = plain(&with(&run, Options::default(), text));
    assert_eq!(counts(&terse), (2, false), "{terse}");
    // Markdown repeats the word in the block itself.
    let forge = with(&run, Options::default(), markdown);
    assert_eq!(counts(&forge), (4, false), "{forge}");
    let verbose = plain(&shown(&run, Options::default(), true, text));
    assert!(
        verbose.contains("for this reason: rfc5352/3.1/b, rfc5352/3.2/d"),
        "{verbose}"
    );
    // Build servers show one result per case.
    let xml = with(&run, Options::default(), junit);
    assert_eq!(xml.matches("<error").count(), 4, "{xml}");
}
