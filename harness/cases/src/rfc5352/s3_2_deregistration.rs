//! RFC 5352 §3.2: de-registration, and the end of a registration life.

use super::registering::{handle_of, leave, tcp_pe};
use rspcheck_spec::ics::Ics;
use rspcheck_spec::id::*;
use rspcheck_testkit::{Case, DEREGISTRATION_RESPONSE, Outcome, Role, Tester};
use std::time::Duration;

/// The cases of this section.
pub const CASES: &[Case] = &[
    Case {
        id: "rfc5352/3.2/de-registration-removes-the-pe",
        purpose: "A PE that de-registers is answered and no longer in its pool.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_22, R5352_3_2_17],
        run: de_registration_removes_the_pe,
    },
    Case {
        id: "rfc5352/3.2/other-pes-stay",
        purpose: "A de-registration takes one PE out of a pool and leaves the other.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_22, R5352_3_2_17, R5352_3_2_9],
        run: other_pes_stay,
    },
    Case {
        id: "rfc5352/3.2/last-pe-takes-the-pool-with-it",
        purpose: "After its last PE a pool is gone: the handle can be used for another transport.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_18],
        run: last_pe_takes_the_pool_with_it,
    },
    Case {
        id: "rfc5352/3.2/de-registered-pe-can-come-back",
        purpose: "A PE that de-registered can register again under the same identifier.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_17],
        run: de_registered_pe_can_come_back,
    },
    Case {
        id: "rfc5352/3.2/unknown-pool-is-granted",
        purpose: "De-registration from a pool that does not exist counts as granted.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_20, R5352_3_2_19],
        run: unknown_pool_is_granted,
    },
    Case {
        id: "rfc5352/3.2/unknown-pe-is-granted",
        purpose: "De-registration of a PE that a pool does not have counts as granted and removes nobody.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_20, R5352_3_2_19, R5352_3_2_9],
        run: unknown_pe_is_granted,
    },
    Case {
        id: "rfc5352/3.2/de-registration-twice-is-granted-twice",
        purpose: "A de-registration that comes again is answered again and counts as granted.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_20, R5352_3_2_19],
        run: de_registration_twice_is_granted_twice,
    },
    Case {
        id: "rfc5352/3.2/wrong-pool-removes-nobody",
        purpose: "A de-registration that names another pool than the PE's removes the PE from neither.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_20, R5352_3_2_9],
        run: wrong_pool_removes_nobody,
    },
    Case {
        id: "rfc5352/3.2/one-pool-of-two",
        purpose: "A PE in two pools under one identifier leaves the named pool only.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_22, R5352_3_2_17, R5352_3_2_9],
        run: one_pool_of_two,
    },
    Case {
        id: "rfc5352/3.2/de-registration-over-a-new-association",
        purpose: "A PE whose association broke can de-register from the same place over a new one.",
        target: Role::Registrar,
        needs: &[],
        covers: &[R5352_3_2_22, R5352_3_2_17],
        run: de_registration_over_a_new_association,
    },
    Case {
        id: "rfc5352/3.2/expiry-is-told",
        purpose: "The end of an unrenewed registration life is told to the PE, and not before its time.",
        target: Role::Registrar,
        needs: &[Ics::ShortLife],
        covers: &[R5352_3_2_3, R5352_2_2_4_4, R5354_3_10_5],
        run: expiry_is_told,
    },
    Case {
        id: "rfc5352/3.2/expiry-removes-the-pe",
        purpose: "A PE whose registration life is over is no longer in its pool, and the pool is gone.",
        target: Role::Registrar,
        needs: &[Ics::ShortLife],
        covers: &[R5352_3_2_4],
        run: expiry_removes_the_pe,
    },
    Case {
        id: "rfc5352/3.2/expiry-leaves-the-others",
        purpose: "Of two PEs only the one whose life is over leaves the pool.",
        target: Role::Registrar,
        needs: &[Ics::ShortLife],
        covers: &[R5352_3_2_4],
        run: expiry_leaves_the_others,
    },
];

fn de_registration_removes_the_pe(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.deregister_response(&pe)?;
    t.check(R5352_3_2_22, true);
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(R5352_3_2_17, "PEs listed", listed, vec![]);
    Ok(())
}

fn other_pes_stay(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&second))?;

    t.deregister_response(&first)?;
    t.check(R5352_3_2_22, true);
    let listed = t.listed(&pu, &pool)?;
    let gone = !listed.contains(&first.pe_identifier());
    t.check_that(R5352_3_2_17, gone, format!("PEs listed: {listed:?}"));
    let stays = listed.contains(&second.pe_identifier());
    t.check_that(R5352_3_2_9, stays, format!("PEs listed: {listed:?}"));
    Ok(())
}

fn last_pe_takes_the_pool_with_it(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let next = tcp_pe(t, &pool)?;
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    t.deregister_response(&first)?;
    let resolution = t.resolve(&pu, &pool)?;
    t.check_that(
        R5352_3_2_18,
        resolution.has("operation-error"),
        resolution.summary(),
    );
    let response = t.register_response(&next)?;
    t.check_that(R5352_3_2_18, !response.flag('R'), response.summary());
    Ok(())
}

fn de_registered_pe_can_come_back(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    leave(t, &pe)?;

    let response = t.register_response(&pe)?;
    t.check_that(R5352_3_2_17, !response.flag('R'), response.summary());
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(R5352_3_2_17, "PEs listed", listed, vec![pe.pe_identifier()]);
    Ok(())
}

fn unknown_pool_is_granted(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);

    let response = t.deregister_response(&pe)?;
    t.check(R5352_3_2_20, true);
    t.check_that(
        R5352_3_2_19,
        !response.has("operation-error"),
        response.summary(),
    );
    Ok(())
}

fn unknown_pe_is_granted(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let unknown = t.pool_element_beside(&pe, &pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.deregister_response(&unknown)?;
    t.check(R5352_3_2_20, true);
    t.check_that(
        R5352_3_2_19,
        !response.has("operation-error"),
        response.summary(),
    );
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(R5352_3_2_9, "PEs listed", listed, vec![pe.pe_identifier()]);
    Ok(())
}

fn de_registration_twice_is_granted_twice(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;
    leave(t, &pe)?;

    let response = t.deregister_response(&pe)?;
    t.check(R5352_3_2_20, true);
    t.check_that(
        R5352_3_2_19,
        !response.has("operation-error"),
        response.summary(),
    );
    Ok(())
}

fn wrong_pool_removes_nobody(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let other_pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let other = t.pool_element(&other_pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&other))?;

    t.deregister_response(&pe.clone().in_pool(&other_pool))?;
    t.check(R5352_3_2_20, true);
    let listed = [t.listed(&pu, &pool)?, t.listed(&pu, &other_pool)?];
    let expected = [vec![pe.pe_identifier()], vec![other.pe_identifier()]];
    t.check_eq(R5352_3_2_9, "PEs listed", listed, expected);
    Ok(())
}

fn one_pool_of_two(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let other_pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let there_too = pe.clone().in_pool(&other_pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&there_too))?;

    t.deregister_response(&pe)?;
    t.check(R5352_3_2_22, true);
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(R5352_3_2_17, "PEs of the pool left", listed, vec![]);
    let listed = t.listed(&pu, &other_pool)?;
    t.check_eq(
        R5352_3_2_9,
        "PEs of the other pool",
        listed,
        vec![pe.pe_identifier()],
    );
    Ok(())
}

fn de_registration_over_a_new_association(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.abort(&pe)?;

    // The first association SHOULD be used, so another one can be; how the PE proves who it is, is open.
    let response = t.deregister_response(&pe)?;
    t.check(R5352_3_2_22, true);
    if response.has("operation-error") {
        t.observe(format!(
            "a PE on a new association gets {}",
            response.summary()
        ));
        return Ok(());
    }
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(R5352_3_2_17, "PEs listed", listed, vec![]);
    Ok(())
}

fn expiry_is_told(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(2);
    t.preamble(|t| t.register(&pe))?;
    let granted = t.now();

    let notice = t.expect(&pe, DEREGISTRATION_RESPONSE, Duration::from_secs(2))?;
    t.check(R5352_3_2_3, true);
    let about = notice.number("pe-identifier");
    t.check_eq(R5352_2_2_4_4, "pool handle", handle_of(&notice), Some(pool));
    t.check_eq(
        R5352_2_2_4_4,
        "PE Identifier",
        about,
        Some(pe.pe_identifier().into()),
    );
    // Two seconds less a tenth and half a second.
    let lasted = notice.at.saturating_sub(granted);
    let seconds = lasted >= Duration::from_millis(1300);
    t.check_that(
        R5354_3_10_5,
        seconds,
        format!("2 s ended after {} ms", lasted.as_millis()),
    );
    Ok(())
}

fn expiry_removes_the_pe(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(1);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.pass_time(t.latest(Duration::from_secs(1)))?;
    let resolution = t.resolve(&pu, &pool)?;
    t.check_that(
        R5352_3_2_4,
        resolution.has("operation-error"),
        resolution.summary(),
    );
    t.check_eq(
        R5352_3_2_4,
        "PEs listed",
        resolution.pool_elements(),
        vec![],
    );
    Ok(())
}

fn expiry_leaves_the_others(t: &mut Tester<'_>) -> Outcome {
    let pool = t.unused_pool_handle();
    let long = t.pool_element(&pool);
    let short = t.pool_element(&pool).life(1);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&long))?;
    t.preamble(|t| t.register(&short))?;

    t.pass_time(t.latest(Duration::from_secs(1)))?;
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(
        R5352_3_2_4,
        "PEs listed",
        listed,
        vec![long.pe_identifier()],
    );
    Ok(())
}
