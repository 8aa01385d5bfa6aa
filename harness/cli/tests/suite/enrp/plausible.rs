//! Registrars with errors that implementers make: byte order, units, swapped IDs, stale values, lost entries.

use super::{
    BODY, ENRP, ERROR, INIT_TAKEOVER, INIT_TAKEOVER_ACK, LIST_RESPONSE, PRESENCE, RECEIVER, SENDER,
    TABLE_REQUEST, TABLE_RESPONSE, TAKEOVER_SERVER, UPDATE, UPDATED, both, element_at, fix_length,
    flag, is, is_received, parameter_size, receives, sends, set_length,
};
use rspcheck_adapters::fault::{Fault, Received, Sent};
use std::time::Duration;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    // Server IDs.
    sends("swaps-the-ids-of-errors", |s| swap_ids(s, ERROR)),
    sends("swaps-the-ids-of-lists", |s| swap_ids(s, LIST_RESPONSE)),
    sends("swaps-the-ids-of-tables", |s| swap_ids(s, TABLE_RESPONSE)),
    sends("swaps-the-ids-of-table-requests", |s| {
        swap_ids(s, TABLE_REQUEST)
    }),
    sends("swaps-the-ids-of-acks", |s| swap_ids(s, INIT_TAKEOVER_ACK)),
    sends("swaps-the-ids-of-presences", |s| swap_ids(s, PRESENCE)),
    sends("swaps-sender-and-target", |s| {
        if is(s, INIT_TAKEOVER) || is(s, TAKEOVER_SERVER) {
            swap(&mut s.octets, SENDER, BODY);
        }
    }),
    sends("swaps-sender-and-target-of-acks", |s| {
        if is(s, INIT_TAKEOVER_ACK) {
            swap(&mut s.octets, SENDER, BODY);
        }
    }),
    sends("acknowledges-the-takeover-of-the-initiator", |s| {
        if is(s, INIT_TAKEOVER_ACK) {
            let initiator = s.octets[RECEIVER..BODY].to_vec();
            s.octets[BODY..BODY + 4].copy_from_slice(&initiator);
        }
    }),
    sends("informs-with-the-id-of-the-receiver", |s| {
        if is(s, PRESENCE) && s.octets.len() > BODY + 16 && s.octets[RECEIVER..BODY] != [0; 4] {
            let id = s.octets[RECEIVER..BODY].to_vec();
            s.octets[BODY + 12..BODY + 16].copy_from_slice(&id);
        }
    }),
    sends("sends-the-id-0", |s| {
        if s.ppid == ENRP {
            s.octets[SENDER..RECEIVER].fill(0);
        }
    }),
    sends("takes-another-id-after-twenty-seconds", |s| {
        if s.ppid == ENRP && s.at > Duration::from_secs(20) {
            s.octets[SENDER + 3] ^= 1;
        }
    }),
    // Byte order.
    sends("sends-checksums-in-the-other-order", |s| {
        if is(s, PRESENCE) {
            s.octets[BODY + 4..BODY + 6].reverse();
        }
    }),
    sends("sends-update-actions-in-the-other-order", |s| {
        if is(s, UPDATE) {
            s.octets[BODY..BODY + 2].reverse();
        }
    }),
    sends("sends-pe-identifiers-in-the-other-order", |s| {
        in_element(s, 4..8, |field| field.reverse())
    }),
    sends("sends-lives-in-the-other-order", |s| {
        in_element(s, 12..16, |field| field.reverse())
    }),
    sends("sends-homes-in-the-other-order", |s| {
        in_element(s, 8..12, |field| field.reverse())
    }),
    sends("sends-ports-of-pes-in-the-other-order", |s| {
        in_element(s, 20..22, |field| field.reverse())
    }),
    sends("lists-ids-in-the-other-order", |s| {
        if is(s, LIST_RESPONSE) {
            each_server(&mut s.octets, |server| server[4..8].reverse());
        }
    }),
    sends("informs-with-its-id-in-the-other-order", |s| {
        if is(s, PRESENCE)
            && let Some(id) = s.octets.get_mut(BODY + 12..BODY + 16)
        {
            id.reverse();
        }
    }),
    sends("sends-causes-in-the-other-order", |s| {
        if is(s, ERROR) {
            s.octets[BODY + 4..BODY + 6].reverse();
        }
    }),
    // Units and values.
    sends("sends-lives-in-milliseconds", |s| {
        in_element(s, 12..16, |field| scale(field, 1000))
    }),
    sends("removes-with-no-home", |s| {
        if is(s, UPDATE) && s.octets[BODY + 1] == 1 {
            in_element(s, 8..12, |field| field.fill(0));
        }
    }),
    sends("sends-the-checksum-before-the-last", |s| {
        if is(s, PRESENCE) {
            let sum = u64::from(s.octets[BODY + 4]) << 8 | u64::from(s.octets[BODY + 5]);
            let now = s.memory.get(&b"now"[..]).copied().unwrap_or(0xffff);
            let mut before = s.memory.get(&b"before"[..]).copied().unwrap_or(0xffff);
            if now != sum {
                before = now;
                s.memory.insert(b"now".to_vec(), sum);
                s.memory.insert(b"before".to_vec(), before);
            }
            s.octets[BODY + 4..BODY + 6].copy_from_slice(&(before as u16).to_be_bytes());
        }
    }),
    sends("keeps-its-largest-checksum", |s| {
        if is(s, PRESENCE) {
            let sum = u64::from(s.octets[BODY + 4]) << 8 | u64::from(s.octets[BODY + 5]);
            let known = *s.memory.entry(b"sum".to_vec()).or_insert(sum);
            if known != 0xffff && sum == 0xffff {
                s.octets[BODY + 4..BODY + 6].copy_from_slice(&(known as u16).to_be_bytes());
            } else {
                s.memory.insert(b"sum".to_vec(), sum);
            }
        }
    }),
    sends("asks-strangers-without-the-reply-flag", |s| {
        if is(s, PRESENCE) && flag(s, 1) {
            s.octets[1] = 0;
        }
    }),
    // Lengths.
    sends("counts-too-little", |s| {
        if s.ppid == ENRP && s.octets.len() > 20 {
            s.octets[3] = s.octets[3].wrapping_sub(4);
        }
    }),
    sends("omits-the-header-in-lengths", |s| {
        if s.ppid == ENRP {
            let length = (s.octets.len() - 4) as u16;
            s.octets[2..4].copy_from_slice(&length.to_be_bytes());
        }
    }),
    sends("counts-padding-of-handles", |s| {
        if is(s, UPDATE) {
            let size = parameter_size(&s.octets[UPDATED..]) as u16;
            s.octets[UPDATED + 2..UPDATED + 4].copy_from_slice(&size.to_be_bytes());
        }
    }),
    // Entries that get lost.
    sends("loses-the-last-pe-of-each-table", |s| {
        if is(s, TABLE_RESPONSE) && s.octets[1] & 2 == 0 {
            lose_last(&mut s.octets);
        }
    }),
    sends("loses-the-last-server-of-lists", |s| {
        if is(s, LIST_RESPONSE) && s.octets.len() >= BODY + 48 {
            let end = s.octets.len() - 24;
            s.octets.truncate(end);
            fix_length(s);
        }
    }),
    sends("inverts-m", |s| {
        if is(s, TABLE_RESPONSE) {
            s.octets[1] ^= 2;
        }
    }),
    sends("quotes-the-header-alone", |s| {
        if is(s, ERROR) && s.octets.len() > BODY + 12 {
            s.octets.truncate(BODY + 12);
            s.octets[BODY + 3] = 12;
            s.octets[BODY + 7] = 8;
            fix_length(s);
        }
    }),
    // Answers to the wrong association, or late.
    sends("sends-tables-to-the-neighbours", |s| {
        stray(s, TABLE_RESPONSE)
    }),
    sends("sends-errors-to-the-neighbours", |s| stray(s, ERROR)),
    sends("answers-presences-after-ten-seconds", |s| {
        if s.octets.get(RECEIVER..BODY) != Some(&[0; 4]) && !flag(s, 1) {
            late(s, PRESENCE);
        }
    }),
    sends("announces-after-ten-seconds", |s| late(s, UPDATE)),
    // Messages that it misreads.
    receives("takes-a-rejected-list-for-an-empty-one", |r| {
        if is_received(r, LIST_RESPONSE) {
            r.octets[1] = 0;
        }
        true
    }),
    receives("reads-m-at-the-place-of-r", |r| {
        if is_received(r, TABLE_RESPONSE) && r.octets[1] == 2 {
            r.octets[1] = 1;
            r.octets.truncate(BODY);
            set_length(&mut r.octets);
        }
        true
    }),
    receives("sees-no-reply-required", |r| {
        if is_received(r, PRESENCE) {
            r.octets[1] = 0;
        }
        true
    }),
    receives("reads-one-server-of-each-list", |r| {
        if is_received(r, LIST_RESPONSE) && r.octets.len() > BODY + 24 {
            let first = parameter_size(&r.octets[BODY..]);
            r.octets.truncate(BODY + first);
            set_length(&mut r.octets);
        }
        true
    }),
    receives("loses-the-last-pe-of-parts-with-m", |r| {
        if is_received(r, TABLE_RESPONSE) && r.octets[1] & 2 != 0 {
            lose_last(&mut r.octets);
        }
        true
    }),
    receives("reads-ports-in-the-other-order", |r| {
        in_added(r, 20..22, |field| field.reverse())
    }),
    receives("reads-homes-in-the-other-order", |r| {
        in_added(r, 8..12, |field| field.reverse())
    }),
    receives("reads-lives-in-the-other-order", |r| {
        in_added(r, 12..16, |field| field.reverse())
    }),
    receives("keeps-the-first-values-of-a-pe", |r| {
        if is_received(r, UPDATE) && r.octets.get(BODY + 1) == Some(&0) {
            let at = element_at(&r.octets);
            let id = r.octets.get(at + 4..at + 8).unwrap_or_default();
            let key = [&b"first"[..], id].concat();
            let known = r.memory.keys().find(|known| known.starts_with(&key));
            match known {
                Some(known) => r.octets = known[key.len()..].to_vec(),
                None => drop(r.memory.insert([&key[..], &r.octets].concat(), 1)),
            }
        }
        true
    }),
    receives("reads-checksums-in-the-other-order", |r| {
        if is_received(r, PRESENCE) && r.octets.len() >= BODY + 8 {
            r.octets[BODY + 4..BODY + 6].reverse();
        }
        true
    }),
    receives("takes-every-target-for-the-sender", |r| {
        if r.ppid == ENRP
            && r.octets.first() == Some(&TAKEOVER_SERVER)
            && r.octets.len() >= BODY + 4
        {
            swap(&mut r.octets, SENDER, BODY);
        }
        true
    }),
    both(
        "answers-with-the-first-receiver",
        |s| {
            let kinds = [LIST_RESPONSE, TABLE_RESPONSE, INIT_TAKEOVER_ACK, ERROR];
            if s.ppid == ENRP && kinds.contains(&s.octets[0]) {
                let to = u32::from_be_bytes(s.octets[RECEIVER..BODY].try_into().expect("4 octets"));
                let first = *s.memory.entry(b"to".to_vec()).or_insert(to.into());
                s.octets[RECEIVER..BODY].copy_from_slice(&(first as u32).to_be_bytes());
            }
        },
        |_| true,
    ),
];

fn swap(octets: &mut [u8], one: usize, other: usize) {
    for at in 0..4 {
        octets.swap(one + at, other + at);
    }
}

fn swap_ids(sent: &mut Sent, kind: u8) {
    if is(sent, kind) && sent.octets[RECEIVER..BODY] != [0; 4] {
        swap(&mut sent.octets, SENDER, RECEIVER);
    }
}

/// Changes a field of the Pool Element of an ENRP_HANDLE_UPDATE.
fn in_element(sent: &mut Sent, field: std::ops::Range<usize>, change: fn(&mut [u8])) {
    if is(sent, UPDATE) {
        let at = element_at(&sent.octets);
        if let Some(field) = sent.octets.get_mut(at + field.start..at + field.end) {
            change(field);
        }
    }
}

/// Changes a field of the Pool Element of an ENRP_HANDLE_UPDATE that comes.
fn in_added(r: &mut Received, field: std::ops::Range<usize>, change: fn(&mut [u8])) -> bool {
    if is_received(r, UPDATE) {
        let at = element_at(&r.octets);
        if let Some(field) = r.octets.get_mut(at + field.start..at + field.end) {
            change(field);
        }
    }
    true
}

fn scale(field: &mut [u8], by: i32) {
    let value = i32::from_be_bytes((&*field).try_into().expect("4 octets"));
    field.copy_from_slice(&value.saturating_mul(by).to_be_bytes());
}

fn each_server(octets: &mut [u8], change: fn(&mut [u8])) {
    let mut at = BODY;
    while let Some(rest) = octets.get_mut(at..).filter(|rest| rest.len() >= 8) {
        change(rest);
        at += parameter_size(rest);
    }
}

/// Removes the last Pool Element of a table that has another one in front of it.
fn lose_last(octets: &mut Vec<u8>) {
    let (mut at, mut last, mut before) = (BODY, BODY, 0);
    while let Some(rest) = octets.get(at..).filter(|rest| rest.len() >= 4) {
        before = rest[1];
        let size = parameter_size(rest);
        (last, at) = (at, at + size);
    }
    if last > BODY && before == 0x0a {
        octets.truncate(last);
        set_length(octets);
    }
}

fn stray(sent: &mut Sent, kind: u8) {
    if is(sent, kind) {
        sent.strays = true;
        sent.copies = 0;
    }
}

fn late(sent: &mut Sent, kind: u8) {
    if is(sent, kind) {
        sent.delay = Duration::from_secs(10);
    }
}

/// Mutants with a case and the requirement that it must see broken: another one would be the wrong one to mend.
pub(crate) const SEEN: &[(&str, &str, &str)] = &[
    (
        "swaps-the-ids-of-errors",
        "rfc5353/2.10/error-of-the-target",
        "R5353_2_1_1",
    ),
    (
        "swaps-the-ids-of-lists",
        "rfc5353/2.6/list-of-the-target",
        "R5353_2_1_1",
    ),
    (
        "swaps-the-ids-of-tables",
        "rfc5353/2.3/table-of-the-target",
        "R5353_2_1_1",
    ),
    (
        "swaps-the-ids-of-table-requests",
        "rfc5353/2.2/table-request-of-an-audit",
        "R5353_2_1_1",
    ),
    (
        "swaps-the-ids-of-acks",
        "rfc5353/2.8/acknowledgement-of-the-target",
        "R5353_2_1_1",
    ),
    (
        "swaps-the-ids-of-presences",
        "rfc5353/2.1/presence-of-the-target",
        "R5353_2_1_1",
    ),
    (
        "swaps-sender-and-target",
        "rfc5353/2.7/init-takeover-of-the-target",
        "R5353_2_1_1",
    ),
    (
        "swaps-sender-and-target-of-acks",
        "rfc5353/2.8/acknowledgement-of-the-target",
        "R5353_2_8_2",
    ),
    (
        "acknowledges-the-takeover-of-the-initiator",
        "rfc5353/2.8/acknowledgement-of-the-target",
        "R5353_2_8_2",
    ),
    (
        "informs-with-the-id-of-the-receiver",
        "rfc5353/2.1/presence-of-the-target",
        "R5353_2_1_4",
    ),
    (
        "answers-with-the-first-receiver",
        "rfc5353/2.6/list-of-the-target",
        "R5353_2_1_13",
    ),
    (
        "sends-the-id-0",
        "rfc5353/2.1/server-id-is-kept",
        "R5353_2_1_5",
    ),
    (
        "takes-another-id-after-twenty-seconds",
        "rfc5353/2.1/server-id-is-kept",
        "R5353_2_1_6",
    ),
    (
        "informs-with-its-id-in-the-other-order",
        "rfc5353/2/fields-are-in-network-byte-order",
        "R5353_2_2",
    ),
    (
        "sends-lives-in-the-other-order",
        "rfc5353/2/fields-are-in-network-byte-order",
        "R5353_2_2",
    ),
    (
        "sends-ports-of-pes-in-the-other-order",
        "rfc5353/2/fields-are-in-network-byte-order",
        "R5353_2_2",
    ),
    (
        "sends-homes-in-the-other-order",
        "rfc5353/2.4/update-of-the-target",
        "R5353_3_3_2_4",
    ),
    (
        "sends-lives-in-milliseconds",
        "rfc5353/2.4/update-of-the-target",
        "R5353_3_3_2_4",
    ),
    (
        "removes-with-no-home",
        "rfc5353/2.4/update-of-the-target",
        "R5353_3_3_2_4",
    ),
    (
        "sends-checksums-in-the-other-order",
        "rfc5353/3.6.2/checksum-covers-the-own-pes",
        "R5353_3_6_2_1",
    ),
    (
        "sends-the-checksum-before-the-last",
        "rfc5353/3.6.2/checksum-follows-every-change",
        "R5353_3_6_2_3",
    ),
    (
        "keeps-its-largest-checksum",
        "rfc5353/3.6.2/checksum-follows-every-change",
        "R5353_3_6_2_3",
    ),
    (
        "asks-strangers-without-the-reply-flag",
        "rfc5353/3.4.1/unknown-registrar-is-asked-for-its-presence",
        "R5353_3_4_1_2",
    ),
    (
        "counts-padding-of-handles",
        "rfc5353/2.4/update-of-the-target-with-padding",
        "R5353_3_3_1_5",
    ),
    (
        "omits-the-header-in-lengths",
        "rfc5353/2.5/list-request-of-the-target",
        "R5353_2_5_1",
    ),
    (
        "loses-the-last-pe-of-each-table",
        "rfc5353/3.2.3/table-is-complete",
        "R5353_3_2_3_4",
    ),
    (
        "inverts-m",
        "rfc5353/3.2.3/large-table-comes-in-parts",
        "R5353_2_3_2",
    ),
    (
        "quotes-the-header-alone",
        "rfc5353/2.10/error-of-the-target",
        "R5354_3_12_3_1",
    ),
    (
        "sends-tables-to-the-neighbours",
        "rfc5353/3.2.3/table-is-complete",
        "R5353_3_2_3_1",
    ),
    (
        "answers-presences-after-ten-seconds",
        "rfc5353/3.4.3/presence-that-requires-a-reply-is-answered",
        "R5353_3_4_3_1",
    ),
    (
        "sees-no-reply-required",
        "rfc5353/3.4.3/presence-that-requires-a-reply-is-answered",
        "R5353_3_4_3_1",
    ),
    (
        "announces-after-ten-seconds",
        "rfc5353/3.3.1/registration-is-announced",
        "R5353_3_3_1_3",
    ),
    (
        "reads-one-server-of-each-list",
        "rfc5353/2.6/list-of-every-form",
        "R5353_3_2_2_2_5",
    ),
    (
        "reads-m-at-the-place-of-r",
        "rfc5353/3.2.3/download-in-parts",
        "R5353_3_2_3_9",
    ),
    (
        "reads-ports-in-the-other-order",
        "rfc5353/2.4/update-with-every-transport",
        "R5353_3_3_1_6",
    ),
    (
        "reads-lives-in-the-other-order",
        "rfc5353/2.4/update-with-every-life",
        "R5353_3_3_1_6",
    ),
    (
        "reads-homes-in-the-other-order",
        "rfc5353/3.3.1/add-pe-changes-the-home",
        "R5353_3_3_1_9",
    ),
    (
        "keeps-the-first-values-of-a-pe",
        "rfc5353/3.3.1/add-pe-replaces-a-pe",
        "R5353_3_3_1_9",
    ),
    (
        "reads-checksums-in-the-other-order",
        "rfc5353/3.6.1/checksum-that-agrees-leads-to-no-action",
        "R5353_3_6_1_5",
    ),
];

/// Mutants with cases whose requirement they do not break: the case is inconclusive on them.
pub(crate) const NOT_BROKEN: &[(&str, &str)] = &[
    (
        "informs-with-the-id-of-the-receiver",
        "rfc5353/2/fields-are-in-network-byte-order",
    ),
    (
        "sends-lives-in-milliseconds",
        "rfc5353/2/fields-are-in-network-byte-order",
    ),
    (
        "sees-no-reply-required",
        "rfc5353/2.1/padding-of-a-checksum-is-ignored",
    ),
    (
        "sees-no-reply-required",
        "rfc5353/2.1/presence-of-18-or-20-octets-is-accepted",
    ),
    (
        "sees-no-reply-required",
        "rfc5353/2.1/unknown-parameter-in-a-presence",
    ),
    (
        "sends-tables-to-the-neighbours",
        "rfc5353/2.2/undefined-flags-are-ignored",
    ),
    (
        "sends-tables-to-the-neighbours",
        "rfc5353/2.1/message-to-receiver-0-is-accepted",
    ),
];
