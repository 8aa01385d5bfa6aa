//! Our own captures, read by us and by Wireshark.

use crate::build::*;
use rspcheck_capture::{AssociationKind, Data, Protocol, SctpWriter, Way};
use std::io::Write;
use std::process::{Command, Stdio};

const FORTH: Way = Way {
    src_port: 49152,
    dst_port: 3863,
    vtag: 0xaa,
};
const BACKWARD: Way = Way {
    src_port: 3863,
    dst_port: 49152,
    vtag: 0xbb,
};

fn written() -> Vec<u8> {
    let mut writer = SctpWriter::new(Vec::new()).expect("memory takes it");
    writer
        .handshake(1_000_000_001, FORTH, 10, BACKWARD, 20)
        .expect("memory takes it");
    let data = Data {
        tsn: 10,
        stream: 1,
        ssn: 0,
        ppid: 11,
    };
    writer
        .message(2_000_000_002, FORTH, data, &MESSAGE)
        .expect("memory takes it");
    writer
        .message(
            3_000_000_003,
            BACKWARD,
            Data { tsn: 20, ..data },
            &MESSAGE[..11],
        )
        .expect("memory takes it");
    let long = long_message(65_000);
    writer
        .message(
            4_000_000_004,
            FORTH,
            Data {
                tsn: 11,
                ssn: 1,
                ..data
            },
            &long,
        )
        .expect("memory takes it");
    assert!(
        writer.message(5, FORTH, data, &[]).is_err()
            && writer.message(5, FORTH, data, &[0; 65_520]).is_err()
    );
    writer.finish().expect("memory takes it")
}

#[test]
fn written_messages_are_read() {
    let reading = read(&written());
    assert!(reading.error.is_none());
    assert_eq!(reading.counters.wrong_checksums, 0);
    assert_eq!(reading.frames(), [[5], [6], [7]]);
    let times: Vec<u64> = reading
        .messages
        .iter()
        .map(|message| message.time_ns)
        .collect();
    assert_eq!(times, [2_000_000_002, 3_000_000_003, 4_000_000_004]);
    assert_eq!(
        reading.messages[1].octets,
        MESSAGE[..11],
        "a padding that was not sent is not added"
    );
    assert_eq!(reading.messages[2].octets, long_message(65_000));
    assert!(
        reading
            .messages
            .iter()
            .all(|m| m.assoc == 1 && m.protocol == Some(Protocol::Asap))
    );
    assert_eq!(
        reading.events(),
        [(AssociationKind::Init, 1), (AssociationKind::Up, 1)]
    );
}

#[test]
fn packet_octets_match_the_specification() {
    let file = written();
    let packet = sctp(PORTS, 0xaa, &[data(WHOLE, 10, 0, &MESSAGE)]);
    assert!(file.windows(packet.len()).any(|octets| octets == packet));
}

#[test]
fn tshark_dissects_it() {
    let command = Command::new("tshark")
        .args(["-r", "-", "-o", "sctp.checksum:CRC 32c", "-T", "fields"])
        .args([
            "-e",
            "frame.number",
            "-e",
            "sctp.checksum.status",
            "-e",
            "sctp.chunk_type",
            "-e",
            "asap.message_type",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut tshark) = command else {
        eprintln!("skipped: tshark is not installed");
        return;
    };
    tshark
        .stdin
        .take()
        .expect("it is piped")
        .write_all(&written())
        .expect("tshark reads its input");
    let output = tshark.wait_with_output().expect("tshark ends");
    let lines = String::from_utf8(output.stdout).expect("tshark prints ASCII");
    assert_eq!(
        lines,
        "1\t1\t1\t\n2\t1\t2\t\n3\t1\t10\t\n4\t1\t11\t\n5\t1\t0\t5\n6\t1\t0\t5\n7\t1\t0\t5\n"
    );
}
