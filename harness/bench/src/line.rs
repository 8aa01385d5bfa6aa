//! A stack of the generator with the runtime that it needs, and associations to the target over it.

use crate::{LoadError, clock};
use rsp_transport::live::{Stack, StackConfig};
use rsp_transport::{AssocId, Event, Local, LocalPort, Outgoing, Peer, Transport};
use rspcheck_adapters::live::Place;
use std::io;
use std::net::SocketAddr;
use std::time::Instant;
use tokio::runtime::Runtime;

/// ASAP's PPID (RFC 5352 §8.3).
const PPID: u32 = 11;

/// A stack and its runtime.
pub(crate) struct Line {
    runtime: Runtime,
    stack: Stack,
}

impl Line {
    /// Starts a stack at the harness's address; `udp_port` 0 is any free one.
    pub(crate) fn start(place: &Place, udp_port: u16) -> Result<Line, LoadError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let config = StackConfig {
            ip: place.local,
            udp_port,
            ..StackConfig::default()
        };
        let stack = {
            let _entered = runtime.enter();
            Stack::start(place.carrier.into(), config)?
        };
        Ok(Line { runtime, stack })
    }

    /// Opens an SCTP endpoint that also accepts associations.
    pub(crate) fn open(&mut self) -> Result<(LocalPort, SocketAddr), LoadError> {
        let _entered = self.runtime.enter();
        let local = Local::Sctp {
            addrs: Vec::new(),
            port: 0,
            listen: true,
        };
        let port = self.stack.open(&local)?;
        Ok((port, self.stack.local_addrs(port)[0]))
    }

    /// Sets up an association to the target and waits for it until `deadline`.
    pub(crate) fn connect(
        &mut self,
        port: LocalPort,
        place: &Place,
        deadline: Instant,
    ) -> Result<AssocId, LoadError> {
        let at = place.asap;
        let peer = Peer {
            addrs: vec![at],
            udp_port: Some(place.udp_port),
        };
        let wanted = {
            let _entered = self.runtime.enter();
            self.stack.connect(port, &peer)?
        };
        loop {
            // Other events must not prolong the wait.
            match self.recv(deadline)?.filter(|_| clock() < deadline) {
                Some(Event::Up { assoc, .. }) if assoc == wanted => return Ok(wanted),
                Some(Event::Down { assoc, why, .. }) if assoc == wanted => {
                    return Err(LoadError::Target(format!("no association to {at}: {why}")));
                }
                Some(_) => {}
                None => {
                    return Err(LoadError::Target(format!("no association to {at} in time")));
                }
            }
        }
    }

    /// Sends an ASAP message.
    pub(crate) fn send(&mut self, assoc: AssocId, octets: &[u8]) -> io::Result<()> {
        let _entered = self.runtime.enter();
        let message = Outgoing {
            stream: 0,
            ppid: PPID,
            unordered: false,
            octets,
        };
        self.stack.send(assoc, message)
    }

    pub(crate) fn abort(&mut self, assoc: AssocId) {
        let _entered = self.runtime.enter();
        self.stack.abort(assoc);
    }

    /// Waits for the next event until `until`; an event that is ready then is returned also after it.
    pub(crate) fn recv(&mut self, until: Instant) -> Result<Option<Event>, LoadError> {
        Ok(self.runtime.block_on(self.stack.recv(Some(until)))?)
    }
}
