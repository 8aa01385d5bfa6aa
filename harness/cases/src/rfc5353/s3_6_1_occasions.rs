//! RFC 5353 §3.6.1: occasions of audits.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    NEW_PEER_IS_AUDITED,
    RESTARTED_PEER_IS_AUDITED,
    REJECTED_AUDIT_IS_TRIED_AGAIN,
    UNANSWERED_AUDIT_IS_TRIED_AGAIN,
];

const NEW_PEER_IS_AUDITED: Case = registrar(
    "rfc5353/3.6.1/new-peer-is-audited",
    "The PEs of a registrar that the target has just found are listed after its first ENRP_PRESENCE.",
    &[
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
        R5353_3_6_3_4, // Entries of a resynchronisation are taken over.
    ],
    new_peer_is_audited,
)
.needs(&[Ics::EnrpPeers]);

fn new_peer_is_audited(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [_] = joined::<1>(t)?;
    let newcomer = t.enrp_peer()?;
    let pu = t.pool_user();
    let entries = [
        t.element_of(&newcomer, &pool),
        t.element_of(&newcomer, &pool),
    ];
    for entry in &entries {
        t.holds(&newcomer, entry);
    }
    t.presence(&newcomer, false)?;

    t.expect(R5353_3_6_1_3, &newcomer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
    t.pass_time(AT_ONCE)?;
    lists_entries(t, R5353_3_6_3_4, &pu, &pool, &entries)
}

const RESTARTED_PEER_IS_AUDITED: Case = registrar(
    "rfc5353/3.6.1/restarted-peer-is-audited",
    "A peer that restarts without its PEs has none of them in the target after its ENRP_PRESENCE.",
    &[
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
        R5353_3_6_3_6, // PEs that the peer did not list are removed.
    ],
    restarted_peer_is_audited,
)
.needs(&[Ics::EnrpPeers]);

fn restarted_peer_is_audited(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [_, peer] = joined::<2>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.preamble(|t| {
        t.adds_pe(&peer, &entry)?;
        handled(t, &peer)
    })?;
    t.restarts(&peer)?;
    t.presence(&peer, false)?;

    t.expect(R5353_3_6_1_3, &peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
    t.pass_time(AT_ONCE)?;
    t.lists_none(R5353_3_6_3_6, &pu, &pool)
}

const REJECTED_AUDIT_IS_TRIED_AGAIN: Case = registrar(
    "rfc5353/3.6.1/rejected-audit-is-tried-again",
    "If the peer rejects the request for its PEs once, the next heartbeats lead to another request.",
    &[
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
        R5353_3_6_3_4, // Entries of a resynchronisation are taken over.
    ],
    rejected_audit_is_tried_again,
)
.needs(&[Ics::EnrpPeers]);

fn rejected_audit_is_tried_again(t: &mut Tester) -> Outcome {
    audit_is_tried_again(t, Reaction::Rejects)
}

const UNANSWERED_AUDIT_IS_TRIED_AGAIN: Case = registrar(
    "rfc5353/3.6.1/unanswered-audit-is-tried-again",
    "If the peer does not answer the request for its PEs once, later heartbeats lead to another one.",
    &[
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
        R5353_3_6_3_4, // Entries of a resynchronisation are taken over.
    ],
    unanswered_audit_is_tried_again,
)
.needs(&[Ics::EnrpPeers]);

fn unanswered_audit_is_tried_again(t: &mut Tester) -> Outcome {
    audit_is_tried_again(t, Reaction::Silent)
}

/// Number of heartbeats after which a mismatch must have led to another request: a target may rest between them.
const HEARTBEATS: u32 = 5;

/// Lets the first audit of a peer fail in this way, and checks that a later one succeeds.
fn audit_is_tried_again(t: &mut Tester, failure: Reaction) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.holds(&peer, &entry);
    t.habits(&peer).table = failure;
    t.preamble(|t| {
        t.presence(&peer, false)?;
        t.expect(R5353_3_6_1_3, &peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
        Ok(())
    })?;
    // From the next request on, which may come soon.
    t.habits(&peer).table = Reaction::Answers;

    // The peer may answer as long as it keeps the download, whose age the target can only guess.
    let timers = t.timers();
    let pause = timers.table_request + 2 * timers.rejected_request.max(timers.mentor_session);
    let within = pause + HEARTBEATS * t.timers().peer_heartbeat_cycle;
    t.expect(R5353_3_6_1_3, &peer, ENRP_HANDLE_TABLE_REQUEST, within)?;
    t.pass_time(AT_ONCE)?;
    lists_entries(t, R5353_3_6_3_4, &pu, &pool, &[entry])
}
