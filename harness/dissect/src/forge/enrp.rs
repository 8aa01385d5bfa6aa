//! One constructor per ENRP message (RFC 5353 §2). `from` and `to` are the Sending and the Receiving
//! Server's ID; 0 as `to` means all.

use super::{Cause, Forge, Parameter, PoolElement, PoolEntry, ServerInformation};

/// ENRP_PRESENCE (§2.1).
pub fn presence(
    from: u32,
    to: u32,
    reply_required: bool,
    checksum: Option<u16>,
    information: Option<&ServerInformation>,
) -> Forge {
    between(0x01, from, to)
        .with_flag(0x01, reply_required)
        .parameters(checksum.map(Parameter::pe_checksum))
        .parameters(information.map(Parameter::server_information))
}

/// ENRP_HANDLE_TABLE_REQUEST (§2.2); `own_children_only` is the W flag.
pub fn handle_table_request(from: u32, to: u32, own_children_only: bool) -> Forge {
    between(0x02, from, to).with_flag(0x01, own_children_only)
}

/// ENRP_HANDLE_TABLE_RESPONSE (§2.3); `rejected` is the R flag, `more` the M flag.
pub fn handle_table_response(
    from: u32,
    to: u32,
    rejected: bool,
    more: bool,
    entries: &[PoolEntry],
) -> Forge {
    let mut message = between(0x03, from, to)
        .with_flag(0x01, rejected)
        .with_flag(0x02, more);
    for entry in entries {
        message = message
            .parameter(Parameter::pool_handle(&entry.handle))
            .parameters(entry.elements.iter().map(Parameter::pool_element));
    }
    message
}

/// ENRP_HANDLE_UPDATE (§2.4); action 0 is ADD_PE, 1 is DEL_PE.
pub fn handle_update(from: u32, to: u32, action: u16, handle: &[u8], pe: &PoolElement) -> Forge {
    between(0x04, from, to)
        .field16("update-action", action)
        .field16("reserved", 0)
        .parameter(Parameter::pool_handle(handle))
        .parameter(Parameter::pool_element(pe))
}

/// ENRP_LIST_REQUEST (§2.5).
pub fn list_request(from: u32, to: u32) -> Forge {
    between(0x05, from, to)
}

/// ENRP_LIST_RESPONSE (§2.6); `rejected` is the R flag.
pub fn list_response(from: u32, to: u32, rejected: bool, servers: &[ServerInformation]) -> Forge {
    between(0x06, from, to)
        .with_flag(0x01, rejected)
        .parameters(servers.iter().map(Parameter::server_information))
}

/// ENRP_INIT_TAKEOVER (§2.7).
pub fn init_takeover(from: u32, to: u32, target: u32) -> Forge {
    between(0x07, from, to).field("targeting-server-id", target)
}

/// ENRP_INIT_TAKEOVER_ACK (§2.8).
pub fn init_takeover_ack(from: u32, to: u32, target: u32) -> Forge {
    between(0x08, from, to).field("targeting-server-id", target)
}

/// ENRP_TAKEOVER_SERVER (§2.9).
pub fn takeover_server(from: u32, to: u32, target: u32) -> Forge {
    between(0x09, from, to).field("targeting-server-id", target)
}

/// ENRP_ERROR (§2.10).
pub fn enrp_error(from: u32, to: u32, causes: &[Cause]) -> Forge {
    between(0x0a, from, to).parameter(Parameter::operation_error(causes))
}

fn between(code: u8, from: u32, to: u32) -> Forge {
    Forge::enrp(code)
        .field("sender-server-id", from)
        .field("receiver-server-id", to)
}
