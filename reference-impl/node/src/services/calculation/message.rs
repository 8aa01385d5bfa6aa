//! The messages of the calculation service, as `calcappclient` and `rspserver -calcapp` were seen to send them.
//!
//! ```text
//!  0                   1                   2                   3
//! +---------------+---------------+-------------------------------+
//! |  Type         |  Flags        |  Length = 24                  |
//! +---------------+---------------+-------------------------------+
//! |  Job identifier, 32 bits                                      |
//! +---------------------------------------------------------------+
//! |  Size of the job in calculations, 64 bits                     |
//! +---------------------------------------------------------------+
//! |  Calculations completed, 64 bits                              |
//! +---------------------------------------------------------------+
//! ```
//!
//! | type | message        | from | size  | completed |
//! |------|----------------|------|-------|-----------|
//! | 1    | Request        | PU   | given | 0         |
//! | 2    | Accept         | PE   | 0     | 0         |
//! | 3    | Reject         | PE   | 0     | 0         |
//! | 4    | Abort          | not seen; the name is from `tshark` |||
//! | 5    | Complete       | PE   | given | the size  |
//! | 6    | Keep-Alive     | both | 0     | 0         |
//! | 7    | Keep-Alive Ack | both | 0     | 0         |
//!
//! Flags were 0 wherever seen; they are ignored. All numbers are big-endian. Messages go on stream 0 with
//! [`PPID`]. A session carries one job at a time; `calcappclient` ends the association after each job, and
//! begins again with a Request at another pool element after a Reject.
//!
//! While it calculates, the pool element sends an ASAP_COOKIE now and then: the job identifier in 32 bits, then
//! size and completed calculations in 64 bits each. At another pool element the ASAP_COOKIE_ECHO takes the place
//! of a Request: it is answered by Accept and a new cookie at once, or by Reject. Without a cookie the pool
//! user asks for the whole job again.

use crate::services::u64_at;

/// Payload protocol identifier of the calculation service, in host order.
pub const PPID: u32 = 34;
/// Octets of each message.
pub const LENGTH: usize = 24;
/// Octets of a state.
pub const STATE_LENGTH: usize = 20;

/// The type of a message of the calculation service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The pool user has a job.
    Request,
    /// The pool element accepts the job.
    Accept,
    /// The pool element rejects the job.
    Reject,
    /// The job is aborted.
    Abort,
    /// The job is done.
    Complete,
    /// Asks whether the other side is alive.
    KeepAlive,
    /// Answers a Keep-Alive.
    KeepAliveAck,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Request,
        Self::Accept,
        Self::Reject,
        Self::Abort,
        Self::Complete,
        Self::KeepAlive,
        Self::KeepAliveAck,
    ];

    fn code(self) -> u8 {
        self as u8 + 1
    }
}

/// A message of the calculation service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calculation {
    /// The type.
    pub kind: Kind,
    /// The job identifier, chosen by the pool user.
    pub job: u32,
    /// The size of the job in calculations, in the types that have it, else 0.
    pub size: u64,
    /// The calculations completed, in the types that have them, else 0.
    pub completed: u64,
}

/// The reason why octets are not a message of the calculation service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The message or its Length field differs from [`LENGTH`].
    Length(usize),
    /// The type is unknown.
    Type(u8),
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Length(length) => write!(f, "length {length} is not {LENGTH}"),
            Self::Type(kind) => write!(f, "type {kind:#04x} is unknown"),
        }
    }
}

impl std::error::Error for Malformed {}

impl Calculation {
    /// Returns a message without size and progress.
    pub fn about(kind: Kind, job: u32) -> Self {
        Self {
            kind,
            job,
            size: 0,
            completed: 0,
        }
    }

    /// Returns a Request.
    pub fn request(job: u32, size: u64) -> Self {
        Self {
            size,
            ..Self::about(Kind::Request, job)
        }
    }

    /// Returns a Complete.
    pub fn complete(job: u32, size: u64) -> Self {
        Self {
            size,
            completed: size,
            ..Self::about(Kind::Complete, job)
        }
    }

    /// Decodes one whole message.
    ///
    /// # Errors
    /// The octets are not a message of the calculation service.
    pub fn decode(octets: &[u8]) -> Result<Self, Malformed> {
        let octets: &[u8; LENGTH] = octets
            .try_into()
            .map_err(|_| Malformed::Length(octets.len()))?;
        let length = u16::from_be_bytes([octets[2], octets[3]]).into();
        if length != LENGTH {
            return Err(Malformed::Length(length));
        }
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.code() == octets[0])
            .ok_or(Malformed::Type(octets[0]))?;
        let number = |at| u64_at(octets, at).expect("both numbers are within the length");
        Ok(Self {
            kind,
            job: u32::from_be_bytes([octets[4], octets[5], octets[6], octets[7]]),
            size: number(8),
            completed: number(16),
        })
    }

    /// Encodes the value.
    pub fn encode(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(LENGTH);
        octets.extend_from_slice(&[self.kind.code(), 0]);
        octets.extend_from_slice(&(LENGTH as u16).to_be_bytes());
        octets.extend_from_slice(&self.state());
        octets
    }

    fn state(&self) -> [u8; STATE_LENGTH] {
        State {
            job: self.job,
            size: self.size,
            completed: self.completed,
        }
        .encode()
    }
}

/// The state of a session in a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The job.
    pub job: u32,
    /// Its size in calculations.
    pub size: u64,
    /// The calculations completed; at most the size.
    pub completed: u64,
}

impl State {
    /// Encodes the value.
    pub fn encode(&self) -> [u8; STATE_LENGTH] {
        let mut octets = [0; STATE_LENGTH];
        octets[..4].copy_from_slice(&self.job.to_be_bytes());
        octets[4..12].copy_from_slice(&self.size.to_be_bytes());
        octets[12..].copy_from_slice(&self.completed.to_be_bytes());
        octets
    }

    /// Decodes a state; none if the octets are not a state of the calculation service.
    pub fn decode(octets: &[u8]) -> Option<Self> {
        let octets: &[u8; STATE_LENGTH] = octets.try_into().ok()?;
        let state = Self {
            job: u32::from_be_bytes([octets[0], octets[1], octets[2], octets[3]]),
            size: u64_at(octets, 4)?,
            completed: u64_at(octets, 12)?,
        };
        (state.completed <= state.size).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_messages_go_both_ways() {
        // Frames 37, 39, 46, 88 and 89 of endpoint-unreachable-calcapp-maxbad3.pcap; the Reject is from a run
        // of rspserver with -capmaxjobs=1.
        let captured: [([u8; LENGTH], Calculation); 6] = [
            (
                [
                    1, 0, 0, 24, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x0c, 0x01, 0x06, 0, 0, 0, 0, 0, 0, 0,
                    0,
                ],
                Calculation::request(1, 786_694),
            ),
            (
                [
                    2, 0, 0, 24, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                ],
                Calculation::about(Kind::Accept, 1),
            ),
            (
                [
                    5, 0, 0, 24, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x0c, 0x01, 0x06, 0, 0, 0, 0, 0, 0x0c,
                    0x01, 0x06,
                ],
                Calculation::complete(1, 786_694),
            ),
            (
                [
                    6, 0, 0, 24, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                ],
                Calculation::about(Kind::KeepAlive, 3),
            ),
            (
                [
                    7, 0, 0, 24, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                ],
                Calculation::about(Kind::KeepAliveAck, 3),
            ),
            (
                [
                    3, 0, 0, 24, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                ],
                Calculation::about(Kind::Reject, 1),
            ),
        ];
        for (octets, message) in captured {
            assert_eq!(Calculation::decode(&octets), Ok(message));
            assert_eq!(message.encode(), octets);
        }
    }

    #[test]
    fn the_captured_cookie() {
        // An ASAP_COOKIE_ECHO of calcappclient to rspserver, 452 092 of 638 511 calculations done.
        let octets = [
            0, 0, 0, 1, 0, 0, 0, 0, 0, 0x09, 0xbe, 0x2f, 0, 0, 0, 0, 0, 0x06, 0xe5, 0xfc,
        ];
        let state = State {
            job: 1,
            size: 638_511,
            completed: 452_092,
        };
        assert_eq!(State::decode(&octets), Some(state));
        assert_eq!(state.encode(), octets);
        assert_eq!(State::decode(&octets[1..]), None);
        let overdone = State {
            completed: 638_512,
            ..state
        };
        assert_eq!(State::decode(&overdone.encode()), None);
    }

    #[test]
    fn malformed_messages_are_rejected() {
        let good = Calculation::request(1, 2).encode();
        assert_eq!(Calculation::decode(&good[1..]), Err(Malformed::Length(23)));
        for (at, value, why) in [
            (0, 0, Malformed::Type(0)),
            (0, 8, Malformed::Type(8)),
            (3, 25, Malformed::Length(25)),
        ] {
            let mut bad = good.clone();
            bad[at] = value;
            assert_eq!(Calculation::decode(&bad), Err(why));
        }
    }
}
