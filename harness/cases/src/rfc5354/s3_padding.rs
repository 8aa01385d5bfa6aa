//! RFC 5354 §3: padding of parameters on receipt.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    PADDING_OF_A_HANDLE_IS_NO_PART_OF_IT,
    PADDING_IN_A_DE_REGISTRATION_IS_IGNORED,
    PADDING_THAT_LOOKS_LIKE_A_PARAMETER_IS_IGNORED,
    PADDING_OF_A_SKIPPED_PARAMETER_IS_IGNORED,
];

const PADDING_OF_A_HANDLE_IS_NO_PART_OF_IT: Case = registrar(
    "rfc5354/3/padding-of-a-handle-is-no-part-of-it",
    "A PE joins the pool of its handle, even if the padding of the handle is not zero.",
    &[
        R5354_3_17, // The receiver ignores the content of parameter padding.
    ],
    padding_of_a_handle_is_no_part_of_it,
);

fn padding_of_a_handle_is_no_part_of_it(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pad_to(&mut pool.0, 1);
    let first = t.pool_element(&pool);
    let odd = t.pool_element(&pool);
    let pu = t.pool_user();
    t.control(|t| {
        t.register(&first)?;
        t.resolve(&pu, &pool).map(drop)
    })?;

    let message = forge::registration(&pool.0, &odd.element).padding("pool-handle", 0xa5);
    t.send_octets(&odd, &message?.octets())?;
    let response = t.answered(R5354_3_17, |t| t.registration_response(&odd))?;
    t.granted(&[R5354_3_17], &response);
    let echoed = response.text("pool-handle");
    let plain = t.resolve(&pu, &pool)?;
    t.check_eq(R5354_3_17, "handle", echoed, plain.text("pool-handle"));
    t.includes(R5354_3_17, &plain, &[&odd]);
    Ok(())
}

const PADDING_IN_A_DE_REGISTRATION_IS_IGNORED: Case = registrar(
    "rfc5354/3/padding-in-a-de-registration-is-ignored",
    "A de-registration removes the PE, even if the padding of the handle is not zero.",
    &[
        R5354_3_17, // The receiver ignores the content of parameter padding.
    ],
    padding_in_a_de_registration_is_ignored,
);

fn padding_in_a_de_registration_is_ignored(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pad_to(&mut pool.0, 1);
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    welcome(t, &pe)?; // The plain form is answered.
    t.preamble(|t| t.register(&pe))?;

    let message = forge::deregistration(&pool.0, pe.pe_identifier()).padding("pool-handle", 0xff);
    t.send_octets(&pe, &message?.octets())?;
    t.answered(R5354_3_17, |t| t.deregistration_response(&pe))?;
    t.lists_none(R5354_3_17, &pu, &pool)
}

const PADDING_THAT_LOOKS_LIKE_A_PARAMETER_IS_IGNORED: Case = registrar(
    "rfc5354/3/padding-that-looks-like-a-parameter-is-ignored",
    "Padding octets that could begin an unknown parameter are ignored.",
    &[
        R5354_3_17, // The receiver ignores the content of parameter padding.
    ],
    padding_that_looks_like_a_parameter_is_ignored,
);

fn padding_that_looks_like_a_parameter_is_ignored(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pad_to(&mut pool.0, 1);
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    welcome(t, &pe)?; // The plain form is answered.
    t.preamble(|t| t.register(&pe))?;

    // Read as a parameter, these octets begin the unknown type 0x7fff (01), which drops the message.
    let message = forge::deregistration(&pool.0, pe.pe_identifier())
        .padded_with("pool-handle", [0x7f, 0xff, 0x00]);
    t.send_octets(&pe, &message?.octets())?;
    t.answered(R5354_3_17, |t| t.deregistration_response(&pe))?;
    t.lists_none(R5354_3_17, &pu, &pool)
}

const PADDING_OF_A_SKIPPED_PARAMETER_IS_IGNORED: Case = registrar(
    "rfc5354/3/padding-of-a-skipped-parameter-is-ignored",
    "The padding of an unknown parameter that is skipped is ignored, even if it is not zero.",
    &[
        R5354_3_17, // The receiver ignores the content of parameter padding.
    ],
    padding_of_a_skipped_parameter_is_ignored,
);

fn padding_of_a_skipped_parameter_is_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&pe))?;
    let odd = |id| {
        forge::deregistration(&pool.0, id)
            .insert_before("pe-identifier", Parameter::new(0xbfff, *b"odd!!"))
    };
    // This case tests the padding only: with zero padding the parameter has to be skipped.
    t.control(|t| {
        t.send_octets(&first, &odd(first.pe_identifier())?.octets())?;
        t.deregistration_response(&first).map(drop)
    })?;

    let message = odd(pe.pe_identifier())?.padded_with("0xbfff", [0x7f, 0xff, 0x00])?;
    t.send_octets(&pe, &message.octets())?;
    t.answered(R5354_3_17, |t| t.deregistration_response(&pe))?;
    t.lists_none(R5354_3_17, &pu, &pool)
}
