//! RFC 5352 §2.2.4: the ASAP_DEREGISTRATION_RESPONSE message.

use super::registering::handle_of;
use rspcheck_spec::id::*;
use rspcheck_testkit::{Case, DEREGISTRATION_RESPONSE, Outcome, Role, Tester};

/// The cases of this section.
pub const CASES: &[Case] = &[
    Case {
        id: "rfc5352/2.2.4/response-names-the-pe",
        purpose: "The response to a de-registration has its pool handle and PE Identifier.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_22, R5352_2_2_4_4],
        run: response_names_the_pe,
    },
    Case {
        id: "rfc5352/2.2.4/response-about-an-unknown-pe-names-it",
        purpose: "The response has the handle and identifier that were asked for, known or not.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_20, R5352_2_2_4_4],
        run: response_about_an_unknown_pe_names_it,
    },
    Case {
        id: "rfc5352/2.2.4/success-has-no-operation-error",
        purpose: "An Operation Error would say that the de-registration failed, so success has none.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_22, R5352_2_2_4_6],
        run: success_has_no_operation_error,
    },
    Case {
        id: "rfc5352/2.2.4/response-goes-to-the-de-registering-pe-only",
        purpose: "Another PE of the pool gets no response to a de-registration that it did not send.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_22],
        run: response_goes_to_the_de_registering_pe_only,
    },
];

fn response_names_the_pe(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    let response = t.deregister_response(&pe)?;
    t.check(R5352_3_2_22, true);
    let named = response.number("pe-identifier");
    t.check_eq(
        R5352_2_2_4_4,
        "pool handle",
        handle_of(&response),
        Some(pool),
    );
    t.check_eq(
        R5352_2_2_4_4,
        "PE Identifier",
        named,
        Some(pe.pe_identifier().into()),
    );
    Ok(())
}

fn response_about_an_unknown_pe_names_it(t: &mut Tester<'_>) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pool.0.push(0xff);
    let pe = t.pool_element(&pool);

    let response = t.deregister_response(&pe)?;
    t.check(R5352_3_2_20, true);
    let named = response.number("pe-identifier");
    t.check_eq(
        R5352_2_2_4_4,
        "pool handle",
        handle_of(&response),
        Some(pool),
    );
    t.check_eq(
        R5352_2_2_4_4,
        "PE Identifier",
        named,
        Some(pe.pe_identifier().into()),
    );
    Ok(())
}

fn success_has_no_operation_error(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.deregister_response(&pe)?;
    t.check(R5352_3_2_22, true);
    // A refusal would have one; then the PE is still there, and that is another case's purpose.
    let gone = t.listed(&pu, &pool)?.is_empty();
    let failed = response.has("operation-error");
    t.check_that(R5352_2_2_4_6, !(gone && failed), response.summary());
    Ok(())
}

fn response_goes_to_the_de_registering_pe_only(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&second))?;

    t.deregister_response(&second)?;
    t.expect_none(R5352_3_2_22, &first, DEREGISTRATION_RESPONSE)
}
