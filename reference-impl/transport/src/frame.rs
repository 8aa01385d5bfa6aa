//! Message boundaries in a TCP stream: the Length field of the common header, rounded up to a multiple of
//! four (RFC 5354 §4), because padding is sent and not counted.

use std::fmt;

/// Octets of the longest possible message: Length 65535 and its padding.
pub const LONGEST: usize = 65_536;

/// Error of a stream that cannot be cut into messages any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortLength {
    /// The Length field: less than the header's own four octets.
    pub length: u16,
}

impl fmt::Display for ShortLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a message header with Length {}, which is less than 4",
            self.length
        )
    }
}

impl std::error::Error for ShortLength {}

/// Cuts a stream into messages. Holds the octets that were pushed and not taken: less than one message, and the
/// messages that the caller leaves for later.
#[derive(Debug, Default)]
pub struct Framer {
    octets: Vec<u8>,
    /// Octets at the front that were taken.
    taken: usize,
    off: bool,
}

impl Framer {
    /// Returns a framer that cuts nothing: it passes on each piece as it arrives.
    pub fn off() -> Framer {
        Framer {
            off: true,
            ..Framer::default()
        }
    }

    /// Takes the next octets of the stream.
    pub fn push(&mut self, octets: &[u8]) {
        self.octets.drain(..self.taken);
        self.taken = 0;
        self.octets.extend_from_slice(octets);
    }

    /// Returns the next message, if it is complete.
    ///
    /// # Errors
    /// If the next message header has a Length of less than 4.
    pub fn next_message(&mut self) -> Result<Option<Vec<u8>>, ShortLength> {
        let rest = &self.octets[self.taken..];
        let length = match self.off {
            true => Some(rest.len()).filter(|&length| length > 0),
            false => message_len(rest)?.filter(|&length| length <= rest.len()),
        };
        let message = length.map(|length| rest[..length].to_vec());
        self.taken += length.unwrap_or(0);
        if self.taken == self.octets.len() {
            // Most connections wait for their next message: they keep no buffer meanwhile.
            self.octets = Vec::new();
            self.taken = 0;
        }
        Ok(message)
    }

    /// Counts the octets that were pushed and not taken.
    pub fn pending(&self) -> usize {
        self.octets.len() - self.taken
    }
}

/// Returns the length of the message that begins here, if its header is complete.
fn message_len(octets: &[u8]) -> Result<Option<usize>, ShortLength> {
    let [_, _, high, low, ..] = *octets else {
        return Ok(None);
    };
    match u16::from_be_bytes([high, low]) {
        length @ 0..4 => Err(ShortLength { length }),
        length => Ok(Some(usize::from(length).next_multiple_of(4))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(framer: &mut Framer, octets: &[u8]) -> (Vec<Vec<u8>>, Result<(), ShortLength>) {
        framer.push(octets);
        let mut messages = Vec::new();
        loop {
            match framer.next_message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => return (messages, Ok(())),
                Err(short) => return (messages, Err(short)),
            }
        }
    }

    #[test]
    fn every_cut_of_a_stream_gives_the_same_messages() {
        let stream = [1, 0, 0, 4, 2, 0, 0, 5, 9, 0, 0, 0, 3, 0, 0, 8, 1, 2, 3, 4];
        let expected = vec![
            stream[..4].to_vec(),
            stream[4..12].to_vec(),
            stream[12..].to_vec(),
        ];
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let mut framer = Framer::default();
                let mut messages = Vec::new();
                for piece in [&stream[..first], &stream[first..second], &stream[second..]] {
                    let (complete, done) = all(&mut framer, piece);
                    assert_eq!(done, Ok(()), "no short header");
                    messages.extend(complete);
                }
                assert_eq!(messages, expected, "cut at {first} and {second}");
                assert_eq!(framer.pending(), 0);
            }
        }
    }

    #[test]
    fn messages_left_for_later_survive_the_next_octets() {
        let mut framer = Framer::default();
        framer.push(&[1, 0, 0, 4, 2, 0, 0, 4, 3, 0]);
        assert_eq!(framer.next_message(), Ok(Some(vec![1, 0, 0, 4])));
        assert_eq!(framer.pending(), 6);
        assert_eq!(
            all(&mut framer, &[0, 4]),
            (vec![vec![2, 0, 0, 4], vec![3, 0, 0, 4]], Ok(()))
        );
    }

    #[test]
    fn an_unframed_stream_passes_piece_by_piece() {
        let mut framer = Framer::off();
        assert_eq!(all(&mut framer, b"GET "), (vec![b"GET ".to_vec()], Ok(())));
        assert_eq!(all(&mut framer, &[]), (vec![], Ok(())));
        assert_eq!(all(&mut framer, &[0; 4]), (vec![vec![0; 4]], Ok(())));
        assert_eq!(framer.pending(), 0);
    }

    #[test]
    fn a_short_header_is_reported_after_the_messages_before_it() {
        let mut framer = Framer::default();
        let (messages, done) = all(&mut framer, &[1, 0, 0, 4, 1, 0, 0, 3]);
        assert_eq!(messages, [vec![1, 0, 0, 4]]);
        assert_eq!(done, Err(ShortLength { length: 3 }));
        assert_eq!(
            all(&mut Framer::default(), &[0; 4]).1,
            Err(ShortLength { length: 0 })
        );
    }

    #[test]
    fn the_longest_message_fits_and_is_never_exceeded() {
        let mut framer = Framer::default();
        assert_eq!(all(&mut framer, &[1, 0, 0xff, 0xff]).0.len(), 0);
        assert_eq!(all(&mut framer, &vec![7; LONGEST - 5]).0.len(), 0);
        assert_eq!(framer.pending(), LONGEST - 1);
        let (messages, _) = all(&mut framer, &[7, 7]);
        assert_eq!(messages[0].len(), LONGEST);
        assert_eq!(framer.pending(), 1);
    }
}
