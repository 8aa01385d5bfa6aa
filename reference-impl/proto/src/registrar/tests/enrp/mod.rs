//! ENRP on virtual time, without a transport.

mod adoption;
mod audit;
mod download;
mod foreign_report;
mod peers;
mod start_up;
mod takeover;
mod transitions;
mod update;

use super::*;
use crate::Dial;
use crate::registrar::enrp::Channel;
use rsp_wire::enrp::{
    self, HandleTableRequest, HandleTableResponse, HandleUpdate, InitTakeover, InitTakeoverAck,
    ListRequest, ListResponse, Message, PoolEntry, Presence, TakeoverServer, UpdateAction,
};
use rsp_wire::{PeChecksum, ServerInformation};

/// A peer with a smaller identifier than the registrar's, and one with a larger.
const SMALL: ServerId = ServerId(0x0100_0000);
const LARGE: ServerId = ServerId(0xf000_0000);
const ALL: ServerId = ServerId(0);
const OWN: ServerId = ServerId(ID);

fn enrp_addr(number: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, number], 9901))
}

fn information(id: ServerId, number: u8) -> ServerInformation {
    ServerInformation::new(id, SctpTransport::new(9901, enrp_addr(number).ip()))
}

/// Returns a PE that `home` owns, on the host of association `number`.
fn owned(home: ServerId, number: u8, pe: u32) -> PoolElement {
    let asap = format!("198.51.100.{number}").parse::<std::net::IpAddr>();
    PoolElement {
        home,
        asap_transport: Some(SctpTransport::new(5000, asap.unwrap())),
        ..element(number, pe)
    }
}

fn entry(handle: &str, elements: &[PoolElement]) -> PoolEntry {
    PoolEntry {
        pool_handle: handle.into(),
        pool_elements: elements.to_vec(),
    }
}

impl World {
    fn with_mentors(mentors: &[u8], change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            id: ID.try_into().ok(),
            ..Config::default()
        };
        config.enrp.peers = mentors.iter().map(|&number| enrp_addr(number)).collect();
        // Tests of the list set their own period.
        config.enrp.peer_list_cycle = Duration::ZERO;
        config.keep_alive_interval = Duration::ZERO;
        change(&mut config);
        let reach = Reach {
            enrp: vec![enrp_addr(1)],
            ..Reach::default()
        };
        let mut world = Self::reached_at(config, &reach);
        world.input(Input::Tick);
        world
    }

    fn alone() -> Self {
        Self::with_mentors(&[], |_| {})
    }

    fn peer_up(&mut self, number: u8) -> Assoc {
        let peer = enrp_addr(number).to_string();
        self.up_from(1000 + u64::from(number), Kind::Enrp, &peer)
    }

    /// Sets up an association from a peer that sends its first PRESENCE.
    fn peer(&mut self, number: u8, id: ServerId) -> Assoc {
        let assoc = self.peer_up(number);
        let hello = Presence::new(
            id,
            ALL,
            Some(PeChecksum(0xffff)),
            Some(information(id, number)),
        );
        self.enrp(assoc, hello);
        self.out.clear();
        assoc
    }

    fn enrp(&mut self, assoc: Assoc, message: impl Into<Message>) {
        self.octets(assoc, &drive::enrp(message));
    }

    /// Returns the ENRP messages sent since the last call.
    fn sent_enrp(&mut self) -> Vec<(Assoc, Message)> {
        let message = |output| match output {
            Output::Send {
                assoc,
                octets,
                ppid: 12,
                ..
            } => Some((assoc, Message::decode(&octets).unwrap().message)),
            _ => None,
        };
        std::mem::take(&mut self.out)
            .into_iter()
            .filter_map(message)
            .collect()
    }

    /// Returns the only ENRP message sent since the last call, which went to `assoc`.
    fn only_enrp(&mut self, assoc: Assoc) -> Message {
        let mut sent = self.sent_enrp();
        assert_eq!(sent.len(), 1, "one message: {sent:?}");
        let (to, message) = sent.remove(0);
        assert_eq!(to, assoc);
        message
    }

    /// Returns the names of the ENRP messages sent since the last call, with their associations.
    fn names(&mut self) -> Vec<(Assoc, &'static str)> {
        let name = |(assoc, message): (Assoc, Message)| (assoc, message.message_type().name());
        let named = self.sent_enrp().into_iter().map(name);
        named.map(|(assoc, name)| (assoc, name.unwrap())).collect()
    }

    fn dials(&self) -> Vec<(Dial, Channel, SocketAddr)> {
        let dial = |output: &Output| match output {
            Output::Connect { dial, channel, to } => Some((*dial, *channel, to[0])),
            _ => None,
        };
        self.out.iter().filter_map(dial).collect()
    }

    /// Answers the last set-up.
    fn answer_dial(&mut self) -> Assoc {
        let (dial, channel, to) = *self.dials().last().expect("an association is asked for");
        let number = match to {
            SocketAddr::V4(addr) => addr.ip().octets()[3],
            SocketAddr::V6(_) => panic!("hosts have IPv4 addresses here"),
        };
        let (kind, first) = match channel {
            Channel::Asap => (Kind::Sctp, 2000),
            Channel::Enrp => (Kind::Enrp, 1000),
        };
        let assoc = Assoc(first + u64::from(number));
        self.out.clear();
        self.input(Input::Dialled {
            dial,
            assoc: Some(assoc),
        });
        self.up_from(assoc.0, kind, &to.to_string())
    }

    fn refuse_dial(&mut self) {
        let (dial, _, _) = *self.dials().last().expect("an association is asked for");
        self.out.clear();
        self.input(Input::Dialled { dial, assoc: None });
    }

    fn announce_pe(&mut self, assoc: Assoc, from: ServerId, handle: &str, element: PoolElement) {
        let add = UpdateAction::ADD_PE;
        self.enrp(
            assoc,
            HandleUpdate::new(from, ALL, add, handle.into(), element),
        );
        self.out.clear();
    }

    /// Returns the PEs in the handlespace and their Homes.
    fn known(&self) -> Vec<(u32, ServerId)> {
        let pools = self.registrar.handlespace().pools();
        pools
            .flat_map(|pool| pool.elements().map(|e| (e.identifier.0, e.home)))
            .collect()
    }

    fn peer_state(&self, id: ServerId) -> &'static str {
        self.registrar.enrp.as_ref().unwrap().peer_state(id)
    }
}
