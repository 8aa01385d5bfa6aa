//! Echo: sends each message back on the same stream with the same payload protocol identifier.
//!
//! `rspterminal` sends lines with PPID 0 on stream 0 and shows the answers. There is no state, so a session that
//! continues at another pool element needs no cookie.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Effect, Message, Service, Session, load_of};

/// The echo service.
#[derive(Debug)]
pub struct Echo {
    max_sessions: usize,
    sessions: BTreeSet<Session>,
}

impl Echo {
    /// Returns a service with a limit on sessions at a time.
    pub fn new(max_sessions: usize) -> Self {
        Self {
            max_sessions,
            sessions: BTreeSet::new(),
        }
    }
}

impl Service for Echo {
    fn on_session(&mut self, _: Duration, session: Session, effects: &mut Vec<Effect>) {
        if self.sessions.len() >= self.max_sessions {
            effects.push(Effect::End { session });
        } else {
            self.sessions.insert(session);
        }
    }

    fn on_message(
        &mut self,
        _: Duration,
        session: Session,
        message: Message<'_>,
        effects: &mut Vec<Effect>,
    ) {
        if self.sessions.contains(&session) {
            effects.push(Effect::Send {
                session,
                stream: message.stream,
                ppid: message.ppid,
                octets: message.octets.to_vec(),
            });
        }
    }

    fn on_state(&mut self, _: Duration, session: Session, _: &[u8], _: &mut Vec<Effect>) {
        tracing::debug!("session {}: echo has no state, cookie ignored", session.0);
    }

    fn on_end(&mut self, _: Duration, session: Session) {
        self.sessions.remove(&session);
    }

    fn on_timeout(&mut self, _: Duration, _: &mut Vec<Effect>) {}

    fn deadline(&self) -> Option<Duration> {
        None
    }

    fn load(&self) -> u32 {
        load_of(self.sessions.len(), self.max_sessions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn each_message_is_sent_back() {
        let (mut echo, mut effects, session) = (Echo::new(1), Vec::new(), Session(7));
        echo.on_session(NOW, session, &mut effects);
        let message = Message {
            stream: 3,
            ppid: 9,
            octets: b"hello\n",
        };
        echo.on_message(NOW, session, message, &mut effects);
        let back = Effect::Send {
            session,
            stream: 3,
            ppid: 9,
            octets: b"hello\n".to_vec(),
        };
        assert_eq!(effects, [back]);
    }

    #[test]
    fn sessions_beyond_the_limit_are_ended() {
        let (mut echo, mut effects) = (Echo::new(1), Vec::new());
        echo.on_session(NOW, Session(1), &mut effects);
        assert_eq!((effects.len(), echo.load()), (0, u32::MAX));
        echo.on_session(NOW, Session(2), &mut effects);
        assert_eq!(
            effects.pop(),
            Some(Effect::End {
                session: Session(2)
            })
        );
        let message = Message {
            stream: 0,
            ppid: 0,
            octets: b"hello",
        };
        echo.on_message(NOW, Session(2), message, &mut effects);
        assert_eq!(effects, []);
        echo.on_end(NOW, Session(1));
        echo.on_session(NOW, Session(3), &mut effects);
        assert_eq!(effects, []);
    }
}
