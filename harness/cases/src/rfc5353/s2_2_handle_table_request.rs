//! RFC 5353 §2.2: ENRP_HANDLE_TABLE_REQUEST, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNDEFINED_FLAGS_ARE_IGNORED,
    UNKNOWN_PARAMETER_IN_A_TABLE_REQUEST,
    MALFORMED_TABLE_REQUEST_IS_SURVIVED,
    TABLE_REQUEST_OF_THE_TARGET,
    TABLE_REQUEST_OF_AN_AUDIT,
];

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5353/2.2/undefined-flags-are-ignored",
    "W decides which PEs a table has; the seven undefined flags of the request change nothing.",
    &[
        R5354_4_8,   // The receiver ignores undefined flags.
        R5353_2_2_2, // W asks for the receiver's own PEs alone.
    ],
    undefined_flags_are_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn undefined_flags_are_ignored(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [owner, reader] = joined::<2>(t)?;
    let (pe, foreign) = (t.pool_element(&pool), t.element_of(&owner, &other));
    t.preamble(|t| {
        t.register(&pe)?;
        t.adds_pe(&owner, &foreign)?;
        handled(t, &owner)
    })?;

    let (own, all) = (
        vec![pe.pe_identifier()],
        vec![pe.pe_identifier(), foreign.pe_identifier()],
    );
    for (flags, mut expected) in [(0xfe_u8, all), (0xff, own)] {
        let request = forge::handle_table_request(reader.id, t.target_server(), false);
        let octets = request.set("flags", flags)?.octets();
        let what = format!("flags {flags:#x}");
        let parts = parts_for(t, R5354_4_8, &reader, (&what, &octets), expected.len())?;
        let seen = elements_of_table(&parts);
        expected.sort_unstable();
        t.check_eq(R5353_2_2_2, "PEs of the table", seen, expected);
    }
    Ok(())
}

const UNKNOWN_PARAMETER_IN_A_TABLE_REQUEST: Case = registrar(
    "rfc5353/2.2/unknown-parameter-in-a-table-request",
    "An unknown parameter behind the server IDs of a table request is treated by its type.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_parameter_in_a_table_request,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_in_a_table_request(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    by_the_highest_bits(t, &peer, ENRP_HANDLE_TABLE_RESPONSE, |t, odd| {
        let request = forge::handle_table_request(peer.id, t.target_server(), false);
        Ok(request.parameter(odd))
    })
}

const MALFORMED_TABLE_REQUEST_IS_SURVIVED: Case = registrar(
    "rfc5353/2.2/malformed-table-request-is-survived",
    "The target continues to serve after table requests that are too short, too long or of a wrong Length.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    malformed_table_request_is_survived,
)
.needs(&[Ics::EnrpPeers]);

fn malformed_table_request_is_survived(t: &mut Tester) -> Outcome {
    survives(t, REQUESTS, |t, peer| {
        forge::handle_table_request(peer.id, t.target_server(), false)
    })
}

const TABLE_REQUEST_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.2/table-request-of-the-target",
    "The target's table request is 12 octets: its ID, its mentor's ID or 0, no undefined flag.",
    &[
        R5354_4_7,    // The sender sets undefined flags to zero.
        R5353_2_2_1,  // An ENRP_HANDLE_TABLE_REQUEST has 12 octets.
        R5353_2_1_1,  // The Sending Server's ID is the sender's own ID.
        R5353_2_1_13, // A message to one registrar has its ID or 0.
    ],
    table_request_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn table_request_of_the_target(t: &mut Tester) -> Outcome {
    let mentor = t.enrp_peer()?;
    let within = t.timers().max_time_no_response;
    t.preamble(|t| {
        t.start_with_mentors(&[&mentor])?;
        t.expect(R5353_3_2_2_2_2, &mentor, ENRP_LIST_REQUEST, within)?;
        Ok(())
    })?;
    let server = t.target_server();
    let request = sample(t, &mentor, ENRP_HANDLE_TABLE_REQUEST, within, |_| true)?;

    has_length(t, R5353_2_2_1, &request, 12);
    t.check_eq(R5354_4_7, "undefined flags", request.octets[1] & !1, 0);
    t.field(R5353_2_1_1, &request, "sender-server-id", server);
    is_for(t, &request, &mentor);
    Ok(())
}

const TABLE_REQUEST_OF_AN_AUDIT: Case = registrar(
    "rfc5353/2.2/table-request-of-an-audit",
    "The table request of an audit is 12 octets: the target's ID, the audited peer's ID or 0, the W flag alone.",
    &[
        R5354_4_7,    // The sender sets undefined flags to zero.
        R5353_2_2_1,  // An ENRP_HANDLE_TABLE_REQUEST has 12 octets.
        R5353_2_2_2,  // W asks for the receiver's own PEs alone.
        R5353_2_1_1,  // The Sending Server's ID is the sender's own ID.
        R5353_2_1_13, // A message to one registrar has its ID or 0.
    ],
    table_request_of_an_audit,
)
.needs(&[Ics::EnrpPeers]);

fn table_request_of_an_audit(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [_, peer] = joined::<2>(t)?;
    let server = t.target_server();
    let missed = t.element_of(&peer, &pool);
    t.holds(&peer, &missed);
    t.presence(&peer, false)?;
    let request = sample(t, &peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE, |_| true)?;

    has_length(t, R5353_2_2_1, &request, 12);
    t.check_eq(R5354_4_7, "undefined flags", request.octets[1] & !1, 0);
    t.flag_set(R5353_2_2_2, &request, 'W');
    t.field(R5353_2_1_1, &request, "sender-server-id", server);
    is_for(t, &request, &peer);
    Ok(())
}
