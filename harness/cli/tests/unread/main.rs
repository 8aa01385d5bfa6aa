//! `rspcheck check` and `dissect` of captures with frames that cannot be read.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use std::path::PathBuf;

/// File, messages that are read, key of the counter, its sentence.
const UNREAD: [(&str, u64, &str, &str); 8] = [
    (
        "unknown-link-type",
        0,
        "unsupported_links",
        "1 frames of an unsupported link type (147)",
    ),
    (
        "radiotap",
        0,
        "unsupported_links",
        "1 frames of an unsupported link type (127)",
    ),
    (
        "ppp",
        0,
        "unsupported_links",
        "1 frames of an unsupported link type (9)",
    ),
    (
        "wrong-checksum",
        1,
        "wrong_checksums",
        "1 SCTP packets with a wrong CRC32c",
    ),
    (
        "snap-length",
        1,
        "cut",
        "1 packets cut off by the snap length",
    ),
    ("chunk-length-0", 0, "malformed", "1 malformed packets"),
    ("tcp-length-0", 0, "malformed", "1 malformed packets"),
    (
        "ip-fragment-missing",
        0,
        "ip_datagrams_given_up",
        "1 IP datagrams with fragments missing",
    ),
];

fn capture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/unread")).join(format!("{name}.pcap"))
}

/// Standard output and standard error of a run with this exit code.
fn run(arguments: &[&str], file: &str, code: i32) -> (String, String) {
    let mut command = Command::new(cargo_bin!("rspcheck"));
    let assert = command
        .args(arguments)
        .arg(capture(file))
        .assert()
        .code(code);
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).expect("UTF-8");
    let output = assert.get_output();
    (text(&output.stdout), text(&output.stderr))
}

/// The object about the file.
fn summary(arguments: &[&str], file: &str, code: i32) -> Value {
    let (out, _) = run(&[&["check", "--json"], arguments].concat(), file, code);
    let last = out.lines().last().expect("an object about the file");
    serde_json::from_str(last).expect("a JSON object")
}

#[test]
fn check_of_an_unread_frame_is_neither_complete_nor_successful() {
    for (file, messages, key, sentence) in UNREAD {
        let (out, error) = run(&["check"], file, 3);
        assert!(out.starts_with("INCONC"), "{file}: {out}");
        for text in [&out, &error] {
            assert!(
                text.contains("not read: ") && text.contains(sentence),
                "{file}: {text}"
            );
        }
        let object = summary(&[], file, 3);
        assert_eq!(object["complete"], false, "{file}");
        assert_eq!(object["verdict"], "INCONC", "{file}");
        assert_eq!(object["messages"], messages, "{file}");
        assert_eq!(object["unread"][key], 1, "{file}: {object}");
    }
}

#[test]
fn dissect_reports_the_same_counters() {
    for (file, _, _, sentence) in UNREAD {
        let (_, error) = run(&["dissect"], file, 0);
        assert!(error.contains(sentence), "{file}: {error}");
    }
}

#[test]
fn unread_frames_can_be_allowed_and_are_reported_all_the_same() {
    for (file, messages, key, sentence) in UNREAD {
        let (out, error) = run(&["check", "--allow-unread"], file, 0);
        let verdict = if messages > 0 { "PASS" } else { "NONE" };
        assert!(
            out.starts_with(verdict) && out.contains(sentence),
            "{file}: {out}"
        );
        assert_eq!(error, "", "{file}");
        let object = summary(&["--allow-unread"], file, 0);
        assert_eq!(object["complete"], false, "{file}");
        assert_eq!(object["unread"][key], 1, "{file}");
    }
}

#[test]
fn a_wrong_checksum_can_be_accepted() {
    let file = "wrong-checksum";
    let object = summary(&["--accept-bad-checksum"], file, 0);
    assert_eq!(object["complete"], true);
    assert_eq!(object["messages"], 2);
    assert_eq!(object["unread"]["wrong_checksums"], 0);
    let (out, error) = run(&["dissect", "--accept-bad-checksum"], file, 0);
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(
        error.contains("1 SCTP packets with a wrong CRC32c"),
        "{error}"
    );
}

#[test]
fn tunnels_are_read() {
    for file in ["gre", "vxlan"] {
        let object = summary(&[], file, 0);
        assert_eq!(object["messages"], 1, "{file}: {object}");
        assert_eq!(object["complete"], true, "{file}: {object}");
    }
}

#[test]
fn check_reads_standard_input() {
    let mut command = Command::new(cargo_bin!("rspcheck"));
    command
        .args(["check", "-"])
        .pipe_stdin(capture("gre"))
        .expect("the capture is there")
        .assert()
        .code(0);
}
