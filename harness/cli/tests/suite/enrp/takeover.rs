//! Registrars whose record of takeovers and audits is wrong.

use super::{
    BODY, ENRP, INIT_TAKEOVER, INIT_TAKEOVER_ACK, PRESENCE, RECEIVER, SENDER, TABLE_REQUEST,
    TAKEOVER_SERVER, UPDATE, both, count, is, receives, sends,
};
use rspcheck_adapters::fault::{Fault, Injected, Memory, Received, Sent};
use std::time::Duration;

/// Time after which a message of the same type belongs to another announcement.
const APART: Duration = Duration::from_secs(1);

/// All of them.
pub(super) const ALL: &[Fault] = &[
    both("counts-an-ack-for-all-targets", note_target, |r| {
        if is_from_peer(r, INIT_TAKEOVER_ACK) {
            for target in noted(&r.memory, b"target") {
                let mut ack = r.octets.clone();
                ack[BODY..BODY + 4].copy_from_slice(&target);
                inject(r, ack);
            }
        }
        true
    }),
    receives("counts-an-ack-for-all-peers", |r| {
        note_peer(r);
        if is_from_peer(r, INIT_TAKEOVER_ACK) {
            for peer in noted(&r.memory, b"peer-id") {
                let mut ack = r.octets.clone();
                ack[SENDER..RECEIVER].copy_from_slice(&peer);
                inject(r, ack);
            }
        }
        true
    }),
    both(
        "takes-over-at-the-next-heartbeat",
        |s| {
            note_target(s);
            // Without the ACKs, but not before the announcement of the takeover has reached all.
            if is(s, PRESENCE)
                && let Some(target) = noted(&s.memory, b"target").first()
            {
                let mut declared = vec![TAKEOVER_SERVER, 0, 0, 16];
                declared.extend_from_slice(&s.octets[SENDER..BODY]);
                declared.extend_from_slice(target);
                s.extra.push(declared);
            }
        },
        |_| true,
    ),
    sends("initiates-one-takeover-only", |s| {
        if is(s, INIT_TAKEOVER) {
            let first = *s.memory.entry(b"first".to_vec()).or_insert(micros(s.at));
            if micros(s.at) > first + micros(APART) {
                s.copies = 0;
            }
        }
    }),
    both(
        "compares-server-ids-as-signed-numbers",
        |s| {
            if s.ppid == ENRP {
                let own = number(&s.octets[SENDER..RECEIVER]);
                s.memory.insert(b"own".to_vec(), own.into());
            }
        },
        |r| {
            let own = r.memory.get(&b"own"[..]).map(|own| *own as u32);
            if let Some(own) = own.filter(|_| is_from_peer(r, INIT_TAKEOVER)) {
                let rival = number(&r.octets[SENDER..RECEIVER]);
                let larger = (rival as i32) > (own as i32);
                if larger != (rival > own) {
                    let id: u32 = if larger { u32::MAX } else { 1 };
                    r.octets[SENDER..RECEIVER].copy_from_slice(&id.to_be_bytes());
                }
            }
            true
        },
    ),
    sends("acknowledges-one-initiator-only", |s| {
        if is(s, INIT_TAKEOVER_ACK) {
            let initiator = number(&s.octets[RECEIVER..BODY]).into();
            let target = [&b"acked"[..], &s.octets[BODY..BODY + 4]].concat();
            if *s.memory.entry(target).or_insert(initiator) != initiator {
                s.copies = 0;
            }
        }
    }),
    sends("claims-the-pes-of-the-neighbours", |s| {
        s.strays = s.ppid != ENRP && s.octets.first() == Some(&0x07);
    }),
    sends("audits-once", |s| {
        if is(s, TABLE_REQUEST) && count(s, b"tables requested") > 2 {
            s.copies = 0;
        }
    }),
    receives("neither-removes-nor-audits", |r| {
        let removal = is_from_peer(r, UPDATE) && r.octets[BODY + 1] == 1;
        let heartbeat = is_from_peer(r, PRESENCE) && r.octets[1] & 1 == 0;
        !(removal || heartbeat)
    }),
];

/// Returns true for a message of a peer of this type, server IDs included.
fn is_from_peer(received: &Received, kind: u8) -> bool {
    received.ppid == ENRP
        && received.octets.first() == Some(&kind)
        && received.octets.len() >= BODY + 4
}

fn inject(received: &mut Received, octets: Vec<u8>) {
    received.injected.push(Injected {
        at: received.at,
        assoc: received.assoc,
        octets,
    });
}

/// Notes the target of an ENRP_INIT_TAKEOVER that the registrar sends.
fn note_target(sent: &mut Sent) {
    if is(sent, INIT_TAKEOVER) {
        note(&mut sent.memory, b"target", &sent.octets[BODY..BODY + 4]);
    }
}

/// Notes the sender of an ENRP_PRESENCE.
fn note_peer(received: &mut Received) {
    if is_from_peer(received, PRESENCE) {
        let id = received.octets[SENDER..RECEIVER].to_vec();
        note(&mut received.memory, b"peer-id", &id);
    }
}

fn note(memory: &mut Memory, what: &[u8], id: &[u8]) {
    memory.insert([what, id].concat(), 1);
}

/// Returns the server IDs that were noted.
fn noted(memory: &Memory, what: &[u8]) -> Vec<[u8; 4]> {
    let ids = memory.keys().filter_map(|key| key.strip_prefix(what));
    ids.filter_map(|id| id.try_into().ok()).collect()
}

fn number(octets: &[u8]) -> u32 {
    octets
        .iter()
        .fold(0, |number, octet| number << 8 | u32::from(*octet))
}

fn micros(span: Duration) -> u64 {
    span.as_micros() as u64
}
