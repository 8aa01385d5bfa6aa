//! What a pool element's owner is told.

use rsp_wire::asap::BusinessCard;
use rsp_wire::{ErrorCause, PeIdentifier, ServerId};

use super::Assoc;

/// One thing the owner is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A registrar accepted the registration: the PE is an available member of its pool.
    Registered {
        /// The registrar, if it is known by its identifier yet.
        home: Option<ServerId>,
        /// Whether it was registered before, so that this only renews or changes it.
        again: bool,
        /// Some values may have been changed by the registrar (R=0 with an Operation Error).
        warnings: Vec<ErrorCause>,
    },
    /// A registrar rejected the registration. Nothing more is tried until the owner has corrected the error
    /// ([`Input::Register`](super::Input::Register), or another policy type, transport or life), or
    /// `retry_rejected` is over. A registration that was accepted before stays until it expires.
    Rejected {
        /// Why; may be empty.
        causes: Vec<ErrorCause>,
    },
    /// More than MAX-REG-ATTEMPT registrations in a row got no answer. It begins anew after `retry_failed`.
    Failed {
        /// How many.
        attempts: u32,
    },
    /// The PE identifier, drawn from the seed, is another PE's; this is the new one.
    Renamed {
        /// The new identifier.
        id: PeIdentifier,
    },
    /// Another registrar is the Home now: it asked for it (H=1).
    HomeChanged {
        /// The new Home.
        home: ServerId,
    },
    /// The association to the Home is gone; another Home is hunted for.
    HomeLost,
    /// The registrar told that the registration has ended. It registers again by itself.
    Expired,
    /// De-registered as the owner wished, or there was nothing to de-register.
    Deregistered,
    /// The de-registration was rejected, or, without causes, never answered: the registration stays until it
    /// expires. Nothing more is tried.
    NotDeregistered {
        /// Why.
        causes: Vec<ErrorCause>,
    },
    /// A pool user that failed over to this PE hands over the last cookie of its former PE. Whether it is genuine,
    /// only the owner can tell (RFC 5352 §3.8).
    CookieEcho {
        /// The pool user.
        assoc: Assoc,
        /// The cookie.
        cookie: Box<[u8]>,
    },
    /// A pool user that is a PE too presents itself: its pool, and the order in which to fail over there
    /// (RFC 5352 §3.9). Resolving that pool (BC1) is a [pool user's](crate::pool_user) business.
    BusinessCard {
        /// The pool user.
        assoc: Assoc,
        /// The card, at most `max_business_card` entries of it.
        card: BusinessCard,
    },
    /// After [`Input::Stop`](super::Input::Stop): de-registered as far as possible, and all associations are
    /// gone.
    Stopped,
}
