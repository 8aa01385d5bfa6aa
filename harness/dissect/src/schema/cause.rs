//! Error causes (RFC 5354 §3.12, Table 2), one row each, in the order of their codes.

use super::param::{POLICY, USER_TRANSPORTS};
use super::{Cause, Information};

const fn row(
    code: u16,
    name: &'static str,
    section: &'static str,
    information: Information,
) -> Cause {
    Cause {
        code,
        name,
        section,
        information,
    }
}

const NONE: Information = Information::None;
const ANY_PARAMETER: Information = Information::AnyParameter;
const A_POLICY: Information = Information::Parameter(&[POLICY]);
const A_TRANSPORT: Information = Information::Parameter(USER_TRANSPORTS);

/// The causes, in the order of their codes from 0.
#[rustfmt::skip]
pub static CAUSES: [Cause; 11] = [
    row(0x0, "Unspecified Error", "RFC 5354 §3.12.1", NONE),
    row(0x1, "Unrecognized Parameter", "RFC 5354 §3.12.2", ANY_PARAMETER),
    row(0x2, "Unrecognized Message", "RFC 5354 §3.12.3", Information::Message),
    row(0x3, "Invalid Values", "RFC 5354 §3.12.4", ANY_PARAMETER),
    row(0x4, "Non-Unique PE Identifier", "RFC 5354 §3.12.5", NONE),
    row(0x5, "Inconsistent Pooling Policy", "RFC 5354 §3.12.6", A_POLICY),
    row(0x6, "Lack of Resources", "RFC 5354 §3.12.7", NONE),
    row(0x7, "Inconsistent Transport Type", "RFC 5354 §3.12.8", A_TRANSPORT),
    row(0x8, "Inconsistent Data/Control Configuration", "RFC 5354 §3.12.9", NONE),
    // The sections of 0x9 and 0xa are in reverse order; the table defines the codes.
    row(0x9, "Unknown Pool Handle", "RFC 5354 §3.12.11", NONE),
    row(0xa, "Rejected Due to Security Considerations", "RFC 5354 §3.12.10", Information::Free),
];
