//! RFC 5352 §3.1: registration of PEs that are not in the pool yet (rules 1, 2 and 4).
//!
//! What is refused stands in `s3_1_registration_rejected.rs`, re-registration in
//! `s3_1_reregistration.rs`, unusual but legal values in `s3_1_registration_values.rs`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub const CASES: &[Case] = &[
    FIRST_REGISTRATION_CREATES_THE_POOL,
    SECOND_PE_JOINS_THE_POOL,
    POOL_TAKES_THE_POLICY_OF_ITS_FIRST_PE,
    POOL_TAKES_THE_TRANSPORT_TYPE_OF_ITS_FIRST_PE,
    POOL_TAKES_THE_TRANSPORT_USE_OF_ITS_FIRST_PE,
    NEXT_POOL_CAN_HAVE_ANOTHER_POLICY,
    REGISTRAR_BECOMES_THE_HOME_SERVER,
    HOME_SERVER_IS_WHO_SENDS_THE_KEEP_ALIVES,
    ASAP_TRANSPORT_IS_WHERE_THE_REGISTRATION_CAME_FROM,
    WRITTEN_ASAP_TRANSPORT_IS_REPLACED,
    TCP_USER_TRANSPORT,
    UDP_USER_TRANSPORT,
    UDP_LITE_USER_TRANSPORT,
    DCCP_USER_TRANSPORT,
    OPAQUE_USER_TRANSPORT,
    TWO_PES_OVER_ONE_ASSOCIATION,
    ONE_IDENTIFIER_IN_TWO_POOLS,
];

const FIRST_REGISTRATION_CREATES_THE_POOL: Case = registrar(
    "rfc5352/3.1/first-registration-creates-the-pool",
    "A registration for an unknown handle is granted and makes the PE resolvable.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_54, // The response to an accepted registration has R clear.
        R5352_3_1_16, // A registration without ASAP Transport is complete.
        R5352_3_1_31, // A registration for a new handle creates the pool.
        R5352_3_1_32, // The PE that creates a pool is its first member.
    ],
    first_registration_creates_the_pool,
);

fn first_registration_creates_the_pool(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_54, !response.flag('R'), response.summary());
    t.check_that(R5352_3_1_16, !response.flag('R'), response.summary());

    let listed = t.listed(&pu, &pool)?;
    t.check_that(
        R5352_3_1_31,
        !listed.is_empty(),
        "the pool cannot be resolved",
    );
    t.check_eq(R5352_3_1_32, "PEs listed", listed, vec![pe.pe_identifier()]);
    Ok(())
}

const SECOND_PE_JOINS_THE_POOL: Case = registrar(
    "rfc5352/3.1/second-pe-joins-the-pool",
    "A PE that is consistent with a pool becomes one more member of it.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_54, // The response to an accepted registration has R clear.
        R5352_3_3_22, // The response lists every PE registered in the pool.
        R5352_3_1_36, // A consistent new PE is added to the pool.
    ],
    second_pe_joins_the_pool,
);

fn second_pe_joins_the_pool(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&second)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_54, !response.flag('R'), response.summary());
    let listed = t.listed(&pu, &pool)?;
    let both = listed.contains(&first.pe_identifier()) && listed.contains(&second.pe_identifier());
    t.check_that(R5352_3_3_22, both, format!("PEs listed: {listed:?}"));

    // A list may be partial; alone in its pool, the second cannot be left out of it.
    leave(t, &first)?;
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(
        R5352_3_1_36,
        "PEs listed",
        listed,
        vec![second.pe_identifier()],
    );
    Ok(())
}

const POOL_TAKES_THE_POLICY_OF_ITS_FIRST_PE: Case = registrar(
    "rfc5352/3.1/pool-takes-the-policy-of-its-first-pe",
    "The first PE's policy type becomes the pool's: it is told and asked of the next PE.",
    &[
        R5352_3_1_33, // A new pool takes the policy type of its first PE.
    ],
    pool_takes_the_policy_of_its_first_pe,
)
.needs(&[Ics::PolicyPriority]);

fn pool_takes_the_policy_of_its_first_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 3 });
    let same = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 9 });
    let other = t.pool_element(&pool).policy(Policy::RoundRobin);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.resolve(&pu, &pool)?;
    if let Some(told) = response.number("policy/type") {
        t.check_eq(R5352_3_1_33, "policy told", told, 0x0000_0005);
    }
    let response = t.register_response(&same)?;
    t.check_that(R5352_3_1_33, !response.flag('R'), response.summary());
    let response = t.register_response(&other)?;
    t.check_that(R5352_3_1_33, response.flag('R'), response.summary());
    Ok(())
}

const POOL_TAKES_THE_TRANSPORT_TYPE_OF_ITS_FIRST_PE: Case = registrar(
    "rfc5352/3.1/pool-takes-the-transport-type-of-its-first-pe",
    "A pool made by a TCP PE takes TCP PEs and refuses SCTP PEs.",
    &[
        R5352_3_1_34, // A new pool takes the transport type of its first PE.
    ],
    pool_takes_the_transport_type_of_its_first_pe,
);

fn pool_takes_the_transport_type_of_its_first_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = tcp_pe(t, &pool)?;
    let same = tcp_pe(t, &pool)?;
    let sctp = t.pool_element(&pool);
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&same)?;
    t.check_that(R5352_3_1_34, !response.flag('R'), response.summary());
    let response = t.register_response(&sctp)?;
    t.check_that(R5352_3_1_34, response.flag('R'), response.summary());
    Ok(())
}

const POOL_TAKES_THE_TRANSPORT_USE_OF_ITS_FIRST_PE: Case = registrar(
    "rfc5352/3.1/pool-takes-the-transport-use-of-its-first-pe",
    "A pool made by a PE for data and control takes such PEs and refuses PEs for data only.",
    &[
        R5352_3_1_35, // A new pool takes the Transport Use of its first PE.
    ],
    pool_takes_the_transport_use_of_its_first_pe,
);

fn pool_takes_the_transport_use_of_its_first_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = control_pe(t, &pool)?;
    let same = control_pe(t, &pool)?;
    let data_only = t.pool_element(&pool);
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&same)?;
    t.check_that(R5352_3_1_35, !response.flag('R'), response.summary());
    let response = t.register_response(&data_only)?;
    t.check_that(R5352_3_1_35, response.flag('R'), response.summary());
    Ok(())
}

const NEXT_POOL_CAN_HAVE_ANOTHER_POLICY: Case = registrar(
    "rfc5352/3.1/next-pool-can-have-another-policy",
    "Policy and transport bind the PEs of one pool, not those of all pools.",
    &[
        R5352_3_1_31, // A registration for a new handle creates the pool.
        R5352_3_1_33, // A new pool takes the policy type of its first PE.
    ],
    next_pool_can_have_another_policy,
)
.needs(&[Ics::PolicyPriority]);

fn next_pool_can_have_another_policy(t: &mut Tester) -> Outcome {
    let round_robin = t.unused_pool_handle();
    let priority = t.unused_pool_handle();
    let first = t.pool_element(&round_robin);
    let other = tcp_pe(t, &priority)?.policy(Policy::Priority { priority: 9 });
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.check_that(R5352_3_1_31, !response.flag('R'), response.summary());
    let resolution = t.resolve(&pu, &priority)?;
    t.check_that(
        R5352_3_1_31,
        resolution.has("pool-element"),
        resolution.summary(),
    );
    if let Some(told) = resolution.number("policy/type") {
        t.check_eq(R5352_3_1_33, "policy told", told, 0x0000_0005);
    }
    Ok(())
}

const REGISTRAR_BECOMES_THE_HOME_SERVER: Case = registrar(
    "rfc5352/3.1/registrar-becomes-the-home-server",
    "The registrar puts one and the same ID of its own into every PE, whatever the PE wrote.",
    &[
        R5352_3_1_48, // The accepting registrar sets itself as Home ENRP server.
        R5354_3_10_4, // The Home ENRP Server Identifier is the Home's ID or 0.
    ],
    registrar_becomes_the_home_server,
);

fn registrar_becomes_the_home_server(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let resolution = t.resolve(&pu, &pool)?;
    let own = resolution
        .number("pool-element/home-enrp-server-identifier")
        .unwrap_or_default();
    t.check_that(
        R5352_3_1_48,
        own != 0,
        "the home server of a registered PE is undetermined",
    );

    let other = (own as u32) ^ 0x5a5a_5a5a;
    t.preamble(|t| t.register(&second.home(other)))?;
    leave(t, &first)?;
    let resolution = t.resolve(&pu, &pool)?;
    let home = resolution.number("pool-element/home-enrp-server-identifier");
    t.check_that(
        R5352_3_1_48,
        home != Some(other.into()),
        "the PE chose its home server",
    );
    t.check_eq(R5354_3_10_4, "home of the second PE", home, Some(own));
    Ok(())
}

const HOME_SERVER_IS_WHO_SENDS_THE_KEEP_ALIVES: Case = registrar(
    "rfc5352/3.1/home-server-is-who-sends-the-keep-alives",
    "The Home ENRP Server Identifier of a PE is the ID in the keep-alives that it gets.",
    &[
        R5352_3_1_48, // The accepting registrar sets itself as Home ENRP server.
    ],
    home_server_is_who_sends_the_keep_alives,
);

fn home_server_is_who_sends_the_keep_alives(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    let resolution = t.resolve(&pu, &pool)?;

    // A report makes the registrar send a keep-alive at once; whether it does is another case's purpose.
    t.send(
        &pu,
        forge::endpoint_unreachable(&pool.0, pe.pe_identifier()),
    )?;
    let until = t.now() + t.latest(Duration::from_secs(1));
    let Some(keep_alive) = t.next_of(&pe, until, |m| m.is(ENDPOINT_KEEP_ALIVE))? else {
        return Err(t.inconclusive("no keep-alive came, so the registrar's ID is not known"));
    };
    t.check_eq(
        R5352_3_1_48,
        "Home ENRP Server Identifier",
        resolution.number("pool-element/home-enrp-server-identifier"),
        keep_alive.number("server-identifier"),
    );
    Ok(())
}

const ASAP_TRANSPORT_IS_WHERE_THE_REGISTRATION_CAME_FROM: Case = registrar(
    "rfc5352/3.1/asap-transport-is-where-the-registration-came-from",
    "The ASAP Transport that the registrar records is the PE's end of the association.",
    &[
        R5352_3_1_50, // ASAP Transport has the SCTP port of the registration.
        R5352_3_1_51, // ASAP Transport has only addresses of the association.
    ],
    asap_transport_is_where_the_registration_came_from,
);

fn asap_transport_is_where_the_registration_came_from(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    let at = t.address(&pe)?;
    t.preamble(|t| t.register(&pe))?;

    let resolution = t.resolve(&pu, &pool)?;
    if !resolution.has("pool-element/asap-transport") {
        return Err(t.inconclusive("the registrar does not hand out ASAP transports"));
    }
    let port = resolution.number("pool-element/asap-transport/port");
    t.check_eq(R5352_3_1_50, "ASAP port", port, Some(at.port().into()));
    let recorded = addresses(&resolution, "pool-element/asap-transport");
    t.check_eq(
        R5352_3_1_51,
        "ASAP addresses",
        recorded,
        vec![at.ip().to_string()],
    );
    Ok(())
}

const WRITTEN_ASAP_TRANSPORT_IS_REPLACED: Case = registrar(
    "rfc5352/3.1/written-asap-transport-is-replaced",
    "An ASAP Transport with another port, written by the PE, does not survive.",
    &[
        R5352_3_1_50, // ASAP Transport has the SCTP port of the registration.
    ],
    written_asap_transport_is_replaced,
);

fn written_asap_transport_is_replaced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    let at = t.address(&pe)?;
    let written = Transport::Sctp {
        port: at.port() ^ 1,
        transport_use: 1,
        addrs: vec![at.ip()],
    };
    let pe = pe.asap_transport(Some(written));
    t.preamble(|t| t.register(&pe))?;

    let resolution = t.resolve(&pu, &pool)?;
    if !resolution.has("pool-element/asap-transport") {
        return Err(t.inconclusive("the registrar does not hand out ASAP transports"));
    }
    let port = resolution.number("pool-element/asap-transport/port");
    t.check_eq(R5352_3_1_50, "ASAP port", port, Some(at.port().into()));
    Ok(())
}

const TCP_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/tcp-user-transport",
    "A PE that serves over TCP is registered and resolved as it registered.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_31,   // A registration for a new handle creates the pool.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    tcp_user_transport,
);

fn tcp_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let addrs = own_addrs(t, &pe)?;
    let pe = pe.user_transport(Transport::Tcp { port: 4711, addrs });
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_31, !response.flag('R'), response.summary());
    resolves_as_registered(t, &pu, &pe)
}

const UDP_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/udp-user-transport",
    "A PE that serves over UDP is registered and resolved as it registered.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_31,   // A registration for a new handle creates the pool.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    udp_user_transport,
);

fn udp_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let addrs = own_addrs(t, &pe)?;
    let pe = pe.user_transport(Transport::Udp { port: 4711, addrs });
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    t.check(R5352_3_1_53, true);
    t.check_that(R5352_3_1_31, !response.flag('R'), response.summary());
    resolves_as_registered(t, &pu, &pe)
}

const UDP_LITE_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/udp-lite-user-transport",
    "A PE that serves over UDP-Lite is answered and, if granted, resolved as it registered.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    udp_lite_user_transport,
);

fn udp_lite_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let addrs = own_addrs(t, &pe)?;
    let pe = pe.user_transport(Transport::UdpLite { port: 4711, addrs });
    granted_or_not(t, &pe)
}

const DCCP_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/dccp-user-transport",
    "A PE that serves over DCCP is answered and, if granted, resolved as it registered.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    dccp_user_transport,
);

fn dccp_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let addrs = own_addrs(t, &pe)?;
    let service_code = 0x5253_5055;
    let pe = pe.user_transport(Transport::Dccp {
        port: 4711,
        service_code,
        addrs,
    });
    granted_or_not(t, &pe)
}

const OPAQUE_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/opaque-user-transport",
    "A PE with an Opaque Transport is answered and, if granted, resolved as it registered.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    opaque_user_transport,
);

fn opaque_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    // Not a multiple of four octets, and not text.
    let pe = pe.user_transport(Transport::Opaque(vec![0xff, 0x00, 0x80, 0x7f, 0x01]));
    granted_or_not(t, &pe)
}

const TWO_PES_OVER_ONE_ASSOCIATION: Case = registrar(
    "rfc5352/3.1/two-pes-over-one-association",
    "Two PE Identifiers registered over one association are two members.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_3_22, // The response lists every PE registered in the pool.
        R5352_3_1_36, // A consistent new PE is added to the pool.
    ],
    two_pes_over_one_association,
);

fn two_pes_over_one_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element_beside(&first, &pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&second)?;
    t.check(R5352_3_1_53, true);
    if response.flag('R') {
        t.observe("a second PE over one association is refused");
        return Ok(());
    }
    let listed = t.listed(&pu, &pool)?;
    let both = listed.contains(&first.pe_identifier()) && listed.contains(&second.pe_identifier());
    t.check_that(R5352_3_3_22, both, format!("PEs listed: {listed:?}"));

    // A list may be partial; alone in its pool, the first cannot be left out of it.
    leave(t, &second)?;
    let listed = t.listed(&pu, &pool)?;
    t.check_eq(
        R5352_3_1_36,
        "PEs listed",
        listed,
        vec![first.pe_identifier()],
    );
    Ok(())
}

const ONE_IDENTIFIER_IN_TWO_POOLS: Case = registrar(
    "rfc5352/3.1/one-identifier-in-two-pools",
    "A PE Identifier is unique in its pool only: a PE can be in two pools with the same one.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5354_3_12_5_2, // Cause 0x4 rejects a PE Identifier that is in use.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
    ],
    one_identifier_in_two_pools,
);

fn one_identifier_in_two_pools(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let other_pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let other = t.pool_element(&other_pool).id(pe.pe_identifier());
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.register_response(&other)?;
    t.check(R5352_3_1_53, true);
    let not_unique = response.has("operation-error/0x4");
    t.check_that(R5354_3_12_5_2, !not_unique, response.summary());
    if response.flag('R') {
        t.observe("a PE Identifier known from another pool is refused");
        return Ok(());
    }
    let listed = [t.listed(&pu, &pool)?, t.listed(&pu, &other_pool)?];
    let expected = [vec![pe.pe_identifier()], vec![pe.pe_identifier()]];
    t.check_eq(R5352_3_1_21, "PEs listed", listed, expected);
    Ok(())
}

/// For transports that a registrar need not have: a refusal is only recorded.
fn granted_or_not(t: &mut Tester, pe: &PoolElement) -> Outcome {
    let pu = t.pool_user();
    let response = t.register_response(pe)?;
    t.check(R5352_3_1_53, true);
    if response.flag('R') {
        t.observe(format!("the transport is refused: {}", response.summary()));
        return Ok(());
    }
    resolves_as_registered(t, &pu, pe)
}

/// The pool has this PE, with the user transport that it registered, octet for octet.
fn resolves_as_registered(t: &mut Tester, pu: &PoolUser, pe: &PoolElement) -> Outcome {
    let resolution = t.resolve(pu, &pe.handle)?;
    t.check_eq(
        R5352_3_1_21,
        "PEs listed",
        resolution.pool_elements(),
        vec![pe.pe_identifier()],
    );
    let mut registered = Parameter::transport(&pe.element.user_transport).octets();
    let told = resolution
        .octets_of("pool-element/user-transport")
        .unwrap_or_default();
    // A path gives a parameter without its padding.
    registered.truncate(told.len().max(5));
    t.check_eq(R5352_2_2_6_11, "user transport", told, &registered[..]);
    Ok(())
}
