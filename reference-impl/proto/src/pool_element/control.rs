//! The control channel with pool users (RFC 5352 §2.2.11-§2.2.13, §3.8, §3.9).
//!
//! ```text
//!              COOKIE_ECHO, BUSINESS_CARD, data: communication has begun
//!   up ──────────────────────────────────────────────────────────────────► begun
//!                                  BUSINESS_CARD, if the owner gave one     │ ▲ a new card, a cookie
//!                                                                           └─┘
//! ```
//!
//! Readings where the RFC is open:
//! - A control channel exists if the user transport is SCTP for data and control. Without one the PE sends no
//!   ASAP messages to pool users.
//! - A PU's first message on the channel is COOKIE_ECHO, and the card answers it. So communication begins when a
//!   message came from the PU, not when its association is up.
//! - The owner decides if the PE itself is listed on its card.

use rsp_wire::asap::{self, BusinessCard, CookieEcho, MessageType};
use rsp_wire::{Cookie, TransportUse};

use super::{Assoc, Element, Event, Log};

impl Element {
    pub(super) fn on_began(&mut self, assoc: Assoc) {
        let Some(association) = self.assocs.get_mut(&assoc) else {
            return;
        };
        let is_over = std::mem::replace(&mut association.began, true) || association.is_leaving;
        if is_over || !self.has_control_channel() {
            return;
        }
        if let Some(card) = self.card.clone() {
            self.send(assoc, card);
        }
    }

    pub(super) fn on_card(&mut self, card: Option<BusinessCard>) {
        self.card = card;
        let Some(card) = self.card.clone() else {
            return;
        };
        if !self.has_control_channel() {
            return self.not_sent(MessageType::BUSINESS_CARD, NO_CHANNEL);
        }
        let begun = self.assocs.iter().filter(|(_, a)| a.began && !a.is_leaving);
        let begun: Vec<Assoc> = begun.map(|(&assoc, _)| assoc).collect();
        for assoc in begun {
            self.send(assoc, card.clone());
        }
    }

    pub(super) fn on_cookie(&mut self, assoc: Assoc, cookie: Vec<u8>) {
        let octets = cookie.len();
        if !self.has_control_channel() {
            self.not_sent(MessageType::COOKIE, NO_CHANNEL);
        } else if self.assocs.get(&assoc).is_none_or(|a| a.is_leaving) {
            self.not_sent(MessageType::COOKIE, "the pool user is gone");
        } else if octets > self.config.max_cookie {
            self.log(Log::CookieTooLong { assoc, octets });
        } else {
            self.send(assoc, asap::Cookie::new(Cookie(cookie.into())));
        }
    }

    pub(super) fn on_cookie_echo(&mut self, assoc: Assoc, message: CookieEcho) {
        let cookie = message.cookie.0;
        let octets = cookie.len();
        if octets > self.config.max_cookie {
            self.log(Log::CookieTooLong { assoc, octets });
        } else {
            self.emit(Event::CookieEcho { assoc, cookie });
        }
        self.on_began(assoc);
    }

    pub(super) fn on_business_card(&mut self, assoc: Assoc, mut card: BusinessCard) {
        card.pool_elements
            .truncate(self.config.max_business_card.max(1));
        self.emit(Event::BusinessCard { assoc, card });
        self.on_began(assoc);
    }

    /// Returns true if the PE has a control channel with pool users: its user transport is SCTP for data and
    /// control.
    pub fn has_control_channel(&self) -> bool {
        self.config.user_transport.transport_use() == TransportUse::DATA_PLUS_CONTROL
    }

    pub(super) fn not_sent(&mut self, message: MessageType, why: &'static str) {
        self.log(Log::NotSent { message, why });
    }
}

const NO_CHANNEL: &str = "the user transport has no control channel";
