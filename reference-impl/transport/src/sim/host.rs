//! A simulated host as a [`Transport`].

use super::{HostId, Net, Open, UDP_PORT, What};
use crate::{AssocId, Caps, Event, Layer, Local, LocalPort, Outgoing, Peer, Transport};
use std::io;
use std::net::{IpAddr, SocketAddr};

/// One host of a [`Net`], borrowed for some calls.
#[derive(Debug)]
pub struct SimHost<'a> {
    pub(super) net: &'a mut Net,
    pub(super) id: HostId,
}

impl SimHost<'_> {
    fn state(&mut self) -> &mut super::Host {
        &mut self.net.hosts[self.id.0 as usize]
    }

    fn own(&mut self, addr: IpAddr) -> io::Result<()> {
        let ip = self.state().ip;
        if addr == ip || addr.is_unspecified() {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::AddrNotAvailable,
            format!("{addr} is not an address of host {ip}"),
        ))
    }

    fn ephemeral(&mut self) -> u16 {
        let host = self.state();
        host.next_ephemeral = host.next_ephemeral.checked_add(1).unwrap_or(49_152);
        host.next_ephemeral
    }

    fn with_port(&mut self, addr: SocketAddr) -> SocketAddr {
        let port = if addr.port() == 0 {
            self.ephemeral()
        } else {
            addr.port()
        };
        SocketAddr::new(self.state().ip, port)
    }

    fn check(&mut self, local: &Local) -> io::Result<Open> {
        Ok(match local {
            Local::Sctp { addrs, port, .. } => {
                addrs.iter().try_for_each(|addr| self.own(*addr))?;
                Open::Sctp { port: *port }
            }
            Local::Tcp { addr, listen } | Local::TcpOctets { addr, listen } => {
                self.own(addr.ip())?;
                let addr = self.with_port(*addr);
                let taken = |open: &Open| matches!(open, Open::Tcp { addr: other, listen: true, .. } if *other == addr);
                if *listen && self.state().open.values().any(taken) {
                    return Err(io::Error::new(
                        io::ErrorKind::AddrInUse,
                        format!("{addr} is listening already"),
                    ));
                }
                Open::Tcp {
                    addr,
                    listen: *listen,
                    framed: matches!(local, Local::Tcp { .. }),
                }
            }
            Local::Udp { addr, groups } => Open::Udp {
                addr: self.with_port(*addr),
                groups: groups.clone(),
            },
        })
    }
}

impl Transport for SimHost<'_> {
    fn open(&mut self, local: &Local) -> io::Result<LocalPort> {
        if !self.state().alive {
            return Err(io::Error::new(
                io::ErrorKind::NetworkDown,
                "the host was killed",
            ));
        }
        let mut open = self.check(local)?;
        self.state().next_port += 1;
        let id = LocalPort(self.state().next_port);
        if let (Open::Sctp { port }, Local::Sctp { listen, .. }) = (&mut open, local) {
            *port = self
                .net
                .touch(self.id, |endpoint, _| endpoint.open(id, *port, *listen))?;
        }
        self.state().open.insert(id, open);
        Ok(id)
    }

    fn local_addrs(&self, port: LocalPort) -> Vec<SocketAddr> {
        let host = &self.net.hosts[self.id.0 as usize];
        match host.open.get(&port) {
            Some(Open::Sctp { port }) => vec![SocketAddr::new(host.ip, *port)],
            Some(Open::Tcp { addr, .. } | Open::Udp { addr, .. }) => vec![*addr],
            None => Vec::new(),
        }
    }

    fn close(&mut self, port: LocalPort) {
        let mut gone = Vec::new();
        match self.state().open.remove(&port) {
            Some(Open::Sctp { port }) => {
                gone = self.state().endpoint.of_port(port);
                self.net
                    .touch(self.id, |endpoint, now| endpoint.close(now, port));
            }
            Some(Open::Tcp { .. }) => self.net.reset_pipes_of(self.id, port),
            Some(Open::Udp { .. }) | None => {}
        }
        let host = self.id;
        self.net.out.retain(|(at, event)| match event {
            _ if *at != host => true,
            Event::Up { port: of, .. } | Event::Datagram { port: of, .. } => *of != port,
            other => !other.assoc().is_some_and(|assoc| gone.contains(&assoc)),
        });
    }

    fn connect(&mut self, from: LocalPort, to: &Peer) -> io::Result<AssocId> {
        let id = self.id;
        let to = *to
            .addrs
            .first()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a peer without address"))?;
        match self.state().open.get(&from) {
            Some(Open::Sctp { port }) => {
                let port = *port;
                let udp = SocketAddr::new(to.ip(), UDP_PORT);
                self.net.touch(id, |endpoint, now| {
                    endpoint.connect(now, port, udp, to.port())
                })
            }
            Some(&Open::Tcp { framed, .. }) => {
                let source = SocketAddr::new(self.state().ip, self.ephemeral());
                Ok(self.net.open_pipe(id, from, source, to, framed))
            }
            Some(Open::Udp { .. }) => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a UDP endpoint has no associations",
            )),
            None => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "no such local endpoint",
            )),
        }
    }

    fn send(&mut self, assoc: AssocId, message: Outgoing<'_>) -> io::Result<()> {
        if self.state().pipes.contains_key(&assoc) {
            return self.net.send_pipe(self.id, assoc, message.octets);
        }
        self.net
            .touch(self.id, |endpoint, now| endpoint.send(now, assoc, message))
    }

    fn send_datagram(&mut self, from: LocalPort, to: SocketAddr, octets: &[u8]) -> io::Result<()> {
        let Some(Open::Udp { addr, .. }) = self.state().open.get(&from) else {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "no such UDP endpoint",
            ));
        };
        let source = *addr;
        self.net.throw_datagram(self.id, source, to, octets);
        Ok(())
    }

    fn shutdown(&mut self, assoc: AssocId) -> io::Result<()> {
        if self.state().pipes.contains_key(&assoc) {
            return self.net.shutdown_pipe(self.id, assoc);
        }
        self.net
            .touch(self.id, |endpoint, now| endpoint.shutdown(now, assoc))
    }

    fn abort(&mut self, assoc: AssocId) {
        let id = self.id;
        if self.state().pipes.contains_key(&assoc) {
            self.net.reset_pipe(id, assoc);
        } else {
            self.net
                .touch(id, |endpoint, now| endpoint.abort(now, assoc));
        }
        self.net
            .out
            .retain(|(at, event)| *at != id || event.assoc() != Some(assoc));
    }

    fn caps(&self) -> Caps {
        Caps {
            multihoming: false,
            unordered_visible: true,
            max_message: self.net.options.max_message,
        }
    }

    fn refused(&self) -> u64 {
        self.net.hosts[self.id.0 as usize]
            .endpoint
            .counters()
            .over_limit
    }
}

impl Net {
    /// Sends a datagram to a host, or to every member of its group, the sender included.
    fn throw_datagram(&mut self, from: HostId, source: SocketAddr, to: SocketAddr, octets: &[u8]) {
        self.show(source, to, Layer::Udp, octets);
        let receives = |open: &Open, ip: IpAddr| match open {
            Open::Udp { addr, groups } => {
                addr.port() == to.port()
                    && if to.ip().is_multicast() {
                        groups.contains(&to.ip())
                    } else {
                        ip == to.ip()
                    }
            }
            Open::Sctp { .. } | Open::Tcp { .. } => false,
        };
        let mut receivers = Vec::new();
        for (index, host) in self.hosts.iter().enumerate() {
            let id = HostId(index as u32);
            receivers.extend(
                host.open
                    .iter()
                    .filter(|(_, open)| receives(open, host.ip))
                    .map(|(port, _)| (id, *port)),
            );
        }
        for (host, port) in receivers {
            self.throw(from, host, octets.to_vec(), |from, to, octets| {
                What::Datagram {
                    from,
                    source,
                    to,
                    port,
                    octets,
                }
            });
        }
    }
}
