//! RFC 5352 §2.2.2: the ASAP_DEREGISTRATION message and who may send it.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub const CASES: &[Case] = &[
    DE_REGISTRATION_BY_PROXY,
    DE_REGISTRATION_BY_ANOTHER_PE_OF_THE_POOL,
    PROXY_DOES_NOT_HINDER_THE_PE,
    UNDEFINED_FLAGS_ARE_IGNORED,
    DE_REGISTRATION_WITHOUT_IDENTIFIER_REMOVES_NOBODY,
];

const DE_REGISTRATION_BY_PROXY: Case = registrar(
    "rfc5352/2.2.2/de-registration-by-proxy",
    "A de-registration from another endpoint than the PE's does not remove the PE.",
    &[
        R5352_2_2_2_4, // A PE is not de-registered by another endpoint.
    ],
    de_registration_by_proxy,
);

fn de_registration_by_proxy(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let stranger = t.impostor_of(&pe);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.send(
        &stranger,
        forge::deregistration(&pool.0, pe.pe_identifier()),
    )?;
    t.probe(&stranger)?;
    t.lists(R5352_2_2_2_4, &pu, &pool, &[&pe])?;
    // No cause is laid down for the refusal (T11), nor that it must be one.
    let answers = t.take_all(&stranger, DEREGISTRATION_RESPONSE);
    t.observe_answers("de-registration by proxy", &answers);
    Ok(())
}

const DE_REGISTRATION_BY_ANOTHER_PE_OF_THE_POOL: Case = registrar(
    "rfc5352/2.2.2/de-registration-by-another-pe-of-the-pool",
    "Being a member of the pool does not allow a PE to remove another.",
    &[
        R5352_2_2_2_4, // A PE is not de-registered by another endpoint.
    ],
    de_registration_by_another_pe_of_the_pool,
);

fn de_registration_by_another_pe_of_the_pool(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let other = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&other))?;

    t.send(&other, forge::deregistration(&pool.0, pe.pe_identifier()))?;
    t.probe(&other)?;
    // A list may be partial; alone in the pool, the PE cannot be left out of it.
    leave(t, &other)?;
    t.lists(R5352_2_2_2_4, &pu, &pool, &[&pe])
}

const PROXY_DOES_NOT_HINDER_THE_PE: Case = registrar(
    "rfc5352/2.2.2/proxy-does-not-hinder-the-pe",
    "After somebody else has tried, the PE itself can still de-register.",
    &[
        R5352_3_2_22, // Every de-registration is answered.
        R5352_3_2_17, // ASAP_DEREGISTRATION removes the PE from the handlespace.
    ],
    proxy_does_not_hinder_the_pe,
);

fn proxy_does_not_hinder_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let stranger = t.impostor_of(&pe);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.send(
        &stranger,
        forge::deregistration(&pool.0, pe.pe_identifier()),
    )?;
    t.preamble(|t| t.probe(&stranger))?;

    let response = t.deregister_response(&pe)?;
    t.no_error(R5352_3_2_17, &response);
    t.lists_none(R5352_3_2_17, &pu, &pool)
}

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5352/2.2.2/undefined-flags-are-ignored",
    "ASAP_DEREGISTRATION has no flags; whatever bits are set, it is handled as without them.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_are_ignored,
);

fn undefined_flags_are_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let flagged = forge::deregistration(&pool.0, pe.pe_identifier()).set("flags", 0xff);
    t.send_octets(&pe, &flagged?.octets())?;
    let response = t.deregistration_response(&pe)?;
    t.no_error(R5354_4_8, &response);
    t.lists_none(R5354_4_8, &pu, &pool)
}

const DE_REGISTRATION_WITHOUT_IDENTIFIER_REMOVES_NOBODY: Case = registrar(
    "rfc5352/2.2.2/de-registration-without-identifier-removes-nobody",
    "A pool handle alone does not identify a PE, not even the only one of a pool.",
    &[
        R5352_3_2_9, // A de-registration with a wrong pool removes no PE.
    ],
    de_registration_without_identifier_removes_nobody,
);

fn de_registration_without_identifier_removes_nobody(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let cut = forge::deregistration(&pool.0, pe.pe_identifier()).remove("pe-identifier");
    t.send_octets(&pe, &cut?.octets())?;
    t.probe(&pe)?;
    t.lists(R5352_3_2_9, &pu, &pool, &[&pe])
}
