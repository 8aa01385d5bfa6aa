//! Signed state cookies (RFC 9260 §5.1.3).
//!
//! The user-space stack's cookie holds everything that an accepted association needs, so nothing is stored
//! between INIT and COOKIE ECHO and a flood of INITs costs no memory. But it is not signed. This module
//! appends a time stamp and a MAC to the cookie of each outgoing INIT ACK and removes them from each incoming
//! COOKIE ECHO, so that only a peer that received the INIT ACK can complete a set-up.

use crate::chunk::{self, kind};
use std::hash::Hasher;
use std::net::IpAddr;
use std::time::Duration;

/// Time stamp and MAC, eight octets each.
const SEAL: usize = 16;
/// `Valid.Cookie.Life` (RFC 9260 §16).
const LIFE: Duration = Duration::from_secs(60);

/// Secret of one stack.
#[derive(Clone, Copy)]
pub struct CookieKey(pub [u64; 2]);

impl std::fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CookieKey(…)")
    }
}

impl CookieKey {
    /// Returns a key from the operating system's randomness.
    pub fn random() -> CookieKey {
        use std::hash::BuildHasher;
        // Each `RandomState` is keyed by the operating system; the hash of nothing under it is as random.
        let one = || std::hash::RandomState::new().build_hasher().finish();
        CookieKey([one(), one()])
    }

    /// Appends the seal to the cookie of an INIT ACK; any other packet stays unchanged.
    pub(crate) fn seal(&self, now: Duration, peer: IpAddr, packet: &mut Vec<u8>) {
        let Some(cookie) = chunk::cookie_of_init_ack(packet) else {
            return;
        };
        let stamp = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
        let ports = [packet[2], packet[3], packet[0], packet[1]];
        let mac = self.mac(&packet[cookie.clone()], stamp, peer, ports);
        let mut seal = [0; SEAL];
        seal[..8].copy_from_slice(&stamp.to_be_bytes());
        seal[8..].copy_from_slice(&mac.to_be_bytes());
        // The user-space stack's cookie is a multiple of four long and comes last, so nothing moves.
        debug_assert!(cookie.len().is_multiple_of(4) && cookie.end == packet.len());
        packet.splice(cookie.end..cookie.end, seal);
        for length_at in [chunk::HEADER_LEN + 2, cookie.start - 2] {
            let length = chunk::u16_at(packet, length_at).unwrap_or_default() + SEAL as u16;
            packet[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
        }
        chunk::seal(packet);
    }

    /// Checks the seal of a packet that begins with COOKIE ECHO and removes it. Leaves the checksum field
    /// unchanged. Returns `None` if the cookie is foreign or too old.
    pub(crate) fn unseal(&self, now: Duration, peer: IpAddr, packet: &[u8]) -> Option<Vec<u8>> {
        let first = chunk::chunks(packet)
            .next()
            .filter(|c| c.kind == kind::COOKIE_ECHO)?;
        let length = first.value.len().checked_sub(SEAL)?;
        let (cookie, seal) = first.value.split_at(length);
        let stamp = u64::from_be_bytes(seal[..8].try_into().ok()?);
        let mac = u64::from_be_bytes(seal[8..].try_into().ok()?);
        let ports = [packet[0], packet[1], packet[2], packet[3]];
        if mac != self.mac(cookie, stamp, peer, ports) {
            return None;
        }
        if now.checked_sub(Duration::from_micros(stamp))? > LIFE {
            return None;
        }
        let start = chunk::HEADER_LEN + 4;
        let mut out = Vec::with_capacity(packet.len());
        out.extend_from_slice(&packet[..start + length]);
        out.extend_from_slice(packet.get(start + first.value.len()..).unwrap_or_default());
        let length = u16::try_from(4 + length).ok()?;
        out[start - 2..start].copy_from_slice(&length.to_be_bytes());
        Some(out)
    }

    #[expect(
        deprecated,
        reason = "the standard library's only keyed SipHash-2-4; its output is stable"
    )]
    fn mac(&self, cookie: &[u8], stamp: u64, peer: IpAddr, ports: [u8; 4]) -> u64 {
        let mut hasher = std::hash::SipHasher::new_with_keys(self.0[0], self.0[1]);
        hasher.write(&stamp.to_be_bytes());
        hasher.write(&ports);
        match peer {
            IpAddr::V4(ip) => hasher.write(&ip.to_ipv6_mapped().octets()),
            IpAddr::V6(ip) => hasher.write(&ip.octets()),
        }
        hasher.write(cookie);
        hasher.finish()
    }
}
