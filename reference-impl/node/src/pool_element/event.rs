//! What the owner of a pool element is told.

use std::net::SocketAddr;

use rsp_proto::pool_element::Event as AsapEvent;
use rsp_wire::asap::BusinessCard;

use crate::services::Session;

/// What the owner of a pool element is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Registration and the like. What comes from pool users is told by [`Event::State`] and [`Event::Card`].
    Asap(AsapEvent),
    /// A pool user has come.
    Session {
        /// Its number.
        session: Session,
        /// Its transport addresses as far as known.
        peer: Vec<SocketAddr>,
    },
    /// A pool user brings the state that another pool element of the pool left with it.
    State {
        /// The pool user.
        session: Session,
        /// The state; its seal was right, if cookies are sealed.
        state: Vec<u8>,
    },
    /// A pool user sends data.
    Data {
        /// The pool user.
        session: Session,
        /// Stream it came on.
        stream: u16,
        /// Payload protocol identifier in host order.
        ppid: u32,
        /// The message; over TCP a piece of the stream, cut anywhere.
        octets: Vec<u8>,
    },
    /// A pool user that is a PE too presents itself (RFC 5352 §3.9).
    Card {
        /// The pool user.
        session: Session,
        /// Its pool, and the order in which to fail over there.
        card: BusinessCard,
    },
    /// A pool user is gone.
    Ended {
        /// Which one.
        session: Session,
    },
}
