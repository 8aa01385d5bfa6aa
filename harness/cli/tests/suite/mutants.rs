//! Mutants: the bundled registrar with one fault each, so that the suite can prove that it fails.
//!
//! A mutant edits octets between the registrar's engine and its transport, so it exists in process only.

use rsp_transport::Event;
use rsp_wire::asap::{AnnouncedTransport, Message, RegistrationResponse};
use rsp_wire::{CauseCode, ErrorCause, Flags, OperationError, ServerId};
use rspcheck_adapters::fault::{Fault, Received, Sent};

mod answers;
mod change;
mod expected;
mod flood;
mod memory;
mod octets;
mod policy;
mod state;
mod subscription;

use change::{
    drop_type, invalidate, list_again, list_instead_of_unknown, padded_with_zero,
    sctp_for_other_transports, set, tight,
};
pub(crate) use change::{edit, errors, lists, registered, retype, rewrite};
pub(crate) use expected::{SILENT, UNBROKEN, WRONG_CAUSES};
pub(crate) use policy::PASSED_BY_ORDERS;

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
    let parts = [
        ALL,
        answers::ALL,
        octets::ALL,
        subscription::ALL,
        state::ALL,
        policy::ALL,
        flood::ALL,
    ];
    let padding = crate::padding::ALL.iter().map(|padding| &padding.mutant);
    parts
        .into_iter()
        .flatten()
        .chain(padding)
        .chain(crate::unusual::ALL)
        .chain([&crate::spread::BURSTS])
}

/// Returns mutants with the case and the requirement that must see them: a case can fail for another reason than
/// its purpose.
pub(crate) fn seen() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    expected::SEEN.iter()
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
    sends("gives-causes-with-information", |s| {
        edit(s, |m| {
            errors(m, |error| {
                for cause in error.iter_mut().flat_map(|e| &mut e.causes) {
                    cause.information = Box::from(&b"why?"[..]);
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
