//! RFC 5352 §2.2.3: the ASAP_REGISTRATION_RESPONSE message.

use crate::words::*;
use rspcheck_testkit::prelude::*;
use std::collections::BTreeSet;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    GRANT_NAMES_THE_PE,
    REFUSAL_NAMES_THE_PE,
    GRANT_HAS_NO_OPERATION_ERROR,
    RE_REGISTRATION_GRANT_HAS_NO_OPERATION_ERROR,
    RESPONSE_GOES_TO_THE_REGISTERING_PE_ONLY,
    TWO_REGISTRATIONS_IN_FLIGHT,
];

const GRANT_NAMES_THE_PE: Case = registrar(
    "rfc5352/2.2.3/grant-names-the-pe",
    "The response to a granted registration repeats its pool handle and PE Identifier.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_5, // A registration response repeats the Pool Handle.
        R5352_2_2_3_6, // A registration response repeats the PE Identifier.
    ],
    grant_names_the_pe,
);

fn grant_names_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.names_pool(R5352_2_2_3_5, &response, &pool);
    t.names_pe(R5352_2_2_3_6, &response, &pe);
    Ok(())
}

const REFUSAL_NAMES_THE_PE: Case = registrar(
    "rfc5352/2.2.3/refusal-names-the-pe",
    "The response to a rejected registration repeats its pool handle and PE Identifier.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_5, // A registration response repeats the Pool Handle.
        R5352_2_2_3_6, // A registration response repeats the PE Identifier.
    ],
    refusal_names_the_pe,
);

fn refusal_names_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = t.pool_element(&pool).policy(priority(7));
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.names_pool(R5352_2_2_3_5, &response, &pool);
    t.names_pe(R5352_2_2_3_6, &response, &other);
    Ok(())
}

const GRANT_HAS_NO_OPERATION_ERROR: Case = registrar(
    "rfc5352/2.2.3/grant-has-no-operation-error",
    "A registration that is granted without change is answered without an Operation Error.",
    &[
        R5352_2_2_3_9, // A grant without warning has no Operation Error.
    ],
    grant_has_no_operation_error,
);

fn grant_has_no_operation_error(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);

    let response = t.register_response(&pe)?;
    if response.flag('R') {
        return Err(t.inconclusive("the registration was refused"));
    }
    no_needless_warning(t, R5352_2_2_3_9, &pe, &response)
}

const RE_REGISTRATION_GRANT_HAS_NO_OPERATION_ERROR: Case = registrar(
    "rfc5352/2.2.3/re-registration-grant-has-no-operation-error",
    "A re-registration that changes nothing is answered without an Operation Error.",
    &[
        R5352_2_2_3_9, // A grant without warning has no Operation Error.
    ],
    re_registration_grant_has_no_operation_error,
);

fn re_registration_grant_has_no_operation_error(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    let response = t.register_response(&pe)?;
    if response.flag('R') {
        return Err(t.inconclusive("the re-registration was refused"));
    }
    no_needless_warning(t, R5352_2_2_3_9, &pe, &response)
}

const RESPONSE_GOES_TO_THE_REGISTERING_PE_ONLY: Case = registrar(
    "rfc5352/2.2.3/response-goes-to-the-registering-pe-only",
    "Another PE of the pool receives no response to a registration that it did not send.",
    &[
        R5352_3_1_53, // Every registration is answered.
    ],
    response_goes_to_the_registering_pe_only,
);

fn response_goes_to_the_registering_pe_only(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    t.preamble(|t| t.register(&first))?;

    t.register_response(&second)?; // Checks R5352_3_1_53.
    t.expect_none(R5352_3_1_53, &first, REGISTRATION_RESPONSE)
}

const TWO_REGISTRATIONS_IN_FLIGHT: Case = registrar(
    "rfc5352/2.2.3/two-registrations-in-flight",
    "Two registrations sent back to back get one response each, with the PE Identifier of each.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_6, // A registration response repeats the PE Identifier.
    ],
    two_registrations_in_flight,
);

fn two_registrations_in_flight(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element_beside(&first, &pool);

    t.send_registration(&first)?;
    t.send_registration(&second)?;
    let one = t.registration_response(&first)?; // Checks R5352_3_1_53.
    let two = t.registration_response(&first)?;
    let answered = BTreeSet::from([one, two].map(|m| m.number("pe-identifier")));
    let sent = BTreeSet::from([&first, &second].map(|pe| Some(pe.pe_identifier().into())));
    t.check_eq(R5352_2_2_3_6, "PE Identifiers", answered, sent);
    Ok(())
}
