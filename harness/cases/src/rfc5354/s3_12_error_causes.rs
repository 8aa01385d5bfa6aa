//! RFC 5354 §3.12: what is inside the error causes that a registrar gives.
//!
//! Which cause is given when, stands with the procedures of RFC 5352. Of a quoted policy or transport only
//! the type counts (T29).

use rspcheck_spec::ics::Ics;
use rspcheck_spec::id::*;
use rspcheck_testkit::forge::{Policy, Transport};
use rspcheck_testkit::{Case, Message, Outcome, PoolElement, Role, Stop, Tester};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "rfc5354/3.12.11/unknown-pool-handle-has-no-information",
        purpose: "The cause Unknown Pool Handle has Length 4.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_3_25, R5352_3_3_26, R5354_3_12_11_1],
        run: unknown_pool_handle_has_no_information,
    },
    Case {
        id: "rfc5354/3.12.11/unknown-pool-handle-is-the-only-cause",
        purpose: "A request for an unknown pool is answered by one cause and no other.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_3_25, R5354_3_12_1],
        run: unknown_pool_handle_is_the_only_cause,
    },
    Case {
        id: "rfc5354/3.12.6/policy-of-a-weighted-pool-is-told-whole",
        purpose: "Inconsistent Pooling Policy carries a Weighted Round Robin policy with its weight.",
        target: Role::Registrar,
        needs: &[Ics::PolicyWeightedRoundRobin],
        covers: &[R5352_3_1_53, R5352_3_1_37, R5354_3_12_6_1],
        run: |t| policy_is_told(t, Policy::WeightedRoundRobin { weight: 3 }, 12),
    },
    Case {
        id: "rfc5354/3.12.6/policy-of-an-adaptive-pool-is-told-whole",
        purpose: "Inconsistent Pooling Policy carries a Least Used policy with its load.",
        target: Role::Registrar,
        needs: &[Ics::PolicyLeastUsed],
        covers: &[R5352_3_1_53, R5352_3_1_37, R5354_3_12_6_1],
        run: |t| policy_is_told(t, Policy::LeastUsed { load: 7 }, 12),
    },
    Case {
        id: "rfc5354/3.12.6/policy-of-a-degrading-pool-is-told-whole",
        purpose: "Inconsistent Pooling Policy carries both fields of Least Used with Degradation.",
        target: Role::Registrar,
        needs: &[Ics::PolicyLeastUsedWithDegradation],
        covers: &[R5352_3_1_53, R5352_3_1_37, R5354_3_12_6_1],
        run: |t| {
            let policy = Policy::LeastUsedDegradation {
                load: 7,
                degradation: 1,
            };
            policy_is_told(t, policy, 16)
        },
    },
    Case {
        id: "rfc5354/3.12.8/udp-pool-tells-a-udp-transport",
        purpose: "Inconsistent Transport Type carries a UDP Transport if that is the pool's.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_1_53, R5352_3_1_38, R5354_3_12_8_1],
        run: |t| {
            transport_is_told(t, "udp-transport", |port, addrs| Transport::Udp {
                port,
                addrs,
            })
        },
    },
    Case {
        id: "rfc5354/3.12.8/udp-lite-pool-tells-a-udp-lite-transport",
        purpose: "Inconsistent Transport Type carries a UDP-Lite Transport if that is the pool's.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_1_53, R5352_3_1_38, R5354_3_12_8_1],
        run: |t| {
            transport_is_told(t, "udp-lite-transport", |port, addrs| Transport::UdpLite {
                port,
                addrs,
            })
        },
    },
    Case {
        id: "rfc5354/3.12.8/dccp-pool-tells-a-dccp-transport",
        purpose: "Inconsistent Transport Type carries a DCCP Transport if that is the pool's.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_1_53, R5352_3_1_38, R5354_3_12_8_1],
        run: |t| {
            transport_is_told(t, "dccp-transport", |port, addrs| Transport::Dccp {
                port,
                service_code: 1,
                addrs,
            })
        },
    },
    Case {
        id: "rfc5354/3.12.9/inconsistent-data-control-has-no-information",
        purpose: "The cause Inconsistent Data/Control Configuration has Length 4.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_1_53, R5352_3_1_39, R5354_3_12_9_1],
        run: inconsistent_data_control_has_no_information,
    },
    Case {
        id: "rfc5354/3.7/udp-lite-is-data-only",
        purpose: "A UDP-Lite PE differs from a data-only SCTP pool in its type, not in data and control.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_1_53, R5352_3_1_38, R5354_3_7_5],
        run: udp_lite_is_data_only,
    },
    Case {
        id: "rfc5354/3.3/dccp-is-data-only",
        purpose: "A DCCP PE differs from a data-only SCTP pool in its type, not in data and control.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_1_53, R5352_3_1_38, R5354_3_3_5],
        run: dccp_is_data_only,
    },
];

fn unknown_pool_handle_has_no_information(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let response = t.resolve(&pu, &pool)?;
    t.check(R5352_3_3_25, true);
    let told = response.has("operation-error/0x9");
    t.check_that(R5352_3_3_26, told, response.summary());
    if told {
        let length = response.number("operation-error/0x9/#length");
        t.check_eq(R5354_3_12_11_1, "Length of the cause", length, Some(4));
    }
    Ok(())
}

fn unknown_pool_handle_is_the_only_cause(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let response = t.resolve(&pu, &pool)?;
    t.check(R5352_3_3_25, true);
    // One cause or more have to be there; a second of the same code would say nothing new.
    let causes = response.causes();
    t.check_that(R5354_3_12_1, !causes.is_empty(), response.summary());
    if causes.len() > 1 || response.has("operation-error/0x9[1]") {
        t.observe(format!("more causes than one: {}", response.summary()));
    }
    Ok(())
}

fn policy_is_told(t: &mut Tester<'_>, policy: Policy, length: i64) -> Outcome {
    let kind = i64::from(policy.kind());
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool).policy(policy);
    let other = t.pool_element(&pool).policy(Policy::RoundRobin);
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_37, response.flag('R'), response.summary());
    if response.has("operation-error/0x5") {
        let told = response.number("operation-error/0x5/policy/type");
        t.check_eq(R5354_3_12_6_1, "policy told", told, Some(kind));
        let told = response.number("operation-error/0x5/policy/#length");
        t.check_eq(R5354_3_12_6_1, "Length of the policy", told, Some(length));
    }
    Ok(())
}

fn transport_is_told(
    t: &mut Tester<'_>,
    segment: &str,
    transport: fn(u16, Vec<std::net::IpAddr>) -> Transport,
) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let own = t.address(&first)?;
    let first = first.user_transport(transport(4711, vec![own.ip()]));
    let other = t.pool_element(&pool);
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_38, response.flag('R'), response.summary());
    if response.has("operation-error/0x7") {
        let told = response.has(&format!("operation-error/0x7/{segment}"));
        t.check_that(R5354_3_12_8_1, told, response.summary());
    }
    Ok(())
}

fn inconsistent_data_control_has_no_information(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = t.pool_element(&pool);
    let own = t.address(&other)?;
    let other = other.user_transport(Transport::Sctp {
        port: own.port(),
        transport_use: 1,
        addrs: vec![own.ip()],
    });
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_39, response.flag('R'), response.summary());
    if response.has("operation-error/0x8") {
        let length = response.number("operation-error/0x8/#length");
        t.check_eq(R5354_3_12_9_1, "Length of the cause", length, Some(4));
    }
    Ok(())
}

fn udp_lite_is_data_only(t: &mut Tester<'_>) -> Outcome {
    let response =
        refused_by_a_data_only_pool(t, |port, addrs| Transport::UdpLite { port, addrs })?;
    let told = response.has("operation-error/0x8");
    t.check_that(R5354_3_7_5, !told, response.summary());
    Ok(())
}

fn dccp_is_data_only(t: &mut Tester<'_>) -> Outcome {
    let response = refused_by_a_data_only_pool(t, |port, addrs| Transport::Dccp {
        port,
        service_code: 1,
        addrs,
    })?;
    let told = response.has("operation-error/0x8");
    t.check_that(R5354_3_3_5, !told, response.summary());
    Ok(())
}

/// The response to a PE of another transport from a pool of SCTP PEs for data only.
fn refused_by_a_data_only_pool(
    t: &mut Tester<'_>,
    transport: fn(u16, Vec<std::net::IpAddr>) -> Transport,
) -> Result<Message, Stop> {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other: PoolElement = t.pool_element(&pool);
    let own = t.address(&other)?;
    let other = other.user_transport(transport(4711, vec![own.ip()]));
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_38, response.flag('R'), response.summary());
    Ok(response)
}
