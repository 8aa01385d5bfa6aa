//! RFC 5352 §3.1: registrations that are rejected (rules 2 and 5).

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub const CASES: &[Case] = &[
    POLICY_MISMATCH_IS_REJECTED,
    TRANSPORT_TYPE_MISMATCH_IS_REJECTED,
    UDP_PE_IS_REJECTED_BY_A_TCP_POOL,
    TRANSPORT_USE_MISMATCH_IS_REJECTED,
    EVERY_MISMATCH_AT_ONCE_IS_REJECTED,
    REJECTED_PE_CAN_MEND_AND_REGISTER,
    IDENTIFIER_OF_ANOTHER_PE,
];

const POLICY_MISMATCH_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/policy-mismatch-is-rejected",
    "A PE whose policy type differs from its pool's is refused and told the pool's policy.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_37,   // A policy type other than the pool's is rejected.
        R5352_3_1_55,   // The response to a rejected registration has R set.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_6_1, // Cause 0x5 carries the pool's policy.
        R5354_3_12_8_2, // Cause 0x7 rejects a user transport of another type.
        R5354_3_12_9_2, // Cause 0x8 rejects a Transport Use other than the pool's.
        R5352_3_1_40,   // A rejected PE does not become a member.
    ],
    policy_mismatch_is_rejected,
);

fn policy_mismatch_is_rejected(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool).policy(Policy::RoundRobin);
    let other = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 7 });
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_37, response.flag('R'), response.summary());
    t.check_that(R5352_3_1_55, response.flag('R'), response.summary());
    t.check_that(
        R5352_3_1_56,
        response.has("operation-error/0x5"),
        response.summary(),
    );
    if response.has("operation-error/0x5") {
        let told = response.number("operation-error/0x5/policy/type");
        t.check_eq(R5354_3_12_6_1, "policy told", told, Some(0x0000_0001));
    }
    t.check_that(
        R5354_3_12_8_2,
        !response.has("operation-error/0x7"),
        response.summary(),
    );
    t.check_that(
        R5354_3_12_9_2,
        !response.has("operation-error/0x8"),
        response.summary(),
    );
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(
        R5352_3_1_40,
        "PEs listed",
        listed,
        vec![first.pe_identifier()],
    );
    Ok(())
}

const TRANSPORT_TYPE_MISMATCH_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/transport-type-mismatch-is-rejected",
    "A TCP PE is refused by an SCTP pool and told the pool's transport type.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_38,   // A transport type other than the pool's is rejected.
        R5352_3_1_55,   // The response to a rejected registration has R set.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_8_1, // Cause 0x7 carries a transport of the pool's type.
        R5354_3_12_6_2, // Cause 0x5 rejects a policy other than the pool's.
        R5354_3_5_5,    // The registrar treats TCP as data only.
        R5352_3_1_40,   // A rejected PE does not become a member.
    ],
    transport_type_mismatch_is_rejected,
);

fn transport_type_mismatch_is_rejected(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = tcp_pe(t, &pool)?;
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_38, response.flag('R'), response.summary());
    t.check_that(R5352_3_1_55, response.flag('R'), response.summary());
    t.check_that(
        R5352_3_1_56,
        response.has("operation-error/0x7"),
        response.summary(),
    );
    if response.has("operation-error/0x7") {
        let sctp = response.has("operation-error/0x7/sctp-transport");
        t.check_that(R5354_3_12_8_1, sctp, response.summary());
    }
    t.check_that(
        R5354_3_12_6_2,
        !response.has("operation-error/0x5"),
        response.summary(),
    );
    // The pool is for data only, and so is TCP always.
    t.check_that(
        R5354_3_5_5,
        !response.has("operation-error/0x8"),
        response.summary(),
    );
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(
        R5352_3_1_40,
        "PEs listed",
        listed,
        vec![first.pe_identifier()],
    );
    Ok(())
}

const UDP_PE_IS_REJECTED_BY_A_TCP_POOL: Case = registrar(
    "rfc5352/3.1/udp-pe-is-rejected-by-a-tcp-pool",
    "Two transports that are both data only are still of different types.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_38,   // A transport type other than the pool's is rejected.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_8_1, // Cause 0x7 carries a transport of the pool's type.
        R5354_3_6_5,    // The registrar treats UDP as data only.
        R5352_3_1_40,   // A rejected PE does not become a member.
    ],
    udp_pe_is_rejected_by_a_tcp_pool,
);

fn udp_pe_is_rejected_by_a_tcp_pool(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = tcp_pe(t, &pool)?;
    let other = udp_pe(t, &pool)?;
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_38, response.flag('R'), response.summary());
    t.check_that(
        R5352_3_1_56,
        response.has("operation-error/0x7"),
        response.summary(),
    );
    if response.has("operation-error/0x7") {
        let tcp = response.has("operation-error/0x7/tcp-transport");
        t.check_that(R5354_3_12_8_1, tcp, response.summary());
    }
    t.check_that(
        R5354_3_6_5,
        !response.has("operation-error/0x8"),
        response.summary(),
    );
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(
        R5352_3_1_40,
        "PEs listed",
        listed,
        vec![first.pe_identifier()],
    );
    Ok(())
}

const TRANSPORT_USE_MISMATCH_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/transport-use-mismatch-is-rejected",
    "A PE for data and control is refused by a pool for data only.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_39,   // A transport use other than the pool's is rejected.
        R5352_3_1_55,   // The response to a rejected registration has R set.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_6_2, // Cause 0x5 rejects a policy other than the pool's.
        R5354_3_12_8_2, // Cause 0x7 rejects a user transport of another type.
        R5352_3_1_40,   // A rejected PE does not become a member.
    ],
    transport_use_mismatch_is_rejected,
);

fn transport_use_mismatch_is_rejected(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = control_pe(t, &pool)?;
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_39, response.flag('R'), response.summary());
    t.check_that(R5352_3_1_55, response.flag('R'), response.summary());
    t.check_that(
        R5352_3_1_56,
        response.has("operation-error/0x8"),
        response.summary(),
    );
    t.check_that(
        R5354_3_12_6_2,
        !response.has("operation-error/0x5"),
        response.summary(),
    );
    t.check_that(
        R5354_3_12_8_2,
        !response.has("operation-error/0x7"),
        response.summary(),
    );
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(
        R5352_3_1_40,
        "PEs listed",
        listed,
        vec![first.pe_identifier()],
    );
    Ok(())
}

const EVERY_MISMATCH_AT_ONCE_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/every-mismatch-at-once-is-rejected",
    "A PE that differs in policy, transport type and use is refused with a cause that fits one.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_55, // The response to a rejected registration has R set.
        R5352_3_1_56, // A rejection carries the fitting error causes.
        R5352_3_1_40, // A rejected PE does not become a member.
    ],
    every_mismatch_at_once_is_rejected,
);

fn every_mismatch_at_once_is_rejected(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = tcp_pe(t, &pool)?;
    let other = control_pe(t, &pool)?.policy(Policy::Priority { priority: 7 });
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_55, response.flag('R'), response.summary());
    // Which of several mismatches is told is open (T29); one of them should be.
    let causes = response.causes();
    let fitting = causes.iter().any(|cause| matches!(cause, 0x5 | 0x7 | 0x8));
    t.check_that(R5352_3_1_56, fitting, response.summary());
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(
        R5352_3_1_40,
        "PEs listed",
        listed,
        vec![first.pe_identifier()],
    );
    Ok(())
}

const REJECTED_PE_CAN_MEND_AND_REGISTER: Case = registrar(
    "rfc5352/3.1/rejected-pe-can-mend-and-register",
    "A refusal leaves nothing behind: with the pool's policy the same PE is taken.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_54, // The response to an accepted registration has R clear.
        R5352_3_1_36, // A consistent new PE is added to the pool.
        R5352_3_3_22, // The response lists every PE registered in the pool.
    ],
    rejected_pe_can_mend_and_register,
);

fn rejected_pe_can_mend_and_register(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 7 });
    let mended = other.clone().policy(Policy::RoundRobin);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register_response(&other).map(drop))?;

    let response = t.register_response(&mended)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_54, !response.flag('R'), response.summary());
    let listed = t.listed(&pu, &pool)?;
    t.check_that(
        R5352_3_1_36,
        !listed.is_empty(),
        "the pool cannot be resolved",
    );
    let both = listed.contains(&first.pe_identifier()) && listed.contains(&mended.pe_identifier());
    t.check_that(R5352_3_3_22, both, format!("PEs listed: {listed:?}"));
    Ok(())
}

const IDENTIFIER_OF_ANOTHER_PE: Case = registrar(
    "rfc5352/3.1/identifier-of-another-pe",
    "A PE Identifier taken by a PE elsewhere is refused or taken over, but never there twice.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5354_3_10_3, // A PE Identifier is unique within its pool.
        R5352_3_1_46, // A re-registration replaces the user transport.
        R5352_3_1_54, // The response to an accepted registration has R clear.
    ],
    identifier_of_another_pe,
);

fn identifier_of_another_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let other = t.impostor_of(&pe);
    let pu = t.pool_user();
    let (old, new) = (t.address(&pe)?.port(), t.address(&other)?.port());
    t.preamble(|t| t.register(&pe))?;

    // Rule 3 makes this a re-registration, cause 0x4 of RFC 5354 a refusal (T9): both pass.
    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.observe(format!(
        "the second owner of an identifier gets {}",
        response.summary()
    ));
    let resolution = t.resolve(&pu, &pool)?;
    t.check_eq(
        R5354_3_10_3,
        "PEs listed",
        resolution.pool_elements(),
        vec![pe.pe_identifier()],
    );
    let port = resolution.number("pool-element/user-transport/port");
    if response.flag('R') {
        // Refused, the newcomer has changed nothing; else it was accepted in truth.
        t.check_eq(R5352_3_1_54, "port of the PE", port, Some(old.into()));
    } else {
        t.check_eq(R5352_3_1_46, "port of the PE", port, Some(new.into()));
    }
    Ok(())
}
