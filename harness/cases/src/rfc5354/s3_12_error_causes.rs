//! RFC 5354 §3.12: contents of error causes.
//!
//! The procedures of RFC 5352 state when a cause is sent. Only the type of a policy or transport inside a
//! cause is judged (T29).

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    ONE_CAUSE_FOR_EACH_UNKNOWN_PARAMETER,
    UNKNOWN_POOL_HANDLE_HAS_NO_INFORMATION,
    REJECTION_HAS_A_CAUSE,
    POLICY_OF_A_WEIGHTED_POOL_IS_TOLD_WHOLE,
    POLICY_OF_AN_ADAPTIVE_POOL_IS_TOLD_WHOLE,
    POLICY_OF_A_DEGRADING_POOL_IS_TOLD_WHOLE,
    UDP_POOL_TELLS_A_UDP_TRANSPORT,
    UDP_LITE_POOL_TELLS_A_UDP_LITE_TRANSPORT,
    DCCP_POOL_TELLS_A_DCCP_TRANSPORT,
    INCONSISTENT_DATA_CONTROL_HAS_NO_INFORMATION,
];

const ONE_CAUSE_FOR_EACH_UNKNOWN_PARAMETER: Case = registrar(
    "rfc5354/3.12.2/one-cause-for-each-unknown-parameter",
    "Three unknown 11 parameters in one registration are reported in three causes.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_12_2_2, // Each unknown parameter is reported in its own cause 0x1.
    ],
    one_cause_for_each_unknown_parameter,
);

fn one_cause_for_each_unknown_parameter(t: &mut Tester) -> Outcome {
    let scene = Scene::set(t, Ask::Registration)?;
    let unknown = [odd(SKIP_REPORT), odd(0xc0fe), odd(0xe0fe)];
    let message = scene.request().parameters(unknown.clone());
    t.send_octets(&scene.pe, &message.octets())?;
    let answer = scene.answer(t, R5354_3_8)?;
    let done = scene.carried_out(t, Some(&answer))?;
    t.check_that(R5354_3_8, done, answer.summary());

    let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 3, Some(answer))?;
    let note = "nothing is reported; expected three causes 0x1";
    t.check_that(R5352_2_2_14_6, !reports.is_empty(), note);
    if !reports.is_empty() {
        // In one ASAP_ERROR or in several: the RFC requires only the causes.
        let quoted = quoted(&reports, UNRECOGNIZED_PARAMETER);
        let each = unknown.iter().all(|p| quoted.contains(&p.octets()));
        t.check_that(R5354_3_12_2_2, each, format!("quoted: {quoted:02x?}"));
    }
    Ok(())
}

const UNKNOWN_POOL_HANDLE_HAS_NO_INFORMATION: Case = registrar(
    "rfc5354/3.12.11/unknown-pool-handle-has-no-information",
    "Cause 0x9, Unknown Pool Handle, has Length 4.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_3_26,    // The rejection carries cause Unknown Pool Handle.
        R5354_3_12_11_1, // Cause 0x9, Unknown Pool Handle, has Length 4.
    ],
    unknown_pool_handle_has_no_information,
);

fn unknown_pool_handle_has_no_information(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let response = t.answered(R5352_3_3_25, |t| t.resolve(&pu, &pool))?;
    if t.cause(R5352_3_3_26, &response, 0x9) {
        t.field(R5354_3_12_11_1, &response, "operation-error/0x9/#length", 4);
    }
    Ok(())
}

const REJECTION_HAS_A_CAUSE: Case = registrar(
    "rfc5354/3.12.11/rejection-has-a-cause",
    "A request for an unknown pool is answered with at least one cause.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5354_3_12_1, // An Operation Error has type 0xc and at least one cause.
    ],
    rejection_has_a_cause,
);

fn rejection_has_a_cause(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let response = t.answered(R5352_3_3_25, |t| t.resolve(&pu, &pool))?;
    // The RFC requires one cause or more; a second one is only recorded.
    let causes = response.causes();
    t.check_that(R5354_3_12_1, !causes.is_empty(), response.summary());
    if causes.len() > 1 || response.has("operation-error/0x9[1]") {
        t.observe_message("more causes than one", &response);
    }
    Ok(())
}

const POLICY_OF_A_WEIGHTED_POOL_IS_TOLD_WHOLE: Case = registrar(
    "rfc5354/3.12.6/policy-of-a-weighted-pool-is-told-whole",
    "Cause 0x5, Inconsistent Pool Policy, carries Weighted Round Robin with its Length.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_37,   // A policy type other than the pool's is rejected.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_6_1, // Cause 0x5 carries the pool's policy.
    ],
    |t| policy_is_reported(t, Policy::WeightedRoundRobin { weight: 3 }, 12),
)
.needs(&[Ics::PolicyWeightedRoundRobin]);

const POLICY_OF_AN_ADAPTIVE_POOL_IS_TOLD_WHOLE: Case = registrar(
    "rfc5354/3.12.6/policy-of-an-adaptive-pool-is-told-whole",
    "Cause 0x5, Inconsistent Pool Policy, carries Least Used with its Length.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_37,   // A policy type other than the pool's is rejected.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_6_1, // Cause 0x5 carries the pool's policy.
    ],
    |t| policy_is_reported(t, Policy::LeastUsed { load: 7 }, 12),
)
.needs(&[Ics::PolicyLeastUsed]);

const POLICY_OF_A_DEGRADING_POOL_IS_TOLD_WHOLE: Case = registrar(
    "rfc5354/3.12.6/policy-of-a-degrading-pool-is-told-whole",
    "Cause 0x5, Inconsistent Pool Policy, carries Least Used with Degradation with its Length.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_37,   // A policy type other than the pool's is rejected.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_6_1, // Cause 0x5 carries the pool's policy.
    ],
    |t| {
        let policy = Policy::LeastUsedDegradation {
            load: 7,
            degradation: 1,
        };
        policy_is_reported(t, policy, 16)
    },
)
.needs(&[Ics::PolicyLeastUsedWithDegradation]);

fn policy_is_reported(t: &mut Tester, policy: Policy, length: i64) -> Outcome {
    let kind = i64::from(policy.kind());
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool).policy(policy);
    let other = t.pool_element(&pool).policy(Policy::RoundRobin);
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.rejected(&[R5352_3_1_37], &response);
    if t.cause(R5352_3_1_56, &response, 0x5) {
        let in_cause = |field| format!("operation-error/0x5/policy/{field}");
        t.field(R5354_3_12_6_1, &response, &in_cause("type"), kind);
        t.field(R5354_3_12_6_1, &response, &in_cause("#length"), length);
    }
    Ok(())
}

const UDP_POOL_TELLS_A_UDP_TRANSPORT: Case = registrar(
    "rfc5354/3.12.8/udp-pool-tells-a-udp-transport",
    "Cause 0x7, Inconsistent Transport Type, carries a UDP Transport if the pool has one.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_38,   // A transport type other than the pool's is rejected.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_8_1, // Cause 0x7 carries a transport of the pool's type.
    ],
    |t| transport_is_reported(t, udp_pe, "udp-transport"),
);

const UDP_LITE_POOL_TELLS_A_UDP_LITE_TRANSPORT: Case = registrar(
    "rfc5354/3.12.8/udp-lite-pool-tells-a-udp-lite-transport",
    "Cause 0x7, Inconsistent Transport Type, carries a UDP-Lite Transport if the pool has one.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_38,   // A transport type other than the pool's is rejected.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_8_1, // Cause 0x7 carries a transport of the pool's type.
    ],
    |t| transport_is_reported(t, udp_lite_pe, "udp-lite-transport"),
)
.needs(&[Ics::TransportUdpLite]);

const DCCP_POOL_TELLS_A_DCCP_TRANSPORT: Case = registrar(
    "rfc5354/3.12.8/dccp-pool-tells-a-dccp-transport",
    "Cause 0x7, Inconsistent Transport Type, carries a DCCP Transport if the pool has one.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_38,   // A transport type other than the pool's is rejected.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_8_1, // Cause 0x7 carries a transport of the pool's type.
    ],
    |t| transport_is_reported(t, dccp_pe, "dccp-transport"),
)
.needs(&[Ics::TransportDccp]);

fn transport_is_reported(
    t: &mut Tester,
    new_pe: fn(&mut Tester, &PoolHandle) -> Result<PoolElement, Stop>,
    transport: &str,
) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = new_pe(t, &pool)?;
    let other = t.pool_element(&pool);
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_38], &response);
    if t.cause(R5352_3_1_56, &response, 0x7) {
        let path = format!("operation-error/0x7/{transport}");
        t.carries(R5354_3_12_8_1, &response, &path);
    }
    Ok(())
}

const INCONSISTENT_DATA_CONTROL_HAS_NO_INFORMATION: Case = registrar(
    "rfc5354/3.12.9/inconsistent-data-control-has-no-information",
    "Cause 0x8, Inconsistent Data/Control Configuration, has Length 4.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_39,   // A transport use other than the pool's is rejected.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5354_3_12_9_1, // Cause 0x8, Data/Control Configuration, has Length 4.
    ],
    inconsistent_data_control_has_no_information,
);

fn inconsistent_data_control_has_no_information(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = control_pe(t, &pool)?;
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_39], &response);
    if t.cause(R5352_3_1_56, &response, 0x8) {
        t.field(R5354_3_12_9_1, &response, "operation-error/0x8/#length", 4);
    }
    Ok(())
}
