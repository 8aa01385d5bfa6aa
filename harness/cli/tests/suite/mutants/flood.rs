//! Registrars that break down when a PE or a PU floods them.

use super::{both, lists, sends};
use rspcheck_adapters::fault::{Fault, Memory, Received};

/// Registrations and reports that they bear.
const PATIENCE: u64 = 80;
/// Keep-alives instead of one.
const MANY: usize = 100;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    both(
        "ignores-registrations-after-a-flood-of-asap",
        |_| {},
        |r| {
            note(r);
            !(is_exhausted(&r.memory) && r.first() == Some(&0x01))
        },
    ),
    both(
        "rejects-registrations-after-a-flood-of-asap",
        |s| {
            if is_exhausted(&s.memory) && s.octets.first() == Some(&0x03) {
                s.octets[1] |= 1;
            }
        },
        bears,
    ),
    both(
        "lists-one-pe-after-a-flood-of-asap",
        |s| {
            if is_exhausted(&s.memory) {
                lists(s, |list| list.truncate(1));
            }
        },
        bears,
    ),
    sends("multiplies-keep-alives", |s| {
        if s.octets.first() == Some(&0x07) {
            s.copies = MANY;
        }
    }),
];

fn bears(received: &mut Received) -> bool {
    note(received);
    true
}

fn note(received: &mut Received) {
    if matches!(received.first(), Some(0x01 | 0x09)) {
        *received.memory.entry(b"flood".to_vec()).or_default() += 1;
    }
}

fn is_exhausted(memory: &Memory) -> bool {
    memory
        .get(&b"flood"[..])
        .is_some_and(|messages| *messages > PATIENCE)
}
