//! RFC 5352 §3.5: reports of PEs that have another registrar as their Home. A report goes to any ENRP server, and the
//! one that gets it asks the PE.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    REPORT_OF_A_PE_OF_ANOTHER_REGISTRAR,
    REPORTED_PE_OF_ANOTHER_REGISTRAR_THAT_ANSWERS_STAYS,
    UNREACHABLE_PE_OF_ANOTHER_REGISTRAR_IS_REMOVED,
];

/// Lets a peer announce a PE.
fn announce(t: &mut Tester, peer: &EnrpPeer, entry: &Entry) -> Outcome {
    t.preamble(|t| t.adds_pe(peer, entry))?;
    t.preamble(|t| handled(t, peer))
}

const REPORT_OF_A_PE_OF_ANOTHER_REGISTRAR: Case = registrar(
    "rfc5352/3.5/report-of-a-pe-of-another-registrar",
    "A report of a PE of another registrar makes the target send the PE a keep-alive.",
    &[
        R5352_3_5_6,   // The registrar sends a keep-alive to a reported PE at once.
        R5352_3_5_8,   // The keep-alive after a report has H clear.
        R5352_2_2_7_7, // A keep-alive carries the Pool Handle of its receiver.
    ],
    report_of_a_pe_of_another_registrar,
)
.needs(&[Ics::EnrpPeers]);

fn report_of_a_pe_of_another_registrar(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let [home] = joined::<1>(t)?;
    let (pe, entry) = orphan(t, &home, &pool)?;
    announce(t, &home, &entry)?;

    report_unreachable(t, &pu, &pe)?;
    let message = t.expect(R5352_3_5_6, &pe, ENDPOINT_KEEP_ALIVE, AT_ONCE)?;
    t.flag_clear(R5352_3_5_8, &message, 'H');
    t.names_pool(R5352_2_2_7_7, &message, &pool);
    Ok(())
}

const REPORTED_PE_OF_ANOTHER_REGISTRAR_THAT_ANSWERS_STAYS: Case = registrar(
    "rfc5352/3.5/reported-pe-of-another-registrar-that-answers-stays",
    "A reported PE of another registrar that acknowledges the keep-alive stays.",
    &[
        R5352_3_5_10, // A reported PE stays if its keep-alive is transmitted.
    ],
    reported_pe_of_another_registrar_that_answers_stays,
)
.needs(&[Ics::EnrpPeers]);

fn reported_pe_of_another_registrar_that_answers_stays(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let [home] = joined::<1>(t)?;
    let (pe, entry) = orphan(t, &home, &pool)?;
    announce(t, &home, &entry)?;
    t.preamble(|t| report_unreachable(t, &pu, &pe))?;
    t.preamble(|t| {
        t.expect(R5352_3_5_6, &pe, ENDPOINT_KEEP_ALIVE, AT_ONCE)
            .map(drop)
    })?;

    // Longer than a registrar waits for an acknowledgement.
    let step = t.timers().keep_alive_timeout;
    let step = step.unwrap_or(Duration::from_secs(10));
    for _ in 0..12 {
        t.pass_time(step)?;
        lists_ids(t, R5352_3_5_10, &pu, &pool, &[entry.pe_identifier()])?;
    }
    Ok(())
}

const UNREACHABLE_PE_OF_ANOTHER_REGISTRAR_IS_REMOVED: Case = registrar(
    "rfc5352/3.5/unreachable-pe-of-another-registrar-is-removed",
    "A reported PE of another registrar to which no association can be set up is removed.",
    &[
        R5352_3_5_9, // A reported PE is removed if its keep-alive fails.
    ],
    unreachable_pe_of_another_registrar_is_removed,
)
.needs(&[Ics::EnrpPeers]);

fn unreachable_pe_of_another_registrar_is_removed(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let [home] = joined::<1>(t)?;
    let (pe, mut entry) = orphan(t, &home, &pool)?;
    let addrs = vec![t.address(&pe)?.ip()];
    // The life exceeds the wait, so that its end does not remove the PE.
    entry.element.life = 86_400;
    entry.element.asap_transport = Some(Transport::Sctp {
        port: CLOSED_PORT,
        transport_use: 0,
        addrs,
    });
    announce(t, &home, &entry)?;
    t.preamble(|t| t.listed(&pu, &pool).map(drop))?;

    report_unreachable(t, &pu, &pe)?;
    // Its Home lists it still, so that it may come back with the next audit.
    let until = t.now() + t.latest(SENDING_FAILS);
    let gone = gone_by(t, &pu, &pe, until)?;
    t.check_that(R5352_3_5_9, gone, "the unreachable PE is still listed");
    Ok(())
}

/// Port at which the played PE has no endpoint (discard).
const CLOSED_PORT: u16 = 9;
