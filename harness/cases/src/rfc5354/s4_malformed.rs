//! RFC 5354 §4: malformed messages.
//!
//! The RFC prescribes no reaction to them (T38, T50): the registrar may drop them, report them, process a
//! part, or close the association. It has to continue to serve, and to do what its answers state.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    REGISTRATION_CUT_ANYWHERE,
    RESOLUTION_CUT_ANYWHERE,
    MESSAGE_LENGTH_TOO_SMALL,
    MESSAGE_LENGTH_TOO_LARGE,
    PARAMETER_LENGTH_TOO_SMALL,
    PARAMETER_LENGTH_BEYOND_THE_MESSAGE,
    POOL_ELEMENT_LENGTH_IS_WRONG,
    NESTED_LENGTH_IS_WRONG,
    ADDRESS_LENGTH_IS_WRONG,
    POLICY_LENGTH_IS_WRONG,
    PE_IDENTIFIER_LENGTH_IS_WRONG,
    TRAILING_OCTETS,
    TWO_MESSAGES_IN_ONE_USER_MESSAGE,
    PARAMETERS_IN_THE_WRONG_ORDER,
    PARAMETER_MISSING,
    PARAMETER_TWICE,
    PARAMETER_OF_ANOTHER_KIND,
    HEADER_ALONE,
    LARGEST_HANDLE,
    NO_MESSAGE_AT_ALL,
];

const REGISTRATION_CUT_ANYWHERE: Case = registrar(
    "rfc5354/4/registration-cut-anywhere",
    "The registrar continues to serve after registrations cut off at every third octet.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    registration_cut_anywhere,
);

fn registration_cut_anywhere(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    welcome(t, &pe)?;
    let message = forge::registration(&pool.0, &pe.element).octets();
    for at in (1..message.len()).step_by(3) {
        throw(t, &pe, &message[..at])?;
    }
    serves_on_without(t, &pe)
}

const RESOLUTION_CUT_ANYWHERE: Case = registrar(
    "rfc5354/4/resolution-cut-anywhere",
    "The registrar continues to serve after handle resolutions cut off at every octet.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    resolution_cut_anywhere,
);

fn resolution_cut_anywhere(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    let message = forge::handle_resolution(&pool.0, true).octets();
    for at in 1..message.len() {
        throw(t, &pu, &message[..at])?;
    }
    serves_on(t, &pu)
}

const LENGTHS_TOO_SMALL: &[u16] = &[0, 1, 2, 3, 4, 5, 8, 11, 40];
const LENGTHS_TOO_LARGE: &[u16] = &[200, 0x7fff, 0xfffc, 0xffff];

const MESSAGE_LENGTH_TOO_SMALL: Case = registrar(
    "rfc5354/4/message-length-too-small",
    "The registrar continues to serve after registrations whose message Length is too small.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| each_registration(t, LENGTHS_TOO_SMALL, |m, length| m.set("length", length)),
);

const MESSAGE_LENGTH_TOO_LARGE: Case = registrar(
    "rfc5354/4/message-length-too-large",
    "The registrar continues to serve after registrations whose message Length exceeds the octets sent.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| each_registration(t, LENGTHS_TOO_LARGE, |m, length| m.set("length", length)),
);

const PARAMETER_LENGTH_TOO_SMALL: Case = registrar(
    "rfc5354/4/parameter-length-too-small",
    "The registrar continues to serve after Pool Handles with a Length of 0 to 3.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0, 1, 2, 3], |m, length| {
            m.set("pool-handle/#length", length)
        })
    },
);

const PARAMETER_LENGTH_BEYOND_THE_MESSAGE: Case = registrar(
    "rfc5354/4/parameter-length-beyond-the-message",
    "The registrar continues to serve after Pool Handles whose Length exceeds the message.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, LENGTHS_TOO_LARGE, |m, length| {
            m.set("pool-handle/#length", length)
        })
    },
);

const POOL_ELEMENT_LENGTH_IS_WRONG: Case = registrar(
    "rfc5354/4/pool-element-length-is-wrong",
    "The registrar continues to serve after Pool Elements whose Length is too small or exceeds the message.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0, 3, 4, 15, 16, 20, 0x7fff, 0xffff], |m, length| {
            m.set("pool-element/#length", length)
        })
    },
);

const NESTED_LENGTH_IS_WRONG: Case = registrar(
    "rfc5354/4/nested-length-is-wrong",
    "The registrar continues to serve after user transports whose Length is too small or exceeds the Pool Element.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0, 3, 4, 7, 8, 9, 0x40, 0x7fff, 0xffff], |m, length| {
            m.set("pool-element/user-transport/#length", length)
        })
    },
);

const ADDRESS_LENGTH_IS_WRONG: Case = registrar(
    "rfc5354/4/address-length-is-wrong",
    "The registrar continues to serve after address parameters of a wrong size.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0, 4, 7, 9, 20, 0xffff], |m, length| {
            let path = |family| format!("pool-element/user-transport/{family}-address/#length");
            let ipv4 = m.clone().set(&path("ipv4"), length);
            ipv4.or_else(|_| m.set(&path("ipv6"), length))
        })
    },
);

const POLICY_LENGTH_IS_WRONG: Case = registrar(
    "rfc5354/4/policy-length-is-wrong",
    "The registrar continues to serve after policies of a wrong size.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0, 4, 7, 9, 12, 0xffff], |m, length| {
            m.set("pool-element/policy/#length", length)
        })
    },
);

const PARAMETER_MISSING: Case = registrar(
    "rfc5354/4/parameter-missing",
    "The registrar continues to serve after registrations without handle, user transport or policy.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0, 1, 2], |m, which| match which {
            0 => m.remove("pool-handle"),
            1 => m.remove("pool-element/user-transport"),
            _ => m.remove("pool-element/policy"),
        })
    },
);

const PARAMETER_OF_ANOTHER_KIND: Case = registrar(
    "rfc5354/4/parameter-of-another-kind",
    "The registrar continues to serve after a registration with a Cookie for its handle and another type for its policy.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0x9, 0xd, 0xe, 0xffff], |m, code| {
            m.set("pool-element/policy/#type", code)
                .and_then(|m| m.set("pool-handle/#type", 0xd_u16))
        })
    },
);

/// Sends a registration once for each value, made malformed with it.
fn each_registration(
    t: &mut Tester,
    values: &[u16],
    spoil: fn(Forge, u16) -> Result<Forge, ForgeError>,
) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    welcome(t, &pe)?;
    for value in values {
        let message = spoil(forge::registration(&pool.0, &pe.element), *value);
        throw(t, &pe, &message?.octets())?;
    }
    serves_on_without(t, &pe)
}

const PE_IDENTIFIER_LENGTH_IS_WRONG: Case = registrar(
    "rfc5354/4/pe-identifier-length-is-wrong",
    "The registrar continues to serve after PE Identifiers of other sizes than four octets.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    pe_identifier_length_is_wrong,
);

fn pe_identifier_length_is_wrong(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;
    t.control(|t| t.probe(&pe))?;
    for length in [0_u16, 4, 6, 7, 9, 12, 0xffff] {
        let message = forge::deregistration(&pool.0, pe.pe_identifier());
        let message = message.set("pe-identifier/#length", length);
        throw(t, &pe, &message?.octets())?;
    }
    serves_on(t, &pe)
}

const TRAILING_OCTETS: Case = registrar(
    "rfc5354/4/trailing-octets",
    "The registrar continues to serve after handle resolutions with octets behind their end.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    trailing_octets,
);

fn trailing_octets(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    for more in [&[0_u8; 4][..], &[0xff; 4], &[0x05], b"\x00\x09\x00\x08more"] {
        let message = forge::handle_resolution(&pool.0, false).raw(more);
        throw(t, &pu, &message.octets())?;
    }
    serves_on(t, &pu)
}

const TWO_MESSAGES_IN_ONE_USER_MESSAGE: Case = registrar(
    "rfc5354/4/two-messages-in-one-user-message",
    "The registrar continues to serve after two handle resolutions in one user message.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    two_messages_in_one_user_message,
);

fn two_messages_in_one_user_message(t: &mut Tester) -> Outcome {
    let (one, two) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    let second = forge::handle_resolution(&two.0, false).octets();
    let both = forge::handle_resolution(&one.0, false).raw(&second);
    throw(t, &pu, &both.octets())?;
    serves_on(t, &pu)
}

const PARAMETERS_IN_THE_WRONG_ORDER: Case = registrar(
    "rfc5354/4/parameters-in-the-wrong-order",
    "The registrar continues to serve after a registration with its Pool Element before its Pool Handle.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    parameters_in_the_wrong_order,
);

fn parameters_in_the_wrong_order(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    welcome(t, &pe)?;
    let message = Forge::asap(0x01)
        .parameter(Parameter::pool_element(&pe.element))
        .parameter(Parameter::pool_handle(&pool.0));
    throw(t, &pe, &message.octets())?;
    serves_on_without(t, &pe)
}

const PARAMETER_TWICE: Case = registrar(
    "rfc5354/4/parameter-twice",
    "The registrar continues to serve after registrations with two handles, user transports, policies or Pool Elements.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    parameter_twice,
);

fn parameter_twice(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let other = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    welcome(t, &pe)?;
    let plain = || forge::registration(&pool.0, &pe.element);
    let transport = Parameter::transport(&pe.element.user_transport);
    let policy = Parameter::policy(&Policy::Random);
    for message in [
        plain().insert_after("pool-handle", Parameter::pool_handle(&other.0)),
        plain().insert_after("pool-element/user-transport", transport),
        plain().insert_after("pool-element/policy", policy),
        plain().append("", Parameter::pool_element(&pe.element)),
    ] {
        throw(t, &pe, &message?.octets())?;
    }
    serves_on_without(t, &pe)
}

const HEADER_ALONE: Case = registrar(
    "rfc5354/4/header-alone",
    "The registrar continues to serve after every known message without its value.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    header_alone,
);

fn header_alone(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe: PoolElement = t.pool_element(&pool);
    t.control(|t| t.probe(&pe))?;
    for code in 0x01..=0x0e {
        throw(t, &pe, &Forge::asap(code).octets())?;
    }
    serves_on(t, &pe)
}

const LARGEST_HANDLE: Case = registrar(
    "rfc5354/4/largest-handle",
    "The registrar continues to serve after a handle resolution of the largest possible Length.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    largest_handle,
);

fn largest_handle(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    let message = forge::handle_resolution(&vec![b'h'; 0xffff - 8 - 3], false);
    throw(t, &pu, &message.octets())?;
    serves_on(t, &pu)
}

const NO_MESSAGE_AT_ALL: Case = registrar(
    "rfc5354/4/no-message-at-all",
    "The registrar continues to serve after octets that are too few for a header or all alike.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    no_message_at_all,
);

fn no_message_at_all(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.control(|t| t.probe(&pu))?;
    for octets in [
        &[0_u8][..],
        &[1],
        &[5, 0],
        &[6, 0, 0],
        &[0; 64],
        &[0xff; 64],
        &[5; 64],
    ] {
        throw(t, &pu, octets)?;
    }
    serves_on(t, &pu)
}
