//! The associations and connections of a pool user, each from a local endpoint of its own: two sessions with
//! one PE are two associations, and between the same two ports there is only one.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rsp_proto::pool_user::{Carrier, Channel, Message};
use rsp_transport::{AssocId, Local, LocalPort, Outgoing, Peer, Transport};

/// Time until the retry of a full send queue; stacks do not report when there is room.
const RETRY: Duration = Duration::from_millis(20);

/// All lines: associations, connections and endpoints of datagrams.
#[derive(Debug)]
pub(super) struct Lines {
    local: IpAddr,
    lines: BTreeMap<AssocId, Line>,
    retry_at: Option<Duration>,
    /// Numbers of lines that are no associations of the stack, from the end of the range.
    next_datagrams: u64,
}

#[derive(Debug)]
struct Line {
    port: LocalPort,
    /// The destination of datagrams, for a line of datagrams.
    datagrams: Option<SocketAddr>,
    waiting: VecDeque<Parcel>,
    /// The octets that wait.
    octets: usize,
}

/// A message to send.
#[derive(Debug)]
pub(super) enum Parcel {
    /// An ASAP message.
    Asap {
        stream: u16,
        ppid: u32,
        octets: Vec<u8>,
    },
    /// A user message.
    Data(Message),
}

impl Parcel {
    fn octets(&self) -> &[u8] {
        match self {
            Self::Asap { octets, .. } => octets,
            Self::Data(message) => &message.octets,
        }
    }

    fn outgoing(&self) -> Outgoing<'_> {
        match self {
            Self::Asap {
                stream,
                ppid,
                octets,
            } => Outgoing {
                stream: *stream,
                ppid: *ppid,
                unordered: false,
                octets,
            },
            Self::Data(message) => Outgoing {
                stream: message.stream,
                ppid: message.ppid,
                unordered: message.unordered,
                octets: &message.octets,
            },
        }
    }
}

impl Lines {
    pub(super) fn new(local: IpAddr) -> Self {
        Self {
            local,
            lines: BTreeMap::new(),
            retry_at: None,
            next_datagrams: u64::MAX,
        }
    }

    /// Starts setting up a line to one peer.
    pub(super) fn connect(
        &mut self,
        channel: Channel,
        carrier: Carrier,
        to: Vec<SocketAddr>,
        transport: &mut dyn Transport,
    ) -> io::Result<AssocId> {
        let port = transport.open(&self.endpoint(channel, carrier))?;
        let datagrams = match carrier {
            Carrier::Udp => to.first().copied(),
            Carrier::Sctp | Carrier::Tcp => None,
        };
        let assoc = match datagrams {
            Some(_) => {
                self.next_datagrams -= 1;
                Ok(AssocId(self.next_datagrams))
            }
            None => transport.connect(
                port,
                &Peer {
                    addrs: to,
                    udp_port: None,
                },
            ),
        };
        match assoc {
            Ok(assoc) => {
                let line = Line {
                    port,
                    datagrams,
                    waiting: VecDeque::new(),
                    octets: 0,
                };
                self.lines.insert(assoc, line);
            }
            Err(_) => transport.close(port),
        }
        assoc
    }

    fn endpoint(&self, channel: Channel, carrier: Carrier) -> Local {
        let addr = SocketAddr::new(self.local, 0);
        match (carrier, channel) {
            (Carrier::Sctp, Channel::Registrar | Channel::Element) => Local::Sctp {
                addrs: Vec::from_iter((!self.local.is_unspecified()).then_some(self.local)),
                port: 0,
                listen: false,
            },
            (Carrier::Tcp, Channel::Registrar) => Local::Tcp {
                addr,
                listen: false,
            },
            (Carrier::Tcp, Channel::Element) => Local::TcpOctets {
                addr,
                listen: false,
            },
            (Carrier::Udp, Channel::Registrar | Channel::Element) => Local::Udp {
                addr,
                groups: Vec::new(),
            },
        }
    }

    /// Returns whether the line is one of these.
    pub(super) fn has(&self, assoc: AssocId) -> bool {
        self.lines.contains_key(&assoc)
    }

    /// Returns whether the line carries datagrams, which are up without a handshake.
    pub(super) fn has_datagrams(&self, assoc: AssocId) -> bool {
        self.lines
            .get(&assoc)
            .is_some_and(|line| line.datagrams.is_some())
    }

    /// Returns the line of a datagram.
    pub(super) fn of_datagram(&self, port: LocalPort, from: SocketAddr) -> Option<AssocId> {
        self.lines
            .iter()
            .find(|(_, line)| line.port == port && line.datagrams == Some(from))
            .map(|(assoc, _)| *assoc)
    }

    /// Returns the octets of one line that wait for room in the stack.
    pub(super) fn waiting(&self, assoc: AssocId) -> usize {
        self.lines.get(&assoc).map_or(0, |line| line.octets)
    }

    /// Returns whether messages wait in this line.
    pub(super) fn is_waiting(&self, assoc: AssocId) -> bool {
        self.lines
            .get(&assoc)
            .is_some_and(|line| !line.waiting.is_empty())
    }

    /// Sends a message, or keeps it while the stack has no room.
    pub(super) fn send(
        &mut self,
        now: Duration,
        assoc: AssocId,
        parcel: Parcel,
        transport: &mut dyn Transport,
    ) {
        let Some(line) = self.lines.get_mut(&assoc) else {
            tracing::warn!("association {} is gone, nothing sent", assoc.0);
            return;
        };
        if let Some(to) = line.datagrams {
            // A datagram that does not go is as good as a lost one.
            if let Err(error) = transport.send_datagram(line.port, to, parcel.octets()) {
                tracing::warn!("datagram to {to} not sent: {error}");
            }
            return;
        }
        if line.waiting.is_empty() {
            match transport.send(assoc, parcel.outgoing()) {
                Ok(()) => return,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // Its end comes as an event, and what it did not take goes back then.
                Err(error) => tracing::debug!("association {}: {error}", assoc.0),
            }
        }
        line.octets += parcel.octets().len();
        line.waiting.push_back(parcel);
        self.retry_at.get_or_insert(now + RETRY);
    }

    /// Retries the waiting messages, if it is time.
    pub(super) fn timeout(&mut self, now: Duration, transport: &mut dyn Transport) {
        if self.retry_at.is_none_or(|at| at > now) {
            return;
        }
        let mut is_waiting = false;
        for (&assoc, line) in &mut self.lines {
            while let Some(parcel) = line.waiting.front() {
                if transport.send(assoc, parcel.outgoing()).is_err() {
                    is_waiting = true;
                    break;
                }
                line.octets -= parcel.octets().len();
                line.waiting.pop_front();
            }
        }
        self.retry_at = is_waiting.then(|| now + RETRY);
    }

    /// Returns the time of the next [`timeout`](Self::timeout) call.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.retry_at
    }

    /// Shuts a line down gracefully; a line of datagrams ends at once.
    pub(super) fn shutdown(&mut self, assoc: AssocId, transport: &mut dyn Transport) {
        if self.has_datagrams(assoc) {
            return;
        }
        if let Err(error) = transport.shutdown(assoc) {
            tracing::warn!("association {} not shut down: {error}", assoc.0);
        }
    }

    /// Ends a line at once.
    pub(super) fn abort(&mut self, assoc: AssocId, transport: &mut dyn Transport) {
        if !self.has_datagrams(assoc) {
            transport.abort(assoc);
        }
        self.forget(assoc, transport);
    }

    /// Removes a line that ended. Returns its unsent user messages, the oldest first.
    pub(super) fn forget(&mut self, assoc: AssocId, transport: &mut dyn Transport) -> Vec<Message> {
        let Some(line) = self.lines.remove(&assoc) else {
            return Vec::new();
        };
        transport.close(line.port);
        line.waiting
            .into_iter()
            .filter_map(|parcel| match parcel {
                Parcel::Asap { .. } => None,
                Parcel::Data(message) => Some(message),
            })
            .collect()
    }
}
