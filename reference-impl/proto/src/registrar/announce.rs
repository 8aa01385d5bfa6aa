//! Announcements on the multicast channel (RFC 5352 §2.2.10, §3.6): SERVER_ANNOUNCE every
//! (N+1) × T6-Serverannounce, N being the other registrars heard.
//!
//! The RFC does not define when a registrar that fell silent ceases to count. Here it does after three of its
//! periods, so that one or two lost datagrams do not change the rate.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rsp_wire::asap::{self, AnnouncedTransport, ServerAnnounce};
use rsp_wire::{Addresses, SctpTransport, ServerId, TcpTransport, TransportUse};

use super::{Config, Core, Limit, Log, Output, Reach, Timer};
use crate::log::Inbound;

/// State of announcing, and of listening to other registrars' announcements.
#[derive(Debug)]
pub(super) struct Announcer {
    message: ServerAnnounce,
    /// Time of the last announcement; none before the first.
    last: Option<Duration>,
    start: Duration,
    /// Time of the last announcement of each other registrar.
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

    /// Returns the time of the next announcement. It moves with the number of registrars heard.
    pub(super) fn due(&self, config: &Config) -> Duration {
        self.last
            .map_or(self.start, |last| last.saturating_add(self.period(config)))
    }

    /// Returns the number of other registrars heard.
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

    /// Takes a datagram of the multicast channel. No datagram is ever answered there, so neither are errors
    /// reported.
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

/// Returns the transports that other hosts can reach. An endpoint at an unspecified address is not announced, and
/// then TCP is not either: a receiver takes the announcement's source and the usual port for SCTP only if the
/// announcement has no transport at all (RFC 5352 §3.6). TCP at an unspecified address is announced at the
/// addresses of SCTP.
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
    // The announcement is about the control channel.
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
