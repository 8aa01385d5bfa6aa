//! Mutants with a fault in the registrar's state: lives, removals, acknowledgements, reports, announcements.

use super::memory::{
    Change, Meaning, at_once, decoded, encoded, entry, followed, granted, identity, key, meaning,
    muffle,
};
use super::{both, edit, receives, rewrite, sends};
use rsp_transport::Event;
use rsp_wire::PoolHandle;
use rsp_wire::asap::{Deregistration, EndpointKeepAliveAck, EndpointUnreachable, Message};
use rspcheck_adapters::fault::{Fault, Memory, Received, Sent};
use std::time::Duration;

/// Identity of a PE; the value is a life or a time, as the mutant needs it.
const LIFE: u8 = b'f';
/// Association whose end the registrar has not seen.
const GONE: u8 = b'd';
/// Association; the value is 1 once it was used in a way that the mutant cannot take.
const USED: u8 = b'u';

/// PE Identifier that some PE has acknowledged with.
const ACKNOWLEDGED: u8 = b'a';

/// The mutants.
pub(super) const ALL: &[Fault] = &[
    both(
        "reports-no-expiry",
        |s| {
            if matches!(meaning(s), Meaning::Changed(Change::Expired, _)) {
                s.copies = 0;
            }
        },
        followed,
    ),
    both("reads-lives-as-milliseconds", restore_life, |o| {
        change_life(o, |life| if life > 0 { (life / 1000).max(1) } else { life })
    }),
    both(
        "ends-unlimited-lives-after-300-seconds",
        restore_life,
        |o| change_life(o, |life| if life == -1 { 300 } else { life }),
    ),
    both("takes-long-lives-for-a-second", restore_life, |o| {
        change_life(o, |life| if life > 86_400 { 1 } else { life })
    }),
    both("renewal-does-not-prolong-the-life", restore_life, |o| {
        let now = o.at.as_secs();
        followed(o);
        let Some(Message::Registration(r)) = decoded(&o.octets) else {
            return true;
        };
        let life = r.pool_element.life.0;
        let identity = identity(&r.pool_handle, r.pool_element.identifier);
        let ends = *o
            .memory
            .entry(key(USED, &[&identity]))
            .or_insert(now + life.max(0) as u64);
        if life > 0
            && granted(&o.memory).iter().any(|g| {
                g.handle == r.pool_handle && g.element.identifier == r.pool_element.identifier
            })
        {
            let left = ends.saturating_sub(now).max(1) as i32;
            o.memory.insert(key(LIFE, &[&identity]), life as u64);
            rewrite(&mut o.octets, |m| {
                if let Message::Registration(r) = m {
                    r.pool_element.life.0 = left;
                }
            });
        }
        true
    }),
    both(
        "keeps-the-values-of-the-first-registration",
        |s| {
            meaning(s);
        },
        |o| {
            let first = match decoded(&o.octets) {
                Some(Message::Registration(r)) => granted(&o.memory)
                    .into_iter()
                    .find(|g| {
                        g.handle == r.pool_handle
                            && g.element.identifier == r.pool_element.identifier
                    })
                    .map(|g| (g.element.policy, g.element.user_transport)),
                _ => None,
            };
            if let Some((policy, transport)) = first {
                rewrite(&mut o.octets, |m| {
                    if let Message::Registration(r) = m {
                        r.pool_element.policy = policy.clone();
                        r.pool_element.user_transport = transport.clone();
                    }
                });
            }
            followed(o)
        },
    ),
    both(
        "rejected-re-registration-prolongs-the-life",
        |s| {
            let Meaning::Rejected(pool, id) = meaning(s) else {
                return;
            };
            let known = granted(&s.memory);
            if let Some(g) = known
                .into_iter()
                .find(|g| g.handle == pool && g.element.identifier == id)
            {
                muffle(&mut s.memory, 0x03, g.assoc);
                s.injected.push(at_once(g.assoc, g.octets));
            }
        },
        followed,
    ),
    both(
        "rejected-re-registration-removes-the-pe",
        |s| {
            let Meaning::Rejected(pool, id) = meaning(s) else {
                return;
            };
            let known = granted(&s.memory);
            if let Some(g) = known
                .into_iter()
                .find(|g| g.handle == pool && g.element.identifier == id)
            {
                muffle(&mut s.memory, 0x04, g.assoc);
                s.injected
                    .push(at_once(g.assoc, encoded(Deregistration::new(pool, id))));
            }
        },
        followed,
    ),
    both(
        "de-registers-an-identifier-from-every-pool",
        |s| {
            meaning(s);
        },
        |o| {
            if let Some(Message::Deregistration(r)) = decoded(&o.octets) {
                for g in granted(&o.memory) {
                    if g.element.identifier == r.pe_identifier && g.handle != r.pool_handle {
                        muffle(&mut o.memory, 0x04, g.assoc);
                        let message = Deregistration::new(g.handle, r.pe_identifier);
                        o.injected.push(at_once(g.assoc, encoded(message)));
                    }
                }
            }
            followed(o)
        },
    ),
    both(
        "de-registers-an-identifier-from-its-first-pool",
        |s| {
            let mut asked = None;
            if let Some(Message::DeregistrationResponse(r)) = decoded(&s.octets) {
                asked = s
                    .memory
                    .keys()
                    .find(|k| k[0] == USED && k.ends_with(&r.pe_identifier.0.to_be_bytes()))
                    .cloned();
            }
            meaning(s);
            if let Some(asked) = asked {
                s.memory.remove(&asked);
                let pool = PoolHandle::new(&asked[1..asked.len() - 4]);
                edit(s, |m| {
                    if let Message::DeregistrationResponse(r) = m {
                        r.pool_handle = pool.clone();
                    }
                });
            }
        },
        |o| {
            if let Some(Message::Deregistration(r)) = decoded(&o.octets) {
                let known = granted(&o.memory);
                let first = known
                    .iter()
                    .find(|g| g.element.identifier == r.pe_identifier);
                if let Some(first) = first.filter(|first| first.handle != r.pool_handle) {
                    let id = r.pe_identifier.0.to_be_bytes();
                    o.memory
                        .insert(key(USED, &[r.pool_handle.as_octets(), &id]), 0);
                    o.octets = encoded(Deregistration::new(first.handle.clone(), r.pe_identifier));
                }
            }
            followed(o)
        },
    ),
    Fault {
        event: |event, memory| {
            if let Event::Down { assoc, .. } = event {
                memory.insert(key(GONE, &[&assoc.0.to_be_bytes()]), 0);
            }
            true
        },
        ..both(
            "lists-pes-without-an-association",
            |s| {
                meaning(s);
                let lost: Vec<_> = granted(&s.memory)
                    .into_iter()
                    .filter(|g| s.memory.contains_key(&key(GONE, &[&g.assoc.to_be_bytes()])))
                    .collect();
                edit(s, |m| {
                    if let Message::HandleResolutionResponse(r) = m {
                        let pool = r.pool_handle.clone();
                        for g in lost.iter().filter(|g| g.handle == pool) {
                            super::list_again(r, &g.octets);
                        }
                    }
                });
            },
            followed,
        )
    },
    both(
        "acknowledgement-counts-for-every-pool",
        |s| {
            meaning(s);
            if s.octets.first() == Some(&0x07) {
                acknowledge(s, |memory, id| {
                    memory.contains_key(&key(ACKNOWLEDGED, &[id]))
                });
            }
        },
        |o| {
            if let Some(Message::EndpointKeepAliveAck(ack)) = decoded(&o.octets) {
                let id = ack.pe_identifier.0.to_be_bytes();
                o.memory.insert(key(ACKNOWLEDGED, &[&id]), 0);
            }
            followed(o)
        },
    ),
    both(
        "sends-keep-alives-every-two-seconds",
        |s| {
            meaning(s);
            if s.octets.first() == Some(&0x07) {
                acknowledge(s, |_, _| true);
                let assoc = s.assoc.unwrap_or_default().to_be_bytes();
                let turn = s.at.as_secs() / 2 + 1;
                if s.memory.insert(key(USED, &[&assoc]), turn) == Some(turn) {
                    s.copies = 0;
                }
                s.delay = Duration::from_secs(2 * turn) - s.at;
            }
        },
        followed,
    ),
    both(
        "report-counts-for-the-whole-pool",
        |s| {
            meaning(s);
        },
        |o| {
            if let Some(Message::EndpointUnreachable(report)) = decoded(&o.octets) {
                for g in granted(&o.memory) {
                    if g.handle == report.pool_handle
                        && g.element.identifier != report.pe_identifier
                    {
                        let report = EndpointUnreachable::new(g.handle, g.element.identifier);
                        o.injected.push(at_once(o.assoc, encoded(report)));
                    }
                }
            }
            followed(o)
        },
    ),
    both(
        "report-counts-in-every-pool",
        |s| {
            meaning(s);
        },
        |o| {
            if let Some(Message::EndpointUnreachable(report)) = decoded(&o.octets) {
                for g in granted(&o.memory) {
                    if g.handle != report.pool_handle
                        && g.element.identifier == report.pe_identifier
                    {
                        let report = EndpointUnreachable::new(g.handle, g.element.identifier);
                        o.injected.push(at_once(o.assoc, encoded(report)));
                    }
                }
            }
            followed(o)
        },
    ),
    Fault {
        settings: |c| c.t6_serverannounce *= 3,
        ..sends("announces-itself-every-three-t6", |_| {})
    },
    sends("answers-after-a-minute", |s| {
        if matches!(s.octets.first(), Some(0x03 | 0x04 | 0x06)) {
            s.delay = Duration::from_secs(60);
        }
    }),
    both(
        "never-answers-rejected-registrations",
        |s| {
            if matches!(meaning(s), Meaning::Rejected(..)) {
                s.copies = 0;
            }
        },
        followed,
    ),
    both(
        "never-answers-de-registrations-of-pes",
        |s| {
            if matches!(meaning(s), Meaning::Changed(Change::Left, _)) {
                s.copies = 0;
            }
        },
        followed,
    ),
    receives("stops-serving-after-something-unknown", |o| {
        let known =
            o.first().is_none_or(|t| (1..=0x0e).contains(t)) && decoded(&o.octets).is_some();
        if known || o.first().is_some_and(|t| (1..=0x0e).contains(t)) && !unknown_parameter(o) {
            return !o.memory.contains_key(&key(USED, &[&o.assoc.to_be_bytes()]));
        }
        o.memory.insert(key(USED, &[&o.assoc.to_be_bytes()]), 1);
        true
    }),
    receives("ignores-the-second-request-over-tcp", |o| {
        let over_tcp = o.assoc % 2 == 1;
        !over_tcp || {
            let times = entry(&mut o.memory, USED, &[&o.assoc.to_be_bytes()]);
            *times += 1;
            *times == 1
        }
    }),
];

/// Returns true if a message has a parameter of an unknown type that stops its processing.
fn unknown_parameter(octets: &[u8]) -> bool {
    octets
        .windows(2)
        .any(|w| matches!(w, [0x3f | 0x7f, 0xfe | 0xff]))
}

/// Changes the life in a registration and remembers the one that the PE sent.
fn change_life(o: &mut Received, change: fn(i32) -> i32) -> bool {
    if let Some(Message::Registration(r)) = decoded(&o.octets) {
        let (life, changed) = (r.pool_element.life.0, change(r.pool_element.life.0));
        let identity = identity(&r.pool_handle, r.pool_element.identifier);
        o.memory.remove(&key(LIFE, &[&identity]));
        if life != changed {
            o.memory.insert(key(LIFE, &[&identity]), life as u32 as u64);
            rewrite(&mut o.octets, |m| {
                if let Message::Registration(r) = m {
                    r.pool_element.life.0 = changed;
                }
            });
        }
    }
    true
}

/// Lists the lives that the PEs sent.
fn restore_life(s: &mut Sent) {
    meaning(s);
    let memory = std::mem::take(&mut s.memory);
    edit(s, |m| {
        if let Message::HandleResolutionResponse(r) = m {
            for pe in &mut r.pool_elements {
                let sent = memory.get(&key(LIFE, &[&identity(&r.pool_handle, pe.identifier)]));
                if let Some(life) = sent {
                    pe.life.0 = *life as u32 as i32;
                }
            }
        }
    });
    s.memory = memory;
}

/// Lets the registrar receive the acknowledgement of a keep-alive from each of its PEs that `takes` accepts.
fn acknowledge(s: &mut Sent, takes: fn(&Memory, &[u8; 4]) -> bool) {
    let Some(Message::EndpointKeepAlive(asked)) = decoded(&s.octets) else {
        return;
    };
    for g in granted(&s.memory) {
        let id = g.element.identifier;
        let this = Some(g.assoc) == s.assoc && g.handle == asked.pool_handle;
        if this && takes(&s.memory, &id.0.to_be_bytes()) {
            let ack = EndpointKeepAliveAck::new(g.handle, id);
            s.injected.push(at_once(g.assoc, encoded(ack)));
        }
    }
}
