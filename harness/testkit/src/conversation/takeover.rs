//! Takeovers: the initiator that has won announces it before it claims PEs (RFC 5353 §3.5.2).

use super::{Judge, Seen, number};
use rspcheck_dissect::Protocol;
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;
use std::collections::{BTreeMap, BTreeSet};

/// Limit on the takeovers that are followed at a time.
const LIMIT: usize = 1024;

pub(super) const JUDGED: &[ReqId] = &[R5353_3_5_2_1];

/// Takeovers that an ACK shows to be under way, by initiator: its targets and the acknowledging peers' associations.
#[derive(Default)]
pub(super) struct Takeovers {
    acked: BTreeMap<u32, Acked>,
}

#[derive(Default)]
struct Acked {
    targets: BTreeSet<u32>,
    /// Associations on which an ACK came.
    peers: BTreeSet<u64>,
}

impl Takeovers {
    /// Forgets takeovers of which an announcement could have been sent on an association that is gone.
    pub(super) fn association_ended(&mut self, assoc: u64) {
        self.acked
            .retain(|_, acked| acked.peers.iter().all(|peer| *peer != assoc));
    }
}

impl Judge {
    pub(super) fn takeover(&mut self, seen: Seen<'_>) {
        let d = seen.dissection;
        // Defects of a claim are findings of their own.
        if !d.well_formed() && (seen.protocol == Protocol::Enrp || !d.flag('H')) {
            return;
        }
        let sender = number(d, "sender-server-id");
        match (seen.protocol, d.message_type()) {
            (Protocol::Enrp, Some(0x08)) => self.takeover_acked(seen),
            // The target is back, or the initiator has announced the takeover.
            (Protocol::Enrp, Some(0x01)) => {
                if let Some(sender) = sender {
                    self.takeovers
                        .acked
                        .retain(|_, acked| !acked.targets.contains(&sender));
                }
            }
            (Protocol::Enrp, Some(0x09)) => {
                if let Some(sender) = sender {
                    self.takeovers.acked.remove(&sender);
                }
            }
            (Protocol::Asap, Some(0x07)) if d.flag('H') => self.takeover_claimed(seen),
            _ => {}
        }
    }

    fn takeover_acked(&mut self, seen: Seen<'_>) {
        let d = seen.dissection;
        let (Some(initiator), Some(target)) = (
            number(d, "receiver-server-id").filter(|id| *id != 0),
            number(d, "targeting-server-id"),
        ) else {
            return;
        };
        let Some(association) = self.associations.get(&seen.carried.assoc) else {
            return;
        };
        let complete = association.started && association.sides.iter().all(|s| s.flow.complete());
        let acked = &mut self.takeovers.acked;
        if complete && (acked.len() < LIMIT || acked.contains_key(&initiator)) {
            let entry = acked.entry(initiator).or_default();
            entry.targets.insert(target);
            entry.peers.insert(seen.carried.assoc);
        }
    }

    /// Judges a keep-alive with the H flag, by which an initiator claims a PE.
    fn takeover_claimed(&mut self, seen: Seen<'_>) {
        let Some(initiator) = number(seen.dissection, "server-identifier") else {
            return;
        };
        let Some(acked) = self.takeovers.acked.remove(&initiator) else {
            return;
        };
        let complete = acked.peers.iter().all(|assoc| {
            let association = self.associations.get(assoc);
            association.is_some_and(|a| a.sides.iter().all(|side| side.flow.complete()))
        });
        if complete {
            let targets: Vec<String> = acked
                .targets
                .iter()
                .map(|id| format!("{id:#010x}"))
                .collect();
            let note = format!(
                "{initiator:#010x} claims a PE after the takeover of {} was acknowledged, without an \
                 ENRP_TAKEOVER_SERVER before it",
                targets.join(", ")
            );
            self.report(
                "monitor/takeover-is-announced",
                R5353_3_5_2_1,
                None,
                seen.frame,
                note,
            );
        }
    }
}
