//! Octets as text, for displays and logs.

use std::fmt::Write;

/// Returns octets as text if all are printable ASCII and they do not look like hex, else as `hex:` and hex digits.
pub fn text_or_hex(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text)
            if octets.iter().all(|octet| matches!(octet, 0x20..=0x7e))
                && !text.starts_with("hex:") =>
        {
            text.to_owned()
        }
        _ => format!("hex:{}", hex(octets)),
    }
}

/// Returns octets as hex digits.
pub fn hex(octets: &[u8]) -> String {
    octets.iter().fold(
        String::with_capacity(2 * octets.len()),
        |mut text, octet| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{octet:02x}");
            text
        },
    )
}
