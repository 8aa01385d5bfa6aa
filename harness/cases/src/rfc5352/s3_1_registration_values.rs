//! RFC 5352 §3.1: registrations with unusual values: lives, identifiers, handles, reserved fields.
//!
//! A registrar may reject a registration for reasons of its own (rule 5), so a refusal is recorded and not
//! judged. Every registration has to be answered, and a grant has to take effect.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    INFINITE_LIFE,
    INFINITE_LIFE_DOES_NOT_END,
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
    "A registration with life -1 (infinite) is granted and does not expire at once.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5354_3_10_5, // The Registration Life is in seconds; -1 is unlimited.
    ],
    infinite_life,
);

fn infinite_life(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let plain = t.pool_element(&pool);
    let pe = plain.clone().life(-1);
    let pu = t.pool_user();
    welcome(t, &plain)?;

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    if response.flag('R') {
        // Rule 1 of §3.1 adds the first PE of a pool, and -1 is a value of the field: only a lack of resources and
        // security considerations remain as causes.
        let elsewhere = response.causes().iter().any(|c| matches!(c, 0x6 | 0xa));
        t.check_that(R5354_3_10_5, elsewhere, &response);
        return Ok(());
    }
    t.pass_time(t.latest(Duration::ZERO))?;
    t.lists(R5354_3_10_5, &pu, &pool, &[&pe])?;
    leave(t, &pe)
}

const INFINITE_LIFE_DOES_NOT_END: Case = registrar(
    "rfc5352/3.1/infinite-life-does-not-end",
    "A PE with life -1 that acknowledges its keep-alives is still listed after five minutes.",
    &[
        R5354_3_10_5, // The Registration Life is in seconds; -1 is unlimited.
    ],
    infinite_life_does_not_end,
)
.needs(&[Ics::LongWaits]);

fn infinite_life_does_not_end(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool).life(-1);
    let pu = t.pool_user();
    if granted_with_a_warning(t, &pe)? {
        return Err(t.inconclusive("the registrar warns that it has limited the life"));
    }

    t.pass_time(t.latest(Duration::from_secs(300)))?;
    t.lists(R5354_3_10_5, &pu, &pool, &[&pe])?;
    leave(t, &pe)
}

const LONGEST_LIFE: Case = registrar(
    "rfc5352/3.1/longest-life",
    "A granted registration with the longest finite life does not expire at once.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5354_3_10_5, // The Registration Life is in seconds; -1 is unlimited.
    ],
    longest_life,
);

fn longest_life(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let plain = t.pool_element(&pool);
    let pe = plain.clone().life(i32::MAX);
    let pu = t.pool_user();
    welcome(t, &plain)?;

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    if response.flag('R') {
        t.observe_message("a life of 68 years is refused", &response);
        return Ok(());
    }
    t.pass_time(t.latest(Duration::from_secs(1)))?;
    t.lists(R5354_3_10_5, &pu, &pool, &[&pe])?;
    leave(t, &pe)
}

const ZERO_LIFE_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/zero-life-is-answered",
    "A registration with life 0 is answered, granted or rejected.",
    &[
        R5352_3_1_53, // Every registration is answered.
    ],
    zero_life_is_answered,
);

fn zero_life_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let plain = t.pool_element(&pool);
    let pe = plain.clone().life(0);
    welcome(t, &plain)?;

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.observe_message("a life of 0 s", &response);
    t.probe(&pe)
}

const NEGATIVE_LIFE_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/negative-life-is-answered",
    "A registration with a life below -1 is answered, granted or rejected.",
    &[
        R5352_3_1_53, // Every registration is answered.
    ],
    negative_life_is_answered,
);

fn negative_life_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let plain = t.pool_element(&pool);
    let pe = plain.clone().life(-2);
    welcome(t, &plain)?;

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.observe_message("a life of -2 s", &response);
    t.probe(&pe)
}

const IDENTIFIER_ZERO_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/identifier-zero-is-answered",
    "A registration with PE Identifier 0 is answered under that identifier.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_6, // A registration response repeats the PE Identifier.
    ],
    identifier_zero_is_answered,
);

fn identifier_zero_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let plain = t.pool_element(&pool);
    let pe = plain.clone().id(0);
    welcome(t, &plain)?;

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.names_pe(R5352_2_2_3_6, &response, &pe);
    t.observe_message("PE Identifier 0", &response);
    t.probe(&pe)
}

const LARGEST_IDENTIFIER_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/largest-identifier-is-answered",
    "A registration with PE Identifier 0xffffffff is answered under that identifier.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_2_2_3_6, // A registration response repeats the PE Identifier.
    ],
    largest_identifier_is_answered,
);

fn largest_identifier_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let plain = t.pool_element(&pool);
    let pe = plain.clone().id(u32::MAX);
    welcome(t, &plain)?;

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.names_pe(R5352_2_2_3_6, &response, &pe);
    t.observe_message("PE Identifier 0xffffffff", &response);
    t.probe(&pe)
}

const HANDLE_OF_ONE_OCTET: Case = registrar(
    "rfc5352/3.1/handle-of-one-octet",
    "A pool handle of one octet, with three of padding, is repeated as it was sent.",
    &[
        R5354_3_15,    // A parameter's Length does not count its own padding.
        R5354_3_9_2,   // A Pool Handle's Length does not count padding.
        R5352_2_2_3_5, // A registration response repeats the Pool Handle.
        R5352_3_1_21,  // A granted PE is listed as a member of its pool.
    ],
    handle_of_one_octet,
);

fn handle_of_one_octet(t: &mut Tester) -> Outcome {
    // This handle may be in use: other PEs may be in the pool, and this PE leaves it in the end.
    let pool = PoolHandle(vec![0xa7]);
    let pe = t.pool_element(&pool);
    comes_back(t, &pe, R5354_3_15)
}

const HANDLE_WITHOUT_PADDING: Case = registrar(
    "rfc5352/3.1/handle-without-padding",
    "A pool handle whose length is a multiple of four is repeated as it was sent.",
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
    comes_back(t, &pe, R5352_3_1_53)
}

const HANDLE_OF_255_OCTETS: Case = registrar(
    "rfc5352/3.1/handle-of-255-octets",
    "A pool handle of 255 octets is repeated as it was sent, granted or rejected.",
    &[
        R5354_3_15,    // A parameter's Length does not count its own padding.
        R5354_3_9_2,   // A Pool Handle's Length does not count padding.
        R5352_2_2_3_5, // A registration response repeats the Pool Handle.
        R5352_3_1_21,  // A granted PE is listed as a member of its pool.
    ],
    handle_of_255_octets,
);

fn handle_of_255_octets(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pool.0.resize(255, b'-');
    let pe = t.pool_element(&pool);
    comes_back(t, &pe, R5354_3_15)
}

const BINARY_HANDLE: Case = registrar(
    "rfc5352/3.1/binary-handle",
    "A pool handle that is not text is repeated as it was sent.",
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
    comes_back(t, &pe, R5352_3_1_53)
}

const EMPTY_HANDLE_IS_SURVIVED: Case = registrar(
    "rfc5352/3.1/empty-handle-is-survived",
    "The registrar continues to serve after a registration with an empty pool handle.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    empty_handle_is_survived,
);

fn empty_handle_is_survived(t: &mut Tester) -> Outcome {
    let pe = t.pool_element(&PoolHandle(Vec::new()));
    let pu = t.pool_user();
    t.control(|t| t.probe(&pe))?;
    t.send_octets(&pe, &forge::registration(&[], &pe.element).octets())?;
    t.probe(&pe)?;
    let answers = t.take_all(&pe, REGISTRATION_RESPONSE);
    t.observe_answers("an empty pool handle", &answers);
    let leave = forge::deregistration(&[], pe.pe_identifier());
    t.send_octets(&pe, &leave.octets())?;

    t.answered(R5352_3_3_25, |t| t.probe(&pu))
}

const HANDLES_DIFFER_AFTER_A_NUL: Case = registrar(
    "rfc5352/3.1/handles-differ-after-a-nul",
    "Two handles that differ only after an octet 0 are two pools.",
    &[
        R5354_3_9_3, // The registrar compares pool handles octet by octet.
    ],
    handles_differ_after_a_nul,
);

fn handles_differ_after_a_nul(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pool.0.extend(*b"\0abc");
    let mut other = pool.clone();
    other.0.pop();
    other.0.push(b'd');
    name_two_pools(t, &pool, &other)
}

const HANDLES_DIFFER_IN_A_TRAILING_NUL: Case = registrar(
    "rfc5352/3.1/handles-differ-in-a-trailing-nul",
    "A handle and the same handle followed by an octet 0 are two pools.",
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
    "A handle in capital letters is another pool than the same handle in small letters.",
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
    "A handle without its last octet is another pool than the whole handle.",
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
    "The octets in the padding of a pool handle are not part of the handle.",
    &[
        R5354_3_17, // The receiver ignores the content of parameter padding.
    ],
    handle_padding_is_ignored,
);

fn handle_padding_is_ignored(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pad_to(&mut pool.0, 1); // Three octets of padding.
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    let plain = t.control(|t| {
        t.register(&pe)?;
        t.resolve(&pu, &pool)
    })?;

    let spoiled = forge::registration(&pool.0, &pe.element).padding("pool-handle", 0xff);
    t.send_octets(&pe, &spoiled?.octets())?;
    let response = t.answered(R5354_3_17, |t| t.registration_response(&pe))?;
    t.granted(&[R5354_3_17], &response);
    // Another case is about the octets of the handle.
    let (echoed, plain) = (response.text("pool-handle"), plain.text("pool-handle"));
    t.check_eq(R5354_3_17, "handle", echoed, plain);
    t.lists(R5354_3_17, &pu, &pool, &[&pe])
}

const RESERVED_FIELD_OF_TCP_IS_NO_TRANSPORT_USE: Case = registrar(
    "rfc5352/3.1/reserved-field-of-tcp-is-no-transport-use",
    "A TCP PE is data only, whatever its reserved field contains.",
    &[
        R5354_3_5_5, // The registrar treats TCP as data only.
    ],
    reserved_field_of_tcp_is_no_transport_use,
);

fn reserved_field_of_tcp_is_no_transport_use(t: &mut Tester) -> Outcome {
    let response = join_with_a_reserved_field(t, tcp_pe)?;
    t.no_cause(R5354_3_5_5, &response, 0x8);
    Ok(())
}

const RESERVED_FIELD_OF_UDP_IS_NO_TRANSPORT_USE: Case = registrar(
    "rfc5352/3.1/reserved-field-of-udp-is-no-transport-use",
    "A UDP PE is data only, whatever its reserved field contains.",
    &[
        R5354_3_6_5, // The registrar treats UDP as data only.
    ],
    reserved_field_of_udp_is_no_transport_use,
);

fn reserved_field_of_udp_is_no_transport_use(t: &mut Tester) -> Outcome {
    let response = join_with_a_reserved_field(t, udp_pe)?;
    t.no_cause(R5354_3_6_5, &response, 0x8);
    Ok(())
}

const RESERVED_FIELD_OF_UDP_LITE_IS_NO_TRANSPORT_USE: Case = registrar(
    "rfc5352/3.1/reserved-field-of-udp-lite-is-no-transport-use",
    "A UDP-Lite PE is data only, whatever its reserved field contains.",
    &[
        R5354_3_7_5, // The registrar treats UDP-Lite as data only.
    ],
    reserved_field_of_udp_lite_is_no_transport_use,
)
.needs(&[Ics::TransportUdpLite]);

fn reserved_field_of_udp_lite_is_no_transport_use(t: &mut Tester) -> Outcome {
    let response = join_with_a_reserved_field(t, udp_lite_pe)?;
    t.no_cause(R5354_3_7_5, &response, 0x8);
    Ok(())
}

const RESERVED_FIELD_OF_DCCP_IS_NO_TRANSPORT_USE: Case = registrar(
    "rfc5352/3.1/reserved-field-of-dccp-is-no-transport-use",
    "A DCCP PE is data only, whatever its reserved field contains.",
    &[
        R5354_3_3_5, // The registrar treats DCCP as data only.
    ],
    reserved_field_of_dccp_is_no_transport_use,
)
.needs(&[Ics::TransportDccp]);

fn reserved_field_of_dccp_is_no_transport_use(t: &mut Tester) -> Outcome {
    let response = join_with_a_reserved_field(t, dccp_pe)?;
    t.no_cause(R5354_3_3_5, &response, 0x8);
    Ok(())
}

/// Registers two PEs of one transport, the second with 1 in the reserved field of its user transport, which
/// is Transport Use 1 (data and control) in an SCTP Transport. Returns the second response.
fn join_with_a_reserved_field(
    t: &mut Tester,
    new_pe: fn(&mut Tester, &PoolHandle) -> Result<PoolElement, Stop>,
) -> Result<Message, Stop> {
    let pool = t.unused_pool_handle();
    let first = new_pe(t, &pool)?;
    let other = new_pe(t, &pool)?;
    t.preamble(|t| t.register(&first))?;
    welcome(t, &other)?;
    let registration = forge::registration(&pool.0, &other.element);
    let spoilt = registration.set("pool-element/user-transport/reserved", 1)?;
    t.send_octets(&other, &spoilt.octets())?;
    t.registration_response(&other)
}

const UNDEFINED_TRANSPORT_USE_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/undefined-transport-use-is-answered",
    "A registration with an undefined Transport Use is answered.",
    &[
        R5352_3_1_53, // Every registration is answered.
    ],
    undefined_transport_use_is_answered,
);

fn undefined_transport_use_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let transport = own_sctp(t, &pe, 2)?;
    welcome(t, &pe)?;
    let pe = pe.user_transport(transport);

    t.send_octets(&pe, &forge::registration(&pool.0, &pe.element).octets())?;
    let response = t.registration_response(&pe)?; // Checks R5352_3_1_53.
    t.observe_message("Transport Use 2", &response);
    Ok(())
}

const INVALID_POLICY_TYPE_IS_ANSWERED: Case = registrar(
    "rfc5352/3.1/invalid-policy-type-is-answered",
    "A registration with the unassigned policy type 0 is answered.",
    &[
        R5352_3_1_53, // Every registration is answered.
    ],
    invalid_policy_type_is_answered,
);

fn invalid_policy_type_is_answered(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let plain = t.pool_element(&pool);
    let pe = plain.clone().policy(Policy::Other {
        kind: 0,
        data: Vec::new(),
    });
    welcome(t, &plain)?;

    t.send_octets(&pe, &forge::registration(&pool.0, &pe.element).octets())?;
    let response = t.registration_response(&pe)?; // Checks R5352_3_1_53.
    t.observe_message("policy type 0", &response);
    Ok(())
}

/// Checks that the registration is answered, by this requirement, that the response repeats the octets of the
/// handle, and that a granted PE is in that pool. The same PE can register under a plain handle.
fn comes_back(t: &mut Tester, pe: &PoolElement, answered: ReqId) -> Outcome {
    let plain = t.unused_pool_handle();
    let pu = t.pool_user();
    welcome(t, &pe.clone().in_pool(&plain))?;

    let response = t.answered(answered, |t| t.register_response(pe))?;
    if answered == R5354_3_15 {
        repeats_handle(t, R5352_2_2_3_5, &response, &pe.handle);
    } else {
        t.names_pool(R5352_2_2_3_5, &response, &pe.handle);
    }
    if response.flag('R') {
        t.observe_message("the handle is rejected", &response);
        return Ok(());
    }
    t.lists_at_least(R5352_3_1_21, &pu, &pe.handle, &[pe])?;
    leave(t, pe)
}

/// Checks that a PE in the one pool is not listed under the other handle.
fn name_two_pools(t: &mut Tester, pool: &PoolHandle, other: &PoolHandle) -> Outcome {
    let pe = t.pool_element(pool);
    let pu = t.pool_user();
    t.control(|t| t.resolve(&pu, other).map(drop))?;
    t.control(|t| {
        t.register(&pe)?;
        t.resolve(&pu, pool).map(drop)
    })?;

    t.lists(R5354_3_9_3, &pu, pool, &[&pe])?;
    t.lists_none(R5354_3_9_3, &pu, other)
}
