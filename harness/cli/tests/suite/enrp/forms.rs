//! Registrars that do not take every legal form of a message, or that take malformed ones.

use super::well_formed::{is_well_formed, parameters};
use super::{
    BODY, ENRP, ERROR, LIST_REQUEST, LIST_RESPONSE, PRESENCE, RECEIVER, SENDER, TABLE_REQUEST,
    TABLE_RESPONSE, UPDATE, UPDATED, both, is_received, parameter_size, receives, set_length,
};
use rspcheck_adapters::fault::{Fault, Memory, Received, Sent};

/// ASAP_REGISTRATION and ASAP_HANDLE_RESOLUTION.
const REGISTRATION: u8 = 0x01;
const HANDLE_RESOLUTION: u8 = 0x05;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    // After something unusual they serve less.
    both("ignores-pus-after-odd-messages", note_own_id, |r| {
        !(is_after_odd_message(r) && is_asap(r, HANDLE_RESOLUTION))
    }),
    both("serves-one-pu-after-odd-messages", note_own_id, |r| {
        if !(is_after_odd_message(r) && is_asap(r, HANDLE_RESOLUTION)) {
            return true;
        }
        let first = *r.memory.entry(b"first pu".to_vec()).or_insert(r.assoc);
        first == r.assoc
    }),
    both("ignores-pes-after-odd-messages", note_own_id, |r| {
        !(is_after_odd_message(r) && is_asap(r, REGISTRATION))
    }),
    both("ignores-peers-after-odd-messages", note_own_id, |r| {
        !(is_after_odd_message(r) && is_received(r, LIST_REQUEST))
    }),
    // Malformed messages have an effect.
    receives("adds-the-pe-of-a-malformed-update", |r| repair_update(r, 0)),
    receives("removes-the-pe-of-a-malformed-update", |r| {
        repair_update(r, 1)
    }),
    receives("takes-another-table-for-a-malformed-one", |r| {
        if r.ppid == ENRP && r.octets.first() == Some(&TABLE_RESPONSE) && !is_well_formed(&r.octets)
        {
            let ids = r.memory.get(&b"table"[..]).copied().unwrap_or_default();
            let handle = pool_in(&r.octets).unwrap_or(*b"rspcheck-0000000000000000000");
            r.octets = added(&ids.to_be_bytes(), &handle, 0x0102_0304, 0);
            r.octets[0] = TABLE_RESPONSE;
            r.octets.drain(BODY..UPDATED);
            set_length(&mut r.octets);
        } else if r.ppid == ENRP && r.octets.len() >= BODY {
            let ids = r.octets[SENDER..BODY].try_into().expect("8 octets");
            r.memory.insert(b"table".to_vec(), u64::from_be_bytes(ids));
        }
        true
    }),
    receives("ignores-lengths-of-messages", |r| {
        if r.ppid == ENRP && r.octets.len() >= BODY {
            set_length(&mut r.octets);
        }
        true
    }),
    // Legal forms are not taken.
    receives("drops-undefined-flags-of-peers", |r| {
        let defined = match r.octets.first() {
            Some(&(PRESENCE | TABLE_REQUEST | LIST_RESPONSE)) => 1,
            Some(&TABLE_RESPONSE) => 3,
            _ => 0,
        };
        let flags = r.octets.get(1).copied().unwrap_or_default();
        r.ppid != ENRP || flags & !defined == 0
    }),
    receives("drops-padding-that-is-not-zero", |r| {
        r.ppid != ENRP || has_zero_padding(&r.octets)
    }),
    receives("wants-presences-of-18-octets", |r| {
        !is_received(r, PRESENCE) || r.octets[3] != 20
    }),
    receives("wants-presences-of-20-octets", |r| {
        !is_received(r, PRESENCE) || r.octets[3] != 18
    }),
    receives("ignores-presences-without-checksum", |r| {
        !is_presence(r) || r.octets.get(BODY + 1) == Some(&0xf)
    }),
    receives("adds-a-checksum-to-presences-without", |r| {
        if is_presence(r) && r.octets.get(BODY + 1) != Some(&0xf) {
            let checksum = [0, 0xf, 0, 6, 0x12, 0x34, 0, 0];
            r.octets.splice(BODY..BODY, checksum);
            set_length(&mut r.octets);
        }
        true
    }),
    receives("ignores-presences-with-several-addresses", |r| {
        !is_received(r, PRESENCE) || r.octets.len() <= BODY + 8 + 24
    }),
    receives("reads-one-pe-of-each-table", |r| {
        if is_received(r, TABLE_RESPONSE) {
            let pool = r.octets.get(BODY..).map_or(0, parameter_size);
            let pe = r.octets.get(BODY + pool..).map_or(0, parameter_size);
            r.octets.truncate(BODY + pool + pe);
            set_length(&mut r.octets);
        }
        true
    }),
    receives("ignores-takeovers-to-one-receiver", |r| {
        let one = r.octets.get(RECEIVER..BODY) != Some(&[0; 4]);
        !(is_received(r, super::INIT_TAKEOVER) && one)
    }),
    receives("rejects-infinite-lives-of-copies", |r| {
        let at = r.octets.get(UPDATED..).map_or(0, parameter_size) + UPDATED + 12;
        !(is_received(r, UPDATE) && r.octets.get(at..at + 4) == Some(&[0xff; 4]))
    }),
];

// ---- unusual messages ---------------------------------------------------------------------------

/// Notes the registrar's own ID, which unusual messages are compared with.
fn note_own_id(sent: &mut Sent) {
    if sent.ppid == ENRP
        && let Some(id) = sent.octets.get(SENDER..RECEIVER)
    {
        let id = u32::from_be_bytes(id.try_into().expect("4 octets"));
        sent.memory.insert(b"own id".to_vec(), id.into());
    }
}

/// Returns true once something has come that no peer, PE or PU sends that keeps to the RFCs.
fn is_after_odd_message(received: &mut Received) -> bool {
    if is_odd(received) {
        received.memory.insert(b"odd".to_vec(), 1);
    }
    received.memory.contains_key(&b"odd"[..])
}

fn is_odd(received: &mut Received) -> bool {
    let key = [&b"peer's"[..], &received.assoc.to_be_bytes()].concat();
    let octets = &received.octets;
    let well_formed = is_well_formed(octets);
    if received.ppid != ENRP {
        // A peer with another PPID, or something at the port of ASAP that ASAP has not.
        let of_peer = received.memory.contains_key(&key);
        let request =
            octets.first() == Some(&HANDLE_RESOLUTION) && octets.get(4..6) == Some(&[0, 9]);
        return of_peer || octets.first() == Some(&LIST_REQUEST) && !request;
    }
    let own = received.memory.get(&b"own id"[..]).copied();
    if !well_formed {
        return true;
    }
    received.memory.insert(key, 1);
    let id = |at: usize| {
        let id = octets[at..at + 4].try_into().expect("4 octets");
        u64::from(u32::from_be_bytes(id))
    };
    let (from, to) = (id(SENDER), id(RECEIVER));
    let unfit = from == 0 || own == Some(from) || to != 0 && own.is_some_and(|own| own != to);
    unfit || octets[0] == ERROR
}

fn is_asap(received: &Received, kind: u8) -> bool {
    received.ppid != ENRP && received.octets.first() == Some(&kind)
}

/// Returns true for an ENRP_PRESENCE with or without PE Checksum.
fn is_presence(received: &Received) -> bool {
    let kind = received.octets.first() == Some(&PRESENCE);
    received.ppid == ENRP && kind && received.octets.len() >= BODY
}

// ---- repairs ------------------------------------------------------------------------------------

/// Turns a malformed ENRP_HANDLE_UPDATE into a whole one with this action: with the pool in its octets, and with the
/// PE that was last added to this pool, or a new one.
fn repair_update(received: &mut Received, action: u8) -> bool {
    if received.ppid != ENRP || received.octets.first() != Some(&UPDATE) {
        return true;
    }
    let Some(handle) = pool_in(&received.octets) else {
        return true;
    };
    let at = UPDATED + 32;
    let id = received.octets.get(at + 4..at + 8);
    let id = id.map(|id| u32::from_be_bytes(id.try_into().expect("4 octets")));
    if is_well_formed(&received.octets) {
        remember(&mut received.memory, &handle, id);
        return true;
    }
    let known = received.memory.get(&handle[..]).map(|id| *id as u32);
    let id = known.unwrap_or(0x0102_0304);
    let ids: [u8; 8] = match received.octets.get(SENDER..BODY) {
        Some(ids) => ids.try_into().expect("8 octets"),
        None => [9; 8],
    };
    received.octets = added(&ids, &handle, id, action);
    true
}

fn remember(memory: &mut Memory, handle: &[u8; 28], id: Option<u32>) {
    if let Some(id) = id {
        memory.insert(handle.to_vec(), id.into());
    }
}

/// Returns the pool handle of the harness in these octets.
fn pool_in(octets: &[u8]) -> Option<[u8; 28]> {
    let at = octets
        .windows(9)
        .position(|window| window == b"rspcheck-")?;
    octets.get(at..at + 28)?.try_into().ok()
}

/// Returns an ENRP_HANDLE_UPDATE about a PE with this identifier.
fn added(ids: &[u8; 8], handle: &[u8; 28], id: u32, action: u8) -> Vec<u8> {
    let mut octets = super::update(ids);
    octets[BODY + 1] = action;
    let pool = [&[0, 9, 0, 32][..], handle].concat();
    octets.splice(UPDATED..UPDATED + 8, pool);
    octets[UPDATED + 36..UPDATED + 40].copy_from_slice(&id.to_be_bytes());
    set_length(&mut octets);
    octets
}

/// Returns true if the padding of the message and of its own parameters is zero.
fn has_zero_padding(octets: &[u8]) -> bool {
    let body = match octets.first() {
        Some(&UPDATE) => UPDATED,
        _ => BODY,
    };
    let Some(found) = octets.get(body..).and_then(parameters) else {
        return true;
    };
    let zero = |padding: &[u8]| padding.iter().all(|octet| *octet == 0);
    found.iter().all(|parameter| zero(parameter.padding))
}
