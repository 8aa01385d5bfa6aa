//! Messages that break the RFC and are accepted all the same where the settings allow it.
//!
//! ```text
//!   KEEP_ALIVE, PE Identifier behind the handle ─┬─ not tolerated: decoded as it is, and malformed
//!                                                ├─ this PE's: goes on without the parameter (keep_alive.rs)
//!                                                └─ another PE's: nothing
//! ```

use std::borrow::Cow;

use rsp_wire::PeIdentifier;
use rsp_wire::asap::MessageType;

use super::{Assoc, Element, Log};

/// Header and value of a PE Identifier parameter (RFC 5354 §3.14).
const PE_IDENTIFIER: [u8; 4] = [0x00, 0x0e, 0x00, 0x08];
const PARAMETER: usize = 8;

/// PE that a keep-alive names.
pub(super) enum Named<'a> {
    /// This PE; the message without the parameter.
    Ours(Cow<'a, [u8]>),
    /// Another one behind the same association.
    Others,
    /// No PE: no keep-alive, one without the parameter, or one that is not tolerated.
    None,
}

impl Element {
    /// Removes the PE Identifier from a keep-alive of rspregistrar. RFC 5352 §2.2.7 has no such parameter there.
    pub(super) fn plain_keep_alive<'a>(&mut self, assoc: Assoc, octets: &'a [u8]) -> Named<'a> {
        let is_keep_alive = octets.first() == Some(&MessageType::ENDPOINT_KEEP_ALIVE.0);
        let is_too_large = octets.len() > self.config.max_message;
        let is_tolerated = self.config.tolerate_named_keep_alive && !is_too_large;
        if !is_tolerated || !is_keep_alive || self.is_user(assoc) {
            return Named::None;
        }
        let Some((plain, named)) = without_identifier(octets) else {
            return Named::None;
        };
        self.tolerated += 1;
        let what = "ENDPOINT_KEEP_ALIVE with a PE identifier";
        self.log(Log::Tolerated { assoc, what });
        if named == self.id {
            Named::Ours(plain.into())
        } else {
            Named::Others
        }
    }
}

/// Returns the message without the parameter at its end, and the PE that the parameter names.
fn without_identifier(octets: &[u8]) -> Option<(Vec<u8>, PeIdentifier)> {
    let (plain, parameter) = octets.split_at_checked(octets.len().checked_sub(PARAMETER)?)?;
    let (header, id) = parameter.split_first_chunk::<4>()?;
    // A handle could end in these octets: only the lengths show that they are a parameter.
    let handle = usize::from(u16::from_be_bytes([*plain.get(10)?, *plain.get(11)?]));
    if *header != PE_IDENTIFIER || 8 + handle.next_multiple_of(4) != plain.len() {
        return None;
    }
    let id = PeIdentifier(u32::from_be_bytes(id.try_into().ok()?));
    let mut plain = plain.to_vec();
    let length = u16::try_from(8 + handle).ok()?;
    plain[2..4].copy_from_slice(&length.to_be_bytes());
    Some((plain, id))
}
