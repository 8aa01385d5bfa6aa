//! Mutants with a fault in subscriptions (RFC 5352 §2.2.5).

use super::memory::{Change, Meaning, at_once, decoded, encoded, entry, followed, key, meaning};
use super::{both, edit};
use rsp_wire::PoolHandle;
use rsp_wire::asap::{HandleResolution, Message};
use rspcheck_adapters::fault::{Fault, Memory, Received, Sent};

/// Pool handle; the value is the last change of the pool.
const LAST: u8 = b'k';
/// Association and pool handle; the value is 1 while updates are dropped.
const ENDED: u8 = b'e';
/// Association and pool handle of a subscription.
const SUBSCRIBED: u8 = b's';

/// The mutants.
pub(super) const ALL: &[Fault] = &[
    both(
        "sends-no-updates-about-new-pes",
        |s| no_update_after(s, Change::Joined),
        followed,
    ),
    both(
        "sends-no-updates-about-renewals",
        |s| no_update_after(s, Change::Renewed),
        followed,
    ),
    both(
        "sends-no-updates-about-pes-that-leave",
        |s| no_update_after(s, Change::Left),
        followed,
    ),
    both(
        "sends-no-updates-about-expiries",
        |s| no_update_after(s, Change::Expired),
        followed,
    ),
    both(
        "sends-one-update-only",
        |s| {
            if let Meaning::Update(pool) = meaning(s) {
                if ended(s, &pool) {
                    s.copies = 0;
                }
                let assoc = s.assoc.unwrap_or_default().to_be_bytes();
                s.memory.insert(key(ENDED, &[&assoc, pool.as_octets()]), 1);
            }
        },
        followed,
    ),
    both("second-subscription-ends-the-first", drop_ended, |o| {
        subscribed(o, |memory, assoc, pool| {
            let own = key(SUBSCRIBED, &[&assoc[..]]);
            let others: Vec<_> = memory
                .keys()
                .filter(|k| k.starts_with(&own))
                .cloned()
                .collect();
            for other in others
                .iter()
                .filter(|k| k[own.len()..] != *pool.as_octets())
            {
                memory.insert(key(ENDED, &[&other[1..]]), 1);
            }
        })
    }),
    both("second-subscriber-ends-the-first", drop_ended, |o| {
        subscribed(o, |memory, assoc, pool| {
            let others: Vec<_> = memory
                .keys()
                .filter(|k| k[0] == SUBSCRIBED && k[9..] == *pool.as_octets())
                .filter(|k| k[1..9] != *assoc)
                .cloned()
                .collect();
            for other in others {
                memory.insert(key(ENDED, &[&other[1..]]), 1);
            }
        })
    }),
    both(
        "subscribes-without-a-request",
        |s| {
            meaning(s);
            edit(s, |m| {
                if let Message::HandleResolutionResponse(r) = m {
                    r.flags = rsp_wire::Flags::NONE;
                }
            });
        },
        |o| {
            if let [0x05, flags, ..] = &mut o.octets[..] {
                *flags = 0x01;
            }
            followed(o)
        },
    ),
    both(
        "subscribes-to-pools-that-it-does-not-have",
        |s| {
            let assoc = s.assoc.unwrap_or_default();
            if meaning(s) == Meaning::Answer
                && let Some(Message::HandleResolutionResponse(r)) = decoded(&s.octets)
                && r.operation_error.is_some()
            {
                let pool = r.pool_handle.as_octets();
                s.memory
                    .insert(key(SUBSCRIBED, &[&assoc.to_be_bytes(), pool]), 0);
            } else if let Some(Message::RegistrationResponse(r)) = decoded(&s.octets) {
                for k in s.memory.keys().filter(|k| k[0] == SUBSCRIBED) {
                    if k[9..] == *r.pool_handle.as_octets() {
                        let assoc = u64::from_be_bytes(k[1..9].try_into().expect("eight octets"));
                        let question = HandleResolution::new(r.pool_handle.clone(), false);
                        s.injected.push(at_once(assoc, encoded(question)));
                    }
                }
            }
        },
        followed,
    ),
];

fn no_update_after(sent: &mut Sent, change: Change) {
    match meaning(sent) {
        Meaning::Changed(last, pool) => {
            *entry(&mut sent.memory, LAST, &[pool.as_octets()]) = last as u64 + 1;
        }
        Meaning::Update(pool)
            if *entry(&mut sent.memory, LAST, &[pool.as_octets()]) == change as u64 + 1 =>
        {
            sent.copies = 0;
        }
        _ => {}
    }
}

/// Remembers the subscription in a request with S set, after `ends` has ended others.
fn subscribed(o: &mut Received, ends: fn(&mut Memory, &[u8; 8], &PoolHandle)) -> bool {
    if let Some(Message::HandleResolution(r)) = decoded(&o.octets)
        && o[1] & 1 == 1
    {
        let assoc = o.assoc.to_be_bytes();
        ends(&mut o.memory, &assoc, &r.pool_handle);
        let pool = r.pool_handle.as_octets();
        o.memory.remove(&key(ENDED, &[&assoc, pool]));
        o.memory.insert(key(SUBSCRIBED, &[&assoc, pool]), 0);
    }
    followed(o)
}

fn drop_ended(sent: &mut Sent) {
    if let Meaning::Update(pool) = meaning(sent)
        && ended(sent, &pool)
    {
        sent.copies = 0;
    }
}

fn ended(sent: &Sent, pool: &PoolHandle) -> bool {
    let assoc = sent.assoc.unwrap_or_default().to_be_bytes();
    sent.memory
        .contains_key(&key(ENDED, &[&assoc, pool.as_octets()]))
}
