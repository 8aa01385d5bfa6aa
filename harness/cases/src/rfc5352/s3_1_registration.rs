//! RFC 5352 §3.1: registration of PEs that are not in the pool yet (rules 1, 2 and 4).
//!
//! Rejected registrations are in `s3_1_registration_rejected.rs`, re-registrations in
//! `s3_1_reregistration.rs`, unusual but legal values in `s3_1_registration_values.rs`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
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
    CONTROL_USER_TRANSPORT,
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
    "A registration for an unknown pool handle is granted, and the PE can be resolved.",
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

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.granted(&[R5352_3_1_54, R5352_3_1_16], &response);

    let resolution = t.resolve(&pu, &pool)?;
    t.carries(R5352_3_1_31, &resolution, "pool-element");
    t.members(R5352_3_1_32, &resolution, &[&pe]);
    Ok(())
}

const SECOND_PE_JOINS_THE_POOL: Case = registrar(
    "rfc5352/3.1/second-pe-joins-the-pool",
    "A PE with the pool's policy and transport becomes a second member of the pool.",
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

    let response = t.register_response(&second)?; // Checks R5352_3_1_53.
    t.granted(&[R5352_3_1_54], &response);
    t.lists_at_least(R5352_3_3_22, &pu, &pool, &[&first, &second])?;

    // A response may list some PEs only, but not leave out the only member of a pool.
    leave(t, &first)?;
    t.lists(R5352_3_1_36, &pu, &pool, &[&second])
}

const POOL_TAKES_THE_POLICY_OF_ITS_FIRST_PE: Case = registrar(
    "rfc5352/3.1/pool-takes-the-policy-of-its-first-pe",
    "The policy type of the first PE becomes the pool's and is required of the next PE.",
    &[
        R5352_3_1_33, // A new pool takes the policy type of its first PE.
    ],
    pool_takes_the_policy_of_its_first_pe,
)
.needs(&[Ics::PolicyPriority]);

fn pool_takes_the_policy_of_its_first_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool).policy(priority(3));
    let same = t.pool_element(&pool).policy(priority(9));
    let other = t.pool_element(&pool).policy(Policy::RoundRobin);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.resolve(&pu, &pool)?;
    t.field_if_present(R5352_3_1_33, &response, "policy/type", 0x0000_0005);
    let response = t.register_response(&same)?;
    t.granted(&[R5352_3_1_33], &response);
    let response = t.register_response(&other)?;
    t.rejected(&[R5352_3_1_33], &response);
    Ok(())
}

const POOL_TAKES_THE_TRANSPORT_TYPE_OF_ITS_FIRST_PE: Case = registrar(
    "rfc5352/3.1/pool-takes-the-transport-type-of-its-first-pe",
    "A pool whose first PE serves over TCP accepts TCP PEs and rejects SCTP PEs.",
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
    t.granted(&[R5352_3_1_34], &response);
    let response = t.register_response(&sctp)?;
    t.rejected(&[R5352_3_1_34], &response);
    Ok(())
}

const POOL_TAKES_THE_TRANSPORT_USE_OF_ITS_FIRST_PE: Case = registrar(
    "rfc5352/3.1/pool-takes-the-transport-use-of-its-first-pe",
    "A pool whose first PE has Transport Use 1 accepts such PEs and rejects those with 0.",
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
    t.granted(&[R5352_3_1_35], &response);
    let response = t.register_response(&data_only)?;
    t.rejected(&[R5352_3_1_35], &response);
    Ok(())
}

const NEXT_POOL_CAN_HAVE_ANOTHER_POLICY: Case = registrar(
    "rfc5352/3.1/next-pool-can-have-another-policy",
    "Policy and transport of one pool do not restrict the PEs of another pool.",
    &[
        R5352_3_1_31, // A registration for a new handle creates the pool.
        R5352_3_1_33, // A new pool takes the policy type of its first PE.
    ],
    next_pool_can_have_another_policy,
)
.needs(&[Ics::PolicyPriority]);

fn next_pool_can_have_another_policy(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let other_pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = tcp_pe(t, &other_pool)?.policy(priority(9));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?;
    t.granted(&[R5352_3_1_31], &response);
    let resolution = t.resolve(&pu, &other_pool)?;
    t.carries(R5352_3_1_31, &resolution, "pool-element");
    t.field_if_present(R5352_3_1_33, &resolution, "policy/type", 0x0000_0005);
    Ok(())
}

/// Path of the ASAP Transport in a resolution.
const ASAP_TRANSPORT: &str = "pool-element/asap-transport";
/// Path of its port.
const ASAP_PORT: &str = "pool-element/asap-transport/port";

const REGISTRAR_BECOMES_THE_HOME_SERVER: Case = registrar(
    "rfc5352/3.1/registrar-becomes-the-home-server",
    "The registrar sets its own ID as Home ENRP server of every PE, whatever the PE sent.",
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
    let own = resolution.number(HOME).unwrap_or_default();
    t.check_that(R5352_3_1_48, own != 0, "Home ENRP server 0");

    let other = (own as u32) ^ 0x5a5a_5a5a;
    t.preamble(|t| t.register(&second.home(other)))?;
    leave(t, &first)?;
    let resolution = t.resolve(&pu, &pool)?;
    let replaced = resolution.number(HOME) != Some(other.into());
    t.check_that(R5352_3_1_48, replaced, "the PE chose its Home ENRP server");
    t.field(R5354_3_10_4, &resolution, HOME, own);
    Ok(())
}

const HOME_SERVER_IS_WHO_SENDS_THE_KEEP_ALIVES: Case = registrar(
    "rfc5352/3.1/home-server-is-who-sends-the-keep-alives",
    "The Home ENRP Server Identifier of a PE equals the ID in the keep-alives sent to it.",
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

    // A report makes the registrar send a keep-alive at once; another case checks that it does.
    report_unreachable(t, &pu, &pe)?;
    let until = t.now() + t.latest(Duration::from_secs(1));
    let Some(keep_alive) = t.next_of(&pe, until, |m| m.is(ENDPOINT_KEEP_ALIVE))? else {
        return Err(t.inconclusive("no keep-alive came, so the registrar's ID is not known"));
    };
    let (home, sender) = (
        resolution.number(HOME),
        keep_alive.number("server-identifier"),
    );
    t.check_eq(R5352_3_1_48, "Home ENRP Server Identifier", home, sender);
    Ok(())
}

const ASAP_TRANSPORT_IS_WHERE_THE_REGISTRATION_CAME_FROM: Case = registrar(
    "rfc5352/3.1/asap-transport-is-where-the-registration-came-from",
    "The recorded ASAP Transport is the PE's end of the association that it registered over.",
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
    let pe = serves_elsewhere(t, pe)?;
    t.preamble(|t| t.register(&pe))?;

    let resolution = resolve_asap_transport(t, &pu, &pool)?;
    t.field(R5352_3_1_50, &resolution, ASAP_PORT, at.port());
    let recorded = addresses(&resolution, ASAP_TRANSPORT);
    let expected = vec![at.ip().to_string()];
    t.check_eq(R5352_3_1_51, "ASAP addresses", recorded, expected);
    Ok(())
}

/// Returns a PE whose users reach it at another port than its association has: an address that the association
/// lacks would be a reason to reject it (RFC 5352 §2.2.1).
fn serves_elsewhere(t: &mut Tester, pe: PoolElement) -> Result<PoolElement, Stop> {
    let at = t.address(&pe)?;
    Ok(pe.user_transport(Transport::Sctp {
        port: at.port() ^ 0x0100,
        transport_use: 0,
        addrs: vec![at.ip()],
    }))
}

const WRITTEN_ASAP_TRANSPORT_IS_REPLACED: Case = registrar(
    "rfc5352/3.1/written-asap-transport-is-replaced",
    "An ASAP Transport with another port and another address, sent by the PE, is replaced.",
    &[
        R5352_3_1_50, // ASAP Transport has the SCTP port of the registration.
        R5352_3_1_51, // ASAP Transport has only addresses of the association.
    ],
    written_asap_transport_is_replaced,
);

fn written_asap_transport_is_replaced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    let at = t.address(&pe)?;
    let pe = serves_elsewhere(t, pe)?;
    let elsewhere = |ip| Transport::Sctp {
        port: at.port() ^ 1,
        transport_use: 1,
        addrs: vec![ip],
    };
    let other_port = pe.clone().asap_transport(Some(elsewhere(at.ip())));
    t.preamble(|t| t.register(&other_port))?;
    let resolution = resolve_asap_transport(t, &pu, &pool)?;
    t.field(R5352_3_1_50, &resolution, ASAP_PORT, at.port());

    let other_address = pe.asap_transport(Some(elsewhere(FOREIGN)));
    t.send_registration(&other_address)?;
    if t.registration_response(&other_address)?.flag('R') {
        t.observe("an ASAP Transport with a foreign address is refused");
        return Ok(());
    }
    let resolution = resolve_asap_transport(t, &pu, &pool)?;
    let recorded = addresses(&resolution, ASAP_TRANSPORT);
    let expected = vec![at.ip().to_string()];
    t.check_eq(R5352_3_1_51, "ASAP addresses", recorded, expected);
    Ok(())
}

/// Resolves the pool; inconclusive where the registrar lists no ASAP Transport, which it need not.
fn resolve_asap_transport(
    t: &mut Tester,
    pu: &PoolUser,
    pool: &PoolHandle,
) -> Result<Message, Stop> {
    let resolution = t.resolve(pu, pool)?;
    if resolution.has(ASAP_TRANSPORT) {
        Ok(resolution)
    } else {
        Err(t.inconclusive("the registrar does not list ASAP Transports"))
    }
}

const CONTROL_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/control-user-transport",
    "A PE whose SCTP transport carries data and control is listed with this Transport Use.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    control_user_transport,
);

fn control_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = control_pe(t, &pool)?;
    let pu = t.pool_user();

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    if response.flag('R') {
        t.observe_message("the Transport Use is refused", &response);
        return Ok(());
    }
    resolves_as_registered(t, &pu, &pe)
}

const TCP_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/tcp-user-transport",
    "A PE that serves over TCP is granted and listed with the transport it registered.",
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
    let pe = tcp_pe(t, &pool)?;
    let pu = t.pool_user();

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.granted(&[R5352_3_1_31], &response);
    resolves_as_registered(t, &pu, &pe)
}

const UDP_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/udp-user-transport",
    "A PE that serves over UDP is granted and listed with the transport it registered.",
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
    let pe = udp_pe(t, &pool)?;
    let pu = t.pool_user();

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.granted(&[R5352_3_1_31], &response);
    resolves_as_registered(t, &pu, &pe)
}

const UDP_LITE_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/udp-lite-user-transport",
    "A PE with a UDP-Lite transport is granted, and its transport is listed unchanged.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    udp_lite_user_transport,
)
.needs(&[Ics::TransportUdpLite]);

fn udp_lite_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = udp_lite_pe(t, &pool)?;
    is_listed_as_registered(t, &pe)
}

const DCCP_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/dccp-user-transport",
    "A PE with a DCCP transport is granted, and its transport is listed unchanged.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    dccp_user_transport,
)
.needs(&[Ics::TransportDccp]);

fn dccp_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = dccp_pe(t, &pool)?;
    is_listed_as_registered(t, &pe)
}

const OPAQUE_USER_TRANSPORT: Case = registrar(
    "rfc5352/3.1/opaque-user-transport",
    "A PE with an Opaque Transport is granted, and its transport is listed unchanged.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_21,   // A granted PE is listed as a member of its pool.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    opaque_user_transport,
)
.needs(&[Ics::TransportOpaque]);

fn opaque_user_transport(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    // Octets that are not text.
    let value = vec![0xff, 0x00, 0x80, 0x7f, 0x01, 0x0d, 0x0a, 0xfe];
    let pe = pe.user_transport(Transport::Opaque(value));
    is_listed_as_registered(t, &pe)
}

const TWO_PES_OVER_ONE_ASSOCIATION: Case = registrar(
    "rfc5352/3.1/two-pes-over-one-association",
    "Two PE Identifiers registered over one association are two members of the pool.",
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

    let response = t.register_response(&second)?; // Checks R5352_3_1_53.
    if response.flag('R') {
        t.observe("a second PE over one association is refused");
        return Ok(());
    }
    t.lists_at_least(R5352_3_3_22, &pu, &pool, &[&first, &second])?;

    // A response may list some PEs only, but not leave out the only member of a pool.
    leave(t, &second)?;
    t.lists(R5352_3_1_36, &pu, &pool, &[&first])
}

const ONE_IDENTIFIER_IN_TWO_POOLS: Case = registrar(
    "rfc5352/3.1/one-identifier-in-two-pools",
    "A PE Identifier is unique within its pool only, so it can be registered in two pools.",
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

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.no_cause(R5354_3_12_5_2, &response, 0x4);
    if response.flag('R') {
        t.observe("a PE Identifier that another pool has is refused");
        return Ok(());
    }
    t.lists(R5352_3_1_21, &pu, &pool, &[&pe])?;
    t.lists(R5352_3_1_21, &pu, &other_pool, &[&other])
}

/// Registers with a transport that the target claims to accept, and checks that it is listed. The same PE can
/// register with an SCTP Transport.
fn is_listed_as_registered(t: &mut Tester, pe: &PoolElement) -> Outcome {
    let pu = t.pool_user();
    let transport = own_sctp(t, pe, 0)?;
    welcome(t, &pe.clone().user_transport(transport))?;

    t.register(pe)?; // Checks R5352_3_1_53.
    resolves_as_registered(t, &pu, pe)
}

/// Checks that the pool lists this PE with the user transport that it registered, octet for octet.
fn resolves_as_registered(t: &mut Tester, pu: &PoolUser, pe: &PoolElement) -> Outcome {
    let resolution = t.resolve(pu, &pe.handle)?;
    t.members(R5352_3_1_21, &resolution, &[pe]);
    let registered = Parameter::transport(&pe.element.user_transport).octets();
    let listed = resolution
        .octets_of("pool-element/user-transport")
        .unwrap_or_default();
    t.check_eq(R5352_2_2_6_11, "user transport", listed, &registered[..]);
    Ok(())
}
