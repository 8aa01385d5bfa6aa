//! One constructor per ASAP message (RFC 5352 §2.2).

use super::{Cause, Forge, Parameter, Policy, PoolElement, Transport};

/// ASAP_REGISTRATION (§2.2.1).
pub fn registration(handle: &[u8], pe: &PoolElement) -> Forge {
    Forge::asap(0x01)
        .parameter(Parameter::pool_handle(handle))
        .parameter(Parameter::pool_element(pe))
}

/// ASAP_DEREGISTRATION (§2.2.2).
pub fn deregistration(handle: &[u8], id: u32) -> Forge {
    about_pe(0x02, handle, id)
}

/// ASAP_REGISTRATION_RESPONSE (§2.2.3).
pub fn registration_response(handle: &[u8], id: u32, rejected: bool, causes: &[Cause]) -> Forge {
    about_pe(0x03, handle, id)
        .with_flag(0x01, rejected)
        .parameters(Parameter::error_if_any(causes))
}

/// ASAP_DEREGISTRATION_RESPONSE (§2.2.4).
pub fn deregistration_response(handle: &[u8], id: u32, causes: &[Cause]) -> Forge {
    about_pe(0x04, handle, id).parameters(Parameter::error_if_any(causes))
}

/// ASAP_HANDLE_RESOLUTION (§2.2.5); `updates` is the S flag.
pub fn handle_resolution(handle: &[u8], updates: bool) -> Forge {
    Forge::asap(0x05)
        .with_flag(0x01, updates)
        .parameter(Parameter::pool_handle(handle))
}

/// ASAP_HANDLE_RESOLUTION_RESPONSE (§2.2.6); `updates` is the A flag. Causes make it negative.
pub fn handle_resolution_response(
    handle: &[u8],
    updates: bool,
    policy: Option<&Policy>,
    elements: &[PoolElement],
    causes: &[Cause],
) -> Forge {
    Forge::asap(0x06)
        .with_flag(0x01, updates)
        .parameter(Parameter::pool_handle(handle))
        .parameters(policy.map(Parameter::policy))
        .parameters(elements.iter().map(Parameter::pool_element))
        .parameters(Parameter::error_if_any(causes))
}

/// ASAP_ENDPOINT_KEEP_ALIVE (§2.2.7); `home` is the H flag.
pub fn endpoint_keep_alive(server: u32, handle: &[u8], home: bool) -> Forge {
    Forge::asap(0x07)
        .with_flag(0x01, home)
        .field("server-identifier", server)
        .parameter(Parameter::pool_handle(handle))
}

/// ASAP_ENDPOINT_KEEP_ALIVE_ACK (§2.2.8).
pub fn endpoint_keep_alive_ack(handle: &[u8], id: u32) -> Forge {
    about_pe(0x08, handle, id)
}

/// ASAP_ENDPOINT_UNREACHABLE (§2.2.9).
pub fn endpoint_unreachable(handle: &[u8], id: u32) -> Forge {
    about_pe(0x09, handle, id)
}

/// ASAP_SERVER_ANNOUNCE (§2.2.10).
pub fn server_announce(server: u32, transports: &[Transport]) -> Forge {
    Forge::asap(0x0a)
        .field("server-identifier", server)
        .parameters(transports.iter().map(Parameter::transport))
}

/// ASAP_COOKIE (§2.2.11).
pub fn cookie(cookie: &[u8]) -> Forge {
    Forge::asap(0x0b).parameter(Parameter::cookie(cookie))
}

/// ASAP_COOKIE_ECHO (§2.2.12).
pub fn cookie_echo(cookie: &[u8]) -> Forge {
    Forge::asap(0x0c).parameter(Parameter::cookie(cookie))
}

/// ASAP_BUSINESS_CARD (§2.2.13).
pub fn business_card(handle: &[u8], elements: &[PoolElement]) -> Forge {
    Forge::asap(0x0d)
        .parameter(Parameter::pool_handle(handle))
        .parameters(elements.iter().map(Parameter::pool_element))
}

/// ASAP_ERROR (§2.2.14).
pub fn asap_error(causes: &[Cause]) -> Forge {
    Forge::asap(0x0e).parameter(Parameter::operation_error(causes))
}

fn about_pe(code: u8, handle: &[u8], id: u32) -> Forge {
    Forge::asap(code)
        .parameter(Parameter::pool_handle(handle))
        .parameter(Parameter::pe_identifier(id))
}
