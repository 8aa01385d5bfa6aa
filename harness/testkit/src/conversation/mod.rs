//! Rules between the messages of a capture: answers to requests, identities, PE checksums.
//!
//! A caller passes every message of a capture to [`Judge`], in order; it returns findings by frame. A captured
//! message may have been lost, or have arrived late by a retransmission; a capture may begin late and lack
//! frames; a multi-homed peer has many addresses. So a finding has the requirement's level only if no loss can
//! explain it. If a loss can, it is a deviation, or there is no finding.

mod answers;
mod checksum;
mod flow;
mod reports;
mod servers;
mod takeover;
#[cfg(test)]
mod tests;

use crate::monitor::Finding;
use answers::{Pending, Topic};
use checksum::Ledger;
pub(crate) use checksum::pe_checksum;
use flow::Flow;
use reports::Reports;
use rspcheck_dissect::{Dissection, Protocol};
use rspcheck_spec::ReqId;
use rspcheck_spec::ixit::Timers;
use rspcheck_spec::verdict::Level;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;
use takeover::Takeovers;

/// Limit on the associations followed at a time. At the limit, the half that was silent longest is dropped.
const ASSOCIATION_LIMIT: usize = 8192;
/// Limit on the topics and pools remembered, over all associations.
const TOPIC_LIMIT: usize = 262_144;
/// Limit on the unanswered requests of all associations. Further requests are not followed.
const PENDING_LIMIT: usize = 65_536;

/// Position that SCTP gave a message in its direction of the association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Stream.
    pub stream: u16,
    /// Stream sequence number, or Message Identifier.
    pub number: u32,
    /// TSN of its first chunk.
    pub tsn: u32,
    /// True if the message was sent unordered.
    pub unordered: bool,
}

/// Association and direction of a user message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Association; 0 for datagrams.
    pub assoc: u64,
    /// Verification tag, which identifies the direction: all messages of a direction have the same, for any of the
    /// sender's addresses.
    pub way: u64,
    /// Position in SCTP's order; `None` over TCP, which keeps the order itself.
    pub order: Option<Order>,
}

/// One message of a capture.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Frame that completed it.
    pub frame: u64,
    /// Time of that frame.
    pub time: Duration,
    /// Association and direction.
    pub carried: Carried,
    /// Sender and receiver, where the capture has addresses.
    pub ends: Option<(SocketAddr, SocketAddr)>,
    /// ASAP or ENRP.
    pub protocol: Protocol,
    /// The message.
    pub dissection: &'a Dissection,
}

/// Finding with the frame that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Frame.
    pub frame: u64,
    /// The finding.
    pub finding: Finding,
}

/// Returns every requirement that a [`Judge`] can find broken.
pub fn judged() -> impl Iterator<Item = ReqId> {
    answers::judged()
        .chain(servers::JUDGED.iter().copied())
        .chain(checksum::JUDGED.iter().copied())
        .chain(reports::JUDGED.iter().copied())
        .chain(takeover::JUDGED.iter().copied())
}

/// Messages that one end of an association sent.
#[derive(Default)]
struct Side {
    flow: Flow,
    /// Time of its last message.
    heard: Option<Duration>,
    /// Sending Server's ID of its ENRP messages.
    server: Option<u32>,
    /// Server Identifier of its ASAP messages.
    registrar: Option<u32>,
    pending: VecDeque<Pending>,
    /// Time at which its pending requests are checked next.
    due: Option<Duration>,
    /// All its requests, by topic.
    asked: BTreeMap<Topic, answers::Asked>,
    /// True if it may have sent requests that are not in `asked`.
    unclear: bool,
    /// Pools that it registered a PE in.
    pools: BTreeSet<Vec<u8>>,
}

/// Association of a capture.
#[derive(Default)]
struct Association {
    /// True if the capture has its setup.
    started: bool,
    /// True if a request was answered. Without the setup, only this shows that the directions belong together.
    paired: bool,
    /// Value of [`Judge::uses`] at its last use.
    used: u64,
    /// Verification tag of side 0.
    way: Option<u64>,
    sides: [Side; 2],
}

impl Association {
    fn side(&mut self, way: u64) -> usize {
        usize::from(*self.way.get_or_insert(way) != way)
    }

    /// Returns the association's share of [`TOPIC_LIMIT`].
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

/// Judge of the messages of a capture.
pub struct Judge {
    timers: Timers,
    associations: BTreeMap<u64, Association>,
    topics: usize,
    pending: usize,
    uses: u64,
    /// Time at which each server last sent each type of answer, on any association.
    last_sent: BTreeMap<(u32, u8), Duration>,
    ledger: Ledger,
    reports: Reports,
    takeovers: Takeovers,
    found: Vec<Judged>,
    last: Duration,
    /// Number of requests that were answered in time.
    pub answered: u64,
    /// Number of requests whose answer the capture cannot show, because it or the association ended first.
    pub open: u64,
    /// Number of PE checksums that were compared.
    pub checksums: u64,
}

impl Judge {
    /// Returns a judge that derives deadlines from these timers.
    pub fn new(timers: Timers) -> Judge {
        Judge {
            timers,
            associations: BTreeMap::new(),
            topics: 0,
            pending: 0,
            uses: 0,
            last_sent: BTreeMap::new(),
            ledger: Ledger::default(),
            reports: Reports::default(),
            takeovers: Takeovers::default(),
            found: Vec::new(),
            last: Duration::ZERO,
            answered: 0,
            open: 0,
            checksums: 0,
        }
    }

    /// Returns true if the judge needs messages of this type. A caller need not dissect others.
    pub fn needs(protocol: Protocol, message_type: Option<u8>) -> bool {
        match protocol {
            // Announcements are datagrams; cookies and business cards pass between PE and PU.
            Protocol::Asap => !matches!(message_type, None | Some(0x00 | 0x0a..=0x0d | 0x0f..)),
            Protocol::Enrp => true,
        }
    }

    /// Returns and removes the findings since the last call.
    pub fn take(&mut self) -> Vec<Judged> {
        std::mem::take(&mut self.found)
    }

    /// Notes that the capture has the association's setup, so that no earlier message exists.
    pub fn association_begins(&mut self, assoc: u64) {
        let association = self.association(assoc);
        association.started |= association.way.is_none();
    }

    /// Notes a user message of another protocol, or of a type that the judge does not need.
    pub fn passed_by(&mut self, carried: Carried) {
        if carried.assoc != 0 {
            let association = self.association(carried.assoc);
            let (started, side) = (association.started, association.side(carried.way));
            association.sides[side].flow.take(carried.order, started);
        }
    }

    /// Judges the next message.
    pub fn message(&mut self, seen: Seen<'_>) {
        self.last = self.last.max(seen.time);
        let assoc = seen.carried.assoc;
        let mut side = None;
        if assoc != 0 {
            self.passed_by(seen.carried);
            let association = self.association(assoc);
            let from = association.side(seen.carried.way);
            association.sides[from].heard = Some(seen.time);
            for asked in &mut association.sides[1 - from].pending {
                asked.alive |= asked.asked < seen.time && seen.time <= asked.deadline;
            }
            side = Some(from);
            self.settle(assoc, false);
            self.answers(seen, from);
            self.asks(seen, from);
            self.reports(seen);
        }
        self.takeover(seen);
        self.server(seen, side);
        if seen.protocol == Protocol::Enrp || seen.dissection.message_type() == Some(0x07) {
            self.checksum(seen, side);
        }
    }

    /// Ends an association that was closed, or of which the capture lacks a part: no answer is expected any more.
    pub fn association_ended(&mut self, assoc: u64) {
        self.settle(assoc, true);
        self.reports.association_ended(assoc);
        self.takeovers.association_ended(assoc);
        if let Some(association) = self.associations.remove(&assoc) {
            self.topics -= association.topics();
            self.pending -= association.pending();
        }
        self.ledger.association_ended(assoc);
    }

    /// Ends all associations at the end of the capture.
    pub fn finish(&mut self) {
        while let Some((assoc, _)) = self.associations.first_key_value() {
            self.association_ended(*assoc);
        }
    }

    fn association(&mut self, assoc: u64) -> &mut Association {
        if !self.associations.contains_key(&assoc) && self.associations.len() >= ASSOCIATION_LIMIT {
            let mut oldest: Vec<_> = self
                .associations
                .iter()
                .map(|(assoc, association)| (association.used, *assoc))
                .collect();
            oldest.sort_unstable();
            oldest.truncate(ASSOCIATION_LIMIT / 2);
            oldest
                .into_iter()
                .for_each(|(_, assoc)| self.association_ended(assoc));
        }
        self.uses += 1;
        let association = self.associations.entry(assoc).or_default();
        association.used = self.uses;
        association
    }

    fn report(
        &mut self,
        monitor: &'static str,
        requirement: ReqId,
        level: Option<Level>,
        frame: u64,
        note: String,
    ) {
        let counts = requirement.requirement().counts_as();
        let level = level.map_or(counts, |level| level.max(counts));
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
