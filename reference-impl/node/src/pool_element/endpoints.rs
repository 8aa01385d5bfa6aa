//! The local endpoints of a pool element: where registrars call it, and where pool users do.

use std::io;
use std::net::{IpAddr, SocketAddr};

use rsp_transport::{Local, LocalPort, Transport};
use rsp_wire::{
    Addresses, SctpTransport, TcpTransport, Transport as WireTransport, TransportUse,
    UnknownParameters,
};

use super::setup::{Setup, Users};

/// The open endpoints of a PE.
#[derive(Debug)]
pub(super) struct Endpoints {
    pub(super) asap: LocalPort,
    pub(super) asap_addrs: Vec<SocketAddr>,
    pub(super) users: Option<LocalPort>,
    pub(super) user_transport: WireTransport,
    pub(super) announcements: Option<LocalPort>,
}

impl Endpoints {
    /// Opens all of them, or none.
    pub(super) fn open(setup: &Setup, transport: &mut dyn Transport) -> io::Result<Self> {
        let mut opened = Vec::new();
        let endpoints = Self::open_each(setup, transport, &mut opened);
        if endpoints.is_err() {
            for port in opened {
                transport.close(port);
            }
        }
        endpoints
    }

    fn open_each(
        setup: &Setup,
        transport: &mut dyn Transport,
        opened: &mut Vec<LocalPort>,
    ) -> io::Result<Self> {
        let mut open = |local: &Local, what: String| {
            let port = transport
                .open(local)
                .map_err(|error| io::Error::new(error.kind(), format!("{what}: {error}")))?;
            opened.push(port);
            Ok::<_, io::Error>((port, transport.local_addrs(port)))
        };
        let (asap, asap_addrs) = open(
            &sctp(&setup.addrs, setup.asap_port),
            format!("ASAP over SCTP, port {}", setup.asap_port),
        )?;
        let (users, user_transport) = match &setup.users {
            Users::Sctp { port } => {
                let what = format!("users over SCTP, port {port}");
                let (users, addrs) = open(&sctp(&setup.addrs, *port), what.clone())?;
                (Some(users), sctp_transport(&addrs, &what)?)
            }
            Users::Tcp { port } => {
                let ip = asap_addrs.first().map(SocketAddr::ip);
                let what = format!("users over TCP, port {port}");
                let ip = ip.ok_or_else(|| no_address(&what))?;
                let addr = SocketAddr::new(ip, *port);
                let (users, addrs) = open(&Local::TcpOctets { addr, listen: true }, what.clone())?;
                (Some(users), tcp_transport(&addrs, &what)?)
            }
            Users::Elsewhere(transport) => (None, transport.clone()),
        };
        let announcements = match setup.announce {
            Some(group) => {
                let own = asap_addrs.first().map(SocketAddr::ip);
                let (port, _) = open(&listener(own, group), format!("announcements, {group}"))?;
                Some(port)
            }
            None => None,
        };
        Ok(Self {
            asap,
            asap_addrs,
            users,
            user_transport,
            announcements,
        })
    }
}

fn sctp(addrs: &[IpAddr], port: u16) -> Local {
    Local::Sctp {
        addrs: addrs.to_vec(),
        port,
        listen: true,
    }
}

/// Returns the endpoint that receives from a group, at an own address of the group's family if there is one.
fn listener(own: Option<IpAddr>, group: SocketAddr) -> Local {
    let ip = match (own, group.ip()) {
        (Some(own), ip) if own.is_ipv4() == ip.is_ipv4() => own,
        (_, IpAddr::V4(_)) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        (_, IpAddr::V6(_)) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    Local::Udp {
        addr: SocketAddr::new(ip, group.port()),
        groups: vec![group.ip()],
    }
}

fn sctp_transport(addrs: &[SocketAddr], what: &str) -> io::Result<WireTransport> {
    let port = registrable(addrs, what)?;
    let addresses = Addresses::collect(addrs.iter().map(SocketAddr::ip));
    let mut transport = SctpTransport::new(port, addresses.ok_or_else(|| no_address(what))?);
    transport.transport_use = TransportUse::DATA_PLUS_CONTROL;
    Ok(transport.into())
}

fn tcp_transport(addrs: &[SocketAddr], what: &str) -> io::Result<WireTransport> {
    let port = registrable(addrs, what)?;
    Ok(WireTransport::Tcp(TcpTransport {
        port,
        address: addrs[0].ip(),
        unknown: UnknownParameters::NONE,
    }))
}

/// Returns the port, if the addresses can be registered.
fn registrable(addrs: &[SocketAddr], what: &str) -> io::Result<u16> {
    let first = addrs.first().ok_or_else(|| no_address(what))?;
    match addrs.iter().find(|addr| addr.ip().is_unspecified()) {
        None => Ok(first.port()),
        Some(addr) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!(
                "{what}: {} is unspecified and cannot be registered; name the addresses of this host",
                addr.ip()
            ),
        )),
    }
}

fn no_address(what: &str) -> io::Error {
    io::Error::other(format!("{what}: the endpoint has no address"))
}
