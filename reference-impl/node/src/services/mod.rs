//! What a pool element can do for pool users without another program: echo, ping-pong, and calculation.
//!
//! A [`Service`] knows sessions, messages and the state that a session must keep to go on at another pool
//! element. It knows nothing of ASAP: what carries its messages, and how its states become cookies, is the
//! business of the pool element around it. It has no clock and no IO either: time is an argument,
//! and what it wants done is added to a list of [`Effect`]s.
//!
//! The application protocols are those that the field speaks. Their formats were learnt from captures and are
//! written down where they are decoded: [`echo`], [`ping_pong::message`], [`calculation::message`].
//!
//! ```
//! use std::time::Duration;
//! use rserpool::services::{Effect, Message, Service, Session, echo::Echo};
//!
//! let (mut echo, mut effects, session) = (Echo::new(16), Vec::new(), Session(1));
//! echo.on_session(Duration::ZERO, session, &mut effects);
//! let hello = Message { stream: 0, ppid: 0, octets: b"hello" };
//! echo.on_message(Duration::ZERO, session, hello, &mut effects);
//! assert_eq!(effects, [Effect::Send { session, stream: 0, ppid: 0, octets: b"hello".to_vec() }]);
//! ```

pub mod calculation;
pub mod echo;
pub mod ping_pong;
pub mod seal;

use std::fmt::Debug;
use std::time::Duration;

/// One pool user's association with a service, as numbered by the caller. A number is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session(pub u64);

/// A user message of a session.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Stream it came on.
    pub stream: u16,
    /// Payload protocol identifier in host order.
    pub ppid: u32,
    /// The message.
    pub octets: &'a [u8],
}

/// What a service wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a user message.
    Send {
        /// To whom.
        session: Session,
        /// On which stream.
        stream: u16,
        /// Payload protocol identifier in host order.
        ppid: u32,
        /// The message.
        octets: Vec<u8>,
    },
    /// Give the pool user this state as a cookie, in place of the one before.
    Cookie {
        /// To whom.
        session: Session,
        /// The state, not yet sealed.
        state: Vec<u8>,
    },
    /// End the session; nothing more is said about it.
    End {
        /// Which one.
        session: Session,
    },
}

/// Serves sessions.
pub trait Service: Debug {
    /// A pool user has come.
    fn on_session(&mut self, now: Duration, session: Session, effects: &mut Vec<Effect>);
    /// It says something.
    fn on_message(
        &mut self,
        now: Duration,
        session: Session,
        message: Message<'_>,
        effects: &mut Vec<Effect>,
    );
    /// It brings the state that another pool element gave it: the session goes on from there.
    fn on_state(
        &mut self,
        now: Duration,
        session: Session,
        state: &[u8],
        effects: &mut Vec<Effect>,
    );
    /// It is gone.
    fn on_end(&mut self, now: Duration, session: Session);
    /// Does what is due; harmless when nothing is.
    fn on_timeout(&mut self, now: Duration, effects: &mut Vec<Effect>);
    /// When [`on_timeout`](Self::on_timeout) wants to be called.
    fn deadline(&self) -> Option<Duration>;
    /// How loaded it is, for adaptive policies: from 0 to `u32::MAX`, which is full (RFC 5356 §2.2).
    fn load(&self) -> u32;
}

/// `used` of `limit` as a load.
fn load_of(used: usize, limit: usize) -> u32 {
    let share = used as u128 * u128::from(u32::MAX) / limit.max(1) as u128;
    u32::try_from(share).unwrap_or(u32::MAX)
}

/// The big-endian number at an offset, if it is there.
fn u64_at(octets: &[u8], at: usize) -> Option<u64> {
    let bytes = octets.get(at..at + 8)?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_reach_from_nothing_to_full() {
        assert_eq!(load_of(0, 10), 0);
        assert_eq!(load_of(1, 2), u32::MAX / 2);
        assert_eq!(load_of(10, 10), u32::MAX);
        assert_eq!(load_of(11, 10), u32::MAX);
        assert_eq!(load_of(0, 0), 0);
        assert_eq!(load_of(usize::MAX, 1), u32::MAX);
    }
}
