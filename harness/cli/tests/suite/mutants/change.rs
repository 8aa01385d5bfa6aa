//! Changes of messages, in octets or decoded.

use rsp_wire::asap::{Error, HandleResolutionResponse, Message};
use rsp_wire::{CauseCode, ErrorCause, OperationError};
use rspcheck_adapters::fault::{Received, Sent};

/// Turns the response about an unknown pool into one that lists a Round Robin PE with this user transport.
pub(super) fn list_instead_of_unknown(sent: &mut Sent, transport: &[u8]) {
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
pub(super) fn padded_with_zero(octets: &[u8]) -> bool {
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
pub(super) fn list_again(response: &mut HandleResolutionResponse, registration: &[u8]) {
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

/// Returns true if the message's Length counts no padding behind the last parameter.
pub(super) fn tight(octets: &[u8]) -> bool {
    let mut decoded = Vec::new();
    match Message::decode(octets) {
        Ok(message) => {
            message.message.encode(&mut decoded).is_ok() && decoded.get(2..4) == octets.get(2..4)
        }
        Err(_) => true,
    }
}

pub(super) fn drop_type(sent: &mut Sent, kind: u8) {
    if sent.octets.first() == Some(&kind) {
        sent.copies = 0;
    }
}

pub(super) fn set(sent: &mut Sent, at: usize, octet: u8) {
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
pub(super) fn sctp_for_other_transports(octets: &mut Vec<u8>) {
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

/// Gives a registration a life that has no meaning, so that it is rejected.
pub(super) fn invalidate(o: &mut Received) {
    rewrite(&mut o.octets, |m| {
        if let Message::Registration(r) = m {
            r.pool_element.life.0 = 0;
        }
    });
}
