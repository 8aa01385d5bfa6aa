//! The messages of ping-pong, as `pingpongclient` and `rspserver -pingpong` were seen to send them.
//!
//! ```text
//!  0                   1                   2                   3
//! +---------------+---------------+-------------------------------+
//! |  Type         |  Flags        |  Length                       |
//! +---------------+---------------+-------------------------------+
//! |  Message number, 64 bits                                      |
//! +---------------------------------------------------------------+
//! |  Reply number, 64 bits (Pong only)                            |
//! +---------------------------------------------------------------+
//! |  Data                                                         \
//! ```
//!
//! Type 1 is Ping, type 2 is Pong. Flags were 0 wherever seen; they are ignored. Length is that of the
//! whole message; there is no padding. All numbers are big-endian. Messages go on stream 0 with [`PPID`].
//! The pool user counts its Pings from 1. A Pong carries the number and the data of the Ping it answers, and
//! counts the replies of the session, also from 1 and across a failover. The data of `pingpongclient` is a
//! text with the message number and a time stamp.
//!
//! After each Pong its pool element sends an ASAP_COOKIE with the number of the next reply:
//! [`STATE_TAG`], then the number in 64 bits.

use crate::services::u64_at;

/// Payload protocol identifier of ping-pong, in host order.
pub const PPID: u32 = 33;
/// The first octets of the state of a session.
pub const STATE_TAG: &[u8; 8] = b"<PP-TD1>";

const PING: u8 = 1;
const PONG: u8 = 2;
const PING_HEADER: usize = 12;
const PONG_HEADER: usize = 20;

/// Most octets of data in a Pong, and so in a Ping that can be answered.
pub const MAX_DATA: usize = u16::MAX as usize - PONG_HEADER;

/// A message of ping-pong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PingPong {
    /// The request of a pool user.
    Ping {
        /// The number of the Ping.
        number: u64,
        /// The data to return; at most [`MAX_DATA`] octets.
        data: Vec<u8>,
    },
    /// The answer of a pool element.
    Pong {
        /// The number of the Ping.
        number: u64,
        /// The number of the reply in the session.
        reply: u64,
        /// The data of the Ping; at most [`MAX_DATA`] octets.
        data: Vec<u8>,
    },
}

/// The reason why octets are not a message of ping-pong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Shorter than the header of its type.
    Short,
    /// The Length field is not the length of the message.
    Length(u16),
    /// Neither Ping nor Pong.
    Type(u8),
    /// A Ping with more data than a Pong can carry.
    Data(usize),
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Short => f.write_str("the message is shorter than its header"),
            Self::Length(length) => write!(f, "length {length} is not that of the message"),
            Self::Type(kind) => write!(f, "type {kind:#04x} is neither Ping nor Pong"),
            Self::Data(octets) => write!(f, "{octets} octets of data do not fit into a Pong"),
        }
    }
}

impl std::error::Error for Malformed {}

impl PingPong {
    /// Decodes one whole message.
    ///
    /// # Errors
    /// The octets are not a message of ping-pong.
    pub fn decode(octets: &[u8]) -> Result<Self, Malformed> {
        let &[kind, _, high, low, ..] = octets else {
            return Err(Malformed::Short);
        };
        let length = u16::from_be_bytes([high, low]);
        if usize::from(length) != octets.len() {
            return Err(Malformed::Length(length));
        }
        let number = |at| u64_at(octets, at).ok_or(Malformed::Short);
        match kind {
            PING => {
                let number = number(4)?;
                let data = &octets[PING_HEADER..];
                if data.len() > MAX_DATA {
                    return Err(Malformed::Data(data.len()));
                }
                Ok(Self::Ping {
                    number,
                    data: data.to_vec(),
                })
            }
            PONG => Ok(Self::Pong {
                number: number(4)?,
                reply: number(12)?,
                data: octets[PONG_HEADER..].to_vec(),
            }),
            other => Err(Malformed::Type(other)),
        }
    }

    /// Encodes the message. Cuts data beyond [`MAX_DATA`] octets off.
    pub fn encode(&self) -> Vec<u8> {
        let (kind, header, data) = match self {
            Self::Ping { data, .. } => (PING, PING_HEADER, data),
            Self::Pong { data, .. } => (PONG, PONG_HEADER, data),
        };
        let data = &data[..data.len().min(MAX_DATA)];
        let length = header + data.len();
        let mut octets = Vec::with_capacity(length);
        octets.extend_from_slice(&[kind, 0]);
        octets.extend_from_slice(&(length as u16).to_be_bytes());
        match self {
            Self::Ping { number, .. } => octets.extend_from_slice(&number.to_be_bytes()),
            Self::Pong { number, reply, .. } => {
                octets.extend_from_slice(&number.to_be_bytes());
                octets.extend_from_slice(&reply.to_be_bytes());
            }
        }
        octets.extend_from_slice(data);
        octets
    }
}

/// Encodes the state of a session for a cookie: the number of its next reply.
pub fn encode_state(next_reply: u64) -> Vec<u8> {
    [STATE_TAG.as_slice(), &next_reply.to_be_bytes()].concat()
}

/// Decodes a state; none if the octets are not a state of ping-pong.
pub fn decode_state(state: &[u8]) -> Option<u64> {
    let number = state.strip_prefix(STATE_TAG)?;
    if number.len() != 8 {
        return None;
    }
    u64_at(number, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"Nachricht: 1, Zeitstempel: 1795328261847099";

    /// Frame 33 of pingpong-failover-cookies-failureafter4.pcap, without its data.
    const PING_1: [u8; 12] = [1, 0, 0, 0x37, 0, 0, 0, 0, 0, 0, 0, 1];
    /// Frame 35, without its data.
    const PONG_1: [u8; 20] = [
        2, 0, 0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
    ];

    #[test]
    fn captured_messages_go_both_ways() {
        let ping = [PING_1.as_slice(), TEXT].concat();
        let pong = [PONG_1.as_slice(), TEXT].concat();
        let (number, reply, data) = (1, 1, TEXT.to_vec());
        let decoded = PingPong::decode(&ping).unwrap();
        let expected = PingPong::Ping {
            number,
            data: data.clone(),
        };
        assert_eq!(decoded, expected);
        assert_eq!(decoded.encode(), ping);
        let decoded = PingPong::decode(&pong).unwrap();
        let expected = PingPong::Pong {
            number,
            reply,
            data,
        };
        assert_eq!(decoded, expected);
        assert_eq!(decoded.encode(), pong);
    }

    #[test]
    fn the_captured_cookie() {
        // Frame 74: an ASAP_COOKIE_ECHO after four replies.
        let state = b"<PP-TD1>\0\0\0\0\0\0\0\x05";
        assert_eq!(decode_state(state), Some(5));
        assert_eq!(encode_state(5), state);
        assert_eq!(decode_state(&state[..15]), None);
        assert_eq!(decode_state(b"<PP-TD2>\0\0\0\0\0\0\0\x05"), None);
        assert_eq!(decode_state(&[state.as_slice(), &[0]].concat()), None);
    }

    #[test]
    fn malformed_messages_are_rejected() {
        assert_eq!(PingPong::decode(&[]), Err(Malformed::Short));
        assert_eq!(PingPong::decode(&[1, 0, 0]), Err(Malformed::Short));
        assert_eq!(PingPong::decode(&[1, 0, 0, 4]), Err(Malformed::Short));
        assert_eq!(PingPong::decode(&[1, 0, 0, 5]), Err(Malformed::Length(5)));
        assert_eq!(PingPong::decode(&[3, 0, 0, 4]), Err(Malformed::Type(3)));
        let mut short_pong = PONG_1[..19].to_vec();
        short_pong[3] = 19;
        assert_eq!(PingPong::decode(&short_pong), Err(Malformed::Short));
        let mut large = PING_1.to_vec();
        large.resize(u16::MAX.into(), 0);
        large[2..4].copy_from_slice(&u16::MAX.to_be_bytes());
        assert_eq!(
            PingPong::decode(&large),
            Err(Malformed::Data(usize::from(u16::MAX) - 12))
        );
        large.truncate(12 + MAX_DATA);
        large[2..4].copy_from_slice(&(12 + MAX_DATA as u16).to_be_bytes());
        assert!(PingPong::decode(&large).is_ok());
    }
}
