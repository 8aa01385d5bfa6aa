//! Registrars that send the keep-alives to many PEs at other times: in bursts, or evenly.
//!
//! They leave associations of few PEs alone: other cases wait for the keep-alives there.

use rspcheck_adapters::fault::{Fault, Memory, Received, Sent};
use rspcheck_dissect::{Protocol, dissect};
use std::time::Duration;

/// PEs of one association from which on their keep-alives are moved.
const MANY: usize = 20;
/// Period of the bursts: the longest time between two keep-alives of the bundled registrar, so that each PE has one.
const BURST: u64 = 1500;
/// Keep-alive interval of the bundled registrar.
const INTERVAL: u64 = 1000;

/// Sends all keep-alives of a period at once.
pub(crate) const BURSTS: Fault = moves("sends-keep-alives-in-bursts", |s| {
    if place(s).is_some() {
        put_off(s, BURST, 0);
    }
});

/// Sends each keep-alive at the phase of its PE in the interval.
pub(crate) const EVENLY: Fault = moves("spreads-keep-alives-evenly", |s| {
    if let Some((nth, all)) = place(s) {
        put_off(s, INTERVAL, INTERVAL * nth / all);
    }
});

/// Sends the first keep-alives at once, and spreads the others.
pub(crate) const FIRST: Fault = moves("sends-the-first-keep-alives-at-once", |s| {
    let key = [b"sent".as_slice(), &s.octets].concat();
    if place(s).is_some() && s.memory.insert(key, 1).is_none() {
        put_off(s, BURST, 0);
    }
});

const fn moves(name: &'static str, sent: fn(&mut Sent)) -> Fault {
    Fault {
        name,
        sent,
        received: remember,
        event: |_, _| true,
        // An acknowledgement comes as late as its keep-alive.
        settings: |c| c.keep_alive_timeout = Duration::from_secs(86_400),
    }
}

/// Delays a message to the next time with this remainder modulo `period`, in milliseconds.
fn put_off(sent: &mut Sent, period: u64, remainder: u64) {
    let now = sent.at.as_millis() as u64;
    let late = (now + period - remainder) % period;
    sent.delay = Duration::from_millis((period - late) % period);
}

/// Remembers the pool of a registration under the association that it came over.
fn remember(received: &mut Received) -> bool {
    if received.first() == Some(&0x01) {
        let key = key(received.assoc, &received.octets);
        let pools = pools(&received.memory, received.assoc).len() as u64;
        received.memory.entry(key).or_insert(pools);
    }
    true
}

/// Returns the number of a keep-alive's pool among those of its association, and their count, if they are many.
fn place(sent: &Sent) -> Option<(u64, u64)> {
    let assoc = sent.assoc.filter(|_| sent.octets.first() == Some(&0x07))?;
    let nth = *sent.memory.get(&key(assoc, &sent.octets))?;
    let pools = pools(&sent.memory, assoc).len();
    (pools >= MANY).then_some((nth, pools as u64))
}

fn pools(memory: &Memory, assoc: u64) -> Vec<&Vec<u8>> {
    let of_this = |key: &&Vec<u8>| key.starts_with(&assoc.to_be_bytes());
    memory.keys().filter(of_this).collect()
}

fn key(assoc: u64, octets: &[u8]) -> Vec<u8> {
    let dissection = dissect(Protocol::Asap, octets);
    let handle = dissection.value("pool-handle").map(|v| format!("{v:?}"));
    let handle = handle.unwrap_or_default();
    [&assoc.to_be_bytes()[..], handle.as_bytes()].concat()
}
