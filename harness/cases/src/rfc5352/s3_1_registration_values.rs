//! RFC 5352 §3.1: registrations with unusual values: lives, identifiers, handles, reserved fields.
//!
//! A registrar may reject a registration for reasons of its own (rule 5), so a refusal here is recorded
//! and not judged; what is granted has to be true, and every registration has to be answered.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub const CASES: &[Case] = &[
    INFINITE_LIFE,
    LONGEST_LIFE,
    ZERO_LIFE_IS_ANSWERED,
    NEGATIVE_LIFE_IS_ANSWERED,
    IDENTIFIER_ZERO_IS_ANSWERED,
    LARGEST_IDENTIFIER_IS_ANSWERED,
    HANDLE_OF_ONE_OCTET,
    HANDLE_WITHOUT_PADDING,
    HANDLE_OF_255_OCTETS,
    BINARY_HANDLE,
    EMPTY_HANDLE_IS_SURVIVED,
    HANDLES_DIFFER_AFTER_A_NUL,
    HANDLES_DIFFER_IN_A_TRAILING_NUL,
    HANDLES_DIFFER_IN_CASE,
    HANDLES_DIFFER_IN_LENGTH,
    HANDLE_PADDING_IS_IGNORED,
    RESERVED_FIELD_OF_TCP_IS_NO_TRANSPORT_USE,
    RESERVED_FIELD_OF_UDP_IS_NO_TRANSPORT_USE,
    RESERVED_FIELD_OF_UDP_LITE_IS_NO_TRANSPORT_USE,
    RESERVED_FIELD_OF_DCCP_IS_NO_TRANSPORT_USE,
    UNDEFINED_TRANSPORT_USE_IS_ANSWERED,
    INVALID_POLICY_TYPE_IS_ANSWERED,
];

const INFINITE_LIFE: Case = registrar(
    "rfc5352/3.1/infinite-life",
    "A registration life of -1, if granted, is no life that is over already.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5354_3_10_5, // The Registration Life is in seconds; -1 is unlimited.
    ],
    infinite_life,
);

fn infinite_life(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(-1);
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    if response.flag('R') {
        t.observe_message("an infinite life is refused", &response);
        return Ok(());
    }
    t.pass_time(t.latest(Duration::ZERO))?;
    t.lists(R5354_3_10_5, &pu, &pool, &[&pe])?;
    leave(t, &pe)
}

const LONGEST_LIFE: Case = registrar(
    "rfc5352/3.1/longest-life",
    "The longest finite registration life, if granted, does not overflow into the past.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5354_3_10_5, // The Registration Life is in seconds; -1 is unlimited.
    ],
    longest_life,
);

fn longest_life(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(i32::MAX);
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    if response.flag('R') {
        t.observe_message("a life of 68 years is refused", &response);
        return Ok(());
    }
    t.pass_time(t.latest(Duration::ZERO))?;
    t.lists(R5354_3_10_5, &pu, &pool, &[&pe])?;
    leave(t, &pe)
}

const ZERO_LIFE_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/zero-life-is-answered",
    "A registration for no time at all is answered, whatever the answer.",
    &[
        R5352_3_1_53, // Every registration is answered.
    ],
    zero_life_is_answered,
);

fn zero_life_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(0);
    let response = t.register_response(&pe)?;
    t.observe_message("a life of 0 s", &response);
    t.probe(&pe)
}

const NEGATIVE_LIFE_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/negative-life-is-answered",
    "A registration life below -1 is answered, whatever the answer.",
    &[
        R5352_3_1_53, // Every registration is answered.
    ],
    negative_life_is_answered,
);

fn negative_life_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(-2);
    let response = t.register_response(&pe)?;
    t.observe_message("a life of -2 s", &response);
    t.probe(&pe)
}

const IDENTIFIER_ZERO_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/identifier-zero-is-answered",
    "The PE Identifier 0 is not excluded; its registration is answered under that identifier.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_6, // A registration response repeats the PE Identifier.
    ],
    identifier_zero_is_answered,
);

fn identifier_zero_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).id(0);
    let response = t.register_response(&pe)?;
    t.field(R5352_2_2_3_6, &response, "pe-identifier", 0);
    t.observe_message("PE Identifier 0", &response);
    t.probe(&pe)
}

const LARGEST_IDENTIFIER_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/largest-identifier-is-answered",
    "The registration of PE Identifier 0xffffffff is answered under that identifier.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_6, // A registration response repeats the PE Identifier.
    ],
    largest_identifier_is_answered,
);

fn largest_identifier_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).id(u32::MAX);
    let response = t.register_response(&pe)?;
    t.field(R5352_2_2_3_6, &response, "pe-identifier", u32::MAX);
    t.observe_message("PE Identifier 0xffffffff", &response);
    t.probe(&pe)
}

const HANDLE_OF_ONE_OCTET: Case = registrar(
    "rfc5352/3.1/handle-of-one-octet",
    "A handle of one octet, and three of padding, comes back as it was sent.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_5, // A registration response repeats the Pool Handle.
        R5352_3_1_21,  // A granted PE is listed as a member of its pool.
    ],
    handle_of_one_octet,
);

fn handle_of_one_octet(t: &mut Tester) -> Outcome {
    // One octet cannot be unused for sure, so the PE leaves the pool in the end and others may be in it.
    let pool = PoolHandle(vec![0xa7]);
    let pe = t.pool_element(&pool);
    comes_back(t, &pe)
}

const HANDLE_WITHOUT_PADDING: Case = registrar(
    "rfc5352/3.1/handle-without-padding",
    "A handle whose length is a multiple of four comes back as it was sent.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_5, // A registration response repeats the Pool Handle.
        R5352_3_1_21,  // A granted PE is listed as a member of its pool.
    ],
    handle_without_padding,
);

fn handle_without_padding(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pool.0.resize(32, b'-');
    let pe = t.pool_element(&pool);
    comes_back(t, &pe)
}

const HANDLE_OF_255_OCTETS: Case = registrar(
    "rfc5352/3.1/handle-of-255-octets",
    "A long handle comes back as it was sent, whether it is granted or not.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_5, // A registration response repeats the Pool Handle.
        R5352_3_1_21,  // A granted PE is listed as a member of its pool.
    ],
    handle_of_255_octets,
);

fn handle_of_255_octets(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pool.0.resize(255, b'-');
    let pe = t.pool_element(&pool);
    comes_back(t, &pe)
}

const BINARY_HANDLE: Case = registrar(
    "rfc5352/3.1/binary-handle",
    "A handle that is no text comes back as it was sent.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_5, // A registration response repeats the Pool Handle.
        R5352_3_1_21,  // A granted PE is listed as a member of its pool.
    ],
    binary_handle,
);

fn binary_handle(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pool.0.iter_mut().for_each(|octet| *octet ^= 0x80);
    let pe = t.pool_element(&pool);
    comes_back(t, &pe)
}

const EMPTY_HANDLE_IS_SURVIVED: Case = registrar(
    "rfc5352/3.1/empty-handle-is-survived",
    "An empty pool handle does not stop the registrar from serving others.",
    &[
        R5352_3_3_18, // The registrar takes handle resolutions of PUs over SCTP.
    ],
    empty_handle_is_survived,
);

fn empty_handle_is_survived(t: &mut Tester) -> Outcome {
    let pe = t.pool_element(&PoolHandle(Vec::new()));
    let pu = t.pool_user();
    t.send_octets(&pe, &forge::registration(&[], &pe.element).octets())?;
    t.probe(&pe)?;
    let answers = t.take_all(&pe, REGISTRATION_RESPONSE);
    let told = answers
        .first()
        .map_or("no answer yet".to_owned(), |answer| answer.summary());
    t.observe(format!("an empty pool handle gets {told}"));
    t.send_octets(
        &pe,
        &forge::deregistration(&[], pe.pe_identifier()).octets(),
    )?;

    t.answered(R5352_3_3_18, |t| t.probe(&pu))?;
    Ok(())
}

const HANDLES_DIFFER_AFTER_A_NUL: Case = registrar(
    "rfc5352/3.1/handles-differ-after-a-nul",
    "Two handles that differ only after an octet 0 name two pools.",
    &[
        R5354_3_9_3, // The registrar compares pool handles octet by octet.
    ],
    handles_differ_after_a_nul,
);

fn handles_differ_after_a_nul(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pool.0.extend(*b"\0a");
    let mut other = pool.clone();
    other.0.pop();
    other.0.push(b'b');
    name_two_pools(t, &pool, &other)
}

const HANDLES_DIFFER_IN_A_TRAILING_NUL: Case = registrar(
    "rfc5352/3.1/handles-differ-in-a-trailing-nul",
    "A handle and the same handle with an octet 0 at its end name two pools.",
    &[
        R5354_3_9_3, // The registrar compares pool handles octet by octet.
    ],
    handles_differ_in_a_trailing_nul,
);

fn handles_differ_in_a_trailing_nul(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mut other = pool.clone();
    other.0.push(0);
    name_two_pools(t, &pool, &other)
}

const HANDLES_DIFFER_IN_CASE: Case = registrar(
    "rfc5352/3.1/handles-differ-in-case",
    "A handle in capital letters names another pool than the same one in small letters.",
    &[
        R5354_3_9_3, // The registrar compares pool handles octet by octet.
    ],
    handles_differ_in_case,
);

fn handles_differ_in_case(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let other = PoolHandle(pool.0.to_ascii_uppercase());
    name_two_pools(t, &pool, &other)
}

const HANDLES_DIFFER_IN_LENGTH: Case = registrar(
    "rfc5352/3.1/handles-differ-in-length",
    "The beginning of a handle names another pool than the whole.",
    &[
        R5354_3_9_3, // The registrar compares pool handles octet by octet.
    ],
    handles_differ_in_length,
);

fn handles_differ_in_length(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mut other = pool.clone();
    other.0.pop();
    name_two_pools(t, &pool, &other)
}

const HANDLE_PADDING_IS_IGNORED: Case = registrar(
    "rfc5352/3.1/handle-padding-is-ignored",
    "What stands in the padding of a pool handle does not make it another handle.",
    &[
        R5354_3_17, // The receiver ignores the content of parameter padding.
    ],
    handle_padding_is_ignored,
);

fn handle_padding_is_ignored(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pool.0.resize(29, b'-'); // Three octets of padding.
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let spoiled = forge::registration(&pool.0, &pe.element).padding("pool-handle", 0xff);
    t.send_octets(&pe, &spoiled?.octets())?;
    let response = t.registration_response(&pe)?;
    t.granted(&[R5354_3_17], &response);
    t.names_pool(R5354_3_17, &response, &pool);
    t.lists(R5354_3_17, &pu, &pool, &[&pe])
}

const RESERVED_FIELD_OF_TCP_IS_NO_TRANSPORT_USE: Case = registrar(
    "rfc5352/3.1/reserved-field-of-tcp-is-no-transport-use",
    "TCP is data only whatever stands where SCTP has its Transport Use.",
    &[
        R5354_3_5_5, // The registrar treats TCP as data only.
    ],
    reserved_field_of_tcp_is_no_transport_use,
);

fn reserved_field_of_tcp_is_no_transport_use(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = tcp_pe(t, &pool)?;
    let other = tcp_pe(t, &pool)?;
    let response = joins_with_a_reserved_field(t, &first, &other)?;
    t.no_cause(R5354_3_5_5, &response, 0x8);
    Ok(())
}

const RESERVED_FIELD_OF_UDP_IS_NO_TRANSPORT_USE: Case = registrar(
    "rfc5352/3.1/reserved-field-of-udp-is-no-transport-use",
    "UDP is data only whatever stands where SCTP has its Transport Use.",
    &[
        R5354_3_6_5, // The registrar treats UDP as data only.
    ],
    reserved_field_of_udp_is_no_transport_use,
);

fn reserved_field_of_udp_is_no_transport_use(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = udp_pe(t, &pool)?;
    let other = udp_pe(t, &pool)?;
    let response = joins_with_a_reserved_field(t, &first, &other)?;
    t.no_cause(R5354_3_6_5, &response, 0x8);
    Ok(())
}

const RESERVED_FIELD_OF_UDP_LITE_IS_NO_TRANSPORT_USE: Case = registrar(
    "rfc5352/3.1/reserved-field-of-udp-lite-is-no-transport-use",
    "UDP-Lite is data only whatever stands where SCTP has its Transport Use.",
    &[
        R5354_3_7_5, // The registrar treats UDP-Lite as data only.
    ],
    reserved_field_of_udp_lite_is_no_transport_use,
);

fn reserved_field_of_udp_lite_is_no_transport_use(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = t.pool_element(&pool);
    let (addrs, others) = (own_addrs(t, &first)?, own_addrs(t, &other)?);
    let first = first.user_transport(Transport::UdpLite { port: 4711, addrs });
    let other = other.user_transport(Transport::UdpLite {
        port: 4711,
        addrs: others,
    });
    let response = joins_with_a_reserved_field(t, &first, &other)?;
    t.no_cause(R5354_3_7_5, &response, 0x8);
    Ok(())
}

const RESERVED_FIELD_OF_DCCP_IS_NO_TRANSPORT_USE: Case = registrar(
    "rfc5352/3.1/reserved-field-of-dccp-is-no-transport-use",
    "DCCP is data only whatever stands where SCTP has its Transport Use.",
    &[
        R5354_3_3_5, // The registrar treats DCCP as data only.
    ],
    reserved_field_of_dccp_is_no_transport_use,
);

fn reserved_field_of_dccp_is_no_transport_use(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = t.pool_element(&pool);
    let (addrs, others) = (own_addrs(t, &first)?, own_addrs(t, &other)?);
    let (port, service_code) = (4711, 0x5253_5055);
    let first = first.user_transport(Transport::Dccp {
        port,
        service_code,
        addrs,
    });
    let other = other.user_transport(Transport::Dccp {
        port,
        service_code,
        addrs: others,
    });
    let response = joins_with_a_reserved_field(t, &first, &other)?;
    t.no_cause(R5354_3_3_5, &response, 0x8);
    Ok(())
}

const UNDEFINED_TRANSPORT_USE_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/undefined-transport-use-is-answered",
    "A Transport Use that is neither data only nor data and control gets an answer.",
    &[
        R5352_3_1_53, // Every registration is answered.
    ],
    undefined_transport_use_is_answered,
);

fn undefined_transport_use_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let transport = own_sctp(t, &pe, 2)?;
    let pe = pe.user_transport(transport);

    t.send_octets(&pe, &forge::registration(&pool.0, &pe.element).octets())?;
    let response = t.registration_response(&pe)?;
    t.observe_message("Transport Use 2", &response);
    Ok(())
}

const INVALID_POLICY_TYPE_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/invalid-policy-type-is-answered",
    "The policy type 0, which no policy has, gets an answer.",
    &[
        R5352_3_1_53, // Every registration is answered.
    ],
    invalid_policy_type_is_answered,
);

fn invalid_policy_type_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).policy(Policy::Other {
        kind: 0,
        data: Vec::new(),
    });

    t.send_octets(&pe, &forge::registration(&pool.0, &pe.element).octets())?;
    let response = t.registration_response(&pe)?;
    t.observe_message("policy type 0", &response);
    Ok(())
}

/// The response has the very octets of the handle, and a granted PE is in the pool of that handle.
fn comes_back(t: &mut Tester, pe: &PoolElement) -> Outcome {
    let pu = t.pool_user();
    let response = t.register_response(pe)?;
    t.check_eq(
        R5352_2_2_3_5,
        "pool handle",
        handle_of(&response),
        Some(pe.handle.clone()),
    );
    if response.flag('R') {
        t.observe_message("the handle is refused", &response);
        return Ok(());
    }
    t.lists_at_least(R5352_3_1_21, &pu, &pe.handle, &[pe])?;
    leave(t, pe)
}

/// A PE in the one pool is not found under the other handle.
fn name_two_pools(t: &mut Tester, pool: &PoolHandle, other: &PoolHandle) -> Outcome {
    let pe = t.pool_element(pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let listed = t.listed(&pu, pool)?;
    t.check_eq(
        R5354_3_9_3,
        "PEs under the handle",
        listed,
        vec![pe.pe_identifier()],
    );
    let listed = t.listed(&pu, other)?;
    t.check_eq(R5354_3_9_3, "PEs under the other handle", listed, vec![]);
    Ok(())
}

/// Registers `first`, then `other` with 1 in the reserved field of its user transport, which would be
/// data plus control in an SCTP Transport.
fn joins_with_a_reserved_field(
    t: &mut Tester,
    first: &PoolElement,
    other: &PoolElement,
) -> Result<Message, Stop> {
    t.preamble(|t| t.register(first))?;
    let spoiled = forge::registration(&other.handle.0, &other.element)
        .set("pool-element/user-transport/reserved", 1);
    t.send_octets(other, &spoiled?.octets())?;
    t.registration_response(other)
}
