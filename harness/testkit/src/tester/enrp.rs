//! Words of cases about ENRP: peers of the target that the harness plays, and the reactions that they have by default.

use super::Tester;
use crate::case::{Outcome, Stop};
use crate::conversation::pe_checksum;
use crate::forge::{self, ServerInformation};
use crate::kind::*;
use crate::peer::{EnrpPeer, Entry, Habits, PeerState, information};
use crate::player::{Message, Player, PoolElement, PoolHandle};
use crate::world::{EndpointKind, Start};
use rspcheck_spec::event::Instance;
use std::net::SocketAddr;
use std::time::Duration;

/// Update Action of an ENRP_HANDLE_UPDATE that adds or updates a PE (RFC 5353 §2.4).
pub const ADD_PE: u16 = 0;
/// Update Action that removes a PE.
pub const DEL_PE: u16 = 1;

/// Registration Life of the PEs of a peer, in seconds (RFC 5354 §3.10).
const LIFE: i32 = 300_000;
/// First of the ports at which a peer has no endpoint.
const FIRST_CLOSED_PORT: u16 = 20_000;

impl Tester<'_> {
    // ---- peers ----------------------------------------------------------------------------------

    /// Returns a new peer with a random server ID and an empty handlespace. It follows the RFC until the case
    /// changes its [`Habits`]. It lists all other peers of the case in its ENRP_LIST_RESPONSE.
    ///
    /// # Errors
    /// [`Stop::Error`] if its endpoint cannot be opened.
    pub fn enrp_peer(&mut self) -> Result<EnrpPeer, Stop> {
        let id = self.random_identifier();
        self.enrp_peer_with(id)
    }

    /// Returns a new peer with this server ID; otherwise as [`Tester::enrp_peer`].
    ///
    /// # Errors
    /// As [`Tester::enrp_peer`].
    pub fn enrp_peer_with(&mut self, id: u32) -> Result<EnrpPeer, Stop> {
        let player = self.new_player("PR", EndpointKind::Enrp);
        let addr = self.address(player)?;
        let host = self.new_player("host of PR", EndpointKind::Sctp);
        let host_addr = self.address(host)?;
        let peer = PeerState {
            player,
            id,
            addr,
            host,
            host_addr,
            habits: Habits::default(),
            handlespace: Vec::new(),
            servers: Vec::new(),
            sent: 0,
            parts: 0,
            late: Vec::new(),
            heartbeat: None,
        };
        let mine = peer.information();
        let others: Vec<ServerInformation> =
            self.peers.iter().map(PeerState::information).collect();
        for other in &mut self.peers {
            other.servers.push(mine.clone());
        }
        self.peers.push(PeerState {
            servers: others,
            ..peer
        });
        Ok(EnrpPeer { player, id })
    }

    /// Returns the behaviour of a peer, to be changed.
    pub fn habits(&mut self, peer: &EnrpPeer) -> &mut Habits {
        &mut self.peer_state(peer.player).habits
    }

    /// Removes all other registrars from the list that the peer sends.
    pub fn lists_no_server(&mut self, peer: &EnrpPeer) {
        self.peer_state(peer.player).servers.clear();
    }

    /// Adds registrars that do not exist to the list that the peer sends: `count` of them, at closed ports of its host.
    pub fn lists_closed_ports(&mut self, peer: &EnrpPeer, count: u16) {
        let ids: Vec<u32> = (0..count).map(|_| self.random_identifier()).collect();
        let state = self.peer_state(peer.player);
        for (id, port) in ids.into_iter().zip(FIRST_CLOSED_PORT..) {
            let addr = SocketAddr::new(state.addr.ip(), port);
            state.servers.push(information(id, addr));
        }
    }

    /// Restarts the peer: its association is aborted, its handlespace is empty, and it has no record of a download.
    ///
    /// # Errors
    /// As [`Tester::abort`].
    pub fn restarts(&mut self, peer: &EnrpPeer) -> Outcome {
        self.abort(peer)?;
        let state = self.peer_state(peer.player);
        state.handlespace.clear();
        state.late.clear();
        (state.sent, state.parts) = (0, 0);
        Ok(())
    }

    /// Restarts the peer with another server ID, and returns it; otherwise as [`Tester::restarts`]. The other peers
    /// list both IDs.
    ///
    /// # Errors
    /// As [`Tester::abort`].
    pub fn restarts_as(&mut self, peer: &EnrpPeer, id: u32) -> Result<EnrpPeer, Stop> {
        self.restarts(peer)?;
        let state = self.peer_state(peer.player);
        state.id = id;
        let information = state.information();
        for other in self.peers.iter_mut().filter(|p| p.player != peer.player) {
            other.servers.push(information.clone());
        }
        Ok(EnrpPeer { id, ..*peer })
    }

    /// Returns a PE that the peer owns: Round Robin, a life that does not end in a case even if the target takes it for
    /// milliseconds, user transport and ASAP transport at the host of the
    /// peer's PEs, which acknowledges keep-alives for it. It is not in the peer's handlespace yet; see
    /// [`Tester::holds`] and [`Tester::adds_pe`].
    pub fn element_of(&mut self, peer: &EnrpPeer, pool: &PoolHandle) -> Entry {
        let id = self.random_identifier();
        let state = self.peer_state(peer.player);
        let (host, addr) = (state.host, state.host_addr);
        self.players[host.0].elements.push((pool.clone(), id));
        let transport = forge::Transport::Sctp {
            port: addr.port(),
            transport_use: 0,
            addrs: vec![addr.ip()],
        };
        Entry {
            handle: pool.clone(),
            element: forge::PoolElement {
                id,
                home: peer.id,
                life: LIFE,
                user_transport: transport.clone(),
                policy: forge::Policy::RoundRobin,
                asap_transport: Some(transport),
            },
        }
    }

    /// Puts a PE into the peer's handlespace, in place of an older entry of it, without a message to the target.
    pub fn holds(&mut self, peer: &EnrpPeer, entry: &Entry) {
        let state = self.peer_state(peer.player);
        state.handlespace.retain(|known| !known.is(entry));
        state.handlespace.push(entry.clone());
    }

    /// Removes a PE from the peer's handlespace without a message to the target.
    pub fn drops(&mut self, peer: &EnrpPeer, entry: &Entry) {
        self.peer_state(peer.player)
            .handlespace
            .retain(|known| !known.is(entry));
    }

    /// Returns the pool of a PE that the peer owns, if there is one in its handlespace.
    pub fn pool_of(&mut self, peer: &EnrpPeer) -> Option<PoolHandle> {
        let own = |entry: &&Entry| entry.element.home == peer.id;
        let mut entries = self.peer_state(peer.player).handlespace.iter();
        entries.find(own).map(|entry| entry.handle.clone())
    }

    // ---- the target -----------------------------------------------------------------------------

    /// Stops the target and starts it anew, configured with these peers; the first one is its mentor.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] if the case cannot start the target; the [`Stop`] of the world.
    pub fn start_target(&mut self, peers: &[&EnrpPeer]) -> Outcome {
        self.start_target_as(None, peers)
    }

    /// Starts the target with this server ID; otherwise as [`Tester::start_target`].
    ///
    /// # Errors
    /// As [`Tester::start_target`].
    pub fn start_target_as(&mut self, server_id: Option<u32>, peers: &[&EnrpPeer]) -> Outcome {
        let peers = peers.iter().map(|peer| self.peer_state(peer.player).addr);
        let start = Start {
            peers: peers.collect(),
            server_id,
        };
        self.start_instance(Instance::FIRST, &start)
    }

    /// Starts the target with these peers, and waits until it has downloaded the handlespace of its mentor, the first
    /// of them. If it asks that peer for no table, the peer introduces itself: not every registrar begins with its
    /// configured mentor (RFC 5353 §3.2.2.1), which only the cases about the start-up judge.
    ///
    /// # Errors
    /// As [`Tester::start_target`]; [`Stop::Inconclusive`] if the target sends no message to this peer.
    pub fn join(&mut self, peers: &[&EnrpPeer]) -> Outcome {
        self.join_as(None, peers)
    }

    /// Starts the target with this server ID; otherwise as [`Tester::join`].
    ///
    /// # Errors
    /// As [`Tester::join`].
    pub fn join_as(&mut self, server_id: Option<u32>, peers: &[&EnrpPeer]) -> Outcome {
        self.start_target_as(server_id, peers)?;
        let Some(&mentor) = peers.first() else {
            return Ok(());
        };
        if !self.is_asked_for_table(mentor)? && !self.introduces_itself(mentor)? {
            self.announces_all(mentor)?;
        }
        self.download_ends(mentor)?;
        self.pass_time(self.profile.silence)
    }

    /// Starts the target with this mentor, and with this server ID if there is one, and waits until it has requested the
    /// mentor's table, if need be after the mentor has introduced itself.
    ///
    /// # Errors
    /// As [`Tester::start_target`]; [`Stop::Inconclusive`] if the target requests no table.
    pub fn join_by_download(&mut self, server_id: Option<u32>, mentor: &EnrpPeer) -> Outcome {
        self.start_target_as(server_id, &[mentor])?;
        if !self.is_asked_for_table(mentor)? && !self.introduces_itself(mentor)? {
            let what = "cannot be seen: the target requests no table";
            return Err(Stop::Inconclusive(what.to_owned()));
        }
        self.download_ends(mentor)?;
        self.pass_time(self.profile.silence)
    }

    /// Starts the target with these mentors, and waits until it has requested a list or a table of one of them. If it
    /// requests none within MAX-TIME-NO-RESPONSE, the first mentor introduces itself, because some registrars begin only
    /// then; that they do not begin by themselves is judged by the cases about RFC 5353 §3.2.2.1.
    ///
    /// # Errors
    /// As [`Tester::start_target`].
    pub fn start_with_mentors(&mut self, mentors: &[&EnrpPeer]) -> Outcome {
        self.start_target(mentors)?;
        let begins = |m: &Message| m.is(ENRP_LIST_REQUEST) || m.is(ENRP_HANDLE_TABLE_REQUEST);
        let span = self.latest(self.timers().max_time_no_response);
        let until = self.now() + span;
        loop {
            let mut inboxes = mentors
                .iter()
                .map(|m| &self.players[Player::from(*m).0].inbox);
            if inboxes.any(|inbox| inbox.iter().any(begins)) {
                return Ok(());
            }
            self.lateness.waits_for(Some(span));
            let came = self.step(until);
            self.lateness.waits_for(None);
            if !came? {
                break;
            }
        }
        match mentors.first() {
            Some(mentor) => self.presence(mentor, true),
            None => Ok(()),
        }
    }

    /// Sends the peer's ENRP_PRESENCE. Returns true if the target requests the peer's table.
    fn introduces_itself(&mut self, peer: &EnrpPeer) -> Result<bool, Stop> {
        self.presence(peer, true)?;
        let asked = self.is_asked_for_table(peer)?;
        if self.target_server() == 0 {
            let what = "the target sends nothing to a configured peer, nor after this peer's ENRP_PRESENCE";
            return Err(Stop::Inconclusive(what.to_owned()));
        }
        Ok(asked)
    }

    /// Announces the peer's PEs (ADD_PE).
    fn announces_all(&mut self, peer: &EnrpPeer) -> Outcome {
        for entry in self.peer_state(peer.player).handlespace.clone() {
            let update = forge::handle_update(peer.id, 0, ADD_PE, &entry.handle.0, &entry.element);
            self.send(peer, update)?;
        }
        Ok(())
    }

    /// Waits until the peer has sent the last part of its table, as long as the target asks for each part in time.
    fn download_ends(&mut self, peer: &EnrpPeer) -> Outcome {
        loop {
            let limit = self.latest(self.timers().max_time_no_response);
            let state = self.peer_state(peer.player);
            if state.sent == 0 || state.habits.endless {
                return Ok(());
            }
            let (parts, until) = (state.parts, self.now() + limit);
            while self.peer_state(peer.player).parts == parts {
                if !self.step(until)? {
                    return Ok(());
                }
            }
        }
    }

    /// Waits for a table request to the peer, up to MAX-TIME-NO-RESPONSE.
    fn is_asked_for_table(&mut self, peer: &EnrpPeer) -> Result<bool, Stop> {
        let until = self.now() + self.latest(self.timers().max_time_no_response);
        let request = self.next_of(peer, until, |m| m.is(ENRP_HANDLE_TABLE_REQUEST))?;
        Ok(request.is_some())
    }

    /// Returns the target's server ID as the last ENRP message gave it; 0 before the first one.
    pub fn target_server(&self) -> u32 {
        self.server_of(Instance::FIRST)
    }

    /// Returns the target's ENRP address.
    pub fn target_enrp_address(&self) -> SocketAddr {
        self.world.target_addr(Instance::FIRST, EndpointKind::Enrp)
    }

    /// Waits for the first message of this kind at any of the peers, or returns `None` at the time `until`. Judges
    /// nothing.
    ///
    /// # Errors
    /// The [`Stop`] of the world.
    pub fn next_of_any(
        &mut self,
        peers: &[EnrpPeer],
        until: Duration,
        kind: Kind,
    ) -> Result<Option<(EnrpPeer, Message)>, Stop> {
        let span = until.saturating_sub(self.world.now());
        loop {
            for peer in peers {
                let inbox = &mut self.players[Player::from(peer).0].inbox;
                let first = inbox.iter().position(|m| m.is(kind));
                if let Some(message) = first.and_then(|at| inbox.remove(at)) {
                    return Ok(Some((*peer, message)));
                }
            }
            self.lateness.waits_for(Some(span));
            let came = self.step(until);
            self.lateness.waits_for(None);
            if !came? {
                return Ok(None);
            }
        }
    }

    // ---- messages of a peer -----------------------------------------------------------------------

    /// Sends an ENRP_PRESENCE to the target, with the peer's PE checksum and Server Information.
    ///
    /// # Errors
    /// As [`Tester::send`].
    pub fn presence(&mut self, peer: &EnrpPeer, reply_required: bool) -> Outcome {
        let instance = self.players[peer.player.0].instance;
        let message = self.presence_of(peer.player, instance, reply_required);
        self.send(peer, message)
    }

    /// Puts a PE into the peer's handlespace and announces it (ADD_PE).
    ///
    /// # Errors
    /// As [`Tester::send`].
    pub fn adds_pe(&mut self, peer: &EnrpPeer, entry: &Entry) -> Outcome {
        self.holds(peer, entry);
        let message = forge::handle_update(peer.id, 0, ADD_PE, &entry.handle.0, &entry.element);
        self.send(peer, message)
    }

    /// Announces a PE of another registrar as the peer's own one (ADD_PE), and returns it with its new owner.
    ///
    /// # Errors
    /// As [`Tester::send`].
    pub fn claims_pe(&mut self, peer: &EnrpPeer, entry: &Entry) -> Result<Entry, Stop> {
        let claimed = entry.owned_by(peer.id);
        self.adds_pe(peer, &claimed)?;
        Ok(claimed)
    }

    /// Removes a PE from the peer's handlespace and announces the removal (DEL_PE).
    ///
    /// # Errors
    /// As [`Tester::send`].
    pub fn deletes_pe(&mut self, peer: &EnrpPeer, entry: &Entry) -> Outcome {
        self.drops(peer, entry);
        let message = forge::handle_update(peer.id, 0, DEL_PE, &entry.handle.0, &entry.element);
        self.send(peer, message)
    }

    /// Sends an ENRP_INIT_TAKEOVER for the registrar with the server ID `target`.
    ///
    /// # Errors
    /// As [`Tester::send`].
    pub fn initiates_takeover(&mut self, peer: &EnrpPeer, target: u32) -> Outcome {
        self.send(peer, forge::init_takeover(peer.id, 0, target))
    }

    /// Sends an ENRP_TAKEOVER_SERVER for the registrar with the server ID `target`.
    ///
    /// # Errors
    /// As [`Tester::send`].
    pub fn takes_over(&mut self, peer: &EnrpPeer, target: u32) -> Outcome {
        self.send(peer, forge::takeover_server(peer.id, 0, target))
    }

    /// Makes a pool element acknowledge keep-alives although it has not registered itself: it is in the handlespace of
    /// a peer.
    pub fn awaits_keep_alives(&mut self, pe: &PoolElement) {
        let identity = (pe.handle.clone(), pe.element.id);
        self.players[pe.player.0].elements.push(identity);
    }

    /// Returns the PE checksum over these PEs (RFC 5353 §3.6.2).
    pub fn checksum_of(&self, elements: &[(&PoolHandle, u32)]) -> u16 {
        pe_checksum(elements.iter().map(|(handle, id)| (&handle.0[..], *id)))
    }
}

/// Returns the Server Information of a registrar that is not there.
pub fn server_information(id: u32, addr: SocketAddr) -> ServerInformation {
    information(id, addr)
}
