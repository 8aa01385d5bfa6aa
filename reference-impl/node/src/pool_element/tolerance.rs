//! What the field does otherwise than the RFCs say, and a pool element takes if it is told to. Nothing of it is
//! taken by default.

use rsp_wire::PeIdentifier;
use rsp_wire::asap::MessageType;
use serde::Deserialize;

/// One deviation to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tolerance {
    /// ENDPOINT_KEEP_ALIVE with a PE Identifier behind the pool handle, which RFC 5352 §2.2.7 does not have
    /// there: rspregistrar sends it. One that names another PE is not answered.
    KeepAliveIdentifier,
}

/// What an ENDPOINT_KEEP_ALIVE with an identifier is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeepAlive {
    /// None: another message, or one without.
    AsItIs,
    /// This PE's; the message as the RFC has it.
    Own(Vec<u8>),
    /// Another PE's.
    Foreign,
}

/// Header and Server Identifier, which come before the pool handle.
const BEFORE_HANDLE: usize = 8;

/// Looks for the identifier. Whatever else is wrong with the message is left to the decoder.
pub(super) fn keep_alive(octets: &[u8], own: PeIdentifier) -> KeepAlive {
    if octets.first() != Some(&MessageType::ENDPOINT_KEEP_ALIVE.0) {
        return KeepAlive::AsItIs;
    }
    let Some(&[0x00, 0x09, high, low]) = octets.get(BEFORE_HANDLE..BEFORE_HANDLE + 4) else {
        return KeepAlive::AsItIs;
    };
    let handle = usize::from(u16::from_be_bytes([high, low]));
    let after = BEFORE_HANDLE + handle.next_multiple_of(4);
    let Some(&[0x00, 0x0e, 0x00, 0x08, a, b, c, d]) = octets.get(after..) else {
        return KeepAlive::AsItIs;
    };
    if u32::from_be_bytes([a, b, c, d]) != own.0 {
        return KeepAlive::Foreign;
    }
    let mut octets = octets[..after].to_vec();
    let length = (BEFORE_HANDLE + handle) as u16;
    octets[2..4].copy_from_slice(&length.to_be_bytes());
    KeepAlive::Own(octets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsp_wire::asap::Message;

    /// As rspregistrar was captured to send it.
    const CAPTURED: [u8; 28] = [
        0x07, 0x00, 0x00, 0x1c, 0x11, 0x11, 0x11, 0x11, // Server Identifier
        0x00, 0x09, 0x00, 0x0c, b'E', b'c', b'h', b'o', b'P', b'o', b'o', b'l', //
        0x00, 0x0e, 0x00, 0x08, 0x02, 0x4d, 0x5d, 0x62, // PE Identifier
    ];
    const OWN: PeIdentifier = PeIdentifier(0x024d_5d62);

    #[test]
    fn the_identifier_is_taken_off() {
        assert!(
            Message::decode(&CAPTURED).is_err(),
            "or nothing need be tolerated"
        );
        let KeepAlive::Own(octets) = keep_alive(&CAPTURED, OWN) else {
            panic!("its own");
        };
        let Message::EndpointKeepAlive(message) = Message::decode(&octets).unwrap().message else {
            panic!("a keep-alive");
        };
        assert_eq!(message.pool_handle.as_octets(), b"EchoPool");
        assert_eq!(message.server_id.0, 0x1111_1111);
        assert_eq!(keep_alive(&CAPTURED, PeIdentifier(1)), KeepAlive::Foreign);
    }

    #[test]
    fn other_messages_stay_as_they_are() {
        for at in 0..CAPTURED.len() {
            assert_eq!(
                keep_alive(&CAPTURED[..at], OWN),
                KeepAlive::AsItIs,
                "cut at {at}"
            );
        }
        let mut other = CAPTURED;
        other[0] = 0x08;
        assert_eq!(keep_alive(&other, OWN), KeepAlive::AsItIs);
        let mut long = CAPTURED;
        long[10] = 0xff;
        assert_eq!(keep_alive(&long, OWN), KeepAlive::AsItIs);
    }
}
