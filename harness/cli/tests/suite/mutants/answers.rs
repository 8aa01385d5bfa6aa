//! Mutants with a fault in answers: given to some and not to others, granted and rejected for wrong reasons, with
//! wrong contents.

use super::memory::{Change, Meaning, decoded, entry, followed, granted, key, meaning, number};
use super::{both, edit, errors, invalidate, list_again, lists, receives, rewrite, sends};
use rsp_transport::Event;
use rsp_wire::asap::{Message, RegistrationResponse};
use rsp_wire::{CauseCode, ErrorCause, OperationError, Policy, PoolHandle, ServerId, Transport};
use rspcheck_adapters::fault::{Fault, Received, Sent};

/// Association or pool that the mutant has seen.
const KNOWN: u8 = b'n';
/// The mutant serves no more from now on.
const DEAD: u8 = b'z';
/// Association whose last message had an unknown parameter.
const ODD: u8 = b'y';

/// The mutants.
pub(super) const ALL: &[Fault] = &[
    both(
        "rejects-re-registrations",
        |s| drop(meaning(s)),
        |o| reject_if(o, |r, known| known.contains(&r)),
    ),
    both(
        "takes-one-pe-for-each-pool",
        |s| drop(meaning(s)),
        |o| reject_if(o, |r, known| known.iter().any(|k| k.0 == r.0 && k.1 != r.1)),
    ),
    receives("rejects-registrations-with-flags", |o| {
        if let [0x01, flags, ..] = o[..]
            && flags != 0
        {
            invalidate(o);
        }
        true
    }),
    receives("takes-one-policy-for-all-pools", |o| {
        if let Some(Message::Registration(r)) = decoded(&o.octets) {
            let policy = u64::from(r.pool_element.policy.policy_type().0);
            let first = *o.memory.entry(key(KNOWN, &[])).or_insert(policy);
            if first != policy {
                invalidate(o);
            }
        }
        true
    }),
    both(
        "takes-an-identifier-for-one-pool",
        |s| {
            let elsewhere = |s: &Sent| match decoded(&s.octets) {
                Some(Message::RegistrationResponse(r)) => granted(&s.memory)
                    .iter()
                    .any(|g| g.element.identifier == r.pe_identifier && g.handle != r.pool_handle),
                _ => false,
            };
            let taken = elsewhere(s);
            meaning(s);
            if taken {
                edit(s, |m| {
                    if let Message::RegistrationResponse(r) = m {
                        r.flags = RegistrationResponse::REJECT;
                        r.operation_error = Some(error(CauseCode::NON_UNIQUE_PE_IDENTIFIER));
                    }
                });
            }
        },
        followed,
    ),
    sends("gives-every-cause-with-a-rejection", |s| {
        edit(s, |m| {
            if let Message::RegistrationResponse(r) = m
                && let Some(error) = &mut r.operation_error
            {
                for code in [
                    CauseCode::INCONSISTENT_POOL_POLICY,
                    CauseCode::INCONSISTENT_TRANSPORT_TYPE,
                    CauseCode::INCONSISTENT_DATA_CONTROL,
                ] {
                    error.causes.push(ErrorCause::bare(code));
                }
            }
        });
    }),
    both(
        "answers-each-de-registration-once",
        |s| {
            let again = match decoded(&s.octets) {
                Some(Message::DeregistrationResponse(r)) => {
                    let id = r.pe_identifier.0.to_be_bytes();
                    let times = entry(&mut s.memory, KNOWN, &[r.pool_handle.as_octets(), &id]);
                    *times += 1;
                    *times > 1
                }
                _ => false,
            };
            if again {
                s.copies = 0;
            }
        },
        |_| true,
    ),
    both(
        "names-another-pe-in-expiries",
        |s| {
            if let Meaning::Changed(Change::Expired, _) = meaning(s) {
                edit(s, |m| {
                    if let Message::DeregistrationResponse(r) = m {
                        r.pe_identifier.0 ^= 1;
                        r.pool_handle = PoolHandle::new(&b"another pool"[..]);
                    }
                });
            }
        },
        followed,
    ),
    sends("answers-about-unknown-pools-to-one-association", |s| {
        if let Some(assoc) = s.assoc.filter(|_| negative(s)) {
            let first = *s.memory.entry(key(KNOWN, &[])).or_insert(assoc);
            if first != assoc {
                s.copies = 0;
            }
        }
    }),
    both(
        "never-answers-pes-about-unknown-pools",
        |s| {
            let assoc = s.assoc.unwrap_or_default().to_be_bytes();
            if negative(s) && s.memory.contains_key(&key(KNOWN, &[&assoc])) {
                s.copies = 0;
            }
        },
        |o| {
            if o.first() == Some(&0x01) {
                o.memory.insert(key(KNOWN, &[&o.assoc.to_be_bytes()]), 0);
            }
            true
        },
    ),
    receives("dies-of-malformed-messages", |o| {
        let known = o.first().is_some_and(|t| (1..=0x0e).contains(t));
        let empty = o.get(4..8) == Some(&[0, 9, 0, 4]);
        if known && (empty || decoded(&o.octets).is_none()) {
            o.memory.insert(key(DEAD, &[]), 0);
        }
        !o.memory.contains_key(&key(DEAD, &[]))
    }),
    receives("dies-of-announcements-over-an-association", |o| {
        if o.first() == Some(&0x0a) {
            o.memory.insert(key(DEAD, &[]), 0);
        }
        !o.memory.contains_key(&key(DEAD, &[]))
    }),
    Fault {
        event: |event, memory| {
            if let Event::Datagram { octets, .. } = event
                && !matches!(decoded(octets), Some(Message::ServerAnnounce(_)))
            {
                memory.insert(key(DEAD, &[]), 0);
            }
            true
        },
        ..sends("stops-announcing-after-nonsense", |s| {
            if s.octets.first() == Some(&0x0a) && s.memory.contains_key(&key(DEAD, &[])) {
                s.copies = 0;
            }
        })
    },
    receives("reports-acknowledgements", |o| {
        if let [kind @ 0x08, ..] = &mut o.octets[..] {
            *kind = 0x48;
        }
        true
    }),
    sends("sets-a-in-every-resolution", |s| {
        if let [0x06, flags, ..] = &mut s.octets[..] {
            *flags = 0x01;
        }
    }),
    sends("lists-another-home-for-each-pool", |s| {
        edit(s, |m| {
            if let Message::HandleResolutionResponse(r) = m {
                let octets = r.pool_handle.as_octets().iter();
                let mix = octets.fold(1_u32, |mix, o| mix.wrapping_mul(31) ^ u32::from(*o));
                for pe in &mut r.pool_elements {
                    pe.home = ServerId(pe.home.0 ^ mix);
                }
            }
        });
    }),
    both(
        "lists-the-home-that-the-pe-wrote",
        |s| {
            meaning(s);
            let known = granted(&s.memory);
            edit(s, |m| {
                if let Message::HandleResolutionResponse(r) = m {
                    for pe in &mut r.pool_elements {
                        let mut written = known.iter().filter(|g| g.element.home.0 != 0);
                        if let Some(g) = written.find(|g| {
                            g.handle == r.pool_handle && g.element.identifier == pe.identifier
                        }) {
                            pe.home = g.element.home;
                        }
                    }
                }
            });
        },
        followed,
    ),
    sends("keeps-each-pe-alive-as-another-server", |s| {
        let assoc = s.assoc.unwrap_or_default() as u32;
        edit(s, |m| {
            if let Message::EndpointKeepAlive(r) = m {
                r.server_id.0 ^= assoc << 8;
            }
        });
    }),
    sends("lists-other-ports", |s| {
        lists(s, |list| {
            for pe in list {
                if let Transport::Sctp(transport) = &mut pe.user_transport {
                    transport.port ^= 1;
                }
            }
        })
    }),
    sends("lists-foreign-asap-addresses", |s| {
        lists(s, |list| {
            for transport in list.iter_mut().filter_map(|pe| pe.asap_transport.as_mut()) {
                transport.addresses.rest.push([203, 0, 113, 9].into());
            }
        })
    }),
    sends("gives-longer-policies", |s| {
        edit(s, |m| {
            if let Message::HandleResolutionResponse(r) = m
                && let Some(policy) = &mut r.policy
            {
                let policy_type = policy.policy_type();
                let data = vec![0; 16].into();
                *policy = Policy::Other { policy_type, data };
            }
        });
    }),
    sends("gives-another-policy-for-every-pool", |s| {
        edit(s, |m| {
            if let Message::HandleResolutionResponse(r) = m
                && !r.pool_elements.is_empty()
            {
                r.policy = Some(Policy::Priority { priority: 7 });
            }
        });
    }),
    sends("lists-other-policies", |s| {
        lists(s, |list| {
            list.iter_mut()
                .for_each(|pe| pe.policy = Policy::Priority { priority: 7 })
        })
    }),
    both(
        "reports-skipped-parameters-in-answers",
        |s| {
            let assoc = s.assoc.unwrap_or_default().to_be_bytes();
            if matches!(s.octets.first(), Some(0x03 | 0x04 | 0x06))
                && s.memory.remove(&key(ODD, &[&assoc])).is_some()
            {
                edit(s, |m| {
                    errors(m, |known| {
                        *known = Some(error(CauseCode::UNRECOGNIZED_PARAMETER))
                    })
                });
            }
        },
        |o| {
            if has_type(o, &[0xbf, 0x80]) {
                o.memory.insert(key(ODD, &[&o.assoc.to_be_bytes()]), 0);
            }
            true
        },
    ),
    sends("reports-parameters-of-unknown-messages", |s| {
        if s.octets.first() == Some(&0x0e) {
            edit(s, |m| {
                errors(m, |error| {
                    if let Some(error) = error {
                        let cause = ErrorCause::bare(CauseCode::UNRECOGNIZED_PARAMETER);
                        error.causes.push(cause);
                    }
                })
            });
        }
    }),
    both(
        "answers-odd-de-registrations-without-removal",
        |s| {
            let assoc = s.assoc.unwrap_or_default().to_be_bytes();
            if s.octets.first() == Some(&0x04) && s.memory.remove(&key(ODD, &[&assoc])).is_some() {
                edit(s, |m| {
                    if let Message::DeregistrationResponse(r) = m {
                        r.pe_identifier.0 ^= STRANGER;
                    }
                });
            }
        },
        |o| {
            if o.first() == Some(&0x02) && has_type(o, &[0xbf, 0xff]) {
                o.memory.insert(key(ODD, &[&o.assoc.to_be_bytes()]), 0);
                rewrite(&mut o.octets, |m| {
                    if let Message::Deregistration(r) = m {
                        r.pe_identifier.0 ^= STRANGER;
                    }
                });
            }
            true
        },
    ),
    Fault {
        settings: |c| c.check_addresses = false,
        ..both(
            "registers-what-it-rejects",
            |s| {
                let assoc = s.assoc.unwrap_or_default().to_be_bytes();
                if s.octets.first() == Some(&0x03)
                    && s.memory.remove(&key(ODD, &[&assoc])).is_some()
                {
                    edit(s, |m| {
                        if let Message::RegistrationResponse(r) = m {
                            r.flags = RegistrationResponse::REJECT;
                            r.operation_error = Some(error(CauseCode::INVALID_VALUES));
                        }
                    });
                }
            },
            |o| {
                if o.first() == Some(&0x01)
                    && decoded(&o.octets).is_none()
                    && let Some(repaired) = repaired(&o.octets)
                {
                    o.octets = repaired;
                    o.memory.insert(key(ODD, &[&o.assoc.to_be_bytes()]), 0);
                }
                true
            },
        )
    },
    sends("answers-one-registration-alone", |s| {
        answers_first(s, 0x03, 1)
    }),
    sends("answers-two-registrations-alone", |s| {
        answers_first(s, 0x03, 2)
    }),
    sends("answers-one-de-registration-alone", |s| {
        answers_first(s, 0x04, 1)
    }),
    sends("announces-itself-twice", |s| answers_first(s, 0x0a, 2)),
    sends("sends-de-registration-responses-to-others", |s| {
        s.strays = s.octets.first() == Some(&0x04)
    }),
    sends("never-answers-over-tcp", |s| {
        if s.assoc.is_some_and(over_tcp) {
            s.copies = 0;
        }
    }),
    sends("lists-no-pe-over-tcp", |s| {
        if s.assoc.is_some_and(over_tcp) {
            lists(s, |list| list.clear());
        }
    }),
    both(
        "registers-over-tcp-in-silence",
        |s| {
            if s.octets.first() == Some(&0x03) && s.assoc.is_some_and(over_tcp) {
                s.copies = 0;
            }
            let memory = std::mem::take(&mut s.memory);
            edit(s, |m| {
                if let Message::HandleResolutionResponse(r) = m {
                    memory.keys().for_each(|known| list_again(r, &known[1..]));
                }
            });
            s.memory = memory;
        },
        |o| {
            if o.first() == Some(&0x01) && over_tcp(o.assoc) {
                let registration = key(KNOWN, &[&o.octets]);
                o.memory.insert(registration, 0);
            }
            true
        },
    ),
    both(
        "never-takes-a-pe-back",
        |s| drop(meaning(s)),
        |o| {
            if let Some(Message::Registration(r)) = decoded(&o.octets) {
                let (pool, id) = (&r.pool_handle, r.pool_element.identifier);
                let mut known = granted(&o.memory).into_iter();
                let member = known.any(|g| g.handle == *pool && g.element.identifier == id);
                if number(&o.memory, pool, id).is_some() && !member {
                    invalidate(o);
                }
            }
            followed(o)
        },
    ),
    receives("aborts-and-dies-of-malformed-messages", |o| {
        if o.first().is_some_and(|t| (1..=0x0e).contains(t)) && decoded(&o.octets).is_none() {
            o.aborts = true;
            o.memory.insert(key(DEAD, &[]), 0);
        }
        !o.memory.contains_key(&key(DEAD, &[]))
    }),
];

/// Turns a PE Identifier into one that no PE has.
const STRANGER: u32 = 0x8000_0001;

fn error(code: CauseCode) -> OperationError {
    OperationError {
        causes: vec![ErrorCause::bare(code)],
    }
}

fn negative(sent: &Sent) -> bool {
    matches!(decoded(&sent.octets), Some(Message::HandleResolutionResponse(r)) if r.operation_error.is_some())
}

/// Pool and PE Identifier.
type Name<'a> = (&'a PoolHandle, u32);

/// Has a registration rejected for the names of the PEs that are registered.
fn reject_if(o: &mut Received, rejects: fn(Name<'_>, &[Name<'_>]) -> bool) -> bool {
    if let Some(Message::Registration(r)) = decoded(&o.octets) {
        let known = granted(&o.memory);
        let known: Vec<_> = known
            .iter()
            .map(|g| (&g.handle, g.element.identifier.0))
            .collect();
        if rejects((&r.pool_handle, r.pool_element.identifier.0), &known) {
            invalidate(o);
        }
    }
    followed(o)
}

/// Returns true if a message has a parameter whose type begins with one of these octets and is unknown.
fn has_type(octets: &[u8], first: &[u8]) -> bool {
    (4..octets.len().saturating_sub(3)).step_by(4).any(|at| {
        first.contains(&octets[at]) && matches!(octets[at + 1], 0xfe | 0xff | 0x08 | 0x09)
    })
}

/// Sends the first messages of a kind only.
fn answers_first(s: &mut Sent, kind: u8, count: u64) {
    if s.octets.first() == Some(&kind) {
        let times = entry(&mut s.memory, KNOWN, &[&[kind]]);
        *times += 1;
        if *times > count {
            s.copies = 0;
        }
    }
}

/// Returns true for a TCP connection: in the simulated network their numbers are odd.
fn over_tcp(assoc: u64) -> bool {
    assoc % 2 == 1
}

/// Returns a registration of the PE that a malformed one names.
fn repaired(octets: &[u8]) -> Option<Vec<u8>> {
    let find = |kind: u8, from: usize| {
        let mut places = (from..octets.len().saturating_sub(7)).step_by(4);
        places.find(|at| octets[*at..*at + 2] == [0, kind])
    };
    let element = find(0x0a, 4)?;
    // The handle is before the Pool Element or, in the wrong order, at the end.
    let handle = match element {
        4 => octets.get(find(0x09, 8)? + 4..)?,
        _ => octets.get(8..element)?,
    };
    let end = handle.iter().rposition(|octet| *octet != 0)? + 1;
    let handle = &handle[..end];
    let length = 4 + (4 + handle.len()).next_multiple_of(4) + 40;
    let mut whole = vec![0x01, 0];
    whole.extend((length as u16).to_be_bytes());
    whole.extend([0, 9]);
    whole.extend((4 + handle.len() as u16).to_be_bytes());
    whole.extend(handle);
    whole.resize(whole.len().next_multiple_of(4), 0);
    whole.extend([0, 0x0a, 0, 40]);
    whole.extend(&octets[element + 4..element + 8]);
    whole.extend([0, 0, 0, 0, 0, 0, 1, 44]);
    whole.extend([0, 4, 0, 16, 0x12, 0x67, 0, 0, 0, 1, 0, 8, 192, 0, 2, 9]);
    whole.extend([0, 8, 0, 8, 0, 0, 0, 1]);
    Some(whole)
}
