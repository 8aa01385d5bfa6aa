//! RFC 5352 §3.2: de-registration, and the end of a registration life.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    DE_REGISTRATION_REMOVES_THE_PE,
    OTHER_PES_STAY,
    LAST_PE_TAKES_THE_POOL_WITH_IT,
    DE_REGISTERED_PE_CAN_COME_BACK,
    UNKNOWN_POOL_IS_GRANTED,
    UNKNOWN_PE_IS_GRANTED,
    DE_REGISTRATION_TWICE_IS_GRANTED_TWICE,
    WRONG_POOL_REMOVES_NOBODY,
    ONE_POOL_OF_TWO,
    SECOND_POOL_OF_TWO,
    DE_REGISTRATION_OVER_A_NEW_ASSOCIATION,
    EXPIRY_IS_TOLD,
    PE_IS_LISTED_AT_HALF_ITS_LIFE,
    EXPIRY_REMOVES_THE_PE,
    EXPIRY_LEAVES_THE_OTHERS,
];

const DE_REGISTRATION_REMOVES_THE_PE: Case = registrar(
    "rfc5352/3.2/de-registration-removes-the-pe",
    "A de-registration is answered and removes the PE from its pool.",
    &[
        R5352_3_2_22, // Every de-registration is answered.
        R5352_3_2_17, // ASAP_DEREGISTRATION removes the PE from the handlespace.
    ],
    de_registration_removes_the_pe,
);

fn de_registration_removes_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.deregister_response(&pe)?; // Checks R5352_3_2_22.
    t.lists_none(R5352_3_2_17, &pu, &pool)
}

const OTHER_PES_STAY: Case = registrar(
    "rfc5352/3.2/other-pes-stay",
    "A de-registration removes one PE of a pool and no other.",
    &[
        R5352_3_2_22, // Every de-registration is answered.
        R5352_3_2_17, // ASAP_DEREGISTRATION removes the PE from the handlespace.
        R5352_3_2_9,  // A de-registration with a wrong pool removes no PE.
    ],
    other_pes_stay,
);

fn other_pes_stay(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&second))?;

    t.deregister_response(&first)?; // Checks R5352_3_2_22.
    let resolution = t.resolve(&pu, &pool)?;
    t.excludes(R5352_3_2_17, &resolution, &first);
    t.includes(R5352_3_2_9, &resolution, &[&second]);
    Ok(())
}

const LAST_PE_TAKES_THE_POOL_WITH_IT: Case = registrar(
    "rfc5352/3.2/last-pe-takes-the-pool-with-it",
    "A pool ends with its last PE: a PE of another transport can use the handle.",
    &[
        R5352_3_2_18, // A pool is removed with its last PE.
    ],
    last_pe_takes_the_pool_with_it,
);

fn last_pe_takes_the_pool_with_it(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let next = tcp_pe(t, &pool)?;
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    t.deregister_response(&first)?;
    let resolution = t.resolve(&pu, &pool)?;
    t.error(R5352_3_2_18, &resolution);
    let response = t.register_response(&next)?;
    t.granted(&[R5352_3_2_18], &response);
    Ok(())
}

const DE_REGISTERED_PE_CAN_COME_BACK: Case = registrar(
    "rfc5352/3.2/de-registered-pe-can-come-back",
    "A PE that de-registered can register again with the same PE Identifier.",
    &[
        R5352_3_2_17, // ASAP_DEREGISTRATION removes the PE from the handlespace.
    ],
    de_registered_pe_can_come_back,
);

fn de_registered_pe_can_come_back(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    leave(t, &pe)?;

    let response = t.register_response(&pe)?;
    t.granted(&[R5352_3_2_17], &response);
    t.lists(R5352_3_2_17, &pu, &pool, &[&pe])
}

const UNKNOWN_POOL_IS_GRANTED: Case = registrar(
    "rfc5352/3.2/unknown-pool-is-granted",
    "A de-registration from an unknown pool is granted.",
    &[
        R5352_3_2_20, // De-registering an unknown PE is answered.
        R5352_3_2_19, // De-registering an unknown PE is granted.
    ],
    unknown_pool_is_granted,
);

fn unknown_pool_is_granted(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);

    let response = t.answered(R5352_3_2_20, |t| t.deregister_response(&pe))?;
    t.no_error(R5352_3_2_19, &response);
    Ok(())
}

const UNKNOWN_PE_IS_GRANTED: Case = registrar(
    "rfc5352/3.2/unknown-pe-is-granted",
    "A de-registration of an unknown PE is granted and removes no other PE.",
    &[
        R5352_3_2_20, // De-registering an unknown PE is answered.
        R5352_3_2_19, // De-registering an unknown PE is granted.
        R5352_3_2_9,  // A de-registration with a wrong pool removes no PE.
    ],
    unknown_pe_is_granted,
);

fn unknown_pe_is_granted(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let unknown = t.pool_element_beside(&pe, &pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.answered(R5352_3_2_20, |t| t.deregister_response(&unknown))?;
    t.no_error(R5352_3_2_19, &response);
    t.lists(R5352_3_2_9, &pu, &pool, &[&pe])
}

const DE_REGISTRATION_TWICE_IS_GRANTED_TWICE: Case = registrar(
    "rfc5352/3.2/de-registration-twice-is-granted-twice",
    "A repeated de-registration is answered and granted again.",
    &[
        R5352_3_2_20, // De-registering an unknown PE is answered.
        R5352_3_2_19, // De-registering an unknown PE is granted.
    ],
    de_registration_twice_is_granted_twice,
);

fn de_registration_twice_is_granted_twice(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;
    leave(t, &pe)?;

    let response = t.answered(R5352_3_2_20, |t| t.deregister_response(&pe))?;
    t.no_error(R5352_3_2_19, &response);
    Ok(())
}

const WRONG_POOL_REMOVES_NOBODY: Case = registrar(
    "rfc5352/3.2/wrong-pool-removes-nobody",
    "A de-registration with the handle of another pool removes no PE from either pool.",
    &[
        R5352_3_2_20, // De-registering an unknown PE is answered.
        R5352_3_2_9,  // A de-registration with a wrong pool removes no PE.
    ],
    wrong_pool_removes_nobody,
);

fn wrong_pool_removes_nobody(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let other_pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let other = t.pool_element(&other_pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&other))?;

    let wrong = pe.clone().in_pool(&other_pool);
    t.answered(R5352_3_2_20, |t| t.deregister_response(&wrong))?;
    t.lists(R5352_3_2_9, &pu, &pool, &[&pe])?;
    t.lists(R5352_3_2_9, &pu, &other_pool, &[&other])
}

const ONE_POOL_OF_TWO: Case = registrar(
    "rfc5352/3.2/one-pool-of-two",
    "A PE in two pools with one PE Identifier leaves only the pool that it names.",
    &[
        R5352_3_2_22, // Every de-registration is answered.
        R5352_3_2_17, // ASAP_DEREGISTRATION removes the PE from the handlespace.
        R5352_3_2_9,  // A de-registration with a wrong pool removes no PE.
    ],
    one_pool_of_two,
);

fn one_pool_of_two(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let other_pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let there_too = pe.clone().in_pool(&other_pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&there_too))?;

    t.deregister_response(&pe)?; // Checks R5352_3_2_22.
    t.lists_none(R5352_3_2_17, &pu, &pool)?;
    t.lists(R5352_3_2_9, &pu, &other_pool, &[&pe])
}

const SECOND_POOL_OF_TWO: Case = registrar(
    "rfc5352/3.2/second-pool-of-two",
    "A PE in two pools with one PE Identifier leaves the pool that it joined last, if it names that one.",
    &[
        R5352_3_2_22, // Every de-registration is answered.
        R5352_3_2_17, // ASAP_DEREGISTRATION removes the PE from the handlespace.
        R5352_3_2_9,  // A de-registration with a wrong pool removes no PE.
    ],
    second_pool_of_two,
);

fn second_pool_of_two(t: &mut Tester) -> Outcome {
    let (pool, last_pool) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pe = t.pool_element(&pool);
    let there_too = pe.clone().in_pool(&last_pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&there_too))?;

    t.deregister_response(&there_too)?; // Checks R5352_3_2_22.
    t.lists_none(R5352_3_2_17, &pu, &last_pool)?;
    t.lists(R5352_3_2_9, &pu, &pool, &[&pe])
}

const DE_REGISTRATION_OVER_A_NEW_ASSOCIATION: Case = registrar(
    "rfc5352/3.2/de-registration-over-a-new-association",
    "A PE that lost its association can de-register over a new one.",
    &[
        R5352_3_2_22, // Every de-registration is answered.
        R5352_3_2_17, // ASAP_DEREGISTRATION removes the PE from the handlespace.
    ],
    de_registration_over_a_new_association,
);

fn de_registration_over_a_new_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.abort(&pe)?;

    // The PE SHOULD use the association of its registration, so it may use another. The RFC leaves open how
    // the registrar recognizes it then.
    let response = t.deregister_response(&pe)?; // Checks R5352_3_2_22.
    if response.has("operation-error") {
        t.observe_message("a PE on a new association", &response);
        return Ok(());
    }
    t.lists_none(R5352_3_2_17, &pu, &pool)
}

const EXPIRY_IS_TOLD: Case = registrar(
    "rfc5352/3.2/expiry-is-told",
    "The registrar notifies a PE of the end of its registration life, and not too early.",
    &[
        R5352_3_2_3,   // The registrar notifies a PE whose registration expired.
        R5352_2_2_4_4, // A de-registration response identifies the PE.
        R5354_3_10_5,  // The Registration Life is in seconds; -1 is unlimited.
    ],
    expiry_is_told,
)
.needs(&[Ics::ShortLife]);

fn expiry_is_told(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(2);
    t.preamble(|t| t.register(&pe))?;
    let granted = t.now();

    let life = Duration::from_secs(2);
    let notice = t.expect(R5352_3_2_3, &pe, DEREGISTRATION_RESPONSE, life)?;
    t.names_pool(R5352_2_2_4_4, &notice, &pool);
    t.names_pe(R5352_2_2_4_4, &notice, &pe);
    // Not earlier than two seconds less a tenth and half a second.
    let lasted = notice.at.saturating_sub(granted);
    let note = format!("2 s ended after {} ms", lasted.as_millis());
    t.check_that(R5354_3_10_5, lasted >= Duration::from_millis(1300), note);
    Ok(())
}

const PE_IS_LISTED_AT_HALF_ITS_LIFE: Case = registrar(
    "rfc5352/3.2/pe-is-listed-at-half-its-life",
    "A PE with a life of four seconds is listed after two, and not listed any more after its end.",
    &[
        R5354_3_10_5, // The Registration Life is in seconds; -1 is unlimited.
        R5352_3_2_4,  // A PE whose registration expired leaves its pool.
    ],
    pe_is_listed_at_half_its_life,
)
.needs(&[Ics::ShortLife]);

fn pe_is_listed_at_half_its_life(t: &mut Tester) -> Outcome {
    let life = Duration::from_secs(4);
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(4);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    let granted = t.now();

    t.pass_time(life / 2)?;
    t.lists(R5354_3_10_5, &pu, &pool, &[&pe])?;
    let ends = granted + t.latest(life);
    t.pass_time(ends.saturating_sub(t.now()))?;
    t.lists_none(R5352_3_2_4, &pu, &pool)
}

const EXPIRY_REMOVES_THE_PE: Case = registrar(
    "rfc5352/3.2/expiry-removes-the-pe",
    "The end of its registration life removes a PE, and with its last PE the pool.",
    &[
        R5352_3_2_4, // A PE whose registration expired leaves its pool.
    ],
    expiry_removes_the_pe,
)
.needs(&[Ics::ShortLife]);

fn expiry_removes_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(1);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.pass_time(t.latest(Duration::from_secs(1)))?;
    let resolution = t.resolve(&pu, &pool)?;
    t.error(R5352_3_2_4, &resolution);
    t.members(R5352_3_2_4, &resolution, &[]);
    Ok(())
}

const EXPIRY_LEAVES_THE_OTHERS: Case = registrar(
    "rfc5352/3.2/expiry-leaves-the-others",
    "The end of one registration life removes no other PE of the pool.",
    &[
        R5352_3_2_4, // A PE whose registration expired leaves its pool.
    ],
    expiry_leaves_the_others,
)
.needs(&[Ics::ShortLife]);

fn expiry_leaves_the_others(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let long = t.pool_element(&pool);
    let short = t.pool_element(&pool).life(1);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&long))?;
    t.preamble(|t| t.register(&short))?;

    t.pass_time(t.latest(Duration::from_secs(1)))?;
    t.lists(R5352_3_2_4, &pu, &pool, &[&long])
}
