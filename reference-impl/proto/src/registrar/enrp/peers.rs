//! The peer list (RFC 5353 §3.4, §3.4.1).
//!
//! ```text
//!               heard, or named by a mentor's list: PRESENCE R=1 to it
//!   (unknown) ───────────────────────────────────────────────────────► Active
//!
//!               silent > MAX-TIME-LAST-HEARD: PRESENCE R=1
//!   Active ─────────────────────────────────────────────────► Probed
//!   Probed ── no answer in MAX-TIME-NO-RESPONSE, or no way to it: INIT_TAKEOVER ──► Dead
//!   Active, Probed, NotActive, Dead (larger identifier) ── INIT_TAKEOVER: ACK ────► NotActive
//!   Dead ── all ACKs: TAKEOVER_SERVER ──► (unknown)
//!   any ── TAKEOVER_SERVER of a peer ──► (unknown)
//!   Probed, Dead, NotActive ── heard ──► Active
//!   NotActive ── the peer that took it over is dead itself ──► Active, and so soon probed
//! ```
//!
//! Readings where the RFC is open:
//! - Every message of a peer shows that it is alive, not only ENRP_PRESENCE.
//! - "Not active" ends when the peer is heard again, or when the peer that takes it over is gone before it has
//!   finished.
//! - A peer that was taken over and is heard again had been split off: it gets a LIST_REQUEST, so that both sides
//!   find each other.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::enrp::ListRequest;
use rsp_wire::{Addresses, SctpTransport, ServerId, ServerInformation};

use super::super::{Assoc, Config, Core, Limit, Timer};
use super::audit::{Audit, Partial};
use super::table::Owed;
use super::{Enrp, Log, transport_addrs};

/// A peer.
#[derive(Debug)]
pub(super) struct Peer {
    /// The transport in its Server Information.
    pub(super) transport: Option<SctpTransport>,
    /// The addresses for new associations: those of its transport, else those of the association it was heard over.
    pub(super) addrs: Vec<SocketAddr>,
    /// The association it was heard over last, while that is up.
    pub(super) assoc: Option<Assoc>,
    /// peer_last_heard (RFC 5353 §4.1).
    pub(super) last_heard: Duration,
    pub(super) state: State,
    /// The re-synchronization with it.
    pub(super) audit: Option<Audit>,
    /// A response that is outstanding since this registrar began to serve. Until then there is no audit.
    pub(super) owed: Option<Owed>,
    /// The end of the last re-synchronization, if there was no room for all PEs.
    pub(super) partial: Option<Partial>,
}

/// State of a peer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It was heard.
    Active,
    /// It was silent, and has to answer by then.
    Probed { until: Duration },
    /// It is dead, and this registrar wants to take it over: the ACKs of these peers are missing.
    Dead {
        awaiting: BTreeSet<ServerId>,
        again_at: Duration,
    },
    /// A peer takes it over; this registrar has sent the ACK.
    NotActive { by: ServerId },
}

impl Peer {
    fn new(now: Duration) -> Self {
        Self {
            transport: None,
            addrs: Vec::new(),
            assoc: None,
            last_heard: now,
            state: State::Active,
            audit: None,
            owed: None,
            partial: None,
        }
    }

    /// Takes the transport of its Server Information, with at most `most` addresses. Returns false if there are more.
    pub(super) fn locate(&mut self, mut transport: SctpTransport, most: usize) -> bool {
        let most = most.max(1);
        let all = transport.addresses.iter().count() <= most;
        if let Some(first) = Addresses::collect(transport.addresses.iter().take(most)) {
            transport.addresses = first;
        }
        self.addrs = transport_addrs(&transport);
        self.transport = Some(transport);
        all
    }

    /// Returns the transport to list for it: that of its Server Information, else the addresses it was heard from.
    pub(super) fn transport(&self) -> Option<SctpTransport> {
        if self.transport.is_some() {
            return self.transport.clone();
        }
        let port = self.addrs.first()?.port();
        let addresses = Addresses::collect(self.addrs.iter().map(SocketAddr::ip))?;
        Some(SctpTransport::new(port, addresses))
    }

    /// Returns true if it is an active peer in the sense of RFC 5353 §3.5.2.
    pub(super) fn is_active(&self) -> bool {
        match self.state {
            State::Active | State::Probed { .. } => true,
            State::Dead { .. } | State::NotActive { .. } => false,
        }
    }

    pub(super) fn due(&self, config: &Config) -> Option<Duration> {
        let own = match self.state {
            State::Active => Some(self.probe_at(config)),
            State::Probed { until } => Some(until),
            State::Dead { again_at, .. } => Some(again_at),
            State::NotActive { .. } => None,
        };
        let audit = self.audit.as_ref().map(|audit| audit.until);
        let owed = self.owed.as_ref().map(|owed| owed.until);
        own.into_iter().chain(audit).chain(owed).min()
    }

    /// Returns true while a table is expected from it, or will be asked for.
    pub(super) fn is_synchronizing(&self) -> bool {
        self.audit.is_some() || self.owed.is_some()
    }

    pub(super) fn probe_at(&self, config: &Config) -> Duration {
        config.deadline(Timer::MaxTimeLastHeard, self.last_heard)
    }

    /// Returns the name of the state.
    pub(super) fn state_name(&self) -> &'static str {
        match self.state {
            State::Active => "Active",
            State::Probed { .. } => "Probed",
            State::Dead { .. } => "Dead",
            State::NotActive { .. } => "NotActive",
        }
    }
}

impl Enrp {
    /// Notes that a message of a peer came. Returns false if there is no room for the peer in the list.
    pub(super) fn heard(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        id: ServerId,
    ) -> bool {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.last_heard = now;
            peer.assoc = Some(assoc);
            match peer.state {
                State::Active => {}
                State::Probed { .. } | State::NotActive { .. } => {
                    peer.state = State::Active;
                    core.log(Log::PeerBack { peer: id });
                }
                // RFC 5353 §3.5.1: the takeover is stopped at once.
                State::Dead { .. } => {
                    peer.state = State::Active;
                    core.log(Log::TakeoverStopped {
                        target: id,
                        by: None,
                    });
                }
            }
            return true;
        }
        if self.peers.len() >= core.config.enrp.max_peers {
            core.log(Log::PeerNotTaken { peer: id });
            return false;
        }
        let mut peer = Peer::new(now);
        peer.assoc = Some(assoc);
        if let Some(association) = core.assocs.get(&assoc) {
            peer.addrs = association.canonical_peer();
            peer.addrs
                .truncate(core.config.enrp.max_peer_addresses.max(1));
        }
        self.peers.insert(id, peer);
        let was_lost = self.lost.contains(&id);
        self.lost.retain(|&lost| lost != id);
        core.log(Log::PeerFound { peer: id });
        // RFC 5353 §3.4.1.
        self.send_presence(core, id, true);
        if was_lost && self.is_serving() {
            core.send_enrp(assoc, ListRequest::new(core.id, id));
        }
        true
    }

    /// Takes a requested list (RFC 5353 §3.2.2.2). New peers get a PRESENCE like those that were heard: a peer
    /// announces only to registrars that it knows, and its announcements are newer than a table that is on its way.
    pub(super) fn take_list(
        &mut self,
        core: &mut Core,
        now: Duration,
        servers: Vec<ServerInformation>,
    ) {
        let most = core.config.enrp.max_peer_addresses;
        for server in servers {
            let id = server.server_id;
            if id == core.id || id == ServerId::UNDETERMINED {
                continue;
            }
            if let Some(peer) = self.peers.get_mut(&id) {
                if peer.transport.is_none() && !peer.locate(server.transport, most) {
                    core.counters.hit(Limit::PeerAddresses);
                }
                continue;
            }
            if self.peers.len() >= core.config.enrp.max_peers {
                core.log(Log::PeerNotTaken { peer: id });
                continue;
            }
            let mut peer = Peer::new(now);
            if !peer.locate(server.transport, most) {
                core.counters.hit(Limit::PeerAddresses);
            }
            self.peers.insert(id, peer);
            core.log(Log::PeerFound { peer: id });
            self.send_presence(core, id, true);
        }
    }

    /// Removes a peer that was taken over from the list.
    pub(super) fn forget_peer(&mut self, core: &mut Core, now: Duration, id: ServerId) {
        self.sessions.remove(&id);
        if self.peers.remove(&id).is_some() {
            self.lost.retain(|&lost| lost != id);
            self.lost.push_back(id);
        }
        while self.lost.len() > core.config.enrp.max_peers {
            self.lost.pop_front();
        }
        self.excuse(core, now, id);
    }

    pub(super) fn on_peer_association_lost(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
    ) {
        let mut probed = Vec::new();
        self.sessions.retain(|_, session| session.over != assoc);
        for (&id, peer) in &mut self.peers {
            if peer.assoc == Some(assoc) {
                peer.assoc = None;
                match peer.state {
                    // RFC 5353 §3.4.3: the send fails.
                    State::Probed { .. } => probed.push(id),
                    State::Active | State::Dead { .. } | State::NotActive { .. } => {}
                }
            }
        }
        self.on_audit_association_lost(core, assoc);
        for id in probed {
            self.on_peer_dead(core, now, id);
        }
        self.on_mentor_association_lost(core, now, assoc);
    }

    /// Ends sessions and requests over an association that the peer restarted: it has lost their state.
    pub(in super::super) fn on_association_restart(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
    ) {
        self.sessions.retain(|_, session| session.over != assoc);
        self.on_audit_association_lost(core, assoc);
        self.on_mentor_association_lost(core, now, assoc);
    }

    /// Takes note that no registrar is at these addresses: a probed peer there is dead.
    pub(super) fn on_peer_unreachable(
        &mut self,
        core: &mut Core,
        now: Duration,
        addrs: &[SocketAddr],
    ) {
        let is_there = |peer: &Peer| {
            let probed = match peer.state {
                State::Probed { .. } => true,
                State::Active | State::Dead { .. } | State::NotActive { .. } => false,
            };
            probed && peer.assoc.is_none() && peer.addrs.iter().any(|addr| addrs.contains(addr))
        };
        let dead: Vec<ServerId> = self
            .peers
            .iter()
            .filter(|(_, peer)| is_there(peer))
            .map(|(&id, _)| id)
            .collect();
        for id in dead {
            self.on_peer_dead(core, now, id);
        }
    }
}
