//! Messages that a stack had no room for, in order per association.
//!
//! Stacks do not report when there is room again, so the drivers retry at [`Outbox::deadline`].

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Bound;
use std::time::Duration;

use rsp_proto::ENRP_PPID;
use rsp_transport::{AssocId, Outgoing, Transport};

use crate::warnings::Warnings;

/// Default limit on the octets that wait for one association.
pub(crate) const MAX_BACKLOG: usize = 1 << 20;
/// Time until the retry of a full send queue.
const RETRY: Duration = Duration::from_millis(20);
/// Most messages of one retry. The others follow at once, after the events that have come meanwhile.
const MESSAGES_PER_RETRY: usize = 256;

/// The waiting messages by association.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// Most octets that wait for one association.
    limit: usize,
    /// The same for an association of ENRP.
    peer_limit: usize,
    waiting: BTreeMap<AssocId, Backlog>,
    retry_at: Option<Duration>,
    /// The association at which a retry stopped; the next one goes on behind it.
    retried: Option<AssocId>,
    warnings: Warnings,
}

/// The association was aborted because its peer does not read; no event of the stack follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GivenUp;

#[derive(Debug, Default)]
struct Backlog {
    messages: VecDeque<Waiting>,
    octets: usize,
    /// True if the association is to be shut down after its last message.
    is_last: bool,
}

#[derive(Debug)]
struct Waiting {
    stream: u16,
    ppid: u32,
    octets: Vec<u8>,
}

impl Waiting {
    fn send(&self, assoc: AssocId, transport: &mut dyn Transport) -> io::Result<()> {
        let message = Outgoing {
            stream: self.stream,
            ppid: self.ppid,
            unordered: false,
            octets: &self.octets,
        };
        transport.send(assoc, message)
    }
}

impl Default for Outbox {
    fn default() -> Self {
        Self::new(MAX_BACKLOG)
    }
}

impl Outbox {
    /// Returns an empty outbox. It aborts an association when more than `limit` octets wait for it.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            peer_limit: limit,
            waiting: BTreeMap::new(),
            retry_at: None,
            retried: None,
            warnings: Warnings::default(),
        }
    }

    /// Sets the limit for peers, in octets: one event, such as the end of an association with many pool elements, may
    /// cause a message for each of them.
    pub(crate) fn with_peer_limit(self, peer_limit: usize) -> Self {
        Self { peer_limit, ..self }
    }

    /// Sends a message, or keeps it while the stack is full.
    pub(crate) fn send(
        &mut self,
        now: Duration,
        assoc: AssocId,
        stream: u16,
        ppid: u32,
        octets: Vec<u8>,
        transport: &mut dyn Transport,
    ) -> Result<(), GivenUp> {
        let message = Waiting {
            stream,
            ppid,
            octets,
        };
        if !self.waiting.contains_key(&assoc) {
            match message.send(assoc, transport) {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => {
                    // The association has ended, and an event reports that; the message has no reader.
                    let why = format_args!("association {}: {error}", assoc.0);
                    self.warnings.log(now, why);
                    return Ok(());
                }
            }
        }
        let limit = match ppid {
            ENRP_PPID => self.peer_limit,
            _ => self.limit,
        };
        let backlog = self.waiting.entry(assoc).or_default();
        backlog.octets += message.octets.len();
        backlog.messages.push_back(message);
        self.retry_at.get_or_insert(now + RETRY);
        if backlog.octets <= limit {
            return Ok(());
        }
        let why = format_args!("association {}: its peer does not read, aborted", assoc.0);
        self.warnings.log(now, why);
        self.forget(assoc);
        transport.abort(assoc);
        Err(GivenUp)
    }

    /// Retries the waiting messages, if it is time.
    pub(crate) fn timeout(&mut self, now: Duration, transport: &mut dyn Transport) {
        if self.retry_at.is_none_or(|at| at > now) {
            return;
        }
        let mut left = MESSAGES_PER_RETRY;
        let mut last = self.retried.take();
        while let Some(assoc) = self.after(last) {
            if left == 0 {
                self.retried = last;
                self.retry_at = Some(now);
                return;
            }
            last = Some(assoc);
            if !self.retry(now, assoc, &mut left, transport) {
                self.waiting.remove(&assoc);
            }
        }
        self.retry_at = (!self.waiting.is_empty()).then(|| now + RETRY);
    }

    /// Returns the association behind this one, or the first.
    fn after(&self, last: Option<AssocId>) -> Option<AssocId> {
        let behind = last.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = self.waiting.range((behind, Bound::Unbounded));
        rest.next().map(|(&assoc, _)| assoc)
    }

    /// Retries up to `left` messages of an association. Returns true if any are left.
    fn retry(
        &mut self,
        now: Duration,
        assoc: AssocId,
        left: &mut usize,
        transport: &mut dyn Transport,
    ) -> bool {
        let Some(backlog) = self.waiting.get_mut(&assoc) else {
            return false;
        };
        while let Some(message) = backlog.messages.front() {
            if *left == 0 {
                return true;
            }
            *left -= 1;
            match message.send(assoc, transport) {
                Ok(()) => {
                    backlog.octets -= message.octets.len();
                    backlog.messages.pop_front();
                }
                Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
            }
        }
        if backlog.is_last {
            shutdown(now, assoc, transport, &mut self.warnings);
        }
        false
    }

    /// Shuts an association down after its last waiting message.
    pub(crate) fn shutdown(
        &mut self,
        now: Duration,
        assoc: AssocId,
        transport: &mut dyn Transport,
    ) {
        match self.waiting.get_mut(&assoc) {
            Some(backlog) => backlog.is_last = true,
            None => shutdown(now, assoc, transport, &mut self.warnings),
        }
    }

    /// Returns the time of the next [`timeout`](Self::timeout) call.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.retry_at
    }

    /// Returns the octets that wait for all associations together.
    pub(crate) fn octets(&self) -> usize {
        self.waiting.values().map(|backlog| backlog.octets).sum()
    }

    /// Returns the octets that wait for the association with most of them.
    pub(crate) fn longest(&self) -> usize {
        let octets = self.waiting.values().map(|backlog| backlog.octets);
        octets.max().unwrap_or(0)
    }

    /// Drops the messages of an association that ended or restarted.
    pub(crate) fn forget(&mut self, assoc: AssocId) {
        self.waiting.remove(&assoc);
    }
}

fn shutdown(now: Duration, assoc: AssocId, transport: &mut dyn Transport, warnings: &mut Warnings) {
    if let Err(error) = transport.shutdown(assoc) {
        let why = format_args!("association {} not shut down: {error}", assoc.0);
        warnings.log(now, why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsp_transport::{Caps, Local, LocalPort, Peer};
    use std::net::SocketAddr;

    /// A stack with room for this number of messages.
    #[derive(Default)]
    struct Narrow {
        room: usize,
        sent: Vec<(u16, u32, Vec<u8>)>,
        aborted: Vec<AssocId>,
        shut_down: Vec<AssocId>,
    }

    impl Transport for Narrow {
        fn open(&mut self, _: &Local) -> io::Result<LocalPort> {
            Err(io::ErrorKind::Unsupported.into())
        }
        fn local_addrs(&self, _: LocalPort) -> Vec<SocketAddr> {
            Vec::new()
        }
        fn close(&mut self, _: LocalPort) {}
        fn connect(&mut self, _: LocalPort, _: &Peer) -> io::Result<AssocId> {
            Err(io::ErrorKind::Unsupported.into())
        }
        fn send(&mut self, _: AssocId, message: Outgoing<'_>) -> io::Result<()> {
            self.room = self
                .room
                .checked_sub(1)
                .ok_or(io::Error::from(io::ErrorKind::WouldBlock))?;
            self.sent
                .push((message.stream, message.ppid, message.octets.to_vec()));
            Ok(())
        }
        fn send_datagram(&mut self, _: LocalPort, _: SocketAddr, _: &[u8]) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }
        fn shutdown(&mut self, assoc: AssocId) -> io::Result<()> {
            self.shut_down.push(assoc);
            Ok(())
        }
        fn abort(&mut self, assoc: AssocId) {
            self.aborted.push(assoc);
        }
        fn caps(&self) -> Caps {
            Caps {
                multihoming: false,
                unordered_visible: false,
                max_message: MAX_BACKLOG,
            }
        }
        fn refused(&self) -> u64 {
            0
        }
    }

    const ASSOC: AssocId = AssocId(1);

    #[test]
    fn waiting_messages_keep_order_stream_and_ppid() {
        let mut outbox = Outbox::default();
        let mut stack = Narrow {
            room: 1,
            ..Narrow::default()
        };
        for n in 0..3 {
            let octets = vec![n as u8];
            let sent = outbox.send(
                Duration::ZERO,
                ASSOC,
                n,
                11 * u32::from(n),
                octets,
                &mut stack,
            );
            assert_eq!(sent, Ok(()));
        }
        assert_eq!(stack.sent.len(), 1);
        let at = outbox.deadline().expect("two messages wait");
        stack.room = 1;
        outbox.timeout(at - Duration::from_millis(1), &mut stack);
        assert_eq!(stack.sent.len(), 1, "it is not time");
        outbox.timeout(at, &mut stack);
        assert_eq!(stack.sent.len(), 2);
        outbox.shutdown(at, ASSOC, &mut stack);
        assert_eq!(stack.shut_down, [], "a message waits");
        stack.room = 5;
        outbox.timeout(outbox.deadline().expect("one waits"), &mut stack);
        let sent: Vec<_> = stack
            .sent
            .iter()
            .map(|&(stream, ppid, _)| (stream, ppid))
            .collect();
        assert_eq!(sent, [(0, 0), (1, 11), (2, 22)]);
        assert_eq!(outbox.deadline(), None);
        assert_eq!(stack.shut_down, [ASSOC]);
    }

    #[test]
    fn long_backlogs_are_sent_in_slices_in_turn() {
        let mut outbox = Outbox::default();
        let mut stack = Narrow::default();
        for number in 1..=2 {
            for _ in 0..MESSAGES_PER_RETRY {
                let assoc = AssocId(number);
                let sent =
                    outbox.send(Duration::ZERO, assoc, number as u16, 0, vec![0], &mut stack);
                assert_eq!(sent, Ok(()));
            }
        }
        stack.room = usize::MAX;
        let at = outbox.deadline().expect("they wait");
        outbox.timeout(at, &mut stack);
        assert_eq!(stack.sent.len(), MESSAGES_PER_RETRY);
        assert_eq!(outbox.deadline(), Some(at), "the rest follows at once");
        outbox.timeout(at, &mut stack);
        assert_eq!(stack.sent.len(), 2 * MESSAGES_PER_RETRY);
        outbox.timeout(at, &mut stack);
        assert_eq!(outbox.deadline(), None);
    }

    #[test]
    fn more_may_wait_for_a_peer() {
        let mut outbox = Outbox::new(3).with_peer_limit(5);
        let mut stack = Narrow::default();
        let mut send = |assoc, ppid| {
            let assoc = AssocId(assoc);
            outbox.send(Duration::ZERO, assoc, 0, ppid, vec![0], &mut stack)
        };
        assert!((0..3).all(|_| send(1, rsp_proto::ASAP_PPID).is_ok()));
        assert!((0..5).all(|_| send(2, ENRP_PPID).is_ok()));
        assert_eq!(send(1, rsp_proto::ASAP_PPID), Err(GivenUp));
        assert_eq!(send(2, ENRP_PPID), Err(GivenUp));
        assert_eq!(stack.aborted, [AssocId(1), AssocId(2)]);
    }

    #[test]
    fn peers_that_do_not_read_do_not_flood_the_log() {
        let mut outbox = Outbox::new(0);
        let mut stack = Narrow::default();
        let mut give_up = |number| {
            let assoc = AssocId(number);
            outbox.send(Duration::ZERO, assoc, 0, 0, vec![0], &mut stack)
        };
        assert!((0..150).all(|number| give_up(number) == Err(GivenUp)));
        assert_eq!(outbox.warnings.kept(), 50);
    }

    #[test]
    fn a_peer_that_does_not_read_is_given_up() {
        let mut outbox = Outbox::default();
        let mut stack = Narrow::default();
        let mut send = |octets| outbox.send(Duration::ZERO, ASSOC, 0, 0, octets, &mut stack);
        assert_eq!(send(vec![0; MAX_BACKLOG]), Ok(()));
        assert_eq!(send(vec![0]), Err(GivenUp));
        assert_eq!(stack.aborted, [ASSOC]);
        assert!(outbox.waiting.is_empty());
    }
}
