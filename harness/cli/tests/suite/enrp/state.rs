//! Registrars that keep a wrong record of what has happened before.

use super::{
    BODY, ENRP, INIT_TAKEOVER, INIT_TAKEOVER_ACK, PRESENCE, RECEIVER, SENDER, TABLE_RESPONSE,
    TAKEOVER_SERVER, UPDATE, action, both, count, element_at, fix_length, flag, is, parameter_size,
    sends,
};
use rspcheck_adapters::fault::{Fault, Injected, Received, Sent};

/// ASAP_ENDPOINT_KEEP_ALIVE (RFC 5352 §2.2.7).
const KEEP_ALIVE: u8 = 0x07;
/// Number of PEs of a dead peer that one of them claims.
const CLAIMS: u64 = 60;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    sends("sends-the-checksum-of-its-last-presence", |s| {
        if is(s, PRESENCE) {
            let sum = u64::from(s.octets[BODY + 4]) << 8 | u64::from(s.octets[BODY + 5]);
            let key = [&b"sum"[..], &s.assoc.unwrap_or(0).to_be_bytes()].concat();
            let last = s.memory.insert(key, sum).unwrap_or(sum);
            s.octets[BODY + 4..BODY + 6].copy_from_slice(&(last as u16).to_be_bytes());
        }
    }),
    sends("stops-its-heartbeats-after-a-takeover", |s| {
        note_takeover(s);
        if has_taken_over(s) && is(s, PRESENCE) && !flag(s, 1) && is_to_all(s) {
            s.copies = 0;
        }
    }),
    sends("monitors-its-peers-up-to-the-first-takeover", |s| {
        note_takeover(s);
        let monitors = is(s, PRESENCE) && flag(s, 1) || is(s, INIT_TAKEOVER);
        if has_taken_over(s) && monitors {
            s.copies = 0;
        }
    }),
    both("counts-acks-of-stopped-takeovers", repeat_acks, |r| {
        if is_from_peer(r, INIT_TAKEOVER_ACK) {
            let key = [&b"ack"[..], &r.octets].concat();
            let assoc = r.assoc;
            r.memory.insert(key, assoc);
        }
        true
    }),
    sends("claims-sixty-pes", |s| {
        let claims = s.ppid != ENRP && s.octets.first() == Some(&KEEP_ALIVE);
        if claims && s.octets[1] & 1 == 1 && count(s, b"claims") > CLAIMS {
            s.copies = 0;
        }
    }),
    both(
        "loses-its-place-in-a-table-when-a-pe-goes",
        skip_an_entry,
        |r| {
            if is_from_peer(r, UPDATE) && r.octets[BODY + 1] == 1 {
                r.memory.insert(b"gone".to_vec(), 1);
            }
            true
        },
    ),
    both("counts-a-pe-for-its-last-home", restore_home, |r| {
        if is_from_peer(r, UPDATE) && r.octets[BODY + 1] == 0 {
            let assoc = r.assoc;
            let key = [&b"added"[..], &pe_of(&r.octets), &r.octets].concat();
            r.memory.insert(key, assoc);
        }
        true
    }),
    sends("answers-one-question-of-each-peer", |s| {
        let answers = is(s, PRESENCE) && !flag(s, 1) && !is_to_all(s);
        let peer = s.octets.get(RECEIVER..BODY).unwrap_or_default().to_vec();
        if answers && count(s, &peer) > 1 {
            s.copies = 0;
        }
    }),
    sends("acknowledges-each-takeover-once", |s| {
        let ack = s.octets.clone();
        if is(s, INIT_TAKEOVER_ACK) && count(s, &ack) > 1 {
            s.copies = 0;
        }
    }),
    both(
        "objects-once",
        |s| {
            if s.ppid == ENRP {
                let own = s.octets[SENDER..RECEIVER].to_vec();
                s.memory.insert([&b"own"[..], &own].concat(), 1);
            }
        },
        |r| {
            if !is_from_peer(r, INIT_TAKEOVER) {
                return true;
            }
            let own = [&b"own"[..], &r.octets[BODY..BODY + 4]].concat();
            !r.memory.contains_key(&own) || r.memory.insert(b"objected".to_vec(), 1).is_none()
        },
    ),
];

fn is_to_all(sent: &Sent) -> bool {
    sent.octets.get(RECEIVER..BODY) == Some(&[0; 4])
}

fn note_takeover(sent: &mut Sent) {
    if is(sent, TAKEOVER_SERVER) {
        sent.memory.insert(b"taken over".to_vec(), 1);
    }
}

fn has_taken_over(sent: &Sent) -> bool {
    !is(sent, TAKEOVER_SERVER) && sent.memory.contains_key(&b"taken over"[..])
}

/// Returns true for a message of a peer of this type, server IDs included.
fn is_from_peer(received: &Received, kind: u8) -> bool {
    received.ppid == ENRP
        && received.octets.first() == Some(&kind)
        && received.octets.len() >= BODY + 4
}

/// Lets the acknowledgements of an earlier takeover count for one that begins.
fn repeat_acks(sent: &mut Sent) {
    if !is(sent, INIT_TAKEOVER) {
        return;
    }
    for (key, assoc) in &sent.memory {
        let Some(ack) = key.strip_prefix(b"ack") else {
            continue;
        };
        sent.injected.push(Injected {
            at: sent.at,
            assoc: *assoc,
            octets: ack.to_vec(),
        });
    }
}

/// Returns the PE Identifier of an ENRP_HANDLE_UPDATE.
fn pe_of(octets: &[u8]) -> Vec<u8> {
    let at = element_at(octets) + 4;
    octets.get(at..at + 4).unwrap_or_default().to_vec()
}

/// Lets the addition of a PE by a peer follow that by the registrar itself.
fn restore_home(sent: &mut Sent) {
    if !is(sent, UPDATE) || action(sent) != Some(0) {
        return;
    }
    let added = [&b"added"[..], &pe_of(&sent.octets)].concat();
    for (key, assoc) in &sent.memory {
        if let Some(octets) = key.strip_prefix(&added[..]) {
            sent.injected.push(Injected {
                at: sent.at,
                assoc: *assoc,
                octets: octets.to_vec(),
            });
        }
    }
}

/// Leaves out the first PE of a further part of a table, if a PE has been removed since the part before.
fn skip_an_entry(sent: &mut Sent) {
    if is(sent, UPDATE) && action(sent) == Some(1) {
        sent.memory.insert(b"gone".to_vec(), 1);
    }
    if !is(sent, TABLE_RESPONSE) {
        return;
    }
    let gone = sent.memory.remove(&b"gone"[..]).is_some();
    let more = u64::from(flag(sent, 2));
    let further = sent.memory.insert(b"more".to_vec(), more) == Some(1);
    let pool = BODY + sent.octets.get(BODY..).map_or(0, parameter_size);
    if let Some(first) = sent.octets.get(pool..).filter(|_| gone && further) {
        let end = (pool + parameter_size(first)).min(sent.octets.len());
        sent.octets.drain(pool..end);
        fix_length(sent);
    }
}
