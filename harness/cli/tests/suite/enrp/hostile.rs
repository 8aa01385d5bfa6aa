//! Registrars that break down when a peer floods them.

use super::{BODY, ENRP, LIST_REQUEST, TABLE_REQUEST, both, is, listed, sends};
use rspcheck_adapters::fault::{Fault, Memory, Received, Sent};

/// Messages of peers that they bear. A long message counts as several.
const PATIENCE: u64 = 90;
/// Octets for which a long message counts once more.
const LONG: usize = 400;
/// Number of table requests that one of them sends at once.
const OUTBURST: usize = 400;

/// Number of requests instead of one.
const STORM: usize = 30;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    both("ignores-registrations-after-a-flood", served, |r| {
        note(r);
        !(exhausted(&r.memory) && has_served(&r.memory) && is_registration(r))
    }),
    both(
        "rejects-registrations-after-a-flood",
        |s| {
            if exhausted(&s.memory) && has_served(&s.memory) && is_response(s) {
                s.octets[1] |= 1;
            }
            served(s);
        },
        bears,
    ),
    both(
        "resolves-to-other-pes-after-a-flood",
        |s| {
            if exhausted(&s.memory) {
                listed(s, 4);
            }
        },
        bears,
    ),
    both(
        "ignores-peers-after-a-flood",
        |_| {},
        |r| {
            note(r);
            !(exhausted(&r.memory) && r.ppid == ENRP)
        },
    ),
    sends("storms-its-mentor", |s| {
        if is(s, LIST_REQUEST) || is(s, TABLE_REQUEST) {
            s.copies = STORM;
        }
    }),
    both(
        "repeats-table-requests-after-a-flood",
        |s| {
            let first = exhausted(&s.memory) && is(s, TABLE_REQUEST);
            if first && s.memory.insert(b"outburst".to_vec(), 1).is_none() {
                s.copies = OUTBURST;
            }
        },
        bears,
    ),
];

/// Notes a message of a peer, and lets it pass.
fn bears(received: &mut Received) -> bool {
    note(received);
    true
}

fn note(received: &mut Received) {
    if received.ppid == ENRP && received.octets.len() >= BODY {
        let weight = 1 + received.octets.len() / LONG;
        *received.memory.entry(b"flood".to_vec()).or_default() += weight as u64;
    }
}

fn exhausted(memory: &Memory) -> bool {
    memory
        .get(&b"flood"[..])
        .is_some_and(|messages| *messages > PATIENCE)
}

/// Notes that a registration was answered: a case that cannot register first sees nothing else.
fn served(sent: &mut Sent) {
    if is_response(sent) {
        sent.memory.insert(b"served".to_vec(), 1);
    }
}

fn has_served(memory: &Memory) -> bool {
    memory.contains_key(&b"served"[..])
}

fn is_response(sent: &Sent) -> bool {
    sent.ppid != ENRP && sent.octets.first() == Some(&0x03)
}

fn is_registration(received: &Received) -> bool {
    received.ppid != ENRP && received.octets.first() == Some(&0x01)
}
