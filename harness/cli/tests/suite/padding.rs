//! Registrars that treat padding wrongly: only the cases about padding and about odd lengths may see them, each
//! under a requirement about padding.

use crate::mutants::{receives, sends};
use rspcheck_adapters::fault::Fault;

/// A registrar that treats padding wrongly.
pub(crate) struct Padding {
    /// The fault.
    pub(crate) mutant: Fault,
    /// Cases that it fails, with the requirements that it breaks there, in order.
    pub(crate) fails: &'static [(&'static str, &'static [&'static str])],
}

/// Cases that send parameters or messages of odd lengths on purpose: they are about padding, about lengths, or
/// about malformed messages.
pub(crate) const CASES: &[&str] = &[
    "rfc5352/2.2.6/handle-is-echoed-in-a-negative-response",
    "rfc5352/2.2.6/handle-is-echoed-in-a-positive-response",
    "rfc5352/3.1/handle-of-255-octets",
    "rfc5352/3.1/handle-of-one-octet",
    "rfc5352/3.1/handle-padding-is-ignored",
    "rfc5352/3.1/handles-differ-in-a-trailing-nul",
    "rfc5352/3.1/handles-differ-in-length",
    "rfc5352/3.3/handles-that-are-nearly-the-same",
    "rfc5353/2.3/padding-in-a-table-is-ignored",
    "rfc5353/2.4/handles-of-every-length",
    "rfc5353/2.4/padding-in-an-update-is-ignored",
    "rfc5353/2.4/update-of-the-target-with-padding",
    "rfc5354/3.9/handle-with-its-padding-is-another",
    "rfc5354/3.9/handles-of-every-padding-are-echoed",
    "rfc5354/3.9/part-of-a-handle-is-another",
    "rfc5354/3/padded-unknown-parameter",
    "rfc5354/3/padding-in-a-de-registration-is-ignored",
    "rfc5354/3/padding-of-a-handle-is-no-part-of-it",
    "rfc5354/3/padding-of-a-skipped-parameter-is-ignored",
    "rfc5354/3/padding-that-looks-like-a-parameter-is-ignored",
    "rfc5354/4/length-need-not-be-a-multiple-of-four",
    "rfc5354/4/padding-counted-in-the-length",
    "rfc5354/4/padding-not-sent",
    "rfc5354/4/padding-of-a-message-is-ignored",
];

/// Cases that send malformed octets, in which no parameters can be distinguished.
pub(crate) const MALFORMED: &[&str] = &[
    "rfc5352/2.2.14/broken-error-is-survived",
    "rfc5352/3.6/nonsense-on-the-channel",
    "rfc5353/2/enrp-message-at-the-asap-port",
    "rfc5354/4/message-length-too-large",
    "rfc5354/4/message-length-too-small",
    "rfc5354/4/no-message-at-all",
    "rfc5354/4/parameter-length-beyond-the-message",
    "rfc5354/4/parameter-length-too-small",
    "rfc5354/4/pe-identifier-length-is-wrong",
    "rfc5354/4/pool-element-length-is-wrong",
    "rfc5354/4/registration-cut-anywhere",
    "rfc5354/4/resolution-cut-anywhere",
    "rfc5354/4/trailing-octets",
];

const REPEATED_HANDLES: &[&str] = &["R5352_2_2_6_5", "R5354_3_9_1"];

/// All of them.
pub(crate) const ALL: &[Padding] = &[
    // It sends each Length with the padding.
    Padding {
        mutant: sends("counts-padding-in-lengths", |s| {
            count_padding(&mut s.octets)
        }),
        fails: &[
            (
                "rfc5352/2.2.6/handle-is-echoed-in-a-negative-response",
                REPEATED_HANDLES,
            ),
            (
                "rfc5352/2.2.6/handle-is-echoed-in-a-positive-response",
                REPEATED_HANDLES,
            ),
            ("rfc5352/3.1/handle-of-255-octets", &["R5354_3_9_2"]),
            ("rfc5352/3.1/handle-of-one-octet", &["R5354_3_9_2"]),
            (
                "rfc5354/3.9/handles-of-every-padding-are-echoed",
                &["R5354_3_9_2"],
            ),
        ],
    },
    // It takes the padding for a part of the value.
    Padding {
        mutant: receives("reads-padding-as-a-part-of-values", |o| {
            count_padding(&mut o.octets);
            true
        }),
        fails: &[
            (
                "rfc5352/2.2.6/handle-is-echoed-in-a-negative-response",
                REPEATED_HANDLES,
            ),
            (
                "rfc5352/2.2.6/handle-is-echoed-in-a-positive-response",
                REPEATED_HANDLES,
            ),
            ("rfc5352/3.1/handle-of-255-octets", &["R5354_3_9_2"]),
            ("rfc5352/3.1/handle-of-one-octet", &["R5354_3_9_2"]),
            (
                "rfc5354/3.9/handles-of-every-padding-are-echoed",
                &["R5354_3_9_2"],
            ),
            ("rfc5354/3/padded-unknown-parameter", &["R5354_3_15"]),
        ],
    },
    // It takes a parameter that needs padding for malformed.
    Padding {
        mutant: receives("drops-parameters-that-need-padding", |o| !needs_padding(o)),
        fails: &[
            ("rfc5352/3.1/handle-of-255-octets", &["R5354_3_15"]),
            ("rfc5352/3.1/handle-of-one-octet", &["R5354_3_15"]),
            (
                "rfc5354/3.9/handles-of-every-padding-are-echoed",
                &["R5354_3_15"],
            ),
            ("rfc5354/3/padded-unknown-parameter", &["R5354_3_15"]),
            (
                "rfc5354/4/length-need-not-be-a-multiple-of-four",
                &["R5354_4_10"],
            ),
        ],
    },
];

/// Returns true if a message or one of its parameters needs padding.
pub(crate) fn needs_padding(octets: &[u8]) -> bool {
    let mut octets = octets.to_vec();
    let mut odd =
        !octets.len().is_multiple_of(4) || octets.len() < 4 || !length(&octets).is_multiple_of(4);
    let start = first_parameter(&octets);
    each_parameter(&mut octets, start, &mut |header| {
        odd |= !length(header).is_multiple_of(4);
    });
    odd
}

/// Adds the padding to the Length of a message and to those of its parameters.
fn count_padding(octets: &mut [u8]) {
    let whole = octets.len();
    if whole < 4 || length(octets).next_multiple_of(4) != whole {
        return;
    }
    let count = |header: &mut [u8]| {
        let length = length(header).next_multiple_of(4) as u16;
        header[2..4].copy_from_slice(&length.to_be_bytes());
    };
    each_parameter(octets, first_parameter(octets), &mut { count });
    count(octets);
}

/// Returns the offset of a message's first parameter.
fn first_parameter(octets: &[u8]) -> usize {
    match octets.first() {
        // A Server Identifier comes first.
        Some(0x07 | 0x0a) => 8,
        _ => 4,
    }
}

fn length(header: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([header[2], header[3]]))
}

/// Visits the header of each parameter from `at` on and of the causes in an Operation Error.
fn each_parameter(octets: &mut [u8], mut at: usize, visit: &mut impl FnMut(&mut [u8])) {
    while let Some(header) = octets.get_mut(at..at + 4) {
        let (kind, length) = ([header[0], header[1]], length(header).max(4));
        visit(header);
        let end = (at + length.next_multiple_of(4)).min(octets.len());
        if kind == [0x00, 0x0c] {
            each_parameter(&mut octets[..end], at + 4, visit);
        }
        at = end;
    }
}
