//! RFC 5354 §4: octets that are no message.
//!
//! No rule says what to do with them (T38, T50): the registrar may drop them, report them, read what can be
//! read, or close the association. Judged is that it serves on, and that it does what it says.

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

const LENGTHS_TOO_SMALL: &[u16] = &[0, 1, 2, 3, 4, 5, 8, 11, 40];
const LENGTHS_TOO_LARGE: &[u16] = &[200, 0x7fff, 0xfffc, 0xffff];

const MESSAGE_LENGTH_TOO_SMALL: Case = registrar(
    "rfc5354/4/message-length-too-small",
    "A message Length of 0 to 4 or one that ends in a parameter harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| each_registration(t, LENGTHS_TOO_SMALL, |m, length| m.set("length", length)),
);

const MESSAGE_LENGTH_TOO_LARGE: Case = registrar(
    "rfc5354/4/message-length-too-large",
    "A message Length beyond the octets there are harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| each_registration(t, LENGTHS_TOO_LARGE, |m, length| m.set("length", length)),
);

const PARAMETER_LENGTH_TOO_SMALL: Case = registrar(
    "rfc5354/4/parameter-length-too-small",
    "A Pool Handle with a Length of 0 to 3 harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
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
    "A Pool Handle whose Length runs past the message harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
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
    "A Pool Element whose Length is too small for its fields or runs past the message harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
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
    "A user transport whose Length is too small or runs past the Pool Element harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
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
    "An address parameter of another size than its type's harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0, 4, 7, 9, 20, 0xffff], |m, length| {
            let spoilt = m
                .clone()
                .set("pool-element/user-transport/ipv4-address/#length", length);
            spoilt.or_else(|_| m.set("pool-element/user-transport/ipv6-address/#length", length))
        })
    },
);

const POLICY_LENGTH_IS_WRONG: Case = registrar(
    "rfc5354/4/policy-length-is-wrong",
    "A policy of another size than its type's harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
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
    "A registration without handle, user transport or policy harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0, 1, 2], |m, which| {
            m.remove(
                [
                    "pool-handle",
                    "pool-element/user-transport",
                    "pool-element/policy",
                ][usize::from(which)],
            )
        })
    },
);

const PARAMETER_OF_ANOTHER_KIND: Case = registrar(
    "rfc5354/4/parameter-of-another-kind",
    "A registration with a Cookie for a handle or a handle for a policy harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    |t| {
        each_registration(t, &[0x9, 0xd, 0xe, 0xffff], |m, code| {
            m.set("pool-element/policy/#type", code)
                .and_then(|m| m.set("pool-handle/#type", 0xd_u16))
        })
    },
);

/// Spoils a registration in one way after the other.
fn each_registration(
    t: &mut Tester,
    values: &[u16],
    spoil: fn(Forge, u16) -> Result<Forge, ForgeError>,
) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.probe(&pe))?;
    for value in values {
        let message = spoil(forge::registration(&pool.0, &pe.element), *value);
        throw(t, &pe, &message?.octets())?;
    }
    serves_on_without(t, &pe)
}

const REGISTRATION_CUT_ANYWHERE: Case = registrar(
    "rfc5354/4/registration-cut-anywhere",
    "After registrations cut off at every third octet the registrar serves on.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    registration_cut_anywhere,
);

fn registration_cut_anywhere(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.probe(&pe))?;
    let message = forge::registration(&pool.0, &pe.element).octets();
    for at in (1..message.len()).step_by(3) {
        throw(t, &pe, &message[..at])?;
    }
    serves_on_without(t, &pe)
}

const RESOLUTION_CUT_ANYWHERE: Case = registrar(
    "rfc5354/4/resolution-cut-anywhere",
    "After handle resolutions cut off at every octet the registrar serves on.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
    ],
    resolution_cut_anywhere,
);

fn resolution_cut_anywhere(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    let message = forge::handle_resolution(&pool.0, true).octets();
    for at in 1..message.len() {
        throw(t, &pu, &message[..at])?;
    }
    serves_on(t, &pu)
}

const PE_IDENTIFIER_LENGTH_IS_WRONG: Case = registrar(
    "rfc5354/4/pe-identifier-length-is-wrong",
    "A PE Identifier of another size than four octets harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
    ],
    pe_identifier_length_is_wrong,
);

fn pe_identifier_length_is_wrong(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;
    for length in [0_u16, 4, 6, 7, 9, 12, 0xffff] {
        let message = forge::deregistration(&pool.0, pe.pe_identifier());
        let message = message.set("pe-identifier/#length", length);
        throw(t, &pe, &message?.octets())?;
    }
    serves_on(t, &pe)
}

const TRAILING_OCTETS: Case = registrar(
    "rfc5354/4/trailing-octets",
    "A handle resolution with more octets behind it harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
    ],
    trailing_octets,
);

fn trailing_octets(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    for more in [&[0_u8; 4][..], &[0xff; 4], &[0x05], b"\x00\x09\x00\x08more"] {
        let message = forge::handle_resolution(&pool.0, false).raw(more);
        throw(t, &pu, &message.octets())?;
    }
    serves_on(t, &pu)
}

const TWO_MESSAGES_IN_ONE_USER_MESSAGE: Case = registrar(
    "rfc5354/4/two-messages-in-one-user-message",
    "Two handle resolutions in one user message harm nobody, whether one is answered, both or none.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
    ],
    two_messages_in_one_user_message,
);

fn two_messages_in_one_user_message(t: &mut Tester) -> Outcome {
    let (one, two) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    let second = forge::handle_resolution(&two.0, false).octets();
    let both = forge::handle_resolution(&one.0, false).raw(&second);
    throw(t, &pu, &both.octets())?;
    serves_on(t, &pu)
}

const PARAMETERS_IN_THE_WRONG_ORDER: Case = registrar(
    "rfc5354/4/parameters-in-the-wrong-order",
    "A registration with its Pool Element before its Pool Handle harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    parameters_in_the_wrong_order,
);

fn parameters_in_the_wrong_order(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.probe(&pe))?;
    let message = Forge::asap(0x01)
        .parameter(Parameter::pool_element(&pe.element))
        .parameter(Parameter::pool_handle(&pool.0));
    throw(t, &pe, &message.octets())?;
    serves_on_without(t, &pe)
}

const PARAMETER_TWICE: Case = registrar(
    "rfc5354/4/parameter-twice",
    "A registration with two handles, two user transports or two policies harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_55, // The response to a rejected registration has R set.
    ],
    parameter_twice,
);

fn parameter_twice(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let other = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.probe(&pe))?;
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
    "Every known message without its value harms nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
    ],
    header_alone,
);

fn header_alone(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe: PoolElement = t.pool_element(&pool);
    t.preamble(|t| t.probe(&pe))?;
    for code in 0x01..=0x0e {
        throw(t, &pe, &Forge::asap(code).octets())?;
    }
    serves_on(t, &pe)
}

const LARGEST_HANDLE: Case = registrar(
    "rfc5354/4/largest-handle",
    "A handle resolution of the largest size that a Length can tell is survived.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
    ],
    largest_handle,
);

fn largest_handle(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    let message = forge::handle_resolution(&vec![b'h'; 0xffff - 8 - 3], false);
    throw(t, &pu, &message.octets())?;
    serves_on(t, &pu)
}

const NO_MESSAGE_AT_ALL: Case = registrar(
    "rfc5354/4/no-message-at-all",
    "Octets that are too few for a header, and octets all alike, harm nobody.",
    &[
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
    ],
    no_message_at_all,
);

fn no_message_at_all(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
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
