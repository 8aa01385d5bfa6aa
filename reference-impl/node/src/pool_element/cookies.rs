//! How the state of a session becomes a cookie, and a cookie a state.

use rsp_wire::PoolHandle;

use crate::services::seal::{MAX_STATE, PoolKey};

/// The form of cookies; all pool elements of a pool must agree on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cookies {
    /// Signed with the key of the pool, as RFC 5352 §3.8 advises.
    Sealed(PoolKey),
    /// The bare state: what `rspserver` sends and takes. Whoever is between the pool elements, which is the
    /// pool user at least, can write what he likes.
    Bare,
}

impl Cookies {
    pub(super) fn make(&self, pool: &PoolHandle, mut state: Vec<u8>) -> Option<Vec<u8>> {
        if state.len() > MAX_STATE {
            return None;
        }
        if let Self::Sealed(key) = self {
            state = key.seal(pool.as_octets(), &state);
        }
        Some(state)
    }

    pub(super) fn read<'a>(&self, pool: &PoolHandle, cookie: &'a [u8]) -> Option<&'a [u8]> {
        match self {
            Self::Sealed(key) => key.open(pool.as_octets(), cookie),
            Self::Bare => (cookie.len() <= MAX_STATE).then_some(cookie),
        }
    }
}
