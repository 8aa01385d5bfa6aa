//! A fault between the engine of the registrar in process and its transport.
//!
//! A fault changes what the registrar sends, as a wrong encoder or a forgotten rule would, or what it
//! receives, as one that misreads a message would. It also reaches the registrar's state: it hides events of
//! the transport, sends messages later, and lets the registrar receive messages that no peer has sent, such as
//! an acknowledgement for another pool or a second question that counts as a selection. The tests of the suite
//! use faults to prove that each case can fail.

pub use rsp_proto::registrar::Config;
use rsp_transport::{AssocId, Caps, Event, Local, LocalPort, Outgoing, Peer, Transport};
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
    /// Changes any other event of the transport; returns false to hide it from the registrar.
    pub event: fn(&mut Event, &mut Memory) -> bool,
    /// Changes the settings of the registrar.
    pub settings: fn(&mut Config),
}

/// State that a fault keeps over the messages of one case: numbers by keys of its choice.
pub type Memory = BTreeMap<Vec<u8>, u64>;

/// A message that the registrar receives although no peer has sent it. [`Fault::received`] does not see it.
#[derive(Clone, Debug)]
pub struct Injected {
    /// Time since the case began; one that has passed is at once.
    pub at: Duration,
    /// Number of the association that it seems to come over.
    pub assoc: u64,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// A message on its way in. It dereferences to its octets.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its octets.
    pub octets: Vec<u8>,
    /// Number of the association that it came over.
    pub assoc: u64,
    /// Its PPID; 0 over TCP.
    pub ppid: u32,
    /// Time since the case began.
    pub at: Duration,
    /// State of the fault.
    pub memory: Memory,
    /// Abort the association that it came over.
    pub aborts: bool,
    /// Messages that the registrar receives after this one.
    pub injected: Vec<Injected>,
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
    /// Time for which it is held back.
    pub delay: Duration,
    /// Also send it over the two associations set up before this one, and over the two after it.
    pub strays: bool,
    /// Number of the association that it goes to; none for a datagram.
    pub assoc: Option<u64>,
    /// Time since the case began.
    pub at: Duration,
    /// State of the fault.
    pub memory: Memory,
    /// Messages that the registrar receives after it has sent this one.
    pub injected: Vec<Injected>,
    /// Messages that are sent after this one over the same association, with the same PPID.
    pub extra: Vec<Vec<u8>>,
}

/// State of a fault, and the deeds that it has put off.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) memory: Memory,
    /// By time, and in order where the times are equal.
    later: BTreeMap<(Duration, u64), Later>,
    put_off: u64,
}

/// A deed that a fault has put off.
#[derive(Debug)]
pub(crate) enum Later {
    /// The registrar receives a message.
    Receive { assoc: AssocId, octets: Vec<u8> },
    /// A message of the registrar is sent.
    Send {
        assoc: AssocId,
        stream: u16,
        ppid: u32,
        octets: Vec<u8>,
    },
}

impl State {
    /// Returns the time of the next deed.
    pub(crate) fn due(&self) -> Option<Duration> {
        self.later.keys().next().map(|(at, _)| *at)
    }

    /// Returns a deed that is due.
    pub(crate) fn take_due(&mut self, now: Duration) -> Option<Later> {
        let entry = self.later.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }

    pub(crate) fn inject(&mut self, injected: Vec<Injected>) {
        for message in injected {
            let assoc = AssocId(message.assoc);
            let octets = message.octets;
            self.put_off(message.at, Later::Receive { assoc, octets });
        }
    }

    fn put_off(&mut self, at: Duration, deed: Later) {
        self.later.insert((at, self.put_off), deed);
        self.put_off += 1;
    }
}

/// A transport that applies a fault, if there is one, to everything that is sent.
pub(crate) struct Faulty<'a> {
    inner: &'a mut dyn Transport,
    fault: Option<Fault>,
    now: Duration,
    state: &'a mut State,
}

impl<'a> Faulty<'a> {
    pub(crate) fn new(
        inner: &'a mut dyn Transport,
        fault: Option<Fault>,
        now: Duration,
        state: &'a mut State,
    ) -> Faulty<'a> {
        Faulty {
            inner,
            fault,
            now,
            state,
        }
    }

    /// Returns what the fault makes of a message.
    fn spoilt(&mut self, fault: Fault, octets: &[u8], assoc: Option<u64>, ppid: u32) -> Sent {
        let mut sent = Sent {
            octets: octets.to_vec(),
            ppid,
            copies: 1,
            delay: Duration::ZERO,
            strays: false,
            assoc,
            at: self.now,
            memory: std::mem::take(&mut self.state.memory),
            injected: Vec::new(),
            extra: Vec::new(),
        };
        (fault.sent)(&mut sent);
        self.state.memory = std::mem::take(&mut sent.memory);
        self.state.inject(std::mem::take(&mut sent.injected));
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
            let before = [assoc.0.wrapping_sub(4), assoc.0.wrapping_sub(2)];
            for neighbour in before.into_iter().chain([assoc.0 + 2, assoc.0 + 4]) {
                let _ = self.inner.send(AssocId(neighbour), changed);
            }
        }
        for _ in 0..sent.copies {
            if sent.delay.is_zero() {
                self.inner.send(assoc, changed)?;
                continue;
            }
            let deed = Later::Send {
                assoc,
                stream: message.stream,
                ppid: sent.ppid,
                octets: sent.octets.clone(),
            };
            self.state.put_off(self.now + sent.delay, deed);
        }
        for octets in &sent.extra {
            self.inner.send(assoc, Outgoing { octets, ..changed })?;
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
