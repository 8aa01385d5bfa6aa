//! Peers of the target: registrars that the harness plays (RFC 5353).

use crate::forge::{self, Forge, PoolEntry, ServerInformation};
use crate::player::{Player, PoolHandle};
use rspcheck_spec::event::Instance;
use std::net::SocketAddr;
use std::time::Duration;

/// Peer played by the harness. Its state is in the tester.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnrpPeer {
    pub(crate) player: Player,
    /// Its server ID.
    pub id: u32,
}

impl From<&EnrpPeer> for Player {
    fn from(peer: &EnrpPeer) -> Player {
        peer.player
    }
}

/// PE in a handlespace: its pool, and its Pool Element parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Handle of its pool.
    pub handle: PoolHandle,
    /// Pool Element parameter; its field `home` is the owner's server ID.
    pub element: forge::PoolElement,
}

impl Entry {
    /// Returns the entry with another owner, which has this server ID.
    pub fn owned_by(&self, server: u32) -> Entry {
        let mut entry = self.clone();
        entry.element.home = server;
        entry
    }

    /// Returns the PE Identifier.
    pub fn pe_identifier(&self) -> u32 {
        self.element.id
    }

    /// Returns true if both are the same PE: pool handle and PE Identifier.
    pub(crate) fn is(&self, other: &Entry) -> bool {
        self.element.id == other.element.id && self.handle == other.handle
    }
}

/// Reaction of a peer to a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reaction {
    /// It answers as the RFC requires.
    #[default]
    Answers,
    /// It rejects the request: R flag set, no content.
    Rejects,
    /// It does not answer.
    Silent,
}

/// Way in which a peer dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// Its association is aborted, as that of a process that ends.
    Aborts,
    /// Its host vanishes from the network.
    Vanishes,
}

/// Behaviour of a peer. By default it follows the RFC; a case changes one habit at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Reaction to an ENRP_LIST_REQUEST.
    pub list: Reaction,
    /// Reaction to an ENRP_HANDLE_TABLE_REQUEST.
    pub table: Reaction,
    /// True if it answers an ENRP_PRESENCE that requires a reply.
    pub presence: bool,
    /// True if it acknowledges takeovers of other registrars, and objects to its own.
    pub takeover: bool,
    /// True if it sends an ENRP_PRESENCE in every PEER-HEARTBEAT-CYCLE.
    pub heartbeats: bool,
    /// Number of PEER-HEARTBEAT-CYCLEs between two of its heartbeats.
    pub pace: u32,
    /// Time between a message of the target and the answer to it.
    pub delay: Duration,
    /// Number of times that it sends each answer.
    pub copies: usize,
    /// PE checksum that it sends instead of the right one.
    pub checksum: Option<u16>,
    /// True if it sends a PE checksum that is never the right one.
    pub lies: bool,
    /// Most PEs in one ENRP_HANDLE_TABLE_RESPONSE.
    pub part: usize,
    /// True if the last PE of its handlespace is the first one in its table, and the other way round.
    pub backwards: bool,
    /// Number of parts of a table after which it dies: the request for the next part has no answer.
    pub dies: Option<(usize, Death)>,
    /// True if every part of a table is the first one and announces further ones (M set).
    pub endless: bool,
}

impl Default for Habits {
    fn default() -> Habits {
        Habits {
            list: Reaction::Answers,
            table: Reaction::Answers,
            presence: true,
            takeover: true,
            heartbeats: true,
            pace: 1,
            delay: Duration::ZERO,
            copies: 1,
            checksum: None,
            lies: false,
            part: 100,
            backwards: false,
            dies: None,
            endless: false,
        }
    }
}

impl Habits {
    /// Makes the peer silent, as one whose process hangs.
    pub fn fall_silent(&mut self) {
        self.list = Reaction::Silent;
        self.table = Reaction::Silent;
        (self.presence, self.takeover, self.heartbeats) = (false, false, false);
    }
}

/// State of a peer.
#[derive(Clone, Debug)]
pub(crate) struct PeerState {
    pub(crate) player: Player,
    pub(crate) id: u32,
    /// Its ENRP address, as in its Server Information.
    pub(crate) addr: SocketAddr,
    /// Host of the PEs that it has besides those that the case plays, and its ASAP address.
    pub(crate) host: Player,
    pub(crate) host_addr: SocketAddr,
    pub(crate) habits: Habits,
    /// PEs that it owns, and those that other peers own, in order.
    pub(crate) handlespace: Vec<Entry>,
    /// Registrars in its ENRP_LIST_RESPONSE.
    pub(crate) servers: Vec<ServerInformation>,
    /// Progress of the target's download: number of PEs already sent.
    pub(crate) sent: usize,
    /// Number of parts of tables that it has sent.
    pub(crate) parts: usize,
    /// Answers that it sends late, each with its time and the instance that asked.
    pub(crate) late: Vec<(Duration, Instance, Forge)>,
    /// Time of its next ENRP_PRESENCE.
    pub(crate) heartbeat: Option<Duration>,
}

impl PeerState {
    /// Returns its Server Information.
    pub(crate) fn information(&self) -> ServerInformation {
        information(self.id, self.addr)
    }

    /// Returns the PEs of a table: all of them, or those that it owns.
    pub(crate) fn table(&self, own: bool) -> Vec<&Entry> {
        let wanted = |entry: &&Entry| !own || entry.element.home == self.id;
        let mut table: Vec<&Entry> = self.handlespace.iter().filter(wanted).collect();
        if self.habits.backwards {
            table.reverse();
        }
        table
    }
}

/// Returns the Server Information of a registrar with this ENRP address.
pub(crate) fn information(id: u32, addr: SocketAddr) -> ServerInformation {
    ServerInformation {
        id,
        transport: forge::Transport::Sctp {
            port: addr.port(),
            transport_use: 0,
            addrs: vec![addr.ip()],
        },
    }
}

/// Returns the pool entries of a table response. A pool whose PEs are not in a row has several entries.
pub(crate) fn pool_entries(entries: &[&Entry]) -> Vec<PoolEntry> {
    let mut pools: Vec<PoolEntry> = Vec::new();
    for entry in entries {
        let element = entry.element.clone();
        match pools.last_mut() {
            Some(last) if last.handle == entry.handle.0 => last.elements.push(element),
            _ => pools.push(PoolEntry {
                handle: entry.handle.0.clone(),
                elements: vec![element],
            }),
        }
    }
    pools
}
