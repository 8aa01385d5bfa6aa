//! Wireshark finds the same messages in the same frames.
//!
//! Each capture in `captures/` has a list `<name>.messages.txt`, made from tshark's output, with a line `frame protocol
//! type` for each message. Our reading must equal that list on every machine. If tshark is installed, its output must
//! equal the list too, and our reading of all captures in the folder `RSPCHECK_CAPTURES`, if that is set, its output.

use rspcheck_capture::{Capture, Item};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn captures(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a directory entry").path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|e| e == "pcap" || e == "pcapng")
    });
    files.sort();
    files
}

fn own() -> Vec<PathBuf> {
    captures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures"))
}

fn ours(file: &Path) -> String {
    let mut capture = Capture::open(file).expect("the capture opens");
    let mut list = String::new();
    let visit = |item: Item<'_>| {
        if let Item::Message(message) = item
            && let Some(protocol) = message.protocol
        {
            writeln!(
                list,
                "{} {} {}",
                message.last_frame(),
                protocol.name(),
                message.octets[0]
            )
            .expect("a string");
        }
    };
    capture.for_each(visit).expect("the capture is whole");
    list
}

/// `None` where tshark is not installed.
fn tshark(file: &Path) -> Option<String> {
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(file)
        .args(["-Y", "asap or enrp", "-T", "fields", "-e", "frame.number"]);
    command.args(["-e", "asap.message_type", "-e", "enrp.message_type"]);
    let output = command.output().ok()?;
    assert!(output.status.success(), "tshark on {}", file.display());
    let mut list = String::new();
    for line in String::from_utf8(output.stdout)
        .expect("tshark prints ASCII")
        .lines()
    {
        let mut fields = line.split('\t');
        let frame = fields.next().expect("the frame number");
        for (protocol, types) in ["ASAP", "ENRP"].iter().zip(fields) {
            for kind in types.split(',').filter(|kind| !kind.is_empty()) {
                writeln!(list, "{frame} {protocol} {kind}").expect("a string");
            }
        }
    }
    Some(list)
}

#[test]
fn captures_hold_the_listed_messages() {
    let files = own();
    assert!(files.len() >= 5, "the captures are there");
    for file in files {
        let golden = std::fs::read_to_string(file.with_extension("messages.txt"))
            .expect("each capture has a list");
        assert!(
            golden.lines().count() > 10,
            "{}: the list is not empty",
            file.display()
        );
        assert!(
            file.with_extension("md").exists(),
            "{}: its origin is documented",
            file.display()
        );
        assert_eq!(ours(&file), golden, "{}", file.display());
    }
}

#[test]
fn tshark_lists_the_same_messages() {
    for file in own() {
        let Some(theirs) = tshark(&file) else {
            eprintln!("skipped: tshark is not installed");
            return;
        };
        let golden = std::fs::read_to_string(file.with_extension("messages.txt"))
            .expect("each capture has a list");
        assert_eq!(theirs, golden, "{}", file.display());
    }
    let Some(more) = std::env::var_os("RSPCHECK_CAPTURES") else {
        return;
    };
    for file in captures(Path::new(&more)) {
        assert_eq!(Some(ours(&file)), tshark(&file), "{}", file.display());
    }
}
