//! Parts of captures that could not be read, for `dissect` and `check`.

use rspcheck_capture::Counters;
use serde_json::{Map, Value};

/// Octets that the counters of a capture report as unread: each row has its key in JSON, its count and its name.
///
/// An SCTP packet with a wrong checksum is read if `accepted`.
fn rows(counted: &Counters, accepted: bool) -> [(&'static str, u64, String); 10] {
    let checksums = if accepted { 0 } else { counted.wrong_checksums };
    let link = match counted.unsupported_link {
        Some(link) => format!("frames of an unsupported link type ({link})"),
        None => String::new(),
    };
    let row = |key, count, name: &str| (key, count, name.to_owned());
    [
        row(
            "wrong_checksums",
            checksums,
            "SCTP packets with a wrong CRC32c",
        ),
        row("malformed", counted.malformed, "malformed packets"),
        row("cut", counted.cut, "packets cut off by the snap length"),
        ("unsupported_links", counted.unsupported_links, link),
        row(
            "unread_tunnels",
            counted.unread_tunnels,
            "packets in tunnels that are not read",
        ),
        row(
            "ip_datagrams_given_up",
            counted.ip_datagrams_given_up,
            "IP datagrams with fragments missing",
        ),
        row(
            "messages_given_up",
            counted.messages_given_up,
            "user messages with fragments missing",
        ),
        row(
            "messages_oversized",
            counted.messages_oversized,
            "user messages too long to read",
        ),
        row(
            "associations_dropped",
            counted.associations_dropped,
            "associations dropped because too many were open",
        ),
        row("tcp_gaps", counted.tcp_gaps, "gaps in TCP connections"),
    ]
}

/// Returns each count other than 0 with its name, `1 malformed packets`.
pub(crate) fn sentences(counted: &Counters, accepted: bool) -> Vec<String> {
    rows(counted, accepted)
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(_, count, name)| format!("{count} {name}"))
        .collect()
}

/// Returns all counts as a JSON object.
pub(crate) fn json(counted: &Counters, accepted: bool) -> Value {
    let counts = rows(counted, accepted)
        .into_iter()
        .map(|(key, count, _)| (key.to_owned(), Value::from(count)));
    Value::Object(counts.collect::<Map<_, _>>())
}
