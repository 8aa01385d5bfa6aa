//! What can be seen of the ENRP side from outside.

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
    /// Where it is called.
    pub addrs: Vec<SocketAddr>,
    /// Whether there is an association that it was heard over.
    pub connected: bool,
    /// When it was heard last (RFC 5353 §4.1: peer_last_heard).
    pub last_heard: Duration,
    /// Whether its PEs are being re-synchronized.
    pub in_audit: bool,
}

/// A download by a peer that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Who downloads.
    pub peer: ServerId,
    /// Whether only this registrar's own PEs (W=1).
    pub own_only: bool,
    /// Until when it waits for the next request.
    pub until: Duration,
}

impl Registrar {
    /// The peers with what is known of them, in the order of their identifiers.
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

    /// The downloads by peers that go on, in the order of the peers' identifiers.
    pub fn session_views(&self) -> impl Iterator<Item = SessionView> + '_ {
        let sessions = self.enrp.iter().flat_map(|enrp| &enrp.sessions);
        sessions.map(|(&peer, session)| SessionView {
            peer,
            own_only: session.own_only,
            until: session.until,
        })
    }

    /// How far the start-up is (RFC 5353 §3.2).
    pub fn start_up_state(&self) -> &'static str {
        let enrp = self.enrp.as_ref();
        enrp.map_or("Serving", Enrp::start_up_state)
    }
}
