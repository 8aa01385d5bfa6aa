//! Cookies that only the pool elements of a pool can make.
//!
//! A pool user carries a cookie from one pool element to another and could change or forge it, so pool elements
//! sign cookies (RFC 5352 §3.8). The pool elements of a pool share a
//! [`PoolKey`]. A sealed cookie is:
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |  'R'          |  'S'          |  'C'          |  version = 1  |
//! +---------------+---------------+---------------+---------------+
//! |  HMAC-SHA-256, cut to 128 bits                                |
//! +---------------------------------------------------------------+
//! |  State                                                        \
//! ```
//!
//! The HMAC covers the version, the pool handle with its length before it, and the state, so that a cookie of
//! one pool is invalid in another pool with the same key. It does not cover the age: an old cookie sets its own
//! session back, as far as the service allows that.
//!
//! ```
//! use rserpool::services::seal::PoolKey;
//!
//! let key = PoolKey::new(b"a secret of all pool elements".to_vec())?;
//! let cookie = key.seal(b"CalcAppPool", b"state");
//! assert_eq!(key.open(b"CalcAppPool", &cookie), Some(b"state".as_slice()));
//! assert_eq!(key.open(b"EchoPool", &cookie), None);
//! # Ok::<(), String>(())
//! ```

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const MAGIC: &[u8; 4] = b"RSC\x01";
const TAG: usize = 16;
const HEADER: usize = MAGIC.len() + TAG;
/// Most octets of a state: pool elements accept cookies of 16 KiB.
pub const MAX_STATE: usize = 16 * 1024 - HEADER;

/// Fewest octets of a key.
pub const MIN_KEY: usize = 16;
/// Most octets of a key.
pub const MAX_KEY: usize = 1024;

/// The secret that the pool elements of a pool share.
#[derive(Clone, PartialEq, Eq)]
pub struct PoolKey(Vec<u8>);

impl std::fmt::Debug for PoolKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PoolKey(…)")
    }
}

impl PoolKey {
    /// Returns a key of [`MIN_KEY`] to [`MAX_KEY`] octets.
    ///
    /// # Errors
    /// The length is outside of these limits.
    pub fn new(octets: Vec<u8>) -> Result<Self, String> {
        if !(MIN_KEY..=MAX_KEY).contains(&octets.len()) {
            return Err(format!(
                "a key of {} octets is not allowed; use {MIN_KEY} to {MAX_KEY} octets",
                octets.len()
            ));
        }
        Ok(Self(octets))
    }

    /// Returns the key of pool elements without a key of their own. It is public, so cookies can be forged.
    pub fn open_to_all() -> Self {
        Self(b"rserpool: no key was given".to_vec())
    }

    /// Returns the cookie of a state.
    ///
    /// # Panics
    /// Panics if the state is longer than [`MAX_STATE`].
    pub fn seal(&self, pool: &[u8], state: &[u8]) -> Vec<u8> {
        assert!(state.len() <= MAX_STATE, "a state has a limit");
        let tag = self.mac(pool, state).finalize().into_bytes();
        let mut cookie = Vec::with_capacity(HEADER + state.len());
        cookie.extend_from_slice(MAGIC);
        cookie.extend_from_slice(&tag[..TAG]);
        cookie.extend_from_slice(state);
        cookie
    }

    /// Returns the state in a cookie; none if the cookie was not sealed with this key for this pool.
    pub fn open<'a>(&self, pool: &[u8], cookie: &'a [u8]) -> Option<&'a [u8]> {
        if cookie.len() > HEADER + MAX_STATE {
            return None;
        }
        let sealed = cookie.strip_prefix(MAGIC)?;
        let (tag, state) = sealed.split_at_checked(TAG)?;
        // Compares in the same time whatever differs.
        self.mac(pool, state).verify_truncated_left(tag).ok()?;
        Some(state)
    }

    fn mac(&self, pool: &[u8], state: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(MAGIC);
        mac.update(&(pool.len() as u64).to_be_bytes());
        mac.update(pool);
        mac.update(state);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(octet: u8) -> PoolKey {
        PoolKey::new(vec![octet; 32]).unwrap()
    }

    #[test]
    fn a_cookie_opens_with_its_key_and_pool_only() {
        let cookie = key(1).seal(b"pool", b"state");
        assert_eq!(cookie.len(), 20 + 5);
        assert_eq!(key(1).open(b"pool", &cookie), Some(b"state".as_slice()));
        assert_eq!(key(2).open(b"pool", &cookie), None);
        assert_eq!(key(1).open(b"pools", &cookie), None);
        // The border between handle and state is covered too.
        assert_eq!(key(1).open(b"pool", &key(1).seal(b"pools", b"tate")), None);
        let empty = key(1).seal(b"", b"");
        assert_eq!(key(1).open(b"", &empty), Some(b"".as_slice()));
    }

    #[test]
    fn any_other_octet_breaks_it() {
        let cookie = key(1).seal(b"pool", b"state");
        for at in 0..cookie.len() {
            let mut bad = cookie.clone();
            bad[at] ^= 1;
            assert_eq!(key(1).open(b"pool", &bad), None, "octet {at}");
            assert_eq!(key(1).open(b"pool", &cookie[..at]), None, "cut at {at}");
        }
        assert_eq!(key(1).open(b"pool", &vec![0; 70_000]), None);
    }

    #[test]
    fn keys_have_a_size_and_are_not_shown() {
        assert!(PoolKey::new(vec![0; 15]).is_err());
        assert!(PoolKey::new(vec![0; 1025]).is_err());
        assert_eq!(format!("{:?}", key(7)), "PoolKey(…)");
    }

    #[test]
    fn the_tag_is_hmac_sha_256() {
        // Computed with another implementation:
        // printf 'RSC\1\0\0\0\0\0\0\0\4poolstate' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01
        let cookie = key(1).seal(b"pool", b"state");
        assert_eq!(cookie[4..8], [0x02, 0xca, 0xef, 0x06,]);
    }
}
