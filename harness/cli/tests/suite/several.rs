//! Mutants for the cases with several registrars: each of them has the same fault.

use super::mutants::both;
use rspcheck_adapters::fault::Fault;

/// The mutants on which the cases with several registrars run, by name: the cases take longer than others, and mutants
/// beyond these fail no further check of them.
pub(crate) const MUTANTS: &[&str] = &[
    "acknowledges-for-its-rivals",
    "asks-too-early",
    "chatters-table-requests",
    "ignores-additions",
    "ignores-removals",
    "ignores-takeovers",
    "resolves-to-other-homes",
    "resolves-to-other-pes",
    "sends-empty-tables",
    "sends-keep-alives-as-another-registrar",
    "sends-no-init-takeover",
    "sends-no-keep-alive-to-orphans",
    "sends-no-presence",
    "sends-no-update",
    "sends-one-table",
    "sends-wrong-checksums",
    "skips-the-first-peer",
    "updates-another-pool",
];

/// PPID of ENRP (RFC 5353 §5.4).
const ENRP: u32 = 12;
const INIT_TAKEOVER: u8 = 0x07;
const INIT_TAKEOVER_ACK: u8 = 0x08;

/// All mutants of this file.
pub(crate) const ALL: &[Fault] = &[
    // Every one of them wins every arbitration: it does not see the ENRP_INIT_TAKEOVER of others, and acknowledges
    // theirs in advance.
    both(
        "acknowledges-for-its-rivals",
        |s| {
            if s.ppid == ENRP && s.octets.first() == Some(&INIT_TAKEOVER) {
                let mut ack = s.octets.clone();
                ack[0] = INIT_TAKEOVER_ACK;
                s.extra.push(ack);
            }
        },
        |r| r.ppid != ENRP || r.octets.first() != Some(&INIT_TAKEOVER),
    ),
];
