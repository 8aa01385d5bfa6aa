//! A registrar among its peers: ENRP, RFC 5353.
//!
//! ```text
//!   Up, Down, Dialled ──► dial ───────────────┐
//!   Message ──► decoding ──► heard (peers) ───┼─► procedure ─► Send, Connect
//!   Tick ──► whatever is due ─────────────────┘
//! ```
//!
//! | procedure | file | RFC 5353 |
//! |---|---|---|
//! | mentor, peer list, first handlespace | `start_up` | §3.2 |
//! | download sessions, as mentor | `download` | §3.2.3, §3.6.3 |
//! | entries of a table | `table` | §3.2.3, §3.6.3 |
//! | additions and removals of PEs | `update` | §3.3 |
//! | discovery, peer list | `peers` | §3.4.1 |
//! | heartbeats and replies | `presence` | §3.4.2 |
//! | failure detection | `failure` | §3.4.3 |
//! | arbitration and takeover | `takeover` | §3.5 |
//! | becoming the Home of PEs | `adoption` | §3.5.2 |
//! | checksums and re-synchronization | `audit` | §3.6 |
//!
//! Messages to a peer go over the association it was last heard over, else over a new one to the transport in its
//! Server Information; `dial` keeps the associations.

mod adoption;
mod audit;
mod config;
mod dial;
mod download;
mod failure;
mod log;
mod peers;
mod presence;
mod start_up;
mod table;
mod takeover;
mod update;
mod view;

pub use config::Config;
pub use dial::Channel;
pub use log::Log;
pub use view::{PeerView, SessionView};

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::enrp::{Error, Message, sender_and_receiver};
use rsp_wire::{Addresses, SctpTransport, ServerId, ServerInformation, TransportUse};

use super::{Assoc, Core, Output, Registrar, Timer};
use crate::log::Inbound;
use crate::{ENRP_PPID, inbound};
use adoption::Adoptions;
use dial::Routes;
use download::Session;
use peers::Peer;
use start_up::StartUp;

/// The ENRP side of a registrar.
#[derive(Debug)]
pub(super) struct Enrp {
    /// The Server Information of this registrar.
    own: ServerInformation,
    own_addrs: Vec<SocketAddr>,
    start_up: StartUp,
    heartbeat_at: Duration,
    /// The time of the next LIST_REQUEST; none before the registrar serves.
    list_at: Option<Duration>,
    peers: BTreeMap<ServerId, Peer>,
    /// The last `max-peers` peers that were taken over, the oldest first. If one is heard again, the network had been
    /// split.
    lost: VecDeque<ServerId>,
    /// Downloads by other registrars.
    sessions: BTreeMap<ServerId, Session>,
    routes: Routes,
    adoptions: Adoptions,
}

impl Enrp {
    /// Returns none without a transport address for peers.
    pub(super) fn new(
        reach: &[SocketAddr],
        id: ServerId,
        config: &super::Config,
        now: Duration,
    ) -> Option<Self> {
        let own_addrs: Vec<SocketAddr> = reach.iter().map(|addr| canonical(*addr)).collect();
        let port = own_addrs.first()?.port();
        let addresses = Addresses::collect(own_addrs.iter().map(SocketAddr::ip))?;
        // Registrars send control messages there.
        let transport = SctpTransport {
            transport_use: TransportUse::DATA_PLUS_CONTROL,
            ..SctpTransport::new(port, addresses)
        };
        Some(Self {
            own: ServerInformation::new(id, transport),
            own_addrs,
            start_up: StartUp::default(),
            heartbeat_at: config.deadline(Timer::PeerHeartbeatCycle, now),
            list_at: None,
            peers: BTreeMap::new(),
            lost: VecDeque::new(),
            sessions: BTreeMap::new(),
            routes: Routes::default(),
            adoptions: Adoptions::default(),
        })
    }

    /// Returns the next deadline.
    pub(super) fn due(&self, config: &super::Config) -> Option<Duration> {
        // Peers are neither probed nor audited before.
        let peers = self.peers.values().filter(|_| self.start_up.is_serving());
        let peers = peers.filter_map(|peer| peer.due(config));
        let sessions = self.sessions.values().map(|session| session.until);
        let start_up = self.start_up.due();
        peers
            .chain(sessions)
            .chain(start_up)
            .chain(self.routes.due())
            .chain(self.list_at)
            .chain([self.heartbeat_at])
            .min()
    }

    /// Returns the numbers of peers, of download sessions, and of associations being set up to PEs.
    pub(super) fn in_use(&self) -> [usize; 3] {
        let adoptions = self.routes.dialling(Channel::Asap);
        [self.peers.len(), self.sessions.len(), adoptions]
    }

    /// Returns the name of the start-up's state.
    pub(super) fn start_up_state(&self) -> &'static str {
        self.start_up.state_name()
    }

    /// Returns the name of a peer's state, for the transition table.
    #[cfg(test)]
    pub(super) fn peer_state(&self, id: ServerId) -> &'static str {
        let peer = self.peers.get(&id);
        peer.map_or("(unknown)", Peer::state_name)
    }

    /// Returns the name of the state of a peer's audit.
    #[cfg(test)]
    pub(super) fn audit_state(&self, id: ServerId) -> &'static str {
        let audit = self.peers.get(&id).and_then(|peer| peer.audit.as_ref());
        audit.map_or("(none)", audit::Audit::state_name)
    }
}

/// Numbers of what is under way among registrars. All of it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnderWay {
    /// Downloads by other registrars that need further requests.
    pub sessions: usize,
    /// Re-synchronizations with other registrars.
    pub audits: usize,
    /// Associations being set up.
    pub setting_up: usize,
    /// Those of them that lead to PEs.
    pub adopting: usize,
    /// Messages that wait for them.
    pub waiting: usize,
    /// Messages that wait for one of them, at most.
    pub longest_line: usize,
    /// PEs that wait until they can be asked to join.
    pub deferred: usize,
    /// Peers that were taken over, remembered in case they are heard again.
    pub forgotten: usize,
}

impl Registrar {
    /// Returns the numbers of what is under way.
    pub fn under_way(&self) -> UnderWay {
        let enrp = self.enrp.as_ref();
        enrp.map_or_else(UnderWay::default, Enrp::under_way)
    }

    /// Returns true once the initialization is completed (RFC 5353 §3.2); without ENRP it is from the beginning.
    pub fn is_serving(&self) -> bool {
        self.enrp.as_ref().is_none_or(Enrp::is_serving)
    }

    /// Returns the identifiers of the known peers in ascending order.
    pub fn peers(&self) -> impl Iterator<Item = ServerId> + '_ {
        self.enrp.iter().flat_map(|enrp| enrp.peers.keys().copied())
    }
}

impl Enrp {
    fn under_way(&self) -> UnderWay {
        let synchronizing = self.peers.values().filter(|peer| peer.is_synchronizing());
        UnderWay {
            sessions: self.sessions.len(),
            audits: synchronizing.count(),
            setting_up: self.routes.all_dialling(),
            adopting: self.routes.dialling(Channel::Asap),
            waiting: self.routes.waiting(),
            longest_line: self.routes.longest(),
            deferred: self.adoptions.deferred(),
            forgotten: self.lost.len(),
        }
    }

    fn is_serving(&self) -> bool {
        self.start_up.is_serving()
    }

    pub(super) fn on_time(&mut self, core: &mut Core, now: Duration) {
        if core.stopping {
            return;
        }
        self.on_start_up_due(core, now);
        self.on_session_due(core, now);
        self.on_dial_due(core, now);
        self.on_audit_due(core, now);
        self.on_failure_due(core, now);
        self.on_heartbeat_due(core, now);
        self.on_list_due(core, now);
    }

    /// Takes octets from a peer (RFC 5353 §3.7).
    pub(super) fn on_octets(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        octets: &[u8],
    ) {
        let received = inbound::receive::<Message>(assoc, octets, core.config.max_message);
        if let Some(log) = received.log {
            core.log(log);
        }
        if let Some(error) = received.report {
            let sender = sender_and_receiver(octets).map(|(sender, _)| sender);
            let sender = sender.unwrap_or(ServerId::UNDETERMINED);
            core.send_enrp(assoc, Error::new(core.id, sender, error));
        }
        if let Some(message) = received.message {
            self.on_message(core, now, assoc, message);
        }
    }

    fn on_message(&mut self, core: &mut Core, now: Duration, assoc: Assoc, message: Message) {
        let (sender, receiver) = (message.sender(), message.receiver());
        if sender == ServerId::UNDETERMINED || sender == core.id {
            return core.log(Log::Misdirected {
                assoc,
                sender,
                receiver,
            });
        }
        // RFC 5353 §3.4.1, §3.4.3: a message of any type.
        if !self.heard(core, now, assoc, sender) {
            return;
        }
        if receiver != ServerId::UNDETERMINED && receiver != core.id {
            // It is for another registrar, such as the one that was here before a restart.
            return core.log(Log::Misdirected {
                assoc,
                sender,
                receiver,
            });
        }
        match message {
            Message::Presence(m) => self.on_presence(core, now, assoc, m),
            Message::HandleTableRequest(m) => self.on_table_request(core, now, assoc, &m),
            // RFC 5353 §3.6.3, and §3.2.3 before this registrar serves.
            Message::HandleTableResponse(m) if self.is_serving() => {
                self.on_audit_response(core, now, assoc, m);
            }
            Message::HandleTableResponse(m) => self.on_mentors_table(core, now, assoc, m),
            Message::HandleUpdate(m) => self.on_handle_update(core, now, m),
            Message::ListRequest(m) => self.on_list_request(core, assoc, &m),
            Message::ListResponse(m) => self.on_list_response(core, now, assoc, m),
            Message::InitTakeover(m) => self.on_init_takeover(core, now, assoc, &m),
            Message::InitTakeoverAck(m) => self.on_init_takeover_ack(core, now, &m),
            Message::TakeoverServer(m) => self.on_takeover_server(core, now, &m),
            Message::Error(m) => core.log(Inbound::error_reported(assoc, &m.operation_error)),
        }
    }

    /// Sends to a peer, over a new association if there is none. Returns false if no association can be set up.
    fn send_to_peer(
        &mut self,
        core: &mut Core,
        peer: ServerId,
        message: impl Into<Message>,
    ) -> bool {
        match core.enrp_octets(message) {
            Some(octets) => self.send_octets_to_peer(core, peer, octets),
            None => true,
        }
    }

    fn send_octets_to_peer(&mut self, core: &mut Core, peer: ServerId, octets: Vec<u8>) -> bool {
        let Some(known) = self.peers.get(&peer) else {
            return false;
        };
        if let Some(assoc) = known.assoc {
            core.send_enrp_octets(assoc, octets);
            return true;
        }
        let addrs = known.addrs.clone();
        let sent = self.send_to_address(core, &addrs, octets);
        if !sent {
            core.log(Log::NotSent { peer });
        }
        sent
    }

    /// Sends a message to each peer that `which` picks (RFC 5353 §3.1). Its receiver is 0: all of them.
    fn group_cast(
        &mut self,
        core: &mut Core,
        message: impl Into<Message>,
        which: impl Fn(&Peer) -> bool,
    ) {
        if !self.peers.values().any(&which) {
            return;
        }
        if let Some(octets) = core.enrp_octets(message) {
            self.group_cast_octets(core, &octets, which);
        }
    }

    fn group_cast_octets(&mut self, core: &mut Core, octets: &[u8], which: impl Fn(&Peer) -> bool) {
        let peers = self.peers.iter().filter(|(_, peer)| which(peer));
        let peers: Vec<ServerId> = peers.map(|(&id, _)| id).collect();
        for peer in peers {
            self.send_octets_to_peer(core, peer, octets.to_vec());
        }
    }
}

impl Core {
    /// Sends over an association that is up.
    fn send_enrp(&mut self, assoc: Assoc, message: impl Into<Message>) {
        if let Some(octets) = self.enrp_octets(message) {
            self.send_enrp_octets(assoc, octets);
        }
    }

    fn send_enrp_octets(&mut self, assoc: Assoc, octets: Vec<u8>) {
        self.counters.enrp_out.count(&octets);
        // One stream, so that no update overtakes a table or a checksum.
        self.out.push_back(Output::Send {
            assoc,
            stream: 0,
            ppid: ENRP_PPID,
            octets,
        });
    }

    fn enrp_octets(&mut self, message: impl Into<Message>) -> Option<Vec<u8>> {
        let message = message.into();
        let mut octets = Vec::new();
        match message.encode(&mut octets) {
            Ok(()) => Some(octets),
            Err(error) => {
                self.log(Log::NotEncoded {
                    message: message.message_type(),
                    error,
                });
                None
            }
        }
    }
}

fn canonical(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}

pub(super) fn transport_addrs(transport: &SctpTransport) -> Vec<SocketAddr> {
    transport
        .addresses
        .iter()
        .map(|ip| canonical(SocketAddr::new(ip, transport.port)))
        .collect()
}
