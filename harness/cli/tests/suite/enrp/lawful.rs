//! Lawful variants towards peers: the bundled registrar with a behaviour that RFC 5353 allows as well.

use super::well_formed::is_well_formed;
use super::{
    BODY, ENRP, ERROR, INIT_TAKEOVER, LIST_REQUEST, LIST_RESPONSE, PRESENCE, RECEIVER, SENDER,
    TABLE_REQUEST, TABLE_RESPONSE, TAKEOVER_SERVER, UPDATE, UPDATED, both, element_at, fix_length,
    flag, is, parameter_size, receives, sends, set_length, settings,
};
use crate::lawful::{Lawful, lawful};
use rspcheck_adapters::fault::{Received, Sent};
use std::time::Duration;

/// Time in milliseconds for which a download without an answer counts as under way.
const DOWNLOAD: u64 = 5000;

/// All lawful variants towards peers.
pub(crate) const ALL: &[Lawful] = &[
    // RFC 5353 §2.1: the Receiving Server's ID of a message to one registrar may be 0.
    lawful(sends("addresses-no-receiver", |s| {
        if s.ppid == ENRP {
            s.octets[RECEIVER..BODY].fill(0);
        }
    })),
    // RFC 5353 §2.1: Server Information is optional in an ENRP_PRESENCE that answers none.
    lawful(sends("sends-information-in-answers-only", |s| {
        let to_all = s.octets.get(RECEIVER..BODY) == Some(&[0; 4]);
        if is(s, PRESENCE) && (to_all || flag(s, 1)) {
            s.octets.truncate(BODY + 8);
            s.octets[2..4].copy_from_slice(&18u16.to_be_bytes());
        }
    })),
    // RFC 5354 §3.4: an SCTP Transport has one or more addresses of either family.
    lawful(sends("has-three-addresses", |s| {
        if let Some(transport) = own_transport(s) {
            s.octets.extend([0, 1, 0, 8, 203, 0, 113, 9]);
            s.octets.extend([0, 2, 0, 20, 0x20, 1, 0xd, 0xb8]);
            s.octets.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
            s.octets[BODY + 8 + 3] += 28;
            s.octets[transport + 3] += 28;
            fix_length(s);
        }
    }))
    // The registrars of a case with several have no such addresses.
    .alone(),
    // The Transport Use of a registrar has no meaning in any RFC.
    lawful(sends("is-for-data-and-control", |s| {
        if let Some(transport) = own_transport(s) {
            s.octets[transport + 7] = 1;
        }
    })),
    // 0x0000 and 0xffff are the same number in the arithmetic of RFC 1071 (E46).
    lawful(sends("sends-the-other-zero", |s| {
        if is(s, PRESENCE) && s.octets[BODY + 4..BODY + 6] == [0xff, 0xff] {
            s.octets[BODY + 4..BODY + 6].fill(0);
        }
    })),
    // RFC 5353 §2.3: a pool entry has one or more PEs, and a pool can have several entries.
    lawful(sends("gives-each-pe-an-entry-of-its-own", |s| {
        if is(s, TABLE_RESPONSE) {
            entries_of_one(&mut s.octets);
        }
    })),
    // The RFC prescribes no order of the entries.
    lawful(sends("lists-the-last-entry-first", |s| {
        if is(s, TABLE_RESPONSE) {
            entries_of_one(&mut s.octets);
            reverse_entries(&mut s.octets);
        }
    })),
    // RFC 5353 §3.2.3: a mentor can send a handlespace in as many parts as it likes.
    lawful(settings("sends-one-pe-in-each-part", |config| {
        config.enrp.max_table_elements = 1;
    })),
    // A list need not have the registrar that sends it, nor the one that asks (E19).
    lawful(sends("lists-third-parties-alone", |s| {
        if is(s, LIST_RESPONSE) {
            let own = [SENDER, RECEIVER].map(|at| s.octets[at..at + 4].to_vec());
            let mut servers = parameters_from(&s.octets, BODY);
            servers.retain(|server| !own.iter().any(|id| server[4..8] == id[..]));
            s.octets.truncate(BODY);
            s.octets.extend(servers.concat());
            fix_length(s);
        }
    })),
    // The life of a PE ends at its Home ENRP server; what is left of it is as true as the whole.
    lawful(sends("sends-what-is-left-of-lives", |s| {
        match s.octets.first() {
            Some(&UPDATE) if s.ppid == ENRP => shorten_life(&mut s.octets, UPDATED),
            Some(&TABLE_RESPONSE) if s.ppid == ENRP => shorten_life(&mut s.octets, BODY),
            _ => {}
        }
    })),
    // No section requires an answer or an announcement in less than some hundred milliseconds.
    lawful(sends("takes-its-time", |s| {
        // The network refuses more than it has room for, so tables are sent when the registrar sends them.
        if s.ppid == ENRP && s.octets[0] != TABLE_RESPONSE {
            s.delay = Duration::from_millis(400);
        }
    })),
    // A repeated announcement changes nothing.
    lawful(sends("repeats-announcements", |s| {
        let kinds = [UPDATE, INIT_TAKEOVER, TAKEOVER_SERVER];
        if s.ppid == ENRP && kinds.contains(&s.octets[0]) {
            s.copies = 2;
        }
    }))
    .deviates(&["rfc5353/3.3.1/registration-is-announced"]),
    // RFC 5353 §2.5: a list request is "normally" sent at the start, and later ones are not excluded.
    lawful(sends("asks-for-lists-later-too", |s| {
        if is(s, PRESENCE) && flag(s, 1) {
            let mut request = vec![LIST_REQUEST, 0, 0, 12];
            request.extend_from_slice(&s.octets[SENDER..BODY]);
            s.extra.push(request);
        }
    })),
    // RFC 5353 §3.4.1: it makes itself known before it asks.
    lawful(sends("introduces-itself-before-it-asks", |s| {
        let first = s.memory.insert(b"introduced".to_vec(), 1).is_none();
        if is(s, LIST_REQUEST) && first {
            let mut presence = vec![PRESENCE, 1, 0, 18];
            presence.extend_from_slice(&s.octets[SENDER..BODY]);
            presence.extend([0, 0xf, 0, 6, 0xff, 0xff, 0, 0]);
            s.extra.push(std::mem::replace(&mut s.octets, presence));
        }
    })),
    // RFC 5353 §3.2.3: a registrar that is synchronising itself can reject a table request.
    lawful(both(
        "rejects-table-requests-while-it-synchronises",
        |s| {
            if is(s, TABLE_REQUEST) {
                s.memory.insert(b"synchronises".to_vec(), 1);
            }
            if is(s, TABLE_RESPONSE) && s.memory.contains_key(&b"synchronises"[..]) {
                s.octets.truncate(BODY);
                s.octets[1] = 1;
                fix_length(s);
            }
        },
        |r| {
            let last = r.ppid == ENRP && r.octets.first() == Some(&TABLE_RESPONSE);
            if last && r.octets.get(1).is_some_and(|flags| flags & 2 == 0) {
                r.memory.remove(&b"synchronises"[..]);
            }
            true
        },
    ))
    .hides(&["rfc5353/3.6.3/crossing-resynchronisations"]),
    // The RFC leaves open what a new Home ENRP server announces (E44).
    lawful(both(
        "announces-the-pes-that-it-takes-over",
        announce_orphans,
        |r| {
            note_pe(r);
            true
        },
    )),
    // The RFCs prescribe no reaction to a malformed message.
    lawful(receives("aborts-after-malformed-messages-of-peers", |r| {
        r.aborts = is_malformed(r);
        true
    })),
    lawful(receives("drops-messages-to-other-receivers", |r| {
        !is_for_another(r)
    })),
    // RFC 5353 §2.10: an ENRP_ERROR reports "an operational error"; the RFC excludes none.
    lawful(both("reports-malformed-messages", name_the_error, |r| {
        let answerable = r.octets.len() >= BODY && r.octets[0] != ERROR && r.octets[0] < 0x10;
        if answerable && is_malformed(r) {
            // The engine reports an unknown message, and the cause becomes Unspecified Error.
            r.octets[0] |= 0x50;
            set_length(&mut r.octets);
        }
        true
    })),
    // RFC 5354 §3.12: an Operation Error has one or more causes.
    lawful(sends("gives-peers-a-second-cause", |s| {
        if is(s, ERROR) {
            let size = s.octets.len().next_multiple_of(4);
            s.octets.resize(size, 0);
            s.octets.extend([0, 0, 0, 4]);
            let length = (s.octets.len() - BODY) as u16;
            s.octets[BODY + 2..BODY + 4].copy_from_slice(&length.to_be_bytes());
            fix_length(s);
        }
    }))
    .hides(&["rfc5353/2.10/length-of-an-error-excludes-its-padding"]),
    // RFC 5354 §4: "should never pad with more than 3 bytes" has no key word.
    lawful(sends("pads-by-four-more-octets-to-peers", |s| {
        if s.ppid == ENRP {
            s.octets.extend([0; 4]);
        }
    }))
    .deviates(&["monitor/padding-size"])
    .alone(),
    // RFC 5354 §3: a receiver skips the parameter.
    lawful(sends("adds-extensions", |s| {
        let kinds = [PRESENCE, TABLE_RESPONSE, UPDATE, LIST_RESPONSE, ERROR];
        if s.ppid == ENRP && kinds.contains(&s.octets[0]) && s.octets.len().is_multiple_of(4) {
            s.octets.extend([0xbf, 0x01, 0, 8, 1, 2, 3, 4]);
            fix_length(s);
        }
    }))
    .deviates(&["monitor/extension-parameters"])
    .hides(&["rfc5353/2.10/length-of-an-error-excludes-its-padding"]),
    // An update that comes during the download can be dropped; the audit repairs it (E26).
    lawful(both(
        "drops-updates-while-it-downloads",
        |s| {
            if is(s, TABLE_REQUEST) && !flag(s, 1) {
                s.memory.insert(b"asked".to_vec(), s.at.as_millis() as u64);
            }
        },
        |r| {
            if r.ppid == ENRP && r.octets.first() == Some(&TABLE_RESPONSE) {
                r.memory.remove(&b"asked"[..]);
            }
            let asked = r.memory.get(&b"asked"[..]);
            let downloads = asked.is_some_and(|at| r.at.as_millis() as u64 <= at + DOWNLOAD);
            !(downloads && r.ppid == ENRP && r.octets.first() == Some(&UPDATE))
        },
    )),
];

// ---- what it sends ------------------------------------------------------------------------------

/// Returns the offset of the transport in the Server Information of an ENRP_PRESENCE.
fn own_transport(sent: &Sent) -> Option<usize> {
    let at = BODY + 16;
    (is(sent, PRESENCE) && sent.octets.len() > at).then_some(at)
}

/// Returns the parameters from here on, with their padding.
fn parameters_from(octets: &[u8], from: usize) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut at = from;
    while let Some(rest) = octets.get(at..).filter(|rest| rest.len() >= 4) {
        let size = parameter_size(rest).min(rest.len());
        found.push(rest[..size].to_vec());
        at += size;
    }
    found
}

/// Repeats the Pool Handle before each PE of a table.
fn entries_of_one(octets: &mut Vec<u8>) {
    let mut pool = Vec::new();
    let mut entries = Vec::new();
    for parameter in parameters_from(octets, BODY) {
        if parameter[..2] == [0, 9] {
            pool = parameter;
        } else {
            entries.extend_from_slice(&pool);
            entries.extend(parameter);
        }
    }
    octets.truncate(BODY);
    octets.extend(entries);
    set_length(octets);
}

/// Reverses the entries of a table, each of one PE.
fn reverse_entries(octets: &mut Vec<u8>) {
    let parameters = parameters_from(octets, BODY);
    octets.truncate(BODY);
    for entry in parameters.chunks(2).rev() {
        octets.extend(entry.concat());
    }
    set_length(octets);
}

/// Shortens the life of each PE by a second, unless it is infinite.
fn shorten_life(octets: &mut [u8], from: usize) {
    let mut at = from;
    while let Some(rest) = octets.get_mut(at..).filter(|rest| rest.len() >= 16) {
        if rest[..2] == [0, 0x0a] {
            let life = i32::from_be_bytes(rest[12..16].try_into().expect("4 octets"));
            if life > 1 {
                rest[12..16].copy_from_slice(&(life - 1).to_be_bytes());
            }
        }
        at += parameter_size(rest);
    }
}

/// Announces each PE of the target after an ENRP_TAKEOVER_SERVER.
fn announce_orphans(sent: &mut Sent) {
    if !is(sent, TAKEOVER_SERVER) {
        return;
    }
    let (own, gone) = (&sent.octets[SENDER..RECEIVER], &sent.octets[BODY..BODY + 4]);
    for key in sent.memory.keys() {
        let Some(update) = key.strip_prefix(b"pe") else {
            continue;
        };
        let home = element_at(update) + 8;
        if update.get(home..home + 4) == Some(gone) {
            let mut update = update.to_vec();
            update[SENDER..RECEIVER].copy_from_slice(own);
            update[RECEIVER..BODY].fill(0);
            update[home..home + 4].copy_from_slice(own);
            sent.extra.push(update);
        }
    }
}

/// Gives Unspecified Error as the cause of a report that quotes a malformed message.
fn name_the_error(sent: &mut Sent) {
    let quoted = sent
        .octets
        .get(BODY + 8)
        .is_some_and(|kind| (0x50..0x60).contains(kind));
    if is(sent, ERROR) && quoted && sent.octets[BODY + 5] == 2 {
        sent.octets.truncate(BODY);
        sent.octets.extend([0, 0x0c, 0, 8, 0, 0, 0, 4]);
        fix_length(sent);
    }
}

// ---- what it receives ---------------------------------------------------------------------------

/// Notes a PE that a peer announces.
fn note_pe(received: &mut Received) {
    let update = received.ppid == ENRP && received.octets.first() == Some(&UPDATE);
    if update && received.octets.get(BODY..BODY + 2) == Some(&[0, 0]) && is_well_formed(received) {
        let key = [&b"pe"[..], &received.octets].concat();
        received.memory.insert(key, 1);
    }
}

/// Returns true for a message of a peer that cannot be read as it is.
fn is_malformed(received: &Received) -> bool {
    let known = (PRESENCE..=ERROR).contains(&received.octets.first().copied().unwrap_or(0));
    received.ppid == ENRP && known && !is_well_formed(received) && !has_unknown(received)
}

/// Returns true if a message has a parameter of an unknown type at its end.
fn has_unknown(octets: &[u8]) -> bool {
    octets.windows(4).step_by(4).any(|header| {
        [0x3f, 0x7f, 0xbf, 0xff].contains(&header[0]) && [0xff, 0xfe].contains(&header[1])
    })
}

/// Returns true for a message whose Receiving Server's ID is neither 0 nor the one of the first message.
fn is_for_another(received: &mut Received) -> bool {
    let Some(to) = received
        .octets
        .get(RECEIVER..BODY)
        .filter(|_| received.ppid == ENRP)
    else {
        return false;
    };
    let to = u64::from(u32::from_be_bytes(to.try_into().expect("4 octets")));
    to != 0 && *received.memory.entry(b"own".to_vec()).or_insert(to) != to
}
