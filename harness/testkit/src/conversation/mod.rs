//! What must hold between the messages of a capture: answers, identities, PE checksums.
//!
//! [`Judge`] is fed every message of a capture in order and says what was broken, by frame. It judges only
//! what the capture shows. A captured message may never have arrived, or much later by a retransmission; a
//! capture may begin late and may lack frames; a multi-homed peer has many addresses. So a breach counts in
//! full only when no loss can explain it, and where that cannot be told it is a deviation or nothing.

mod answers;
mod checksum;
mod flow;
mod servers;
#[cfg(test)]
mod tests;

use crate::monitor::Finding;
use answers::{Pending, Topic};
use checksum::Ledger;
use flow::Flow;
use rspcheck_dissect::{Dissection, Protocol};
use rspcheck_spec::ReqId;
use rspcheck_spec::ixit::Timers;
use rspcheck_spec::verdict::Level;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// Associations followed at a time; then the half goes that was silent longest.
const ASSOCIATION_LIMIT: usize = 8192;
/// Servers, pools and requests remembered, over all associations.
const TOPIC_LIMIT: usize = 262_144;
/// Requests under way, over all associations; more are not followed.
const PENDING_LIMIT: usize = 65_536;

/// Where SCTP put a message in its direction of the association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Stream.
    pub stream: u16,
    /// Stream sequence number, or Message Identifier.
    pub number: u32,
    /// TSN of its first chunk.
    pub tsn: u32,
    /// Sent outside the stream's order.
    pub unordered: bool,
}

/// Whose user message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Association; 0 for datagrams.
    pub assoc: u64,
    /// The same number for every message of one direction, whatever addresses carried it, and another one for
    /// the other direction: the verification tag.
    pub way: u64,
    /// What SCTP tells; `None` over TCP, which keeps the order itself.
    pub order: Option<Order>,
}

/// One message of a capture.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Frame that completed it.
    pub frame: u64,
    /// Time of that frame.
    pub time: Duration,
    /// How it was carried.
    pub carried: Carried,
    /// ASAP or ENRP.
    pub protocol: Protocol,
    /// The message.
    pub dissection: &'a Dissection,
}

/// A breach, and the frame that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Frame.
    pub frame: u64,
    /// What.
    pub finding: Finding,
}

/// Every requirement that a [`Judge`] can find broken.
pub fn judged() -> impl Iterator<Item = ReqId> {
    answers::judged()
        .chain(servers::JUDGED.iter().copied())
        .chain(checksum::JUDGED.iter().copied())
}

/// What one end of an association sent.
#[derive(Default)]
struct Side {
    flow: Flow,
    heard: Option<Duration>,
    /// Sending Server's ID of its ENRP messages.
    server: Option<u32>,
    /// Server Identifier of its ASAP messages.
    registrar: Option<u32>,
    pending: VecDeque<Pending>,
    /// When a pending request is to be looked at next.
    due: Option<Duration>,
    /// What it ever asked.
    asked: BTreeMap<Topic, answers::Asked>,
    /// Its requests are not known in full.
    unclear: bool,
    /// Pools that it registered a PE in.
    pools: BTreeSet<Vec<u8>>,
}

/// An association.
#[derive(Default)]
struct Talk {
    /// Its setup is in the capture.
    started: bool,
    /// A request was answered: without the setup, the two directions could belong to different associations.
    paired: bool,
    /// Number of the message that used it last.
    used: u64,
    /// Way of side 0.
    way: Option<u64>,
    sides: [Side; 2],
}

impl Talk {
    fn side(&mut self, way: u64) -> usize {
        usize::from(*self.way.get_or_insert(way) != way)
    }

    /// What the association takes of [`TOPIC_LIMIT`].
    fn topics(&self) -> usize {
        self.sides
            .iter()
            .map(|side| side.asked.len() + side.pools.len())
            .sum()
    }

    fn pending(&self) -> usize {
        self.sides.iter().map(|side| side.pending.len()).sum()
    }
}

/// Follows a capture.
pub struct Judge {
    timers: Timers,
    talks: BTreeMap<u64, Talk>,
    topics: usize,
    pending: usize,
    uses: u64,
    /// When each server last gave an answer of each type, on whatever association.
    said: BTreeMap<(u32, u8), Duration>,
    ledger: Ledger,
    found: Vec<Judged>,
    last: Duration,
    /// Questions that were answered in time.
    pub answered: u64,
    /// Questions whose answer the capture cannot show: it or the association ended first.
    pub open: u64,
    /// PE checksums that were compared.
    pub checksums: u64,
}

impl Judge {
    /// A judge by these timers.
    pub fn new(timers: Timers) -> Judge {
        Judge {
            timers,
            talks: BTreeMap::new(),
            topics: 0,
            pending: 0,
            uses: 0,
            said: BTreeMap::new(),
            ledger: Ledger::default(),
            found: Vec::new(),
            last: Duration::ZERO,
            answered: 0,
            open: 0,
            checksums: 0,
        }
    }

    /// Whether the judge wants to see messages of this type; a caller need not dissect others.
    pub fn needs(protocol: Protocol, message_type: Option<u8>) -> bool {
        match protocol {
            // Announcements are datagrams; cookies and business cards pass between PE and PU.
            Protocol::Asap => !matches!(message_type, None | Some(0x00 | 0x0a..=0x0d | 0x0f..)),
            Protocol::Enrp => true,
        }
    }

    /// What was found since the last call.
    pub fn take(&mut self) -> Vec<Judged> {
        std::mem::take(&mut self.found)
    }

    /// The association's setup is in the capture, so nothing was sent on it before.
    pub fn association_begins(&mut self, assoc: u64) {
        let talk = self.talk(assoc);
        talk.started |= talk.way.is_none();
    }

    /// A user message that the judge does not look into: of neither protocol, or of a type it does not need.
    pub fn passed_by(&mut self, carried: Carried) {
        if carried.assoc != 0 {
            let talk = self.talk(carried.assoc);
            let (started, side) = (talk.started, talk.side(carried.way));
            talk.sides[side].flow.take(carried.order, started);
        }
    }

    /// The next message.
    pub fn message(&mut self, seen: Seen<'_>) {
        self.last = self.last.max(seen.time);
        let assoc = seen.carried.assoc;
        let mut side = None;
        if assoc != 0 {
            self.passed_by(seen.carried);
            let talk = self.talk(assoc);
            let from = talk.side(seen.carried.way);
            talk.sides[from].heard = Some(seen.time);
            side = Some(from);
            self.settle(assoc, false);
            self.answers(seen, from);
            self.asks(seen, from);
        }
        self.server(seen, side);
        if seen.protocol == Protocol::Enrp || seen.dissection.message_type() == Some(0x07) {
            self.checksum(seen, side);
        }
    }

    /// The association is gone, or part of it is not in the capture: nothing more can be expected on it.
    pub fn association_ended(&mut self, assoc: u64) {
        self.settle(assoc, true);
        if let Some(talk) = self.talks.remove(&assoc) {
            self.topics -= talk.topics();
            self.pending -= talk.pending();
        }
        self.ledger.association_ended(assoc);
    }

    /// The capture is over.
    pub fn finish(&mut self) {
        while let Some((assoc, _)) = self.talks.first_key_value() {
            self.association_ended(*assoc);
        }
    }

    fn talk(&mut self, assoc: u64) -> &mut Talk {
        if !self.talks.contains_key(&assoc) && self.talks.len() >= ASSOCIATION_LIMIT {
            let mut oldest: Vec<_> = self
                .talks
                .iter()
                .map(|(assoc, talk)| (talk.used, *assoc))
                .collect();
            oldest.sort_unstable();
            oldest.truncate(ASSOCIATION_LIMIT / 2);
            oldest
                .into_iter()
                .for_each(|(_, assoc)| self.association_ended(assoc));
        }
        self.uses += 1;
        let talk = self.talks.entry(assoc).or_default();
        talk.used = self.uses;
        talk
    }

    fn report(
        &mut self,
        monitor: &'static str,
        requirement: ReqId,
        level: Option<Level>,
        frame: u64,
        note: String,
    ) {
        let level = level.unwrap_or_else(|| requirement.requirement().level);
        self.found.push(Judged {
            frame,
            finding: Finding::new(monitor, requirement, level, note),
        });
    }
}

fn number(d: &Dissection, path: &str) -> Option<u32> {
    d.number(path).map(|n| n as u32)
}

fn handle(d: &Dissection) -> Option<Vec<u8>> {
    d.value("pool-handle")
        .and_then(|v| v.octets().map(<[u8]>::to_vec))
}
