//! Mutants: the bundled registrar with one fault each, so that the suite can prove that it fails.
//!
//! A mutant edits octets between the registrar's engine and its transport, so it exists in process only.

use rsp_transport::Event;
use rsp_wire::asap::{
    AnnouncedTransport, Error, HandleResolutionResponse, Message, RegistrationResponse,
};
use rsp_wire::{CauseCode, ErrorCause, Flags, OperationError, ServerId};
use rspcheck_adapters::fault::{Fault, Received, Sent};

pub(crate) const fn sends(name: &'static str, sent: fn(&mut Sent)) -> Fault {
    both(name, sent, |_| true)
}

pub(crate) const fn receives(name: &'static str, received: fn(&mut Received) -> bool) -> Fault {
    both(name, |_| {}, received)
}

/// Returns a fault in what is sent and in what is received.
pub(crate) const fn both(
    name: &'static str,
    sent: fn(&mut Sent),
    received: fn(&mut Received) -> bool,
) -> Fault {
    Fault {
        name,
        sent,
        received,
        event: |_, _| true,
        settings: |_| {},
    }
}

/// Turns a PE Identifier into one that no PE has: the tester draws 32 bits at random.
const STRANGER: u32 = 0x8000_0001;

/// Returns all mutants.
pub(crate) fn all() -> impl Iterator<Item = &'static Fault> {
    let padding = crate::padding::ALL.iter().map(|padding| &padding.mutant);
    ALL.iter()
        .chain(padding)
        .chain(crate::unusual::ALL)
        .chain([&crate::spread::BURSTS])
}

/// Returns mutants with the case and the requirement that must see them: a case can fail for another reason than
/// its purpose.
pub(crate) fn seen() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    SEEN.iter()
}

const ALL: &[Fault] = &[
    sends("never-answers-registrations", |s| drop_type(s, 0x03)),
    sends("never-answers-deregistrations", |s| drop_type(s, 0x04)),
    sends("never-answers-resolutions", |s| drop_type(s, 0x06)),
    sends("never-answers-resolutions-of-unknown-pools", |s| {
        if let Ok(decoded) = Message::decode(&s.octets)
            && let Message::HandleResolutionResponse(r) = decoded.message
            && r.operation_error.is_some()
        {
            s.copies = 0;
        }
    }),
    sends("never-answers", |s| {
        for kind in [0x03, 0x04, 0x06] {
            drop_type(s, kind);
        }
    }),
    sends("never-sends-keep-alives", |s| drop_type(s, 0x07)),
    sends("never-announces", |s| drop_type(s, 0x0a)),
    sends("never-reports-errors", |s| drop_type(s, 0x0e)),
    sends("answers-twice", |s| s.copies = 2),
    sends("grants-everything", |s| {
        edit(s, |m| {
            if let Message::RegistrationResponse(r) = m {
                (r.flags, r.operation_error) = (Flags::NONE, None)
            }
        });
    }),
    sends("rejects-everything", |s| {
        edit(s, |m| {
            if let Message::RegistrationResponse(r) = m {
                r.flags = RegistrationResponse::REJECT
            }
        });
    }),
    sends("sets-every-flag", |s| set(s, 1, 0xff)),
    sends("swaps-pe-identifiers", |s| {
        edit(s, |m| match m {
            Message::RegistrationResponse(r) => r.pe_identifier.0 ^= 1,
            Message::DeregistrationResponse(r) => r.pe_identifier.0 ^= 1,
            Message::HandleResolutionResponse(r) => {
                r.pool_elements.iter_mut().for_each(|e| e.identifier.0 ^= 1)
            }
            _ => {}
        });
    }),
    sends("shortens-pool-handles", |s| {
        edit(s, |m| {
            let handle = match m {
                Message::RegistrationResponse(r) => &mut r.pool_handle,
                Message::DeregistrationResponse(r) => &mut r.pool_handle,
                Message::HandleResolutionResponse(r) => &mut r.pool_handle,
                Message::EndpointKeepAlive(r) => &mut r.pool_handle,
                _ => return,
            };
            let octets = handle.as_octets();
            *handle = rsp_wire::PoolHandle::new(&octets[..octets.len().saturating_sub(1)]);
        });
    }),
    sends("gives-no-causes", |s| {
        edit(s, |m| errors(m, |error| *error = None))
    }),
    sends("reports-no-causes", |s| {
        drop_type(s, 0x0e);
        edit(s, |m| errors(m, |error| *error = None));
    }),
    Fault {
        settings: |c| c.check_addresses = false,
        ..sends("takes-every-address", |_| {})
    },
    Fault {
        event: |event, _| !matches!(event, Event::Datagram { .. }),
        ..sends("ignores-other-announcements", |_| {})
    },
    sends("gives-the-unspecified-cause", |s| {
        edit(s, |m| {
            errors(m, |error| {
                if let Some(error) = error {
                    error.causes = vec![ErrorCause::bare(CauseCode::UNSPECIFIED)];
                }
            });
        });
    }),
    sends("gives-causes-without-information", |s| {
        edit(s, |m| {
            errors(m, |error| {
                for cause in error.iter_mut().flat_map(|e| &mut e.causes) {
                    cause.information = Box::default();
                }
            });
        });
    }),
    sends("gives-an-error-with-every-answer", |s| {
        edit(s, |m| {
            let error = OperationError {
                causes: vec![ErrorCause::bare(CauseCode::UNSPECIFIED)],
            };
            errors(m, |known| *known = Some(error.clone()));
        });
    }),
    sends("lists-no-pool-element", |s| lists(s, |list| list.clear())),
    sends("lists-the-first-only", |s| {
        lists(s, |list| list.truncate(1))
    }),
    both("lists-the-newest-first", newest_first, count_registrations),
    sends("leaves-out-the-second-best", |s| {
        lists(s, |list| {
            if list.len() > 1 {
                list.remove(1);
            }
        });
    }),
    sends("names-one-pool-in-all-keep-alives", |s| {
        if s.octets.first() == Some(&0x07) {
            let place = s.assoc.unwrap_or(0).to_be_bytes();
            let first = s.memory.keys().find(|key| key.starts_with(&place));
            match first.cloned() {
                Some(first) => s.octets = first[place.len()..].to_vec(),
                None => drop(s.memory.insert([&place[..], &s.octets].concat(), 0)),
            }
        }
    }),
    sends("uses-ppid-11-in-host-order", |s| {
        s.ppid = s.ppid.swap_bytes()
    }),
    receives("reads-every-degradation-as-0", |o| {
        registered(o, |e| {
            if let rsp_wire::Policy::LeastUsedDegradation {
                load_degradation, ..
            } = &mut e.policy
            {
                *load_degradation = 0;
            }
        })
    }),
    sends("lists-the-last-first", |s| lists(s, |list| list.reverse())),
    sends("lists-always-in-order", |s| {
        lists(s, |list| list.sort_by_key(|e| e.identifier.0))
    }),
    sends("lists-doubles", |s| {
        lists(s, |list| {
            let first = list.first().cloned();
            list.extend(first);
        });
    }),
    sends("lists-no-home", |s| {
        lists(s, |list| list.iter_mut().for_each(|e| e.home = ServerId(0)))
    }),
    sends("lists-lives-of-a-second", |s| {
        lists(s, |list| list.iter_mut().for_each(|e| e.life.0 = 1))
    }),
    sends("lists-no-asap-transport", |s| {
        lists(s, |list| {
            list.iter_mut().for_each(|e| e.asap_transport = None)
        })
    }),
    sends("lists-asap-transports-of-others", |s| {
        lists(s, |list| {
            for transport in list.iter_mut().filter_map(|e| e.asap_transport.as_mut()) {
                transport.port ^= 1;
            }
        });
    }),
    sends("lists-round-robin-policies", |s| {
        lists(s, |list| {
            list.iter_mut()
                .for_each(|e| e.policy = rsp_wire::Policy::RoundRobin)
        });
    }),
    both(
        "lists-pes-for-ever",
        |s| {
            let mut memory = std::mem::take(&mut s.memory);
            edit(s, |m| {
                if let Message::HandleResolutionResponse(r) = m {
                    for registered in memory.keys() {
                        list_again(r, registered);
                    }
                }
            });
            std::mem::swap(&mut s.memory, &mut memory);
        },
        |o| {
            if o.first() == Some(&0x01) {
                let registration = o.octets.clone();
                o.memory.insert(registration, 0);
            }
            true
        },
    ),
    sends("clears-the-a-flag", |s| {
        if s.octets.first() == Some(&0x06) {
            set(s, 1, 0)
        }
    }),
    receives("rejects-unlimited-lives", |o| {
        registered(o, |e| {
            if e.life.0 == -1 {
                e.life.0 = -2
            }
        })
    }),
    sends("gives-no-pool-policy", |s| {
        edit(s, |m| {
            if let Message::HandleResolutionResponse(r) = m {
                r.policy = None
            }
        });
    }),
    sends("gives-round-robin-for-every-pool", |s| {
        edit(s, |m| {
            if let Message::HandleResolutionResponse(r) = m {
                r.policy = Some(rsp_wire::Policy::RoundRobin);
            }
        });
    }),
    sends("keeps-alive-as-a-new-home", |s| {
        if s.octets.first() == Some(&0x07) {
            set(s, 1, 1)
        }
    }),
    sends("keeps-alive-with-server-0", |s| {
        edit(s, |m| {
            if let Message::EndpointKeepAlive(r) = m {
                r.server_id = ServerId(0)
            }
        });
    }),
    sends("announces-with-server-0", |s| {
        edit(s, |m| {
            if let Message::ServerAnnounce(r) = m {
                r.server_id = ServerId(0)
            }
        });
    }),
    sends("announces-another-port", |s| {
        edit(s, |m| {
            if let Message::ServerAnnounce(r) = m {
                for transport in &mut r.transports {
                    let port = match transport {
                        AnnouncedTransport::Sctp(sctp) => &mut sctp.port,
                        AnnouncedTransport::Tcp(tcp) => &mut tcp.port,
                    };
                    *port ^= 1;
                }
            }
        });
    }),
    receives("drops-what-comes-over-tcp", |o| o.assoc % 2 == 0),
    sends("uses-ppid-0", |s| s.ppid = 0),
    sends("sends-keep-alives-to-other-associations", |s| {
        s.strays = s.octets.first() == Some(&0x07)
    }),
    receives("answers-errors-by-errors", |o| {
        if o.first() == Some(&0x0e) {
            o[0] |= 0x40;
        }
        true
    }),
    receives("reads-every-transport-as-sctp", |o| {
        sctp_for_other_transports(o);
        true
    }),
    receives("ignores-registrations", |o| o.first() != Some(&0x01)),
    receives("ignores-deregistrations", |o| o.first() != Some(&0x02)),
    both(
        "answers-deregistrations-without-removal",
        |s| {
            edit(s, |m| {
                if let Message::DeregistrationResponse(r) = m {
                    r.pe_identifier.0 ^= STRANGER;
                }
            });
        },
        |o| {
            rewrite(o, |m| {
                if let Message::Deregistration(r) = m {
                    r.pe_identifier.0 ^= STRANGER;
                }
            });
            true
        },
    ),
    receives("ignores-reports", |o| o.first() != Some(&0x09)),
    receives("ignores-acknowledgements", |o| o.first() != Some(&0x08)),
    receives("ignores-unknown-messages", |o| {
        o.first().is_none_or(|t| (1..=0x0e).contains(t))
    }),
    receives("reads-every-policy-as-round-robin", |o| {
        registered(o, |e| e.policy = rsp_wire::Policy::RoundRobin)
    }),
    receives("reads-every-life-as-unlimited", |o| {
        registered(o, |e| e.life.0 = -1)
    }),
    receives("reads-every-life-as-a-second", |o| {
        registered(o, |e| e.life.0 = 1)
    }),
    receives("reads-a-report-as-a-deregistration", |o| {
        if o.first() == Some(&0x09) {
            o[0] = 0x02;
        }
        true
    }),
    receives("skips-parameters-it-must-stop-at", |o| {
        retype(o, 0x3f, 0xbf) && retype(o, 0x7f, 0xbf)
    }),
    receives("stops-at-parameters-it-must-skip", |o| {
        retype(o, 0xbf, 0x3f) && retype(o, 0xff, 0x3f)
    }),
    receives("reports-parameters-it-must-not-report", |o| {
        retype(o, 0xbf, 0xff) && retype(o, 0x3f, 0x7f)
    }),
    receives("reports-no-parameters", |o| {
        retype(o, 0xff, 0xbf) && retype(o, 0x7f, 0x3f)
    }),
    receives("reports-every-unknown-message", |o| {
        if o.first().is_some_and(|t| *t > 0x0e && *t < 0x40) {
            o[0] |= 0x40;
        }
        true
    }),
    receives("rejects-unknown-flags", |o| {
        o.get(1).is_none_or(|flags| *flags & 0xfe == 0)
    }),
    receives("rejects-counted-padding", |o| {
        o.len() < 4
            || u16::from_be_bytes([o[2], o[3]]) as usize != o.len()
            || o.len() % 4 != 0
            || o[0] > 0x0e
            || tight(o)
    }),
    receives("rejects-padding-other-than-zero", |o| padded_with_zero(o)),
    receives("reads-a-load-again-as-a-greater-one", |o| {
        let Ok(decoded) = Message::decode(&o.octets) else {
            return true;
        };
        let Message::Registration(registration) = decoded.message else {
            return true;
        };
        let id = registration.pool_element.identifier.0;
        let times = o.memory.entry(id.to_be_bytes().to_vec()).or_default();
        *times += 1;
        *times == 1
            || registered(o, |e| {
                if let rsp_wire::Policy::LeastUsedDegradation { load, .. } = &mut e.policy {
                    *load = u32::MAX;
                }
            })
    }),
    sends("answers-one-request-at-a-time", |s| {
        if s.octets.first() == Some(&0x06) {
            let assoc = s.assoc.unwrap_or_default().to_be_bytes().to_vec();
            let at = s.at.as_micros() as u64;
            if s.memory.insert(assoc, at) == Some(at) {
                s.copies = 0;
            }
        }
    }),
    sends("sends-each-message-twice-in-one", |s| {
        s.octets.extend_from_within(..)
    }),
    sends("keeps-alive-with-another-pool-handle", |s| {
        edit(s, |m| {
            if let Message::EndpointKeepAlive(r) = m {
                r.pool_handle = rsp_wire::PoolHandle::new(&b"another pool"[..]);
            }
        });
    }),
    sends("lists-weighted-pools-in-order", |s| {
        lists(s, |list| {
            let weighted = |e: &rsp_wire::PoolElement| {
                matches!(e.policy, rsp_wire::Policy::WeightedRoundRobin { .. })
            };
            if list.iter().all(weighted) {
                list.sort_by_key(|e| e.identifier.0);
            }
        });
    }),
    // A transport with its header, port and Transport Use, and its addresses.
    sends("lists-an-sctp-transport-without-address", |s| {
        list_instead_of_unknown(s, &[0x00, 0x04, 0x00, 0x08, 0x12, 0x67, 0x00, 0x00]);
    }),
    sends("lists-a-tcp-transport-with-two-addresses", |s| {
        list_instead_of_unknown(
            s,
            &[
                0x00, 0x05, 0x00, 0x18, 0x12, 0x67, 0x00, 0x00, // port 4711
                0x00, 0x01, 0x00, 0x08, 192, 0, 2, 1, //
                0x00, 0x01, 0x00, 0x08, 192, 0, 2, 2,
            ],
        );
    }),
];

/// Turns the response about an unknown pool into one that lists a Round Robin PE with this user transport.
fn list_instead_of_unknown(sent: &mut Sent, transport: &[u8]) {
    let Ok(decoded) = Message::decode(&sent.octets) else {
        return;
    };
    let Message::HandleResolutionResponse(response) = decoded.message else {
        return;
    };
    if response.operation_error.is_none() {
        return;
    }
    let handle = 4 + usize::from(u16::from_be_bytes([sent.octets[6], sent.octets[7]]));
    sent.octets.truncate(handle.next_multiple_of(4));
    let length = (4 + 12 + transport.len() + 8) as u8;
    sent.octets.extend([0x00, 0x0a, 0x00, length]);
    // PE Identifier, Home ENRP Server Identifier, Registration Life.
    sent.octets.extend([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 60]);
    sent.octets.extend(transport);
    sent.octets.extend([0x00, 0x08, 0x00, 0x08, 0, 0, 0, 1]);
    let length = (sent.octets.len() as u16).to_be_bytes();
    sent.octets[2..4].copy_from_slice(&length);
}

/// Returns true if the padding of every parameter of a message is zero.
fn padded_with_zero(octets: &[u8]) -> bool {
    let mut at = 4;
    while let Some(&[_, _, high, low]) = octets.get(at..at + 4) {
        let end = at + usize::from(u16::from_be_bytes([high, low])).max(4);
        at = end.next_multiple_of(4);
        let padding = octets.get(end..at.min(octets.len())).unwrap_or_default();
        if padding.iter().any(|octet| *octet != 0) {
            return false;
        }
    }
    true
}

/// Adds the PE of a registration to a response about its pool that lacks it.
fn list_again(response: &mut HandleResolutionResponse, registration: &[u8]) {
    let Ok(decoded) = Message::decode(registration) else {
        return;
    };
    let Message::Registration(registration) = decoded.message else {
        return;
    };
    let pe = registration.pool_element;
    let known = |listed: &rsp_wire::PoolElement| listed.identifier == pe.identifier;
    if registration.pool_handle == response.pool_handle && !response.pool_elements.iter().any(known)
    {
        response.operation_error = None;
        response.pool_elements.push(pe);
    }
}

/// Remembers the PEs in the order of their first registrations.
fn count_registrations(received: &mut Received) -> bool {
    let octets = received.octets.clone();
    if let Ok(decoded) = Message::decode(&octets)
        && let Message::Registration(r) = decoded.message
    {
        let (id, next) = (r.pool_element.identifier.0, received.memory.len() as u64);
        let id = id.to_be_bytes().to_vec();
        received.memory.entry(id).or_insert(next);
    }
    true
}

fn newest_first(sent: &mut Sent) {
    let memory = std::mem::take(&mut sent.memory);
    lists(sent, |list| {
        list.sort_by_key(|pe| {
            let known = memory.get(&pe.identifier.0.to_be_bytes()[..]);
            std::cmp::Reverse(known.copied())
        });
    });
    sent.memory = memory;
}

const SEEN: &[(&str, &str, &str)] = &[
    (
        "sends-keep-alives-in-bursts",
        "rfc5352/3.5/keep-alives-to-many-pes-are-spread",
        "R5352_3_5_17",
    ),
    (
        "takes-every-address",
        "rfc5352/2.2.1/address-outside-the-association",
        "R5352_2_2_1_7",
    ),
    (
        "takes-every-address",
        "rfc5352/2.2.1/one-of-two-addresses-outside-the-association",
        "R5352_2_2_1_7",
    ),
    (
        "takes-every-address",
        "rfc5352/2.2.1/tcp-address-outside-the-association",
        "R5352_2_2_1_7",
    ),
    (
        "ignores-other-announcements",
        "rfc5352/3.6/another-registrar-makes-announcements-rarer",
        "R5352_3_6_5",
    ),
    (
        "clears-the-a-flag",
        "rfc5352/2.2.6/updates-can-be-refused",
        "R5352_2_2_6_6",
    ),
    (
        "gives-the-unspecified-cause",
        "rfc5352/3.1/identifier-of-another-pe",
        "R5354_3_12_5_2",
    ),
    (
        "leaves-out-the-second-best",
        "rfc5356/4.5.2/highest-priority-comes-first",
        "R5356_4_5_2_1",
    ),
    (
        "leaves-out-the-second-best",
        "rfc5356/5.1.2/lowest-load-comes-first",
        "R5356_5_1_2_2",
    ),
    (
        "leaves-out-the-second-best",
        "rfc5356/5.2.2/without-degradation-it-is-least-used",
        "R5356_5_2_2_5",
    ),
    (
        "leaves-out-the-second-best",
        "rfc5356/5.3.2/lowest-sum-comes-first",
        "R5356_5_3_2_2",
    ),
    (
        "lists-pes-for-ever",
        "rfc5352/2.2.1/registration-over-tcp",
        "R5352_2_1_1",
    ),
    (
        "lists-pes-for-ever",
        "rfc5352/3.4/vanished-pe-is-removed",
        "R5352_3_5_15",
    ),
    (
        "lists-the-newest-first",
        "rfc5356/4.2.2/new-weights-count-at-once",
        "R5352_3_1_45",
    ),
    (
        "lists-the-newest-first",
        "rfc5356/5.3.2/new-loads-count-at-once",
        "R5352_3_1_45",
    ),
    (
        "lists-the-newest-first",
        "rfc5356/5.3.2/sum-does-not-wrap",
        "R5356_5_3_2_2",
    ),
    (
        "names-one-pool-in-all-keep-alives",
        "rfc5352/2.2.7/two-pools-over-one-association",
        "R5352_2_2_7_7",
    ),
    (
        "rejects-unlimited-lives",
        "rfc5352/3.1/infinite-life",
        "R5354_3_10_5",
    ),
    (
        "shortens-pool-handles",
        "rfc5352/2.2.6/handle-is-echoed-in-a-negative-response",
        "R5354_3_9_1",
    ),
    (
        "shortens-pool-handles",
        "rfc5352/2.2.6/handle-is-echoed-in-a-positive-response",
        "R5352_2_2_6_5",
    ),
];

/// Mutants that give a cause as a report, but not the right one, or not all of it.
pub(crate) const WRONG_CAUSES: &[&str] = &[
    "gives-the-unspecified-cause",
    "gives-causes-without-information",
];

/// Mutants that do not answer, with the requirements that they break, in order.
pub(crate) const SILENT: &[(&str, &[&str])] = &[
    ("never-answers-registrations", &["R5352_3_1_53"]),
    (
        "never-answers-deregistrations",
        &["R5352_3_2_20", "R5352_3_2_22", "R5352_3_2_3"],
    ),
    (
        "never-answers-resolutions-of-unknown-pools",
        &["R5352_3_3_25"],
    ),
    (
        "never-answers-resolutions",
        &["R5352_3_3_21", "R5352_3_3_25"],
    ),
    (
        "never-answers",
        &["R5352_3_1_53", "R5352_3_2_20", "R5352_3_3_25"],
    ),
];

/// Returns true if the message's Length counts no padding behind the last parameter.
fn tight(octets: &[u8]) -> bool {
    let mut decoded = Vec::new();
    match Message::decode(octets) {
        Ok(message) => {
            message.message.encode(&mut decoded).is_ok() && decoded.get(2..4) == octets.get(2..4)
        }
        Err(_) => true,
    }
}

fn drop_type(sent: &mut Sent, kind: u8) {
    if sent.octets.first() == Some(&kind) {
        sent.copies = 0;
    }
}

fn set(sent: &mut Sent, at: usize, octet: u8) {
    if let Some(place) = sent.octets.get_mut(at) {
        *place = octet;
    }
}

/// Decodes, changes and encodes the message; leaves a message that does not decode as it is.
pub(crate) fn edit(sent: &mut Sent, change: impl FnOnce(&mut Message)) {
    rewrite(&mut sent.octets, change);
}

pub(crate) fn rewrite(octets: &mut Vec<u8>, change: impl FnOnce(&mut Message)) {
    let Ok(mut decoded) = Message::decode(octets) else {
        return;
    };
    change(&mut decoded.message);
    let mut changed = Vec::new();
    if decoded.message.encode(&mut changed).is_ok() {
        *octets = changed;
    }
}

pub(crate) fn errors(message: &mut Message, change: impl FnOnce(&mut Option<OperationError>)) {
    match message {
        Message::RegistrationResponse(r) => change(&mut r.operation_error),
        Message::DeregistrationResponse(r) => change(&mut r.operation_error),
        Message::HandleResolutionResponse(r) => change(&mut r.operation_error),
        Message::Error(Error {
            operation_error, ..
        }) => {
            let mut error = Some(operation_error.clone());
            change(&mut error);
            *operation_error = error.unwrap_or_else(|| OperationError {
                causes: vec![ErrorCause::bare(CauseCode::UNSPECIFIED)],
            });
        }
        _ => {}
    }
}

pub(crate) fn lists(sent: &mut Sent, change: impl FnOnce(&mut Vec<rsp_wire::PoolElement>)) {
    edit(sent, |m| {
        if let Message::HandleResolutionResponse(r) = m {
            change(&mut r.pool_elements)
        }
    });
}

pub(crate) fn registered(
    octets: &mut Vec<u8>,
    change: impl FnOnce(&mut rsp_wire::PoolElement),
) -> bool {
    rewrite(octets, |m| {
        if let Message::Registration(r) = m {
            change(&mut r.pool_element)
        }
    });
    true
}

/// Makes the user transport of a registration an SCTP transport, so that its reserved field is a Transport Use.
fn sctp_for_other_transports(octets: &mut Vec<u8>) {
    if octets.first() != Some(&0x01) {
        return;
    }
    let header = |o: &[u8], at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(o.get(at..at + 4)?.try_into().ok()?))
    };
    // IPv4 only, as the suite registers: TCP, UDP and UDP-Lite have the layout of SCTP, DCCP a service code besides.
    for at in (4..octets.len().saturating_sub(4)).step_by(4) {
        match header(octets, at) {
            Some(0x0005_0010 | 0x0006_0010 | 0x0007_0010) => octets[at + 1] = 0x04,
            Some(0x0003_0014) => {
                octets[at..at + 4].copy_from_slice(&[0, 4, 0, 16]);
                octets.drain(at + 8..at + 12);
                shorten(octets, 2);
                let element = (4..at)
                    .step_by(4)
                    .rev()
                    .find(|at| octets[*at..*at + 2] == [0, 0x0a]);
                if let Some(element) = element {
                    shorten(octets, element + 2);
                }
                return;
            }
            _ => {}
        }
    }
}

/// Subtracts four from the Length at `at`.
fn shorten(octets: &mut [u8], at: usize) {
    let length = u16::from_be_bytes([octets[at], octets[at + 1]]).saturating_sub(4);
    octets[at..at + 2].copy_from_slice(&length.to_be_bytes());
}

/// Turns the first octet of every unknown parameter type that begins with `from` into `to`.
pub(crate) fn retype(octets: &mut [u8], from: u8, to: u8) -> bool {
    for at in (4..octets.len().saturating_sub(3)).step_by(4) {
        if octets[at] == from && matches!(octets[at + 1], 0xfe | 0xff) {
            octets[at] = to;
        }
    }
    true
}
