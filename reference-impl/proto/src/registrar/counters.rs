//! Counters of a registrar. They only grow. They are plain fields, as every message is counted.

use rsp_wire::{CauseCode, asap, enrp};

use super::enrp::Log as EnrpLog;
use super::{Departure, Limit, Log};
use crate::log::Inbound;

/// All counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// ASAP messages received, by type, including those dropped unread.
    pub asap_in: PerType,
    /// ASAP messages sent.
    pub asap_out: PerType,
    /// ENRP messages received.
    pub enrp_in: PerType,
    /// ENRP messages sent, or waiting for their association to come up.
    pub enrp_out: PerType,
    /// Causes of rejected registrations.
    pub registrations_rejected: PerCause,
    /// Causes of refused de-registrations.
    pub deregistrations_refused: PerCause,
    /// Causes of negative handle resolutions.
    pub resolutions_refused: PerCause,
    /// Registrations of PEs that were new.
    pub registered: u64,
    /// Registrations of PEs that were known.
    pub reregistered: u64,
    /// PEs that left, by reason.
    pub departed: PerDeparture,
    /// Associations that came up.
    pub associations: u64,
    /// TCP connections shut down because no message came.
    pub idle: u64,
    /// Messages that could not be decoded.
    pub malformed: u64,
    /// Messages with parameters that were skipped and reported.
    pub parameters_reported: u64,
    /// ASAP_ERROR and ENRP_ERROR received.
    pub errors_reported: u64,
    /// Messages that are not for a registrar, or came over the wrong kind of association.
    pub out_of_place: u64,
    /// Messages that do not fit their format and were not sent.
    pub not_sent: u64,
    /// Announcements sent.
    pub announcements: u64,
    /// Datagrams on the multicast channel that were no announcements.
    pub bad_datagrams: u64,
    /// Reports of unreachable PEs about PEs in the handlespace.
    pub reports: u64,
    /// Updates sent to subscribers.
    pub updates: u64,
    /// Peers found.
    pub peers_found: u64,
    /// Peers that were probed.
    pub peers_probed: u64,
    /// Peers considered dead.
    pub peers_dead: u64,
    /// Takeovers, by this registrar or a peer.
    pub takeovers: u64,
    /// PEs that changed their Home by takeovers.
    pub elements_taken_over: u64,
    /// Checksums of peers that differ from this registrar's: audits begun.
    pub audits: u64,
    /// Audits completed.
    pub audits_done: u64,
    /// Audits given up.
    pub audits_failed: u64,
    /// PEs purged by audits.
    pub elements_purged: u64,
    /// Responses to table requests sent, rejections included.
    pub table_parts: u64,
    /// Download sessions that ended because the peer sent no further request.
    pub sessions_expired: u64,
    /// Number of times that each limit was reached.
    hits: PerLimit,
}

impl Counters {
    /// Returns the number of times that a limit was reached.
    pub fn hits(&self, limit: Limit) -> u64 {
        self.hits.0[limit as usize]
    }

    pub(super) fn hit(&mut self, limit: Limit) {
        self.hits.0[limit as usize] += 1;
    }

    /// Counts a log entry, so that no procedure has to both log and count.
    pub(super) fn note(&mut self, log: &Log) {
        match log {
            Log::Up { .. } => self.associations += 1,
            Log::Idle { .. } => self.idle += 1,
            Log::Refused { limit, .. } => {
                if let Some(limit) = limit {
                    self.hit(*limit);
                }
            }
            Log::Registered { again: false, .. } => self.registered += 1,
            Log::Registered { again: true, .. } => self.reregistered += 1,
            Log::Rejected { causes, .. } => self.registrations_rejected.add(causes),
            Log::DeregistrationRefused { causes, .. } => self.deregistrations_refused.add(causes),
            Log::Left { how, .. } => self.departed.0[*how as usize] += 1,
            Log::NotResolved { cause, .. } => self.resolutions_refused.add(&[*cause]),
            Log::Reported { .. } | Log::ReportedElsewhere { .. } => self.reports += 1,
            Log::Inbound(log) => self.note_inbound(log),
            Log::NotEncoded { .. } => self.not_sent += 1,
            Log::Enrp(log) => self.note_enrp(log),
            // Counted where it happens, or not counted.
            Log::Down { .. }
            | Log::Resolved { .. }
            | Log::UnknownElement { .. }
            | Log::Flooded { .. }
            | Log::ServerHeard { .. }
            | Log::ServerSilent { .. } => {}
        }
    }

    fn note_inbound(&mut self, log: &Inbound) {
        match log {
            Inbound::TooLarge { .. } => self.hit(Limit::Message),
            Inbound::Malformed { .. } => self.malformed += 1,
            Inbound::ParametersReported { .. } => self.parameters_reported += 1,
            Inbound::ErrorReported { .. } => self.errors_reported += 1,
            Inbound::OutOfPlace { .. } => self.out_of_place += 1,
            Inbound::BadDatagram { .. } => self.bad_datagrams += 1,
        }
    }

    fn note_enrp(&mut self, log: &EnrpLog) {
        match log {
            EnrpLog::PeerFound { .. } => self.peers_found += 1,
            EnrpLog::PeerNotTaken { .. } => self.hit(Limit::Peers),
            EnrpLog::PeerProbed { .. } => self.peers_probed += 1,
            EnrpLog::PeerDead { .. } => self.peers_dead += 1,
            EnrpLog::TakenOver { elements, .. } => {
                self.takeovers += 1;
                self.elements_taken_over += *elements as u64;
            }
            EnrpLog::Mismatch { .. } => self.audits += 1,
            EnrpLog::Synchronized { purged, .. } => {
                self.audits_done += 1;
                self.elements_purged += *purged as u64;
            }
            EnrpLog::NotSynchronized { .. } => self.audits_failed += 1,
            EnrpLog::SessionExpired { .. } => self.sessions_expired += 1,
            EnrpLog::NoRoom { limit, .. } => self.hit(*limit),
            EnrpLog::Misdirected { .. } | EnrpLog::Unexpected { .. } => self.out_of_place += 1,
            EnrpLog::NotEncoded { .. } => self.not_sent += 1,
            _ => {}
        }
    }
}

/// Messages by type. Those without an assigned type are counted under 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerType([u64; 16]);

impl PerType {
    pub(super) fn count(&mut self, octets: &[u8]) {
        let kind = usize::from(octets.first().copied().unwrap_or(0));
        let kind = if kind < self.0.len() { kind } else { 0 };
        self.0[kind] += 1;
    }

    /// Returns the number of messages of an assigned type.
    pub fn of(&self, message_type: u8) -> u64 {
        self.0.get(usize::from(message_type)).copied().unwrap_or(0)
    }

    /// Returns the number for each type of ASAP, by the RFC's name, and for `other`.
    pub fn asap(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.named(|kind| asap::MessageType(kind).name())
    }

    /// Returns the number for each type of ENRP, by the RFC's name, and for `other`.
    pub fn enrp(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.named(|kind| enrp::MessageType(kind).name())
    }

    /// Returns the number of all messages.
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    fn named(
        &self,
        name: impl Fn(u8) -> Option<&'static str>,
    ) -> impl Iterator<Item = (&'static str, u64)> {
        let known = self.0.iter().enumerate().skip(1);
        let mut named: Vec<_> = known
            .filter_map(|(kind, &count)| Some((name(u8::try_from(kind).ok()?)?, count)))
            .collect();
        let of_known: u64 = named.iter().map(|(_, count)| count).sum();
        named.push(("other", self.sum() - of_known));
        named.into_iter()
    }
}

/// Refusals by cause. A refusal for two causes counts twice; a cause without a name counts as unspecified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerCause([u64; 11]);

impl PerCause {
    fn add(&mut self, causes: &[CauseCode]) {
        for cause in causes {
            let code = usize::from(cause.0);
            let code = if code < self.0.len() { code } else { 0 };
            self.0[code] += 1;
        }
    }

    /// Returns each cause with the number of refusals.
    pub fn iter(&self) -> impl Iterator<Item = (CauseCode, u64)> + '_ {
        (0..).map(CauseCode).zip(self.0.iter().copied())
    }

    /// Returns the number for all causes together.
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// PEs that left, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerDeparture([u64; Departure::ALL.len()]);

impl PerDeparture {
    /// Returns each reason with the number of PEs that left for it.
    pub fn iter(&self) -> impl Iterator<Item = (Departure, u64)> + '_ {
        Departure::ALL.into_iter().zip(self.0.iter().copied())
    }

    /// Returns the number of PEs that left for this reason.
    pub fn of(&self, how: Departure) -> u64 {
        self.0[how as usize]
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PerLimit([u64; Limit::ALL.len()]);
