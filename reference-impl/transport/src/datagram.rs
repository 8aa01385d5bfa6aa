//! UDP sockets and multicast groups, which carry the announcements of ENRP servers (RFC 5352 §2.2.10, RFC 5353
//! §2.5).

use crate::interface::{self, scoped};
use crate::ready::{Carrier, Ready, Source};
use crate::tcp::Sink;
use crate::{Event, Layer, LocalPort};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::io::ReadBuf;
use tokio::net::UdpSocket;

/// Datagrams from one socket before other sockets are served.
const READS_PER_TURN: u32 = 16;

/// All UDP endpoints of a stack (not the one that carries SCTP).
#[derive(Debug)]
pub(crate) struct Datagrams {
    ready: Arc<Ready>,
    ports: HashMap<LocalPort, Port>,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Port {
    socket: UdpSocket,
    addr: SocketAddr,
    source: Arc<Source>,
}

impl Datagrams {
    pub(crate) fn new(ready: Arc<Ready>) -> Datagrams {
        Datagrams {
            ready,
            ports: HashMap::new(),
            buffer: vec![0; 65_536],
        }
    }

    pub(crate) fn open(
        &mut self,
        id: LocalPort,
        addr: SocketAddr,
        groups: &[IpAddr],
    ) -> io::Result<()> {
        let socket = Socket::new(Domain::for_address(addr), Type::DGRAM, Some(Protocol::UDP))?;
        if !groups.is_empty() {
            // Several members of a group on one host.
            socket.set_reuse_address(true)?;
            #[cfg(unix)]
            socket.set_reuse_port(true)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&scoped(bind_addr(addr, groups)).into())?;
        multicast(&socket, addr, groups)?;
        let bound = socket
            .local_addr()?
            .as_socket()
            .map_or(addr.port(), |bound| bound.port());
        let socket = UdpSocket::from_std(socket.into())?;
        let source = self.ready.source(Carrier::Udp, number(id));
        self.ports.insert(
            id,
            Port {
                socket,
                addr: SocketAddr::new(addr.ip(), bound),
                source,
            },
        );
        Ok(())
    }

    pub(crate) fn local_addr(&self, id: LocalPort) -> Option<SocketAddr> {
        self.ports.get(&id).map(|port| port.addr)
    }

    pub(crate) fn close(&mut self, id: LocalPort) {
        self.ports.remove(&id);
    }

    pub(crate) fn send(
        &self,
        id: LocalPort,
        to: SocketAddr,
        octets: &[u8],
        sink: &mut Sink<'_>,
    ) -> io::Result<()> {
        let port = self
            .ports
            .get(&id)
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such UDP endpoint"))?;
        SockRef::from(&port.socket).send_to(octets, &to.into())?;
        sink.show(port.addr, to, Layer::Udp, octets);
        Ok(())
    }

    /// Serves a socket that listed itself. Returns false if it is not one of these.
    pub(crate) fn serve(&mut self, listed: u64, sink: &mut Sink<'_>) -> bool {
        let Some(id) = port_of(listed) else {
            return false;
        };
        let Some(port) = self.ports.get(&id) else {
            return true;
        };
        port.source.taken();
        let waker = Waker::from(Arc::clone(&port.source));
        let mut cx = Context::from_waker(&waker);
        for _ in 0..READS_PER_TURN {
            let mut buffer = ReadBuf::new(&mut self.buffer);
            match port.socket.poll_recv_from(&mut cx, &mut buffer) {
                Poll::Pending => return true,
                // An ICMP error about a datagram sent earlier: UDP guarantees no delivery.
                Poll::Ready(Err(_)) => {}
                Poll::Ready(Ok(from)) => {
                    let octets = buffer.filled().to_vec();
                    sink.show(from, port.addr, Layer::Udp, &octets);
                    sink.events.push_back(Event::Datagram {
                        port: id,
                        from,
                        octets,
                    });
                }
            }
        }
        port.source.list();
        true
    }
}

/// Returns the number under which a UDP socket lists itself: even and above every TCP listener's.
fn number(id: LocalPort) -> u64 {
    1 << 63 | u64::from(id.0) << 1
}

fn port_of(number: u64) -> Option<LocalPort> {
    (number >> 63 == 1).then_some(LocalPort((number >> 1) as u32))
}

/// Returns the address to bind. A group member must bind the group's port on the wildcard address to receive
/// on every system.
fn bind_addr(addr: SocketAddr, groups: &[IpAddr]) -> SocketAddr {
    if groups.is_empty() {
        return addr;
    }
    match addr.ip() {
        IpAddr::V4(_) => SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), addr.port()),
        IpAddr::V6(_) => SocketAddr::new(std::net::Ipv6Addr::UNSPECIFIED.into(), addr.port()),
    }
}

/// Joins the groups on the interface that has the address. The host receives its own announcements, and none
/// leaves the link (RFC 5353 §2.5 asks for an administratively scoped group; one hop is the careful default).
fn multicast(socket: &Socket, addr: SocketAddr, groups: &[IpAddr]) -> io::Result<()> {
    match addr.ip() {
        IpAddr::V4(ip) => {
            socket.set_multicast_loop_v4(true)?;
            socket.set_multicast_ttl_v4(1)?;
            if !ip.is_unspecified() && !ip.is_multicast() {
                socket.set_multicast_if_v4(&ip)?;
            }
        }
        IpAddr::V6(ip) => {
            socket
                .set_only_v6(true)
                .or_else(|error| {
                    if groups.is_empty() {
                        Ok(())
                    } else {
                        Err(error)
                    }
                })
                .ok();
            socket.set_multicast_loop_v6(true)?;
            socket.set_multicast_hops_v6(1)?;
            if let Some(index) = interface::of_address(ip) {
                socket.set_multicast_if_v6(index)?;
            }
        }
    }
    for group in groups {
        match (group, addr.ip()) {
            (IpAddr::V4(group), IpAddr::V4(ip)) => socket.join_multicast_v4(group, &ip)?,
            (IpAddr::V6(group), IpAddr::V6(ip)) => {
                socket.join_multicast_v6(group, interface::of_address(ip).unwrap_or_default())?;
            }
            (group, ip) => {
                let why = format!("group {group} and address {ip} are of different families");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
            }
        }
    }
    Ok(())
}
