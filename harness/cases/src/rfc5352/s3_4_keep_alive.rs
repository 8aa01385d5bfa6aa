//! RFC 5352 §3.4: acknowledgements of keep-alives.

use crate::words::*;
use rspcheck_testkit::prelude::*;

const STILL_LISTED: &str = "the PE that acknowledges nothing is still listed";

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    ACKNOWLEDGING_PE_STAYS,
    SILENT_PE_IS_REMOVED,
    VANISHED_PE_IS_REMOVED,
    ACKNOWLEDGEMENT_IS_FOR_ITS_POOL,
    SILENT_PE_CAN_COME_BACK,
    UNASKED_ACKNOWLEDGEMENT_IS_HARMLESS,
    ACKNOWLEDGEMENT_OF_AN_UNKNOWN_PE_IS_HARMLESS,
    ACKNOWLEDGEMENT_OVER_ANOTHER_ASSOCIATION_IS_HARMLESS,
];

const ACKNOWLEDGING_PE_STAYS: Case = registrar(
    "rfc5352/3.4/acknowledging-pe-stays",
    "A PE that acknowledges its keep-alives stays in its pool.",
    &[
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
        R5352_3_4_1,  // A registrar can send keep-alives as ASAP heartbeats.
    ],
    acknowledging_pe_stays,
)
.needs(&[Ics::KeepAlive]);

fn acknowledging_pe_stays(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.answered(R5352_3_4_1, |t| next_keep_alive(t, &pe))?;
    // A registrar that ignored the acknowledgement would remove the PE within this time.
    let patience = t.timers().keep_alive_timeout.unwrap_or_default();
    let span = t.latest(longest_gap(t)? / 2 + patience);
    t.pass_time(span)?;
    t.lists(R5352_3_1_21, &pu, &pool, &[&pe])
}

const SILENT_PE_IS_REMOVED: Case = registrar(
    "rfc5352/3.4/silent-pe-is-removed",
    "A PE that acknowledges no keep-alive is removed or kept, and a PE that acknowledges stays.",
    &[
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    silent_pe_is_removed,
)
.needs(&[Ics::KeepAlive, Ics::KeepAliveTimeout]);

fn silent_pe_is_removed(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let (silent, stays) = (t.pool_element(&pool), t.pool_element(&pool));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&silent))?;
    t.preamble(|t| t.register(&stays))?;

    t.ignore_keep_alives(&silent);
    let until = removed_at_the_latest(t)?;
    if !gone_by(t, &pu, &silent, until)? {
        // Section 3.5 names only a keep-alive that cannot be sent, which this one can (T18).
        t.observe(STILL_LISTED);
    }
    t.lists_at_least(R5352_3_1_21, &pu, &pool, &[&stays])
}

const VANISHED_PE_IS_REMOVED: Case = registrar(
    "rfc5352/3.4/vanished-pe-is-removed",
    "A PE whose host has vanished is removed once its periodic keep-alive has failed.",
    &[
        R5352_3_5_15, // A PE is removed if its periodic keep-alive fails.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    vanished_pe_is_removed,
)
.needs(&[Ics::KeepAlive, Ics::ShortTimers]);

fn vanished_pe_is_removed(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    // The life exceeds the wait, so that its end does not remove the PEs.
    let [vanished, stays] = std::array::from_fn(|_| t.pool_element(&pool).life(86_400));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&stays))?;
    t.preamble(|t| t.register(&vanished))?;
    t.vanish(&vanished)?;

    let until = t.now() + t.latest(longest_gap(t)? + SENDING_FAILS);
    let gone = gone_by(t, &pu, &vanished, until)?;
    t.check_that(R5352_3_5_15, gone, "the vanished PE is still listed");
    t.lists_at_least(R5352_3_1_21, &pu, &pool, &[&stays])
}

const ACKNOWLEDGEMENT_IS_FOR_ITS_POOL: Case = registrar(
    "rfc5352/3.4/acknowledgement-is-for-its-pool",
    "Where silent PEs are removed, the acknowledgements of a PE do not keep a silent PE with the same PE Identifier in another pool.",
    &[
        R5352_3_5_15, // A PE is removed if its periodic keep-alive fails.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    acknowledgement_is_for_its_pool,
)
.needs(&[Ics::KeepAlive, Ics::KeepAliveTimeout]);

fn acknowledgement_is_for_its_pool(t: &mut Tester) -> Outcome {
    let (pool, other_pool) = (t.unused_pool_handle(), t.unused_pool_handle());
    let (stays, control) = (t.pool_element(&pool), t.pool_element(&other_pool));
    let silent = t.pool_element(&other_pool).id(stays.pe_identifier());
    let pu = t.pool_user();
    for pe in [&stays, &control, &silent] {
        t.preamble(|t| t.register(pe))?;
    }

    t.ignore_keep_alives(&control);
    t.ignore_keep_alives(&silent);
    let until = removed_at_the_latest(t)?;
    if !gone_by(t, &pu, &control, until)? {
        return Err(t.inconclusive(STILL_LISTED));
    }
    let gone = gone_by(t, &pu, &silent, until)?;
    let note = "acknowledgements for another pool keep the silent PE";
    t.check_that(R5352_3_5_15, gone, note);
    t.lists(R5352_3_1_21, &pu, &pool, &[&stays])
}

const SILENT_PE_CAN_COME_BACK: Case = registrar(
    "rfc5352/3.4/silent-pe-can-come-back",
    "A PE that was removed for missing acknowledgements can register again.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_54, // The response to an accepted registration has R clear.
    ],
    silent_pe_can_come_back,
)
.needs(&[Ics::KeepAlive, Ics::KeepAliveTimeout]);

fn silent_pe_can_come_back(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.ignore_keep_alives(&pe);
    let until = removed_at_the_latest(t)?;
    if !gone_by(t, &pu, &pe, until)? {
        return Err(t.inconclusive(STILL_LISTED));
    }

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.granted(&[R5352_3_1_54], &response);
    t.lists(R5352_3_1_54, &pu, &pool, &[&pe])
}

const UNASKED_ACKNOWLEDGEMENT_IS_HARMLESS: Case = registrar(
    "rfc5352/3.4/unasked-acknowledgement-is-harmless",
    "An acknowledgement without a keep-alive before it is accepted, and the PE stays.",
    &[
        R5352_4_10,   // A registrar handles ASAP_ENDPOINT_KEEP_ALIVE_ACK.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    unasked_acknowledgement_is_harmless,
);

fn unasked_acknowledgement_is_harmless(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    for _ in 0..3 {
        acknowledge(t, &pe, &pe)?;
    }
    not_unrecognized(t, &pe)?;
    t.lists(R5352_3_1_21, &pu, &pool, &[&pe])
}

const ACKNOWLEDGEMENT_OF_AN_UNKNOWN_PE_IS_HARMLESS: Case = registrar(
    "rfc5352/3.4/acknowledgement-of-an-unknown-pe-is-harmless",
    "An acknowledgement for an unknown PE or pool creates and removes nothing.",
    &[
        R5352_4_10,   // A registrar handles ASAP_ENDPOINT_KEEP_ALIVE_ACK.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
    ],
    acknowledgement_of_an_unknown_pe_is_harmless,
);

fn acknowledgement_of_an_unknown_pe_is_harmless(t: &mut Tester) -> Outcome {
    let (pool, unknown) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let stranger = t.random_identifier();
    t.send(&pe, forge::endpoint_keep_alive_ack(&pool.0, stranger))?;
    t.send(&pe, forge::endpoint_keep_alive_ack(&unknown.0, stranger))?;
    not_unrecognized(t, &pe)?;
    t.lists(R5352_3_1_21, &pu, &pool, &[&pe])?;
    let negative = t.resolve(&pu, &unknown)?;
    t.cause(R5352_3_3_26, &negative, 0x9);
    Ok(())
}

const ACKNOWLEDGEMENT_OVER_ANOTHER_ASSOCIATION_IS_HARMLESS: Case = registrar(
    "rfc5352/3.4/acknowledgement-over-another-association-is-harmless",
    "An acknowledgement that a PU sends for a PE does not remove the PE.",
    &[
        R5352_4_10,   // A registrar handles ASAP_ENDPOINT_KEEP_ALIVE_ACK.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    acknowledgement_over_another_association_is_harmless,
);

fn acknowledgement_over_another_association_is_harmless(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    acknowledge(t, &pu, &pe)?;
    not_unrecognized(t, &pu)?;
    t.lists(R5352_3_1_21, &pu, &pool, &[&pe])
}

/// Returns the time by which a PE that acknowledges nothing from now on is removed.
fn removed_at_the_latest(t: &Tester) -> Result<Duration, Stop> {
    let Some(timeout) = t.timers().keep_alive_timeout else {
        return Err(t.inconclusive("the keep-alive-timeout of the target is unknown"));
    };
    // A keep-alive may just have been acknowledged; the next one comes up to a period later.
    Ok(t.now() + t.latest(longest_gap(t)? + timeout))
}
