//! The memory of mutants whose fault is one of state: the PEs that the registrar has granted, the questions that it
//! has not answered yet, and the answers that no player may see.
//!
//! Keys begin with a tag, so that the kinds of entries do not meet.

use rsp_wire::asap::{Message, Registration, RegistrationResponse};
use rsp_wire::{PeIdentifier, PoolElement, PoolHandle};
use rspcheck_adapters::fault::{Injected, Memory, Received, Sent};
use std::collections::BTreeMap;
use std::time::Duration;

/// Registration that waits for its response; the value is its association.
const WAITS: u8 = b'w';
/// Registration that was granted; the value is its association.
const GRANTED: u8 = b'g';
/// Identity of a PE; the value is its number in the order of first registrations.
const ORDER: u8 = b'o';
/// De-registration that waits for its response.
const LEAVES: u8 = b'l';
/// Association; the value counts its handle resolutions that wait for their responses.
const ASKED: u8 = b'q';
/// Kind and association; the value counts the messages to be dropped.
const MUFFLED: u8 = b'm';

/// Returns a key: a tag and its parts.
pub(super) fn key(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![tag];
    parts.iter().for_each(|part| key.extend(*part));
    key
}

/// Returns the identity of a PE: its pool handle, with its length, and its PE Identifier.
pub(super) fn identity(handle: &PoolHandle, id: PeIdentifier) -> Vec<u8> {
    let handle = handle.as_octets();
    let length = (handle.len() as u16).to_be_bytes();
    [&length[..], handle, &id.0.to_be_bytes()].concat()
}

/// Decodes a message; none if it is malformed.
pub(super) fn decoded(octets: &[u8]) -> Option<Message> {
    Message::decode(octets).ok().map(|decoded| decoded.message)
}

fn registration(octets: &[u8]) -> Option<Registration> {
    match decoded(octets)? {
        Message::Registration(registration) => Some(registration),
        _ => None,
    }
}

/// Takes note of a message to the registrar.
pub(super) fn follow(received: &mut Received) {
    let assoc = received.assoc;
    match decoded(&received.octets) {
        Some(Message::Registration(r)) => {
            let identity = identity(&r.pool_handle, r.pool_element.identifier);
            let memory = &mut received.memory;
            memory.retain(|known, _| !known.starts_with(&key(WAITS, &[&identity])));
            memory.insert(key(WAITS, &[&identity, &received.octets]), assoc);
            let next = memory.range(vec![ORDER]..vec![ORDER + 1]).count() as u64;
            memory.entry(key(ORDER, &[&identity])).or_insert(next);
        }
        Some(Message::Deregistration(r)) => {
            let identity = identity(&r.pool_handle, r.pe_identifier);
            received.memory.insert(key(LEAVES, &[&identity]), assoc);
        }
        Some(Message::HandleResolution(_)) => {
            *entry(&mut received.memory, ASKED, &[&assoc.to_be_bytes()]) += 1;
        }
        _ => {}
    }
}

/// As [`follow`], and lets the registrar receive the message.
pub(super) fn followed(received: &mut Received) -> bool {
    follow(received);
    true
}

/// Change of a pool, as a message of the registrar shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Joined,
    Renewed,
    Left,
    Expired,
}

/// Message of the registrar, as the memory shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A PE of this pool has changed.
    Changed(Change, PoolHandle),
    /// A registration of this PE was rejected.
    Rejected(PoolHandle, PeIdentifier),
    /// The answer to a handle resolution.
    Answer,
    /// A handle resolution response that no request caused.
    Update(PoolHandle),
    /// Any other message.
    Other,
}

/// Takes note of a message of the registrar, drops it if it is muffled, and returns its meaning.
pub(super) fn meaning(sent: &mut Sent) -> Meaning {
    if muffled(sent) {
        return Meaning::Other;
    }
    let memory = &mut sent.memory;
    match decoded(&sent.octets) {
        Some(Message::RegistrationResponse(r)) => {
            let identity = identity(&r.pool_handle, r.pe_identifier);
            let waits = take(memory, WAITS, &identity);
            if r.flags.contains(RegistrationResponse::REJECT) {
                return Meaning::Rejected(r.pool_handle, r.pe_identifier);
            }
            let old = take(memory, GRANTED, &identity);
            if let Some((octets, assoc)) = waits {
                memory.insert(key(GRANTED, &[&identity, &octets]), assoc);
            }
            let change = old.map_or(Change::Joined, |_| Change::Renewed);
            Meaning::Changed(change, r.pool_handle)
        }
        Some(Message::DeregistrationResponse(r)) if r.operation_error.is_none() => {
            let identity = identity(&r.pool_handle, r.pe_identifier);
            let asked = memory.remove(&key(LEAVES, &[&identity])).is_some();
            take(memory, GRANTED, &identity);
            let change = if asked { Change::Left } else { Change::Expired };
            Meaning::Changed(change, r.pool_handle)
        }
        Some(Message::HandleResolutionResponse(r)) => {
            let assoc = sent.assoc.unwrap_or_default().to_be_bytes();
            let asked = entry(memory, ASKED, &[&assoc]);
            if *asked == 0 {
                return Meaning::Update(r.pool_handle);
            }
            *asked -= 1;
            Meaning::Answer
        }
        _ => Meaning::Other,
    }
}

/// Returns the number at a key, 0 if there is none.
pub(super) fn entry<'a>(memory: &'a mut Memory, tag: u8, parts: &[&[u8]]) -> &'a mut u64 {
    memory.entry(key(tag, parts)).or_default()
}

/// Removes the entry of this PE, and returns the octets behind its identity.
fn take(memory: &mut Memory, tag: u8, identity: &[u8]) -> Option<(Vec<u8>, u64)> {
    let start = key(tag, &[identity]);
    let found = memory
        .keys()
        .find(|known| known.starts_with(&start))?
        .clone();
    let assoc = memory.remove(&found)?;
    Some((found[start.len()..].to_vec(), assoc))
}

/// A PE that the registrar has granted.
pub(super) struct Granted {
    pub(super) assoc: u64,
    pub(super) handle: PoolHandle,
    pub(super) element: PoolElement,
    pub(super) octets: Vec<u8>,
}

/// Returns the PEs that the registrar has granted and not released, in the order of their first registrations.
pub(super) fn granted(memory: &Memory) -> Vec<Granted> {
    let mut pes = BTreeMap::new();
    for (known, assoc) in memory.range(vec![GRANTED]..vec![GRANTED + 1]) {
        let length = usize::from(u16::from_be_bytes([known[1], known[2]]));
        let (identity, octets) = known[1..].split_at(2 + length + 4);
        if let Some(r) = registration(octets) {
            let granted = Granted {
                assoc: *assoc,
                handle: r.pool_handle,
                element: r.pool_element,
                octets: octets.to_vec(),
            };
            pes.insert(memory.get(&key(ORDER, &[identity])).copied(), granted);
        }
    }
    pes.into_values().collect()
}

/// Returns the number of a PE in the order of first registrations.
pub(super) fn number(memory: &Memory, handle: &PoolHandle, id: PeIdentifier) -> Option<u64> {
    memory.get(&key(ORDER, &[&identity(handle, id)])).copied()
}

/// Drops the next message of this kind to an association.
pub(super) fn muffle(memory: &mut Memory, kind: u8, assoc: u64) {
    *entry(memory, MUFFLED, &[&[kind], &assoc.to_be_bytes()]) += 1;
}

fn muffled(sent: &mut Sent) -> bool {
    let (Some(kind), Some(assoc)) = (sent.octets.first().copied(), sent.assoc) else {
        return false;
    };
    let left = entry(&mut sent.memory, MUFFLED, &[&[kind], &assoc.to_be_bytes()]);
    if *left == 0 {
        return false;
    }
    *left -= 1;
    sent.copies = 0;
    true
}

/// Returns a message that the registrar receives at once.
pub(super) fn at_once(assoc: u64, octets: Vec<u8>) -> Injected {
    let at = Duration::ZERO;
    Injected { at, assoc, octets }
}

/// Returns the octets of a message.
pub(super) fn encoded(message: impl Into<Message>) -> Vec<u8> {
    let mut octets = Vec::new();
    let message = message.into();
    message.encode(&mut octets).expect("a short message");
    octets
}
