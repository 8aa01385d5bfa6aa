//! RFC 5352 §2.2.2: ASAP_DEREGISTRATION messages, and those of other endpoints than the PE.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    DE_REGISTRATION_BY_PROXY,
    DE_REGISTRATION_BY_ANOTHER_PE_OF_THE_POOL,
    PROXY_DOES_NOT_HINDER_THE_PE,
    UNDEFINED_FLAGS_ARE_IGNORED,
    DE_REGISTRATION_WITHOUT_IDENTIFIER_REMOVES_NOBODY,
];

const DE_REGISTRATION_BY_PROXY: Case = registrar(
    "rfc5352/2.2.2/de-registration-by-proxy",
    "A de-registration from an endpoint other than the PE does not remove the PE.",
    &[
        R5352_2_2_2_4, // A PE is not de-registered by another endpoint.
        R5352_3_2_23,  // A rejected de-registration is answered with a cause.
    ],
    de_registration_by_proxy,
);

fn de_registration_by_proxy(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let proxy = t.impostor_of(&pe);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.send(&proxy, forge::deregistration(&pool.0, pe.pe_identifier()))?;
    t.probe(&proxy)?;
    let resolution = t.resolve(&pu, &pool)?;
    t.members(R5352_2_2_2_4, &resolution, &[&pe]);
    let answers = t.take_all(&proxy, DEREGISTRATION_RESPONSE);
    t.observe_answers("de-registration by proxy", &answers);
    if let Some(answer) = answers.first()
        && resolution.pool_elements() == [pe.pe_identifier()]
    {
        // The PE stays, so the request is rejected. The RFC defines no cause for it (T11).
        t.error(R5352_3_2_23, answer);
    }
    Ok(())
}

const DE_REGISTRATION_BY_ANOTHER_PE_OF_THE_POOL: Case = registrar(
    "rfc5352/2.2.2/de-registration-by-another-pe-of-the-pool",
    "A PE cannot de-register another PE of its pool.",
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
    // A response may list some PEs only, but not leave out the only member of a pool.
    leave(t, &other)?;
    t.lists(R5352_2_2_2_4, &pu, &pool, &[&pe])
}

const PROXY_DOES_NOT_HINDER_THE_PE: Case = registrar(
    "rfc5352/2.2.2/proxy-does-not-hinder-the-pe",
    "A PE can de-register after another endpoint has tried to de-register it.",
    &[
        R5352_3_2_22, // Every de-registration is answered.
        R5352_3_2_17, // ASAP_DEREGISTRATION removes the PE from the handlespace.
    ],
    proxy_does_not_hinder_the_pe,
);

fn proxy_does_not_hinder_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let proxy = t.impostor_of(&pe);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.send(&proxy, forge::deregistration(&pool.0, pe.pe_identifier()))?;
    t.preamble(|t| t.probe(&proxy))?;

    let response = t.deregister_response(&pe)?; // Checks R5352_3_2_22.
    t.no_error(R5352_3_2_17, &response);
    t.lists_none(R5352_3_2_17, &pu, &pool)
}

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5352/2.2.2/undefined-flags-are-ignored",
    "The registrar ignores all flags of ASAP_DEREGISTRATION, since none is defined.",
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
    "A de-registration without a PE Identifier removes no PE, not even the only one of the pool.",
    &[
        R5352_3_2_9,  // A de-registration with a wrong pool removes no PE.
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    de_registration_without_identifier_removes_nobody,
);

fn de_registration_without_identifier_removes_nobody(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let cut = forge::deregistration(&pool.0, pe.pe_identifier()).remove("pe-identifier");
    throw(t, &pe, &cut?.octets())?;
    observe_reaction(t, &pe)?;
    if t.association_end(&pe).is_some() {
        // A PE without an association may be removed (T49).
        return next_pu_is_served(t);
    }
    t.lists(R5352_3_2_9, &pu, &pool, &[&pe])
}
