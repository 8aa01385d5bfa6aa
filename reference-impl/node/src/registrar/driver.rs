//! The registrar's engine on a transport. The driver has no clock, socket or thread of its own: the caller
//! passes events and asks for the next deadline, on wall time or on virtual time.
//!
//! Logs of the engine go to `tracing`: trouble as warnings, the rest as debug events.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use rsp_proto::ENRP_PPID;
use rsp_proto::registrar::enrp::Channel;
use rsp_proto::registrar::{Config, Input, Kind, Output, Reach, Registrar};
use rsp_transport::frame::LONGEST;
use rsp_transport::{self as transport, AssocId, Event, Local, LocalPort, Peer, Transport};

use crate::association::{engine_side, stack_side};
use crate::outbox::{GivenUp, Outbox};
use crate::warnings::Warnings;

/// Default limit on the octets that wait for one association.
const MAX_BACKLOG: usize = 2 << 20;
/// The same for peers: room for the HANDLE_UPDATEs when about 150,000 PEs leave at once.
const MAX_PEER_BACKLOG: usize = 16 << 20;

/// The endpoints and announcements of a registrar, and the configuration of its engine.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Timers, thresholds and limits of the engine.
    pub config: Config,
    /// Addresses of the ASAP endpoint over SCTP; empty for the stack's default.
    pub asap_addrs: Vec<IpAddr>,
    /// SCTP port of the ASAP endpoint, 0 for any free port.
    pub asap_port: u16,
    /// Endpoint that accepts pool users over TCP.
    pub tcp: Option<SocketAddr>,
    /// Multicast groups and ports for announcements (RFC 5352 §3.6), of either family; each is joined, and
    /// each announcement goes to all of them.
    pub announce: Vec<SocketAddr>,
    /// ENRP endpoint; none for a registrar without peers.
    pub enrp: Option<EnrpEndpoint>,
    /// Most octets that wait for one association; with more, the driver aborts it, as its peer does not read. The
    /// stack has one half of them, see [`send_queue`](Self::send_queue).
    pub max_backlog: usize,
    /// The same for an association of a peer, without the stack's part: one event may cause thousands of updates.
    pub max_peer_backlog: usize,
}

impl Setup {
    /// Returns the most octets that wait in the stack for one association: half of
    /// [`max_backlog`](Self::max_backlog), but at least one message.
    pub fn send_queue(&self) -> usize {
        (self.max_backlog / 2).max(LONGEST)
    }
}

impl Default for Setup {
    /// Returns the engine's defaults on any free port, without TCP, announcements and peers.
    fn default() -> Self {
        Self {
            config: Config::default(),
            asap_addrs: Vec::new(),
            asap_port: 0,
            tcp: None,
            announce: Vec::new(),
            enrp: None,
            max_backlog: MAX_BACKLOG,
            max_peer_backlog: MAX_PEER_BACKLOG,
        }
    }
}

/// The ENRP endpoint, over SCTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrpEndpoint {
    /// Its addresses; empty for the stack's default.
    pub addrs: Vec<IpAddr>,
    /// Its SCTP port, 0 for any free port.
    pub port: u16,
}

/// The limit on octets that wait for one association, and the associations that exceeded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The limit.
    pub max: usize,
    /// Associations that were aborted.
    pub hits: u64,
}

/// The backlogs by kind of association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlogs {
    /// That of pool elements and pool users.
    pub asap: Backlog,
    /// That of peers.
    pub enrp: Backlog,
}

/// A registrar on one [`Transport`].
#[derive(Debug)]
pub struct RegistrarDriver {
    engine: Registrar,
    ports: Ports,
    outbox: Outbox,
    backlogs: Backlogs,
    /// Association set-ups that the stack refused.
    refused: u64,
    warnings: Warnings,
    deadline: Option<Duration>,
}

/// The endpoints, all of one transport.
#[derive(Debug)]
struct Ports {
    asap: LocalPort,
    asap_addrs: Vec<SocketAddr>,
    tcp: Option<(LocalPort, SocketAddr)>,
    announce: Vec<(LocalPort, SocketAddr)>,
    enrp: Option<(LocalPort, Vec<SocketAddr>)>,
}

impl RegistrarDriver {
    /// Opens the endpoints on `transport` and starts the engine. `now` is the time since any fixed origin.
    ///
    /// # Errors
    /// An endpoint cannot be opened.
    pub fn start(
        setup: Setup,
        seed: u64,
        transport: &mut dyn Transport,
        now: Duration,
    ) -> io::Result<Self> {
        let mut config = setup.config.clone();
        config.max_message = config.max_message.min(transport.caps().max_message);
        let ports = Ports::open(&setup, transport)?;
        let reach = Reach {
            sctp: ports.asap_addrs.clone(),
            tcp: ports.tcp.map(|(_, addr)| addr),
            multicast: !ports.announce.is_empty(),
            enrp: ports
                .enrp
                .iter()
                .flat_map(|(_, addrs)| addrs.clone())
                .collect(),
        };
        let mut driver = Self {
            engine: Registrar::new(config, &reach, seed, now),
            ports,
            outbox: Outbox::new(setup.max_backlog.saturating_sub(setup.send_queue()))
                .with_peer_limit(setup.max_peer_backlog),
            backlogs: Backlogs {
                asap: Backlog {
                    max: setup.max_backlog,
                    hits: 0,
                },
                enrp: Backlog {
                    max: setup.max_peer_backlog,
                    hits: 0,
                },
            },
            refused: 0,
            warnings: Warnings::default(),
            deadline: None,
        };
        driver.timeout(now, transport);
        Ok(driver)
    }

    /// Handles one event of the transport. Ignores events of endpoints and associations that are not its own.
    pub fn event(&mut self, now: Duration, event: Event, transport: &mut dyn Transport) {
        match event {
            Event::Up {
                port,
                assoc,
                kind,
                peer,
                ..
            } => {
                if let Some(kind) = self.ports.kind(port, kind) {
                    self.step(
                        now,
                        Input::Up {
                            assoc: engine_side(assoc),
                            kind,
                            peer,
                        },
                        transport,
                    );
                }
            }
            Event::Message {
                assoc,
                ppid,
                octets,
                ..
            } => {
                let assoc = engine_side(assoc);
                self.step(
                    now,
                    Input::Message {
                        assoc,
                        ppid,
                        octets: &octets,
                    },
                    transport,
                );
            }
            Event::Restart { assoc } => {
                self.outbox.forget(assoc);
                self.step(
                    now,
                    Input::Restart {
                        assoc: engine_side(assoc),
                    },
                    transport,
                );
            }
            Event::Down { assoc, .. } => {
                self.outbox.forget(assoc);
                self.step(
                    now,
                    Input::Down {
                        assoc: engine_side(assoc),
                    },
                    transport,
                );
            }
            Event::Datagram { port, from, octets } => {
                if self.ports.announce.iter().any(|&(own, _)| own == port) {
                    self.step(
                        now,
                        Input::Datagram {
                            from,
                            octets: &octets,
                        },
                        transport,
                    );
                }
            }
            // The stack fails over by itself.
            Event::Path { .. } => {}
        }
    }

    /// Handles the timers that are due at `now`; does nothing when none is due.
    pub fn timeout(&mut self, now: Duration, transport: &mut dyn Transport) {
        self.outbox.timeout(now, transport);
        self.step(now, Input::Tick, transport);
    }

    /// Returns the time of the next [`timeout`](Self::timeout) call, counted from the same origin as `now`.
    pub fn deadline(&self) -> Option<Duration> {
        [self.deadline, self.outbox.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Returns the transport addresses of the ASAP endpoint over SCTP, with its actual port. Never empty.
    pub fn asap_addrs(&self) -> &[SocketAddr] {
        &self.ports.asap_addrs
    }

    /// Returns the first of [`asap_addrs`](Self::asap_addrs).
    pub fn asap_addr(&self) -> SocketAddr {
        self.ports.asap_addrs[0]
    }

    /// Returns the endpoint for pool users over TCP.
    pub fn tcp_addr(&self) -> Option<SocketAddr> {
        self.ports.tcp.map(|(_, addr)| addr)
    }

    /// Returns the transport addresses of the ENRP endpoint, if there is one.
    pub fn enrp_addrs(&self) -> Option<&[SocketAddr]> {
        self.ports.enrp.as_ref().map(|(_, addrs)| addrs.as_slice())
    }

    /// Returns the multicast groups to which it announces itself.
    pub fn announcement_groups(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.ports.announce.iter().map(|&(_, group)| group)
    }

    /// Returns the limits on octets that wait for an association, and the associations that exceeded them.
    pub fn backlogs(&self) -> Backlogs {
        self.backlogs
    }

    /// Returns the number of association set-ups that the stack refused without the engine, as of the last event or
    /// timeout.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Returns whether it serves PEs and PUs: at once, or once it has the handlespace of its mentor.
    pub fn is_serving(&self) -> bool {
        self.engine.is_serving()
    }

    /// Returns the server identifier.
    pub fn server_id(&self) -> u32 {
        self.engine.id().0
    }

    /// Returns the octets that the stack has no room for.
    pub fn backlog(&self) -> usize {
        self.outbox.octets()
    }

    /// Returns the octets that the stack has no room for, of the association with most of them.
    pub fn longest_backlog(&self) -> usize {
        self.outbox.longest()
    }

    /// Returns the engine, for inspection.
    pub fn engine(&self) -> &Registrar {
        &self.engine
    }

    /// Accepts no new associations; answers messages over existing ones.
    pub fn drain(&mut self, now: Duration, transport: &mut dyn Transport) {
        self.step(now, Input::Drain, transport);
    }

    /// Shuts all associations down and accepts no more.
    pub fn stop(&mut self, now: Duration, transport: &mut dyn Transport) {
        self.step(now, Input::Stop, transport);
    }

    /// Returns whether no association is left after [`stop`](Self::stop).
    pub fn stopped(&self) -> bool {
        self.engine.associations() == 0
    }

    fn step(&mut self, now: Duration, input: Input<'_>, transport: &mut dyn Transport) {
        self.engine.handle(now, input);
        loop {
            match self.engine.poll() {
                Output::Send {
                    assoc,
                    stream,
                    ppid,
                    octets,
                } => {
                    self.send(now, stack_side(assoc), stream, ppid, octets, transport);
                }
                Output::Announce { octets } => self.announce(now, &octets, transport),
                Output::Connect { dial, channel, to } => {
                    let assoc = self.connect(now, channel, to, transport).map(engine_side);
                    self.engine.handle(now, Input::Dialled { dial, assoc });
                }
                Output::Abort { assoc } => {
                    self.outbox.forget(stack_side(assoc));
                    transport.abort(stack_side(assoc));
                }
                Output::Shutdown { assoc } => {
                    self.outbox.shutdown(now, stack_side(assoc), transport);
                }
                Output::Log(log) if log.is_trouble() => self.warnings.log(now, &log),
                Output::Log(log) => tracing::debug!("{log}"),
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    self.refused = transport.refused();
                    return;
                }
            }
        }
    }

    fn send(
        &mut self,
        now: Duration,
        assoc: AssocId,
        stream: u16,
        ppid: u32,
        octets: Vec<u8>,
        transport: &mut dyn Transport,
    ) {
        let sent = self
            .outbox
            .send(now, assoc, stream, ppid, octets, transport);
        if let Err(GivenUp) = sent {
            match ppid {
                ENRP_PPID => self.backlogs.enrp.hits += 1,
                _ => self.backlogs.asap.hits += 1,
            }
            let assoc = engine_side(assoc);
            self.engine.handle(now, Input::Down { assoc });
        }
    }

    fn connect(
        &mut self,
        now: Duration,
        channel: Channel,
        addrs: Vec<SocketAddr>,
        transport: &mut dyn Transport,
    ) -> Option<AssocId> {
        let from = match channel {
            Channel::Asap => self.ports.asap,
            Channel::Enrp => self.ports.enrp.as_ref()?.0,
        };
        let to = Peer {
            addrs,
            udp_port: None,
        };
        match transport.connect(from, &to) {
            Ok(assoc) => Some(assoc),
            Err(error) => {
                let why = format_args!("no association to {:?}: {error}", to.addrs);
                self.warnings.log(now, why);
                None
            }
        }
    }

    fn announce(&mut self, now: Duration, octets: &[u8], transport: &mut dyn Transport) {
        for &(port, group) in &self.ports.announce {
            // The next announcement is soon: a lost one is not sent again.
            if let Err(error) = transport.send_datagram(port, group, octets) {
                let why = format_args!("announcement to {group} not sent: {error}");
                self.warnings.log(now, why);
            }
        }
    }
}

impl Ports {
    fn open(setup: &Setup, transport: &mut dyn Transport) -> io::Result<Self> {
        let mut opened = Vec::new();
        let ports = Self::open_each(setup, transport, &mut opened);
        if ports.is_err() {
            for port in opened {
                transport.close(port);
            }
        }
        ports
    }

    fn open_each(
        setup: &Setup,
        transport: &mut dyn Transport,
        opened: &mut Vec<LocalPort>,
    ) -> io::Result<Self> {
        let mut open = |local: &Local, what: &str| {
            let port = transport
                .open(local)
                .map_err(|error| io::Error::new(error.kind(), format!("{what}: {error}")))?;
            opened.push(port);
            let addrs = transport.local_addrs(port);
            let Some(&first) = addrs.first() else {
                return Err(io::Error::other(format!(
                    "{what}: the endpoint has no address"
                )));
            };
            Ok((port, first, addrs))
        };
        let (asap, _, asap_addrs) = open(
            &Local::Sctp {
                addrs: setup.asap_addrs.clone(),
                port: setup.asap_port,
                listen: true,
            },
            &format!("ASAP over SCTP, port {}", setup.asap_port),
        )?;
        let tcp = match setup.tcp {
            Some(addr) => {
                let what = format!("ASAP over TCP, {addr}");
                let (port, addr, _) = open(&Local::Tcp { addr, listen: true }, &what)?;
                Some((port, addr))
            }
            None => None,
        };
        let mut announce = Vec::new();
        for &group in &setup.announce {
            let addr = SocketAddr::new(interface_for(group.ip(), &asap_addrs), group.port());
            let local = Local::Udp {
                addr,
                groups: vec![group.ip()],
            };
            let (port, _, _) = open(&local, &format!("announcements, {group}"))?;
            announce.push((port, group));
        }
        let enrp = match &setup.enrp {
            Some(EnrpEndpoint { addrs, port }) => {
                let local = Local::Sctp {
                    addrs: addrs.clone(),
                    port: *port,
                    listen: true,
                };
                let (local, _, addrs) = open(&local, &format!("ENRP over SCTP, port {port}"))?;
                Some((local, addrs))
            }
            None => None,
        };
        Ok(Self {
            asap,
            asap_addrs,
            tcp,
            announce,
            enrp,
        })
    }

    /// Returns the kind of an association of this endpoint; none if the endpoint is not one of this registrar.
    fn kind(&self, port: LocalPort, kind: transport::Kind) -> Option<Kind> {
        let is_enrp = self.enrp.as_ref().is_some_and(|(enrp, _)| *enrp == port);
        let is_asap = port == self.asap || self.tcp.is_some_and(|(tcp, _)| tcp == port);
        match kind {
            transport::Kind::Sctp if is_enrp => Some(Kind::Enrp),
            transport::Kind::Sctp if is_asap => Some(Kind::Sctp),
            transport::Kind::Tcp if is_asap => Some(Kind::Tcp),
            transport::Kind::Sctp | transport::Kind::Tcp => None,
        }
    }
}

/// The address whose interface a group is joined on: the first of the ASAP endpoint's of its family.
fn interface_for(group: IpAddr, own: &[SocketAddr]) -> IpAddr {
    let of_its_family = |ip: &IpAddr| ip.is_ipv4() == group.is_ipv4();
    let own = own.iter().map(SocketAddr::ip).find(of_its_family);
    own.unwrap_or(match group {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    })
}
