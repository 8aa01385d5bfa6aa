//! The conversion of a session's state to a cookie, and back.

use rsp_wire::PoolHandle;

use crate::services::seal::{MAX_STATE, PoolKey};

/// The form of cookies; all pool elements of a pool must agree on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cookies {
    /// Signed with the key of the pool, as RFC 5352 §3.8 advises.
    Sealed(PoolKey),
    /// The bare state, as `rspserver` sends and accepts it. The pool user, and any host on the path, can forge it.
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
