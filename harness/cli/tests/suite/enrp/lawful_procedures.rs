//! Lawful variants of the procedures: the bundled registrar that acts at another moment, more often, or in another
//! order than it does by itself.

use super::{
    BODY, ENRP, INIT_TAKEOVER, INIT_TAKEOVER_ACK, LIST_REQUEST, PRESENCE, RECEIVER, SENDER,
    TABLE_REQUEST, TAKEOVER_SERVER, both, flag, is, receives, sends, settings,
};
use crate::lawful::{Lawful, lawful};
use rspcheck_adapters::fault::{Injected, Received, Sent};
use std::time::Duration;

/// ASAP_ENDPOINT_KEEP_ALIVE (RFC 5352 §2.2.7).
const KEEP_ALIVE: u8 = 0x07;

/// All of them.
pub(crate) const ALL: &[Lawful] = &[
    // RFC 5353 §3.2.2.1: any of the configured peers can be the mentor.
    lawful(settings("picks-the-last-peer-as-its-mentor", |config| {
        config.enrp.peers.reverse();
    })),
    // No section limits the time from the start to the first request.
    lawful(sends("begins-its-requests-late", |s| {
        let begins = is(s, TABLE_REQUEST) && !flag(s, 1) && s.at < Duration::from_secs(1);
        if is(s, LIST_REQUEST) || begins {
            s.delay = Duration::from_millis(1500);
        }
    })),
    // RFC 5353 §3.2.2.2, §3.2.3: "a few seconds" before a rejected request is repeated.
    lawful(settings("repeats-rejected-requests-soon", |config| {
        config.enrp.mentor_retry /= 3;
    })),
    // A registrar that looks at its peers every few seconds finds a silent one some seconds later.
    lawful(settings("looks-at-its-peers-from-time-to-time", |config| {
        config.enrp.max_time_last_heard += Duration::from_secs(4);
        config.enrp.max_time_no_response += Duration::from_millis(700);
    })),
    // RFC 5353 §3.4.2 (E34): the period of heartbeats can vary by a tenth.
    lawful(sends("varies-its-heartbeats", |s| {
        if is_heartbeat(s) {
            let tenths = s.assoc.unwrap_or(0) / 2 + s.at.as_secs() / 7;
            s.delay = Duration::from_millis(300 * (tenths % 8));
        }
    })),
    // RFC 5353 §3.4.2 demands an ENRP_PRESENCE in each cycle; it does not forbid others.
    lawful(sends("announces-its-presence-twice", |s| {
        if is_heartbeat(s) {
            s.copies = 2;
        }
    })),
    // RFC 5353 §2.1: a registrar may require a reply at any time. It does not monitor the target of a takeover.
    lawful(both(
        "asks-for-presences-beside-the-heartbeat",
        |s| {
            let monitors = !s.memory.contains_key(&peer_over(s.assoc.unwrap_or(0))[..]);
            if is_heartbeat(s) && monitors {
                let mut question = s.octets.clone();
                question[1] |= 1;
                s.extra.push(question);
            }
        },
        |r| {
            note_target(r);
            true
        },
    ))
    // The peer of this case answers the further questions, so it is not silent.
    .hides(&["rfc5353/3.5.1/answer-after-the-limit-stops-the-takeover"]),
    // RFC 5353 §3.4.3 demands one question; nothing forbids its repetition.
    lawful(sends("repeats-its-questions", |s| {
        if is(s, PRESENCE) && flag(s, 1) {
            s.copies = 2;
        }
    })),
    // RFC 5353 §3.5.1: the target announces its ENRP_PRESENCE; the flag in it is not prescribed.
    lawful(both(
        "requires-replies-to-its-objection",
        |s| {
            let objects = s.memory.get(&b"objects"[..]) == Some(&(s.at.as_millis() as u64));
            if is_heartbeat(s) && objects {
                s.octets[1] |= 1;
            }
        },
        |r| {
            if r.ppid == ENRP && r.octets.first() == Some(&INIT_TAKEOVER) {
                r.memory
                    .insert(b"objects".to_vec(), r.at.as_millis() as u64);
            }
            true
        },
    )),
    // RFC 5353 §3.5.2: the keep-alives to the PEs taken over have no deadline, and RFC 5355 §2.14.3 limits their rate.
    lawful(sends("claims-its-pes-one-by-one", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&KEEP_ALIVE) && s.octets[1] & 1 == 1 {
            let nth = *s
                .memory
                .entry(b"claimed".to_vec())
                .and_modify(|n| *n += 1)
                .or_insert(0);
            s.delay = Duration::from_millis(800 * (nth % 5));
        }
    }))
    // The bundled registrar removes a PE whose keep-alive is held back for longer than its timeout.
    .alone(),
    // RFC 5353 §3.5.1: the arbitration can be announced again, as long as it lasts.
    lawful(sends("announces-its-takeovers-three-times", |s| {
        if is(s, INIT_TAKEOVER) || is(s, TAKEOVER_SERVER) {
            s.copies = 3;
        }
    })),
    // RFC 5353 §3.5.1: "neither the target server nor is in its own takeover process" (E58).
    lawful(sends("acknowledges-no-takeover-during-its-own", |s| {
        if is(s, INIT_TAKEOVER) || is(s, TAKEOVER_SERVER) {
            let lasts = u64::from(s.octets[0] == INIT_TAKEOVER);
            s.memory.insert(b"takes over".to_vec(), lasts);
        }
        if is(s, INIT_TAKEOVER_ACK) && s.memory.get(&b"takes over"[..]) == Some(&1) {
            let own = s.octets[SENDER..RECEIVER] < s.octets[RECEIVER..BODY];
            s.copies = usize::from(own);
        }
    }))
    .deviates(&["rfc5353/3.5.1/initiator-acknowledges-the-takeover-of-another-target"]),
    // Where the target is unknown, it has no status to be marked (E39).
    lawful(both(
        "acknowledges-takeovers-of-its-peers-alone",
        |s| {
            let target = s.octets.get(BODY..BODY + 4).unwrap_or_default();
            let known = [&b"over"[..], target].concat();
            if is(s, INIT_TAKEOVER_ACK) && !s.memory.contains_key(&known) {
                s.copies = 0;
            }
        },
        |r| {
            note_target(r);
            true
        },
    ))
    .deviates(&["rfc5353/3.5.1/takeover-of-an-unknown-registrar-is-acknowledged"]),
    // RFC 5353 §3.6: a registrar verifies its handlespace periodically, at moments of its own.
    lawful(receives("audits-the-initiator-after-a-takeover", |r| {
        if r.ppid == ENRP && r.octets.len() >= BODY && r.octets[0] == TAKEOVER_SERVER {
            audit(r);
        }
        true
    })),
    // As before; that an equal PE checksum leads to no action has no key word.
    lawful(receives("audits-at-every-presence", |r| {
        let checksum = r.octets.get(BODY..BODY + 4) == Some(&[0, 0xf, 0, 6]);
        if r.ppid == ENRP && r.octets[0] == PRESENCE && checksum {
            r.octets[BODY + 4] ^= 0x5a;
        }
        true
    }))
    .deviates(DEVIATIONS)
    .hides(CHECKSUMS)
    // Each of several registrars would download again and again.
    .alone(),
];

/// Cases that an audit without a cause deviates in.
const DEVIATIONS: &[&str] = &[
    // The plain form that the case compares with has a PE checksum.
    "rfc5353/2.1/presence-without-checksum-is-accepted",
    "rfc5353/3.5.2/checksum-of-the-initiator-follows-the-takeover",
    "rfc5353/3.6.1/checksum-that-agrees-leads-to-no-action",
    "rfc5353/3.6.3/large-resynchronisation",
];

/// Cases that see the PE checksum of a peer by the audits that it leads to.
const CHECKSUMS: &[&str] = &[
    "rfc5353/3.3.1/many-updates",
    "rfc5353/3.3.1/pe-that-moves-to-the-target",
    "rfc5353/3.5.2/many-pes-are-taken-over",
    "rfc5353/3.6.2/checksum-of-odd-handles-agrees",
];

/// Returns true for an ENRP_PRESENCE to all peers that requires no reply.
fn is_heartbeat(sent: &Sent) -> bool {
    is(sent, PRESENCE) && !flag(sent, 1) && sent.octets.get(RECEIVER..BODY) == Some(&[0; 4])
}

/// Returns the key under which an association has the target of a takeover at its other end.
fn peer_over(assoc: u64) -> Vec<u8> {
    [&b"not active"[..], &assoc.to_be_bytes()].concat()
}

/// Notes which peer each association leads to, and the targets of the takeovers of other registrars.
fn note_target(received: &mut Received) {
    if received.ppid != ENRP || received.octets.len() < BODY + 4 {
        return;
    }
    let sender = received.octets[SENDER..RECEIVER].to_vec();
    let assoc = received.assoc;
    let over = [&b"over"[..], &sender].concat();
    received.memory.insert(over, assoc);
    if received.octets[0] == INIT_TAKEOVER {
        let target = [&b"over"[..], &received.octets[BODY..BODY + 4]].concat();
        if let Some(assoc) = received.memory.get(&target).copied() {
            received.memory.insert(peer_over(assoc), 1);
        }
    }
}

/// Lets the registrar find a PE checksum of the sender that differs.
fn audit(received: &mut Received) {
    let mut presence = vec![PRESENCE, 0, 0, 18];
    presence.extend_from_slice(&received.octets[SENDER..BODY]);
    presence.extend([0, 0xf, 0, 6, 0x12, 0x34, 0, 0]);
    received.injected.push(Injected {
        at: received.at + Duration::from_millis(50),
        assoc: received.assoc,
        octets: presence,
    });
}
