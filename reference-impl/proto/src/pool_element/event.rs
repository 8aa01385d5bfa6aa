//! Events that a pool element reports to its owner.

use rsp_wire::asap::BusinessCard;
use rsp_wire::{ErrorCause, PeIdentifier, ServerId};

use super::Assoc;

/// One event for the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A registrar accepted the registration: the PE is an available member of its pool.
    Registered {
        /// The registrar, if its identifier is known.
        home: Option<ServerId>,
        /// True if it was registered before, so that this only renews or changes the registration.
        again: bool,
        /// Warnings of the registrar (R=0 with an Operation Error): it may have changed some values.
        warnings: Vec<ErrorCause>,
    },
    /// A registrar rejected the registration. The PE tries again only after the owner has corrected the error
    /// ([`Input::Register`](super::Input::Register), or another policy type, transport or life), or after
    /// `retry_rejected`. A registration that was accepted before stays until it expires.
    Rejected {
        /// Causes; may be empty.
        causes: Vec<ErrorCause>,
    },
    /// More than MAX-REG-ATTEMPT registrations in a row got no answer. The PE begins anew after `retry_failed`.
    Failed {
        /// Number of registrations sent.
        attempts: u32,
    },
    /// The PE identifier, drawn from the seed, belongs to another PE; the PE drew a new one.
    Renamed {
        /// The new identifier.
        id: PeIdentifier,
    },
    /// Another registrar has become the Home by a KEEP_ALIVE with H=1.
    HomeChanged {
        /// The new Home.
        home: ServerId,
    },
    /// The association to the Home is gone; the PE hunts for another Home.
    HomeLost,
    /// The registrar has ended the registration. The PE registers again by itself.
    Expired,
    /// De-registered as the owner wished, or there was nothing to de-register.
    Deregistered,
    /// The registrar rejected the de-registration, or, if without causes, never answered: the registration stays
    /// until it expires. The PE does not try again.
    NotDeregistered {
        /// Causes; may be empty.
        causes: Vec<ErrorCause>,
    },
    /// A pool user that failed over to this PE delivers the last cookie of its former PE. Only the owner can
    /// check that the cookie is genuine (RFC 5352 §3.8).
    CookieEcho {
        /// The pool user.
        assoc: Assoc,
        /// The cookie.
        cookie: Box<[u8]>,
    },
    /// A pool user that is a PE too introduces itself: its pool, and the order of failover there (RFC 5352 §3.9).
    /// A [pool user](crate::pool_user) resolves that pool (BC1), not this engine.
    BusinessCard {
        /// The pool user.
        assoc: Assoc,
        /// The card with at most `max_business_card` entries.
        card: BusinessCard,
    },
    /// After [`Input::Stop`](super::Input::Stop): de-registered as far as possible, and all associations are
    /// gone.
    Stopped,
}
