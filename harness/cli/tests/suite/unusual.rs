//! Mutants that treat an unusual message wrongly and its plain form rightly.

use crate::lawful::malformed;
use crate::mutants::receives;
use rspcheck_adapters::fault::{Fault, Received};
use rspcheck_dissect::{Kind, Protocol, Value, dissect};

/// All of them.
pub(crate) const ALL: &[Fault] = &[
    receives("stops-serving-after-malformed-messages", |o| {
        let bad = malformed(o)
            || has(o, |kind| {
                matches!(kind, Kind::TrailingOctets | Kind::PaddingMissing)
            });
        serves_until(o, bad)
    }),
    receives("stops-serving-after-messages-to-others", |o| {
        let kind = o.first().copied().unwrap_or_default();
        serves_until(o, !REQUESTS.contains(&kind))
    }),
    receives("stops-serving-after-other-ppids", |o| {
        let other = o.ppid != 11 && o.assoc % 2 == 0;
        serves_until(o, other)
    }),
    receives("stops-serving-after-unusual-handles", |o| {
        let handle = dissect(Protocol::Asap, o);
        let length = match handle.value("pool-handle") {
            Some(Value::Opaque(octets)) => octets.len(),
            _ => 1,
        };
        serves_until(o, length == 0 || length > 1000)
    }),
    receives("drops-registrations-with-unusual-values", |o| {
        let registration = dissect(Protocol::Asap, o);
        let number = |field: &str| registration.number(&format!("pool-element/{field}"));
        let life = number("registration-life").is_some_and(|life| life == 0 || life < -1);
        let policy = number("policy/type") == Some(0);
        let transport_use = number("user-transport/transport-use").is_some_and(|use_| use_ > 1);
        !(life || policy || transport_use)
    }),
    receives("drops-identifiers-at-the-ends-of-their-range", |o| {
        let id = dissect(Protocol::Asap, o).number("pool-element/pe-identifier");
        !matches!(id, Some(0 | 0xffff_ffff))
    }),
];

/// Types of the messages that a registrar handles.
const REQUESTS: &[u8] = &[0x01, 0x02, 0x05, 0x08, 0x09];

/// Returns true until a message of this kind has come.
fn serves_until(received: &mut Received, kind: bool) -> bool {
    if kind {
        received.memory.insert(b"stopped".to_vec(), 1);
    }
    received.memory.is_empty()
}

/// Returns true if a message has a defect of this kind.
fn has(octets: &[u8], kind: impl Fn(Kind) -> bool) -> bool {
    let dissection = dissect(Protocol::Asap, octets);
    dissection.defects().iter().any(|defect| kind(defect.kind))
}
