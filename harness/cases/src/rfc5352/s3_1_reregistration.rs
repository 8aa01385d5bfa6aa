//! RFC 5352 §3.1: re-registration (rule 3).

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub const CASES: &[Case] = &[
    RE_REGISTRATION_IS_ONE_MEMBER,
    RE_REGISTRATION_REPLACES_POLICY_VALUES,
    RE_REGISTRATION_REPLACES_THE_USER_TRANSPORT,
    RE_REGISTRATION_WITH_ANOTHER_POLICY_IS_REJECTED,
    RE_REGISTRATION_WITH_ANOTHER_TRANSPORT_TYPE_IS_REJECTED,
    RE_REGISTRATION_WITH_ANOTHER_TRANSPORT_USE_IS_REJECTED,
    RE_REGISTRATION_AMONG_OTHERS_KEEPS_THEM,
    RE_REGISTRATION_OVER_A_NEW_ASSOCIATION,
    RENEWAL_COUNTS_THE_LIFE_ANEW,
    RE_REGISTRATION_CAN_LENGTHEN_THE_LIFE,
    RE_REGISTRATION_CAN_SHORTEN_THE_LIFE,
];

const RE_REGISTRATION_IS_ONE_MEMBER: Case = registrar(
    "rfc5352/3.1/re-registration-is-one-member",
    "A PE that registers again over its association is granted and in its pool once.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_41, // A registration of a member is a re-registration.
        R5354_3_10_3, // A PE Identifier is unique within its pool.
    ],
    re_registration_is_one_member,
);

fn re_registration_is_one_member(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.register_response(&pe)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_41, !response.flag('R'), response.summary());
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(R5354_3_10_3, "PEs listed", listed, vec![pe.pe_identifier()]);
    Ok(())
}

const RE_REGISTRATION_REPLACES_POLICY_VALUES: Case = registrar(
    "rfc5352/3.1/re-registration-replaces-policy-values",
    "A re-registration with the same policy type and another value changes the value.",
    &[
        R5352_3_1_45, // A re-registration replaces the policy values.
    ],
    re_registration_replaces_policy_values,
)
.needs(&[Ics::PolicyPriority]);

fn re_registration_replaces_policy_values(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 3 });
    let changed = pe.clone().policy(Policy::Priority { priority: 9 });
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.register(&changed)?;
    let resolution = t.resolve(&pu, &pool)?;
    let priorities = resolution.each("pool-element", "policy/priority");
    t.check_eq(R5352_3_1_45, "priorities listed", priorities, vec![9]);
    Ok(())
}

const RE_REGISTRATION_REPLACES_THE_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/re-registration-replaces-the-user-transport",
    "A re-registration with another port of the same transport moves the PE there.",
    &[
        R5352_3_1_46, // A re-registration replaces the user transport.
    ],
    re_registration_replaces_the_user_transport,
);

fn re_registration_replaces_the_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let addrs = own_addrs(t, &pe)?;
    let changed = Transport::Sctp {
        port: 4711,
        transport_use: 0,
        addrs,
    };
    let changed = pe.clone().user_transport(changed);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.register(&changed)?;
    let resolution = t.resolve(&pu, &pool)?;
    let ports = resolution.each("pool-element", "user-transport/port");
    t.check_eq(R5352_3_1_46, "ports listed", ports, vec![4711]);
    Ok(())
}

const RE_REGISTRATION_WITH_ANOTHER_POLICY_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/re-registration-with-another-policy-is-rejected",
    "The policy type of a pool is fixed even for its only PE; refused, the PE stays as it was.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_42, // A re-registration with a new policy type is rejected.
        R5352_3_1_56, // A rejection carries the fitting error causes.
    ],
    re_registration_with_another_policy_is_rejected,
);

fn re_registration_with_another_policy_is_rejected(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).policy(Policy::RoundRobin);
    let changed = pe.clone().policy(Policy::Priority { priority: 7 });
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.register_response(&changed)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_42, response.flag('R'), response.summary());
    t.check_that(
        R5352_3_1_56,
        response.has("operation-error/0x5"),
        response.summary(),
    );
    let resolution = t.resolve(&pu, &pool)?;
    let policies = resolution.each("pool-element", "policy/type");
    t.check_eq(
        R5352_3_1_42,
        "policy types listed",
        policies,
        vec![0x0000_0001],
    );
    Ok(())
}

const RE_REGISTRATION_WITH_ANOTHER_TRANSPORT_TYPE_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/re-registration-with-another-transport-type-is-rejected",
    "The transport type of a pool is fixed even for its only PE; refused, the PE stays as it was.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_43, // A re-registration with a new transport type is rejected.
        R5352_3_1_56, // A rejection carries the fitting error causes.
    ],
    re_registration_with_another_transport_type_is_rejected,
);

fn re_registration_with_another_transport_type_is_rejected(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let addrs = own_addrs(t, &pe)?;
    let changed = pe
        .clone()
        .user_transport(Transport::Tcp { port: 4711, addrs });
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.register_response(&changed)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_43, response.flag('R'), response.summary());
    t.check_that(
        R5352_3_1_56,
        response.has("operation-error/0x7"),
        response.summary(),
    );
    let resolution = t.resolve(&pu, &pool)?;
    let types = resolution.each("pool-element", "user-transport/#type");
    t.check_eq(R5352_3_1_43, "transport types listed", types, vec![0x4]);
    Ok(())
}

const RE_REGISTRATION_WITH_ANOTHER_TRANSPORT_USE_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/re-registration-with-another-transport-use-is-rejected",
    "The transport use of a pool is fixed even for its only PE; refused, the PE stays as it was.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_44, // A re-registration with a new transport use is rejected.
        R5352_3_1_56, // A rejection carries the fitting error causes.
    ],
    re_registration_with_another_transport_use_is_rejected,
);

fn re_registration_with_another_transport_use_is_rejected(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let transport = own_sctp(t, &pe, 1)?;
    let changed = pe.clone().user_transport(transport);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.register_response(&changed)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_44, response.flag('R'), response.summary());
    t.check_that(
        R5352_3_1_56,
        response.has("operation-error/0x8"),
        response.summary(),
    );
    let resolution = t.resolve(&pu, &pool)?;
    let uses = resolution.each("pool-element", "user-transport/transport-use");
    t.check_eq(R5352_3_1_44, "transport uses listed", uses, vec![0]);
    Ok(())
}

const RE_REGISTRATION_AMONG_OTHERS_KEEPS_THEM: Case = registrar(
    "rfc5352/3.1/re-registration-among-others-keeps-them",
    "A re-registration touches the PE that sent it and no other of its pool.",
    &[
        R5352_3_1_41, // A registration of a member is a re-registration.
        R5354_3_10_3, // A PE Identifier is unique within its pool.
        R5352_3_1_45, // A re-registration replaces the policy values.
        R5352_3_3_22, // The response lists every PE registered in the pool.
    ],
    re_registration_among_others_keeps_them,
)
.needs(&[Ics::PolicyPriority]);

fn re_registration_among_others_keeps_them(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let other = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 5 });
    let pe = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 3 });
    let changed = pe.clone().policy(Policy::Priority { priority: 9 });
    let pu = t.pool_user();
    t.preamble(|t| t.register(&other))?;
    t.preamble(|t| t.register(&pe))?;

    let response = t.register_response(&changed)?;
    t.check_that(R5352_3_1_41, !response.flag('R'), response.summary());
    let resolution = t.resolve(&pu, &pool)?;
    let mut listed = resolution.pool_elements();
    listed.sort_unstable();
    listed.dedup();
    let once = listed.len() == resolution.pool_elements().len();
    t.check_that(R5354_3_10_3, once, resolution.summary());
    let priorities = resolution.each("pool-element", "policy/priority");
    let replaced = priorities.contains(&9) && !priorities.contains(&3);
    t.check_that(
        R5352_3_1_45,
        replaced,
        format!("priorities listed: {priorities:?}"),
    );
    let kept = priorities.contains(&5);
    t.check_that(
        R5352_3_3_22,
        kept,
        format!("priorities listed: {priorities:?}"),
    );
    Ok(())
}

const RE_REGISTRATION_OVER_A_NEW_ASSOCIATION: Case = registrar(
    "rfc5352/3.1/re-registration-over-a-new-association",
    "A PE that lost its association registers from the same place and is in its pool at most once.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5354_3_10_3, // A PE Identifier is unique within its pool.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    re_registration_over_a_new_association,
);

fn re_registration_over_a_new_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.abort(&pe)?;

    // The old entry may be gone with its association (T49) or still be there, and then the
    // newcomer is the same PE or another one (T9).
    let response = t.register_response(&pe)?;
    t.check(R5352_3_1_53, true);
    let listed = t.listed(&pu, &pool)?;
    t.check_that(
        R5354_3_10_3,
        listed.len() <= 1,
        format!("PEs listed: {listed:?}"),
    );
    if response.flag('R') {
        t.observe(format!(
            "a PE on a new association gets {}",
            response.summary()
        ));
    } else {
        t.check_eq(R5352_3_1_21, "PEs listed", listed, vec![pe.pe_identifier()]);
    }
    Ok(())
}

const RENEWAL_COUNTS_THE_LIFE_ANEW: Case = registrar(
    "rfc5352/3.1/renewal-counts-the-life-anew",
    "A PE that renews its registration in time is not expired by the earlier one.",
    &[
        R5352_3_1_47, // A re-registration replaces the registration life.
    ],
    renewal_counts_the_life_anew,
)
.needs(&[Ics::ShortLife]);

fn renewal_counts_the_life_anew(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(2);
    t.preamble(|t| t.register(&pe))?;
    t.pass_time(Duration::from_millis(1200))?;
    t.preamble(|t| t.register(&pe))?;
    let renewed = t.now();

    let end = t.expect(&pe, DEREGISTRATION_RESPONSE, Duration::from_secs(2))?;
    let lasted = end.at.saturating_sub(renewed);
    // The first registration would have ended after 800 ms.
    let anew = lasted >= Duration::from_millis(1300);
    t.check_that(
        R5352_3_1_47,
        anew,
        format!("expired {} ms after a renewal for 2 s", lasted.as_millis()),
    );
    Ok(())
}

const RE_REGISTRATION_CAN_LENGTHEN_THE_LIFE: Case = registrar(
    "rfc5352/3.1/re-registration-can-lengthen-the-life",
    "A short life is forgotten once the PE has re-registered with a long one.",
    &[
        R5352_3_1_47, // A re-registration replaces the registration life.
    ],
    re_registration_can_lengthen_the_life,
)
.needs(&[Ics::ShortLife]);

fn re_registration_can_lengthen_the_life(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(1);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&pe.clone().life(300)))?;

    t.pass_time(t.latest(Duration::from_secs(1)))?;
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(R5352_3_1_47, "PEs listed", listed, vec![pe.pe_identifier()]);
    Ok(())
}

const RE_REGISTRATION_CAN_SHORTEN_THE_LIFE: Case = registrar(
    "rfc5352/3.1/re-registration-can-shorten-the-life",
    "A long life is forgotten once the PE has re-registered with a short one.",
    &[
        R5352_3_1_47, // A re-registration replaces the registration life.
    ],
    re_registration_can_shorten_the_life,
)
.needs(&[Ics::ShortLife]);

fn re_registration_can_shorten_the_life(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(300);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&pe.clone().life(1)))?;

    t.pass_time(t.latest(Duration::from_secs(1)))?;
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(R5352_3_1_47, "PEs listed", listed, vec![]);
    Ok(())
}
