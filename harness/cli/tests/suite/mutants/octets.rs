//! Mutants with a fault in transports, addresses, handles, padding and types, as a wrong decoder or encoder has it.

use super::memory::{decoded, entry, followed, granted, key, meaning};
use super::{both, edit, invalidate, lists, padded_with_zero, receives, rewrite, sends};
use rsp_wire::asap::{AnnouncedTransport, Message};
use rsp_wire::{PoolHandle, Transport, TransportUse};
use rspcheck_adapters::fault::{Fault, Received, Sent};

/// Association that the mutant has seen.
const KNOWN: u8 = b'n';

/// The mutants.
pub(super) const ALL: &[Fault] = &[
    Fault {
        settings: |c| c.max_items = 8,
        ..sends("lists-eight-pes-at-most", |_| {})
    },
    sends("lists-every-transport-as-data-only", |s| {
        lists(s, |list| {
            for pe in list {
                if let Transport::Sctp(transport) = &mut pe.user_transport {
                    transport.transport_use = TransportUse::DATA_ONLY;
                }
            }
        })
    }),
    receives("ignores-registrations-of-other-transports", |o| {
        !matches!(decoded(&o.octets), Some(Message::Registration(r))
            if !matches!(r.pool_element.user_transport, Transport::Sctp(_)))
    }),
    sends("sends-errors-to-other-associations", |s| {
        s.strays = s.octets.first() == Some(&0x0e)
    }),
    receives("reads-parameter-types-without-their-highest-bits", |o| {
        for at in (4..o.len().saturating_sub(3)).step_by(4) {
            if matches!(o[at..at + 2], [0x40 | 0x80 | 0xc0, 0x08 | 0x09]) {
                o[at] = 0;
            }
        }
        true
    }),
    Fault {
        settings: |c| c.check_addresses = false,
        ..sends("lists-eight-addresses-at-most", |s| {
            lists(s, |list| {
                for pe in list {
                    if let Transport::Sctp(transport) = &mut pe.user_transport {
                        transport.addresses.rest.truncate(7);
                    }
                }
            })
        })
    },
    sends("cuts-handles-after-32-octets", |s| {
        cut_handle(s, |handle| handle.truncate(32))
    }),
    sends("cuts-handles-at-a-nul", |s| {
        cut_handle(s, |handle| {
            let end = handle.iter().position(|octet| *octet == 0);
            handle.truncate(end.unwrap_or(handle.len()));
        })
    }),
    sends("lists-the-user-transport-as-the-asap-transport", |s| {
        lists(s, |list| {
            for pe in list {
                if let Transport::Sctp(transport) = &pe.user_transport {
                    pe.asap_transport = Some(transport.clone());
                }
            }
        })
    }),
    both(
        "lists-the-asap-transport-that-the-pe-wrote",
        |s| {
            meaning(s);
            let known = granted(&s.memory);
            edit(s, |m| {
                if let Message::HandleResolutionResponse(r) = m {
                    for pe in &mut r.pool_elements {
                        let sent = known.iter().find(|g| {
                            g.handle == r.pool_handle && g.element.identifier == pe.identifier
                        });
                        if let Some(written) = sent.and_then(|g| g.element.asap_transport.clone()) {
                            pe.asap_transport = Some(written);
                        }
                    }
                }
            });
        },
        followed,
    ),
    sends("lists-asap-transports-as-udp", retype_asap_transport),
    sends("announces-udp", |s| announce(s, |_| {}, true)),
    sends("announces-tcp-alone", |s| {
        announce(
            s,
            |all| all.retain(|t| matches!(t, AnnouncedTransport::Tcp(_))),
            false,
        )
    }),
    sends("announces-sctp-alone", |s| {
        announce(
            s,
            |all| all.retain(|t| matches!(t, AnnouncedTransport::Sctp(_))),
            false,
        )
    }),
    sends("announces-port-0", |s| {
        announce(
            s,
            |all| {
                for transport in all {
                    if let AnnouncedTransport::Sctp(transport) = transport {
                        transport.port = 0;
                    }
                }
            },
            false,
        )
    }),
    receives("counts-padding-in-handles", |o| {
        let Some(&[0, 9, high, low]) = o.get(4..8) else {
            return true;
        };
        let end = 4 + usize::from(u16::from_be_bytes([high, low]));
        let padded = end.next_multiple_of(4);
        let padding = o.get(end..padded);
        if padding.is_some_and(|padding| padding.iter().any(|octet| *octet != 0)) {
            let length = (padded - 4) as u16;
            o[6..8].copy_from_slice(&length.to_be_bytes());
        }
        true
    }),
    receives("rejects-padded-registrations", |o| {
        if o.first() == Some(&0x01) && !padded_with_zero(o) {
            invalidate(o);
        }
        true
    }),
    receives("takes-counted-padding-for-handle", |o| {
        if o.first() == Some(&0x05)
            && let Some(&[0, 9, high, low]) = o.get(4..8)
            && u16::from_be_bytes([o[2], o[3]]) as usize == o.len()
            && u16::from_be_bytes([high, low]) % 4 != 0
        {
            let whole = (o.len() - 4) as u16;
            o[6..8].copy_from_slice(&whole.to_be_bytes());
        }
        true
    }),
    receives("ignores-odd-lengths", |o| {
        o.first() != Some(&0x05) || o.get(3).is_none_or(|low| low % 4 == 0) || once(o)
    }),
    receives("rejects-flags-of-resolutions", |o| {
        if let [0x05, 0x02..=0xff, ..] = o[..] {
            o[1] = 0;
            if let Some(octet) = o.get_mut(8) {
                *octet ^= 0x5a;
            }
        }
        true
    }),
    receives("registers-by-an-unknown-type", |o| {
        if let [kind @ 0x21, ..] = &mut o.octets[..] {
            *kind = 0x01;
        }
        true
    }),
    receives("reports-known-types-with-other-bits", |o| {
        retype_known(o, 0x80, [0xff, 0xfe]);
        true
    }),
    receives("stops-at-known-types-with-other-bits", |o| {
        retype_known(o, 0x80, [0x3f, 0xff]);
        retype_known(o, 0xc0, [0x3f, 0xff]);
        true
    }),
    both(
        "matches-handles-by-their-beginning",
        |s| {
            meaning(s);
            let assoc = s.assoc.unwrap_or_default().to_be_bytes();
            let asked = key(KNOWN, &[&assoc]);
            if s.octets.first() == Some(&0x06)
                && let Some(asked) = s.memory.keys().find(|k| k.starts_with(&asked)).cloned()
            {
                s.memory.remove(&asked);
                edit(s, |m| {
                    if let Message::HandleResolutionResponse(r) = m {
                        r.pool_handle = PoolHandle::new(&asked[9..]);
                    }
                });
            }
        },
        |o| {
            if let Some(Message::HandleResolution(r)) = decoded(&o.octets) {
                let asked = r.pool_handle.as_octets();
                let mut known = granted(&o.memory).into_iter().map(|g| g.handle);
                let near = known.find(|h| asked.starts_with(h.as_octets()) && *h != r.pool_handle);
                if let Some(near) = near {
                    let this = key(KNOWN, &[&o.assoc.to_be_bytes(), asked]);
                    o.memory.insert(this, 0);
                    rewrite(&mut o.octets, |m| {
                        if let Message::HandleResolution(r) = m {
                            r.pool_handle = near.clone();
                        }
                    });
                }
            }
            followed(o)
        },
    ),
];

/// Changes the pool handle of a message to a PE or PU.
fn cut_handle(s: &mut Sent, cut: fn(&mut Vec<u8>)) {
    edit(s, |m| {
        let handle = match m {
            Message::RegistrationResponse(r) => &mut r.pool_handle,
            Message::DeregistrationResponse(r) => &mut r.pool_handle,
            Message::HandleResolutionResponse(r) => &mut r.pool_handle,
            Message::EndpointKeepAlive(r) => &mut r.pool_handle,
            _ => return,
        };
        let mut octets = handle.as_octets().to_vec();
        cut(&mut octets);
        *handle = PoolHandle::new(&octets[..]);
    });
}

/// Makes the ASAP Transport in a response a UDP Transport: it has the same layout with one IPv4 address.
fn retype_asap_transport(s: &mut Sent) {
    if s.octets.first() == Some(&0x06) {
        for at in (8..s.octets.len().saturating_sub(4)).step_by(4) {
            let policy = s.octets[at - 8..at].starts_with(&[0, 8, 0, 8]);
            if policy && s.octets[at..at + 4] == [0, 4, 0, 16] {
                s.octets[at + 1] = 6;
            }
        }
    }
}

/// Changes the transports of an announcement, and makes SCTP Transports UDP ones on demand: they have the same layout.
fn announce(s: &mut Sent, change: fn(&mut Vec<AnnouncedTransport>), as_udp: bool) {
    edit(s, |m| {
        if let Message::ServerAnnounce(r) = m {
            change(&mut r.transports);
        }
    });
    if as_udp && s.octets.first() == Some(&0x0a) && s.octets.get(8..10) == Some(&[0, 4]) {
        s.octets[9] = 6;
    }
}

/// Returns true for the first message of an association.
fn once(o: &mut Received) -> bool {
    let times = entry(&mut o.memory, KNOWN, &[&o.assoc.to_be_bytes()]);
    *times += 1;
    *times == 1
}

/// Changes the type of parameters that differ from a known one in the highest bits.
fn retype_known(octets: &mut [u8], first: u8, to: [u8; 2]) {
    for at in (4..octets.len().saturating_sub(3)).step_by(4) {
        if octets[at] == first && matches!(octets[at + 1], 0x08 | 0x09) {
            octets[at..at + 2].copy_from_slice(&to);
        }
    }
}
