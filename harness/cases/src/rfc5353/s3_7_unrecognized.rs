//! RFC 5353 §3.7: unknown messages and parameters.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNKNOWN_MESSAGE_OF_CLASS_00_IS_DROPPED,
    UNKNOWN_MESSAGE_OF_CLASS_01_IS_REPORTED,
    UNKNOWN_MESSAGE_OF_EACH_CLASS_IS_SURVIVED,
    UNKNOWN_PARAMETER_OF_CLASS_00_STOPS_THE_MESSAGE,
    UNKNOWN_PARAMETER_OF_CLASS_01_STOPS_AND_IS_REPORTED,
    UNKNOWN_PARAMETER_OF_CLASS_10_IS_SKIPPED,
    UNKNOWN_PARAMETER_OF_CLASS_11_IS_SKIPPED_AND_REPORTED,
    ERROR_IS_NOT_ANSWERED_BY_AN_ERROR,
];

const UNKNOWN_MESSAGE_OF_CLASS_00_IS_DROPPED: Case = registrar(
    "rfc5353/3.7/unknown-message-of-class-00-is-dropped",
    "A message of type 0x3f is dropped without a report.",
    &[
        R5353_3_7_1, // Unknown messages are handled by their highest bits.
    ],
    unknown_message_of_class_00_is_dropped,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_message_of_class_00_is_dropped(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let octets = unknown_message(0x3f, &peer, t.target_server()).octets();
    t.send_octets(&peer, &octets)?;

    peer_gets_none(t, R5353_3_7_1, &peer, ENRP_ERROR)
}

const UNKNOWN_MESSAGE_OF_CLASS_01_IS_REPORTED: Case = registrar(
    "rfc5353/3.7/unknown-message-of-class-01-is-reported",
    "A message of type 0x40 is reported in an ENRP_ERROR with cause 0x2.",
    &[
        R5353_3_7_1, // Unknown messages are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_message_of_class_01_is_reported,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_message_of_class_01_is_reported(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let octets = unknown_message(0x40, &peer, t.target_server()).octets();
    t.send_octets(&peer, &octets)?;

    let report = t.expect(R5353_3_7_3, &peer, ENRP_ERROR, AT_ONCE)?;
    t.cause(R5353_3_7_1, &report, Cause::UNRECOGNIZED_MESSAGE);
    Ok(())
}

const UNKNOWN_MESSAGE_OF_EACH_CLASS_IS_SURVIVED: Case = registrar(
    "rfc5353/3.7/unknown-message-of-each-class-is-survived",
    "The target continues to serve after messages of unassigned types, those with a reserved class among them.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    unknown_message_of_each_class_is_survived,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_message_of_each_class_is_survived(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for code in [0x00, 0x0b, 0x0e, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff] {
        let message = unknown_message(code, &peer, t.target_server());
        throw(t, &peer, &message.octets())?;
        throw(t, &peer, &Forge::enrp(code).octets())?;
    }
    serves_all(t, &peer)
}

/// Announces a PE whose message has an unknown parameter at its end; returns what the target lists afterwards, and its
/// error reports.
fn with_unknown_parameter(t: &mut Tester, code: u16) -> Result<(bool, Vec<Message>), Stop> {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    if code & 0x8000 != 0 {
        // The message takes effect, and the peer's checksum covers the PE from now on.
        t.holds(&peer, &entry);
    }
    let update = forge::handle_update(peer.id, 0, ADD_PE, &entry.handle.0, &entry.element);
    let octets = update
        .parameter(Parameter::new(code, [1, 2, 3, 4]))
        .octets();
    t.send_octets(&peer, &octets)?;
    t.preamble(|t| handled(t, &peer))?;
    let listed = !t.listed(&pu, &pool)?.is_empty();
    Ok((listed, t.take_all(&peer, ENRP_ERROR)))
}

const UNKNOWN_PARAMETER_OF_CLASS_00_STOPS_THE_MESSAGE: Case = registrar(
    "rfc5353/3.7/unknown-parameter-of-class-00-stops-the-message",
    "An ENRP_HANDLE_UPDATE with a parameter of type 0x3fff is dropped without a report.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
    ],
    unknown_parameter_of_class_00_stops_the_message,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_of_class_00_stops_the_message(t: &mut Tester) -> Outcome {
    let (listed, reports) = with_unknown_parameter(t, 0x3fff)?;
    t.check_that(R5353_3_7_2, !listed, "the PE was added");
    t.check_eq(R5353_3_7_2, "reports", reports.len(), 0);
    Ok(())
}

const UNKNOWN_PARAMETER_OF_CLASS_01_STOPS_AND_IS_REPORTED: Case = registrar(
    "rfc5353/3.7/unknown-parameter-of-class-01-stops-and-is-reported",
    "An ENRP_HANDLE_UPDATE with a parameter of type 0x7fff is dropped and reported.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_parameter_of_class_01_stops_and_is_reported,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_of_class_01_stops_and_is_reported(t: &mut Tester) -> Outcome {
    let (listed, reports) = with_unknown_parameter(t, 0x7fff)?;
    t.check_that(R5353_3_7_2, !listed, "the PE was added");
    reported(t, &reports);
    Ok(())
}

/// Checks that an unknown parameter was reported in an ENRP_ERROR with cause 0x1.
fn reported(t: &mut Tester, reports: &[Message]) {
    match reports.first() {
        Some(report) => {
            t.cause(R5353_3_7_3, report, Cause::UNRECOGNIZED_PARAMETER);
        }
        None => t.check_that(R5353_3_7_3, false, "no ENRP_ERROR"),
    }
}

const UNKNOWN_PARAMETER_OF_CLASS_10_IS_SKIPPED: Case = registrar(
    "rfc5353/3.7/unknown-parameter-of-class-10-is-skipped",
    "An ENRP_HANDLE_UPDATE with a parameter of type 0xbfff takes effect without a report.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
    ],
    unknown_parameter_of_class_10_is_skipped,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_of_class_10_is_skipped(t: &mut Tester) -> Outcome {
    let (listed, reports) = with_unknown_parameter(t, 0xbfff)?;
    t.check_that(R5353_3_7_2, listed, "the PE was not added");
    t.check_eq(R5353_3_7_2, "reports", reports.len(), 0);
    Ok(())
}

const UNKNOWN_PARAMETER_OF_CLASS_11_IS_SKIPPED_AND_REPORTED: Case = registrar(
    "rfc5353/3.7/unknown-parameter-of-class-11-is-skipped-and-reported",
    "An ENRP_HANDLE_UPDATE with a parameter of type 0xfffe takes effect and is reported.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_parameter_of_class_11_is_skipped_and_reported,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_of_class_11_is_skipped_and_reported(t: &mut Tester) -> Outcome {
    let (listed, reports) = with_unknown_parameter(t, 0xfffe)?;
    t.check_that(R5353_3_7_2, listed, "the PE was not added");
    reported(t, &reports);
    Ok(())
}

const ERROR_IS_NOT_ANSWERED_BY_AN_ERROR: Case = registrar(
    "rfc5353/3.7/error-is-not-answered-by-an-error",
    "Neither a valid ENRP_ERROR nor one with an unknown parameter is answered by an ENRP_ERROR.",
    &[
        R5353_3_7_4, // An ENRP_ERROR is not answered by an ENRP_ERROR.
    ],
    error_is_not_answered_by_an_error,
)
.needs(&[Ics::EnrpPeers]);

fn error_is_not_answered_by_an_error(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let to = t.target_server();
    let error = forge::enrp_error(peer.id, to, &[Cause::new(Cause::UNSPECIFIED)]);
    t.send(&peer, error.clone())?;
    let octets = error
        .parameter(Parameter::new(0x7fff, [1, 2, 3, 4]))
        .octets();
    t.send_octets(&peer, &octets)?;

    peer_gets_none(t, R5353_3_7_4, &peer, ENRP_ERROR)
}
