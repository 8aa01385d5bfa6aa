//! Tests of reading runs from disk, complete and damaged ones.

mod sample;

use rspcheck_report::RunDir;
use rspcheck_spec::event::EventKind;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const A: &str = "rfc5352/3.1/a";
const B: &str = "rfc5352/3.1/b";

fn line(case: &str, name: &str) -> String {
    let event = sample::event(
        case,
        1,
        EventKind::Observed {
            note: name.to_owned(),
        },
    );
    serde_json::to_string(&event).expect("an event is plain data") + "\n"
}

fn ended(case: &str) -> String {
    format!(
        "{{\"case\":\"{case}\",\"at_us\":9,\"event\":\"ended\",\"verdict\":\"PASS\",\"reason\":\"\"}}\n"
    )
}

fn write(run: &str, events: Option<&str>) -> TempDir {
    let dir = TempDir::new().expect("there is room for a directory");
    fs::write(dir.path().join("run.json"), run).expect("the directory is new");
    if let Some(events) = events {
        fs::write(dir.path().join("events.jsonl"), events).expect("the directory is new");
    }
    dir
}

fn good_run() -> String {
    serde_json::to_string_pretty(&sample::sample()).expect("a run is plain data")
}

/// Returns the error without the directory, whose name differs in each test.
fn error(dir: &TempDir) -> String {
    let error = RunDir::load(dir.path())
        .expect_err("this run is damaged")
        .to_string();
    error.replace(&format!("{}/", dir.path().display()), "")
}

fn names(run: &RunDir, case: &str) -> Vec<String> {
    let events = run.events(case).expect("the file was read before");
    let name = |kind: EventKind| match kind {
        EventKind::Observed { note } => note,
        EventKind::Ended { .. } => "ended".to_owned(),
        other => panic!("nothing else was written: {other:?}"),
    };
    events.into_iter().map(|event| name(event.kind)).collect()
}

#[test]
fn events_are_found_by_case_in_any_order_of_cases() {
    let lines = [
        line(A, "1"),
        line(B, "2"),
        "\n".to_owned(),
        line(B, "3"),
        line(A, "4"),
        ended(A),
        line(A, "5"),
    ];
    let dir = write(&good_run(), Some(&lines.concat()));
    let run = RunDir::load(dir.path()).expect("the run is good");
    assert_eq!(run.run(), &sample::sample());
    assert_eq!(names(&run, A), ["1", "4", "ended", "5"]);
    assert_eq!(names(&run, B), ["2", "3"]);
    assert!(names(&run, "rfc5352/3.1/unheard-of").is_empty());
    assert!(run.notes().is_empty());
    let by_file = RunDir::load(dir.path().join("run.json")).expect("the file names its directory");
    assert_eq!(names(&by_file, B), ["2", "3"]);
}

#[test]
fn truncated_last_line_is_omitted_and_reported() {
    let cut = &line(B, "cut")[..20];
    let dir = write(&good_run(), Some(&(line(A, "1") + cut)));
    let run = RunDir::load(dir.path()).expect("the rest is good");
    assert_eq!(names(&run, A), ["1"]);
    assert_eq!(
        run.notes(),
        ["the last line (2) of events.jsonl is cut off and was left out"]
    );
}

#[test]
fn a_whole_last_line_needs_no_line_feed() {
    let dir = write(&good_run(), Some((line(A, "1") + &line(A, "2")).trim_end()));
    let run = RunDir::load(dir.path()).expect("the run is good");
    assert_eq!(names(&run, A), ["1", "2"]);
    assert!(run.notes().is_empty());
}

#[test]
fn run_without_events_can_be_read() {
    let dir = write(&good_run(), None);
    let run = RunDir::load(dir.path()).expect("the record is enough");
    assert!(names(&run, A).is_empty());
    assert_eq!(run.notes().len(), 1);
}

#[test]
fn errors_name_file_and_line() {
    let broken = line(A, "1") + "{\"case\": 7}\n" + &line(A, "2");
    let first = error(&write(&good_run(), Some(&broken)));
    assert!(first.starts_with("events.jsonl:2:"), "{first}");

    let unknown = "{\"case\":\"a\",\"at_us\":1,\"event\":\"sung\"}\n";
    let second = error(&write(&good_run(), Some(unknown)));
    assert!(
        second.starts_with("events.jsonl:1:") && second.contains("sung"),
        "{second}"
    );

    let half = &good_run()[..200];
    let third = error(&write(half, None));
    assert!(
        third.starts_with("run.json:") && third.contains("EOF"),
        "{third}"
    );

    let missing = error(&write("{\"format\": \"rspcheck-run/2\"}", None));
    assert!(
        missing.starts_with("run.json:1:") && missing.contains("missing field"),
        "{missing}"
    );
}

#[test]
fn records_of_another_format_are_refused_with_the_remedy() {
    let old = good_run().replacen("rspcheck-run/2", "rspcheck-run/1", 1);
    assert_eq!(
        error(&write(&old, None)),
        "run.json: the record has the format \"rspcheck-run/1\", but this rspcheck reads the format \
         \"rspcheck-run/2\" only; run the suite again, or render the record with the rspcheck 0.1.0 that wrote it"
    );
    assert_eq!(
        error(&write("{}", None)),
        "run.json: the record has no format name, but this rspcheck reads the format \
         \"rspcheck-run/2\" only; run the suite again, or render the record with the rspcheck that wrote it"
    );
}

#[test]
fn octets_and_addresses_are_read_into_their_types() {
    let sent = |octets: &str, src: &str| {
        format!(
            "{{\"case\":\"{A}\",\"at_us\":1,\"event\":\"sent\",\"player\":\"PE1\",\"transport\":\"sctp\",\
             \"src\":\"{src}\",\"dst\":\"127.0.0.1:3863\",\"octets\":\"{octets}\",\"summary\":\"\"}}\n"
        )
    };
    let good = write(&good_run(), Some(&sent("01000004", "127.0.0.1:1")));
    let run = RunDir::load(good.path()).expect("the run is good");
    let events = run.events(A).expect("the file was read before");
    assert!(matches!(&events[0].kind, EventKind::Sent(sent) if sent.octets.0 == [1, 0, 0, 4]));
    for (octets, src, what) in [
        ("0100000", "127.0.0.1:1", "an even number of digits"),
        ("01", "nowhere", "invalid socket address"),
    ] {
        let message = error(&write(&good_run(), Some(&sent(octets, src))));
        assert!(
            message.starts_with("events.jsonl:1:") && message.contains(what),
            "{message}"
        );
    }
}

#[test]
fn line_above_the_limit_is_rejected() {
    let long = "x".repeat((1 << 20) + 1);
    let message = error(&write(&good_run(), Some(&(line(A, "1") + &long + "\n"))));
    assert_eq!(
        message,
        "events.jsonl:2:1: the line is longer than 1048576 octets"
    );
}

#[test]
fn a_missing_run_is_named() {
    let message = RunDir::load(Path::new("no-such-run"))
        .expect_err("it is not there")
        .to_string();
    assert!(message.starts_with("no-such-run/run.json: "), "{message}");
}
