//! Reads numbers from octets; `None` if there are too few.

pub(crate) fn be16(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(octets.get(at..at + 2)?.try_into().ok()?))
}

pub(crate) fn be32(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(octets.get(at..at + 4)?.try_into().ok()?))
}

/// Rounds `length` up to a multiple of four.
pub(crate) fn padded(length: usize) -> usize {
    length.saturating_add(3) & !3
}
