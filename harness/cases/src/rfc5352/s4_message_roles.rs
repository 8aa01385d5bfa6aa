//! RFC 5352 §4: which messages a registrar handles.
//!
//! Those of registration, de-registration, resolution, keep-alive and unreachable reports have sections of
//! their own. Here: the others, and the ones that come unasked or from somebody who does not send them. A
//! known type in the wrong place has no reaction laid down, but it is not unrecognized (ambiguity T23).

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
    "An acknowledgement that nobody asked for changes nothing for the PE that sent it.",
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
        t.send(
            &pe,
            forge::endpoint_keep_alive_ack(&pool.0, pe.pe_identifier()),
        )?;
    }
    not_unrecognized(t, &pe)?;
    t.lists(R5352_4_10, &pe, &pool, &[&pe])
}

const KEEP_ALIVE_ACK_OF_A_STRANGER: Case = registrar(
    "rfc5352/4/keep-alive-ack-of-a-stranger",
    "Acknowledgements for a PE and a pool that do not exist are handled and add nobody.",
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

    t.send(
        &stranger,
        forge::endpoint_keep_alive_ack(&pool.0, stranger.pe_identifier()),
    )?;
    t.send(
        &stranger,
        forge::endpoint_keep_alive_ack(&unknown.0, stranger.pe_identifier()),
    )?;
    not_unrecognized(t, &stranger)?;
    t.lists(R5352_4_10, &stranger, &pool, &[&pe])?;
    let response = t.resolve(&stranger, &unknown)?;
    t.error(R5352_3_3_25, &response);
    Ok(())
}

const ASAP_ERROR_IS_NOT_ANSWERED_BY_ONE: Case = registrar(
    "rfc5352/4/asap-error-is-not-answered-by-one",
    "An ASAP_ERROR of a PU is handled: no ASAP_ERROR comes back, and the PU is served.",
    &[
        R5352_4_12, // A registrar handles ASAP_ERROR.
    ],
    asap_error_is_not_answered_by_one,
);

fn asap_error_is_not_answered_by_one(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    for error in errors() {
        t.send(&pu, error)?;
    }
    t.expect_none(R5352_4_12, &pu, ERROR)
}

const ASAP_ERROR_OF_A_PE: Case = registrar(
    "rfc5352/4/asap-error-of-a-pe",
    "An ASAP_ERROR of a registered PE is handled: the PE stays in its pool.",
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
    "Whatever a registrar makes of an ASAP_SERVER_ANNOUNCE in an association, it serves on.",
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

    t.send(&alone, forge::server_announce(server, &[]))?;
    t.send(
        &with_transport,
        forge::server_announce(server, &[transport]),
    )?;
    t.answered(R5352_4_13, |t| serves_on(t))?;
    for player in [&alone, &with_transport] {
        for error in t.take_all(player, ERROR) {
            t.observe(format!(
                "an announcement is answered by {}",
                error.summary()
            ));
        }
    }
    Ok(())
}

const UNREACHABLE_REPORT_OF_A_PU: Case = registrar(
    "rfc5352/4/unreachable-report-of-a-pu",
    "After a PU's first report about a PE that answers, the PE is still in its pool.",
    &[
        R5352_3_5_10, // A reported PE stays if its keep-alive is transmitted.
    ],
    unreachable_report_of_a_pu,
)
.needs(&[Ics::MaxBadPeReport]);

fn unreachable_report_of_a_pu(t: &mut Tester) -> Outcome {
    if t.timers().max_bad_pe_report.is_none_or(|most| most == 0) {
        return Err(t.inconclusive("the first report can be one too many: MAX-BAD-PE-REPORT"));
    }
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    // Section 4 does not give this message to PUs, section 3.5 does: both readings keep the PE.
    t.send(
        &pu,
        forge::endpoint_unreachable(&pool.0, pe.pe_identifier()),
    )?;
    t.lists(R5352_3_5_10, &pu, &pool, &[&pe])?;
    let asked = !t.take_all(&pe, ENDPOINT_KEEP_ALIVE).is_empty();
    t.observe(format!("by then a keep-alive had reached the PE: {asked}"));
    Ok(())
}

const RESPONSES_OF_OTHERS_CHANGE_NOTHING: Case = registrar(
    "rfc5352/4/responses-of-others-change-nothing",
    "Responses and keep-alives, sent to the registrar, neither add nor remove a PE.",
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
        // Each from another endpoint: to end the sender's association is a clean reaction too.
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
    "Whatever becomes of cookies, their echoes and business cards, the next PU is served.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    messages_between_pe_and_pu_do_no_harm,
);

fn messages_between_pe_and_pu_do_no_harm(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let messages = [
        forge::cookie(b"state of a session"),
        forge::cookie_echo(b"state of a session"),
        forge::business_card(&pool.0, std::slice::from_ref(&pe.element)),
    ];
    for message in messages {
        let sender = t.pool_user();
        t.send(&sender, message)?;
        serves_on(t)?;
        for error in t.take_all(&sender, ERROR) {
            t.observe(error.summary());
        }
    }
    Ok(())
}

/// What only registrars send: it claims that `guest` is in both pools, and that `pe` is in none.
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

/// Errors as an endpoint might send them about messages of the registrar.
fn errors() -> [Forge; 3] {
    let request = forge::handle_resolution(b"EchoPool", false).octets();
    [
        forge::asap_error(&[Cause::new(Cause::UNSPECIFIED)]),
        forge::asap_error(&[Cause::with_octets(Cause::UNRECOGNIZED_MESSAGE, request)]),
        forge::asap_error(&[Cause::new(Cause::LACK_OF_RESOURCES)]),
    ]
}

/// The registrar answers the player, and has not reported a message of it as unrecognized before.
fn not_unrecognized(t: &mut Tester, player: impl Into<Player>) -> Outcome {
    let player = player.into();
    t.probe(player)?;
    let errors = t.take_all(player, ERROR);
    let known = !errors.iter().any(|m| m.has("operation-error/0x2"));
    t.check_that(R5352_4_10, known, "reported as an unrecognized message");
    for error in errors {
        t.observe(error.summary());
    }
    Ok(())
}

/// A PU that comes now is answered: its request is for an unknown pool.
fn serves_on(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.answered(R5352_3_3_25, |t| t.probe(&pu))?;
    Ok(())
}
