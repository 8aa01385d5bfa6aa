//! An input as a sequence of values, and the same sequence written for seeds.

use rsp_wire::asap::{BusinessCard, Message};

/// The octets of an input that have not been read. Reading past the end gives zeros and empty slices.
#[derive(Debug)]
pub struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    /// Returns the whole input.
    pub fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    /// Returns true if the input is used up.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads an octet.
    pub fn octet(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    /// Reads 16 bits.
    pub fn half(&mut self) -> u16 {
        u16::from_be_bytes([self.octet(), self.octet()])
    }

    /// Reads 32 bits.
    pub fn word(&mut self) -> u32 {
        u32::from(self.half()) << 16 | u32::from(self.half())
    }

    /// Reads a length of 16 bits and as many octets, or all that are left.
    pub fn octets(&mut self) -> &'a [u8] {
        let length = usize::from(self.half()).min(self.0.len());
        self.0.split_off(..length).unwrap_or_default()
    }

    /// Reads a message, and returns it if it is a business card.
    pub fn card(&mut self) -> Option<BusinessCard> {
        match Message::decode(self.octets()).ok()?.message {
            Message::BusinessCard(card) => Some(card),
            _ => None,
        }
    }
}

/// Returns octets with their length before them, as [`Source::octets`] reads them.
pub(crate) fn with_length(octets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(octets.len()).expect("a seed's message has at most 65535 octets");
    [&length.to_be_bytes(), octets].concat()
}
