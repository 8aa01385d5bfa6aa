//! Mutants for the cases about ENRP (RFC 5353): the bundled registrar with one fault towards its peers.
//!
//! They edit octets at the offsets of RFC 5353 §2, so that they share no codec with the judge and none with the
//! registrar.

use super::mutants::{both, sends};
use rspcheck_adapters::fault::{Fault, Memory, Received, Sent};
use std::time::Duration;

/// PPID of ENRP (RFC 5353 §5.4).
const ENRP: u32 = 12;
const PRESENCE: u8 = 0x01;
const TABLE_REQUEST: u8 = 0x02;
const TABLE_RESPONSE: u8 = 0x03;
const UPDATE: u8 = 0x04;
const LIST_REQUEST: u8 = 0x05;
const LIST_RESPONSE: u8 = 0x06;
const INIT_TAKEOVER: u8 = 0x07;
const INIT_TAKEOVER_ACK: u8 = 0x08;
const TAKEOVER_SERVER: u8 = 0x09;
const ERROR: u8 = 0x0a;

/// Offset of the Sending Server's ID.
const SENDER: usize = 4;
/// Offset of the Receiving Server's ID.
const RECEIVER: usize = 8;
/// Offset of the Targeting Server's ID, the Update Action or the first parameter.
const BODY: usize = 12;
/// Offset of the Pool Handle parameter of an ENRP_HANDLE_UPDATE.
const UPDATED: usize = 16;

const fn receives(name: &'static str, received: fn(&mut Received) -> bool) -> Fault {
    both(name, |_| {}, received)
}

/// All mutants.
pub(crate) const ALL: &[Fault] = &[
    // Messages that are missing.
    sends("sends-no-presence", |s| drop_type(s, PRESENCE)),
    sends("sends-no-table-request", |s| drop_type(s, TABLE_REQUEST)),
    sends("sends-no-table-response", |s| drop_type(s, TABLE_RESPONSE)),
    sends("sends-no-update", |s| drop_type(s, UPDATE)),
    sends("sends-no-list-request", |s| drop_type(s, LIST_REQUEST)),
    sends("sends-no-list-response", |s| drop_type(s, LIST_RESPONSE)),
    sends("sends-no-init-takeover", |s| drop_type(s, INIT_TAKEOVER)),
    sends("sends-no-ack", |s| drop_type(s, INIT_TAKEOVER_ACK)),
    sends("sends-no-takeover-server", |s| {
        drop_type(s, TAKEOVER_SERVER)
    }),
    sends("sends-no-enrp-error", |s| drop_type(s, ERROR)),
    sends("requests-one-list-only", |s| once(s, LIST_REQUEST)),
    sends("requests-one-table-only", |s| once(s, TABLE_REQUEST)),
    sends("announces-a-pe-once", |s| {
        if is(s, UPDATE) && action(s) == Some(0) {
            let key = s.octets.get(UPDATED..).unwrap_or_default().to_vec();
            let handle = key.get(..20).unwrap_or_default().to_vec();
            let count = count(s, &handle);
            // The peers get their copies at once, so the copies of a later announcement have a later time.
            if s.memory
                .insert([&handle[..], b"at"].concat(), s.at.as_micros() as u64)
                != Some(s.at.as_micros() as u64)
                && count > 1
            {
                s.copies = 0;
            }
        }
    }),
    sends("announces-no-removal", |s| {
        if is(s, UPDATE) && action(s) == Some(1) {
            s.copies = 0;
        }
    }),
    sends("skips-the-first-peer", |s| skip_peer(s, 0)),
    sends("skips-the-second-peer", |s| skip_peer(s, 1)),
    sends("skips-the-third-peer", |s| skip_peer(s, 2)),
    sends("answers-no-registration", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x03) {
            s.copies = 0;
        }
    }),
    sends("resolves-nothing", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x06) {
            s.copies = 0;
        }
    }),
    sends("sends-no-keep-alive-to-orphans", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x07) {
            s.copies = 0;
        }
    }),
    // Messages without a cause: after each answer to an ENRP_PRESENCE.
    sends("chatters-presences", |s| chatter(s, PRESENCE, 8)),
    sends("chatters-table-requests", |s| chatter(s, TABLE_REQUEST, 0)),
    sends("chatters-updates", |s| {
        if is(s, PRESENCE) && !flag(s, 1) {
            let ids = s.octets[SENDER..BODY].to_vec();
            s.extra.push(update(&ids));
        }
    }),
    sends("chatters-init-takeovers", |s| chatter(s, INIT_TAKEOVER, 4)),
    sends("chatters-acks", |s| chatter(s, INIT_TAKEOVER_ACK, 4)),
    sends("chatters-takeover-servers", |s| {
        chatter(s, TAKEOVER_SERVER, 4)
    }),
    sends("chatters-enrp-errors", |s| {
        if (is(s, PRESENCE) && !flag(s, 1)) || is(s, LIST_RESPONSE) {
            let mut error = vec![ERROR, 0, 0, 20];
            error.extend_from_slice(&s.octets[SENDER..BODY]);
            error.extend([0, 0x0c, 0, 8, 0, 0, 0, 4]);
            s.extra.push(error);
        }
    }),
    sends("sends-everything-twice-to-peers", |s| {
        if s.ppid == ENRP {
            s.copies = 2;
        }
    }),
    sends("sends-everything-to-the-neighbours", |s| {
        if s.ppid == ENRP {
            s.strays = true;
        }
    }),
    sends("requests-the-table-before-the-list", |s| {
        if is(s, LIST_REQUEST) {
            let mut request = s.octets.clone();
            request[0] = TABLE_REQUEST;
            s.extra.push(request);
            s.delay = Duration::from_millis(20);
        }
    }),
    // Wrong fields.
    sends("sends-enrp-with-the-ppid-of-asap", |s| {
        if s.ppid == ENRP {
            s.ppid = 11;
        }
    }),
    sends("requires-a-reply-to-every-presence", |s| {
        set_flag(s, PRESENCE, 1)
    }),
    sends("never-requires-a-reply", |s| clear_flag(s, PRESENCE, 1)),
    sends("sends-presences-without-checksum", |s| {
        if is(s, PRESENCE) {
            s.octets.drain(BODY..BODY + 8);
            fix_length(s);
        }
    }),
    sends("sends-presences-without-information", |s| {
        if is(s, PRESENCE) {
            s.octets.truncate(BODY + 8);
            s.octets[2..4].copy_from_slice(&18u16.to_be_bytes());
        }
    }),
    sends("sends-another-id-in-its-information", |s| {
        if is(s, PRESENCE) && s.octets.len() > BODY + 16 {
            s.octets[BODY + 12] ^= 1;
        }
    }),
    sends("sends-wrong-checksums", |s| {
        if is(s, PRESENCE) {
            s.octets[BODY + 4] ^= 0x55;
        }
    }),
    sends("announces-as-another-registrar", |s| {
        flip(s, &[UPDATE], SENDER)
    }),
    sends("answers-as-another-registrar", |s| {
        if s.octets.get(RECEIVER..BODY) != Some(&[0; 4]) && !flag(s, 1) {
            flip(s, &[PRESENCE], SENDER);
        }
    }),
    sends("sends-updates-to-one-receiver", |s| {
        flip(s, &[UPDATE], RECEIVER)
    }),
    sends("names-another-target", |s| {
        flip(
            s,
            &[INIT_TAKEOVER, TAKEOVER_SERVER, INIT_TAKEOVER_ACK],
            BODY,
        );
    }),
    sends("initiates-as-another-registrar", |s| {
        flip(s, &[INIT_TAKEOVER], SENDER)
    }),
    sends("swaps-update-actions", |s| {
        if is(s, UPDATE) {
            s.octets[BODY + 1] ^= 1;
        }
    }),
    sends("updates-another-pool", |s| flip(s, &[UPDATE], UPDATED + 4)),
    sends("updates-with-another-life", |s| element(s, 12)),
    sends("updates-with-another-home", |s| element(s, 8)),
    sends("updates-with-another-port", |s| element(s, 20)),
    sends("updates-with-another-policy", |s| {
        if is(s, UPDATE)
            && let Some(at) = policy_of(&s.octets)
            && let Some(last) = s.octets.get_mut(at + 11)
        {
            *last ^= 1;
        }
    }),
    sends("requests-own-pes-only", |s| set_flag(s, TABLE_REQUEST, 1)),
    sends("requests-whole-tables", |s| clear_flag(s, TABLE_REQUEST, 1)),
    sends("rejects-every-list-request", |s| {
        set_flag(s, LIST_RESPONSE, 1)
    }),
    sends("rejects-no-list-request", |s| {
        clear_flag(s, LIST_RESPONSE, 1)
    }),
    sends("lists-no-registrar", |s| {
        if is(s, LIST_RESPONSE) {
            s.octets.truncate(BODY);
            fix_length(s);
        }
    }),
    sends("lists-registrars-without-address", |s| {
        if is(s, LIST_RESPONSE) && s.octets.len() >= BODY + 16 {
            // The transport of the first registrar becomes an Opaque Transport.
            s.octets[BODY + 8..BODY + 10].copy_from_slice(&[0, 0x10]);
        }
    }),
    sends("adds-a-registrar-to-every-list", |s| {
        if is(s, LIST_RESPONSE) {
            let registrar = [0, 0x0b, 0, 24, 1, 2, 3, 4, 0, 4, 0, 16, 0x26, 0xad, 0, 0];
            s.octets.extend(registrar);
            s.octets.extend([0, 1, 0, 8, 192, 0, 2, 9]);
            fix_length(s);
        }
    }),
    both("lists-registrars-for-ever", list_all, |r| {
        remember(r);
        true
    }),
    sends("rejects-every-table-request", |s| {
        set_flag(s, TABLE_RESPONSE, 1)
    }),
    sends("rejects-no-table-request", |s| {
        clear_flag(s, TABLE_RESPONSE, 1)
    }),
    sends("adds-an-entry-to-every-table", |s| {
        if is(s, TABLE_RESPONSE) {
            let ids = s.octets[SENDER..BODY].to_vec();
            s.octets.extend_from_slice(&update(&ids)[UPDATED..]);
            fix_length(s);
        }
    }),
    sends("has-always-more-to-send", |s| {
        set_flag(s, TABLE_RESPONSE, 2)
    }),
    sends("has-never-more-to-send", |s| {
        clear_flag(s, TABLE_RESPONSE, 2)
    }),
    sends("sends-empty-tables", |s| empty_table(s, 0)),
    sends("sends-one-table", |s| empty_table(s, 1)),
    sends("sends-a-pe-twice-in-a-table", |s| {
        if is(s, TABLE_RESPONSE) && s.octets.len() > 4000 {
            let element = element_length(&s.octets);
            let from = s.octets.len() - element;
            let last = s.octets[from..].to_vec();
            s.octets.extend(last);
            fix_length(s);
        }
    }),
    sends("reports-another-enrp-cause", |s| {
        flip(s, &[ERROR], BODY + 5)
    }),
    sends("clears-h-of-keep-alives", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x07) {
            s.octets[1] = 0;
        }
    }),
    sends("sends-keep-alives-as-another-registrar", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x07) {
            s.octets[4] ^= 1;
        }
    }),
    sends("resolves-to-other-homes", |s| listed(s, 8)),
    sends("resolves-to-other-pes", |s| listed(s, 4)),
    sends("resolves-with-other-policies", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x06) {
            every_policy(&mut s.octets, 11);
        }
    }),
    sends("resolves-with-another-policy-type", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x06) {
            every_policy(&mut s.octets, 7);
        }
    }),
    sends("rejects-registrations-with-peers", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x03) {
            s.octets[1] = 1;
        }
    }),
    // Messages that are misread.
    receives("answers-every-presence", |r| {
        if is_received(r, PRESENCE) {
            r.octets[1] |= 1;
        }
        true
    }),
    receives("ignores-additions", |r| {
        !(is_received(r, UPDATE) && r.octets[BODY + 1] == 0)
    }),
    receives("ignores-repeated-additions", |r| {
        if !is_received(r, UPDATE) || r.octets[BODY + 1] != 0 {
            return true;
        }
        let at = r.octets.get(UPDATED..).map_or(0, parameter_size) + UPDATED;
        let pe = r.octets.get(at + 4..at + 8).unwrap_or_default().to_vec();
        r.memory.insert(pe, 1).is_none()
    }),
    receives("ignores-removals", |r| {
        !(is_received(r, UPDATE) && r.octets[BODY + 1] == 1)
    }),
    receives("takes-removals-for-additions", |r| {
        if is_received(r, UPDATE) && r.octets[BODY + 1] == 1 {
            r.octets[BODY + 1] = 0;
        }
        true
    }),
    receives("takes-unknown-actions-for-additions", |r| {
        action_becomes(r, 0)
    }),
    receives("takes-unknown-actions-for-removals", |r| {
        action_becomes(r, 1)
    }),
    receives("reads-the-reserved-field", |r| {
        !(is_received(r, UPDATE) && r.octets[BODY + 2..UPDATED] != [0, 0])
    }),
    receives("ignores-messages-to-receiver-0", |r| {
        let group = r.octets.get(RECEIVER..BODY) == Some(&[0; 4]);
        !(group && (is_received(r, LIST_REQUEST) || is_received(r, TABLE_REQUEST)))
    }),
    receives("ignores-presences-without-information", |r| {
        !(is_received(r, PRESENCE) && r.octets.len() <= BODY + 8)
    }),
    receives("ignores-takeovers", |r| !is_received(r, TAKEOVER_SERVER)),
    receives("ignores-acks", |r| !is_received(r, INIT_TAKEOVER_ACK)),
    receives("takes-every-takeover-for-one-of-others", |r| {
        target_of_takeover(r, 0x7eff_ffff)
    }),
    receives("takes-every-rival-for-a-larger-one", |r| {
        rival(r, 0xffff_fffe)
    }),
    receives("takes-every-rival-for-a-smaller-one", |r| rival(r, 1)),
    receives("ignores-presences-during-takeovers", |r| {
        if is_received(r, INIT_TAKEOVER_ACK) || is_received(r, INIT_TAKEOVER) {
            return true;
        }
        !(is_received(r, PRESENCE) && r.at > Duration::from_secs(60))
    }),
    receives("reads-an-empty-list", |r| {
        if is_received(r, LIST_RESPONSE) {
            r.octets.truncate(BODY);
            set_length(&mut r.octets);
        }
        true
    }),
    receives("reads-an-empty-table", |r| {
        if is_received(r, TABLE_RESPONSE) {
            r.octets.truncate(BODY);
            set_length(&mut r.octets);
        }
        true
    }),
    receives("takes-a-rejected-table-for-an-empty-one", |r| {
        if is_received(r, TABLE_RESPONSE) {
            r.octets[1] &= !1;
        }
        true
    }),
    receives("takes-every-table-for-rejected", |r| {
        if is_received(r, TABLE_RESPONSE) && r.at > Duration::from_secs(1) {
            r.octets.truncate(BODY);
            r.octets[1] = 1;
            set_length(&mut r.octets);
        }
        true
    }),
    receives("reads-one-part-of-a-table", |r| {
        if is_received(r, TABLE_RESPONSE) {
            r.octets[1] &= !2;
        }
        true
    }),
    receives("reads-other-policies-in-tables", |r| {
        if is_received(r, TABLE_RESPONSE) && r.at > Duration::from_secs(1) {
            every_policy(&mut r.octets, 11);
        }
        true
    }),
    receives("answers-every-request-with-all-pes", |r| {
        if is_received(r, TABLE_REQUEST) {
            r.octets[1] = 0;
        }
        true
    }),
    receives("answers-every-request-with-its-own-pes", |r| {
        if is_received(r, TABLE_REQUEST) {
            r.octets[1] = 1;
        }
        true
    }),
    receives("skips-parameters-that-stop-a-message", |r| {
        retype(r, &[0x3f, 0x7f], 0xbf)
    }),
    receives("stops-at-parameters-that-are-skipped", |r| {
        retype(r, &[0xbf, 0xff], 0x3f)
    }),
    settings("beats-three-times-as-often", |config| {
        config.enrp.peer_heartbeat_cycle /= 3;
    }),
    settings("beats-a-third-as-often", |config| {
        config.enrp.peer_heartbeat_cycle *= 3;
    }),
    settings("asks-too-early", |config| {
        config.enrp.max_time_last_heard /= 4;
    }),
    settings("asks-too-late", |config| {
        config.enrp.max_time_last_heard *= 3;
    }),
    settings("waits-no-time-for-an-answer", |config| {
        config.enrp.max_time_no_response /= 20;
    }),
    settings("waits-too-long-for-an-answer", |config| {
        config.enrp.max_time_no_response *= 20;
    }),
    settings("waits-too-long-for-a-table", |config| {
        config.enrp.table_request_timeout *= 20;
    }),
    settings("keeps-downloads-for-ever", |config| {
        config.enrp.table_session_timeout *= 100;
    }),
];

const fn settings(
    name: &'static str,
    settings: fn(&mut rspcheck_adapters::fault::Config),
) -> Fault {
    Fault {
        settings,
        ..both(name, |_| {}, |_| true)
    }
}

// ---- reading ------------------------------------------------------------------------------------

fn is(sent: &Sent, kind: u8) -> bool {
    sent.ppid == ENRP && sent.octets.first() == Some(&kind)
}

/// Returns true for an ENRP message of this type. ASAP messages of the same type have no server IDs: they are
/// distinguished by the association, which a peer has used for an ENRP_PRESENCE.
fn is_received(received: &mut Received, kind: u8) -> bool {
    let key = [&b"peer"[..], &received.assoc.to_be_bytes()].concat();
    let octets = &received.octets;
    let looks_like_presence =
        octets.first() == Some(&PRESENCE) && octets.get(12..16) == Some(&[0, 0xf, 0, 6]);
    let looks_like_list =
        octets.first() == Some(&LIST_RESPONSE) || octets.first() == Some(&TABLE_RESPONSE);
    let known = received.memory.contains_key(&key);
    if looks_like_presence || looks_like_list {
        received.memory.insert(key, 1);
    }
    (known
        || looks_like_presence
        || looks_like_list
        || kind == LIST_REQUEST && octets.len() == BODY)
        && received.octets.first() == Some(&kind)
        && received.octets.len() >= BODY
}

fn flag(sent: &Sent, mask: u8) -> bool {
    sent.octets.get(1).is_some_and(|flags| flags & mask != 0)
}

fn action(sent: &Sent) -> Option<u8> {
    sent.octets.get(BODY + 1).copied()
}

fn count(sent: &mut Sent, key: &[u8]) -> u64 {
    let count = sent.memory.entry(key.to_vec()).or_default();
    *count += 1;
    *count
}

/// Returns the size of the parameter at the beginning of these octets, its padding included.
fn parameter_size(octets: &[u8]) -> usize {
    let length = octets
        .get(2..4)
        .map_or(4, |l| usize::from(u16::from_be_bytes([l[0], l[1]])));
    length.next_multiple_of(4).max(4)
}

/// Returns the offset of the Pool Element of an ENRP_HANDLE_UPDATE.
fn element_at(octets: &[u8]) -> usize {
    UPDATED + octets.get(UPDATED..).map_or(0, parameter_size)
}

/// Returns the offset of the policy in the Pool Element of an ENRP_HANDLE_UPDATE.
fn policy_of(octets: &[u8]) -> Option<usize> {
    let transport = element_at(octets) + 16;
    let policy = transport + parameter_size(octets.get(transport..)?);
    (octets.get(policy..policy + 2)? == [0, 8]).then_some(policy)
}

/// Returns the size of the last Pool Element of a table whose elements have one size.
fn element_length(octets: &[u8]) -> usize {
    let mut at = BODY;
    let mut last = 0;
    while let Some(rest) = octets.get(at..).filter(|rest| rest.len() >= 4) {
        if rest[..2] == [0, 0x0a] {
            last = parameter_size(rest);
        }
        at += parameter_size(rest);
    }
    last
}

// ---- editing ------------------------------------------------------------------------------------

fn drop_type(sent: &mut Sent, kind: u8) {
    if is(sent, kind) {
        sent.copies = 0;
    }
}

/// Drops all messages of a type but the first.
fn once(sent: &mut Sent, kind: u8) {
    if is(sent, kind) && count(sent, &[kind]) > 1 {
        sent.copies = 0;
    }
}

/// Drops the announcements to one peer, by the order in which the peers got their first message.
fn skip_peer(sent: &mut Sent, nth: u64) {
    let Some(assoc) = sent.assoc.filter(|_| sent.ppid == ENRP) else {
        return;
    };
    let key = [&b"rank"[..], &assoc.to_be_bytes()].concat();
    let ranks = sent
        .memory
        .keys()
        .filter(|key| key.starts_with(b"rank"))
        .count() as u64;
    let rank = *sent.memory.entry(key).or_insert(ranks);
    let announcement = [PRESENCE, UPDATE, INIT_TAKEOVER, TAKEOVER_SERVER].contains(&sent.octets[0]);
    let group = sent.octets.get(RECEIVER..BODY) == Some(&[0; 4]);
    if rank == nth && announcement && group {
        sent.copies = 0;
    }
}

/// Sends further messages of a type after each answer to an ENRP_PRESENCE: eight ENRP_PRESENCE, else one message of
/// this type with `more` octets behind the server IDs.
fn chatter(sent: &mut Sent, kind: u8, more: u8) {
    if !is(sent, PRESENCE) || flag(sent, 1) {
        return;
    }
    if kind == PRESENCE {
        sent.extra = vec![sent.octets.clone(); more.into()];
        return;
    }
    let mut octets = vec![kind, 0, 0, 12 + more];
    octets.extend_from_slice(&sent.octets[SENDER..BODY]);
    octets.extend(std::iter::repeat_n(7, more.into()));
    sent.extra.push(octets);
}

/// Returns an ENRP_HANDLE_UPDATE (ADD_PE) about a PE that does not exist, with these server IDs.
fn update(ids: &[u8]) -> Vec<u8> {
    let mut octets = vec![UPDATE, 0, 0, 0];
    octets.extend_from_slice(ids);
    octets.extend([0, 0, 0, 0]);
    octets.extend([0, 9, 0, 8, b'n', b'o', b'n', b'e']);
    octets.extend([0, 0x0a, 0, 40, 1, 2, 3, 4]);
    octets.extend_from_slice(&ids[..4]);
    octets.extend([
        0, 0, 1, 0, 0, 4, 0, 16, 0, 80, 0, 0, 0, 1, 0, 8, 192, 0, 2, 9,
    ]);
    octets.extend([0, 8, 0, 8, 0, 0, 0, 1]);
    set_length(&mut octets);
    octets
}

fn set_length(octets: &mut [u8]) {
    let length = octets.len() as u16;
    octets[2..4].copy_from_slice(&length.to_be_bytes());
}

fn fix_length(sent: &mut Sent) {
    set_length(&mut sent.octets);
}

fn set_flag(sent: &mut Sent, kind: u8, mask: u8) {
    if is(sent, kind) {
        sent.octets[1] |= mask;
    }
}

fn clear_flag(sent: &mut Sent, kind: u8, mask: u8) {
    if is(sent, kind) {
        sent.octets[1] &= !mask;
    }
}

/// Changes an octet of all messages of these types.
fn flip(sent: &mut Sent, kinds: &[u8], at: usize) {
    if sent.ppid == ENRP
        && kinds.contains(&sent.octets[0])
        && let Some(octet) = sent.octets.get_mut(at)
    {
        *octet ^= 1;
    }
}

/// Changes an octet of the Pool Element of an ENRP_HANDLE_UPDATE, at an offset from its header.
fn element(sent: &mut Sent, offset: usize) {
    if is(sent, UPDATE) {
        let at = element_at(&sent.octets) + offset;
        if let Some(octet) = sent.octets.get_mut(at) {
            *octet ^= 1;
        }
    }
}

/// Changes an octet of every listed Pool Element of an ASAP_HANDLE_RESOLUTION_RESPONSE.
fn listed(sent: &mut Sent, offset: usize) {
    if sent.ppid == ENRP || sent.octets.first() != Some(&0x06) {
        return;
    }
    let mut at = 4;
    while let Some(rest) = sent.octets.get_mut(at..).filter(|rest| rest.len() >= 12) {
        if rest[..2] == [0, 0x0a] {
            rest[offset] ^= 1;
        }
        at += parameter_size(rest);
    }
}

/// Changes an octet of every policy parameter in these octets, at an offset from its header.
fn every_policy(octets: &mut [u8], offset: usize) {
    let policy = |window: &[u8]| window[..3] == [0, 8, 0] && (8..=16).contains(&window[3]);
    let found: Vec<usize> = octets
        .windows(8)
        .step_by(4)
        .enumerate()
        .filter(|(_, window)| policy(window))
        .map(|(at, _)| 4 * at)
        .collect();
    for at in found {
        if usize::from(octets[at + 3]) > offset
            && let Some(octet) = octets.get_mut(at + offset)
        {
            *octet ^= 1;
        }
    }
}

/// Empties the tables after the first `full` complete ones.
fn empty_table(sent: &mut Sent, full: u64) {
    if !is(sent, TABLE_RESPONSE) {
        return;
    }
    let before = sent.memory.get(&b"tables"[..]).copied().unwrap_or_default();
    if !flag(sent, 2) {
        *sent.memory.entry(b"tables".to_vec()).or_default() += 1;
    }
    if before >= full {
        sent.octets.truncate(BODY);
        sent.octets[1] = 0;
        fix_length(sent);
    }
}

/// Remembers the server ID and the address of a registrar, as its ENRP_PRESENCE gives them.
fn remember(received: &mut Received) {
    if !is_received(received, PRESENCE) || received.octets.len() < BODY + 32 {
        return;
    }
    let octets = &received.octets[BODY + 8..];
    let id = octets[4..8].to_vec();
    let (port, address) = (&octets[12..14], &octets[20..24]);
    let value = [&[0, 0], port, address].concat();
    let value = u64::from_be_bytes(value.try_into().expect("8 octets"));
    received.memory.insert([&b"known"[..], &id].concat(), value);
}

/// Lists all registrars that were ever known.
fn list_all(sent: &mut Sent) {
    if !is(sent, LIST_RESPONSE) {
        return;
    }
    let known: Memory = sent.memory.clone();
    for (key, value) in &known {
        let Some(id) = key.strip_prefix(b"known") else {
            continue;
        };
        let value = value.to_be_bytes();
        sent.octets.extend([0, 0x0b, 0, 24]);
        sent.octets.extend_from_slice(id);
        sent.octets.extend([0, 4, 0, 16]);
        sent.octets.extend_from_slice(&value[2..4]);
        sent.octets.extend([0, 0, 0, 1, 0, 8]);
        sent.octets.extend_from_slice(&value[4..8]);
    }
    fix_length(sent);
}

fn action_becomes(received: &mut Received, action: u8) -> bool {
    if is_received(received, UPDATE) && received.octets[BODY + 1] == 2 {
        received.octets[BODY + 1] = action;
    }
    true
}

fn target_of_takeover(received: &mut Received, target: u32) -> bool {
    if is_received(received, INIT_TAKEOVER) {
        received.octets[BODY..BODY + 4].copy_from_slice(&target.to_be_bytes());
    }
    true
}

fn rival(received: &mut Received, id: u32) -> bool {
    if is_received(received, INIT_TAKEOVER) {
        received.octets[SENDER..RECEIVER].copy_from_slice(&id.to_be_bytes());
    }
    true
}

/// Changes the highest octet of the type of an unknown parameter at the end of an ENRP_HANDLE_UPDATE.
fn retype(received: &mut Received, from: &[u8], to: u8) -> bool {
    if is_received(received, UPDATE) {
        let at = received.octets.len() - 8;
        if from.contains(&received.octets[at]) && received.octets[at + 2..at + 4] == [0, 8] {
            received.octets[at] = to;
        }
    }
    true
}
