//! The control channel with a PE: cookies (RFC 5352 §2.2.11, §2.2.12, §3.8) and business cards (§2.2.13, §3.9).
//!
//! ```text
//!   association up ──► COOKIE_ECHO, if there is a cookie ──► BUSINESS_CARD, if there is one ──► data
//!   COOKIE ──► kept; the one before is forgotten
//!   BUSINESS_CARD ──► kept as the order of failover; its pool is resolved if the cache lacks it
//! ```
//!
//! A cookie that is too long to keep makes the older one go too: COOKIE_ECHO carries the latest one or none.

use std::time::Duration;

use rsp_wire::asap::{self, BusinessCard, Cookie, CookieEcho};

use super::session::State;
use super::{Assoc, Event, Log, PoolUser, Session};
use crate::log::Inbound;

impl PoolUser {
    /// Takes an ASAP message over the control channel of a session.
    pub(super) fn on_control(
        &mut self,
        now: Duration,
        session: Session,
        assoc: Assoc,
        message: asap::Message,
    ) {
        use asap::Message as M;
        match message {
            M::Cookie(m) => self.on_cookie(session, m),
            M::BusinessCard(m) => self.on_business_card(now, session, m),
            M::Error(m) => self.log(Inbound::error_reported(assoc, &m.operation_error)),
            // Known, but not sent by a PE to a pool user. No rule requires a report.
            M::Registration(_)
            | M::Deregistration(_)
            | M::RegistrationResponse(_)
            | M::DeregistrationResponse(_)
            | M::HandleResolution(_)
            | M::HandleResolutionResponse(_)
            | M::EndpointKeepAlive(_)
            | M::EndpointKeepAliveAck(_)
            | M::EndpointUnreachable(_)
            | M::ServerAnnounce(_)
            | M::CookieEcho(_) => self.log(Inbound::OutOfPlace {
                assoc,
                message: message.message_type(),
            }),
        }
    }

    fn on_cookie(&mut self, session: Session, message: Cookie) {
        let limit = self.config.max_cookie;
        let Some(state) = self.sessions.get_mut(session) else {
            return;
        };
        let cookie = message.cookie;
        let octets = cookie.0.len();
        if octets > limit {
            state.cookie = None;
            self.log(Log::CookieTooLong { session, octets });
            return;
        }
        state.cookie = Some(cookie);
        self.emit(Event::Cookie { session, octets });
    }

    fn on_business_card(&mut self, now: Duration, session: Session, message: BusinessCard) {
        let limit = self.config.max_business_card;
        let Some(state) = self.sessions.get_mut(session) else {
            return;
        };
        let pool = message.pool_handle;
        let mut elements = message.pool_elements;
        elements.truncate(limit);
        let order = elements.iter().map(|e| e.identifier).collect();
        // A card of another pool shows where to find its sender. It gives no order of failover for this session.
        if pool == state.pool {
            state.card = elements;
        }
        self.emit(Event::BusinessCard {
            session,
            pool: pool.clone(),
            order,
        });
        let is_cached = self.pools.get(&pool).is_some_and(|p| p.list.is_some());
        if !is_cached && self.is_first_introduction(session) {
            self.populate(now, &pool);
        }
    }

    /// Returns true for the first card of each PE of a session: rule BC1 of RFC 5352 §3.9 lets a PE cause
    /// questions, and this limits them to one for each PE.
    fn is_first_introduction(&mut self, session: Session) -> bool {
        match self.sessions.get_mut(session).map(|entry| &mut entry.state) {
            Some(State::Up(up)) => !std::mem::replace(&mut up.is_introduced, true),
            Some(
                State::Resolving | State::Pausing | State::Connecting(_) | State::Closing { .. },
            )
            | None => false,
        }
    }

    /// Takes a new card of the owner (RFC 5352 §3.9: may be sent at any time).
    pub(super) fn on_card(&mut self, card: Option<BusinessCard>) {
        self.card = card;
        let open: Vec<Assoc> = self.sessions.control_channels().collect();
        for assoc in open {
            self.send_card(assoc);
        }
    }

    /// Sends the messages that precede all data on a new control channel. Returns true if a cookie was sent.
    pub(super) fn greet(&mut self, session: Session, assoc: Assoc) -> bool {
        let state = self.sessions.get_mut(session);
        let cookie = state.and_then(|state| state.cookie.clone());
        let echoed = cookie.is_some();
        if let Some(cookie) = cookie {
            self.send(assoc, CookieEcho::new(cookie));
        }
        self.send_card(assoc);
        echoed
    }

    fn send_card(&mut self, assoc: Assoc) {
        if let Some(card) = self.card.clone() {
            self.send(assoc, card);
        }
    }
}
