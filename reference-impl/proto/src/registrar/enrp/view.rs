//! Views of the ENRP side for the caller.

use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::ServerId;

use super::super::Registrar;
use super::Enrp;

/// One peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerView {
    /// Its identifier.
    pub id: ServerId,
    /// Name of its state; the states are in `peers.rs`.
    pub state: &'static str,
    /// Addresses at which it is dialled.
    pub addrs: Vec<SocketAddr>,
    /// True if the association that it was heard over is up.
    pub connected: bool,
    /// Time at which it was heard last (RFC 5353 §4.1: peer_last_heard).
    pub last_heard: Duration,
    /// True while its PEs are being re-synchronized.
    pub in_audit: bool,
}

/// A download by a peer that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Downloading peer.
    pub peer: ServerId,
    /// True if it downloads only this registrar's own PEs (W=1).
    pub own_only: bool,
    /// End of the wait for the next request.
    pub until: Duration,
}

impl Registrar {
    /// Returns views of the peers in the order of their identifiers.
    pub fn peer_views(&self) -> impl Iterator<Item = PeerView> + '_ {
        let peers = self.enrp.iter().flat_map(|enrp| &enrp.peers);
        peers.map(|(&id, peer)| PeerView {
            id,
            state: peer.state_name(),
            addrs: peer.addrs.clone(),
            connected: peer.assoc.is_some(),
            last_heard: peer.last_heard,
            in_audit: peer.is_synchronizing(),
        })
    }

    /// Returns the downloads by peers that go on, in the order of the peers' identifiers.
    pub fn session_views(&self) -> impl Iterator<Item = SessionView> + '_ {
        let sessions = self.enrp.iter().flat_map(|enrp| &enrp.sessions);
        sessions.map(|(&peer, session)| SessionView {
            peer,
            own_only: session.own_only,
            until: session.until,
        })
    }

    /// Returns the name of the start-up's state (RFC 5353 §3.2).
    pub fn start_up_state(&self) -> &'static str {
        let enrp = self.enrp.as_ref();
        enrp.map_or("Serving", Enrp::start_up_state)
    }
}
