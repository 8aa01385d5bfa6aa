//! Registrars that treat reports of their peers' PEs wrongly.

use super::{ENRP, receives, sends};
use rspcheck_adapters::fault::{Fault, Received, Sent};

const KEEP_ALIVE: u8 = 0x07;
const KEEP_ALIVE_ACK: u8 = 0x08;
const UNREACHABLE: u8 = 0x09;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    receives("ignores-reports", |r| !is_received(r, UNREACHABLE)),
    receives("ignores-acknowledgements-of-pes", |r| {
        !is_received(r, KEEP_ALIVE_ACK)
    }),
    sends("sets-h-in-every-keep-alive", |s| {
        if is_keep_alive(s) {
            s.octets[1] |= 1;
        }
    }),
    sends("names-another-pool-in-keep-alives", |s| {
        if is_keep_alive(s)
            && let Some(last) = s.octets.last_mut()
        {
            *last ^= 1;
        }
    }),
];

fn is_keep_alive(sent: &Sent) -> bool {
    sent.ppid != ENRP && sent.octets.first() == Some(&KEEP_ALIVE)
}

fn is_received(received: &Received, kind: u8) -> bool {
    received.ppid != ENRP && received.octets.first() == Some(&kind)
}
