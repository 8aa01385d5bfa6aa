//! What the driver of a pool element is started with.

use std::net::{IpAddr, SocketAddr};

use rsp_proto::pool_element::Config;
use rsp_wire::Transport;

use super::card::Card;
use super::cookies::Cookies;

/// How a pool element's engine is set, and where it is.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Pool, registrars, timers, thresholds and limits of the engine. Its user transport is what
    /// [`users`](Self::users) becomes.
    pub config: Config,
    /// Addresses of this host; empty for what the stack takes by itself.
    pub addrs: Vec<IpAddr>,
    /// SCTP port of the ASAP endpoint, 0 for any free one.
    pub asap_port: u16,
    /// Where pool users come.
    pub users: Users,
    /// Multicast group and port where announcements are heard (RFC 5352 §3.6).
    pub announce: Option<SocketAddr>,
    /// The form of cookies.
    pub cookies: Cookies,
    /// The business card.
    pub card: Card,
}

/// Where the users of a pool element come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Users {
    /// To an SCTP endpoint of its own, for data and control (RFC 5354 §3.4); port 0 for any free one.
    Sctp {
        /// The SCTP port.
        port: u16,
    },
    /// To a TCP endpoint of its own, at its first address, for data only; port 0 for any free one.
    Tcp {
        /// The TCP port.
        port: u16,
    },
    /// To another program, which the pool element knows nothing of.
    Elsewhere(Transport),
}
