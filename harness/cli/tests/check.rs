//! `rspcheck check` as a user runs it.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use rspcheck_capture::{Data, SctpWriter, Way};
use rspcheck_dissect::forge::{self, Forge};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn capture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../captures"))
        .join(format!("{name}.pcap"))
}

fn check() -> Command {
    let mut command = Command::new(cargo_bin!("rspcheck"));
    command.arg("check");
    command
}

/// Standard output of a run with this exit code.
fn output(command: &mut Command, code: i32) -> String {
    let output = command.assert().code(code).get_output().stdout.clone();
    String::from_utf8(output).expect("UTF-8")
}

fn objects(command: &mut Command, code: i32) -> Vec<Value> {
    let output = output(command.arg("--json"), code);
    output
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object"))
        .collect()
}

/// A capture of these ASAP messages, all from one end.
fn written(folder: &TempDir, name: &str, messages: &[Forge]) -> PathBuf {
    written_to(3863, folder, name, messages)
}

/// A capture of these messages to a port, all from one end and with the PPID of ASAP.
fn written_to(dst_port: u16, folder: &TempDir, name: &str, messages: &[Forge]) -> PathBuf {
    let mut writer = SctpWriter::new(Vec::new()).expect("memory takes everything");
    let way = Way {
        src_port: 1,
        dst_port,
        vtag: 1,
    };
    for (message, nth) in messages.iter().zip(0_u16..) {
        let data = Data {
            tsn: u32::from(nth),
            stream: 0,
            ssn: nth,
            ppid: 11,
        };
        writer
            .message(u64::from(nth), way, data, &message.octets())
            .expect("memory takes everything");
    }
    let path = folder.path().join(name);
    fs::write(&path, writer.finish().expect("memory takes everything"))
        .expect("the folder is ours");
    path
}

fn right(folder: &TempDir) -> PathBuf {
    written(
        folder,
        "right.pcap",
        &[forge::handle_resolution(b"pool", false)],
    )
}

/// A Length that counts its padding: a deviation.
fn deviating(folder: &TempDir) -> PathBuf {
    written(
        folder,
        "deviating.pcap",
        &[forge::handle_resolution(b"abc", false).count_padding()],
    )
}

/// Findings by verdict, requirement and monitor, then the line about the file without its name.
fn summary(name: &str) -> String {
    let mut counts = std::collections::BTreeMap::<_, u64>::new();
    let mut last = String::new();
    for line in objects(check().arg(capture(name)), 1) {
        if line.get("monitor").is_some() {
            let word = |key: &str| line[key].as_str().expect("a word").to_owned();
            *counts
                .entry((word("verdict"), word("requirement"), word("monitor")))
                .or_default() += 1;
        } else {
            let mut line = line;
            line.as_object_mut().expect("an object").remove("file");
            last = line.to_string();
        }
    }
    let lines = counts
        .iter()
        .map(|((v, r, m), n)| format!("{n} {v} {r} {m}\n"));
    lines.chain([last]).collect()
}

#[test]
fn multipart_table_and_a_vanishing_pe() {
    insta::assert_snapshot!(summary("ht-download-multipart-400pe-20pools-max16"));
}

#[test]
fn two_registrars_over_ipv6() {
    insta::assert_snapshot!(summary("ipv6-two-pr-echo"));
}

#[test]
fn a_multi_homed_pe() {
    insta::assert_snapshot!(summary("multihomed-pe-pr-primary-path-fails"));
}

#[test]
fn refused_registrations() {
    insta::assert_snapshot!(summary("registration-rejects-policy-mismatch-dup-id"));
}

#[test]
fn sctp_in_udp() {
    insta::assert_snapshot!(summary("sctp-over-udp-encaps-9899-one-pr-echo"));
}

#[test]
fn a_takeover() {
    insta::assert_snapshot!(summary("three-pr-takeover-home-pr-host-vanishes"));
}

#[test]
fn json_names_file_frame_and_requirement() {
    let folder = TempDir::new().expect("a folder");
    let file = deviating(&folder);
    let lines = objects(check().arg(&file), 0);
    let name = file.display().to_string();
    let note = lines[0]["note"].as_str().expect("a sentence");
    assert!(
        note.starts_with("ASAP_HANDLE_RESOLUTION: padding-counted"),
        "{note}"
    );
    let expected = json!({
        "file": name, "frame": 1, "verdict": "WARN", "monitor": "monitor/padding-is-not-counted",
        "requirement": "R5354_4_10", "note": note,
    });
    assert_eq!(lines[0], expected);
    let expected = json!({
        "file": name, "verdict": "WARN", "messages": 1, "fails": 0, "warns": 1, "answered": 0, "open": 1,
        "checksums": 0, "complete": true, "frames": 1,
        "unread": {
            "wrong_checksums": 0, "malformed": 0, "cut": 0, "unsupported_links": 0, "unread_tunnels": 0,
            "ip_datagrams_given_up": 0, "messages_given_up": 0, "messages_oversized": 0,
            "associations_dropped": 0, "tcp_gaps": 0,
        },
    });
    assert_eq!(lines[1..], [expected]);
}

/// Read as ASAP, the message would have one defect after the other.
#[test]
fn enrp_message_with_the_ppid_of_asap_is_one_finding() {
    let folder = TempDir::new().expect("a folder");
    let information = forge::ServerInformation {
        id: 1,
        transport: forge::Transport::Sctp {
            port: 9901,
            transport_use: 0,
            addrs: vec![[192, 0, 2, 1].into()],
        },
    };
    let presence = forge::presence(1, 0, false, Some(0xffff), Some(&information));
    let lines = objects(
        check().arg(written_to(9901, &folder, "enrp.pcap", &[presence])),
        0,
    );
    assert_eq!(lines[0]["monitor"], "monitor/ppid");
    assert_eq!(lines[0]["requirement"], "R5353_5_4_1");
    assert_eq!(
        (&lines[1]["fails"], &lines[1]["warns"]),
        (&json!(0), &json!(1))
    );
}

#[test]
fn a_deviation_fails_only_if_strict() {
    let folder = TempDir::new().expect("a folder");
    output(check().arg(right(&folder)), 0);
    output(check().arg(right(&folder)).arg("--strict"), 0);
    let text = output(check().arg(deviating(&folder)), 0);
    assert!(text.contains("0 broken MUST, 1 deviations"), "{text}");
    output(check().arg(deviating(&folder)).arg("--strict"), 1);
}

#[test]
fn a_file_cut_off_is_judged_as_far_as_it_goes() {
    let folder = TempDir::new().expect("a folder");
    let whole = fs::read(capture("registration-rejects-policy-mismatch-dup-id"))
        .expect("the capture is there");
    let cut = folder.path().join("cut.pcap");
    fs::write(&cut, &whole[..whole.len() - 3]).expect("the folder is ours");
    let lines = objects(check().arg(&cut), 3);
    let last = lines.last().expect("a line about the file");
    assert_eq!(last["complete"], false);
    assert_eq!((&last["fails"], &last["warns"]), (&json!(2), &json!(1)));
}

#[test]
fn a_missing_file_or_one_of_another_kind_is_of_the_environment() {
    output(check().arg("no-such-file.pcap"), 3);
    output(
        check().arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")),
        3,
    );
}

#[test]
fn of_several_files_all_are_judged_and_the_worst_decides() {
    let folder = TempDir::new().expect("a folder");
    let failing = capture("registration-rejects-policy-mismatch-dup-id");
    let text = output(
        check()
            .arg("no-such-file.pcap")
            .arg(right(&folder))
            .arg(&failing),
        3,
    );
    assert!(
        text.contains("right.pcap: 1 messages") && text.contains("2 broken MUST"),
        "{text}"
    );
    output(check().arg(&failing).arg(right(&folder)), 1);
}

#[test]
fn a_timer_needs_a_name_and_a_span() {
    let folder = TempDir::new().expect("a folder");
    for timer in ["t1-enrprequest", "t1-enrprequest=soon", "t9=5s"] {
        output(check().args(["--timer", timer]).arg(right(&folder)), 2);
    }
    output(
        check()
            .args(["--timer", "t1-enrprequest=5s"])
            .arg(right(&folder)),
        0,
    );
}
