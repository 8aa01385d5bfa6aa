//! The kernel's SCTP as a [`Transport`].

use super::{KernelStack, sys};
use crate::{AssocId, Caps, Event, Local, LocalPort, Outgoing, Peer, Transport};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;

impl Transport for KernelStack {
    fn open(&mut self, local: &Local) -> io::Result<LocalPort> {
        self.next_port += 1;
        let id = LocalPort(self.next_port);
        match local {
            Local::Sctp {
                addrs,
                port,
                listen,
            } => self.open_sctp(id, addrs, *port, *listen)?,
            Local::Tcp { .. } | Local::TcpOctets { .. } | Local::Udp { .. } => {
                self.plain.open(id, local)?;
            }
        }
        Ok(id)
    }

    fn local_addrs(&self, port: LocalPort) -> Vec<SocketAddr> {
        match self.ports.get(&port) {
            Some(port) => port.addrs.clone(),
            None => self.plain.local_addr(port).into_iter().collect(),
        }
    }

    fn close(&mut self, port: LocalPort) {
        let mut gone = self.plain.tcp.of_port(port);
        gone.extend(
            self.associations
                .iter()
                .filter(|(_, a)| a.port == port)
                .map(|(assoc, _)| *assoc),
        );
        gone.sort_unstable();
        for &assoc in &gone {
            self.end_with(assoc, sys::ABORT);
            self.forget(assoc);
        }
        self.ports.remove(&port);
        self.plain.close(port);
        self.events.retain(|event| match event {
            Event::Up { port: of, .. } | Event::Datagram { port: of, .. } => *of != port,
            other => other
                .assoc()
                .is_none_or(|assoc| gone.binary_search(&assoc).is_err()),
        });
    }

    fn connect(&mut self, from: LocalPort, to: &Peer) -> io::Result<AssocId> {
        let first = *to
            .addrs
            .first()
            .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "a peer without address"))?;
        let Some(port) = self.ports.get_mut(&from) else {
            return self.plain.tcp.connect(from, first);
        };
        if self.associations.len() >= self.options.max_associations {
            return Err(io::Error::new(
                ErrorKind::QuotaExceeded,
                "too many associations",
            ));
        }
        let encaps = match self.encaps {
            Some(default) => to.udp_port.unwrap_or(default),
            None => 0,
        };
        if encaps != port.encaps {
            sys::encapsulate(port.fd.get_ref(), encaps)?;
            port.encaps = encaps;
        }
        let v6 = port.addrs.iter().any(SocketAddr::is_ipv6);
        let addrs: Vec<SocketAddr> = to
            .addrs
            .iter()
            .copied()
            .filter(|addr| v6 || addr.is_ipv4())
            .collect();
        if addrs.is_empty() {
            let why = format!("{first} cannot be reached from {:?}", port.addrs);
            return Err(io::Error::new(ErrorKind::AddrNotAvailable, why));
        }
        let number = sys::connect(port.fd.get_ref(), &addrs)?;
        Ok(self.insert(from, number))
    }

    fn send(&mut self, assoc: AssocId, message: Outgoing<'_>) -> io::Result<()> {
        if self.plain.has(assoc) {
            return self.with_sink(|plain, sink| plain.tcp.send(assoc, message.octets, sink));
        }
        let Outgoing {
            stream,
            ppid,
            unordered,
            octets,
        } = message;
        let association = self
            .associations
            .get(&assoc)
            .ok_or(ErrorKind::NotConnected)?;
        let refuse = |why: String| Err(io::Error::new(ErrorKind::InvalidInput, why));
        if octets.is_empty() {
            return refuse("an empty message cannot be sent over SCTP".into());
        }
        if octets.len() > self.max_message {
            return refuse(format!(
                "a message of {} octets is longer than {}",
                octets.len(),
                self.max_message
            ));
        }
        if association.up && stream >= association.streams_out {
            return refuse(format!("stream {stream} of {}", association.streams_out));
        }
        let port = self
            .ports
            .get(&association.port)
            .ok_or(ErrorKind::NotConnected)?;
        let flags = if unordered { sys::UNORDERED } else { 0 };
        sys::send(
            port.fd.get_ref(),
            association.number,
            stream,
            ppid,
            flags,
            octets,
        )
        .map_err(|error| match error.raw_os_error() {
            Some(
                libc::EPIPE | libc::ESHUTDOWN | libc::ENOTCONN | libc::EINVAL | libc::ECONNRESET,
            ) => io::Error::new(ErrorKind::NotConnected, error),
            Some(libc::EMSGSIZE) => io::Error::new(ErrorKind::InvalidInput, error),
            _ => error,
        })
    }

    fn send_datagram(&mut self, from: LocalPort, to: SocketAddr, octets: &[u8]) -> io::Result<()> {
        self.with_sink(|plain, sink| plain.send_datagram(from, to, octets, sink))
    }

    fn shutdown(&mut self, assoc: AssocId) -> io::Result<()> {
        if self.plain.has(assoc) {
            return self.plain.tcp.shutdown(assoc);
        }
        let association = self
            .associations
            .get(&assoc)
            .ok_or(ErrorKind::NotConnected)?;
        let port = self
            .ports
            .get(&association.port)
            .ok_or(ErrorKind::NotConnected)?;
        sys::send(port.fd.get_ref(), association.number, 0, 0, sys::EOF, &[])
    }

    fn abort(&mut self, assoc: AssocId) {
        self.plain.tcp.abort(assoc);
        self.end_with(assoc, sys::ABORT);
        self.forget(assoc);
        self.events.retain(|event| event.assoc() != Some(assoc));
    }

    fn caps(&self) -> Caps {
        Caps {
            multihoming: true,
            unordered_visible: true,
            max_message: self.max_message,
        }
    }

    fn refused(&self) -> u64 {
        self.refused + self.plain.tcp.refused()
    }
}
