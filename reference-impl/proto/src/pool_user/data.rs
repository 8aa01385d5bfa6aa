//! Data of sessions (RFC 5352 §6.5, §6.6): queued until there is a PE, then sent in order.
//!
//! Messages that were passed to the transport of a PE that fails may be lost (RFC 5352 §6.5.5). Those that the
//! caller returns with [`Input::Down`](super::Input::Down), and queued ones, go to the next PE or back to the
//! owner.

use std::time::Duration;

use super::session::State;
use super::{Assoc, Event, Message, Output, PoolUser, Session, Unsent};
use crate::ASAP_PPID;
use crate::log::Inbound;

impl PoolUser {
    /// Returns true if there is room for a message of this length: the queue of a session without a PE is
    /// limited. A session with a PE, and one that is over, has no queue.
    pub fn has_room(&self, session: Session, octets: usize) -> bool {
        let Some(entry) = self.sessions.get(session) else {
            return true;
        };
        let (count, limit) = (self.config.max_queued, self.config.max_queued_octets);
        match entry.state {
            State::Resolving | State::Pausing | State::Connecting(_) => {
                entry.queue.has_room(octets, count, limit)
            }
            State::Up(_) | State::Closing { .. } => true,
        }
    }

    pub(super) fn on_send(&mut self, now: Duration, session: Session, message: Message) {
        assert_ne!(
            message.ppid, ASAP_PPID,
            "RFC 5352 §5: data does not have the PPID of ASAP"
        );
        let (count, octets) = (self.config.max_queued, self.config.max_queued_octets);
        let Some(entry) = self.sessions.get_mut(session) else {
            self.log_unknown("session", session.0);
            return;
        };
        let why = match &mut entry.state {
            State::Up(up) => {
                let assoc = up.assoc;
                let first = !std::mem::replace(&mut up.is_sent_to, true);
                let contact = first.then(|| (entry.pool.clone(), up.element.identifier));
                self.out.push_back(Output::Data { assoc, message });
                if let Some((pool, pe)) = contact {
                    self.on_contacted(now, pool, pe);
                }
                return;
            }
            State::Resolving | State::Pausing | State::Connecting(_) => {
                match entry.queue.push(message, count, octets) {
                    Ok(()) => return,
                    Err(message) => (Unsent::QueueFull, message),
                }
            }
            State::Closing { .. } => (Unsent::Ended, message),
        };
        let (why, message) = why;
        self.give_back(session, None, why, vec![message]);
    }

    /// Sends all queued messages to the new PE.
    pub(super) fn flush(&mut self, now: Duration, session: Session) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        for message in entry.queue.take() {
            self.on_send(now, session, message);
        }
    }

    pub(super) fn give_back(
        &mut self,
        session: Session,
        pe: Option<rsp_wire::PeIdentifier>,
        why: Unsent,
        messages: Vec<Message>,
    ) {
        if !messages.is_empty() {
            self.emit(Event::Returned {
                session,
                pe,
                why,
                messages,
            });
        }
    }

    /// Takes octets over the association of a session.
    pub(super) fn on_session_message(
        &mut self,
        now: Duration,
        session: Session,
        assoc: Assoc,
        ppid: u32,
        octets: &[u8],
    ) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        let Some(pe) = entry.heard() else {
            return;
        };
        if ppid != ASAP_PPID {
            let octets = octets.to_vec();
            self.emit(Event::Data {
                session,
                from: pe,
                ppid,
                octets,
            });
            return;
        }
        if !entry.has_control() {
            // RFC 5352 §5: data does not have this PPID, and the PE declared no control channel.
            let message = octets.first().copied().unwrap_or_default();
            self.log(Inbound::OutOfPlace {
                assoc,
                message: rsp_wire::asap::MessageType(message),
            });
            return;
        }
        if let Some(message) = self.receive(assoc, octets) {
            self.on_control(now, session, assoc, message);
        }
    }
}
