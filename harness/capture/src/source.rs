//! A forward-only reader that lends slices of one fixed buffer.

use crate::limits::READ_BUFFER_OCTETS;
use std::io::{self, Read};

/// The octets of a capture file, from front to back. Records are borrowed from the buffer, so nothing is allocated for
/// them.
pub(crate) struct Source {
    input: Box<dyn Read>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    offset: u64,
}

impl Source {
    pub(crate) fn new(input: Box<dyn Read>) -> Source {
        Source {
            input,
            buffer: vec![0; READ_BUFFER_OCTETS].into_boxed_slice(),
            start: 0,
            end: 0,
            offset: 0,
        }
    }

    /// Returns the offset of the next octet in the file.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Makes `wanted` octets visible, or all that are left, and returns the number of visible octets.
    pub(crate) fn fill(&mut self, wanted: usize) -> io::Result<usize> {
        if self.end - self.start < wanted {
            self.refill(wanted)?;
        }
        Ok(self.end - self.start)
    }

    /// Returns the visible octets.
    pub(crate) fn visible(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Steps over visible octets and returns them.
    pub(crate) fn take(&mut self, octets: usize) -> &[u8] {
        let from = self.start;
        self.consume(octets);
        &self.buffer[from..from + octets]
    }

    /// Steps over visible octets.
    pub(crate) fn consume(&mut self, octets: usize) {
        debug_assert!(octets <= self.end - self.start);
        self.start += octets;
        self.offset += octets as u64;
    }

    /// Steps over any number of octets and returns how many of them the file lacks.
    pub(crate) fn skip(&mut self, mut octets: u64) -> io::Result<u64> {
        while octets > 0 {
            let visible = self.fill(1)? as u64;
            if visible == 0 {
                break;
            }
            let step = visible.min(octets);
            self.consume(step as usize);
            octets -= step;
        }
        Ok(octets)
    }

    #[cold]
    fn refill(&mut self, wanted: usize) -> io::Result<()> {
        debug_assert!(wanted <= self.buffer.len());
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < wanted {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(n) => self.end += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}
