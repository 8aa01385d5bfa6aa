//! RFC 5353 §2.5: ENRP_LIST_REQUEST, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNDEFINED_FLAGS_ARE_IGNORED,
    UNKNOWN_PARAMETER_IN_A_LIST_REQUEST,
    MALFORMED_LIST_REQUEST_IS_SURVIVED,
    LIST_REQUEST_OF_THE_TARGET,
];

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5353/2.5/undefined-flags-are-ignored",
    "A list request whose eight flags are all set is answered.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_are_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn undefined_flags_are_ignored(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let request = forge::list_request(peer.id, t.target_server()).set("flags", 0xff);
    let octets = request?.octets();
    is_answered(
        t,
        R5354_4_8,
        &peer,
        ENRP_LIST_RESPONSE,
        ("flags 0xff", &octets),
    )?;
    Ok(())
}

const UNKNOWN_PARAMETER_IN_A_LIST_REQUEST: Case = registrar(
    "rfc5353/2.5/unknown-parameter-in-a-list-request",
    "An unknown parameter behind the server IDs of a list request is treated by its type.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_parameter_in_a_list_request,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_in_a_list_request(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    by_the_highest_bits(t, &peer, ENRP_LIST_RESPONSE, |t, odd| {
        Ok(forge::list_request(peer.id, t.target_server()).parameter(odd))
    })
}

const MALFORMED_LIST_REQUEST_IS_SURVIVED: Case = registrar(
    "rfc5353/2.5/malformed-list-request-is-survived",
    "The target continues to serve after list requests that are too short, too long or of a wrong Length.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    |t| survives(t, REQUESTS, |t, peer| forge::list_request(peer.id, t.target_server())),
)
.needs(&[Ics::EnrpPeers]);

const LIST_REQUEST_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.5/list-request-of-the-target",
    "The target's list request is 12 octets: its ID, its mentor's ID or 0, no flag.",
    &[
        R5354_4_7,    // The sender sets undefined flags to zero.
        R5353_2_5_1,  // An ENRP_LIST_REQUEST has 12 octets.
        R5353_2_1_1,  // The Sending Server's ID is the sender's own ID.
        R5353_2_1_13, // A message to one registrar has its ID or 0.
    ],
    list_request_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn list_request_of_the_target(t: &mut Tester) -> Outcome {
    let mentor = t.enrp_peer()?;
    t.preamble(|t| t.start_with_mentors(&[&mentor]))?;
    let within = t.timers().max_time_no_response;
    let request = sample(t, &mentor, ENRP_LIST_REQUEST, within, |_| true)?;
    sample(t, &mentor, ENRP_HANDLE_TABLE_REQUEST, within, |_| true)?;
    let server = t.target_server();

    has_length(t, R5353_2_5_1, &request, 12);
    t.check_eq(R5354_4_7, "flags", request.octets[1], 0);
    t.field(R5353_2_1_1, &request, "sender-server-id", server);
    is_for(t, &request, &mentor);
    Ok(())
}
