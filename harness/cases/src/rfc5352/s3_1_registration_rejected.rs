//! RFC 5352 §3.1: registrations that are rejected (rules 2 and 5).

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
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
    "A PE whose policy type differs from its pool's is rejected and given the pool's policy.",
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
    let other = t.pool_element(&pool).policy(priority(7));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_37, R5352_3_1_55], &response);
    if t.cause(R5352_3_1_56, &response, 0x5) {
        let policy_type = "operation-error/0x5/policy/type";
        t.field(R5354_3_12_6_1, &response, policy_type, 1);
    }
    t.no_cause(R5354_3_12_8_2, &response, 0x7);
    t.no_cause(R5354_3_12_9_2, &response, 0x8);
    t.lists(R5352_3_1_40, &pu, &pool, &[&first])
}

const TRANSPORT_TYPE_MISMATCH_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/transport-type-mismatch-is-rejected",
    "A TCP PE is rejected by an SCTP pool and given the pool's transport type.",
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

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_38, R5352_3_1_55], &response);
    if t.cause(R5352_3_1_56, &response, 0x7) {
        let transport = "operation-error/0x7/sctp-transport";
        t.carries(R5354_3_12_8_1, &response, transport);
    }
    t.no_cause(R5354_3_12_6_2, &response, 0x5);
    // TCP is always for data only, as this pool is.
    t.no_cause(R5354_3_5_5, &response, 0x8);
    t.lists(R5352_3_1_40, &pu, &pool, &[&first])
}

const UDP_PE_IS_REJECTED_BY_A_TCP_POOL: Case = registrar(
    "rfc5352/3.1/udp-pe-is-rejected-by-a-tcp-pool",
    "TCP and UDP, both data only, are different transport types.",
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

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_38], &response);
    if t.cause(R5352_3_1_56, &response, 0x7) {
        let transport = "operation-error/0x7/tcp-transport";
        t.carries(R5354_3_12_8_1, &response, transport);
    }
    t.no_cause(R5354_3_6_5, &response, 0x8);
    t.lists(R5352_3_1_40, &pu, &pool, &[&first])
}

const TRANSPORT_USE_MISMATCH_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/transport-use-mismatch-is-rejected",
    "A PE with Transport Use 1 (data and control) is rejected by a pool with 0 (data only).",
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

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_39, R5352_3_1_55], &response);
    t.cause(R5352_3_1_56, &response, 0x8);
    t.no_cause(R5354_3_12_6_2, &response, 0x5);
    t.no_cause(R5354_3_12_8_2, &response, 0x7);
    t.lists(R5352_3_1_40, &pu, &pool, &[&first])
}

const EVERY_MISMATCH_AT_ONCE_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/every-mismatch-at-once-is-rejected",
    "A PE that differs in policy, transport type and Transport Use is rejected with a cause for one of them.",
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
    let other = control_pe(t, &pool)?.policy(priority(7));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_55], &response);
    // The RFCs leave open which of several mismatches is reported (T29).
    let causes = response.causes();
    let fitting = causes.iter().any(|cause| matches!(cause, 0x5 | 0x7 | 0x8));
    t.check_that(R5352_3_1_56, fitting, response.summary());
    t.lists(R5352_3_1_40, &pu, &pool, &[&first])
}

const REJECTED_PE_CAN_MEND_AND_REGISTER: Case = registrar(
    "rfc5352/3.1/rejected-pe-can-mend-and-register",
    "A rejected PE is granted once it registers with the policy of the pool.",
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
    let other = t.pool_element(&pool).policy(priority(7));
    let mended = other.clone().policy(Policy::RoundRobin);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register_response(&other).map(drop))?;

    let response = t.register_response(&mended)?; // Checks R5352_3_1_53.
    t.granted(&[R5352_3_1_54], &response);
    let resolution = t.resolve(&pu, &pool)?;
    t.carries(R5352_3_1_36, &resolution, "pool-element");
    t.includes(R5352_3_3_22, &resolution, &[&first, &mended]);
    Ok(())
}

const IDENTIFIER_OF_ANOTHER_PE: Case = registrar(
    "rfc5352/3.1/identifier-of-another-pe",
    "A PE Identifier in use by another PE is rejected or taken over, and listed once.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5354_3_10_3,   // A PE Identifier is unique within its pool.
        R5352_3_1_46,   // A re-registration replaces the user transport.
        R5352_3_1_54,   // The response to an accepted registration has R clear.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_5_2, // Cause 0x4 rejects a PE Identifier that is in use.
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

    // A re-registration by rule 3, or rejected with cause 0x4 of RFC 5354 (T9): both pass.
    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.observe_message("the second owner of an identifier", &response);
    let resolution = t.resolve(&pu, &pool)?;
    t.members(R5354_3_10_3, &resolution, &[&pe]);
    if response.flag('R') {
        // A rejection changes nothing; a grant takes effect.
        t.field(R5352_3_1_54, &resolution, PORT, old);
        if t.error(R5352_3_1_56, &response) {
            t.cause(R5354_3_12_5_2, &response, 0x4);
        }
    } else {
        t.field(R5352_3_1_46, &resolution, PORT, new);
    }
    Ok(())
}
