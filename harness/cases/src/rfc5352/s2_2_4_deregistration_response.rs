//! RFC 5352 §2.2.4: the ASAP_DEREGISTRATION_RESPONSE message.

use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    RESPONSE_NAMES_THE_PE,
    RESPONSE_ABOUT_AN_UNKNOWN_PE_NAMES_IT,
    SUCCESS_HAS_NO_OPERATION_ERROR,
    RESPONSE_GOES_TO_THE_DE_REGISTERING_PE_ONLY,
];

const RESPONSE_NAMES_THE_PE: Case = registrar(
    "rfc5352/2.2.4/response-names-the-pe",
    "The response to a de-registration repeats its pool handle and PE Identifier.",
    &[
        R5352_3_2_22,  // Every de-registration is answered.
        R5352_2_2_4_4, // A de-registration response identifies the PE.
    ],
    response_names_the_pe,
);

fn response_names_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    let response = t.deregister_response(&pe)?; // Checks R5352_3_2_22.
    t.names_pool(R5352_2_2_4_4, &response, &pool);
    t.names_pe(R5352_2_2_4_4, &response, &pe);
    Ok(())
}

const RESPONSE_ABOUT_AN_UNKNOWN_PE_NAMES_IT: Case = registrar(
    "rfc5352/2.2.4/response-about-an-unknown-pe-names-it",
    "The response about an unknown PE repeats the pool handle and PE Identifier of the request.",
    &[
        R5352_3_2_20,  // De-registering an unknown PE is answered.
        R5352_2_2_4_4, // A de-registration response identifies the PE.
    ],
    response_about_an_unknown_pe_names_it,
);

fn response_about_an_unknown_pe_names_it(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pool.0.extend([0xff; 4]);
    let pe = t.pool_element(&pool);

    let response = t.answered(R5352_3_2_20, |t| t.deregister_response(&pe))?;
    t.names_pool(R5352_2_2_4_4, &response, &pool);
    t.names_pe(R5352_2_2_4_4, &response, &pe);
    Ok(())
}

const SUCCESS_HAS_NO_OPERATION_ERROR: Case = registrar(
    "rfc5352/2.2.4/success-has-no-operation-error",
    "A successful de-registration is answered without an Operation Error.",
    &[
        R5352_3_2_22,  // Every de-registration is answered.
        R5352_2_2_4_6, // A successful de-registration has no Operation Error.
    ],
    success_has_no_operation_error,
);

fn success_has_no_operation_error(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.deregister_response(&pe)?; // Checks R5352_3_2_22.
    // A refusal has an error, and then the PE is still listed; another case checks that.
    let gone = t.listed(&pu, &pool)?.is_empty();
    let failed = response.has("operation-error");
    t.check_that(R5352_2_2_4_6, !(gone && failed), response.summary());
    Ok(())
}

const RESPONSE_GOES_TO_THE_DE_REGISTERING_PE_ONLY: Case = registrar(
    "rfc5352/2.2.4/response-goes-to-the-de-registering-pe-only",
    "Another PE of the pool receives no response to a de-registration that it did not send.",
    &[
        R5352_3_2_22, // Every de-registration is answered.
    ],
    response_goes_to_the_de_registering_pe_only,
);

fn response_goes_to_the_de_registering_pe_only(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&second))?;

    t.deregister_response(&second)?; // Checks R5352_3_2_22.
    t.expect_none(R5352_3_2_22, &first, DEREGISTRATION_RESPONSE)
}
