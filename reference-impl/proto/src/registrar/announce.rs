//! Announcements on the multicast channel (RFC 5352 §2.2.10, §3.6): SERVER_ANNOUNCE every
//! (N+1) × T6-Serverannounce, N being the other registrars heard.
//!
//! The RFC does not say when a registrar that fell silent stops counting. Here it does after three of its
//! periods, so that one or two lost datagrams do not change the rate.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rsp_wire::asap::{self, AnnouncedTransport, ServerAnnounce};
use rsp_wire::{Addresses, SctpTransport, ServerId, TcpTransport, TransportUse};

use super::{Config, Core, Limit, Log, Output, Reach, Timer};
use crate::log::Inbound;

/// Announcing, and listening to the announcements of others.
#[derive(Debug)]
pub(super) struct Announcer {
    message: ServerAnnounce,
    /// When the last one was sent; none before the first.
    last: Option<Duration>,
    start: Duration,
    /// When each other registrar was heard last.
    heard: BTreeMap<ServerId, Duration>,
}

impl Announcer {
    pub(super) fn new(reach: &Reach, id: ServerId, now: Duration) -> Option<Self> {
        reach.multicast.then(|| Self {
            message: ServerAnnounce::new(id, transports(reach)),
            last: None,
            start: now,
            heard: BTreeMap::new(),
        })
    }

    /// When the next announcement goes out. It moves with the number of registrars heard.
    pub(super) fn due(&self, config: &Config) -> Duration {
        self.last
            .map_or(self.start, |last| last.saturating_add(self.period(config)))
    }

    /// How many other servers are heard.
    pub(super) fn heard(&self) -> usize {
        self.heard.len()
    }

    fn period(&self, config: &Config) -> Duration {
        let others = u32::try_from(self.heard.len()).unwrap_or(u32::MAX);
        config
            .span(Timer::T6Serverannounce)
            .saturating_mul(others.saturating_add(1))
    }
}

impl Core {
    pub(super) fn on_announce_due(&mut self, now: Duration) {
        let Some(announcer) = &mut self.announcer else {
            return;
        };
        let patience = announcer.period(&self.config).saturating_mul(3);
        let silent: Vec<ServerId> = announcer
            .heard
            .iter()
            .filter(|&(_, &at)| at.saturating_add(patience) < now)
            .map(|(&id, _)| id)
            .collect();
        for id in silent {
            announcer.heard.remove(&id);
            self.out.push_back(Output::Log(Log::ServerSilent { id }));
        }
        if announcer.due(&self.config) > now {
            return;
        }
        announcer.last = Some(now);
        let message = asap::Message::from(announcer.message.clone());
        let mut octets = Vec::new();
        match message.encode(&mut octets) {
            Ok(()) => {
                self.counters.announcements += 1;
                self.out.push_back(Output::Announce { octets });
            }
            Err(error) => self.log(Log::NotEncoded {
                message: message.message_type(),
                error,
            }),
        }
    }

    /// Nothing on the multicast channel is ever answered, so neither are errors reported there.
    pub(super) fn on_datagram(&mut self, now: Duration, from: SocketAddr, octets: &[u8]) {
        let Some(announcer) = &mut self.announcer else {
            return;
        };
        let Ok(decoded) = asap::Message::decode(octets) else {
            self.log(Inbound::BadDatagram { from });
            return;
        };
        let asap::Message::ServerAnnounce(ServerAnnounce { server_id: id, .. }) = decoded.message
        else {
            self.log(Inbound::BadDatagram { from });
            return;
        };
        if id == self.id {
            return;
        }
        let known = announcer.heard.contains_key(&id);
        if known || announcer.heard.len() < self.config.max_servers {
            announcer.heard.insert(id, now);
            if !known {
                self.log(Log::ServerHeard { id, from });
            }
        } else {
            self.counters.hit(Limit::Servers);
        }
    }
}

/// What can be reached from elsewhere. Of an endpoint at an unspecified address nothing is said, and then of
/// TCP neither: only who hears no transport at all takes the announcement's source and the usual port for SCTP
/// (RFC 5352 §3.6). TCP at an unspecified address is at those of SCTP.
fn transports(reach: &Reach) -> Vec<AnnouncedTransport> {
    let specified = |ip: &IpAddr| !ip.is_unspecified();
    let own: Vec<IpAddr> = reach
        .sctp
        .iter()
        .map(|addr| canonical(*addr))
        .filter(specified)
        .collect();
    let (Some(addresses), Some(first)) =
        (Addresses::collect(own.iter().copied()), reach.sctp.first())
    else {
        return Vec::new();
    };
    // The control channel is what is announced.
    let transport_use = TransportUse::DATA_PLUS_CONTROL;
    let sctp = SctpTransport {
        transport_use,
        ..SctpTransport::new(first.port(), addresses)
    };
    let mut transports = vec![AnnouncedTransport::Sctp(sctp)];
    if let Some(tcp) = reach.tcp {
        let mut at = vec![canonical(tcp)];
        if tcp.ip().is_unspecified() {
            let of_its_family = own.into_iter().filter(|ip| ip.is_ipv4() == tcp.is_ipv4());
            at = of_its_family.collect();
        }
        let tcp = |ip| AnnouncedTransport::Tcp(TcpTransport::new(tcp.port(), ip));
        transports.extend(at.into_iter().map(tcp));
    }
    transports
}

fn canonical(addr: SocketAddr) -> IpAddr {
    addr.ip().to_canonical()
}
