//! ASAP messages (RFC 5352 §2.2), one row each, in the order of their types.

use super::param::{
    COOKIE, OPERATION_ERROR, PE_IDENTIFIER, POLICY, POOL_ELEMENT, POOL_HANDLE, SCTP_TRANSPORT,
    TCP_TRANSPORT,
};
use super::{
    Condition, Count, Field, Flag, Message, Protocol, Slot, fields, flag, identifier, sequence,
    slot,
};

const HANDLE: Slot = slot("Pool Handle", &[POOL_HANDLE], Count::One);
const ELEMENT: Slot = slot("Pool Element", &[POOL_ELEMENT], Count::One);
const ELEMENTS: Slot = slot("Pool Element", &[POOL_ELEMENT], Count::Some);
const PE: Slot = slot("PE Identifier", &[PE_IDENTIFIER], Count::One);
const ERROR: Slot = slot("Operation Error", &[OPERATION_ERROR], Count::One);
const ERROR_IF_ANY: Slot = slot("Operation Error", &[OPERATION_ERROR], Count::Optional);
const A_COOKIE: Slot = slot("Cookie", &[COOKIE], Count::One);

const ELEMENTS_IF_ANY: Slot = slot("Pool Element", &[POOL_ELEMENT], Count::Any);
const OVERALL_POLICY: Slot = slot("Overall PE Selection Policy", &[POLICY], Count::Optional);
const TRANSPORTS_IF_ANY: Slot = slot(
    "SCTP or TCP Transport",
    &[SCTP_TRANSPORT, TCP_TRANSPORT],
    Count::Any,
);

const POSITIVE: &str =
    "a response without an Operation Error is positive and has at least one Pool Element";
const NEGATIVE: &str = "a negative response contains neither an overall policy nor Pool Elements";

const SERVER: Field = identifier("Server Identifier", "server-identifier");

const fn row(
    code: u8,
    name: &'static str,
    section: &'static str,
    flags: &'static [Flag],
    list: &'static [Field],
    slots: &'static [Slot],
) -> Message {
    let parameters = sequence(slots);
    Message {
        protocol: Protocol::Asap,
        code,
        name,
        section,
        flags,
        fields: fields(list),
        parameters,
        conditions: &[],
    }
}

const NONE: &[Flag] = &[];
const REJECTED: &[Flag] = &[flag('R', 0x01, "the registration is rejected")];
const WANTS_UPDATES: &[Flag] = &[flag('S', 0x01, "the PU requests updates of the pool")];
const UPDATES_COME: &[Flag] = &[flag(
    'A',
    0x01,
    "the registrar will send updates of the pool",
)];
const HOME: &[Flag] = &[flag('H', 0x01, "the sender becomes the Home ENRP server")];

/// The ASAP messages, in the order of their types from 1. A row: type, name, section, flags, fields,
/// parameters.
#[rustfmt::skip]
pub static MESSAGES: [Message; 14] = [
    row(0x01, "ASAP_REGISTRATION", "RFC 5352 §2.2.1", NONE, &[], &[HANDLE, ELEMENT]),
    row(0x02, "ASAP_DEREGISTRATION", "RFC 5352 §2.2.2", NONE, &[], &[HANDLE, PE]),
    row(0x03, "ASAP_REGISTRATION_RESPONSE", "RFC 5352 §2.2.3", REJECTED, &[], &[HANDLE, PE, ERROR_IF_ANY]),
    row(0x04, "ASAP_DEREGISTRATION_RESPONSE", "RFC 5352 §2.2.4", NONE, &[], &[HANDLE, PE, ERROR_IF_ANY]),
    row(0x05, "ASAP_HANDLE_RESOLUTION", "RFC 5352 §2.2.5", WANTS_UPDATES, &[], &[HANDLE]),
    Message {
        conditions: &[
            Condition::AnyOf(&[POOL_ELEMENT, OPERATION_ERROR], POSITIVE),
            Condition::Excludes(OPERATION_ERROR, &[POLICY, POOL_ELEMENT], NEGATIVE),
        ],
        ..row(0x06, "ASAP_HANDLE_RESOLUTION_RESPONSE", "RFC 5352 §2.2.6", UPDATES_COME, &[],
            &[HANDLE, OVERALL_POLICY, ELEMENTS_IF_ANY, ERROR_IF_ANY])
    },
    row(0x07, "ASAP_ENDPOINT_KEEP_ALIVE", "RFC 5352 §2.2.7", HOME, &[SERVER], &[HANDLE]),
    row(0x08, "ASAP_ENDPOINT_KEEP_ALIVE_ACK", "RFC 5352 §2.2.8", NONE, &[], &[HANDLE, PE]),
    row(0x09, "ASAP_ENDPOINT_UNREACHABLE", "RFC 5352 §2.2.9", NONE, &[], &[HANDLE, PE]),
    row(0x0a, "ASAP_SERVER_ANNOUNCE", "RFC 5352 §2.2.10", NONE, &[SERVER], &[TRANSPORTS_IF_ANY]),
    row(0x0b, "ASAP_COOKIE", "RFC 5352 §2.2.11", NONE, &[], &[A_COOKIE]),
    row(0x0c, "ASAP_COOKIE_ECHO", "RFC 5352 §2.2.12", NONE, &[], &[A_COOKIE]),
    row(0x0d, "ASAP_BUSINESS_CARD", "RFC 5352 §2.2.13", NONE, &[], &[HANDLE, ELEMENTS]),
    row(0x0e, "ASAP_ERROR", "RFC 5352 §2.2.14", NONE, &[], &[ERROR]),
];
