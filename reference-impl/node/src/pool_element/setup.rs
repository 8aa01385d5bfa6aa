//! The set-up of a pool element's driver.

use std::net::{IpAddr, SocketAddr};

use rsp_proto::pool_element::Config;
use rsp_wire::Transport;

use super::card::Card;
use super::cookies::Cookies;

/// The configuration of a pool element's engine, and its endpoints.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Pool, registrars, timers, thresholds and limits of the engine. The driver replaces its user
    /// transport by that of [`users`](Self::users).
    pub config: Config,
    /// Addresses of this host; empty for the stack's default.
    pub addrs: Vec<IpAddr>,
    /// SCTP port of the ASAP endpoint, 0 for any free port.
    pub asap_port: u16,
    /// The endpoint of pool users.
    pub users: Users,
    /// Multicast group and port of the registrars' announcements (RFC 5352 §3.6).
    pub announce: Option<SocketAddr>,
    /// The form of cookies.
    pub cookies: Cookies,
    /// The business card.
    pub card: Card,
}

/// The endpoint of a pool element's users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Users {
    /// An SCTP endpoint that the driver opens, for data and control (RFC 5354 §3.4); port 0 for any free port.
    Sctp {
        /// The SCTP port.
        port: u16,
    },
    /// A TCP endpoint that the driver opens at the first address, for data only; port 0 for any free port.
    Tcp {
        /// The TCP port.
        port: u16,
    },
    /// The transport of another program, which the driver does not open.
    Elsewhere(Transport),
}
