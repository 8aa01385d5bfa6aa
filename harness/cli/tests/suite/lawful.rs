//! Lawful variants: the bundled registrar with a behaviour that the RFCs allow as well, so that the suite can
//! prove that it fails no registrar for a choice of its own.

use crate::mutants::{both, edit, errors, lists, registered, retype, rewrite, sends};
use crate::spread;
use rsp_wire::asap::{Message, RegistrationResponse};
use rsp_wire::{CauseCode, ErrorCause, OperationError};
use rspcheck_adapters::fault::Fault;
use rspcheck_dissect::{Kind, Protocol, dissect};
use std::time::Duration;

/// A lawful variant, with the cases that do not pass on it although they fail on no requirement.
pub(crate) struct Lawful {
    /// The behaviour.
    pub(crate) variant: Fault,
    /// Beginnings of the ids of cases and monitors that may report a deviation: the RFC discourages the behaviour.
    pub(crate) deviates: &'static [&'static str],
    /// Beginnings of the ids of cases whose purpose cannot be reached.
    pub(crate) hides: &'static [&'static str],
    /// True if registrars of its own kind do not understand it, so that it has no place among several of them.
    pub(crate) alone: bool,
}

pub(crate) const fn lawful(variant: Fault) -> Lawful {
    Lawful {
        variant,
        deviates: &[],
        hides: &[],
        alone: false,
    }
}

impl Lawful {
    pub(crate) const fn deviates(mut self, cases: &'static [&'static str]) -> Lawful {
        self.deviates = cases;
        self
    }

    pub(crate) const fn hides(mut self, cases: &'static [&'static str]) -> Lawful {
        self.hides = cases;
        self
    }

    pub(crate) const fn alone(mut self) -> Lawful {
        self.alone = true;
        self
    }
}

/// Remainder modulo 2 of the numbers of SCTP associations in the simulated network; TCP connections have the other.
const SCTP: u64 = 0;

/// Longest life that `limits-every-life` grants.
const LONGEST: i32 = 120;

/// All lawful variants.
pub(crate) const ALL: &[Lawful] = &[
    // RFC 5352 §3.5: the traffic is distributed; varying the period at random is one way, a phase for each PE another.
    lawful(spread::EVENLY).hides(SILENT_PES),
    // The time *between* two keep-alives to a PE is varied, so PEs that register together are due together once.
    lawful(spread::FIRST).hides(SILENT_PES),
    // RFC 5352 §2.2.3: with R clear, an Operation Error warns that registration values were modified.
    lawful(both(
        "limits-every-life",
        |s| {
            let mut memory = std::mem::take(&mut s.memory);
            edit(s, |m| {
                if let Message::RegistrationResponse(r) = m
                    && memory
                        .remove(&r.pe_identifier.0.to_be_bytes()[..])
                        .is_some()
                    && !r.flags.contains(RegistrationResponse::REJECT)
                {
                    r.operation_error = Some(unspecified());
                }
            });
            s.memory = memory;
        },
        |o| {
            let mut limited = None;
            registered(o, |e| {
                if e.life.0 == -1 || e.life.0 > LONGEST {
                    e.life.0 = LONGEST;
                    limited = Some(e.identifier.0.to_be_bytes().to_vec());
                }
            });
            o.memory.extend(limited.map(|id| (id, 0)));
            true
        },
    ))
    .hides(&["rfc5352/3.1/infinite-life-does-not-end"]),
    // RFC 5352 §9.1 (threat 9) and RFC 5355 §2.14.3: the registrar limits the rate of keep-alives.
    lawful(Fault {
        settings: |c| c.keep_alive_timeout = Duration::from_secs(86_400),
        ..sends("limits-keep-alives-to-one-a-second", |s| {
            if s.octets.first() != Some(&0x07) {
                return;
            }
            let now = s.at.as_millis() as u64;
            let key = [&s.assoc.unwrap_or(0).to_be_bytes()[..], &s.octets].concat();
            match s.memory.get(&key) {
                Some(last) if now - last < 1000 => s.copies = 0,
                _ => drop(s.memory.insert(key, now)),
            }
        })
    })
    .hides(RARE_KEEP_ALIVES),
    // The RFCs prescribe no reaction to a malformed message (T38, T50).
    lawful(both(
        "aborts-after-malformed-messages",
        |_| {},
        |o| {
            o.aborts = malformed(o);
            true
        },
    )),
    // RFC 5354 §3.12: an Operation Error has one or more causes.
    lawful(sends("gives-a-second-cause", |s| {
        edit(s, |m| {
            errors(m, |error| {
                if let Some(error) = error {
                    error.causes.extend(unspecified().causes);
                }
            });
        });
    })),
    // RFC 5354 §4: "should never pad with more than 3 bytes" has no key word.
    lawful(sends("pads-by-four-more-octets", |s| {
        // Over TCP the Length and the padding find the next message.
        if s.ppid == 11 && s.assoc.is_some_and(|assoc| assoc % 2 == SCTP) {
            s.octets.extend([0; 4]);
        }
    }))
    .deviates(&["monitor/padding-size"]),
    // RFC 5352 §3.5 removes a PE when a keep-alive cannot be sent; a missing acknowledgement is not that (T18).
    lawful(Fault {
        settings: |c| c.keep_alive_timeout = Duration::from_secs(86_400),
        ..sends("keeps-silent-pes", |_| {})
    })
    .hides(SILENT_PES),
    // Of several malformed registrations one can be rejected and another repaired and granted.
    lawful(both(
        "rejects-short-policies-and-repairs-long-ones",
        |_| {},
        |o| {
            repair_policy(o);
            true
        },
    )),
    // The RFCs permit a response with and without the ASAP Transport (T8).
    lawful(sends("lists-no-asap-transport", |s| {
        lists(s, |list| {
            list.iter_mut().for_each(|e| e.asap_transport = None)
        })
    }))
    .hides(&[
        "rfc5352/3.1/asap-transport-",
        "rfc5352/3.1/written-asap-transport-",
    ]),
    // An acknowledgement without a keep-alive is no unrecognized message; any other report is open (T23).
    lawful(both(
        "complains-about-unasked-acknowledgements",
        |s| {
            let key = asked(s.assoc.unwrap_or(0), &s.octets);
            match s.octets.first() {
                Some(0x07) => *s.memory.entry(key).or_default() += 1,
                Some(0x0e) => edit(s, |m| {
                    errors(m, |error| {
                        for cause in error.iter_mut().flat_map(|e| &mut e.causes) {
                            if cause.information.first() == Some(&0x48) {
                                *cause = ErrorCause::bare(CauseCode::UNSPECIFIED);
                            }
                        }
                    });
                }),
                _ => {}
            }
        },
        |o| {
            if o.first() == Some(&0x08) {
                let key = asked(o.assoc, &o.octets);
                match o.memory.get_mut(&key) {
                    Some(open) if *open > 0 => *open -= 1,
                    _ => o[0] = 0x48,
                }
            }
            true
        },
    )),
    // RFC 5354 §3 requires that the message is discarded; it does not forbid an answer in so many words.
    lawful(both(
        "reports-what-it-discards",
        |_| {},
        |o| {
            if o.first().is_some_and(|t| *t > 0x0e && *t < 0x40) {
                o[0] |= 0x40;
            }
            retype(o, 0x3f, 0x7f)
        },
    ))
    .deviates(&[
        "rfc5354/3/drop-",
        "rfc5354/3/the-first-that-stops-decides",
        "rfc5354/4/unknown-00-message-",
    ]),
];

/// Cases that need the removal of a PE that does not acknowledge.
const SILENT_PES: &[&str] = &[
    "rfc5352/3.4/acknowledgement-is-for-its-pool",
    "rfc5352/3.4/silent-pe-can-come-back",
];

/// As before, and those that need a second keep-alive to each PE: without the acknowledgement of one that was held
/// back, the registrar sends no other.
const RARE_KEEP_ALIVES: &[&str] = &[
    "rfc5352/3.4/acknowledgement-is-for-its-pool",
    "rfc5352/3.4/silent-pe-can-come-back",
    "rfc5352/3.5/keep-alives-to-many-pes-are-spread",
];

fn unspecified() -> OperationError {
    OperationError {
        causes: vec![ErrorCause::bare(CauseCode::UNSPECIFIED)],
    }
}

/// Returns the key of a keep-alive or an acknowledgement: association and pool handle.
fn asked(assoc: u64, octets: &[u8]) -> Vec<u8> {
    let dissection = dissect(Protocol::Asap, octets);
    let handle = dissection.value("pool-handle").map(|v| format!("{v:?}"));
    [
        &assoc.to_be_bytes()[..],
        handle.unwrap_or_default().as_bytes(),
    ]
    .concat()
}

/// Returns true if a message cannot be read as it is.
pub(crate) fn malformed(octets: &[u8]) -> bool {
    let dissection = dissect(Protocol::Asap, octets);
    dissection.defects().iter().any(|defect| {
        matches!(
            defect.kind,
            Kind::Truncated
                | Kind::LengthTooSmall
                | Kind::LengthOverrun
                | Kind::WrongLength
                | Kind::MissingParameter
                | Kind::DuplicateParameter
                | Kind::UnexpectedParameter
                | Kind::AddressCount
        )
    })
}

/// Corrects the Length of a Round Robin policy in a registration. Where it was too short, the life becomes
/// invalid, so that the registration is rejected.
fn repair_policy(octets: &mut Vec<u8>) {
    if octets.first() != Some(&0x01) || !malformed(octets) {
        return;
    }
    let policy = (4..octets.len().saturating_sub(7))
        .step_by(4)
        .find(|at| octets[*at..*at + 2] == [0, 8] && octets[*at + 4..*at + 8] == [0, 0, 0, 1]);
    let Some(at) = policy else { return };
    let short = u16::from_be_bytes([octets[at + 2], octets[at + 3]]) < 8;
    octets[at + 2..at + 4].copy_from_slice(&[0, 8]);
    if short {
        rewrite(octets, |m| {
            if let Message::Registration(r) = m {
                r.pool_element.life.0 = 0;
            }
        });
    }
}
