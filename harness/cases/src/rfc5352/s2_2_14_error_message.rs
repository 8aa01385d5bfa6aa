//! RFC 5352 §2.2.14: ASAP_ERROR, sent and received, and known messages that are not sent to registrars.
//!
//! The cases on unknown types are in `rfc5354`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    REPORT_GOES_TO_THE_SENDER_ONLY,
    UNKNOWN_PARAMETER_IS_REPORTED_TO_A_PU,
    ERROR_IS_NOT_ANSWERED,
    ERROR_WITH_AN_UNKNOWN_CAUSE_IS_NOT_ANSWERED,
    ERROR_WITH_UNKNOWN_PARAMETERS_STARTS_NO_LOOP,
    BROKEN_ERROR_IS_SURVIVED,
    ERROR_LEAVES_REGISTRATIONS_ALONE,
    RESPONSES_SENT_TO_THE_REGISTRAR,
    KEEP_ALIVE_SENT_TO_THE_REGISTRAR,
    CONTROL_CHANNEL_MESSAGES_SENT_TO_THE_REGISTRAR,
];

const REPORT_GOES_TO_THE_SENDER_ONLY: Case = registrar(
    "rfc5352/2.2.14/report-goes-to-the-sender-only",
    "An unknown message is reported to the endpoint that sent it and to no other.",
    &[
        R5352_3_3_25,   // A handle resolution of an unknown pool is rejected.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5352_2_2_14_4, // An unknown message is handled by its type's top bits.
        R5352_2_2_14_1, // ASAP_ERROR goes to the sender of an unknown type.
    ],
    report_goes_to_the_sender_only,
);

fn report_goes_to_the_sender_only(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let (sender, other) = (t.pool_user(), t.pool_user());
    t.preamble(|t| t.register(&pe))?;
    t.control(|t| t.probe(&sender))?;
    t.control(|t| t.probe(&other))?;

    let unknown = Forge::asap(0x40).parameter(Parameter::cookie(b"odd!"));
    t.send_octets(&sender, &unknown.octets())?;
    reported_to(t, R5352_2_2_14_4, &sender, UNRECOGNIZED_MESSAGE)?;
    t.expect_none(R5352_2_2_14_1, &other, ERROR)?;
    t.expect_none(R5352_2_2_14_1, &pe, ERROR)
}

const UNKNOWN_PARAMETER_IS_REPORTED_TO_A_PU: Case = registrar(
    "rfc5352/2.2.14/unknown-parameter-is-reported-to-a-pu",
    "An unknown 01 parameter in a handle resolution is reported to the PU that sent it and to no other.",
    &[
        R5352_3_3_25,   // A handle resolution of an unknown pool is rejected.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
        R5352_2_2_14_1, // ASAP_ERROR goes to the sender of an unknown type.
    ],
    unknown_parameter_is_reported_to_a_pu,
);

fn unknown_parameter_is_reported_to_a_pu(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let (sender, other) = (t.pool_user(), t.pool_user());
    t.preamble(|t| t.register(&pe))?;
    t.control(|t| t.probe(&other))?;

    let odd = Parameter::new(0x7fff, *b"odd!");
    let request = forge::handle_resolution(&pool.0, false).parameter(odd);
    t.send_octets(&sender, &request.octets())?;
    reported_to(t, R5352_2_2_14_5, &sender, UNRECOGNIZED_PARAMETER)?;
    t.expect_none(R5352_2_2_14_1, &other, ERROR)?;
    t.expect_none(R5352_2_2_14_1, &pe, ERROR)
}

/// Checks that the sender of something unknown gets a report, by the general rule and by this one.
fn reported_to(t: &mut Tester, requirement: ReqId, sender: &PoolUser, cause: u16) -> Outcome {
    let reports = t.answered(R5352_3_3_25, |t| reports(t, sender.into(), cause, 1, None))?;
    t.check_that(R5352_2_2_14_6, !reports.is_empty(), "nothing is reported");
    t.check_that(requirement, !reports.is_empty(), "nothing is reported");
    Ok(())
}

const ERROR_IS_NOT_ANSWERED: Case = registrar(
    "rfc5352/2.2.14/error-is-not-answered",
    "An ASAP_ERROR with any cause of the RFC is not answered by an ASAP_ERROR.",
    &[
        R5352_4_12, // A registrar handles ASAP_ERROR.
    ],
    error_is_not_answered,
);

fn error_is_not_answered(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    let parameter = Parameter::new(0x7fff, *b"odd!");
    let quoted = forge::handle_resolution(b"a quoted handle!", false).octets();
    let causes = [
        Cause::new(Cause::UNSPECIFIED),
        Cause::with_parameter(Cause::UNRECOGNIZED_PARAMETER, parameter.clone()),
        Cause::with_octets(Cause::UNRECOGNIZED_MESSAGE, quoted),
        Cause::with_parameter(Cause::INVALID_VALUES, parameter),
        Cause::new(Cause::NON_UNIQUE_PE_IDENTIFIER),
        Cause::inconsistent_policy(&forge::Policy::RoundRobin),
        Cause::new(Cause::LACK_OF_RESOURCES),
        Cause::new(Cause::INCONSISTENT_DATA_CONTROL),
        Cause::new(Cause::UNKNOWN_POOL_HANDLE),
        Cause::new(Cause::SECURITY),
    ];
    for cause in &causes {
        let error = forge::asap_error(std::slice::from_ref(cause));
        t.send_octets(&pu, &error.octets())?;
    }
    t.send_octets(&pu, &forge::asap_error(&causes).octets())?;
    t.expect_none(R5352_4_12, &pu, ERROR)
}

const ERROR_WITH_AN_UNKNOWN_CAUSE_IS_NOT_ANSWERED: Case = registrar(
    "rfc5352/2.2.14/error-with-an-unknown-cause-is-not-answered",
    "An ASAP_ERROR with a cause that no RFC assigns is not answered by an ASAP_ERROR.",
    &[
        R5352_4_12, // A registrar handles ASAP_ERROR.
    ],
    error_with_an_unknown_cause_is_not_answered,
);

fn error_with_an_unknown_cause_is_not_answered(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    for code in [0x000b, 0x7fff, 0x8000, 0xffff] {
        for cause in [Cause::new(code), Cause::with_octets(code, *b"some")] {
            t.send_octets(&pu, &forge::asap_error(&[cause]).octets())?;
        }
    }
    t.expect_none(R5352_4_12, &pu, ERROR)
}

const ERROR_WITH_UNKNOWN_PARAMETERS_STARTS_NO_LOOP: Case = registrar(
    "rfc5352/2.2.14/error-with-unknown-parameters-starts-no-loop",
    "An ASAP_ERROR with unknown parameters does not start an endless exchange of ASAP_ERRORs.",
    &[
        R5352_4_12, // A registrar handles ASAP_ERROR.
    ],
    error_with_unknown_parameters_starts_no_loop,
);

fn error_with_unknown_parameters_starts_no_loop(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    for code in [0x7fff, 0xfffe] {
        let message = forge::asap_error(&[Cause::new(Cause::UNSPECIFIED)])
            .parameter(Parameter::new(code, *b"odd!"));
        t.send_octets(&pu, &message.octets())?;
        t.probe(&pu)?;
        // RFC 5354 §3 requires one answer by its words and none by its intent (T23).
        let answers = t.take_all(&pu, ERROR);
        for answer in &answers {
            t.observe_message("the answer to an ASAP_ERROR", answer);
            t.send_octets(&pu, &answer.octets.clone())?;
        }
        let count = answers.len();
        t.check_that(R5352_4_12, count <= 1, format!("{count} answers"));
    }
    t.expect_none(R5352_4_12, &pu, ERROR)
}

const BROKEN_ERROR_IS_SURVIVED: Case = registrar(
    "rfc5352/2.2.14/broken-error-is-survived",
    "The registrar continues to serve after an ASAP_ERROR without causes or with a wrong cause Length.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    broken_error_is_survived,
);

fn broken_error_is_survived(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    throw(t, &pu, &forge::asap_error(&[]).octets())?;
    for length in [0_u16, 1, 3, 5, 8, 0x7fff, 0xffff] {
        let whole = || forge::asap_error(&[Cause::with_octets(0x0, *b"odd!")]);
        for path in ["operation-error/0x0/#length", "operation-error/#length"] {
            throw(t, &pu, &whole().set(path, length)?.octets())?;
        }
    }
    serves_on(t, &pu)
}

const ERROR_LEAVES_REGISTRATIONS_ALONE: Case = registrar(
    "rfc5352/2.2.14/error-leaves-registrations-alone",
    "A PE that sends an ASAP_ERROR stays registered.",
    &[
        R5352_4_12,   // A registrar handles ASAP_ERROR.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    error_leaves_registrations_alone,
);

fn error_leaves_registrations_alone(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let codes = [
        Cause::UNSPECIFIED,
        Cause::UNKNOWN_POOL_HANDLE,
        Cause::SECURITY,
    ];
    for code in codes {
        t.send(&pe, forge::asap_error(&[Cause::new(code)]))?;
    }
    t.expect_none(R5352_4_12, &pe, ERROR)?;
    t.lists(R5352_3_1_21, &pu, &pool, &[&pe])
}

const RESPONSES_SENT_TO_THE_REGISTRAR: Case = registrar(
    "rfc5352/2.2.14/responses-sent-to-the-registrar",
    "Responses sent to the registrar neither add nor remove a PE, and it continues to serve.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    responses_sent_to_the_registrar,
);

fn responses_sent_to_the_registrar(t: &mut Tester) -> Outcome {
    let unknown = t.unused_pool_handle();
    misplaced(t, unknown, |pe, unknown| {
        let (own, id) = (&pe.handle.0, pe.pe_identifier());
        let policy = &forge::Policy::RoundRobin;
        let unknown_pool = [Cause::new(Cause::UNKNOWN_POOL_HANDLE)];
        let elements = std::slice::from_ref(&pe.element);
        vec![
            forge::registration_response(unknown, id, false, &[]),
            forge::registration_response(own, id, true, &[Cause::new(Cause::SECURITY)]),
            forge::deregistration_response(own, id, &[]),
            forge::handle_resolution_response(unknown, true, Some(policy), elements, &[]),
            forge::handle_resolution_response(own, false, None, &[], &unknown_pool),
        ]
    })
}

const KEEP_ALIVE_SENT_TO_THE_REGISTRAR: Case = registrar(
    "rfc5352/2.2.14/keep-alive-sent-to-the-registrar",
    "Keep-alives and announcements sent over SCTP neither add nor remove a PE.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    keep_alive_sent_to_the_registrar,
);

fn keep_alive_sent_to_the_registrar(t: &mut Tester) -> Outcome {
    let unknown = t.unused_pool_handle();
    misplaced(t, unknown, |pe, unknown| {
        let transports = std::slice::from_ref(&pe.element.user_transport);
        vec![
            forge::endpoint_keep_alive(0x0bad_1dea, &pe.handle.0, true),
            forge::endpoint_keep_alive(0x0bad_1dea, unknown, false),
            forge::server_announce(0x0bad_1dea, transports),
        ]
    })
}

const CONTROL_CHANNEL_MESSAGES_SENT_TO_THE_REGISTRAR: Case = registrar(
    "rfc5352/2.2.14/control-channel-messages-sent-to-the-registrar",
    "Cookies, cookie echoes and business cards neither add nor remove a PE.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    control_channel_messages_sent_to_the_registrar,
);

fn control_channel_messages_sent_to_the_registrar(t: &mut Tester) -> Outcome {
    let unknown = t.unused_pool_handle();
    misplaced(t, unknown, |pe, unknown| {
        vec![
            forge::cookie(b"state of the session"),
            forge::cookie_echo(b"state of the session"),
            forge::business_card(unknown, std::slice::from_ref(&pe.element)),
        ]
    })
}

/// Sends a PE's registrar known messages that it does not expect. The RFC prescribes no reaction (T23), but
/// the PE stays, and no pool is created.
fn misplaced(
    t: &mut Tester,
    unknown: PoolHandle,
    messages: fn(&PoolElement, &[u8]) -> Vec<Forge>,
) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.control(|t| t.probe(&pu))?;

    for message in messages(&pe, &unknown.0) {
        // From the PU: if the registrar closes the association, the PE keeps its own.
        throw(t, &pu, &message.octets())?;
        serves_on(t, &pu)?;
    }
    t.lists(R5352_3_1_21, &pe, &pool, &[&pe])?;
    let negative = t.resolve(&pe, &unknown)?;
    t.cause(R5352_3_3_26, &negative, 0x9);
    Ok(())
}
