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

/// Cuts a stream into messages. Holds less than one message.
#[derive(Debug, Default)]
pub struct Framer {
    partial: Vec<u8>,
    off: bool,
}

impl Framer {
    /// Returns a framer that cuts nothing: it passes each piece on as it arrives.
    pub fn off() -> Framer {
        Framer {
            partial: Vec::new(),
            off: true,
        }
    }

    /// Takes the next octets of the stream and calls `message` for each message that is complete.
    ///
    /// # Errors
    /// If a message header has a Length of less than 4.
    pub fn push(
        &mut self,
        mut octets: &[u8],
        mut message: impl FnMut(Vec<u8>),
    ) -> Result<(), ShortLength> {
        if self.off && !octets.is_empty() {
            message(octets.to_vec());
            return Ok(());
        }
        while !octets.is_empty() {
            if self.partial.is_empty()
                && let Some(len) = message_len(octets)?
                && len <= octets.len()
            {
                let (whole, rest) = octets.split_at(len);
                message(whole.to_vec());
                octets = rest;
                continue;
            }
            let wanted = message_len(&self.partial)?.unwrap_or(4) - self.partial.len();
            let (now, rest) = octets.split_at(wanted.min(octets.len()));
            self.partial.extend_from_slice(now);
            octets = rest;
            if message_len(&self.partial)? == Some(self.partial.len()) {
                message(std::mem::take(&mut self.partial));
            }
        }
        Ok(())
    }

    /// Counts the octets of the message that is not complete.
    pub fn pending(&self) -> usize {
        self.partial.len()
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
        let mut messages = Vec::new();
        let done = framer.push(octets, |message| messages.push(message));
        (messages, done)
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
                    framer
                        .push(piece, |message| messages.push(message))
                        .expect("no short header");
                }
                assert_eq!(messages, expected, "cut at {first} and {second}");
                assert_eq!(framer.pending(), 0);
            }
        }
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
