//! The built-in applications of a pool element: echo, ping-pong, and calculation.
//!
//! A [`Service`] has sessions, messages, and the state with which a session continues at another pool element. It
//! knows nothing of ASAP: the pool element carries its messages and converts its states to cookies. It has no clock
//! and no I/O either: time is an argument, and its outputs are a list of [`Effect`]s.
//!
//! The application protocols are those of existing programs. Their formats were learnt from captures and are
//! described where they are decoded: [`echo`], [`ping_pong::message`], [`calculation::message`].
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
    /// The SCTP stream of the message.
    pub stream: u16,
    /// Payload protocol identifier in host order.
    pub ppid: u32,
    /// The message.
    pub octets: &'a [u8],
}

/// An output of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Sends a user message.
    Send {
        /// The session of the pool user.
        session: Session,
        /// The SCTP stream.
        stream: u16,
        /// Payload protocol identifier in host order.
        ppid: u32,
        /// The message.
        octets: Vec<u8>,
    },
    /// Sends a state to the pool user as a cookie, which replaces the previous one.
    Cookie {
        /// The session of the pool user.
        session: Session,
        /// The state, before it is sealed.
        state: Vec<u8>,
    },
    /// Ends the session; no call about it follows.
    End {
        /// The session.
        session: Session,
    },
}

/// An application that serves sessions.
pub trait Service: Debug {
    /// Handles a new session.
    fn on_session(&mut self, now: Duration, session: Session, effects: &mut Vec<Effect>);
    /// Handles a user message.
    fn on_message(
        &mut self,
        now: Duration,
        session: Session,
        message: Message<'_>,
        effects: &mut Vec<Effect>,
    );
    /// Handles the state that the pool user received from another pool element: the session continues from it.
    fn on_state(
        &mut self,
        now: Duration,
        session: Session,
        state: &[u8],
        effects: &mut Vec<Effect>,
    );
    /// Handles the end of a session.
    fn on_end(&mut self, now: Duration, session: Session);
    /// Handles the timers that are due at `now`; does nothing when none is due.
    fn on_timeout(&mut self, now: Duration, effects: &mut Vec<Effect>);
    /// Returns the time of the next [`on_timeout`](Self::on_timeout) call.
    fn deadline(&self) -> Option<Duration>;
    /// Returns the load for adaptive policies: from 0 to `u32::MAX`, which is 100 % (RFC 5356 §2.2).
    fn load(&self) -> u32;
}

/// Returns `used` of `limit` as a load.
fn load_of(used: usize, limit: usize) -> u32 {
    let share = used as u128 * u128::from(u32::MAX) / limit.max(1) as u128;
    u32::try_from(share).unwrap_or(u32::MAX)
}

/// Returns the big-endian number at an offset, if the octets have one there.
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
