//! RFC 5353 §3.3.2: removals by their reasons, and by the registrar that they come from.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    REMOVAL_OF_A_REPORTED_PE_IS_ANNOUNCED,
    REMOVAL_OF_A_SILENT_PE_IS_ANNOUNCED,
    DE_REGISTRATION_OF_AN_UNKNOWN_PE_IS_NOT_ANNOUNCED,
    DEL_PE_OF_ANOTHER_PEER_REMOVES_THE_PE,
    REMOVED_PE_IS_ADDED_AGAIN,
];

/// Most reports that a case sends.
const MOST_REPORTS: u32 = 100;

const REMOVAL_OF_A_REPORTED_PE_IS_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.2/removal-of-a-reported-pe-is-announced",
    "The removal of a PE with more than MAX-BAD-PE-REPORT reports is announced to all peers.",
    &[
        R5353_3_3_2_3, // Every other removal of an own PE is announced too.
    ],
    removal_of_a_reported_pe_is_announced,
)
.needs(&[Ics::EnrpPeers, Ics::MaxBadPeReport]);

fn removal_of_a_reported_pe_is_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [one, two] = joined::<2>(t)?;
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    let limit = t.timers().max_bad_pe_report.unwrap_or(MOST_REPORTS);
    if limit >= MOST_REPORTS {
        return Err(t.inconclusive("the limit of reports is too high to try"));
    }
    t.preamble(|t| {
        t.register(&pe)?;
        for _ in 0..=limit {
            report_unreachable(t, &pu, &pe)?;
        }
        if gone_by(t, &pu, &pe, t.now() + AT_ONCE)? {
            return Ok(());
        }
        Err(t.inconclusive("the PE is still listed after the reports"))
    })?;

    for peer in [&one, &two] {
        update_about(t, R5353_3_3_2_3, peer, DEL_PE, pe.pe_identifier())?;
    }
    Ok(())
}

const REMOVAL_OF_A_SILENT_PE_IS_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.2/removal-of-a-silent-pe-is-announced",
    "The removal of a PE that does not acknowledge keep-alives is announced to all peers.",
    &[
        R5353_3_3_2_3, // Every other removal of an own PE is announced too.
    ],
    removal_of_a_silent_pe_is_announced,
)
.needs(&[Ics::EnrpPeers, Ics::KeepAlive, Ics::KeepAliveTimeout]);

fn removal_of_a_silent_pe_is_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [one, two] = joined::<2>(t)?;
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    t.preamble(|t| {
        t.register(&pe)?;
        t.ignore_keep_alives(&pe);
        let patience = longest_gap(t)? + t.timers().keep_alive_timeout.unwrap_or_default();
        t.pass_time(t.latest(patience))?;
        if t.listed(&pu, &pool)?.is_empty() {
            return Ok(());
        }
        Err(t.inconclusive("the PE is still listed after its keep-alive"))
    })?;

    for peer in [&one, &two] {
        update_about(t, R5353_3_3_2_3, peer, DEL_PE, pe.pe_identifier())?;
    }
    Ok(())
}

const DE_REGISTRATION_OF_AN_UNKNOWN_PE_IS_NOT_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.2/de-registration-of-an-unknown-pe-is-not-announced",
    "A de-registration that removes no PE is announced to no peer.",
    &[
        R5353_3_3_2_2, // A granted de-registration is announced to all peers.
    ],
    de_registration_of_an_unknown_pe_is_not_announced,
)
.needs(&[Ics::EnrpPeers]);

fn de_registration_of_an_unknown_pe_is_not_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let (pe, stranger) = (t.pool_element(&pool), t.pool_element(&pool));
    t.preamble(|t| {
        t.register(&pe)?;
        is_announced(t, R5353_3_3_1_3, &peer, &pe)?;
        t.deregister_response(&stranger).map(|_| ())
    })?;

    peer_gets_none(t, R5353_3_3_2_2, &peer, ENRP_HANDLE_UPDATE)
}

const DEL_PE_OF_ANOTHER_PEER_REMOVES_THE_PE: Case = registrar(
    "rfc5353/3.3.2/del-pe-of-another-peer-removes-the-pe",
    "A PE whose removal a peer announces that is not its Home is no longer listed.",
    &[
        R5353_3_3_2_9, // A DEL_PE of a peer that is not the Home removes too.
    ],
    del_pe_of_another_peer_removes_the_pe,
)
.needs(&[Ics::EnrpPeers]);

fn del_pe_of_another_peer_removes_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [home, other] = joined::<2>(t)?;
    let pu = t.pool_user();
    let (goes, stays) = (t.element_of(&home, &pool), t.element_of(&home, &pool));
    t.preamble(|t| {
        t.adds_pe(&home, &goes)?;
        t.adds_pe(&home, &stays)?;
        handled(t, &home)
    })?;
    t.drops(&home, &goes);
    t.deletes_pe(&other, &goes)?;
    t.preamble(|t| handled(t, &other))?;

    lists_entries(t, R5353_3_3_2_9, &pu, &pool, &[stays])
}

const REMOVED_PE_IS_ADDED_AGAIN: Case = registrar(
    "rfc5353/3.3.2/removed-pe-is-added-again",
    "A PE that a peer adds, removes and adds again is listed, in a pool with its present policy.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
        R5353_3_3_2_7, // The removal of the last PE removes the pool.
    ],
    removed_pe_is_added_again,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn removed_pe_is_added_again(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut entry = t.element_of(&peer, &pool);
    t.adds_pe(&peer, &entry)?;
    t.deletes_pe(&peer, &entry)?;
    entry.element.policy = Policy::Priority { priority: 5 };
    t.adds_pe(&peer, &entry)?;
    t.preamble(|t| handled(t, &peer))?;

    let resolution = t.resolve(&pu, &pool)?;
    let (listed, expected) = (resolution.pool_elements(), vec![entry.pe_identifier()]);
    t.check_eq(R5353_3_3_1_6, "PEs listed", listed, expected);
    t.field(R5353_3_3_2_7, &resolution, "policy/type", 5);
    Ok(())
}
