//! RFC 5352 §4: the messages that a registrar handles.
//!
//! Registration, de-registration, resolution, keep-alive and unreachable reports have sections of their own.
//! Here are the other messages, and those that come unexpectedly or from an endpoint that does not send
//! them. The RFC prescribes no reaction to those, but their types are not unrecognized (ambiguity T23).

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    KEEP_ALIVE_ACK_UNASKED,
    KEEP_ALIVE_ACK_OF_A_STRANGER,
    ASAP_ERROR_IS_NOT_ANSWERED_BY_ONE,
    ASAP_ERROR_OF_A_PE,
    SERVER_ANNOUNCE_OVER_AN_ASSOCIATION,
    UNREACHABLE_REPORT_OF_A_PU,
    RESPONSES_OF_OTHERS_CHANGE_NOTHING,
    MESSAGES_BETWEEN_PE_AND_PU_DO_NO_HARM,
];

const KEEP_ALIVE_ACK_UNASKED: Case = registrar(
    "rfc5352/4/keep-alive-ack-unasked",
    "A keep-alive acknowledgement without a keep-alive before it does not change its PE.",
    &[
        R5352_4_10, // A registrar handles ASAP_ENDPOINT_KEEP_ALIVE_ACK.
    ],
    keep_alive_ack_unasked,
);

fn keep_alive_ack_unasked(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    for _ in 0..3 {
        acknowledge(t, &pe, &pe)?;
    }
    not_unrecognized(t, &pe)?;
    t.lists(R5352_4_10, &pe, &pool, &[&pe])
}

const KEEP_ALIVE_ACK_OF_A_STRANGER: Case = registrar(
    "rfc5352/4/keep-alive-ack-of-a-stranger",
    "Acknowledgements for an unknown PE and an unknown pool are handled and add no PE.",
    &[
        R5352_4_10,   // A registrar handles ASAP_ENDPOINT_KEEP_ALIVE_ACK.
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    keep_alive_ack_of_a_stranger,
);

fn keep_alive_ack_of_a_stranger(t: &mut Tester) -> Outcome {
    let (pool, unknown) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pe = t.pool_element(&pool);
    let stranger = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    acknowledge(t, &stranger, &stranger)?;
    acknowledge(t, &stranger, &stranger.clone().in_pool(&unknown))?;
    not_unrecognized(t, &stranger)?;
    t.lists(R5352_4_10, &stranger, &pool, &[&pe])?;
    let response = t.resolve(&stranger, &unknown)?;
    t.error(R5352_3_3_25, &response);
    Ok(())
}

const ASAP_ERROR_IS_NOT_ANSWERED_BY_ONE: Case = registrar(
    "rfc5352/4/asap-error-is-not-answered-by-one",
    "An ASAP_ERROR of a PU is not answered by an ASAP_ERROR, and the PU is still served.",
    &[
        R5352_4_12, // A registrar handles ASAP_ERROR.
    ],
    asap_error_is_not_answered_by_one,
);

fn asap_error_is_not_answered_by_one(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    for error in errors() {
        t.send(&pu, error)?;
    }
    t.expect_none(R5352_4_12, &pu, ERROR)
}

const ASAP_ERROR_OF_A_PE: Case = registrar(
    "rfc5352/4/asap-error-of-a-pe",
    "A registered PE that sends an ASAP_ERROR stays in its pool.",
    &[
        R5352_4_12, // A registrar handles ASAP_ERROR.
    ],
    asap_error_of_a_pe,
);

fn asap_error_of_a_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    for error in errors() {
        t.send(&pe, error)?;
    }
    t.lists(R5352_4_12, &pe, &pool, &[&pe])
}

const SERVER_ANNOUNCE_OVER_AN_ASSOCIATION: Case = registrar(
    "rfc5352/4/server-announce-over-an-association",
    "The registrar continues to serve after an ASAP_SERVER_ANNOUNCE over SCTP.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_4_13,   // A registrar can handle ASAP_SERVER_ANNOUNCE.
    ],
    server_announce_over_an_association,
);

fn server_announce_over_an_association(t: &mut Tester) -> Outcome {
    let (alone, with_transport) = (t.pool_user(), t.pool_user());
    let at = t.address(&with_transport)?;
    let transport = Transport::Sctp {
        port: at.port(),
        transport_use: 0,
        addrs: vec![at.ip()],
    };
    let server = t.random_identifier();
    t.control(next_pu_is_served)?;

    t.send(&alone, forge::server_announce(server, &[]))?;
    let announcement = forge::server_announce(server, &[transport]);
    t.send(&with_transport, announcement)?;
    t.answered(R5352_4_13, next_pu_is_served)?;
    for player in [&alone, &with_transport] {
        for error in t.take_all(player, ERROR) {
            t.observe_message("the answer to an announcement", &error);
        }
    }
    Ok(())
}

const UNREACHABLE_REPORT_OF_A_PU: Case = registrar(
    "rfc5352/4/unreachable-report-of-a-pu",
    "A PE that answers is still in its pool after the first report of a PU.",
    &[
        R5352_3_5_10, // A reported PE stays if its keep-alive is transmitted.
    ],
    unreachable_report_of_a_pu,
)
.needs(&[Ics::MaxBadPeReport]);

fn unreachable_report_of_a_pu(t: &mut Tester) -> Outcome {
    if t.timers().max_bad_pe_report.is_none_or(|most| most == 0) {
        return Err(t.inconclusive("MAX-BAD-PE-REPORT allows no report"));
    }
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    // PUs send this message by section 3.5, but not by section 4: the PE stays by both readings.
    report_unreachable(t, &pu, &pe)?;
    t.lists(R5352_3_5_10, &pu, &pool, &[&pe])?;
    let asked = !t.take_all(&pe, ENDPOINT_KEEP_ALIVE).is_empty();
    t.observe(format!("a keep-alive has come by now: {asked}"));
    Ok(())
}

const RESPONSES_OF_OTHERS_CHANGE_NOTHING: Case = registrar(
    "rfc5352/4/responses-of-others-change-nothing",
    "Responses and keep-alives sent to the registrar neither add nor remove a PE.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5352_3_3_25,   // A handle resolution of an unknown pool is rejected.
    ],
    responses_of_others_change_nothing,
);

fn responses_of_others_change_nothing(t: &mut Tester) -> Outcome {
    let (pool, unknown) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pe = t.pool_element(&pool);
    let guest = t.pool_element(&pool);
    let server = t.random_identifier();
    t.preamble(|t| t.register(&pe))?;

    for message in responses(&pe, &guest, &unknown.0, server) {
        // Each from another endpoint, since the registrar may close the sender's association.
        let sender = t.pool_user();
        t.send(&sender, message)?;
    }
    let pu = t.pool_user();
    t.lists(R5352_2_2_6_11, &pu, &pool, &[&pe])?;
    let response = t.resolve(&pu, &unknown)?;
    t.error(R5352_3_3_25, &response);
    Ok(())
}

const MESSAGES_BETWEEN_PE_AND_PU_DO_NO_HARM: Case = registrar(
    "rfc5352/4/messages-between-pe-and-pu-do-no-harm",
    "The registrar serves the next PU after cookies, cookie echoes and business cards.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    messages_between_pe_and_pu_do_no_harm,
);

fn messages_between_pe_and_pu_do_no_harm(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let messages = [
        forge::cookie(b"state of the session"),
        forge::cookie_echo(b"state of the session"),
        forge::business_card(&pool.0, std::slice::from_ref(&pe.element)),
    ];
    t.control(next_pu_is_served)?;
    for message in messages {
        let sender = t.pool_user();
        t.send(&sender, message)?;
        next_pu_is_served(t)?;
        for error in t.take_all(&sender, ERROR) {
            t.observe(error.summary());
        }
    }
    Ok(())
}

/// Returns messages that only registrars send: by these `guest` is in both pools, and `pe` is in none.
fn responses(pe: &PoolElement, guest: &PoolElement, unknown: &[u8], server: u32) -> Vec<Forge> {
    let (known, id) = (&pe.handle.0[..], guest.pe_identifier());
    let members = std::slice::from_ref(&guest.element);
    vec![
        forge::registration_response(known, id, false, &[]),
        forge::deregistration_response(known, pe.pe_identifier(), &[]),
        forge::handle_resolution_response(known, false, None, members, &[]),
        forge::handle_resolution_response(unknown, true, None, members, &[]),
        forge::endpoint_keep_alive(server, known, true),
    ]
}

/// Returns errors that an endpoint could send about messages of the registrar.
fn errors() -> [Forge; 3] {
    let request = forge::handle_resolution(b"EchoPool", false).octets();
    [
        forge::asap_error(&[Cause::new(Cause::UNSPECIFIED)]),
        forge::asap_error(&[Cause::with_octets(Cause::UNRECOGNIZED_MESSAGE, request)]),
        forge::asap_error(&[Cause::new(Cause::LACK_OF_RESOURCES)]),
    ]
}
