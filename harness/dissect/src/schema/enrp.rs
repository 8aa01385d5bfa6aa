//! ENRP messages (RFC 5353 §2), one row each, in the order of their types. The prose of the RFC also
//! uses older names such as PEER_NAME_UPDATE; the names here are those of its Figure 1.

use super::param::{OPERATION_ERROR, PE_CHECKSUM, POOL_ELEMENT, POOL_HANDLE, SERVER_INFORMATION};
use super::{
    Condition, Count, Field, Flag, Grammar, Message, NOTHING, Protocol, RESERVED, Shape, Slot,
    Values, fields, flag, identifier, sequence, slot,
};

const SENDER: Field = identifier("Sending Server's ID", "sender-server-id");
const RECEIVER: Field = identifier("Receiving Server's ID", "receiver-server-id");
const TARGET: Field = identifier("Targeting Server's ID", "targeting-server-id");

const UPDATE_ACTION: Field = Field {
    name: "Update Action",
    segment: "update-action",
    octets: 2,
    shape: Shape::Number,
    values: Values::Named(&["ADD_PE", "DEL_PE"]),
};

const BETWEEN: &[Field] = &[SENDER, RECEIVER];
const TAKEOVER: &[Field] = &[SENDER, RECEIVER, TARGET];
const UPDATE: &[Field] = &[SENDER, RECEIVER, UPDATE_ACTION, RESERVED];

const HANDLE: Slot = slot("Pool Handle", &[POOL_HANDLE], Count::One);
const ELEMENT: Slot = slot("Pool Element", &[POOL_ELEMENT], Count::One);
const ELEMENTS: Slot = slot("Pool Element", &[POOL_ELEMENT], Count::Some);
const ERROR: Slot = slot("Operation Error", &[OPERATION_ERROR], Count::One);
const CHECKSUM: Slot = slot("PE Checksum", &[PE_CHECKSUM], Count::Recommended);
const SERVER_IF_ANY: Slot = slot("Server Information", &[SERVER_INFORMATION], Count::Optional);
const SERVERS_IF_ANY: Slot = slot("Server Information", &[SERVER_INFORMATION], Count::Any);

const POOL_ENTRIES: Grammar = Grammar {
    slots: &[HANDLE, ELEMENTS],
    repeats: true,
};

const NONE: &[Flag] = &[];
// The figure draws eight zero bits; the procedures of RFC 5353 §3.4 use this flag.
const REPLY_REQUIRED: &[Flag] = &[flag('R', 0x01, "a reply is required")];
const OWN_CHILDREN_ONLY: &[Flag] = &[flag(
    'W',
    0x01,
    "the sender requests only the receiver's own PEs",
)];
const REJECTED: &[Flag] = &[flag('R', 0x01, "the request is rejected")];
const REJECTED_OR_MORE: &[Flag] = &[
    flag('R', 0x01, "the request is rejected"),
    flag('M', 0x02, "there is more to send"),
];

const NO_ENTRIES: &[Condition] = &[Condition::FlagExcludesAll(
    0x01,
    "a rejection carries no pool entries",
)];
const NO_SERVERS: &[Condition] = &[Condition::FlagExcludesAll(
    0x01,
    "a rejection carries no Server Information",
)];

const fn row(
    code: u8,
    name: &'static str,
    section: &'static str,
    flags: &'static [Flag],
    list: &'static [Field],
    parameters: Grammar,
) -> Message {
    let fields = fields(list);
    let conditions = &[];
    Message {
        protocol: Protocol::Enrp,
        code,
        name,
        section,
        flags,
        fields,
        parameters,
        conditions,
    }
}

/// The ENRP messages, in the order of their types from 1. A row: type, name, section, flags, fields,
/// parameters.
#[rustfmt::skip]
pub static MESSAGES: [Message; 10] = [
    row(0x01, "ENRP_PRESENCE", "RFC 5353 §2.1", REPLY_REQUIRED, BETWEEN, sequence(&[CHECKSUM, SERVER_IF_ANY])),
    row(0x02, "ENRP_HANDLE_TABLE_REQUEST", "RFC 5353 §2.2", OWN_CHILDREN_ONLY, BETWEEN, NOTHING),
    Message {
        conditions: NO_ENTRIES,
        ..row(0x03, "ENRP_HANDLE_TABLE_RESPONSE", "RFC 5353 §2.3", REJECTED_OR_MORE, BETWEEN, POOL_ENTRIES)
    },
    row(0x04, "ENRP_HANDLE_UPDATE", "RFC 5353 §2.4", NONE, UPDATE, sequence(&[HANDLE, ELEMENT])),
    row(0x05, "ENRP_LIST_REQUEST", "RFC 5353 §2.5", NONE, BETWEEN, NOTHING),
    Message {
        conditions: NO_SERVERS,
        ..row(0x06, "ENRP_LIST_RESPONSE", "RFC 5353 §2.6", REJECTED, BETWEEN, sequence(&[SERVERS_IF_ANY]))
    },
    row(0x07, "ENRP_INIT_TAKEOVER", "RFC 5353 §2.7", NONE, TAKEOVER, NOTHING),
    row(0x08, "ENRP_INIT_TAKEOVER_ACK", "RFC 5353 §2.8", NONE, TAKEOVER, NOTHING),
    row(0x09, "ENRP_TAKEOVER_SERVER", "RFC 5353 §2.9", NONE, TAKEOVER, NOTHING),
    row(0x0a, "ENRP_ERROR", "RFC 5353 §2.10", NONE, BETWEEN, sequence(&[ERROR])),
];
