//! RFC 5353 §2.10: ENRP_ERROR, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    ERROR_WITH_EVERY_CAUSE_IS_NOT_ANSWERED,
    MALFORMED_ERROR_IS_NOT_ANSWERED,
    ERROR_OF_THE_TARGET,
    LENGTH_OF_AN_ERROR_EXCLUDES_ITS_PADDING,
];

const ERROR_WITH_EVERY_CAUSE_IS_NOT_ANSWERED: Case = registrar(
    "rfc5353/2.10/error-with-every-cause-is-not-answered",
    "An ENRP_ERROR with any of the causes 0x0 to 0xa, or with all of them, is not answered by an ENRP_ERROR.",
    &[
        R5353_3_7_4,     // An ENRP_ERROR is not answered by an ENRP_ERROR.
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    error_with_every_cause_is_not_answered,
)
.needs(&[Ics::EnrpPeers]);

fn error_with_every_cause_is_not_answered(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let to = t.target_server();
    let all = causes();
    for cause in &all {
        let error = forge::enrp_error(peer.id, to, std::slice::from_ref(cause));
        t.send_octets(&peer, &error.octets())?;
    }
    t.send_octets(&peer, &forge::enrp_error(peer.id, to, &all).octets())?;
    peer_gets_none(t, R5353_3_7_4, &peer, ENRP_ERROR)?;
    serves_all(t, &peer)
}

/// Returns an error cause of every code, with information where the code has some.
fn causes() -> Vec<Cause> {
    let transport = Transport::Tcp {
        port: 7,
        addrs: vec![FOREIGN],
    };
    let handle = Parameter::pool_handle(b"cafe");
    vec![
        Cause::new(Cause::UNSPECIFIED),
        Cause::with_parameter(Cause::UNRECOGNIZED_PARAMETER, odd(DROP_REPORT)),
        Cause::with_octets(Cause::UNRECOGNIZED_MESSAGE, Forge::enrp(0x40).octets()),
        Cause::with_parameter(Cause::INVALID_VALUES, handle),
        Cause::new(Cause::NON_UNIQUE_PE_IDENTIFIER),
        Cause::inconsistent_policy(&Policy::RoundRobin),
        Cause::new(Cause::LACK_OF_RESOURCES),
        Cause::inconsistent_transport_type(&transport),
        Cause::new(Cause::INCONSISTENT_DATA_CONTROL),
        Cause::new(Cause::UNKNOWN_POOL_HANDLE),
        Cause::with_octets(Cause::SECURITY, *b"why?"),
    ]
}

/// Malformed ENRP_ERROR.
const MALFORMED: &Forms = &[
    ("no server IDs", |m| Ok(m.truncate(4).patch(2, &[0, 4]))),
    ("no Operation Error", |m| m.remove("operation-error")),
    ("Operation Error without a cause", |m| {
        m.remove("operation-error/0x2")
    }),
    ("Operation Error of 3 octets", |m| {
        m.set("operation-error/#length", 3)
    }),
    ("Operation Error beyond the message", |m| {
        m.set("operation-error/#length", 0x7fff)
    }),
    ("cause of 3 octets", |m| {
        m.set("operation-error/0x2/#length", 3)
    }),
    ("cause beyond the Operation Error", |m| {
        m.set("operation-error/0x2/#length", 0x7fff)
    }),
    ("unknown cause", |m| {
        m.set("operation-error/0x2/#type", 0x7fff)
    }),
    ("Length 0", |m| m.set("length", 0)),
    ("Length beyond the message", |m| m.set("length", 0xffff)),
    ("undefined flags", |m| m.set("flags", 0xff)),
    ("two Operation Errors", |m| {
        let causes = [Cause::new(Cause::UNSPECIFIED)];
        Ok(m.parameter(Parameter::operation_error(&causes)))
    }),
];

const MALFORMED_ERROR_IS_NOT_ANSWERED: Case = registrar(
    "rfc5353/2.10/malformed-error-is-not-answered",
    "A malformed ENRP_ERROR is not answered by an ENRP_ERROR, and the target continues to serve.",
    &[
        R5353_3_7_4,     // An ENRP_ERROR is not answered by an ENRP_ERROR.
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    malformed_error_is_not_answered,
)
.needs(&[Ics::EnrpPeers]);

fn malformed_error_is_not_answered(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for (what, spoil) in MALFORMED {
        t.observe(*what);
        let quoted = Forge::enrp(0x40).octets();
        let causes = [Cause::with_octets(Cause::UNRECOGNIZED_MESSAGE, quoted)];
        let error = forge::enrp_error(peer.id, t.target_server(), &causes);
        throw(t, &peer, &spoil(error)?.octets())?;
    }
    t.pass_time(AT_ONCE)?;
    peer_gets_none(t, R5353_3_7_4, &peer, ENRP_ERROR)?;
    serves_all(t, &peer)
}

const ERROR_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.10/error-of-the-target",
    "The target's ENRP_ERROR has its IDs, no flag and one Operation Error, whose cause quotes the whole message.",
    &[
        R5354_4_7,      // The sender sets undefined flags to zero.
        R5353_2_10_1,   // An ENRP_ERROR has one Operation Error.
        R5353_2_1_1,    // The Sending Server's ID is the sender's own ID.
        R5354_3_12_3_1, // Cause 0x2 carries the unknown message.
        R5353_2_1_13,   // A message to one registrar has its ID or 0.
    ],
    error_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn error_of_the_target(t: &mut Tester) -> Outcome {
    let [_, peer] = joined::<2>(t)?;
    let unknown = unknown_message(0x7e, &peer, t.target_server());
    let server = t.target_server();
    t.send_octets(&peer, &unknown.octets())?;
    let error = sample(t, &peer, ENRP_ERROR, AT_ONCE, |_| true)?;

    has_parameters(t, R5353_2_10_1, &error, &[0xc]);
    t.check_eq(R5354_4_7, "flags", error.octets[1], 0);
    t.field(R5353_2_1_1, &error, "sender-server-id", server);
    is_for(t, &error, &peer);
    let quotations = quoted(std::slice::from_ref(&error), UNRECOGNIZED_MESSAGE);
    let whole = quotations.iter().any(|q| quotes(q, &unknown.octets()));
    t.check_that(R5354_3_12_3_1, whole, format!("quoted: {quotations:02x?}"));
    Ok(())
}

const LENGTH_OF_AN_ERROR_EXCLUDES_ITS_PADDING: Case = registrar(
    "rfc5353/2.10/length-of-an-error-excludes-its-padding",
    "The Message Length of an ENRP_ERROR that ends with a quotation of five octets does not count the padding.",
    &[
        R5353_2_3_5, // The Message Length excludes the padding at the end.
    ],
    length_of_an_error_excludes_its_padding,
)
.needs(&[Ics::EnrpPeers]);

fn length_of_an_error_excludes_its_padding(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let request = forge::list_request(peer.id, t.target_server());
    let request = request.parameter(Parameter::new(SKIP_REPORT, *b"5"));
    t.send_octets(&peer, &request.octets())?;
    let error = t.expect(R5353_3_7_3, &peer, ENRP_ERROR, AT_ONCE)?;

    let quoted = [&SKIP_REPORT.to_be_bytes()[..], &[0, 5, b'5']].concat();
    let Some(end) = end_of_quotation(&error, &quoted) else {
        return Err(t.inconclusive("the quotation is not the end of the ENRP_ERROR"));
    };
    t.field(R5353_2_3_5, &error, "length", end as i64);
    Ok(())
}

/// Returns the offset of the end of a quotation, if nothing but zeros follows it. A sender may also quote the padding of
/// the parameter.
fn end_of_quotation(error: &Message, quotation: &[u8]) -> Option<usize> {
    let mut places = error.octets.windows(quotation.len());
    let end = places.rposition(|octets| octets == quotation)? + quotation.len();
    let padded = quoted(std::slice::from_ref(error), UNRECOGNIZED_PARAMETER)
        .iter()
        .any(|q| q.len() > quotation.len());
    let last = error.octets[end..].iter().all(|octet| *octet == 0);
    last.then_some(if padded { end.next_multiple_of(4) } else { end })
}
