//! Ping-pong: answers each Ping by a Pong and counts the replies of a session across failovers by cookies.

pub mod message;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::Duration;

use super::{Effect, Message, Service, Session, load_of};
use message::PingPong as Wire;

/// The configuration of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Most sessions at a time.
    pub max_sessions: usize,
    /// Replies after which each session ends, to provoke a failover.
    pub end_after: Option<NonZeroU64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_sessions: 1024,
            end_after: None,
        }
    }
}

/// The ping-pong service.
#[derive(Debug)]
pub struct PingPong {
    config: Config,
    sessions: BTreeMap<Session, Progress>,
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    next_reply: u64,
    /// Replies by this pool element.
    here: u64,
}

impl PingPong {
    /// Returns a service without sessions.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            sessions: BTreeMap::new(),
        }
    }
}

impl Service for PingPong {
    fn on_session(&mut self, _: Duration, session: Session, effects: &mut Vec<Effect>) {
        if self.sessions.len() >= self.config.max_sessions {
            effects.push(Effect::End { session });
            return;
        }
        let fresh = Progress {
            next_reply: 1,
            here: 0,
        };
        self.sessions.insert(session, fresh);
    }

    fn on_message(
        &mut self,
        _: Duration,
        session: Session,
        message: Message<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(progress) = self.sessions.get_mut(&session) else {
            return;
        };
        let (number, data) = match Wire::decode(message.octets) {
            Ok(Wire::Ping { number, data }) => (number, data),
            Ok(Wire::Pong { .. }) => {
                return tracing::debug!("session {}: a Pong from a pool user", session.0);
            }
            Err(error) => return tracing::debug!("session {}: {error}", session.0),
        };
        let reply = progress.next_reply;
        progress.next_reply = reply.wrapping_add(1);
        progress.here += 1;
        let pong = Wire::Pong {
            number,
            reply,
            data,
        };
        effects.push(Effect::Send {
            session,
            stream: message.stream,
            ppid: message::PPID,
            octets: pong.encode(),
        });
        effects.push(Effect::Cookie {
            session,
            state: message::encode_state(progress.next_reply),
        });
        if self
            .config
            .end_after
            .is_some_and(|n| progress.here >= n.get())
        {
            self.sessions.remove(&session);
            effects.push(Effect::End { session });
        }
    }

    fn on_state(&mut self, _: Duration, session: Session, state: &[u8], _: &mut Vec<Effect>) {
        let Some(next_reply) = message::decode_state(state) else {
            return tracing::debug!("session {}: no state of ping-pong, ignored", session.0);
        };
        if let Some(progress) = self.sessions.get_mut(&session) {
            progress.next_reply = next_reply;
        }
    }

    fn on_end(&mut self, _: Duration, session: Session) {
        self.sessions.remove(&session);
    }

    fn on_timeout(&mut self, _: Duration, _: &mut Vec<Effect>) {}

    fn deadline(&self) -> Option<Duration> {
        None
    }

    fn load(&self) -> u32 {
        load_of(self.sessions.len(), self.config.max_sessions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;
    const SESSION: Session = Session(1);

    fn ping(service: &mut PingPong, number: u64) -> Vec<Effect> {
        let octets = Wire::Ping {
            number,
            data: b"x".to_vec(),
        }
        .encode();
        let message = Message {
            stream: 2,
            ppid: message::PPID,
            octets: &octets,
        };
        let mut effects = Vec::new();
        service.on_message(NOW, SESSION, message, &mut effects);
        effects
    }

    fn pong(number: u64, reply: u64) -> Effect {
        let pong = Wire::Pong {
            number,
            reply,
            data: b"x".to_vec(),
        };
        Effect::Send {
            session: SESSION,
            stream: 2,
            ppid: message::PPID,
            octets: pong.encode(),
        }
    }

    #[test]
    fn a_session_goes_on_at_another_pool_element() {
        let (mut first, mut second) = (
            PingPong::new(Config {
                end_after: NonZeroU64::new(2),
                ..Config::default()
            }),
            PingPong::new(Config::default()),
        );
        first.on_session(NOW, SESSION, &mut Vec::new());
        second.on_session(NOW, SESSION, &mut Vec::new());
        assert_eq!(ping(&mut first, 1)[0], pong(1, 1));
        let last = ping(&mut first, 2);
        let [answer, Effect::Cookie { state, .. }, end] = last.as_slice() else {
            panic!("a Pong, a cookie and the end: {last:?}");
        };
        assert_eq!(answer, &pong(2, 2));
        assert_eq!(end, &Effect::End { session: SESSION });
        assert_eq!(ping(&mut first, 3), [], "the session has ended");
        second.on_state(NOW, SESSION, state, &mut Vec::new());
        assert_eq!(ping(&mut second, 3)[0], pong(3, 3));
    }

    #[test]
    fn strange_messages_and_states_change_nothing() {
        let mut service = PingPong::new(Config {
            max_sessions: 1,
            end_after: None,
        });
        let mut effects = Vec::new();
        service.on_session(NOW, SESSION, &mut effects);
        for octets in [b"".as_slice(), b"hello", &[0xff; 20]] {
            let message = Message {
                stream: 0,
                ppid: 0,
                octets,
            };
            service.on_message(NOW, SESSION, message, &mut effects);
            service.on_state(NOW, SESSION, octets, &mut effects);
        }
        assert_eq!(effects, []);
        service.on_session(NOW, Session(2), &mut effects);
        assert_eq!(
            effects,
            [Effect::End {
                session: Session(2)
            }]
        );
        assert_eq!(ping(&mut service, 1)[0], pong(1, 1));
    }
}
