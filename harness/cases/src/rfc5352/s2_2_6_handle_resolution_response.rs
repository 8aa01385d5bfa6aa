//! RFC 5352 §2.2.6: the contents of ASAP_HANDLE_RESOLUTION_RESPONSE.
//!
//! Policy parameters other than Round Robin are in `rfc5356`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    HANDLE_IS_ECHOED_IN_A_POSITIVE_RESPONSE,
    HANDLE_IS_ECHOED_IN_A_NEGATIVE_RESPONSE,
    A_IS_CLEAR_WITHOUT_S,
    UPDATES_CAN_BE_REFUSED,
    NEGATIVE_RESPONSE_HOLDS_THE_ERROR_ALONE,
    POSITIVE_RESPONSE_HOLDS_PES_AND_NO_ERROR,
    ROUND_ROBIN_NEED_NOT_BE_TOLD,
    PE_IS_TOLD_AS_IT_REGISTERED,
    REGISTRATION_LIFE_IS_TOLD,
    HOME_SERVER_IS_ONE_FOR_ALL_POOLS,
    USER_AND_ASAP_TRANSPORT_ARE_TOLD_APART,
];

const HANDLE_IS_ECHOED_IN_A_POSITIVE_RESPONSE: Case = registrar(
    "rfc5352/2.2.6/handle-is-echoed-in-a-positive-response",
    "A positive response repeats the pool handle, whatever its octets and length.",
    &[
        R5352_2_2_6_5, // A handle resolution response repeats the Pool Handle.
        R5354_3_9_1,   // A Pool Handle has type 0x9 and Length - 4 handle octets.
    ],
    handle_is_echoed_in_a_positive_response,
);

fn handle_is_echoed_in_a_positive_response(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    let first = t.unused_pool_handle();
    let seat = t.pool_element(&first);
    for pool in odd_handles(t) {
        let pe = seat.clone().in_pool(&pool);
        // A registrar may have a limit on the length of a handle, but not on a short one.
        let refused = t.register_response(&pe)?.flag('R');
        if refused && pool.0.len() < 32 {
            return Err(t.inconclusive(format!("the pool {pool} is refused")));
        }
        if refused {
            t.observe(format!("a handle of {} octets is refused", pool.0.len()));
            continue;
        }
        t.send(&pu, forge::handle_resolution(&pool.0, false))?;
        let response = t.resolution_response(R5352_3_3_21, &pu)?;
        t.names_pool(R5352_2_2_6_5, &response, &pool);
        let length = 4 + pool.0.len() as i64;
        t.field(R5354_3_9_1, &response, "pool-handle/#length", length);
        if !response.has("pool-element") {
            return Err(t.inconclusive(format!("the pool {pool} is unknown")));
        }
        leave(t, &pe)?;
    }
    Ok(())
}

const HANDLE_IS_ECHOED_IN_A_NEGATIVE_RESPONSE: Case = registrar(
    "rfc5352/2.2.6/handle-is-echoed-in-a-negative-response",
    "A negative response repeats the pool handle, whatever its octets and length.",
    &[
        R5352_2_2_6_5, // A handle resolution response repeats the Pool Handle.
        R5354_3_9_1,   // A Pool Handle has type 0x9 and Length - 4 handle octets.
    ],
    handle_is_echoed_in_a_negative_response,
);

fn handle_is_echoed_in_a_negative_response(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    for pool in odd_handles(t) {
        t.send(&pu, forge::handle_resolution(&pool.0, false))?;
        let response = t.resolution_response(R5352_3_3_25, &pu)?;
        t.names_pool(R5352_2_2_6_5, &response, &pool);
        let length = 4 + pool.0.len() as i64;
        t.field(R5354_3_9_1, &response, "pool-handle/#length", length);
    }
    Ok(())
}

const A_IS_CLEAR_WITHOUT_S: Case = registrar(
    "rfc5352/2.2.6/a-is-clear-without-s",
    "A request with S clear is answered with A clear, positively or negatively.",
    &[
        R5352_2_2_6_6, // A is set only if S was set and updates are accepted.
    ],
    a_is_clear_without_s,
);

fn a_is_clear_without_s(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();

    let negative = t.resolve(&pu, &pool)?;
    t.flag_clear(R5352_2_2_6_6, &negative, 'A');
    t.preamble(|t| t.register(&pe))?;
    let positive = t.resolve(&pu, &pool)?;
    t.flag_clear(R5352_2_2_6_6, &positive, 'A');
    Ok(())
}

const UPDATES_CAN_BE_REFUSED: Case = registrar(
    "rfc5352/2.2.6/updates-can-be-refused",
    "A request with S set is answered with the PEs of the pool, with A set or clear; with A clear no update follows.",
    &[
        R5352_2_2_6_6, // A is set only if S was set and updates are accepted.
        R5352_3_3_21,  // A handle resolution of an existing pool is answered.
        R5352_2_2_6_7, // A registrar without updates answers with A clear.
    ],
    updates_can_be_refused,
);

fn updates_can_be_refused(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let (pe, joins) = (t.pool_element(&pool), t.pool_element(&pool));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.send(&pu, forge::handle_resolution(&pool.0, true))?;
    let response = t.resolution_response(R5352_3_3_21, &pu)?;
    t.members(R5352_3_3_21, &response, &[&pe]);
    let note = format!("S set is answered with A {}", u8::from(response.flag('A')));
    t.permitted(R5352_2_2_6_7, note);
    if response.flag('A') {
        return Ok(());
    }
    t.preamble(|t| t.register(&joins))?;
    t.expect_none(R5352_2_2_6_6, &pu, HANDLE_RESOLUTION_RESPONSE)
}

const NEGATIVE_RESPONSE_HOLDS_THE_ERROR_ALONE: Case = registrar(
    "rfc5352/2.2.6/negative-response-holds-the-error-alone",
    "The response for an unknown pool has an Operation Error, no policy and no PE.",
    &[
        R5352_2_2_6_14, // A response is negative if it has an Operation Error.
        R5352_2_2_6_9,  // A negative response has no policy parameter.
        R5352_2_2_6_13, // A negative response has no Pool Element.
    ],
    negative_response_holds_the_error_alone,
);

fn negative_response_holds_the_error_alone(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();

    let response = t.resolve(&pu, &pool)?;
    t.error(R5352_2_2_6_14, &response);
    t.lacks(R5352_2_2_6_9, &response, "policy");
    t.lacks(R5352_2_2_6_13, &response, "pool-element");
    Ok(())
}

const POSITIVE_RESPONSE_HOLDS_PES_AND_NO_ERROR: Case = registrar(
    "rfc5352/2.2.6/positive-response-holds-pes-and-no-error",
    "The response for a known pool has at least one PE and no Operation Error.",
    &[
        R5352_2_2_6_12, // A positive response has at least one Pool Element.
        R5352_2_2_6_14, // A response is negative if it has an Operation Error.
    ],
    positive_response_holds_pes_and_no_error,
);

fn positive_response_holds_pes_and_no_error(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.resolve(&pu, &pool)?;
    t.carries(R5352_2_2_6_12, &response, "pool-element");
    t.no_error(R5352_2_2_6_14, &response);
    Ok(())
}

const ROUND_ROBIN_NEED_NOT_BE_TOLD: Case = registrar(
    "rfc5352/2.2.6/round-robin-need-not-be-told",
    "The response for a Round Robin pool has no policy, or the policy Round Robin.",
    &[
        R5352_3_3_24,  // The policy in the response has the pool's policy type.
        R5356_4_1_4_1, // RR: the parameter has Length 8 and policy type 0x1.
    ],
    round_robin_need_not_be_told,
);

fn round_robin_need_not_be_told(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.resolve(&pu, &pool)?;
    t.must_carry(R5352_3_3_24, &response, "pool-element")?;
    if !response.has("policy") {
        t.permitted(R5356_4_1_4_1, "the response omits the policy Round Robin");
        return Ok(());
    }
    t.field(R5352_3_3_24, &response, "policy/type", 0x0000_0001);
    t.field(R5356_4_1_4_1, &response, "policy/#length", 8);
    Ok(())
}

const PE_IS_TOLD_AS_IT_REGISTERED: Case = registrar(
    "rfc5352/2.2.6/pe-is-told-as-it-registered",
    "A response lists each PE with the user transport and policy that it registered.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    pe_is_told_as_it_registered,
);

fn pe_is_told_as_it_registered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pes: [PoolElement; 3] = std::array::from_fn(|_| t.pool_element(&pool));
    let pu = t.pool_user();
    t.preamble(|t| pes.iter().try_for_each(|pe| t.register(pe)))?;

    let response = t.resolve(&pu, &pool)?;
    t.must_carry(R5352_2_2_6_11, &response, "pool-element")?;
    for (nth, id) in response.pool_elements().into_iter().enumerate() {
        let Some(pe) = pes.iter().find(|pe| pe.pe_identifier() == id) else {
            let note = format!("PE {id:#010x} is not registered");
            t.check_that(R5352_2_2_6_11, false, note);
            continue;
        };
        let transport = response.octets_of(&nth_pe(nth, "user-transport"));
        let registered = Parameter::transport(&pe.element.user_transport).octets();
        let registered = Some(&registered[..]);
        t.check_eq(R5352_2_2_6_11, "user transport", transport, registered);
        let policy = response.octets_of(&nth_pe(nth, "policy"));
        let registered = Parameter::policy(&pe.element.policy).octets();
        t.check_eq(R5352_2_2_6_11, "policy", policy, Some(&registered[..]));
    }
    Ok(())
}

const REGISTRATION_LIFE_IS_TOLD: Case = registrar(
    "rfc5352/2.2.6/registration-life-is-told",
    "A response lists each PE with its registration life, as registered, as remaining or as limited with a warning.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    registration_life_is_told,
);

fn registration_life_is_told(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    // -1 means for ever. The other lives may be listed as registered or as what remains of them.
    for life in [60, 86_400, -1] {
        let pool = t.unused_pool_handle();
        let pe = t.pool_element(&pool).life(life);
        // A grant with an Operation Error warns of modified values (§2.2.3), such as a shorter life.
        let warned = granted_with_a_warning(t, &pe)?;
        let response = t.resolve(&pu, &pool)?;
        let listed = response.number("pool-element/registration-life");
        let registered = i64::from(life);
        let fits = match life {
            _ if warned => listed.is_some_and(|listed| life == -1 || listed <= registered),
            -1 => listed == Some(registered),
            _ => listed.is_some_and(|listed| (registered - 30..=registered).contains(&listed)),
        };
        let note = format!("life: registered {life} s, listed {listed:?}");
        t.check_that(R5352_2_2_6_11, fits, note);
    }
    Ok(())
}

const HOME_SERVER_IS_ONE_FOR_ALL_POOLS: Case = registrar(
    "rfc5352/2.2.6/home-server-is-one-for-all-pools",
    "PEs of two pools that registered here have the same Home ENRP server, which is not 0.",
    &[
        R5354_3_10_4, // The Home ENRP Server Identifier is the Home's ID or 0.
    ],
    home_server_is_one_for_all_pools,
);

fn home_server_is_one_for_all_pools(t: &mut Tester) -> Outcome {
    let (pool, other_pool) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pes = [&pool, &pool, &other_pool].map(|pool| t.pool_element(pool));
    let pu = t.pool_user();
    t.preamble(|t| pes.iter().try_for_each(|pe| t.register(pe)))?;

    let mut homes = Vec::new();
    for handle in [&pool, &other_pool] {
        let response = t.resolve(&pu, handle)?;
        homes.extend(response.each("pool-element", "home-enrp-server-identifier"));
    }
    let known = homes.first().is_some_and(|home| *home != 0);
    t.check_that(R5354_3_10_4, known, format!("homes: {homes:?}"));
    let same = homes.windows(2).all(|two| two[0] == two[1]);
    t.check_that(R5354_3_10_4, same, format!("homes: {homes:?}"));
    Ok(())
}

const USER_AND_ASAP_TRANSPORT_ARE_TOLD_APART: Case = registrar(
    "rfc5352/2.2.6/user-and-asap-transport-are-told-apart",
    "A PE with different user and ASAP ports is listed with both.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5352_3_1_50,   // ASAP Transport has the SCTP port of the registration.
        R5354_3_10_9,   // The ASAP Transport is an SCTP Transport.
    ],
    user_and_asap_transport_are_told_apart,
);

fn user_and_asap_transport_are_told_apart(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    let at = t.address(&pe)?;
    let port = at.port() ^ 0x0100;
    let pe = pe.user_transport(Transport::Sctp {
        port,
        transport_use: 0,
        addrs: vec![at.ip()],
    });
    t.preamble(|t| t.register(&pe))?;

    let response = t.resolve(&pu, &pool)?;
    let user_port = "pool-element/user-transport/port";
    t.field(R5352_2_2_6_11, &response, user_port, port);
    if !response.has("pool-element/asap-transport") {
        t.observe("the response omits the ASAP Transport");
        return Ok(());
    }
    let kind = "pool-element/asap-transport/#type";
    t.field(R5354_3_10_9, &response, kind, 0x4);
    let asap_port = "pool-element/asap-transport/port";
    t.field(R5352_3_1_50, &response, asap_port, at.port());
    Ok(())
}

/// Returns handles of every length from 1 to 255, of octets that are no text and that a C string would cut off.
fn odd_handles(t: &mut Tester) -> Vec<PoolHandle> {
    let tails = [
        &[0x00][..],
        &[0xff],
        b"a\0b",
        &[0x80, 0x0a, 0x7f],
        &[0xfe, 0x00],
    ];
    let mut handles = Vec::new();
    for (length, tail) in (1..=255).zip(tails.into_iter().cycle()) {
        let unique = t.random_identifier().to_be_bytes();
        let octets = unique.into_iter().chain(tail.iter().copied().cycle());
        handles.push(PoolHandle(octets.take(length).collect()));
    }
    handles
}
