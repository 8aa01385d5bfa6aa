//! A fault between the engine of the registrar in process and its transport.
//!
//! A fault changes what the registrar sends, as a wrong encoder or a forgotten rule would, or what it
//! receives, as one that misreads a message would. The tests of the suite use faults to prove that each case
//! can fail.

use rsp_proto::registrar::Config;
use rsp_transport::{AssocId, Caps, Local, LocalPort, Outgoing, Peer, Transport};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// One way in which a registrar is wrong.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// Name, as in `grants-everything`.
    pub name: &'static str,
    /// Changes a message that the registrar sends.
    pub sent: fn(&mut Sent),
    /// Changes a message that the registrar receives; returns false to drop it.
    pub received: fn(&mut Received) -> bool,
    /// Changes the settings of the registrar.
    pub settings: fn(&mut Config),
}

/// State that a fault keeps over the messages of one case: numbers by keys of its choice.
pub type Memory = BTreeMap<Vec<u8>, u64>;

/// A message on its way in. It dereferences to its octets.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its octets.
    pub octets: Vec<u8>,
    /// Number of the association that it came over.
    pub assoc: u64,
    /// Time since the case began.
    pub at: Duration,
    /// State of the fault.
    pub memory: Memory,
    /// Abort the association that it came over.
    pub aborts: bool,
}

impl Deref for Received {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.octets
    }
}

impl DerefMut for Received {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.octets
    }
}

/// A message on its way out.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its octets.
    pub octets: Vec<u8>,
    /// Its PPID; 0 for a datagram.
    pub ppid: u32,
    /// The number of times it is sent; 0 drops it.
    pub copies: usize,
    /// Also send it over the associations set up before and after this one.
    pub strays: bool,
    /// Number of the association that it goes to; none for a datagram.
    pub assoc: Option<u64>,
    /// Time since the case began.
    pub at: Duration,
    /// State of the fault.
    pub memory: Memory,
}

/// A transport that applies a fault, if there is one, to everything that is sent.
pub(crate) struct Faulty<'a> {
    inner: &'a mut dyn Transport,
    fault: Option<Fault>,
    now: Duration,
    memory: &'a mut Memory,
}

impl<'a> Faulty<'a> {
    pub(crate) fn new(
        inner: &'a mut dyn Transport,
        fault: Option<Fault>,
        now: Duration,
        memory: &'a mut Memory,
    ) -> Faulty<'a> {
        Faulty {
            inner,
            fault,
            now,
            memory,
        }
    }

    /// Returns what the fault makes of a message.
    fn spoilt(&mut self, fault: Fault, octets: &[u8], assoc: Option<u64>, ppid: u32) -> Sent {
        let mut sent = Sent {
            octets: octets.to_vec(),
            ppid,
            copies: 1,
            strays: false,
            assoc,
            at: self.now,
            memory: std::mem::take(self.memory),
        };
        (fault.sent)(&mut sent);
        *self.memory = std::mem::take(&mut sent.memory);
        sent
    }
}

impl Transport for Faulty<'_> {
    fn open(&mut self, local: &Local) -> io::Result<LocalPort> {
        self.inner.open(local)
    }

    fn local_addrs(&self, port: LocalPort) -> Vec<SocketAddr> {
        self.inner.local_addrs(port)
    }

    fn close(&mut self, port: LocalPort) {
        self.inner.close(port);
    }

    fn connect(&mut self, from: LocalPort, to: &Peer) -> io::Result<AssocId> {
        self.inner.connect(from, to)
    }

    fn send(&mut self, assoc: AssocId, message: Outgoing<'_>) -> io::Result<()> {
        let Some(fault) = self.fault else {
            return self.inner.send(assoc, message);
        };
        let sent = self.spoilt(fault, message.octets, Some(assoc.0), message.ppid);
        let changed = Outgoing {
            octets: &sent.octets,
            ppid: sent.ppid,
            ..message
        };
        if sent.strays {
            // The simulated network numbers SCTP associations in steps of two. A number without an
            // association is an error, which changes nothing.
            for neighbour in [assoc.0.wrapping_sub(2), assoc.0 + 2] {
                let _ = self.inner.send(AssocId(neighbour), changed);
            }
        }
        for _ in 0..sent.copies {
            self.inner.send(assoc, changed)?;
        }
        Ok(())
    }

    fn send_datagram(&mut self, from: LocalPort, to: SocketAddr, octets: &[u8]) -> io::Result<()> {
        let Some(fault) = self.fault else {
            return self.inner.send_datagram(from, to, octets);
        };
        let sent = self.spoilt(fault, octets, None, 0);
        for _ in 0..sent.copies {
            self.inner.send_datagram(from, to, &sent.octets)?;
        }
        Ok(())
    }

    fn shutdown(&mut self, assoc: AssocId) -> io::Result<()> {
        self.inner.shutdown(assoc)
    }

    fn abort(&mut self, assoc: AssocId) {
        self.inner.abort(assoc);
    }

    fn caps(&self) -> Caps {
        self.inner.caps()
    }

    fn refused(&self) -> u64 {
        self.inner.refused()
    }
}
