//! RFC 5354 §4: messages of unknown type, flags and padding.
//!
//! The two highest bits of an unknown type determine the reaction; 10 and 11 are reserved, so any reaction
//! passes. RFC 5352 §2.2.14 requires reports by a SHOULD.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNKNOWN_00_MESSAGE_IS_DROPPED_IN_SILENCE,
    UNKNOWN_00_MESSAGE_REGISTERS_NOBODY,
    UNKNOWN_01_MESSAGE_IS_REPORTED,
    LAST_UNKNOWN_01_MESSAGE_IS_REPORTED,
    UNKNOWN_01_MESSAGE_WITHOUT_A_VALUE_IS_REPORTED,
    UNKNOWN_01_MESSAGE_IS_REPORTED_OVER_TCP,
    UNKNOWN_MESSAGE_WITH_UNKNOWN_PARAMETERS,
    RESERVED_10_MESSAGE_IS_SURVIVED,
    RESERVED_11_MESSAGE_IS_SURVIVED,
    UNDEFINED_FLAGS_OF_A_RESOLUTION_ARE_IGNORED,
    PADDING_OF_A_MESSAGE_IS_IGNORED,
    PADDING_COUNTED_IN_THE_LENGTH,
    PADDING_NOT_SENT,
    LENGTH_NEED_NOT_BE_A_MULTIPLE_OF_FOUR,
];

const UNKNOWN_00_MESSAGE_IS_DROPPED_IN_SILENCE: Case = registrar(
    "rfc5354/4/unknown-00-message-is-dropped-in-silence",
    "A message of an unknown type below 0x40 is dropped without an answer.",
    &[
        R5354_4_3,      // Unknown message (00): the receiver discards it silently.
        R5352_2_2_14_4, // An unknown message is handled by its type's top bits.
    ],
    unknown_00_message_is_dropped_in_silence,
);

fn unknown_00_message_is_dropped_in_silence(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    let handle = t.unused_pool_handle();
    t.control(|t| t.probe(&pu))?;
    for code in [0x00, 0x0f, 0x3f] {
        let message = Forge::asap(code).parameter(Parameter::pool_handle(&handle.0));
        t.send_octets(&pu, &message.octets())?;
        // RFC 5354 §4 forbids an answer in no word, so one is a deviation by the SHOULD of RFC 5352 §2.2.14.
        t.expect_none(R5352_2_2_14_4, &pu, ERROR)?;
        t.expect_none(R5354_4_3, &pu, HANDLE_RESOLUTION_RESPONSE)?;
    }
    Ok(())
}

const UNKNOWN_00_MESSAGE_REGISTERS_NOBODY: Case = registrar(
    "rfc5354/4/unknown-00-message-registers-nobody",
    "A registration with an unknown type below 0x40 registers no PE.",
    &[
        R5354_4_3,      // Unknown message (00): the receiver discards it silently.
        R5352_2_2_14_4, // An unknown message is handled by its type's top bits.
    ],
    unknown_00_message_registers_nobody,
);

fn unknown_00_message_registers_nobody(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.control(|t| t.probe(&pe))?;

    t.send_octets(&pe, &disguised_registration(&pe, 0x21)?.octets())?;
    t.expect_none(R5354_4_3, &pe, REGISTRATION_RESPONSE)?;
    t.expect_none(R5352_2_2_14_4, &pe, ERROR)?;
    t.lists_none(R5354_4_3, &pu, &pool)
}

const UNKNOWN_01_MESSAGE_IS_REPORTED: Case = registrar(
    "rfc5354/4/unknown-01-message-is-reported",
    "A message of type 0x40 is reported with the whole message.",
    &[
        R5354_4_4,      // Unknown message (01): the receiver discards it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_4_5,      // Unknown message (01): cause 0x2 reports it.
        R5354_3_12_3_1, // Cause 0x2 carries the unknown message.
    ],
    |t| reported(t, 0x40),
);

const LAST_UNKNOWN_01_MESSAGE_IS_REPORTED: Case = registrar(
    "rfc5354/4/last-unknown-01-message-is-reported",
    "A message of type 0x7f is reported with the whole message.",
    &[
        R5354_4_4,      // Unknown message (01): the receiver discards it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_4_5,      // Unknown message (01): cause 0x2 reports it.
        R5354_3_12_3_1, // Cause 0x2 carries the unknown message.
    ],
    |t| reported(t, 0x7f),
);

fn reported(t: &mut Tester, code: u8) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.control(|t| t.probe(&pe))?;

    let message = disguised_registration(&pe, code)?.octets();
    t.send_octets(&pe, &message)?;
    let reports = reports(t, (&pe).into(), UNRECOGNIZED_MESSAGE, 1, None)?;
    report_of(&message).judge(t, &reports);
    t.lists_none(R5354_4_4, &pu, &pool)
}

const UNKNOWN_01_MESSAGE_WITHOUT_A_VALUE_IS_REPORTED: Case = registrar(
    "rfc5354/4/unknown-01-message-without-a-value-is-reported",
    "A message of unknown type 0x41 without a value is reported with the whole message.",
    &[
        R5352_3_3_25,   // A handle resolution of an unknown pool is rejected.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_4_5,      // Unknown message (01): cause 0x2 reports it.
        R5354_3_12_3_1, // Cause 0x2 carries the unknown message.
    ],
    unknown_01_message_without_a_value_is_reported,
);

fn unknown_01_message_without_a_value_is_reported(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    reported_to(t, (&pu).into(), &Forge::asap(0x41).octets())
}

const UNKNOWN_01_MESSAGE_IS_REPORTED_OVER_TCP: Case = registrar(
    "rfc5354/4/unknown-01-message-is-reported-over-tcp",
    "A message of unknown type 0x42 over TCP is reported with the whole message.",
    &[
        R5352_3_3_25,   // A handle resolution of an unknown pool is rejected.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_4_5,      // Unknown message (01): cause 0x2 reports it.
        R5354_3_12_3_1, // Cause 0x2 carries the unknown message.
    ],
    unknown_01_message_is_reported_over_tcp,
)
.needs(&[Ics::TcpPu]);

fn unknown_01_message_is_reported_over_tcp(t: &mut Tester) -> Outcome {
    let pu = t.pool_user_over_tcp();
    let message = Forge::asap(0x42).parameter(Parameter::cookie(b"cookie!!"));
    reported_to(t, (&pu).into(), &message.octets())
}

fn reported_to(t: &mut Tester, player: Player, message: &[u8]) -> Outcome {
    t.control(|t| t.probe(player))?;
    t.send_octets(player, message)?;
    // The probe after the message is answered.
    let reports = t.answered(R5352_3_3_25, |t| {
        reports(t, player, UNRECOGNIZED_MESSAGE, 1, None)
    })?;
    report_of(message).judge(t, &reports);
    Ok(())
}

const UNKNOWN_MESSAGE_WITH_UNKNOWN_PARAMETERS: Case = registrar(
    "rfc5354/4/unknown-message-with-unknown-parameters",
    "Unknown parameters inside a message of unknown type are not reported, only the message.",
    &[
        R5352_3_3_25,   // A handle resolution of an unknown pool is rejected.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_4_5,      // Unknown message (01): cause 0x2 reports it.
        R5354_4_4,      // Unknown message (01): the receiver discards it.
    ],
    unknown_message_with_unknown_parameters,
);

fn unknown_message_with_unknown_parameters(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    let message = Forge::asap(0x43)
        .parameter(Parameter::new(0xfffe, *b"odd!"))
        .parameter(Parameter::new(0x7fff, *b"odd!"));
    t.send_octets(&pu, &message.octets())?;

    let reports = t.answered(R5352_3_3_25, |t| {
        reports(t, (&pu).into(), UNRECOGNIZED_MESSAGE, 1, None)
    })?;
    t.check_that(R5352_2_2_14_6, !reports.is_empty(), "nothing is reported");
    for report in &reports {
        t.cause(R5354_4_5, report, 0x2);
        t.no_cause(R5354_4_4, report, 0x1);
    }
    Ok(())
}

const RESERVED_10_MESSAGE_IS_SURVIVED: Case = registrar(
    "rfc5354/4/reserved-10-message-is-survived",
    "The registrar continues to serve after messages of types 0x80, 0x81 and 0xbf.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    |t| survived(t, &[0x80, 0x81, 0xbf]),
);

const RESERVED_11_MESSAGE_IS_SURVIVED: Case = registrar(
    "rfc5354/4/reserved-11-message-is-survived",
    "The registrar continues to serve after messages of types 0xc0, 0xc1, 0xfe and 0xff.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    |t| survived(t, &[0xc0, 0xc1, 0xfe, 0xff]),
);

fn survived(t: &mut Tester, codes: &[u8]) -> Outcome {
    for code in codes {
        let pool = t.unused_pool_handle();
        let pe = t.pool_element(&pool);
        t.control(|t| t.probe(&pe))?;
        t.send_octets(&pe, &disguised_registration(&pe, *code)?.octets())?;
        serves_on(t, &pe)?;
    }
    Ok(())
}

const UNDEFINED_FLAGS_OF_A_RESOLUTION_ARE_IGNORED: Case = registrar(
    "rfc5354/4/undefined-flags-of-a-resolution-are-ignored",
    "The registrar ignores the undefined flags of ASAP_HANDLE_RESOLUTION.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_of_a_resolution_are_ignored,
);

fn undefined_flags_of_a_resolution_are_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| {
        t.register(&pe)?;
        t.resolve(&pu, &pool).map(drop)
    })?;

    for flags in [0xfe_u8, 0x02, 0x80] {
        let message = forge::handle_resolution(&pool.0, false).set("flags", flags);
        t.send_octets(&pu, &message?.octets())?;
        let response = t.resolution_response(R5354_4_8, &pu)?;
        t.members(R5354_4_8, &response, &[&pe]);
    }
    Ok(())
}

const PADDING_OF_A_MESSAGE_IS_IGNORED: Case = registrar(
    "rfc5354/4/padding-of-a-message-is-ignored",
    "A handle resolution is answered, even if the padding at its end is not zero.",
    &[
        R5354_4_14, // The receiver ignores the content of message padding.
    ],
    padding_of_a_message_is_ignored,
);

fn padding_of_a_message_is_ignored(t: &mut Tester) -> Outcome {
    for remainder in 1..=3 {
        let mut pool = t.unused_pool_handle();
        pad_to(&mut pool.0, remainder);
        let message = forge::handle_resolution(&pool.0, false).padding("", 0xff);
        resolve_by(t, &pool, message?, R5354_4_14)?;
    }
    Ok(())
}

const PADDING_COUNTED_IN_THE_LENGTH: Case = registrar(
    "rfc5354/4/padding-counted-in-the-length",
    "A handle resolution whose Length counts the padding at its end is answered.",
    &[
        R5354_4_14,  // The receiver ignores the content of message padding.
        R5354_3_9_1, // A Pool Handle has type 0x9 and Length - 4 handle octets.
    ],
    padding_counted_in_the_length,
);

fn padding_counted_in_the_length(t: &mut Tester) -> Outcome {
    // Both forms have to be accepted (T5); the Length of the handle itself never counts padding.
    for remainder in 1..=3 {
        let mut pool = t.unused_pool_handle();
        pad_to(&mut pool.0, remainder);
        let message = forge::handle_resolution(&pool.0, false).count_padding();
        let response = resolve_by(t, &pool, message, R5354_4_14)?;
        t.names_pool(R5354_3_9_1, &response, &pool);
    }
    Ok(())
}

const PADDING_NOT_SENT: Case = registrar(
    "rfc5354/4/padding-not-sent",
    "The registrar continues to serve after a handle resolution without its padding.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    padding_not_sent,
);

fn padding_not_sent(t: &mut Tester) -> Outcome {
    for remainder in 1..=3 {
        let mut pool = t.unused_pool_handle();
        pad_to(&mut pool.0, remainder);
        let pu = t.pool_user();
        t.control(|t| t.resolve(&pu, &pool).map(drop))?;
        let message = forge::handle_resolution(&pool.0, false).without_padding();
        t.send_octets(&pu, &message.octets())?;
        serves_on(t, &pu)?;
    }
    Ok(())
}

const LENGTH_NEED_NOT_BE_A_MULTIPLE_OF_FOUR: Case = registrar(
    "rfc5354/4/length-need-not-be-a-multiple-of-four",
    "A handle resolution whose Length is not a multiple of four is answered like any other.",
    &[
        R5354_4_10, // A message's Length does not count padding at its end.
    ],
    length_need_not_be_a_multiple_of_four,
);

fn length_need_not_be_a_multiple_of_four(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    for remainder in 1..=3 {
        let mut pool = t.unused_pool_handle();
        pad_to(&mut pool.0, remainder);
        t.send(&pu, forge::handle_resolution(&pool.0, false))?;
        t.resolution_response(R5354_4_10, &pu)?;
    }
    Ok(())
}

/// Registers a PE, resolves its pool by an unusual message, and checks that the response lists it.
fn resolve_by(
    t: &mut Tester,
    pool: &PoolHandle,
    message: Forge,
    requirement: ReqId,
) -> Result<Message, Stop> {
    let pe = t.pool_element(pool);
    let pu = t.pool_user();
    t.control(|t| {
        t.register(&pe)?;
        t.resolve(&pu, pool).map(drop)
    })?;
    t.send_octets(&pu, &message.octets())?;
    let response = t.resolution_response(requirement, &pu)?;
    t.members(requirement, &response, &[&pe]);
    Ok(response)
}

/// Returns the report that quotes a whole message of unknown type.
fn report_of(message: &[u8]) -> Report<'_> {
    Report {
        cause: UNRECOGNIZED_MESSAGE,
        quotes: message,
        rules: [R5354_4_5, R5354_3_12_3_1],
    }
}

/// Returns a registration with another message type.
fn disguised_registration(pe: &PoolElement, code: u8) -> Result<Forge, ForgeError> {
    forge::registration(&pe.handle.0, &pe.element).set("type", code)
}
