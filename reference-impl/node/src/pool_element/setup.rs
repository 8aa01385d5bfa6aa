//! What the driver of a pool element is started with.

use std::net::{IpAddr, SocketAddr};

use rsp_proto::pool_element::Config;

use super::card::Card;
use super::cookies::Cookies;
use super::endpoints::Users;

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
