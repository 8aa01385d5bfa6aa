//! `rspcheck dissect` as a user runs it.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

const REGISTRATION: &str = "registration-rejects-policy-mismatch-dup-id";
const TAKEOVER: &str = "three-pr-takeover-home-pr-host-vanishes";
const IN_UDP: &str = "sctp-over-udp-encaps-9899-one-pr-echo";

fn capture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../captures"))
        .join(format!("{name}.pcap"))
}

fn dissect() -> Command {
    let mut command = Command::new(cargo_bin!("rspcheck"));
    command.arg("dissect");
    command
}

/// Standard output of a run that succeeds.
fn lines(command: &mut Command) -> Vec<String> {
    let output = command.assert().success().get_output().stdout.clone();
    String::from_utf8(output)
        .expect("UTF-8")
        .lines()
        .map(str::to_owned)
        .collect()
}

fn objects(command: &mut Command) -> Vec<Value> {
    lines(command.arg("--json"))
        .iter()
        .map(|line| serde_json::from_str(line).expect("a JSON object"))
        .collect()
}

#[test]
fn json_has_the_messages_that_wireshark_sees() {
    for name in [REGISTRATION, TAKEOVER, IN_UDP] {
        let listed = fs::read_to_string(capture(name).with_extension("messages.txt"))
            .expect("the list is there");
        let ours: String = objects(dissect().arg(capture(name)))
            .iter()
            .map(|o| {
                format!(
                    "{} {} {}\n",
                    o["frame"],
                    o["protocol"].as_str().expect("a word"),
                    o["type"]
                )
            })
            .collect();
        assert_eq!(ours, listed, "{name}");
    }
}

#[test]
fn json_fields_of_one_message() {
    let objects = objects(dissect().arg(capture(REGISTRATION)));
    let refused = objects
        .iter()
        .find(|object| object["frame"] == 17)
        .expect("the refusal is in frame 17");
    for (key, value) in [
        ("frames", Value::from(vec![17])),
        ("transport", "sctp".into()),
        ("src", "10.1.1.1:3863".into()),
        ("dst", "10.1.1.3:40918".into()),
        ("ppid", 11.into()),
        ("message", "ASAP_REGISTRATION_RESPONSE".into()),
        ("flags", 1.into()),
        ("length", 32.into()),
    ] {
        assert_eq!(refused[key], value, "{key}");
    }
    assert_eq!(refused["time"].as_f64(), Some(1_795_329_228.390_799));
    assert_eq!(refused["defects"][0]["path"], "operation-error/0x5/info");
    assert!(
        refused.get("file").is_none()
            && refused.get("tree").is_none()
            && refused.get("octets").is_none()
    );
    let announced = objects
        .iter()
        .find(|object| object["transport"] == "udp")
        .expect("an announcement");
    assert!(announced["ppid"].is_null());
}

#[test]
fn json_with_tree_or_octets() {
    let with_tree = objects(dissect().arg(capture(REGISTRATION)).arg("--tree"));
    assert!(with_tree.iter().all(|object| !object["tree"].is_null()));
    let with_octets = objects(dissect().arg(capture(REGISTRATION)).arg("--hex"));
    assert!(
        with_octets[0]["octets"]
            .as_str()
            .expect("text")
            .starts_with("010000380009000c4563686f506f6f6c")
    );
}

#[test]
fn text_is_a_line_a_message() {
    let lines = lines(dissect().arg(capture(REGISTRATION)));
    assert_eq!(lines.len(), 28);
    let expected = "     5     0.000000 sctp     10.1.1.2:49539 > 10.1.1.1:3863  ASAP_REGISTRATION";
    assert!(lines[0].starts_with(expected), "{}", lines[0]);
    assert!(lines[5].ends_with("[1 defect]"), "{}", lines[5]);
}

#[test]
fn tree_and_hex_follow_their_line() {
    let tree = lines(dissect().arg(capture(REGISTRATION)).arg("--tree"));
    assert!(
        tree.len() > 28 * 4 && tree[1].starts_with("    0000  01000038"),
        "{}",
        tree[1]
    );
    let hex = lines(dissect().arg(capture(REGISTRATION)).arg("--hex"));
    assert_eq!(
        hex[1],
        "    0000  01 00 00 38 00 09 00 0c 45 63 68 6f 50 6f 6f 6c"
    );
    dissect()
        .arg(capture(REGISTRATION))
        .args(["--tree", "--hex"])
        .assert()
        .code(2);
}

#[test]
fn filter_by_name_with_or_without_its_protocol() {
    let count = |glob| {
        lines(
            dissect()
                .arg(capture(REGISTRATION))
                .args(["--filter", glob]),
        )
        .len()
    };
    assert_eq!(count("asap_registration"), 3);
    assert_eq!(count("REGISTRATION*"), 6);
    assert_eq!(count("ENRP_*"), 4);
    assert_eq!(count("nothing"), 0);
    dissect()
        .arg(capture(REGISTRATION))
        .args(["--filter", "["])
        .assert()
        .code(2);
}

#[test]
fn ports_can_be_given() {
    let count =
        |arguments: &[&str]| lines(dissect().arg(capture(REGISTRATION)).args(arguments)).len();
    assert_eq!(
        count(&["--asap-port", "1"]),
        20,
        "the 8 announcements on UDP port 3863 are none now"
    );
    assert_eq!(count(&["--enrp-port", "1"]), 24, "nor are the 4 on 9901");
    assert_eq!(count(&["--asap-port", "1", "--asap-port", "3863"]), 28);
    let moved = lines(
        dissect()
            .arg(capture(IN_UDP))
            .args(["--udp-encaps-port", "1"]),
    )
    .len();
    assert_eq!(moved, 34, "the checksum identifies SCTP on any port");
}

#[test]
fn several_files_and_standard_input_in_order() {
    let mut command = dissect();
    command
        .arg(capture(IN_UDP))
        .arg("-")
        .pipe_stdin(capture(REGISTRATION))
        .expect("the capture is there");
    let objects = objects(&mut command);
    assert_eq!(objects.len(), 34 + 28);
    assert!(objects[..34].iter().all(|object| {
        object["file"]
            .as_str()
            .is_some_and(|f| f.ends_with(".pcap"))
    }));
    assert!(objects[34..].iter().all(|object| object["file"] == "-"));
    let assert = command.assert().success();
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(
        said.starts_with("62 messages in 146 frames of 2 files") && said.lines().count() == 1,
        "{said}"
    );
}

#[test]
fn a_cut_off_file_is_shown_and_then_complained_about() {
    let whole = fs::read(capture(REGISTRATION)).expect("the capture is there");
    let directory = tempfile::tempdir().expect("a directory for the test");
    let cut = directory.path().join("cut.pcap");
    fs::write(&cut, &whole[..whole.len() - 10]).expect("the file is written");
    let assert = dissect().arg(&cut).arg(capture(IN_UDP)).assert().code(3);
    let output = assert.get_output();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).lines().count(),
        27 + 34,
        "all but the last one of the file that is cut off"
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("cut.pcap: cut off at offset ") && said.contains("inside record 65"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    dissect().arg("no-such-file.pcap").assert().code(3);
    let directory = tempfile::tempdir().expect("a directory for the test");
    let text = directory.path().join("text");
    File::create(&text)
        .and_then(|mut file| file.write_all(b"no capture"))
        .expect("the file is written");
    let assert = dissect().arg(&text).assert().code(3);
    assert!(String::from_utf8_lossy(&assert.get_output().stderr).contains("not a capture"));
    dissect().assert().code(2);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = std::process::Command::new(cargo_bin!("rspcheck"))
        .args(["dissect", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // The reader is gone before there is anything to read.
    drop(child.stdout.take());
    let octets = fs::read(capture(TAKEOVER)).expect("the capture is there");
    child
        .stdin
        .take()
        .expect("it is piped")
        .write_all(&octets)
        .expect("the child reads its input");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
