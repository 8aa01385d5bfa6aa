//! RFC 5354 §3.9: a pool handle is an octet string of the length in its Length field.
//!
//! Registrations under similar handles are in `rfc5352/s3_1_registration_values.rs`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    HANDLES_OF_EVERY_PADDING_ARE_ECHOED,
    OCTETS_THAT_ARE_NO_TEXT_ARE_ECHOED,
    HANDLE_WITH_ITS_PADDING_IS_ANOTHER,
    PART_OF_A_HANDLE_IS_ANOTHER,
    ONE_BIT_MAKES_ANOTHER_HANDLE,
];

const HANDLES_OF_EVERY_PADDING_ARE_ECHOED: Case = registrar(
    "rfc5354/3.9/handles-of-every-padding-are-echoed",
    "Handles of one to twenty octets are repeated octet for octet, without their padding.",
    &[
        R5354_3_15,  // A parameter's Length does not count its own padding.
        R5354_3_9_1, // A Pool Handle has type 0x9 and Length - 4 handle octets.
        R5354_3_9_2, // A Pool Handle's Length does not count padding.
    ],
    handles_of_every_padding_are_echoed,
);

fn handles_of_every_padding_are_echoed(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    let handle = |length: u8| PoolHandle((0..length).map(|n| 0xe0 + n).collect());
    t.control(|t| answer(t, &pu, &handle(4)).map(drop))?;

    for length in 1..=20 {
        let response = t.answered(R5354_3_15, |t| answer(t, &pu, &handle(length)))?;
        repeats_handle(t, R5354_3_9_1, &response, &handle(length));
    }
    Ok(())
}

const OCTETS_THAT_ARE_NO_TEXT_ARE_ECHOED: Case = registrar(
    "rfc5354/3.9/octets-that-are-no-text-are-echoed",
    "Handles of zeros, control characters and octets above 0x7f are repeated unchanged.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5354_3_9_1,  // A Pool Handle has type 0x9 and Length - 4 handle octets.
    ],
    octets_that_are_no_text_are_echoed,
);

fn octets_that_are_no_text_are_echoed(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    // Multiples of four: other cases are about padding.
    let handles = [
        &b"\0\0\0\0"[..],
        b"\0a first",
        b"at last\0",
        b"\x01\x7f\x80\xff\xfe\xc3\x28\r",
        b"\xff\xff\xff\xff",
    ];
    t.control(|t| t.probe(&pu))?;
    for octets in handles {
        let handle = PoolHandle(octets.to_vec());
        let response = answer(t, &pu, &handle)?;
        t.names_pool(R5354_3_9_1, &response, &handle);
    }
    Ok(())
}

const HANDLE_WITH_ITS_PADDING_IS_ANOTHER: Case = registrar(
    "rfc5354/3.9/handle-with-its-padding-is-another",
    "A handle followed by zeros, as its padding would be, is another handle.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5354_3_9_3,  // The registrar compares pool handles octet by octet.
    ],
    handle_with_its_padding_is_another,
);

fn handle_with_its_padding_is_another(t: &mut Tester) -> Outcome {
    let mut pool = t.unused_pool_handle();
    pad_to(&mut pool.0, 1);
    let mut longer = vec![pool.clone()];
    for _ in 0..3 {
        let mut next = longer[longer.len() - 1].clone();
        next.0.push(0);
        longer.push(next);
    }
    are_other_handles(t, &pool, &longer[1..])
}

const PART_OF_A_HANDLE_IS_ANOTHER: Case = registrar(
    "rfc5354/3.9/part-of-a-handle-is-another",
    "The beginning of a handle is another handle.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5354_3_9_3,  // The registrar compares pool handles octet by octet.
    ],
    part_of_a_handle_is_another,
);

fn part_of_a_handle_is_another(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let shorter: Vec<PoolHandle> = (1..=4)
        .map(|cut| PoolHandle(pool.0[..pool.0.len() - cut].to_vec()))
        .collect();
    are_other_handles(t, &pool, &shorter)
}

const ONE_BIT_MAKES_ANOTHER_HANDLE: Case = registrar(
    "rfc5354/3.9/one-bit-makes-another-handle",
    "A handle that differs in one bit is another handle.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5354_3_9_3,  // The registrar compares pool handles octet by octet.
    ],
    one_bit_makes_another_handle,
);

fn one_bit_makes_another_handle(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let last = pool.0.len() - 1;
    let mut others = Vec::new();
    for (at, bit) in [(0, 0x20), (last / 2, 0x80), (last, 0x01)] {
        let mut other = pool.clone();
        other.0[at] ^= bit;
        others.push(other);
    }
    are_other_handles(t, &pool, &others)
}

/// Returns the response to a request for an unknown pool, whatever handle it names.
fn answer(t: &mut Tester, pu: &PoolUser, handle: &PoolHandle) -> Result<Message, Stop> {
    t.send(pu, forge::handle_resolution(&handle.0, false))?;
    t.resolution_response(R5352_3_3_25, pu)
}

/// Checks that a PE registered under one handle is not listed under the others, each of which is answered before.
fn are_other_handles(t: &mut Tester, pool: &PoolHandle, others: &[PoolHandle]) -> Outcome {
    let pe = t.pool_element(pool);
    let pu = t.pool_user();
    t.control(|t| {
        let mut others = others.iter();
        others.try_for_each(|other| t.resolve(&pu, other).map(drop))
    })?;
    t.control(|t| {
        t.register(&pe)?;
        t.resolve(&pu, pool).map(drop)
    })?;

    for other in others {
        let response = t.answered(R5352_3_3_25, |t| t.resolve(&pu, other))?;
        t.members(R5354_3_9_3, &response, &[]);
    }
    t.lists_at_least(R5354_3_9_3, &pu, pool, &[&pe])
}
