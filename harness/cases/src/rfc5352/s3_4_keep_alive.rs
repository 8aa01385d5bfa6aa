//! RFC 5352 §3.4: acknowledgements of keep-alives.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    ACKNOWLEDGING_PE_STAYS,
    SILENT_PE_IS_REMOVED,
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
    // One that had not counted the acknowledgement would give up the PE in this time.
    let patience = t.timers().keep_alive_timeout.unwrap_or_default();
    let span = t.latest(longest_gap(t)? / 2 + patience);
    play_on(t, span)?;
    t.lists(R5352_3_1_21, &pu, &pool, &[&pe])
}

const SILENT_PE_IS_REMOVED: Case = registrar(
    "rfc5352/3.4/silent-pe-is-removed",
    "A PE that acknowledges no keep-alive is removed.",
    &[
        R5352_3_5_15, // A PE is removed if its periodic keep-alive fails.
    ],
    silent_pe_is_removed,
)
.needs(&[Ics::KeepAlive, Ics::KeepAliveTimeout]);

fn silent_pe_is_removed(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let silent = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&silent))?;

    t.ignore_keep_alives(&silent);
    let until = removed_at_the_latest(t)?;
    let gone = gone_by(t, &pu, &silent, until)?;
    t.check_that(
        R5352_3_5_15,
        gone,
        "the PE that acknowledges nothing is still listed",
    );
    Ok(())
}

const SILENT_PE_CAN_COME_BACK: Case = registrar(
    "rfc5352/3.4/silent-pe-can-come-back",
    "A PE that was removed for its silence can register again.",
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
        return Err(t.inconclusive("the PE that acknowledges nothing is still listed"));
    }

    let response = t.register_response(&pe)?;
    t.granted(&[R5352_3_1_54], &response);
    t.lists(R5352_3_1_54, &pu, &pool, &[&pe])
}

const UNASKED_ACKNOWLEDGEMENT_IS_HARMLESS: Case = registrar(
    "rfc5352/3.4/unasked-acknowledgement-is-harmless",
    "A PE can acknowledge what it was not asked.",
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
    t.expect_none(R5352_4_10, &pe, ERROR)?;
    t.lists(R5352_3_1_21, &pu, &pool, &[&pe])
}

const ACKNOWLEDGEMENT_OF_AN_UNKNOWN_PE_IS_HARMLESS: Case = registrar(
    "rfc5352/3.4/acknowledgement-of-an-unknown-pe-is-harmless",
    "An acknowledgement that names an unknown PE or pool creates nothing and removes nobody.",
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
    "A PU that acknowledges in the name of a PE does it no harm.",
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

/// When a PE that acknowledges nothing from now on is gone.
fn removed_at_the_latest(t: &Tester) -> Result<Duration, Stop> {
    let Some(timeout) = t.timers().keep_alive_timeout else {
        return Err(t.inconclusive("the target does not tell its keep-alive-timeout"));
    };
    // A keep-alive acknowledged just before goes before the first that counts.
    Ok(t.now() + t.latest(longest_gap(t)? + timeout))
}

/// The registrar knows the message: it may complain about what is in it, but not about its type.
fn not_unrecognized(t: &mut Tester, player: impl Into<Player>) -> Outcome {
    let player = player.into();
    t.probe(player)?;
    let errors = t.take_all(player, ERROR);
    let unknown = errors.iter().find(|m| m.has("operation-error/0x2"));
    let note = unknown.map_or(String::new(), |m| m.summary());
    t.check_that(R5352_4_10, unknown.is_none(), note);
    for error in errors {
        t.observe_message("an acknowledgement that fits nothing", &error);
    }
    Ok(())
}
