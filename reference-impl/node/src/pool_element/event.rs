//! The events of a pool element for its owner.

use std::net::SocketAddr;

use rsp_proto::pool_element::Event as AsapEvent;
use rsp_wire::asap::BusinessCard;

use crate::services::Session;

/// An event of a pool element for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An event of ASAP, such as a registration. Cookies and cards of pool users are [`Event::State`] and
    /// [`Event::Card`].
    Asap(AsapEvent),
    /// A pool user set up an association.
    Session {
        /// The number of the session.
        session: Session,
        /// The known transport addresses of the pool user.
        peer: Vec<SocketAddr>,
    },
    /// A pool user returned the state that it received from another pool element of the pool.
    State {
        /// The session of the pool user.
        session: Session,
        /// The state. If cookies are sealed, its seal is valid.
        state: Vec<u8>,
    },
    /// A pool user sent data.
    Data {
        /// The session of the pool user.
        session: Session,
        /// The SCTP stream of the message.
        stream: u16,
        /// Payload protocol identifier in host order.
        ppid: u32,
        /// The message; over TCP a part of the octet stream, without message boundaries.
        octets: Vec<u8>,
    },
    /// A pool user that is a PE too sent its business card (RFC 5352 §3.9).
    Card {
        /// The session of the pool user.
        session: Session,
        /// The card: its pool, and the PEs in failover order.
        card: BusinessCard,
    },
    /// A session ended.
    Ended {
        /// The session.
        session: Session,
    },
}
