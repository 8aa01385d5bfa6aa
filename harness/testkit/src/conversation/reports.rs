//! Reports about unreachable PEs: the registrar sends the reported PE a keep-alive at once (RFC 5352 §3.5).
//!
//! A keep-alive that SCTP could not send yet is not in the capture. So a report is judged only if the PE had answered
//! everything that the registrar sent it, and while the PE's association is there. A registrar that limits its
//! keep-alives to one in a second follows RFC 5352 §9.1.

use super::{Judge, Seen, handle, number};
use rspcheck_dissect::Protocol;
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// Limit on the PEs whose association is remembered. Reports about further PEs are not judged.
const PE_LIMIT: usize = 65_536;
/// Limit on the reports that wait for their keep-alive. Further reports are not judged.
const REPORT_LIMIT: usize = 4096;
/// Time in which the keep-alive is sent. The RFC requires it "immediately"; this is longer than any processing takes.
const AT_ONCE: Duration = Duration::from_secs(5);
/// Time for which an earlier keep-alive takes the place of another one (RFC 5352 §9.1).
const RATE: Duration = Duration::from_secs(1);

pub(super) const JUDGED: &[ReqId] = &[R5352_3_5_6];

/// PE at a registrar, which is known by the address of its end of the PE's association.
type Key = (SocketAddr, Vec<u8>, u32);

/// Report that no keep-alive has followed yet.
struct Report {
    frame: u64,
    time: Duration,
    /// Association of the sender of the report.
    by: u64,
    /// Association of the PE.
    home: u64,
    registrar: SocketAddr,
    handle: Vec<u8>,
    /// True once a later request of the same sender was answered, which shows that the report has arrived.
    arrived: bool,
}

/// Registrar's side of the association of a PE.
#[derive(Default)]
struct Talk {
    /// Time of the last keep-alive, by pool.
    keep_alives: BTreeMap<Vec<u8>, Duration>,
    /// True while the registrar's last message has no answer of the PE.
    open: bool,
}

/// Reports and the PEs that they can be about.
#[derive(Default)]
pub(super) struct Reports {
    homes: BTreeMap<Key, u64>,
    talks: BTreeMap<u64, Talk>,
    waiting: Vec<Report>,
}

impl Reports {
    pub(super) fn association_ended(&mut self, assoc: u64) {
        if self.talks.remove(&assoc).is_some() {
            self.homes.retain(|_, home| *home != assoc);
        }
        self.waiting.retain(|report| report.home != assoc);
    }

    /// Notes the answer to a request that was sent on this association at `asked`.
    pub(super) fn answered(&mut self, assoc: u64, asked: Duration) {
        for report in &mut self.waiting {
            report.arrived |= report.by == assoc && report.time < asked;
        }
    }
}

impl Judge {
    pub(super) fn reports(&mut self, seen: Seen<'_>) {
        let (Some((from, to)), Protocol::Asap) = (seen.ends, seen.protocol) else {
            return;
        };
        let d = seen.dissection;
        let assoc = seen.carried.assoc;
        self.overdue(from, seen.time);
        // A malformed keep-alive is one all the same; its defects are findings of their own.
        if !d.well_formed() && d.message_type() != Some(0x07) {
            return;
        }
        let id = number(d, "pe-identifier").or_else(|| number(d, "pool-element/pe-identifier"));
        let pe = handle(d).zip(id);
        let reports = &mut self.reports;
        match (d.message_type(), pe) {
            (Some(0x03), Some((handle, id))) if !d.flag('R') && reports.homes.len() < PE_LIMIT => {
                reports.homes.insert((from, handle, id), assoc);
                reports.talks.entry(assoc).or_default();
            }
            (Some(0x02), Some((handle, id))) => _ = reports.homes.remove(&(to, handle, id)),
            (Some(0x04), Some((handle, id))) => _ = reports.homes.remove(&(from, handle, id)),
            (Some(0x08), _) => {
                if let Some(talk) = reports.talks.get_mut(&assoc) {
                    talk.open = false;
                }
            }
            (Some(0x09), Some((handle, id))) => reports.take(seen, to, handle, id),
            (Some(0x07), _) => {
                if let (Some(talk), Some(handle)) = (reports.talks.get_mut(&assoc), handle(d)) {
                    reports
                        .waiting
                        .retain(|report| report.home != assoc || report.handle != handle);
                    talk.keep_alives.insert(handle, seen.time);
                    talk.open = true;
                }
            }
            _ => {}
        }
    }

    /// Judges the reports to a registrar that is alive at `time`.
    fn overdue(&mut self, registrar: SocketAddr, time: Duration) {
        let due = |report: &mut Report| {
            report.registrar == registrar && report.arrived && time > report.time + AT_ONCE
        };
        let late: Vec<Report> = self.reports.waiting.extract_if(.., due).collect();
        for report in late {
            self.unfollowed(&report);
        }
    }

    fn unfollowed(&mut self, report: &Report) {
        let note = format!(
            "no ASAP_ENDPOINT_KEEP_ALIVE to the reported PE followed within {} s",
            AT_ONCE.as_secs()
        );
        self.report(
            "monitor/report-is-followed",
            R5352_3_5_6,
            None,
            report.frame,
            note,
        );
    }
}

impl Reports {
    fn take(&mut self, seen: Seen<'_>, registrar: SocketAddr, handle: Vec<u8>, id: u32) {
        let key = (registrar, handle, id);
        let Some(home) = self.homes.get(&key).copied() else {
            return;
        };
        let (_, handle, _) = key;
        let Some(talk) = self.talks.get(&home) else {
            return;
        };
        let recent = talk
            .keep_alives
            .get(&handle)
            .is_some_and(|time| *time + RATE > seen.time);
        if !talk.open && !recent && self.waiting.len() < REPORT_LIMIT {
            self.waiting.push(Report {
                frame: seen.frame,
                time: seen.time,
                by: seen.carried.assoc,
                home,
                registrar,
                handle,
                arrived: false,
            });
        }
    }
}
