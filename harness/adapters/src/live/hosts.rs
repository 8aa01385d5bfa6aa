//! The stacks of one world, with one wait for all of them.
//!
//! Over user-space SCTP every SCTP endpoint of the harness has its own stack and UDP port, like a separate host, so
//! that one of them can vanish while the others stay. The kernel's stack cannot be silenced; there all endpoints
//! share one.
//!
//! In the world of a case with peers, the target sets up associations to endpoints that it has not heard: its peers,
//! and PEs of a peer that it takes over. It looks for them at one UDP port, so each has an address of its own there.

use crate::peer_addresses;
use crate::target::Peers;
use rsp_transport::live::{Mode, Stack, StackConfig};
use rsp_transport::{AssocId, Event, Local, LocalPort, Outgoing, Peer, Transport};
use rspcheck_testkit::Assoc;
use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::pin::Pin;
use std::task::Poll;
use std::time::Instant;

/// The index of a stack; stack 0 never vanishes.
pub(super) type Host = usize;

/// SCTP ports for the endpoints of the harness. All differ, because a target may identify an endpoint by its SCTP
/// port alone.
const PORTS: std::ops::RangeInclusive<u16> = 49_152..=65_535;

/// The role of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A peer of the target.
    Peer,
    /// Every other endpoint.
    Plain,
}

/// All stacks of a world. Its functions must be called inside the runtime of the world.
#[derive(Debug)]
pub(super) struct Hosts {
    ip: IpAddr,
    /// The stacks; `None` after a stack vanished.
    stacks: Vec<Option<Stack>>,
    /// The addresses of peers, in the world of a case that has some.
    peers: Option<Peers>,
    /// The addresses of hosts that have vanished, which no other host takes while the target may send to them.
    vacant: Vec<UdpSocket>,
    ports: BTreeSet<u16>,
    assocs: BTreeMap<(Host, AssocId), Assoc>,
    places: BTreeMap<Assoc, (Host, AssocId)>,
    next_assoc: u64,
}

impl Hosts {
    pub(super) fn start(mode: Mode, ip: IpAddr, peers: Option<Peers>) -> io::Result<Hosts> {
        let first = start(mode, ip, 0)?;
        Ok(Hosts {
            ip,
            stacks: vec![Some(first)],
            peers,
            vacant: Vec::new(),
            ports: BTreeSet::new(),
            assocs: BTreeMap::new(),
            places: BTreeMap::new(),
            next_assoc: 0,
        })
    }

    /// Returns the kind of the stacks: user space or kernel.
    pub(super) fn mode(&self) -> Mode {
        // The first one never vanishes.
        self.stacks[0].as_ref().map_or(Mode::Udp, Stack::mode)
    }

    /// Opens an endpoint. Returns its host, its port and its address.
    pub(super) fn open(
        &mut self,
        mut local: Local,
        role: Role,
    ) -> io::Result<(Host, LocalPort, Option<SocketAddr>)> {
        let peers = self.peers.clone();
        let mut host = 0;
        if let (Local::Sctp { addrs, port, .. }, Mode::Udp) = (&mut local, self.mode()) {
            let stack = match &peers {
                Some(peers) => {
                    let (ip, stack) =
                        peer_addresses::free(&peers.addresses, peers.udp_port, |ip| {
                            start(Mode::Udp, ip, peers.udp_port)
                        })?;
                    *addrs = vec![ip];
                    stack
                }
                None => start(Mode::Udp, self.ip, 0)?,
            };
            *port = match (role, &peers) {
                (Role::Peer, Some(peers)) => peers.port,
                _ => self.unused_port(),
            };
            host = self.stacks.len();
            self.stacks.push(Some(stack));
        }
        let kernel = host == 0 && self.mode() == Mode::Kernel;
        let stack = self.stack(host)?;
        let port = match (&mut local, role, &peers) {
            (Local::Sctp { port, listen, .. }, Role::Peer, Some(peers)) if kernel => {
                *port = peers.port;
                let (port, listen) = (*port, *listen);
                let bind = |ip| {
                    stack.open(&Local::Sctp {
                        addrs: vec![ip],
                        port,
                        listen,
                    })
                };
                peer_addresses::free(&peers.addresses, peers.udp_port, bind)?.1
            }
            _ => stack.open(&local)?,
        };
        let addr = stack.local_addrs(port).first().copied();
        Ok((host, port, addr))
    }

    /// Ends a host without sending anything. Returns false if this host cannot vanish.
    pub(super) fn vanish(&mut self, host: Host) -> bool {
        if host == 0 {
            return false;
        }
        if let Some(Stack::Udp(stack)) = self.stacks.get_mut(host).and_then(Option::take) {
            let addr = stack.udp_addr();
            stack.vanish();
            // Without the socket, nothing answers either.
            self.vacant.extend(UdpSocket::bind(addr));
        }
        true
    }

    pub(super) fn connect(
        &mut self,
        host: Host,
        port: LocalPort,
        peer: &Peer,
    ) -> io::Result<Assoc> {
        let id = self.stack(host)?.connect(port, peer)?;
        Ok(self.assoc_of(host, id))
    }

    pub(super) fn send(&mut self, assoc: Assoc, message: Outgoing<'_>) -> io::Result<()> {
        let (host, id) = self.place(assoc)?;
        self.stack(host)?.send(id, message)
    }

    pub(super) fn send_datagram(
        &mut self,
        host: Host,
        from: LocalPort,
        to: SocketAddr,
        octets: &[u8],
    ) -> io::Result<()> {
        self.stack(host)?.send_datagram(from, to, octets)
    }

    pub(super) fn shutdown(&mut self, assoc: Assoc) -> io::Result<()> {
        let (host, id) = self.place(assoc)?;
        self.stack(host)?.shutdown(id)
    }

    pub(super) fn abort(&mut self, assoc: Assoc) {
        if let Ok((host, id)) = self.place(assoc)
            && let Ok(stack) = self.stack(host)
        {
            stack.abort(id);
        }
    }

    /// Returns the association of an event of a host.
    pub(super) fn assoc_of(&mut self, host: Host, id: AssocId) -> Assoc {
        let next = Assoc(self.next_assoc);
        let assoc = *self.assocs.entry((host, id)).or_insert(next);
        if assoc == next {
            self.next_assoc += 1;
            self.places.insert(assoc, (host, id));
        }
        assoc
    }

    /// Returns the next event of any host, or `None` after `until` has passed for all of them.
    pub(super) async fn recv(&mut self, until: Instant) -> io::Result<Option<(Host, Event)>> {
        type Wait<'a> = Pin<Box<dyn Future<Output = io::Result<Option<Event>>> + 'a>>;
        let mut waits: Vec<(Host, Option<Wait<'_>>)> = Vec::with_capacity(self.stacks.len());
        for (host, stack) in self.stacks.iter_mut().enumerate() {
            if let Some(stack) = stack {
                waits.push((host, Some(Box::pin(stack.recv(Some(until))))));
            }
        }
        poll_fn(|cx| {
            let mut pending = false;
            for (host, slot) in &mut waits {
                let Some(wait) = slot else { continue };
                match wait.as_mut().poll(cx) {
                    Poll::Ready(Ok(Some(event))) => return Poll::Ready(Ok(Some((*host, event)))),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    // This host has no event before `until`; another host may still have one.
                    Poll::Ready(Ok(None)) => *slot = None,
                    Poll::Pending => pending = true,
                }
            }
            if pending {
                Poll::Pending
            } else {
                Poll::Ready(Ok(None))
            }
        })
        .await
    }

    /// Returns the newest association of an endpoint's host that is known and wanted.
    pub(super) fn newest_of(&self, host: Host, wanted: impl Fn(&Assoc) -> bool) -> Option<Assoc> {
        let of_host = (host, AssocId(0))..=(host, AssocId(u64::MAX));
        let mut range = self.assocs.range(of_host).map(|(_, assoc)| *assoc);
        range.rfind(wanted)
    }

    fn place(&self, assoc: Assoc) -> io::Result<(Host, AssocId)> {
        let place = self.places.get(&assoc).copied();
        place.ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "no such association"))
    }

    fn stack(&mut self, host: Host) -> io::Result<&mut Stack> {
        let stack = self.stacks.get_mut(host).and_then(Option::as_mut);
        stack.ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotConnected, "this endpoint has vanished")
        })
    }

    fn unused_port(&mut self) -> u16 {
        loop {
            let port = fastrand::u16(PORTS);
            // A case has a handful of endpoints, and there are thousands of ports.
            if self.ports.insert(port) {
                return port;
            }
        }
    }
}

fn start(mode: Mode, ip: IpAddr, udp_port: u16) -> io::Result<Stack> {
    Stack::start(
        mode,
        StackConfig {
            ip,
            udp_port,
            ..StackConfig::default()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsp_transport::DownKind;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn sctp() -> Local {
        Local::Sctp {
            addrs: Vec::new(),
            port: 0,
            listen: true,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "live stacks run on wall time")]
    fn soon() -> Instant {
        Instant::now() + PATIENCE
    }

    async fn up(hosts: &mut Hosts, assoc: Assoc) {
        loop {
            let (host, event) = hosts
                .recv(soon())
                .await
                .expect("no error")
                .expect("it comes up");
            if let Event::Up { assoc: id, .. } = event
                && hosts.assoc_of(host, id) == assoc
            {
                return;
            }
        }
    }

    /// One endpoint vanishes without a message to its peer; another endpoint still exchanges messages with that peer.
    #[test]
    fn one_host_vanishes_and_the_others_stay() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("timers");
        runtime.block_on(async {
            let mut hosts =
                Hosts::start(Mode::Udp, Ipv4Addr::LOCALHOST.into(), None).expect("UDP works");
            let mut opened = Vec::new();
            for _ in 0..3 {
                opened.push(hosts.open(sctp(), Role::Plain).expect("there is a port"));
            }
            let (peer, _, addr) = opened[0];
            let udp_port = hosts
                .stack(peer)
                .expect("it is there")
                .udp_addr()
                .map(|addr| addr.port());
            let to = Peer {
                addrs: addr.into_iter().collect(),
                udp_port,
            };
            let gone = hosts
                .connect(opened[1].0, opened[1].1, &to)
                .expect("it begins");
            up(&mut hosts, gone).await;
            let stays = hosts
                .connect(opened[2].0, opened[2].1, &to)
                .expect("it begins");
            up(&mut hosts, stays).await;
            assert!(hosts.vanish(opened[1].0) && !hosts.vanish(0));
            let message = Outgoing {
                stream: 0,
                ppid: 11,
                unordered: false,
                octets: b"still here",
            };
            let lost = hosts.send(gone, message).expect_err("it has vanished");
            assert_eq!(lost.kind(), io::ErrorKind::NotConnected);
            hosts.send(stays, message).expect("it is up");
            loop {
                match hosts
                    .recv(soon())
                    .await
                    .expect("no error")
                    .expect("the message comes")
                {
                    (host, Event::Message { octets, .. }) if host == peer => {
                        assert_eq!(octets, message.octets);
                        break;
                    }
                    (_, Event::Down { kind, .. }) => {
                        assert!(
                            !matches!(kind, DownKind::Aborted | DownKind::Closed),
                            "{kind:?}"
                        );
                    }
                    _ => {}
                }
            }
        });
    }
}
