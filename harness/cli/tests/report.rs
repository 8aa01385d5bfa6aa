//! `rspcheck report`, `list` and `explain`, called as users call them.

use assert_cmd::Command;
use rspcheck_spec::event::{Event, EventKind, Instance, Traffic, Transport};
use rspcheck_spec::run::{
    CaseRun, CheckRun, Driver, FORMAT, Origin, Run, RunOptions, Stack, StackChoice, Target,
};
use rspcheck_spec::verdict::{CheckOutcome, Level, Verdict};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const CASE: &str = "rfc5352/3.1/policy-mismatch-is-rejected";
const REQUIREMENT: &str = "R5352_3_1_55";
/// A registration response with R = 0 for the pool "Echo" and the PE 0x12345678.
const RESPONSE: &str = "03000014000900084563686f000e000812345678";

/// Exit code, standard output, standard error.
fn rspcheck(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rspcheck"))
        .args(arguments)
        .output();
    let output = output.expect("the program can be started");
    let text = |octets| String::from_utf8(octets).expect("it prints UTF-8");
    let code = output.status.code().expect("it ends by itself");
    (code, text(output.stdout), text(output.stderr))
}

/// A run with one failed case.
fn run_directory() -> TempDir {
    let outcome = CheckOutcome::Differs {
        what: "flag R".to_owned(),
        expected: "true".to_owned(),
        actual: "false".to_owned(),
    };
    let (requirement, level) = (REQUIREMENT.to_owned(), Level::Must);
    let received = Traffic {
        instance: Instance::FIRST,
        player: "PE2".to_owned(),
        transport: Transport::Sctp,
        src: ([127, 0, 0, 1], 3863).into(),
        dst: ([127, 0, 0, 1], 40000).into(),
        ppid: Some(11),
        stream: Some(0),
        octets: RESPONSE.parse().expect("it is hex"),
        summary: "ASAP_REGISTRATION_RESPONSE R=0".to_owned(),
    };
    let check = EventKind::Check {
        requirement: requirement.clone(),
        level,
        message: Some(1),
        outcome: outcome.clone(),
    };
    let kinds = [
        EventKind::Started { seed: 1 },
        EventKind::Received(received),
        check,
    ];
    let events = kinds.into_iter().zip(0..).map(|(kind, at_us)| Event {
        case: CASE.to_owned(),
        at_us,
        kind,
    });
    let lines =
        events.map(|event| serde_json::to_string(&event).expect("an event is plain data") + "\n");
    let case = CaseRun {
        id: CASE.to_owned(),
        origin: Origin::Case,
        purpose: "A PE whose policy type differs from its pool's is refused.".to_owned(),
        verdict: Verdict::Fail,
        reason: outcome.to_string(),
        expected: None,
        checks: vec![CheckRun {
            requirement,
            level,
            outcome,
            finding: None,
        }],
        duration_ms: 20,
        seed: 1,
        files: Vec::new(),
    };
    let run = Run {
        format: FORMAT.to_owned(),
        version: "0.1.0".to_owned(),
        command: vec!["rspcheck".to_owned(), "run".to_owned()],
        options: RunOptions {
            selection: Vec::new(),
            target: "in-process".to_owned(),
            transport: StackChoice::Udp,
            seed: 7,
            jobs: 1,
            strict: false,
            min_run: 1,
        },
        started: "2026-11-22T10:00:00Z".to_owned(),
        duration_ms: 20,
        complete: true,
        broken_off: None,
        interrupted: None,
        crashed: None,
        target: Target {
            name: "sample".to_owned(),
            version: String::new(),
            driver: Driver::InProcess,
            transport: Stack::Sim,
            timers: BTreeMap::new(),
        },
        environment: BTreeMap::new(),
        cases: vec![case],
        not_run: Vec::new(),
    };
    let dir = TempDir::new().expect("there is room for a directory");
    let record = serde_json::to_string(&run).expect("a run is plain data");
    fs::write(dir.path().join("run.json"), record).expect("the directory is new");
    fs::write(dir.path().join("events.jsonl"), lines.collect::<String>())
        .expect("the directory is new");
    dir
}

fn name(path: &Path) -> &str {
    path.to_str()
        .expect("temporary directories have plain names")
}

#[test]
fn text_shows_requirement_conversation_and_named_octets() {
    let dir = run_directory();
    let (code, out, err) = rspcheck(&["report", name(dir.path())]);
    assert_eq!(
        (code, err.as_str()),
        (0, ""),
        "rendering a failed run succeeds"
    );
    assert!(
        !out.contains('\u{1b}'),
        "no styles where there is no terminal"
    );
    assert!(
        out.contains(&format!("  {REQUIREMENT}  MUST  RFC 5352 §3.1\n")),
        "{out}"
    );
    assert!(
        out.contains("    flag R\n    expected  true\n    actual    false\n"),
        "{out}"
    );
    assert!(
        out.contains("PE2 ◀ target  ASAP_REGISTRATION_RESPONSE R=0\n"),
        "{out}"
    );
    assert!(
        out.contains("octets (the message that was checked)\n"),
        "{out}"
    );
    let line = |octets: &str| {
        out.lines()
            .find(|line| line.contains(octets))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(
        line("00 09 00 08  45 63 68 6f").contains("\"Echo\""),
        "{out}"
    );
    assert!(
        line("00 0e 00 08  12 34 56 78").contains("0x12345678"),
        "{out}"
    );
    assert!(
        out.contains(&format!(
            "repro   rspcheck run {CASE} --target in-process --seed 0x0000000000000007\n"
        )),
        "{out}"
    );
    assert!(
        out.ends_with("exit 1: 1 case failed unexpectedly\n"),
        "{out}"
    );
}

#[test]
fn every_format_is_what_it_says_and_goes_to_a_file() {
    let dir = run_directory();
    let render = |format: &str| {
        let file = dir.path().join(format);
        let (code, out, err) = rspcheck(&[
            "report",
            name(dir.path()),
            "--format",
            format,
            "--output",
            name(&file),
        ]);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""), "{format}");
        fs::read_to_string(&file).expect("it was written")
    };
    assert!(!render("text").contains('\u{1b}'));
    assert!(render("junit").starts_with("<?xml"));
    assert!(render("markdown").starts_with("## rspcheck: failed\n"));
    let json: Value = serde_json::from_str(&render("json")).expect("JSON is JSON");
    assert_eq!(
        (&json["format"], &json["report"]["exit"]["code"]),
        (&Value::from(FORMAT), &Value::from(1))
    );
}

#[test]
fn a_record_of_the_old_format_is_an_error_with_the_remedy() {
    let dir = run_directory();
    let file = dir.path().join("run.json");
    let record = fs::read_to_string(&file).expect("it was written");
    let old = record.replacen(FORMAT, "rspcheck-run/1", 1);
    fs::write(&file, old).expect("it can be written again");
    let (code, out, err) = rspcheck(&["report", name(dir.path())]);
    assert_eq!((code, out.as_str()), (3, ""));
    for part in [
        "run.json: the record has the format \"rspcheck-run/1\"",
        "reads the format \"rspcheck-run/2\" only; run the suite again",
    ] {
        assert!(err.contains(part), "{part} in {err}");
    }
}

#[test]
fn a_cut_off_record_is_reported() {
    let dir = run_directory();
    let file = dir.path().join("events.jsonl");
    let whole = fs::read_to_string(&file).expect("it was written");
    fs::write(&file, &whole[..whole.len() - 10]).expect("it can be written again");
    let (code, out, _) = rspcheck(&["report", name(dir.path())]);
    assert_eq!(code, 0);
    assert!(
        out.contains("the last line (3) of events.jsonl is cut off and was left out"),
        "{out}"
    );
}

#[test]
fn a_damaged_or_missing_run_is_an_error_of_the_environment() {
    let dir = run_directory();
    fs::write(dir.path().join("run.json"), "{\"format\":\n").expect("it can be written again");
    let (code, out, err) = rspcheck(&["report", name(dir.path())]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("run.json:2:"), "{err}");
    let (code, _, err) = rspcheck(&["report", "no-such-run"]);
    assert_eq!(code, 3);
    assert!(
        err.contains("no-such-run/run.json: ") && err.contains("give the directory"),
        "{err}"
    );
}

fn listed(arguments: &[&str]) -> Value {
    let (code, out, err) = rspcheck(&[&["list", "--json"], arguments].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    serde_json::from_str(&out).expect("JSON is JSON")
}

#[test]
fn the_list_has_every_case_and_selectors_take_some() {
    let all = listed(&[]);
    let cases = all["cases"].as_array().expect("cases are a list");
    assert!(
        !cases.is_empty()
            && !all["monitors"]
                .as_array()
                .expect("monitors are a list")
                .is_empty()
    );
    let first = &cases[0];
    let (id, area) = (
        first["id"].as_str().unwrap_or_default(),
        first["area"].as_str().unwrap_or_default(),
    );
    let one = listed(&[id]);
    assert_eq!(one["cases"], Value::from(vec![first.clone()]));
    let of_area = listed(&[area]);
    let of_area = of_area["cases"].as_array().expect("cases are a list");
    assert!(of_area.len() <= cases.len() && of_area.iter().all(|case| case["area"] == area));
    let requirement = format!("req:{}", first["covers"][0].as_str().unwrap_or_default());
    assert!(
        listed(&[&requirement])["cases"]
            .as_array()
            .is_some_and(|cases| cases.contains(first))
    );
    let (code, table, _) = rspcheck(&["list", id]);
    assert_eq!(code, 0);
    assert!(
        table.contains(id) && table.ends_with("\n1 case\n"),
        "{table}"
    );
}

#[test]
fn a_selector_that_matches_nothing_is_a_usage_error() {
    let (code, out, err) = rspcheck(&["list", "area:registratoin"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("\"area:registratoin\" matches no case; near to it: registration"),
        "{err}"
    );
}

#[test]
fn requirements_cases_and_monitors_are_explained() {
    let (code, out, err) = rspcheck(&["explain", REQUIREMENT]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in ["RFC 5352 §3.1  Registration", "MUST", "checked by"] {
        assert!(out.contains(part), "{part} in {out}");
    }
    let all = listed(&[]);
    for kind in ["cases", "monitors"] {
        let id = all[kind][0]["id"].as_str().unwrap_or_default();
        let (code, out, err) = rspcheck(&["explain", id]);
        assert_eq!((code, err.as_str()), (0, ""), "{id}");
        assert!(
            out.starts_with(id) && out.contains(all[kind][0]["purpose"].as_str().unwrap_or("?")),
            "{out}"
        );
    }
}

#[test]
fn an_unknown_id_is_a_usage_error_with_suggestions() {
    let (code, out, err) = rspcheck(&["explain", "R5352_3_1_555"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("near to it: R5352_3_1_5"), "{err}");
    let (code, _, err) = rspcheck(&["explain", "rfc5352/3.1"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("`rspcheck list rfc5352/3.1` shows them"),
        "{err}"
    );
    let (code, _, err) = rspcheck(&["explain", "rfc5352/3.1/something-quite-different"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("`rspcheck list rfc5352/3.1` shows those of its section"),
        "{err}"
    );
    let (code, _, err) = rspcheck(&["explain", "something quite different"]);
    assert_eq!(code, 2);
    assert!(err.contains("`rspcheck list` shows the cases"), "{err}");
}
