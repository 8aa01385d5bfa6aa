//! Mutants for the cases about ENRP (RFC 5353): the bundled registrar with one fault towards its peers.
//!
//! They edit octets at the offsets of RFC 5353 §2, so that they share no codec with the judge and none with the
//! registrar.

mod fields;
mod forms;
mod hostile;
pub(crate) mod lawful;
pub(crate) mod lawful_procedures;
mod layout;
mod misread;
mod missing;
pub(crate) mod plausible;
mod reports;
mod state;
mod takeover;
mod timers;
mod unasked;
mod well_formed;

use super::lawful::Lawful;
use super::mutants::{both, receives, sends};
use rspcheck_adapters::fault::{Fault, Memory, Received, Sent};

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

/// Returns all mutants.
pub(crate) fn all() -> impl Iterator<Item = &'static Fault> {
    let parts = [
        missing::ALL,
        plausible::ALL,
        unasked::ALL,
        fields::ALL,
        forms::ALL,
        layout::ALL,
        misread::ALL,
        timers::ALL,
        hostile::ALL,
        takeover::ALL,
        state::ALL,
        crate::several::ALL,
        reports::ALL,
    ];
    parts.into_iter().flatten()
}

/// Returns all lawful variants.
pub(crate) fn lawful_variants() -> impl Iterator<Item = &'static Lawful> {
    lawful::ALL.iter().chain(lawful_procedures::ALL)
}

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

/// Returns the low octet of the Update Action of an ENRP_HANDLE_UPDATE.
fn received_action(received: &mut Received) -> Option<u8> {
    let update = is_received(received, UPDATE);
    let action = received.octets.get(BODY + 1).copied();
    action.filter(|_| update)
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
    let unknown =
        received_action(received).is_some() && received.octets[BODY..BODY + 2] > [0, 1][..];
    if unknown {
        received.octets[BODY..BODY + 2].copy_from_slice(&[0, action]);
    }
    true
}

fn target_of_takeover(received: &mut Received, target: u32) -> bool {
    if is_received(received, INIT_TAKEOVER)
        && let Some(field) = received.octets.get_mut(BODY..BODY + 4)
    {
        field.copy_from_slice(&target.to_be_bytes());
    }
    true
}

fn rival(received: &mut Received, id: u32) -> bool {
    if is_received(received, INIT_TAKEOVER) {
        received.octets[SENDER..RECEIVER].copy_from_slice(&id.to_be_bytes());
    }
    true
}

/// Changes the highest octet of the type of an unknown parameter, anywhere in a message of a peer.
fn retype(received: &mut Received, from: &[u8], to: [u8; 2]) -> bool {
    let unknown = |window: &[u8]| {
        from.contains(&window[0]) && [0xff, 0xfe].contains(&window[1]) && window[2..4] == [0, 8]
    };
    let at = received.octets.windows(8).position(unknown);
    if let Some(at) = at.filter(|at| *at >= BODY && received.ppid == ENRP) {
        received.octets[at..at + 2].copy_from_slice(&to);
    }
    true
}
