//! RFC 5352 §3.1: re-registration (rule 3).

use crate::words::*;
use rspcheck_testkit::prelude::*;
use std::collections::BTreeSet;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    RE_REGISTRATION_IS_ONE_MEMBER,
    RE_REGISTRATION_REPLACES_POLICY_VALUES,
    RE_REGISTRATION_REPLACES_THE_USER_TRANSPORT,
    RE_REGISTRATION_WITH_ANOTHER_POLICY_IS_REJECTED,
    RE_REGISTRATION_WITH_ANOTHER_TRANSPORT_TYPE_IS_REJECTED,
    RE_REGISTRATION_WITH_ANOTHER_TRANSPORT_USE_IS_REJECTED,
    RE_REGISTRATION_AMONG_OTHERS_KEEPS_THEM,
    RE_REGISTRATION_OVER_A_NEW_ASSOCIATION,
    RENEWAL_COUNTS_THE_LIFE_ANEW,
    REJECTED_RE_REGISTRATION_DOES_NOT_PROLONG_THE_LIFE,
    RE_REGISTRATION_CAN_LENGTHEN_THE_LIFE,
    RE_REGISTRATION_CAN_SHORTEN_THE_LIFE,
];

const RE_REGISTRATION_IS_ONE_MEMBER: Case = registrar(
    "rfc5352/3.1/re-registration-is-one-member",
    "A PE that registers again over its association is granted and listed once.",
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

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.granted(&[R5352_3_1_41], &response);
    t.lists(R5354_3_10_3, &pu, &pool, &[&pe])
}

const RE_REGISTRATION_REPLACES_POLICY_VALUES: Case = registrar(
    "rfc5352/3.1/re-registration-replaces-policy-values",
    "A re-registration with another value of the same policy type replaces the value.",
    &[
        R5352_3_1_45, // A re-registration replaces the policy values.
    ],
    re_registration_replaces_policy_values,
)
.needs(&[Ics::PolicyPriority]);

fn re_registration_replaces_policy_values(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).policy(priority(3));
    let changed = pe.clone().policy(priority(9));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.preamble(|t| t.register(&changed))?;
    let resolution = t.resolve(&pu, &pool)?;
    t.listed_values(R5352_3_1_45, &resolution, "policy/priority", &[9]);
    Ok(())
}

const RE_REGISTRATION_REPLACES_THE_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/re-registration-replaces-the-user-transport",
    "A re-registration with another port of the same transport replaces the port.",
    &[
        R5352_3_1_46, // A re-registration replaces the user transport.
    ],
    re_registration_replaces_the_user_transport,
);

fn re_registration_replaces_the_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let other_port = Transport::Sctp {
        port: 4711,
        transport_use: 0,
        addrs: own_addrs(t, &pe)?,
    };
    let changed = pe.clone().user_transport(other_port);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.preamble(|t| t.register(&changed))?;
    let resolution = t.resolve(&pu, &pool)?;
    t.listed_values(R5352_3_1_46, &resolution, "user-transport/port", &[4711]);
    Ok(())
}

const RE_REGISTRATION_WITH_ANOTHER_POLICY_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/re-registration-with-another-policy-is-rejected",
    "A re-registration with another policy type is rejected even for the only PE, which stays unchanged.",
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
    let changed = pe.clone().policy(priority(7));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.register_response(&changed)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_42], &response);
    t.cause(R5352_3_1_56, &response, 0x5);
    let resolution = t.resolve(&pu, &pool)?;
    t.listed_values(R5352_3_1_42, &resolution, "policy/type", &[1]);
    Ok(())
}

const RE_REGISTRATION_WITH_ANOTHER_TRANSPORT_TYPE_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/re-registration-with-another-transport-type-is-rejected",
    "A re-registration with another transport type is rejected even for the only PE, which stays unchanged.",
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

    let response = t.register_response(&changed)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_43], &response);
    t.cause(R5352_3_1_56, &response, 0x7);
    let resolution = t.resolve(&pu, &pool)?;
    t.listed_values(R5352_3_1_43, &resolution, "user-transport/#type", &[0x4]);
    Ok(())
}

const RE_REGISTRATION_WITH_ANOTHER_TRANSPORT_USE_IS_REJECTED: Case = registrar(
    "rfc5352/3.1/re-registration-with-another-transport-use-is-rejected",
    "A re-registration with another Transport Use is rejected even for the only PE, which stays unchanged.",
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

    let response = t.register_response(&changed)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_44], &response);
    t.cause(R5352_3_1_56, &response, 0x8);
    let resolution = t.resolve(&pu, &pool)?;
    let path = "user-transport/transport-use";
    t.listed_values(R5352_3_1_44, &resolution, path, &[0]);
    Ok(())
}

const RE_REGISTRATION_AMONG_OTHERS_KEEPS_THEM: Case = registrar(
    "rfc5352/3.1/re-registration-among-others-keeps-them",
    "A re-registration changes the PE that sent it and no other PE of the pool.",
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
    let other = t.pool_element(&pool).policy(priority(5));
    let pe = t.pool_element(&pool).policy(priority(3));
    let changed = pe.clone().policy(priority(9));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&other))?;
    t.preamble(|t| t.register(&pe))?;

    let response = t.register_response(&changed)?;
    t.granted(&[R5352_3_1_41], &response);
    let resolution = t.resolve(&pu, &pool)?;
    let listed = resolution.pool_elements();
    let distinct: BTreeSet<_> = listed.iter().collect();
    let once = distinct.len() == listed.len();
    t.check_that(R5354_3_10_3, once, resolution.summary());
    let priorities = resolution.each("pool-element", "policy/priority");
    let replaced = priorities.contains(&9) && !priorities.contains(&3);
    let note = format!("priorities listed: {priorities:?}");
    t.check_that(R5352_3_1_45, replaced, note.clone());
    t.check_that(R5352_3_3_22, priorities.contains(&5), note);
    Ok(())
}

const RE_REGISTRATION_OVER_A_NEW_ASSOCIATION: Case = registrar(
    "rfc5352/3.1/re-registration-over-a-new-association",
    "A PE that registers again after its association was lost is listed at most once.",
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

    // The old entry may have ended with its association (T49). If not, the registration comes from the
    // same PE or from another one with its identifier (T9).
    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    let resolution = t.resolve(&pu, &pool)?;
    let once = resolution.pool_elements().len() <= 1;
    t.check_that(R5354_3_10_3, once, resolution.summary());
    if response.flag('R') {
        t.observe_message("a PE on a new association", &response);
    } else {
        t.members(R5352_3_1_21, &resolution, &[&pe]);
    }
    Ok(())
}

const RENEWAL_COUNTS_THE_LIFE_ANEW: Case = registrar(
    "rfc5352/3.1/renewal-counts-the-life-anew",
    "A re-registration restarts the registration life.",
    &[
        R5352_3_1_47, // A re-registration replaces the registration life.
        R5352_3_2_3,  // The registrar notifies a PE whose registration expired.
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

    let notice = t.expect(
        R5352_3_2_3,
        &pe,
        DEREGISTRATION_RESPONSE,
        Duration::from_secs(2),
    )?;
    let lasted = notice.at.saturating_sub(renewed);
    let note = format!("expired {} ms after a renewal for 2 s", lasted.as_millis());
    // The life of the first registration would have ended after 800 ms.
    t.check_that(R5352_3_1_47, lasted >= Duration::from_millis(1300), note);
    Ok(())
}

const REJECTED_RE_REGISTRATION_DOES_NOT_PROLONG_THE_LIFE: Case = registrar(
    "rfc5352/3.1/rejected-re-registration-does-not-prolong-the-life",
    "A re-registration that is rejected for its policy does not restart the registration life.",
    &[
        R5352_3_1_47, // A re-registration replaces the registration life.
    ],
    rejected_re_registration_does_not_prolong_the_life,
)
.needs(&[Ics::ShortLife]);

fn rejected_re_registration_does_not_prolong_the_life(t: &mut Tester) -> Outcome {
    let life = Duration::from_secs(3);
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(3);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    let ends = t.now() + t.latest(life);
    t.pass_time(Duration::from_secs(2))?;

    let changed = pe.clone().policy(priority(7));
    let mut rejected = false;
    t.preamble(|t| {
        rejected = t.register_response(&changed)?.flag('R');
        Ok(())
    })?;
    if !rejected {
        return Err(t.inconclusive("a re-registration with another policy is granted"));
    }
    t.pass_time(ends.saturating_sub(t.now()))?;
    t.lists_none(R5352_3_1_47, &pu, &pool)
}

const RE_REGISTRATION_CAN_LENGTHEN_THE_LIFE: Case = registrar(
    "rfc5352/3.1/re-registration-can-lengthen-the-life",
    "A re-registration with a longer life replaces the shorter one.",
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
    t.lists(R5352_3_1_47, &pu, &pool, &[&pe])
}

const RE_REGISTRATION_CAN_SHORTEN_THE_LIFE: Case = registrar(
    "rfc5352/3.1/re-registration-can-shorten-the-life",
    "A re-registration with a shorter life replaces the longer one.",
    &[
        R5352_3_1_47, // A re-registration replaces the registration life.
    ],
    re_registration_can_shorten_the_life,
)
.needs(&[Ics::ShortLife]);

fn re_registration_can_shorten_the_life(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(300);
    // Its life ends between the two ends of the other one.
    let stays = t.pool_element(&pool).life(100);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&stays))?;
    t.preamble(|t| t.register(&pe.clone().life(1)))?;

    t.pass_time(t.latest(Duration::from_secs(1)))?;
    t.lists(R5352_3_1_47, &pu, &pool, &[&stays])
}
